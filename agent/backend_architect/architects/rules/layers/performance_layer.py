"""Layer 5: how fast, what is kept nearer, and how that is proved."""

from __future__ import annotations

import re
from collections.abc import Sequence

from backend_architect.architects.rules.api.look_ups import look_up
from backend_architect.architects.rules.case import Case, SpelledEndpoint
from backend_architect.architects.rules.language import wording
from backend_architect.architects.rules.layers import evidence, grounds
from backend_architect.architects.rules.layers.bottlenecks import scaling, verdicts
from backend_architect.architects.rules.layers.critical_path import path
from backend_architect.architects.rules.layers.growth import growth
from backend_architect.architects.rules.layers.jobs import counts_visits
from backend_architect.architects.rules.layers.load import busiest, load, sources, staged, test_rate
from backend_architect.design import Cache, CriticalPath, Endpoint, Entity, PerformanceDecision, PerformanceLayer, Rejected, Scope, Structure
from backend_architect.expressions import expression
from backend_architect.profile import Fact, FactName
from backend_architect.text import Cites

_STATIC = expression(r"\b(?:static (?:content|files|assets)|cdn|content delivery|images?|videos?|across geographies)\b", re.IGNORECASE)
_CHANGES = ("PUT", "PATCH")
CACHE = "c-cache"
_ANSWER = "Answer of"
_PLACES = {"cdn": "a CDN", "shared": "a shared cache"}
_LIMITS: dict[FactName, str] = {"latency": "latency ", "availability": "availability ", "cpu-limit": "", "memory-limit": ""}


def decide(case: Case, scope: Scope, structure: Structure, entities: Sequence[Entity], endpoints: Sequence[Endpoint]) -> PerformanceLayer | None:
    """Return the layer; None for what is not a service or tiny, unless the brief sets it limits of time or size."""
    critical = path(case, scope, endpoints, structure)
    if case.traits.shape in ("none", "browser") or (case.traits.shape == "cli" and critical is None and not _limits(case)):
        return None
    first = evidence.primary(endpoints)
    if not promised(case):
        return _unpromised(case, critical, evidence.ground(case, first)) if critical is not None else None
    noun = evidence.thing(first, entities)
    call = f"`{evidence.call(first)}`" if first else f"one {noun}"
    cached = caches(case, structure, entities, endpoints)
    limits = _limits(case)
    cites = wording.cites(*(fact.cites for fact in limits), case.traits.latency_basis.cites, sources(case)) or evidence.ground(case, first)
    decision = PerformanceDecision(
        key="d-performance",
        choice=_choice(case, call, cached),
        why=_why(case, structure, noun, cached, critical),
        rejected=_rejected(case, cached),
        satisfies=evidence.serves(scope, cites),
        cites=cites,
        targets=_targets(case, call, limits, critical),
        caching=_caching(case, noun, cached),
        load_test=_load_test(case, first, critical),
    )
    return PerformanceLayer(
        decision=decision,
        critical_path=critical,
        caches=cached,
        load=load(case),
        verdicts=verdicts(case, structure, noun),
        scaling=scaling(
            case, structure, noun, call, growth(case, next((e for e in entities if first is not None and e.key == first.entity), None)).bytes_a_year
        ),
    )


def promised(case: Case) -> bool:
    """Return whether there is a speed or a load to decide about: a tiny service of which the brief states neither has none."""
    return case.traits.size != "tiny" or case.traits.shape != "service" or bool(_limits(case)) or grounds.load(case).known or bool(sources(case))


def _unpromised(case: Case, critical: CriticalPath, cites: Cites) -> PerformanceLayer:
    """Return the layer of a service of which no speed is asked: the loop's own steps, and that nothing is tuned."""
    decision = PerformanceDecision(
        key="d-performance",
        choice="Nothing tuned",
        why="No load is stated",
        cites=cites,
        targets="None promised",
        caching="None",
    )
    return PerformanceLayer(decision=decision, critical_path=critical)


def _limits(case: Case) -> tuple[Fact, ...]:
    """Return the stated limits on time, availability, processor and memory."""
    found = [fact for name in _LIMITS for fact in case.profile.all(name)]
    return tuple(fact for fact in found if not fact.cites or any(case.label(number) not in ("excluded", "solution") for number in fact.cites))


