from __future__ import annotations

import contextlib
import os
import re
import sqlite3
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import sqlglot
from hypothesis import HealthCheck, example, given, settings
from sqlglot import exp

from backend_architect.design import Design, Engine, Entity, Index
from backend_architect.emit import sql
from backend_architect.emit.reserved import quoted
from emit_designs import LIBRARY, TINY, data, design, entity, field
from emit_strategies import stored

# Its stubs have a statement that type checkers refuse.
postgast: Any = import_module("postgast")

if TYPE_CHECKING:
    import psycopg

    Postgres = psycopg.Connection[tuple[object, ...]]

slow = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])

RELATIONS = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"


def with_engine(made: Design, engine: Engine) -> Design:
    assert made.data is not None
    return made.model_copy(update={"data": data(*made.entities, engine=engine)})


def tables_of(up: str) -> int:
    return len(re.findall(r"^CREATE TABLE ", up, re.MULTILINE))


def of(*entities: Entity, engine: Engine = "postgresql") -> str:
    """The forward script of these entities."""
    return sql.script(design(data_layer=data(*entities, engine=engine)))[0]


def statements(script: str) -> list[str]:
    """The lines of a script that are no comment, without what trails them."""
    return [re.sub(r"; -- .*", ";", line) for line in script.split("\n") if line and not line.startswith("--")]


# --- PostgreSQL -----------------------------------------------------------------------------


