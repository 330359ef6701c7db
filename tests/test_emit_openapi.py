from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from openapi_spec_validator import OpenAPIV31SpecValidator

from backend_architect.design import Design, Endpoint, Parameter
from backend_architect.emit import openapi
from backend_architect.emit.names import is_secret
from emit_designs import ERRANDS, LIBRARY, TINY, api, data, design, endpoint, entity, error, field, security
from emit_strategies import offered

slow = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def document(*endpoints: Endpoint, **rest: Any) -> dict[str, Any]:
    """The document of these endpoints, validated."""
    made = openapi.document(
        design(api_layer=api(*endpoints, **{key: rest[key] for key in ("authentication", "errors") if key in rest}), data_layer=data(*rest.get("entities", ())))
    )
    OpenAPIV31SpecValidator(made).validate()
    return made


def operation(*endpoints: Endpoint, **rest: Any) -> dict[str, Any]:
    """The one operation of these endpoints' document."""
    (path,) = document(*endpoints, **rest)["paths"].values()
    (found,) = (each for method, each in path.items() if method != "parameters")
    return dict(found)


def answer(made: Endpoint, status: str = "200", **rest: Any) -> Any:
    """The JSON schema of an answer."""
    return operation(made, **rest)["responses"][status]["content"]["application/json"]["schema"]


@slow
@given(offered())
def test_every_document_validates_and_reads_back(made: Design) -> None:
    document = openapi.document(made)
    OpenAPIV31SpecValidator(document).validate()
    if made.endpoints:
        assert yaml.safe_load(openapi.text(made)) == document
        assert openapi.text(made) == openapi.text(made)
    else:
        assert openapi.text(made) == ""


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(offered())
def test_yaml_does_not_depend_on_the_emitter_at_hand(made: Design) -> None:
    with pytest.MonkeyPatch.context() as patch:
        fast = openapi.text(made)
        patch.delattr(yaml, "CSafeDumper", raising=False)
        assert openapi.text(made) == fast


@pytest.mark.parametrize("made", [TINY, LIBRARY])
def test_a_real_design_validates(made: Design) -> None:
    OpenAPIV31SpecValidator(yaml.safe_load(openapi.text(made))).validate()


def test_five_endpoints_and_an_entity_stay_small() -> None:
    assert len(openapi.text(TINY).encode()) < 3.2 * 1024


def test_the_tiny_list_as_a_whole() -> None:
    one = {"$ref": "#/components/schemas/Errand"}
    made = openapi.document(TINY)
    assert list(made["paths"]) == ["/api/v1/errands", "/api/v1/errands/{id}", "/healthz"]
    assert made["paths"]["/api/v1/errands"]["post"] == {
        "operationId": "createErrand",
        "summary": "Api create errand",
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {"type": "object", "required": ["title"], "properties": {"title": {"type": "string", "minLength": 1, "maxLength": 200}}}
                }
            },
        },
        "responses": {
            "201": {"description": "Created", "content": {"application/json": {"schema": one}}},
            "422": {"$ref": "#/components/responses/Error"},
            "429": {"$ref": "#/components/responses/Error"},
        },
    }
    assert made["components"]["schemas"]["Errand"] == {
        "type": "object",
        "required": ["id", "title", "done", "createdAt"],
        "properties": {
            "id": {"type": "string", "format": "uuid"},
            "title": {"type": "string", "minLength": 1, "maxLength": 200},
            "done": {"type": "boolean"},
            "createdAt": {"type": "string", "format": "date-time"},
        },
    }
    assert "security" not in made
    assert "securitySchemes" not in made["components"]


# --- lists ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pagination", "expected"),
    [
        ("none", {"type": "object", "required": ["items"], "properties": {"items": "LIST"}}),
        ("cursor", {"type": "object", "required": ["items"], "properties": {"items": "LIST", "nextCursor": {"type": ["string", "null"]}}}),
        ("offset", {"type": "object", "required": ["items", "total"], "properties": {"items": "LIST", "total": {"type": "integer"}}}),
    ],
)
def test_derived_lists_are_wrapped(pagination: str, expected: dict[str, Any]) -> None:
    listed = {"type": "array", "items": {"$ref": "#/components/schemas/Errand"}}
    expected["properties"]["items"] = listed
    made = endpoint("GET", "/errands", "list", entity="entity-errand", many=True, pagination=pagination)
    assert answer(made, entities=(ERRANDS,)) == expected


