"""Designs made by hand around a case: what the layers and the delivery are given, and whole designs."""

from __future__ import annotations

from typing import Any

from backend_architect.architects.rules.case import Case
from backend_architect.architects.rules.delivery.delivery import delivery
from backend_architect.architects.rules.layers import messaging_layer, operations_layer, performance_layer
from backend_architect.design import (
    ApiDecision,
    ApiLayer,
    Component,
    DataDecision,
    DataLayer,
    Delivery,
    Design,
    Endpoint,
    EndpointError,
    Entity,
    Field,
    Loop,
    Requirement,
    Scope,
    Structure,
    SystemDecision,
)

DEMANDS = ("functional", "quality", "constraint", "integration")


def scope_of(case: Case) -> Scope:
    """Return a scope with one requirement a demanding statement."""
    return Scope(
        project="Test",
        summary="A test.",
        loop=Loop(action="A member borrows a tool", response="the loan is kept", value="the tool is reserved"),
        requirements=tuple(
            Requirement(key=case.requirement_key(r.statement), kind=r.label, text=case.statement(r.statement).text, horizon=r.horizon, cites=(r.statement,))
            for r in case.readings
            if r.label in DEMANDS
        ),
    )


def component(key: str, kind: Any, *, name: str = "", satisfies: tuple[str, ...] = (), uses: tuple[str, ...] = (), owns: tuple[str, ...] = ()) -> Component:
    """Return a component with what a test does not look at filled in."""
    return Component(
        key=key,
        name=name or key.removeprefix("c-").capitalize(),
        kind=kind,
        context="All",
        purpose="does its part",
        uses=uses,
        owns=owns,
        store="PostgreSQL",
        scaling="horizontal",
        interface="HTTP",
        satisfies=satisfies,
    )


def structure_of(*components: Component) -> Structure:
    """Return a structure of an API with its store and what is given besides."""
    system = SystemDecision(key="d-system", choice="Monolith", why="small", pattern="monolith", boundaries="none", communication="calls", resilience="restart")
    return Structure(system=system, components=(component("c-api", "service"), component("c-db", "store"), *components))


def endpoint(method: Any, path: str, **changes: Any) -> Endpoint:
    """Return an endpoint; its key is made from method and path."""
    key = "-".join(("api", method.lower(), *(part.strip("{}").lower() for part in path.split("/") if part)))
    given: dict[str, Any] = {"key": key, "method": method, "path": path, "purpose": f"{method} it", "auth": "none", "component": "c-api"}
    return Endpoint.model_validate(
        given | {k: [v.model_dump() if hasattr(v, "model_dump") else v for v in value] if isinstance(value, tuple) else value for k, value in changes.items()}
    )


def refusal(status: int, code: str, when: str) -> EndpointError:
    """Return one way to say no."""
    return EndpointError(status=status, code=code, when=when, message=f"Not possible: {when}")


def entity(name: str, *fields: str, **changes: Any) -> Entity:
    """Return a table with an `id` and the text fields given."""
    made = (Field(name="id", type="uuid", primary=True, why="key"), *(Field(name=field, type="text", why="kept") for field in fields))
    given: dict[str, Any] = {
        "key": f"e-{name.replace('_', '-')}",
        "name": name,
        "tier": "essential",
        "purpose": "kept",
        "fields": made,
        "source_of_truth": "here",
        "concurrency": "last write wins",
    }
    return Entity(**(given | changes))


def design_of(case: Case, *, structure: Structure | None = None, entities: tuple[Entity, ...] = (), endpoints: tuple[Endpoint, ...] = ()) -> Design:
    """Return the whole design, with the layers and the delivery that the rules decide."""
    scope, built = scope_of(case), structure or structure_of()
    shared: dict[str, Any] = {"choice": "as usual", "why": "as asked"}
    api = ApiDecision(
        key="d-api",
        pattern="REST",
        versioning="none",
        authentication="none",
        documentation="OpenAPI",
        errors="one",
        pagination="cursor",
        rate_limit="none",
        **shared,
    )
    data = DataDecision(
        key="d-data", engine=case.traits.engine, model="tables", consistency="transactions", migrations="SQL", growth="later", pooling="10", **shared
    )
    service = case.traits.shape == "service"
    design = Design(
        scope=scope,
        structure=built,
        api=ApiLayer(decision=api, endpoints=endpoints) if service else None,
        data=DataLayer(decision=data, entities=entities) if entities else None,
        messaging=messaging_layer.decide(case, scope, built, entities, endpoints),
        performance=performance_layer.decide(case, scope, built, entities, endpoints),
        operations=operations_layer.decide(case, scope, built, entities, endpoints),
        delivery=Delivery(),
    )
    return design.model_copy(update={"delivery": delivery(case, scope, design)})