def run_on_postgres(postgres: Postgres, made: Design) -> None:
    up, down = sql.script(made)
    if not up:
        return
    postgast.parse(up)
    postgast.parse(down)
    try:
        postgres.execute(up.encode())
        built = postgres.execute(RELATIONS + " AND relkind = 'r'").fetchall()
        assert len(built) == tables_of(up)
        postgres.execute(down.encode())
        assert postgres.execute(RELATIONS).fetchall() == []
    except BaseException:
        postgres.execute("ROLLBACK; DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        raise


@slow
@given(stored("postgresql"))
@example(LIBRARY)
def test_every_script_runs_on_postgresql_and_its_reverse_leaves_nothing(postgres: Postgres, made: Design) -> None:
    run_on_postgres(postgres, made)


def test_references_in_a_ring_run_on_postgresql(postgres: Postgres) -> None:
    run_on_postgres(postgres, design(data_layer=data(*RING)))


def test_every_allowed_value_is_accepted_and_no_other(postgres: Postgres) -> None:
    values = ("it's", "100 %", "%s", ":name", "back\\slash", 'a "b"', "日本語", "🚀", "-- x", "$1")
    made = design(data_layer=data(entity("entity-a", "group", field("id", "integer", primary=True), field("order", "enum", values=values))))
    up, down = sql.script(made)
    postgres.execute(up.encode())
    try:
        for value in values:
            postgres.execute('INSERT INTO "group" ("order") VALUES (%s)', (value,))
        with pytest.raises(Exception, match="ck_group_order_values"):
            postgres.execute('INSERT INTO "group" ("order") VALUES (%s)', ("other",))
    finally:
        postgres.execute(down.encode())
    lite = sqlite3.connect(":memory:")
    lite.executescript(sql.script(with_engine(made, "sqlite"))[0])
    for value in values:
        lite.execute('INSERT INTO "group" ("order") VALUES (?)', (value,))
    with pytest.raises(sqlite3.IntegrityError, match="ck_group_order_values"):
        lite.execute('INSERT INTO "group" ("order") VALUES (?)', ("other",))
    lite.close()


# --- SQLite ---------------------------------------------------------------------------------


def run_on_sqlite(made: Design) -> None:
    up, down = sql.script(made)
    connection = sqlite3.connect(":memory:")
    connection.executescript(up)
    built = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    assert len(built) == tables_of(up)
    assert connection.execute("PRAGMA foreign_keys").fetchone() == (1 if "REFERENCES" in up else 0,)
    connection.executescript(down)
    assert connection.execute("SELECT name FROM sqlite_master").fetchall() == []
    connection.close()


@slow
@given(stored("sqlite"))
@example(with_engine(LIBRARY, "sqlite"))
@example(TINY)
def test_every_script_runs_on_sqlite_and_its_reverse_leaves_nothing(made: Design) -> None:
    run_on_sqlite(made)


def test_references_in_a_ring_run_on_sqlite() -> None:
    run_on_sqlite(design(data_layer=data(*RING, engine="sqlite")))


def test_bounds_hold_on_sqlite() -> None:
    scores = entity(
        "entity-a",
        "scores",
        field("id", "bigint", primary=True),
        field("points", "integer", minimum=0, maximum=10),
        field("note", minimum=2, maximum=4, required=False),
    )
    connection = sqlite3.connect(":memory:")
    connection.executescript(of(scores, engine="sqlite"))
    connection.execute("INSERT INTO scores (points, note) VALUES (10, 'four')")
    connection.execute("INSERT INTO scores (points) VALUES (0)")
    for row, name in (((11, "abc"), "points_range"), ((-1, "abc"), "points_range"), ((1, "a"), "note_length"), ((1, "abcde"), "note_length")):
        with pytest.raises(sqlite3.IntegrityError, match=f"ck_scores_{name}"):
            connection.execute("INSERT INTO scores (points, note) VALUES (?, ?)", row)
    connection.close()


# --- MySQL ----------------------------------------------------------------------------------


@slow
@given(stored("mysql"))
@example(with_engine(LIBRARY, "mysql"))
def test_every_script_parses_as_mysql(made: Design) -> None:
    up, down = sql.script(made)
    parsed = [statement for statement in sqlglot.parse(up + down, read="mysql") if statement is not None]
    assert not [statement for statement in parsed if isinstance(statement, exp.Command)]
    created = [statement for statement in parsed if isinstance(statement, exp.Create) and statement.kind == "TABLE"]
    dropped = [statement for statement in parsed if isinstance(statement, exp.Drop) and statement.kind == "TABLE"]
    assert len(created) == len(dropped) == tables_of(up)


def test_mysql_keys_hold_no_unbounded_text() -> None:
    pages = entity(
        "entity-a",
        "pages",
        field("slug", primary=True),
        field("url", maximum=2000, unique=True),
        field("body"),
        field("title", maximum=120),
        field("extra", "json"),
        indexes=(
            Index(fields=("body",), query="pages by their beginning"),
            Index(fields=("title", "url"), unique=True, query="one of each"),
            Index(fields=("extra",), query="anything"),
        ),
    )
    assert statements(of(pages, engine="mysql")) == [
        "CREATE TABLE pages (",
        "  slug VARCHAR(255) NOT NULL,",
        "  url MEDIUMTEXT NOT NULL,",
        "  body MEDIUMTEXT NOT NULL,",
        "  title VARCHAR(120) NOT NULL,",
        "  extra JSON NOT NULL,",
        "  CONSTRAINT pk_pages PRIMARY KEY (slug),",
        "  CONSTRAINT ck_pages_url_length CHECK (char_length(url) <= 2000)",
        ");",
        "CREATE UNIQUE INDEX ux_pages_url ON pages ((SHA2(url, 256)));",
        "CREATE INDEX ix_pages_body ON pages (body(191));",
        "CREATE UNIQUE INDEX ux_pages_title_url ON pages (title, (SHA2(url, 256)));",
    ]


# --- whole scripts --------------------------------------------------------------------------

RING = (
    entity("entity-a", "teams", field("id", "uuid", primary=True), field("lead_id", "uuid", ref="entity-b", required=False)),
    entity(
        "entity-b",
        "users",
        field("id", "bigint", primary=True),
        field("team_id", "bigint", ref="entity-a"),
        field("boss_id", "bigint", ref="entity-b", required=False),
    ),
)


def test_a_ring_is_closed_when_both_tables_are_there() -> None:
    up, down = sql.script(design(data_layer=data(*RING)))
    assert [line for line in statements(up) if "FOREIGN KEY" in line or line.startswith("CREATE TABLE")] == [
        "CREATE TABLE teams (",
        "CREATE TABLE users (",
        "  CONSTRAINT fk_users_team_id FOREIGN KEY(team_id) REFERENCES teams (id),",
        "  CONSTRAINT fk_users_boss_id FOREIGN KEY(boss_id) REFERENCES users (id)",
        "ALTER TABLE teams ADD CONSTRAINT fk_teams_lead_id FOREIGN KEY(lead_id) REFERENCES users (id);",
    ]
    assert statements(down) == ["BEGIN;", "ALTER TABLE teams DROP CONSTRAINT fk_teams_lead_id;", "DROP TABLE users;", "DROP TABLE teams;", "COMMIT;"]
    # A column takes the type of the key it refers to, whatever it was declared as.
    assert "  lead_id BIGINT," in up
    assert "  team_id UUID NOT NULL," in up


def test_one_table_in_each_dialect() -> None:
    orders = entity(
        "entity-a",
        "order",
        field("id", "integer", primary=True),
        field("group", "boolean"),
        field("at", "timestamp"),
        field("on_day", "date", required=False),
        field("price", "decimal", minimum=0),
        field("ratio", "float"),
        field("extra", "json"),
        field("file", "bytes"),
        field("code", maximum=8, unique=True),
        field("big", "integer", maximum=1e10),
    )
    assert statements(of(orders)) == [
        'CREATE TABLE "order" (',
        "  id INTEGER GENERATED BY DEFAULT AS IDENTITY,",
        '  "group" BOOLEAN NOT NULL,',
        "  at TIMESTAMP WITH TIME ZONE NOT NULL,",
        "  on_day DATE,",
        "  price NUMERIC(18, 2) NOT NULL,",
        "  ratio DOUBLE PRECISION NOT NULL,",
        "  extra JSONB NOT NULL,",
        "  file BYTEA NOT NULL,",
        "  code VARCHAR(8) NOT NULL,",
        "  big BIGINT NOT NULL,",
        "  CONSTRAINT pk_order PRIMARY KEY (id),",
        "  CONSTRAINT ck_order_price_range CHECK (price >= 0),",
        "  CONSTRAINT ck_order_big_range CHECK (big <= 10000000000),",
        "  CONSTRAINT uq_order_code UNIQUE (code)",
        ");",
    ]
    assert statements(of(orders, engine="mysql"))[:13] == [
        "CREATE TABLE `order` (",
        "  id INTEGER NOT NULL AUTO_INCREMENT,",
        "  `group` BOOL NOT NULL,",
        "  at DATETIME(6) NOT NULL,",
        "  on_day DATE,",
        "  price NUMERIC(18, 2) NOT NULL,",
        "  ratio DOUBLE NOT NULL,",
        "  extra JSON NOT NULL,",
        "  file LONGBLOB NOT NULL,",
        "  code VARCHAR(8) NOT NULL,",
        "  big BIGINT NOT NULL,",
        "  CONSTRAINT pk_order PRIMARY KEY (id),",
        "  CONSTRAINT ck_order_price_range CHECK (price >= 0),",
    ]
    assert statements(of(orders, engine="sqlite"))[:12] == [
        'CREATE TABLE "order" (',
        "  id INTEGER NOT NULL,",
        '  "group" BOOLEAN NOT NULL,',
        "  at TEXT NOT NULL,",
        "  on_day TEXT,",
        "  price NUMERIC(18, 2) NOT NULL,",
        "  ratio REAL NOT NULL,",
        "  extra TEXT NOT NULL,",
        "  file BLOB NOT NULL,",
        "  code TEXT NOT NULL,",
        "  big INTEGER NOT NULL,",
        "  CONSTRAINT pk_order PRIMARY KEY (id),",
    ]


def test_indexes_say_what_they_serve_and_none_is_there_twice() -> None:
    up = of(*LIBRARY.entities)
    assert [line for line in up.split("\n") if " serves: " in line] == [
        "CREATE INDEX ix_tools_condition_name ON tools (condition, name); -- serves: what can be lent, by name; -- newest first",
        "CREATE INDEX ix_tools_owner_id ON tools (owner_id); -- serves: tools by owner_id, and the foreign key",
        "-- the primary key serves: one loan",
        "CREATE INDEX ix_loans_tool_id_returned_at ON loans (tool_id, returned_at); -- serves: whether a tool is out",
        "CREATE INDEX ix_loans_borrower_id ON loans (borrower_id); -- serves: loans by borrower_id, and the foreign key",
        "CREATE INDEX ix_favourites_tool_id ON favourites (tool_id); -- serves: favourites by tool_id, and the foreign key",
    ]


def test_later_entities_are_named_and_not_built() -> None:
    later = entity("entity-b", "badges", field("id", "uuid", primary=True), tier="future")
    up = of(entity("entity-a", "users", field("id", "uuid", primary=True), field("badge_id", "uuid", ref="entity-b", required=False)), later)
    assert "badges (" not in up
    assert "-- Later, not built now: badges: Keeps the badges" in up
    assert "-- badge_id will refer to badges, which is not built yet" in up


def test_what_postgresql_reserves_is_quoted(postgres: Postgres) -> None:
    words = {str(word): str(category) for word, category in postgres.execute("SELECT word, catcode FROM pg_get_keywords()").fetchall()}
    reserved = {word for word, category in words.items() if category in "RT"}
    assert {word for word in reserved if quoted(word, "postgresql") == word} == set()
    assert quoted("users", "postgresql") == "users"


def test_what_sqlite_reserves_is_quoted(postgres: Postgres) -> None:
    """Asks SQLite about every word of PostgreSQL's, and about those that are SQLite's own."""
    words = {str(word) for (word,) in postgres.execute("SELECT word FROM pg_get_keywords()").fetchall()}
    refused = set()
    for word in sorted(words | {"autoincrement", "glob", "indexed", "isnull", "notnull", "pragma", "raise", "regexp", "reindex", "replace", "vacuum"}):
        with contextlib.closing(sqlite3.connect(":memory:")) as database:
            try:
                database.execute(f"CREATE TABLE {word} ({word} TEXT, CONSTRAINT {word} UNIQUE ({word}))")
            except sqlite3.OperationalError:
                refused.add(word)
    assert {"order", "table", "select"} <= refused
    assert {word for word in refused if quoted(word, "sqlite") == word} == set()


@pytest.mark.parametrize(
    ("name", "in_postgresql", "in_mysql"),
    [
        ("rank", "rank", "`rank`"),
        ("user", '"user"', "user"),
        ("tagList", '"tagList"', "`tagList`"),
        ("user-id", '"user-id"', "`user-id`"),
        ("_id", "_id", "_id"),
        ('a"`b', '"a""`b"', '`a"``b`'),
    ],
)
def test_a_name_is_quoted_only_where_it_has_to_be(name: str, in_postgresql: str, in_mysql: str) -> None:
    assert (quoted(name, "postgresql"), quoted(name, "mysql")) == (in_postgresql, in_mysql)


def test_names_stay_within_63_characters_and_apart() -> None:
    long = "the_longest_name_that_anybody_would_ever_give_to_a_table_in_sql"
    made = (
        entity("entity-a", long, field("id", "uuid", primary=True), field(long[::-1], unique=True), field("x", "integer", minimum=0)),
        entity("entity-b", "a_b", field("id", "uuid", primary=True), field("c", unique=True)),
        entity("entity-c", "a", field("id", "uuid", primary=True), field("b_c", unique=True)),
    )
    names = re.findall(r"CONSTRAINT (\S+)", of(*made))
    assert len(names) == len(set(names)) == 7
    assert max(map(len, names)) <= 63


@pytest.mark.parametrize("engine", ["mongodb", "redis", "memory", "browser", "object-store", "none"])
def test_other_engines_have_no_script(engine: Engine) -> None:
    assert sql.script(with_engine(TINY, engine)) == ("", "")


def test_nothing_stored_means_no_script() -> None:
    assert sql.script(design()) == sql.script(design(data_layer=data())) == ("", "")


def test_the_script_is_the_same_in_every_process(tmp_path: Path) -> None:
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); from emit_designs import LIBRARY; "
        "from backend_architect.emit import code_changes; print(*(change.content for change in code_changes(LIBRARY)))"
    )

    def run(seed: str) -> Any:
        environment = os.environ | {"PYTHONHASHSEED": seed}
        return subprocess.run(
            [sys.executable, "-c", program, str(Path(__file__).parent)], capture_output=True, check=True, cwd=tmp_path, env=environment
        ).stdout

    assert run("1") == run("2")
