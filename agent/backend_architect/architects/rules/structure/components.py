"""The components of a service: purpose, store, scaling, interface, failures, each from the brief's words."""

from __future__ import annotations

import re

from backend_architect.architects.rules.api.api_layer import carrier
from backend_architect.architects.rules.language.wording import (
    count,
    counted,
    figure,
    headed,
    listing,
    plural,
    quoted,
    sentences,
    spaced,
)
from backend_architect.architects.rules.layers.grounds import PER_INSTANCE, RELATIONAL, doing, largest, per_instance, scale_phrase, staged
from backend_architect.architects.rules.structure import analysis, failures, stores
from backend_architect.architects.rules.structure.assembly import Assembly
from backend_architect.architects.rules.structure.contexts import Context
from backend_architect.architects.rules.structure.parts import API, ARCHIVE, BALANCER, CACHE, CLIENT, OBJECTS, QUEUE, STORE, WORKER, Parts, kind_of
from backend_architect.design import Component, FailureMode, Keys, Scope
from backend_architect.expressions import expression

_FRONT_END = expression(r"\b(?:react(?: native)?|blazor|vue|angular|svelte|flutter|next\.?js|swiftui|ios|android|htmx)\b", re.IGNORECASE)
"""What a client is written in; a language alone may be the backend's."""


def of_service(parts: Parts, scope: Scope, answered: dict[str, Keys]) -> tuple[Component, ...]:
    """Return the components, callers before the called."""
    site = Assembly(parts, scope, answered)
    found: list[Component] = []
    if parts.client is not None:
        found.append(_client(site))
    if parts.balanced:
        found.append(_balancer(site))
    found.append(_api(site))
    if parts.split:
        found.extend(_module(site, context) for context in parts.contexts)
    if parts.worker:
        found.append(_worker(site))
    if parts.queue is not None:
        found.append(stores.queue(site))
    if parts.server:
        found.append(stores.store(site))
    if parts.cache:
        found.append(stores.cache(site))
    if parts.files:
        found.append(stores.objects(site))
    if parts.archive is not None:
        found.append(stores.archive(site))
    if parts.analytics.workspace:
        found.append(analysis.workspace(site))
    if parts.analytics.dashboards:
        found.append(analysis.dashboards(site))
    if parts.existing:
        found.append(stores.existing(site))
    found.extend(stores.external(site, key) for key, _ in parts.externals)
    return tuple(found)


def _client(site: Assembly) -> Component:
    parts = site.parts
    assert parts.client is not None
    acts = tuple(a for a in parts.acts if a.noun or a.phrase)
    named = [s for s in dict.fromkeys((*site.scope.stack, *parts.case.profile.values("stack"))) if _FRONT_END.search(s)]
    return site.component(
        CLIENT,
        f"{listing(named)} client" if named else "Web client",
        "client",
        "Client",
        purpose=f"Shows what people use to {doing(acts, most=3)}; the plan covers only the calls it makes"
        if acts
        else f"The screens of the brief: {quoted(parts.client.quote)}; the plan covers only the calls it makes",
        uses=(BALANCER if parts.balanced else API,),
        store="Holds what is on the screen; the server's answer is the truth",
        scaling="Runs on the visitor's device; static files from any web server",
        interface=f"The {parts.noun} screens; calls the API with JSON over {carrier(parts.case)}",
        failures=(
            FailureMode(
                when="The API does not answer within 5 s",
                then="the request is not repeated by itself; what was typed stays",
                user_sees=f"that the {parts.noun} {'was not saved' if parts.keeps else 'did not work'}, and a button to try again",
            ),
        ),
        basis=parts.client.cites,
    )


def _balancer(site: Assembly) -> Component:
    parts = site.parts
    shares = parts.caps.of(BALANCER) if parts.caps else ()
    return site.component(
        BALANCER,
        "Load balancer",
        "service",
        "Edge",
        purpose=f"Spreads requests over {counted(parts.instances, 'instance')} of the API; {parts.instances_because}",
        uses=(API,),
        store="Holds nothing",
        scaling=f"One nginx with {shares[0].phrase()}: it only forwards, so the API is the limit"
        if shares
        else "The platform's managed balancer, or one nginx; it only forwards, so the API is the limit",
        interface="The one public port; round robin; takes an instance out after one failed health check and back in after two good ones",
        failures=(
            FailureMode(
                when="One API instance does not answer its health check",
                then=f"requests go to the other {count(parts.instances - 1)}",
                user_sees="nothing, or one repeated request",
            ),
            FailureMode(
                when="The balancer itself stops",
                then="the container is restarted by its restart policy; it is the one part that is not doubled",
                user_sees="no answer for the seconds of a restart",
            ),
        ),
        basis=parts.required.cites if parts.required else parts.demand.cites,
    )


