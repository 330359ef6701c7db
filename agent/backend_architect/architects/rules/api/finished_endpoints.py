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
from backend_architect.architects.rules.api.look_ups import look_up
from backend_architect.architects.rules.case import Case
from backend_architect.architects.rules.entities.entities import satisfied
from backend_architect.architects.rules.entities.stated_fields import SET_HERE
from backend_architect.architects.rules.language.nouns import EVENTS, canonical
from backend_architect.architects.rules.language.words import plural, words
from backend_architect.architects.rules.reading import text_evidence
from backend_architect.architects.rules.scope.primary import primary_action
from backend_architect.brief import Statement
from backend_architect.design import Endpoint, EndpointError
from backend_architect.expressions import expression

_WORD = expression(r"[a-z0-9]+")
_OVER = expression(r"\b(?P<state>closed|completed|finished|published|archived) (?P<noun>[a-z]+)\b", re.IGNORECASE)
_SHOWN = expression(r"\b(?:display|view|see|show|look at|results?)\b", re.IGNORECASE)
_METHOD_ORDER = ("POST", "GET", "PATCH", "PUT", "DELETE", "WS", "SSE")
_SCARCE = expression(
    (
        r"\b(?:overbook\w*|double[- ]book\w*|overlap\w*|oversell\w*|sold out|stock|capacity|more than once|only once|once per|twice|highest"
        r"|outbid|at most one|fully booked|available(?! (?:to|for|as|in|on|from|at)\b))\b"
    ),
    re.IGNORECASE,
)

