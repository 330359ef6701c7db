"""Entities: from tables, from contracts, from what people do; fields by name; tiers, keys, indexes."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend_architect.architects.rules.case import Action, Actor
from backend_architect.architects.rules.entities.entities import entities
from backend_architect.architects.rules.language.field_types import infer
from backend_architect.architects.rules.language.nouns import canonical, is_thing
from backend_architect.architects.rules.language.words import plural, singular
from backend_architect.design import Entity, Field, Index
from backend_architect.text import KEY_PATTERN
from cases import act, case, judged

LIST = """# Chores
- A parent can add a chore with a title and a due date.
- A parent can mark a chore as completed.
- A parent can delete a chore.
- A parent clicks a button on the page.
"""


def columns(entity: Entity) -> dict[str, str]:
    return {field.name: field.type + ("" if field.required else "?") for field in entity.fields}


def named(found: tuple[Entity, ...]) -> dict[str, Entity]:
    return {entity.name: entity for entity in found}


def chores(**changes: Any) -> tuple[Entity, ...]:
    actions = [
        act(2, "parent", "create", "chore", word="add", members=("title", "due date")),
        act(3, "parent", "change-state", "chore", word="mark"),
        act(4, "parent", "delete", "chore"),
        act(5, "parent", "read", "button", phrase="a button"),
    ]
    return entities(case(LIST, actions=actions, size="tiny", **changes))


def test_a_tiny_brief_has_one_table_with_what_its_sentences_name() -> None:
    (found,) = chores()
    assert found == Entity(
        key="e-chores",
        name="chores",
        tier="essential",
        purpose="Chores: parents add, mark and delete them",
        fields=(
            Field(name="id", type="uuid", primary=True, why="Identifies the chore"),
            Field(name="title", type="text", minimum=1, maximum=200, why="Title of the chore"),
            Field(name="due_date", type="date", required=False, why="Due date of the chore, a calendar day"),
            Field(name="is_completed", type="boolean", why="Whether the chore is completed; false when it is made"),
            Field(name="created_at", type="timestamp", why="When the chore was made"),
        ),
        source_of_truth="PostgreSQL, table chores",
        concurrency="Each change is one statement; a repeat changes nothing",
        satisfies=tuple(case(LIST).requirement_key(n) for n in (2, 3, 4)),
        cites=(2, 3, 4),
    )


@pytest.mark.parametrize("changes", [{"shape": "none"}, {"shape": "browser", "engine": "browser"}, {"engine": "none"}])
def test_nothing_is_stored_where_there_is_no_store(changes: dict[str, str]) -> None:
    assert chores(**changes) == ()


def test_in_memory_the_same_things_are_structures_without_indexes() -> None:
    (found,) = chores(shape="cli", engine="memory")
    assert (found.source_of_truth, found.indexes, found.retention) == ("Memory of the one process; gone when it ends", (), "Until the process ends")


def test_a_written_out_table_is_taken_over_with_names_types_key_and_asked_for_index() -> None:
    found = entities(
        case(
            """# Links
Links expire after their lifetime.

The `links` table:

```sql
code char(7) NOT NULL
lifetime_minutes int NOT NULL
created_at datetime NOT NULL
target varchar(255)
PRIMARY KEY(code)
```

We create an index on `code` and `created_at`.
"""
        )
    )
    (links,) = found
    assert (links.key, links.name, links.tier) == ("e-links", "links", "essential")
    assert [(f.name, f.type, f.required, f.primary, f.minimum, f.maximum) for f in links.fields] == [
        ("code", "text", True, True, 1, 7),
        ("lifetime_minutes", "integer", True, False, 0, None),
        ("created_at", "timestamp", True, False, None, None),
        ("target", "text", True, False, 0, 255),
    ]
    assert links.indexes == (Index(fields=("created_at",), query="Rows of links by age: the clean-up of old rows, newest first"),)
    assert links.retention.startswith("Deleted by the clean-up once lifetime minutes has passed")


API = """# Recipes
### Register
`POST /api/users`

```json
{"user": {"email": "a@b.example", "password": "x"}}
```

No authentication required.

### Add a recipe
`POST /api/recipes`

```json
{"recipe": {"title": "Soup", "servings": 4, "tagList": ["hot"]}}
```

Authentication required.

### Change a recipe
`PUT /api/recipes/:slug`

Authentication required.

### Comment
`POST /api/recipes/:slug/comments`

```json
{"comment": {"body": "Good"}}
```

Authentication required.

### Like
`POST /api/recipes/:slug/favorite`

Authentication required.

### Follow
`POST /api/profiles/:username/follow`

Authentication required.

### Tags
`GET /api/tags`

