"""Corrections of an answer: only what changes, merged into what was there."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from functools import cache
from typing import Any, cast

from pydantic import BaseModel, create_model

from backend_architect.architects.model.answers.base import AnswerPart
from backend_architect.architects.model.notation import KeyList

DROP = "drop"


@cache
def correction(answer: type[BaseModel]) -> type[BaseModel]:
    """Return the type of a correction of `answer`: every member may be left out, lists hold only what changes."""
    return create_model(
        f"{answer.__name__}Correction",
        __base__=AnswerPart,
        __doc__="Only what changes.",
        **{DROP: (KeyList, ()), **_optional(answer)},
    )


def _optional(answer: type[BaseModel]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for name, field in answer.model_fields.items():
        kind: Any = field.rebuild_annotation()
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            kind = create_model(f"{kind.__name__}Part", __base__=AnswerPart, **_optional(kind))
        members[name] = (kind | None, None)
    return members


def merged(given: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """Return an answer with a correction taken in.

    Both are JSON as a model wrote it. A member that is missing or empty in the correction stays as
    it was. Of a list, an item of the correction takes the place of the one with the same key (the
    member `key`, or a line's first cell), or is added; items whose keys stand in `drop` go, unless the correction gives them anew.
    """
    dropped = _dropped(change)
    return cast("dict[str, Any]", _merged(given, {name: value for name, value in change.items() if name != DROP}, dropped))


def without(given: dict[str, Any], places: Iterable[tuple[int | str, ...]]) -> dict[str, Any]:
    """Return an answer without the members at these places; a place that is not there is passed over."""
    kept = deepcopy(given)
    for *path, name in places:
        found: Any = kept
        for step in path:
            match found:
                case dict():
                    found = found.get(step)
                case list() if isinstance(step, int) and step < len(found):
                    found = found[step]
                case _:
                    found = None
        if isinstance(found, dict):
            found.pop(name, None)
    return kept


def _dropped(change: dict[str, Any]) -> frozenset[str]:
    match change.get(DROP):
        case str(keys):
            return frozenset(keys.replace(",", " ").split())
        case [*keys]:
            return frozenset(map(str, keys))
        case _:
            return frozenset()


def _merged(given: Any, change: Any, dropped: frozenset[str]) -> Any:
    match given, change:
        case dict(), dict():
            names = [name for name in dict.fromkeys((*given, *change)) if name in given or not _empty(change[name])]
            return {name: _merged(given.get(name), change.get(name), dropped) for name in names}
        case dict(), _ if _empty(change):
            return {name: _merged(member, None, dropped) for name, member in given.items()}
        case list(), list() | None | "":
            news = _by_key(change or [], "after")
            items = _by_key(given, "before") | news
            return [item for key, item in items.items() if key in news or key not in dropped]
        case _:
            return given if _empty(change) else change


def _empty(change: Any) -> bool:
    return change is None or change in ("", [], {})


def _by_key(items: list[Any], when: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for number, item in enumerate(items):
        key = _key(item)
        # Of two items with one key both stay: which one is meant is for the model to say.
        found[key if key is not None and key not in found else f"{when} {number}"] = item
    return found


def _key(item: Any) -> str | None:
    match item:
        case {"key": str(key)} | {"path": str(key)}:
            return key
        case str():
            return item.split(" | ", 1)[0].strip()
        case _:
            return None
