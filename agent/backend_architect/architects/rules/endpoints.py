"""The API: the endpoints the brief spells out, or those that its actions on the entities need."""

from __future__ import annotations

from backend_architect.architects.rules import spelled_endpoints
from backend_architect.architects.rules.case import Case, remembered
from backend_architect.architects.rules.derived_endpoints import derived
from backend_architect.architects.rules.entities import satisfied
from backend_architect.architects.rules.finished_endpoints import endpoint_key
from backend_architect.architects.rules.primary import primary_action
from backend_architect.design import Endpoint, Entity


@remembered
def endpoints(case: Case, entities: tuple[Entity, ...], *, component: str) -> tuple[Endpoint, ...]:
    """Return the operations of the API, exactly one of them primary.

    If the brief spells out endpoints of ours, they are exactly those. Otherwise they are derived
    from what people do to the entities, without operations that nobody asked for. Empty for
    programs without a server.
    """
    if case.traits.shape != "service":
        return ()
    spelled = spelled_endpoints.built(case)
    if not spelled:
        return derived(case, entities, component=component)
    action = primary_action(case)
    first = spelled_endpoints.main(case, spelled, action.statement if action else None)
    found: list[Endpoint] = []
    for at, one in enumerate(spelled):
        key = endpoint_key(one.method, one.path, {endpoint.key for endpoint in found})
        made = spelled_endpoints.endpoint(case, one, entities, key=key, component=component, satisfies=satisfied(case, set(one.cites)))
        found.append(made.model_copy(update={"primary": at == first}))
    return tuple(found)
