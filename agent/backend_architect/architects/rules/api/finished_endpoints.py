"""Derived operations completed: order, which closes the loop, who may call, refusals."""

from __future__ import annotations

import re
from collections.abc import Callable

from backend_architect.architects.rules.api.endpoint_drafts import (
    Api,
    Auth,
    Operation,
)
from backend_architect.architects.rules.api.endpoint_refusals import Call, idempotency, refusals
from backend_architect.architects.rules.case import Case
from backend_architect.architects.rules.entities.entities import satisfied
from backend_architect.architects.rules.language.nouns import canonical
from backend_architect.architects.rules.reading import text_evidence
from backend_architect.architects.rules.scope.primary import primary_action
from backend_architect.brief import Statement
from backend_architect.design import Endpoint

_WORD = re.compile(r"[a-z0-9]+")
_METHOD_ORDER = ("POST", "GET", "PATCH", "PUT", "DELETE", "WS", "SSE")
_SCARCE = re.compile(
    (
        r"\b(?:overbook\w*|double[- ]book\w*|overlap\w*|oversell\w*|sold out|stock|capacity|more than once|only once|once per|twice|highest"
        r"|outbid|at most one|fully booked|available(?! (?:to|for|as|in|on|from|at)\b))\b"
    ),
    re.IGNORECASE,
)

_INCOMPLETE = re.compile(
    r"\bnot (?:all|every)\b.{0,60}\b(?:answered|responded|filled|completed|given|chosen|selected)\b|\b(?:all|every) \w+ (?:must|have to|has to|needs? to) be"
    r" (?:answered|filled|completed)\b|\bincomplete\b.{0,40}\b(?:refused|rejected|error)\b|\b(?:unanswered|missing answers?)\b",
    re.IGNORECASE,
)


def endpoint_key(method: str, path: str, taken: set[str]) -> str:
    """Return an endpoint's key, `api-get-surveys-id`, different from those taken."""
    key = "-".join(["api", method.lower(), *_WORD.findall(path.lower())])[:70].rstrip("-")
    number = 2
    unique = key
    while unique in taken:
        unique, number = f"{key}-{number}", number + 1
    return unique


Place = tuple[bool, bool, int, int, int, str]


def place(api: Api) -> Callable[[Operation], Place]:
    """Return the order of operations: what is essential first, collection by collection, streams last."""
    order = {entity.key: at for at, entity in enumerate(api.entities.values())}

    def at(operation: Operation) -> Place:
        entity = operation.entity
        supporting = entity is None or entity.tier != "essential"
        return (
            operation.method in ("WS", "SSE"),
            supporting or operation.signs_in,
            order.get(entity.key, 99) if entity else 99,
            int(operation.path.endswith("}")),
            _METHOD_ORDER.index(operation.method),
            operation.path,
        )

    return at


def primary(case: Case, operations: list[Operation]) -> Operation | None:
    """Return the operation that closes the user loop."""
    if not operations:
        return None
    action = primary_action(case)
    if action is not None:
        same = [
            operation
            for operation in operations
            if any(done is action or (done.statement == action.statement and done.verb == action.verb) for done in operation.actions)
        ]
        if same:
            return same[0]
        near = [operation for operation in operations if action.statement in operation.cites]
        if near:
            return near[0]
    plain = [operation for operation in operations if not operation.signs_in and operation.method not in ("WS", "SSE")]
    makes = [operation for operation in plain if operation.method == "POST" and operation.entity is not None and operation.entity.tier == "essential"]
    return (makes or plain or operations)[0]


