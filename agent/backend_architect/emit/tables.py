"""Tables of a relational design before they are written: names, types, keys, references, order."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from backend_architect.belonging import falling
from backend_architect.design import Design, Entity, Field, Index
from backend_architect.emit.columns import Dialect, can_be_keyed, is_too_long_for_key
from backend_architect.emit.names import digest, limited

_PG_SYSTEM_COLUMNS = frozenset({"tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"})


@dataclass(frozen=True)
class Reference:
    """A foreign key from one column to a table's key."""

    name: str
    column: str
    table: str
    key: str
    falls: bool = False
    """Whether the row goes with the one it refers to."""


@dataclass(frozen=True)
class Lookup:
    """An index and the queries it serves."""

    name: str
    columns: tuple[str, ...]
    unique: bool
    serves: tuple[str, ...]


@dataclass(frozen=True)
class Column:
    """A column with its type resolved: one that refers has the type of the key it refers to."""

    name: str
    stored: Field
    """Says the type and the length."""
    declared: Field
    required: bool
    keyed: bool = False


@dataclass(frozen=True)
class Table:
    """One table of the script."""

    name: str
    entity: Entity
    columns: tuple[Column, ...]
    primary: tuple[str, ...]
    unique: tuple[str, ...]
    """Columns that hold each value once."""
    references: tuple[Reference, ...] = ()
    lookups: tuple[Lookup, ...] = ()
    notes: tuple[str, ...] = ()
    """What a reader should know and the statements do not say."""


@dataclass
class Names:
    """Gives every constraint and index a name of its own; PostgreSQL and MySQL share one namespace."""

    taken: set[str] = field(default_factory=set)

    def give(self, kind: str, *parts: str) -> str:
        """Return a name for what has this kind and these parts; the second to want it gets a digest behind it."""
        wanted = "_".join((kind, *parts))
        name = limited(wanted)
        if name.casefold() in self.taken:
            name = limited(f"{wanted}_{digest('|'.join((kind, *parts)))}")
        number = 2
        while name.casefold() in self.taken:
            name = limited(f"{wanted}_{digest('|'.join((kind, *parts, str(number))))}")
            number += 1
        self.taken.add(name.casefold())
        return name


def tables(design: Design, dialect: Dialect, names: Names) -> tuple[Table, ...]:
    """Return the tables to build, in the design's order; `names` learns every name they take.

    Essential and supporting entities only; of two with one name the first. A reference becomes a
    foreign key where what it refers to is built and has one key column.
    """
    built: dict[str, Table] = {}
    seen: set[str] = set()
    for entity in design.entities:
        name = _table_name(entity.name, dialect)
        if entity.tier != "future" and entity.fields and entity.key not in built and name.casefold() not in seen:
            seen.add(name.casefold())
            built[entity.key] = _plain(name, entity, dialect)
    names.taken |= {table.name.casefold() for table in built.values()}
    future = {entity.key: entity.name for entity in design.entities if entity.key not in built}
    falls = falling(design.entities, design.endpoints)
    referring = {key: _with_references(table, built, future, falls) for key, table in built.items()}
    keyed = [_with_lookups(table, dialect, names) for table in referring.values()]
    return tuple(replace(table, references=tuple(replace(r, name=names.give("fk", table.name, r.column)) for r in table.references)) for table in keyed)


def _table_name(name: str, dialect: Dialect) -> str:
    # SQLite keeps this prefix for its own tables.
    return f"app_{name}"[:63] if dialect == "sqlite" and name.lower().startswith("sqlite_") else name


def column_name(name: str, dialect: Dialect) -> str:
    """Return the column's name, moved out of the way of PostgreSQL's system columns."""
    return f"{name}_" if dialect == "postgresql" and name in _PG_SYSTEM_COLUMNS else name


def _plain(name: str, entity: Entity, dialect: Dialect) -> Table:
    fields: dict[str, Field] = {}
    for declared in entity.fields:
        fields.setdefault(column_name(declared.name, dialect).casefold(), declared)
    columns = tuple(Column(name=column_name(f.name, dialect), stored=f, declared=f, required=f.required or f.primary) for f in fields.values())
    primary = tuple(column.name for column in columns if column.declared.primary and can_be_keyed(column.declared, dialect))
    unique = tuple(column.name for column in columns if column.declared.unique and (column.name,) != primary and can_be_keyed(column.declared, dialect))
    return Table(name=name, entity=entity, columns=columns, primary=primary, unique=unique)


def _key(table: Table) -> Column | None:
    return next(column for column in table.columns if column.name == table.primary[0]) if len(table.primary) == 1 else None


