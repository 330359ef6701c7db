"""A tiny brief makes a short plan: every part is there, in few words."""

from __future__ import annotations

from io import BytesIO

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from backend_architect.document import parse
from backend_architect.emit import openapi
from backend_architect.runs import Outcome, plan_brief

BRIEF = """\
# Pantry list

A small page with what one household has in the pantry.

## What it does

- User can type in an item and add it to the list
- User can mark an item as `finished`
- User can remove an item from the list

## Later

- User can edit an item
- User can see the date when an item was added
"""


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    return plan_brief("-", folder=None, stdin=BytesIO(BRIEF.encode()))


def test_it_stays_short(outcome: Outcome) -> None:
    assert len(outcome.markdown.encode()) < 12_000
    assert parse(outcome.markdown).plan == outcome.plan


def test_it_holds_every_part_all_the_same(outcome: Outcome) -> None:
    design = outcome.plan.design
    assert [component.kind for component in design.structure.components] == ["service"]
    assert [entity.name for entity in design.entities] == ["items"]
    assert {endpoint.method for endpoint in design.endpoints} == {"POST", "GET", "PATCH", "DELETE"}
    assert [change.language for change in outcome.plan.code] == ["yaml", "sql", "sql"]
    assert 3 <= len(design.delivery.tasks) <= 4
    assert len(design.delivery.phases) <= 2
    assert len(outcome.plan.quality) == 15
    assert 1 <= len(design.delivery.left_out) <= 4
    assert not [box for box in outcome.plan.quality if box.state == "open"]


def test_the_loop_has_a_critical_path_and_its_errors_and_the_code_a_place(outcome: Outcome) -> None:
    design = outcome.plan.design
    assert design.performance is not None
    assert design.performance.critical_path is not None
    assert design.api is not None
    assert [(step.step, step.if_it_fails) for step in design.performance.critical_path.steps] == [
        ("Check `name`", "422 VALIDATION_ERROR"),
        ("Commit the item in SQLite", "503, nothing is kept"),
        ("Answer 201 with the item", "the item is kept"),
    ]
    assert [(error.category, error.answer) for error in design.api.errors] == [
        ("input", "422 `VALIDATION_ERROR`"),
        ("business", "404 `NOT_FOUND`"),
        ("system", "503 with `Retry-After: 5`"),
    ]
    assert [place.path for place in design.delivery.layout] == ["src/server.ts", "src/routes/items.ts", "test/items.test.ts"]


def test_what_is_left_out_is_one_row(outcome: Outcome) -> None:
    assert [(row.what, row.because) for row in outcome.plan.design.delivery.left_out] == [("Message broker, Kubernetes", "Nothing here needs it yet.")]


def test_a_statement_is_quoted_once_and_then_named_by_its_number() -> None:
    text = BRIEF.replace("## What it does", "Nothing has to be saved: keep everything in memory, no database.\n\n## What it does")
    made = plan_brief("-", folder=None, stdin=BytesIO(text.encode()))
    assert [decision.why for _, _, decision in made.plan.design.decisions() if "the brief says" in decision.why.lower()] == []
    assert made.plan.design.data is not None
    assert made.plan.design.data.decision.engine == "memory"
    assert made.plan.design.data.decision.why.startswith("S3")
    assert parse(made.markdown).plan == made.plan


def test_its_contract_is_valid(outcome: Outcome) -> None:
    OpenAPIV31SpecValidator(openapi.document(outcome.plan.design)).validate()


def test_authentication_and_validation_are_decided(outcome: Outcome) -> None:
    security = outcome.plan.design.security
    assert security is not None
    assert "characters" in security.decision.validation
    assert security.decision.authentication
