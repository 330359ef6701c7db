"""What a requirement cites is not cited again by what serves it."""

from __future__ import annotations

import asyncio
from io import BytesIO

from hypothesis import given, settings

from backend_architect.brief import Brief
from backend_architect.checks.coverage import cited
from backend_architect.checks.references import check
from backend_architect.design import Design, Job, MessagingDecision, MessagingLayer, Requirement
from backend_architect.document import parse, render
from backend_architect.implied_cites import without_implied_cites
from backend_architect.ingest import read
from backend_architect.runs import draft
from shop_design import BRIEF, DESIGN
from strategies import designs


def requirement(key: str, *cites: int) -> Requirement:
    return Requirement(key=key, kind="functional", text=f"Do {key}", cites=cites)


def changed(design: Design, **cites: tuple[int, ...]) -> Design:
    """Return the shop's design with two requirements, and elements that cite more than these."""
    scope = design.scope.model_copy(update={"requirements": (requirement("order", 2, 3), requirement("price", 4))})
    serves = {"satisfies": ("order",), "cites": cites.get("element", (2, 5))}
    assert design.api is not None
    assert design.data is not None
    structure = design.structure.model_copy(
        update={
            "system": design.structure.system.model_copy(update=serves),
            "components": tuple(one.model_copy(update=serves) for one in design.structure.components),
        }
    )
    api = design.api.model_copy(
        update={"decision": design.api.decision.model_copy(update=serves), "endpoints": tuple(one.model_copy(update=serves) for one in design.api.endpoints)}
    )
    data = design.data.model_copy(
        update={"decision": design.data.decision.model_copy(update=serves), "entities": tuple(one.model_copy(update=serves) for one in design.data.entities)}
    )
    job = Job(key="print", name="Print", trigger="t", does="d", retry="r", on_failure="f", user_learns="u", satisfies=("price",), cites=(2, 4))
    decision = MessagingDecision(key="later", choice="c", why="w", pattern="p", broker="b", delivery="d", cites=(2,))
    task = design.delivery.tasks[0]
    tasks = tuple(
        task.model_copy(update={"key": f"t{number}", "implements": implements, "cites": (2, 3, 4, 5), "depends_on": ()})
        for number, implements in enumerate([("order",), (design.endpoints[0].key,), ("print", "order"), (), (task.phase,)])
    )
    return design.model_copy(
        update={
            "scope": scope,
            "structure": structure,
            "api": api,
            "data": data,
            "performance": None,
            "messaging": MessagingLayer(decision=decision, jobs=(job,)),
            "delivery": design.delivery.model_copy(update={"tasks": tasks}),
        }
    )


def test_elements_keep_only_what_their_requirements_do_not_cite() -> None:
    made = without_implied_cites(changed(DESIGN))
    assert made.messaging is not None
    kept = [decision.cites for _, name, decision in made.decisions() if name != "messaging"]
    kept += [component.cites for component in made.structure.components]
    kept += [endpoint.cites for endpoint in made.endpoints]
    kept += [entity.cites for entity in made.entities]
    assert set(kept) == {(5,)}
    assert (made.messaging.decision.cites, made.messaging.jobs[0].cites) == ((2,), (2,))
    assert [task.cites for task in made.delivery.tasks] == [(4, 5), (4, 5), (5,), (2, 3, 4, 5), (2, 3, 4, 5)]
    assert made.scope == changed(DESIGN).scope


def test_an_element_whose_requirements_say_it_all_still_has_a_source() -> None:
    made = without_implied_cites(changed(DESIGN, element=(2, 3)))
    assert {endpoint.cites for endpoint in made.endpoints} == {()}
    assert not [finding for finding in check(made, (), statements=5) if finding.code == "TR003" and finding.where != "later"]


@given(designs())
@settings(max_examples=50, deadline=None)
def test_no_statement_is_lost_and_nothing_else_changes(made: Design) -> None:
    slim = without_implied_cites(made)
    before = {number for _, numbers in cited(made) for number in numbers}
    after = {number for _, numbers in cited(slim) for number in numbers}
    assert after == before
    assert without_implied_cites(slim) == slim


def shop() -> Brief:
    return read("-", stdin=BytesIO(BRIEF.encode()))


def test_a_plan_says_each_source_once_and_where_it_stands() -> None:
    plan, markdown = asyncio.run(draft(shop()))
    assert plan.design == without_implied_cites(plan.design)
    assert [span.statement for span in plan.spans] == sorted({number for _, numbers in cited(plan.design) for number in numbers})
    assert markdown == render(plan)
    assert parse(markdown).plan == plan
