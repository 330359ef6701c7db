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


def test_its_contract_is_valid(outcome: Outcome) -> None:
    OpenAPIV31SpecValidator(openapi.document(outcome.plan.design)).validate()


def test_authentication_and_validation_are_decided(outcome: Outcome) -> None:
    security = outcome.plan.design.security
    assert security is not None
    assert "characters" in security.decision.validation
    assert security.decision.authentication
