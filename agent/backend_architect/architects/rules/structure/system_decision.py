"""Layer 7: the shape of the whole, argued from size, load, team and what the brief prescribes."""

from __future__ import annotations

from backend_architect.architects.rules.case import Case
from backend_architect.architects.rules.language.wording import ENGINE_NAMES, cites, clipped, count, counted, figure, headed, listing, plural, quoted, sentences
from backend_architect.architects.rules.layers.grounds import doing, functional, largest, people, scale_cites, scale_phrase, staged
from backend_architect.architects.rules.layers.recovery import wanted
from backend_architect.architects.rules.scope import outright
from backend_architect.architects.rules.structure.parts import Parts
from backend_architect.architects.rules.structure.programs import described, output_file
from backend_architect.design import Component, Entity, Keys, Rejected, Scope, SystemDecision
from backend_architect.text import Cites

KEY = "d-system"


def of_service(parts: Parts, scope: Scope, components: tuple[Component, ...], satisfied: Keys) -> SystemDecision:
    """Decide the shape of something that answers requests."""
    case = parts.case
    ours = [c for c in components if c.kind in ("service", "worker") and c.key != "c-balancer"]
    named = cites(
        case.traits.pattern_basis.cites,
        scale_cites(case),
        parts.required.cites if parts.required else (),
        parts.caps.cites if parts.caps else (),
        _at(scope, satisfied),
    )
    return SystemDecision(
        key=KEY,
        choice=_choice(parts, ours),
        why=_why(parts, scope, ours),
        rejected=tuple(_rejected(parts)),
        satisfies=satisfied,
        cites=named,
        pattern=_pattern(parts, scope, ours),
        boundaries=_boundaries(parts),
        communication=_communication(parts, components),
        resilience=_resilience(parts),
    )


def _at(scope: Scope, keys: Keys) -> Cites:
    return tuple(n for r in scope.requirements if r.key in keys for n in r.cites)


def _engine(parts: Parts) -> str:
    return ENGINE_NAMES[parts.case.traits.engine]


def _owners(parts: Parts) -> str:
    return listing(parts.relay.owners) if parts.relay else ""


def _names(parts: Parts, most: int = 5) -> str:
    return listing([c.name.lower() for c in parts.contexts], most=most)


def _load(case: Case) -> str:
    """Return the load as the subject of a sentence."""
    return scale_phrase(case) or "what the brief describes"


def _short_load(parts: Parts) -> str:
    """Return the load in a few words, where the whole figure was given before."""
    if parts.demand.known:
        return f"{'a stated' if parts.demand.stated_peak else 'a reckoned'} peak of {figure(parts.demand.peak)} requests/s"
    return _load(parts.case)


def _pattern(parts: Parts, scope: Scope, ours: list[Component]) -> str:
    beside = " with a worker beside it, from the same code" if parts.worker else ""
    match parts.case.traits.pattern:
        case "services":
            if len(ours) < 2:
                asked = " until the open question about it is answered" if any("services" in question.text for question in scope.questions) else ""
                return f"Microservices, as the brief prescribes, bent to one service{asked}: nothing in the brief gives a second one work"
            return "Microservices, as the brief prescribes, in the smallest number of deployables"
        case "modular monolith" if parts.split:
            return f"Modular monolith: one service whose modules have their own tables{',' if beside else ''}{beside}"
        case _:
            return f"Monolith: one service{beside}"


def _choice(parts: Parts, ours: list[Component]) -> str:
    noun = parts.noun
    if parts.existing and parts.queue is not None:
        return f"A small intake in front of the running system, with {parts.queue.name} between them"
    match parts.case.traits.pattern:
        case "services":
            if len(ours) < 2:
                return f"One service where the brief prescribes several: {listing([c.name for c in ours])}"
            return f"{headed(counted(len(ours), 'service'))}, no more: {listing([c.name for c in ours], most=5)}"
        case "modular monolith" if parts.split:
            worker = f" and one {parts.worker_name().lower()}" if parts.worker else ""
            return f"One deployable with {count(len(parts.contexts))} modules ({_names(parts)}){worker}"
        case _ if parts.relay is not None:
            spread = f"; {count(parts.instances)} instances behind a balancer" if parts.balanced else ""
            return f"One service that stores each {noun} and a worker that passes it on{spread}"
        case _:
            worker = f", one {parts.worker_name().lower()}" if parts.worker else ""
            kept = f", {counted(len(parts.entities), 'table')} in {_engine(parts)}" if parts.store and parts.entities else ""
            return f"One {noun} service{worker}{kept}"


