"""What is stated outright stands in the plan, though no line of the brief can be cited for it."""

from __future__ import annotations

import io

import pytest

from backend_architect.design import Assumption
from backend_architect.plan import Plan
from backend_architect.runs import plan_brief

CLUB = "# Book club\nMembers borrow books. Librarians add books. Members reserve books and see their reservations.\n"


def planned(text: str, *options: tuple[str, str]) -> Plan:
    return plan_brief("-", folder=None, stdin=io.BytesIO(text.encode()), options=options).plan


def assumed(plan: Plan) -> dict[str, str]:
    return {assumption.key: assumption.text for assumption in plan.design.scope.assumptions}


def sources(plan: Plan, key: str) -> list[str]:
    """Return the keys of the decisions that satisfy an assumption."""
    return [decision.key for _, _, decision in plan.design.decisions() if key in decision.satisfies]


def test_a_region_is_assumed_served_and_deployed_to() -> None:
    plan = planned(CLUB, ("region", "EU"))
    assert (
        Assumption(key="a-region", text="It runs and keeps its data in the region EU.", because="stated outright: region EU") in plan.design.scope.assumptions
    )
    assert sorted(sources(plan, "a-region")) == ["d-operations", "d-system"]
    assert plan.design.operations is not None
    assert plan.design.operations.decision.deployment == "Fastify under systemd, behind Caddy (TLS), in the region EU"


def test_a_region_said_by_the_brief_is_deployed_to_and_not_assumed() -> None:
    plan = planned(CLUB + "Its data must be stored in the EU.\n")
    assert "a-region" not in assumed(plan)
    assert plan.design.operations is not None
    assert plan.design.operations.decision.deployment == "Fastify under systemd, behind Caddy (TLS), in the region EU"


@pytest.mark.parametrize(
    ("value", "text"),
    [("yes", "Clients work without a network and send what was entered when it is back."), ("none", "Clients need a network to work.")],
)
def test_offline_use_is_assumed_as_stated(value: str, text: str) -> None:
    plan = planned(CLUB, ("offline", value))
    assert assumed(plan)["a-offline"] == text
    assert sorted(sources(plan, "a-offline")) == ["d-operations", "d-system"]


def test_offline_use_stated_as_unwanted_is_no_promise_of_a_program_in_the_browser() -> None:
    text = "# Dice\nThe page rolls two dice. It runs entirely in the browser, no backend is needed.\n"
    assert planned(text, ("offline", "yes"), ("users", "20,000")).design.structure.system.resilience == "Works without a network once it is loaded"
    refused = planned(text, ("offline", "none"), ("users", "20,000")).design.structure.system.resilience
    assert refused == "A static host is the only thing that can be down, and only for new visitors"


@pytest.mark.parametrize(("value", "choice"), [("yes", "sse"), ("SSE", "sse"), ("WebSocket", "websocket")])
def test_updates_stated_outright_open_a_stream(value: str, choice: str) -> None:
    plan = planned(CLUB, ("real-time", value))
    assert plan.design.messaging is not None
    assert plan.design.messaging.realtime is not None
    assert plan.design.messaging.realtime.choice == choice
    assert [endpoint.satisfies for endpoint in plan.design.endpoints if endpoint.path == "/v1/events"] == [("a-real-time",)]
    assert sorted(sources(plan, "a-real-time")) == ["d-messaging", "d-system"]


def test_updates_ruled_out_take_away_the_stream_that_the_text_asks_for() -> None:
    text = CLUB + "Members see new books without reloading the page.\n"
    assert [e.path for e in planned(text).design.endpoints if e.method == "SSE"] == ["/v1/events"]
    assert [e.path for e in planned(text, ("real-time", "no")).design.endpoints if e.method == "SSE"] == []


def test_a_stack_of_which_nothing_is_known_stands_in_the_plan_beside_the_one_that_the_commands_are_for() -> None:
    plan = planned(CLUB, ("stack", "COBOL"))
    assert plan.design.scope.stack == ("Fastify", "SQLite", "COBOL")
    assert plan.design.scope.assumptions[0] == Assumption(
        key="a-stack",
        text="Commands and code layout are written for Fastify.",
        because="the stack is stated outright as COBOL, and nothing is known of the commands of COBOL",
    )


def test_a_known_part_of_the_stack_leaves_the_language_open() -> None:
    plan = planned(CLUB, ("stack", "Redis"))
    assert plan.design.scope.stack == ("Fastify", "SQLite", "Redis")
    assert plan.design.scope.assumptions[0] == Assumption(key="a-stack", text="Written with Fastify.", because="the brief names no language")


def test_an_option_is_not_quoted_as_the_words_of_the_brief() -> None:
    plan = planned(CLUB + "Pages open within 300 ms.\n", ("forbidden", "Kafka"), ("users", "100"))
    assert [option.because for option in plan.design.scope.ruled_out if option.option == "Apache Kafka"] == ["stated outright: Apache Kafka"]
    assert plan.design.performance is not None
    assert [row.basis for row in plan.design.performance.load if row.measure == "Users"] == ["Stated outright: 100 users"]


def test_what_a_greeting_brings_about_rests_on_the_assumptions() -> None:
    plan = planned("hello\n")
    assert plan.findings == ()
    assert {decision.key: decision.satisfies for _, _, decision in plan.design.decisions()} == {
        "d-system": ("a-stack", "a-engine"),
        "d-api": ("a-stack", "a-engine"),
        "d-data": ("a-engine",),
        "d-security": ("a-stack", "a-engine"),
        "d-operations": ("a-stack", "a-engine"),
    }
    assert [component.satisfies for component in plan.design.structure.components] == [("a-stack", "a-engine")]
