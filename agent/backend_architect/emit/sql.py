"""The SQL migration of a design and its reverse, written by SQLAlchemy's DDL compiler."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from backend_architect.design import Design
from backend_architect.emit.columns import Dialect, checks, column_type, is_too_long_for_key, prefixes
from backend_architect.emit.tables import Lookup, Names, Reference, Table, comment, ordered, tables

if TYPE_CHECKING:
    import sqlalchemy as sa

_DIALECTS: dict[str, Dialect] = {"postgresql": "postgresql", "mysql": "mysql", "sqlite": "sqlite"}
_TITLES: dict[Dialect, str] = {"postgresql": "PostgreSQL", "mysql": "MySQL", "sqlite": "SQLite"}


def script(design: Design) -> tuple[str, str]:
    """Return (up, down): the statements that build the tables, and those that remove all of it.

    Both are empty for a design whose engine is not relational or that stores nothing. The essential
    and supporting entities become tables, each after those it refers to; what is planned for later
    is named in a comment. Names are at most 63 characters, the same for the same design.
    """
    dialect = _DIALECTS.get(design.data.decision.engine) if design.data else None
    if dialect is None:
        return "", ""
    names = Names()
    planned = tables(design, dialect, names)
    if not planned:
        return "", ""
    writer = _Writer(dialect, names)
    return writer.up(design, planned), writer.down(planned)


class _Writer:
    """Writes tables in one dialect."""

    def __init__(self, dialect: Dialect, names: Names) -> None:
        from sqlalchemy import MetaData

        # Only this one: a dialect brings all its drivers' modules. The style of parameters decides
        # whether `%` is doubled: in a file it must not be.
        module = import_module(f"sqlalchemy.dialects.{dialect}")
        self.engine: Any = module.dialect(paramstyle="named")
        self.dialect = dialect
        self.names = names
        self.metadata = MetaData()
        self.hashed: dict[str, tuple[Lookup, ...]] = {}
        self.deferred: list[sa.ForeignKeyConstraint] = []

    def up(self, design: Design, planned: tuple[Table, ...]) -> str:
        """Return the statements that build the tables."""
        timed = self.dialect != "postgresql" and any(column.stored.type == "timestamp" for table in planned for column in table.columns)
        times = f" Times are UTC{', as ISO 8601 text' if self.dialect == 'sqlite' else ''}." if timed else ""
        lines = [f"-- {comment(design.scope.project)}, {_TITLES[self.dialect]}.{times}"] if len(planned) > 1 or not times else [f"--{times}"]
        if self._keeps_references(planned):
            lines += ["-- SQLite checks foreign keys only on a connection that says so: the program's have to.", "PRAGMA foreign_keys = ON;"]
        # All tables are known before any is written: a reference may point ahead.
        for table in planned:
            self._declare(table)
        apart = self._is_apart(planned)
        lines += [] if apart else ["BEGIN;"]
        for table, late in ordered(planned):
            lines += [*([] if apart and len(planned) == 1 else [""]), *self._table(table, () if self.dialect == "sqlite" else late)]
        for constraint in self.deferred:
            from sqlalchemy.schema import AddConstraint

            lines += ["", "-- Refers back to a table that refers here.", self._statement(AddConstraint(constraint))]
        later = [entity for entity in design.entities if entity.tier == "future"]
        lines += [""] * bool(later) + [f"-- Later, not built now: {comment(entity.name)}: {comment(entity.purpose)}" for entity in later]
        lines += [] if apart else ["", "COMMIT;"]
        return "\n".join(lines) + "\n"

    def down(self, planned: tuple[Table, ...]) -> str:
        """Return the statements that remove what `up` built; to be called after it."""
        from sqlalchemy.schema import DropConstraint, DropTable

        apart = self._is_apart(planned)
        lines = [] if len(planned) == 1 else ["-- Removes what 0001_initial.up.sql builds, with its data."]
        # Dropping a table deletes its rows first, which a reference in a ring would refuse.
        lines += ["PRAGMA foreign_keys = OFF;"] if self._keeps_references(planned) else []
        lines += [] if apart else ["BEGIN;"]
        lines += [self._statement(DropConstraint(constraint)) for constraint in reversed(self.deferred)]
        lines += [self._statement(DropTable(self.metadata.tables[table.name])) for table, _ in reversed(ordered(planned))]
        lines += [] if apart else ["COMMIT;"]
        lines += ["PRAGMA foreign_keys = ON;"] if self._keeps_references(planned) else []
        return "\n".join(lines) + "\n"

    def _is_apart(self, planned: tuple[Table, ...]) -> bool:
        """Whether each statement stands for itself: MySQL commits each, and one alone is whole or not there at all."""
        return self.dialect == "mysql" or (len(planned) == 1 and not self.hashed[planned[0].name] and not planned[0].lookups)

    def _keeps_references(self, planned: tuple[Table, ...]) -> bool:
        """Whether references have to be switched on and off: SQLite alone asks for that."""
        return self.dialect == "sqlite" and any(table.references for table in planned)

    def _table(self, planned: Table, late: tuple[Reference, ...]) -> list[str]:
        from sqlalchemy import ForeignKeyConstraint
        from sqlalchemy.schema import CreateIndex, CreateTable

        table = self.metadata.tables[planned.name]
        now: list[ForeignKeyConstraint] = []
        for reference in planned.references:
            remote = self.metadata.tables[reference.table].c[reference.key]
            constraint = ForeignKeyConstraint([table.c[reference.column]], [remote], name=reference.name, ondelete="CASCADE" if reference.falls else None)
            table.append_constraint(constraint)
            (self.deferred if reference in late else now).append(constraint)
        return [
            *([f"-- {comment(planned.entity.purpose)}"] if len(self.metadata.tables) > 1 else []),
            *(f"-- {comment(note)}" for note in planned.notes),
            self._statement(CreateTable(table, include_foreign_key_constraints=now)),
            *(
                f"{self._statement(CreateIndex(self._index(planned, table, lookup)))} -- serves: {'; '.join(map(comment, lookup.serves))}"
                for lookup in (*self.hashed[planned.name], *planned.lookups)
            ),
        ]

    def _declare(self, planned: Table) -> None:
        """Declare the table without its references; unique columns that only an index of digests can hold wait for it."""
        import sqlalchemy as sa

        referring = {reference.column for reference in planned.references}
        constraints: list[Any] = []
        columns: list[sa.Column[Any]] = []
        for column in planned.columns:
            counted = planned.primary == (column.name,) and column.name not in referring and column.stored.type in ("integer", "bigint")
            columns.append(
                sa.Column(
                    column.name,
                    column_type(column.stored, self.dialect, keyed=column.keyed),
                    *([sa.Identity()] if counted and self.dialect == "postgresql" else []),
                    nullable=not column.required,
                    autoincrement=counted,
                )
            )
            # What the key it refers to may be, is said there; MySQL checks no column that it counts itself.
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

    def _index(self, planned: Table, table: sa.Table, lookup: Lookup) -> sa.Index:
        import sqlalchemy as sa

        stored = {column.name: column for column in planned.columns}
        held = prefixes(tuple((stored[name].stored, stored[name].keyed) for name in lookup.columns), self.dialect)
        quote = self.engine.identifier_preparer.quote
        if lookup.unique:
            # Alike in the beginning is not alike: a digest of the whole tells them apart.
            parts = [
                table.c[name] if most is None else sa.literal_column(f"(SHA2({quote(name)}, 256))") for name, most in zip(lookup.columns, held, strict=True)
            ]
            return sa.Index(lookup.name, *parts, unique=True, _table=table)
        lengths = {name: most for name, most in zip(lookup.columns, held, strict=True) if most is not None}
        columns = [table.c[name] for name in lookup.columns]
        # To check a dialect's own argument, even None, SQLAlchemy loads that dialect.
        return sa.Index(lookup.name, *columns, mysql_length=lengths) if lengths else sa.Index(lookup.name, *columns)

    def _statement(self, element: Any) -> str:
        # Texts hold no line breaks (they are one-line values), so that each line is the compiler's.
        lines = str(element.compile(dialect=self.engine)).strip().split("\n")
        return "\n".join(line.rstrip().replace("\t", "  ", 1) if line.startswith("\t") else line.rstrip() for line in lines) + ";"
