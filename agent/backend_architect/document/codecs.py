"""How one value is written into a line and read out of it again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Protocol

from backend_architect.document.markdown import code, code_end, escape, mask, ticks, uncode, unescape
from backend_architect.plan import Identity, Span
from backend_architect.text import Closed

LONGEST_RANGE = 100_000
"""No brief has more statements; a range beyond this is a slip of somebody's hand."""


class Unreadable(ValueError):
    """Text that is not what the document's own writer would write there."""


@dataclass
class Names:
    """What keys and statements are called in one document."""

    ids: dict[str, str]
    """Key to ID."""
    keys: dict[str, str]
    """ID to key."""
    spans: dict[int, Span] = field(default_factory=dict)
    """By statement: given when writing, found when reading."""
    callers: dict[str, list[str]] = field(default_factory=dict)
    """Component to the components that use it; only for writing."""
    required: frozenset[int] = frozenset()
    """Statements behind a requirement, which is where their lines are given; only for writing."""
    strays: list[str] = field(default_factory=list)
    """What somebody added under an element, by its first words; only found when reading."""

    @classmethod
    def of(cls, identities: Iterable[Identity], spans: Iterable[Span] = ()) -> Names:
        """Return the names that these identities give."""
        pairs = [(identity.key, identity.id) for identity in identities]
        return cls(dict(pairs), {id: key for key, id in pairs}, {span.statement: span for span in spans})


class Codec(Protocol):
    """Writes a value and reads it back."""

    @property
    def token(self) -> re.Pattern[str] | None:
        """What it writes, if that is so regular that its end can be told from the text alone."""
        ...

    def write(self, value: Any, names: Names) -> str:
        """Return the value as Markdown on one line."""
        ...

    def read(self, text: str, names: Names) -> Any:
        """Return what `write` was given.

        Raises:
            Unreadable: If `write` would not write that.
        """
        ...


# --- plain values ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Prose:
    """Visible text, escaped."""

    token: re.Pattern[str] | None = None

    def write(self, value: str, names: Names) -> str:
        """Return it escaped."""
        return escape(value)

    def read(self, text: str, names: Names) -> str:
        """Return what is shown."""
        return unescape(text.strip())


@dataclass(frozen=True)
class Coded:
    """Text in a code span, exactly, or escaped where a code span would tick the line's box; an empty one is never written."""

    token: re.Pattern[str] | None = None

    def write(self, value: str, names: Names) -> str:
        """Return it as a code span, if it can stand in one."""
        # Its backticks are spelled out: what begins with a code span would be read as one.
        return "&#96;".join(map(escape, value.split("`"))) if ticks(value) else code(value)

    def read(self, text: str, names: Names) -> str:
        """Return what the code span holds; text that is none is taken as it stands."""
        stripped = text.strip()
        return uncode(stripped) if code_end(stripped) == len(stripped) else unescape(stripped)


@dataclass(frozen=True)
class Word:
    """One of a few fixed words, perhaps by another name in the document."""

    shown: tuple[tuple[Any, str], ...] = ()
    token: re.Pattern[str] | None = re.compile(r"[A-Za-z][A-Za-z0-9/_-]*")

    def write(self, value: Any, names: Names) -> str:
        """Return the word."""
        return next((word for known, word in self.shown if known == value), str(value))

    def read(self, text: str, names: Names) -> Any:
        """Return the value; a wrong word is for the type to refuse."""
        return next((known for known, word in self.shown if word == text.strip()), text.strip())


@dataclass(frozen=True)
class Number:
    """A whole number with its unit."""

    unit: str = ""
    blank_zero: bool = False
    """Whether a zero, being the default, leaves its cell empty."""

    @property
    def token(self) -> re.Pattern[str] | None:
        """Digits, sign, unit."""
        return re.compile(rf"-?[0-9]+{re.escape(self.unit)}")

    def write(self, value: int, names: Names) -> str:
        """Return digits and unit."""
        return "" if self.blank_zero and value == 0 else f"{value}{self.unit}"

    def read(self, text: str, names: Names) -> int:
        """Return the number; the unit may be missing."""
        return _integer(text.strip().removesuffix(self.unit.strip()).strip())


