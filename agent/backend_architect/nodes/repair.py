"""Stage 6a: what the checks found goes back to the architect, element by element, a bounded number of times."""

from __future__ import annotations

from typing import Literal, NotRequired

from langgraph.runtime import Runtime
from typing_extensions import TypedDict

from backend_architect.brief import Brief
from backend_architect.checks.base import elements
from backend_architect.checks.references import check
from backend_architect.design import Design
from backend_architect.nodes.who import architect
from backend_architect.plan import Finding
from backend_architect.profile import Profile
from backend_architect.state import Context, State


class Checked(TypedDict):
    """What decides whether there is anything to repair."""

    findings: tuple[Finding, ...]
    repairs: NotRequired[int]


class RepairInput(Checked):
    """What the stage reads."""

    brief: Brief
    profile: Profile
    design: Design
    reviewed: NotRequired[tuple[Finding, ...]]


async def after_qa(state: Checked, runtime: Runtime[Context]) -> Literal["repair", "write"]:
    """Go round once more while there are findings and the architect has rounds left for them."""
    return "repair" if state["findings"] and state.get("repairs", 0) < architect(runtime).repairs else "write"


async def repair(state: RepairInput, runtime: Runtime[Context]) -> State:
    """Have the architect mend what was found; a design that is no better than before is not taken, and ends the rounds."""
    design, reviewed, statements = state["design"], state.get("reviewed", ()), len(state["brief"].statements)
    better = await architect(runtime).repair(state["brief"], state["profile"], design, state["findings"])
    before, after = elements(design), elements(better)
    # No check can tell whether what a reader found is mended; that the element was changed for it has to do.
    standing = tuple(finding for finding in reviewed if after.get(finding.where) == before.get(finding.where))
    if len(check(better, (), statements=statements)) + len(standing) < len(check(design, (), statements=statements)) + len(reviewed):
        return {"design": better, "reviewed": standing, "repairs": state.get("repairs", 0) + 1}
    return {"repairs": architect(runtime).repairs}
