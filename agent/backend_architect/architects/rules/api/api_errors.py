"""Layer 1: the error tables, from what the endpoints refuse and what the outside systems do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from backend_architect.architects.rules.api.look_ups import look_up
from backend_architect.architects.rules.case import Case, System
from backend_architect.architects.rules.language.wording import ENGINE_NAMES, clipped, headed, listing, spaced
from backend_architect.architects.rules.language.words import singular, snake, words
from backend_architect.architects.rules.layers.critical_path import computes
from backend_architect.architects.rules.layers.grounds import BREAKER_FAILURES, BREAKER_PROBE_S, is_identity, outside, queue, relay
from backend_architect.design import ApiDecision, Endpoint, EndpointError, ErrorCase
from backend_architect.usual_errors import SOURCES, all_errors

Category = Literal["input", "business", "system", "external"]

_CATEGORIES: tuple[Category, ...] = ("input", "business", "system", "external")
_INPUT = frozenset({400, 406, 411, 413, 414, 415, 422})
_MOST: dict[str, dict[Category, int]] = {
    "tiny": {"input": 1, "business": 1, "system": 1, "external": 1},
    "small": {"input": 2, "business": 4, "system": 2, "external": 2},
    "medium": {"input": 2, "business": 5, "system": 3, "external": 3},
    "large": {"input": 2, "business": 5, "system": 3, "external": 3},
}
_TAKEN = "_TAKEN"
_ALL = {"tiny": 4, "small": 8, "medium": 10, "large": 12}

Refused = dict[int, list[Endpoint]]
"""By status: the endpoints whose usual refusal it is, the loop's own first."""


def errors(case: Case, endpoints: tuple[Endpoint, ...], decision: ApiDecision | None = None) -> tuple[ErrorCase, ...]:
    """Return the error tables: what the person sees and how each failure is found, by category.

    What several endpoints refuse in the same way is one row; the categories take turns until the
    table is as long as the project's size allows.
    """
    ordered = sorted(endpoints, key=lambda endpoint: not endpoint.primary)
    refused: Refused = {}
    for endpoint in ordered:
        for error in all_errors(endpoint, decision)[len(endpoint.errors) :]:
            refused.setdefault(error.status, []).append(endpoint)
    rows: dict[Category, list[ErrorCase]] = {
        "input": [*_own(ordered, "input"), *_invalid(refused)],
        "business": _business(ordered, refused),
        "system": [*_system(case, endpoints), *_too_many(refused)],
        "external": _external(case),
    }
    most, size = _MOST[case.traits.size], _ALL[case.traits.size]
    kept = {category: rows[category][: most[category]] for category in _CATEGORIES}
    turns = sorted((at, _CATEGORIES.index(category)) for category in _CATEGORIES for at in range(len(kept[category])))[:size]
    return tuple(kept[category][at] for number, category in enumerate(_CATEGORIES) for at, turn in turns if turn == number)


def _own(endpoints: Sequence[Endpoint], category: Category) -> list[ErrorCase]:
    """Return what endpoints refuse in a way of their own, each code once, the loop's own endpoint first."""
    seen: dict[str, tuple[EndpointError, list[Endpoint]]] = {}
    for endpoint in endpoints:
        for error in endpoint.errors:
            if error.status < 500 and (error.status in _INPUT) == (category == "input") and error.status != 429:
                seen.setdefault(error.code, (error, []))[1].append(endpoint)
    ranked = sorted(seen.values(), key=lambda pair: (not pair[1][0].primary, pair[0].status in (401, 404)))
    taken = [error.code for error, _ in ranked if error.code.endswith(_TAKEN)]
    return [_row(category, error, where, taken) for error, where in ranked if error.code not in taken[1:]]


def _row(category: Category, error: EndpointError, where: Sequence[Endpoint], taken: Sequence[str]) -> ErrorCase:
    row = ErrorCase(
        category=category,
        error=headed(spaced(error.code.lower())),
        cause=f"{clipped(error.when, 140)} ({_at(where)})",
        message=error.message,
        answer=f"{error.status} `{error.code}`",
        recovery=_recovery(error.status),
    )
    if error.code not in taken or len(taken) == 1:
        return row
    # What has to be unique fails in one way, whatever its name.
    names = listing([spaced(code.removesuffix(_TAKEN).lower()) for code in taken], last="or")
    answer = f"{error.status} {', '.join(f'`{code}`' for code in taken)}"
    update = {"error": f"{headed(names)} taken", "cause": f"Somebody else has it ({_at(where)})", "message": "This is taken: choose another", "answer": answer}
    return row.model_copy(update=update)


