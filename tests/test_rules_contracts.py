"""Contracts that a brief spells out: endpoints, whose they are, members, rules, tables."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend_architect.architects.rules.case import SpelledEndpoint, SpelledTable
from backend_architect.architects.rules.reading.contracts import spelled
from backend_architect.architects.rules.reading.endpoint_owners import owner
from backend_architect.architects.rules.reading.json_shapes import loads, members
from backend_architect.design import Parameter
from cases import brief


def endpoints(text: str) -> tuple[SpelledEndpoint, ...]:
    return spelled(brief(text)).endpoints


def names(text: str) -> list[str]:
    return [f"{e.method} {e.path}" + (f" [{e.owner}]" if e.owner else "") for e in endpoints(text)]


def test_an_endpoint_is_read_together_from_heading_example_and_sentences() -> None:
    found = endpoints(
        """# Recipes
### Add a recipe

`POST /api/recipes`

Example request body:

```json
{"recipe": {"name": "Soup", "minutes": 20, "vegan": true, "price": 3.50, "steps": ["cut", "cook"]}}
```

Authentication required, returns the created Recipe.

Required fields: `name`, `minutes`

Optional fields: `steps` as an array of Strings
"""
    )
    assert found == (
        SpelledEndpoint(
            method="POST",
            path="/api/recipes",
            title="Add a recipe",
            auth="required",
            request=(
                Parameter(name="recipe.name"),
                Parameter(name="recipe.minutes", type="integer"),
                Parameter(name="recipe.vegan", type="boolean", required=False),
                Parameter(name="recipe.price", type="decimal", required=False),
                Parameter(name="recipe.steps[]", required=False),
            ),
            returns="Recipe",
            cites=(3, 5, 6, 7, 8),
        ),
    )


def test_query_samples_take_the_sentence_before_them_as_note_and_set_paging() -> None:
    (found,) = endpoints(
        """# Shop
### List goods

`GET /goods/:shopId`

Query parameters:

Only goods of a colour:

`?colour=red`

Rows to skip (default is 0):

`?offset=0`

No authentication required, will return multiple goods
"""
    )
    assert found.path == "/goods/{shopId}"
    assert found.request == (
        Parameter(name="shopId", where="path"),
        Parameter(name="colour", where="query", required=False, note="Only goods of a colour"),
        Parameter(name="offset", where="query", type="integer", required=False, note="Rows to skip (default is 0)"),
    )
    assert (found.auth, found.many, found.paginated, found.returns) == ("none", True, "offset", "multiple goods")


def test_curl_lines_give_method_path_body_and_query_and_the_answer_beneath() -> None:
    first, second = endpoints(
        """# Notes
Create one:

```shell
$ curl -X POST --data '{"minutes":"60", \\"text\\":"Hello"}' https://notes.example/api/v1/note
```

Response:

```json
{"code": "abc"}
```

Then read it:

```sh
curl https://notes.example/api/v1/note?code=abc
```
"""
    )
    assert (first.method, first.path, [p.name for p in first.request], first.response) == (
        "POST",
        "/api/v1/note",
        ["minutes", "text"],
        (Parameter(name="code"),),
    )
    assert (second.method, second.path, second.request) == ("GET", "/api/v1/note", (Parameter(name="code", where="query"),))


TWO_SIDES = """# Parcel broker
## Endpoints that your backend must offer

#### Parcels
```
POST /parcels
{
  "parcelId": "4a7901b8-7d26-4d9d-aa19-4dc1c7cf60b3",
  "weight": 1.5
}

HTTP 202 - Accepted
```
- `parcelId` is a required and unique field of type UUID.
- `weight` is an optional decimal field.

## Endpoints that the Carrier Services provide

All endpoints below require a token, sent in the header `X-Carrier-Token`.

#### Parcels
```
POST /parcels
{ "parcelId": "4a7901b8-7d26-4d9d-aa19-4dc1c7cf60b3", "sentAt": 2025-07-15T12:34:56.000Z }

HTTP 200 - Ok
{ "message": "taken" }
```

#### Health
`GET /parcels/health` shows whether the carrier works; one call per five seconds.

## Summary

**Endpoints to be developed**

| Endpoint | Description |
|---|---|
| POST /parcels | Takes a parcel in. |

**Endpoints available on both Carrier Services**

