"""Path templates of the OpenAPI document: well-formed, and one template a shape."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from backend_architect.design import Endpoint, Entity, Field
from backend_architect.emit.names import singular, unique, words

_PARAMETER = re.compile(r"\{([A-Za-z0-9_.~-]+)\}")


@dataclass(frozen=True)
class Place:
    """Where an operation stands in the document."""

    template: str
    """The path, with each parameter's name once."""
    names: tuple[tuple[str, str], ...]
    """(name as the endpoint writes it, name in the template), in order."""


def places(endpoints: Iterable[Endpoint]) -> tuple[Place, ...]:
    """Return each endpoint's place, in order.

    `/todos/{id}` and `/todos/{todoId}` are the same path to OpenAPI: the first one's names hold.
    Braces that enclose no name are dropped; a name that comes twice in one path is numbered.
    """
    templates: dict[str, tuple[str, ...]] = {}
    found: list[Place] = []
    for endpoint in endpoints:
        pieces = _PARAMETER.split(endpoint.path)
        fixed = [re.sub("[{}]", "", piece) for piece in pieces[::2]]
        own = tuple(pieces[1::2])
        shape = "{}".join(fixed)
        names = templates.setdefault(shape, unique(own))
        template = fixed[0] + "".join(f"{{{name}}}{after}" for name, after in zip(names, fixed[1:], strict=True))
        found.append(Place(template=template, names=tuple(zip(own, names, strict=True))))
    return tuple(found)


def column_of(path: str, name: str, entities: tuple[Entity, ...]) -> Field | None:
    """Return the column that an undeclared path parameter stands for, or None.

    The segment before it names the entity (`/surveys/{surveyId}`); a name like `id` means the
    entity's key, another one (`/articles/{slug}`) its column of that name.
    """
    segment = path.partition(f"/{{{name}}}")[0].rpartition("/")[2]
    said = tuple(word.lower() for word in words(name))
    for entity in entities:
        if tuple(word.lower() for word in words(segment)) != words(entity.name.lower()):
            continue
        fields = {tuple(word.lower() for word in words(field.name)): field for field in entity.fields}
        if said in fields:
            return fields[said]
        if said[-1:] == ("id",) and said[:-1] in ((), words(singular(entity.name).lower())):
            keys = [field for field in entity.fields if field.primary]
            return keys[0] if len(keys) == 1 else None
    return None
