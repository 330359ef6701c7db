"""What could go wrong with this plan: outside systems, caps, dates, regulated data; what is unanswered stands in the open questions."""

from __future__ import annotations

from collections.abc import Iterator

from backend_architect.architects.rules.case import Case
from backend_architect.architects.rules.language import wording
from backend_architect.architects.rules.layers import evidence, grounds
from backend_architect.architects.rules.layers.load import staged, test_rate
from backend_architect.design import Design, Risk

_MOST = {"tiny": 2, "small": 4, "medium": 5, "large": 6}


def risks(case: Case, design: Design) -> tuple[Risk, ...]:
    """Return the greatest risks, each with what is done about it."""
    found: dict[str, Risk] = {}
    for risk in _all(case, design):
        found.setdefault(risk.risk, risk)
    return tuple(found.values())[: _MOST[case.traits.size]]


def _all(case: Case, design: Design) -> Iterator[Risk]:
    yield from _partners(case, design)
    yield from _caps(case)
    yield from _regulated(case)
    yield from _dates(case)
    yield from _existing(case)
    yield from _load(case, design)
    yield from _store(case, design)


def _partners(case: Case, design: Design) -> Iterator[Risk]:
    systems = evidence.partners(case) if case.traits.shape == "service" else ()
    if len(systems) > 1:
        names = wording.listing([system.name for system in systems], most=3)
        protection = next((integration.protection for integration in design.scope.integrations), "deadline, retries, circuit breaker")
        yield Risk(
            risk=f"{names} fail or slow down at the same time",
            mitigation=(
                f"{wording.headed(wording.clipped(protection, 110))}; each can be missing without the others' results being lost; a fake of each in the"
                " tests fails on purpose"
            ),
            cites=wording.cites(*(system.cites[:2] for system in systems), most=5),
        )
    elif systems:
        yield Risk(
            risk=f"{systems[0].name} is down, slow, or answers differently from its documentation",
            mitigation="One client module, recorded answers as contract tests, a try-out against the real system in the first phase",
            cites=systems[0].cites[:3],
        )
    limited = next((endpoint for endpoint in case.contracts.endpoints if endpoint.owner and endpoint.limit), None)
    if limited is not None:
        yield Risk(
            risk=f"Several instances together break the call limit of `{limited.method} {limited.path}` ({wording.clipped(limited.limit, 60)})",
            mitigation="One lease holder asks; the others read its answer; a test runs two instances against a fake that counts",
            cites=limited.cites[:3],
        )


def _caps(case: Case) -> Iterator[Risk]:
    caps = [*case.profile.all("cpu-limit"), *case.profile.all("memory-limit")]
    if caps:
        said = wording.listing([fact.value for fact in caps], most=2)
        yield Risk(
            risk=f"The caps ({said}, all containers together) are reached before the latency target is",
            mitigation="Load test under the caps from the first week; bounded queues and pools; what is not on the critical path gives way first",
            cites=wording.cites(*(fact.cites for fact in caps), most=4),
        )


def _regulated(case: Case) -> Iterator[Risk]:
    if case.traits.regulated:
        regimes = wording.listing([judgement.value for judgement in case.traits.regulated], most=3)
        yield Risk(
            risk=f"Data under {regimes} reaches a log, a trace, a queue message or a test",
            mitigation="Fields are marked in the model and masked by the logger; staging holds made-up data; a test searches the logs of the whole suite",
            cites=wording.cites(*(judgement.cites for judgement in case.traits.regulated), most=4),
        )


def _dates(case: Case) -> Iterator[Risk]:
    deadline, budget = case.profile.first("deadline"), case.profile.first("budget")
    if budget is not None:
        yield Risk(
            risk=f"The stated budget ({budget.value}) ends before the last requirement",
            mitigation=("Phases leave something usable behind; the loop works after the first; what the brief puts off is not begun before the rest is in use"),
            cites=budget.cites[:3],
        )
    if deadline is not None:
        yield Risk(
            risk=f"The stated date ({wording.clipped(deadline.value, 60)}) comes before the hardening",
            mitigation="The first phase alone can be handed in; a week before the date only faults are mended",
            cites=deadline.cites[:3],
        )


def _existing(case: Case) -> Iterator[Risk]:
    if case.traits.existing:
        yield Risk(
            risk="The running system is disturbed by the new part",
            mitigation="It stands beside it with its own deployment; the old way stays open behind a switch until a week of both has been compared",
            cites=tuple(n for fact in case.profile.all("architecture") if fact.value == "existing" for n in fact.cites)[:3],
        )


def _load(case: Case, design: Design) -> Iterator[Risk]:
    if case.traits.shape != "service" or case.traits.size == "tiny":
        return
    demand = grounds.load(case)
    first = evidence.primary(design.endpoints)
    call = f"`{evidence.call(first)}`" if first else "the loop"
    if demand.known and not demand.stated_peak:
        yield Risk(
            risk=f"The peak of {call} is higher than {grounds.PEAK} times the stated average",
            mitigation=(
                f"The load test runs at {'twice what one instance is reckoned to answer' if staged(case) else 'twice that'} ({evidence.requests(test_rate(case))}); beyond it callers get 429 with `Retry-After`, not a timeout"
            ),
            cites=demand.cites[:3],
        )


def _store(case: Case, design: Design) -> Iterator[Risk]:
    noun = evidence.thing(evidence.primary(design.endpoints), design.entities)
    match case.traits.engine:
        case "sqlite" if case.traits.size != "tiny":
            yield Risk(
                risk=f"The one host with its file of {wording.plural(noun)} is lost",
                mitigation="Nightly copy to another machine: at most a day is lost",
                cites=(),
            )
        case "memory" if case.traits.shape == "service":
            yield Risk(
                risk=f"A restart empties all {wording.plural(noun)}",
                mitigation=f"{wording.headed(case.traits.engine_basis.because)}; releases happen when nobody works",
                cites=case.traits.engine_basis.cites[:3],
            )
        case "memory":
            yield Risk(
                risk="Two workers take the same thing, or a stopped one leaves its work half done",
                mitigation="Taking and giving back are one atomic step; a test with a fake clock removes a worker in the middle of its work",
                cites=case.traits.shape_basis.cites[:3],
            )
        case _:
            return
