"""Markdown lines as values, each as the layout says: the other direction of `writing`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backend_architect.document.codecs import CITED, Codec, Line, Names, Unreadable, split
from backend_architect.document.layout import UPSTREAM, Fields, Item, Label, Table
from backend_architect.document.markdown import mask
from backend_architect.document.source import bracketed

Data = dict[str, Any]


def under(labels: Sequence[Label], bullets: Label | None, lines: Sequence[str], names: Names) -> Data:
    """Return the fields that stand on the lines under an item's first.

    A line that says nothing the layout knows is somebody's note: it goes to `names.strays`.

    Raises:
        Unreadable: If what follows a known label is not what stands there.
    """
    data: Data = {}
    listed: Label | None = None
    for line in filter(str.strip, lines):
        body = line.strip().removeprefix("- ").strip()
        if listed is not None and line.startswith(("    - ", "\t\t- ")):
            data.setdefault(listed.field, []).append(_read(listed.codec, body, names))
            continue
        listed = None
        if not line.strip().startswith("- "):
            names.strays.append(line.strip()[:60])
            continue
        if not body.startswith("**"):
            if bullets is None:
                names.strays.append(body[:60])
                continue
            data.setdefault(bullets.field, []).append(_read(bullets.codec, body, names))
            continue
        for packed in split("\n" + body, " · **"):
            listed = _labelled(labels, packed.removeprefix("\n**"), data, names)
    return data


def _labelled(labels: Sequence[Label], text: str, data: Data, names: Names) -> Label | None:
    """Note one labelled value; return its label if the values follow as a nested list."""
    end = mask(text).find("**:")
    name = text[:end]
    label = next((label for label in labels if label.name == name), None) if end >= 0 else None
    if label is None:
        names.strays.append(f"**{text[:60]}")
        return None
    value = text[end + 3 :].strip()
    if label is UPSTREAM:
        return None
    if label.joined:
        if not value:
            return label
        data.setdefault(label.field, []).extend(_read(label.codec, part, names) for part in split(value, " · "))
    elif label.many:
        data.setdefault(label.field, []).append(_read(label.codec, value, names))
    elif label.field:
        data[label.field] = label.codec.read(value, names)
    else:
        data |= label.codec.read(value, names)
    return None


def _read(codec: Codec, text: str, names: Names) -> Any:
    # Records on a line may lack what is empty and yet required: their citations.
    return completed(codec.model, codec.read(text, names)) if isinstance(codec, Line) else codec.read(text, names)


def completed(model: type[Any], data: Data) -> Data:
    """Return `data` with the required tuples that are empty, which is why nobody wrote them."""
    for name, info in model.model_fields.items():
        if name not in data and info.is_required() and getattr(info.annotation, "__origin__", None) is tuple:
            data[name] = ()
    return data


def item(spec: Item, lines: Sequence[str], names: Names) -> Data:
    """Return the fields of a bullet; its first line comes without bullet, box and comment.

    Raises:
        Unreadable: If it is not laid out as `spec` says.
    """
    data = spec.line.read(lines[0], names) | under(spec.labels, spec.bullets, lines[1:], names)
    return completed(spec.model, data)


def element(spec: Item, id: str, lines: Sequence[str], names: Names) -> Data:
    """Return the fields of an element whose first line is `**ID [tag]**: rest`.

    Raises:
        Unreadable: If it is not laid out as `spec` says.
    """
    first = lines[0]
    tag, end = bracketed(first, len(id) + 2)
    if not first.startswith("**" + id) or not first.startswith("**", end):
        raise Unreadable(f"{first[:60]!r} is not **{id}** in bold")
    data = {} if spec.tag is None or isinstance(spec.tag, str) else spec.tag.read(tag or "", names)
    return data | item(spec, [first[end + 2 :].removeprefix(":").strip(), *lines[1:]], names)


def fields(spec: Fields, bullets: Sequence[str], names: Names) -> Data:
    """Return the fields that stand on labelled bullets."""
    return completed(spec.model, under(spec.labels, None, bullets, names))


def rows(spec: Table, lines: Sequence[str], names: Names) -> list[Data]:
    """Return the rows of a table; one that starts with a bold cell is a sum and not data.

    Raises:
        Unreadable: If a header or a cell is not one of ours.
    """
    columns = {column.header: column for column in spec.columns}
    headers = cells(lines[0])
    unknown = [header for header in headers if header not in columns]
    if unknown:
        raise Unreadable(f"{unknown[0][:60]!r} is not a column of this table")
    found: list[Data] = []
    for line in lines[2:]:
        row = cells(line)
        if row and row[0].startswith("**"):
            continue
        if len(row) != len(headers):
            raise Unreadable(f"{line.strip()[:60]!r} has {len(row)} cells, not {len(headers)}")
        data = {}
        for header, cell in zip(headers, row, strict=True):
            column = columns[header]
            if cell or column.codec is CITED:
                data[column.field] = column.codec.read(cell, names)
        found.append(completed(spec.model, data))
    return found


def cells(line: str) -> list[str]:
    """Return the cells of a table's line."""
    return [cell.strip() for cell in split(line.strip().removeprefix("|").removesuffix("|"), "|")]
