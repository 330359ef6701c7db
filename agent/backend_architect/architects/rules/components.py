"""The components of a service: purpose, store, scaling, interface, failures, each from the brief's words."""

from __future__ import annotations

from backend_architect.architects.rules import failures
from backend_architect.architects.rules.case import Action
from backend_architect.architects.rules.contexts import Context
from backend_architect.architects.rules.grounds import PER_INSTANCE, RELATIONAL, doing, item_phrase, largest, people, per_instance, scale_phrase, staged
from backend_architect.architects.rules.parts import API, ARCHIVE, BALANCER, CACHE, CLIENT, EXISTING, OBJECTS, QUEUE, STORE, WORKER, Parts
from backend_architect.architects.rules.wording import (
    ENGINE_NAMES,
    cites,
    clipped,
    count,
    counted,
    figure,
    headed,
    listing,
    per_second,
    plural,
    quoted,
    sentences,
    spaced,
)
from backend_architect.design import Component, FailureMode, Keys, Scope
from backend_architect.text import Cites


class Assembly:
    """Builds the components of one service; what they share is looked up once."""

    def __init__(self, parts: Parts, scope: Scope, answered: dict[str, Keys]) -> None:
        """Keep the parts, the requirements, and which part answers for which of them."""
        self.parts = parts
        self.scope = scope
        self.answered = answered
        self.numbers = {r.key: r.cites for r in scope.requirements}
        self.engine = ENGINE_NAMES[parts.case.traits.engine]
        self.tiny = parts.case.traits.size == "tiny"

    def components(self) -> tuple[Component, ...]:
        """Return the components, callers before the called."""
        parts = self.parts
        found: list[Component] = []
        if parts.client is not None:
            found.append(self._client())
        if parts.balanced:
            found.append(self._balancer())
        found.append(self._api())
        if parts.split:
            found.extend(self._module(context) for context in parts.contexts)
        if parts.worker:
            found.append(self._worker())
        if parts.queue is not None:
            found.append(self._queue())
        if parts.server:
            found.append(self._store())
        if parts.cache:
            found.append(self._cache())
        if parts.uploads is not None:
            found.append(self._objects())
        if parts.archive is not None:
            found.append(self._archive())
        if parts.existing:
            found.append(self._existing())
        found.extend(self._external(key) for key, _ in parts.externals)
        return tuple(found)

    # --- what answers --------------------------------------------------------------------------

    def _client(self) -> Component:
        parts = self.parts
        assert parts.client is not None
        acts = people(parts.case)
        named = [
            s
            for s in self.scope.stack
            if any(word in s.lower() for word in ("react", "blazor", "vue", "angular", "svelte", "flutter", "next", "swift", "kotlin", "htmx"))
        ]
        return self._component(
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
            interface=f"The {parts.noun} screens; calls the API with JSON over HTTPS",
            failures=(
                FailureMode(
                    when="The API does not answer within 5 s",
                    then="the request is not repeated by itself; what was typed stays",
                    user_sees=f"that the {parts.noun} was not saved, and a button to try again",
                ),
            ),
            basis=parts.client.cites,
        )

    def _balancer(self) -> Component:
        parts = self.parts
        shares = parts.caps.of(BALANCER) if parts.caps else ()
        return self._component(
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

    def _api(self) -> Component:
        parts, case = self.parts, self.parts.case
        acts = people(case)
        spelled = case.contracts.ours
        uses = [parts.key_of(c) for c in parts.contexts] if parts.split else []
        if parts.server and not (parts.split and case.traits.pattern == "services"):
            uses.append(STORE)
        if parts.cache:
            uses.append(CACHE)
        if parts.queue is not None:
            uses.append(QUEUE)
        if parts.uploads is not None:
            uses.append(OBJECTS)
        if not parts.worker and parts.relay is None:
            uses.extend(key for key, _ in self._called())
        jobs = f"; a timer in the same process does the rest: {parts.job_names(most=2)}" if parts.jobs and not parts.worker else ""
        if parts.relay is not None:
            purpose = (
                f"Takes {plural(parts.noun)} ({parts.write}), stores each with its state before it answers, and reports what was processed; "
                f"the call to {listing(parts.relay.owners)} is the worker's"
            )
        elif acts:
            purpose = f"Lets {self._who(acts)} {doing(acts, most=4)}{jobs}"
        elif spelled:
            purpose = f"Answers the {counted(len(spelled), 'endpoint')} that the brief spells out{jobs}"
        else:
            purpose = f"Answers requests about {plural(parts.noun)}{jobs}"
        paths = [f"`{e.method} {e.path}`" for e in spelled]
        interface = (
            f"{counted(len(spelled), 'endpoint')} as the brief spells them: {listing(paths, most=4)}"
            if spelled
            else f"REST with JSON over HTTPS for {listing([spaced(e.name) for e in parts.entities], most=4) or plural(parts.noun)}"
        )
        return self._component(
            API,
            f"{headed(parts.noun)} API",
            "service",
            "API" if parts.split else headed(plural(parts.noun)),
            purpose=purpose,
            uses=tuple(dict.fromkeys(uses)),
            store=self._tables() if not parts.split else "Holds nothing itself: each module keeps its own tables",
            owns=() if parts.split else tuple(e.key for e in parts.entities),
            scaling=self._api_scaling(),
            interface=f"{interface}; `GET /healthz`",
            failures=failures.of_api(parts),
            basis=case.traits.pattern_basis.cites,
        )

    def _api_scaling(self) -> str:
        parts, demand = self.parts, self.parts.demand
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
        state = "no session in memory" if self._has_accounts() else "no state in memory"
        if demand.known:
            needed = (
                f"{figure(demand.peak)} requests/s at peak, reckoned at {PER_INSTANCE} requests/s an instance (measure it): "
                f"{counted(parts.instances, 'instance')}"
            )
            return sentences(
                f"Horizontal, {state}: {needed}{f'; {parts.instances_because}' if parts.instances > 1 else ''}",
                "The database is the limit before the API is" if parts.store else "",
            )
        users = largest(parts.case, "users")
        if self.tiny:
            return f"One process: nothing in the brief asks for a second, and one answers about {PER_INSTANCE} requests/s"
        who = f"{users.value} reach" if users else "The brief states no load; reach"
        return (
            f"One process, {state}, so a second can be added behind a balancer. {headed(who)} its reckoned {PER_INSTANCE} requests/s only if "
            f"{'each sends' if users else 'people send'} several a second"
            if not parts.balanced
            else f"Horizontal, {state}: {counted(parts.instances, 'instance')}; {parts.instances_because}"
        )

    def _module(self, context: Context) -> Component:
        parts, case = self.parts, self.parts.case
        key = parts.key_of(context)
        separate = case.traits.pattern == "services"
        tables = tuple(e.name for e in context.entities)
        named = listing([f"`{t}`" for t in tables], most=5)
        uses = [STORE] if parts.server else []
        neighbours = {f.ref for e in context.entities for f in e.fields if f.ref} - set(context.owns)
        uses.extend(parts.key_of(c) for c in parts.contexts if c is not context and neighbours & set(c.owns) and not self._points_back(c, context))
        verbs = doing(context.actions, most=3)
        return self._component(
            key,
            context.name,
            "service" if separate else "module",
            context.name,
            purpose=f"{headed(listing(context.actors, most=2))} {verbs}; the only writer of {named}"
            if context.actors and verbs
            else f"Keeps {named or context.name.lower()}; the only writer",
            uses=tuple(dict.fromkeys(uses)),
            store=f"{self.engine}: {'its own schema, ' if separate else 'tables '}{named}"
            if named and parts.store
            else f"{headed(self.engine)}: {named or 'nothing'}",
            owns=context.owns,
            scaling=self._module_scaling(context, separate=separate),
            interface=f"{'HTTP operations' if separate else 'Functions'} for: {verbs}"
            if verbs
            else f"{'HTTP operations' if separate else 'Functions'} to read and change {context.name.lower()}; no other "
            f"{'service' if separate else 'module'} touches its tables",
            failures=failures.of_context(parts, context.name, tables, verbs),
            basis=tuple(n for e in context.entities for n in e.cites),
        )

    def _points_back(self, other: Context, context: Context) -> bool:
        """Break a cycle of references: the context that stands first is the one that is called."""
        refs = {f.ref for e in other.entities for f in e.fields if f.ref}
        return bool(refs & set(context.owns)) and self.parts.contexts.index(other) > self.parts.contexts.index(context)

    def _module_scaling(self, context: Context, *, separate: bool) -> str:
        if not separate:
            return f"With the API, in the same process; it becomes a service of its own when {context.name.lower()} need instances that the rest do not"
        return (
            f"One instance; {scale_phrase(self.parts.case) or 'nothing in the brief'} asks for no second"
            if self.parts.case.traits.size in ("tiny", "small")
            else "Horizontal, no state in memory; its own connection pool is the limit"
        )

    # --- what works in the background ----------------------------------------------------------

    def _worker(self) -> Component:
        parts = self.parts
        uses = [STORE] if parts.server else []
        if parts.queue is not None and not parts.existing:
            uses.append(QUEUE)
        if parts.archive is not None:
            uses.append(ARCHIVE)
        uses.extend(key for key, _ in self._called())
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
            purpose = (
                f"Does what nobody waits for: {parts.job_names(most=3)}"
                if parts.jobs
                else f"Takes {plural(parts.noun)} from {parts.queue.name if parts.queue else 'the table'} and works through them"
            )
            interface = "Started by a timer; no port open" if parts.queue is None else f"Takes messages from {parts.queue.name}; no port open"
        limit = f"one instance with {shares[0].phrase()}" if shares else "one instance, from the same code as the API"
        return self._component(
            WORKER,
            parts.worker_name(),
            "worker",
            headed(plural(parts.noun)) if not parts.split else "Background",
            purpose=purpose,
            uses=tuple(dict.fromkeys(uses)),
            store=f"{self.engine}: reads and marks rows of {listing([f'`{e.name}`' for e in parts.entities], most=3)}"
            if parts.store and parts.entities
            else "Holds nothing",
            scaling=f"{headed(limit)}; claims are row locks, so a second can run beside it"
            if parts.relay or parts.queue
            else f"{headed(limit)}; a lock row keeps a second one idle",
            interface=interface,
            failures=failures.of_worker(parts),
            basis=tuple(n for job in parts.jobs for n in job.cites) or (parts.relay.cites if parts.relay else parts.queue.cites if parts.queue else ()),
        )

    def _queue(self) -> Component:
        parts = self.parts
        assert parts.queue is not None
        name = parts.queue.name
        reader = "the running system" if parts.existing else f"the {parts.worker_name().lower()}"
        return self._component(
            QUEUE,
            name,
            "store",
            "Intake",
            purpose=f"Keeps {plural(parts.noun)} between the answer to the caller and {reader}; {parts.queue.because}",
            store=f"{name}: one entry for each {parts.noun}, with its identifier and the time it came; bodies over the queue's limit go to blob "
            "storage and the message names them",
            scaling=f"Managed; takes far more than {figure(parts.demand.peak)} messages/s, so the reader is the limit"
            if parts.demand.known
            else "Managed; a queue of this kind takes thousands of messages/s, so the reader is the limit",
            interface="Written by the API, read with a lease; a message is deleted only when its work is recorded; a second queue takes what failed 5 times",
            failures=(
                FailureMode(
                    when=f"{headed(reader)} is offline (deployment, fault)",
                    then="messages wait; the alert is on the age of the oldest, not on the number",
                    user_sees="the answer as always; the result later",
                ),
                FailureMode(when="A message is delivered twice", then="the reader looks up its identifier first and drops the second", user_sees="one result"),
            ),
            basis=parts.queue.cites,
        )

    # --- what keeps ----------------------------------------------------------------------------

    def _store(self) -> Component:
        parts, case = self.parts, self.parts.case
        shares = parts.caps.of(STORE) if parts.caps else ()
        demand = parts.demand
        if shares:
            scaling = (
                f"One instance with {shares[0].phrase()}; `shared_buffers` and the number of connections are set to fit"
                if shares[0].memory_mb is not None
                else f"One instance with {shares[0].phrase()}"
            )
        elif parts.regions is not None and case.traits.engine in ("cosmosdb", "dynamodb"):
            scaling = (
                f"Partitioned by key and replicated to the regions where it is read ({quoted(parts.regions.quote, 70)}); autoscaled "
                "throughput, its price is the limit"
            )
        elif (stages := staged(case)) is not None:
            scaling = (
                f"Vertical on the one host at {stages[0].value}; then a node of its own with a standby, then a shared cache and read replicas "
                f"on the way to {per_second(demand.reads, 'reads')}; partitions when one primary no longer takes the writes"
            )
        elif parts.cache:
            scaling = (
                f"Vertical first, then read replicas behind the cache; {per_second(demand.writes, 'writes')} go to one primary until it passes 60 % CPU"
                if demand.writes
                else "Vertical first, then read replicas behind the cache"
            )
        elif demand.known:
            scaling = (
                f"Vertical; {figure(demand.average)} operations/s on average is {'little' if demand.average < 500 else 'a good part of what'} "
                f"{'for' if demand.average < 500 else ''} one primary{' carries' if demand.average >= 500 else ''}; a replica when reads pass "
                "60 % of its CPU"
            ).replace("  ", " ")
        else:
            scaling = "Vertical; one small instance" if not self.tiny else "One small instance"
        return self._component(
            STORE,
            self.engine,
            "store",
            "Data",
            purpose="The one place where "
            f"{listing([plural(spaced(e.name)) if not e.name.endswith('s') else spaced(e.name) for e in parts.entities], most=4) or plural(parts.noun)} are kept",
            store=self._tables(),
            scaling=scaling,
            interface=f"Reached only from {'the API and the worker' if parts.worker else 'the API'}; not from outside",
            failures=failures.of_store(parts),
            basis=case.traits.engine_basis.cites,
        )

    def _cache(self) -> Component:
        parts = self.parts
        return self._component(
            CACHE,
            "Redis cache",
            "store",
            "Data",
            purpose=f"Answers the repeated part of {per_second(parts.demand.reads, 'reads')}, which one database should not answer alone",
            store="Redis: copies only, each with a time to live; may be emptied at any time",
            scaling="One node with a replica; memory for the hot part is the limit",
            interface=f"Read by the API before the database; written after a miss; a changed {parts.noun} deletes its entry",
            failures=(
                FailureMode(
                    when="The cache is empty or down",
                    then="the API reads the database with a cap on parallel misses, one for each key",
                    user_sees="slower reads; above the cap 503 for some",
                ),
            ),
            basis=parts.demand.cites,
        )

    def _objects(self) -> Component:
        parts = self.parts
        assert parts.uploads is not None
        return self._component(
            OBJECTS,
            "Object store",
            "store",
            "Data",
            purpose=f"Keeps the files ({quoted(parts.uploads.quote, 80)}); the database keeps their names, sizes and owners",
            store="Private bucket; objects named by random identifiers, never by the uploaded name",
            scaling="Managed; bandwidth is the limit, so clients send and fetch with signed links that last 5 minutes",
            interface="Signed upload and download links, issued by the API after its own check",
            failures=(
                FailureMode(
                    when="The file arrived, its row did not",
                    then="a daily sweep deletes objects without a row after 24 hours",
                    user_sees="that the upload failed; a repeat works",
                ),
                FailureMode(
                    when="The object store is down", then="rows are still served; links answer 503", user_sees="the page with a placeholder for the file"
                ),
            ),
            basis=parts.uploads.cites,
        )

    def _archive(self) -> Component:
        parts = self.parts
        assert parts.archive is not None
        cloud = parts.case.traits.cloud.lower()
        name = "Azure Data Lake Storage" if "azure" in cloud else "Amazon S3 archive" if "aws" in cloud or "amazon" in cloud else "Long-term store"
        return self._component(
            ARCHIVE,
            name,
            "store",
            "Data",
            purpose=f"Keeps everything for analysis, away from the hot store: {quoted(parts.archive.quote)}",
            store="Parquet files in a table format with transactions (Delta), partitioned by day, so that jobs read while new data is written",
            scaling="Managed; grows with the data, reading is paid by the scan",
            interface=f"Appended by {'the worker' if parts.worker else 'the API'} in batches of a minute; read by analysis jobs only, never by a request",
            failures=(
                FailureMode(
                    when="A batch is written half",
                    then="the table format shows only committed batches; the next run writes it again under the same batch number",
                    user_sees="nothing; figures a minute later",
                ),
            ),
            basis=parts.archive.cites,
        )

    # --- what is not ours ----------------------------------------------------------------------

    def _existing(self) -> Component:
        parts = self.parts
        assert parts.queue is not None
        return self._component(
            EXISTING,
            "The running system",
            "external",
            "Outside",
            purpose=f"Goes on doing its work; new is that it takes {plural(parts.noun)} from {parts.queue.name} instead of from the sender"
            + (f" ({clipped(self.scope.current, 90)})" if self.scope.current else ""),
            uses=(QUEUE,),
            store="Its own, untouched",
            scaling="As it is today; its pace no longer limits what can be received",
            interface=f"Reads {parts.queue.name} with a lease; writes each item's state where the status path reads it",
            failures=(
                FailureMode(
                    when="It is taken down for a deployment",
                    then="the queue holds what arrives; it goes on where it stopped",
                    user_sees="accepted, with a status that says waiting",
                ),
            ),
            basis=parts.queue.cites,
        )

    def _external(self, key: str) -> Component:
        parts = self.parts
        system = dict(parts.externals)[key]
        known = next((i for i in self.scope.integrations if i.name.lower() == system.name.lower()), None)
        return self._component(
            key,
            system.name,
            "external",
            "Outside",
            purpose=system.purpose,
            store="Its own; nothing of it is copied here beyond what an answer needs",
            scaling="Not ours; " + (self._limit() or "its speed bounds ours, so each call has a timeout"),
            interface=known.protection
            if known
            else "Each call with a timeout of 2 s, at most two repeats, and a circuit that opens after five failures in a row",
            failures=failures.of_external(parts, system, known),
            basis=system.cites,
        )

    # --- shared --------------------------------------------------------------------------------

    def _limit(self) -> str:
        limited = next((e for e in self.parts.case.contracts.endpoints if e.owner and e.limit), None)
        return f"it allows {limited.limit} on `{limited.method} {limited.path}`" if limited else ""

    def _called(self) -> tuple[tuple[str, object], ...]:
        """Return the outside systems that this backend calls; a sender calls us."""
        if self.parts.existing:
            return ()
        return self.parts.externals

    def _has_accounts(self) -> bool:
        return self.parts.case.traits.auth in ("session", "token")

    def _who(self, acts: tuple[Action, ...]) -> str:
        names = [plural(a.actor) for a in acts if a.actor]
        return listing(names, most=3) or "people"

    def _tables(self) -> str:
        parts = self.parts
        if not parts.entities:
            return f"{self.engine}: nothing of its own"
        unit = {"mongodb": "collections", "cosmosdb": "containers", "redis": "keys", "memory": "in-memory collections", "object-store": "prefixes"}.get(
            parts.case.traits.engine, "tables"
        )
        unit = unit[:-1] if len(parts.entities) == 1 and unit != "keys" else unit
        item = f", {item_phrase(parts.demand)} an item as stated" if parts.demand.item else ""
        return (
            f"{headed(self.engine) if parts.case.traits.engine == 'memory' else self.engine}: {unit} "
            f"{listing([f'`{e.name}`' for e in parts.entities], most=6)}{item}"
        )

    def _component(self, key: str, name: str, kind: str, context: str, *, basis: Cites = (), **fields: object) -> Component:
        satisfied = self.answered.get(key, ())
        quoted_at = [n for requirement in satisfied for n in self.numbers.get(requirement, ())]
        return Component.model_validate(
            {"key": key, "name": name, "kind": kind, "context": context, "satisfies": satisfied, "cites": cites(basis, quoted_at, most=10), **fields}
        )
