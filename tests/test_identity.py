"""IDs: given in document order, numbered by group, refused when keys are shared."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from backend_architect.design import Command, Component, Design, Requirement, Task
from backend_architect.errors import DesignError
from backend_architect.identity import allocate, grouped
from backend_architect.plan import PREFIXES, Identity
from lending_plan import CODE, DESIGN, QUALITY
from strategies import designs


def ids(*identities: Identity) -> list[str]:
    return [f"{identity.key} {identity.id}" for identity in identities]


def test_every_kind_is_numbered_within_its_group_in_document_order() -> None:
    assert ids(*allocate(DESIGN, CODE, QUALITY)) == [
        "list-tools REQ-1.1",
        "borrow-tool REQ-1.2",
        "return-tool REQ-1.3",
        "add-tool REQ-1.4",
        "remind REQ-1.5",
        "answer-fast REQ-2.1",
        "no-monthly-cost REQ-3.1",
        "mail-gateway REQ-4.1",
        "hall-network ASM-1.1",
        "who-may-return Q-1.1",
        "plain-rest ARCH-PLAN-1.1",
        "sqlite-file ARCH-PLAN-2.1",
        "daily-timer ARCH-PLAN-3.1",
        "hall-network-only ARCH-PLAN-4.1",
        "half-a-second ARCH-PLAN-5.1",
        "small-computer ARCH-PLAN-6.1",
        "one-program ARCH-PLAN-7.1",
        "lending ARCH-ITEM-1.1",
        "shelf-file ARCH-ITEM-1.2",
        "reminder ARCH-ITEM-2.1",
        "tool DATA-1.1",
        "get-tools API-1.1",
        "post-tool API-1.2",
        "post-loan API-1.3",
        "delete-loan API-1.4",
        "create-table TASK-1.1",
        "serve-list TASK-1.2",
        "lend-and-return TASK-2.1",
        "migration-up CODE-1.1",
        "run-tests CMD-1.1",
        "run-server CMD-3.1",
        "qa-contracts QA-1.1",
        "qa-restore QA-1.2",
        "qa-regions QA-1.3",
    ]


def test_what_is_scattered_in_the_design_stands_together() -> None:
    requirements = (
        Requirement(key="fast", kind="quality", text="Fast", cites=(1,)),
        Requirement(key="lend", kind="functional", text="Lend", cites=(1,)),
        Requirement(key="safe", kind="quality", text="Safe", cites=(1,)),
    )
    parts = tuple(
        Component(key=key, name=key, kind="module", context=context, purpose="p", store="s", scaling="v", interface="i")
        for key, context in (("one", "Lending"), ("two", "Mail"), ("three", "Lending"))
    )
    tasks = tuple(
        Task(key=key, phase=phase, title=key, implements=(), done_when="done")
        for key, phase in (("b", "lending-phase"), ("lost", "no-phase"), ("a", "walking"))
    )
    commands = tuple(Command(key=key, where=where, run="x", purpose="p") for key, where in (("deploy", "production"), ("check", "ci")))
    design = DESIGN.model_copy(
        update={
            "scope": DESIGN.scope.model_copy(update={"requirements": requirements, "assumptions": (), "questions": ()}),
            "structure": DESIGN.structure.model_copy(update={"components": parts}),
            "api": None,
            "data": None,
            "messaging": None,
            "security": None,
            "performance": None,
            "operations": None,
            "delivery": DESIGN.delivery.model_copy(update={"tasks": tasks, "commands": commands}),
        }
    )
    assert ids(*allocate(design, (), ())) == [
        "lend REQ-1.1",
        "fast REQ-2.1",
        "safe REQ-2.2",
        "one-program ARCH-PLAN-7.1",
        "one ARCH-ITEM-1.1",
        "three ARCH-ITEM-1.2",
        "two ARCH-ITEM-2.1",
        "a TASK-1.1",
        "b TASK-2.1",
        "lost TASK-3.1",
        "check CMD-2.1",
        "deploy CMD-3.1",
    ]


@pytest.mark.parametrize("key", ["tool", "send-reminders", "mail-provider", "walking", "qa-restore"])
def test_a_shared_key_is_refused_by_name(key: str) -> None:
    twice = CODE[0].model_copy(update={"key": key})
    with pytest.raises(DesignError, match=f"used more than once: '{key}'"):
        allocate(DESIGN, (*CODE, twice), QUALITY)


@settings(max_examples=40, deadline=None)
@given(designs())
def test_ids_are_unique_and_named_for_their_kind(design: Design) -> None:
    given_ids = allocate(design, (), ())
    assert len({identity.id for identity in given_ids}) == len(given_ids)
    assert all(identity.id.startswith(PREFIXES[identity.kind] + "-") for identity in given_ids)


def test_grouping_keeps_the_order_within_a_group() -> None:
    assert grouped([3, 1, 4, 1, 5, 9, 2, 6], lambda number: number % 2, (0,)) == (4, 2, 6, 3, 1, 1, 5, 9)
