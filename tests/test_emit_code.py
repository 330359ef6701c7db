from __future__ import annotations

from backend_architect.design import Design, Engine
from backend_architect.emit import code_changes, collections, openapi, sql
from backend_architect.emit.traceability import Row, matrix
from backend_architect.plan import CodeChange, Identity
from emit_designs import LIBRARY, TINY, data, design, scope


def with_engine(made: Design, engine: Engine) -> Design:
    assert made.data is not None
    return made.model_copy(update={"data": data(*made.entities, engine=engine)})


def test_the_files_of_a_relational_design() -> None:
    up, down = sql.script(LIBRARY)
    assert code_changes(LIBRARY) == (
        CodeChange(
            key="code-openapi",
            path="openapi.yaml",
            language="yaml",
            about="11 endpoints, OpenAPI 3.1",
            content=openapi.text(LIBRARY),
            implements=("api", "app", "shelf", "lending"),
        ),
        CodeChange(
            key="code-up",
            path="migrations/0001_initial.up.sql",
            language="sql",
            about="5 tables, PostgreSQL",
            content=up,
            implements=("data", "entity-member", "entity-tool", "entity-loan", "entity-deposit", "entity-favourite"),
        ),
        CodeChange(
            key="code-down",
            path="migrations/0001_initial.down.sql",
            language="sql",
            about="The reverse",
            content=down,
        ),
    )


def test_the_files_of_a_document_store() -> None:
    made = with_engine(TINY, "mongodb")
    assert code_changes(made)[1:] == (
        CodeChange(
            key="code-collections",
            path="migrations/0001_initial.json",
            language="json",
            about="1 collection, MongoDB, with indexes, schemas and how to remove them",
            content=collections.documents(made),
            implements=("data", "entity-errand"),
        ),
    )


def test_no_files_without_a_server_and_a_store() -> None:
    assert code_changes(design()) == ()
    assert [change.key for change in code_changes(with_engine(TINY, "memory"))] == ["code-openapi"]


IDENTITIES = tuple(
    Identity.model_validate({"kind": kind, "key": key, "id": id})
    for kind, key, id in (
        ("requirement", "req-lend", "REQ-1.1"),
        ("requirement", "req-deposit", "REQ-1.2"),
        ("requirement", "req-remind", "REQ-1.3"),
        ("requirement", "req-fast", "REQ-2.1"),
        ("decision", "system", "ARCH-PLAN-7.1"),
        ("component", "lending", "ARCH-ITEM-1.1"),
        ("component", "reminder", "ARCH-ITEM-1.2"),
        ("endpoint", "endpoint-list-tools", "API-1.2"),
        ("endpoint", "endpoint-deposit-hook", "API-1.9"),
        ("endpoint", "endpoint-borrow", "API-1.10"),
        ("entity", "entity-loan", "DATA-1.3"),
        ("task", "task-schema", "TASK-1.1"),
        ("task", "task-lend", "TASK-1.2"),
        ("task", "task-remind", "TASK-1.3"),
        ("task", "task-load", "TASK-1.4"),
    )
)


def test_the_matrix_lists_what_serves_each_requirement_in_document_order() -> None:
    assert matrix(LIBRARY, IDENTITIES) == (
        Row(requirement="REQ-1.1", components=("ARCH-ITEM-1.1",), endpoints=("API-1.10",), tasks=("TASK-1.2",)),
        Row(requirement="REQ-1.2", endpoints=("API-1.9", "API-1.10"), tasks=("TASK-1.2",)),
        # A job has no ID of its own, but its task serves what it satisfies.
        Row(requirement="REQ-1.3", components=("ARCH-ITEM-1.2",), tasks=("TASK-1.3",)),
        Row(requirement="REQ-2.1", endpoints=("API-1.2",), tasks=("TASK-1.4",)),
    )


def test_decisions_and_entities_count_too() -> None:
    assert LIBRARY.data is not None
    loans = tuple(each.model_copy(update={"satisfies": ("req-lend",)}) if each.key == "entity-loan" else each for each in LIBRARY.entities)
    made = LIBRARY.model_copy(
        update={
            "structure": LIBRARY.structure.model_copy(update={"system": LIBRARY.structure.system.model_copy(update={"satisfies": ("req-lend",)})}),
            "data": LIBRARY.data.model_copy(update={"entities": loans}),
        }
    )
    assert matrix(made, IDENTITIES)[0] == Row(
        requirement="REQ-1.1",
        decisions=("ARCH-PLAN-7.1",),
        components=("ARCH-ITEM-1.1",),
        endpoints=("API-1.10",),
        entities=("DATA-1.3",),
        tasks=("TASK-1.1", "TASK-1.2"),
    )


def test_requirements_without_an_id_have_no_row() -> None:
    assert matrix(LIBRARY, IDENTITIES[1:])[0].requirement == "REQ-1.2"
    assert matrix(design(asked=scope()), IDENTITIES) == ()
