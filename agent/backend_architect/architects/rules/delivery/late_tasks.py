"""Tasks that follow the loop of a service: background work, live updates, proof of load, operation."""

from __future__ import annotations

import re

from backend_architect.architects.rules.case import Case
from backend_architect.architects.rules.delivery.drafts import FIRST, HARDEN, LATER, REST, Draft
from backend_architect.architects.rules.delivery.stacks import focused_test
from backend_architect.architects.rules.language import wording
from backend_architect.architects.rules.layers import evidence, grounds, recovery
from backend_architect.architects.rules.layers.performance_layer import promised
from backend_architect.design import Design


def background(case: Case, design: Design, noun: str) -> list[Draft]:
    """Return the tasks of the jobs: one each, or one for all of a small project."""
    # What trains a model is done where the notebooks are, and has its task there.
    work = tuple(job for job in (design.messaging.jobs if design.messaging else ()) if not job.key.startswith("job-train"))
    if not work:
        return []
    together = case.traits.size in ("tiny", "small") or len(work) > 6
    bundles = [work] if together else [(job,) for job in work]
    drafts: list[Draft] = []
    for bundle in bundles:
        main = bundle[0]
        one = len(bundle) == 1
        drafts.append(
            Draft(
                key="t-jobs" if not drafts else f"t-{main.key}",
                phase=FIRST if main.key.startswith("job-forward") else REST,
                title=main.name if one else f"Work in the background: {wording.listing([job.name[0].lower() + job.name[1:] for job in bundle], most=3)}",
                implements=[key for job in bundle for key in job.satisfies if any(r.key == key and r.horizon == "now" for r in design.scope.requirements)]
                or [next((c.key for c in design.structure.components if c.kind == "worker"), "c-api")],
                # What is taken from a queue is there before the other jobs have anything to work on.
                after=["t-loop", *(["t-jobs"] if drafts and work[0].key.startswith("job-take") else [])],
                steps=[f"{wording.headed(wording.clipped(job.does, 150))} ({wording.clipped(job.trigger, 60)})" for job in bundle[:4]],
                verify=focused_test(case.traits.stack, "jobs" if not one else wording.slug(main.key.removeprefix("job-"))),
                done_when=(
                    f"Killed in the middle and started again, {'the job' if one else 'each job'} ends with the same result; after its last try:"
                    f" {wording.clipped(main.on_failure, 110)}"
                ),
                cites=[n for job in bundle for n in job.cites],
            )
        )
    return drafts


def stream(case: Case, design: Design, noun: str) -> list[Draft]:
    """Return the task of the open connections, if there are any."""
    open_ = [e for e in design.endpoints if e.method in ("WS", "SSE")]
    if not open_:
        return []
    budget = max(1000, case.traits.latency_ms)
    return [
        Draft(
            key="t-live",
            phase=REST,
            title=f"Push new and changed {wording.plural(noun)} over {'WebSocket' if open_[0].method == 'WS' else 'server-sent events'}",
            implements=[e.key for e in open_],
            after=["t-loop"],
            steps=[
                f"`{evidence.call(open_[0])}`: send what was committed, in order, with its place in that order (`created_at`, then `id`); heartbeat every 25 s",
                "A slow client is closed at 100 unsent messages; after a reconnect it reads on from the last place it had",
            ],
            verify=focused_test(case.traits.stack, "live"),
            done_when=(
                f"Two clients are connected, one sends: the other has it within {evidence.span(budget)}; one that was away for a minute misses nothing"
                " after its reconnect"
            ),
            cites=list(case.traits.realtime_basis.cites),
        )
    ]


def growth(case: Case, design: Design) -> list[Draft]:
    """Return a task for each stage of a growth that the brief itself goes through, due when its trigger fires."""
    if design.performance is None or grounds.staged(case) is None:
        return []
    scale = {n for fact in (*case.profile.all("users"), *case.profile.all("reads-per-second"), *case.profile.all("writes-per-second")) for n in fact.cites}
    asked = [r.key for r in design.scope.requirements if r.horizon == "now" and scale.intersection(r.cites)]
    drafts: list[Draft] = []
    # The first row is what is built on day 0.
    for number, stage in enumerate(design.performance.scaling[1:], start=1):
        drafts.append(
            Draft(
                key=f"t-grow-{number}",
                phase=LATER,
                title=wording.clipped(stage.then, 90),
                implements=[design.performance.decision.key, *asked],
                after=["t-operate" if not drafts else drafts[-1].key],
                steps=[
                    f"Due at: {wording.clipped(stage.trigger, 150)}",
                    *([] if drafts else ["Before this and each later one, a profile: what it relieves has to be what is at its limit"]),
                ],
                done_when="The load test passes at twice the rate of the trigger, and the figure that fired it is below half its threshold",
            )
        )
    return drafts


