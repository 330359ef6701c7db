"""What a request that was not recorded comes closest to, and where it first differs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from backend_architect.cassettes.exchange import Asked
from backend_architect.models.wire import StageOf

_SHOWN = 60
"""Characters shown of a text that differs."""
_BEFORE = 20
"""Of them, before the first difference."""


def described(asked: Asked, recorded: Iterable[tuple[str, Asked]], *, stage: StageOf) -> str:
    """Return, in one line, which recorded request is nearest and the first part in which it differs.

    Args:
        asked: The request that was not recorded.
        recorded: File name and request of all that were.
        stage: Names the stage of a request.
    """
    name = asked.stage(stage)
    leaves = dict(_leaves(asked.body))

    def closeness(item: tuple[str, Asked]) -> tuple[bool, bool, int]:
        other = item[1]
        same = 0
        for place, value in _leaves(other.body):
            if place in leaves:
                same += 1 + _common(str(value), str(leaves[place]))
        return other.path == asked.path, other.stage(stage) == name, same

    candidates = sorted(recorded, key=lambda item: item[0])
    if not candidates:
        return "nothing is recorded there"
    file, nearest = max(candidates, key=closeness)
    return f"nearest is {file!r}, {_difference(nearest, asked)}"


def _difference(recorded: Asked, asked: Asked) -> str:
    if recorded.path != asked.path:
        return f"recorded at {recorded.path}"
    before, now = dict(_leaves(recorded.body)), dict(_leaves(asked.body))
    # In the order of the request that is made; what only the recording has comes last.
    for place in [*now, *(place for place in before if place not in now)]:
        if place not in before:
            return f"which has no {place}: asked {_cut(now[place], 0)}"
        if place not in now:
            return f"which has {place} in addition: recorded {_cut(before[place], 0)}"
        if before[place] != now[place]:
            start = _common(str(before[place]), str(now[place]))
            return f"which first differs in {place}: recorded {_cut(before[place], start)}, asked {_cut(now[place], start)}"
    return f"recorded with {recorded.method}"


def _common(one: str, other: str) -> int:
    """Return how many characters two texts begin with in common."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _cut(value: Any, start: int) -> str:
    if not isinstance(value, str):
        return repr(value)
    first = max(0, start - _BEFORE)
    piece = value[first : first + _SHOWN]
    return f"{'…' if first else ''}{piece!r}{'…' if first + _SHOWN < len(value) else ''}"


def _leaves(value: Any, place: str = "body") -> Iterator[tuple[str, Any]]:
    match value:
        case dict() if value:
            for key, item in value.items():
                yield from _leaves(item, f"{place}.{key}")
        case list() if value:
            for number, item in enumerate(value):
                yield from _leaves(item, f"{place}[{number}]")
        case _:
            yield place, value
