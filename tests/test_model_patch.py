"""Corrections of an answer: what is named changes, everything else stays."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend_architect.architects.model.answers.delivery import DeliveryAnswer
from backend_architect.architects.model.answers.layers import layers_answer
from backend_architect.architects.model.answers.scope import ScopeAnswer
from backend_architect.architects.model.patch import correction, merged, without

GIVEN: dict[str, Any] = {
    "project": "Shop",
    "stack": ["Go"],
    "loop": {"action": "buys", "value": "has it"},
    "requirements": ["r-a | functional | now | One. | S1", "r-b | functional | now | Two. | S2"],
    "tasks": [{"key": "t-a", "title": "A", "steps": ["x"]}, {"key": "t-b", "title": "B"}],
}


@pytest.mark.parametrize(
    ("change", "becomes"),
    [
        ({"project": "Store"}, {"project": "Store"}),
        ({"loop": {"value": "owns it"}}, {"loop": {"action": "buys", "value": "owns it"}}),
        ({"loop": None, "project": "", "stack": [], "tasks": None}, {}),
        ({"stack": ["Redis"]}, {"stack": ["Go", "Redis"]}),
        ({"requirements": ["r-b | functional | later | Two. | S2"]}, {"requirements": [GIVEN["requirements"][0], "r-b | functional | later | Two. | S2"]}),
        ({"tasks": [{"key": "t-b", "title": "Bee"}]}, {"tasks": [GIVEN["tasks"][0], {"key": "t-b", "title": "Bee"}]}),
        ({"drop": "t-a r-b"}, {"tasks": [GIVEN["tasks"][1]], "requirements": [GIVEN["requirements"][0]]}),
        # One key in two lists: it goes from both, and stays where it is given anew.
        (
            {"drop": "t-a r-a", "tasks": [{"key": "t-a", "title": "C"}]},
            {"tasks": [{"key": "t-a", "title": "C"}, GIVEN["tasks"][1]], "requirements": [GIVEN["requirements"][1]]},
        ),
        ({"drop": ["t-a"]}, {"tasks": [GIVEN["tasks"][1]]}),
        ({"risks": ["It rains | umbrella"]}, {"risks": ["It rains | umbrella"]}),
        ({"questions": [], "current": None}, {}),
        # A member that was not there yet is taken as it is.
        ({"system": {"choice": "one process"}}, {"system": {"choice": "one process"}}),
    ],
)
def test_a_correction_changes_what_it_names(change: dict[str, Any], becomes: dict[str, Any]) -> None:
    assert merged(GIVEN, change) == GIVEN | becomes


def test_of_two_items_with_one_key_both_stay_until_one_is_dropped() -> None:
    twice = {"tasks": [{"key": "t-a", "title": "A"}, {"key": "t-a", "title": "B"}]}
    assert merged(twice, {}) == twice
    assert merged(twice, {"tasks": [{"key": "t-a", "title": "C"}]}) == {"tasks": [{"key": "t-a", "title": "C"}, {"key": "t-a", "title": "B"}]}


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(("key", "a", "b", "drop")), inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(st.text(max_size=3), _JSON, max_size=4))
def test_an_empty_correction_changes_nothing(given_: dict[str, Any]) -> None:
    assert merged(given_, {}) == given_


@given(st.dictionaries(st.sampled_from(("a", "b", "c")), _JSON, max_size=4), st.dictionaries(st.sampled_from(("a", "b", "drop")), _JSON, max_size=4))
def test_any_correction_can_be_merged_and_no_member_is_lost(given_: dict[str, Any], change: dict[str, Any]) -> None:
    once = merged(given_, change)
    assert set(given_) <= set(once)


@pytest.mark.parametrize("answer", [ScopeAnswer, DeliveryAnswer, layers_answer(("api", "data"))])
def test_the_correction_of_an_answer_may_be_empty(answer: Any) -> None:
    assert correction(answer).model_validate({}).model_dump(exclude_defaults=True) == {}
    assert set(correction(answer).model_fields) == {"drop", *answer.model_fields}


def test_what_has_no_place_is_taken_away_wherever_it_stands() -> None:
    given = {"a": {"b": [{"c": 1, "strange": 2}]}, "odd": 3, "kept": 4}
    places = [("odd",), ("a", "b", 0, "strange"), ("a", "b", 7, "c"), ("a", "none", "c"), ("kept", "x")]
    assert without(given, places) == {"a": {"b": [{"c": 1}]}, "kept": 4}
    assert given == {"a": {"b": [{"c": 1, "strange": 2}]}, "odd": 3, "kept": 4}
