"""Endpoints derived from what the brief says people and systems do to the entities."""

from __future__ import annotations

import re

from backend_architect.architects.rules.api.endpoint_drafts import (
    PREFIX,
    Api,
    Operation,
    body_of,
    embedded,
    identifier,
    parameter_of,
    under,
    writable,
)
from backend_architect.architects.rules.api.finished_endpoints import endpoint_key, finished, place, primary
from backend_architect.architects.rules.api.look_ups import add_look_up
from backend_architect.architects.rules.api.supporting_endpoints import add_list, add_people, add_reads, add_reports, add_sign_in, add_stream
from backend_architect.architects.rules.case import ACROSS, Action, Case
from backend_architect.architects.rules.entities.accounts import membership
from backend_architect.architects.rules.entities.action_entities import left_behind
from backend_architect.architects.rules.entities.stated_fields import is_described
from backend_architect.architects.rules.language.nouns import FILES, MONEY_EVENTS, canonical, is_person
from backend_architect.architects.rules.language.words import an, camel, kebab, plural, word_set, words
from backend_architect.architects.rules.layers import pipeline
from backend_architect.architects.rules.reading import text_evidence
from backend_architect.design import Endpoint, Entity, Parameter
from backend_architect.expressions import expression

_RESULTS = word_set(
    """
    result statistic stat summary total count report analytics chart overview outcome standing score_board leaderboard ranking aggregate
    tally
    """
)
_COUNTS = (
    Parameter(name="total", type="integer", minimum=0),
    Parameter(name="groups[].value"),
    Parameter(name="groups[].count", type="integer", minimum=0),
)
"""What a summary returns when the brief does not say more."""
_CATALOGUES = word_set("catalogue catalog collection directory list library inventory archive index")
"""Words for all there is of the main thing."""
_ACCEPTED = re.compile(r"\b202\b")
_CALLED = re.compile(r"\bAPI\b|\bendpoint\b|\breal[- ]time\b|\bimmediate(?:ly)?\b|\bon demand\b")
_BLOCKS = expression(r"\b(?:blocks?|blocked|blocking)\b", re.IGNORECASE)
_MOVES = ("mov", "reschedul", "postpon", "shift")
"""Verbs that give a thing another time, where it has one."""
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
_MAKES = frozenset({"create", "submit", "send", "pay", "upload", "schedule"})
_SUBMITTED = frozenset({"response", "submission", "attempt", "vote", "answer"})


def derived(case: Case, entities: tuple[Entity, ...], *, component: str) -> tuple[Endpoint, ...]:
    """Return the operations that the actions of now need, those that close the loop first in their collection."""
    built = {canonical(entity.name): entity for entity in entities if entity.tier != "future"}
    api = Api(case=case, entities=built, embedded=embedded(built))
    # What a pipeline is ordered to do it does by itself: nobody calls it for that.
    ordered = bool(pipeline.steps(case))
    for action in case.actions:
        if action.horizon == "now" and (action.actor or not ordered):
            _act(api, action)
    if api.found:
        add_reads(api)
        add_people(api)
    add_reports(api)
    add_look_up(api)
    add_sign_in(api)
    add_stream(api)
    operations = sorted(api.found.values(), key=place(api))
    first = primary(case, operations)
    done: list[Endpoint] = []
    for operation in operations:
        key = endpoint_key(operation.method, operation.path.removeprefix(PREFIX), {endpoint.key for endpoint in done})
        done.append(finished(api, operation, key=key, component=component, leads=operation is first))
    return tuple(done)


def _act(api: Api, action: Action) -> None:
    noun, of = _known(api, action.noun), _known(api, action.of)
    while noun in api.embedded and action.verb in ("create", "update", "delete", "store", "submit", "configure"):
        # Parts are saved with their whole.
        noun, of = api.embedded[noun], ""
        if action.verb != "create" and action.verb != "submit":
            break
    if action.verb == "search" and noun in _CATALOGUES:
        noun = next((name for name, found in api.entities.items() if found.tier == "essential" and name not in api.embedded), noun)
    entity = api.entities.get(noun)
    if action.verb in ("read", "list", "report", "export", "search") and (noun.split("_")[-1] in _RESULTS or (action.verb == "report" and entity is not None)):
        _results(api, action, noun, of)
        return
    if (thing := left_behind(action)) and thing in api.entities:
        _create(api, action, thing)
        return
    if action.verb == "submit" and noun in api.entities and (answer := _response_to(api, noun)):
        _create(api, action, answer)
        return
    if action.verb == "change-state" and is_person(noun) and entity is None and "user" in api.entities and action.actor not in ("", noun):
        _change(api, action, "user")
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
            add_list(api, noun, action, search=True)
        case "update" | "change-state" | "assign" if person:
            _change(api, action, noun)
        case "delete" if person:
            api.put(
                Operation("DELETE", api.item(noun), f"Remove one {words(noun)}", entity=entity, returns=False, status=204, request=identifier(entity)), action
            )
        case "join" if person:
            _join(api, action, noun)
        case "export" | "download" if person:
            _export(api, action, noun)
        case "compute" if person:
            _compute(api, action, noun)