def _why(parts: Parts, scope: Scope, ours: list[Component]) -> str:
    case, traits = parts.case, parts.case.traits
    acts = doing(people(case), most=3)
    asked = counted(len(functional(scope)), "functional demand")
    what = f"{headed(asked)}" + (f" ({acts})" if acts else "")
    said: list[str] = []
    if traits.pattern == "services":
        said.extend(_why_services(parts, ours))
    elif traits.size == "tiny" and not parts.existing and parts.relay is None:
        scale = scale_phrase(case) or "no stated load"
        said.append(f"{headed(asked)}, {scale}: one process does")
    elif parts.existing and parts.queue is not None:
        said.append(
            f"What must not stop is taking in {plural(parts.noun)}. That part is {counted(len(case.contracts.ours) or 1, 'operation')} and stays up "
            "while the rest is deployed"
        )
        said.append(headed(parts.queue.because))
    elif parts.relay is not None:
        said.append(
            f"{_owners(parts)} may be slow or down{', alone or together,' if len(parts.relay.owners) > 1 else ''} and {parts.write} has "
            f"{traits.latency_ms} ms to answer"
        )
        said.append(f"So the request only stores the {parts.noun}; the worker makes the call")
        said.append(f"The target: {clipped(traits.latency_basis.because, 140)}" if traits.latency_basis.because else "")
    elif (stages := staged(case)) is not None:
        said.append(
            f"{what}. It is to grow from {stages[0].value} to {stages[1].value}, so it starts as one host and each part is added when a measurement asks for it"
        )
        said.append(
            f"The goal of {scale_phrase(case)} decides what must stay possible: no state in the API, keys that can be partitioned, a cache before the database"
        )
    elif parts.split:
        said.append(f"{what} fall into {_names(parts)}, which change for different reasons")
        said.append(f"They share {_engine(parts)} and one release: {_load(case)} is within what one deployable carries")
    else:
        said.append(f"{what} share {listing([f'`{e.name}`' for e in parts.entities], most=4) or plural(parts.noun)}")
        scale = scale_phrase(case)
        said.append(
            f"{headed(scale)}: one deployable carries that"
            if scale
            else "The brief states neither users nor load, so nothing asks for more than one deployable"
        )
    if traits.existing and not parts.existing:
        said.append(f"What runs today goes on unchanged beside it{f': {clipped(scope.current, 140)}' if scope.current else ''}")
    if traits.size != "tiny":
        said.extend(_circumstances(parts))
    return sentences(*said)


def _why_services(parts: Parts, ours: list[Component]) -> list[str]:
    traits = parts.case.traits
    said = [f"The brief prescribes services: {clipped(traits.pattern_basis.because, 160)}"]
    if traits.size in ("tiny", "small"):
        said.append(f"Nothing else in it asks for them: {clipped(traits.size_basis.because, 140)}")
        kept = "is bent: one service is built," if len(ours) < 2 else f"is kept with {counted(len(ours), 'service')}"
        said.append(f"The pattern {kept} and the contradiction is an open question")
    if not parts.split:
        said.append(
            f"{headed(_names(parts) or plural(parts.noun))} change in the same action, so they stay in one service; its rules (own data, HTTP only) "
            "hold from the start"
        )
    return said


def _circumstances(parts: Parts) -> list[str]:
    case = parts.case
    said: list[str] = []
    if (team := largest(case, "team")) is not None:
        said.append(f"{headed(team.value)}: each further deployable is one more thing to release and watch")
    if parts.caps is not None:
        said.append(f"The caps of {parts.caps.total()} are shared out as {parts.caps.sums()}")
    if parts.required is not None:
        said.append(f"{headed(counted(parts.instances, 'instance'))} behind a balancer, because the brief prescribes it: {quoted(parts.required.quote)}")
    elif parts.balanced:
        said.append(f"{headed(counted(parts.instances, 'instance'))}: {parts.instances_because}")
    if parts.regions is not None:
        said.append(f"{quoted(parts.regions.quote, 90)}: what is read often is replicated, what is written has one home region")
    if (budget := case.profile.first("budget")) is not None:
        said.append(f"The budget ({clipped(budget.value, 40)}) pays for building it, not for running a platform")
    return said


