"""One recorded exchange: a request and its response, as a value and as a readable file."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from backend_architect.errors import ReplayError
from backend_architect.models.wire import StageOf, canonical, read, slug

LOCAL = "local server"
RELAY = "relay"

_UNSETTLED = re.compile("[^\\n\\t -~\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]|[\u2028\u2029]")
"""What YAML takes for a line break of its own or does not take as it is: such texts are written with escapes."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request, as far as it decides the answer."""

    method: str
    path: str
    body: Any
    """The JSON value; text where it is none; None where there is none."""

    @cached_property
    def key(self) -> str:
        """The SHA-256 of it, in hex."""
        return hashlib.sha256(f"{self.method} {self.path}\n{canonical(self.body)}".encode(errors="surrogatepass")).hexdigest()

    def stage(self, stage: StageOf) -> str:
        """Return the stage it belongs to; empty if it is no question to a model."""
        try:
            return stage(read(self.body))
        except ValueError:
            return ""


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """A request and what came back."""

    asked: Asked
    source: str
    """Who answered: a host, `local server`, or `relay`."""
    status: int
    content_type: str
    body: Any
    """As in the request."""

    @property
    def content(self) -> bytes:
        """The body as it goes over the wire."""
        match self.body:
            case None:
                return b""
            case str(text):
                return text.encode()
            case value:
                return json.dumps(value, separators=(",", ":")).encode()


def parsed(content: bytes) -> Any:
    """Return a body's JSON object or list; its text where it is neither; None where it is empty.

    Raises:
        UnicodeDecodeError: If it is not text.
    """
    if not content:
        return None
    text = content.decode()
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, dict | list) else text


def concealed(value: Any, conceal: Callable[[str], str]) -> Any:
    """Return a JSON value with every text in it put through `conceal`."""
    match value:
        case str():
            return conceal(value)
        case list():
            return [concealed(item, conceal) for item in value]
        case dict():
            return {key: concealed(item, conceal) for key, item in value.items()}
        case _:
            return value


def file_name(exchange: Exchange, *, stage: StageOf) -> str:
    """Return what an exchange's file is called: the same in whatever order and company it is recorded."""
    name = slug(exchange.asked.stage(stage)) or slug(exchange.asked.path) or "request"
    return f"{name}-{exchange.asked.key[:12]}.yaml"


def written(exchange: Exchange) -> str:
    """Return an exchange as the text of its file: YAML, keys sorted, texts of several lines as such."""
    asked = exchange.asked
    document = {
        "source": exchange.source,
        "request": {"method": asked.method, "path": asked.path, "body": asked.body},
        "response": {"status": exchange.status, "content-type": exchange.content_type, "body": exchange.body},
    }
    return yaml.dump(document, Dumper=_Dumper, allow_unicode=True, width=1_000_000, sort_keys=True)


def loaded(path: Path) -> Exchange:
    """Return the exchange that a file holds.

    Raises:
        ReplayError: If it cannot be read, or is not one.
    """
    try:
        document = _loaded(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ReplayError(f"the recording {str(path)!r} cannot be read: {error.strerror}") from error
    except (ValueError, yaml.YAMLError) as error:
        raise ReplayError(f"the recording {str(path)!r} is damaged: {' '.join(str(error).split())}") from error
    match document:
        case {
            "source": str(source),
            "request": {"method": str(method), "path": str(place), "body": asked},
            "response": {"status": int(status), "content-type": str(content_type), "body": answered},
        }:
            return Exchange(asked=Asked(method=method, path=place, body=asked), source=source, status=status, content_type=content_type, body=answered)
        case _:
            raise ReplayError(f"{str(path)!r} is not a recorded exchange: it needs 'source', 'request' and 'response'")


def readme(sources: Mapping[str, int], *, answered_by: str) -> str:
    """Return the text of a recording's README.

    Args:
        sources: How many exchanges came from each source.
        answered_by: Who answered behind the relay, if known.
    """
    lines = []
    for source, count in sorted(sources.items()):
        match source:
            case "relay":
                who = f"Answered by {answered_by} through the relay" if answered_by else "Answered through the relay"
                how = f"{who}, from the recorded request alone; token counts are counted, not billed."
            case "local server":
                how = "Answered by a model server on the recording machine; token counts are that server's."
            case _:
                how = f"Answered by {source}; token counts are the provider's."
        lines.append(f"- {count} {'exchange' if count == 1 else 'exchanges'}: {how}")
    return (
        "# Recorded model traffic\n\n"
        "Each file holds one request to a language model and the response to it, without headers, keys or secrets.\n"
        "`--replay` with this folder answers the same requests from it, without a network and without a key.\n\n" + "\n".join(lines) + "\n"
    )


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as blocks, and no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = '"' if _UNSETTLED.search(text) else "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def _loaded(text: str) -> Any:
    try:
        return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError:
        # libyaml refuses the escape of a lone surrogate, which JSON may hold.
        return yaml.load(text, Loader=yaml.SafeLoader)