_INCOMPLETE = expression(
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
        supporting = not operation.computes and (entity is None or entity.tier != "essential")
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
    if operation.method == "POST" and not doing:
        # What a thing consists of is said where somebody works on it: that person enters it.
        beside = dict.fromkeys(action.actor for action in api.case.actions if action.statement in operation.cites and action.horizon == "now")
        doing = [actors[name] for name in beside if name in actors and actors[name].privileged]
    if operation.method == "GET" and not doing and (staff := _staff_only(api, operation)):
        return "role", staff
    if operation.method == "GET" and (own := _own(operation)) in actors:
        return "role", (own,)
    writes = operation.method in ("PATCH", "DELETE") or (operation.method == "POST" and not any(action.verb == "submit" for action in operation.actions))
    privileged = tuple(actor.name for actor in doing if actor.privileged)
    if traits.auth == "optional" and not writes:
        return "optional", ()
    if any(actor.anonymous for actor in doing) and not (writes and privileged):
        return "none", ()
    if not doing and not writes and any(actor.anonymous for actor in api.case.actors) and not _personal(operation):
        return "none", ()
    known = [actor for actor in api.case.actors if not actor.anonymous]
    allowed = dict.fromkeys((*privileged, *_besides(api, operation, privileged)))
    if privileged and len(known) > 1 and (writes or all(actor.privileged for actor in doing)) and len(allowed) < len(known) and "user" not in allowed:
        return "role", tuple(allowed)
    return "user", ()


def _staff_only(api: Api, operation: Operation) -> tuple[str, ...]:
    """Return the staff who alone enter what is about other people, as an entry on a waiting list is: they alone read it; else empty."""
    entity, user = operation.entity, api.entities.get("user")
    if entity is None or user is None:
        return ()
    taken = ("owner_id", "author_id", "assignee_id", "user_id")
    if not any(column.ref == user.key and column.name not in taken and not column.why.startswith(SET_HERE) for column in entity.fields):
        return ()
    noun = canonical(entity.name)
    makers = dict.fromkeys(a.actor for a in api.case.actions if canonical(a.noun) == noun and a.verb in ("create", "submit") and a.horizon == "now")
    privileged = {actor.name for actor in api.case.actors if actor.privileged}
    return tuple(makers) if makers and set(makers) <= privileged else ()


def _personal(operation: Operation) -> bool:
    """Whether a thing is somebody's own affair: an order, a booking, a request, with the person it belongs to."""
    if operation.entity is None or not any(column.name == "owner_id" or column.why.startswith(SET_HERE[1]) for column in operation.entity.fields):
        return False
    last = canonical(operation.entity.name).split("_")[-1]
    return last == "request" or last in EVENTS


def _own(operation: Operation) -> str:
    """Return the person who alone reads a thing besides the system: whose deed it is, where it is kept from all others; else empty."""
    columns = operation.entity.fields if operation.entity else ()
    if not any("only its maker and the system read it" in column.why for column in columns):
        return ""
    return next((column.name.removesuffix("_id") for column in columns if column.why.startswith(SET_HERE)), "")


def _besides(api: Api, operation: Operation, privileged: tuple[str, ...]) -> list[str]:
    """Return who else may: those whose deed it is, and those to whom a statement of their own gives it."""
    names = {actor.name for actor in api.case.actors if not actor.anonymous}
    agents = [column.name.removesuffix("_id") for column in (operation.entity.fields if operation.entity else ()) if column.why.startswith(SET_HERE[1])]
    found = agents if operation.method == "POST" else []
    for action in operation.actions:
        together = {other.actor for other in operation.actions if other.statement == action.statement}
        if action.actor and not together & set(privileged):
            found.append(action.actor)
    return [name for name in dict.fromkeys(found) if name in names]


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
        and (auth == "user" or (auth == "role" and any(not actor.privileged and actor.name in roles for actor in case.actors)))
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
    early = _too_early(case, operation, noun)
    cites = {number for number in operation.cites if 1 <= number <= len(case.brief.statements)}
    return Endpoint(
        key=key,
        method=operation.method,
        path=operation.path,
        purpose=f"{operation.purpose}; only the caller's own" if operation.method == "GET" and _own(operation) else operation.purpose,
        primary=leads,
        auth=auth,
        roles=roles,
        request=request,
        status=operation.status,
        entity=entity.key if entity is not None and operation.returns else None,
        many=operation.many,
        response=operation.response,
        errors=(*refusals(call), *early) if operation.method not in ("WS", "SSE") else (),
        pagination="cursor" if operation.paginated else "none",
        idempotency=operation.repeat
        or (idempotency(operation.method, request, noun, entity) if operation.status in (201, 202) and not operation.signs_in else ""),
        side_effects=_side_effects(case, operation, noun),
        p95_ms=None if operation.method in ("WS", "SSE") else case.traits.latency_ms,
        component=component,
        satisfies=satisfied(case, cites),
        cites=tuple(sorted(cites)),
    )


def _too_early(case: Case, operation: Operation, noun: str) -> tuple[EndpointError, ...]:
    """Return the refusal of results that are shown of closed things alone ("select the survey to display from the closed surveys")."""
    status = next((column for column in (operation.entity.fields if operation.entity else ()) if column.name == "status"), None)
    if operation.method != "GET" or operation.returns or status is None or "{" not in operation.path:
        return ()
    for statement in text_evidence.mentions(case, noun):
        over = next((found["state"].lower() for found in _OVER.finditer(statement.text) if canonical(found["noun"].lower()) == noun), "")
        if over in status.values and _SHOWN.search(statement.text):
            operation.cites.add(statement.number)
            error = EndpointError(
                status=409,
                code=f"{noun.upper()}_NOT_{over.upper()}",
                when=f"The {words(noun)} is not {over} yet: only the {words(plural(noun))} that are {over} show this",
                message=f"This is shown once the {words(noun)} is {over}",
            )
            return (error,)
    return ()


def _all_or_nothing(case: Case, operation: Operation) -> Statement | None:
    """Return the statement that refuses a submission with parts left out."""
    if operation.method != "POST" or not any("[]." in name for name in operation.request):
        return None
    submits = any(action.verb == "submit" for action in operation.actions)
    return next((s for s in text_evidence.demands(case) if _INCOMPLETE.search(s.text)), None) if submits else None


def _side_effects(case: Case, operation: Operation, noun: str) -> tuple[str, ...]:
    """Return what happens besides: notices that the same statement asks for, events to open streams."""
    found: list[str] = []
    sought = look_up(case)
    if sought is not None and sought.by_person and operation.path == sought.path:
        found.append("Writes who searches by what, and when, to `audit_events` before a system is asked")
    if operation.method in ("POST", "PATCH", "DELETE") and noun and not operation.signs_in:
        for action in case.actions:
            near = action.statement in operation.cites or canonical(action.noun) == noun or (action.of and canonical(action.of) == noun)
            if action.system and action.horizon == "now" and action.verb in ("notify", "send") and near:
                found.append(f"{action.word} {action.phrase}".strip().capitalize() + f" (S{action.statement}), after the answer")
        if case.traits.realtime in ("sse", "websocket") and operation.entity is not None and operation.entity.tier == "essential":
            found.append("Tells open clients through the event stream")
    return tuple(dict.fromkeys(found))[:4]
