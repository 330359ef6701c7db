"""The action that closes the user loop."""

from __future__ import annotations

from backend_architect.architects.rules.case import Action, Case
from backend_architect.architects.rules.language.nouns import canonical, is_thing

WEIGHT = {
    "submit": 9,
    "create": 8,
    "send": 8,
    "pay": 8,
    "compute": 7,
    "upload": 6,
    "search": 6,
    "store": 5,
    "validate": 5,
    "integrate": 5,
    "change-state": 4,
    "update": 3,
    "join": 3,
    "comment": 3,
}
"""How much an operation says about what a system is for: making things says more than reading them."""


def primary_action(case: Case) -> Action | None:
    """Return the action that closes the user loop: what the system is for."""
    acted: dict[str, int] = {}
    for action in case.actions:
        acted[action.noun] = acted.get(action.noun, 0) + 1
    now = [action for action in case.actions if action.horizon == "now" and action.noun and not action.system]
    if not now:
        return None
    # "makes a request" says nothing of what the system keeps, as long as something else does.
    now = [action for action in now if is_thing(canonical(action.noun))] or now
    # Having an account is for the sake of something else.
    now = [action for action in now if canonical(action.noun) != "user"] or now
    return max(now, key=lambda action: (WEIGHT.get(action.verb, 1) + min(acted[action.noun], 4) + (4 if action.actor else 0), -action.statement))