def _auth(api: Api, operation: Operation) -> tuple[Auth, tuple[str, ...]]:
    if operation.auth is not None:
        return operation.auth, ()
    traits = api.case.traits
    if traits.auth == "none":
        return "none", ()
    if traits.auth == "api-key":
        return "service", ()
    actors = {actor.name: actor for actor in api.case.actors}
    doing = [actors[name] for name in dict.fromkeys(action.actor for action in operation.actions) if name in actors]
    writes = operation.method in ("PATCH", "DELETE") or (operation.method == "POST" and not any(action.verb == "submit" for action in operation.actions))
    privileged = tuple(actor.name for actor in doing if actor.privileged)
    if traits.auth == "optional" and not writes:
        return "optional", ()
    if any(actor.anonymous for actor in doing) and not (writes and privileged):
        return "none", ()
    if not doing and not writes and any(actor.anonymous for actor in api.case.actors):
        return "none", ()
    known = [actor for actor in api.case.actors if not actor.anonymous]
    if privileged and len(known) > 1 and (writes or all(actor.privileged for actor in doing)) and len(privileged) < len(known):
        return "role", privileged
    return "user", ()


def finished(api: Api, operation: Operation, *, key: str, component: str, leads: bool) -> Endpoint:
    """Return the operation as an endpoint of the design; `leads` if it closes the loop."""
    case = api.case
    auth, roles = _auth(api, operation)
    entity = operation.entity
    noun = canonical(entity.name) if entity else ""
    request = tuple(operation.request.values())
    about = text_evidence.mentions(case, noun) if noun else ()
    owned = (
        operation.method in ("PATCH", "DELETE")
        and auth == "user"
        and entity is not None
        and any(column.name in ("owner_id", "author_id") for column in entity.fields)
    )
    call = Call(
        method=operation.method,
        noun=noun,
        request=request,
        entity=entity,
        parent=operation.parent,
        owned=owned,
        signs_in=operation.signs_in,
        whole=_all_or_nothing(case, operation),
        rules=tuple(s for s in about if s.number in operation.cites and _SCARCE.search(s.text)) if operation.method in ("POST", "PATCH") else (),
    )
    cites = {number for number in operation.cites if 1 <= number <= len(case.brief.statements)}
    return Endpoint(
        key=key,
        method=operation.method,
        path=operation.path,
        purpose=operation.purpose,
        primary=leads,
        auth=auth,
        roles=roles,
        request=request,
        status=operation.status,
        entity=entity.key if entity is not None and operation.returns else None,
        many=operation.many,
        response=operation.response,
        errors=refusals(call) if operation.method not in ("WS", "SSE") else (),
        pagination="cursor" if operation.paginated else "none",
        idempotency=operation.repeat
        or (idempotency(operation.method, request, noun, entity) if operation.status in (201, 202) and not operation.signs_in else ""),
        side_effects=_side_effects(case, operation, noun),
        p95_ms=None if operation.method in ("WS", "SSE") else case.traits.latency_ms,
        component=component,
        satisfies=satisfied(case, cites),
        cites=tuple(sorted(cites)),
    )


def _all_or_nothing(case: Case, operation: Operation) -> Statement | None:
    """Return the statement that refuses a submission with parts left out."""
    if operation.method != "POST" or not any("[]." in name for name in operation.request):
        return None
    submits = any(action.verb == "submit" for action in operation.actions)
    return next((s for s in text_evidence.demands(case) if _INCOMPLETE.search(s.text)), None) if submits else None


def _side_effects(case: Case, operation: Operation, noun: str) -> tuple[str, ...]:
    """Return what happens besides: notices that the same statement asks for, events to open streams."""
    found: list[str] = []
    if operation.method in ("POST", "PATCH", "DELETE") and noun and not operation.signs_in:
        for action in case.actions:
            near = action.statement in operation.cites or canonical(action.noun) == noun or (action.of and canonical(action.of) == noun)
            if action.system and action.horizon == "now" and action.verb in ("notify", "send") and near:
                found.append(f"{action.word} {action.phrase}".strip().capitalize() + f" (S{action.statement}), after the answer")
        if case.traits.realtime in ("sse", "websocket") and operation.entity is not None and operation.entity.tier == "essential":
            found.append("Tells open clients through the event stream")
    return tuple(dict.fromkeys(found))[:4]
