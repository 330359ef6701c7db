"""Stage 6: what code derives from the design (artifacts, IDs, coverage) and finds in it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import NotRequired

from langgraph.runtime import Runtime
from typing_extensions import TypedDict

import backend_architect
from backend_architect.brief import Brief
from backend_architect.checks.base import Subject
from backend_architect.checks.coverage import coverage, spans
from backend_architect.checks.quality import quality
from backend_architect.checks.references import BREAKING, check
from backend_architect.design import Design
from backend_architect.emit import code_changes
from backend_architect.errors import DesignError
from backend_architect.expressions import expression
from backend_architect.identity import allocate
from backend_architect.implied_cites import without_implied_cites
from backend_architect.nodes.who import architect
from backend_architect.plan import CodeChange, Finding, Head, Identity, Plan
from backend_architect.profile import Profile
from backend_architect.state import Context, State
from backend_architect.text import one_line
from backend_architect.ticks import Tick, kept

_KEY = expression(r"'([a-z0-9]+(?:-[a-z0-9]+)*)'")


class QaInput(TypedDict):
    """What the stage reads."""

    brief: Brief
    profile: Profile
    design: Design
    options: NotRequired[Sequence[tuple[str, str]]]
    ticked: NotRequired[Sequence[Tick]]
    repairs: NotRequired[int]
    reviewed: NotRequired[tuple[Finding, ...]]


async def qa(state: QaInput, runtime: Runtime[Context]) -> State:
    """Derive artifacts, checklist, IDs and coverage, check the whole, have it reviewed once, and make the plan of it.

    Raises:
        DesignError: If the design contradicts itself in a way no document can show: two elements
            with one key, a reference to nothing.
    """
    brief, design, author = state["brief"], state["design"], architect(runtime).name
    broken = check(design, (), statements=len(brief.statements), checks=BREAKING)
    if broken and state.get("repairs", 0) < architect(runtime).repairs:
        return {"findings": broken}
    if broken:
        raise DesignError(f"{broken[0].message} ({broken[0].code}{f', and {len(broken) - 1} more' if broken[1:] else ''})")
    design = without_implied_cites(design)
    code = (*code_changes(design), *_standing(design, architect(runtime).changes))
    boxes = quality(design, code, state["profile"])
    identities = allocate(design, code, boxes)
    reviewed = state["reviewed"] if "reviewed" in state else await architect(runtime).review(brief, state["profile"], design)
    findings = (*check(design, code, statements=len(brief.statements)), *reviewed)
    plan = Plan(
        head=Head(
            project=design.scope.project,
            brief=one_line(brief.path)[:2000] or "-",
            brief_sha256=brief.sha256,
            language=brief.language,
            architect=author,
            signature=signature(brief, state.get("options", ()), architect=author),
        ),
        design=design,
        code=code,
        quality=boxes,
        findings=(*_named(findings, design, identities), *architect(runtime).remarks),
        coverage=coverage(design, brief),
        spans=spans(design, brief),
        identities=identities,
        ticked=kept(design, boxes, identities, state.get("ticked", ())),
    )
    return {"plan": plan, "findings": findings, "reviewed": reviewed}


def _standing(design: Design, changes: tuple[CodeChange, ...]) -> tuple[CodeChange, ...]:
    """Return what the architect proposes without references to what a repair took out of the design."""
    known = Subject(design, changes, 0).kinds
    return tuple(change.model_copy(update={"implements": tuple(key for key in change.implements if key in known)}) for change in changes)


def signature(brief: Brief, options: Sequence[tuple[str, str]], *, architect: str) -> str:
    """Return the digest of all that goes into a plan: brief, options, architect, program version."""
    inputs = repr((brief.sha256, [(key, value) for key, value in options], architect, backend_architect.__version__))
    return hashlib.sha256(inputs.encode()).hexdigest()[:16]


def _named(findings: tuple[Finding, ...], design: Design, identities: tuple[Identity, ...]) -> tuple[Finding, ...]:
    """Name elements by ID, which is what a reader sees, where the checks know keys; what has no ID, by its name."""
    ids = {identity.key: identity.id for identity in identities}
    names = {phase.key: phase.title for phase in design.delivery.phases}
    names |= {integration.key: integration.name for integration in design.scope.integrations}
    names |= {job.key: job.name for job in (design.messaging.jobs if design.messaging else ())}
    shown = {key: f'"{name}"' for key, name in names.items()} | ids
    return tuple(
        finding.model_copy(
            update={
                "where": ids.get(finding.where, finding.where),
                "message": _KEY.sub(lambda found: shown.get(found[1], found[0]), finding.message),
            }
        )
        for finding in findings
    )
