"""The roadmap's tasks: what one person or agent does in one go, in which order, and how it is proved."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from backend_architect.architects.rules import evidence, grounds, wording
from backend_architect.architects.rules.acceptance import acceptance, rules, shape_of
from backend_architect.architects.rules.case import Case
from backend_architect.architects.rules.drafts import FIRST, HARDEN, LATER, REST, Draft, place_components, place_requirements
from backend_architect.architects.rules.jobs import forwarded
from backend_architect.architects.rules.stacks import DOWN, UP, focused_test, migrate
from backend_architect.design import Component, Design, Endpoint, Task

_LOGIN = re.compile(r"/(?:log-?in|log-?out|sessions?|tokens?|register|auth\w*|me)(?:/|$)|/users/login$", re.IGNORECASE)


@dataclass(frozen=True)
class Group:
    """Endpoints that are built together."""

    name: str
    """Plural kebab-case."""
    endpoints: tuple[Endpoint, ...]


def groups(design: Design) -> tuple[Group, ...]:
    """Group the endpoints by the collection they belong to, the one that closes the loop first."""
    found: dict[str, list[Endpoint]] = {}
    for endpoint in sorted(design.endpoints, key=lambda e: not e.primary):
        found.setdefault(evidence.resource(endpoint), []).append(endpoint)
    return tuple(Group(name, tuple(sorted(endpoints, key=design.endpoints.index))) for name, endpoints in found.items())


def parts(case: Case, design: Design) -> tuple[Component, ...]:
    """Return the parts of a program that are worked on one by one."""
    return tuple(c for c in design.structure.components if c.kind == "module")


def tasks(case: Case, design: Design) -> tuple[Task, ...]:
    """Return the tasks in phase order; each requirement of the first version is somewhere among them."""
    drafts, homes = _service(case, design) if case.traits.shape == "service" else _program(case, design)
    drafts += _later(case, design, drafts)
    place_components(drafts, design, homes)
    place_requirements(drafts, design)
    _fill_cites(drafts, design)
    used = [draft for draft in drafts if draft.implements]
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


# --- a service ------------------------------------------------------------------------------


def _service(case: Case, design: Design) -> tuple[list[Draft], dict[str, str]]:
    stack = case.traits.stack
    first = evidence.primary(design.endpoints)
    noun = evidence.thing(first, design.entities)
    drafts = [_start(case, design)]
    homes = {
        "d-system": "t-start",
        "d-api": "t-loop",
        "d-messaging": "t-loop",
        "d-security": "t-access",
        "d-performance": "t-load",
        "d-operations": "t-operate",
    }
    homes = {decision.key: homes.get(f"d-{name}", "t-start") for _, name, decision in design.decisions()}
    if (schema := _schema(case, design)) is not None:
        drafts.append(schema)
    logins = tuple(e for e in design.endpoints if _LOGIN.search(e.path) and not e.primary)
    guarded = first is not None and first.auth in ("user", "role", "service")
    needs_access = case.traits.auth not in ("none", "optional") or bool(logins)
    if needs_access and guarded:
        drafts.append(_access(case, design, logins, FIRST))
    outside = _partners(case, design, FIRST if forwarded(case, design.endpoints) is not None or _asked(case, first) else REST)
    drafts += [draft for draft in outside if draft.phase == FIRST]
    if design.endpoints:
        drafts.append(_loop(case, design, logins, [draft.key for draft in drafts]))
    if needs_access and not guarded:
        drafts.append(_access(case, design, logins, REST))
    drafts += [draft for draft in outside if draft.phase == REST]
    drafts += _resources(case, design, logins)
    drafts += _jobs(case, design, noun)
    drafts += _stream(case, design, noun)
    drafts += _hardening(case, design, noun)
    have = {draft.key for draft in drafts}
    for key, task in list(homes.items()):
        if task not in have:
            homes[key] = "t-operate" if task in ("t-load", "t-access") else "t-start"
    if "t-jobs" in have or "t-live" in have:
        homes |= {decision.key: "t-jobs" if "t-jobs" in have else "t-live" for _, name, decision in design.decisions() if name == "messaging"}
    if "t-data" in have:
        homes |= {decision.key: "t-data" for _, name, decision in design.decisions() if name == "data"}
    homes |= _homes(case, design, have)
    del stack
    return drafts, homes


def _homes(case: Case, design: Design, have: set[str]) -> dict[str, str]:
    """Return the task that brings in each component."""
    by_name = {evidence.resource(e): f"t-{wording.slug(evidence.resource(e))}" for e in design.endpoints}
    found = {}
    for component in design.structure.components:
        match component.kind:
            case "store":
                wish = ["t-load"] if component.key == "c-cache" else ["t-jobs", "t-loop"] if component.key == "c-queue" else ["t-data", "t-start"]
            case "worker":
                wish = ["t-jobs", "t-live", "t-operate"]
            case "external":
                wish = [f"t-partner-{wording.slug(component.name)}", "t-partners", "t-loop"]
            case "client":
                wish = ["t-loop"]
            case _ if component.key == "c-balancer":
                wish = ["t-operate"]
            case _:
                mine = [by_name[evidence.resource(e)] for e in design.endpoints if e.component == component.key]
                owned = [f"t-{wording.slug(entity.name)}" for entity in design.entities if entity.key in component.owns]
                wish = [*mine, *owned, "t-start"] if component.key != "c-api" else ["t-start"]
                if any(e.primary and e.component == component.key for e in design.endpoints) and component.key != "c-api":
                    wish = ["t-loop"]
        found[component.key] = next((key for key in wish if key in have), "t-start")
    return found


def _start(case: Case, design: Design) -> Draft:
    stack = case.traits.stack
    operations = design.operations.decision if design.operations else None
    steps = [f"Create the project with {stack.framework}; `{stack.lint}` and `{stack.test}` pass on the empty project"]
    steps.append("`GET /healthz` answers 200; structured logs with a request ID" if case.traits.size != "tiny" else "`GET /healthz` answers 200")
    if operations is not None:
        steps.append(f"Pipeline: {wording.clipped(operations.pipeline, 130)}" if case.traits.size != "tiny" else "The pipeline runs both on each push")
    return Draft(
        key="t-start",
        phase=FIRST,
        title=f"Start the {stack.framework} project",
        steps=steps[: 2 if case.traits.size == "tiny" else 3],
        verify=f"{stack.lint} && {stack.test}",
        done_when=f"The pipeline is green and `{stack.run}` answers `GET /healthz` with 200",
    )


def _schema(case: Case, design: Design) -> Draft | None:
    entities = evidence.built(design.entities)
    engine = case.traits.engine
    if not entities and design.data is None:
        return None
    names = wording.listing([f"`{entity.name}`" for entity in entities], most=5)
    apply = migrate(case.traits.stack.language, engine)
    if engine in grounds.VOLATILE or not apply:
        return Draft(
            key="t-data",
            phase=FIRST,
            title=f"Keep {wording.listing([wording.spaced(e.name) for e in entities], most=3) or 'the state'} in {wording.ENGINE_NAMES[engine]}",
            implements=[entity.key for entity in entities],
            after=["t-start"],
            steps=[
                "One type per thing, one place that changes it, a lock around each change",
                "The same functions a database would have, so that one can take their place",
            ],
            verify=focused_test(case.traits.stack, "state"),
            done_when="Two changes at the same moment leave a state that both rules allow; a restart starts empty",
        )
    unique = [f"`{entity.name}.{'+'.join(index.fields)}`" for entity in entities for index in entity.indexes if index.unique]
    checks = [f"`{entity.name}.{f.name}`" for entity in entities for f in entity.fields if f.values or f.minimum is not None or f.maximum is not None]
    steps = [f"Write the migration: {names}" if engine in grounds.RELATIONAL else f"Define {names}"]
    if unique or checks:
        steps.append(
            "Constraints in the database"
            + (f": unique {wording.listing(unique, most=3)}" if unique else "")
            + (f"; checked {wording.listing(checks, most=3)}" if checks else "")
        )
    revert = migrate(case.traits.stack.language, engine, file=DOWN) if engine in grounds.RELATIONAL else ""
    if revert:
        steps.append("Apply, revert and apply again on an empty database")
    verify = " && ".join(command for command in (migrate(case.traits.stack.language, engine, file=UP), revert) if command)
    return Draft(
        key="t-data",
        phase=FIRST,
        title=(f"Create {wording.counted(len(entities), 'table') if engine in grounds.RELATIONAL else names or 'the store'} in {wording.ENGINE_NAMES[engine]}"),
        implements=[entity.key for entity in entities],
        after=["t-start"],
        steps=steps,
        verify=verify,
        done_when=(
            f"{names} exist; a row that breaks {wording.listing([*unique, *checks], most=2)} is refused by the database"
            if unique or checks
            else f"{names} exist"
        )
        + ("; the reverse leaves nothing behind" if revert else ""),
    )


def _access(case: Case, design: Design, logins: Sequence[Endpoint], phase: str) -> Draft:
    roles = list(dict.fromkeys(role for endpoint in design.endpoints for role in endpoint.roles))
    guarded = [endpoint for endpoint in design.endpoints if endpoint.auth in ("user", "role", "service")]
    example = next((endpoint for endpoint in guarded if endpoint.auth == "role"), guarded[0] if guarded else None)
    way = design.security.decision.authentication if design.security else case.traits.auth_basis.value
    decided = [design.security.decision.key] if design.security else []
    steps = [wording.clipped(way, 140), "Deny by default: a route without a stated rule answers 403"]
    if roles:
        steps.append(f"One test per role and route: {wording.listing(roles)}")
    done = f"`{evidence.call(example)}` answers 401 without credentials" if example else "a protected route answers 401 without credentials"
    if roles and example is not None and example.auth == "role":
        done += f", 403 for anybody who is not {wording.listing(roles, last='or')}"
    return Draft(
        key="t-access",
        phase=phase,
        title=f"Let {wording.listing(roles) if roles else 'known callers'} in and nobody else ({wording.clipped(case.traits.auth_basis.value, 40)})",
        implements=[*decided, *(endpoint.key for endpoint in logins)],
        after=["t-data", "t-start"],
        steps=steps,
        verify=focused_test(case.traits.stack, "access"),
        done_when=done,
        cites=list(case.traits.auth_basis.cites),
    )


def _asked(case: Case, first: Endpoint | None) -> bool:
    """Return whether the loop itself needs an outside system."""
    return first is not None and bool({n for s in evidence.partners(case) for n in s.cites}.intersection(first.cites))


def _partners(case: Case, design: Design, phase: str) -> list[Draft]:
    integrations = {integration.name.lower(): integration for integration in design.scope.integrations}
    externals = [c for c in design.structure.components if c.kind == "external" and c.key != "c-existing"]
    if not externals:
        return []
    if len(externals) > 3 or (case.traits.size in ("tiny", "small") and len(externals) > 1):
        named = [(wording.listing([c.name for c in externals], most=3), "t-partners", externals)]
    else:
        named = [(c.name, f"t-partner-{wording.slug(c.name)}", [c]) for c in externals]
    drafts = []
    for title, key, components in named:
        integration = integrations.get(components[0].name.lower())
        steps = [
            (
                f"Client with {wording.clipped(integration.protection, 120)}"
                if integration
                else "Client with a deadline, 3 tries with growing waits and a circuit breaker"
            )
        ]
        steps.append(
            f"While it is down: {wording.clipped(integration.fallback, 120)}" if integration else "A fake of it that can be slow, fail and lie, for the tests"
        )
        drafts.append(
            Draft(
                key=key,
                phase=phase,
                title=f"Talk to {title}",
                implements=[c.key for c in components],
                after=["t-start"],
                steps=steps,
                verify=focused_test(case.traits.stack, wording.slug(components[0].name)),
                done_when=(
                    f"With the fake of {components[0].name} answering 500 or not at all, the caller gets the stated fallback within the deadline and the"
                    " breaker opens"
                ),
                cites=[n for c in components for n in c.cites][:6],
            )
        )
    return drafts


def _loop(case: Case, design: Design, logins: Sequence[Endpoint], after: list[str]) -> Draft:
    """Return the task that closes the user loop: the primary endpoint and the read that shows its effect."""
    group = groups(design)[0]
    primary = next((e for e in group.endpoints if e.primary), group.endpoints[0])
    mine = [e for e in group.endpoints if e not in logins and e.method not in ("WS", "SSE")]
    small = case.traits.size == "tiny" or len(mine) <= 3
    shows = next((e for e in mine if e.method == "GET" and e is not primary), None)
    taken = mine if small and len(mine) <= 5 else [e for e in (primary, shows) if e is not None]
    taken = taken or [primary]
    steps = [shape_of(primary), *rules(taken, most=1 if case.traits.size == "tiny" else 2)]
    if design.performance is not None and design.performance.critical_path is not None and case.traits.size != "tiny":
        path = design.performance.critical_path
        steps.append(f"Log the time of each of the {len(path.steps)} steps of the critical path ({path.budget_ms} ms)")
    return Draft(
        key="t-loop",
        phase=FIRST,
        title=f"Close the loop: {wording.clipped(design.scope.loop.action, 70)}",
        implements=[e.key for e in taken],
        after=after,
        steps=steps,
        verify=focused_test(case.traits.stack, group.name),
        done_when=acceptance(case, design, taken),
    )


def _resources(case: Case, design: Design, logins: Sequence[Endpoint]) -> list[Draft]:
    taken = {e.key for e in logins} | set(_loop(case, design, logins, []).implements if design.endpoints else ())
    left: list[tuple[str, list[Endpoint]]] = []
    for group in groups(design):
        rest = [e for e in group.endpoints if e.key not in taken and e.method not in ("WS", "SSE")]
        if rest:
            left.append((group.name, rest))
    if case.traits.size == "tiny" and len(left) > 2:
        left = [left[0], ("-".join(name for name, _ in left[1:3]), [e for _, rest in left[1:] for e in rest])]
    return [draft for name, rest in left for draft in _split(case, design, name, rest)]


def _split(case: Case, design: Design, name: str, endpoints: list[Endpoint]) -> list[Draft]:
    """Return one task for a resource, or two where reading and changing are each enough for one."""
    halves = [("", endpoints)]
    if len(endpoints) > 7:
        reads = [e for e in endpoints if not evidence.writes(e)]
        changes = [e for e in endpoints if evidence.writes(e)]
        halves = [(word, half) for word, half in (("read", reads), ("change", changes)) if half]
    drafts = []
    for word, half in halves:
        verbs = {"GET": "read", "POST": "add", "PUT": "replace", "PATCH": "change", "DELETE": "remove", "HEAD": "check"}
        doing = word or wording.listing([verbs[e.method] for e in half])
        later = [r for r in design.scope.requirements if r.horizon == "later"]
        asked = {key for e in half for key in e.satisfies}
        put_off = bool(asked) and asked <= {r.key for r in later}
        drafts.append(
            Draft(
                key=f"t-{wording.slug(name)}{f'-{word}' if word else ''}",
                phase=LATER if put_off else REST,
                title=f"{wording.headed(doing)} {wording.spaced(name)}",
                implements=[e.key for e in half],
                after=["t-loop"],
                steps=[*(shape_of(e) for e in half[:2] if evidence.writes(e)), *rules(half, most=2)] or [shape_of(half[0])],
                verify=focused_test(case.traits.stack, name),
                done_when=acceptance(case, design, half),
            )
        )
    return drafts


def _jobs(case: Case, design: Design, noun: str) -> list[Draft]:
    work = design.messaging.jobs if design.messaging else ()
    if not work:
        return []
    together = case.traits.size in ("tiny", "small") or len(work) > 6
    bundles = [work] if together else [(job,) for job in work]
    drafts = []
    for bundle in bundles:
        main = bundle[0]
        one = len(bundle) == 1
        drafts.append(
            Draft(
                key="t-jobs" if not drafts else f"t-{main.key}",
                phase=FIRST if main.key.startswith("job-forward") else REST,
                title=main.name if one else f"Work in the background: {wording.listing([job.name[0].lower() + job.name[1:] for job in bundle], most=3)}",
                implements=[key for job in bundle for key in job.satisfies if any(r.key == key and r.horizon == "now" for r in design.scope.requirements)],
                after=["t-loop"],
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


def _stream(case: Case, design: Design, noun: str) -> list[Draft]:
    open_ = [e for e in design.endpoints if e.method in ("WS", "SSE")]
    if not open_:
        return []
    budget = max(1000, case.traits.latency_ms)
    return [
        Draft(
            key="t-live",
            phase=REST,
            title=f"Push each new {noun} over {'WebSocket' if open_[0].method == 'WS' else 'server-sent events'}",
            implements=[e.key for e in open_],
            after=["t-loop"],
            steps=[
                f"`{evidence.call(open_[0])}`: send what was committed, in order, with its ID; heartbeat every 25 s",
                "A slow client is closed at 100 unsent messages; after a reconnect it reads on from its last ID",
            ],
            verify=focused_test(case.traits.stack, "live"),
            done_when=(
                f"Two clients are connected, one sends: the other has it within {evidence.span(budget)}; one that was away for a minute misses nothing"
                " after its reconnect"
            ),
            cites=list(case.traits.realtime_basis.cites),
        )
    ]


def _hardening(case: Case, design: Design, noun: str) -> list[Draft]:
    stack, tiny = case.traits.stack, case.traits.size == "tiny"
    after = ["t-loop"] if design.endpoints else ["t-start"]
    drafts = []
    performance, operations = design.performance, design.operations
    if performance is not None and not tiny:
        decision = performance.decision
        command = re.search(r"`([^`]+)`", decision.load_test)
        drafts.append(
            Draft(
                key="t-load",
                phase=HARDEN,
                title=f"Prove the load: {wording.clipped(decision.targets, 70)}",
                after=[*after, "t-jobs"],
                steps=[
                    wording.clipped(decision.load_test, 160),
                    *(f"Cache: {wording.clipped(c.what, 60)} ({c.where}, {wording.clipped(c.ttl, 50)})" for c in performance.caches[:2]),
                ],
                verify=command.group(1) if command else focused_test(stack, "load"),
                done_when=f"The run stays inside {wording.clipped(decision.targets, 110)}; no database query without an index appears in the slow log",
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
                    f"A search of logs, traces and queue messages from the tests finds no regulated value; every access to a {noun} leaves an audit row"
                    " with who, what and when"
                ),
                cites=[n for j in case.traits.regulated for n in j.cites],
            )
        )
    if operations is not None:
        decision = operations.decision
        kept = case.traits.engine not in grounds.VOLATILE
        steps = [wording.clipped(decision.deployment, 150)]
        if kept:
            steps.append(f"Backup and a restore that is timed: {wording.clipped(decision.backup, 120)}")
        if not tiny:
            steps.append(f"Alerts: {wording.listing([wording.clipped(m.signal, 50) for m in operations.monitors], most=4)}")
            steps.append(f"Roll back once on purpose: {wording.clipped(decision.rollback, 90)}")
        drafts.append(
            Draft(
                key="t-operate",
                phase=REST if tiny else HARDEN,
                title="Run it" + (" and get it back after a loss" if kept else ""),
                after=[*after, *(["t-load"] if performance is not None and not tiny else [])],
                steps=steps,
                verify='curl -fsS "$BASE_URL/healthz"',
                done_when=(
                    f"A {noun} saved yesterday is there after a restore into an empty database"
                    if kept
                    else f"After a kill -9 the next {noun} is accepted within 5 s"
                )
                + ("" if tiny else "; each alert has fired once in staging"),
                cites=list(decision.cites),
            )
        )
    return drafts


# --- a program or a client ------------------------------------------------------------------


def _program(case: Case, design: Design) -> tuple[list[Draft], dict[str, str]]:
    stack = case.traits.stack
    scripts = evidence.scripts(case)
    test = scripts.named("test") or stack.test
    browser = case.traits.shape != "cli"
    components = design.structure.components
    homes = {decision.key: "t-start" for _, _, decision in design.decisions()}
    steps = [f"`{name}`: {_script(name, stack.test, stack.run, stack.install)}" for name in scripts.names[:4]] or [
        f"`{stack.test}` passes on the empty project"
    ]
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
            done_when=(f"`{scripts.result}` shows " if scripts.result else "It shows ")
            + wording.clipped(design.scope.loop.value or design.scope.loop.response, 140),
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


def _script(name: str, test: str, run: str, install: str) -> str:
    base = name.rsplit("/", 1)[-1]
    command = test if "test" in base else run if "run" in base else install
    return f"`set -eu`, then `{command}`"


def _proved(component: Component, texts: Sequence[str]) -> str:
    if component.failures:
        failure = component.failures[0]
        return f"A test shows: when {wording.clipped(failure.when, 90)}, {wording.clipped(failure.then, 90)}"
    return f"A test shows: {wording.clipped(texts[0], 130)}" if texts else f"{component.name} does what it is for: {wording.clipped(component.purpose, 100)}"


def _later(case: Case, design: Design, drafts: Sequence[Draft]) -> list[Draft]:
    """Return one task that carries what the brief itself puts off, so that nothing is lost and nothing is built early."""
    put_off = [r for r in design.scope.requirements if r.horizon == "later"]
    if not put_off:
        return []
    return [
        Draft(
            key="t-later",
            phase=LATER,
            title=f"What the brief puts off: {wording.counted(len(put_off), 'requirement')}",
            implements=[r.key for r in put_off],
            after=[drafts[-1].key],
            steps=[f"First: {wording.clipped(put_off[0].text, 100)}"],
            verify=case.traits.stack.test,
            done_when="Each is chosen or dropped by name; a chosen one is planned with its own tasks before it is built",
            cites=[n for r in put_off for n in r.cites[:1]],
        )
    ]
