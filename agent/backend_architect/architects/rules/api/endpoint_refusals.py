"""What is particular in how an endpoint says no: owners, states, conflicts, limits; and how repeats are recognised."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from backend_architect.architects.rules.language.wording import clipped
from backend_architect.architects.rules.language.words import an, camel, words
from backend_architect.brief import Statement
from backend_architect.design import EndpointError, Entity, Parameter
from backend_architect.expressions import expression

_ONCE_PER_PERSON = expression(r"\b(?:more than once|only once|once per|twice)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Call:
    """What the particular refusals of an endpoint depend on."""

    method: str
    noun: str
    """Singular snake_case; empty if it is about no entity."""
    request: tuple[Parameter, ...]
    entity: Entity | None = None
    parent: Entity | None = None
    """What the thing is created under."""
    owned: bool = False
    """Whether only the owner may do it."""
    signs_in: bool = False
    limit: str = ""
    rules: tuple[Statement, ...] = ()
    """Statements that forbid something here."""
    whole: Statement | None = None
    """The statement that refuses what is not complete."""


def refusals(call: Call) -> tuple[EndpointError, ...]:
    """Return the ways only this endpoint refuses; the usual ones follow from the endpoint by rule."""
    found: list[EndpointError] = []
    noun = words(call.noun) or "resource"
    code = (call.noun or "resource").upper()
    if call.signs_in:
        found.append(
            EndpointError(
                status=401, code="WRONG_CREDENTIALS", when="Name or password is wrong; the answer does not say which", message="Name or password is wrong"
            )
        )
        if not call.limit:
            found.append(EndpointError(status=429, code="TOO_MANY_TRIES", when="Too many tries from one address", message="Wait as long as `Retry-After` says"))
    if call.owned:
        found.append(EndpointError(status=403, code="NOT_OWNER", when=f"The {noun} is somebody else's", message=f"Only its owner may change this {noun}"))
    if call.parent is not None:
        parent = _noun(call.parent)
        state = next((field for field in call.parent.fields if field.name == "status" and "open" in field.values), None)
        if state is not None and call.method == "POST":
            found.append(
                EndpointError(
                    status=409,
                    code=f"{parent.upper()}_NOT_OPEN",
                    when=f"The {words(parent)} is not open",
                    message=f"This {words(parent)} takes no {words(call.noun)}s now",
                )
            )
    elif (missing := _missing(call, noun)) is not None:
        found.append(EndpointError(status=404, code=f"{code}_NOT_FOUND", when=missing, message=f"There is no such {noun}"))
    found.extend(_conflicts(call, noun, code))
    if call.whole is not None:
        found.append(
            EndpointError(
                status=422, code=f"{code}_INCOMPLETE", when=clipped(call.whole.text, 120), message=f"Complete the {noun}: `errors` names what is missing"
            )
        )
    if call.limit:
        found.append(EndpointError(status=429, code="RATE_LIMITED", when=f"More calls than stated: {call.limit}", message="Wait as long as `Retry-After` says"))
    return tuple({error.code: error for error in reversed(found)}.values())[::-1]


def _missing(call: Call, noun: str) -> str | None:
    """Return when the thing is not found, where that is more than an unknown identifier in the path."""
    in_path = any(parameter.where == "path" for parameter in call.request)
    query = [parameter for parameter in call.request if parameter.where == "query"]
    if in_path and _expires(call.entity):
        return f"No {noun} has this identifier, or its time is over"
    if not in_path and call.method == "GET" and query and all(parameter.required for parameter in query) and call.entity is not None and call.noun:
        return f"No {noun} fits the query"
    return None


def _noun(entity: Entity) -> str:
    from backend_architect.architects.rules.language.nouns import canonical

    return canonical(entity.name)


def _expires(entity: Entity | None) -> bool:
    return entity is not None and any(re.search(r"expir", field.name) for field in entity.fields)


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
                when=f"The {noun}'s state does not allow this step ({', '.join(status.values)})",
                message=f"The {noun} is in another state by now: read it again",
            )
        )
    if call.method == "PATCH" and any(field.name == "version" for field in entity.fields):
        found.append(
            EndpointError(
                status=409,
                code="CHANGED_MEANWHILE",
                when="`version` is not the current one",
                message=f"The {noun} was changed meanwhile: load it again",
            )
        )
    taken = next(
        (index for index in entity.indexes if index.unique and index.fields[-1] in ("held_from", "start", "starts_at", "start_time", "starts", "begins")), None
    )
    if taken is not None and call.method == "POST" and len(taken.fields) > 1:
        found.append(
            EndpointError(
                status=409,
                code=f"{code}_TAKEN",
                when=f"Another {noun} holds the same {words(taken.fields[0].removesuffix('_id'))} at that time",
                message="This time has just been taken: choose another",
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
