"""Endpoints that the brief spells out, taken over as they stand and completed with refusals."""

from __future__ import annotations

import re
from typing import Literal

from backend_architect.architects.rules.api.endpoint_drafts import HIDDEN, PASSWORD, parameter_of
from backend_architect.architects.rules.api.endpoint_refusals import Call, idempotency, refusals
from backend_architect.architects.rules.case import Case, SpelledEndpoint
from backend_architect.architects.rules.entities.contract_entities import Target, target
from backend_architect.architects.rules.language.field_types import infer
from backend_architect.architects.rules.language.nouns import canonical
from backend_architect.architects.rules.language.wording import clipped
from backend_architect.architects.rules.language.words import singular, snake, words
from backend_architect.architects.rules.reading import text_evidence
from backend_architect.design import Endpoint, Entity, Keys, Parameter
from backend_architect.expressions import expression

_LOGIN = frozenset({"login", "signin", "sign-in", "session", "sessions", "auth", "authenticate", "token", "oauth"})
_REGISTER = frozenset({"register", "registration", "signup", "sign-up"})
_MAIN = expression(r"\b(?:principal|main|primary|core|central|wichtigste|haupt\w*)\b|主要", re.IGNORECASE)
_CHOICE = expression(
    r"\boptional(?:ly)?\b|\bby default\b|\bdefaults? (?:to|is|setting)|\bdefault:|\bmay (?:choose|be left out)|\bpor padrão\b|\bpor defecto\b|\bstandardmäßig\b"
    r"|\bopcional(?:mente)?\b|默认|可以选择|可选",
    re.IGNORECASE,
)
_ENDS = expression(r"expir|过期|到期|ablauf|abläuft", re.IGNORECASE)
_WORDS = {"GET": "Read", "HEAD": "Check", "POST": "Create", "PUT": "Replace", "PATCH": "Change", "DELETE": "Delete"}


def built(case: Case) -> tuple[SpelledEndpoint, ...]:
    """Return our spelled endpoints that are to be built now: not out of scope, not put off."""
    return tuple(endpoint for endpoint in case.contracts.ours if not all(_dropped(case, number) for number in endpoint.cites))


def _dropped(case: Case, number: int) -> bool:
    reading = case.readings[number - 1]
    return reading.label == "excluded" or reading.horizon == "later"


def endpoint(case: Case, spelled: SpelledEndpoint, entities: tuple[Entity, ...], *, key: str, component: str, satisfies: Keys) -> Endpoint:
    """Return a spelled endpoint as the design's: method, path, members and auth as the brief says."""
    at = target(spelled.path)
    by_noun = {canonical(entity.name): entity for entity in entities if entity.tier != "future"}
    entity = _returned(spelled, at, by_noun)
    request = tuple(_by_choice(case, _bounded(parameter, by_noun.get(at.noun))) for parameter in spelled.request)
    noun = at.noun
    signs_in = at.operation in _LOGIN and spelled.method == "POST"
    auth = _auth(case, spelled, at)
    handed_on = (
        spelled.method == "POST"
        and entity is not None
        and any(field.name == "status" and field.values == ("pending", "processed", "failed") for field in entity.fields)
    )
    status = spelled.status or _status(spelled, at, signs_in=signs_in, handed_on=handed_on)
    owned = (
        spelled.method in ("PUT", "PATCH", "DELETE")
        and auth in ("user", "role")
        and noun in by_noun
        and not at.operation
        and any(field.name in ("author_id", "owner_id") for field in by_noun[noun].fields)
    )
    nested = len(at.nouns) > 1 and not at.operation and bool(at.keys) and at.keys[-1][0] != noun
    call = Call(
        method=spelled.method,
        noun=noun,
        request=request,
        entity=by_noun.get(noun),
        parent=by_noun.get(at.nouns[-2]) if nested else None,
        owned=owned,
        signs_in=signs_in,
        limit=spelled.limit,
    )
    plain = spelled.method == "DELETE" or handed_on or status == 204
    return Endpoint(
        key=key,
        method=spelled.method,
        path=spelled.path,
        purpose=clipped(spelled.title, 200) or f"{_WORDS[spelled.method]} {words(noun) or 'it'}",
        origin="brief",
        auth=auth,
        request=request,
        status=status,
        entity=entity.key if entity and not (plain and not spelled.returns and not spelled.response) else None,
        many=spelled.many or _lists(spelled, at),
        response=spelled.response or _granted(case, spelled, at, entity, signs_in=signs_in, auth=auth),
        errors=refusals(call),
        pagination=spelled.paginated,
        idempotency=idempotency(spelled.method, request, noun, by_noun.get(noun)) or _pair(spelled, at),
        side_effects=_side_effects(case, spelled, at, handed_on=handed_on),
        p95_ms=case.traits.latency_ms,
        component=component,
        satisfies=satisfies,
        cites=tuple(sorted(spelled.cites)),
    )


