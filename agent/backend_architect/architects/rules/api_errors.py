"""Layer 1: the error tables, from what the endpoints refuse and what the outside systems do."""

from __future__ import annotations

from typing import Literal

from backend_architect.architects.rules.case import Case
from backend_architect.architects.rules.grounds import is_identity, outside, queue, relay
from backend_architect.architects.rules.wording import ENGINE_NAMES, clipped, headed, listing, spaced
from backend_architect.design import Endpoint, EndpointError, ErrorCase

Category = Literal["input", "business", "system", "external"]

_INPUT = frozenset({400, 406, 411, 413, 414, 415, 422})
_MOST: dict[str, dict[Category, int]] = {
    "tiny": {"input": 1, "business": 1, "system": 1, "external": 1},
    "small": {"input": 2, "business": 3, "system": 2, "external": 2},
    "medium": {"input": 2, "business": 4, "system": 2, "external": 3},
    "large": {"input": 2, "business": 4, "system": 2, "external": 3},
}


def errors(case: Case, endpoints: tuple[Endpoint, ...]) -> tuple[ErrorCase, ...]:
    """Return the error tables: what the person sees and how each failure is found, by category."""
    rows = [*_refusals(endpoints, "input"), *_refusals(endpoints, "business"), *_system(case, endpoints), *_external(case)]
    most = _MOST[case.traits.size]
    counts: dict[str, int] = {}
    found: list[ErrorCase] = []
    for row in rows:
        counts[row.category] = counts.get(row.category, 0) + 1
        if counts[row.category] <= most[row.category]:
            found.append(row)
    return tuple(found)


def _refusals(endpoints: tuple[Endpoint, ...], category: Category) -> list[ErrorCase]:
    """Return what the endpoints themselves refuse, each code once, the loop's own endpoint first."""
    seen: dict[str, tuple[EndpointError, list[Endpoint]]] = {}
    for endpoint in sorted(endpoints, key=lambda e: not e.primary):
        for error in endpoint.errors:
            if error.status < 500 and (error.status in _INPUT) == (category == "input") and error.status not in (429,):
                seen.setdefault(error.code, (error, []))[1].append(endpoint)
    ranked = sorted(seen.values(), key=lambda pair: (not pair[1][0].primary, pair[0].status in (401, 404)))
    rows = [
        ErrorCase(
            category=category,
            error=headed(spaced(error.code.lower())),
            cause=f"{clipped(error.when, 140)} ({listing([f'`{e.method} {e.path}`' for e in where], most=2)})",
            message=error.message,
            answer=f"{error.status} `{error.code}`",
            recovery=_recovery(error),
        )
        for error, where in ranked
    ]
    if not rows and category == "input" and (row := _derived(endpoints)) is not None:
        rows.append(row)
    return rows


def _derived(endpoints: tuple[Endpoint, ...]) -> ErrorCase | None:
    """Return the refusal that a body with rules implies, for endpoints that name no errors."""
    for endpoint in sorted(endpoints, key=lambda e: not e.primary):
        wanted = [p for p in endpoint.request if p.where == "body" and p.required]
        if wanted:
            names = listing([f"`{p.name}`" for p in wanted], most=3)
            return ErrorCase(
                category="input",
                error="Validation error",
                cause=f"{names} missing or malformed (`{endpoint.method} {endpoint.path}`)",
                message=f"`{wanted[0].name}` is required",
                answer="422 `VALIDATION_ERROR`",
                recovery="Logged as a count, without the body; not repeated: the caller corrects it",
            )
    return None


def _recovery(error: EndpointError) -> str:
    match error.status:
        case 401:
            return "Counted for each address; ten in a minute slow it down; the client asks for a new sign-in"
        case 403:
            return "Logged with who and what; repeated ones raise an alert; not repeated by the client"
        case 404 | 410:
            return "Not logged as an error; the client drops the link"
        case 409 | 412 | 423:
            return "Found by the conditional update or unique index, not by reading first; the client reloads and the person decides"
        case 413 | 415:
            return "Refused before the body is read; counted"
        case _:
            return "Logged as a count with the field, without its content; the caller corrects it, no retry"


def _system(case: Case, endpoints: tuple[Endpoint, ...]) -> list[ErrorCase]:
    engine = ENGINE_NAMES[case.traits.engine]
    writes = [f"`{e.method} {e.path}`" for e in endpoints if e.method in ("POST", "PUT", "PATCH")]
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
                cause=f"{headed(cause)}; hits {listing(writes, most=2) or 'every endpoint'} first",
                message="That did not work just now. Try again in a moment",
                answer="503 with `Retry-After: 5`",
                recovery="`GET /readyz` turns red, alert after 1 minute; reads may be repeated by the client, a write only with its own identifier",
            )
        )
    found.append(
        ErrorCase(
            category="system",
            error="Unexpected error",
            cause="A defect: an exception that no handler knows",
            message="Something went wrong on our side. The reference helps us to find it",
            answer="500 `INTERNAL`, with the request's id and no detail",
            recovery="Stack trace in the log under the request's id; the transaction is undone; alert above 1 % of requests in 5 minutes",
        )
    )
    return found


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
                recovery="The circuit opens after 3 failures; after a timeout the outcome is asked for before anything is sent again",
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
        if case.traits.existing and intake is not None:
            break
        what = clipped(system.purpose, 70).rstrip(".").lower()
        found.append(
            ErrorCase(
                category="external",
                error=f"{system.name} fails or is slow",
                cause=f"5xx or no answer within 2 s ({what})",
                message=f"{system.name} is not answering; the rest is shown",
                answer="200 with what is there and a note of what is missing, or 503 if nothing is left",
                recovery="Two repeats for reads, none for writes; the circuit opens after 5 failures for 30 s; counted by system",
            )
        )
    return found