def _with_references(table: Table, built: dict[str, Table], future: dict[str, str], falls: frozenset[tuple[str, str]]) -> Table:
    columns: list[Column] = []
    references: list[Reference] = []
    notes: list[str] = []
    for column in table.columns:
        target = built.get(column.declared.ref or "")
        key = _key(target) if target else None
        if target and key:
            stored = _resolved(column, built)
            column = replace(column, stored=stored, keyed=True)
            falling_too = (table.entity.key, column.declared.name) in falls
            references.append(Reference(name="", column=column.name, table=target.name, key=key.name, falls=falling_too))
        elif target:
            notes.append(f"{column.name} refers to {target.name}, whose key is not one column: no foreign key")
        elif column.declared.ref in future:
            notes.append(f"{column.name} will refer to {future[column.declared.ref]}, which is not built yet")
        columns.append(column)
    return replace(table, columns=tuple(columns), references=tuple(references), notes=tuple(notes))


def _resolved(column: Column, built: dict[str, Table]) -> Field:
    """Return the field that settles a referring column's type, at the end of the chain of references."""
    chain: list[Column] = [column]
    while True:
        target = built.get(chain[-1].declared.ref or "")
        key = _key(target) if target else None
        if key is None:
            return chain[-1].declared
        if key in chain:
            # References in a ring: all take the type of the ring's first key in the design's order.
            ring = chain[chain.index(key) :]
            return next(found.declared for table in built.values() if (found := _key(table)) and found in ring)
        chain.append(key)


def _with_lookups(table: Table, dialect: Dialect, names: Names) -> Table:
    existing = {column.name.casefold(): column for column in table.columns}
    wanted: dict[tuple[tuple[str, ...], bool], tuple[str, ...]] = {}
    notes = list(table.notes)
    for index in table.entity.indexes:
        columns = _index_columns(index, existing, dialect)
        if not columns:
            notes.append(f"no index on ({', '.join(index.fields)}): {table.name} has no such column to index")
        elif columns == table.primary:
            notes.append(f"the primary key serves: {index.query}")
        elif len(columns) == 1 and columns[0] in table.unique:
            notes.append(f"the unique {columns[0]} serves: {index.query}")
        else:
            wanted[columns, index.unique] = (*wanted.get((columns, index.unique), ()), index.query)
    led = {columns[0] for columns, _ in wanted} | set(table.primary[:1]) | set(table.unique)
    for reference in table.references:
        if reference.column not in led:
            wanted[(reference.column,), False] = (f"{table.name} by {reference.column}, and the foreign key",)
    lookups = tuple(
        Lookup(name=names.give("ux" if unique else "ix", table.name, *columns), columns=columns, unique=unique, serves=serves)
        for (columns, unique), serves in wanted.items()
    )
    return replace(
        table,
        columns=tuple(replace(column, keyed=column.keyed or _is_key(column, table, dialect)) for column in table.columns),
        lookups=lookups,
        notes=tuple(notes),
    )


def _is_key(column: Column, table: Table, dialect: Dialect) -> bool:
    return column.name in table.primary or (column.name in table.unique and not is_too_long_for_key(column.stored, dialect))


def _index_columns(index: Index, existing: dict[str, Column], dialect: Dialect) -> tuple[str, ...]:
    found = [existing.get(column_name(name, dialect).casefold()) for name in dict.fromkeys(index.fields)]
    if any(column is None or not can_be_keyed(column.stored, dialect) for column in found):
        return ()
    return tuple(dict.fromkeys(column.name for column in found if column))


def ordered(tables: tuple[Table, ...]) -> tuple[tuple[Table, tuple[Reference, ...]], ...]:
    """Return the tables so that each stands after those it refers to, with the references that have to wait.

    Tables that refer to each other in a ring are broken at the first of them: its references to what
    comes later are added when all tables are there.
    """
    waiting = list(tables)
    done: set[str] = set()
    found: list[tuple[Table, tuple[Reference, ...]]] = []
    while waiting:
        ready = (table for table in waiting if all(r.table in done or r.table == table.name for r in table.references))
        table = next(ready, waiting[0])
        waiting.remove(table)
        done.add(table.name)
        found.append((table, tuple(r for r in table.references if r.table not in done)))
    return tuple(found)


_BREAK = re.compile(r"[\s\x00-\x1f\x7f\u0085\u2028\u2029]+")


def comment(text: str) -> str:
    """Return a text that can stand behind `--`: whatever could end the line is a space."""
    return _BREAK.sub(" ", text).strip()
