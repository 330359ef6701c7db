"""Family ID: keys and the references between elements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

from backend_architect.checks.base import Check, Subject
from backend_architect.plan import Finding


class ID001(Check):
    """A key names two elements.

    Everything else refers to elements by key, and an ID belongs to one key for life.

    Bad: a component `orders` and an entity `orders`.
    Good: a component `orders-service` and an entity `orders`.
    """

    def check(self, subject: Subject) -> Iterator[Finding]:
        """Yield a finding for each key that occurs more than once."""
        for key, times in Counter(key for key, _ in subject.keyed).items():
            if times > 1:
                kinds = list(dict.fromkeys(kind for other, kind in subject.keyed if other == key))
                yield self.finding(f"the key {key!r} names {times} elements ({', '.join(kinds)})", key)


class ID002(Check):
    """A reference points to nothing.

    The reader of a plan follows references; one that leads nowhere hides a decision that was
    never made.

    Bad: a task that implements `payments` where nothing has that key.
    Good: a task that implements a component of the design.
    """

    def check(self, subject: Subject) -> Iterator[Finding]:
        """Yield a finding for each reference without a target."""
        for reference in subject.references:
            if reference.target not in subject.kinds:
                yield self.finding(f"{reference.source!r} refers in {reference.field} to {reference.target!r}, which does not exist", reference.source)


class ID003(Check):
    """A reference points to the wrong kind of element.

    Bad: a component that owns another component.
    Good: a component that owns entities.
    """

    def check(self, subject: Subject) -> Iterator[Finding]:
        """Yield a finding for each reference whose target is of another kind."""
        for reference in subject.references:
            kind = subject.kinds.get(reference.target)
            if kind is not None and kind not in reference.kinds:
                wanted = " or ".join(reference.kinds)
                yield self.finding(
                    f"{reference.source!r} refers in {reference.field} to {reference.target!r}, of the wrong kind: {kind} instead of {wanted}",
                    reference.source,
                )


class ID004(Check):
    """Tasks wait for each other in a circle.

    Work ordered like this can never start.

    Bad: `schema` depends on `api`, `api` depends on `schema`.
    Good: `api` depends on `schema`.
    """

    def check(self, subject: Subject) -> Iterator[Finding]:
        """Yield a finding for the first circle, if there is one."""
        tasks = subject.design.delivery.tasks
        try:
            TopologicalSorter({task.key: task.depends_on for task in tasks}).prepare()
        except CycleError as error:
            # graphlib lists the circle from a task to itself, each waiting for the one before it.
            circle: list[str] = error.args[1]
            first = next(task.key for task in tasks if task.key in circle)
            turn = circle[:-1]
            turn = [*turn[turn.index(first) :], *turn[: turn.index(first)], first]
            yield self.finding(f"tasks wait for each other: {' before '.join(turn)}", first)


class ID005(Check):
    """Two components own one entity.

    With two writers there is no source of truth (seed 000, "Data Model").

    Bad: `billing` and `orders` both own `invoices`.
    Good: `billing` owns `invoices`; `orders` asks it.
    """

    def check(self, subject: Subject) -> Iterator[Finding]:
        """Yield a finding for each entity with more than one owner."""
        owners: dict[str, list[str]] = {}
        for component in subject.design.structure.components:
            for entity in dict.fromkeys(component.owns):
                owners.setdefault(entity, []).append(component.key)
        for entity, names in owners.items():
            if len(names) > 1:
                yield self.finding(f"{entity!r} is owned by {' and '.join(map(repr, names))}", entity)
