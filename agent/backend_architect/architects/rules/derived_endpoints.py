"""Endpoints derived from what the brief says people and systems do to the entities."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from backend_architect.architects.rules import text_evidence
from backend_architect.architects.rules.accounts import membership
from backend_architect.architects.rules.case import Action, Case
from backend_architect.architects.rules.endpoint_refusals import Call, idempotency, refusals
from backend_architect.architects.rules.entities import satisfied
from backend_architect.architects.rules.nouns import FILES, canonical
from backend_architect.architects.rules.scope import primary_action
from backend_architect.architects.rules.words import camel, kebab, plural, words
from backend_architect.design import Endpoint, Entity, Field, Parameter

PREFIX = "/v1"
"""Version that every derived path begins with."""

_WORD = re.compile(r"[a-z0-9]+")
_RESULTS = frozenset(
    ["result", "statistic", "stat", "summary", "total", "count", "report", "analytics", "chart", "overview", "outcome", "standing", "score_board", "leaderboard", "ranking", "aggregate", "tally"]
)
_ACCEPTED = re.compile(r"\b202\b")
_CALLED = re.compile(r"\bAPI\b|\bendpoint\b|\breal[- ]time\b|\bimmediate(?:ly)?\b|\bon demand\b")
_COMPUTED = {
    "score": "score",
    "scor": "score",
    "predict": "prediction",
    "evaluat": "evaluation",
    "calculat": "calculation",
    "estimat": "estimate",
    "recommend": "recommendation",
    "screen": "screening",
    "detect": "check",
    "rank": "ranking",
    "convert": "conversion",
}
_CREATES = frozenset({"create", "submit", "send", "upload", "store", "schedule", "import", "pay"})
_SUBMITTED = frozenset({"response", "submission", "attempt", "vote", "answer"})
_SCARCE = re.compile(
    r"\b(?:overbook\w*|double[- ]book\w*|overlap\w*|oversell\w*|sold out|stock|capacity|more than once|only once|once per|twice|highest|outbid|at most one|fully booked|available)\b",
    re.IGNORECASE,
)
_HIDDEN = frozenset({"password_hash", "token_hash", "key_hash", "secret_hash"})
_METHOD_ORDER = ("POST", "GET", "PATCH", "PUT", "DELETE", "WS", "SSE")

Auth = Literal["none", "optional", "user", "role", "service"]


@dataclass
class _Operation:
    """An endpoint in the making. Mutable while `derived` collects actions."""

    method: Literal["GET", "POST", "PATCH", "DELETE", "WS", "SSE"]
    path: str
    purpose: str
    entity: Entity | None = None
    parent: Entity | None = None
    returns: bool = True
    many: bool = False
    status: int = 200
    request: dict[str, Parameter] = field(default_factory=dict)
    response: tuple[Parameter, ...] = ()
    paginated: bool = False
    actions: list[Action] = field(default_factory=list)
    cites: set[int] = field(default_factory=set)
    auth: Auth | None = None
    signs_in: bool = False
    repeat: str = ""


@dataclass
class _Api:
    """What the rules look up while they derive."""

    case: Case
    entities: dict[str, Entity]
    """Those built now, by singular noun."""
    embedded: dict[str, str]
    """Parts that are sent within their whole: noun to the whole's noun."""
    found: dict[tuple[str, str], _Operation] = field(default_factory=dict)

    def put(self, operation: _Operation, action: Action | None = None, cites: tuple[int, ...] = ()) -> _Operation:
        """Add an operation, or what is new about one that is there."""
        known = self.found.setdefault((operation.method, operation.path), operation)
        for name, parameter in operation.request.items():
            known.request.setdefault(name, parameter)
        if action is not None:
            known.actions.append(action)
            known.cites.add(action.statement)
        known.cites.update(cites)
        return known

    def collection(self, noun: str) -> str:
        """Return the path of a thing's collection, beneath its parent if it belongs to one."""
        entity = self.entities[noun]
        parent = self.parent(noun)
        if parent is not None:
            above = canonical(parent.name)
            return f"{PREFIX}/{kebab(parent.name)}/{{{camel(above)}Id}}/{kebab(entity.name)}"
        return f"{PREFIX}/{kebab(entity.name)}"

    def item(self, noun: str) -> str:
        """Return the path of one thing: flat, since its identifier is enough."""
        return f"{PREFIX}/{kebab(self.entities[noun].name)}/{{id}}"

    def parent(self, noun: str) -> Entity | None:
        """Return the thing that a thing is created under."""
        for column in self.entities[noun].fields:
            if column.ref and column.required and column.name not in ("author_id", "owner_id", "assignee_id", "user_id"):
                return next((entity for entity in self.entities.values() if entity.key == column.ref), None)
        return None


