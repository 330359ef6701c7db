"""Stage 2: what is asked."""

from __future__ import annotations

from langgraph.runtime import Runtime
from typing_extensions import TypedDict

from backend_architect.brief import Brief
from backend_architect.nodes.who import architect
from backend_architect.profile import Profile
from backend_architect.state import Context, State


class RequirementsInput(TypedDict):
    """What the stage reads."""

    brief: Brief
    profile: Profile


async def requirements(state: RequirementsInput, runtime: Runtime[Context]) -> State:
    """Have the architect say what is asked: loop, requirements, assumptions, questions."""
    return {"scope": await architect(runtime).scope(state["brief"], state["profile"])}
