"""Which resource gives way first, and what is done when: verdicts with their sums, triggers that can be measured."""

from __future__ import annotations

from dataclasses import dataclass

from backend_architect.architects.rules.api.look_ups import look_up
from backend_architect.architects.rules.case import Case
from backend_architect.architects.rules.language import wording
from backend_architect.architects.rules.layers import evidence, grounds
from backend_architect.architects.rules.layers.growth import PARTITION_AT
from backend_architect.architects.rules.layers.load import busiest, staged
from backend_architect.design import Engine, ScalingTrigger, Structure, Verdict
from backend_architect.profile import FactName

_CAPS: tuple[FactName, ...] = ("cpu-limit", "memory-limit")


@dataclass(frozen=True)
class _Node:
    """What one node of an engine answers, as a rule of thumb to be measured."""

    reads: int
    writes: int


_NODES: dict[Engine, _Node] = {
    "postgresql": _Node(5_000, 1_000),
    "mysql": _Node(5_000, 1_000),
    "sqlite": _Node(5_000, 100),
    "mongodb": _Node(5_000, 2_000),
    "cosmosdb": _Node(10_000, 1_000),
    "dynamodb": _Node(3_000, 1_000),
    "redis": _Node(50_000, 50_000),
    "memory": _Node(100_000, 100_000),
}


def verdicts(case: Case, structure: Structure, noun: str) -> tuple[Verdict, ...]:
    """Return for each resource whether it gives way first, with the sum behind it."""
    # A few people cannot bring any of them to its limit; the trigger says when to look again.
    if case.traits.shape != "service" or (case.traits.size == "tiny" and not evidence.boxed(case) and not grounds.load(case).known):
        return ()
    return (_database(case, structure), _compute(case), _memory(case, noun), _network(case))


def _database(case: Case, structure: Structure) -> Verdict:
    node = _NODES.get(case.traits.engine)
    name = wording.ENGINE_NAMES[case.traits.engine]
    if node is None:
        return Verdict(resource="database", bottleneck=False, because="There is none.")
    demand = grounds.load(case)
    # The peak is spread over reads and writes as the averages are.
    share = demand.peak / demand.average if demand.average else 1.0
    reads, writes = (demand.reads * share, demand.writes * share) if demand.known else (busiest(case) * 0.8, busiest(case) * 0.2)
    tight = reads > node.reads / 2 or writes > node.writes / 2
    sums = f"{wording.figure(wording.rounded(reads))} reads/s and {wording.figure(wording.rounded(writes))} writes/s at peak"
    gives = f"about {node.reads:,} simple reads/s and {node.writes:,} small commits/s of one {name} node (rule of thumb, to be measured)"
    kind = "stated" if demand.known else "reckoned" if case.profile.all("users") else "assumed"
    if tight:
        relief = "reads go to the cache and replicas first" if reads > node.reads / 2 else "writes are batched or partitioned first"
        return Verdict(resource="database", bottleneck=True, because=f"{sums} ({kind}) against {gives}: {relief}.")
    return Verdict(resource="database", bottleneck=False, because=f"{sums} ({kind}) against {gives}.")


