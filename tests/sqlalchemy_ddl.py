"""The script of a design as SQLAlchemy's DDL compiler writes it: what the package's own writer has to equal.

Names, keys, references and their order come from `emit.tables`, conditions of checks from `emit.columns`; types,
quotes, constraints and statements are SQLAlchemy's.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.schema import AddConstraint, CreateIndex, CreateTable, DropConstraint, DropTable
from sqlalchemy.types import TypeEngine

from backend_architect.design import Design, Field
from backend_architect.emit.columns import Dialect, checks, is_too_long_for_key, length_limit, prefixes
from backend_architect.emit.tables import Column, Lookup, Names, Reference, Table, comment, ordered, tables

TITLES: dict[Dialect, str] = {"postgresql": "PostgreSQL", "mysql": "MySQL", "sqlite": "SQLite"}

UNLISTED: dict[Dialect, frozenset[str]] = {
    "postgresql": frozenset({"collation", "concurrently", "lateral", "system_user", "tablesample"}),
    "mysql": frozenset({"manual", "tablesample"}),
    "sqlite": frozenset({"nothing", "returning"}),
}
"""Words that the databases reserve and SQLAlchemy's lists lack."""


def script(design: Design) -> tuple[str, str]:
    """Return (up, down) of a design whose engine is one of the three dialects."""
    assert design.data is not None
    dialect = next(dialect for dialect in TITLES if dialect == design.data.decision.engine)
    names = Names()
    planned = tables(design, dialect, names)
    if not planned:
        return "", ""
    compiled = Compiled(dialect, names, terse=design.scope.size == "tiny")
    return compiled.up(design, planned), compiled.down(planned)


def preparer(dialect: Dialect) -> Any:
    """What quotes names, SQLAlchemy's own words alone."""
    return _engine(dialect).identifier_preparer


def _engine(dialect: Dialect) -> Any:
    # The style of parameters decides whether `%` is doubled: in a file it must not be.
    return import_module(f"sqlalchemy.dialects.{dialect}").dialect(paramstyle="named")