def _known(api: Api, name: str) -> str:
    """Return the canonical noun, by its last word if only that is an entity: `payment_transaction` is a transaction."""
    noun = canonical(name) if name else ""
    last = noun.rpartition("_")[2]
    return last if noun not in api.entities and last in api.entities else noun


def _response_to(api: Api, noun: str) -> str:
    """Return what people submit to a thing, if that is an entity of its own: responses to a survey."""
    entity = api.entities[noun]
    for name in ("response", "submission", "attempt", "vote", "bid", "application", "entry"):
        child = api.entities.get(name)
        if child is not None and name != noun and any(column.ref == entity.key for column in child.fields):
            return name
    return ""


def _create(api: Api, action: Action, noun: str) -> None:
    entity = api.entities[noun]
    parent = api.parent(noun)
    imported = action.verb == "import" or (action.verb == "store" and not action.actor and not is_described(action))
    text = api.case.statement(action.statement).text
    later = imported and any(_ACCEPTED.search(s.text) for s in text_evidence.demands(api.case))
    operation = Operation(
        "POST",
        api.collection(noun),
        _purpose(
            action,
            noun,
            f"Take in one {words(noun)}" if imported else f"Create one {words(noun)}" + (f" of {an(words(canonical(parent.name)))}" if parent else ""),
        ),
        entity=entity,
        parent=parent,
        status=202 if later or _ACCEPTED.search(text) else 201,
        request={**under(parent), **body_of(api, noun)},
    )
    if noun in FILES:
        operation.request["file"] = Parameter(name="file", type="bytes", note="multipart/form-data; type and size are checked before it is stored")
        for name in list(operation.request):
            if name.endswith(("Key", "contentType", "sizeBytes")):
                del operation.request[name]
    known = api.put(operation, action)
    if known.status == 202:
        api.put(Operation("GET", api.item(noun), f"How far one {words(noun)} has come", entity=entity, request=identifier(entity)), cites=(action.statement,))


def _purpose(action: Action, noun: str, plain: str) -> str:
    if action.actor and action.phrase and len(action.phrase) < 60 and canonical(action.noun) == noun and action.word.isascii():
        return f"{plain} ({action.actor}: {action.word} {action.phrase})"
    return plain


def _read(api: Api, action: Action, noun: str) -> None:
    last = action.phrase.split(" ")[-1].lower() if action.phrase else ""
    many = (last.endswith("s") and not last.endswith(("ss", "us"))) or re.search(r"\b(?:all|list|every)\b", action.phrase, re.IGNORECASE)
    if action.phrase == ACROSS:
        add_list(api, noun, action, across=True)
        return
    if many or not action.phrase:
        add_list(api, noun, action)
        return
    entity = api.entities[noun]
    api.put(Operation("GET", api.item(noun), f"Read one {words(noun)}", entity=entity, request=identifier(entity)), action)


def _change(api: Api, action: Action, noun: str) -> None:
    entity = api.entities[noun]
    body: dict[str, Parameter] = {}
    status = [column for column in entity.fields if column.name == "status" or (column.type == "boolean" and column.name.startswith("is_"))]
    match action.verb:
        case "change-state":
            if not status or _befalls(api, action, noun):
                return
            # Who lets somebody in says how far as well.
            chosen = status + ([column for column in entity.fields if column.name.endswith(("_limit", "_quota", "_allowance"))] if noun == "user" else [])
            if action.word.lower().startswith(_MOVES):
                chosen += [
                    column
                    for column in entity.fields
                    if column.name in ("start", "starts_at", "starts_on", "start_time") and column.type in ("timestamp", "date")
                ]
        case "assign":
            chosen = [column for column in entity.fields if column.name == "assignee_id"]
        case _:
            chosen = [column for column in writable(entity) if column.name not in ("position", "assignee_id") and column not in status]
            chosen = chosen or status
    for column in chosen:
        parameter = parameter_of(column)
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
    known = api.put(Operation("PATCH", api.item(noun), f"Change one {words(noun)}", entity=entity, request={**identifier(entity), **body}), action)
    members = [name for name, parameter in known.request.items() if parameter.where == "body" and name != "version"]
    known.purpose = f"Change one {words(noun)}: {', '.join(words(_snake(name).removeprefix('is_').removesuffix('_id')) for name in members[:5])}"


