"""Operations that no action names but that the named ones need: lists, sign-in, the event stream."""

from __future__ import annotations

from backend_architect.architects.rules.api.endpoint_drafts import (
    HIDDEN,
    PASSWORD,
    PREFIX,
    Api,
    Operation,
    body_of,
    identifier,
    parameter_of,
    parts_of,
    under,
)
from backend_architect.architects.rules.case import Action
from backend_architect.architects.rules.entities.named_people import heads, predefined
from backend_architect.architects.rules.entities.stated_fields import DECIDED
from backend_architect.architects.rules.language.nouns import canonical
from backend_architect.architects.rules.language.words import an, camel, kebab, plural, snake, words
from backend_architect.architects.rules.reading.systems import PAYERS
from backend_architect.design import Parameter


def add_reports(api: Api) -> None:
    """Add the call by which a payment provider reports what became of a payment."""
    payment = api.entities.get("payment")
    payer = next((system for system in api.case.systems if system.name in PAYERS), None)
    if payment is None or payer is None:
        return
    body = {
        "id": Parameter(name="id", minimum=1, maximum=255, note=f"{payer.name}'s own number of the report: one that comes again changes nothing"),
        "type": Parameter(name="type", minimum=1, maximum=100, note="What became of the payment"),
        "signature": Parameter(name=f"{payer.name}-Signature", where="header", note=f"Checked with the secret that {payer.name} gave; without it 401"),
    }
    api.put(
        Operation(
            "POST", f"{PREFIX}/webhooks/{kebab(payer.name.lower())}", f"Take in what {payer.name} reports about a payment",
            entity=payment, returns=False, status=204, request=body, auth="none",
        ),
        cites=payer.cites[:2],
    )  # fmt: skip


def add_list(api: Api, noun: str, action: Action | None, *, search: bool = False, across: bool = False, cites: tuple[int, ...] = ()) -> None:
    """Add the list of a thing, or what is new about it; `across` lists them whatever they belong to."""
    entity = api.entities[noun]
    parent = None if across else api.parent(noun)
    request = under(parent)
    if search:
        request["q"] = Parameter(name="q", where="query", required=False, minimum=1, maximum=200, note="Words to look for")
    for column in entity.fields:
        if column.name in ("status", "grade", "category", "type", "role") or (column.type == "boolean" and column.name.startswith("is_")):
            request[camel(column.name)] = Parameter(
                name=camel(column.name),
                where="query",
                type=column.type,
                values=column.values,
                required=False,
                note="" if column.type == "boolean" else f"Only {words(plural(noun))} with this {words(column.name)}",
            )
        elif column.name == "assignee_id":
            request["assigneeId"] = Parameter(
                name="assigneeId", where="query", type="uuid", required=False, note=f"Only {words(plural(noun))} given to this person"
            )
    grows = api.case.traits.size != "tiny" or noun in ("message", "comment", "event", "notification")
    if grows:
        request["cursor"] = Parameter(name="cursor", where="query", required=False, note="`nextCursor` of the page before")
        request["limit"] = Parameter(name="limit", where="query", type="integer", required=False, minimum=1, maximum=100, note="Rows a page, 20 if not given")
    order = (
        "in their order" if any(column.name == "position" for column in entity.fields) else "oldest first" if noun in ("message", "comment") else "newest first"
    )
    known = api.put(
        Operation(
            "GET",
            f"{PREFIX}/{kebab(entity.name)}" if across else api.collection(noun),
            f"List {words(plural(noun))}{f' of {an(words(canonical(parent.name)))}' if parent else ''}, {order}",
            entity=entity,
            parent=parent,
            many=True,
            request=request,
            paginated=grows,
        ),
        action,
        cites,
    )
    if search:
        known.purpose = f"Search {words(plural(noun))}, best match first; without `q` all, newest first"


def add_reads(api: Api) -> None:
    """Let people see what they have made: a list where things are made or changed and nothing reads them."""
    for noun, entity in api.entities.items():
        if entity.tier != "essential" or noun in api.embedded:
            continue
        mine = [operation for operation in api.found.values() if operation.entity is entity]
        if not mine:
            continue
        decided = next((column for column in entity.fields if column.name == "status" and column.values == DECIDED), None)
        if decided is not None and not any(operation.method == "PATCH" for operation in mine):
            # Who is asked says yes or no.
            answer = parameter_of(decided).model_copy(update={"values": DECIDED[1:]})
            api.put(
                Operation("PATCH", api.item(noun), f"Accept or decline one {words(noun)}", entity=entity, request={**identifier(entity), "status": answer}),
                cites=entity.cites[-1:],
            )
        made = any(operation.method == "POST" and operation.returns for operation in mine)
        touched = any(operation.method in ("PATCH", "DELETE") for operation in mine)
        if touched and not made and "create" not in {action.verb for operation in mine for action in operation.actions}:
            # What people assign, move or remove has to come from somewhere.
            parent = api.parent(noun)
            cites = tuple(sorted({number for operation in mine for number in operation.cites})[:1])
            api.put(
                Operation(
                    "POST",
                    api.collection(noun),
                    f"Create one {words(noun)}",
                    entity=entity,
                    parent=parent,
                    status=201,
                    request={**under(parent), **body_of(api, noun)},
                ),
                cites=cites,
            )
        if any(operation.method == "GET" and operation.returns for operation in mine) or (
            noun == "response" or any(o.purpose.startswith("Take in") for o in mine)
        ):
            continue
        cites = tuple(sorted({number for operation in mine for number in operation.cites})[:2])
        add_list(api, noun, None, cites=cites)
    for noun, whole in api.embedded.items():
        parts, owner = api.entities[noun], api.entities.get(whole)
        if owner is None or whole in api.embedded or noun == "answer":
            continue
        # A whole with parts is read one at a time, parts included.
        response = tuple(parameter_of(column) for column in owner.fields if column.name not in HIDDEN) + parts_of(api, whole, output=True)
        cites = tuple(sorted({*parts.cites[:2]}))
        api.put(
            Operation(
                "GET",
                api.item(whole),
                f"Read one {words(whole)} with its {words(parts.name)}",
                entity=owner,
                request=identifier(owner),
                response=response,
            ),
            cites=cites,
        )


