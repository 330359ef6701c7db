"""The rule-based architect: each stage's slice, from one study of the brief."""

from __future__ import annotations

from typing import get_args

from backend_architect.architects.leave_out import left_out
from backend_architect.architects.rules import tiny
from backend_architect.architects.rules.api import api_layer
from backend_architect.architects.rules.api.endpoints import endpoints
from backend_architect.architects.rules.case import Case, remembered
from backend_architect.architects.rules.delivery import delivery as deliveries
from backend_architect.architects.rules.entities.entities import entities
from backend_architect.architects.rules.layers import data_layer, messaging_layer, operations_layer, performance_layer, security_layer
from backend_architect.architects.rules.scope import outright
from backend_architect.architects.rules.scope.scope import scope
from backend_architect.architects.rules.structure import structure as structures
from backend_architect.architects.rules.study import study
from backend_architect.brief import Brief
from backend_architect.design import ApiLayer, DataLayer, Delivery, Design, Endpoint, Entity, Layer, LayerName, Scope, Structure
from backend_architect.plan import CodeChange, Finding
from backend_architect.profile import Profile


class RuleArchitect:
    """Decides by rules on facts and statements; asks no model, touches no network."""

    name = "rules"
    repairs = 0
    remarks: tuple[Finding, ...] = ()
    changes: tuple[CodeChange, ...] = ()

    async def scope(self, brief: Brief, profile: Profile) -> Scope:
        """Say what is asked."""
        case = study(brief, profile)
        return tiny.scope(case, scope(case))

    async def structure(self, brief: Brief, profile: Profile, scope: Scope) -> Structure:
        """Choose the shape, the components and the vocabulary."""
        case = study(brief, profile)
        return outright.structure(tiny.structure(case, structures.structure(case, scope)), scope)

    def needs(self, brief: Brief, profile: Profile, scope: Scope, structure: Structure) -> tuple[tuple[LayerName, ...], ...]:
        """Return the layers this project needs, each its own group: rules cost nothing to ask apart."""
        case = study(brief, profile)
        if case.traits.shape in ("none", "browser"):
            return ()
        names: tuple[LayerName, ...] = ("data", "performance", "operations") if case.traits.shape == "cli" else get_args(LayerName)
        return tuple((name,) for name in names if _layer(case, name, scope, structure) is not None)

    async def layers(self, brief: Brief, profile: Profile, scope: Scope, structure: Structure, names: tuple[LayerName, ...]) -> tuple[Layer, ...]:
        """Decide a group of layers, all of which `needs` named."""
        case = study(brief, profile)
        decided = (_layer(case, name, scope, structure) for name in names)
        return tuple(outright.layer(tiny.layer(case, layer), scope) for layer in decided if layer is not None)

    async def delivery(self, brief: Brief, profile: Profile, design: Design) -> Delivery:
        """Turn the decisions into ordered, verifiable work, and say what is left out."""
        case = study(brief, profile)
        delivered = deliveries.delivery(case, design.scope, design)
        return tiny.delivery(case, delivered.model_copy(update={"left_out": left_out(design, profile)}))

    async def review(self, brief: Brief, profile: Profile, design: Design) -> tuple[Finding, ...]:
        """Find nothing: the rules judge nothing that the checks do not."""
        return ()

    async def repair(self, brief: Brief, profile: Profile, design: Design, findings: tuple[Finding, ...]) -> Design:
        """Return the design as it is: the same rules would decide the same again."""
        return design

    async def close(self) -> None:
        """Do nothing: there is nothing to let go of."""


@remembered
def _layer(case: Case, name: LayerName, scope: Scope, structure: Structure) -> Layer | None:
    """Return a layer, or nothing where the project does not need it: to know that, it has to be decided."""
    things, operations = _interface(case)
    match name:
        case "api":
            decision = api_layer.decide(case, scope, structure, things, operations)
            return ApiLayer(decision=decision, endpoints=operations, errors=api_layer.errors(case, operations, decision))
        case "data" if not things and case.traits.shape == "cli":
            return None
        case "data":
            return DataLayer(decision=data_layer.decide(case, scope, structure, things), entities=things)
        case "messaging":
            return messaging_layer.decide(case, scope, structure, things, operations)
        case "security":
            return security_layer.decide(case, scope, structure, things, operations)
        case "performance":
            return performance_layer.decide(case, scope, structure, things, operations)
        case "operations":
            return operations_layer.decide(case, scope, structure, things, operations)


@remembered
def _interface(case: Case) -> tuple[tuple[Entity, ...], tuple[Endpoint, ...]]:
    """Return what is stored and what can be called."""
    things = tiny.entities(case, entities(case))
    return things, tiny.endpoints(case, endpoints(case, things, component=structures.API_COMPONENT))