### Search
`GET /api/recipes/feed`
"""


def test_a_spelled_api_gives_its_resources_parents_and_pairs() -> None:
    found = named(entities(case(API, auth="token")))
    assert list(found) == ["users", "recipes", "comments", "tags", "recipe_tags", "favorites", "follows"]
    assert columns(found["users"]) == {"id": "uuid", "username": "text", "email": "text", "password_hash": "text", "created_at": "timestamp"}
    assert columns(found["recipes"]) == {
        "id": "uuid", "owner_id": "uuid", "slug": "text", "title": "text", "servings": "integer", "created_at": "timestamp", "updated_at": "timestamp",
    }  # fmt: skip
    assert [(f.name, f.ref, f.primary) for f in found["comments"].fields if f.ref] == [("recipe_id", "e-recipes", False), ("author_id", "e-users", False)]
    assert [(f.name, f.ref) for f in found["favorites"].fields if f.primary] == [("user_id", "e-users"), ("recipe_id", "e-recipes")]
    assert [(f.name, f.ref) for f in found["follows"].fields if f.primary] == [("follower_id", "e-users"), ("followed_id", "e-users")]
    assert [(f.name, f.ref) for f in found["recipe_tags"].fields if f.primary] == [("recipe_id", "e-recipes"), ("tag_id", "e-tags")]


def test_what_the_caller_identifies_and_hands_on_keeps_its_key_its_state_and_its_group() -> None:
    (parcels,) = entities(
        case(
            """# Broker
## Endpoints that your backend must offer
```
POST /parcels
{"parcelId": "4a7901b8-7d26-4d9d-aa19-4dc1c7cf60b3", "weight": 2.5}
```
- `parcelId` is a required and unique field of type UUID.

```
GET /parcels-summary?from=2025-07-10T12:34:56.000Z

HTTP 200
{"fast": {"count": 1}, "cheap": {"count": 2}}
```

