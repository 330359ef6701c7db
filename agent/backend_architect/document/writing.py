"""Values as Markdown lines, each as the layout says."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from backend_architect.document.codecs import REFS, Codec, Names, default_of
from backend_architect.document.layout import LONGEST_JOINED, UPSTREAM, Column, Fields, Item, Label, Table
from backend_architect.document.markdown import fence, unescape
from backend_architect.document.source import implied_key
from backend_architect.plan import CodeChange
from backend_architect.text import Closed

DERIVED = "By rule: "
"""How the one sentence begins that is derived and stands as prose: which errors follow from what."""


def fingerprint(text: str) -> str:
    """Return the four digits by which a later run sees whether somebody edited an element's text."""
    # Lone surrogates cannot come from a file, but a code block made in process may hold one.
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:4]


def comment(key: str | None, fp: str | None = None, **marks: object) -> str:
    """Return a comment that carries a key: `<!--create-todo 1a2b at=4-->`, or `<!--key=first-phase-->` where nothing else tells it.

    Without a key, which the ID and its layer imply, it is `<!--1a2b-->`.
    """
    named = [f"{name}={value}" for name, value in marks.items() if value is not None]
    return f"<!--{' '.join([*([f'key={key}'] if fp is None else [key, fp] if key else [fp]), *named])}-->"


def element(item: Item, value: Any, names: Names, *, id: str, ticked: bool, at: int | None = None, hidden: frozenset[str] = frozenset()) -> str:
    """Return an element with ID and box; `at` is its place among its kind where that is not the next one."""
    rest = item.line.write(value, names)
    tag = item.tag if isinstance(item.tag, str) or item.tag is None else item.tag.write(value, names)
    first = f"**{id}{f' [{tag}]' if tag else ''}**{': ' + rest if rest else ''}"
    above, below = item.labels[: item.before_bullets], item.labels[item.before_bullets :]
    under = [*_labelled(above, value, names, hidden), *_bullets(item, value, names), *_labelled(below, value, names, hidden)]
    content = value.content if isinstance(value, CodeChange) else None
    key = None if value.key == implied_key(id, unescape(tag or "")) else value.key
    marks = comment(key, fingerprint("\n".join([first, *under, *([] if content is None else [content])])), at=at, eol=_missing_eol(content))
    lines = [f"- [{'x' if ticked else ' '}] {first} {marks}", *under]
    return "\n".join(lines if content is None else [*lines, "", block(content, value.language)])


def _missing_eol(content: str | None) -> str | None:
    return "none" if content and content[-1] not in "\r\n" else None


def block(content: str, language: str) -> str:
    """Return a fenced block of exactly these lines."""
    mark = fence(content)
    return f"{mark}{language}\n{content}{chr(10) if _missing_eol(content) else ''}{mark}"


def bullet(item: Item, value: Any, names: Names) -> str:
    """Return a bullet without an ID; one that has a key carries it."""
    first = f"- {item.line.write(value, names)}"
    return "\n".join([f"{first} {comment(value.key)}" if item.keyed else first, *_labelled(item.labels, value, names)])


def fields(spec: Fields, value: Closed, names: Names) -> str:
    """Return one value as labelled lines."""
    return "\n".join(line.removeprefix("  ") for line in _labelled(spec.labels, value, names))


def columns(spec: Table, rows: Sequence[Any]) -> list[Column]:
    """Return the columns in which something stands."""
    return [column for column in spec.columns if any(getattr(row, column.field) != default_of(spec.model, column.field) for row in rows)]


def table(spec: Table, rows: Sequence[Any], names: Names, *, total: str = "") -> str:
    """Return rows as a table, without the columns in which nothing stands; "" if there are no rows."""
    if not rows:
        return ""
    shown = columns(spec, rows)
    lines = [[column.header for column in shown], ["---"] * len(shown)]
    lines += [[column.codec.write(getattr(row, column.field), names) for column in shown] for row in rows]
    return "\n".join([*(grid(cells) for cells in lines), *([total] if total else [])])


def grid(cells: Sequence[str]) -> str:
    """Return one line of a table."""
    return "|---" * len(cells) + "|" if cells[0] == "---" else f"| {' | '.join(cells)} |"


def _bullets(item: Item, value: Any, names: Names) -> list[str]:
    if item.bullets is None:
        return []
    return [f"  - {item.bullets.codec.write(part, names)}" for part in getattr(value, item.bullets.field)]


def _labelled(labels: Sequence[Label], value: Any, names: Names, hidden: frozenset[str] = frozenset()) -> list[str]:
    lines: list[str] = []
    packed: list[str] = []
    for label in labels:
        texts = [] if label.field in hidden else _texts(label, value, names)
        if not texts:
            continue
        if label.short:
            packed.append(f"**{label.name}**: {texts[0]}")
            continue
        lines, packed = _flushed(lines, packed), []
        if label.joined and len(texts) > 1 and sum(map(len, texts)) > LONGEST_JOINED:
            lines += [f"  - **{label.name}**:", *(f"    - {text}" for text in texts)]
        else:
            lines += [f"  - **{label.name}**: {text}" for text in ([" · ".join(texts)] if label.joined else texts)]
    return _flushed(lines, packed)


def _flushed(lines: list[str], packed: list[str]) -> list[str]:
    return [*lines, "  - " + " · ".join(packed)] if packed else lines


def _texts(label: Label, value: Any, names: Names) -> list[str]:
    """Return what stands after a label: nothing if it says nothing."""
    codec: Codec = label.codec
    if label is UPSTREAM:
        callers = names.callers.get(value.key)
        return [REFS.write(callers, names)] if callers else []
    if not label.field:
        return [codec.write(value, names)]
    part = getattr(value, label.field)
    model: type[Closed] = type(value)
    if label.many or label.joined:
        return [codec.write(each, names) for each in part]
    if not label.always and (part == default_of(model, label.field) or part == ()):
        # An empty tuple that is no default reads back as one; only a vocabulary tells () from None.
        return [] if part != () or default_of(model, label.field) is not None else [codec.write(part, names)]
    return [codec.write(part, names)]