def caches(case: Case, structure: Structure, entities: Sequence[Entity], endpoints: Sequence[Endpoint]) -> tuple[Cache, ...]:
    """Return what is kept nearer: answers of limited outside calls, hot reads, public content that does not change."""
    if case.traits.shape != "service":
        return ()
    found = [_probe(endpoint) for endpoint in case.contracts.endpoints if endpoint.owner and endpoint.limit][:1]
    demand = grounds.load(case)
    keys = {component.key for component in structure.components}
    item = _hot(endpoints)
    noun = evidence.thing(item or evidence.primary(endpoints), entities)
    reads = f"{wording.figure(demand.reads)} reads/s" if demand.reads else "the stated reads"
    if item is not None and item.auth == "none" and case.traits.size in ("medium", "large") and not _changed(item, endpoints) and not evidence.boxed(case):
        found.append(
            Cache(
                what=f"`{evidence.call(item)}`",
                where="cdn",
                ttl=(
                    "5 min, or until it expires if that is sooner (`Cache-Control: public, max-age`)"
                    if _expires(item, entities)
                    else "5 min (`Cache-Control: public, max-age=300`)"
                ),
                invalidation=f"none: {wording.article(noun)} is never edited; a deleted one is purged by its URL",
                why=f"{reads}, the same for everybody, and a few {wording.plural(noun)} get most of them: these never reach the API"
                + ("; the visits that the brief wants counted are read from the CDN's access log, so none is missed" if counts_visits(case) else ""),
            )
        )
    if CACHE in keys:
        found.append(
            Cache(
                what=f"{wording.headed(wording.plural(noun))} read most, by ID",
                where="shared",
                ttl="10 min, varied by 10 % so that they do not all end at once",
                invalidation="the write that changes it deletes its entry after commit; one reader refills it, the others wait 100 ms for that",
                why=(
                    f"{reads} against about 5,000/s of one database node (rule of thumb): at a hit rate of 90 % it sees"
                    f" {wording.figure(wording.rounded(max(demand.reads, 1) * 0.1))}/s"
                ),
            )
        )
    static = evidence.mentioning(evidence.demands(case), _STATIC, limit=1)
    if static and case.traits.size in ("medium", "large") and not any(cache.where == "cdn" for cache in found):
        found.append(
            Cache(
                what="Static files of the client",
                where="cdn",
                ttl="1 year, file names carry a content hash",
                invalidation="a new name with each release; the entry page is not cached",
                why=f"the brief: {wording.quoted(case.statement(static[0]).text, 80)}",
            )
        )
    return tuple(found)


def _probe(endpoint: SpelledEndpoint) -> Cache:
    return Cache(
        what=f"{_ANSWER} `{endpoint.method} {endpoint.path}` of {endpoint.owner}",
        where="shared",
        ttl=f"as long as the stated limit allows no new call: {endpoint.limit}",
        invalidation="overwritten by the next answer; older than 3 calls counts as unknown",
        why="all instances together may not call more often, so they share one answer",
    )


def _hot(endpoints: Sequence[Endpoint]) -> Endpoint | None:
    """Return the read of one thing that most reads go to: by path, or by a query parameter that names it."""
    single = [e for e in endpoints if e.method == "GET" and not e.many and ("{" in e.path or any(p.where == "query" and p.required for p in e.request))]
    open_ = [e for e in single if e.auth in ("none", "optional")] or single
    return next((e for e in open_ if e.primary), open_[0] if open_ else None)


def _changed(read: Endpoint, endpoints: Sequence[Endpoint]) -> bool:
    return any(e.method in _CHANGES and evidence.resource(e) == evidence.resource(read) for e in endpoints)


def _expires(read: Endpoint, entities: Sequence[Entity]) -> bool:
    entity = next((entity for entity in entities if entity.key == read.entity), None)
    names = [field.name for field in entity.fields] if entity else [parameter.name for parameter in read.response]
    return any("expir" in name for name in names)


def _choice(case: Case, call: str, cached: Sequence[Cache]) -> str:
    where = wording.listing([_PLACES.get(cache.where, cache.where) for cache in cached if not cache.what.startswith(_ANSWER)])
    if case.traits.shape == "cli":
        return (
            f"{evidence.span(case.traits.latency_ms) if case.profile.all('latency') else 'The stated time'} holds by design: one loop per worker, woken by"
            " events"
        )
    return f"{call} within {evidence.span(case.traits.latency_ms)}; {f'helped by {where}' if where else 'no cache'}"


def _why(case: Case, structure: Structure, noun: str, cached: Sequence[Cache], critical: CriticalPath | None) -> str:
    if case.traits.size == "tiny" and case.traits.shape == "service" and not grounds.load(case).known:
        return "No load is stated"
    demand = grounds.load(case)
    parts = []
    if case.traits.shape == "cli":
        return (
            f"The time is the work itself{'' if case.traits.size == 'tiny' else f' ({critical.basis})'}; what can be lost is only waiting."
            if critical
            else "The brief sets the limits; the program does little else."
        )
    if demand.known:
        parts.append(f"The load is {demand.phrase()}")
    else:
        parts.append(f"{wording.headed(case.traits.size_basis.because)}; reckoned with {evidence.requests(busiest(case))} at peak")
    tight = [verdict.resource for verdict in verdicts(case, structure, noun) if verdict.bottleneck]
    parts.append(f"What gives way first: {wording.listing(tight)}" if tight else "No resource is near its limit")
    if critical is not None and case.traits.size != "tiny":
        heaviest = max(critical.steps, key=lambda step: step.ms)
        parts.append(f"{heaviest.ms} of the {critical.budget_ms} ms go to one step ({wording.clipped(heaviest.step, 70)}), so that one is measured first")
    return wording.sentences(*parts)


