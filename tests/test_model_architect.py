"""A model's answers become the design; what is wrong with one goes back, and only that."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from io import BytesIO
from itertools import pairwise
from typing import Any

import pytest

from answering import Answering, answers_for, texts
from backend_architect.architects.model.architect import ModelArchitect
from backend_architect.architects.model.ask import REPAIRS
from backend_architect.design import Design, LayerName
from backend_architect.document import parse
from backend_architect.errors import AnswerError
from backend_architect.ingest import read
from backend_architect.models.protocol import Answer, StopReason
from backend_architect.plan import Plan
from backend_architect.runs import draft
from shop_design import BRIEF, DESIGN

LAYERS: tuple[LayerName, ...] = ("api", "data", "performance")


def model_design() -> Design:
    """Return the shop's design with the decisions' keys as the model architect gives them, and nothing unaccounted for."""
    names = {decision.key: f"d-{name}" for _, name, decision in DESIGN.decisions()}
    text = DESIGN.model_dump_json()
    for old, new in names.items():
        text = text.replace(f'"{old}"', f'"{new}"')
    return Design.model_validate_json(text)


SHOP = model_design()
GOOD = texts(answers_for(SHOP, layers=LAYERS, background=(2,)))
"""The answers of all stages but the review."""
NO_FAULTS = "{}"


def planned(answers: Iterable[Answer | str], *, review: str = NO_FAULTS) -> tuple[Plan, Answering]:
    model = Answering(answers, review=review)
    plan, markdown = asyncio.run(draft(read("-", stdin=BytesIO(BRIEF.encode())), architect=ModelArchitect(model)))
    assert parse(markdown).plan == plan
    return plan, model


def changed(text: str, **members: Any) -> str:
    return json.dumps(json.loads(text) | members)


def test_four_answers_make_the_design() -> None:
    plan, model = planned(GOOD)
    assert [question.stage for question in model.asked] == ["requirements", "architecture", "layers (api, data, performance)", "planning", "review"]
    listed = tuple(item for item in plan.design.delivery.left_out if item.standard)
    assert plan.design == SHOP.model_copy(update={"delivery": SHOP.delivery.model_copy(update={"left_out": (*SHOP.delivery.left_out, *listed)})})
    assert plan.head.architect == "test:answering"
    assert plan.findings == ()


def test_each_request_begins_with_the_one_before_it() -> None:
    _, model = planned(GOOD)
    shared = [[part.text for part in question.parts if part.shared] for question in model.asked]
    # The review sees the layers whole, not their digest: it goes on from the structure.
    assert shared.pop() == shared[2]
    assert all(later[: len(earlier)] == earlier for earlier, later in pairwise(shared))
    assert len({question.system for question in model.asked}) == 1
    assert all(not question.parts[-1].shared for question in model.asked)


def test_the_model_is_shown_numbered_statements_and_no_other_form_of_the_brief() -> None:
    _, model = planned(GOOD)
    shown = model.asked[0].parts[0].text
    assert "S1 # Corner shop orders\nS2 Clerks record orders by telephone.\nS3 - A clerk can create an order with a customer name.\n" in shown


@pytest.mark.parametrize(
    ("wrong", "finding"),
    [
        ("", "It is empty."),
        ("I would be glad to help.", "It is not one JSON object: Expecting value"),
        (GOOD[0][:-1], "It is not one JSON object: Expecting"),
        ("[1, 2]", "It is not one JSON object."),
        ('{"a":' * 5000, "It is not one JSON object: maximum recursion depth"),
    ],
    ids=["empty", "prose", "cut", "list", "deep"],
)
def test_what_is_no_object_is_asked_for_again_as_a_whole(wrong: str, finding: str) -> None:
    plan, model = planned([wrong, *GOOD])
    assert plan.design.scope == SHOP.scope
    first, second = model.asked[:2]
    assert second.parts == first.parts
    assert second.answer is first.answer
    assert second.turns[0].answer == wrong
    assert finding in second.turns[0].findings
    assert "Answer again with the whole JSON object." in second.turns[0].findings


def test_an_object_in_a_fence_or_after_some_words_is_taken() -> None:
    plan, _ = planned([f"Here it is:\n```json\n{GOOD[0]}\n```\n", f"Sure. {GOOD[1]} That is all.", *GOOD[2:]])
    assert plan.design.structure == SHOP.structure


@pytest.mark.parametrize(
    ("members", "finding", "correction"),
    [
        ({"requirements": ["create-order | wish | now | A clerk can create an order. | S3"]}, "requirements.0.kind: Input should be 'functional'", None),
        ({"size": "huge"}, "size: Input should be 'tiny', 'small', 'medium' or 'large' (given: \"huge\")", {"size": "small"}),
        (
            {"assumptions": ["list-orders | It is there. | It has to be."]},
            "the key 'list-orders' names 2 elements (requirement, assumption).",
            {"drop": "list-orders", "requirements": [row for row in json.loads(GOOD[0])["requirements"] if row.startswith("list-orders")]},
        ),
        ({"excluded": ["Telephone | not ours | S77"]}, "the plan cites S77; the brief has 5 statements.", {"excluded": ["Telephone | not ours | S2"]}),
        ({"background": ""}, "S2 are accounted for nowhere (the first: 'Clerks record orders by telephone.')", {"background": "S2"}),
    ],
)
def test_what_does_not_hold_goes_back_with_exactly_what_is_wrong(members: dict[str, Any], finding: str, correction: dict[str, Any] | None) -> None:
    plan, model = planned([changed(GOOD[0], **members), json.dumps(correction) if correction else GOOD[0], *GOOD[1:]])
    assert f"- {finding}" in model.asked[1].turns[0].findings
    assert "holds only what changes" in model.asked[1].turns[0].findings
    assert plan.design.scope.requirements == SHOP.scope.requirements


def test_a_correction_keeps_the_rest() -> None:
    dangling = json.loads(GOOD[3])
    dangling["tasks"][0]["implements"] = "nothing-there"
    plan, model = planned([*GOOD[:3], json.dumps(dangling), json.dumps({"tasks": [json.loads(GOOD[3])["tasks"][0]]})])
    assert "refers in implements to 'nothing-there', which does not exist." in model.asked[4].turns[0].findings
    assert plan.design.delivery.tasks == SHOP.delivery.tasks
    assert plan.design.delivery.phases == SHOP.delivery.phases


def test_statements_left_unaccounted_for_do_not_stop_the_plan() -> None:
    silent = changed(GOOD[0], background="")
    plan, model = planned([silent, "{}", "{}", *GOOD[1:]])
    assert len([question for question in model.asked if question.stage == "requirements"]) == 1 + REPAIRS
    assert plan.coverage.context == (1, 2)


def test_a_stage_without_a_usable_answer_says_so_in_one_line() -> None:
    with pytest.raises(AnswerError) as caught:
        planned(["{}"] * (1 + REPAIRS))
    assert str(caught.value).startswith("stage requirements: test:answering gave no usable answer in 3 tries: project: Field required, and 3 more; ")
    assert caught.value.exit_code == 3


@pytest.mark.parametrize(
    ("stop", "message"),
    [
        ("refusal", "stage requirements: the model declined to answer (I would rather not.)"),
        ("filter", "stage requirements: the provider's content filter withheld"),
    ],
)
def test_a_refusal_is_told_apart_and_not_asked_again(stop: StopReason, message: str) -> None:
    with pytest.raises(AnswerError) as caught:
        planned([Answer(text="I would rather not.", stop=stop)])
    assert str(caught.value).startswith(message)


def test_an_answer_that_was_cut_off_is_asked_for_in_fewer_words() -> None:
    plan, model = planned([Answer(text=GOOD[0][:100], stop="length"), *GOOD])
    assert plan.design.scope == SHOP.scope
    assert "The answer was cut off at 16000 tokens." in model.asked[1].turns[0].findings


def test_entities_are_those_of_the_vocabulary() -> None:
    layers = json.loads(GOOD[2])
    layers["data"]["entities"][0]["key"] = "invoices"
    _, model = planned([*GOOD[:2], json.dumps(layers), GOOD[2].replace('{"api"', '{"drop":"invoices","api"', 1), GOOD[3]])
    assert "data.entities defines invoices, which the vocabulary does not hold" in model.asked[3].turns[0].findings


def test_a_finding_goes_back_for_the_element_it_names_and_only_a_better_design_is_taken() -> None:
    planning = json.loads(GOOD[3])
    idle = {"key": "t-idle", "phase": planning["phases"][0].split(" | ")[0], "title": "Look around", "implements": "", "done_when": "seen"}
    worse = json.dumps(planning | {"tasks": [*planning["tasks"], idle]})
    plan, model = planned([*GOOD[:3], worse, json.dumps({"drop": "t-idle"})])
    assert [question.stage for question in model.asked][4:] == ["review", "repair"]
    assert 'the task "Look around" implements nothing (TR006)' in model.asked[5].parts[-1].text
    assert plan.findings == ()
    assert plan.design.delivery.tasks == SHOP.delivery.tasks

    plan, model = planned([*GOOD[:3], worse, "no idea"])
    assert [finding.code for finding in plan.findings] == ["TR006"]
    assert len(model.asked) == 6


def test_what_the_review_finds_is_mended_or_printed() -> None:
    task = json.loads(GOOD[3])["tasks"][0]
    fault = f"{task['key']} | It proves nothing. | Name the test."
    mended = json.dumps({"delivery": {"tasks": [task | {"verify": "pytest tests/test_orders.py"}]}})
    plan, model = planned([*GOOD, mended], review=json.dumps({"faults": [fault, "nothing-there | Not here. | Ignore it."]}))
    assert "It proves nothing. Name the test. (RV001)" in model.asked[-1].parts[-1].text
    assert "Not here." not in model.asked[-1].parts[-1].text
    assert plan.findings == ()
    assert plan.design.delivery.tasks[0].verify == "pytest tests/test_orders.py"

    plan, _ = planned([*GOOD, "{}"], review=json.dumps({"faults": [fault]}))
    assert [(finding.code, finding.where) for finding in plan.findings] == [("RV001", plan.id_of(task["key"]))]


def test_a_tiny_plan_is_not_reviewed() -> None:
    _, model = planned([changed(GOOD[0], size="tiny"), *GOOD[1:]])
    assert [question.stage for question in model.asked][-1] == "planning"
