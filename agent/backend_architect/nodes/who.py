"""Who designs in this run: the architect of the run's context, or the built-in rules."""

from __future__ import annotations

from functools import cache

from langgraph.runtime import Runtime

from backend_architect.architects.protocol import Architect
from backend_architect.state import Context


def architect(runtime: Runtime[Context]) -> Architect:
    """Return the run's architect; a caller that gives no context gets the rules."""
    # langgraph's type promises a context, yet a run without one has None here.
    context: Context | None = runtime.context
    return (context.architect if context else None) or _rules()


@cache
def _rules() -> Architect:
    from backend_architect.architects.rules.architect import RuleArchitect

    return RuleArchitect()
