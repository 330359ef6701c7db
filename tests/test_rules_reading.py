"""What each statement is taken for, and who does what in it."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend_architect.architects.rules.case import Contracts
from backend_architect.architects.rules.language.phrases import head_noun
from backend_architect.architects.rules.reading.actions import read_actions, read_actors, split_actor
from backend_architect.architects.rules.reading.reading import read as label
from backend_architect.architects.rules.reading.systems import read_systems
from backend_architect.brief import Brief
from backend_architect.ingest import read


def brief(text: str) -> Brief:
    return read("-", stdin=io.BytesIO(text.encode()))


def labels(text: str) -> list[tuple[str, str, str]]:
    parsed = brief(text)
    return [(s.text, r.label, r.horizon) for s, r in zip(parsed.statements, label(parsed), strict=True) if s.kind != "heading"]


def test_sections_decide_what_a_list_item_is() -> None:
    text = """# Tool shelf

## Features

- Neighbours can borrow a tool for a week
- The list must load within 300 ms
- Use PostgreSQL only

## Nice to have

- Reminders by e-mail

## Out of scope

- Payments between neighbours

## Useful links

- An article about tool libraries
"""
    assert labels(text) == [
        ("Neighbours can borrow a tool for a week", "functional", "now"),
        ("The list must load within 300 ms", "quality", "now"),
        ("Use PostgreSQL only", "constraint", "now"),
        ("Reminders by e-mail", "functional", "later"),
        ("Payments between neighbours", "excluded", "now"),
        ("An article about tool libraries", "context", "now"),
    ]


def test_a_line_that_only_says_what_kind_of_thing_it_is_demands_nothing_above_a_list_of_what_it_does() -> None:
    listed = "- A member can add a jar\n- A member can label a jar\n"
    line = "A small page where a member can keep track of jars."
    assert labels(f"# Jars\n\n{line}\n\n{listed}")[0] == (line, "functional", "now")
    assert labels(f"# Jars\n\n{line}\n\n{listed}- A member can empty a jar\n") == [
        (line, "context", "now"),
        ("A member can add a jar", "functional", "now"),
        ("A member can label a jar", "functional", "now"),
        ("A member can empty a jar", "functional", "now"),
    ]


def test_a_solution_in_the_brief_is_evidence_and_not_demand() -> None:
    text = "# Notes\n\n## Requirements\n\n- People can save a note\n\n## Solution\n\nThe web server must forward the request to the write API.\n"
    assert labels(text)[-1] == ("The web server must forward the request to the write API.", "solution", "now")


def test_a_brief_that_is_only_a_solution_is_read_as_demand() -> None:
    text = "# Notes\n\n## Solution\n\nPeople must be able to save a note.\n"
    assert labels(text) == [("People must be able to save a note.", "functional", "now")]


def test_in_a_long_document_only_demanding_sentences_count() -> None:
    padding = "".join(f"The river was high in year {n} of the chronicle. " for n in range(40))
    text = f"# Harbour\n\n{padding}\n\nThe harbour master must see every berth.\n"
    assert [row for row in labels(text) if row[1] != "context"] == [("The harbour master must see every berth.", "functional", "now")]


def test_a_list_of_what_must_not_be_is_a_constraint() -> None:
    text = "# Search\n\n## Scope\n\nThe supplier will not:\n\n- delete records\n"
    assert ("delete records", "constraint", "now") in labels(text)


def test_the_front_end_half_of_a_choice_is_left_aside() -> None:
    text = "# Exercise\n\nImplement either frontend or backend components.\n\n## Frontend\n\n- It must be hosted publicly\n\n## Backend\n\n- It must print a result\n"
    assert [(said, kind) for said, kind, _ in labels(text)][1:] == [("It must be hosted publicly", "excluded"), ("It must print a result", "functional")]


@pytest.mark.parametrize(
    ("sentence", "actors", "rest"),
    [
        ("As a caretaker, I want to close a request", ("caretaker",), " I want to close a request"),
        ("Survey authors and readers can open a survey", ("survey author", "reader"), "open a survey"),
        ("The supplier shall ensure that field staff can search people", ("field staff",), "search people"),
        ("The tool must provide clerks with the ability to filter results", ("clerk",), "filter results"),
        ("Members borrow tools", ("member",), "borrow tools"),
        ("It rains in spring", ("",), "It rains in spring"),
    ],
)
def test_split_actor(sentence: str, actors: tuple[str, ...], rest: str) -> None:
    assert split_actor(sentence) == (actors, rest)


@pytest.mark.parametrize(
    ("phrase", "noun"),
    [
        ("a new to-do item", "todo"),
        ("list of all open surveys", "survey"),
        ("the task card", "task_card"),
        ("it", ""),
        ("their responses", "response"),
        ("quickly", ""),
    ],
)
def test_head_noun(phrase: str, noun: str) -> None:
    assert head_noun(phrase.removeprefix("list of ")) == noun


def actions(text: str) -> list[tuple[str, str, str, str, tuple[str, ...]]]:
    parsed = brief(text)
    return [(a.actor, a.verb, a.noun, a.of, a.members) for a in read_actions(parsed, label(parsed))]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        (
            "Members can create, edit and delete a booking.",
            [("member", "create", "booking", "", ()), ("member", "update", "booking", "", ()), ("member", "delete", "booking", "", ())],
        ),
        ("Members can enter a title for the booking.", [("member", "create", "booking", "", ("title",))]),
        ("Members can return to the start page without saving the booking.", []),
        (
            "Visitors can submit an order with a name, a phone number and a pickup date.",
            [("visitor", "submit", "order", "", ("name", "phone number", "pickup date"))],
        ),
        ("The system deletes expired bookings.", [("", "delete", "booking", "", ())]),
        ("Messages are saved in a database.", [("", "store", "message", "", ())]),
        ("Managers can sign in.", [("manager", "login", "", "", ())]),
    ],
)
def test_actions(sentence: str, expected: list[tuple[str, str, str, str, tuple[str, ...]]]) -> None:
    assert actions(f"# Boats\n\n{sentence}\n") == expected


def test_opening_is_a_change_of_state_for_what_is_closed_too() -> None:
    assert actions("# Polls\n\n- Authors can open a poll\n- Authors can close a poll\n") == [
        ("author", "change-state", "poll", "", ()),
        ("author", "change-state", "poll", "", ()),
    ]


def test_actors_and_systems() -> None:
    parsed = brief(
        "# Boats\n\n- Managers can approve a booking\n- Guests can see prices\n- Payments go through a payment provider\n- Mail is sent by SendGrid\n"
    )
    readings = label(parsed)
    found = read_actions(parsed, readings)
    assert [(a.name, a.privileged, a.anonymous) for a in read_actors(parsed, readings, found)] == [("manager", True, False), ("guest", False, True)]
    assert [s.name for s in read_systems(parsed, readings, Contracts())] == ["payment provider", "SendGrid"]


@given(st.text(max_size=300))
def test_reading_never_raises_and_labels_every_statement(text: str) -> None:
    parsed = brief("# Title\n\nWords.\n\n" + text.replace("\0", ""))
    readings = label(parsed)
    assert [r.statement for r in readings] == [s.number for s in parsed.statements]
    read_actors(parsed, readings, read_actions(parsed, readings))
