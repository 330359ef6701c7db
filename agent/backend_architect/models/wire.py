"""What a request to a provider says, read back from its JSON body: the three wire formats this program speaks."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Format = Literal["responses", "chat", "messages"]
"""OpenAI's responses, OpenAI's chat completions, Anthropic's messages."""

FORMATS: Mapping[str, Format] = {"/responses": "responses", "/chat/completions": "chat", "/messages": "messages"}
"""How the path of each ends."""

RELAYED = "relayed"
"""Stands in the ID of every response of the relay."""

_RELAYED_ID = re.compile(rf"[a-z]+[-_]{RELAYED}_")
_FIRST_ID = re.compile(r'"id": ?"(?P<id>[^"]*)"')
_UNSAFE = re.compile(r"[^a-z0-9]+")
_HEADING = re.compile(r"^#{1,6} +(?P<title>\S.*)$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Message:
    """One message of a request, as text."""

    role: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request, in no provider's format."""

    model: str
    messages: tuple[Message, ...]
    """The system text first, if there is one."""
    answer: dict[str, Any] | None
    """The JSON Schema the answer must fit, if one was sent."""
    stage: str
    """As the request's metadata says it, else the name of the answer's schema or the last heading of the text; empty if there is none."""
    stream: bool = False

    @property
    def texts(self) -> Iterator[str]:
        """All that a model reads: the messages, then the schema."""
        for message in self.messages:
            yield message.text
        if self.answer is not None:
            yield canonical(self.answer)


StageOf = Callable[[Request], str]
"""Names the stage that a request belongs to."""


def stage(request: Request) -> str:
    """Return the stage a request says it belongs to."""
    return request.stage


def slug(stage: str) -> str:
    """Return the name of a stage as part of a file's name; empty for an empty one."""
    return _UNSAFE.sub("-", stage.lower()).strip("-")[:40].strip("-")


def relayed(reply: object) -> bool:
    """Say whether a response's body came out of the relay: its ID says so, and its tokens were counted, not billed.

    Args:
        reply: The JSON value of the body; the text of a stream.
    """
    match reply:
        case {"id": str(id)}:
            return _RELAYED_ID.match(id) is not None
        case str(events):
            return (found := _FIRST_ID.search(events)) is not None and _RELAYED_ID.match(found["id"]) is not None
        case _:
            return False


def canonical(value: object) -> str:
    """Return `value` as JSON with sorted keys and no spaces: equal for equal values."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(body: object) -> str:
    """Return the SHA-256, in hex, of the canonical form of a JSON body."""
    return hashlib.sha256(canonical(body).encode(errors="surrogatepass")).hexdigest()


def format_of(path: str) -> Format | None:
    """Return the format spoken at the path of a URL, None for another path."""
    return next((format for ending, format in FORMATS.items() if path.endswith(ending)), None)


def read(body: object) -> Request:
    """Return what a request's body says.

    Raises:
        ValueError: If it is no request in any of the formats; the message is one line.
    """
    if not isinstance(body, dict):
        raise ValueError("the body is not a JSON object")
    match body:
        case {"model": str(model), "input": said}:
            messages = [*_system("instructions", body), *_messages(said)]
        case {"model": str(model), "messages": list(said)}:
            messages = [*_system("system", body), *_messages(said)]
        case {"model": str()}:
            raise ValueError("the body has neither 'input' nor 'messages'")
        case _:
            raise ValueError("the body has no 'model'")
    name, schema = _schema(body)
    return Request(
        model=model,
        messages=tuple(messages),
        answer=schema,
        stage=_stage(body, name, messages),
        stream=body.get("stream") is True,
    )


def _system(key: str, body: Mapping[str, object]) -> Iterator[Message]:
    if key in body and body[key] is not None:
        yield Message(role="system", text=_text(body[key]))


def _messages(said: object) -> Iterator[Message]:
    if isinstance(said, str):
        yield Message(role="user", text=said)
        return
    if not isinstance(said, list):
        raise ValueError("the messages are neither a text nor a list")
    for item in said:
        match item:
            case {"role": str(role), "content": content}:
                yield Message(role=role, text=_text(content))
            case {"type": str(kind)}:
                raise ValueError(f"a message of type {kind!r} is not a text")
            case _:
                raise ValueError("a message has no role or no content")


def _text(content: object) -> str:
    match content:
        case str():
            return content
        case None:
            return ""
        case list():
            return "\n\n".join(_text(part) for part in content)
        case {"text": str(text)} | {"refusal": str(text)}:
            return text
        case {"type": str(kind)}:
            raise ValueError(f"content of type {kind!r} is not a text")
        case _:
            raise ValueError("the content of a message is neither a text nor a list of texts")


def _schema(body: Mapping[str, object]) -> tuple[str, dict[str, Any] | None]:
    match body:
        case {"text": {"format": {"schema": dict(schema), **rest}}}:
            pass
        case {"response_format": {"json_schema": {"schema": dict(schema), **rest}}}:
            pass
        case {"output_config": {"format": {"schema": dict(schema), **rest}}}:
            pass
        case _:
            return "", None
    return str(rest.get("name") or schema.get("title") or ""), schema


def _stage(body: Mapping[str, object], name: str, messages: list[Message]) -> str:
    match body:
        case {"metadata": {"stage": str(stage)}} if stage:
            return stage
    if name:
        return name
    headings = [found["title"].strip() for message in messages if message.role == "user" for found in _HEADING.finditer(message.text)]
    return headings[-1] if headings else ""
