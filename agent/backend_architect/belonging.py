"""Which references fall with what they refer to, and which hold it back: read from the endpoints."""

from __future__ import annotations

import re
from collections.abc import Iterable

from backend_architect.design import Endpoint, Entity

_SEGMENT = re.compile(r"[a-z0-9]+")


def falling(entities: Iterable[Entity], endpoints: Iterable[Endpoint]) -> frozenset[tuple[str, str]]:
    """Return the references (entity's key, field) whose row is deleted with the row it refers to.

    A pair goes with either of its sides; a part that is sent within its whole goes with it; and so
    does what is reached beneath its parent alone. Everything else stays, and holds back what it refers to.
    """
    built = tuple(entity for entity in entities if entity.tier != "future")
    calls = tuple(endpoints)
    found: set[tuple[str, str]] = set()
    for entity in built:
        keys = [field for field in entity.fields if field.primary]
        if len(keys) > 1:
            found.update((entity.key, field.name) for field in keys if field.ref)
            continue
        parent = _whole(entity, built, calls) or _above(entity, built, calls)
        field = next((field for field in entity.fields if parent is not None and field.ref == parent.key and field.required), None)
        if field is not None and field.ref != entity.key:
            found.add((entity.key, field.name))
    return frozenset(found)


def holding(entity: Entity, entities: Iterable[Entity], endpoints: Iterable[Endpoint]) -> tuple[Entity, ...]:
    """Return what keeps a row of the entity from being deleted, because it refers to it and does not fall with it."""
    known = tuple(entities)
    fall = falling(known, endpoints)
    return tuple(
        other
        for other in known
        if other.tier != "future" and other.key != entity.key and any(field.ref == entity.key and (other.key, field.name) not in fall for field in other.fields)
    )


def collection(path: str) -> str:
    """Return the collection whose single row a path names: `/v1/books/{id}` is of `books`; empty if it names none."""
    parts = path.strip("/").split("/")
    return _plain(parts[-2]) if len(parts) > 1 and parts[-1].startswith("{") and not parts[-2].startswith("{") else ""


def _plain(name: str) -> str:
    return "".join(_SEGMENT.findall(name.lower()))


def _whole(entity: Entity, built: tuple[Entity, ...], calls: tuple[Endpoint, ...]) -> Entity | None:
    """Return what the entity is a part of: `questions[]` of a survey, `options[]` of a question."""
    own = _plain(entity.name)
    for call in calls:
        for parameter in (*call.request, *call.response):
            parts = parameter.name.split(".")
            at = next((place for place, part in enumerate(parts) if part.endswith("[]") and _plain(part) == own), None)
            if at is None or len(parts) == 1:
                continue
            if at:
                return next((other for other in built if _plain(other.name) == _plain(parts[at - 1])), None)
            last = next((part for part in reversed(call.path.split("/")) if part and not part.startswith("{")), "")
            return next((other for other in built if _plain(other.name) == _plain(last)), None)
    return None


def _above(entity: Entity, built: tuple[Entity, ...], calls: tuple[Endpoint, ...]) -> Entity | None:
    """Return the parent that every path to the entity leads through; a record of money or of a course of events outlives it."""
    if any(field.name == "status" or field.type == "decimal" for field in entity.fields):
        return None
    own = _plain(entity.name)
    found: set[str] = set()
    for call in calls:
        parts = call.path.strip("/").split("/")
        for at, part in enumerate(parts):
            if _plain(part) == own and not part.startswith("{"):
                found.add(_plain(parts[at - 2]) if at > 1 and parts[at - 1].startswith("{") else "")
    return next((other for other in built if _plain(other.name) in found), None) if len(found) == 1 else None