def add_people(api: Api) -> None:
    """Add the list to choose a person from, where people are there from the start and nobody signs in."""
    user = api.entities.get("user")
    if user is None or api.case.traits.auth != "none" or any(operation.entity is user for operation in api.found.values()):
        return
    said, counted = predefined(api.case), heads(api.case)
    if said is None:
        return
    cites = tuple(dict.fromkeys((said.number, *((counted.statement,) if counted else ()))))
    api.put(Operation("GET", f"{PREFIX}/users", "List the users, to choose who is working", entity=user, many=True), cites=cites)


def add_sign_in(api: Api) -> None:
    """Add registration, sign-in and sign-out where people have passwords here."""
    user = api.entities.get("user")
    traits = api.case.traits
    if user is None or not any(column.name == "password_hash" for column in user.fields):
        return
    name = next((column for column in user.fields if column.name in ("email", "username")), None)
    if name is None:
        return
    body = {camel(name.name): parameter_of(name), "password": Parameter(name="password", minimum=PASSWORD[0], maximum=PASSWORD[1])}
    now = [action for action in api.case.actions if action.horizon == "now"]
    login = [action for action in now if action.verb == "login"]
    register = [
        action for action in now if action.verb == "register" or (action.verb == "create" and canonical(action.noun) == "user" and action.noun != "user")
    ]
    basis = traits.auth_basis.cites
    if register:
        registered = {snake(member) for action in register for member in action.members}
        fields = {
            camel(column.name): parameter_of(column)
            for column in user.fields
            if (column.required or snake(column.name) in registered)
            and not column.primary
            and column.name not in ("password_hash", "created_at", "updated_at", "role", "status")
        }
        made = api.put(
            Operation("POST", f"{PREFIX}/users", "Register", entity=user, status=201, request={**fields, "password": body["password"]}, auth="none"),
            cites=tuple(action.statement for action in register),
        )
        made.actions.extend(register)
    token = traits.auth in ("token", "optional")
    response = (
        (Parameter(name="token", note="Send it as `Authorization: Bearer`"), Parameter(name="expiresAt", type="timestamp"))
        if token
        else (Parameter(name="expiresAt", type="timestamp", note="The session itself is an HttpOnly cookie"),)
    )
    api.put(
        Operation("POST", f"{PREFIX}/sessions", "Sign in", entity=user, returns=False, status=201, request=body, response=response, auth="none", signs_in=True),
        cites=tuple(action.statement for action in login) or basis,
    )
    logout = [action for action in now if action.verb == "logout"]
    if logout or not token:
        api.put(
            Operation("DELETE", f"{PREFIX}/sessions/current", "Sign out", returns=False, status=204, auth="user"),
            cites=tuple(action.statement for action in (*logout, *login)) or basis,
        )


def add_stream(api: Api) -> None:
    """Add the stream that open clients listen to, if there is one now."""
    realtime = api.case.traits.realtime
    if realtime not in ("sse", "websocket") or not api.found:
        return
    changing = {operation.entity.key for operation in api.found.values() if operation.method == "PATCH" and operation.entity is not None}
    essential = [noun for noun, entity in api.entities.items() if entity.tier == "essential" and noun not in api.embedded]
    subject = next(
        (noun for noun in ("message", *essential) if noun in essential and (noun in ("message", "bid") or api.entities[noun].key in changing)), ""
    ) or next(iter(essential), "")
    if not subject:
        return
    api.put(
        Operation(
            "WS" if realtime == "websocket" else "SSE",
            f"{PREFIX}/events",
            f"Changes of {words(plural(subject))} as they happen; after a break the client reads the list again",
            entity=api.entities[subject],
            returns=False,
            status=101 if realtime == "websocket" else 200,
            response=(
                Parameter(name="type", note="What happened: `created`, `updated`, `deleted`"),
                Parameter(name="id", type="uuid", note=f"Which {words(subject)}"),
                Parameter(name="data", type="json", note="Its public fields"),
            ),
        ),
        cites=api.case.traits.realtime_basis.cites,
    )