class Compiled:
    """Declares tables to SQLAlchemy, and has it write them."""

    def __init__(self, dialect: Dialect, names: Names, *, terse: bool) -> None:
        self.engine = _engine(dialect)
        self.engine.identifier_preparer.reserved_words = self.engine.identifier_preparer.reserved_words | UNLISTED[dialect]
        self.dialect = dialect
        self.names = names
        self.terse = terse
        self.metadata = sa.MetaData()
        self.hashed: dict[str, tuple[Lookup, ...]] = {}
        self.deferred: list[sa.ForeignKeyConstraint] = []

    def up(self, design: Design, planned: tuple[Table, ...]) -> str:
        lines = self._opening(design, planned)
        # All tables are known before any is written: a reference may point ahead.
        for table in planned:
            self._declare(table)
        apart = self._is_apart(planned)
        lines += [] if apart else ["BEGIN;"]
        for table, late in ordered(planned):
            lines += [*([] if apart and len(planned) == 1 else [""]), *self._table(table, () if self.dialect == "sqlite" else late)]
        for constraint in self.deferred:
            lines += ["", "-- Refers back to a table that refers here.", self._statement(AddConstraint(constraint))]
        later = [entity for entity in design.entities if entity.tier == "future" and not self.terse]
        lines += [""] * bool(later) + [f"-- Later, not built now: {comment(entity.name)}: {comment(entity.purpose)}" for entity in later]
        lines += [] if apart else ["", "COMMIT;"]
        return "\n".join(lines) + "\n"

    def down(self, planned: tuple[Table, ...]) -> str:
        apart = self._is_apart(planned)
        switched = self._switches_references(planned)
        lines = [] if len(planned) == 1 or self.terse else ["-- Removes what 0001_initial.up.sql builds, with its data."]
        lines += ["PRAGMA foreign_keys = OFF;"] if switched else []
        lines += [] if apart else ["BEGIN;"]
        lines += [self._statement(DropConstraint(constraint)) for constraint in reversed(self.deferred)]
        lines += [self._statement(DropTable(self.metadata.tables[table.name])) for table, _ in reversed(ordered(planned))]
        lines += [] if apart else ["COMMIT;"]
        lines += ["PRAGMA foreign_keys = ON;"] if switched else []
        return "\n".join(lines) + "\n"

    def _opening(self, design: Design, planned: tuple[Table, ...]) -> list[str]:
        times = ""
        if self.dialect != "postgresql" and any(column.stored.type == "timestamp" for table in planned for column in table.columns):
            times = " Times are UTC, as ISO 8601 text." if self.dialect == "sqlite" else " Times are UTC."
        lines: list[str] = []
        if len(planned) > 1 and not self.terse:
            lines.append(f"-- {comment(design.scope.project)}, {TITLES[self.dialect]}.{times}")
        elif times:
            lines.append(f"--{times}")
        if self._switches_references(planned):
            lines += ["-- SQLite checks foreign keys only on a connection that says so: the program's have to.", "PRAGMA foreign_keys = ON;"]
        return lines

    def _is_apart(self, planned: tuple[Table, ...]) -> bool:
        return self.dialect == "mysql" or (len(planned) == 1 and not self.hashed[planned[0].name] and not planned[0].lookups)

    def _switches_references(self, planned: tuple[Table, ...]) -> bool:
        return self.dialect == "sqlite" and any(table.references for table in planned)

    def _table(self, planned: Table, late: tuple[Reference, ...]) -> list[str]:
        table = self.metadata.tables[planned.name]
        now: list[sa.ForeignKeyConstraint] = []
        for reference in planned.references:
            remote = self.metadata.tables[reference.table].c[reference.key]
            constraint = sa.ForeignKeyConstraint([table.c[reference.column]], [remote], name=reference.name, ondelete="CASCADE" if reference.falls else None)
            table.append_constraint(constraint)
            (self.deferred if reference in late else now).append(constraint)
        return [
            *([f"-- {comment(planned.entity.purpose)}"] if len(self.metadata.tables) > 1 and not self.terse else []),
            *(f"-- {comment(note)}" for note in planned.notes),
            self._statement(CreateTable(table, include_foreign_key_constraints=now)),
            *(
                self._statement(CreateIndex(self._index(planned, table, lookup)))
                + ("" if self.terse else f" -- serves: {'; '.join(map(comment, lookup.serves))}")
                for lookup in (*self.hashed[planned.name], *planned.lookups)
            ),
        ]

    def _declare(self, planned: Table) -> None:
        """Declare the table without its references; unique columns that only an index of digests can hold wait for it."""
        referring = {reference.column for reference in planned.references}
        constraints: list[sa.Constraint] = []
        columns: list[sa.Column[Any]] = []
        for column in planned.columns:
            counted = planned.primary == (column.name,) and column.name not in referring and column.stored.type in ("integer", "bigint")
            columns.append(self._column(column, counted=counted))
            if column.name not in referring and not (counted and self.dialect == "mysql"):
                shown = column.stored.model_copy(update={"name": column.name})
                for suffix, condition in checks(shown, self.dialect, self.engine.identifier_preparer.quote):
                    name = self.names.give("ck", planned.name, column.name, suffix)
                    constraints.append(sa.CheckConstraint(sa.literal_column(condition), name=name))
        if planned.primary:
            constraints.insert(0, sa.PrimaryKeyConstraint(*planned.primary, name=self.names.give("pk", planned.name)))
        stored = {column.name: column for column in planned.columns}
        hashed: list[Lookup] = []
        for name in planned.unique:
            if is_too_long_for_key(stored[name].stored, self.dialect):
                hashed.append(Lookup(name=self.names.give("ux", planned.name, name), columns=(name,), unique=True, serves=(f"each {name} once",)))
            else:
                constraints.append(sa.UniqueConstraint(name, name=self.names.give("uq", planned.name, name)))
        sa.Table(planned.name, self.metadata, *columns, *constraints)
        self.hashed[planned.name] = tuple(hashed)

    def _column(self, column: Column, *, counted: bool) -> sa.Column[Any]:
        return sa.Column(
            column.name,
            column_type(column.stored, self.dialect, keyed=column.keyed),
            *([sa.Identity()] if counted and self.dialect == "postgresql" else []),
            nullable=not column.required,
            autoincrement=counted,
        )

    def _index(self, planned: Table, table: sa.Table, lookup: Lookup) -> sa.Index:
        stored = {column.name: column for column in planned.columns}
        held = prefixes(tuple((stored[name].stored, stored[name].keyed) for name in lookup.columns), self.dialect)
        quote = self.engine.identifier_preparer.quote
        if lookup.unique:
            parts = [
                table.c[name] if most is None else sa.literal_column(f"(SHA2({quote(name)}, 256))") for name, most in zip(lookup.columns, held, strict=True)
            ]
            return sa.Index(lookup.name, *parts, unique=True, _table=table)
        lengths = {name: most for name, most in zip(lookup.columns, held, strict=True) if most is not None}
        columns = [table.c[name] for name in lookup.columns]
        return sa.Index(lookup.name, *columns, mysql_length=lengths) if lengths else sa.Index(lookup.name, *columns)

    def _statement(self, element: Any) -> str:
        # Texts hold no line breaks (they are one-line values), so that each line is the compiler's.
        lines = str(element.compile(dialect=self.engine)).strip().split("\n")
        return "\n".join(line.rstrip().replace("\t", "  ", 1) if line.startswith("\t") else line.rstrip() for line in lines) + ";"


