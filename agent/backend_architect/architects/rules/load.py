"""How much: the load now and in a year, which resource gives way first, and when to do what."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from backend_architect.architects.rules import evidence, grounds, wording
from backend_architect.architects.rules.case import Case
from backend_architect.design import Engine, Load, ScalingTrigger, Structure, Verdict
from backend_architect.profile import Fact, FactName
from backend_architect.text import Cites

MONTH = 2_592_000
"""Seconds in 30 days."""

_MEASURES: tuple[tuple[FactName, str], ...] = (
    ("users", "Users"),
    ("concurrent-users", "Users at the same time"),
    ("reads-per-second", "Reads"),
    ("writes-per-second", "Writes"),
    ("requests-per-second", "Requests"),
    ("item-size", "Size of one item"),
    ("storage", "Stored data"),
    ("growth", "Growth"),
)
_RATES: tuple[FactName, ...] = ("reads-per-second", "writes-per-second", "requests-per-second")
_CAPS: tuple[FactName, ...] = ("cpu-limit", "memory-limit")
_USERS: tuple[FactName, ...] = ("users", "concurrent-users")
_PER = re.compile(r"(?:/|\b(?:a|per|each|every)\s+)\s*(?P<unit>s|sec(?:ond)?|min(?:ute)?|h(?:our)?|d(?:ay)?|month)\b", re.IGNORECASE)
_UNITS: dict[str, tuple[str, int]] = {"s": ("second", 1), "m": ("minute", 60), "h": ("hour", 3600), "d": ("day", 86_400), "month": ("month", MONTH)}
_UNEVEN = re.compile(r"\b(?:not (?:be )?(?:even|uniform)\w*|uneven\w*|spik\w+|peaks?|bursts?|rush|season\w*)\b|不是均匀|不均匀|峰值|picos?\b", re.IGNORECASE)

_ASSUMED: dict[str, tuple[str, str, str]] = {
    "tiny": ("under 1 request/s, under 100 MB", "under 5 requests/s, under 1 GB", "a few people at once"),
    "small": ("5 requests/s at the busiest, under 1 GB", "20 requests/s, under 5 GB", "some hundred users, ten requests each in their busiest hour"),
    "medium": ("50 requests/s at the busiest, 10 GB", "100 requests/s, 50 GB", "some ten thousand users"),
    "large": ("500 requests/s at the busiest, 100 GB", "2,000 requests/s, 1 TB", "the brief speaks of a large system without a rate"),
}
"""Now, in a year, reckoned from; used only when the brief states no load at all."""


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


def load(case: Case) -> tuple[Load, ...]:
    """Return the measures, the stated ones first; one assumption in numbers when nothing is stated."""
    if case.traits.shape in ("none", "browser"):
        return ()
    rows = [row for name, measure in _MEASURES if (row := _stated(case, name, measure)) is not None]
    rows += [row for row in (_peak(case), _volume(case)) if row is not None]
    if not any(case.profile.all(name) for name in (*_RATES, *_USERS)):
        if case.traits.shape == "cli":
            return tuple(rows)
        now, year, basis = _ASSUMED[case.traits.size]
        rows.insert(0, Load(measure="Requests and data", now=now, in_a_year=year, basis=f"The brief states none. Assumed: {basis}"))
    elif not any(case.profile.all(name) for name in _RATES):
        rows.append(_reckoned(case))
    return tuple(rows)


def _stated(case: Case, name: FactName, measure: str) -> Load | None:
    facts = [fact for fact in case.profile.all(name) if fact.when != "peak" and not _sketched(case, fact)] or [
        f for f in case.profile.all(name) if f.when != "peak"
    ]
    if not facts:
        return None
    numbered = [fact for fact in facts if fact.number is not None]
    top = max(numbered, key=lambda fact: fact.number or 0.0) if numbered else facts[0]
    low = min(numbered, key=lambda fact: fact.number or 0.0) if numbered else facts[0]
    year = next((fact for fact in facts if fact.when == "year"), None)
    now = next((fact for fact in facts if fact.when == "now"), None)
    if year is None and now is None and name in _USERS and (low.number or 0) * 10 <= (top.number or 0):
        now, year = low, top
    cites = wording.cites(*(fact.cites for fact in facts if fact in (now, year) or _agree(fact, now or top)), most=4)
    return Load(
        measure=measure,
        now=_now(name, now, year, top),
        in_a_year=year.value if year else f"{(now or top).value}{' (no growth stated)' if name in (*_RATES, *_USERS) else ''}",
        basis=_basis(year or now or top, name),
        cites=cites,
    )


def _now(name: FactName, now: Fact | None, year: Fact | None, top: Fact) -> str:
    if now is not None or year is None:
        return (now or top).value
    return "starts empty" if name == "storage" else f"lower; {year.value} is where it has to get to"


def _sketched(case: Case, fact: Fact) -> bool:
    """Return whether a fact stands only in a solution that somebody wrote into the brief."""
    return bool(fact.cites) and all(case.label(number) in ("solution", "excluded") for number in fact.cites)


def _agree(first: Fact, second: Fact) -> bool:
    if first.number is None or second.number is None or first.value == second.value:
        return first.value == second.value
    return abs(first.number - second.number) <= 0.15 * max(first.number, second.number)


def _basis(fact: Fact, name: FactName) -> str:
    said = f"Stated: {wording.quoted(fact.quote, 80)}" if fact.quote else f"Stated outright ({fact.origin})"
    per = _PER.search(fact.quote) or _PER.search(fact.value)
    if name not in _RATES or fact.number is None or per is None:
        return said
    unit, seconds = _UNITS.get(per["unit"].lower() if per["unit"].lower() == "month" else per["unit"][0].lower(), ("second", 1))
    if seconds == 1:
        return said
    return f"{said}; {wording.figure(wording.rounded(fact.number * seconds))} a {unit} / {seconds:,} s = {wording.figure(wording.rounded(fact.number))}/s"


def _peak(case: Case) -> Load | None:
    demand = grounds.load(case)
    stated = next((fact for name in _RATES for fact in case.profile.all(name) if fact.when == "peak"), None)
    if stated is not None:
        return Load(measure="Peak", now=stated.value, in_a_year=f"{stated.value} (no growth stated)", basis=_basis(stated, stated.name), cites=stated.cites[:3])
    if not demand.known or demand.average < 1:
        return None
    uneven = evidence.mentioning(evidence.demands(case), _UNEVEN, limit=1)
    why = "the brief says traffic is uneven" if uneven else "the brief gives no peak"
    peak = f"{wording.per_second(demand.peak, 'requests')}"
    basis = (
        f"{wording.figure(wording.rounded(demand.average))}/s on average x {grounds.PEAK} = {wording.figure(demand.peak)}/s; the factor is assumed because"
        f" {why}"
    )
    return Load(measure="Peak", now=peak, in_a_year=peak, basis=basis, cites=wording.cites(uneven, demand.cites, most=3))


def _volume(case: Case) -> Load | None:
    """Reckon the data of a month and a year, where item size and write rate are stated and the volume is not."""
    item, writes = case.profile.number("item-size"), case.traits.writes_per_second
    if not item or not writes or case.profile.all("storage") or case.profile.all("growth"):
        return None
    monthly = wording.rounded(writes * MONTH)
    return Load(
        measure="New data",
        now=f"{wording.volume(monthly * item)} a month",
        in_a_year=f"{wording.volume(12 * monthly * item)} stored",
        basis=f"{wording.volume(item)} x {wording.figure(monthly)} writes a month = {wording.volume(monthly * item)}",
        cites=wording.cites(*(fact.cites for fact in (*case.profile.all("item-size"), *case.profile.all("writes-per-second"))), most=4),
    )


def _reckoned(case: Case) -> Load:
    fact = next(fact for name in _USERS if (fact := grounds.largest(case, name) or case.profile.first(name)) is not None)
    users = fact.number or 1.0
    rate = users * 20 / 86_400
    if rate * grounds.PEAK < 1:
        sums = (
            f"{wording.figure(users)} users x 20 requests a day (assumed) / 86,400 s x {grounds.PEAK} at peak ="
            f" {wording.figure(wording.rounded(rate * grounds.PEAK))}/s"
        )
        return Load(measure="Requests", now="under 1 request/s", in_a_year="under 1 request/s", basis=sums, cites=fact.cites[:2])
    now, peak = wording.per_second(rate, "requests"), wording.per_second(rate * grounds.PEAK, "requests")
    return Load(
        measure="Requests",
        now=f"{now}, {peak} at peak",
        in_a_year=f"{peak} sustained would still be one instance" if rate * grounds.PEAK < grounds.PER_INSTANCE else f"{peak} at peak",
        basis=f"{wording.figure(users)} users x 20 requests a day (assumed) / 86,400 s = {wording.figure(wording.rounded(rate))}/s; peak x {grounds.PEAK}",
        cites=fact.cites[:2],
    )


def busiest(case: Case) -> float:
    """Return the requests/s at the worst time: stated, reckoned from users, or assumed from the size."""
    demand = grounds.load(case)
    if demand.known:
        return demand.peak
    users = case.profile.number("users") or case.profile.number("concurrent-users")
    if users:
        return wording.rounded(max(users * 20 / 86_400 * grounds.PEAK, 1.0))
    return {"tiny": 1.0, "small": 5.0, "medium": 50.0, "large": 500.0}[case.traits.size]


def verdicts(case: Case, structure: Structure, noun: str) -> tuple[Verdict, ...]:
    """Return for each resource whether it gives way first, with the sum behind it."""
    if case.traits.shape != "service":
        return ()
    found = (_database(case, structure), _compute(case), _memory(case, noun), _network(case))
    return found[:1] if case.traits.size == "tiny" else found


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
    item, writes = case.profile.number("item-size"), case.traits.writes_per_second
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
    return Verdict(
        resource="memory",
        bottleneck=False,
        because=f"{wording.headed(wording.plural(noun))} are read from the database; no process keeps more than the requests in flight.",
    )


def _network(case: Case) -> Verdict:
    item = case.profile.number("item-size")
    peak = busiest(case)
    size = item or 5_000
    bits = peak * size * 8
    basis = f"{wording.figure(peak)}/s x {wording.volume(size)}{'' if item else ' (assumed)'} x 8 = {wording.figure(wording.rounded(bits / 1e6))} Mbit/s"
    return Verdict(resource="network", bottleneck=bits > 500e6, because=f"{basis} of the 1,000 Mbit/s of an ordinary node.")


def scaling(case: Case, structure: Structure, noun: str, call: str) -> tuple[ScalingTrigger, ...]:
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
        "sqlite": ScalingTrigger(
            trigger=f"More than 20 writes/s, or a second host is needed for {call}", then="Move from SQLite to PostgreSQL: same tables, a day of work"
        ),
        "memory": ScalingTrigger(
            trigger=f"{wording.headed(nouns)} have to outlive a restart", then="PostgreSQL behind the same functions that now read the memory"
        ),
    }.get(
        case.traits.engine,
        ScalingTrigger(
            trigger=f"{evidence.percentile(case)} of {call} above {target} for 15 min",
            then=f"Read its query plan; add the missing index; then a larger {name} node",
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
        found.append(
            ScalingTrigger(trigger=f"The largest table above 100 GB or 50 million {nouns}", then="Partition it by month; old months go to cheaper storage")
        )
    if case.traits.size == "large" and grounds.regions(case) is not None:
        found.append(
            ScalingTrigger(
                trigger=f"{evidence.percentile(case)} of {call} above {target} from one region only",
                then="A read region there; writes stay in the home region",
            )
        )
    return tuple(found)


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


def staged(case: Case) -> bool:
    """Return whether the brief starts small and names a goal at least a thousand times as large."""
    users = [fact.number for fact in case.profile.all("users") if fact.number]
    return case.traits.size == "large" and bool(users) and min(users) * 1000 <= max(users)


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
            trigger=f"Writes above {node.writes // 2:,}/s on the primary{f' (goal: {wording.figure(writes)}/s)' if writes else ''}, or tables above 1 TB",
            then=f"Partition by user, old data to the warehouse; what {call} need not wait for goes to a queue",
        ),
    )


def spread(total: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Split `total` by weight into whole numbers of at least 1 that add up to it exactly.

    Raises:
        ValueError: There is less than 1 for each.
    """
    if total < len(weights):
        raise ValueError(f"cannot split {total} into {len(weights)} parts of at least 1")
    free, whole = total - len(weights), sum(weights)
    parts = [1 + free * weight // whole for weight in weights]
    # The largest remainders get what rounding left over; ties go to the earlier step.
    order = sorted(range(len(weights)), key=lambda i: (-(free * weights[i] % whole), i))
    for i in order[: total - sum(parts)]:
        parts[i] += 1
    return tuple(parts)


def sources(case: Case) -> Cites:
    """Return the statements that state load."""
    return wording.cites(*(fact.cites for name, _ in _MEASURES for fact in case.profile.all(name)), most=6)
