"""The short forms in which a model writes: lines of cells, lists of keys and statements, fields and parameters.

Output tokens are what a plan costs, and names repeated in arrays of objects are a good part of
them. `status enum(open, closed) : who may still write` says in a third of the tokens what a JSON
object with nine members says. Every form reads into the design's own type and writes it back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any, get_args

from pydantic import BaseModel, BeforeValidator, GetCoreSchemaHandler, GetJsonSchemaHandler, PlainSerializer, WithJsonSchema
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from backend_architect.design import Field, Keys, Parameter, ValueType
from backend_architect.text import Cites

# --- lists in one string --------------------------------------------------------------------

_CITE = re.compile(r"[Ss]?(\d{1,6})(?:\s*(?:-|–|\.\.)\s*[Ss]?(\d{1,6}))?")
_BETWEEN = re.compile(r"[\s,;]+")
_MOST = 100_000


def _fault(message: str) -> PydanticCustomError:
    return PydanticCustomError("notation", "{message}", {"message": message})


def read_cites(value: object) -> object:
    """Read `S3 S5-S7` into (3, 5, 6, 7); anything but a string is left to the type.

    Raises:
        PydanticCustomError: If a word is no statement number.
    """
    if not isinstance(value, str):
        return value
    found: list[int] = []
    rest = value.strip()
    if rest in ("", "-", "none"):
        return ()
    while rest:
        match = _CITE.match(rest)
        if match is None:
            raise _fault(f"{value[:80]!r} is no list of statements: write them as S3 S5-S7")
        first, last = int(match[1]), int(match[2] or match[1])
        if last < first or last - first > _MOST:
            raise _fault(f"{match[0]!r} is no range of statements")
        found.extend(range(first, last + 1))
        rest = rest[match.end() :].lstrip(" \t\n,;")
    return tuple(dict.fromkeys(found))


def write_cites(numbers: Iterable[int]) -> str:
    """Write (3, 5, 6, 7) as `S3 S5-S7`."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return " ".join(f"S{first}" if first == last else f"S{first}-S{last}" if last - first > 1 else f"S{first} S{last}" for first, last in runs)


def read_words(value: object) -> object:
    """Read `orders users` into ("orders", "users"); anything but a string is left to the type."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    return () if text in ("", "-", "none") else tuple(dict.fromkeys(word for word in _BETWEEN.split(text) if word))


Statements = Annotated[
    Cites,
    BeforeValidator(read_cites),
    PlainSerializer(write_cites),
    WithJsonSchema({"type": "string", "description": "statements it rests on, such as: S3 S5-S7"}),
]
"""Citations in one string."""

KeyList = Annotated[
    Keys, BeforeValidator(read_words), PlainSerializer(" ".join), WithJsonSchema({"type": "string", "description": "keys, separated by spaces"})
]
"""Keys in one string."""

# --- lines of cells -------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """Annotates a design type that a model writes as one line of cells: `Annotated[Risk, Row("risk | mitigation | cites")]`."""

    columns: str
    """Names of the type's fields, separated by ` | `; trailing ones may be left away where the type has a default."""
    open_end: bool = False
    """Whether the last cell may hold the sign ` | ` itself, as a shell command does."""

    @property
    def names(self) -> tuple[str, ...]:
        """The columns as names."""
        return tuple(name.strip() for name in self.columns.split("|"))

    def read(self, value: object) -> object:
        """Read a line into the members of the type; anything but a string is left to the type.

        Raises:
            PydanticCustomError: If there are more cells than columns.
        """
        if not isinstance(value, str):
            return value
        names = self.names
        cells = [cell.strip() for cell in value.strip().split("|", len(names) - 1 if self.open_end else -1)]
        if len(cells) > len(names):
            raise _fault(f"{len(cells)} cells where {len(names)} were expected ({self.columns}); a text must not hold the sign |")
        return {name: _cell(name, cell) for name, cell in zip(names, cells, strict=False) if cell or name not in _LISTS}

    def write(self, value: BaseModel) -> str:
        """Write the type as a line."""
        cells = [_written(getattr(value, name)) for name in self.names]
        last = len(cells) - 1 if self.open_end else len(cells)
        return " | ".join(cell.replace("|", "/") if at < last else cell for at, cell in enumerate(cells))

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Accept a line where the type is expected."""
        return core_schema.no_info_before_validator_function(
            self.read, handler(source), serialization=core_schema.plain_serializer_function_ser_schema(self.write)
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Say that it is a string, and of which cells."""
        return {"type": "string", "description": self.columns}


_LISTS = frozenset({"cites", "satisfies", "fields"})
"""Columns that hold several words; all others hold one text or number."""


_NOT_IN_CODE = re.compile(r"[^A-Z0-9]+")


def _cell(name: str, cell: str) -> object:
    if name == "cites":
        return read_cites(cell)
    if name == "code":
        # However it is spelled, there is one way to write an error code.
        return _NOT_IN_CODE.sub("_", cell.upper()).strip("_")
    return read_words(cell) if name in _LISTS else cell