def _integer(text: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,4000}", text):
        raise Unreadable(f"{text[:40]!r} is not a whole number")
    return int(text)


def decimal(value: float) -> str:
    """Return the shortest text that reads as `value`: `200`, `0.5`, `inf`."""
    return repr(float(value)).removesuffix(".0")


@dataclass(frozen=True)
class Decimal:
    """A number that may have a fraction."""

    token: re.Pattern[str] | None = None

    def write(self, value: float, names: Names) -> str:
        """Return the shortest text that reads as the number."""
        return decimal(value)

    def read(self, text: str, names: Names) -> float:
        """Return the number."""
        try:
            return float(text)
        except ValueError as error:
            raise Unreadable(f"{text[:40]!r} is not a number") from error


# --- lists and references -------------------------------------------------------------------


@dataclass(frozen=True)
class Texts:
    """Several texts on one line."""

    between: str = " · "
    token: re.Pattern[str] | None = None

    def write(self, value: Sequence[str], names: Names) -> str:
        """Return the escaped texts, joined."""
        return self.between.join(escape(text) for text in value)

    def read(self, text: str, names: Names) -> tuple[str, ...]:
        """Return the texts."""
        return tuple(unescape(part.strip()) for part in split(text, self.between))


@dataclass(frozen=True)
class CodeWords:
    """Identifiers, each in a code span; "none" if there are none."""

    token: re.Pattern[str] | None = re.compile(r"none|`[^`]*`(?:, `[^`]*`)*")

    def write(self, value: Sequence[str], names: Names) -> str:
        """Return them, joined."""
        return ", ".join(f"`{word}`" for word in value) or "none"

    def read(self, text: str, names: Names) -> tuple[str, ...]:
        """Return the identifiers."""
        return () if text.strip() == "none" else tuple(part.strip().strip("`") for part in text.split(","))


_REF = r"[A-Z][A-Z-]*-[0-9]+\.[0-9]+|`[^`]*`"


@dataclass(frozen=True)
class Ref:
    """A reference to an element: its ID, or its key in a code span if it has none."""

    token: re.Pattern[str] | None = re.compile(_REF)

    def write(self, value: str, names: Names) -> str:
        """Return the ID or the key."""
        return names.ids.get(value) or f"`{value}`"

    def read(self, text: str, names: Names) -> str:
        """Return the key."""
        found = text.strip()
        if found.startswith("`"):
            return found.strip("`")
        if found not in names.keys:
            raise Unreadable(f"{found[:60]!r} is not an ID of this document")
        return names.keys[found]


_ID = re.compile(r"([A-Z][A-Z-]*-[0-9]+)\.([0-9]{1,6})")
_SHORTEST_RUN = 3
_LONGEST_RUN = 1_000


@dataclass(frozen=True)
class Refs:
    """References to elements, neighbours as a run (`REQ-1.2 to REQ-1.6`); "none" if there are none."""

    token: re.Pattern[str] | None = re.compile(rf"none|(?:{_REF})(?: to (?:{_REF}))?(?:, (?:{_REF})(?: to (?:{_REF}))?)*")

    def write(self, value: Sequence[str], names: Names) -> str:
        """Return them, joined."""
        return ", ".join(runs([REF.write(key, names) for key in value])) or "none"

    def read(self, text: str, names: Names) -> tuple[str, ...]:
        """Return the keys."""
        if text.strip() in ("none", ""):
            return ()
        return tuple(REF.read(id, names) for part in text.split(",") for id in _run(part))


def runs(ids: Sequence[str], *, prefix: str = "") -> list[str]:
    """Return the IDs without their prefix, three or more that follow each other as `first to last`."""
    found: list[list[str]] = []
    for id in ids:
        if found and len(found[-1]) < _LONGEST_RUN and _follows(found[-1][-1], id):
            found[-1].append(id)
        else:
            found.append([id])
    named = [[id.removeprefix(prefix) for id in run] for run in found]
    return [part for run in named for part in ([f"{run[0]} to {run[-1]}"] if len(run) >= _SHORTEST_RUN else run)]


