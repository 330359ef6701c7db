"""A brief too long for one request: read in overlapping pieces side by side, put together by statement."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from backend_architect.architects.model.answers.chunk import ChunkAnswer, HeadAnswer
from backend_architect.architects.model.answers.scope import ScopeAnswer
from backend_architect.brief import Brief, Statement

Size = Callable[[str], int]
"""Tokens of a text."""

_OVERLAP = 0.08
"""Share of a chunk that the next one sees again, so that no sentence is read without what stands before it."""


@dataclass(frozen=True)
class Chunk:
    """A run of statements: those to answer for, and those before them that are only shown."""

    before: tuple[int, ...]
    """Numbers of the statements shown again: the headings above, and the end of the chunk before."""
    own: tuple[int, ...]
    """Numbers of the statements to answer for."""


def chunks(brief: Brief, *, room: int, size: Size) -> tuple[Chunk, ...]:
    """Cut a brief into chunks of at most `room` tokens each; a statement longer than that has a chunk of its own."""
    found: list[Chunk] = []
    own: list[Statement] = []
    used = 0
    lengths = {statement.number: size(statement.text) + 4 for statement in brief.statements}
    overlap = int(room * _OVERLAP)
    for statement in brief.statements:
        length = lengths[statement.number]
        if own and used + length > room - overlap:
            found.append(_chunk(brief, own, found, lengths, overlap))
            own, used = [], 0
        own.append(statement)
        used += length
    if own:
        found.append(_chunk(brief, own, found, lengths, overlap))
    return tuple(found)


def _chunk(brief: Brief, own: Sequence[Statement], earlier: Sequence[Chunk], lengths: dict[int, int], overlap: int) -> Chunk:
    shown: list[int] = []
    used = 0
    for number in reversed(earlier[-1].own if earlier else ()):
        used += lengths[number]
        if used > overlap:
            break
        shown.append(number)
    return Chunk(tuple(sorted({*_headings(brief, own[0]), *shown})), tuple(statement.number for statement in own))


def _headings(brief: Brief, first: Statement) -> Iterator[int]:
    """Yield the headings that stand above a statement, nearest first."""
    wanted = list(first.section)
    for statement in reversed(brief.statements[: first.number - 1]):
        if not wanted:
            return
        if statement.kind == "heading" and statement.text == wanted[-1]:
            wanted.pop()
            yield statement.number


_LISTS = ("requirements", "assumptions", "questions", "consumers", "integrations", "data_classes", "ruled_out", "excluded")


def gathered(parts: Sequence[tuple[Chunk, ChunkAnswer]]) -> dict[str, Any]:
    """Return the members of one answer from the chunks' answers: their lists one after the other.

    What rests only on statements that were merely shown belongs to the chunk before, which has it.
    Two elements that came to the same key get different ones.
    """
    lists: dict[str, list[Any]] = {name: [] for name in _LISTS}
    taken: set[str] = set()
    background: list[int] = []
    for chunk, answer in parts:
        own = frozenset(chunk.own)
        background += [number for number in answer.background if number in own]
        for name in _LISTS:
            lists[name] += [_with_new_key(item, taken) for item in getattr(answer, name) if _belongs(item, own)]
    # Every piece names the people it speaks of: the first description of each stays.
    lists["consumers"] = list({item.name.lower(): item for item in reversed(lists["consumers"])}.values())[::-1]
    return {name: tuple(items) for name, items in lists.items()} | {"background": tuple(background)}


def together(pieces: ChunkAnswer, head: HeadAnswer) -> ScopeAnswer:
    """Return the whole answer; requirements that the head names as the same become one that cites both."""
    requirements = {requirement.key: requirement for requirement in pieces.requirements}
    for same in head.same:
        if same.drop in requirements and same.keep in requirements and same.drop != same.keep:
            cites = tuple(dict.fromkeys((*requirements[same.keep].cites, *requirements.pop(same.drop).cites)))
            requirements[same.keep] = requirements[same.keep].model_copy(update={"cites": cites})
    members = dict(pieces) | {name: value for name, value in head if name != "same"}
    return ScopeAnswer(**members | {"requirements": tuple(requirements.values())})


def _belongs(item: Any, own: frozenset[int]) -> bool:
    cites: tuple[int, ...] = getattr(item, "cites", ())
    return not cites or any(number in own for number in cites)


def _with_new_key(item: Any, taken: set[str]) -> Any:
    key: str | None = getattr(item, "key", None)
    if key is None:
        return item
    new, number = key, 2
    while new in taken:
        new, number = f"{key[:76]}-{number}", number + 1
    taken.add(new)
    return item if new == key else item.model_copy(update={"key": new})