def goal(case: Case, design: Design) -> str:
    """Return what the load test proves, in a few words."""
    first = evidence.primary(design.endpoints)
    call = f"`{evidence.call(first)}`" if first else "the main request"
    return f"{call} within {evidence.span(case.traits.latency_ms)} ({evidence.percentile(case)})"


def hardening(case: Case, design: Design, noun: str) -> list[Draft]:
    """Return what makes it ready for use: load, regulated data, operation."""
    stack, tiny = case.traits.stack, case.traits.size == "tiny"
    after = ["t-loop"] if design.endpoints else ["t-start"]
    drafts: list[Draft] = []
    performance, operations = design.performance, design.operations
    if performance is not None and not tiny:
        decision = performance.decision
        command = re.search(r"`([^`]+)`", decision.load_test)
        target = goal(case, design)
        drafts.append(
            Draft(
                key="t-load",
                phase=HARDEN,
                title=f"Prove {target}",
                after=[*after, "t-jobs"],
                steps=[
                    wording.clipped(decision.load_test, 160),
                    *(f"Cache: {wording.clipped(c.what, 60)} ({c.where}, {wording.clipped(c.ttl, 50)})" for c in performance.caches[:2]),
                ],
                verify=command.group(1) if command else focused_test(stack, "load"),
                done_when=f"The run stays inside it: {target}; no database query without an index appears in the slow log",
                cites=list(decision.cites),
            )
        )
    if case.traits.regulated:
        regimes = wording.listing([j.value for j in case.traits.regulated], most=3)
        drafts.append(
            Draft(
                key="t-regulated",
                phase=HARDEN,
                title=f"Meet {regimes}",
                implements=[r.key for r in design.scope.requirements if r.horizon == "now" and any(set(r.cites) & set(j.cites) for j in case.traits.regulated)],
                after=after,
                steps=[f"{data.name}: {wording.clipped(data.handling, 130)}" for data in design.scope.data_classes[:3]]
                or ["Audit log of every read and change of regulated data"],
                verify=focused_test(stack, "audit"),
                done_when=(
                    f"A search of logs, traces and queue messages from the tests finds no regulated value; every access to {wording.article(noun)} leaves "
                    f"{'an audit row' if any(e.name.startswith('audit') for e in design.entities) else 'a line in the audit log'} with who, what and when"
                ),
                cites=[n for j in case.traits.regulated for n in j.cites],
            )
        )
    if operations is not None:
        running = operations.decision
        kept = case.traits.engine not in grounds.VOLATILE
        steps = [wording.clipped(running.deployment, 150)] if not tiny or not kept else []
        if kept:
            steps.append(f"Backup and a timed restore: {wording.clipped(running.backup, 200)}")
        if tiny:
            timed = f", time 100 calls as a benchmark ({goal(case, design)})" if performance is not None and promised(case) else ""
            steps = [f"Go through the OWASP Top 10{timed}"]
        if not tiny:
            steps.append(f"Alerts: {wording.listing([wording.clipped(m.signal, 50) for m in operations.monitors], most=4)}")
            steps.append(f"Roll back once on purpose: {wording.clipped(running.rollback, 90)}")
        drafts.append(
            Draft(
                key="t-operate",
                phase=REST if tiny else HARDEN,
                title="Run it" + (" and get it back after a loss" if kept and not tiny else ""),
                after=[*after, *(["t-load"] if performance is not None and not tiny else [])],
                steps=steps,
                verify="" if tiny and kept else 'curl -fsS "$BASE_URL/healthz"',
                done_when=_survives(case, noun, kept=kept),
                cites=list(running.cites),
            )
        )
    return drafts


def _survives(case: Case, noun: str, *, kept: bool) -> str:
    if evidence.boxed(case):
        return f"After every container was restarted no answered {noun} is missing, and the limits in the file add up to the caps"
    seen = (
        f"{wording.headed(wording.article(noun))} of yesterday is back after a restore" if kept else f"After a kill -9 the next {noun} is accepted within 5 s"
    )
    said = recovery.wanted(case) if kept else None
    if said is not None and (said.rto or said.rpo):
        seen = f"A server thrown away is replaced within {recovery.rto(case).text}, and what was written {recovery.rpo(case).text} before is there"
    if said is not None and said.never:
        seen += f"; the primary killed under load: every one of the {recovery.safe(case)} that was acknowledged is there"
    return seen if case.traits.size == "tiny" else f"{seen}; each alert has fired once on purpose"
