"""Entities from tables that the brief writes out: taken over with their names and types."""

from __future__ import annotations

import re

from backend_architect.architects.rules.case import Case, SpelledTable
from backend_architect.architects.rules.language.field_types import infer
from backend_architect.architects.rules.language.nouns import canonical
from backend_architect.architects.rules.language.words import an, singular, snake, words
from backend_architect.architects.rules.reading.json_shapes import TYPE_WORDS
from backend_architect.brief import Brief
from backend_architect.design import Field, Index, ValueType
from backend_architect.expressions import expression

_SQL_TYPES: tuple[tuple[str, ValueType], ...] = (
    (r"^tinyint\s*\(1\)|^bool|^bit\b", "boolean"),
    (r"^(?:bigint|bigserial|int8|long)\b", "bigint"),
    (r"^(?:int|integer|smallint|tinyint|mediumint|serial|int4|year)\b", "integer"),
    (r"^(?:decimal|numeric|money|number)\b", "decimal"),
    (r"^(?:float|real|double)\b", "float"),
    (r"^(?:timestamp|datetime|timestamptz)", "timestamp"),
    (r"^date\b", "date"),
    (r"^(?:uuid|uniqueidentifier|guid)\b", "uuid"),
    (r"^(?:json|jsonb|array|hstore|\w+\[\])", "json"),
    (r"^(?:bytea|blob|binary|varbinary|longblob)\b", "bytes"),
    (r"^enum\b", "enum"),
)
_SQL = tuple((expression(pattern, re.IGNORECASE), kind) for pattern, kind in _SQL_TYPES)
_TEXT = expression(r"^(?:n?var)?n?char(?:acter)?(?: varying)?\s*\(\s*(?P<length>\d+)\s*\)", re.IGNORECASE)
_FIXED = expression(r"^n?char(?:acter)?\s*\(", re.IGNORECASE)
_REFERENCES = expression(r"\breferences\s+[\"`]?(?P<table>\w+)", re.IGNORECASE)
_INDEX_CUE = expression(r"\bindex(?:es|ed|ing)?\b|索引|índice|\bindiz", re.IGNORECASE)
_CODE = expression(r"`(\w+)`")


def from_table(case: Case, table: SpelledTable, keys: dict[str, str]) -> tuple[Field, ...]:
    """Return a spelled table's columns as fields; `keys` maps known table names to entity keys."""
    noun = canonical(table.name)
    fields = tuple(_field(table, column, written, noun, keys) for column, written in table.columns)
    if any(field.primary for field in fields):
        return fields
    natural = next((field for field in fields if field.name == "id"), None)
    if natural is not None:
        return tuple(field.model_copy(update={"primary": True, "required": True}) if field is natural else field for field in fields)
    return (Field(name="id", type="uuid", primary=True, why=f"Identifies the {words(noun)}; the brief's list of columns names no key"), *fields)


def _field(table: SpelledTable, column: str, written: str, noun: str, keys: dict[str, str]) -> Field:
    kind = column_type(written)
    guess = infer(column, noun)
    maximum, minimum = None, None
    values: tuple[str, ...] = ()
    if kind == "text" and (match := _TEXT.match(written)):
        maximum = float(match["length"])
        # A fixed width says how much fits, not that every value fills it.
        minimum = 1.0 if _FIXED.match(written) else 0.0
    elif kind in ("integer", "bigint", "decimal", "float") and guess.type in ("integer", "decimal"):
        minimum = guess.minimum
    if kind == "enum":
        values = tuple(
            dict.fromkeys(part.strip(" '\"") for part in re.sub(r"^enum\s*\(|\).*$", "", written, flags=re.IGNORECASE).split(",") if part.strip(" '\"()"))
        )[:20]
        kind = kind if values and written.lower().startswith("enum") and "(" in written else "text"
    primary = column in table.primary
    nullable = bool(re.search(r"(?<!not )\bnull\b", written, re.IGNORECASE)) or written.rstrip().endswith("?")
    reference = _REFERENCES.search(written)
    target = reference["table"] if reference else ""
    if not target and column.endswith("_id"):
        target = next((name for name in keys if singular(name) == column.removesuffix("_id") and name != table.name), "")
    return Field(
        name=column,
        type=kind,
        required=primary or not nullable,
        unique=bool(re.search(r"\bunique\b", written, re.IGNORECASE)),
        primary=primary,
        ref=keys.get(target.lower()),
        values=values if kind == "enum" else (),
        minimum=minimum,
        maximum=maximum,
        personal=guess.personal,
        why=_why(column, noun, primary=primary, guess=guess.why, target=target),
    )


def _why(column: str, noun: str, *, primary: bool, guess: str, target: str) -> str:
    if primary:
        return f"Identifies the {words(noun)}: what links and lookups carry"
    if target:
        return f"The {words(singular(target))} that the {words(noun)} belongs to"
    if column in ("created_at", "created", "created_on"):
        return f"When the {words(noun)} was made; with the lifetime it says when it ends" if noun else "When the row was made"
    if re.search(r"expir|ttl|lifetime", column):
        return f"How long the {words(noun)} lives; the clean-up deletes by it"
    return guess or f"{words(column).capitalize()} of {an(words(noun))}, as the brief lists it"


_PLACE = re.compile(r"_(?:path|url|uri|key|location)$")
_CONTENT = re.compile(r"(?:^|_)(?:contents?|body|text|data|blob|payload)$")


def column_type(written: str) -> ValueType:
    """Return the type of a column as written: `char(7) NOT NULL` is text, `datetime` a timestamp."""
    plain = written.strip().strip("`")
    for pattern, kind in _SQL:
        if pattern.match(plain):
            return kind
    first = re.match(r"[\w-]+", plain)
    return TYPE_WORDS.get(first[0].lower(), "text") if first else "text"


def stated_indexes(brief: Brief, table: SpelledTable, fields: tuple[Field, ...]) -> tuple[tuple[Index, ...], tuple[int, ...]]:
    """Return the indexes that a sentence asks for by column name, and the sentences."""
    names = {field.name for field in fields}
    keys = {field.name for field in fields if field.primary or field.unique}
    found: dict[str, Index] = {}
    cites: list[int] = []
    for statement in brief.statements:
        if statement.kind == "code" or "`" not in statement.text or not _INDEX_CUE.search(statement.text):
            continue
        columns = [snake(column) for column in _CODE.findall(statement.text) if snake(column) in names and snake(column) not in keys]
        for column in columns:
            found.setdefault(column, Index(fields=(column,), query=_query(table.name, column)))
        if columns:
            cites.append(statement.number)
    return tuple(found.values()), tuple(cites)


def _query(table: str, column: str) -> str:
    if re.search(r"_at$|date|time", column):
        return f"Rows of {words(table)} by age: the clean-up of old rows, newest first"
    return f"Rows of {words(table)} with a given {words(column)}; asked for by the brief"