## Endpoints that the Carrier Services provide
```
POST /parcels
{"parcelId": "4a7901b8-7d26-4d9d-aa19-4dc1c7cf60b3", "weight": 2.5, "sentAt": "2025-07-10T12:34:56.000Z"}
```
"""
        )
    )
    fields = {field.name: field for field in parcels.fields}
    assert fields["parcel_id"].primary
    assert fields["status"].values == ("pending", "processed", "failed")
    assert fields["service"].values == ("fast", "cheap")
    assert fields["sent_at"].type == "timestamp"
    assert [index.fields for index in parcels.indexes] == [("service", "sent_at")]


QUIZ = """# Quiz night
- A host can create a quiz with a title, containing 1-20 multiple choice questions.
- A host defines 2-6 choices for each question.
- Hosts can open a quiz and close a quiz.
- Players submit their responses to a quiz.
- Bonus: players can create teams.
"""


def quiz(**changes: Any) -> tuple[Entity, ...]:
    actions = [
        act(2, "host", "create", "quiz", members=("title",)),
        act(3, "host", "create", "choice", of="question"),
        act(4, "host", "change-state", "quiz", word="open"),
        act(4, "host", "change-state", "quiz", word="close"),
        act(5, "player", "submit", "response", of="quiz"),
        act(6, "player", "create", "team", horizon="later"),
    ]
    actors = [Actor(name="host", privileged=True, cites=(2,)), Actor(name="player", anonymous=True, cites=(5,))]
    return entities(case(QUIZ, actions=actions, actors=actors, later=(6,), size="medium", **changes))


def test_parts_answers_states_and_sign_in_follow_from_what_people_do() -> None:
    found = named(quiz(auth="session", auth_basis=judged("session", 2)))
    assert {name: entity.tier for name, entity in found.items()} == {
        "quizzes": "essential", "questions": "essential", "options": "essential", "responses": "essential", "answers": "essential",
        "users": "supporting", "sessions": "supporting", "teams": "future",
    }  # fmt: skip
    status = next(field for field in found["quizzes"].fields if field.name == "status")
    assert status.values == ("draft", "open", "closed")
    assert [(f.name, f.maximum) for f in found["questions"].fields if f.name == "position"] == [("position", 20)]
    assert found["options"].retention == "At most 6 for one question, checked when it is saved"
    assert [(f.name, f.ref) for f in found["answers"].fields if f.ref] == [
        ("response_id", "e-responses"), ("question_id", "e-questions"), ("option_id", "e-options"),
    ]  # fmt: skip
    assert (found["teams"].fields, found["teams"].satisfies, found["teams"].cites) == ((), (case(QUIZ).requirement_key(6),), (6,))
    # A parent stands before what refers to it.
    order = [entity.key for entity in found.values()]
    for entity in found.values():
        for field in entity.fields:
            assert field.ref is None or order.index(field.ref) < order.index(entity.key)


def test_columns_in_brackets_are_the_states_of_the_thing_that_moves() -> None:
    text = "# Board\nUsers create boards, assign cards and move cards across columns (To Do, Doing, Done).\n"
    actions = [act(2, "user", "create", "board"), act(2, "user", "assign", "card"), act(2, "user", "change-state", "card", word="move")]
    found = named(entities(case(text, actions=actions)))
    assert next(field.values for field in found["cards"].fields if field.name == "status") == ("to_do", "doing", "done")
    assert "status" not in columns(found["boards"])
    assert [(f.name, f.ref, f.required) for f in found["cards"].fields if f.ref] == [("board_id", "e-boards", True), ("assignee_id", "e-users", False)]


def test_one_for_each_person_is_kept_by_a_unique_index() -> None:
    text = "# Hall\n- A member can reserve a court; nobody can reserve a court twice, so one reservation per member.\n- Staff can add a court.\n"
    actions = [act(2, "member", "submit", "court", word="reserve"), act(3, "staff", "create", "court", word="add")]
    actors = [Actor(name="member", cites=(2,)), Actor(name="staff", privileged=True, cites=(3,))]
    found = named(entities(case(text, actions=actions, actors=actors, auth="session")))
    assert (
        Index(fields=("court_id", "owner_id"), unique=True, query="One reservation for each person: a second one is refused by the database")
        in found["reservations"].indexes
    )
    assert "owner_id" not in columns(found["courts"])


@pytest.mark.parametrize(
    ("name", "noun", "expected"),
    [
        ("Due Date", "task", ("due_date", "date", False)),
        ("email", "user", ("email", "text", True)),
        ("password", "user", ("password_hash", "text", False)),
        ("unitPrice", "item", ("unit_price", "decimal", False)),
        ("createdAt", "item", ("created_at", "timestamp", False)),
        ("isActive", "item", ("is_active", "boolean", False)),
        ("photo", "dish", ("photo_key", "text", False)),
        ("photoUrl", "dish", ("photo_url", "text", False)),
        ("quantity", "item", ("quantity", "integer", False)),
        ("name", "customer", ("name", "text", True)),
        ("name", "product", ("name", "text", False)),
        ("correlationId", "payment", ("correlation_id", "uuid", False)),
    ],
)
def test_a_name_says_what_a_field_is(name: str, noun: str, expected: tuple[str, str, bool]) -> None:
    guess = infer(name, noun)
    assert (guess.column, guess.type, guess.personal) == expected


def test_nouns() -> None:
    assert [canonical(noun) for noun in ("to-do item", "Surveys", "selection", "account", "customer record", "order_item")] == [
        "todo",
        "survey",
        "option",
        "user",
        "customer",
        "order_item",
    ]
    assert not any(
        is_thing(noun) for noun in ("button", "maintainability", "performance", "page", "system", "testing", "performant_in_front", "how", "comprehensive", "")
    )
    assert all(is_thing(noun) for noun in ("survey", "booking", "city", "invoice", "line_item", "clinic"))


@given(
    st.sampled_from(
        [
            "survey",
            "box",
            "city",
            "person",
            "bus",
            "status",
            "address",
            "analysis",
            "todo",
            "response",
            "movie",
            "invoice",
            "category",
            "quiz",
            "leaf",
            "data",
            "order_item",
            "series",
            "photo",
            "child",
        ]
    )
)
def test_singular_undoes_plural(noun: str) -> None:
    assert singular(plural(noun)) == noun
    assert plural(plural(noun)) == plural(noun)


NOUNS = st.sampled_from(
    [
        "task",
        "user",
        "order",
        "message",
        "photo",
        "question",
        "option",
        "response",
        "item",
        "page",
        "in_front_order",
        "button",
        "datum",
        "invoice",
        "订单",
        "x",
        "data",
        "survey",
        "book",
        "comment",
    ]
)
VERBS = st.sampled_from(
    [
        "create",
        "read",
        "list",
        "search",
        "update",
        "delete",
        "change-state",
        "submit",
        "assign",
        "comment",
        "join",
        "send",
        "upload",
        "login",
        "register",
        "pay",
        "import",
        "report",
        "compute",
        "store",
        "other",
    ]
)
ACTIONS = st.lists(
    st.builds(
        lambda v, n, o, a, s: act(s, a, v, n, of=o), VERBS, NOUNS, st.one_of(st.just(""), NOUNS), st.sampled_from(["", "user", "manager"]), st.integers(2, 4)
    ),
    max_size=12,
)


@given(ACTIONS, st.sampled_from(["none", "session", "token", "external", "api-key", "optional"]), st.sampled_from(["tiny", "small", "medium", "large"]))
@settings(max_examples=80, deadline=None)
def test_any_actions_give_keys_that_are_unique_and_references_that_resolve(actions: list[Action], auth: str, size: str) -> None:
    made = case(
        "# T\nUsers open and close tasks.\n\nOrders expire.\n\nA survey contains 1-5 questions.\n",
        actions=actions,
        actors=[Actor(name="user", cites=(2,)), Actor(name="manager", privileged=True, cites=(2,))],
        auth=auth,
        size=size,
    )
    found = entities(made)
    keys = [entity.key for entity in found]
    assert len(keys) == len(set(keys))
    assert all(re.fullmatch(KEY_PATTERN, key) and key.startswith("e-") for key in keys)
    for entity in found:
        names = [field.name for field in entity.fields]
        assert len(names) == len(set(names))
        assert entity.tier == "future" or any(field.primary for field in entity.fields)
        assert all(field.ref is None or field.ref in keys for field in entity.fields)
        assert all(set(index.fields) <= set(names) for index in entity.indexes)
        assert all(field.type != "enum" or field.values for field in entity.fields)
