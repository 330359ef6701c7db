"""The scripts are those of SQLAlchemy's DDL compiler, statement by statement and letter by letter."""

from __future__ import annotations

import contextlib
import sqlite3
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sqlalchemy_ddl
from backend_architect.design import Design, Entity, Index
from backend_architect.emit import sql
from backend_architect.emit.columns import Dialect
from backend_architect.emit.reserved import quoted
from emit_designs import LIBRARY, TINY, data, design, entity, field
from emit_strategies import stored

if TYPE_CHECKING:
    import psycopg

    Postgres = psycopg.Connection[tuple[object, ...]]

DIALECTS: tuple[Dialect, ...] = ("postgresql", "mysql", "sqlite")
SIZES = st.sampled_from(["tiny", "small"])

RING = (
    entity("entity-a", "teams", field("id", "uuid", primary=True), field("lead_id", "uuid", ref="entity-b", required=False)),
    entity("entity-b", "users", field("id", "bigint", primary=True), field("team_id", "bigint", ref="entity-a")),
)
LONG = entity(
    "entity-a",
    "pages",
    field("slug", primary=True),
    field("order", maximum=2000, unique=True),
    field("body"),
    indexes=(Index(fields=("body", "slug"), query="by the beginning"), Index(fields=("body", "order"), unique=True, query="one of each")),
)

# At each length and bound where a type changes, and one beyond it.
EDGES = entity(
    "entity-a",
    "edges",
    *(field(f"text_{size}", maximum=size) for size in (255, 256, 500, 501, 768, 769, 4_000_000, 4_000_001, 10_485_760, 10_485_761)),
    *(field(f"key_{size}", maximum=size, unique=True) for size in (255, 256, 500, 501, 768, 769)),
    *(field(f"most_{size}", "integer", maximum=size) for size in (2**31 - 1, 2**31)),
    *(field(f"least_{size}", "integer", minimum=-size) for size in (2**31 - 1, 2**31)),
)


def of(dialect: Dialect, *entities: Entity) -> Design:
    return design(data_layer=data(*entities, engine=dialect))


def sized(made: Design, size: str) -> Design:
    return made.model_copy(update={"scope": made.scope.model_copy(update={"size": size})})


def reserved(dialect: Dialect) -> frozenset[str]:
    """What SQLAlchemy quotes, and what only the database itself does."""
    return frozenset(sqlalchemy_ddl.preparer(dialect).reserved_words) | sqlalchemy_ddl.UNLISTED[dialect]


def chained(words: list[str]) -> tuple[Entity, ...]:
    """A table for every word, each with the next word for a column, that refers to the table before."""
    return tuple(
        entity(
            f"entity-{number}",
            word,
            field(word, "uuid", primary=True),
            field(words[(number + 1) % len(words)], "integer", minimum=0, unique=True),
            field("earlier_id", "uuid", ref=f"entity-{max(number - 1, 0)}", required=False),
            indexes=(Index(fields=(words[(number + 1) % len(words)], word), query="both"),),
        )
        for number, word in enumerate(words)
    )


@pytest.mark.parametrize("dialect", DIALECTS)
@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(chosen=st.data(), size=SIZES)
def test_every_script_is_the_compilers(dialect: Dialect, chosen: st.DataObject, size: str) -> None:
    made = sized(chosen.draw(stored(dialect)), size)
    assert sql.script(made) == sqlalchemy_ddl.script(made)


@pytest.mark.parametrize("size", ["tiny", "small"])
@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("entities", [LIBRARY.entities, TINY.entities, RING, (LONG,), (EDGES,)], ids=["library", "tiny", "ring", "long", "edges"])
def test_the_scripts_of_known_designs_are_the_compilers(entities: tuple[Entity, ...], dialect: Dialect, size: str) -> None:
    made = sized(of(dialect, *entities), size)
    up, down = sql.script(made)
    assert up.count("CREATE TABLE ") == down.count("DROP TABLE ") == sum(entity.tier != "future" for entity in entities)
    assert (up, down) == sqlalchemy_ddl.script(made)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_reserved_words_for_names_are_quoted_as_the_compiler_quotes_them(dialect: Dialect) -> None:
    made = of(dialect, *chained(sorted(reserved(dialect))))
    assert sql.script(made) == sqlalchemy_ddl.script(made)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_words_that_are_quoted_are_the_compilers_and_those_it_lacks(dialect: Dialect) -> None:
    words = frozenset().union(*map(reserved, DIALECTS))
    assert {word for word in words if quoted(word, dialect) != word} == reserved(dialect)


@pytest.mark.parametrize("dialect", DIALECTS)
@given(name=st.one_of(st.text(min_size=1, max_size=12), st.from_regex(r"[A-Za-z0-9_$\"`%-]{1,8}", fullmatch=True)))
def test_any_name_is_quoted_as_the_compiler_quotes_it(dialect: Dialect, name: str) -> None:
    if name not in sqlalchemy_ddl.UNLISTED[dialect]:
        assert quoted(name, dialect) == sqlalchemy_ddl.preparer(dialect).quote(name)


def test_postgresql_reserves_the_words_that_the_compiler_lacks(postgres: Postgres) -> None:
    rows = postgres.execute("SELECT word FROM pg_get_keywords() WHERE catcode IN ('R', 'T')").fetchall()
    assert sqlalchemy_ddl.UNLISTED["postgresql"] - {str(word) for (word,) in rows} == set()


@pytest.mark.parametrize("word", sorted(sqlalchemy_ddl.UNLISTED["sqlite"]))
def test_sqlite_reserves_the_words_that_the_compiler_lacks(word: str) -> None:
    with contextlib.closing(sqlite3.connect(":memory:")) as database, pytest.raises(sqlite3.OperationalError, match="syntax error"):
        database.execute(f"CREATE TABLE {word} (id TEXT)")
