"""Entities that a spelled-out API implies: its resources, their members, their parents, its join verbs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from backend_architect.architects.rules.case import Case, SpelledEndpoint
from backend_architect.architects.rules.entities.sketches import Sketch
from backend_architect.architects.rules.language.field_types import infer
from backend_architect.architects.rules.language.nouns import canonical, is_person
from backend_architect.architects.rules.language.words import plural, snake, word_set, words
from backend_architect.design import Field, Parameter
from backend_architect.expressions import expression

_PREFIX = expression(r"^(?:api|rest|public|internal|v\d+(?:\.\d+)?)$", re.IGNORECASE)
_AGGREGATE = expression(r"^(?P<base>.+?)[-_](?:summary|summaries|stats|statistics|report|reports|count|counts|metrics|totals|overview|resumo|resumen)$")
_OPERATIONS = word_set(
    """
    login logout signin signup signout sign-in sign-up sign-out register registration auth authenticate oauth token tokens refresh session
    sessions search query feed timeline me self current health healthz healthcheck health-check service-health ping ready live status stats
    statistics metrics count counts summary export import close open reopen publish unpublish cancel approve reject accept decline complete
    finish archive restore report reports download upload verify confirm activate deactivate enable disable reset password forgot-password
    reset-password change-password purge admin batch bulk results docs openapi swagger version echo webhook webhooks callback preview
    validate stream events ws sse socket
    """
)
_JOIN_VERBS = {
    "follow": "follow",
    "favorite": "favorite",
    "favourite": "favorite",
    "like": "like",
    "star": "star",
    "bookmark": "bookmark",
    "subscribe": "subscription",
    "upvote": "vote",
    "join": "membership",
    "watch": "watch",
}
_WRAPPERS = frozenset({"data", "item", "result", "payload", "record", "object", "attributes", "body"})
_ENVELOPE = word_set(
    """
    message status success ok error code detail errors total count page next previous next_cursor cursor has_more
    """
)


@dataclass(frozen=True)
class Target:
    """What a path addresses."""

    nouns: tuple[str, ...]
    """Resources on the way, outermost first."""
    keys: tuple[tuple[str, str], ...]
    """(noun, path parameter) for each resource that is addressed by one."""
    operation: str
    """A trailing word that is no resource: `login`, `follow`, `feed`; empty if none."""
    aggregate: bool
    """Whether it asks for a summary of the resource."""

    @property
    def noun(self) -> str:
        """The innermost resource; empty if there is none."""
        return self.nouns[-1] if self.nouns else ""


def target(path: str) -> Target:
    """Return the resources that a path names: `/api/articles/{slug}/comments` is articles, then comments."""
    nouns: list[str] = []
    keys: list[tuple[str, str]] = []
    operation, aggregate = "", False
    for segment in (part for part in path.split("/") if part):
        if segment.startswith("{"):
            if nouns and not operation:
                keys.append((nouns[-1], segment.strip("{}")))
            continue
        lower = segment.lower()
        if _PREFIX.match(segment) and not nouns:
            continue
        operation = ""
        if lower in _OPERATIONS or lower in _JOIN_VERBS:
            operation = lower
            aggregate = aggregate or lower in ("summary", "stats", "statistics", "count", "metrics", "results", "report", "reports")
            if lower in ("me", "self") and not nouns:
                nouns.append("user")
            continue
        if match := _AGGREGATE.match(lower):
            lower, aggregate = match["base"], True
        noun = canonical(re.sub(r"\.\w{2,4}$", "", lower))
        if noun:
            nouns.append(noun)
    return Target(nouns=tuple(nouns), keys=tuple(keys), operation=operation, aggregate=aggregate)


def resources(case: Case) -> dict[str, Sketch]:
    """Return the things our spelled endpoints work on, by noun, in order of appearance."""
    found: dict[str, Sketch] = {}
    read = [(endpoint, target(endpoint.path)) for endpoint in case.contracts.ours]
    for endpoint, at in read:
        for depth, noun in enumerate(at.nouns):
            sketch = found.setdefault(noun, Sketch(noun))
            sketch.cites.update(endpoint.cites[:1] if depth < len(at.nouns) - 1 or at.operation else endpoint.cites)
            if depth and at.nouns[depth - 1] not in sketch.parents and at.nouns[depth - 1] != noun and not (is_person(at.nouns[depth - 1]) and at.operation):
                sketch.parents.append(at.nouns[depth - 1])
        for noun, key in at.keys:
            _address(found[noun], key, endpoint)
    for endpoint, at in read:
        if not at.noun:
            continue
        if at.operation in _JOIN_VERBS and at.keys and endpoint.method in ("POST", "PUT"):
            _join(found, at, endpoint)
        elif not at.aggregate and (not at.operation or (at.operation in ("register", "signup", "sign-up") and at.noun == "user")):
            _members(found, found[at.noun], endpoint, at)
            _verbs(found[at.noun], endpoint, at)
        elif at.aggregate:
            found[at.noun].verbs.add("report")
    _aggregated(case, found, read)
    return found


def _address(sketch: Sketch, key: str, endpoint: SpelledEndpoint) -> None:
    column = snake(key)
    if column in ("id", f"{sketch.noun}_id", f"{sketch.noun}_uuid", "uuid", "key") or column.endswith("_id"):
        return
    sketch.natural = column
    sketch.add(column, unique=True, why=f"Addresses the {words(sketch.noun)} in {endpoint.path}")


def _verbs(sketch: Sketch, endpoint: SpelledEndpoint, at: Target) -> None:
    match endpoint.method:
        case "POST":
            sketch.verbs.add("create")
        case "PUT" | "PATCH":
            sketch.verbs.add("update")
        case "DELETE":
            sketch.verbs.add("delete")
        case "GET" | "HEAD":
            sketch.verbs.add("list" if endpoint.many or not at.keys or at.keys[-1][0] != at.noun else "read")
    if endpoint.method == "POST" and endpoint.auth == "required":
        sketch.owned = True


def _join(found: dict[str, Sketch], at: Target, endpoint: SpelledEndpoint) -> None:
    """A known user follows, likes or joins a thing: one row for each pair."""
    noun = _JOIN_VERBS[at.operation]
    of = at.noun
    if of == "user":
        joins = ((f"{noun.removesuffix('e')}er_id", "user"), (f"{noun.removesuffix('e')}ed_id", "user"))
    else:
        joins = (("user_id", "user"), (f"{of}_id", of))
    name = plural(noun) if noun not in found else f"{of}_{plural(noun)}"
    sketch = found.setdefault(
        name, Sketch(noun, name=name, joins=joins, supporting=True, purpose=f"Who has chosen to {at.operation} which {words(of)}; one row for each pair")
    )
    sketch.cites.update(endpoint.cites)
    sketch.verbs.update({"create", "delete"})
    found.setdefault("user", Sketch("user")).cites.update(endpoint.cites[:1])


def _members(found: dict[str, Sketch], sketch: Sketch, endpoint: SpelledEndpoint, at: Target) -> None:
    body = [parameter for parameter in endpoint.request if parameter.where == "body"]
    if endpoint.method in ("POST", "PUT", "PATCH"):
        creates = endpoint.method == "POST"
        for parameter in _unwrapped(body, sketch.noun):
            _member(found, sketch, parameter, required=parameter.required and creates)
    shown = _unwrapped(endpoint.response, sketch.noun)
    if {snake(p.name.split(".")[0].split("[")[0]) for p in shown} <= _ENVELOPE:
        return
    for parameter in shown:
        if snake(parameter.name.removesuffix("[]")) not in _ENVELOPE | {"id"}:
            _member(found, sketch, parameter, required=False)


def _unwrapped(parameters: Iterable[Parameter], noun: str) -> list[Parameter]:
    """Return the members beneath the one wrapper that names the resource, if there is one."""
    listed = list(parameters)
    roots = {parameter.name.split(".")[0] for parameter in listed if "." in parameter.name}
    for root in sorted(roots):
        bare = root.removesuffix("[]")
        if canonical(bare) == noun or bare in _WRAPPERS:
            inner = [parameter.model_copy(update={"name": parameter.name[len(root) + 1 :]}) for parameter in listed if parameter.name.startswith(f"{root}.")]
            return [parameter for parameter in inner if parameter.name]
    return listed


def _member(found: dict[str, Sketch], sketch: Sketch, parameter: Parameter, *, required: bool) -> None:
    head, dot, rest = parameter.name.partition(".")
    column = snake(head.removesuffix("[]"))
    if not column or column == "id":
        return
    many = head.endswith("[]")
    if many and dot:
        single = canonical(column)
        noun = f"{sketch.noun}_{single}" if single in ("item", "line", "entry", "row", "detail", "part") else single
        child = found.setdefault(noun, Sketch(noun, parents=[sketch.noun]))
        child.cites.update(sketch.cites)
        _member(found, child, parameter.model_copy(update={"name": rest}), required=required)
        return
    if many:
        base = canonical(re.sub(r"_(?:list|ids|names|keys)$", "", column))
        if base in found and base != sketch.noun:
            _many_to_many(found, sketch, found[base])
            return
        sketch.add(column, required=False, type="json", why=f"List of {words(plural(base))} as given")
        return
    if dot:
        sketch.add(column, required=False, type="json", why=f"{words(column).capitalize()} as one nested object")
        return
    base = column.removesuffix("_id").removesuffix("_uuid")
    if base != column and base in found and base != sketch.noun:
        if base not in sketch.parents:
            sketch.parents.append(base)
        return
    digits = parameter.note.startswith("a whole number")
    unique = parameter.note.startswith("unique") or None
    note = "" if digits else re.sub(r"^unique;? ?", "", parameter.note)
    guess = infer(column, sketch.noun)
    if guess.column == f"{column}_key" and parameter.type == "text":
        # In a JSON body a picture is an address, not an upload.
        sketch.fields.setdefault(
            column,
            Field(name=column, type="text", required=required, minimum=1, maximum=2048, why=note or f"Address of the {words(column)}, as the client sends it"),
        )
        return
    exact = parameter.type if parameter.type not in ("text", "enum") else None if digits or guess.type in ("text", "enum") else "text"
    sketch.add(column, required=required, type=exact, unique=unique, why=note and f"{words(column).capitalize()}: {note}")
    known = sketch.fields.get(guess.column)
    if known is not None and required and not known.required:
        sketch.fields[guess.column] = known.model_copy(update={"required": True})


def _many_to_many(found: dict[str, Sketch], one: Sketch, other: Sketch) -> None:
    other.add("name", unique=True, why=f"What the {words(other.noun)} says; each once")
    name = f"{one.noun}_{plural(other.noun)}"
    join = found.setdefault(
        name,
        Sketch(
            name,
            name=name,
            joins=((f"{one.noun}_id", one.noun), (f"{other.noun}_id", other.noun)),
            supporting=True,
            purpose=f"Which {words(plural(other.noun))} {words(one.noun)} has; one row for each pair",
        ),
    )
    join.purpose = f"Which {words(plural(other.noun))} a given {words(one.noun)} has; one row for each pair"
    join.cites.update(other.cites | set(sorted(one.cites)[:1]))


def _aggregated(case: Case, found: dict[str, Sketch], read: list[tuple[SpelledEndpoint, Target]]) -> None:
    """Add what summaries need: the group they count by, the moment they filter by, the state of the hand-over."""
    theirs = [(endpoint, target(endpoint.path)) for endpoint in case.contracts.endpoints if endpoint.owner]
    for endpoint, at in read:
        sketch = found.get(at.noun)
        if sketch is None or sketch.joins:
            continue
        partner = next((their for their, their_at in theirs if their.method == endpoint.method == "POST" and their_at.noun == at.noun), None)
        if partner is not None:
            known = {parameter.name for parameter in endpoint.request}
            for parameter in partner.request:
                if parameter.where == "body" and parameter.name not in known and "." not in parameter.name and "[" not in parameter.name:
                    sketch.add(
                        parameter.name,
                        type=parameter.type if parameter.type != "text" else None,
                        why=f"Sent to the {partner.owner} with the {words(sketch.noun)}; the same value is kept here",
                    )
            sketch.add(
                "status",
                type="enum",
                values=("pending", "processed", "failed"),
                why=f"How far the hand-over to the {partner.owner} has come; only `processed` counts in totals",
            )
            sketch.cites.update(partner.cites[:1])
        if not at.aggregate:
            continue
        groups = _groups(endpoint.response)
        if groups:
            owner = next((their.owner for their, _ in theirs), "")
            column = snake(owner).rsplit("_", 1)[-1] if owner else "kind"
            sketch.add(column, required=False, type="enum", values=groups, why=f"Which of {', '.join(groups)} took it; {endpoint.path} adds up by it")
            sketch.filters.insert(0, infer(column).column)
        times = [parameter for parameter in endpoint.request if parameter.where == "query" and parameter.type in ("timestamp", "date")]
        if times:
            moment = next((name for name, field in sketch.fields.items() if field.type == "timestamp"), "created_at")
            sketch.filters.append(moment)


def _groups(response: Iterable[Parameter]) -> tuple[str, ...]:
    """Return the sibling objects of a summary that have the same members: what it groups by."""
    inner: dict[str, set[str]] = {}
    for parameter in response:
        head, dot, rest = parameter.name.partition(".")
        if dot and not head.endswith("[]"):
            inner.setdefault(head, set()).add(rest)
    shapes = list(inner.values())
    return tuple(inner) if len(shapes) > 1 and all(shape == shapes[0] for shape in shapes) else ()