def _befalls(api: Api, action: Action, noun: str) -> bool:
    """Whether a state is what the system answers with ("the bid is accepted or refused"), not what somebody sets."""
    if action.actor:
        return False
    told = re.search(
        rf"\b(?:is|are|was|were|gets?)\s+(?:\w+\s+(?:or|and)\s+)?{re.escape(action.word)}\b", api.case.statement(action.statement).text, re.IGNORECASE
    )
    made = any(other.actor and other.verb in _MAKES and canonical(other.noun) == noun for other in api.case.actions) or noun in _SUBMITTED | MONEY_EVENTS
    return told is not None and made


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _join(api: Api, action: Action, noun: str) -> None:
    kind = membership(action.word)
    entity = api.entities.get(canonical(f"{noun}_{kind}"))
    if entity is None:
        return
    whole = api.entities[noun]
    path = f"{PREFIX}/{kebab(whole.name)}/{{{camel(noun)}Id}}/{kind}"
    if action.word.lower().startswith(("leav", "unsub", "unfol", "unlik", "unfav")):
        api.put(
            Operation("DELETE", f"{path}/me", f"Leave one {words(noun)}", entity=entity, parent=whole, returns=False, status=204, request=under(whole)),
            action,
        )
        return
    api.put(
        Operation(
            "POST",
            path,
            f"Become one of the {kind} of {an(words(noun))}",
            entity=entity,
            parent=whole,
            returns=False,
            status=204,
            request=under(whole),
            repeat="The pair is the key: doing it twice changes nothing",
        ),
        action,
    )


def _results(api: Api, action: Action, noun: str, of: str) -> None:
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
        api.put(Operation("GET", path, f"Totals over all {words(entity.name)}", entity=entity, returns=False, response=_COUNTS), action)
        return
    path = f"{PREFIX}/{kebab(entity.name)}/{{{camel(whole)}Id}}/{kebab(plural(last))}"
    if {"question", "option"} <= set(api.entities):
        response: tuple[Parameter, ...] = (
            Parameter(name="responses", type="integer", minimum=0, note="How many responses were counted"),
            Parameter(name="questions[].id", type="uuid"),
            Parameter(name="questions[].text"),
            Parameter(name="questions[].options[].id", type="uuid"),
            Parameter(name="questions[].options[].text"),
            Parameter(name="questions[].options[].count", type="integer", minimum=0, note="How often it was chosen"),
        )
    else:
        response = _COUNTS
    api.put(
        Operation(
            "GET",
            path,
            f"{plural(last).capitalize()} of one {words(whole)}, counted when asked",
            entity=entity,
            returns=False,
            response=response,
            request=under(entity),
        ),
        action,
    )


def _export(api: Api, action: Action, noun: str) -> None:
    entity = api.entities[noun]
    if noun in FILES:
        api.put(
            Operation(
                "GET",
                f"{api.item(noun)}/content",
                f"Download one {words(noun)}",
                entity=entity,
                returns=False,
                request=identifier(entity),
                response=(Parameter(name="content", type="bytes"),),
            ),
            action,
        )
        return
    api.put(
        Operation(
            "GET",
            f"{PREFIX}/{kebab(entity.name)}/export",
            f"All {words(entity.name)} as one file",
            entity=entity,
            returns=False,
            response=(Parameter(name="content", type="bytes", note="text/csv, streamed"),),
        ),
        action,
    )


def _compute(api: Api, action: Action, noun: str) -> None:
    """An answer worked out on request, if the brief wants it by a call."""
    kind = next((name for stem, name in _COMPUTED.items() if action.word.lower().startswith(stem)), "")
    if not kind or not any(_CALLED.search(s.text) for s in text_evidence.mentions(api.case, noun)):
        return
    entity = api.entities[noun]
    known = next((operation for operation in api.found.values() if operation.computes and operation.entity is entity), None)
    if known is not None:
        # Screening, scoring and detecting the same thing is one call.
        known.actions.append(action)
        known.cites.add(action.statement)
        return
    request = {name: parameter for name, parameter in body_of(api, noun).items() if name != "status"}
    api.put(
        Operation(
            "POST",
            f"{PREFIX}/{kebab(noun)}-{kebab(plural(kind))}",
            f"Check one {words(noun)} and answer at once" if kind == "check" else f"Work out the {kind} of one {words(noun)} and answer at once",
            entity=entity,
            returns=False,
            computes=True,
            request=request,
            response=_verdict(api, noun, kind),
        ),
        action,
    )


def _verdict(api: Api, noun: str, kind: str) -> tuple[Parameter, ...]:
    """Return what a computation answers: whether to block, where the brief blocks by it, else the result; how sure it is."""
    blocks = any(_BLOCKS.search(s.text) for s in text_evidence.mentions(api.case, noun))
    if blocks:
        return (
            Parameter(name="block", type="boolean", note=f"Whether to stop the {words(noun)}: true only above the confidence that is set for it"),
            Parameter(name="confidence", type="float", minimum=0, maximum=1, note="How sure the model is, 1 for certain"),
        )
    return (Parameter(name="result", note=f"The {kind}"), Parameter(name="confidence", type="float", minimum=0, maximum=1, required=False))
