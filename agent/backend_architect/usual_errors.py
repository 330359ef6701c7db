"""The refusals that follow from an endpoint itself, so that no design has to repeat them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from backend_architect.design import ApiDecision, Endpoint, EndpointError, Parameter

_INPUT = frozenset((400, 422))
_UNLIMITED = re.compile(r"none\b", re.IGNORECASE)
_BEFORE_PARAMETER = re.compile(r"/([^/{}]+)/\{[^/{}]+\}(?!.*\{)")
_NAMED = 3
"""Members that a sentence names; more are not worth the room."""

SOURCES: dict[int, tuple[str, str]] = {
    401: ("UNAUTHENTICATED", "Auth user, role or service"),
    403: ("FORBIDDEN", "Auth role"),
    400: ("INVALID_PARAMETER", "query parameters"),
    422: ("VALIDATION_ERROR", "a body"),
    404: ("NOT_FOUND", "a path parameter"),
    429: ("RATE_LIMITED", "a write without sign-in"),
}
"""Code of each usual refusal, and what of an endpoint it follows from; in the order of checking."""


def usual_errors(endpoint: Endpoint) -> tuple[EndpointError, ...]:
    """Return the refusals that follow from the endpoint, in the order they are checked.

    Who may call gives 401 and 403, the query 400, the body 422, a path parameter 404, a write
    that anybody may send 429. An error that the endpoint names itself takes the place of the usual
    one of its status or code. Where the brief spells the endpoint out, its one answer to bad input
    (400 or 422) stands for body and query.
    """
    statuses = {error.status for error in endpoint.errors}
    codes = {error.code for error in endpoint.errors}
    if endpoint.origin == "brief" and statuses & _INPUT:
        statuses |= _INPUT
    return tuple(error for error in _following(endpoint) if error.status not in statuses and error.code not in codes)


def all_errors(endpoint: Endpoint, decision: ApiDecision | None = None) -> tuple[EndpointError, ...]:
    """Return every way an endpoint says no, its own first; no 429 by rule under a decision that limits no calls."""
    usual = usual_errors(endpoint)
    if decision is not None and _UNLIMITED.match(decision.rate_limit):
        usual = tuple(error for error in usual if error.status != 429)
    return (*endpoint.errors, *usual)


def _following(endpoint: Endpoint) -> Iterable[EndpointError]:
    if endpoint.auth in ("user", "role", "service"):
        machine = endpoint.auth == "service"
        when = "No valid key came with the call" if machine else "Nobody is signed in, or no longer"
        yield _error(401, when, "Send a valid API key" if machine else "Sign in first")
    if endpoint.auth == "role":
        yield _error(403, f"The caller is no {_joined(endpoint.roles) or 'holder of the role'}", "Your role does not allow this")
    sent, asked = _sent(endpoint), _asked(endpoint)
    if asked or (endpoint.origin == "derived" and endpoint.method == "GET" and endpoint.pagination != "none"):
        names = [f"`{parameter.name}`" for parameter in asked]
        yield _error(400, f"{_joined(names[:_NAMED]) or 'The page'} is malformed or out of bounds", "`errors` names the parameter and its rule")
    if sent:
        needed = [f"`{parameter.name}`" for parameter in sent if parameter.required]
        what = f"{_joined(needed)} is missing" if 0 < len(needed) <= _NAMED else "Some member is missing" if needed else "Some member is malformed"
        yield _error(422, f"{what} or out of bounds", "`errors` names each member and its rule")
    if "{" in endpoint.path:
        found = _BEFORE_PARAMETER.search(endpoint.path)
        what = f"None of `{found[1]}`" if found else "Nothing"
        yield _error(404, f"{what} has this identifier", "Not found, or gone by now")
    if endpoint.auth in ("none", "optional") and endpoint.method in ("POST", "PUT", "PATCH"):
        yield _error(429, "One address calls too often", "Wait as long as `Retry-After` says")


@lru_cache(maxsize=1024)
def _error(status: int, when: str, message: str) -> EndpointError:
    return EndpointError(status=status, code=SOURCES[status][0], when=when, message=message)


def _sent(endpoint: Endpoint) -> list[Parameter]:
    # What a GET lists as body is asked for in the query; the messages of a socket are no request.
    return [] if endpoint.method in ("GET", "HEAD", "SSE", "WS") else [p for p in endpoint.request if p.where == "body"]


def _asked(endpoint: Endpoint) -> list[Parameter]:
    places = ("query", "body") if endpoint.method in ("GET", "HEAD", "SSE") else ("query",)
    return [p for p in endpoint.request if p.where in places]


def _joined(names: Iterable[str]) -> str:
    *first, last = list(names) or [""]
    return f"{', '.join(first)} or {last}" if first else last
