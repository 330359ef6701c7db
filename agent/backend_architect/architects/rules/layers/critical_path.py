"""The steps between the user's action and what they see, in milliseconds that add up to the budget."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from backend_architect.architects.rules.case import Case
from backend_architect.architects.rules.language import wording
from backend_architect.architects.rules.layers import evidence, grounds
from backend_architect.architects.rules.layers.contents import contents
from backend_architect.architects.rules.layers.jobs import forwarded, main_and_reserve, taken_by_running
from backend_architect.architects.rules.layers.load import spread
from backend_architect.design import CriticalPath, Endpoint, EndpointError, Scope, Step, Structure
from backend_architect.expressions import expression
from backend_architect.text import Cites
from backend_architect.usual_errors import all_errors

_DURATION = expression(r"\b(?P<n>\d+(?:\.\d+)?)\s*(?P<unit>ms|milliseconds?|s|secs?|seconds?|min|minutes?)\b", re.IGNORECASE)
_WORK = expression(r"\b(?:process\w*|complet\w+|takes?|lasts?|duration|cook\w*|run(?:s|ning)?|finish\w*|requires?d?)\b", re.IGNORECASE)
_COMPUTES = expression(
    r"^(?:[a-z-]+-)?(?:scor(?:e|ing)|check|validat(?:e|ion)|predict(?:ion)?|estimate|calculat(?:e|ion)|comput(?:e|ation)|evaluat(?:e|ion)|classify|simulat(?:e|ion)|convert"
    r"|preview|quote|fraud-score)s?$",
    re.IGNORECASE,
)
_KEEPS = expression(
    r"\b(?:stor(?:e|es|ed|ing)|sav(?:e|es|ed|ing)(?! (?:costs?|money|time|effort|work)\b)|record(?:s|ed)?|persist\w*|kept|keeps?|log(?:s|ged)?|writ(?:e|es|ten)|history)\b",
    re.IGNORECASE,
)
_SCALE = {"ms": 1, "mi": 60_000, "s": 1000, "se": 1000}


@dataclass(frozen=True)
class _Draft:
    """A step before it has its milliseconds."""

    step: str
    weight: int
    if_it_fails: str
    must_succeed: bool = True


def path(case: Case, scope: Scope, endpoints: Sequence[Endpoint], structure: Structure) -> CriticalPath | None:
    """Return the critical path, or None when nothing has to be answered in time."""
    match case.traits.shape:
        case "service":
            first = evidence.primary(endpoints)
            return _request(case, first, endpoints) if first is not None and first.method not in ("WS", "SSE") else None
        case "cli":
            return _run(case)
        case _:
            return None


def _request(case: Case, endpoint: Endpoint, endpoints: Sequence[Endpoint]) -> CriticalPath:
    budget = case.traits.latency_ms
    basis = case.traits.latency_basis
    passed_on = forwarded(case, endpoints) is not None
    drafts = _fitted(_drafts(case, endpoint, passed_on=passed_on), budget)
    shares = spread(budget, [draft.weight for draft in drafts])
    steps = [Step(step=d.step, must_succeed=d.must_succeed, ms=ms, if_it_fails=d.if_it_fails) for d, ms in zip(drafts, shares, strict=True)]
    if passed_on:
        steps.append(_afterwards(case, endpoint))
    stated = f"{basis.value} for `{evidence.call(endpoint)}`: {basis.because}"
    if case.traits.size == "tiny":
        if not basis.cites:
            stated = f"assumed for `{evidence.call(endpoint)}`"
        steps = [_brief(step) for step in steps]
        return CriticalPath(budget_ms=budget, basis=stated, steps=tuple(steps), cites=basis.cites)
    return CriticalPath(budget_ms=budget, basis=stated, steps=tuple(steps), cites=wording.cites(basis.cites, endpoint.cites, most=4))


def _brief(step: Step) -> Step:
    """Return a step in few words: the basis names the call, the error table who is told what."""
    received = re.match(r"Receive `[^`]+` and validate(?:: (?P<what>.+))?$", step.step)
    said = f"Check {received['what'] or 'the call'}" if received else step.step.partition(" (")[0]
    return step.model_copy(update={"step": said, "if_it_fails": step.if_it_fails.split(": ")[0].split("; ")[0]})


def _drafts(case: Case, endpoint: Endpoint, *, passed_on: bool) -> list[_Draft]:
    noun = evidence.thing(endpoint, ())
    call = evidence.call(endpoint)
    fields = [parameter.name for parameter in endpoint.request if parameter.where != "header"]
    checked = f": {wording.listing([f'`{name}`' for name in fields], most=3)}" if fields else ""
    drafts = [_Draft(f"Receive `{call}` and validate{checked}", 10, _refusal(endpoint, (400, 422, 413), "400, nothing is stored"))]
    if endpoint.auth in ("user", "role", "service"):
        who = "Check the caller's key and what it may do"
        if endpoint.auth != "service":
            limit = f"is {wording.article(wording.listing(list(endpoint.roles), last='or'))}" if endpoint.roles else "may do this"
            who = f"Check who calls and whether that person {limit}"
        drafts.append(_Draft(who, 10, _refusal(endpoint, (401, 403), "401 or 403")))
    computing = computes(case, endpoint)
    write = evidence.writes(endpoint) and not computing
    rule = next((error for error in endpoint.errors if error.status in (409, 410, 423)), None)
    systems = evidence.partners(case) if not passed_on and _asks_outside(case, endpoint) else ()
    queue = grounds.queue(case) if passed_on else None
    # Where a queue in front takes it, its confirmation alone decides: no row is looked at.
    if rule is not None and queue is None and not computing:
        drafts.append(_Draft(f"Refuse, checked under a row lock, if {evidence.lower_first(wording.clipped(rule.when, 80))}", 15, _said(rule)))
    if computing:
        drafts.append(
            _Draft(f"Work out the answer with the model or rules that were loaded at the start ({call})", 45, "500 with a request ID; nothing was stored")
        )
    elif write and queue is not None:
        repeat = f" {endpoint.idempotency}" if endpoint.idempotency else ""
        drafts.append(
            _Draft(f"Put the {noun} into {queue.name} and wait for its confirmation", 45, f"503, nothing was taken; the caller may repeat.{repeat}".strip())
        )
    elif write:
        where = wording.ENGINE_NAMES[case.traits.engine]
        stored = "Keep" if case.traits.engine == "memory" else "Commit"
        repeat = f" {endpoint.idempotency}" if endpoint.idempotency else ""
        if (kept := contents(case)) is not None and kept.noun == noun and endpoint.method == "POST":
            drafts.append(_Draft(f"Put the content of the {noun} into the object store under a new key", 25, "503, no row is written; the caller may repeat."))
        drafts.append(_Draft(f"{stored} the {noun} in {where}", 45, f"503, nothing is kept; the caller may repeat.{repeat}".strip()))
    elif case.traits.engine != "none" and not systems:
        missing = _refusal(endpoint, (404, 410), "503 with `Retry-After: 5`")
        drafts.append(
            _Draft(f"Read the {wording.plural(noun) if endpoint.many else noun} by index from {wording.ENGINE_NAMES[case.traits.engine]}", 45, missing)
        )
    if any("`audit_events`" in effect for effect in endpoint.side_effects):
        drafts.append(
            _Draft(
                f"Write who calls, and what for, to `audit_events` in {wording.ENGINE_NAMES[case.traits.engine]}",
                20,
                "503, no system is asked: nothing is read unrecorded",
            )
        )
    if systems:
        names = wording.listing([system.name for system in systems], most=3)
        deadline = evidence.span(max(1, case.traits.latency_ms * 6 // 10))
        if len(systems) > 1 and not write:
            drafts.append(
                _Draft(
                    f"Ask {names} at the same time, {deadline} at most each",
                    120,
                    "the answer carries what the others gave and names the one that is missing",
                    must_succeed=False,
                )
            )
        else:
            drafts.append(_Draft(f"Call {names}, {deadline} at most", 120, f"502 after the deadline; the {noun} stays pending and is tried again on request"))
    safe = not write or endpoint.method in ("PUT", "DELETE") or bool(endpoint.idempotency)
    lost = "the client repeats; the result is the same" if safe else f"the {noun} is kept; the client looks before it repeats"
    drafts.append(_Draft(f"Answer {endpoint.status}{' with the ' + noun if endpoint.entity else ''}", 8, lost))
    return drafts


def computes(case: Case, endpoint: Endpoint) -> bool:
    """Return whether a call only works something out: it scores or checks what it was given, and no sentence about it has the result kept."""
    if endpoint.method != "POST" or endpoint.status in (201, 202) or not _COMPUTES.search(endpoint.path.rstrip("/").rpartition("/")[2]):
        return False
    said = " ".join((*endpoint.side_effects, *(case.statement(number).text for number in endpoint.cites)))
    return _KEEPS.search(said) is None


def _asks_outside(case: Case, endpoint: Endpoint) -> bool:
    """Return whether the answer needs an outside system: they are named together, or there is nothing else to read."""
    systems = evidence.partners(case)
    named = {number for system in systems for number in system.cites}
    if named.intersection(endpoint.cites):
        return True
    text = " ".join((endpoint.purpose, *endpoint.side_effects)).lower()
    return any(system.name.lower() in text for system in systems)


def _refusal(endpoint: Endpoint, statuses: tuple[int, ...], otherwise: str) -> str:
    error = next((error for error in all_errors(endpoint) if error.status in statuses), None)
    return _said(error) if error is not None else otherwise


def _said(error: EndpointError) -> str:
    return f'{error.status} {error.code}: "{wording.clipped(error.message, 80)}"'


def _fitted(drafts: list[_Draft], budget: int) -> list[_Draft]:
    """Merge neighbours until each step can have a millisecond."""
    while len(drafts) > budget:
        lightest = min(range(len(drafts) - 1), key=lambda i: drafts[i].weight + drafts[i + 1].weight)
        one, two = drafts[lightest], drafts[lightest + 1]
        merged = _Draft(f"{one.step}; {two.step[0].lower()}{two.step[1:]}", one.weight + two.weight, one.if_it_fails, one.must_succeed or two.must_succeed)
        drafts[lightest : lightest + 2] = [merged]
    return drafts


def _afterwards(case: Case, endpoint: Endpoint) -> Step:
    noun = evidence.thing(endpoint, ())
    if (taken := taken_by_running(case)) and (queue := grounds.queue(case)) is not None:
        return Step(
            step=f"After the answer: the running system takes the {noun} from {queue.name} ({wording.quoted(taken[0].text, 60)})",
            must_succeed=False,
            ms=0,
            if_it_fails="it stays in the queue; the caller is not affected",
        )
    main, reserve = main_and_reserve(case)
    target = f"{main}, or to {reserve} while that fails" if main and reserve else main or "processing"
    return Step(
        step=f"After the answer: pass the {noun} on to {target}",
        must_succeed=False,
        ms=0,
        if_it_fails="it stays pending and is tried again; the caller is not affected",
    )


def _run(case: Case) -> CriticalPath | None:
    """Return the loop of a program whose work takes a stated time."""
    timed = _timed(case)
    if timed is None:
        return None
    work, cites = timed
    noun = next((evidence.singular(action.noun) for action in case.actions if action.statement in cites and action.noun), "item")
    rule = grounds.ordered(case)
    line = f" ({wording.quoted(rule.quote, 70)})" if rule else ""
    before, after = 5, 5
    return CriticalPath(
        budget_ms=before + work + after,
        basis=f"{evidence.span(work)} of work that the brief fixes, plus 10 ms assumed for taking and finishing one {noun}",
        steps=(
            Step(
                step=f"Take the {noun} that is first in line{line}, atomically",
                must_succeed=True,
                ms=before,
                if_it_fails=f"none is waiting: stay idle until the next {noun} wakes the loop",
            ),
            Step(
                step=f"Work on the {noun} for {evidence.span(work)}, stoppable at any moment",
                must_succeed=True,
                ms=work,
                if_it_fails=f"stopped: the {noun} goes back to its place in line, nothing counts as done",
            ),
            Step(
                step=f"Mark the {noun} done and write the line with its time",
                must_succeed=True,
                ms=after,
                if_it_fails="the run ends with an error and a non-zero exit code",
            ),
        ),
        cites=cites,
    )


def _timed(case: Case) -> tuple[int, Cites] | None:
    for statement in evidence.demands(case):
        found = _DURATION.search(statement.text)
        if found is not None and _WORK.search(statement.text):
            unit = found["unit"].lower()
            scale = _SCALE.get(unit[:2], _SCALE["s"]) if unit != "s" else 1000
            ms = round(float(found["n"]) * scale)
            if ms >= 1:
                same = evidence.mentioning(evidence.demands(case), re.compile(rf"\b{re.escape(found['n'])}\s*{re.escape(found['unit'])}", re.IGNORECASE))
                return ms, wording.cites((statement.number,), same, most=3)
    return None
