"""The traceability matrix: which decisions, components, endpoints, entities and tasks serve each requirement."""

from __future__ import annotations

from backend_architect.design import Component, Decision, Design, Endpoint, Entity, Job
from backend_architect.plan import Id, Identity, Kind
from backend_architect.text import Closed


class Row(Closed):
    """One requirement and what serves it, all by ID, in document order."""

    requirement: Id
    decisions: tuple[Id, ...] = ()
    components: tuple[Id, ...] = ()
    endpoints: tuple[Id, ...] = ()
    entities: tuple[Id, ...] = ()
    tasks: tuple[Id, ...] = ()


def matrix(design: Design, identities: tuple[Identity, ...]) -> tuple[Row, ...]:
    """Return one row a requirement, in the design's order.

    An element serves a requirement that it says it satisfies. A task serves one that it implements,
    or that is satisfied by something it implements. What has no ID is not listed.
    """
    ids = {identity.key: identity for identity in identities}
    order = {identity.id: place for place, identity in enumerate(identities)}
    serving: dict[str, dict[str, None]] = {}
    elements: tuple[Decision | Component | Endpoint | Entity | Job, ...] = (
        *(decision for _, _, decision in design.decisions()),
        *design.structure.components,
        *design.endpoints,
        *design.entities,
        *(design.messaging.jobs if design.messaging else ()),
    )
    for element in elements:
        for requirement in element.satisfies:
            serving.setdefault(requirement, {})[element.key] = None
    implementing: dict[str, list[str]] = {}
    for task in design.delivery.tasks:
        for key in task.implements:
            implementing.setdefault(key, []).append(task.key)

    def listed(kind: Kind, keys: list[str]) -> tuple[str, ...]:
        found = {identity.id for key in keys if (identity := ids.get(key)) and identity.kind == kind}
        return tuple(sorted(found, key=order.__getitem__))

    rows: list[Row] = []
    for asked in design.scope.requirements:
        identity = ids.get(asked.key)
        if identity is None:
            continue
        keys = list(serving.get(asked.key, ()))
        tasks = [task for key in (asked.key, *keys) for task in implementing.get(key, ())]
        rows.append(
            Row(
                requirement=identity.id,
                decisions=listed("decision", keys),
                components=listed("component", keys),
                endpoints=listed("endpoint", keys),
                entities=listed("entity", keys),
                tasks=listed("task", tasks),
            )
        )
    return tuple(rows)