def column_type(field: Field, dialect: Dialect, *, keyed: bool) -> TypeEngine[Any]:
    """The SQLAlchemy type of a field; `keyed`, if it is part of a key or index."""
    match dialect:
        case "postgresql":
            return _postgresql(field)
        case "mysql":
            return _mysql(field, keyed=keyed)
        case "sqlite":
            return _sqlite(field)


def _postgresql(field: Field) -> TypeEngine[Any]:
    match field.type:
        case "uuid":
            return postgresql.UUID()
        case "text" if (limit := length_limit(field)) and limit <= 10_485_760:
            return sa.VARCHAR(limit)
        case "text" | "enum":
            return sa.Text()
        case "integer":
            return _whole(field)
        case "bigint":
            return sa.BigInteger()
        case "decimal":
            return sa.Numeric(18, 2)
        case "float":
            return sa.Double()
        case "boolean":
            return sa.Boolean()
        case "timestamp":
            return sa.TIMESTAMP(timezone=True)
        case "date":
            return sa.Date()
        case "json":
            return postgresql.JSONB()
        case "bytes":
            return sa.LargeBinary()


def _mysql(field: Field, *, keyed: bool) -> TypeEngine[Any]:
    match field.type:
        case "uuid":
            return sa.CHAR(36)
        case "text":
            return _mysql_text(length_limit(field), keyed=keyed)
        case "enum":
            return _mysql_text(max(32, *map(len, field.values), 0), keyed=keyed)
        case "integer":
            return _whole(field)
        case "bigint":
            return sa.BigInteger()
        case "decimal":
            return sa.Numeric(18, 2)
        case "float":
            return sa.Double()
        case "boolean":
            return sa.Boolean()
        case "timestamp":
            return mysql.DATETIME(fsp=6)
        case "date":
            return sa.Date()
        case "json":
            return sa.JSON()
        case "bytes":
            return mysql.VARBINARY(255) if keyed else mysql.LONGBLOB()


def _mysql_text(limit: int | None, *, keyed: bool) -> TypeEngine[Any]:
    if keyed:
        return sa.VARCHAR(min(limit or 255, 768))
    if limit and limit <= 500:
        return sa.VARCHAR(limit)
    return mysql.MEDIUMTEXT() if not limit or limit <= 4_000_000 else mysql.LONGTEXT()


def _sqlite(field: Field) -> TypeEngine[Any]:
    match field.type:
        case "integer" | "bigint":
            return sa.Integer()
        case "decimal":
            return sa.Numeric(18, 2)
        case "float":
            return sa.REAL()
        case "boolean":
            return sa.Boolean()
        case "bytes":
            return sa.LargeBinary()
        case _:
            return sa.Text()


def _whole(field: Field) -> TypeEngine[Any]:
    bounds = (field.minimum, field.maximum)
    return sa.BigInteger() if any(bound is not None and abs(bound) >= 2**31 and abs(bound) != float("inf") for bound in bounds) else sa.Integer()
