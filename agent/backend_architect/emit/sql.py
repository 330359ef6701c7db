"""The SQL migration of a design and its reverse."""

from __future__ import annotations

from collections.abc import Iterable

from backend_architect.design import Design
from backend_architect.emit.columns import Dialect, checks, column_type, is_too_long_for_key, prefixes
from backend_architect.emit.reserved import quoted
from backend_architect.emit.tables import Column, Lookup, Names, Reference, Table, comment, ordered, tables

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
    # In a short plan what a table is for, and which query an index serves, stands within sight.
    writer = _Writer(dialect, names, terse=design.scope.size == "tiny")
    return writer.up(design, planned), writer.down(planned)


class _Writer:
    """Writes tables in one dialect."""

    def __init__(self, dialect: Dialect, names: Names, *, terse: bool) -> None:
        self.dialect = dialect
        self.names = names
        self.terse = terse
        self.bodies: dict[str, list[str]] = {}
        """What stands between the brackets of each table, but for its references."""
        self.hashed: dict[str, tuple[Lookup, ...]] = {}
        """Unique columns of each table that only an index of digests can hold."""
        self.deferred: list[tuple[Table, Reference]] = []

    def up(self, design: Design, planned: tuple[Table, ...]) -> str:
        """Return the statements that build the tables."""
        timed = self.dialect != "postgresql" and any(column.stored.type == "timestamp" for table in planned for column in table.columns)
        times = f" Times are UTC{', as ISO 8601 text' if self.dialect == 'sqlite' else ''}." if timed else ""
        lines = (
            [f"-- {comment(design.scope.project)}, {_TITLES[self.dialect]}.{times}"] if len(planned) > 1 and not self.terse else [f"--{times}"] if times else []
        )
        if self._keeps_references(planned):
            lines += ["-- SQLite checks foreign keys only on a connection that says so: the program's have to.", "PRAGMA foreign_keys = ON;"]
        # In the design's order, not in that of the references: whose name is taken gets a digest behind it.
        for table in planned:
            self.bodies[table.name] = self._body(table)
        apart = self._is_apart(planned)
        lines += [] if apart else ["BEGIN;"]
        for table, late in ordered(planned):
            lines += [*([] if apart and len(planned) == 1 else [""]), *self._table(table, () if self.dialect == "sqlite" else late)]
        for table, reference in self.deferred:
            lines += ["", "-- Refers back to a table that refers here.", f"ALTER TABLE {self._quoted(table.name)} ADD {self._reference(reference)};"]
        later = [entity for entity in design.entities if entity.tier == "future" and not self.terse]
        lines += [""] * bool(later) + [f"-- Later, not built now: {comment(entity.name)}: {comment(entity.purpose)}" for entity in later]
        lines += [] if apart else ["", "COMMIT;"]
        return "\n".join(lines) + "\n"

    def down(self, planned: tuple[Table, ...]) -> str:
        """Return the statements that remove what `up` built; to be called after it."""
        apart = self._is_apart(planned)
        lines = [] if len(planned) == 1 or self.terse else ["-- Removes what 0001_initial.up.sql builds, with its data."]
        # Dropping a table deletes its rows first, which a reference in a ring would refuse.
        lines += ["PRAGMA foreign_keys = OFF;"] if self._keeps_references(planned) else []
        lines += [] if apart else ["BEGIN;"]
        kind = "FOREIGN KEY" if self.dialect == "mysql" else "CONSTRAINT"
        lines += [f"ALTER TABLE {self._quoted(table.name)} DROP {kind} {self._quoted(reference.name)};" for table, reference in reversed(self.deferred)]
        lines += [f"DROP TABLE {self._quoted(table.name)};" for table, _ in reversed(ordered(planned))]
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
        self.deferred += [(planned, reference) for reference in planned.references if reference in late]
        body = [*self.bodies[planned.name], *(self._reference(reference) for reference in planned.references if reference not in late)]
        return [
            *([f"-- {comment(planned.entity.purpose)}"] if len(self.bodies) > 1 and not self.terse else []),
            *(f"-- {comment(note)}" for note in planned.notes),
            f"CREATE TABLE {self._quoted(planned.name)} (",
            *(f"  {line}," for line in body[:-1]),
            f"  {body[-1]}",
            ");",
            *(
                self._index(planned, lookup) + ("" if self.terse else f" -- serves: {'; '.join(map(comment, lookup.serves))}")
                for lookup in (*self.hashed[planned.name], *planned.lookups)
            ),
        ]

    def _body(self, planned: Table) -> list[str]:
        """Return the lines of the table's columns and constraints, without its references; sets aside what only an index of digests can hold."""
        referring = {reference.column for reference in planned.references}
        columns: list[str] = []
        constraints: list[str] = []
        for column in planned.columns:
            counted = planned.primary == (column.name,) and column.name not in referring and column.stored.type in ("integer", "bigint")
            columns.append(self._column(column, counted=counted))
            # What the key it refers to may be, is said there; MySQL checks no column that it counts itself.
            if column.name not in referring and not (counted and self.dialect == "mysql"):
                shown = column.stored.model_copy(update={"name": column.name})
                constraints += [
                    self._constraint(self.names.give("ck", planned.name, column.name, suffix), f"CHECK ({condition})")
                    for suffix, condition in checks(shown, self.dialect, self._quoted)
                ]
        if planned.primary:
            constraints.insert(0, self._constraint(self.names.give("pk", planned.name), f"PRIMARY KEY ({self._listed(planned.primary)})"))
        stored = {column.name: column for column in planned.columns}
        hashed: list[Lookup] = []
        for name in planned.unique:
            if is_too_long_for_key(stored[name].stored, self.dialect):
                hashed.append(Lookup(name=self.names.give("ux", planned.name, name), columns=(name,), unique=True, serves=(f"each {name} once",)))
            else:
                constraints.append(self._constraint(self.names.give("uq", planned.name, name), f"UNIQUE ({self._quoted(name)})"))
        self.hashed[planned.name] = tuple(hashed)
        return columns + constraints

    def _column(self, column: Column, *, counted: bool) -> str:
        match self.dialect:
            case "postgresql" if counted:
                rest = " GENERATED BY DEFAULT AS IDENTITY"
            case "mysql" if counted:
                rest = " NOT NULL AUTO_INCREMENT"
            case _:
                rest = " NOT NULL" if column.required else ""
        return f"{self._quoted(column.name)} {column_type(column.stored, self.dialect, keyed=column.keyed)}{rest}"

    def _reference(self, reference: Reference) -> str:
        rule = f"FOREIGN KEY({self._quoted(reference.column)}) REFERENCES {self._quoted(reference.table)} ({self._quoted(reference.key)})"
        return self._constraint(reference.name, rule + (" ON DELETE CASCADE" if reference.falls else ""))

    def _constraint(self, name: str, rule: str) -> str:
        return f"CONSTRAINT {self._quoted(name)} {rule}"

    def _index(self, planned: Table, lookup: Lookup) -> str:
        stored = {column.name: column for column in planned.columns}
        held = prefixes(tuple((stored[name].stored, stored[name].keyed) for name in lookup.columns), self.dialect)
        parts: list[str] = []
        for name, most in zip(lookup.columns, held, strict=True):
            column = self._quoted(name)
            if most is None:
                parts.append(column)
            elif lookup.unique:
                # Alike in the beginning is not alike: a digest of the whole tells them apart.
                parts.append(f"(SHA2({column}, 256))")
            else:
                parts.append(f"{column}({most})")
        unique = "UNIQUE " if lookup.unique else ""
        return f"CREATE {unique}INDEX {self._quoted(lookup.name)} ON {self._quoted(planned.name)} ({', '.join(parts)});"

    def _listed(self, names: Iterable[str]) -> str:
        return ", ".join(map(self._quoted, names))

    def _quoted(self, name: str) -> str:
        return quoted(name, self.dialect)
