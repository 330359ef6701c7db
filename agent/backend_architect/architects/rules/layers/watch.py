"""What is watched: a monitor for every stated target, then for what would break the loop unseen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backend_architect.architects.rules.case import Case
from backend_architect.architects.rules.language import wording
from backend_architect.architects.rules.layers import evidence, grounds
from backend_architect.design import Endpoint, Monitor, Structure

_MOST = {"tiny": 2, "small": 5, "medium": 7, "large": 9}
_MONTH_MINUTES = 43_200


def monitors(case: Case, structure: Structure, noun: str, call: str, endpoints: Sequence[Endpoint]) -> tuple[Monitor, ...]:
    """Return the monitors, those of the brief's own targets first and all of them, whatever the size."""
    stated = list(_stated(case, structure, noun, call))
    others = list(_implied(case, structure, noun, call))
    return tuple(stated + others[: max(0, _MOST[case.traits.size] - len(stated))])


def _stated(case: Case, structure: Structure, noun: str, call: str) -> Iterator[Monitor]:
    seen: set[str] = set()
    for fact in case.profile.facts:
        if fact.name not in ("latency", "availability", "cpu-limit", "memory-limit") or f"{fact.name} {fact.value}" in seen:
            continue
        if fact.cites and all(case.label(number) in ("excluded", "solution") for number in fact.cites):
            continue
        seen.add(f"{fact.name} {fact.value}")
        match fact.name:
            case "latency":
                yield Monitor(
                    signal=f"Latency of {call}",
                    threshold=f"above the stated {fact.value} for 5 min",
                    action="Look at the slowest step of the critical path; roll back if a release came before it",
                )
            case "availability":
                spare = (1 - fact.number) * _MONTH_MINUTES if fact.number is not None and fact.number < 1 else None
                threshold = (
                    f"{wording.figure(spare)} min of failed checks in 30 days use up {fact.value}; alert at a quarter of that"
                    if spare
                    else f"2 failed checks in a row; the brief wants: {wording.clipped(fact.value, 60)}"
                )
                yield Monitor(
                    signal=f"Availability: {call} asked from outside every 30 s",
                    threshold=threshold,
                    action="Page whoever is on call; no risky release while less than a quarter is left",
                )
            case "cpu-limit":
                yield Monitor(
                    signal="CPU throttling of each container",
                    threshold=f"above 5 % of periods, all limits together {fact.value}",
                    action="Shift the shares towards the throttled one; the sum stays",
                )
            case "memory-limit":
                yield Monitor(
                    signal="Memory of each container",
                    threshold=f"above 90 % of its limit, all together {fact.value}",
                    action="Lower its pool or queue bound; a container over its limit is killed",
                )
    limited = next((endpoint for endpoint in case.contracts.endpoints if endpoint.owner and endpoint.limit), None)
    if limited is not None:
        yield Monitor(
            signal=f"429 answers of `{limited.method} {limited.path}`",
            threshold=f"any; the stated limit is {limited.limit}",
            action="Check that one lease holder asks; double its interval",
        )


def _implied(case: Case, structure: Structure, noun: str, call: str) -> Iterator[Monitor]:
    keys = {component.key for component in structure.components}
    if case.traits.size == "tiny":
        yield Monitor(signal="`GET /healthz` from outside, each minute", threshold="2 failures in a row", action="Restart; then read the last error line")
        return
    if not case.profile.all("latency"):
        yield Monitor(
            signal=f"{evidence.percentile(case)} of {call}",
            threshold=f"above {case.traits.latency_ms} ms for 15 min",
            action="Compare with the last release; read the slowest query's plan",
        )
    yield Monitor(
        signal="Share of 5xx answers", threshold="above 1 % for 5 min", action="Roll back if a release came before it; otherwise the log by error code"
    )
    if evidence.lines_up(case, keys):
        yield Monitor(
            signal=f"Age of the oldest waiting {noun}", threshold="above 60 s for 10 min", action="Look for the failing partner; then a second worker"
        )
        yield Monitor(
            signal="Work set aside as dead",
            threshold="any",
            action=f"Read its last error; send it again when the cause is gone: each is {wording.article(noun)} somebody waits for",
        )
    for system in evidence.partners(case)[:2]:
        yield Monitor(
            signal=f"Failures and time of {system.name}",
            threshold="10 % failures or p95 over its deadline for 5 min",
            action="The circuit breaker should be open: check that callers see the fallback",
        )
    if case.traits.engine not in grounds.VOLATILE:
        yield _store(case)
        yield Monitor(
            signal="Age of the last good backup", threshold="over twice its interval", action="Run it by hand today; find out why nobody noticed earlier"
        )
    if case.traits.auth not in ("none", "optional"):
        yield Monitor(
            signal="Refused logins and 403 answers",
            threshold="5 times the usual hour",
            action="Look whether one address or one account is behind it; block it",
        )


def _store(case: Case) -> Monitor:
    """Return what of the store runs short first: a server has a disk and connections, a metered service has its rate."""
    name = wording.ENGINE_NAMES[case.traits.engine]
    match case.traits.engine:
        case "cosmosdb":
            return Monitor(
                signal=f"{name}: RU/s used of the provisioned, 429 answers, share of the fullest partition",
                threshold="over 70 % of the RU/s, any 429 for 5 min, or one partition at twice the mean",
                action="Raise the RU/s; a hot partition needs a finer partition key, not more RU/s",
            )
        case "dynamodb":
            return Monitor(
                signal=f"{name}: throttled requests, consumed capacity",
                threshold="any throttling for 5 min, or over 70 % of the capacity",
                action="Raise the capacity; a hot key needs a finer partition key",
            )
        case _:
            return Monitor(
                signal=f"{name}: free disk, connections in use",
                threshold="disk under 20 %, connections over 80 % of the pool",
                action="Extend the disk; look for the query that holds connections",
            )