def endpoint_key(method: str, path: str, taken: set[str]) -> str:
    """Return an endpoint's key, `api-get-surveys-id`, different from those taken."""
    key = "-".join(["api", method.lower(), *_WORD.findall(path.lower())])[:70].rstrip("-")
    number = 2
    unique = key
    while unique in taken:
        unique, number = f"{key}-{number}", number + 1
    return unique


def derived(case: Case, entities: tuple[Entity, ...], *, component: str) -> tuple[Endpoint, ...]:
    """Return the operations that the actions of now need, those that close the loop first in their collection."""
    built = {canonical(entity.name): entity for entity in entities if entity.tier != "future"}
    api = _Api(case=case, entities=built, embedded=_embedded(built))
    for action in case.actions:
        if action.horizon == "now":
            _act(api, action)
    if api.found:
        _reads(api)
    _sign_in(api)
    _stream(api)
    operations = sorted(api.found.values(), key=_place(api))
    first = _primary(case, operations)
    finished: list[Endpoint] = []
    for operation in operations:
        key = endpoint_key(operation.method, operation.path.removeprefix(PREFIX), {endpoint.key for endpoint in finished})
        finished.append(_finished(api, operation, key=key, component=component, primary=operation is first))
    return tuple(finished)


def _embedded(entities: dict[str, Entity]) -> dict[str, str]:
    """Return the parts that make no sense alone and are sent within their whole."""
    by_key = {entity.key: noun for noun, entity in entities.items()}
    found: dict[str, str] = {}
    for noun, entity in entities.items():
        part = any(column.name == "position" for column in entity.fields) or noun == "answer" or noun.endswith(("_item", "line_item"))
        above = next((by_key[column.ref] for column in entity.fields if column.ref and column.ref in by_key and by_key[column.ref] != "user"), "")
        if part and above:
            found[noun] = above
    return found


# --- from an action to operations -----------------------------------------------------------


def _act(api: _Api, action: Action) -> None:
    noun, of = _known(api, action.noun), _known(api, action.of)
    while noun in api.embedded and action.verb in ("create", "update", "delete", "store", "submit", "configure"):
        # Parts are saved with their whole.
        noun, of = api.embedded[noun], ""
        if action.verb != "create" and action.verb != "submit":
            break
    entity = api.entities.get(noun)
    if action.verb in ("read", "list", "report", "export", "search") and (noun.split("_")[-1] in _RESULTS or (action.verb == "report" and entity is not None)):
        _results(api, action, noun, of)
        return
    if action.verb == "comment" and noun != "comment" and "comment" in api.entities:
        of, noun = noun, "comment"
        entity = api.entities["comment"]
    if action.verb == "submit" and noun in api.entities and (answer := _response_to(api, noun)):
        _create(api, action, answer)
        return
    if entity is None or noun in ("user", "session", "audit_event"):
        return
    person = not action.system
    match action.verb:
        case "create" | "submit" | "comment" | "schedule" | "store" | "send" | "upload" | "pay" if person:
            _create(api, action, noun)
        case "import":
            _create(api, action, noun)
        case "read" | "list" if person and (action.actor or noun not in _SUBMITTED):
            _read(api, action, noun)
        case "search" if person:
            _list(api, noun, action, search=True)
        case "update" | "change-state" | "assign" if person:
            _change(api, action, noun)
        case "delete" if person:
            api.put(_Operation("DELETE", api.item(noun), f"Remove one {words(noun)}", entity=entity, returns=False, status=204, request=_id(entity)), action)
        case "join" if person:
            _join(api, action, noun)
        case "export" | "download" if person:
            _export(api, action, noun)
        case "compute" if person:
            _compute(api, action, noun)


def _known(api: _Api, name: str) -> str:
    """Return the canonical noun, by its last word if only that is an entity: `payment_transaction` is a transaction."""
    noun = canonical(name) if name else ""
    last = noun.rpartition("_")[2]
    return last if noun not in api.entities and last in api.entities else noun


def _response_to(api: _Api, noun: str) -> str:
    """Return what people submit to a thing, if that is an entity of its own: responses to a survey."""
    entity = api.entities[noun]
    for name in ("response", "submission", "attempt", "vote", "bid", "application", "entry"):
        child = api.entities.get(name)
        if child is not None and name != noun and any(column.ref == entity.key for column in child.fields):
            return name
    return ""


