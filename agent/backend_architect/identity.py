"""IDs: who gets one, in which order, and that no two elements share a key."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import TypeVar

from backend_architect.design import Component, Design, Requirement, Task
from backend_architect.errors import DesignError
from backend_architect.plan import PREFIXES, CodeChange, Identity, Kind, Quality

Item = TypeVar("Item")

REQUIREMENT_GROUPS = {"functional": 1, "quality": 2, "constraint": 3, "integration": 4}
COMMAND_GROUPS = {"local": 1, "ci": 2, "production": 3}


def grouped(items: Iterable[Item], group: Callable[[Item], Hashable], first: Iterable[Hashable] = ()) -> tuple[Item, ...]:
    """Return `items` with those of one group together, otherwise in order.

    The groups named in `first` come first, in that order; the others follow as they appear.
    """
    found: dict[Hashable, list[Item]] = {name: [] for name in first}
    for item in items:
        found.setdefault(group(item), []).append(item)
    return tuple(item for members in found.values() for item in members)


def requirements(design: Design) -> tuple[Requirement, ...]:
    """Return the requirements in document order: by kind."""
    return grouped(design.scope.requirements, lambda item: item.kind, REQUIREMENT_GROUPS)


def components(design: Design) -> tuple[Component, ...]:
    """Return the components in document order: by bounded context."""
    return grouped(design.structure.components, lambda item: item.context)


def tasks(design: Design) -> tuple[Task, ...]:
    """Return the tasks in document order: by phase; those of no known phase last."""
    phases = {phase.key: None for phase in design.delivery.phases}
    return grouped(design.delivery.tasks, lambda item: item.phase if item.phase in phases else None, phases)


def elements(design: Design, code: Iterable[CodeChange] = (), quality: Iterable[Quality] = ()) -> Iterator[tuple[Kind, int, str]]:
    """Yield (kind, group, key) of everything that has an ID, in document order."""
    for requirement in requirements(design):
        yield "requirement", REQUIREMENT_GROUPS[requirement.kind], requirement.key
    for assumption in design.scope.assumptions:
        yield "assumption", 1, assumption.key
    for question in design.scope.questions:
        yield "question", 1, question.key
    for number, _, decision in design.decisions():
        yield "decision", number, decision.key
    contexts: dict[str, int] = {}
    for component in components(design):
        yield "component", contexts.setdefault(component.context, len(contexts) + 1), component.key
    for entity in design.entities:
        yield "entity", 1, entity.key
    for endpoint in design.endpoints:
        yield "endpoint", 1, endpoint.key
    phases = {phase.key: number for number, phase in enumerate(design.delivery.phases, start=1)}
    for task in tasks(design):
        yield "task", phases.get(task.phase, len(phases) + 1), task.key
    for change in code:
        yield "code", 1, change.key
    for command in grouped(design.delivery.commands, lambda item: item.where, COMMAND_GROUPS):
        yield "command", COMMAND_GROUPS[command.where], command.key
    for box in quality:
        yield "quality", 1, box.key


def allocate(design: Design, code: Iterable[CodeChange], quality: Iterable[Quality]) -> tuple[Identity, ...]:
    """Return an ID for every element that has one, numbered within its group in document order.

    Raises:
        DesignError: If two elements, of whatever kind, share a key.
    """
    found = tuple(elements(design, code, quality))
    others = (
        *(integration.key for integration in design.scope.integrations),
        *(job.key for job in (design.messaging.jobs if design.messaging else ())),
        *(phase.key for phase in design.delivery.phases),
    )
    counts = Counter((*(key for _, _, key in found), *others))
    shared = [key for key, count in counts.items() if count > 1]
    if shared:
        raise DesignError(f"keys must be unique in a design, used more than once: {', '.join(map(repr, shared))}")
    given: Counter[tuple[Kind, int]] = Counter()
    identities: list[Identity] = []
    for kind, group, key in found:
        given[kind, group] += 1
        identities.append(Identity(kind=kind, key=key, id=f"{PREFIXES[kind]}-{group}.{given[kind, group]}"))
    return tuple(identities)
