"""What each provider is told an answer must be."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import anthropic
import jsonschema
import pytest
from pydantic import BaseModel, Field

from backend_architect.design import (
    ApiLayer,
    DataLayer,
    Delivery,
    MessagingLayer,
    OperationsLayer,
    PerformanceLayer,
    Scope,
    SecurityLayer,
    Structure,
)
from backend_architect.models.schemas import anthropic_schema, openai_schema

SLICES: tuple[type[BaseModel], ...] = (
    Scope,
    Structure,
    ApiLayer,
    DataLayer,
    MessagingLayer,
    SecurityLayer,
    PerformanceLayer,
    OperationsLayer,
    Delivery,
)


class Shelf(BaseModel):
    """Where books stand."""

    key: Annotated[str, Field(pattern=r"^[a-z]+(?:-[a-z]+)*$", max_length=80)]
    room: Literal["hall", "cellar"] = "hall"
    floor: Annotated[int, Field(ge=0, le=9)] = 0
    width: float | None = None


class Library(BaseModel):
    name: str
    main: Shelf
    spare: Shelf = Field(default=Shelf(key="a"), description="Where overflow goes.")
    shelves: Annotated[tuple[Shelf, ...], Field(min_length=1)] = ()
    tags: list[str] = []


SHELF: dict[str, Any] = {
    "type": "object",
    "description": "Where books stand.",
    "properties": {
        "key": {"type": "string", "pattern": "^[a-z]+(-[a-z]+)*$"},
        "room": {"type": "string", "enum": ["hall", "cellar"]},
        "floor": {"type": "integer", "minimum": 0, "maximum": 9},
        "width": {"anyOf": [{"type": "number"}, {"type": "null"}]},
    },
    "required": ["key", "room", "floor", "width"],
    "additionalProperties": False,
}


def test_openai_is_told_types_alone_and_all_fields_are_required() -> None:
    assert openai_schema(Library) == {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "main": {"$ref": "#/$defs/Shelf"},
            "spare": {**SHELF, "description": "Where overflow goes."},
            "shelves": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/Shelf"}},
            "tags": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["name", "main", "spare", "shelves", "tags"],
        "additionalProperties": False,
        "$defs": {"Shelf": SHELF},
    }


def test_anthropic_is_told_limits_in_words() -> None:
    assert anthropic_schema(Library)["$defs"]["Shelf"]["properties"] == {
        "key": {"type": "string", "description": "{pattern: ^[a-z]+(-[a-z]+)*$}"},
        "room": {"enum": ["hall", "cellar"]},
        "floor": {"type": "integer", "description": "{minimum: 0, maximum: 9}"},
        "width": {"anyOf": [{"type": "number"}, {"type": "null"}]},
    }


@pytest.mark.parametrize("answer", [Library, *SLICES], ids=lambda answer: answer.__name__)
def test_anthropic_is_told_what_its_sdk_would_tell_it(answer: type[BaseModel]) -> None:
    assert anthropic_schema(answer) == anthropic.transform_schema(openai_schema(answer))


@pytest.mark.parametrize("answer", SLICES, ids=lambda answer: answer.__name__)
def test_every_slice_of_the_design_can_be_asked_for(answer: type[BaseModel]) -> None:
    for schema in (openai_schema(answer), anthropic_schema(answer)):
        jsonschema.Draft202012Validator.check_schema(schema)
        objects = [node for node in nodes(schema) if node.get("type") == "object"]
        assert all(node["additionalProperties"] is False and node["required"] == list(node["properties"]) for node in objects)
        assert not {key for node in nodes(schema) for key in node} & {"default", "title", "oneOf", "allOf", "minLength", "maxLength", "prefixItems"}
        # Anthropic refuses more unions than this in one request.
        assert sum("anyOf" in node for node in nodes(schema)) <= 16


def test_an_answer_with_nothing_to_say_still_validates() -> None:
    said = '{"name":"n","main":{"key":"a","room":"cellar","floor":0,"width":null},"spare":{"key":"b","room":"hall","floor":1,"width":2},"shelves":[{"key":"c","room":"hall","floor":0,"width":null}],"tags":[]}'
    jsonschema.validate(Library.model_validate_json(said).model_dump(mode="json"), openai_schema(Library))
    jsonschema.validate(Library.model_validate_json(said).model_dump(mode="json"), anthropic_schema(Library))


class Open(BaseModel):
    counts: dict[str, int]


class Mixed(BaseModel):
    pair: tuple[int, str]


class Anything(BaseModel):
    value: Any


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (Open, "Open.counts: a model cannot be held to an object whose keys are open"),
        (Mixed, "Mixed.pair: a model cannot be held to a list of mixed types"),
        (Anything, "Anything.value: a model cannot be held to a value of any type"),
    ],
)
def test_a_type_that_no_decoder_can_hold_is_refused_by_place(answer: type[BaseModel], message: str) -> None:
    with pytest.raises(TypeError) as caught:
        openai_schema(answer)
    assert str(caught.value) == message


def nodes(schema: Any) -> list[dict[str, Any]]:
    """Return every schema in a schema, property names not mistaken for keywords."""
    found = [schema]
    for key in ("properties", "$defs"):
        found += [node for value in schema.get(key, {}).values() for node in nodes(value)]
    found += [node for value in schema.get("anyOf", []) for node in nodes(value)]
    return found + (nodes(schema["items"]) if "items" in schema else [])
