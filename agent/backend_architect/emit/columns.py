"""Column types and check constraints of an entity's fields, in each SQL dialect."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal

from backend_architect.design import Field

Dialect = Literal["postgresql", "mysql", "sqlite"]

KEYED_TEXT = 255
"""Characters of a MySQL text without a stated length that is part of a key."""
_PG_VARCHAR = 10_485_760
# A MySQL row holds 65,535 bytes in all, four a character: longer texts are stored off the row.
_MYSQL_VARCHAR = 500
_MYSQL_KEY = 768
_INT32 = 2**31 - 1


def length_limit(field: Field) -> int | None:
    """Return the longest text a field may hold, if it says so."""
    if field.maximum is None or not math.isfinite(field.maximum) or field.maximum < 1:
        return None
    return math.floor(field.maximum)


def column_type(field: Field, dialect: Dialect, *, keyed: bool) -> str:
    """Return the SQL type of a field.

    Args:
        field: What is stored.
        dialect: Where.
        keyed: Whether it is part of a key or index: MySQL indexes no unbounded text or bytes.
    """
    match dialect:
        case "postgresql":
            return _postgresql(field)
        case "mysql":
            return _mysql(field, keyed=keyed)
        case "sqlite":
            return _sqlite(field)


def _postgresql(field: Field) -> str:
    match field.type:
        case "uuid":
            return "UUID"
        case "text" if (limit := length_limit(field)) and limit <= _PG_VARCHAR:
            return f"VARCHAR({limit})"
        case "text" | "enum":
            return "TEXT"
        case "integer":
            return "BIGINT" if _is_wide(field) else "INTEGER"
        case "bigint":
            return "BIGINT"
        case "decimal":
            return "NUMERIC(18, 2)"
        case "float":
            return "DOUBLE PRECISION"
        case "boolean":
            return "BOOLEAN"
        case "timestamp":
            return "TIMESTAMP WITH TIME ZONE"
        case "date":
            return "DATE"
        case "json":
            return "JSONB"
        case "bytes":
            return "BYTEA"


def _mysql(field: Field, *, keyed: bool) -> str:
    match field.type:
        case "uuid":
            return "CHAR(36)"
        case "text":
            return _mysql_text(length_limit(field), keyed=keyed)
        case "enum":
            # Room for a value that is added later, so that adding it rewrites no table.
            return _mysql_text(max(32, *map(len, field.values), 0), keyed=keyed)
        case "integer":
            return "BIGINT" if _is_wide(field) else "INTEGER"
        case "bigint":
            return "BIGINT"
        case "decimal":
            return "NUMERIC(18, 2)"
        case "float":
            return "DOUBLE"
        case "boolean":
            return "BOOL"
        case "timestamp":
            return "DATETIME(6)"
        case "date":
            return "DATE"
        case "json":
            return "JSON"
        case "bytes":
            return f"VARBINARY({KEYED_TEXT})" if keyed else "LONGBLOB"


def _mysql_text(limit: int | None, *, keyed: bool) -> str:
    if keyed:
        return f"VARCHAR({min(limit or KEYED_TEXT, _MYSQL_KEY)})"
    if limit and limit <= _MYSQL_VARCHAR:
        return f"VARCHAR({limit})"
    return "MEDIUMTEXT" if not limit or limit <= 4_000_000 else "LONGTEXT"


def _sqlite(field: Field) -> str:
    match field.type:
        case "integer" | "bigint":
            return "INTEGER"
        case "decimal":
            return "NUMERIC(18, 2)"
        case "float":
            return "REAL"
        case "boolean":
            return "BOOLEAN"
        case "bytes":
            return "BLOB"
        case _:
            return "TEXT"


def _is_wide(field: Field) -> bool:
    return any(bound is not None and math.isfinite(bound) and abs(bound) > _INT32 for bound in (field.minimum, field.maximum))


def can_be_keyed(field: Field, dialect: Dialect) -> bool:
    """Return whether an index or key may hold the field."""
    return not (dialect == "mysql" and field.type == "json")


def is_too_long_for_key(field: Field, dialect: Dialect) -> bool:
    """Return whether the field may hold more than a key of the dialect can."""
    return dialect == "mysql" and field.type == "text" and (length_limit(field) or 0) > _MYSQL_KEY


def prefixes(fields: tuple[tuple[Field, bool], ...], dialect: Dialect) -> tuple[int | None, ...]:
    """Return how many characters of each of an index's fields it holds; None for the whole.

    MySQL indexes 3,072 bytes in all, and of a long text or of bytes only a beginning.

    Args:
        fields: (field, whether it is part of a key too: then its type is short enough).
        dialect: Where.
    """
    if dialect != "mysql":
        return (None,) * len(fields)
    sizes: list[int | None] = []
    for field, keyed in fields:
        match field.type:
            case "text":
                limit = length_limit(field)
                sizes.append(min(limit or KEYED_TEXT, _MYSQL_KEY) if keyed else limit if limit and limit <= _MYSQL_VARCHAR else None)
            case "enum":
                sizes.append(max(32, *(len(value) for value in field.values), 0))
            case "bytes":
                sizes.append(KEYED_TEXT // 4 if keyed else None)
            case "uuid":
                sizes.append(36)
            case _:
                sizes.append(4)
    if None not in sizes and sum(size or 0 for size in sizes) <= _MYSQL_KEY:
        return (None,) * len(fields)
    most = min(191, _MYSQL_KEY // len(fields))
    # Of what is long anyway, the beginning; what is short stays whole.
    return tuple(most if size is None or size > most else None for size in sizes)


def checks(field: Field, dialect: Dialect, quote: Callable[[str], str]) -> tuple[tuple[str, str], ...]:
    """Return the (suffix of the name, condition) of each rule that the type alone does not hold.

    Args:
        field: Whose rules.
        dialect: Where; what the type holds there is not said again.
        quote: Quotes the column's name as the dialect needs it.
    """
    column = quote(field.name)
    found: list[tuple[str, str]] = []
    match field.type:
        case "enum":
            if field.values:
                found.append(("values", f"{column} IN ({', '.join(literal(value, dialect) for value in dict.fromkeys(field.values))})"))
        case "text":
            length = f"length({column})" if dialect == "sqlite" else f"char_length({column})"
            limit = length_limit(field)
            held = limit and ((dialect == "postgresql" and limit <= _PG_VARCHAR) or (dialect == "mysql" and limit <= _MYSQL_VARCHAR))
            least = math.ceil(field.minimum) if field.minimum is not None and math.isfinite(field.minimum) and field.minimum > 0 else None
            if found_length := _between(length, least, None if held else limit):
                found.append(("length", found_length))
            if field.values:
                found.append(("values", f"{column} IN ({', '.join(literal(value, dialect) for value in dict.fromkeys(field.values))})"))
        case "integer" | "bigint" | "decimal" | "float":
            low, high = (bound if bound is not None and math.isfinite(bound) else None for bound in (field.minimum, field.maximum))
            if found_range := _between(column, low, high):
                found.append(("range", found_range))
        case "boolean" if dialect == "sqlite":
            found.append(("flag", f"{column} IN (0, 1)"))
        case "json" if dialect == "sqlite":
            found.append(("json", f"json_valid({column})"))
        case _:
            pass
    return tuple(found)


def _between(what: str, low: float | None, high: float | None) -> str:
    if low is not None and high is not None:
        return f"{what} BETWEEN {_number(low)} AND {_number(high)}"
    if low is not None:
        return f"{what} >= {_number(low)}"
    return f"{what} <= {_number(high)}" if high is not None else ""


def _number(bound: float) -> str:
    return str(int(bound)) if bound == int(bound) and abs(bound) < 1e15 else repr(float(bound))


def literal(value: str, dialect: Dialect) -> str:
    """Return a text as a literal of the dialect."""
    doubled = value.replace("'", "''")
    return "'" + (doubled.replace("\\", "\\\\") if dialect == "mysql" else doubled) + "'"
