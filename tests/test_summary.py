"""The closing summary: short, and with IDs where the design has keys."""

from __future__ import annotations

import pytest

from backend_architect.design import LeftOut
from backend_architect.plan import Finding
from backend_architect.runs import Outcome
from backend_architect.summary import lines
from shop_design import DELIVERY, DESIGN, Scripted
from test_graph import planned


def said(left_out: int) -> list[str]:
    items = tuple(LeftOut(what=f"Pattern {number}", because="nobody asked", trigger="somebody asks") for number in range(1, left_out + 1))
    plan, markdown = planned(Scripted(DESIGN.model_copy(update={"delivery": DELIVERY.model_copy(update={"left_out": items})})))
    return [line for line in lines(Outcome(plan, markdown, None, "not written")) if line.startswith("Left out")]


@pytest.mark.parametrize(
    ("left_out", "line"),
    [
        (1, "Left out on purpose (1): Pattern 1"),
        (3, "Left out on purpose (3): Pattern 1; Pattern 2; Pattern 3"),
        (14, "Left out on purpose (14): Pattern 1; Pattern 2; Pattern 3; and 11 more in the plan"),
    ],
)
def test_what_was_left_out_is_counted_and_the_first_of_it_named(left_out: int, line: str) -> None:
    assert said(left_out) == [line]


def test_nothing_left_out_is_no_line() -> None:
    assert said(0) == []


def test_a_finding_names_its_element_once() -> None:
    plan, markdown = planned()
    findings = (
        Finding(code="TR006", severity="warning", message='the task "Tidy up" implements nothing', where="TASK-1.1"),
        Finding(code="TR003", severity="warning", message="the decision ARCH-PLAN-1.1 cites no statement", where="ARCH-PLAN-1.1"),
        Finding(code="PF002", severity="error", message="no step of the critical path must succeed"),
    )
    shown = lines(Outcome(plan.model_copy(update={"findings": findings}), markdown, None, "not written"))
    assert [line for line in shown if line.startswith(("warning", "error"))] == [
        'warning: TR006 TASK-1.1 the task "Tidy up" implements nothing',
        "warning: TR003 the decision ARCH-PLAN-1.1 cites no statement",
        "error: PF002 no step of the critical path must succeed",
    ]