def _boundaries(parts: Parts) -> str:
    if parts.split:
        lines = [
            f"{c.name}: {listing([f'`{e.name}`' for e in c.entities], most=5)}{f' (by {listing([plural(a) for a in c.actors], most=2)})' if c.actors else ''}"
            for c in parts.contexts
        ]
        return sentences(
            "A line runs where the people who change the data change", f"{'; '.join(lines)}", "Nobody reads another's tables; they ask its functions"
        )
    if parts.existing and parts.queue is not None:
        return f"{parts.queue.name} is the line: the intake knows nothing of what happens behind it, the running system nothing of who sends"
    if parts.relay is not None:
        return f"Between taking and passing on: the API writes rows, the worker alone talks to {_owners(parts)}"
    if parts.worker:
        return f"Between what people wait for and what they do not: the worker's part is to {parts.job_names(most=3) or 'work through the queue'}"
    if len(parts.externals) == 1:
        return f"One adapter for {parts.externals[0][1].name}, which fails on its own; the rest stays together"
    if parts.externals:
        return f"One adapter for each of {listing([s.name for _, s in parts.externals])}, because they fail independently; the rest stays together"
    if parts.case.traits.size == "tiny":
        return "None inside"
    return f"None inside: {listing([f'`{e.name}`' for e in parts.entities], most=5) or plural(parts.noun)} change together"


def _communication(parts: Parts, components: tuple[Component, ...]) -> str:
    said = ["HTTP with JSON from outside"]
    if parts.split:
        said.append("HTTP between services, 1 s timeout" if parts.case.traits.pattern == "services" else "function calls between modules")
    if parts.queue is not None:
        said.append(f"messages through {parts.queue.name} behind it")
    elif parts.worker:
        said.append(f"rows in {_engine(parts)} between the API and the worker, no broker" if parts.store else "a list in memory between the API and the worker")
    called = [c.name for c in components if c.kind == "external"]
    if called and not parts.existing:
        said.append(f"calls with timeouts to {listing(called)}")
    return "; ".join(said)


def _resilience(parts: Parts) -> str:
    said: list[str] = []
    if parts.relay is not None:
        both = "a circuit each, the cheaper one first, the other while that is open" if len(parts.relay.owners) > 1 else "a circuit"
        said.append(f"{_owners(parts)}: {both}; while none answers, {plural(parts.noun)} wait in the table and are sent later")
    elif parts.existing and parts.queue is not None:
        said.append(f"The running system may be down for hours: {parts.queue.name} holds the {plural(parts.noun)}, and each 202 stays true")
    elif parts.externals:
        said.append(f"{listing([s.name for _, s in parts.externals])}: a timeout and a circuit each; without one of them the rest answers")
    if parts.balanced:
        rest = "the other answers" if parts.instances == 2 else f"{count(parts.instances - 1)} answer"
        said.append(f"One of {count(parts.instances)} instances may stop: {rest}")
    elif parts.case.traits.size == "tiny":
        said.append("A supervisor restarts the process; what was stored is still there" if parts.store else "A supervisor restarts the process")
    else:
        asked = parts.case.profile.first("availability")
        gap = (
            f"a second one is the first step towards {'high availability' if asked.value == 'high' else f'the stated {asked.value}'}"
            if asked
            else "the brief states no availability that this would break"
        )
        said.append(f"One instance, restarted by its supervisor within seconds; {gap}")
    if parts.server and parts.case.traits.size != "tiny":
        said.append(
            f"Without {_engine(parts)} nothing is written: a synchronous standby holds all that was acknowledged ({quoted(wanted(parts.case).promise, 60)}) and takes over"
            if wanted(parts.case).never
            else f"Without {_engine(parts)} nothing is written: backups are tested, a standby follows when an hour without {plural(parts.noun)} costs more than it"
        )
    if outright.works_offline(parts.case):
        said.append("Without a network the client keeps what is entered and sends it later under an identifier of its own, so that a repeat changes nothing")
    return sentences(*said)


