"""The JSON Schema of an answer, as each provider's constrained decoding takes it.

Both providers know a subset of JSON Schema. What they do not know is left out: the answer is
validated by its own type anyway, and every keyword is read as input tokens. Every property is
required, with the type it has: an optional property costs a decoder states (Anthropic takes 24 in
all, OpenAI none), and a model that has nothing to say writes the empty value, which the type takes.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from pydantic import BaseModel

Schema = dict[str, Any]

_KEPT = ("type", "enum", "const", "description", "pattern", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minItems", "maxItems")
"""The keywords both OpenAI and the grammar compilers of local servers know, besides those with schemas in them."""

_ONE_OF_MANY = ("anyOf", "oneOf")


# A type's schema takes milliseconds to make, and a run asks for the same few types again and again.
@lru_cache(maxsize=64)
def openai_schema(answer: type[BaseModel]) -> Schema:
    """Return the schema of `answer` for OpenAI's strict structured outputs, and for servers that speak its language.

    All properties are required, no others allowed; titles, defaults and lengths are gone; a `$ref` stands alone.
    The value is shared: it is not to be changed.

    Raises:
        TypeError: If the type has a field that no provider's decoder can hold a model to: open keys, a tuple of mixed types, anything at all.
    """
    whole = answer.model_json_schema()
    return _strict(whole, root=whole, path=answer.__name__)


@lru_cache(maxsize=64)
def anthropic_schema(answer: type[BaseModel]) -> Schema:
    """Return the schema of `answer` for Anthropic's structured outputs.

    What `anthropic.transform_schema` makes of `openai_schema`, without the SDK: limits of values and patterns
    become a note in the description, which the model may heed. The value is shared: it is not to be changed.

    Raises:
        TypeError: As `openai_schema`.
    """
    return _noted(openai_schema(answer))


def _strict(schema: Schema, *, root: Schema, path: str) -> Schema:
    match schema:
        case {"$ref": str(ref), **siblings}:
            if "description" not in siblings:
                return {"$ref": ref}
            # Strict mode takes no sibling of a `$ref`: the description would be lost.
            named: Schema = root["$defs"][ref.removeprefix("#/$defs/")]
            return _strict({**named, "description": siblings["description"]}, root=root, path=path)
        case {"allOf": [only], **siblings}:
            return _strict({**only, **siblings}, root=root, path=path)
    strict: Schema = {key: schema[key] for key in _KEPT if key in schema}
    if isinstance(strict.get("pattern"), str):
        # A group that captures matches the same; older grammar compilers know no other.
        strict["pattern"] = strict["pattern"].replace("(?:", "(")
    for key in _ONE_OF_MANY:
        if key in schema:
            strict["anyOf"] = [_strict(variant, root=root, path=f"{path}|{number}") for number, variant in enumerate(schema[key], start=1)]
    match schema:
        case {"type": "object", "properties": dict(properties)} if properties:
            strict["properties"] = {key: _strict(value, root=root, path=f"{path}.{key}") for key, value in properties.items()}
            strict["required"] = list(properties)
            strict["additionalProperties"] = False
        case {"type": "object"}:
            raise TypeError(f"{path}: a model cannot be held to an object whose keys are open")
        case {"type": "array", "items": dict(items)} if "prefixItems" not in schema:
            strict["items"] = _strict(items, root=root, path=f"{path}[]")
        case {"type": "array"}:
            raise TypeError(f"{path}: a model cannot be held to a list of mixed types")
    if not strict.keys() & {"type", "enum", "const", "anyOf"}:
        raise TypeError(f"{path}: a model cannot be held to a value of any type")
    if defs := schema.get("$defs"):
        strict["$defs"] = {name: _strict(value, root=root, path=name) for name, value in defs.items()}
    return strict


def _noted(schema: Schema) -> Schema:
    """Return a strict schema in Anthropic's subset."""
    noted: Schema = {}
    if "$defs" in schema:
        noted["$defs"] = {name: _noted(value) for name, value in schema["$defs"].items()}
    if "$ref" in schema:
        return {**noted, "$ref": schema["$ref"]}
    noted |= {
        key: schema[key]
        for key in ("enum", "const", "anyOf", "type", "description", "properties", "additionalProperties", "required", "items")
        if key in schema
    }
    if "enum" in noted or "const" in noted:
        noted.pop("type", None)
    if "anyOf" in noted:
        noted["anyOf"] = [_noted(variant) for variant in noted["anyOf"]]
    if "properties" in noted:
        noted["properties"] = {key: _noted(value) for key, value in noted["properties"].items()}
    if "items" in noted:
        noted["items"] = _noted(noted["items"])
    if schema.get("minItems") in (0, 1):
        noted["minItems"] = schema["minItems"]
    if limits := ", ".join(_limits(schema)):
        noted["description"] = "\n\n".join(filter(None, [noted.get("description"), f"{{{limits}}}"]))
    return noted


def _limits(schema: Schema) -> Iterator[str]:
    known = {"$defs", "enum", "const", "anyOf", "type", "description", "properties", "additionalProperties", "required", "items"}
    for key, value in schema.items():
        if key not in known and not (key == "minItems" and value in (0, 1)):
            yield f"{key}: {value}"