def _granted(case: Case, spelled: SpelledEndpoint, at: Target, entity: Entity | None, *, signs_in: bool, auth: str) -> tuple[Parameter, ...]:
    """Return what somebody who signs in or registers gets: what is known of them and the token to send from then on."""
    login = next((one for one in case.contracts.ours if one.method == "POST" and target(one.path).operation in _LOGIN), None)
    makes = spelled.method == "POST" and at.noun == "user" and not at.keys and (not at.operation or at.operation in _REGISTER)
    # Who registers is signed in where the brief gives the same answer to both.
    registers = makes and login is not None and bool(spelled.returns) and spelled.returns == login.returns
    if case.traits.auth != "token" or auth != "none" or not (signs_in or registers):
        return ()
    known = () if entity is None else tuple(parameter_of(column) for column in entity.fields if column.name not in HIDDEN)
    if any(parameter.name == "token" for parameter in known):
        return ()
    return (*known, Parameter(name="token", note="Sent with each later call that needs sign-in"))


def main(case: Case, spelled: tuple[SpelledEndpoint, ...], acted: int | None) -> int:
    """Return the place of the endpoint that closes the user loop; `acted` is the statement of the loop's action."""
    if acted is not None:
        found = next((at for at, one in enumerate(spelled) if acted in one.cites), None)
        if found is not None:
            return found
    said = next(
        (
            at
            for at, one in enumerate(spelled)
            if any(_MAIN.search(case.statement(number).text) and len(one.cites) > 1 for number in one.cites) and one.method == "POST"
        ),
        None,
    )
    if said is not None:
        return said

    def rank(at: int) -> tuple[bool, bool, bool, int]:
        one = spelled[at]
        to = target(one.path)
        return (one.method != "POST", bool(to.operation) or to.noun in ("user", "session", ""), not any(p.where == "body" for p in one.request), at)

    return min(range(len(spelled)), key=rank)


def _lists(spelled: SpelledEndpoint, at: Target) -> bool:
    """Whether a GET of a collection returns many, although the brief does not say so."""
    last = spelled.path.rsplit("/", 1)[-1]
    return (
        spelled.method == "GET"
        and bool(at.noun)
        and not at.operation
        and not at.aggregate
        and not last.startswith("{")
        and last != singular(snake(last))
        and not spelled.response
    )


def _auth(case: Case, spelled: SpelledEndpoint, at: Target) -> Literal["none", "optional", "user", "role", "service"]:
    match spelled.auth:
        case "none":
            return "none"
        case "optional":
            return "optional"
        case "required":
            return "service" if case.traits.auth == "api-key" else "user"
    if at.operation in _LOGIN | _REGISTER or (at.noun == "user" and spelled.method == "POST" and not at.keys):
        return "none"
    match case.traits.auth:
        case "none":
            return "none"
        case "api-key":
            return "service"
        case "optional":
            return "optional" if spelled.method in ("GET", "HEAD") else "user"
        case _:
            return "user"


