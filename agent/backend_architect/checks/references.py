"""All checks of a design's inner consistency, in the order in which they report."""

from __future__ import annotations

from backend_architect.checks.base import Check, Subject
from backend_architect.checks.budget import PF001, PF002, PF003
from backend_architect.checks.contracts import AP001, AP002, AP003, DB001, DB002, DB003
from backend_architect.checks.keys import ID001, ID002, ID003, ID004, ID005
from backend_architect.checks.tracing import TR001, TR002, TR003, TR004, TR005, TR006, TR007
from backend_architect.design import Design
from backend_architect.plan import CodeChange, Finding

BREAKING: tuple[type[Check], ...] = (ID001, ID002, ID003, ID004, ID005)
"""Faults with which no document can be made."""

CHECKS: tuple[type[Check], ...] = (
    *BREAKING,
    *(TR001, TR002, TR003, TR004, TR005, TR006, TR007),
    *(AP001, AP002, AP003),
    *(DB001, DB002, DB003),
    *(PF001, PF002, PF003),
)


def check(design: Design, code: tuple[CodeChange, ...], *, statements: int, checks: tuple[type[Check], ...] = CHECKS) -> tuple[Finding, ...]:
    """Return every fault of the design, by check, then in document order.

    Args:
        design: What to check.
        code: The files emitted from it, `()` before they are.
        statements: How many statements the brief has.
        checks: Which faults to look for.
    """
    subject = Subject(design, code, statements)
    return tuple(finding for kind in checks for finding in kind().check(subject))
