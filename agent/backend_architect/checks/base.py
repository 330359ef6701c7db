"""What a check is: one small class with a code, its documentation and a pure function."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from pydantic import BaseModel

from backend_architect.design import (
    Assumption,
    Command,
    Component,
    Decision,
    Design,
    Endpoint,
    Entity,
    Integration,
    Job,
    Keys,
    OpenQuestion,
    Phase,
    Requirement,
    Task,
)
from backend_architect.plan import CodeChange, Finding, Severity


@dataclass(frozen=True)
class Reference:
    """One key that an element holds of another."""

    source: str
    """Key of the element that refers."""
    field: str
    """The member that holds the reference, for the message."""
    target: str
    kinds: tuple[str, ...]
    """The kinds that may stand there."""


@dataclass(frozen=True)
class Subject:
    """What is checked, with the lookups that the checks share."""

    design: Design
    code: tuple[CodeChange, ...]
    statements: int
    """How many statements the brief has; citations are numbers up to this."""

    @cached_property
    def keyed(self) -> tuple[tuple[str, str], ...]:
        """(key, kind) of every element, in document order, repeats included."""
        return tuple(_keyed(self.design, self.code))

    @cached_property
    def kinds(self) -> dict[str, str]:
        """Kind by key; of a repeated key, the first one's."""
        return {key: kind for key, kind in reversed(self.keyed)}

    @cached_property
    def references(self) -> tuple[Reference, ...]:
        """Every reference from one element to another."""
        return tuple(_references(self.design, self.code))


_Keyed = Requirement | Assumption | OpenQuestion | Integration | Decision | Component | Endpoint | Entity | Job | Phase | Task | Command


class Check:
    """One kind of fault. The class's name is its code; its docstring says what, why, bad, good."""

    severity: Severity = "error"

    def check(self, subject: Subject) -> Iterator[Finding]:
        """Yield a finding for each place where the fault occurs; `where` is an element's key."""
        raise NotImplementedError

    def finding(self, message: str, where: str = "") -> Finding:
        """Return a finding of this check.

        In the message single quotes hold keys and nothing else, so that a reader can be shown IDs
        in their place; names and texts stand in double quotes, members in backticks.
        """
        return Finding(code=type(self).__name__, severity=self.severity, message=message, where=where)


def elements(design: Design) -> dict[str, BaseModel]:
    """Return every element of a design by its key; of a key given twice, the first."""
    scope, structure, messaging, delivery = design.scope, design.structure, design.messaging, design.delivery
    groups: tuple[Iterable[_Keyed], ...] = (
        *(scope.requirements, scope.assumptions, scope.questions, scope.integrations),
        *((decision for _, _, decision in design.decisions()), structure.components, design.endpoints, design.entities),
        *(messaging.jobs if messaging else (), delivery.phases, delivery.tasks, delivery.commands),
    )
    return {element.key: element for group in reversed(groups) for element in group}


def _keyed(design: Design, code: tuple[CodeChange, ...]) -> Iterator[tuple[str, str]]:
    scope, delivery = design.scope, design.delivery
    for requirement in scope.requirements:
        yield requirement.key, "requirement"
    for assumption in scope.assumptions:
        yield assumption.key, "assumption"
    for question in scope.questions:
        yield question.key, "question"
    for integration in scope.integrations:
        yield integration.key, "integration"
    for _, _, decision in design.decisions():
        yield decision.key, "decision"
    for component in design.structure.components:
        yield component.key, "component"
    for endpoint in design.endpoints:
        yield endpoint.key, "endpoint"
    for entity in design.entities:
        yield entity.key, "entity"
    for job in design.messaging.jobs if design.messaging else ():
        yield job.key, "job"
    for phase in delivery.phases:
        yield phase.key, "phase"
    for task in delivery.tasks:
        yield task.key, "task"
    for change in code:
        yield change.key, "code change"
    for command in delivery.commands:
        yield command.key, "command"


_SATISFIES = ("requirement", "assumption")
_IMPLEMENTS = ("requirement", "assumption", "decision", "component", "endpoint", "entity", "job", "integration")


def _references(design: Design, code: tuple[CodeChange, ...]) -> Iterator[Reference]:
    def each(source: str, field: str, targets: Keys, kinds: tuple[str, ...]) -> Iterator[Reference]:
        for target in targets:
            yield Reference(source, field, target, kinds)

    for _, _, decision in design.decisions():
        yield from each(decision.key, "satisfies", decision.satisfies, _SATISFIES)
    yield from each(design.structure.system.key, "vocabulary", design.structure.vocabulary, ("entity",))
    for component in design.structure.components:
        yield from each(component.key, "uses", component.uses, ("component", "integration"))
        yield from each(component.key, "owns", component.owns, ("entity",))
        yield from each(component.key, "satisfies", component.satisfies, _SATISFIES)
    for endpoint in design.endpoints:
        yield from each(endpoint.key, "entity", (endpoint.entity,) if endpoint.entity else (), ("entity",))
        yield from each(endpoint.key, "component", (endpoint.component,), ("component",))
        yield from each(endpoint.key, "satisfies", endpoint.satisfies, _SATISFIES)
    for entity in design.entities:
        for field in entity.fields:
            yield from each(entity.key, f"field {field.name}", (field.ref,) if field.ref else (), ("entity",))
        yield from each(entity.key, "satisfies", entity.satisfies, _SATISFIES)
    for job in design.messaging.jobs if design.messaging else ():
        yield from each(job.key, "satisfies", job.satisfies, _SATISFIES)
    for container in design.operations.containers if design.operations else ():
        yield from each(design.operations.decision.key if design.operations else "", f"container {container.name}", (container.runs,), ("component",))
    for task in design.delivery.tasks:
        yield from each(task.key, "phase", (task.phase,), ("phase",))
        yield from each(task.key, "implements", task.implements, _IMPLEMENTS)
        yield from each(task.key, "depends_on", task.depends_on, ("task",))
    for change in code:
        yield from each(change.key, "implements", change.implements, (*_IMPLEMENTS, "task"))