def _returned(spelled: SpelledEndpoint, at: Target, by_noun: dict[str, Entity]) -> Entity | None:
    if spelled.returns:
        names = [canonical(snake(word)) for word in re.findall(r"[A-Za-z]+", spelled.returns)]
        found = next((by_noun[name] for name in reversed(names) if name in by_noun), None)
        if found is not None:
            return found
    return None if at.aggregate or (at.operation and not spelled.returns) else by_noun.get(at.noun)


def _bounded(parameter: Parameter, entity: Entity | None) -> Parameter:
    """Return the parameter with the bounds that the entity's column or its name gives."""
    name = snake(parameter.name.split(".")[-1].removesuffix("[]"))
    if parameter.where == "path":
        key = next((field for field in entity.fields if field.primary), None) if entity else None
        return (
            parameter.model_copy(update={"type": "uuid"}) if name == "id" and key is not None and key.type == "uuid" and parameter.type == "text" else parameter
        )
    if parameter.minimum is not None or parameter.maximum is not None:
        return parameter
    if parameter.where == "query" and name in ("limit", "per_page", "page_size"):
        return parameter.model_copy(update={"type": "integer", "minimum": 1.0, "maximum": 100.0})
    field = next((field for field in entity.fields if field.name == name), None) if entity and parameter.where == "body" else None
    if name in ("password", "passphrase"):
        return parameter.model_copy(update={"minimum": PASSWORD[0], "maximum": PASSWORD[1]})
    if field is not None and field.type == parameter.type:
        return parameter.model_copy(update={"minimum": field.minimum, "maximum": field.maximum})
    guess = infer(name)
    if guess.type == parameter.type and parameter.where in ("body", "query"):
        return parameter.model_copy(update={"minimum": guess.minimum, "maximum": guess.maximum})
    return parameter


def _by_choice(case: Case, parameter: Parameter) -> Parameter:
    """Return the parameter as one that may be left out, where the brief gives it a default or leaves it to the caller."""
    stem = snake(parameter.name.split(".")[-1].removesuffix("[]")).split("_")[0][:6]
    if parameter.where != "body" or not parameter.required or len(stem) < 4:
        return parameter
    topic = _ENDS if stem.startswith("expir") else re.compile(rf"\b{re.escape(stem)}", re.IGNORECASE)
    left = any(_CHOICE.search(s.text) and topic.search(s.text) and s.kind != "code" for s in text_evidence.demands(case))
    return parameter.model_copy(update={"required": False}) if left else parameter


def _status(spelled: SpelledEndpoint, at: Target, *, signs_in: bool, handed_on: bool) -> int:
    match spelled.method:
        case "POST" if handed_on:
            return 202
        case "POST" if signs_in or (at.operation and at.operation not in _REGISTER) or (at.nouns and spelled.path.endswith("}")):
            return 200
        case "POST":
            return 201
        case "DELETE" if not spelled.returns and not spelled.response:
            return 204
        case _:
            return 200


def _pair(spelled: SpelledEndpoint, at: Target) -> str:
    if spelled.method == "POST" and at.operation in ("follow", "favorite", "favourite", "like", "star", "bookmark", "subscribe", "join", "watch"):
        return "The pair is the key: doing it twice changes nothing"
    return ""


def _side_effects(case: Case, spelled: SpelledEndpoint, at: Target, *, handed_on: bool) -> tuple[str, ...]:
    found: list[str] = []
    if handed_on:
        partner = next((one for one in case.contracts.endpoints if one.owner and one.method == "POST" and target(one.path).noun == at.noun), None)
        if partner is not None:
            found.append(f"Hands the {words(at.noun)} to the {partner.owner} ({partner.method} {partner.path}) and records the outcome")
    found.extend(
        f"{action.word} {action.phrase}".strip().capitalize()
        for action in case.actions
        if action.system and action.horizon == "now" and action.verb in ("notify", "send") and action.statement in spelled.cites
    )
    return tuple(dict.fromkeys(found))