def test_a_list_that_the_brief_spells_out_has_no_invented_wrapper() -> None:
    bare = endpoint("GET", "/errands", "list", entity="entity-errand", many=True, pagination="offset", origin="brief")
    assert answer(bare, entities=(ERRANDS,)) == {"type": "array", "items": {"$ref": "#/components/schemas/Errand"}}
    assert "parameters" not in operation(bare, entities=(ERRANDS,))
    spelled = endpoint(
        "GET", "/posts", "posts", many=True, origin="brief", response=(Parameter(name="posts[].slug"), Parameter(name="postsCount", type="integer"))
    )
    assert answer(spelled) == {
        "type": "object",
        "required": ["posts", "postsCount"],
        "properties": {
            "posts": {"type": "array", "items": {"type": "object", "required": ["slug"], "properties": {"slug": {"type": "string"}}}},
            "postsCount": {"type": "integer"},
        },
    }


def test_paging_parameters_are_shared_and_give_way_to_declared_ones() -> None:
    listed = endpoint("GET", "/errands", "list", many=True, pagination="cursor")
    other = endpoint("GET", "/chores", "chores", many=True, pagination="offset")
    made = document(listed, other)
    limit = {"$ref": "#/components/parameters/Limit"}
    assert made["paths"]["/errands"]["get"]["parameters"] == [limit, {"name": "cursor", "in": "query", "schema": {"type": "string"}}]
    assert made["paths"]["/chores"]["get"]["parameters"] == [
        limit,
        {"name": "offset", "in": "query", "schema": {"type": "integer", "minimum": 0, "default": 0}},
    ]
    assert list(made["components"]["parameters"]) == ["Limit"]
    own = listed.model_copy(update={"request": (Parameter(name="page", where="query", type="integer", required=False),)})
    assert operation(own)["parameters"] == [{"name": "page", "in": "query", "schema": {"type": "integer"}}]


# --- bodies and values ----------------------------------------------------------------------


def test_member_paths_nest() -> None:
    made = endpoint(
        "POST",
        "/articles",
        "publish",
        request=(
            Parameter(name="article.title", note="Shown in lists"),
            Parameter(name="article.tagList[]", required=False),
            Parameter(name="article.blocks[].kind", type="enum", values=("text", "image"), required=False),
            Parameter(name="article", required=False),
        ),
    )
    assert operation(made)["requestBody"] == {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["article"],
                    "properties": {
                        "article": {
                            "type": "object",
                            "required": ["title"],
                            "properties": {
                                "title": {"type": "string", "description": "Shown in lists"},
                                "tagList": {"type": "array", "items": {"type": "string"}},
                                "blocks": {"type": "array", "items": {"type": "object", "properties": {"kind": {"type": "string", "enum": ["text", "image"]}}}},
                            },
                        }
                    },
                }
            }
        },
    }


@pytest.mark.parametrize(
    ("origin", "expected"),
    [("brief", {"type": "number", "minimum": 0}), ("derived", {"type": "string", "pattern": r"^\d{1,16}(\.\d{1,2})?$"})],
)
def test_exact_decimals_travel_as_text_unless_the_brief_spells_them_out(origin: str, expected: dict[str, Any]) -> None:
    made = endpoint("GET", "/balance", "balance", origin=origin, response=(Parameter(name="amount", type="decimal", minimum=0),))
    assert answer(made)["properties"]["amount"] == expected


@pytest.mark.parametrize(
    ("parameter", "expected"),
    [
        (Parameter(name="x", type="uuid"), {"type": "string", "format": "uuid"}),
        (Parameter(name="x", type="date"), {"type": "string", "format": "date"}),
        (Parameter(name="x", type="bigint", maximum=10), {"type": "integer", "format": "int64", "maximum": 10}),
        (Parameter(name="x", minimum=-3, maximum=4.9), {"type": "string", "maxLength": 4}),
        (Parameter(name="x", type="enum", values=("b", "a", "b")), {"type": "string", "enum": ["b", "a"]}),
        (Parameter(name="x", type="json"), {}),
        (Parameter(name="x", type="bytes", required=False), {"type": "string", "contentEncoding": "base64"}),
    ],
)
def test_values(parameter: Parameter, expected: dict[str, Any]) -> None:
    other = Parameter(name="y", required=False)
    assert answer(endpoint("GET", "/x", "x", response=(parameter, other)))["properties"]["x"] == expected


