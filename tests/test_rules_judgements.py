"""The judgements about a project, its scope and what stays open, from whole small briefs."""

from __future__ import annotations

import io

import pytest

from backend_architect.architects.rules.case import Case
from backend_architect.architects.rules.scope.questions import questions
from backend_architect.architects.rules.scope.scope import project_name, scope
from backend_architect.architects.rules.study import study
from backend_architect.ingest import profile, read


def case(text: str, *options: tuple[str, str]) -> Case:
    brief = read("-", stdin=io.BytesIO(text.encode()))
    return study(brief, profile(brief, options=list(options)))


POTLUCK = "# Potluck list\n\nNeighbours can add a dish with a name and a number of portions. Neighbours can see all dishes. Neighbours can remove a dish.\n"
FLEET = """# Fleet tracker

## Requirements

- Drivers can report a position with latitude and longitude
- Dispatchers can see live updates of every position
- 300 writes per second and 900 reads per second
- Use MySQL
- Answers within 150 ms (p95)
"""


@pytest.mark.parametrize(
    ("text", "options", "expected"),
    [
        (POTLUCK, (), ("service", "tiny", "sqlite", "monolith", "none", "none", 200)),
        (FLEET, (), ("service", "large", "mysql", "monolith", "session", "sse", 150)),
        (POTLUCK, (("users", "2000000"),), ("service", "large", "postgresql", "monolith", "session", "none", 200)),
        (POTLUCK + "\nEverything must run entirely in the browser.\n", (), ("browser", "tiny", "browser", "single program", "none", "none", 200)),
        (POTLUCK + "\nIt must be a command-line tool that keeps everything in memory.\n", (), ("cli", "tiny", "memory", "single program", "none", "none", 200)),
        (POTLUCK + "\nManagers can approve a dish. Managers can sign in.\n", (), ("service", "tiny", "sqlite", "monolith", "session", "none", 200)),
        (POTLUCK + "\nWe use a microservices architecture.\n", (), ("service", "tiny", "sqlite", "services", "none", "none", 200)),
        (POTLUCK + "\nIt is firmware for a microcontroller.\n", (), ("none", "tiny", "none", "single program", "none", "none", 200)),
    ],
)
def test_judgements(text: str, options: tuple[tuple[str, str], ...], expected: tuple[object, ...]) -> None:
    traits = case(text, *options).traits
    assert (traits.shape, traits.size, traits.engine, traits.pattern, traits.auth, traits.realtime, traits.latency_ms) == expected


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("# Design a parking app\n\nDrivers can book a place.\n", "Parking app"),
        ("# Requirements\n\nDevelop Berthly, a harbour planner where members book berths.\n", "Berthly"),
        ("# Potluck list\n\nNeighbours can add a dish.\n", "Potluck list"),
    ],
)
def test_project_name(text: str, name: str) -> None:
    assert project_name(case(text)) == name


def test_scope_of_a_small_brief() -> None:
    found = scope(case(POTLUCK))
    assert [(r.kind, r.text, r.cites) for r in found.requirements] == [
        ("functional", "Neighbours can add a dish with a name and a number of portions.", (2,)),
        ("functional", "Neighbours can see all dishes.", (3,)),
        ("functional", "Neighbours can remove a dish.", (4,)),
    ]
    assert found.loop.action == "A neighbour can add a dish"
    assert found.loop.value == "The neighbour sees all dishes (statement S3)"
    assert found.loop.cites == (2, 3)
    assert [(c.name, c.uses) for c in found.consumers] == [("neighbour", "add dish, see dish, remove dish")]


def test_high_availability_without_a_number_is_asked_about() -> None:
    asked = questions(case(POTLUCK + "\nThe list must be highly available.\n"))
    assert [q.key for q in asked if q.key == "q-availability"] == ["q-availability"]


def test_a_stated_contradiction_is_the_first_question() -> None:
    text = "# Tiny\n\nFive users share one list. We use a microservices architecture.\n"
    first = questions(case(text))[0]
    assert first.key == "q-conflict-1"
    assert first.cites == (3, 2)
    assert first.default == "services, with the boundaries drawn so that parts can be split off later"


def test_forbidden_means_are_ruled_out_with_their_line() -> None:
    found = scope(case(POTLUCK + "\nWe must not use Kubernetes.\n"))
    assert [(o.option, o.cites) for o in found.ruled_out if "Kubernetes" in o.option] == [("Kubernetes", (5,))]


def test_a_brief_in_another_language_keeps_its_words_and_invents_no_operation() -> None:
    text = (
        "# Vereinsliste\n\nDie Mitglieder müssen ihre Beiträge sehen können. Der Vorstand soll eine Liste der Mitglieder pflegen und sie jedes Jahr prüfen.\n"
    )
    found = scope(case(text))
    assert [r.text for r in found.requirements] == [
        "Die Mitglieder müssen ihre Beiträge sehen können.",
        "Der Vorstand soll eine Liste der Mitglieder pflegen und sie jedes Jahr prüfen.",
    ]
    assert found.consumers == ()
    assert "q-language" in [q.key for q in found.questions]