def _api(site: Assembly) -> Component:
    parts, case = site.parts, site.parts.case
    acts = tuple(a for a in parts.acts if a.noun or a.phrase)
    spelled = case.contracts.ours
    uses = [parts.key_of(c) for c in parts.contexts] if parts.split else []
    if parts.server and not (parts.split and case.traits.pattern == "services"):
        uses.append(STORE)
    if parts.cache:
        uses.append(CACHE)
    if parts.queue is not None:
        uses.append(QUEUE)
    if parts.files:
        uses.append(OBJECTS)
    if parts.analytics.training and parts.archive is not None:
        uses.append(ARCHIVE)
    if not parts.worker and parts.relay is None:
        uses.extend(key for key, _ in site.called())
    timed = all(kind_of(job) not in ("notify", "import") for job in parts.jobs)
    how = "a timer in the same process does the rest" if timed else "the same process does what nobody waits for"
    jobs = f"; {how}: {parts.job_names(most=2)}" if parts.jobs and not parts.worker else ""
    if parts.relay is not None:
        purpose = (
            f"Takes {plural(parts.noun)} ({parts.write}), stores each with its state before it answers, and reports what was processed; "
            f"the call to {listing(parts.relay.owners)} is the worker's"
        )
    elif acts:
        beside = f" and does by itself what nobody waits for ({parts.job_names(most=2)})" if parts.jobs and site.tiny else jobs
        purpose = f"Lets {site.who(acts)} {doing(acts, most=4)}{beside}"
    elif spelled:
        purpose = f"Answers the {counted(len(spelled), 'endpoint')} that the brief spells out{jobs}"
    else:
        purpose = f"Answers requests about {plural(parts.noun)}{jobs}"
    if parts.analytics.training:
        purpose += "; what it works out comes from the released version of the model, which it holds in memory"
    paths = [f"`{e.method} {e.path}`" for e in spelled]
    interface = (
        f"{counted(len(spelled), 'endpoint')} as the brief spells them: {listing(paths, most=4)}"
        if spelled
        else f"REST with JSON over {carrier(case)} for {listing([spaced(e.name) for e in parts.entities], most=4) or plural(parts.noun)}"
    )
    return site.component(
        API,
        f"{headed(parts.noun)} API",
        "service",
        "API" if parts.split else headed(plural(parts.noun)),
        purpose=purpose,
        uses=tuple(dict.fromkeys(uses)),
        store=site.tables() if not parts.split else "Holds nothing itself: each module keeps its own tables",
        owns=() if parts.split else tuple(e.key for e in parts.entities),
        scaling=_api_scaling(site),
        interface=f"{interface}; `GET /healthz`",
        failures=failures.of_api(parts),
        basis=case.traits.pattern_basis.cites,
    )


def _api_scaling(site: Assembly) -> str:
    parts, demand = site.parts, site.parts.demand
    shares = parts.caps.of(API) if parts.caps else ()
    if parts.caps and shares:
        which = (
            listing([share.phrase() for share in shares])
            if len({s.phrase() for s in shares}) > 1
            else f"{shares[0].phrase()}{' each' if len(shares) > 1 else ''}"
        )
        return (
            f"{headed(counted(parts.instances, 'instance'))} with {which}; the caps of {parts.caps.total()} for all containers add up as "
            f"{parts.caps.sums()}. The limit is the CPU share, so the request does no outside call"
        )
    stages = staged(parts.case)
    if stages is not None and not parts.balanced:
        goal = per_instance(demand)
        return (
            f"Grows with the brief's own steps: one host at {stages[0].value}; behind a balancer with a second instance from {PER_INSTANCE} requests/s; "
            f"by CPU from there, reckoned {goal} instances at {stages[1].value} if no cache answers first"
        )
    state = "no session in memory" if site.has_accounts() else "no state in memory"
    if demand.known:
        needed = (
            f"{figure(demand.peak)} requests/s at peak, reckoned at {PER_INSTANCE} requests/s an instance (measure it): {counted(parts.instances, 'instance')}"
        )
        return sentences(
            f"Horizontal, {state}: {needed}{f'; {parts.instances_because}' if parts.instances > 1 else ''}",
            "The database is the limit before the API is" if parts.store else "",
        )
    users = largest(parts.case, "users")
    if site.tiny:
        return f"One process, about {PER_INSTANCE} requests/s"
    who = f"{users.value} reach" if users else "The brief states no load; reach"
    return (
        f"One process, {state}, so a second can be added behind a balancer. {headed(who)} its reckoned {PER_INSTANCE} requests/s only if "
        f"{'each sends' if users else 'people send'} several a second"
        if not parts.balanced
        else f"Horizontal, {state}: {counted(parts.instances, 'instance')}; {parts.instances_because}"
    )


