"""Stage 5: the decisions as ordered, verifiable work."""

from __future__ import annotations

from collections import Counter

from langgraph.runtime import Runtime
from typing_extensions import TypedDict

from backend_architect.brief import Brief
from backend_architect.design import Delivery, Design, Layer, Scope, Structure, layer_name
from backend_architect.errors import DesignError
from backend_architect.nodes.who import architect
from backend_architect.profile import Profile
from backend_architect.state import Context, State


class PlanningInput(TypedDict):
    """What the stage reads."""

    brief: Brief
    profile: Profile
    scope: Scope
    structure: Structure
    layers: tuple[Layer, ...]


async def planning(state: PlanningInput, runtime: Runtime[Context]) -> State:
    """Put the slices together and have the architect turn them into phases, tasks and commands.

    Raises:
        DesignError: If two groups decided the same layer.
    """
    decided = state["layers"]
    twice = [name for name, times in Counter(map(layer_name, decided)).items() if times > 1]
    if twice:
        raise DesignError(f"the layer {twice[0]} was decided twice")
    open_design = Design.model_validate(
        {"scope": state["scope"], "structure": state["structure"], "delivery": Delivery()} | {layer_name(layer): layer for layer in decided}
    )
    delivery = await architect(runtime).delivery(state["brief"], state["profile"], open_design)
    return {"design": open_design.model_copy(update={"delivery": delivery})}