def _follows(first: str, second: str) -> bool:
    one, two = _ID.fullmatch(first), _ID.fullmatch(second)
    return one is not None and two is not None and one[1] == two[1] and int(one[2]) + 1 == int(two[2])


def _run(part: str) -> list[str]:
    """Return the IDs that a part of a list stands for."""
    first, to, last = part.strip().partition(" to ")
    if not to:
        return [first]
    one, two = _ID.fullmatch(first.strip()), _ID.fullmatch(last.strip())
    if one is None or two is None or one[1] != two[1] or not 0 <= int(two[2]) - int(one[2]) < _LONGEST_RUN:
        raise Unreadable(f"{part.strip()[:60]!r} is no run of IDs")
    return [f"{one[1]}.{number}" for number in range(int(one[2]), int(two[2]) + 1)]


_CITE = r"S[0-9]+(?: \(L[0-9]+(?:-[0-9]+)?\))?"
_CITE_PARTS = re.compile(r"S([0-9]{1,18})(?: \(L([0-9]{1,18})(?:-([0-9]{1,18}))?\))?")


@dataclass(frozen=True)
class Cited:
    """Statements of the brief, with their lines: `S12 (L14), S13 (L15-16)`."""

    located: bool = False
    """Whether to give the lines of statements that a requirement gives them of."""

    token: re.Pattern[str] | None = re.compile(rf"{_CITE}(?:, {_CITE})*")

    def write(self, value: Sequence[int], names: Names) -> str:
        """Return them, joined."""
        return ", ".join(self._one(number, names) for number in value)

    def _one(self, number: int, names: Names) -> str:
        span = names.spans.get(number)
        if span is None or (number in names.required and not self.located):
            return f"S{number}"
        lines = f"{span.first_line}" if span.first_line == span.last_line else f"{span.first_line}-{span.last_line}"
        return f"S{number} (L{lines})"

    def read(self, text: str, names: Names) -> tuple[int, ...]:
        """Return the numbers; their lines are noted in `names`."""
        numbers: list[int] = []
        for part in text.split(",") if text.strip() else ():
            found = _CITE_PARTS.fullmatch(part.strip())
            if not found:
                raise Unreadable(f"{part.strip()[:40]!r} does not cite a statement as S12 (L14)")
            number, first = int(found[1]), found[2]
            numbers.append(number)
            # A line 0 would be the reader's slip: leave it to the type to refuse the statement.
            if first and int(first) and int(found[3] or first) and number:
                names.spans.setdefault(number, Span(statement=number, first_line=int(first), last_line=int(found[3] or first)))
        return tuple(numbers)


@dataclass(frozen=True)
class Ranges:
    """Numbers, runs of them as ranges: `1-3, 5`; "none" if there are none."""

    token: re.Pattern[str] | None = None

    def write(self, value: Sequence[int], names: Names) -> str:
        """Return the ranges, joined."""
        runs: list[list[int]] = []
        for number in value:
            if runs and number == runs[-1][-1] + 1 and number > 0:
                runs[-1].append(number)
            else:
                runs.append([number])
        return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 and run[0] > 0 else ", ".join(map(str, run)) for run in runs) or "none"

    def read(self, text: str, names: Names) -> tuple[int, ...]:
        """Return the numbers."""
        numbers: list[int] = []
        for part in text.split(",") if text.strip() not in ("", "none") else ():
            first, dash, last = part.strip().partition("-") if not part.strip().startswith("-") else (part.strip(), "", "")
            start, stop = _integer(first), _integer(last if dash else first)
            if stop - start > LONGEST_RANGE:
                raise Unreadable(f"the range {part.strip()[:40]!r} is too long")
            numbers.extend(range(start, stop + 1))
        return tuple(numbers)


