"""Family TR: from the brief's statements to requirements, elements and tasks, and back."""

from __future__ import annotations

from collections.abc import Iterator

from backend_architect.checks.base import Check, Subject
from backend_architect.checks.coverage import cited
from backend_architect.design import Component, Decision, Design, Endpoint, Entity, Job
from backend_architect.plan import Finding


class TR001(Check):
    """A requirement of this version is served by no decision, component, endpoint, entity or job.

    Nothing of the brief may be dropped; what is for later is exempt.

    Bad: "export a report as PDF" and nothing in the design satisfies it.
    Good: an endpoint `export-report` satisfies it.
    """

    severity = "warning"

    def check(self, subject: Subject) -> Iterator[Finding]:
        """Yield a finding for each unserved requirement."""
        served = {reference.target for reference in subject.references if reference.field == "satisfies"}
        for requirement in subject.design.scope.requirements:
            if requirement.horizon == "now" and requirement.key not in served:
                yield self.finding(f'nothing in the design satisfies the requirement "{requirement.text}"', requirement.key)


class TR002(Check):
    """A requirement of this version has no task.

    A task counts if it implements the requirement or anything that satisfies it.

    Bad: `search-by-name` is satisfied by an endpoint that no task implements.
    Good: a task implements that endpoint.
    """

    severity = "warning"

    def check(self, subject: Subject) -> Iterator[Finding]:
        """Yield a finding for each requirement that no task reaches."""
        if not subject.design.delivery.tasks:
            return
        built = _built(subject)
        served = {r.target for r in subject.references if r.field == "satisfies" and r.source in built}
        for requirement in subject.design.scope.requirements:
            if requirement.horizon == "now" and requirement.key not in built | served:
                yield self.finding(f'no task leads to the requirement "{requirement.text}"', requirement.key)


class TR003(Check):
    """An element rests on nothing: it cites no statement and serves no requirement or assumption.

    What neither the brief nor a named assumption asks for was invented.

    Bad: a component `recommendations` with no source.
    Good: the component cites S14, or satisfies the requirement that does.
    """

    severity = "warning"

    def check(self, subject: Subject) -> Iterator[Finding]:
        """Yield a finding for each element without a source."""
        design = subject.design
        for requirement in design.scope.requirements:
            if not requirement.cites:
                yield self.finding(f'the requirement "{requirement.text}" cites no statement', requirement.key)
        elements: tuple[tuple[str, Decision | Component | Endpoint | Entity | Job], ...] = (
            *(("decision", decision) for _, _, decision in design.decisions()),
            *(("component", component) for component in design.structure.components),
            *(("endpoint", endpoint) for endpoint in design.endpoints),
            *(("entity", entity) for entity in design.entities),
            *(("job", job) for job in (design.messaging.jobs if design.messaging else ())),
        )
        # A store or a proxy rests on what the parts beside it rest on.
        sourced = {component.key: component for component in design.structure.components if component.cites or component.satisfies}
        beside = {key for component in sourced.values() for key in component.uses}
        beside |= {component.key for component in design.structure.components if any(key in sourced for key in component.uses)}
        for kind, element in elements:
            if element.key in beside:
                continue
            if not element.cites and not element.satisfies:
                yield self.finding(f"the {kind} {element.key!r} cites no statement and satisfies no requirement or assumption", element.key)


class TR004(Check):
    """A citation names a statement that the brief does not have.

    Bad: `cites` S90 of a brief with 40 statements.
    Good: `cites` S12.
    """

    def check(self, subject: Subject) -> Iterator[Finding]:
        """Yield a finding for each element that cites beyond the brief's end."""
        for where, numbers in cited(subject.design):
            beyond = sorted({number for number in numbers if number > subject.statements})
            if beyond:
                shown = ", ".join(f"S{number}" for number in beyond)
                yield self.finding(f"{repr(where) if where else 'the plan'} cites {shown}; the brief has {subject.statements} statements", where)


class TR005(Check):
    """A part of the system is built by no task.

    A task counts if it implements the component, or an endpoint or entity of it. Clients and other
    people's systems are exempt: they are not built here.

    Bad: a component `worker` that no task mentions.
    Good: the task "Run exports in a worker" implements `worker`.
    """

    severity = "warning"

    def check(self, subject: Subject) -> Iterator[Finding]:
        """Yield a finding for each component without a task."""
        design = subject.design
        if not design.delivery.tasks:
            return
        built = _built(subject)
        for component in design.structure.components:
            if component.kind not in ("client", "external") and component.key not in built and not built & _inside(design, component.key):
                yield self.finding(f'no task builds the component "{component.name}"', component.key)


class TR006(Check):
    """A task implements nothing.

    Work without a purpose in the design cannot be traced to what was asked.

    Bad: "Clean up" with no `implements`.
    Good: "Create the schema" implements the entities.
    """

    severity = "warning"

    def check(self, subject: Subject) -> Iterator[Finding]:
        """Yield a finding for each task without `implements`."""
        for task in subject.design.delivery.tasks:
            if not task.implements:
                yield self.finding(f'the task "{task.title}" implements nothing', task.key)


class TR007(Check):
    """A task waits for one that is done in a later phase.

    Bad: a task of phase 1 depends on a task of phase 3.
    Good: dependencies point to the same phase or an earlier one.
    """

    def check(self, subject: Subject) -> Iterator[Finding]:
        """Yield a finding for each dependency that points forward."""
        delivery = subject.design.delivery
        order = {phase.key: number for number, phase in enumerate(delivery.phases)}
        place = {task.key: order.get(task.phase, 0) for task in delivery.tasks}
        for task in delivery.tasks:
            for other in task.depends_on:
                if place.get(other, 0) > place[task.key]:
                    yield self.finding(f'the task "{task.title}" depends on {other!r} of a later phase', task.key)


def _built(subject: Subject) -> set[str]:
    return {key for task in subject.design.delivery.tasks for key in task.implements}


def _inside(design: Design, component: str) -> set[str]:
    owned = {key for part in design.structure.components if part.key == component for key in part.owns}
    return owned | {endpoint.key for endpoint in design.endpoints if endpoint.component == component}
