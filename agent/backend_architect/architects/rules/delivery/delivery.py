"""The planning stage: where the code goes, in which order it is built, how it is run, what could go wrong."""

from __future__ import annotations

from backend_architect.architects.rules.case import Case
from backend_architect.architects.rules.delivery.commands import commands
from backend_architect.architects.rules.delivery.drafts import FIRST, HARDEN, LATER, ORDER, REST
from backend_architect.architects.rules.delivery.groups import groups, parts
from backend_architect.architects.rules.delivery.late_tasks import goal
from backend_architect.architects.rules.delivery.layout import guidance, layout
from backend_architect.architects.rules.delivery.risks import risks
from backend_architect.architects.rules.delivery.tasks import tasks
from backend_architect.architects.rules.language import wording
from backend_architect.architects.rules.layers import evidence, grounds
from backend_architect.design import Delivery, Design, Phase, Scope, Task


def delivery(case: Case, scope: Scope, design_so_far: Design) -> Delivery:
    """Turn the decisions into ordered, verifiable work; what is left out is said elsewhere.

    Args:
        case: What the rules know.
        scope: The requirements.
        design_so_far: All other slices; its own delivery is not looked at.
    """
    work = tasks(case, design_so_far)
    return Delivery(
        layout=layout(case, design_so_far, names(case, design_so_far)),
        guidance=guidance(case, design_so_far),
        phases=_phases(case, scope, design_so_far, work),
        tasks=work,
        commands=commands(case, design_so_far),
        risks=risks(case, design_so_far),
    )


def names(case: Case, design: Design) -> tuple[str, ...]:
    """Return what the work is grouped by: resources of a service, parts of a program; plural kebab-case."""
    if case.traits.shape == "service":
        return tuple(group.name for group in groups(design))
    found = [wording.plural(component.key.removeprefix("c-")).replace(" ", "-") for component in parts(case, design)]
    return tuple(dict.fromkeys(found))


def _phases(case: Case, scope: Scope, design: Design, work: tuple[Task, ...]) -> tuple[Phase, ...]:
    used = {task.phase for task in work}
    return tuple(Phase(key=key, title=title, goal=goal) for key, title, goal in _described(case, scope, design) if key in used)


def _described(case: Case, scope: Scope, design: Design) -> list[tuple[str, str, str]]:
    noun = evidence.thing(evidence.primary(design.endpoints), design.entities)
    tiny = case.traits.size == "tiny"
    first = "The loop works from end to end" if tiny else f"{wording.clipped(scope.loop.action, 110)}: it works from end to end"
    if case.traits.shape == "service" and not tiny:
        first += ", deployed, with one test"
    texts = {
        FIRST: (("Build and run it" if tiny else "Walking skeleton") if case.traits.shape == "service" else "The parts and their rules", first),
        REST: ("The rest, and running it" if tiny else "All that is asked for now", _rest(case, scope)),
        HARDEN: ("Ready for use", _ready(case, design, noun)),
        LATER: ("Later", "Not before the rest is in use" if tiny else _put_off(case, scope)),
    }
    return [(key, *texts[key]) for key in ORDER]


def _put_off(case: Case, scope: Scope) -> str:
    said = "What the brief itself puts off; each is planned again when its turn comes"
    if grounds.staged(case) is None:
        return said
    growth = "The stages of the growth that the brief describes, each due when its trigger fires and not before"
    return f"{growth}. {said}" if any(r.horizon == "later" for r in scope.requirements) else growth


def _rest(case: Case, scope: Scope) -> str:
    now = sum(1 for r in scope.requirements if r.horizon == "now")
    if case.traits.shape != "service":
        return f"The whole run, checked against {wording.counted(now, 'requirement')}"
    return f"Each of the {wording.counted(now, 'requirement')} of the first version can be shown"


def _ready(case: Case, design: Design, noun: str) -> str:
    lasting = case.traits.engine not in grounds.VOLATILE
    return f"Proved, not hoped: {goal(case, design)}{f'; {wording.article(noun)} survives the loss of a machine' if lasting else ''}"