def _invalid(refused: Refused) -> list[ErrorCase]:
    """Return the one row for what body and query get wrong."""
    where = refused.get(422) or refused.get(400)
    if not where:
        return []
    lead = next((e for e in where if any(p.required and p.where == "body" for p in e.request)), where[0])
    places = ("body",) if 422 in refused else ("query", "body")
    sent = [p for p in lead.request if p.where in places]
    names = listing([f"`{p.name}`" for p in sent if p.required] or [f"`{p.name}`" for p in sent], most=2, last="or") or "A member"
    missing = "missing or " if any(p.required for p in sent) else ""
    return [
        ErrorCase(
            category="input",
            error="Invalid input",
            cause=f"{names} {missing}malformed ({_at([lead, *(e for e in where if e is not lead)], most=1)})",
            message="`errors` names each member and its rule",
            answer=_answers(refused, 422, 400),
            recovery=_recovery(422),
        )
    ]


def _business(endpoints: Sequence[Endpoint], refused: Refused) -> list[ErrorCase]:
    own = _own(endpoints, "business")
    usual: list[ErrorCase] = []
    if 401 in refused or 403 in refused:
        roles = listing(dict.fromkeys(role for endpoint in refused.get(403, ()) for role in endpoint.roles), most=3, last="or")
        unknown = "No valid session or key" if 401 in refused else ""
        wrong = f"the caller is no {roles or 'holder of the role'} ({_at(refused[403], most=1)})" if 403 in refused else ""
        usual.append(
            ErrorCase(
                category="business",
                error="Not signed in, or not allowed" if wrong and unknown else "Not allowed" if wrong else "Not signed in",
                cause=headed("; or ".join(part for part in (unknown, wrong) if part)),
                message="Sign in first, or ask for a role that may" if wrong else "Sign in first",
                answer=_answers(refused, 401, 403),
                recovery="Counted by address and account; an alert from ten a minute",
            )
        )
    if 404 in refused:
        things = dict.fromkeys(_thing(endpoint.path) for endpoint in refused[404])
        usual.append(
            ErrorCase(
                category="business",
                error="Not found",
                cause=f"No {listing(things, most=3, last='or')} has this identifier",
                message="Not found, or gone by now",
                answer=_answers(refused, 404),
                recovery=_recovery(404),
            )
        )
    return [*own[:2], *usual, *own[2:]]


def _too_many(refused: Refused) -> list[ErrorCase]:
    if 429 not in refused:
        return []
    return [
        ErrorCase(
            category="system",
            error="Too many calls",
            cause=f"One address calls faster than a person would ({_at(refused[429], most=1)})",
            message="Wait a moment, then try again",
            answer=f"{_answers(refused, 429)} with `Retry-After`",
            recovery="Counted by address; the client waits as long as it is told",
        )
    ]


def _at(where: Sequence[Endpoint], most: int = 2) -> str:
    return listing([f"`{endpoint.method} {endpoint.path}`" for endpoint in where], most=most)


def _answers(refused: Refused, *statuses: int) -> str:
    return "; ".join(f"{status} `{SOURCES[status][0]}`" for status in statuses if status in refused)


def _thing(path: str) -> str:
    """Return what the last parameter of a path identifies: `note` for `/v1/notes/{id}/tags`."""
    before = path[: path.rindex("{")].rstrip("/").rpartition("/")[2]
    return words(singular(snake(before))) or "record"


def _recovery(status: int) -> str:
    match status:
        case 401:
            return "Counted by address; ten in a minute slow it down"
        case 403:
            return "Logged with who and what; the client does not repeat it"
        case 404 | 410:
            return "No error in the log; the client drops the link"
        case 409 | 412 | 423:
            return "Found by the conditional update or unique index; the client reloads, the person decides"
        case 413 | 415:
            return "Refused before the body is read; counted"
        case _:
            return "Counted by member, contents not logged; the caller corrects it"


def _system(case: Case, endpoints: tuple[Endpoint, ...]) -> list[ErrorCase]:
    engine = ENGINE_NAMES[case.traits.engine]
    beside = [e for e in endpoints if e.method not in ("WS", "SSE") and _beside_the_database(case, e)]
    touching = [e for e in endpoints if e not in beside]
    first = [e for e in touching if e.method in ("POST", "PUT", "PATCH")] or (touching if beside else [])
    found: list[ErrorCase] = []
    if case.traits.engine not in ("memory", "none", "browser"):
        cause = (
            "the file is locked for over 5 s or its disk is full"
            if case.traits.engine == "sqlite"
            else "no connection within 250 ms, or a failover is under way"
        )
        found.append(
            ErrorCase(
                category="system",
                error=f"{engine} not available",
                cause=f"{headed(cause)}; hits {_at(first, most=1) or _everything(case, beside)} first{_spared(case, beside)}",
                message="That did not work just now: try again in a moment",
                answer="503 with `Retry-After: 5`",
                recovery="`GET /readyz` turns red, alert after 1 minute; the client repeats reads, a write only with its own identifier",
            )
        )
    found.append(
        ErrorCase(
            category="system",
            error="Unexpected error",
            cause="A defect",
            message="Our mistake; the reference helps us to find it",
            answer="500 `INTERNAL`, the request's id, no detail",
            recovery="Stack trace in the log, transaction undone; alert above 1 % of requests in 5 minutes",
        )
    )
    # What the loop itself touches comes first.
    return found[::-1] if any(endpoint.primary for endpoint in beside) else found