| Endpoint | Description |
|---|---|
| POST /parcels | Hands a parcel over. |
| GET /parcels/health | Tells how the carrier is. |
"""


def test_the_same_call_on_both_sides_stays_two_endpoints() -> None:
    ours, theirs, health = endpoints(TWO_SIDES)
    assert (ours.owner, theirs.owner, health.owner) == ("", "Carrier Service", "Carrier Service")
    assert ours.request == (Parameter(name="parcelId", type="uuid", note="unique"), Parameter(name="weight", type="decimal", required=False))
    assert (ours.status, ours.title, ours.auth) == (202, "Takes a parcel in.", "unsaid")
    assert [(p.name, p.type, p.where) for p in theirs.request] == [
        ("X-Carrier-Token", "text", "header"),
        ("parcelId", "uuid", "body"),
        ("sentAt", "timestamp", "body"),
    ]
    assert (theirs.response, theirs.status, theirs.auth) == ((Parameter(name="message"),), 200, "required")
    assert health.limit == "one call per five seconds"


@pytest.mark.parametrize(
    ("line", "note"),
    [
        ("- `betrag` ist ein erforderliches Feld vom Typ Dezimalzahl", Parameter(name="betrag", type="decimal")),
        ("- `valor` é um campo obrigatório do tipo decimal.", Parameter(name="valor", type="decimal")),
        ("- `total` es un campo opcional de tipo entero", Parameter(name="total", type="integer", required=False)),
        ("- `金额x` 是必填的字段", None),
        ("- `amount` 是必填的小数字段", Parameter(name="amount", type="decimal")),
        ("- `name` (string, optional): what it is called", Parameter(name="name", required=False, note="what it is called")),
    ],
)
def test_statements_about_fields_are_read_in_several_languages(line: str, note: Parameter | None) -> None:
    (found,) = endpoints(f"# X\n\n`POST /things`\n\n{line}\n")
    assert found.request == ((note,) if note else ())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("On `POST` the application pushes the result into a queue.", []),
        ("Run `/project.plan` and then `/project.tasks`.", []),
        ("See `docs/get/started.md`.", []),
        ("```python\nclient.post('/orders')\n```", []),
        ("## Useful links\n\n- `GET /elsewhere`", []),
        ("Just like `GET /v1/charges` of a well-known provider.", []),
        ("Besides `POST /orders` there is `GET /orders/:id`.", ["POST /orders", "GET /orders/{id}"]),
        ("```http\nGET /a/{id}\nDELETE /a/{id}   remove it\n```", ["GET /a/{id}", "DELETE /a/{id}"]),
        ("| Method | Path | What |\n|---|---|---|\n| GET | `/cats/<int:id>` | One cat |", ["GET /cats/{id}"]),
        ("### GET, POST /dogs", ["GET /dogs", "POST /dogs"]),
        ("## External customs register\n\n- `GET /duties/{code}` returns a list of duties", ["GET /duties/{code} [customs register]"]),
        ("We call the bank's API: `POST /transfers`", ["POST /transfers [bank]"]),
        ("# Orders\n## Endpoints of the order service\n`GET /orders`", ["GET /orders"]),
    ],
)
def test_what_is_an_endpoint_and_whose(text: str, expected: list[str]) -> None:
    assert names(f"# Brief\n\n{text}\n") == expected


@pytest.mark.parametrize(
    ("heading", "whose"),
    [
        ("Endpoints que os Processadores de Frete disponibilizam", ("theirs", "Processadores de Frete")),
        ("Endpoints a serem desenvolvidos", ("ours", "")),
        ("Endpunkte, die der Zahlungsdienst bereitstellt", ("theirs", "Zahlungsdienst")),
        ("外部接口", ("theirs", "external system")),
        ("Our API endpoints", ("ours", "")),
        ("Endpoints", None),
        ("Endpoints available in version 2", None),
    ],
)
def test_headings_say_whose_endpoints_they_announce(heading: str, whose: tuple[str, str] | None) -> None:
    assert owner(heading) == whose


def test_sql_columns_take_their_table_from_the_sentence_before() -> None:
    found = spelled(
        brief(
            """# Links
The `links` table could look like this:

```sql
code char(7) NOT NULL
target varchar(255) NOT NULL
PRIMARY KEY(code)
```

```sql
CREATE TABLE IF NOT EXISTS hits (
  id bigserial PRIMARY KEY, -- counts up
  code char(7) REFERENCES links(code),
  price numeric(10, 2),
  UNIQUE (code)
);
```
"""
        )
    ).tables
    assert found == (
        SpelledTable(name="links", columns=(("code", "char(7) NOT NULL"), ("target", "varchar(255) NOT NULL")), primary=("code",), cites=(3,)),
        SpelledTable(
            name="hits",
            columns=(("id", "bigserial PRIMARY KEY"), ("code", "char(7) REFERENCES links(code)"), ("price", "numeric(10, 2)")),
            primary=("id",),
            cites=(4,),
        ),
    )


def test_field_tables_and_record_examples_are_tables_but_files_are_not() -> None:
    found = spelled(
        brief(
            """# Fleet
Each vehicle record:

| Field | Type | Required |
|---|---|---|
| plate | string | yes |
| builtOn | date | no |

An order document looks like this:

```json
{"id": 1, "total": 12.50, "lines": [{"sku": "a"}]}
```

Add a file `info.json` with this structure:

```json
{"name": "you", "langs": ["go"]}
```
"""
        )
    ).tables
    assert [(table.name, table.columns) for table in found] == [
        ("orders", (("id", "integer"), ("total", "decimal"), ("lines", "json"))),
        ("vehicles", (("plate", "string NOT NULL"), ("built_on", "date NULL"))),
    ]


def test_damaged_json_is_read_as_far_as_it_goes() -> None:
    assert members(loads('{ "a": 1, // one\n  "when": 2025-07-15T12:34:56Z, b: "string", ... \n "tags": ["x"], }')) == (
        Parameter(name="a", type="integer"),
        Parameter(name="when", type="timestamp"),
        Parameter(name="b"),
        Parameter(name="tags[]"),
    )
    assert loads("no json at all") is None


MARKS = st.sampled_from(
    [
        "`",
        "|",
        "{",
        "}",
        "[",
        '"',
        "'",
        "\\",
        "GET ",
        "POST ",
        "/a",
        "/{id}",
        "?x=1",
        ":slug",
        "curl -X POST -d '",
        "HTTP 200",
        "```\n",
        "\n",
        "# ",
        "- ",
        "Required fields: ",
        "CREATE TABLE t (",
        ")",
        ",",
        "a int",
        " ",
    ]
)


@given(st.lists(st.one_of(MARKS, st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)), max_size=40).map("".join))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_reading_never_raises_and_gives_the_same_twice(text: str) -> None:
    made = brief("# T\n\n" + text + "\n\nend")
    assert spelled(made) == spelled(made)
    loads(text)


def test_a_hostile_line_is_read_in_linear_time() -> None:
    made = brief("# T\n\n" + "POST " * 4000 + "\n\n" + "`a` is " * 4000 + "\n\n```\n" + "{" * 4000 + "\n```\n")
    assert spelled(made).endpoints == ()
