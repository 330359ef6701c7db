"""Tasks of a service: project, store, access, the loop, the other resources, outside systems."""

from __future__ import annotations

import re
from collections.abc import Sequence

from backend_architect.architects.rules.case import Case
from backend_architect.architects.rules.delivery.acceptance import acceptance, rules, shape_of
from backend_architect.architects.rules.delivery.analysis_tasks import analysis
from backend_architect.architects.rules.delivery.drafts import FIRST, LATER, REST, Draft
from backend_architect.architects.rules.delivery.groups import groups
from backend_architect.architects.rules.delivery.late_tasks import background, hardening, stream
from backend_architect.architects.rules.delivery.stacks import DOWN, UP, focused_test, migrate
from backend_architect.architects.rules.language import wording
from backend_architect.architects.rules.layers import evidence, grounds
from backend_architect.architects.rules.layers.evidence import taken_in
from backend_architect.architects.rules.layers.jobs import forwarded
from backend_architect.design import Design, Endpoint
from backend_architect.expressions import expression

_LOGIN = expression(r"/(?:log-?in|log-?out|sessions?|tokens?|register|auth\w*|me)(?:/|$)|/users/login$", re.IGNORECASE)


def service(case: Case, design: Design) -> tuple[list[Draft], dict[str, str]]:
    """Return the tasks, and for each element the task that brings it in."""
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
    logins = tuple(e for e in design.endpoints if not e.primary and (_LOGIN.search(e.path) or _registers(e)))
    guarded = first is not None and first.auth in ("user", "role", "service")
    needs_access = case.traits.auth not in ("none", "optional") or bool(logins)
    if needs_access and guarded:
        drafts.append(_access(case, design, logins, FIRST))
    outside = _partners(case, design, FIRST if forwarded(case, design.endpoints) is not None or _asked(case, first) else REST)
    drafts += [draft for draft in outside if draft.phase == FIRST]
    beside = analysis(case, design, taken_in(design.endpoints, design.entities) or noun)
    drafts += [draft for draft in beside if draft.phase == FIRST]
    before = [draft.key for draft in drafts]
    drafts.append(_loop(case, design, logins, before) if design.endpoints else _bare_loop(case, design, before))
    if needs_access and not guarded:
        drafts.append(_access(case, design, logins, REST))
    drafts += [draft for draft in outside if draft.phase == REST]
    drafts += _resources(case, design, logins)
    drafts += background(case, design, noun)
    drafts += [draft for draft in beside if draft.phase == REST]
    drafts += _handover(case, design, noun)
    drafts += stream(case, design, noun)
    drafts += hardening(case, design, noun)
    have = {draft.key for draft in drafts}
    for key, task in list(homes.items()):
        if task not in have:
            homes[key] = "t-operate" if task in ("t-load", "t-access") else "t-start"
    if "t-jobs" in have or "t-live" in have:
        homes |= {decision.key: "t-jobs" if "t-jobs" in have else "t-live" for _, name, decision in design.decisions() if name == "messaging"}
    if "t-data" in have:
        homes |= {decision.key: "t-data" for _, name, decision in design.decisions() if name == "data"}
    homes |= _homes(case, design, have)
    return drafts, homes


def _registers(endpoint: Endpoint) -> bool:
    return endpoint.method == "POST" and endpoint.auth == "none" and endpoint.path.rstrip("/").endswith(("/users", "/accounts"))


def _homes(case: Case, design: Design, have: set[str]) -> dict[str, str]:
    """Return the task that brings in each component."""
    by_name = {evidence.resource(e): f"t-{wording.slug(evidence.resource(e))}" for e in design.endpoints}
    found = {}
    for component in design.structure.components:
        match component.kind:
            case "store" if component.key == "c-archive":
                wish = ["t-workspace", "t-jobs", "t-data"]
            case _ if component.key in ("c-workspace", "c-dashboards"):
                wish = [component.key.replace("c-", "t-", 1)]
            case "store":
                wish = ["t-load"] if component.key == "c-cache" else ["t-jobs", "t-loop"] if component.key == "c-queue" else ["t-data", "t-start"]
            case "worker":
                wish = ["t-jobs", "t-live", "t-operate"]
            case "external" if component.key == "c-existing":
                wish = ["t-handover", "t-loop"]
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
    stack, tiny = case.traits.stack, case.traits.size == "tiny"
    operations = design.operations.decision if design.operations else None
    steps = [f"Create the project with {stack.framework}: settings, one error handler, `GET /healthz`"]
    if not tiny:
        steps.append("Structured logs with a request ID")
        steps += [f"Pipeline: {wording.clipped(operations.pipeline, 150)}"] if operations is not None else []
    return Draft(
        key="t-start",
        phase=FIRST,
        title=f"Start the project in {stack.framework}",
        steps=steps,
        verify=f"{stack.lint} && {stack.test}",
        done_when=("`GET /healthz` answers 200" if tiny else f"The pipeline is green and `{stack.run}` answers `GET /healthz` with 200"),
    )