def _beside_the_database(case: Case, endpoint: Endpoint) -> bool:
    """Whether an endpoint answers without a row: a queue takes what it is sent, it only works something out, or it asks others."""
    sought = look_up(case)
    queued = queue(case) is not None and endpoint.method == "POST" and (endpoint.status == 202 or endpoint.purpose.startswith("Take in"))
    return queued or computes(case, endpoint) or (sought is not None and not sought.by_person and endpoint.path == sought.path and endpoint.entity is None)


def _everything(case: Case, beside: Sequence[Endpoint]) -> str:
    if not beside:
        return "every endpoint"
    return (
        "sign-ins"
        if case.traits.auth in ("session", "external", "token")
        else "callers with a key not seen before"
        if case.traits.auth == "api-key"
        else "nobody"
    )


def _spared(case: Case, beside: Sequence[Endpoint]) -> str:
    """Return which endpoints go on without the database, and on what."""
    if not beside:
        return ""
    keys = " and keys that are kept in memory" if any(endpoint.auth == "service" for endpoint in beside) else ""
    intake, sought = queue(case), look_up(case)
    sources = [
        intake.name
        if intake is not None and not computes(case, endpoint) and endpoint.method == "POST"
        else sought.names
        if sought is not None and endpoint.path == sought.path
        else "what was loaded at the start"
        for endpoint in beside
    ]
    return f"; {_at(beside)} {'goes' if len(beside) == 1 else 'go'} on with {listing(sources)}{keys}"


def _external(case: Case) -> list[ErrorCase]:
    passed_on = relay(case)
    found: list[ErrorCase] = []
    intake = queue(case)
    if intake is not None:
        found.append(
            ErrorCase(
                category="external",
                error=f"{intake.name} does not accept",
                cause="Throttled, or out of reach for 2 s",
                message="Not accepted: send it again after the time given",
                answer="503 with `Retry-After`; never a success for what is not queued",
                recovery="One retry within the request, then the sender's; alert on the first minute of it",
            )
        )
    if passed_on is not None:
        one = passed_on.owners[0]
        found.append(
            ErrorCase(
                category="external",
                error=f"{one} fails or is slow",
                cause=f"`{passed_on.call.method} {passed_on.call.path}` of {one} answers 5xx or runs into its timeout",
                message="Nothing: the request was accepted before",
                answer=f"Falls back to {listing(passed_on.owners[1:])}" if len(passed_on.owners) > 1 else "Waits in the table and is sent later",
                recovery=f"The circuit opens after {BREAKER_FAILURES} failures; after a timeout the outcome is asked for before anything is sent again",
            )
        )
        if len(passed_on.owners) > 1:
            found.append(
                ErrorCase(
                    category="external",
                    error="All of them fail",
                    cause=f"{listing(passed_on.owners)} are down together",
                    message="Nothing: the request was accepted before",
                    answer="Accepted rows wait; the summary counts only what was processed",
                    recovery="One probe in the allowed interval; the backlog drains oldest first; alert when the oldest waits 60 s",
                )
            )
        return found
    others: list[System] = []
    for system in outside(case):
        if is_identity(system):
            found.append(
                ErrorCase(
                    category="external",
                    error=f"{headed(system.name)} does not answer",
                    cause="Its sign-in page or key set is out of reach for 5 s",
                    message="Signing in is not possible just now",
                    answer="503 for new sign-ins; sessions that exist go on",
                    recovery="Its keys are kept for 24 hours, so signatures can still be checked; alert after 5 minutes",
                )
            )
            continue
        others.append(system)
    if others and not (case.traits.existing and intake is not None):
        names = listing((system.name for system in others), most=3, last="or")
        what = f" ({clipped(others[0].purpose, 70).rstrip('.').lower()})" if len(others) == 1 else ""
        found.append(
            ErrorCase(
                category="external",
                error=f"{headed(names)} fails or is slow",
                cause=f"5xx or no answer within 2 s{what}",
                message=f"{headed(names)} is not answering; the rest is shown",
                answer="200 with what is there and what is missing; 503 if nothing is left",
                recovery=f"Reads are repeated once, writes only under the same identifier; the circuit opens after {BREAKER_FAILURES} failures for {BREAKER_PROBE_S} s",
            )
        )
    return found
