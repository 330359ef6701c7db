"""Hypothesis strategies for every value of the plan, built from the types themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from hypothesis import strategies as st
from pydantic import BeforeValidator
from pydantic.fields import FieldInfo

from backend_architect.design import Design
from backend_architect.identity import allocate
from backend_architect.plan import PREFIXES, CodeChange, Coverage, Finding, Head, Identity, Plan, Quality, Retired, Span
from backend_architect.text import KEY_PATTERN, Closed, one_line

Value = TypeVar("Value", bound=Closed)

NASTY = (
    "**bold** and *thin*",
    "a — b → c · d | e",
    "— starts",
    "ends →",
    "`code` and `more | code`",
    "``two` ticks",
    "`",
    "\\",
    "C:\\temp\\*",
    "<!-- key=a fp=00000000 -->",
    "x --> y",
    "<script>alert(1)</script>",
    "<javascript:alert(1)>",
    "[text](javascript:alert(1))",
    "![x](y) [^1] [a]: b",
    "- [x] **REQ-1.1 [functional]**: no",
    "- item",
    "+ item",
    "# heading",
    "ends with #",
    "> quote",
    "---",
    "===",
    "1. first",
    "12) twelfth",
    "| a | b |",
    "~~gone~~ ~40 ~x~",
    "snake_case _em_ __init__",
    "&amp; & &mdash; &#42; &;",
    "https://example.org/a_b?c=1&d=2",
    "see https://example.org/*x* and www.example.org/_y",
    "a@example.org",
    "$5 and ${HOME} and $x$",
    ": x",
    "x, one of a, optional",
    "S12 (L14)",
    "REQ-1.1",
    "none",
    "yes",
    "no",
    "null",
    "\"quoted\" 'single'",
    "key: value # comment",
    "*",
    "]**",
    "```",
    "~~~",
    "**Why**: because",
    "Phase 1: x",
    "1 API Layer",
    "大きな — 文字",
    "ünïcödé ½ ² ٣",
    "user sees: x",
    ", evidence: y",
)
"""Visible lines that look like the document's own markup."""

LABELS = ("a", "b", "c-1", "todo", "list-todos", "none", "0")
"""Keys to draw from: few, so that references meet their elements."""


def texts(*, empty: bool = False) -> st.SearchStrategy[str]:
    """Visible lines, many of them nasty; none longer than a `Text` may be."""
    pieces = st.one_of(st.sampled_from(NASTY), st.sampled_from(("plain words", "Zwei Wörter")), st.text(max_size=12))
    lines = st.lists(pieces, min_size=0 if empty else 1, max_size=2).map(lambda parts: one_line(" ".join(parts)))
    return lines if empty else lines.filter(bool)


def contents() -> st.SearchStrategy[str]:
    """Files' contents: with fences, odd line ends, without a last line end."""
    lines = st.one_of(st.sampled_from(("```", "````sql", "---", "- [ ] **REQ-1.1**: x", "## Commands", "x\ty", "")), st.text(max_size=8))
    ends = st.sampled_from(("\n", "\n", "\r\n", "\r", "\u2028", "\x0b"))
    return st.tuples(st.lists(st.tuples(lines, ends).map("".join), max_size=4).map("".join), st.sampled_from(("", "", "end"))).map("".join)


@cache
def values(model: type[Value]) -> st.SearchStrategy[Value]:
    """Any value of a closed type. Keys come from a small pool and may repeat."""
    return st.fixed_dictionaries({name: _field(info) for name, info in model.model_fields.items()}).map(model.model_validate)


def _field(info: FieldInfo) -> st.SearchStrategy[Any]:
    annotation = info.annotation
    return _typed(Annotated[annotation, *info.metadata] if info.metadata else annotation)


def _typed(annotation: Any) -> st.SearchStrategy[Any]:
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _limited(args[0], _flat(args[1:]))
    if origin is Literal:
        return st.sampled_from(args)
    if origin is tuple:
        return st.lists(_typed(args[0]), max_size=2).map(tuple)
    if origin in (Union, UnionType):
        return st.one_of([st.none() if arg is NoneType else _typed(arg) for arg in args])
    if isinstance(annotation, type) and issubclass(annotation, Closed):
        return values(annotation)
    plain: dict[Any, st.SearchStrategy[Any]] = {
        bool: st.booleans(),
        int: st.one_of(st.integers(-3, 30), st.integers()),
        float: st.one_of(st.integers(0, 300).map(float), st.floats(allow_nan=False, allow_infinity=False)),
        str: contents(),
    }
    return plain[annotation]


