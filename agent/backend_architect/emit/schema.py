"""JSON Schema (2020-12, as OpenAPI 3.1 uses it) of the design's values, bodies and entities."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Any

from backend_architect.design import Entity, Field, Parameter, ValueType
from backend_architect.emit.names import camel, cut, is_secret, unique
from backend_architect.text import Closed

Schema = dict[str, Any]

NOTE_LIMIT = 120
"""Longest description of a member; the plan itself has the whole."""

_PLAIN: dict[ValueType, Schema] = {
    "uuid": {"type": "string", "format": "uuid"},
    "text": {"type": "string"},
    "integer": {"type": "integer"},
    "bigint": {"type": "integer", "format": "int64"},
    "float": {"type": "number"},
    "boolean": {"type": "boolean"},
    "timestamp": {"type": "string", "format": "date-time"},
    "date": {"type": "string", "format": "date"},
    "json": {},
    "bytes": {"type": "string", "contentEncoding": "base64"},
    "enum": {"type": "string"},
}


def value(
    type: ValueType,
    *,
    values: tuple[str, ...] = (),
    minimum: float | None = None,
    maximum: float | None = None,
    decimals_as_text: bool = True,
    nullable: bool = False,
) -> Schema:
    """Return the schema of one value.

    Args:
        type: What it is.
        values: Allowed values of an `enum` or text.
        minimum: Lower bound of a number or of a text's length; not a finite number means none.
        maximum: Upper bound, likewise.
        decimals_as_text: An exact decimal travels as a string (`"12.50"`), because a JSON number
            is a binary float to most clients. A contract that a brief spells out keeps numbers.
        nullable: Whether JSON `null` may stand in its place.
    """
    low = minimum if minimum is not None and math.isfinite(minimum) else None
    high = maximum if maximum is not None and math.isfinite(maximum) else None
    match type:
        case "decimal" if decimals_as_text:
            sign = "" if low is not None and low >= 0 else "-?"
            schema: Schema = {"type": "string", "pattern": rf"^{sign}\d{{1,16}}(\.\d{{1,2}})?$"}
        case "decimal":
            schema = {"type": "number"} | _range("minimum", "maximum", low, high)
        case "integer" | "bigint" | "float":
            schema = _PLAIN[type] | _range("minimum", "maximum", low, high)
        case "text" if not values:
            schema = _PLAIN[type] | _length(low, high)
        case "text" | "enum":
            schema = {"type": "string"} | ({"enum": list(dict.fromkeys(values))} if values else {})
        case _:
            schema = dict(_PLAIN[type])
    if nullable and "type" in schema:
        schema["type"] = [schema["type"], "null"]
        if "enum" in schema:
            schema["enum"] = [*schema["enum"], None]
    return schema


def _range(low_name: str, high_name: str, low: float | None, high: float | None) -> Schema:
    found: Schema = {}
    if low is not None:
        found[low_name] = _number(low)
    if high is not None:
        found[high_name] = _number(high)
    return found


def _length(low: float | None, high: float | None) -> Schema:
    # A length is a whole number from 0; a bound outside says nothing.
    return _range(
        "minLength", "maxLength", math.ceil(low) if low is not None and low > 0 else None, math.floor(high) if high is not None and high >= 0 else None
    )


def _number(bound: float) -> int | float:
    return int(bound) if bound == int(bound) else bound


def of_parameter(parameter: Parameter, *, decimals_as_text: bool) -> Schema:
    """Return the schema of a parameter or body member, with its note as the description."""
    schema = value(
        parameter.type,
        values=parameter.values,
        minimum=parameter.minimum,
        maximum=parameter.maximum,
        decimals_as_text=decimals_as_text,
    )
    return schema | ({"description": cut(parameter.note, NOTE_LIMIT)} if parameter.note else {})


class _Node:
    """A place in a body while its members are being gathered."""

    def __init__(self) -> None:
        self.array = False
        self.leaf: Parameter | None = None
        self.required = False
        self.members: dict[str, _Node] = {}

    def at(self, name: str) -> _Node:
        return self.members.setdefault(name, _Node())

    def schema(self, *, decimals_as_text: bool) -> Schema:
        if self.members:
            schema = _object(
                {name: node.schema(decimals_as_text=decimals_as_text) for name, node in self.members.items()},
                [name for name, node in self.members.items() if node.required],
            )
        elif self.leaf is not None:
            schema = of_parameter(self.leaf, decimals_as_text=decimals_as_text)
        else:
            schema = {}
        if not self.array:
            return schema
        # What stands for the list itself says how many; a list of plain values says it of each.
        counted = self.leaf if self.members and self.leaf is not None else None
        many = _range("minItems", "maxItems", counted.minimum, counted.maximum) if counted else {}
        note = {"description": cut(counted.note, NOTE_LIMIT)} if counted and counted.note else {}
        return {"type": "array"} | note | many | {"items": schema}


def _object(properties: dict[str, Schema], required: list[str]) -> Schema:
    return {"type": "object"} | ({"required": required} if required else {}) | {"properties": properties}


def body(members: Iterable[Parameter], *, decimals_as_text: bool) -> Schema:
    """Return the object that the members' paths describe: `article.tagList[]` nests.

    A place that is named both as a value and as a parent is a parent; one that is a list anywhere
    is a list. A parent is required if anything in it is.
    """
    root = _Node()
    for member in members:
        node = root
        for segment in member.name.split("."):
            node = node.at(segment.removesuffix("[]"))
            node.array = node.array or segment.endswith("[]")
            node.required = node.required or member.required
        node.leaf = node.leaf or member
    return root.schema(decimals_as_text=decimals_as_text) if root.members else {"type": "object"}


class Member(Closed):
    """A column as the outside sees it."""

    column: str
    name: str
    """In camelCase; a second column that would get the same name is numbered."""


def public(entity: Entity) -> tuple[Member, ...]:
    """Return the columns of an entity that answers may carry."""
    shown = tuple({field.name: None for field in entity.fields if not _hidden(field)})
    return tuple(Member(column=column, name=name) for column, name in zip(shown, unique(map(camel, shown)), strict=True))


def _hidden(field: Field) -> bool:
    # A flag or a date about a secret (`password_changed_at`) is no secret.
    return field.type in ("text", "bytes", "json") and field.ref is None and is_secret(field.name)


_CALLED = re.compile(r"(?:^|_)(?:user_?name|nick_?name|handle|screen_name|display_name|name)$")


def is_private(field: Field) -> bool:
    """Return whether a field is a person's own and not what others call them by."""
    return field.personal and not _CALLED.search(field.name)


def of_entity(entity: Entity, *, decimals_as_text: bool, to_anybody: bool = False) -> Schema:
    """Return the object schema of an entity's public fields; `to_anybody` leaves out what is private to a person."""
    private = {field.name for field in entity.fields if to_anybody and is_private(field)}
    fields = {field.name: field for field in reversed(entity.fields)}
    properties: dict[str, Schema] = {}
    required: list[str] = []
    for member in public(entity):
        if member.column in private:
            continue
        field = fields[member.column]
        properties[member.name] = value(
            field.type,
            values=field.values,
            minimum=field.minimum,
            maximum=field.maximum,
            decimals_as_text=decimals_as_text,
            nullable=not (field.required or field.primary),
        )
        if field.required or field.primary:
            required.append(member.name)
    return _object(properties, required) if properties else {"type": "object"}
