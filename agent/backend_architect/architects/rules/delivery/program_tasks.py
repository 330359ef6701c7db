"""Tasks of a program without a server, or of a client on its own: set-up, parts, the whole run."""

from __future__ import annotations

from collections.abc import Sequence

from backend_architect.architects.rules.case import Case, Stack
from backend_architect.architects.rules.delivery.drafts import FIRST, REST, Draft
from backend_architect.architects.rules.delivery.groups import parts
from backend_architect.architects.rules.delivery.stacks import build, focused_test
from backend_architect.architects.rules.language import wording
from backend_architect.architects.rules.layers import evidence
from backend_architect.design import Component, Design


def program(case: Case, design: Design) -> tuple[list[Draft], dict[str, str]]:
    """Return the tasks, and for each element the task that brings it in."""
    stack = case.traits.stack
    scripts = evidence.scripts(case)
    test = scripts.named("test") or stack.test
    browser = case.traits.shape != "cli"
    components = design.structure.components
    homes = {decision.key: "t-start" for _, _, decision in design.decisions()}
    steps = [f"`{name}`: {_script(name, stack)}" for name in scripts.names[:4]] or [f"`{stack.test}` passes on the empty project"]
    drafts = [
        Draft(
            key="t-start",
            phase=FIRST,
            title=f"Set up {wording.listing([f'`{n}`' for n in scripts.names], most=4)}" if scripts.names else "Set up the project",
            steps=steps,
            verify=test,
            done_when=(
                f"On a fresh checkout {wording.listing([f'`sh {n}`' for n in scripts.names], most=4) if scripts.names else f'`{test}`'} ends with exit code 0"
            ),
            cites=list(scripts.cites),
        )
    ]
    modules = parts(case, design)
    for component in modules:
        named = [r for r in design.scope.requirements if r.key in component.satisfies and r.horizon == "now"]
        drafts.append(
            Draft(
                key=f"t-{component.key.removeprefix('c-')}",
                phase=FIRST,
                title=f"{component.name}: {wording.clipped(component.purpose, 60)}",
                implements=[component.key, *(key for key in component.owns if any(e.key == key and e.tier != "future" for e in design.entities))],
                after=[f"t-{key.removeprefix('c-')}" for key in component.uses if any(m.key == key for m in modules)] or ["t-start"],
                steps=[wording.clipped(r.text, 130) for r in named[:4]] or [wording.clipped(component.purpose, 130)],
                verify=focused_test(stack, wording.slug(component.key.removeprefix("c-"))) if not scripts.names else test,
                done_when=_proved(component, [r.text for r in named]),
            )
        )
    drafts = _acyclic(drafts)
    critical = design.performance.critical_path if design.performance else None
    run = scripts.named("run") or stack.run
    seen = design.scope.loop.value or design.scope.loop.response
    drafts.append(
        Draft(
            key="t-run",
            phase=REST if modules else FIRST,
            title=f"Run it whole: {wording.clipped(design.scope.loop.action, 70)}",
            implements=[key for key in (c.key for c in components if c.kind != "module")],
            after=[draft.key for draft in drafts],
            steps=(
                [f"{wording.clipped(step.step, 110)}: {evidence.span(step.ms)}" for step in critical.steps]
                if critical
                else [wording.clipped(design.scope.loop.response, 130)]
            ),
            verify=f"{run} && test -s {scripts.result}" if scripts.result and not browser else run,
            done_when=(f"`{scripts.result}` shows it: " if scripts.result else "It can be seen: ") + evidence.lower_first(wording.clipped(seen, 140)),
            cites=list(critical.cites if critical else design.scope.loop.cites),
        )
    )
    homes |= {decision.key: "t-run" for _, name, decision in design.decisions() if name in ("performance", "operations")}
    homes |= {decision.key: drafts[1].key for _, name, decision in design.decisions() if name == "data" and len(drafts) > 2}
    return drafts, homes


def _acyclic(drafts: list[Draft]) -> list[Draft]:
    """Drop a dependence on a task that stands no earlier once providers stand before their users."""
    order: list[Draft] = []
    left = list(drafts)
    while left:
        done = {draft.key for draft in order}
        known = {draft.key for draft in left}
        ready = next((d for d in left if all(key in done or key not in known or key == d.key for key in d.after)), left[0])
        ready.after = [key for key in ready.after if key in done]
        order.append(ready)
        left.remove(ready)
    return order


def _script(name: str, stack: Stack) -> str:
    base = name.rsplit("/", 1)[-1]
    command = stack.test if "test" in base else stack.run if "run" in base else build(stack)
    return f"`set -eu`, then `{command}`"


def _proved(component: Component, texts: Sequence[str]) -> str:
    if component.failures:
        failure = component.failures[0]
        return f"A test shows: when {evidence.lower_first(wording.clipped(failure.when, 90))}, {wording.clipped(failure.then, 110)}"
    return f"A test shows: {wording.clipped(texts[0], 130)}" if texts else f"{component.name} does what it is for: {wording.clipped(component.purpose, 100)}"
