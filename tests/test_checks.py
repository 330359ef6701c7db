"""The checks of a design: each has designs that it passes and designs in which it finds its fault."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from backend_architect.brief import Brief, Statement
from backend_architect.checks.coverage import coverage, spans
from backend_architect.checks.references import CHECKS, check
from backend_architect.design import Cache, Component, Design, Endpoint, Excluded, Field, Index, Job, MessagingDecision, MessagingLayer, Parameter, Step, Task
from backend_architect.plan import CodeChange, Coverage, Finding, Span
from backend_architect.text import Closed
from shop_design import API, BRIEF, DATA, DELIVERY, DESIGN, PERFORMANCE, SCOPE, STRUCTURE


def having(value: Any, path: str, change: Any) -> Any:
    """`value` with the member at `a.b.0.c` replaced by `change`, or by `change` of it."""
    head, _, rest = path.partition(".")
    if isinstance(value, tuple):
        at = int(head)
        return (*value[:at], having(value[at], rest, change) if rest else _made(change, value[at]), *value[at + 1 :])
    assert isinstance(value, Closed)
    old = getattr(value, head)
    return value.model_copy(update={head: having(old, rest, change) if rest else _made(change, old)})


def _made(change: Any, old: Any) -> Any:
    return change(old) if callable(change) else change


def design(*changes: tuple[str, Any]) -> Design:
    made: Any = DESIGN
    for path, change in changes:
        made = having(made, path, change)
    assert isinstance(made, Design)
    return made


def found(subject: Design, code: tuple[CodeChange, ...] = ()) -> list[tuple[str, str, str]]:
    return [(finding.code, finding.where, finding.message) for finding in check(subject, code, statements=5)]


def more(item: Any) -> Callable[[tuple[Any, ...]], tuple[Any, ...]]:
    return lambda items: (*items, item)


COMPONENT: Component = STRUCTURE.components[0]
POST: Endpoint = API.endpoints[0]
TASK: Task = DELIVERY.tasks[0]
MESSAGING = MessagingLayer(
    decision=MessagingDecision(
        key="later-work", choice="In process", why="One job.", satisfies=("create-order",), pattern="none", broker="none", delivery="none"
    ),
    jobs=(
        Job(
            key="nightly",
            name="Nightly",
            trigger="02:00",
            does="counts orders",
            retry="once",
            on_failure="logs it",
            user_learns="nothing",
            satisfies=("create-order",),
        ),
    ),
)

FAULTS: dict[str, tuple[tuple[str, Any], tuple[str, str, str]]] = {
    "ID001 between kinds": (
        ("structure.components.0.key", "orders"),
        ("ID001", "orders", "the key 'orders' names 2 elements (component, entity)"),
    ),
    "ID001 within a kind": (
        ("delivery.tasks", more(TASK)),
        ("ID001", "make-table", "the key 'make-table' names 2 elements (task)"),
    ),
    "ID002 satisfies": (
        ("api.endpoints.1.satisfies", more("pay-by-card")),
        ("ID002", "get-orders", "'get-orders' refers in satisfies to 'pay-by-card', which does not exist"),
    ),
    "ID002 field": (
        ("data.entities.0.fields.1.ref", "customers"),
        ("ID002", "orders", "'orders' refers in field customer to 'customers', which does not exist"),
    ),
    "ID002 vocabulary": (
        ("structure.vocabulary", more("customers")),
        ("ID002", "system-shape", "'system-shape' refers in vocabulary to 'customers', which does not exist"),
    ),
    "ID002 phase": (
        ("delivery.tasks.0.phase", "third"),
        ("ID002", "make-table", "'make-table' refers in phase to 'third', which does not exist"),
    ),
    "ID003": (
        ("structure.components.0.owns", ("orders", "post-orders")),
        ("ID003", "order-desk", "'order-desk' refers in owns to 'post-orders', of the wrong kind: endpoint instead of entity"),
    ),
    "ID004": (
        ("delivery.tasks.0.depends_on", ("take-orders",)),
        ("ID004", "make-table", "tasks wait for each other: make-table before take-orders before make-table"),
    ),
    "ID004 itself": (
        ("delivery.tasks.0.depends_on", ("make-table",)),
        ("ID004", "make-table", "tasks wait for each other: make-table before make-table"),
    ),
    "ID005": (
        ("structure.components", more(COMPONENT.model_copy(update={"key": "archive", "name": "Archive", "kind": "external"}))),
        ("ID005", "orders", "'orders' is owned by 'order-desk' and 'archive'"),
    ),
    "TR001": (
        ("scope.requirements.2.horizon", "now"),
        ("TR001", "export-orders", 'nothing in the design satisfies the requirement "Exporting orders as a spreadsheet comes later."'),
    ),
    "TR002": (
        ("scope.requirements.2.horizon", "now"),
        ("TR002", "export-orders", 'no task leads to the requirement "Exporting orders as a spreadsheet comes later."'),
    ),
    "TR003 requirement": (
        ("scope.requirements.2.cites", ()),
        ("TR003", "export-orders", 'the requirement "Exporting orders as a spreadsheet comes later." cites no statement'),
    ),
    "TR003 element": (
        ("performance.decision.satisfies", ()),
        ("TR003", "speed", "the decision 'speed' cites no statement and satisfies no requirement or assumption"),
    ),
    "TR004": (
        ("scope.requirements.0.cites", (3, 9, 7)),
        ("TR004", "create-order", "'create-order' cites S7, S9; the brief has 5 statements"),
    ),
    "TR004 without a key": (
        ("scope.loop.cites", (6,)),
        ("TR004", "", "the plan cites S6; the brief has 5 statements"),
    ),
    "TR005": (
        ("structure.components", more(COMPONENT.model_copy(update={"key": "archive", "name": "Archive", "owns": ()}))),
        ("TR005", "archive", 'no task builds the component "Archive"'),
    ),
    "TR006": (
        ("delivery.tasks", more(TASK.model_copy(update={"key": "tidy-up", "title": "Tidy up", "implements": ()}))),
        ("TR006", "tidy-up", 'the task "Tidy up" implements nothing'),
    ),
    "TR007": (
        ("delivery.tasks.0.depends_on", ("other-day",)),
        ("TR007", "make-table", "the task \"Create the table\" depends on 'other-day' of a later phase"),
    ),
    "AP001": (
        ("api.endpoints", more(POST.model_copy(update={"key": "again"}))),
        ("AP001", "again", "POST /orders is already answered by 'post-orders'"),
    ),
    "AP001 stream": (
        ("api.endpoints", more(API.endpoints[1].model_copy(update={"key": "live", "method": "SSE"}))),
        ("AP001", "live", "SSE /orders is already answered by 'get-orders'"),
    ),
    "AP002": (
        ("api.endpoints.0.request", more(Parameter(name="id", where="path"))),
        ("AP002", "post-orders", "POST /orders has no path parameter `id`"),
    ),
    "AP003 none named": (
        ("api.endpoints.0.auth", "role"),
        ("AP003", "post-orders", "POST /orders is for named roles and names none"),
    ),
    "AP003 open": (
        ("api.endpoints.0.roles", ("clerk",)),
        ("AP003", "post-orders", "POST /orders is open to anybody and names roles"),
    ),
    "DB001": (
        ("data.entities.0.fields.0.primary", False),
        ("DB001", "orders", "orders has no primary key"),
    ),
    "DB002": (
        ("data.entities.0.indexes", more(Index(fields=("is_open", "placed_at"), query="orders of a day"))),
        ("DB002", "orders", "an index of orders covers placed_at, which it does not have"),
    ),
    "DB003 field": (
        ("data.entities.0.fields", more(Field(name="Customer", type="text", why="again"))),
        ("DB003", "orders", "orders has 2 fields named customer"),
    ),
    "DB003 entity": (
        ("data.entities", more(DATA.entities[0].model_copy(update={"key": "old-orders"}))),
        ("DB003", "", "2 entities are named orders"),
    ),
    "PF001": (
        ("performance.critical_path.steps", more(Step(step="print a slip", must_succeed=False, ms=50, if_it_fails="print it later"))),
        ("PF001", "", "the critical path takes 250 ms, 50 ms over its budget of 200 ms"),
    ),
    "PF002": (
        ("performance.critical_path.steps", tuple(step.model_copy(update={"must_succeed": False}) for step in PERFORMANCE.critical_path.steps))
        if PERFORMANCE.critical_path
        else ("", None),
        ("PF002", "", "no step of the critical path must succeed"),
    ),
    "PF003": (
        ("api.endpoints.0.p95_ms", 500),
        ("PF003", "post-orders", "POST /orders may take 500 ms; the critical path has 200 ms"),
    ),
}

LATER_TASK = TASK.model_copy(update={"key": "other-day", "phase": "second", "title": "Another day"})

SOUND = {
    "as it is": design(),
    "no backend": Design(
        scope=SCOPE.model_copy(update={"requirements": ()}),
        structure=STRUCTURE.model_copy(
            update={"components": (), "vocabulary": (), "system": STRUCTURE.system.model_copy(update={"satisfies": (), "cites": (2,)})}
        ),
        delivery=DELIVERY.model_copy(update={"tasks": (), "phases": ()}),
    ),
    "same path, other method": design(("api.endpoints.1.path", "/orders/{id}")),
    "a client without a task": design(
        (
            "structure.components",
            more(COMPONENT.model_copy(update={"key": "desk-phone", "name": "Phone", "kind": "client", "owns": (), "uses": ("order-desk",)})),
        )
    ),
    "headroom in the budget": design(("performance.critical_path.budget_ms", 300)),
    "a job": design(("messaging", MESSAGING)),
    "an element that rests on its citations": design(("data.entities.0.satisfies", ()), ("data.entities.0.cites", (3,))),
    "roles named": design(("api.endpoints.0.auth", "role"), ("api.endpoints.0.roles", ("clerk",))),
    "a cache has no key": design(
        ("performance.caches", (Cache(what="open orders", where="process", ttl="5 s", invalidation="on write", why="the list is read often"),))
    ),
}


@pytest.mark.parametrize("case", FAULTS)
def test_a_fault_is_found(case: str) -> None:
    change, expected = FAULTS[case]
    changes = [change]
    if case == "TR007":
        changes.append(("delivery.tasks", more(LATER_TASK)))
    assert expected in found(design(*changes))


@pytest.mark.parametrize("case", SOUND)
def test_a_sound_design_has_no_findings(case: str) -> None:
    assert found(SOUND[case]) == []


def test_every_check_has_a_case_that_fails_and_its_documentation() -> None:
    assert sorted({case[:5] for case in FAULTS}) == sorted(kind.__name__ for kind in CHECKS)
    for kind in CHECKS:
        assert kind.__doc__ is not None
        assert "\n    Bad: " in kind.__doc__, kind
        assert "\n    Good: " in kind.__doc__, kind


def test_emitted_files_are_elements_too() -> None:
    code = (
        CodeChange(key="openapi", path="openapi.yaml", language="yaml", about="The API", content="openapi: 3.1.0\n", implements=("post-orders", "put-orders")),
    )
    assert check(DESIGN, code, statements=5) == (
        Finding(code="ID002", severity="error", message="'openapi' refers in implements to 'put-orders', which does not exist", where="openapi"),
    )
    assert [finding.code for finding in check(DESIGN, (code[0].model_copy(update={"key": "orders", "implements": ()}),), statements=5)] == ["ID001"]


def statement(number: int) -> Statement:
    return Statement(number=number, kind="sentence", text=f"Statement {number}.", first_line=2 * number, last_line=2 * number + 1, digest="0" * 12)


def test_every_statement_is_accounted_for_once() -> None:
    brief = Brief(path="brief.md", sha256="0" * 64, title="Shop", language="en", statements=tuple(map(statement, range(1, 7))), size=len(BRIEF))
    planned = design(("scope.excluded", (Excluded(what="Spreadsheets", because="the brief says later", cites=(5, 6)),)))
    assert coverage(planned, brief) == Coverage(required=(3, 4, 5), context=(1, 2), excluded=(6,))
    assert spans(planned, brief) == tuple(Span(statement=n, first_line=2 * n, last_line=2 * n + 1) for n in (3, 4, 5, 6))
