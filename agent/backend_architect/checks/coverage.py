"""What became of the brief's statements, computed from the citations."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel

from backend_architect.brief import Brief
from backend_architect.design import Design
from backend_architect.plan import Coverage, Span
from backend_architect.text import Cites


def coverage(design: Design, brief: Brief) -> Coverage:
    """Return, for every statement, whether it is required, excluded, or context."""
    required = {number for requirement in design.scope.requirements for number in requirement.cites}
    excluded = {number for item in design.scope.excluded for number in item.cites} - required
    numbers = [statement.number for statement in brief.statements]
    return Coverage(
        required=tuple(number for number in numbers if number in required),
        context=tuple(number for number in numbers if number not in required | excluded),
        excluded=tuple(number for number in numbers if number in excluded),
    )


def spans(design: Design, brief: Brief) -> tuple[Span, ...]:
    """Return where each cited statement stands in the brief, ascending."""
    wanted = {number for _, numbers in cited(design) for number in numbers}
    return tuple(
        Span(statement=statement.number, first_line=statement.first_line, last_line=statement.last_line)
        for statement in brief.statements
        if statement.number in wanted
    )


def cited(design: Design) -> Iterator[tuple[str, Cites]]:
    """Yield (key of the nearest element, citations) for everything in the design that cites."""
    yield from _cited(design, "")


def _cited(value: BaseModel, key: str) -> Iterator[tuple[str, Cites]]:
    members = value.__dict__
    own = members.get("key", key)
    if members.get("cites"):
        yield own, members["cites"]
    for member in members.values():
        # Most members are text, and tuples are of one kind: text and numbers have nothing below them.
        if type(member) is str:
            continue
        if isinstance(member, tuple):
            if member and isinstance(member[0], BaseModel):
                for item in member:
                    yield from _cited(item, own)
        elif isinstance(member, BaseModel):
            yield from _cited(member, own)
