"""Citations that a requirement gives already are said once: at the requirement."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar, get_args

from backend_architect.design import ApiLayer, Component, DataLayer, Decision, Design, Endpoint, Entity, Job, Layer, LayerName, MessagingLayer, Task

Element = TypeVar("Element", Component, Endpoint, Entity, Job, Task)
Made = TypeVar("Made", bound=Decision)


def without_implied_cites(design: Design) -> Design:
    """Return the design in which elements cite only what no requirement of theirs cites.

    A decision, component, endpoint, entity or job rests on the statements of the requirements it
    satisfies; a task on those of the requirements that it implements, itself or through an element
    that satisfies them. What an element cites beyond that stays.
    """
    resting = {requirement.key: frozenset(requirement.cites) for requirement in design.scope.requirements}
    jobs = design.messaging.jobs if design.messaging else ()
    serving: tuple[Decision | Component | Endpoint | Entity | Job, ...] = (
        *(decision for _, _, decision in design.decisions()),
        *design.structure.components,
        *design.endpoints,
        *design.entities,
        *jobs,
    )
    through = resting | {element.key: frozenset[int]().union(*(resting.get(key, ()) for key in element.satisfies)) for element in serving}

    def slim(elements: Iterable[Element]) -> tuple[Element, ...]:
        return tuple(element.model_copy(update={"cites": left(element)}) for element in elements)

    def decided(decision: Made) -> Made:
        return decision.model_copy(update={"cites": left(decision)})

    def left(element: Decision | Component | Endpoint | Entity | Job | Task) -> tuple[int, ...]:
        keys = element.implements if isinstance(element, Task) else element.satisfies
        implied = frozenset[int]().union(*(through.get(key, ()) for key in keys))
        return tuple(number for number in element.cites if number not in implied)

    def slimmed(layer: Layer) -> Layer:
        update: dict[str, object] = {"decision": decided(layer.decision)}
        match layer:
            case ApiLayer():
                update["endpoints"] = slim(layer.endpoints)
            case DataLayer():
                update["entities"] = slim(layer.entities)
            case MessagingLayer():
                update["jobs"] = slim(layer.jobs)
            case _:
                pass
        return layer.model_copy(update=update)

    layers = {name: slimmed(layer) for name in get_args(LayerName) if (layer := getattr(design, name)) is not None}
    structure = design.structure.model_copy(update={"system": decided(design.structure.system), "components": slim(design.structure.components)})
    delivery = design.delivery.model_copy(update={"tasks": slim(design.delivery.tasks)})
    return design.model_copy(update={**layers, "structure": structure, "delivery": delivery})