def _create(api: _Api, action: Action, noun: str) -> None:
    entity = api.entities[noun]
    parent = api.parent(noun)
    imported = action.verb == "import" or (action.verb == "store" and not action.actor)
    text = api.case.statement(action.statement).text
    later = any(_ACCEPTED.search(s.text) for s in text_evidence.demands(api.case)) and imported
    operation = _Operation(
        "POST",
        api.collection(noun),
        _purpose(
            action,
            noun,
            f"Take in one {words(noun)}" if imported else f"Create one {words(noun)}" + (f" of a {words(canonical(parent.name))}" if parent else ""),
        ),
        entity=entity,
        parent=parent,
        status=202 if later or _ACCEPTED.search(text) else 201,
        request={**_under(parent), **_body(api, noun)},
    )
    if noun in FILES:
        operation.request["file"] = Parameter(name="file", type="bytes", note="multipart/form-data; type and size are checked before it is stored")
        for name in list(operation.request):
            if name.endswith(("Key", "contentType", "sizeBytes")):
                del operation.request[name]
    known = api.put(operation, action)
    if known.status == 202:
        api.put(_Operation("GET", api.item(noun), f"How far one {words(noun)} has come", entity=entity, request=_id(entity)), cites=(action.statement,))


def _purpose(action: Action, noun: str, plain: str) -> str:
    if action.actor and action.phrase and len(action.phrase) < 60 and canonical(action.noun) == noun and action.word.isascii():
        return f"{plain} ({action.actor}: {action.word} {action.phrase})"
    return plain


def _read(api: _Api, action: Action, noun: str) -> None:
    last = action.phrase.split(" ")[-1].lower() if action.phrase else ""
    many = (last.endswith("s") and not last.endswith(("ss", "us"))) or re.search(r"\b(?:all|list|every)\b", action.phrase, re.IGNORECASE)
    if many or not action.phrase:
        _list(api, noun, action)
        return
    entity = api.entities[noun]
    api.put(_Operation("GET", api.item(noun), f"Read one {words(noun)}", entity=entity, request=_id(entity)), action)