def _written(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case tuple() if all(isinstance(item, int) for item in value):
            return write_cites(value)
        case tuple():
            return " ".join(map(str, value))
        case _:
            return str(value)


# --- fields and parameters ------------------------------------------------------------------

_TYPES = frozenset(get_args(ValueType))
_SPECIFIED = re.compile(
    r"(?:(?P<where>path|query|header|body)\s+(?=[\w.\[\]-]+\s+[a-z]))?(?P<name>\S+)\s+(?P<type>[a-z]+)(?P<optional>\?)?(?:\s*\((?P<values>[^()]*)\))?(?P<rest>[^:]*)(?::(?P<note>.*))?",
    re.DOTALL,
)
_NUMBER = r"-?\d+(?:\.\d+)?"
_RANGE = re.compile(rf"^({_NUMBER})?\.\.({_NUMBER})?$")


def _specified(value: str, *, form: str) -> dict[str, object]:
    match = _SPECIFIED.fullmatch(value.strip())
    if match is None or match["type"] not in _TYPES:
        raise _fault(f"{value[:120]!r} is not of the form `{form}` with a type of: {', '.join(get_args(ValueType))}")
    read: dict[str, object] = {"name": match["name"], "type": match["type"], "required": not match["optional"]}
    if match["values"] is not None:
        read["values"] = tuple(word.strip().strip("'\"") for word in match["values"].split(",") if word.strip())
    if match["where"]:
        read["where"] = match["where"]
    rest = match["rest"].replace("->", " -> ").split()
    while rest:
        word = rest.pop(0)
        bounds = _RANGE.match(word)
        if bounds and (bounds[1] or bounds[2]):
            read["minimum"], read["maximum"] = (float(bound) if bound else None for bound in bounds.groups())
        elif word in ("key", "unique", "personal"):
            read["primary" if word == "key" else word] = True
        elif word == "->" and rest:
            read["ref"] = rest.pop(0).split(".")[0]
        else:
            raise _fault(f"{word!r} in {value[:120]!r} is not understood: the form is `{form}`")
    read["note"] = (match["note"] or "").strip()
    return read


FIELD_FORM = "name type[?][(values)] [min..max] [key] [unique] [personal] [-> entity] [: why]"
PARAMETER_FORM = "[path|query|header] name type[?][(values)] [min..max] [: rule]"


def read_field(value: object) -> object:
    """Read `owner_id uuid -> users : who may edit` into a field.

    Raises:
        PydanticCustomError: If it is not of `FIELD_FORM`.
    """
    if not isinstance(value, str):
        return value
    read = _specified(value, form=FIELD_FORM)
    if read.pop("where", None):
        raise _fault(f"{value[:120]!r} is not of the form `{FIELD_FORM}`")
    read["why"] = read.pop("note")
    return read


def read_parameter(value: object) -> object:
    """Read `query page integer? 1..` into a parameter.

    Raises:
        PydanticCustomError: If it is not of `PARAMETER_FORM`.
    """
    if not isinstance(value, str):
        return value
    read = _specified(value, form=PARAMETER_FORM)
    strange = [name for name in ("primary", "unique", "personal", "ref") if name in read]
    if strange:
        raise _fault(f"{value[:120]!r} is not of the form `{PARAMETER_FORM}`")
    return read


def write_field(field: Field) -> str:
    """Write a field in `FIELD_FORM`."""
    words = [field.name, _type(field), *_bounds(field)]
    words += [word for word, holds in (("key", field.primary), ("unique", field.unique), ("personal", field.personal)) if holds]
    words += [f"-> {field.ref}"] if field.ref else []
    return " ".join(words) + (f" : {field.why}" if field.why else "")


def write_parameter(parameter: Parameter) -> str:
    """Write a parameter in `PARAMETER_FORM`."""
    where = () if parameter.where == "body" else (parameter.where,)
    words = [*where, parameter.name, _type(parameter), *_bounds(parameter)]
    return " ".join(words) + (f" : {parameter.note}" if parameter.note else "")


def _type(value: Field | Parameter) -> str:
    return value.type + ("" if value.required else "?") + (f"({', '.join(value.values)})" if value.values else "")


def _bounds(value: Field | Parameter) -> list[str]:
    if value.minimum is None and value.maximum is None:
        return []
    return ["..".join("" if bound is None else f"{bound:g}" if abs(bound) < 100_000 else f"{bound:.0f}" for bound in (value.minimum, value.maximum))]


FieldLine = Annotated[Field, BeforeValidator(read_field), PlainSerializer(write_field), WithJsonSchema({"type": "string", "description": FIELD_FORM})]
"""A column in one line."""

ParameterLine = Annotated[
    Parameter, BeforeValidator(read_parameter), PlainSerializer(write_parameter), WithJsonSchema({"type": "string", "description": PARAMETER_FORM})
]
"""A member of a request or answer in one line."""
