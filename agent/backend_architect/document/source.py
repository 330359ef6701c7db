"""Any Markdown file as segments that together are the whole file, byte for byte."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from backend_architect.document.markdown import mask, unescape
from backend_architect.expressions import expression

SegmentKind = Literal["front", "heading", "element", "item", "table", "fence", "comment", "quote", "prose", "blank", "unknown"]


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of whole lines that is one thing."""

    kind: SegmentKind
    """`element` is a list item with an ID, `item` one without; `unknown` is what stands where
    something of ours should, and is not that."""
    text: str
    """Its lines, with their ends."""
    first_line: int
    """Counted from 1."""
    id: str | None = None
    key: str | None = None
    """An element's key, if its comment tells."""
    title: str = ""
    """A heading's text; what an element has in brackets after its ID."""
    ticked: bool | None = None
    """An item's box, if it has one."""
    edited: bool | None = None
    """Whether an element's text is another than was generated; None if that cannot be told."""


_LINE = expression(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_HEADING = expression(r"#{1,6}(?![^ \t])")
_FENCE = expression(r"(`{3,}(?!.*`)|~{3,})")
_BULLET = expression(r"(?:[-*+]|[0-9]{1,9}[.)])(?:[ \t]+|$)")
_BOX = expression(r"\[([ xX])\](?=[ \t]|$)[ \t]*")
_ID = expression(r"(\*\*|__)?([A-Z][A-Z0-9]{0,19}(?:-[A-Z][A-Z0-9]{0,19}){0,3}-[0-9]{1,9}(?:\.[0-9]{1,9}){0,3})(?!\w)")
_MARK = expression(r"([a-z]+)=([^ ]+)")
_BARE = expression(r"([0-9a-f]{4})(?= |$)")
_LAYER = expression(r"[A-Z][A-Za-z]+ (?:Layer|Architecture)")
_KEYED = expression(r"([a-z0-9]+(?:-[a-z0-9]+)*) ([0-9a-f]{4})(?= |$)")


def lines_of(text: str) -> list[str]:
    r"""Return the lines with their ends; only `\n`, `\r\n` and `\r` end one."""
    return _LINE.findall(text)


def segments(text: str) -> tuple[Segment, ...]:
    """Return the segments of a file; their texts, joined, are `text`."""
    return tuple(_segments(lines_of(text)))


def _segments(lines: list[str]) -> Iterator[Segment]:
    at = _front_end(lines)
    if at:
        yield Segment("front", "".join(lines[:at]), 1)
    while at < len(lines):
        kind, end = _extent(lines, at)
        yield _segment(kind, "".join(lines[at:end]), lines[at], at + 1)
        at = end


def _front_end(lines: list[str]) -> int:
    if not lines or lines[0].removeprefix("\ufeff").rstrip() != "---":
        return 0
    return next((at + 1 for at in range(1, len(lines)) if lines[at].rstrip() in ("---", "...")), 0)


def _extent(lines: list[str], at: int) -> tuple[SegmentKind, int]:
    """Return what starts at a line, and the line after its last."""
    line = lines[at].rstrip("\r\n")
    if not line.strip():
        return "blank", _while(lines, at, lambda each: not each.strip())
    fence = _FENCE.match(line)
    if fence:
        closing = re.compile(rf" {{0,3}}{re.escape(fence[1][0])}{{{len(fence[1])},}}[ \t]*")
        ends = (end for end in range(at + 1, len(lines)) if fence[1] in lines[end] and closing.fullmatch(lines[end].rstrip("\r\n")))
        return "fence", next((end + 1 for end in ends), len(lines))
    if _HEADING.match(line):
        return "heading", at + 1
    if _BULLET.match(line):
        return "item", _item_end(lines, at)
    if line.startswith("<!--"):
        return "comment", next((end + 1 for end in range(at, len(lines)) if "-->" in lines[end]), len(lines))
    if line.startswith("|"):
        return "table", _while(lines, at, lambda each: each.startswith("|"))
    if line.startswith(">"):
        return "quote", _while(lines, at, lambda each: each.startswith(">"))
    return "prose", _while(lines, at + 1, lambda each: bool(each.strip()) and not _starts(each.rstrip("\r\n")))


def _starts(line: str) -> bool:
    return line.startswith(("|", ">", "<!--")) or any(pattern.match(line) for pattern in (_FENCE, _HEADING, _BULLET))


def _while(lines: list[str], at: int, holds: Callable[[str], bool]) -> int:
    while at < len(lines) and holds(lines[at]):
        at += 1
    return at


def _item_end(lines: list[str], at: int) -> int:
    """Return the line after an item: it goes on over indented lines, blank ones among them."""
    end = at + 1
    for number in range(at + 1, len(lines)):
        if lines[number].startswith(("  ", "\t")) and lines[number].strip():
            end = number + 1
        elif lines[number].strip():
            break
    return end


def _segment(kind: SegmentKind, text: str, first: str, number: int) -> Segment:
    match kind:
        case "heading":
            return Segment(kind, text, number, title=unescape(heading(first)[1]))
        case "item":
            return _item(text, first.rstrip("\r\n"), number)
        case _:
            return Segment(kind, text, number)


def _item(text: str, first: str, number: int) -> Segment:
    rest, ticked = boxed(first)
    found = _ID.match(rest)
    if not found or (ticked is None and not found[1]):
        return Segment("item", text, number, ticked=ticked)
    if ticked is None:
        # A bold ID without a box only mentions the element (an ID that was retired).
        return Segment("item", text, number)
    title = unescape(bracketed(rest, found.end())[0] or "")
    marked = marks(first)
    key = marked.get("key") or (implied_key(found[2], title) if "fp" in marked else None)
    return Segment("element", text, number, id=found[2], key=key, title=title, ticked=ticked)


def implied_key(id: str, title: str) -> str | None:
    """Return the key of an element whose comment tells none: a layer has one decision, and nobody renames a layer."""
    return f"d-{title.partition(' ')[0].lower()}" if id.startswith("ARCH-PLAN-") and _LAYER.fullmatch(title) else None


def heading(line: str) -> tuple[int, str]:
    """Return a heading's level and its Markdown, without the comment."""
    stripped = uncommented(line.strip())
    level = len(stripped) - len(stripped.lstrip("#"))
    body = stripped[level:].strip()
    closing = body.rstrip("#")
    return level, closing.rstrip() if not closing or closing[-1] in " \t" else body


def boxed(first: str) -> tuple[str, bool | None]:
    """Return an item's first line without bullet and box, and whether the box is ticked."""
    bullet = _BULLET.match(first)
    rest = first[bullet.end() :] if bullet else first
    box = _BOX.match(rest)
    return (rest[box.end() :], box[1] != " ") if box else (rest, None)


def bracketed(text: str, at: int) -> tuple[str | None, int]:
    """Return the Markdown that stands in ` [brackets]` at this place, and where they end."""
    if not text.startswith(" [", at):
        return None, at
    end = mask(text).find("]", at)
    return (text[at + 2 : end], end + 1) if end >= 0 else (None, at)


def uncommented(line: str) -> str:
    """Return a line without the comment at its end."""
    at = line.rfind("<!--")
    return line[:at].rstrip() if at >= 0 and line.rstrip().endswith("-->") else line


def marks(line: str) -> dict[str, str]:
    """Return what the comment at a line's end says: its `key`, `fp`, `at`, `eol`."""
    at = line.rfind("<!--")
    if at < 0 or not line.rstrip().endswith("-->"):
        return {}
    said = line[at + 4 :].rstrip()[:-3].strip()
    keyed = _KEYED.match(said)
    bare = None if keyed else _BARE.match(said)
    return dict(_MARK.findall(said)) | ({"key": keyed[1], "fp": keyed[2]} if keyed else {"fp": bare[1]} if bare else {})