def _rejected(parts: Parts) -> list[Rejected]:
    case, traits = parts.case, parts.case.traits
    tables = listing([f"`{e.name}`" for e in parts.entities], most=3) or plural(parts.noun)
    if traits.pattern == "services":
        return [
            Rejected(
                option="Modular monolith", because=f"would carry {_load(case)}, but the brief prescribes services; it is what remains if that is withdrawn"
            ),
            Rejected(option="One service for each noun", because=f"{tables} change in one action; apart they would need distributed transactions"),
        ]
    if traits.size == "tiny":
        return []
    team = largest(case, "team")
    shared = f"{tables} share transactions" if len(parts.entities) > 1 else f"there is only {tables} to split"
    apart = f"copies of one deployable carry {_short_load(parts)}; {shared}"
    found = [Rejected(option="Microservices", because=f"{apart}{f'; {team.value} would have to run them all' if team else ''}")]
    if parts.existing:
        found.append(
            Rejected(
                option="Only deploying the running system without a gap",
                because=f"one long outage still loses {plural(parts.noun)}; both together are better, this one first",
            )
        )
    if parts.relay is not None:
        slow = f"a call to {parts.relay.owners[0]} can take longer than the {traits.latency_ms} ms allowed"
        found.append(Rejected(option="Calling the processor within the request", because=f"{slow}, and after a timeout nobody knows what to answer"))
        if parts.caps is not None:
            found.append(
                Rejected(option="A broker of its own", because=f"one more container out of {parts.caps.total()}; the table already holds what must not be lost")
            )
    elif parts.demand.known:
        found.append(
            Rejected(
                option="Serverless functions",
                because=f"{_short_load(parts)} is a steady load; each function would open its own connections to {_engine(parts)}",
            )
        )
    ratio = round(parts.demand.reads / parts.demand.writes) if parts.demand.writes else 0
    if ratio >= 10:
        found.append(
            Rejected(
                option="CQRS with a separate read model",
                because=f"reads outnumber writes {ratio}:1, but they read rows as they were written; a cache or replica is enough",
            )
        )
    return found[:4]


def of_program(case: Case, scope: Scope, entities: tuple[Entity, ...], satisfied: Keys) -> SystemDecision:
    """Decide the shape of a command-line program."""
    memory = case.traits.engine in ("memory", "none")
    out = output_file(case)
    acts = doing(people(case), most=2)
    held = described(case, entities)
    rejected = [Rejected(option="HTTP server", because=f"nobody calls over a network; {clipped(case.traits.shape_basis.because, 140)}")]
    if memory:
        rejected.append(Rejected(option="Database or message broker", because=clipped(case.traits.engine_basis.because, 200)))
    limit = case.profile.first("deadline")
    restart = "the brief asks for no persistence, so it is started again"
    return SystemDecision(
        key=KEY,
        choice=f"One command-line program, {'all in memory' if memory else ENGINE_NAMES[case.traits.engine]}",
        why=sentences(
            headed(case.traits.shape_basis.because),
            f"{headed(counted(len(functional(scope)), 'functional demand'))}{f' ({acts})' if acts else ''} run in one process with {held}",
            f"Time allowed: {limit.value}" if limit else "",
        ),
        rejected=tuple(rejected),
        satisfies=satisfied,
        cites=cites(case.traits.shape_basis.cites, case.traits.engine_basis.cites, _at(scope, satisfied), out.cites if out else ()),
        pattern="Single program without a server",
        boundaries=f"{headed(held)}: each a module with plain functions, so that its rules are tested without a clock or a terminal",
        communication=f"Function calls; one lock orders what happens at the same time{f'; results go to `{out.quote}`' if out else ''}",
        resilience=f"If the process stops, its memory is gone: {restart}"
        if memory
        else f"If the process stops, {ENGINE_NAMES[case.traits.engine]} keeps what was written",
    )


def of_client(case: Case, scope: Scope, entities: tuple[Entity, ...], satisfied: Keys) -> SystemDecision:
    """Say that no backend is built, and why."""
    stored = case.traits.engine == "browser" or bool(entities)
    return SystemDecision(
        key=KEY,
        choice="No backend: everything runs in the client",
        why=sentences(
            headed(case.traits.shape_basis.because),
            f"A server would add accounts, a deployment and a privacy question, and nothing that this needs: {clipped(scope.loop.value, 120)}",
        ),
        rejected=(
            Rejected(
                option="API with a database",
                because="no other person and no other device reads the data" if stored else "nothing is kept, so there is nothing to serve",
            ),
        ),
        satisfies=satisfied,
        cites=cites(case.traits.shape_basis.cites, _at(scope, satisfied)),
        pattern="No backend",
        boundaries=f"One program on the visitor's device{'; its storage behind one module, so that a server could take its place' if stored else ''}",
        communication="None over the network but the download of the static files",
        resilience="Works without a network once it is loaded"
        if any(fact.value != "none" for fact in case.profile.all("offline"))
        else "A static host is the only thing that can be down, and only for new visitors",
    )