def _compute(case: Case) -> Verdict:
    cap = case.profile.number("cpu-limit")
    peak = busiest(case)
    if cap:
        return Verdict(
            resource="compute",
            bottleneck=True,
            because=(
                f"The brief caps all containers together at {wording.figure(cap)} CPU: {wording.figure(cap * 1000)} ms of CPU a second; at 1 ms a request,"
                f" {wording.figure(cap * 1000)} requests/s is the ceiling for everything."
            ),
        )
    instances = max(1, -(-int(peak) // grounds.PER_INSTANCE))
    need = f"{evidence.requests(peak)} at peak / about {grounds.PER_INSTANCE} an instance (rule of thumb) = {wording.counted(instances, 'instance')}"
    return Verdict(resource="compute", bottleneck=instances > 10, because=f"{need}.")


def _memory(case: Case, noun: str) -> Verdict:
    cap = case.profile.number("memory-limit")
    if cap:
        return Verdict(
            resource="memory",
            bottleneck=True,
            because=(
                f"{wording.volume(cap)} for all containers together: bounded pools and queues, no cache that grows with the number of {wording.plural(noun)}."
            ),
        )
    item, writes = case.profile.number("item-size"), grounds.load(case).writes
    if item and writes:
        day = item * writes * 86_400
        fits = day < 64e9
        return Verdict(
            resource="memory",
            bottleneck=not fits,
            because=(
                f"A day of new {wording.plural(noun)} is {wording.volume(item)} x {wording.figure(wording.rounded(writes * 86_400))} ="
                f" {wording.volume(wording.rounded(day))}: the hot part {'fits one node' if fits else 'has to be spread'}."
            ),
        )
    if (sought := look_up(case)) is not None and noun.endswith("search"):
        return Verdict(resource="memory", bottleneck=False, because=f"What {sought.names} answer is passed on and not kept; no process holds more than that.")
    return Verdict(
        resource="memory",
        bottleneck=False,
        because=f"{wording.headed(wording.plural(noun))} are read from the database; no process keeps more than the requests in flight.",
    )


def _events(case: Case) -> float:
    """Return the changes a second at the worst time that listeners hear of."""
    peaks = [fact.number for fact in case.profile.all("writes-per-second") if fact.when == "peak" and fact.number]
    return max(peaks, default=grounds.load(case).writes * grounds.PEAK)


def _network(case: Case) -> Verdict:
    item = case.profile.number("item-size")
    peak = busiest(case)
    size = item or 5_000
    bits = peak * size * 8
    listeners = case.profile.number("concurrent-users") or 0.0
    events = _events(case)
    if case.traits.realtime in ("sse", "websocket") and listeners and events:
        sent = events * listeners
        message = item or 300
        bits = sent * message * 8
        sums = (
            f"{wording.figure(events)} events/s at peak x {wording.figure(listeners)} listeners = {wording.figure(sent)} messages/s x"
            f" {wording.volume(message)}{'' if item else ' (assumed)'} x 8 = {wording.figure(wording.rounded(bits / 1e6))} Mbit/s"
        )
        relief = "; who only watches gets the newest state a few times a second instead of each event" if sent > 50_000 else ""
        return Verdict(resource="network", bottleneck=bits > 500e6 or sent > 50_000, because=f"{sums} of the 1,000 Mbit/s of an ordinary node{relief}.")
    basis = f"{wording.figure(peak)}/s x {wording.volume(size)}{'' if item else ' (assumed)'} x 8 = {wording.figure(wording.rounded(bits / 1e6))} Mbit/s"
    return Verdict(resource="network", bottleneck=bits > 500e6, because=f"{basis} of the 1,000 Mbit/s of an ordinary node.")


def scaling(case: Case, structure: Structure, noun: str, call: str, grown: float | None = None) -> tuple[ScalingTrigger, ...]:
    """Return what to do when, each with the measurement that says so."""
    if case.traits.shape != "service":
        return ()
    if stages := _stages(case, call):
        return stages
    keys = {component.key for component in structure.components}
    name = wording.ENGINE_NAMES[case.traits.engine]
    target = evidence.span(case.traits.latency_ms)
    nouns = wording.plural(noun)
    first = {
        "sqlite": ScalingTrigger(trigger="More than 20 writes/s, or a second host", then="PostgreSQL: same tables, a day of work"),
        "memory": ScalingTrigger(
            trigger=f"{wording.headed(nouns)} have to outlive a restart", then="PostgreSQL behind the same functions that now read the memory"
        ),
    }.get(
        case.traits.engine,
        ScalingTrigger(
            trigger=f"{evidence.percentile(case)} of {call} above {target} for 15 min",
            then=f"Time each call to {sought.names}; shorten the deadline of the slowest and answer without it"
            if (sought := look_up(case)) is not None and noun.endswith("search")
            else "Look at its RU charge, at 429s and at the fullest partition; index the path or choose a finer partition key, then more RU/s"
            if case.traits.engine == "cosmosdb"
            else "Look for throttling and hot keys; a finer partition key, then more capacity"
            if case.traits.engine == "dynamodb"
            else f"Read its query plan; add the missing index; then a larger {name} node",
        ),
    )
    if evidence.boxed(case):
        return _within_caps(case, keys, noun, call)
    if case.traits.size == "tiny":
        return (first,)
    found = [first]
    found.append(
        ScalingTrigger(
            trigger=f"CPU of the API above 70 % for 15 min, or {grounds.PER_INSTANCE} requests/s an instance",
            then="One more instance behind the balancer; the API keeps no state",
        )
    )
    if evidence.lines_up(case, keys):
        found.append(
            ScalingTrigger(
                trigger=f"Oldest waiting {noun} older than 60 s for 10 min",
                then="A second worker; rows or messages are taken one by one, so it needs no change",
            )
        )
    if case.traits.size in ("medium", "large") and case.traits.engine in ("postgresql", "mysql"):
        node = _NODES[case.traits.engine]
        found.append(
            ScalingTrigger(
                trigger=f"{node.reads // 2:,} reads/s on the database, or its CPU above 60 % at peak",
                then=f"A read replica for lists of {nouns} that may be 1 s old",
            )
        )
        found.append(_partition(case, grown, nouns))
    if case.traits.size == "large" and grounds.regions(case) is not None:
        found.append(
            ScalingTrigger(
                trigger=f"{evidence.percentile(case)} of {call} above {target} from one region only",
                then="A read region there; writes stay in the home region",
            )
        )
    return tuple(found)


def _partition(case: Case, grown: float | None, nouns: str) -> ScalingTrigger:
    """Return when the table that grows is partitioned: a size that the stated growth passes within a month is no future."""
    at = wording.volume(PARTITION_AT)
    if grown and grown / 12 >= PARTITION_AT:
        return ScalingTrigger(
            trigger=f"Reached within the first month: {wording.volume(wording.rounded(grown / 12))} of {nouns} a month against {at}",
            then=f"Partition the table of {nouns} by month before it takes its first load: the plan's SQL creates it in one piece",
        )
    return ScalingTrigger(trigger=f"The table of {nouns} above {at}", then="Partition it by month of creation")


def _within_caps(case: Case, keys: set[str], noun: str, call: str) -> tuple[ScalingTrigger, ...]:
    """Return what helps where the brief caps processor and memory: shares are shifted and work is saved, nothing is added."""
    target = evidence.span(case.traits.latency_ms)
    caps = wording.listing([fact.value for name in _CAPS for fact in case.profile.all(name)], most=2)
    found = [
        ScalingTrigger(
            trigger=f"{evidence.percentile(case)} of {call} above {target} in the load test",
            then=f"Write several {wording.plural(noun)} in one commit, drop what {call} need not wait for; then profile",
        ),
        ScalingTrigger(
            trigger="A container throttled in more than 5 % of its periods, or above 90 % of its memory",
            then=f"Shift the shares towards it; the sum stays at {caps}",
        ),
    ]
    if evidence.lines_up(case, keys):
        found.append(
            ScalingTrigger(
                trigger=f"Oldest waiting {noun} older than 5 s while a receiver is up",
                then="More calls at the same time in the worker (8, 16, 32); no second container",
            )
        )
    return tuple(found)


def _stages(case: Case, call: str) -> tuple[ScalingTrigger, ...]:
    """Return the stages of growth, each with its trigger; none for a brief that does not grow in stages."""
    if not staged(case):
        return ()
    users = [fact.number for fact in case.profile.all("users") if fact.number]
    reads = case.traits.reads_per_second
    per_read = max(users) / reads if reads else 0.0
    name = wording.ENGINE_NAMES[case.traits.engine]
    node = _NODES.get(case.traits.engine, _Node(5_000, 1_000))

    def at(rate: float) -> str:
        return f"{wording.figure(rate)} reads/s{f' (about {wording.figure(wording.rounded(rate * per_read))} users at the stated ratio)' if per_read else ''}"

    writes = case.traits.writes_per_second
    return (
        ScalingTrigger(trigger="Day 0, the first users", then=f"One host: API and {name} together, backup outside it. Nothing else is built"),
        ScalingTrigger(
            trigger=f"CPU or disk of the one host above 70 % for 15 min at {at(grounds.PER_INSTANCE / 2)}",
            then=f"{name} on a managed node of its own; files to the object store",
        ),
        ScalingTrigger(
            trigger=f"CPU of the web host above 60 % at peak, {at(grounds.PER_INSTANCE)}, or the first outage that loses an hour",
            then=f"Load balancer, 2 instances in 2 zones, {name} with a standby; static files through a CDN",
        ),
        ScalingTrigger(
            trigger=f"{at(node.reads / 2)} on the database, or its CPU above 60 %",
            then="Shared cache for what is read most, then read replicas; sessions out of the process",
        ),
        ScalingTrigger(
            trigger=f"Load by day more than 3 x that by night, instances over {grounds.PER_INSTANCE} requests/s",
            then="Autoscaling: 2 to n instances on CPU 50 %, infrastructure as code",
        ),
        ScalingTrigger(
            trigger=f"Writes above {node.writes // 2:,}/s on the primary{f' (goal: {wording.figure(writes)}/s)' if writes else ''}, or the largest table above {wording.volume(PARTITION_AT)}",
            then=f"Partition the table that grew by month; what {call} need not wait for goes to a queue",
        ),
    )
