"""How many tokens a text has: counted with o200k_base from the package's own ranks, never downloaded; else estimated."""

from __future__ import annotations

import base64
import hashlib
import json
import lzma
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from backend_architect.models.calls import repairs, texts
from backend_architect.models.protocol import Question, estimated_tokens

if TYPE_CHECKING:
    from tiktoken import Encoding

RANKS = Path(__file__).with_name("ranks") / "o200k_base.tiktoken.xz"
"""The merge ranks as OpenAI publishes them, compressed; where they come from is said beside them."""

SHA256 = "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"
"""Of the ranks, uncompressed: what tiktoken itself expects of its download."""

_SIZE = 3_613_922

_PATTERN = "|".join(
    (
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
        r"\p{N}{1,3}",
        r" ?[^\s\p{L}\p{N}]+[\r\n/]*",
        r"\s*[\r\n]+",
        r"\s+(?!\S)",
        r"\s+",
    )
)
_SPECIAL = {"<|endoftext|>": 199_999, "<|endofprompt|>": 200_018}

_PER_MESSAGE = 4
"""Tokens a provider puts around each message: its role, its end."""

_MOST_FOREIGN = 2
"""How many times the o200k count another provider's tokenizer makes of a text at most: half as much again is what is seen."""

_UNSEEN = 500
"""Tokens a provider may add that no request shows: how it words the schema, its own preamble."""

_LONGEST_BLANK = 100_000
"""Characters of white space in a row that tiktoken's expression still takes; at a million its stack is full."""


@dataclass(frozen=True)
class Tokens:
    """A number of tokens, and whether it was counted with the model's own tokenizer."""

    number: int
    exact: bool

    def __add__(self, other: Tokens) -> Tokens:
        """Return the sum; it is exact only if both are."""
        return Tokens(self.number + other.number, self.exact and other.exact)

    def __str__(self) -> str:
        """Write the number for people: `1,234`, or `≈1,234` for an estimate."""
        return f"{'' if self.exact else '≈'}{self.number:,}"


def count(text: str, *, model: str | None = None) -> Tokens:
    """Return the tokens of a text.

    Args:
        text: The text; what looks like a special token is text too.
        model: Who reads it, as `--model` takes it: for a model that does not use o200k_base the count is an estimate. None for o200k_base itself.
    """
    number = _counted(text)
    if number is None:
        return Tokens(estimated_tokens(text), exact=False)
    return Tokens(number, exact=model is None or uses_o200k(model))


def number(text: str) -> int:
    """Return the tokens of a text as a bare number, exact or not."""
    return count(text).number


def question_tokens(question: Question, model: str) -> Tokens:
    """Return the input tokens of a request: system, parts, earlier turns, schema, and what stands between messages.

    Of an exact sum every text is counted exactly; the provider words the schema in its own way, which moves the bill by some tokens.
    """
    pieces = tuple(_pieces(question))
    return sum((count(piece, model=model) for piece in pieces), Tokens(_framing(question), exact=True))


def most_tokens(question: Question, model: str) -> int:
    """Return a number of input tokens that a provider will hardly bill more than: for a reservation, not for people."""
    most = _framing(question) + _UNSEEN
    for piece in _pieces(question):
        size = len(piece.encode(errors="surrogatepass"))
        tokens = count(piece, model=model)
        # Every tokenizer in use falls back on bytes: a text has no more tokens than those.
        counted = _counted(piece) is not None
        most += tokens.number if tokens.exact else min(size, _MOST_FOREIGN * tokens.number) if counted else size
    return most


def uses_o200k(model: str) -> bool:
    """Say whether a model is known to read o200k_base: one of OpenAI's that tiktoken lists as such."""
    provider, _, name = model.partition(":")
    if provider != "openai":
        return False
    try:
        # A table of names; nothing is loaded by it.
        from tiktoken.model import encoding_name_for_model

        return encoding_name_for_model(name) == "o200k_base"
    except (ImportError, KeyError):
        return False


def _pieces(question: Question) -> Iterator[str]:
    yield question.system
    yield from texts(question)
    yield from (said for _, said in repairs(question))
    yield json.dumps(question.schema, ensure_ascii=False, separators=(",", ":"))


def _framing(question: Question) -> int:
    return _PER_MESSAGE * (2 + 2 * len(question.turns))


# Requests of a run share most of their pieces.
@lru_cache(maxsize=64)
def _counted(text: str) -> int | None:
    encoding = _encoding()
    if encoding is None or (len(text) > _LONGEST_BLANK and any(len(blank[0]) > _LONGEST_BLANK for blank in re.finditer(r"\s+", text))):
        return None
    return len(encoding.encode_ordinary(text))


@cache
def _encoding() -> Encoding | None:
    """Return the encoding, None if its file is missing or not what was published, or tiktoken is not there."""
    # `tiktoken.get_encoding` would download the ranks, with no time limit.
    try:
        from tiktoken import Encoding
    except ImportError:
        return None
    ranks = _ranks(RANKS)
    if ranks is None:
        return None
    return Encoding("o200k_base", pat_str=_PATTERN, mergeable_ranks=ranks, special_tokens=_SPECIAL)


def _ranks(path: Path) -> dict[bytes, int] | None:
    """Return rank by token as a file has it, None unless the file is the published one."""
    try:
        # No more is unpacked than there should be: a damaged file must not fill the memory.
        data = lzma.LZMADecompressor().decompress(path.read_bytes(), max_length=_SIZE + 1)
    except (OSError, lzma.LZMAError, EOFError):
        return None
    if hashlib.sha256(data).hexdigest() != SHA256:
        return None
    words = data.split()
    return {base64.b64decode(token): int(rank) for token, rank in zip(words[::2], words[1::2], strict=True)}