def _schema(case: Case, design: Design) -> Draft | None:
    entities = evidence.built(design.entities)
    engine = case.traits.engine
    if not entities:
        return None
    names = wording.listing([f"`{entity.name}`" for entity in entities], most=5)
    apply = migrate(engine)
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
    limits = [f"`{entity.name}.{f.name}`" for entity in entities for f in entity.fields if f.values or f.minimum is not None or f.maximum is not None]
    guard = "the database" if engine in (*grounds.RELATIONAL, "mongodb") else "the one module that writes"
    held = [*([f"{wording.listing(unique, most=3)} unique"] if unique else []), *([f"the limits of {wording.listing(limits, most=3)}"] if limits else [])]
    steps = [f"Write the migration: {names}" if engine in grounds.RELATIONAL else f"Define {names}"]
    if held and case.traits.size != "tiny":
        steps.append(f"{wording.headed(guard)} keeps {wording.listing(held)}")
    if any(component.key == "c-objects" for component in design.structure.components):
        steps.append("Create the private bucket: no public access, encryption on, a rule that ends uploads left unfinished after a day")
    revert = migrate(engine, file=DOWN) if engine in grounds.RELATIONAL else ""
    if revert:
        steps.append("Apply, revert and apply again on an empty database")
    verify = " && ".join(command for command in (migrate(engine, file=UP), revert) if command)
    if case.traits.size == "tiny" and revert:
        held, there = [], "the migration goes up and down"
    else:
        there = f"{names} {'exists' if len(entities) == 1 else 'exist'}"
    kept = f"{guard} keeps {wording.listing(held)}" if held else ""
    return Draft(
        key="t-data",
        phase=FIRST,
        title=(f"Create {wording.counted(len(entities), 'table') if engine in grounds.RELATIONAL else names or 'the store'} in {wording.ENGINE_NAMES[engine]}"),
        implements=[entity.key for entity in entities],
        after=["t-start"],
        steps=steps,
        verify=verify,
        done_when="; ".join(part for part in (there, kept, "the reverse leaves nothing behind" if revert and held else "") if part),
    )


def _access(case: Case, design: Design, logins: Sequence[Endpoint], phase: str) -> Draft:
    roles = list(dict.fromkeys(role for endpoint in design.endpoints for role in endpoint.roles))
    roles = roles or [actor.name for actor in case.actors if actor.privileged]
    guarded = [endpoint for endpoint in design.endpoints if endpoint.auth in ("user", "role", "service")]
    example = next((endpoint for endpoint in guarded if endpoint.auth == "role"), guarded[0] if guarded else None)
    way = design.security.decision.authentication if design.security else case.traits.auth_basis.value
    decided = [design.security.decision.key] if design.security else []
    steps = [wording.clipped(way, 140), "Deny by default: a route without a stated rule answers 403"]
    if roles:
        steps.append(f"One test per role and route: {wording.listing(roles)}")
    done = f"`{evidence.call(example)}` answers 401 without credentials" if example else "a protected route answers 401 without credentials"
    if roles and example is not None and example.auth == "role":
        done += f", 403 for anybody who is not {wording.article(wording.listing(roles, last='or'))}"
    return Draft(
        key="t-access",
        phase=phase,
        title=(
            f"Let {wording.listing([wording.plural(role) for role in roles]) if roles else 'known callers'} in and nobody else"
            f" ({wording.clipped(case.traits.auth_basis.value, 40)})"
        ),
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
                else f"Client with a deadline, one repeat for what may be repeated, and a circuit that opens after {grounds.BREAKER_FAILURES} failures in a row"
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


def _handover(case: Case, design: Design, noun: str) -> list[Draft]:
    """Return the change in a running system that has to take its work from the new queue."""
    running = next((c for c in design.structure.components if c.key == "c-existing"), None)
    queue = next((c for c in design.structure.components if c.key == "c-queue"), None)
    first = evidence.primary(design.endpoints)
    if running is None or queue is None:
        return []
    status = next((e for e in design.endpoints if e.method == "GET" and "{" in e.path), None)
    seen = f" and `{evidence.call(status)}` says so" if status is not None else ""
    accepted = f"`{evidence.call(first)}` still answers {first.status}" if first is not None else f"what is sent is still confirmed by {queue.name}"
    now = {r.key for r in design.scope.requirements if r.horizon == "now"}
    return [
        Draft(
            key="t-handover",
            phase=FIRST,
            title=f"Let the running system take {wording.plural(noun)} from {queue.name}",
            implements=[running.key, *(key for key in running.satisfies if key in now)],
            after=["t-loop"],
            steps=[
                f"In the running system: read {queue.name} with a lease, look up the {noun}'s ID, process it, record its state, then delete the entry",
                "The old way in stays open behind a switch until both have been compared for a week",
            ],
            done_when=(f"With the running system stopped, {accepted}; started again, it has processed each {noun} once{seen}"),
            cites=list(running.cites),
        )
    ]


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
        title="Close the loop" if case.traits.size == "tiny" else f"Close the loop: {wording.clipped(design.scope.loop.action, 70)}",
        implements=[e.key for e in taken],
        after=after,
        steps=steps,
        verify=focused_test(case.traits.stack, group.name),
        done_when=acceptance(case, design, taken),
    )


def _bare_loop(case: Case, design: Design, after: list[str]) -> Draft:
    """Return the task that closes the loop of a service for which no endpoint could be derived."""
    loop = design.scope.loop
    return Draft(
        key="t-loop",
        phase=FIRST,
        title=f"Close the loop: {wording.clipped(loop.action, 70)}",
        after=after,
        steps=["Write the contract of the one call that the loop needs into openapi.yaml first", wording.clipped(loop.response, 130)],
        verify=focused_test(case.traits.stack, "loop"),
        done_when=wording.clipped(loop.value, 130),
        cites=list(loop.cites),
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
