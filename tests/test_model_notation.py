"""The short forms a model writes read into the design's types and back."""

from __future__ import annotations

from typing import Annotated, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from backend_architect.architects.model.notation import FieldLine, ParameterLine, Row, Statements, read_cites, write_cites
from backend_architect.design import Command, EndpointError, Field, Parameter, Requirement, ValueType

FIELDS: TypeAdapter[Field] = TypeAdapter(FieldLine)
PARAMETERS: TypeAdapter[Parameter] = TypeAdapter(ParameterLine)
REQUIREMENTS: TypeAdapter[Requirement] = TypeAdapter(Annotated[Requirement, Row("key | kind | horizon | text | cites")])
COMMANDS: TypeAdapter[Command] = TypeAdapter(Annotated[Command, Row("key | where | purpose | run", open_end=True)])


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("id uuid key", Field(name="id", type="uuid", primary=True)),
        ("patient_id uuid -> patients : who comes", Field(name="patient_id", type="uuid", ref="patients", why="who comes")),
        ("patient_id uuid ->patients.id", Field(name="patient_id", type="uuid", ref="patients")),
        ("email text 3..254 unique personal", Field(name="email", type="text", minimum=3, maximum=254, unique=True, personal=True)),
        ("state enum(booked, cancelled)", Field(name="state", type="enum", values=("booked", "cancelled"))),
        (
            "state enum? (booked, 'no show') : what became of it",
            Field(name="state", type="enum", required=False, values=("booked", "no show"), why="what became of it"),
        ),
        ("price decimal 0..", Field(name="price", type="decimal", minimum=0)),
        ("note text? ..500", Field(name="note", type="text", required=False, maximum=500)),
        ("delta float -1.5..1.5", Field(name="delta", type="float", minimum=-1.5, maximum=1.5)),
    ],
)
def test_a_field_is_read(line: str, field: Field) -> None:
    assert FIELDS.validate_python(line) == field


@pytest.mark.parametrize(
    ("line", "parameter"),
    [
        ("title text 1..200", Parameter(name="title", type="text", minimum=1, maximum=200)),
        ("query page integer? 1..", Parameter(name="page", where="query", type="integer", required=False, minimum=1)),
        ("items[].quantity integer 1..99 : pieces", Parameter(name="items[].quantity", type="integer", minimum=1, maximum=99, note="pieces")),
        ("header Idempotency-Key uuid : chosen by the client", Parameter(name="Idempotency-Key", where="header", type="uuid", note="chosen by the client")),
        # A member may be called like a place.
        ("path text", Parameter(name="path", type="text")),
        ("query text? ..80", Parameter(name="query", type="text", required=False, maximum=80)),
    ],
)
def test_a_parameter_is_read(line: str, parameter: Parameter) -> None:
    assert PARAMETERS.validate_python(line) == parameter


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("id", "is not of the form `name type"),
        ("id number", "is not of the form `name type"),
        ("id uuid primary", "'primary' in 'id uuid primary' is not understood"),
        ("id uuid ->", "'->' in 'id uuid ->' is not understood"),
        ("", "is not of the form `name type"),
    ],
)
def test_a_field_out_of_form_is_refused_with_the_form(line: str, message: str) -> None:
    with pytest.raises(ValidationError) as caught:
        FIELDS.validate_python(line)
    assert message in caught.value.errors()[0]["msg"]


def test_a_parameter_is_no_column() -> None:
    with pytest.raises(ValidationError):
        PARAMETERS.validate_python("id uuid key")


_TYPES = st.sampled_from(get_args(ValueType))
_NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,12}", fullmatch=True)
_WORDS = st.lists(st.from_regex(r"[A-Za-z][A-Za-z0-9_-]{0,8}", fullmatch=True), max_size=3, unique=True).map(tuple)
_BOUNDS = st.none() | st.integers(-(10**9), 10**9).map(float) | st.integers(-4000, 4000).map(lambda quarters: quarters / 4)
_NOTES = st.from_regex(r"(?:[A-Za-z0-9(][A-Za-z0-9 ,;:()->|]{0,30})?", fullmatch=True).map(lambda text: " ".join(text.split()))


@given(
    st.builds(
        Field,
        name=_NAMES,
        type=_TYPES,
        required=st.booleans(),
        unique=st.booleans(),
        primary=st.booleans(),
        personal=st.booleans(),
        ref=st.none() | st.just("orders"),
        values=_WORDS,
        minimum=_BOUNDS,
        maximum=_BOUNDS,
        why=_NOTES,
    )
)
def test_a_field_survives_being_written(field: Field) -> None:
    assert FIELDS.validate_python(FIELDS.dump_python(field)) == field


@given(
    st.builds(
        Parameter,
        name=_NAMES | st.sampled_from(("items[].id", "path", "query", "header", "body")),
        where=st.sampled_from(("path", "query", "header", "body")),
        type=_TYPES,
        required=st.booleans(),
        values=_WORDS,
        minimum=_BOUNDS,
        maximum=_BOUNDS,
        note=_NOTES,
    )
)
def test_a_parameter_survives_being_written(parameter: Parameter) -> None:
    assert PARAMETERS.validate_python(PARAMETERS.dump_python(parameter)) == parameter


@pytest.mark.parametrize(
    ("text", "numbers"),
    [("S3 S5-S7", (3, 5, 6, 7)), ("S3,S4;5", (3, 4, 5)), ("", ()), ("-", ()), ("none", ()), ("S2–4", (2, 3, 4)), ("S9 S9", (9,))],
)
def test_citations_are_read(text: str, numbers: tuple[int, ...]) -> None:
    assert read_cites(text) == numbers


@pytest.mark.parametrize("text", ["S", "the third", "S7-S5", "S1 and S2", "S1-S9999999"])
def test_what_is_no_citation_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter[tuple[int, ...]](Statements).validate_python(text)


@given(st.lists(st.integers(1, 300), unique=True).map(lambda numbers: tuple(sorted(numbers))))
def test_citations_survive_being_written(numbers: tuple[int, ...]) -> None:
    assert read_cites(write_cites(numbers)) == numbers


def test_a_line_of_cells_is_read_and_written() -> None:
    line = "r-book | functional | now | A patient books a free slot. | S4 S5"
    requirement = Requirement(key="r-book", kind="functional", text="A patient books a free slot.", cites=(4, 5))
    assert REQUIREMENTS.validate_python(line) == requirement
    assert REQUIREMENTS.dump_python(requirement) == line
    assert REQUIREMENTS.validate_python(requirement) == requirement


def test_an_error_code_is_written_in_one_way() -> None:
    line = "409 | slot-taken | somebody was faster | This slot is taken."
    assert TypeAdapter[EndpointError](Annotated[EndpointError, Row("status | code | when | message")]).validate_python(line).code == "SLOT_TAKEN"


def test_a_sign_too_many_is_refused_with_the_columns() -> None:
    with pytest.raises(ValidationError) as caught:
        REQUIREMENTS.validate_python("r-or | functional | now | Either a | b is kept. | S4")
    assert caught.value.errors()[0]["msg"] == "6 cells where 5 were expected (key | kind | horizon | text | cites); a text must not hold the sign |"


def test_a_command_may_hold_a_pipe() -> None:
    command = Command(key="c-count", where="local", purpose="Count the rows", run="psql -c 'table x' | wc -l")
    assert COMMANDS.validate_python(COMMANDS.dump_python(command)) == command


def test_the_schema_of_a_line_is_a_string_that_names_its_cells() -> None:
    assert REQUIREMENTS.json_schema() == {"type": "string", "description": "key | kind | horizon | text | cites"}