def _list(api: _Api, noun: str, action: Action | None, *, search: bool = False, cites: tuple[int, ...] = ()) -> None:
    entity = api.entities[noun]
    parent = api.parent(noun)
    request = _under(parent)
    if search:
        request["q"] = Parameter(name="q", where="query", minimum=1, maximum=200, note="Words to look for")
    for column in entity.fields:
        if column.name in ("status", "grade", "category", "type", "role") or (column.type == "boolean" and column.name.startswith("is_")):
            request[camel(column.name)] = Parameter(
                name=camel(column.name),
                where="query",
                type=column.type,
                values=column.values,
                required=False,
                note=f"Only {words(plural(noun))} with this {words(column.name.removeprefix('is_'))}",
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
        _Operation(
            "GET",
            api.collection(noun),
            f"List {words(plural(noun))}{f' of a {words(canonical(parent.name))}' if parent else ''}, {order}",
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
        known.purpose = f"Search {words(plural(noun))}, best match first"


def _change(api: _Api, action: Action, noun: str) -> None:
    entity = api.entities[noun]
    body: dict[str, Parameter] = {}
    status = [column for column in entity.fields if column.name == "status" or (column.type == "boolean" and column.name.startswith("is_"))]
    match action.verb:
        case "change-state":
            if not status:
                return
            chosen = status
        case "assign":
            chosen = [column for column in entity.fields if column.name == "assignee_id"]
        case _:
            chosen = [column for column in _writable(entity) if column.name not in ("position", "assignee_id") and column not in status]
            chosen = chosen or status
    for column in chosen:
        parameter = _parameter(column)
        body[parameter.name] = parameter.model_copy(update={"required": len(chosen) == 1 and column.name != "assignee_id"})
    if not body:
        return
    if any(column.name == "version" for column in entity.fields):
        body["version"] = Parameter(name="version", type="integer", minimum=1, note="The one that was read; an older one is refused")
    if (before := api.found.get(("PATCH", api.item(noun)))) is not None:
        # With more than one member to change, none of them has to be sent.
        for name, parameter in [*before.request.items(), *body.items()]:
            if parameter.where == "body" and name != "version" and (name not in before.request or len(body) > 1 or name not in body):
                before.request[name] = parameter.model_copy(update={"required": False})
    known = api.put(_Operation("PATCH", api.item(noun), f"Change one {words(noun)}", entity=entity, request={**_id(entity), **body}), action)
    members = [name for name, parameter in known.request.items() if parameter.where == "body" and name != "version"]
    known.purpose = f"Change one {words(noun)}: {', '.join(words(_snake(name).removeprefix('is_')) for name in members[:5])}"


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _join(api: _Api, action: Action, noun: str) -> None:
    kind = membership(action.word)
    entity = api.entities.get(canonical(f"{noun}_{kind}"))
    if entity is None:
        return
    whole = api.entities[noun]
    path = f"{PREFIX}/{kebab(whole.name)}/{{{camel(noun)}Id}}/{kind}"
    if action.word.lower().startswith(("leav", "unsub", "unfol", "unlik", "unfav")):
        api.put(
            _Operation("DELETE", f"{path}/me", f"Leave one {words(noun)}", entity=entity, parent=whole, returns=False, status=204, request=_under(whole)),
            action,
        )
        return
    api.put(
        _Operation(
            "POST",
            path,
            f"Become one of the {kind} of a {words(noun)}",
            entity=entity,
            parent=whole,
            returns=False,
            status=204,
            request=_under(whole),
            repeat="The pair is the key: doing it twice changes nothing",
        ),
        action,
    )


def _results(api: _Api, action: Action, noun: str, of: str) -> None:
    whole = of if of in api.entities else noun if noun in api.entities else ""
    if not whole:
        whole = (
            next(
                (
                    name
                    for name in api.entities
                    if any(column.ref == api.entities[name].key for column in api.entities.get("response", api.entities[name]).fields) and name != "user"
                ),
                "",
            )
            if "response" in api.entities
            else ""
        )
    if not whole or whole in ("user", "session"):
        return
    entity = api.entities[whole]
    last = noun.split("_")[-1]
    if noun == whole or last not in _RESULTS:
        path = f"{PREFIX}/{kebab(entity.name)}/summary"
        response = (
            Parameter(name="total", type="integer", minimum=0),
            Parameter(name="groups[].value"),
            Parameter(name="groups[].count", type="integer", minimum=0),
        )
        api.put(_Operation("GET", path, f"Totals over all {words(entity.name)}", entity=entity, returns=False, response=response), action)
        return
    path = f"{PREFIX}/{kebab(entity.name)}/{{{camel(whole)}Id}}/{kebab(plural(last))}"
    if {"question", "option"} <= set(api.entities):
        response = (
            Parameter(name="responses", type="integer", minimum=0, note="How many responses were counted"),
            Parameter(name="questions[].id", type="uuid"),
            Parameter(name="questions[].text"),
            Parameter(name="questions[].options[].id", type="uuid"),
            Parameter(name="questions[].options[].text"),
            Parameter(name="questions[].options[].count", type="integer", minimum=0, note="How often it was chosen"),
        )
    else:
        response = (
            Parameter(name="total", type="integer", minimum=0),
            Parameter(name="groups[].value"),
            Parameter(name="groups[].count", type="integer", minimum=0),
        )
    api.put(
        _Operation(
            "GET",
            path,
            f"{plural(last).capitalize()} of one {words(whole)}, counted when asked",
            entity=entity,
            returns=False,
            response=response,
            request=_under(entity),
        ),
        action,
    )


def _export(api: _Api, action: Action, noun: str) -> None:
    entity = api.entities[noun]
    if noun in FILES:
        api.put(
            _Operation(
                "GET",
                f"{api.item(noun)}/content",
                f"Download one {words(noun)}",
                entity=entity,
                returns=False,
                request=_id(entity),
                response=(Parameter(name="content", type="bytes"),),
            ),
            action,
        )
        return
    api.put(
        _Operation(
            "GET",
            f"{PREFIX}/{kebab(entity.name)}/export",
            f"All {words(entity.name)} as one file",
            entity=entity,
            returns=False,
            response=(Parameter(name="content", type="bytes", note="text/csv, streamed"),),
        ),
        action,
    )


def _compute(api: _Api, action: Action, noun: str) -> None:
    """An answer worked out on request, if the brief wants it by a call."""
    kind = next((name for stem, name in _COMPUTED.items() if action.word.lower().startswith(stem)), "")
    if not kind or not any(_CALLED.search(s.text) for s in text_evidence.mentions(text_evidence.demands(api.case), noun)):
        return
    entity = api.entities[noun]
    request = {name: parameter for name, parameter in _body(api, noun).items() if name != "status"}
    api.put(
        _Operation(
            "POST",
            f"{PREFIX}/{kebab(noun)}-{kebab(plural(kind))}",
            f"Work out the {kind} of one {words(noun)} and answer at once",
            entity=entity,
            returns=False,
            request=request,
            response=(Parameter(name="result", note=f"The {kind}"), Parameter(name="confidence", type="float", minimum=0, maximum=1, required=False)),
        ),
        action,
    )


# --- what the actions do not say but the API needs ------------------------------------------


def _reads(api: _Api) -> None:
    """Let people see what they have made: a list where things are made or changed and nothing reads them."""
    for noun, entity in api.entities.items():
        if entity.tier != "essential" or noun in api.embedded:
            continue
        mine = [operation for operation in api.found.values() if operation.entity is entity]
        if not mine or any(operation.method == "GET" for operation in mine) or (noun == "response" or any(o.purpose.startswith("Take in") for o in mine)):
            continue
        cites = tuple(sorted({number for operation in mine for number in operation.cites})[:2])
        _list(api, noun, None, cites=cites)
    for noun, whole in api.embedded.items():
        parts = api.entities[noun]
        entity = api.entities.get(whole)
        if entity is None or whole in api.embedded or noun == "answer":
            continue
        # A whole with parts is read one at a time, parts included.
        response = tuple(_parameter(column) for column in entity.fields if column.name not in _HIDDEN) + _parts(api, whole, output=True)
        cites = tuple(sorted({*parts.cites[:2]}))
        api.put(
            _Operation("GET", api.item(whole), f"Read one {words(whole)} with its {words(parts.name)}", entity=entity, request=_id(entity), response=response),
            cites=cites,
        )


def _sign_in(api: _Api) -> None:
    user = api.entities.get("user")
    traits = api.case.traits
    if user is None or not any(column.name == "password_hash" for column in user.fields):
        return
    name = next((column for column in user.fields if column.name in ("email", "username")), None)
    if name is None:
        return
    body = {camel(name.name): _parameter(name), "password": Parameter(name="password", minimum=8, maximum=128)}
    now = [action for action in api.case.actions if action.horizon == "now"]
    login = [action for action in now if action.verb == "login"]
    register = [
        action for action in now if action.verb == "register" or (action.verb == "create" and canonical(action.noun) == "user" and action.noun != "user")
    ]
    basis = traits.auth_basis.cites
    if register:
        fields = {
            camel(column.name): _parameter(column)
            for column in user.fields
            if column.required and not column.primary and column.name not in ("password_hash", "created_at", "updated_at", "role")
        }
        made = api.put(
            _Operation("POST", f"{PREFIX}/users", "Register", entity=user, status=201, request={**fields, "password": body["password"]}, auth="none"),
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
        _Operation(
            "POST", f"{PREFIX}/sessions", "Sign in", entity=user, returns=False, status=201, request=body, response=response, auth="none", signs_in=True
        ),
        cites=tuple(action.statement for action in login) or basis,
    )
    logout = [action for action in now if action.verb == "logout"]
    if logout or not token:
        api.put(
            _Operation("DELETE", f"{PREFIX}/sessions/current", "Sign out", returns=False, status=204, auth="user"),
            cites=tuple(action.statement for action in (*logout, *login)) or basis,
        )


def _stream(api: _Api) -> None:
    realtime = api.case.traits.realtime
    if realtime not in ("sse", "websocket") or not api.found:
        return
    subject = next((noun for noun, entity in api.entities.items() if entity.tier == "essential" and noun not in api.embedded), "")
    if not subject:
        return
    api.put(
        _Operation(
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


# --- members --------------------------------------------------------------------------------


def _id(entity: Entity) -> dict[str, Parameter]:
    key = next((column for column in entity.fields if column.primary), None)
    return {"id": Parameter(name="id", where="path", type=key.type if key else "uuid")}


def _under(parent: Entity | None) -> dict[str, Parameter]:
    if parent is None:
        return {}
    name = f"{camel(canonical(parent.name))}Id"
    key = next((column for column in parent.fields if column.primary), None)
    return {name: Parameter(name=name, where="path", type=key.type if key else "uuid")}


def _writable(entity: Entity) -> list[Field]:
    """Return the fields that a caller gives; keys, moments, states and secrets come from the backend."""
    return [
        column
        for column in entity.fields
        if not column.primary
        and column.name not in ("created_at", "updated_at", "version", "owner_id", "author_id", "number", "position", "status", "processor")
        and column.name not in _HIDDEN
        and not (column.type == "boolean" and column.name.startswith("is_"))
    ]


def _body(api: _Api, noun: str) -> dict[str, Parameter]:
    entity = api.entities[noun]
    parent = api.parent(noun)
    body: dict[str, Parameter] = {}
    for column in _writable(entity):
        if parent is not None and column.ref == parent.key:
            continue
        body[camel(column.name)] = _parameter(column)
    for parameter in _parts(api, noun, output=False):
        body[parameter.name] = parameter
    return body


def _parts(api: _Api, noun: str, *, output: bool, prefix: str = "", depth: int = 0) -> tuple[Parameter, ...]:
    """Return the members of the parts that are sent within a whole: `questions[].text`, `questions[].options[].text`."""
    found: list[Parameter] = []
    for part, whole in api.embedded.items():
        if whole != noun or depth > 2:
            continue
        entity = api.entities[part]
        most = next((column.maximum for column in entity.fields if column.name == "position"), None)
        base = f"{prefix}{camel(entity.name)}[]."
        if output:
            found.append(Parameter(name=f"{base}id", type="uuid"))
        above = {api.entities[noun].key, next((column.ref for column in api.entities[noun].fields if column.ref), "")}
        for at, column in enumerate(c for c in _writable(entity) if c.ref not in above or (part == "answer" and c.name != f"{noun}_id")):
            parameter = _parameter(column)
            note = f"1 to {int(most)} {words(entity.name)}, in their order" if most and not at and not output else parameter.note
            found.append(parameter.model_copy(update={"name": f"{base}{parameter.name}", "note": note}))
        found.extend(_parts(api, part, output=output, prefix=base, depth=depth + 1))
    return tuple(found)


def _parameter(column: Field) -> Parameter:
    return Parameter(
        name=camel(column.name),
        type=column.type,
        required=column.required,
        values=column.values,
        minimum=column.minimum,
        maximum=column.maximum,
        note="" if column.type != "decimal" else "As a string with two decimals, so that nothing is rounded",
    )


# --- finishing ------------------------------------------------------------------------------


def _place(api: _Api) -> object:
    order = {entity.key: at for at, entity in enumerate(api.entities.values())}

    def place(operation: _Operation) -> tuple[bool, bool, int, int, int, str]:
        entity = operation.entity
        supporting = entity is None or entity.tier != "essential"
        return (
            operation.method in ("WS", "SSE"),
            supporting or operation.signs_in,
            order.get(entity.key, 99) if entity else 99,
            operation.path.count("/"),
            _METHOD_ORDER.index(operation.method),
            operation.path,
        )

    return place


def _primary(case: Case, operations: list[_Operation]) -> _Operation | None:
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


def _auth(api: _Api, operation: _Operation) -> tuple[Auth, tuple[str, ...]]:
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


def _finished(api: _Api, operation: _Operation, *, key: str, component: str, primary: bool) -> Endpoint:
    case = api.case
    auth, roles = _auth(api, operation)
    entity = operation.entity
    noun = canonical(entity.name) if entity else ""
    request = tuple(operation.request.values())
    about = text_evidence.mentions(text_evidence.demands(case), noun) if noun else []
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
        auth=auth,
        roles=roles,
        entity=entity,
        parent=operation.parent,
        owned=owned,
        signs_in=operation.signs_in,
        rules=tuple(s for s in about if _SCARCE.search(s.text)) if operation.method in ("POST", "PATCH") and primary else (),
    )
    cites = {number for number in operation.cites if 1 <= number <= len(case.brief.statements)}
    return Endpoint(
        key=key,
        method=operation.method,
        path=operation.path,
        purpose=operation.purpose,
        primary=primary,
        auth=auth,
        roles=roles,
        request=request,
        status=operation.status,
        entity=entity.key if entity is not None and operation.returns else None,
        many=operation.many,
        response=operation.response,
        errors=refusals(case, call) if operation.method not in ("WS", "SSE") else refusals(case, Call(method="GET", noun="", request=(), auth=auth)),
        pagination="cursor" if operation.paginated else "none",
        idempotency=operation.repeat
        or (idempotency(operation.method, request, noun, entity) if operation.status in (201, 202) and not operation.signs_in else ""),
        side_effects=_side_effects(case, operation, noun),
        p95_ms=None if operation.method in ("WS", "SSE") else case.traits.latency_ms,
        component=component,
        satisfies=satisfied(case, cites),
        cites=tuple(sorted(cites)),
    )


def _side_effects(case: Case, operation: _Operation, noun: str) -> tuple[str, ...]:
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
