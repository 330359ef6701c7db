"""The collections of a document store: validators, keys, indexes and how to undo them, as JSON."""

from __future__ import annotations

import json
from typing import Any

from backend_architect.design import Design, Entity, Field, Index, ValueType
from backend_architect.emit.names import limited
from backend_architect.emit.schema import Schema, value

_BSON: dict[ValueType, str] = {
    "uuid": "string",
    "text": "string",
    "integer": "int",
    "bigint": "long",
    "decimal": "decimal",
    "float": "double",
    "boolean": "bool",
    "timestamp": "date",
    "date": "string",
    "bytes": "binData",
    "enum": "string",
}
_DYNAMO: dict[ValueType, str] = {
    "uuid": "S",
    "text": "S",
    "enum": "S",
    "timestamp": "S",
    "date": "S",
    "integer": "N",
    "bigint": "N",
    "decimal": "N",
    "float": "N",
    "bytes": "B",
}
"""Types that may be keys."""
_DYNAMO_INDEXES = 20
_LINE = 110


def documents(design: Design) -> str:
    """Return one JSON text with the collections of a document store; empty for any other engine.

    MongoDB gets what `db.createCollection` and `createIndexes` take (`$jsonSchema` with BSON types),
    DynamoDB (under `table`) what `create-table --cli-input-json` takes, Cosmos DB the container's
    partition key and indexes; those two check no document, so the program holds them to `schema`. The essential and supporting
    entities; what is planned for later is named. Members keep the design's names.
    """
    engine = design.data.decision.engine if design.data else "none"
    chosen: dict[str, Entity] = {}
    for entity in design.entities:
        if entity.tier != "future" and entity.fields:
            chosen.setdefault(entity.name, entity)
    entities = tuple(chosen.values())
    if not entities:
        return ""
    match engine:
        case "mongodb":
            made = [_mongo(entity) for entity in entities]
            reverse = [f"db.getCollection({json.dumps(entity.name)}).drop()" for entity in reversed(entities)]
        case "cosmosdb":
            made = [_cosmos(entity) for entity in entities]
            reverse = [f"delete container {entity.name}" for entity in reversed(entities)]
        case "dynamodb":
            made = [_dynamo(entity) for entity in entities]
            reverse = [f"aws dynamodb delete-table --table-name {_dynamo_name(entity)}" for entity in reversed(entities)]
        case _:
            return ""
    later = {entity.name: entity.purpose for entity in design.entities if entity.tier == "future" and entity.name not in chosen}
    document = {"engine": engine, "collections": made, "reverse": reverse} | ({"later": later} if later else {})
    return _json(document, 0) + "\n"


def _json(node: Any, depth: int) -> str:
    """Return JSON that keeps on one line what fits there."""
    flat = json.dumps(node, ensure_ascii=False)
    if len(flat) <= _LINE or not isinstance(node, dict | list) or not node:
        return flat
    pad = "  " * (depth + 1)
    if isinstance(node, dict):
        inner = [f"{json.dumps(name, ensure_ascii=False)}: {_json(value, depth + 1)}" for name, value in node.items()]
        return "{\n" + ",\n".join(pad + line for line in inner) + "\n" + "  " * depth + "}"
    return "[\n" + ",\n".join(pad + _json(value, depth + 1) for value in node) + "\n" + "  " * depth + "]"


def _fields(entity: Entity) -> tuple[Field, ...]:
    found: dict[str, Field] = {}
    for field in entity.fields:
        found.setdefault(field.name, field)
    return tuple(found.values())


def _indexes(entity: Entity) -> tuple[Index, ...]:
    """Return the indexes beside the key on fields that exist: each list of fields once, unique fields and references among them."""
    known = {field.name for field in entity.fields}
    found: dict[tuple[str, ...], Index] = {}
    for field in _fields(entity):
        if field.unique and not field.primary:
            found[field.name,] = Index(fields=(field.name,), unique=True, query=f"each {field.name} once")
    for index in entity.indexes:
        fields = tuple(dict.fromkeys(index.fields))
        if fields and known.issuperset(fields):
            other = found.get(fields)
            found[fields] = Index(
                fields=fields,
                unique=index.unique or (other is not None and other.unique),
                query=f"{other.query}; {index.query}"[:2000] if other else index.query,
            )
    led = {fields[0] for fields in found} | set(_primary(entity)[:1])
    for field in _fields(entity):
        if field.ref and field.name not in led:
            found[field.name,] = Index(fields=(field.name,), query=f"{entity.name} by {field.name}")
    return tuple(index for index in found.values() if index.fields != _primary(entity))


def _primary(entity: Entity) -> tuple[str, ...]:
    return tuple(field.name for field in _fields(entity) if field.primary)


# --- MongoDB --------------------------------------------------------------------------------


def _mongo(entity: Entity) -> dict[str, Any]:
    primary = _primary(entity)
    renamed = {primary[0]: "_id"} if len(primary) == 1 else {}
    # A column that is called `_id` already is what the store keeps under that name.
    fields = tuple(field for field in _fields(entity) if field.name != "_id" or field.primary or not renamed)
    indexes = list(_indexes(entity))
    if len(primary) > 1:
        indexes.insert(0, Index(fields=primary, unique=True, query=f"one of {entity.name} by its key"))
    required = [renamed.get(field.name, field.name) for field in fields if field.required or field.primary]
    return {
        "name": entity.name,
        "purpose": entity.purpose,
        "validator": {
            "$jsonSchema": {
                "bsonType": "object",
                **({"required": required} if required else {}),
                "properties": {renamed.get(field.name, field.name): _bson(field) for field in fields},
            }
        },
        "indexes": [
            {
                "name": limited("_".join(("ux" if index.unique else "ix", entity.name, *index.fields))),
                "key": {renamed.get(name, name): 1 for name in index.fields},
                **({"unique": True} if index.unique else {}),
                "serves": index.query,
            }
            for index in indexes
        ],
    }


