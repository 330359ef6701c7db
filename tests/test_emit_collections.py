from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator

from backend_architect.design import Design, Engine, Index
from backend_architect.emit import collections
from emit_designs import LIBRARY, data, design, entity, field
from emit_strategies import stored

slow = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])

LOANS = entity(
    "entity-loan",
    "loans",
    field("id", "uuid", primary=True),
    field("borrower_id", "uuid", ref="entity-member"),
    field("code", maximum=8, unique=True),
    field("state", "enum", values=("out", "back"), required=False),
    field("deposit", "decimal", minimum=0),
    field("lent_at", "timestamp"),
    field("extra", "json", required=False),
    indexes=(
        Index(fields=("state", "lent_at"), query="what is out, oldest first"),
        Index(fields=("gone",), query="nothing"),
        Index(fields=("id",), query="one loan"),
    ),
)
LATER = entity("entity-later", "badges", field("id", "uuid", primary=True), tier="future")


def of(engine: Engine) -> object:
    return json.loads(collections.documents(design(data_layer=data(LOANS, LATER, engine=engine))))


def test_mongodb() -> None:
    assert of("mongodb") == {
        "engine": "mongodb",
        "collections": [
            {
                "name": "loans",
                "purpose": "Keeps the loans",
                "validator": {
                    "$jsonSchema": {
                        "bsonType": "object",
                        "required": ["_id", "borrower_id", "code", "deposit", "lent_at"],
                        "properties": {
                            "_id": {"bsonType": "string"},
                            "borrower_id": {"bsonType": "string"},
                            "code": {"bsonType": "string", "maxLength": 8},
                            "state": {"bsonType": ["string", "null"], "enum": ["out", "back", None]},
                            "deposit": {"bsonType": "decimal", "minimum": 0},
                            "lent_at": {"bsonType": "date"},
                            "extra": {},
                        },
                    }
                },
                "indexes": [
                    {"name": "ux_loans_code", "key": {"code": 1}, "unique": True, "serves": "each code once"},
                    {"name": "ix_loans_state_lent_at", "key": {"state": 1, "lent_at": 1}, "serves": "what is out, oldest first"},
                    {"name": "ix_loans_borrower_id", "key": {"borrower_id": 1}, "serves": "loans by borrower_id"},
                ],
            }
        ],
        "reverse": ['db.getCollection("loans").drop()'],
        "later": {"badges": "Keeps the badges"},
    }


SCHEMA = {
    "type": "object",
    "required": ["id", "borrower_id", "code", "deposit", "lent_at"],
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "borrower_id": {"type": "string", "format": "uuid"},
        "code": {"type": "string", "maxLength": 8},
        "state": {"type": ["string", "null"], "enum": ["out", "back", None]},
        "deposit": {"type": "string", "pattern": r"^\d{1,16}(\.\d{1,2})?$"},
        "lent_at": {"type": "string", "format": "date-time"},
        "extra": {},
    },
}


def test_cosmosdb() -> None:
    assert of("cosmosdb") == {
        "engine": "cosmosdb",
        "collections": [
            {
                "name": "loans",
                "purpose": "Keeps the loans",
                "partitionKey": "/borrower_id",
                "uniqueKeys": [],
                "compositeIndexes": [["/state", "/lent_at"]],
                "serves": {
                    "code": "each code once (the program has to see to it: no key holds across partitions)",
                    "state, lent_at": "what is out, oldest first",
                    "borrower_id": "loans by borrower_id",
                },
                "schema": SCHEMA,
            }
        ],
        "reverse": ["delete container loans"],
        "later": {"badges": "Keeps the badges"},
    }


def test_dynamodb() -> None:
    def key(*names: str) -> list[dict[str, str]]:
        return [{"AttributeName": name, "KeyType": kind} for name, kind in zip(names, ("HASH", "RANGE"), strict=False)]

    def index(*names: str) -> dict[str, object]:
        return {"IndexName": "_".join(("by", *names)), "KeySchema": key(*names), "Projection": {"ProjectionType": "ALL"}}

    assert of("dynamodb") == {
        "engine": "dynamodb",
        "collections": [
            {
                "name": "loans",
                "purpose": "Keeps the loans",
                "table": {
                    "TableName": "loans",
                    "BillingMode": "PAY_PER_REQUEST",
                    "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("id", "code", "state", "lent_at", "borrower_id")],
                    "KeySchema": key("id"),
                    "GlobalSecondaryIndexes": [index("code"), index("state", "lent_at"), index("borrower_id")],
                },
                "serves": {
                    "by_code": "each code once (the program has to see to it, in one transaction)",
                    "by_state_lent_at": "what is out, oldest first",
                    "by_borrower_id": "loans by borrower_id",
                },
                "schema": SCHEMA,
            }
        ],
        "reverse": ["aws dynamodb delete-table --table-name loans"],
        "later": {"badges": "Keeps the badges"},
    }


@pytest.mark.parametrize("engine", ["postgresql", "mysql", "sqlite", "redis", "object-store", "memory", "browser", "none"])
def test_other_engines_have_no_collections(engine: Engine) -> None:
    assert collections.documents(design(data_layer=data(*LIBRARY.entities, engine=engine))) == ""


@slow
@given(stored("mongodb"))
def test_mongodb_gets_only_the_words_it_knows(made: Design) -> None:
    for collection in json.loads(collections.documents(made) or '{"collections": []}')["collections"]:
        schema = collection["validator"]["$jsonSchema"]
        Draft202012Validator.check_schema(schema)
        assert set(schema) <= {"bsonType", "required", "properties"}
        for rules in schema["properties"].values():
            assert set(rules) <= {"bsonType", "enum", "minLength", "maxLength", "minimum", "maximum"}
        names = [index["name"] for index in collection["indexes"]]
        assert len(names) == len(set(names))
        assert all(set(index["key"]) <= set(schema["properties"]) for index in collection["indexes"])


@slow
@given(stored("dynamodb"))
def test_dynamodb_declares_exactly_the_attributes_of_its_keys(made: Design) -> None:
    for collection in json.loads(collections.documents(made) or '{"collections": []}')["collections"]:
        table = collection["table"]
        keys = [table["KeySchema"], *(index["KeySchema"] for index in table.get("GlobalSecondaryIndexes", []))]
        assert {part["AttributeName"] for key in keys for part in key} == {each["AttributeName"] for each in table["AttributeDefinitions"]}
        assert all([part["KeyType"] for part in key] == ["HASH", "RANGE"][: len(key)] for key in keys)
        Draft202012Validator.check_schema(collection["schema"])


@slow
@given(stored("cosmosdb"))
def test_cosmosdb_partitions_by_a_member_that_is_there(made: Design) -> None:
    for collection in json.loads(collections.documents(made) or '{"collections": []}')["collections"]:
        Draft202012Validator.check_schema(collection["schema"])
        assert collection["partitionKey"].removeprefix("/") in collection["schema"]["properties"]
        assert "id" in collection["schema"]["required"]
