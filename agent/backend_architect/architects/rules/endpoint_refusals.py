"""How an endpoint says no: validation, sign-in, not found, conflicts, limits; and how repeats are recognised."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from backend_architect.architects.rules.case import Case
from backend_architect.architects.rules.wording import clipped, listing
from backend_architect.architects.rules.words import an, camel, words
from backend_architect.brief import Statement
from backend_architect.design import EndpointError, Entity, Parameter

_ONCE_PER_PERSON = re.compile(r"\b(?:more than once|only once|once per|twice)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Call:
    """What the refusals of an endpoint depend on."""

    method: str
    noun: str
    """Singular snake_case; empty if it is about no entity."""
    request: tuple[Parameter, ...]
    auth: str
    roles: tuple[str, ...] = ()
    entity: Entity | None = None
    parent: Entity | None = None
    """What the thing is created under."""
    owned: bool = False
    """Whether only the owner may do it."""
    signs_in: bool = False
    machine: bool = False
    """Whether another program calls, not a person."""
    limit: str = ""
    rules: tuple[Statement, ...] = ()
    """Statements that forbid something here."""


def refusals(case: Case, call: Call) -> tuple[EndpointError, ...]:
    """Return the ways an endpoint refuses, in the order they are checked."""
    found: list[EndpointError] = []
    noun = words(call.noun) or "resource"
    code = (call.noun or "resource").upper()
    if call.auth in ("user", "role", "service"):
        message = (
            "Send a valid API key in the `X-API-Key` header"
            if call.auth == "service"
            else "Sign in first: the session or token is missing, expired or not valid"
        )
        found.append(EndpointError(status=401, code="UNAUTHENTICATED", when="No valid credentials came with the call", message=message))
    if call.signs_in:
        found.append(
            EndpointError(
                status=401,
                code="WRONG_CREDENTIALS",
                when="The name or password is wrong; which of the two is not said",
                message="The e-mail address or the password is not right",
            )
        )
    if call.auth == "role":
        found.append(
            EndpointError(
                status=403,
                code="FORBIDDEN",
                when=f"The person is signed in, but is no {listing(call.roles, last='or')}",
                message=f"Only {listing([f'{role}s' for role in call.roles])} may do this",
            )
        )
    elif call.owned:
        found.append(
            EndpointError(
                status=403, code="FORBIDDEN", when=f"The {noun} belongs to somebody else", message=f"Only the person who made this {noun} may change it"
            )
        )
    body = [parameter for parameter in call.request if parameter.where == "body"]
    query = [parameter for parameter in call.request if parameter.where == "query"]
    if body:
        found.append(
            EndpointError(
                status=422,
                code="VALIDATION_ERROR",
                when=_invalid(body),
                message=f"The {noun} was not saved: `errors` names each member that failed and the rule it broke",
            )
        )
    elif query:
        names = listing([f"`{parameter.name}`" for parameter in query], most=3, last="or")
        found.append(
            EndpointError(
                status=400, code="INVALID_PARAMETER", when=f"{names} is malformed or out of range", message="`errors` names the parameter and what it takes"
            )
        )
    if call.parent is not None:
        parent = _noun(call.parent)
        found.append(
            EndpointError(
                status=404,
                code=f"{parent.upper()}_NOT_FOUND",
                when=f"No {words(parent)} has the identifier in the path",
                message=f"There is no such {words(parent)}",
            )
        )
        state = next((field for field in call.parent.fields if field.name == "status" and "open" in field.values), None)
        if state is not None and call.method == "POST":
            found.append(
                EndpointError(
                    status=409,
                    code=f"{parent.upper()}_NOT_OPEN",
                    when=f"The {words(parent)} is not open",
                    message=f"This {words(parent)} takes no {words(call.noun)}s now: it is not open",
                )
            )
    elif any(parameter.where == "path" for parameter in call.request) or (
        call.method == "GET" and query and all(parameter.required for parameter in query) and call.entity is not None and call.noun
    ):
        found.append(
            EndpointError(
                status=404,
                code=f"{code}_NOT_FOUND",
                when=f"No {noun} has this identifier" + ("" if not _expires(call.entity) else ", or its time is over"),
                message=f"There is no such {noun}",
            )
        )
    found.extend(_conflicts(call, noun, code))
    if call.limit:
        found.append(
            EndpointError(
                status=429, code="RATE_LIMITED", when=f"More calls than stated: {call.limit}", message="Too many calls: wait as long as `Retry-After` says"
            )
        )
    elif call.method == "POST" and ((call.auth in ("none", "optional") and not call.machine) or call.signs_in):
        found.append(
            EndpointError(
                status=429,
                code="RATE_LIMITED",
                when="One address calls faster than a person would",
                message="Too many calls from this address: wait as long as `Retry-After` says",
            )
        )
    return tuple({error.code: error for error in reversed(found)}.values())[::-1]


def _noun(entity: Entity) -> str:
    from backend_architect.architects.rules.nouns import canonical

    return canonical(entity.name)


def _expires(entity: Entity | None) -> bool:
    return entity is not None and any(re.search(r"expir", field.name) for field in entity.fields)


def _invalid(body: Iterable[Parameter]) -> str:
    parameters = list(body)
    needed = [f"`{parameter.name}`" for parameter in parameters if parameter.required]
    bounded = next((parameter for parameter in parameters if parameter.type == "text" and parameter.maximum is not None and parameter.required), None)
    if not needed:
        return "A member has the wrong type or length, or the body is empty"
    if bounded is not None and bounded.maximum is not None:
        low = int(bounded.minimum or 0)
        return f"{listing(needed, most=4, last='or')} is missing or malformed; `{bounded.name}` takes {low} to {int(bounded.maximum):,} characters"
    return f"{listing(needed, most=4, last='or')} is missing or malformed"


def _conflicts(call: Call, noun: str, code: str) -> list[EndpointError]:
    entity = call.entity
    if entity is None or call.method not in ("POST", "PUT", "PATCH") or call.signs_in:
        return []
    sent = {parameter.name.split(".")[-1].removesuffix("[]") for parameter in call.request if parameter.where == "body"}
    found: list[EndpointError] = []
    for field in entity.fields:
        if field.unique and not field.primary and ({field.name, camel(field.name)} & sent):
            found.append(
                EndpointError(
                    status=409,
                    code=f"{field.name.upper()[:40]}_TAKEN",
                    when=f"Another {noun} has this {words(field.name)}",
                    message=f"This {words(field.name)} is taken: choose another",
                )
            )
    status = next((field for field in entity.fields if field.name == "status"), None)
    if call.method == "PATCH" and status is not None and "status" in sent and len(status.values) > 1:
        found.append(
            EndpointError(
                status=409,
                code="WRONG_STATE",
                when=f"The {noun} cannot go from its present state to the one asked for ({', '.join(status.values)})",
                message=f"The {noun} is in another state by now: read it again",
            )
        )
    if call.method == "PATCH" and any(field.name == "version" for field in entity.fields):
        found.append(
            EndpointError(
                status=409,
                code="CHANGED_MEANWHILE",
                when="`version` is not the current one: somebody else saved first",
                message=f"The {noun} was changed meanwhile: load it again and repeat your change",
            )
        )
    rule = next((statement for statement in call.rules if _ONCE_PER_PERSON.search(statement.text)), None)
    if call.method == "POST" and rule is not None:
        found.append(EndpointError(status=409, code=f"{code}_EXISTS", when=clipped(rule.text, 120), message=f"You have made {an(noun)} here already"))
    scarce = next((statement for statement in call.rules if statement is not rule), None)
    if call.method in ("POST", "PATCH") and scarce is not None:
        found.append(
            EndpointError(
                status=409, code="NOT_AVAILABLE", when=clipped(scarce.text, 120), message=f"Somebody was faster, or the rules do not allow this {noun} now"
            )
        )
    return found


def idempotency(method: str, request: Iterable[Parameter], noun: str, entity: Entity | None) -> str:
    """Return how a repeated write is recognised; empty where repeating does no harm or nothing is written."""
    if method != "POST":
        return ""
    given = next(
        (
            parameter
            for parameter in request
            if parameter.where == "body"
            and parameter.type == "uuid"
            and parameter.required
            and (parameter.note.startswith("unique") or re.search(r"(?:correlation|request|idempotency|external)", parameter.name, re.IGNORECASE))
        ),
        None,
    )
    if given is not None:
        return f"`{given.name}` is unique: a repeat changes nothing and gets the first call's answer"
    if noun.split("_")[-1] in (
        "payment",
        "order",
        "booking",
        "reservation",
        "response",
        "submission",
        "transaction",
        "bid",
        "donation",
        "invoice",
        "refund",
        "purchase",
        "subscription",
        "shipment",
        "loan",
        "vote",
        "application",
        "transfer",
    ):
        return f"Header `Idempotency-Key`: a repeat within 24 hours gets the first call's answer and makes no second {words(noun)}"
    return ""