def _module(site: Assembly, context: Context) -> Component:
    parts, case = site.parts, site.parts.case
    key = parts.key_of(context)
    separate = case.traits.pattern == "services"
    tables = tuple(e.name for e in context.entities)
    named = listing([f"`{t}`" for t in tables], most=5)
    uses = [STORE] if parts.server else []
    neighbours = {f.ref for e in context.entities for f in e.fields if f.ref} - set(context.owns)
    uses.extend(parts.key_of(c) for c in parts.contexts if c is not context and neighbours & set(c.owns) and not _points_back(site, c, context))
    verbs = doing(context.actions, most=3)
    return site.component(
        key,
        context.name,
        "service" if separate else "module",
        context.name,
        purpose=f"{headed(listing(context.actors, most=2))} {verbs}; the only writer of {named}"
        if context.actors and verbs
        else f"Keeps {named or context.name.lower()}; the only writer",
        uses=tuple(dict.fromkeys(uses)),
        store=f"{site.engine}: {'its own schema, ' if separate else 'tables '}{named}"
        if named and parts.store
        else f"{headed(site.engine)}: {named or 'nothing'}",
        owns=context.owns,
        scaling=_module_scaling(site, context, separate=separate),
        interface=f"{'HTTP operations' if separate else 'Functions'} for: {verbs}"
        if verbs
        else f"{'HTTP operations' if separate else 'Functions'} to read and change {context.name.lower()}; no other "
        f"{'service' if separate else 'module'} touches its tables",
        failures=failures.of_context(parts, context.name, tables, verbs),
        basis=tuple(n for e in context.entities for n in e.cites),
    )


def _points_back(site: Assembly, other: Context, context: Context) -> bool:
    """Break a cycle of references: the context that stands first is the one that is called."""
    refs = {f.ref for e in other.entities for f in e.fields if f.ref}
    return bool(refs & set(context.owns)) and site.parts.contexts.index(other) > site.parts.contexts.index(context)


def _module_scaling(site: Assembly, context: Context, *, separate: bool) -> str:
    if not separate:
        return f"With the API, in the same process; it becomes a service of its own when {context.name.lower()} need instances that the rest do not"
    return (
        f"One instance; {scale_phrase(site.parts.case) or 'nothing in the brief'} asks for no second"
        if site.parts.case.traits.size in ("tiny", "small")
        else "Horizontal, no state in memory; its own connection pool is the limit"
    )


def _worker(site: Assembly) -> Component:
    parts = site.parts
    uses = [STORE] if parts.server else []
    if parts.queue is not None and not parts.existing:
        uses.append(QUEUE)
    if parts.archive is not None:
        uses.append(ARCHIVE)
    if parts.contents is not None and any(kind_of(job) in ("cleanup", "purge") for job in parts.jobs):
        uses.append(OBJECTS)
    uses.extend(key for key, _ in site.called())
    shares = parts.caps.of(WORKER) if parts.caps else ()
    if parts.relay is not None:
        names = listing(parts.relay.owners)
        mark = f"`{parts.relay.request_id}`" if parts.relay.request_id else "request identifier"
        purpose = (
            f"Claims stored {plural(parts.noun)}, sends each to {'one of ' if len(parts.relay.owners) > 1 else ''}{names} under the same "
            f"{mark}, and records which of them took it and when"
        )
        interface = (
            f"Claims rows with `FOR UPDATE SKIP LOCKED`; calls `{parts.relay.call.method} {parts.relay.call.path}` of {names}"
            if parts.case.traits.engine in RELATIONAL
            else f"Calls `{parts.relay.call.method} {parts.relay.call.path}` of {names}"
        )
    else:
        taken = f"Takes {plural(parts.noun)} from {parts.queue.name} and stores them" if parts.queue is not None else ""
        done = f"does what nobody waits for: {parts.job_names(most=3)}" if parts.jobs else ""
        purpose = headed(listing([part for part in (taken, done) if part], last="and"))
        interface = "Started by a timer; no port open" if parts.queue is None else f"Takes messages from {parts.queue.name}; no port open"
    claims = "claims are row locks" if parts.case.traits.engine in RELATIONAL else "claims are leases that run out"
    limit = f"one instance with {shares[0].phrase()}" if shares else "one instance, from the same code as the API"
    return site.component(
        WORKER,
        parts.worker_name(),
        "worker",
        headed(plural(parts.noun)) if not parts.split else "Background",
        purpose=purpose,
        uses=tuple(dict.fromkeys(uses)),
        store=f"{site.engine}: reads and marks rows of {listing([f'`{e.name}`' for e in parts.entities], most=3)}"
        if parts.store and parts.entities
        else "Holds nothing",
        scaling=f"{headed(limit)}; {claims}, so a second can run beside it"
        if parts.relay or parts.queue
        else f"{headed(limit)}; a lock row keeps a second one idle",
        interface=interface,
        failures=failures.of_worker(parts),
        basis=tuple(n for job in parts.jobs for n in job.cites) or (parts.relay.cites if parts.relay else parts.queue.cites if parts.queue else ()),
    )
