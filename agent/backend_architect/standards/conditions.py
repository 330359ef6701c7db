"""The closed little language that says when a standard applies.

    service and (size>=medium or always-on)

A word is `always` or a truth of `Circumstances`; `size>=small|medium|large` compares the size;
`not` binds before `and`, `and` before `or`; parentheses group. Nothing else is a condition.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from backend_architect.design import Size
from backend_architect.errors import StandardsError
from backend_architect.standards.circumstances import SIZES, Circumstances

_TOKEN = re.compile(r"\s*(\(|\)|size>=[a-z]*|[a-z]+(?:-[a-z]+)*)\s*")

TRUTHS: dict[str, str] = {name.replace("_", "-"): name for name, field in Circumstances.model_fields.items() if field.annotation is bool}
"""A condition's word and the field of `Circumstances` that it asks for."""

_RESERVED = frozenset({"and", "or", "not", "(", ")"})


@dataclass(frozen=True, slots=True)
class Truth:
    """A word: `always`, or a truth of the circumstances."""

    word: str

    def __str__(self) -> str:
        """Write it as a condition does."""
        return self.word


@dataclass(frozen=True, slots=True)
class AtLeast:
    """`size>=medium`."""

    size: Size

    def __str__(self) -> str:
        """Write it as a condition does."""
        return f"size>={self.size}"


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of a condition."""

    of: Condition

    def __str__(self) -> str:
        """Write it as a condition does."""
        return f"not {_grouped(self.of)}"


@dataclass(frozen=True, slots=True)
class All:
    """Conditions that must hold together; at least two."""

    of: tuple[Condition, ...]

    def __str__(self) -> str:
        """Write it as a condition does."""
        return " and ".join(_grouped(part) for part in self.of)


@dataclass(frozen=True, slots=True)
class Any:
    """Conditions of which one is enough; at least two."""

    of: tuple[Condition, ...]

    def __str__(self) -> str:
        """Write it as a condition does."""
        return " or ".join(_grouped(part) for part in self.of)


Condition = Truth | AtLeast | Not | All | Any


@lru_cache(maxsize=512)
def parse(text: str) -> Condition:
    """Return the condition that `text` writes.

    Raises:
        StandardsError: The text is not a condition; the message names the place.
    """
    tokens = _tokens(text)
    condition, rest = _any(tokens, text)
    if rest:
        raise StandardsError(f"condition {text!r}: {rest[0]!r} was not expected")
    return condition


def holds(condition: Condition, circumstances: Circumstances) -> bool:
    """Return whether the condition is true in these circumstances."""
    match condition:
        case Truth("always"):
            return True
        case Truth(word):
            return getattr(circumstances, TRUTHS[word]) is True
        case AtLeast(size):
            return SIZES.index(circumstances.size) >= SIZES.index(size)
        case Not(part):
            return not holds(part, circumstances)
        case All(parts):
            return all(holds(part, circumstances) for part in parts)
        case Any(parts):
            return any(holds(part, circumstances) for part in parts)


def judged(condition: Condition, known: Mapping[str, bool], size: Size | None) -> bool | None:
    """Return whether the condition holds as far as it can be said, or None if it hangs on what is not known yet.

    Args:
        condition: What is asked.
        known: Truth by word, of those that are known.
        size: The project's size, once judged.
    """
    match condition:
        case Truth("always"):
            return True
        case Truth(word):
            return known.get(word)
        case AtLeast(least):
            return None if size is None else SIZES.index(size) >= SIZES.index(least)
        case Not(part):
            judgement = judged(part, known, size)
            return None if judgement is None else not judgement
        case All(parts):
            judgements = [judged(part, known, size) for part in parts]
            return False if False in judgements else None if None in judgements else True
        case Any(parts):
            judgements = [judged(part, known, size) for part in parts]
            return True if True in judgements else None if None in judgements else False


def words(condition: Condition) -> frozenset[str]:
    """Return the words that the condition is made of, `size` for any comparison of size."""
    match condition:
        case Truth(word):
            return frozenset({word})
        case AtLeast():
            return frozenset({"size"})
        case Not(part):
            return words(part)
        case All(parts) | Any(parts):
            return frozenset().union(*(words(part) for part in parts))


def _grouped(part: Condition) -> str:
    return f"({part})" if isinstance(part, All | Any) else str(part)


def _tokens(text: str) -> tuple[str, ...]:
    tokens: list[str] = []
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise StandardsError(f"condition {text!r}: cannot read {text[at:]!r}")
        tokens.append(found.group(1))
        at = found.end()
    return tuple(tokens)


def _any(tokens: tuple[str, ...], text: str) -> tuple[Condition, tuple[str, ...]]:
    first, rest = _all(tokens, text)
    parts = [first]
    while rest[:1] == ("or",):
        part, rest = _all(rest[1:], text)
        parts.append(part)
    return (Any(tuple(parts)) if len(parts) > 1 else first), rest


def _all(tokens: tuple[str, ...], text: str) -> tuple[Condition, tuple[str, ...]]:
    first, rest = _one(tokens, text)
    parts = [first]
    while rest[:1] == ("and",):
        part, rest = _one(rest[1:], text)
        parts.append(part)
    return (All(tuple(parts)) if len(parts) > 1 else first), rest


def _one(tokens: tuple[str, ...], text: str) -> tuple[Condition, tuple[str, ...]]:
    match tokens:
        case ():
            raise StandardsError(f"condition {text!r} ends where a word was expected")
        case ("not", *rest):
            part, after = _one(tuple(rest), text)
            return Not(part), after
        case ("(", *rest):
            part, after = _any(tuple(rest), text)
            if after[:1] != (")",):
                raise StandardsError(f"condition {text!r}: a parenthesis is not closed")
            return part, after[1:]
        case (word, *rest) if word.startswith("size>="):
            return AtLeast(_size(word.removeprefix("size>="), text)), tuple(rest)
        case (word, *rest) if word == "always" or word in TRUTHS:
            return Truth(word), tuple(rest)
        case (word, *_) if word in _RESERVED:
            raise StandardsError(f"condition {text!r}: {word!r} stands where a word was expected")
        case _:
            raise StandardsError(f"condition {text!r}: unknown word {tokens[0]!r}: expected 'always' or one of {', '.join(TRUTHS)}")


def _size(word: str, text: str) -> Size:
    for size in SIZES[1:]:  # Every project is at least tiny: `size>=tiny` would always hold.
        if size == word:
            return size
    raise StandardsError(f"condition {text!r}: unknown size {word!r}: expected one of {', '.join(SIZES[1:])}")
