"""Layers 1, 2 and 4 and the data classes: each choice follows from what the brief says."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from backend_architect.architects.rules.api import api_layer
from backend_architect.architects.rules.case import Actor, Case
from backend_architect.architects.rules.layers import data_layer, security_layer
from backend_architect.architects.rules.scope.data_classes import data_classes
from backend_architect.architects.rules.structure.structure import structure
from backend_architect.design import ApiDecision, DataDecision, Endpoint, EndpointError, Entity, Field, Index, Parameter, SecurityLayer
from backend_architect.profile import Fact, FactName, Profile
from cases import act, case, judged
from test_rules_structure import cases, entity, scope_of


def endpoint(method: str, path: str, **changes: Any) -> Endpoint:
    return Endpoint.model_validate(
        {
            "key": f"p-{method.lower()}-{path.strip('/').replace('/', '-').replace('{', '').replace('}', '')}",
            "method": method,
            "path": path,
            "purpose": "p",
            "auth": "none",
            "component": "c-api",
        }
        | changes
    )


def api(made: Case, *endpoints: Endpoint, entities: tuple[Entity, ...] = ()) -> ApiDecision:
    scope = scope_of(made)
    return api_layer.decide(made, scope, structure(made, scope, entities), entities, endpoints)


def data(made: Case, *entities: Entity) -> DataDecision:
    scope = scope_of(made)
    return data_layer.decide(made, scope, structure(made, scope, entities), entities)


def security(made: Case, *endpoints: Endpoint, entities: tuple[Entity, ...] = ()) -> SecurityLayer:
    scope = scope_of(made)
    return security_layer.decide(made, scope, structure(made, scope, entities), entities, endpoints)


def facts(*given: tuple[FactName, str, float]) -> Profile:
    return Profile(facts=tuple(Fact(name=name, value=value, number=number, cites=(2,)) for name, value, number in given))


NOTES = "# Notes\n\n- User writes a note\n- User reads notes\n"

# --- API ------------------------------------------------------------------------------------


def test_spelled_paths_keep_their_form_and_get_no_version() -> None:
    decided = api(case(NOTES), endpoint("POST", "/notes", origin="brief", primary=True), endpoint("GET", "/notes", origin="brief"))
    assert decided.choice == "REST: the two endpoints of the brief, as they stand"
    assert decided.versioning.startswith("The paths of the brief carry no version and get none")
    assert decided.rejected[0].because == "the brief fixes two paths; a single query path would break them"


@pytest.mark.parametrize(("origin", "expected"), [("brief", "URI: `/api/v2`, as the brief spells it"), ("derived", "URI: `/api/v2`, in the path")])
def test_a_version_in_the_path_is_kept(origin: str, expected: str) -> None:
    assert api(case(NOTES), endpoint("GET", "/api/v2/notes", origin=origin)).versioning.startswith(expected)


def test_the_briefs_own_error_body_is_taken_over() -> None:
    text = NOTES + '\n```json\n{"errors": {"body": ["can\'t be empty"]}}\n```\n'
    assert api(case(text), endpoint("GET", "/notes")).errors.startswith("The brief's own error body, with its member `errors`")
    assert "RFC 9457" in api(case(NOTES), endpoint("GET", "/notes")).errors


def test_the_token_scheme_is_the_one_the_brief_writes() -> None:
    made = case(NOTES + "\n`Authorization: Token abc.def`\n", auth="token")
    assert api(made, endpoint("POST", "/notes", auth="user"), endpoint("GET", "/notes")).authentication == (
        "`Authorization: Token <token>` on 1 of 2 endpoints; signed, 60 minutes; given by the test"
    )


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"auth": "session"}, "100 requests/min for each user; 429 with `Retry-After`"),
        ({"auth": "api-key"}, "100 requests/min for each calling system"),
        ({"auth": "none"}, "100 requests/min for each address; 10 a minute for each address on `POST /notes`, which need no account"),
        ({"size": "tiny"}, "100 requests/min an address"),
        ({"profile": facts(("users", "6 users", 6))}, "None: 6 users are known by name"),
    ],
)
def test_the_rate_limit_has_a_number_or_a_reason(changes: dict[str, Any], expected: str) -> None:
    auth = "user" if changes.get("auth") == "session" else "none"
    assert api(case(NOTES, actors=[Actor(name="user", cites=(2,))], **changes), endpoint("POST", "/notes", auth=auth)).rate_limit.startswith(expected)


def test_pagination_names_the_lists() -> None:
    decided = api(case(NOTES), endpoint("GET", "/notes", many=True, pagination="cursor"), endpoint("GET", "/tags", many=True))
    assert "on `/notes`, 20 a page, at most 100; none on `/tags`" in decided.pagination


def test_error_tables_come_from_the_endpoints_and_the_engine() -> None:
    refusals = (
        EndpointError(status=422, code="TITLE_TOO_LONG", when="title over 200 characters", message="Shorten the title"),
        EndpointError(status=409, code="NOTE_LOCKED", when="the note is locked", message="Somebody else is editing it"),
    )
    rows = api_layer.errors(case(NOTES), (endpoint("PUT", "/notes/{id}", primary=True, errors=refusals),))
    assert [(r.category, r.error, r.answer) for r in rows] == [
        ("input", "Title too long", "422 `TITLE_TOO_LONG`"),
        ("business", "Note locked", "409 `NOTE_LOCKED`"),
        ("business", "Not found", "404 `NOT_FOUND`"),
        ("system", "PostgreSQL not available", "503 with `Retry-After: 5`"),
        ("system", "Unexpected error", "500 `INTERNAL`, the request's id, no detail"),
    ]
    assert rows[0].cause == "title over 200 characters (`PUT /notes/{id}`)"


def test_an_endpoint_without_refusals_still_names_its_required_members() -> None:
    asked = (Parameter(name="title"), Parameter(name="mood", required=False))
    rows = api_layer.errors(case(NOTES, size="tiny", engine="sqlite"), (endpoint("POST", "/notes", request=asked),))
    assert [r.category for r in rows] == ["input", "system"]
    assert rows[0].cause == "`title` missing or malformed (`POST /notes`)"


def test_each_failure_is_one_row_and_the_table_fits_the_size() -> None:
    taken = tuple(EndpointError(status=409, code=f"{name}_TAKEN", when=f"{name} is used", message="m") for name in ("NAME", "EMAIL"))
    locked = tuple(EndpointError(status=409, code=f"RULE_{number}", when=f"rule {number}", message="m") for number in range(6))
    calls = (
        endpoint("POST", "/users", auth="none", request=(Parameter(name="email"),), errors=taken),
        endpoint("PUT", "/notes/{id}", auth="role", roles=("editor",), request=(Parameter(name="title"),), primary=True, errors=locked),
        endpoint("GET", "/tags/{id}/notes", auth="user", request=(Parameter(name="page", where="query"),)),
    )
    tables = {size: api_layer.errors(case(NOTES, size=size), calls) for size in ("tiny", "small", "large")}
    assert {size: len(rows) for size, rows in tables.items()} == {"tiny": 3, "small": 7, "large": 9}
    assert [(row.error, row.answer) for row in tables["large"]] == [
        ("Invalid input", "422 `VALIDATION_ERROR`; 400 `INVALID_PARAMETER`"),
        ("Rule 0", "409 `RULE_0`"),
        ("Rule 1", "409 `RULE_1`"),
        ("Not signed in, or not allowed", "401 `UNAUTHENTICATED`; 403 `FORBIDDEN`"),
        ("Not found", "404 `NOT_FOUND`"),
        ("Rule 2", "409 `RULE_2`"),
        ("PostgreSQL not available", "503 with `Retry-After: 5`"),
        ("Unexpected error", "500 `INTERNAL`, the request's id, no detail"),
        ("Too many calls", "429 `RATE_LIMITED` with `Retry-After`"),
    ]
    rows = api_layer.errors(case(NOTES), calls[:1])
    assert [(row.error, row.answer) for row in rows][1] == ("Name or email taken", "409 `NAME_TAKEN`, `EMAIL_TAKEN`")
    assert "No note or tag has this identifier" in [row.cause for row in tables["large"]]


# --- data -----------------------------------------------------------------------------------


def test_small_items_stay_in_their_row_although_the_brief_thinks_of_an_object_store() -> None:
    profile = facts(("reads-per-second", "40 reads/s", 40), ("writes-per-second", "4 writes/s", 4), ("item-size", "1.27 KB", 1270))
    text = "# Snippets\n\n- User pastes a text of 1.27 KB\n- One could keep the contents in S3\n"
    decided = data(case(text, labels={3: "solution"}, profile=profile, size="medium", reads_per_second=40, writes_per_second=4), entity("snippets"))
    assert decided.engine == "postgresql"
    assert decided.rejected[0].option == "Object store for the contents"
    assert "at 1.27 KB an item" in decided.rejected[0].because
    assert decided.growth.startswith(
        "160 GB a year (4 writes/s x 1.27 KB x 31.5 million s). `snippets` passes 100 GB in about seven months: it is partitioned by month before that"
    )
    assert decided.pooling.startswith("Five connections an instance (220 requests/s x 5 ms = 1.1 busy at peak, doubled, at least 5)")
    assert "40 reads/s and 4 writes/s" in decided.why


def test_stated_growth_beats_reckoned_growth() -> None:
    profile = facts(("growth", "2 TB/month", 2e12), ("writes-per-second", "400 writes/s", 400))
    decided = data(case("# Log\n\n- Device stores a reading\n", profile=profile, size="large", writes_per_second=400), entity("readings"))
    assert decided.growth.startswith(
        "24 TB a year (2 TB/month, as stated). `readings` passes 100 GB within the first month: it is partitioned by month before that"
    )


def test_state_changes_are_conditional_updates_and_rules_are_indexes() -> None:
    status = Field(name="status", type="enum", values=("draft", "open", "closed"), why="state")
    polls = entity("polls").model_copy(update={"fields": (*entity("polls").fields, status)})
    made = case(
        "# Polls\n\n- Organiser opens a poll\n- Organiser closes a poll\n- Guest cannot vote more than once\n",
        actions=[
            act(2, "organiser", "change-state", "poll", word="open"),
            act(3, "organiser", "change-state", "poll", word="close"),
            act(4, "guest", "submit", "vote", word="vote"),
        ],
    )
    once = Index(fields=("poll_id", "owner_id"), unique=True, query="One vote for each guest")
    votes = entity("votes", "poll").model_copy(update={"indexes": (once,)})
    text = data(made, polls, entity("choices", "poll"), votes).consistency
    assert "A poll and its choices are written in one transaction" in text
    assert '"Guest cannot vote more than once" is kept by the unique index over `votes` (poll_id, owner_id)' in text
    unkept = data(made, polls, entity("choices", "poll"), entity("votes", "poll")).consistency
    assert '"Guest cannot vote more than once": the check and the change of `votes` are one transaction that locks the row first' in unkept
    assert "To open or close polls is one conditional update (`UPDATE polls SET status = ... WHERE id = ... AND status = ...`)" in text


def test_a_flag_needs_no_conditional_update() -> None:
    done = Field(name="is_done", type="boolean", why="state")
    notes = entity("notes").model_copy(update={"fields": (*entity("notes").fields, done)})
    made = case("# Notes\n\n- User completes a note\n", actions=[act(2, "user", "change-state", "note", word="complete")])
    assert data(made, notes).consistency == "To complete notes twice gives the same, so the last write wins."


def test_memory_needs_no_migrations_and_no_pool() -> None:
    decided = data(case("# Wash\n\n- The car number is unique and increasing\n", shape="cli", engine="memory", pattern="single program"), entity("cars"))
    assert decided.choice == "No database: one structure in the memory of the process"
    assert (decided.migrations, decided.pooling) == ("None: nothing outlives the run", "None: there is no connection to pool")
    assert "under the same lock" in decided.consistency
    assert "409" not in decided.consistency


@pytest.mark.parametrize(
    ("engine", "expected"),
    [("sqlite", "WAL mode"), ("cosmosdb", "One client object"), ("mysql", "smallest pool")],
)
def test_pooling_fits_the_engine(engine: str, expected: str) -> None:
    assert expected in data(case(NOTES, engine=engine), entity("notes")).pooling


def test_a_search_over_other_systems_stores_nothing() -> None:
    assert data(case(NOTES)).model == "Nothing is stored here: what is shown belongs to other systems"


# --- security -------------------------------------------------------------------------------


def test_each_kind_of_person_gets_a_rule_from_what_they_do() -> None:
    made = case(
        "# Polls\n\n- Poll organiser defines a poll\n- Poll organiser opens a poll\n"
        "- Guest submits a vote\n- VIP guest views results\n- Guest edits a vote later\n",
        actions=[
            act(2, "poll organiser", "create", "poll", word="define"),
            act(3, "poll organiser", "change-state", "poll", word="open"),
            act(4, "guest", "submit", "vote"),
            act(5, "vip guest", "read", "result", word="view"),
            act(6, "guest", "update", "vote", word="edit", horizon="later"),
        ],
        actors=[
            Actor(name="guest", anonymous=True, cites=(4,)),
            Actor(name="poll organiser", privileged=True, cites=(2,)),
            Actor(name="vip guest", cites=(5,)),
        ],
        auth="session",
        later=[6],
    )
    things = (entity("polls"), entity("votes"))
    calls = (
        endpoint("POST", "/polls", auth="role", roles=("poll organiser",), entity=things[0].key),
        endpoint("PATCH", "/polls/{id}", auth="role", roles=("poll organiser",), entity=things[0].key),
        endpoint("POST", "/polls/{id}/votes", entity=things[1].key),
    )
    rules = [(r.who, r.may, r.limit) for r in security(made, *calls, entities=things).permissions]
    without_results = [
        ("Poll organiser", "define and open polls", "signed in with this role; nobody else changes polls"),
        ("Guest", "submit votes", "without signing in; what is not named here is refused"),
    ]
    assert rules == without_results
    results = endpoint("GET", "/polls/{id}/results", auth="user")
    rules = [(r.who, r.may, r.limit) for r in security(made, *calls, results, entities=things).permissions]
    assert rules == [
        ("Poll organiser", "define and open polls", "signed in with this role; nobody else changes polls"),
        ("VIP guest", "view results", "signed in"),
        ("Guest", "submit votes", "without signing in; what is not named here is refused"),
    ]


def test_people_named_in_one_sentence_get_only_what_their_endpoints_allow() -> None:
    made = case(
        "# Polls\n\n- Organisers and guests define polls and view results\n",
        actions=[
            act(2, "organiser", "create", "poll", word="define"),
            act(2, "organiser", "read", "result", word="view"),
            act(2, "guest", "create", "poll", word="define"),
            act(2, "guest", "read", "result", word="view"),
        ],
        actors=[Actor(name="organiser", privileged=True, cites=(2,)), Actor(name="guest", anonymous=True, cites=(2,))],
        auth="session",
    )
    polls = entity("polls")
    calls = (endpoint("POST", "/polls", auth="role", roles=("organiser",), entity=polls.key), endpoint("GET", "/polls/{id}/results"))
    assert [(r.who, r.may) for r in security(made, *calls, entities=(polls,)).permissions] == [
        ("Organiser", "define polls and view results"),
        ("Guest", "view results"),
    ]


def test_how_people_sign_in_is_said_in_the_words_of_the_brief() -> None:
    mailed = case("# Notes\n\n- Members sign in with a code that we send by e-mail, no passwords.\n", auth="session")
    said = security(mailed).decision.authentication
    assert "Members sign in with a code that we send by e-mail, no passwords" in said
    assert "six digits" in said
    assert "Argon2id" not in said
    unsaid = security(case(NOTES, auth="session")).decision.authentication
    assert "Argon2id" in unsaid
    assert "the brief names no other way" in unsaid


def test_the_audit_names_a_table_only_where_there_is_one() -> None:
    made = case("# Ward\n\n- Nurse writes the diagnosis of a patient\n- Every change has an audit trail.\n")
    assert "append-only row" not in security(made, entities=(entity("notes"),)).decision.abuse
    assert "append-only row in `audits`" in security(made, entities=(entity("notes"), entity("audits"))).decision.abuse


def test_people_change_only_what_is_theirs() -> None:
    owner = Field(name="author_id", type="uuid", why="owner")
    notes = entity("notes").model_copy(update={"fields": (*entity("notes").fields, owner)})
    made = case(
        "# Notes\n\n- Member edits a note\n",
        actions=[act(2, "member", "update", "note", word="edit")],
        actors=[Actor(name="member", cites=(2,))],
        auth="session",
    )
    layer = security(made, entities=(notes,))
    assert layer.permissions[0].limit == "signed in; changes only their own notes"
    assert "the owner is part of the query's WHERE" in layer.decision.authorization


def test_a_brief_without_people_gets_its_rules_from_the_endpoints() -> None:
    layer = security(case(NOTES, auth="token"), endpoint("POST", "/notes", auth="user"), endpoint("GET", "/notes"))
    assert [(r.who, r.may) for r in layer.permissions] == [("Anybody", "call `GET /notes`"), ("Signed-in users", "call `POST /notes`")]


def test_a_hobby_gets_the_least_and_health_data_gets_more_at_the_same_size() -> None:
    hobby = security(case(NOTES, size="tiny", engine="sqlite")).decision
    clinic = security(case("# Ward\n\n- Nurse writes the diagnosis of a patient\n", size="tiny", engine="sqlite")).decision
    assert hobby.encryption == "HTTPS at the proxy"
    assert "Audit" not in hobby.abuse
    assert clinic.encryption.startswith("TLS 1.2 or later")
    assert "Audit (Health data): one line in a log of its own" in clinic.abuse
    assert "Health data (not named by the brief, but health data usually falls under HIPAA" in clinic.why


def test_security_first_without_a_login_is_met_by_validation() -> None:
    text = '# Board\n\n- The application is "Security-First": all user inputs must be validated\n'
    made = case(text, size="tiny", labels={2: "constraint"})
    decided = security(
        made, endpoint("POST", "/cards", request=(Parameter(name="title", maximum=80), Parameter(name="column", type="enum", values=("To do", "Done"))))
    ).decision
    assert "is met where it costs no login" in decided.why
    assert decided.validation.startswith(
        "Against `openapi.yaml` at the door, unknown members refused: `title` 1 to 80 characters and `column` one of To do or Done"
    )
    assert made.requirement_key(2) in decided.satisfies


def test_a_regime_that_the_brief_names_is_answered_with_an_audit_trail() -> None:
    decided = security(case(NOTES, regulated=[judged("GDPR", 2).model_dump()], size="medium")).decision
    assert "as GDPR expects" in decided.encryption
    assert "Audit (GDPR)" in decided.abuse


@pytest.mark.parametrize(("cloud", "expected"), [("Azure", "Azure Key Vault"), ("AWS", "AWS Secrets Manager"), ("", "the platform's secret store")])
def test_secrets_live_where_the_cloud_keeps_them(cloud: str, expected: str) -> None:
    assert expected in security(case(NOTES, cloud=cloud)).decision.secrets


# --- data classes ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("The shopper pays with a credit card", [("Cardholder data", "not named by the brief, but cardholder data usually falls under PCI DSS: confirm")]),
        (
            "The nurse sees the diagnosis of a patient",
            [
                (
                    "Health data",
                    "not named by the brief, but health data usually falls under HIPAA in the United States and Article 9 of the GDPR in the EU: confirm",
                )
            ],
        ),
        (
            "The teacher sees which pupils are ill",
            [
                (
                    "Children's data",
                    "not named by the brief, but data of children usually falls under COPPA in the United States and Article 8 of the GDPR in the EU: confirm",
                )
            ],
        ),
        ("The user writes a note about minor changes", []),
    ],
)
def test_a_class_is_found_and_an_unnamed_regime_is_said_to_be_unnamed(line: str, expected: list[tuple[str, str]]) -> None:
    assert [(c.name, c.regime) for c in data_classes(case(f"# Thing\n\n- {line}\n"))] == expected


def test_a_named_regime_is_named() -> None:
    made = case("# Ward\n\n- The nurse sees the diagnosis of a patient\n- HIPAA applies\n", regulated=[judged("HIPAA", 3).model_dump()])
    assert [(c.name, c.regime, c.cites) for c in data_classes(made)] == [("Health data", "HIPAA, named by the brief", (2, 3))]


def test_passwords_count_once_people_sign_in() -> None:
    text = "# Club\n\n- The member signs in with a password\n"
    assert [c.name for c in data_classes(case(text, auth="session"))] == ["Credentials"]
    assert data_classes(case(text)) == ()


def test_one_remark_in_the_background_is_no_data_class() -> None:
    text = "# Maps\n\nHospitals with patients use maps too.\n\n- The user draws a route\n"
    assert data_classes(case(text, labels={2: "context"})) == ()


# --- laws -----------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(cases())
def test_every_citation_and_requirement_of_the_layers_exists(drawn: tuple[Case, tuple[Entity, ...]]) -> None:
    made, entities = drawn
    scope = scope_of(made)
    shape = structure(made, scope, entities)
    calls = (endpoint("POST", "/things", primary=True, request=(Parameter(name="title"),)), endpoint("GET", "/things", many=True, pagination="offset"))
    layer = security_layer.decide(made, scope, shape, entities, calls)
    decisions = (api_layer.decide(made, scope, shape, entities, calls), data_layer.decide(made, scope, shape, entities), layer.decision)
    statements, requirements = {s.number for s in made.brief.statements}, {r.key for r in scope.requirements if r.horizon == "now"}
    for decided in decisions:
        assert set(decided.cites) <= statements
        assert set(decided.satisfies) <= requirements
    cited = [n for r in layer.permissions for n in r.cites] + [n for c in data_classes(made) for n in c.cites]
    assert set(cited) <= statements
    assert len({d.key for d in decisions}) == len(decisions)
    assert 1 <= len(api_layer.errors(made, calls)) <= 10