def split(text: str, between: str) -> list[str]:
    """Return the pieces of `text` between delimiters that are neither escaped nor in a code span."""
    masked, pieces, start = mask(text), [], 0
    while (at := masked.find(between, start)) >= 0:
        pieces.append(text[start:at])
        start = at + len(between)
    return [*pieces, text[start:]]


PROSE, CODED, WORD, NUMBER, MS, TEXTS, CHOICES, CODE_WORDS, REF, REFS, CITED, LOCATED, RANGES = (
    Prose(),
    Coded(),
    Word(),
    Number(),
    Number(" ms"),
    Texts(),
    Texts(" | "),
    CodeWords(),
    Ref(),
    Refs(),
    Cited(),
    Cited(located=True),
    Ranges(),
)
YES = Word(((True, "yes"), (False, "no")))


# --- records on one line --------------------------------------------------------------------


@cache
def default_of(model: type[Closed], name: str) -> Any:
    """Return the default of a field, or a value that equals nothing if it is required."""
    info = model.model_fields[name]
    return object() if info.is_required() else info.get_default()


@dataclass(frozen=True)
class Slot:
    """A field's place on a line: the text before it, and how it is written."""

    before: str
    field: str
    codec: Codec = PROSE


@dataclass(frozen=True)
class Line:
    """A record on one line: its fields in order, each after its mark.

    A field that has its default is left out with its mark. A mark that follows free text holds
    something that `escape` never leaves unescaped; one that follows a closed token need not.
    """

    model: type[Closed]
    slots: tuple[Slot, ...]
    token: re.Pattern[str] | None = None

    def write(self, value: Any, names: Names) -> str:
        """Return the record's line."""
        pieces = []
        for slot in self.slots:
            part = getattr(value, slot.field)
            if part != default_of(self.model, slot.field) and not (part == () and isinstance(slot.codec, Cited)):
                pieces.append(slot.before + slot.codec.write(part, names))
        return "".join(pieces)

    def read(self, text: str, names: Names) -> dict[str, Any]:
        """Return the fields that stand on the line."""
        return {slot.field: slot.codec.read(part, names) for slot, part in self._parts(text.strip())}

    def _parts(self, text: str) -> list[tuple[Slot, str]]:
        masked = mask(text)
        parts: list[tuple[Slot, str]] = []
        current: Slot | None = None
        start = end = 0
        for number, slot in enumerate(self.slots):
            free = current is not None and current.codec.token is None and not _is_coded(current, text, start)
            if free and slot.codec.token is not None and number == len(self.slots) - 1 and not self._required(slot):
                # Only at the very end: prose in front of it may have been edited by hand and hold such a mark.
                at = masked.rfind(slot.before, end)
                if at >= 0 and not slot.codec.token.fullmatch(text, at + len(slot.before)):
                    at = -1
            elif free:
                at = masked.find(slot.before, end)
            else:
                at = end if masked.startswith(slot.before, end) else -1
            if at < 0:
                if self._required(slot):
                    raise Unreadable(f"{slot.field!r} is missing in {text[:60]!r}")
                continue
            if current is not None:
                parts.append((current, text[start:at]))
            current, start = slot, at + len(slot.before)
            end = _token_end(slot, text, start)
        if current is not None:
            if current.codec.token is not None and end != len(text):
                raise Unreadable(f"{text[end : end + 60]!r} is not part of {current.field!r}")
            parts.append((current, text[start:]))
        elif text:
            raise Unreadable(f"{text[:60]!r} is not understood")
        return parts

    def _required(self, slot: Slot) -> bool:
        return self.model.model_fields[slot.field].is_required() and not isinstance(slot.codec, Cited)


def _is_coded(slot: Slot, text: str, start: int) -> bool:
    return isinstance(slot.codec, Coded) and text.startswith("`", start)


def _token_end(slot: Slot, text: str, start: int) -> int:
    if _is_coded(slot, text, start):
        return max(code_end(text, start), start)
    if slot.codec.token is None:
        return start
    found = slot.codec.token.match(text, start)
    if found is None:
        raise Unreadable(f"{text[start : start + 60]!r} is not a {slot.field!r}")
    return found.end()
