"""Systems that look things up elsewhere: the search is what they are for, and nothing of what it finds is kept."""

from __future__ import annotations

from backend_architect.architects.rules.api.endpoints import endpoints
from backend_architect.architects.rules.api.look_ups import look_up
from backend_architect.architects.rules.case import Case
from backend_architect.architects.rules.entities.entities import entities
from backend_architect.architects.rules.layers import evidence
from backend_architect.architects.rules.scope.loop import loop
from backend_architect.architects.rules.scope.questions import questions
from backend_architect.architects.rules.study import study
from backend_architect.design import Endpoint, Loop, Parameter
from backend_architect.ingest import profile
from cases import brief

VEHICLES = (
    "# Permit desk\n\nA small backend for the people at the permit desk.\n\n"
    "- TPD clerks can look up a vehicle by plate, owner name or permit number in two systems (Tollgate, Registry).\n"
    "- The answer shows the status of all parking permits for the given vehicle.\n"
    "- TPD clerks can refine the results by filtering.\n"
)
PATIENTS = "# Ward finder\n\n- Nurses can find information about a given person or family across multiple systems (Orion, Vega).\n"
OWN = "# Tools\n\n- Members can add tools with a name.\n- Members can look up tools by name.\n- It reads addresses from two systems (Orion, Vega).\n"


def studied(text: str) -> Case:
    read = brief(text)
    return study(read, profile(read))


def primary(case: Case) -> Endpoint:
    return next(endpoint for endpoint in endpoints(case, entities(case), component="c-api") if endpoint.primary)


def test_a_look_up_over_other_systems_is_the_endpoint_that_closes_the_loop() -> None:
    found = primary(studied(VEHICLES))
    assert (found.method, found.path, found.purpose) == ("GET", "/v1/vehicles", "Look up vehicles in Tollgate and Registry, in one answer")
    alone = "Alone or with the others"
    sources = ("Tollgate", "Registry")
    assert found.request == (
        Parameter(name="plate", where="query", required=False, minimum=1, maximum=500, note=alone),
        Parameter(name="ownerName", where="query", required=False, minimum=1, maximum=200, note=alone),
        Parameter(name="permitNumber", where="query", required=False, minimum=1, maximum=100, note=alone),
        Parameter(name="source", where="query", type="enum", values=sources, required=False, note="Only what this system holds; all of them if not given"),
        Parameter(name="status", where="query", required=False, note="Only results with this status"),
        Parameter(name="limit", where="query", type="integer", required=False, minimum=1, maximum=100, note="Most results of each system, 20 if not given"),
    )
    assert [(member.name, member.required) for member in found.response] == [
        ("results[].source", True), ("results[].id", True), ("results[].plate", False), ("results[].ownerName", False), ("results[].permitNumber", False),
        ("results[].parkingPermits[].status", True), ("missing[]", False),
    ]  # fmt: skip
    assert found.cites == (3, 4, 5)


def test_its_loop_is_what_the_person_does() -> None:
    assert loop(studied(VEHICLES)) == Loop(
        action="A TPD clerk can search for a vehicle",
        response="Ask Tollgate and Registry at the same time, put the matches into one answer, name the system that did not answer",
        value="One search in place of one in each of Tollgate and Registry",
        given="plate, owner name, permit number",
        stored="nothing of what is found: Tollgate and Registry keep it",
        returned="source, id, plate, owner name, permit number, parking permits status, missing",
        cites=(3,),
    )


def test_people_are_searched_for_by_post_and_that_changes_nothing() -> None:
    found = primary(studied(PATIENTS))
    assert (found.method, found.path, found.status) == ("POST", "/v1/person-searches", 200)
    assert [(member.name, member.where) for member in found.request] == [("person", "body"), ("family", "body"), ("limit", "body")]
    assert not evidence.writes(found)
    assert evidence.writes(found.model_copy(update={"status": 201}))


def test_inputs_that_the_brief_does_not_name_are_asked_for() -> None:
    def asked(text: str) -> list[str]:
        return [question.text for question in questions(studied(text)) if question.key == "q-search-inputs"]

    assert asked(PATIENTS) == [
        "By which inputs do people search for a person or family? The brief names none of them, and Orion and Vega may each take others."
    ]
    assert asked(VEHICLES) == []


def test_what_is_kept_here_is_searched_here() -> None:
    case = studied(OWN)
    assert [endpoint.path for endpoint in endpoints(case, entities(case), component="c-api") if endpoint.method != "DELETE" and "sessions" not in endpoint.path] == [
        "/v1/tools", "/v1/tools",
    ]  # fmt: skip
    assert look_up(studied("# Tools\n\n- Members can look up tools by name.\n")) is None