def test_entities_show_camel_case_and_no_secrets() -> None:
    people = entity(
        "entity-person",
        "people",
        field("id", "uuid", primary=True),
        field("full_name"),
        field("nick-name", required=False),
        field("mood", "enum", values=("up", "down"), required=False),
        field("password_hash"),
        field("password_changed_at", "timestamp"),
        field("reset_token", required=False),
        field("content_hash"),
        field("fullName"),
    )
    made = document(endpoint("GET", "/people/{id}", "person", entity="entity-person"), entities=(people,))
    assert made["components"]["schemas"]["Person"] == {
        "type": "object",
        "required": ["id", "fullName", "passwordChangedAt", "contentHash", "fullName2"],
        "properties": {
            "id": {"type": "string", "format": "uuid"},
            "fullName": {"type": "string"},
            "nickName": {"type": ["string", "null"]},
            "mood": {"type": ["string", "null"], "enum": ["up", "down", None]},
            "passwordChangedAt": {"type": "string", "format": "date-time"},
            "contentHash": {"type": "string"},
            "fullName2": {"type": "string"},
        },
    }


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        *((name, True) for name in ("password_hash", "passwordHash", "salt", "api_key", "token_hash", "refresh_token", "otp")),
        *((name, False) for name in ("hash", "content_hash", "token", "share_token", "key", "foreign_key", "assault_count")),
    ],
)
def test_secret_names(name: str, secret: bool) -> None:
    assert is_secret(name) is secret


def test_only_returned_entities_have_schemas() -> None:
    other = entity("entity-other", "others", field("id", "uuid", primary=True))
    made = document(endpoint("GET", "/errands/{id}", "show", entity="entity-errand"), entities=(ERRANDS, other))
    assert list(made["components"]["schemas"]) == ["Error", "Errand"]


def test_an_entity_called_error_keeps_clear_of_the_error_body() -> None:
    errors = entity("entity-error", "errors", field("id", "uuid", primary=True))
    made = document(endpoint("GET", "/errors/{id}", "show", entity="entity-error", errors=(error(404, "NOT_FOUND"),)), entities=(errors,))
    assert list(made["components"]["schemas"]) == ["Error", "Error2"]


# --- paths ----------------------------------------------------------------------------------


def test_path_parameters_take_their_type_from_the_declaration_or_the_entity() -> None:
    made = document(
        endpoint("GET", "/errands/{errandId}", "show"),
        endpoint("GET", "/tags/{name}", "tag", request=(Parameter(name="name", where="path", maximum=20),)),
        endpoint("GET", "/things/{id}", "thing"),
        entities=(ERRANDS,),
    )
    assert {path: item["parameters"] for path, item in made["paths"].items()} == {
        "/errands/{errandId}": [{"name": "errandId", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}],
        "/tags/{name}": [{"name": "name", "in": "path", "required": True, "schema": {"type": "string", "maxLength": 20}}],
        "/things/{id}": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
    }


def test_one_shape_of_path_has_one_template() -> None:
    made = document(endpoint("GET", "/todos/{id}", "show"), endpoint("DELETE", "/todos/{todoId}", "remove", status=204))
    assert {path: sorted(item) for path, item in made["paths"].items()} == {"/todos/{id}": ["delete", "get", "parameters"]}


def test_a_list_and_its_stream_are_one_operation() -> None:
    listed = endpoint("GET", "/errands", "list", entity="entity-errand", many=True, auth="none")
    stream = endpoint("SSE", "/errands", "watch", entity="entity-errand", auth="none")
    socket = endpoint("WS", "/errands", "talk", request=(Parameter(name="say"),), auth="none")
    made = operation(listed, stream, socket, entities=(ERRANDS,))
    assert made["operationId"] == "list"
    assert {status: sorted(found.get("content", ())) for status, found in made["responses"].items()} == {
        "200": ["application/json", "text/event-stream"],
        "101": [],
    }
    assert made["x-client-message"] == {"type": "object", "required": ["say"], "properties": {"say": {"type": "string"}}}


def test_a_get_asks_in_the_query_what_it_was_given_as_a_body() -> None:
    assert operation(endpoint("GET", "/search", "search", request=(Parameter(name="q"),)))["parameters"] == [
        {"name": "q", "in": "query", "required": True, "schema": {"type": "string"}}
    ]


def test_files() -> None:
    sent = endpoint("PUT", "/photo", "send", request=(Parameter(name="photo", type="bytes"),), status=204)
    assert operation(sent)["requestBody"]["content"] == {
        "multipart/form-data": {"schema": {"type": "object", "required": ["photo"], "properties": {"photo": {"contentMediaType": "application/octet-stream"}}}}
    }
    fetched = endpoint("GET", "/photo", "fetch", auth="none", response=(Parameter(name="photo", type="bytes"),))
    assert operation(fetched)["responses"] == {"200": {"description": "OK", "content": {"application/octet-stream": {}}}}


