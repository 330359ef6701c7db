"""Usual refusals follow from the endpoint; its own take their place."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from backend_architect.checks.proofs import proven
from backend_architect.design import Endpoint, EndpointError, ErrorCase, Parameter
from backend_architect.document import parse, render
from backend_architect.usual_errors import SOURCES, all_errors, usual_errors
from emit_designs import api, design, endpoint, error
from lending_plan import DESIGN, PLAN
from strategies import values

TITLE = Parameter(name="title")
PAGE = Parameter(name="page", where="query")


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (endpoint("GET", "/a", "a", auth="none"), []),
        (endpoint("GET", "/a", "a", auth="optional"), []),
        (endpoint("GET", "/a", "a"), [401]),
        (endpoint("GET", "/a", "a", auth="service"), [401]),
        (endpoint("GET", "/a", "a", auth="role", roles=("clerk",)), [401, 403]),
        (endpoint("GET", "/a/{id}", "a", auth="none"), [404]),
        (endpoint("GET", "/a", "a", auth="none", request=(PAGE,)), [400]),
        (endpoint("GET", "/a", "a", auth="none", pagination="cursor"), [400]),
        (endpoint("GET", "/a", "a", auth="none", pagination="cursor", origin="brief"), []),
        (endpoint("GET", "/a", "a", auth="none", request=(TITLE,)), [400]),
        (endpoint("WS", "/a", "a", auth="none", request=(TITLE,)), []),
        (endpoint("SSE", "/a/{id}", "a", request=(PAGE,)), [401, 400, 404]),
        (endpoint("POST", "/a", "a", request=(TITLE, PAGE)), [401, 400, 422]),
        (endpoint("POST", "/a", "a", auth="none", request=(TITLE,)), [422, 429]),
        (endpoint("PATCH", "/a/{id}", "a", auth="optional"), [404, 429]),
        (endpoint("DELETE", "/a/{id}", "a", auth="none"), [404]),
    ],
)
def test_what_follows_from_an_endpoint(made: Endpoint, expected: list[int]) -> None:
    found = usual_errors(made)
    assert [refusal.status for refusal in found] == expected
    assert [refusal.code for refusal in found] == [SOURCES[status][0] for status in expected]


def test_a_refusal_names_what_is_wrong() -> None:
    made = endpoint("PUT", "/v1/shelves/{shelfId}/tools/{id}", "a", auth="role", roles=("clerk", "owner"), request=(TITLE, Parameter(name="place")))
    assert usual_errors(made) == (
        EndpointError(status=401, code="UNAUTHENTICATED", when="Nobody is signed in, or no longer", message="Sign in first"),
        EndpointError(status=403, code="FORBIDDEN", when="The caller is no clerk or owner", message="Your role does not allow this"),
        EndpointError(
            status=422, code="VALIDATION_ERROR", when="`title` or `place` is missing or out of bounds", message="`errors` names each member and its rule"
        ),
        EndpointError(status=404, code="NOT_FOUND", when="None of `tools` has this identifier", message="Not found, or gone by now"),
    )


@pytest.mark.parametrize(
    ("own", "rest", "expected"),
    [
        ((error(404, "TOOL_GONE"),), {}, [401, 422]),
        ((error(409, "TAKEN"),), {}, [401, 422, 404]),
        ((error(400, "VALIDATION_ERROR"),), {}, [401, 404]),
        ((error(400, "ODD_TITLE"),), {}, [401, 422, 404]),
        ((error(400, "ODD_TITLE"),), {"origin": "brief"}, [401, 404]),
        ((error(409, "TAKEN"),), {"origin": "brief"}, [401, 422, 404]),
    ],
)
def test_an_error_of_its_own_takes_the_place_of_the_usual_one(own: tuple[EndpointError, ...], rest: dict[str, Any], expected: list[int]) -> None:
    made = endpoint("PUT", "/tools/{id}", "a", request=(TITLE,), errors=own, **rest)
    assert [refusal.status for refusal in usual_errors(made)] == expected
    assert all_errors(made) == (*own, *usual_errors(made))


@pytest.mark.parametrize(("said", "expected"), [("60 a minute", [429]), ("None: six people", []), ("none", []), ("Nonetheless 60 a minute", [429])])
def test_nothing_is_refused_for_its_number_where_nothing_is_limited(said: str, expected: list[int]) -> None:
    decision = api().decision.model_copy(update={"rate_limit": said})
    assert [refusal.status for refusal in all_errors(endpoint("POST", "/a", "a", auth="none"), decision)] == expected


@given(values(Endpoint))
@settings(max_examples=60, deadline=None)
def test_no_endpoint_refuses_one_thing_twice(made: Endpoint) -> None:
    usual = usual_errors(made)
    assert len({refusal.status for refusal in usual}) == len(usual)
    assert not {refusal.status for refusal in usual} & {refusal.status for refusal in made.errors}
    bare = made.model_copy(update={"errors": usual})
    assert not {refusal.code for refusal in usual_errors(bare)} & {refusal.code for refusal in usual}


def test_the_document_says_once_what_follows() -> None:
    scope = PLAN.design.scope.model_copy(update={"size": "small"})
    plan = PLAN.model_copy(update={"design": PLAN.design.model_copy(update={"scope": scope})})
    markdown = render(plan)
    (line,) = [line for line in markdown.splitlines() if line.startswith("By rule: ")]
    decision = DESIGN.api.decision if DESIGN.api else None
    statuses = {refusal.status for made in DESIGN.endpoints for refusal in all_errors(made, decision)[len(made.errors) :]}
    assert [status for status in SOURCES if f"{status} `{SOURCES[status][0]}` (" in line] == [status for status in SOURCES if status in statuses]
    assert parse(markdown).plan == plan
    assert parse(markdown.replace(line, "Somebody wrote something else here.")).plan == plan
    assert markdown.count("UNAUTHENTICATED") <= 1


def test_errors_are_proven_by_what_follows_and_by_the_tables() -> None:
    row = ErrorCase(category="input", error="Invalid", cause="c", message="m", answer="422", recovery="r")
    sends = endpoint("POST", "/a", "a", request=(TITLE,))
    table = {"errors": (row,)}
    assert proven("endpoints:errors", design(api_layer=api(sends).model_copy(update=table)), ()) == ("a",)
    assert proven("endpoints:errors", design(api_layer=api(sends)), ()) == ()
    silent = endpoint("GET", "/b", "b", auth="none", request=(Parameter(name="day", where="header"),))
    assert proven("endpoints:errors", design(api_layer=api(sends, silent).model_copy(update=table)), ()) == ()