def _rejected(case: Case, cached: Sequence[Cache]) -> tuple[Rejected, ...]:
    if case.traits.shape != "service" or case.traits.size == "tiny" or any(cache.where == "shared" and not cache.what.startswith(_ANSWER) for cache in cached):
        return ()
    if staged(case):
        return (
            Rejected(
                option="A cache on day 0",
                because="the database's own memory serves the first users; the scaling triggers say at how many reads/s it pays",
            ),
        )
    peak = busiest(case)
    return (
        Rejected(
            option="Redis in front of the database",
            because=f"{evidence.requests(peak)} at peak are served from the database's own memory; a cache adds stale reads and one more thing that fails",
        ),
    )


def _targets(case: Case, call: str, limits: Sequence[Fact], critical: CriticalPath | None) -> str:
    if case.traits.size == "tiny" and case.traits.shape == "service" and not limits:
        return f"{evidence.percentile(case)} under {case.traits.latency_ms} ms (assumed)"
    stated = list(dict.fromkeys(f"{_LIMITS[fact.name]}{fact.value}{' of memory' if fact.name == 'memory-limit' else ''} (stated)" for fact in limits))
    if not any(fact.name == "latency" for fact in limits) and critical is not None and case.traits.shape == "service":
        stated.insert(0, f"{call} {evidence.percentile(case)} under {critical.budget_ms} ms (assumed: {case.traits.latency_basis.because})")
    if case.traits.shape == "service" and not any(fact.name == "availability" for fact in limits) and case.traits.size != "tiny":
        stated.append(f"availability {'99.9 %' if case.traits.size in ('medium', 'large') else '99.5 %'} (assumed)")
    if critical is not None and case.traits.shape == "cli":
        stated.append(f"each cycle {evidence.span(critical.budget_ms)} at most")
    return "; ".join(stated) or "none stated"


def _caching(case: Case, noun: str, cached: Sequence[Cache]) -> str:
    if cached:
        return f"{wording.headed(wording.listing([f'{cache.what} ({cache.where})' for cache in cached]))}; all else is read fresh"
    if case.traits.shape == "cli" or case.traits.engine == "memory":
        return "None: everything is in memory already"
    if case.traits.size == "tiny":
        return "None: one process beside its database"
    if staged(case):
        return (
            "None on day 0: the database's own memory serves the first users; then in the order of the scaling triggers, and a person always sees the"
            f" {noun} just saved"
        )
    if (sought := look_up(case)) is not None and noun.endswith("search"):
        return f"None: what {sought.names} hold may change at any moment, and a copy of it would be one more place to protect"
    return f"None: {evidence.requests(busiest(case))} at peak come from the database's own memory; a person always sees the {noun} just saved"


def _load_test(case: Case, first: Endpoint | None, critical: CriticalPath | None) -> str:
    if case.traits.shape == "cli":
        time = evidence.span(critical.budget_ms) if critical else "the stated time"
        return f"The unit tests drive a fake clock: n items and k workers finish after ceil(n / k) x {time}, without waiting for it"
    # A goal of tens of thousands a second is not what the first stages have to prove.
    peak = float(grounds.PER_INSTANCE) if staged(case) else busiest(case)
    if case.traits.size == "tiny":
        return f"None at {evidence.requests(peak)}; a test fails above {case.traits.latency_ms} ms"
    name = evidence.resource(first) if first else "main"
    percentile = f"p({evidence.percentile(case)[1:]})"
    if evidence.boxed(case) and not grounds.load(case).known:
        return (
            f"`k6 run -e RATE=200 -e DURATION=1m load/{name}.js` under the caps, RATE doubled until {percentile} exceeds {case.traits.latency_ms} ms or a"
            " container is throttled: the brief names no load, so the highest rate that holds is the result"
        )
    rate = test_rate(case)
    twice = "what one instance is reckoned to answer" if staged(case) else f"the peak of {wording.figure(peak)}/s"
    return (
        f"`k6 run -e RATE={rate} -e DURATION=5m load/{name}.js` before each release: twice {twice}; fails when {percentile} exceeds"
        f" {case.traits.latency_ms} ms or 0.1 % of the answers are 5xx; the rate limit is lifted for the address it runs from, or it would measure 429s only"
    )
