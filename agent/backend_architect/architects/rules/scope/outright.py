"""What no line of the brief says: facts stated outright, and the parts that rest on assumptions alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from backend_architect.architects.rules.case import Case
from backend_architect.architects.rules.language.wording import listing
from backend_architect.design import (
    ApiLayer,
    Assumption,
    Component,
    Decision,
    Endpoint,
    Keys,
    Layer,
    MessagingLayer,
    OperationsLayer,
    Scope,
    Structure,
)
from backend_architect.profile import Fact, FactName

REGION, OFFLINE, REAL_TIME = "a-region", "a-offline", "a-real-time"
"""Keys of the assumptions that stand for facts which nothing in the brief can be cited for."""

_STATED: tuple[tuple[FactName, str], ...] = (("region", REGION), ("offline", OFFLINE), ("real-time", REAL_TIME))
_WORLDWIDE = ("global", "multi", "world")

Element = TypeVar("Element", Decision, Component, Endpoint)


def places(case: Case) -> tuple[str, ...]:
    """Return the regions that the project is to run in; none if it is only said where people are."""
    facts = (fact for fact in case.profile.all("region") if not any(word in fact.value.lower() for word in _WORLDWIDE))
    return tuple(dict.fromkeys(f.value for f in facts if not f.cites or any(case.label(n) not in ("solution", "excluded") for n in f.cites)))


def works_offline(case: Case) -> bool:
    """Whether it is stated outright that clients work without a network."""
    fact = case.profile.first("offline")
    return fact is not None and not fact.cites and fact.value != "none"


def assumptions(case: Case) -> Iterator[Assumption]:
    """Yield an assumption for each fact stated outright that would otherwise stand nowhere in the plan."""
    for name, key in _STATED:
        fact = case.profile.first(name)
        if fact is not None and not fact.cites:
            yield Assumption(key=key, text=_text(case, fact), because=f"stated outright: {name} {listing(case.profile.values(name))}")


def _text(case: Case, fact: Fact) -> str:
    match fact.name, fact.value:
        case "region", _ if there := places(case):
            return f"It runs and keeps its data in the region {listing(there)}."
        case "region", _:
            return "People use it from several regions."
        case "offline", "none":
            return "Clients need a network to work."
        case "offline", _:
            return "Clients work without a network and send what was entered when it is back."
        case _, "none":
            return "Nothing is pushed to open clients: they see changes when they read again."
        case _:
            return "Open clients are told of changes as they happen."


def structure(whole: Structure, scope: Scope) -> Structure:
    """Return the structure with its sources: the decision about the whole serves all that is stated outright."""
    stated = _among(scope, REGION, OFFLINE, REAL_TIME)
    system = whole.system.model_copy(update={"satisfies": (*whole.system.satisfies, *stated)}) if stated else whole.system
    # A store or a proxy rests on what the parts beside it rest on.
    sourced = {part.key for part in whole.components if part.cites or part.satisfies}
    beside = {key for part in whole.components if part.key in sourced for key in part.uses}
    components = tuple(part if part.key in beside or sourced.intersection(part.uses) else _sourced(part, scope) for part in whole.components)
    return whole.model_copy(update={"system": _sourced(system, scope), "components": components})


def layer(whole: Layer, scope: Scope) -> Layer:
    """Return a layer whose decision has a source."""
    decision: Decision = whole.decision
    match whole:
        case OperationsLayer():
            stated = _among(scope, REGION, OFFLINE)
        case MessagingLayer():
            stated = _among(scope, REAL_TIME)
        case _:
            stated = ()
    if stated:
        decision = decision.model_copy(update={"satisfies": (*decision.satisfies, *stated)})
    update: dict[str, object] = {"decision": _sourced(decision, scope)}
    if isinstance(whole, ApiLayer):
        update["endpoints"] = tuple(_sourced(endpoint, scope) for endpoint in whole.endpoints)
    return whole.model_copy(update=update)


def _among(scope: Scope, *keys: str) -> Keys:
    return tuple(assumption.key for assumption in scope.assumptions if assumption.key in keys)


def _sourced(element: Element, scope: Scope) -> Element:
    """Return an element that cites or satisfies something: what no line asks for rests on what is assumed."""
    if element.cites or element.satisfies:
        return element
    if isinstance(element, Endpoint):
        assumed = _among(scope, REAL_TIME) if element.method in ("WS", "SSE") else ()
    else:
        assumed = tuple(assumption.key for assumption in scope.assumptions)
    return element.model_copy(update={"satisfies": assumed}) if assumed else element
