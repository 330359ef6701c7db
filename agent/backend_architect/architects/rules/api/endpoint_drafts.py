"""Derived operations in the making, and the members that they take and return."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from backend_architect.architects.rules.case import Action, Case
from backend_architect.architects.rules.entities.stated_fields import SET_HERE
from backend_architect.architects.rules.language.nouns import canonical
from backend_architect.architects.rules.language.words import camel, kebab, words
from backend_architect.design import Entity, Field, Parameter

PREFIX = "/v1"
"""Version that every derived path begins with."""
HIDDEN = frozenset({"password_hash", "token_hash", "key_hash", "secret_hash"})
"""Columns that never leave the backend."""

PASSWORD = (12.0, 128.0)
"""Fewest and most characters of a password, wherever one is set."""

Auth = Literal["none", "optional", "user", "role", "service"]


@dataclass
class Operation:
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
    computes: bool = False
    """Whether it works an answer out rather than stores a thing."""
    repeat: str = ""


@dataclass
class Api:
    """What the rules look up while they derive."""

    case: Case
    entities: dict[str, Entity]
    """Those built now, by singular noun."""
    embedded: dict[str, str]
    """Parts that are sent within their whole: noun to the whole's noun."""
    found: dict[tuple[str, str], Operation] = field(default_factory=dict)

    def put(self, operation: Operation, action: Action | None = None, cites: tuple[int, ...] = ()) -> Operation:
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
        people = self.entities["user"].key if "user" in self.entities else ""
        for column in self.entities[noun].fields:
            # The people named in a thing are members of it; it does not stand beneath them. Nor beneath its kind.
            if (column.ref == people and people) or column.name.endswith(("_type_id", "_kind_id")):
                continue
            if column.ref and column.required and column.name not in ("author_id", "owner_id", "assignee_id", "user_id"):
                return next((entity for entity in self.entities.values() if entity.key == column.ref), None)
        return None


def embedded(entities: dict[str, Entity]) -> dict[str, str]:
    """Return the parts that make no sense alone and are sent within their whole."""
    by_key = {entity.key: noun for noun, entity in entities.items()}
    found: dict[str, str] = {}
    for noun, entity in entities.items():
        part = any(column.name == "position" for column in entity.fields) or noun == "answer" or noun.endswith(("_item", "line_item"))
        above = next((by_key[column.ref] for column in entity.fields if column.ref and column.ref in by_key and by_key[column.ref] != "user"), "")
        if part and above:
            found[noun] = above
    return found


def identifier(entity: Entity) -> dict[str, Parameter]:
    """Return the path parameter that names one row."""
    key = next((column for column in entity.fields if column.primary), None)
    return {"id": Parameter(name="id", where="path", type=key.type if key else "uuid")}


def under(parent: Entity | None) -> dict[str, Parameter]:
    """Return the path parameter that names what a thing belongs to."""
    if parent is None:
        return {}
    name = f"{camel(canonical(parent.name))}Id"
    key = next((column for column in parent.fields if column.primary), None)
    return {name: Parameter(name=name, where="path", type=key.type if key else "uuid")}


def writable(entity: Entity) -> list[Field]:
    """Return the fields that a caller gives; keys, moments, states and secrets come from the backend."""
    return [
        column
        for column in entity.fields
        if not column.primary
        and column.name not in ("created_at", "updated_at", "version", "owner_id", "author_id", "position", "status", "processor", "held_from")
        and column.name not in HIDDEN
        and not (column.type == "boolean" and column.name.startswith("is_"))
        and not column.why.startswith(SET_HERE)
        and not (column.name == "number" and column.unique)
    ]


def body_of(api: Api, noun: str) -> dict[str, Parameter]:
    """Return what a caller sends to make a thing, parts included."""
    entity = api.entities[noun]
    parent = api.parent(noun)
    body: dict[str, Parameter] = {}
    for column in (*(c for c in entity.fields if c.primary and "given by the caller" in c.why), *writable(entity)):
        if parent is not None and column.ref == parent.key:
            continue
        body[camel(column.name)] = parameter_of(column)
    author = next((column for column in entity.fields if column.name == "author_id"), None)
    if author is not None and api.case.traits.auth == "none":
        # Nobody signs in, so the caller has to say who writes.
        body["authorId"] = parameter_of(author)
    for parameter in parts_of(api, noun, output=False):
        body[parameter.name] = parameter
    return body


def parts_of(api: Api, noun: str, *, output: bool, prefix: str = "", depth: int = 0) -> tuple[Parameter, ...]:
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
        elif most:
            least = next((column.minimum for column in entity.fields if column.name == "position"), None)
            how_many = f"{int(least)} to {int(most)}" if least else f"at most {int(most)}"
            found.append(
                Parameter(
                    name=base.removesuffix("."),
                    type="json",
                    required=bool(least),
                    minimum=least,
                    maximum=most,
                    note=f"{how_many} {words(entity.name)}, in their order",
                )
            )
        above = {api.entities[noun].key, next((column.ref for column in api.entities[noun].fields if column.ref), "")}
        for column in (c for c in writable(entity) if c.ref not in above or (part == "answer" and c.name != f"{noun}_id")):
            parameter = parameter_of(column)
            found.append(parameter.model_copy(update={"name": f"{base}{parameter.name}"}))
        found.extend(parts_of(api, part, output=output, prefix=base, depth=depth + 1))
    return tuple(found)


def parameter_of(column: Field) -> Parameter:
    """Return a column as a member of a body."""
    return Parameter(
        name=camel(column.name),
        type=column.type,
        required=column.required,
        values=column.values,
        minimum=column.minimum,
        maximum=column.maximum,
        note="" if column.type != "decimal" else "As a string with two decimals, so that nothing is rounded",
    )