def _flat(metadata: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(each for entry in metadata for each in (_flat(tuple(entry.metadata)) if isinstance(entry, FieldInfo) else (entry,)))


def _limited(base: Any, metadata: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    def limit(name: str) -> Any:
        return next((found for entry in metadata if (found := getattr(entry, name, None)) is not None), None)

    if base is int:
        low, high = limit("ge"), limit("le")
        return st.integers(low, high if high is not None else (low or 0) + 40)
    if base is not str:
        return _typed(base)
    if any(isinstance(entry, BeforeValidator) for entry in metadata):
        return texts(empty=not limit("min_length"))
    pattern, longest = limit("pattern"), limit("max_length")
    if pattern == KEY_PATTERN:
        return st.sampled_from(LABELS)
    return st.from_regex(re.compile(pattern, re.ASCII), fullmatch=True).filter(lambda text: longest is None or len(text) <= longest)


# --- whole plans ----------------------------------------------------------------------------


@st.composite
def designs(draw: st.DrawFn) -> Design:
    """Any design with unique keys; references may lead nowhere."""
    design, _, _ = draw(_unique())
    return design


@st.composite
def _unique(draw: st.DrawFn) -> tuple[Design, tuple[CodeChange, ...], tuple[Quality, ...]]:
    design = draw(values(Design))
    code = draw(st.lists(values(CodeChange), max_size=2))
    quality = draw(st.lists(values(Quality), max_size=3))
    taken: set[str] = set()
    data = design.model_dump()
    extra = {"code": [change.model_dump() for change in code], "quality": [box.model_dump() for box in quality]}
    for keyed in _keyed([data, extra]):
        key, number = keyed["key"], 1
        while key in taken:
            number += 1
            key = f"{keyed['key']}-{number}"
        taken.add(key)
        keyed["key"] = key
    phases = [phase["key"] for phase in data["delivery"]["phases"]]
    for task in data["delivery"]["tasks"]:
        task["phase"] = draw(st.sampled_from([*phases, *phases, task["phase"]]))
    made = Design.model_validate(data)
    return made, tuple(CodeChange.model_validate(each) for each in extra["code"]), tuple(Quality.model_validate(each) for each in extra["quality"])


def _keyed(data: Any) -> Iterator[dict[str, Any]]:
    """Every mapping with a key of its own, in order."""
    match data:
        case dict():
            if "key" in data:
                yield data
            for value in data.values():
                yield from _keyed(value)
        case list() | tuple():
            for value in data:
                yield from _keyed(value)


def cited(value: Any) -> Iterator[int]:
    """Every statement that a value cites."""
    match value:
        case Closed():
            for name in type(value).model_fields:
                part = getattr(value, name)
                if name == "cites":
                    yield from part
                else:
                    yield from cited(part)
        case tuple():
            for part in value:
                yield from cited(part)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Any plan whose parts agree: an ID for each element, a span at most for each cited statement."""
    design, code, quality = draw(_unique())
    identities = allocate(design, code, quality)
    if draw(st.booleans()):
        # As after a later run: numbers with gaps and in another order.
        numbers = draw(st.permutations(range(1, len(identities) + 3)))
        identities = tuple(
            Identity(kind=i.kind, key=i.key, id=f"{PREFIXES[i.kind]}-{draw(st.integers(1, 12))}.{number}")
            for i, number in zip(identities, numbers, strict=False)
        )
    lines = st.integers(1, 99)
    return Plan(
        head=draw(values(Head)),
        design=design,
        code=code,
        quality=quality,
        findings=tuple(draw(st.lists(values(Finding), max_size=2))),
        coverage=draw(values(Coverage)),
        spans=tuple(Span(statement=number, first_line=draw(lines), last_line=draw(lines)) for number in sorted(set(cited(design))) if draw(st.integers(0, 4))),
        identities=identities,
        ticked=tuple(identity.id for identity in identities if draw(st.booleans())),
        retired=tuple(draw(st.lists(values(Retired), max_size=2))),
    )
