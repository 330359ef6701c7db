"""What is left of a booking, what a pipeline is ordered to do, what is never stored, and what nothing in the plan does."""

from __future__ import annotations

import pytest

from backend_architect.architects.rules.api.endpoints import endpoints
from backend_architect.architects.rules.case import Case
from backend_architect.architects.rules.entities.entities import entities
from backend_architect.architects.rules.layers import pipeline
from backend_architect.architects.rules.layers.data_layer import decide
from backend_architect.architects.rules.scope.scope import scope
from backend_architect.architects.rules.structure.structure import structure
from backend_architect.architects.rules.study import study
from backend_architect.design import Entity
from backend_architect.ingest import profile
from cases import brief

BOATS = (
    "# Boat hire\n\nSo far people ring the harbour and we keep a list on paper.\n\n## What it must do\n\n"
    "- A sailor registers with email and a boat licence.\n"
    "- A sailor searches a harbour for free spaces between two times.\n"
    "- A sailor books a space on the jetty for a time span. The same space must never be given twice for overlapping times.\n"
    "- A sailor pays for a space by card through Stripe.\n"
    "- A sailor can cancel free of charge up to 3 hours before the start.\n"
    "- A warden sees tomorrow's departures for the jetty.\n\n"
    "## Not decided yet\n\nShould winter storage be sold too?\n\n"
    "## Team\n\nTwo developers, both know Python and PostgreSQL. Hosting may cost £90 a month.\n"
)
TIMETABLES = (
    "# Timetable feed\n\n## Requirements\n\n"
    "- Fetch new files from the carriers' server every 10 minutes.\n"
    "- Keep every file exactly as it arrived for 2 years.\n"
    "- Map each carrier's columns to our schema (stop number, line, departure, valid from).\n"
    "- Validate each row: known stop, departure in the future.\n"
    "- Publish checked fares to SAP in batches of 200.\n"
    "- A file that arrives twice must not be imported twice.\n\n"
    "## Team\n\nTeam: 3 engineers, Java and PostgreSQL.\n"
)


def studied(text: str) -> Case:
    read = brief(text)
    return study(read, profile(read))


def tables(case: Case) -> dict[str, Entity]:
    return {entity.name: entity for entity in entities(case)}


def test_a_booking_says_what_is_booked_from_when_to_when_and_by_whom() -> None:
    booking = tables(studied(BOATS))["bookings"]
    columns = {field.name: field.ref for field in booking.fields}
    assert columns["space_id"] == "e-spaces"
    assert columns["owner_id"] == "e-users"
    assert {"starts_at", "ends_at", "status"} <= columns.keys()


def test_what_overlaps_is_kept_apart_by_a_lock_and_not_by_an_index_that_could_not() -> None:
    case = studied(BOATS)
    built = entities(case)
    asked = scope(case)
    said = decide(case, asked, structure(case, asked), built).consistency
    assert "the space is locked first (`SELECT ... FOR UPDATE`), then its bookings are searched for one that overlaps" in said
    assert "unique index" not in said
    assert not any(index.unique for index in tables(case)["bookings"].indexes)


def test_a_payment_for_what_is_booked_is_a_payment_of_the_booking() -> None:
    assert "booking_id" in {field.name for field in tables(studied(BOATS))["payments"].fields}


def test_who_cancels_without_an_object_cancels_what_they_made() -> None:
    done = [(action.verb, action.noun) for action in studied(BOATS).actions if action.word == "cancel"]
    assert done == [("change-state", "booking")]


def test_what_people_register_with_is_theirs_and_the_verb_is_no_table() -> None:
    found = tables(studied(BOATS))
    assert "boat_licence" in {field.name for field in found["users"].fields}
    assert not any("register" in name for name in found)


def test_how_things_are_today_asks_for_nothing() -> None:
    case = studied(BOATS)
    today = next(s for s in case.brief.statements if s.text.startswith("So far"))
    assert case.label(today.number) == "context"
    assert "lists" not in tables(case)


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Two developers, both know Python and PostgreSQL.", [("stack", "Python"), ("database", "PostgreSQL")]),
        ("Team: 3 engineers, Java and PostgreSQL.", [("stack", "Java"), ("database", "PostgreSQL")]),
        ("Kafka is already run by the platform team.", [("stack", "Apache Kafka")]),
        ("People who know Java well may help.", []),
        ("Members pay by card through Stripe.", []),
        ("Running it may cost £90 a month.", [("budget", "£90/month")]),
        ("Even when 30 boats arrive in one minute the gate opens.", [("requests-per-second", "30 boats/minute (0.5/s)")]),
        ("8 million rows on the first of the month.", [("writes-per-second", "8,000,000 rows/day (93/s)")]),
    ],
)
def test_facts_that_only_their_sentence_shows(sentence: str, expected: list[tuple[str, str]]) -> None:
    found = profile(brief(f"# Jetty\n\n{sentence}\n")).facts
    assert [(fact.name, fact.value) for fact in found if fact.name != "team"] == expected


def test_services_and_languages_are_never_stored() -> None:
    assert {"stripes", "saps", "pythons", "javas"} & {*tables(studied(BOATS)), *tables(studied(TIMETABLES))} == set()
    assert [system.name for system in studied(BOATS).systems] == ["Stripe"]


def test_what_the_author_has_not_decided_and_what_nothing_does_is_asked() -> None:
    asked = {question.key: question.text for question in scope(studied(BOATS)).questions}
    assert "Should winter storage be sold too?" in asked.values()
    assert asked["q-unanswered"].startswith('What has to happen for S9 ("A warden sees tomorrow')


def test_a_pipeline_does_its_steps_by_itself() -> None:
    case = studied(TIMETABLES)
    assert [(step.kind, step.name) for step in pipeline.steps(case)] == [
        ("import", "Fetch new files from the carriers' server"),
        ("parse", "Map each carrier's columns to our schema"),
        ("validate", "Validate each row"),
        ("export", "Publish checked fares to SAP in batches of 200"),
    ]
    jobs = pipeline.jobs(case, scope(case))
    assert jobs[0].trigger == "every 10 minutes, as the brief says"
    assert jobs[1].trigger == 'commit of the step before it, "Fetch new files from the carriers\' server"'
    assert not any(endpoint.method == "POST" for endpoint in endpoints(case, entities(case), component="c-api"))


def test_what_may_not_come_twice_is_kept_by_an_index_that_is_there() -> None:
    case = studied(TIMETABLES)
    asked = scope(case)
    said = decide(case, asked, structure(case, asked), entities(case)).consistency
    assert "is kept by the unique index over `files` (checksum)" in said
    assert next(field for field in tables(case)["files"].fields if field.name == "checksum").unique


def test_a_payment_provider_reports_and_the_payment_waits_for_it() -> None:
    case = studied(BOATS)
    report = next(e for e in endpoints(case, entities(case), component="c-api") if "webhooks" in e.path)
    assert (report.method, report.path, report.auth, report.status) == ("POST", "/v1/webhooks/stripe", "none", 204)
    assert [(p.name, p.where) for p in report.request] == [("id", "body"), ("type", "body"), ("Stripe-Signature", "header")]
    status = next(field for field in tables(case)["payments"].fields if field.name == "status")
    assert status.values == ("pending", "paid", "failed")
    sent = next(e for e in endpoints(case, entities(case), component="c-api") if e.path.endswith("/payments") and e.method == "POST")
    assert not {"status", "providerReference"} & {p.name for p in sent.request}
