"""What a language model is to this program: a question in, an answer with its costs out."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Literal, Protocol

from pydantic import BaseModel

StopReason = Literal["end", "length", "refusal", "filter"]
"""Why the model stopped: it was done; it reached its token limit; it declined; the provider withheld the answer."""


def estimated_tokens(text: str) -> int:
    """Return about how many tokens a text has: one for every four bytes of UTF-8."""
    return -(-len(text.encode(errors="surrogatepass")) // 4)


@dataclass(frozen=True, kw_only=True)
class Part:
    """One piece of the user's message."""

    text: str
    shared: bool = False
    """Whether later requests of the run begin with the same bytes up to the end of this part: a provider may cache up to here."""


@dataclass(frozen=True, kw_only=True)
class Turn:
    """An answer that did not do, and what was said about it."""

    answer: str
    findings: str


@dataclass(frozen=True, kw_only=True)
class Question:
    """Everything a model is asked at once: the request, in no provider's format."""

    stage: str
    """The stage that asks, for people and accounts: `requirements`, `layers (api, data)`."""
    system: str
    """Role and rules: the same for all stages of a run."""
    parts: tuple[Part, ...]
    """The user's message, what stages share first, the stage's task last."""
    answer: type[BaseModel]
    """What the answer must be, as JSON."""
    turns: tuple[Turn, ...] = ()
    """Earlier answers to this very question and what was wrong with them, oldest first."""
    max_tokens: int = 16_000
    """Most output tokens, thinking included."""

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON Schema of the answer, without what tells a model nothing: titles, wide limits, empty defaults. Not to be changed."""
        return _schema(self.answer)

    def fingerprint(self, model: str) -> str:
        """Return the SHA-256, in hex, of all that decides what `model` is asked: the key of an answer that was paid for."""
        asked = [model, self.stage, self.system, [part.text for part in self.parts], [[turn.answer, turn.findings] for turn in self.turns]]
        canonical = json.dumps([*asked, self.schema, self.max_tokens], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode(errors="surrogatepass")).hexdigest()

    def after(self, turn: Turn) -> Question:
        """Return the question with one more answer that did not do."""
        return replace(self, turns=(*self.turns, turn))


@dataclass(frozen=True, kw_only=True)
class Usage:
    """Tokens of one call, or of several added up."""

    input: int = 0
    """All tokens read, those from a cache included."""
    cached: int = 0
    """Of `input`: read from the provider's cache."""
    cache_writes: int = 0
    """Of `input`: written to the provider's cache."""
    output: int = 0
    """Tokens written, thinking included."""
    calls: int = 0
    counted: bool = False
    """Whether any figure was counted or estimated here instead of reported by the provider."""

    def __add__(self, other: Usage) -> Usage:
        """Return the sum of both."""
        return Usage(
            input=self.input + other.input,
            cached=self.cached + other.cached,
            cache_writes=self.cache_writes + other.cache_writes,
            output=self.output + other.output,
            calls=self.calls + other.calls,
            counted=self.counted or other.counted,
        )


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back: the text as it stands, why it ends there, what it cost."""

    text: str
    """The JSON the model wrote; for a refusal its words."""
    stop: StopReason = "end"
    usage: Usage = field(default_factory=Usage)
    model: str = ""
    """The model that answered, as the provider names it."""


class ChatModel(Protocol):
    """One model at one provider, or a wrapper around one."""

    @property
    def name(self) -> str:
        """As `--model` takes it: `openai:gpt-5.2`, `anthropic:claude-opus-4-6`, `http://127.0.0.1:11434/v1#qwen3`."""
        ...

    async def ask(self, question: Question) -> Answer:
        """Have the question answered.

        Raises:
            ProviderError: If no answer came: the error says whether asking again may help.
        """
        ...


@cache
def _schema(answer: type[BaseModel]) -> dict[str, Any]:
    # Building it takes some 30 ms for a type as large as a whole design.
    schema: dict[str, Any] = _terse(answer.model_json_schema())
    return schema


_WIDE = 2000
"""A limit of a text's length that no sentence reaches."""


def _terse(schema: Any, *, names: bool = False) -> Any:
    """Return a JSON Schema without noise; below `properties` and `$defs` the members are names, not keywords."""
    match schema:
        case dict():
            return {
                word: _terse(value, names=not names and word in ("properties", "$defs"))
                for word, value in schema.items()
                if names or not (word == "title" or (word == "maxLength" and value >= _WIDE) or (word == "default" and value in (None, "", [], False, 0)))
            }
        case list():
            return [_terse(value) for value in schema]
        case _:
            return schema
