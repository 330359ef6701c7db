"""The roadmap's tasks: what one person or agent does in one go, in which order, and how it is proved."""

from __future__ import annotations

from collections.abc import Sequence

from backend_architect.architects.rules import tiny
from backend_architect.architects.rules.case import Case
from backend_architect.architects.rules.delivery.drafts import LATER, ORDER, REST, Draft, place_components, place_requirements
from backend_architect.architects.rules.delivery.late_tasks import growth
from backend_architect.architects.rules.delivery.program_tasks import program
from backend_architect.architects.rules.delivery.service_tasks import service
from backend_architect.architects.rules.language import wording
from backend_architect.architects.rules.scope.unanswered import KEY as UNANSWERED
from backend_architect.design import Design, Task


def tasks(case: Case, design: Design) -> tuple[Task, ...]:
    """Return the tasks in phase order; each requirement of the first version is somewhere among them."""
    drafts, homes = service(case, design) if case.traits.shape == "service" else program(case, design)
    drafts += [*_unsettled(case, design), *_later(case, design, drafts)]
    place_components(drafts, design, homes)
    place_requirements(drafts, design)
    # What is due later takes nothing away from what is proved now.
    drafts += growth(case, design)
    _fill_cites(drafts, design)
    if case.traits.size == "tiny":
        drafts = tiny.tasks(case, drafts) if case.traits.shape == "service" else tiny.program_tasks(drafts)
    used = sorted((draft for draft in drafts if draft.implements), key=lambda draft: ORDER.index(draft.phase))
    kept = {draft.key for draft in used}
    for draft in used:
        draft.after = [key for key in draft.after if key in kept and key != draft.key]
    return tuple(draft.task() for draft in used)


def _fill_cites(drafts: Sequence[Draft], design: Design) -> None:
    elements: dict[str, tuple[int, ...]] = {r.key: r.cites for r in design.scope.requirements}
    elements |= {e.key: e.cites for e in design.endpoints} | {e.key: e.cites for e in design.entities}
    for draft in drafts:
        if not draft.cites:
            draft.cites = [number for key in draft.implements for number in elements.get(key, ())[:2]]


def _unsettled(case: Case, design: Design) -> list[Draft]:
    """Return one task for what is demanded and nothing here does: no other task may count it as done."""
    asked = next((question for question in design.scope.questions if question.key == UNANSWERED), None)
    if asked is None:
        return []
    wanted = set(asked.cites)
    open_ = [r for r in design.scope.requirements if r.horizon == "now" and r.kind == "functional" and wanted.intersection(r.cites)]
    return [
        Draft(
            key="t-settle",
            phase=REST,
            title="Settle what nothing here does yet",
            implements=[r.key for r in open_],
            after=["t-loop"],
            verify="" if case.traits.size == "tiny" else case.traits.stack.test,
            done_when="The question on them is answered; each has its endpoint, table or job and a test, or is dropped by name",
            cites=list(asked.cites),
        )
    ]


def _later(case: Case, design: Design, drafts: Sequence[Draft]) -> list[Draft]:
    """Return one task that carries what the brief itself puts off, so that nothing is lost and nothing is built early."""
    put_off = [r for r in design.scope.requirements if r.horizon == "later"]
    if not put_off:
        return []
    return [
        Draft(
            key="t-later",
            phase=LATER,
            title="What the brief puts off",
            implements=[r.key for r in put_off],
            after=[drafts[-1].key],
            steps=[] if case.traits.size == "tiny" else [f"First: {wording.clipped(put_off[0].text, 100)}"],
            verify="" if case.traits.size == "tiny" else case.traits.stack.test,
            done_when="Each has its own tasks or is dropped by name",
            cites=[n for r in put_off for n in r.cites[:1]],
        )
    ]