def test_idempotency_key() -> None:
    key = {"name": "Idempotency-Key", "in": "header", "schema": {"type": "string"}}
    lend = endpoint("POST", "/loans", "lend", idempotency="An `Idempotency-Key` header, kept a day")
    assert operation(lend)["parameters"] == [key]
    made = document(lend, lend.model_copy(update={"path": "/gifts", "key": "give"}))
    assert [item["post"]["parameters"] for item in made["paths"].values()] == [[{"$ref": "#/components/parameters/IdempotencyKey"}]] * 2
    assert made["components"]["parameters"] == {"IdempotencyKey": key}
    assert "parameters" not in operation(endpoint("POST", "/loans", "lend", idempotency="The loan's number is unique"))


def test_tags_only_where_there_is_something_to_tell_apart() -> None:
    assert "tags" not in operation(endpoint("GET", "/a", "a"))
    both = document(endpoint("GET", "/a", "a"), endpoint("GET", "/b", "b", component="unknown"))
    assert [item["get"]["tags"] for item in both["paths"].values()] == [["App"], ["unknown"]]


# --- errors ---------------------------------------------------------------------------------


def test_errors_share_an_answer_and_name_their_codes() -> None:
    made = document(endpoint("GET", "/a/{id}", "a", errors=(error(409, "A_GONE"), error(409, "A_LOCKED"))))
    assert made["paths"]["/a/{id}"]["get"]["responses"] == {
        "200": {"description": "OK"},
        "401": {"$ref": "#/components/responses/Error"},
        "404": {"$ref": "#/components/responses/Error"},
        "409": {"$ref": "#/components/responses/Error", "description": "A_GONE or A_LOCKED"},
    }
    assert made["components"]["responses"]["Error"]["description"] == "What went wrong; usual codes: 401 UNAUTHENTICATED, 404 NOT_FOUND"


PROBLEM = ("application/problem+json", ["title", "status", "detail", "code"])


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Problem details (RFC 9457) with a code", PROBLEM),
        ("One envelope for all", PROBLEM),
        ('The brief\'s own: `{"errors": {"body": ["can\'t be empty"]}}`', ("application/json", ["errors"])),
        ("{code, message, retry: true}", ("application/json", ["code", "message", "retry"])),
        ("RFC 9457 problem details, extended: {code}", PROBLEM),
        ("{not closed", PROBLEM),
    ],
)
def test_the_error_body_follows_the_decision(said: str, expected: tuple[str, list[str]]) -> None:
    made = document(endpoint("GET", "/a", "a", errors=(error(404, "NOT_FOUND"),)), errors=said)["components"]
    ((media, content),) = made["responses"]["Error"]["content"].items()
    assert content == {"schema": {"$ref": "#/components/schemas/Error"}}
    assert (media, list(made["schemas"]["Error"]["properties"])) == expected


# --- security -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Session cookie, HttpOnly; no JWT", {"session": {"type": "apiKey", "in": "cookie", "name": "session"}}),
        ("No sessions: JWT bearer tokens", {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}),
        (
            "`Authorization: Token <jwt>` as the brief has it",
            {"tokenHeader": {"type": "apiKey", "in": "header", "name": "Authorization", "description": "`Token ` followed by the token"}},
        ),
        ("API key in the X-Board-Key header", {"apiKey": {"type": "apiKey", "in": "header", "name": "X-Board-Key"}}),
        ("OAuth 2.0 with the identity provider", {"bearer": {"type": "http", "scheme": "bearer"}}),
        ("`__Host-sid` cookie rather than JWT", {"session": {"type": "apiKey", "in": "cookie", "name": "__Host-sid"}}),
        ("As in the old system", {"bearer": {"type": "http", "scheme": "bearer"}}),
    ],
)
def test_the_scheme_follows_the_decision(said: str, expected: dict[str, Any]) -> None:
    assert document(endpoint("GET", "/a", "a"), authentication=said)["components"]["securitySchemes"] == expected


def test_security_by_who_may_call() -> None:
    made = document(
        *(endpoint("GET", f"/{auth}", auth, auth=auth, roles=("admin",) if auth == "role" else ()) for auth in ("none", "optional", "user", "role", "service")),
        authentication="Session cookie for people, an API key for other systems",
    )
    assert made["security"] == [{"session": []}]
    assert {path: item["get"].get("security") for path, item in made["paths"].items()} == {
        "/none": [],
        "/optional": [{}, {"session": []}],
        "/user": None,
        "/role": [{"session": ["admin"]}],
        "/service": [{"apiKey": []}],
    }


def test_the_security_decision_counts_where_the_api_decision_is_silent() -> None:
    made = openapi.document(
        design(api_layer=api(endpoint("GET", "/a", "a"), authentication="See security"), security=security("HTTP basic auth behind the VPN"))
    )
    assert made["components"]["securitySchemes"] == {"basic": {"type": "http", "scheme": "basic"}}
