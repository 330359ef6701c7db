"""Stage 3: the shape of the whole, and which layers it needs."""

from __future__ import annotations

from typing import Literal

from langgraph.runtime import Runtime
from langgraph.types import Send
from typing_extensions import TypedDict

from backend_architect.brief import Brief
from backend_architect.design import Scope, Structure
from backend_architect.nodes.who import architect
from backend_architect.profile import Profile
from backend_architect.state import Context, Group, State


class ArchitectureInput(TypedDict):
    """What the stage reads."""

    brief: Brief
    profile: Profile
    scope: Scope


class Structured(ArchitectureInput):
    """What is known once the shape is decided."""

    structure: Structure


async def architecture(state: ArchitectureInput, runtime: Runtime[Context]) -> State:
    """Have the architect choose the shape, the components and the words that all layers share."""
    return {"structure": await architect(runtime).structure(state["brief"], state["profile"], state["scope"])}


async def groups(state: Structured, runtime: Runtime[Context]) -> list[Send] | Literal["planning"]:
    """Send each group of needed layers to a `layers` node of its own; with none needed, go on."""
    # A coroutine like the nodes: LangGraph would give a plain function a thread of its own.
    brief, profile, scope, structure = state["brief"], state["profile"], state["scope"], state["structure"]
    needed = architect(runtime).needs(brief, profile, scope, structure)
    return [Send("layers", Group(brief=brief, profile=profile, scope=scope, structure=structure, names=names)) for names in needed] or "planning"
