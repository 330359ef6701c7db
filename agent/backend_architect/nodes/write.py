"""Stage 7: the plan as Markdown, in the state; writing the file is the caller's."""

from __future__ import annotations

from typing_extensions import TypedDict

from backend_architect.document import render
from backend_architect.plan import Plan
from backend_architect.state import State


class WriteInput(TypedDict):
    """What the stage reads."""

    plan: Plan


async def write(state: WriteInput) -> State:
    """Render the plan."""
    return {"markdown": render(state["plan"])}
