"""Endpoints: spelled ones as they stand, derived ones only for what the brief does."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from backend_architect.architects.rules.api.endpoints import endpoints
from backend_architect.architects.rules.case import Action, Actor, Case
from backend_architect.architects.rules.entities.entities import entities
from backend_architect.design import Endpoint, EndpointError, Parameter
from cases import act, case, judged
from test_rules_entities import ACTIONS, API, LIST, QUIZ


def made(of: Case) -> tuple[Endpoint, ...]:
    return endpoints(of, entities(of), component="c-api")


def calls(found: tuple[Endpoint, ...]) -> list[str]:
    return [f"{endpoint.method} {endpoint.path}" for endpoint in found]


def by_call(found: tuple[Endpoint, ...]) -> dict[str, Endpoint]:
    return {f"{endpoint.method} {endpoint.path}": endpoint for endpoint in found}


def test_spelled_endpoints_are_exactly_those_of_the_brief() -> None:
    found = made(case(API, auth="token", actions=[act(6, "user", "create", "recipe"), act(7, "user", "delete", "recipe")]))
    assert calls(found) == [
        "POST /api/users", "POST /api/recipes", "PUT /api/recipes/{slug}", "POST /api/recipes/{slug}/comments", "POST /api/recipes/{slug}/favorite",
        "POST /api/profiles/{username}/follow", "GET /api/tags", "GET /api/recipes/feed",
    ]  # fmt: skip
    assert {endpoint.origin for endpoint in found} == {"brief"}
    assert [endpoint.key for endpoint in found][:3] == ["api-post-api-users", "api-post-api-recipes", "api-put-api-recipes-slug"]
    assert [call for call, endpoint in by_call(found).items() if endpoint.primary] == ["POST /api/recipes"]
    register = found[0]
    assert register == Endpoint(
        key="api-post-api-users",
        method="POST",
        path="/api/users",
        purpose="Register",
        origin="brief",
        auth="none",
        request=(Parameter(name="user.email", minimum=3, maximum=254), Parameter(name="user.password", minimum=12, maximum=128)),
        status=201,
        entity="e-users",
        errors=(EndpointError(status=409, code="EMAIL_TAKEN", when="Another user has this email", message="This email is taken: choose another"),),
        p95_ms=200,
        component="c-api",
        satisfies=tuple(case(API).requirement_key(n) for n in (3, 4, 5)),
        cites=(3, 4, 5),
    )


def test_endpoints_that_are_put_off_are_not_built_and_those_of_others_never() -> None:
    text = "# X\n\n`POST /things`\n\n`GET /things`\n\n## Endpoints that the Parts Provider offers\n\n`GET /parts`\n"
    assert calls(made(case(text, later=(3,)))) == ["POST /things"]


def test_a_tiny_brief_gets_what_it_asks_for_and_a_list_to_see_it() -> None:
    actions = [
        act(2, "parent", "create", "chore", members=("title",)),
        act(3, "parent", "change-state", "chore", word="mark"),
        act(4, "parent", "delete", "chore"),
    ]
    found = made(case(LIST, actions=actions, size="tiny"))
    assert calls(found) == ["POST /v1/chores", "GET /v1/chores", "PATCH /v1/chores/{id}", "DELETE /v1/chores/{id}"]
    create, listed, change, delete = found
    assert (create.primary, create.status, create.entity, create.auth) == (True, 201, "e-chores", "none")
    assert (listed.many, listed.pagination, listed.cites) == (True, "none", (2, 3))
    assert change.request == (Parameter(name="id", where="path", type="uuid"), Parameter(name="isCompleted", type="boolean"))
    assert (delete.status, delete.entity, [error.code for error in delete.errors]) == (204, None, [])


def test_parts_travel_with_their_whole_and_results_are_read_beneath_it() -> None:
    actions = [
        act(2, "host", "create", "quiz", members=("title",)),
        act(3, "host", "create", "choice", of="question"),
        act(4, "host", "change-state", "quiz", word="open"),
        act(4, "host", "change-state", "quiz", word="close"),
        act(5, "player", "submit", "response", of="quiz"),
        act(5, "player", "read", "result", of="quiz", phrase="the results of a quiz"),
        act(4, "host", "login", ""),
    ]
    actors = [Actor(name="host", privileged=True, cites=(2,)), Actor(name="player", anonymous=True, cites=(5,))]
    found = by_call(made(case(QUIZ, actions=actions, actors=actors, size="medium", auth="session", auth_basis=judged("session", 4))))
    assert set(found) == {
        "POST /v1/quizzes", "GET /v1/quizzes", "GET /v1/quizzes/{id}", "PATCH /v1/quizzes/{id}", "POST /v1/quizzes/{quizId}/responses",
        "GET /v1/quizzes/{quizId}/results", "POST /v1/sessions", "DELETE /v1/sessions/current",
    }  # fmt: skip
    assert [parameter.name for parameter in found["POST /v1/quizzes"].request] == [
        "title", "questions[]", "questions[].text", "questions[].options[]", "questions[].options[].text",
    ]  # fmt: skip
    submit = found["POST /v1/quizzes/{quizId}/responses"]
    assert (submit.auth, [error.code for error in submit.errors]) == ("none", ["QUIZ_NOT_OPEN"])
    assert submit.idempotency.startswith("Header `Idempotency-Key`")
    assert found["POST /v1/quizzes"].auth == "user"
    assert [error.code for error in found["POST /v1/sessions"].errors] == ["WRONG_CREDENTIALS", "TOO_MANY_TRIES"]
    assert "WRONG_STATE" in [error.code for error in found["PATCH /v1/quizzes/{id}"].errors]


def test_roles_streams_and_notices() -> None:
    text = (
        "# Desk\n- An agent can close a ticket.\n- A customer can create a ticket with a title.\n"
        "- The system notifies the customer.\n- Agents see all tickets live.\n"
    )
    actions = [
        act(2, "agent", "change-state", "ticket", word="close"),
        act(3, "customer", "create", "ticket", members=("title",)),
        act(4, "", "notify", "customer", word="notifies", phrase="the customer", of="ticket", system=True),
        act(5, "agent", "read", "ticket", phrase="all tickets"),
    ]
    actors = [Actor(name="agent", privileged=True, cites=(2,)), Actor(name="customer", cites=(3,))]
    found = by_call(made(case(text, actions=actions, actors=actors, auth="token", realtime="sse", realtime_basis=judged("sse", 5))))
    assert (found["PATCH /v1/tickets/{id}"].auth, found["PATCH /v1/tickets/{id}"].roles) == ("role", ("agent",))
    assert found["POST /v1/tickets"].auth == "user"
    assert found["POST /v1/tickets"].side_effects == ("Notifies the customer (S4), after the answer", "Tells open clients through the event stream")
    assert (found["SSE /v1/events"].cites, found["SSE /v1/events"].auth) == ((5,), "user")


@pytest.mark.parametrize("shape", ["none", "browser", "cli"])
def test_programs_without_a_server_have_no_endpoints(shape: str) -> None:
    assert made(case(API, shape=shape)) == ()


@given(ACTIONS)
@settings(max_examples=80, deadline=None)
def test_any_actions_give_one_primary_unique_keys_and_known_entities(actions: list[Action]) -> None:
    of = case(
        "# T\nUsers open and close tasks.\n\nOrders expire.\n\nA survey contains 1-5 questions.\n",
        actions=actions,
        actors=[Actor(name="user", cites=(2,))],
        auth="session",
    )
    things = entities(of)
    found = endpoints(of, things, component="c-api")
    keys = [endpoint.key for endpoint in found]
    assert len(keys) == len(set(keys)) == len(set(calls(found)))
    assert sum(endpoint.primary for endpoint in found) == (1 if found else 0)
    known = {entity.key for entity in things if entity.tier != "future"}
    for endpoint in found:
        assert endpoint.entity is None or endpoint.entity in known
        in_path = [part.strip("{}") for part in endpoint.path.split("/") if part.startswith("{")]
        assert in_path == [parameter.name for parameter in endpoint.request if parameter.where == "path"]
        assert len({error.code for error in endpoint.errors}) == len(endpoint.errors)
