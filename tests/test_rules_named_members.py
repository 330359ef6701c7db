"""What a brief names beside the thing itself: members of a payment, people by head count, writers, tokens."""

from __future__ import annotations

from backend_architect.architects.rules.api.api_errors import errors
from backend_architect.architects.rules.api.endpoints import endpoints
from backend_architect.architects.rules.case import Case
from backend_architect.architects.rules.entities.entities import entities
from backend_architect.architects.rules.scope.questions import questions
from backend_architect.architects.rules.study import study
from backend_architect.design import Endpoint, Field, OpenQuestion
from backend_architect.ingest import profile
from cases import act, brief, case

CHECKS = (
    "# Fraud desk\n\nAs payments arrive, the cardholder's billing address is compared with the account.\n"
    "Then an authorization ID goes back to the merchant.\n\n"
    "- Merchants call an API for immediate scoring of payments.\n"
    "- We want to score transactions with our trained ML model as they happen, blocking a transaction only if the model is sure.\n"
    "- The service must store each transaction as the API receives it.\n"
)
BOARD = (
    "# Kitchen board\n\n- Predefined users create dishes, assign dishes and comment on dishes.\n"
    "- Six users (two cooks, four waiters) and no login in this phase.\n"
)
CONTRACT = (
    "# Recipes\n\nSend `Authorization: Token abc` with each call.\n\n## Login\n\n`POST /api/users/login`\n\nNo authentication required, returns a Cook\n\n"
    'Example request body:\n\n```json\n{"cook": {"email": "a@b.example", "password": "x"}}\n```\n\n'
    "## Read\n\n`GET /api/user`\n\nAuthentication required, returns a Cook\n"
)


def studied(text: str) -> Case:
    said = brief(text)
    return study(said, profile(said))


def by_call(of: Case) -> dict[str, Endpoint]:
    return {f"{one.method} {one.path}": one for one in endpoints(of, entities(of), component="c-api")}


def fields(of: Case, name: str) -> dict[str, Field]:
    return {field.name: field for entity in entities(of) if entity.name == name for field in entity.fields}


def test_a_check_takes_the_members_that_the_brief_names() -> None:
    desk = studied(CHECKS)
    check = by_call(desk)["POST /v1/transaction-scores"]
    assert [(member.name, member.required) for member in check.request] == [
        ("amount", True), ("merchantId", True), ("cardToken", True), ("billingAddress", False), ("authorizationId", False),
    ]  # fmt: skip
    assert [(member.name, member.type) for member in check.response] == [("block", "boolean"), ("confidence", "float")]
    assert not any(field.unique for field in fields(desk, "transactions").values())
    assert "q-model-inputs" in [question.key for question in questions(desk)]


def test_people_who_are_there_from_the_start_are_listed_and_sign_what_they_write() -> None:
    desk = studied(BOARD)
    found = by_call(desk)
    assert (found["GET /v1/users"].many, found["GET /v1/users"].cites) == (True, (2, 3))
    role = fields(desk, "users")["role"]
    assert (role.values, role.why) == (("cook", "waiter"), "What the person is: two cooks, four waiters; forbids nothing while nobody signs in")
    assert fields(desk, "comments")["author_id"].ref == "e-users"
    assert [member.name for member in found["POST /v1/dishes/{dishId}/comments"].request if member.where == "body"] == ["body", "authorId"]


def test_sign_in_answers_with_a_token_and_unknown_answers_are_asked_for() -> None:
    desk = studied(CONTRACT)
    found = by_call(desk)
    assert list(found) == ["POST /api/users/login", "GET /api/user"]
    assert found["POST /api/users/login"].response[-1].name == "token"
    assert found["GET /api/user"].response == ()
    assert [question for question in questions(desk) if question.key == "q-answers"] == [
        OpenQuestion(
            key="q-answers",
            text="What do the answers look like: the members of cook, and what they are wrapped in? The brief names them and shows none; "
            "its requests are wrapped in `cook`.",
            default="the columns of the data model without the hidden ones, wrapped in nothing, as in `openapi.yaml`",
            changes="the answers of two endpoints in `openapi.yaml`",
            cites=(4, 9),
        )
    ]


def test_errors_name_what_the_loop_itself_touches() -> None:
    text = (
        "# Parcel intake\n\n- Store each parcel in an Azure Storage Queue.\n- The Azure Storage Queue answers with 202.\n- Operators see how far a parcel is.\n"
    )
    parcels = case(text, actions=[act(2, "", "store", "parcel", word="store")], auth="api-key", existing=True)
    rows = [row for row in errors(parcels, endpoints(parcels, entities(parcels), component="c-api")) if row.category in ("system", "external")]
    assert [row.error for row in rows] == ["Unexpected error", "PostgreSQL not available", "Azure Storage Queue does not accept"]
    assert rows[1].cause == (
        "No connection within 250 ms, or a failover is under way; hits `GET /v1/parcels/{id}` first; "
        "`POST /v1/parcels` goes on with Azure Storage Queue and keys that are kept in memory"
    )
