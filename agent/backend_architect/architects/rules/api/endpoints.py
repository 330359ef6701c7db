"""The API: the endpoints the brief spells out, or those that its actions on the entities need."""

from __future__ import annotations

from backend_architect.architects.rules.api import spelled_endpoints
from backend_architect.architects.rules.api.derived_endpoints import derived
from backend_architect.architects.rules.api.finished_endpoints import endpoint_key
from backend_architect.architects.rules.case import Case, remembered
from backend_architect.architects.rules.entities.entities import satisfied
from backend_architect.architects.rules.language.nouns import canonical
from backend_architect.architects.rules.language.words import words
from backend_architect.architects.rules.scope.primary import primary_action
from backend_architect.belonging import collection, holding
from backend_architect.design import Endpoint, EndpointError, Entity


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
        return _held_back(derived(case, entities, component=component), entities)
    action = primary_action(case)
    first = spelled_endpoints.main(case, spelled, action.statement if action else None)
    found: list[Endpoint] = []
    for at, one in enumerate(spelled):
        key = endpoint_key(one.method, one.path, {endpoint.key for endpoint in found})
        made = spelled_endpoints.endpoint(case, one, entities, key=key, component=component, satisfies=satisfied(case, set(one.cites)))
        found.append(made.model_copy(update={"primary": at == first}))
    return _held_back(tuple(found), entities)


def _held_back(found: tuple[Endpoint, ...], entities: tuple[Entity, ...]) -> tuple[Endpoint, ...]:
    """Return the endpoints, each deletion that other rows may hold back with the 409 that says so."""
    return tuple(_refusing(endpoint, found, entities) if endpoint.method == "DELETE" else endpoint for endpoint in found)


def _refusing(endpoint: Endpoint, found: tuple[Endpoint, ...], entities: tuple[Entity, ...]) -> Endpoint:
    name = collection(endpoint.path)
    entity = next((one for one in entities if name and one.tier != "future" and canonical(one.name) == canonical(name)), None)
    others = holding(entity, entities, found) if entity is not None else ()
    if entity is None or not others:
        return endpoint
    noun = words(canonical(entity.name))
    many = [words(other.name) for other in others]
    listed = f"{', '.join(many[:-1])} or {many[-1]}" if len(many) > 1 else many[0]
    error = EndpointError(
        status=409,
        code=f"{canonical(entity.name).upper()}_IN_USE",
        when=f"There are {listed} that refer to the {noun}",
        message=f"This {noun} is still in use: remove what refers to it first",
    )
    return endpoint.model_copy(update={"errors": (*endpoint.errors, error)})