def _bson(field: Field) -> Schema:
    if field.type == "json":
        return {}
    plain = value(field.type, values=field.values, minimum=field.minimum, maximum=field.maximum, decimals_as_text=False)
    # `$jsonSchema` refuses `format` and `integer`; its own types say the same.
    kept = {word: rule for word, rule in plain.items() if word in ("enum", "minLength", "maxLength", "minimum", "maximum")}
    bson: object = _BSON[field.type]
    if not (field.required or field.primary):
        bson = [bson, "null"]
        kept = kept | ({"enum": [*kept["enum"], None]} if "enum" in kept else {})
    return {"bsonType": bson} | kept


# --- Cosmos DB ------------------------------------------------------------------------------


def _cosmos(entity: Entity) -> dict[str, Any]:
    plain = _plain_schema(entity)
    # Every item has a textual id of its own, whatever the design calls its key.
    own = plain["properties"].pop("id", {})
    schema = {
        "type": "object",
        "required": ["id", *(name for name in plain.get("required", []) if name != "id")],
        "properties": {"id": own if own.get("type") == "string" else {"type": "string"}} | plain["properties"],
    }
    indexes = _indexes(entity)
    partition = _partition(entity)
    return {
        "name": entity.name,
        "purpose": entity.purpose,
        "partitionKey": f"/{partition}",
        # A container holds a key to be unique within one partition only.
        "uniqueKeys": [[f"/{name}" for name in index.fields] for index in indexes if index.unique and partition in index.fields],
        "compositeIndexes": [[f"/{name}" for name in index.fields] for index in indexes if len(index.fields) > 1],
        "serves": {
            ", ".join(index.fields): index.query
            + (" (the program has to see to it: no key holds across partitions)" if index.unique and partition not in index.fields else "")
            for index in indexes
        },
        "schema": schema,
    }


def _plain_schema(entity: Entity) -> Schema:
    """Return the JSON Schema that the program holds a stored document to."""
    required = [field.name for field in _fields(entity) if field.required or field.primary]
    properties = {
        field.name: value(
            field.type,
            values=field.values,
            minimum=field.minimum,
            maximum=field.maximum,
            nullable=not (field.required or field.primary),
        )
        for field in _fields(entity)
    }
    return {"type": "object"} | ({"required": required} if required else {}) | {"properties": properties}


def _partition(entity: Entity) -> str:
    """Return what spreads the items: the owner that most reads name, else what has to be unique, else the key."""
    primary = _primary(entity)
    if len(primary) > 1:
        return primary[0]
    led = [index.fields[0] for index in entity.indexes if index.fields]
    owners = [field.name for field in _fields(entity) if field.ref and field.required]
    alone = [index.fields[0] for index in _indexes(entity) if index.unique and len(index.fields) == 1]
    return next((name for name in owners if name in led), (owners or [*alone, *primary, "id"])[0])


# --- DynamoDB -------------------------------------------------------------------------------


def _dynamo_name(entity: Entity) -> str:
    # Table names have at least three characters.
    return entity.name if len(entity.name) >= 3 else f"{entity.name}_items"


def _dynamo(entity: Entity) -> dict[str, Any]:
    types = {field.name: _DYNAMO[field.type] for field in _fields(entity) if field.type in _DYNAMO}
    primary = tuple(name for name in _primary(entity) if name in types)[:2]
    if not primary:
        primary, types = ("pk",), types | {"pk": "S"}
    wanted = [index for index in _indexes(entity) if all(name in types for name in index.fields[:2]) and index.fields[:2] != primary]
    by_key: dict[tuple[str, ...], list[str]] = {}
    for index in wanted:
        # DynamoDB holds nothing but the key to be unique.
        held = " (the program has to see to it, in one transaction)" if index.unique else ""
        by_key.setdefault(index.fields[:2], []).append(index.query + held)
    secondary = dict(list(by_key.items())[:_DYNAMO_INDEXES])
    keyed = dict.fromkeys(name for key in (primary, *secondary) for name in key)
    table: dict[str, Any] = {
        "TableName": _dynamo_name(entity),
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": types[name]} for name in keyed],
        "KeySchema": _key_schema(primary),
    }
    if secondary:
        table["GlobalSecondaryIndexes"] = [
            {"IndexName": _dynamo_index(key), "KeySchema": _key_schema(key), "Projection": {"ProjectionType": "ALL"}} for key in secondary
        ]
    return {
        "name": entity.name,
        "purpose": entity.purpose,
        "table": table,
        "serves": {_dynamo_index(key): "; ".join(queries) for key, queries in secondary.items()},
        "schema": _plain_schema(entity),
    }


def _dynamo_index(key: tuple[str, ...]) -> str:
    return limited("by_" + "_".join(key))


def _key_schema(key: tuple[str, ...]) -> list[dict[str, str]]:
    return [{"AttributeName": name, "KeyType": kind} for name, kind in zip(key, ("HASH", "RANGE"), strict=False)]
