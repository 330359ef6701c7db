"""What a run made, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator

from backend_architect.plan import PREFIXES, Kind, Plan
from backend_architect.runs import Outcome
from backend_architect.text import one_line

_SHOWN = 3
"""Of open questions and of what was left out, the closing summary names so many; the file has them all."""

_PLURALS: dict[Kind, str] = {"quality": "quality boxes", "entity": "entities", "code": "files of code"}
_SINGULARS: dict[Kind, str] = {"quality": "quality box", "code": "file of code"}


def counts(plan: Plan) -> dict[Kind, int]:
    """Return how many elements of each kind the plan has, in the order of the document's kinds."""
    return {kind: sum(1 for identity in plan.identities if identity.kind == kind) for kind in PREFIXES}


def lines(outcome: Outcome) -> Iterator[str]:
    """Yield the closing summary: what there is, what is open, what was left out, what to do next."""
    plan = outcome.plan
    scope, delivery = plan.design.scope, plan.design.delivery
    yield f"{one_line(plan.head.project)}: {', '.join(_counted(kind, number) for kind, number in counts(plan).items() if number)}"
    if plan.head.architect == "rules":
        yield "Drafted by the built-in rules; no language model was used."
    if scope.questions:
        yield f"Open questions ({len(scope.questions)}):"
        for question in scope.questions[:_SHOWN]:
            yield f"  {plan.id_of(question.key) or ''} {one_line(question.text)} If nobody answers: {one_line(question.default)}"
        if len(scope.questions) > _SHOWN:
            yield f"  and {len(scope.questions) - _SHOWN} more in the plan"
    if delivery.left_out:
        more = len(delivery.left_out) - _SHOWN
        named = "; ".join(one_line(item.what) for item in delivery.left_out[:_SHOWN])
        yield f"Left out on purpose ({len(delivery.left_out)}): {named}{f'; and {more} more in the plan' if more > 0 else ''}"
    for finding in plan.findings:
        yield f"{finding.severity}: {finding.code} {f'{finding.where} ' if finding.where and finding.where not in finding.message else ''}{one_line(finding.message)}"
    if outcome.lost_ticks:
        yield f"Ticks not carried over, because these IDs now mean something else or are gone: {', '.join(outcome.lost_ticks)}."
    match outcome.change:
        case "created":
            yield f"Written to {one_line(str(outcome.target))}"
        case "replaced":
            yield f"Written to {one_line(str(outcome.target))}, in place of the plan that was there"
        case "unchanged":
            yield f"{one_line(str(outcome.target))} is up to date and was left as it is"
        case "not written":
            pass
    yield f"Next: {_next(plan)}"


def _counted(kind: Kind, number: int) -> str:
    if number == 1:
        return f"1 {_SINGULARS.get(kind, kind)}"
    return f"{number} {_PLURALS.get(kind, f'{kind}s')}"


def _next(plan: Plan) -> str:
    steps = []
    if plan.design.scope.questions:
        steps.append("settle the open questions or accept their defaults")
    task = next((task for task in plan.design.delivery.tasks if plan.id_of(task.key) not in plan.ticked), None)
    if task:
        steps.append(f"start with {plan.id_of(task.key)} ({one_line(task.title)}) and tick its box when it is done")
    return ", then ".join(steps or ["read the plan"]) + "."


def data(outcome: Outcome) -> dict[str, object]:
    """Return the summary as JSON data."""
    plan = outcome.plan
    return {
        "path": None if outcome.target is None else str(outcome.target),
        "change": outcome.change,
        "project": plan.head.project,
        "brief": plan.head.brief,
        "brief_sha256": plan.head.brief_sha256,
        "architect": plan.head.architect,
        "signature": plan.head.signature,
        "counts": counts(plan),
        "questions": [
            {"id": plan.id_of(question.key), "text": question.text, "default": question.default, "changes": question.changes}
            for question in plan.design.scope.questions
        ],
        "left_out": [{"what": item.what, "because": item.because, "trigger": item.trigger} for item in plan.design.delivery.left_out],
        "findings": [finding.model_dump() for finding in plan.findings],
        "ticked": list(plan.ticked),
        "lost_ticks": list(outcome.lost_ticks),
    }
