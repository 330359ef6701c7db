"""Stage 4: the layers the project needs, a group a node, side by side."""

from __future__ import annotations

from langgraph.runtime import Runtime

from backend_architect.design import layer_name
from backend_architect.errors import DesignError
from backend_architect.nodes.who import architect
from backend_architect.state import Context, Group, State


async def layers(state: Group, runtime: Runtime[Context]) -> State:
    """Have the architect decide one group of layers; one with nothing to decide may be left out.

    Raises:
        DesignError: If it answers with layers that it was not asked for, or in another order.
    """
    asked = state["names"]
    decided = await architect(runtime).layers(state["brief"], state["profile"], state["scope"], state["structure"], asked)
    given = tuple(layer_name(layer) for layer in decided)
    if given != tuple(name for name in asked if name in given):
        raise DesignError(f"the architect was asked for the layers {', '.join(asked)} and decided {', '.join(given) or 'none'}")
    return {"layers": decided}
