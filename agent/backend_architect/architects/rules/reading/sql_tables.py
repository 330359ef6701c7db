"""Tables that a brief writes out as SQL columns, field lists or record examples."""

from __future__ import annotations

import re
from collections.abc import Sequence

from backend_architect.architects.rules.case import SpelledTable
from backend_architect.architects.rules.language.words import plural, snake
from backend_architect.expressions import expression

_CREATE = expression(r"\bcreate\s+table\s+(?:if\s+not\s+exists\s+)?(?P<name>[\w.\"`\[\]]+)\s*\(", re.IGNORECASE)
_COLUMN = expression(
    (
        r"^[\"`\[]?(?P<name>[A-Za-z_]\w{0,62})[\"`\]]?\s+(?P<type>[A-Za-z]\w*(?:\s+(?:precision|varying|with(?:out)? time zone"
        r"|unsigned))?(?:\s*\([^()]*\))?(?:\[\])?.*)$"
    ),
    re.DOTALL,
)
_PRIMARY = expression(r"^(?:constraint\s+\S+\s+)?primary\s+key\s*\((?P<names>[^()]*)\)", re.IGNORECASE)
_CLAUSE = expression(r"^(?:constraint|foreign|unique|index|key|check|exclude|primary|references|on)\b", re.IGNORECASE)
_STATEMENT = expression(r"^\s*(?:select|insert|update|delete|alter|drop|with|begin|grant|explain|set|use|create\s+(?:unique\s+)?index)\b", re.IGNORECASE)
_TYPES = expression(
    r"^(?:char|varchar|text|tinytext|mediumtext|longtext|nvarchar|nchar|string|int|integer|smallint|tinyint|mediumint|bigint|serial|bigserial|decimal|numeric|money|float|real|double|bool|boolean|bit|date|time|timestamp|timestamptz|datetime|datetime2|interval|"
    r"year|uuid|uniqueidentifier|json|jsonb|xml|bytea|blob|binary|varbinary|enum|inet|point|geometry|geography|citext|array|hstore|id)\b",
    re.IGNORECASE,
)
_TABLE_NAME = (
    expression(r"`(?P<name>[A-Za-z_]\w{0,62})`\s*(?:(?:database |sql |db )?(?:table|collection|tabelle|tabela|tabla)\b|表|集合)", re.IGNORECASE),
    expression(r"\b(?:table|collection|tabela|tabla|tabelle)\s+(?:named\s+|called\s+|de\s+)?`(?P<name>[A-Za-z_]\w{0,62})`", re.IGNORECASE),
    expression(
        (
            r"(?:^|\b(?:the|a|an|each|every)\s+)(?P<name>[A-Za-z][\w]*(?: [a-z]\w*)?)\s+(?:table|record|schema|document|collection|entity|model"
            r"|object)s?\b(?!\s+(?:file|store|storage|of|database))"
        ),
        re.IGNORECASE,
    ),
    expression(
        r"^(?:table|record|schema|document|collection|entity|model|tabela|tabla|tabelle|表)\s*[:\uff1a]?\s*`?(?P<name>[A-Za-z][\w]*(?: [A-Z]\w*)?)`?\s*$",
        re.IGNORECASE,
    ),
)
_NOT_A_NAME = expression(
    r"^(?:the|a|an|each|every|this|following|above|below|data|database|json|sql|main|new|same|single|example|sample|simple|hash|large|big|decision|request|response|error|body|one|info|whole|relational|configuration|config|package|manifest|settings|of|as|in|it|file|"
    r"compose|lookup|pivot|routing|summary|comparison|domain|language|key value|value|object|page|word|pdf)$",
    re.IGNORECASE,
)
_FILE = expression(r"[\w-]+\.(?:json|ya?ml|md|txt|toml|sh|js|ts|py|csv)\b|\bfile\b|\barquivo\b|\barchivo\b|\bdatei\b|文件", re.IGNORECASE)


def tables_in(code: str, name_hint: str, cites: tuple[int, ...]) -> tuple[SpelledTable, ...]:
    """Return the tables that a block of SQL defines.

    `name_hint` is used for a bare list of columns without `CREATE TABLE`.
    """
    text = re.sub(r"--[^\n]*|/\*.*?\*/", "", code, flags=re.DOTALL)
    found: list[SpelledTable] = []
    for match in _CREATE.finditer(text):
        body = _parenthesised(text, match.end())
        table = _table(match["name"].split(".")[-1].strip('"`[]'), _split(body), cites)
        if table:
            found.append(table)
    if not found and name_hint and not _STATEMENT.match(text):
        lines = [line for line in text.strip().split("\n") if line.strip()]
        table = _table(name_hint, lines, cites)
        if table:
            found.append(table)
    return tuple(found)


def record(name: str, columns: Sequence[tuple[str, str]], cites: tuple[int, ...]) -> SpelledTable | None:
    """Return a table for a record example or a field list: `name` made plural snake_case."""
    title = plural(snake(name))
    kept = tuple(dict.fromkeys((snake(column), written) for column, written in columns if snake(column)))
    if not title or len(kept) < 2:
        return None
    primary = tuple(column for column, written in kept if column == "id" or re.search(r"primary key|\bPK\b", written))[:1]
    return SpelledTable(name=title, columns=kept, primary=primary, cites=cites)


def table_name(texts: Sequence[str]) -> str:
    """Return the name of the table or record that the nearest of these texts speaks of, as written; else empty."""
    for text in texts:
        if _FILE.search(text):
            return ""
        for pattern in _TABLE_NAME:
            for match in pattern.finditer(text[:300]):
                words = match["name"].split()
                while words and _NOT_A_NAME.match(words[0]):
                    words = words[1:]
                if words and not _NOT_A_NAME.match(" ".join(words)):
                    return " ".join(words)
    return ""


def _table(name: str, pieces: Sequence[str], cites: tuple[int, ...]) -> SpelledTable | None:
    columns: list[tuple[str, str]] = []
    primary: list[str] = []
    for piece in pieces:
        line = " ".join(piece.strip().rstrip(",;").split())
        if key := _PRIMARY.match(line):
            primary = [part.strip(' "`[]') for part in key["names"].split(",")]
            continue
        match = _COLUMN.match(line)
        if _CLAUSE.match(line) and not (match and _TYPES.match(match["type"]) and not re.match(r"(?:primary|foreign|unique)\s+key", line, re.IGNORECASE)):
            continue
        if match and _TYPES.match(match["type"]):
            columns.append((match["name"], match["type"].strip()[:200]))
            if re.search(r"\bprimary\s+key\b", match["type"], re.IGNORECASE):
                primary.append(match["name"])
    names = {column for column, _ in columns}
    if not columns or not re.fullmatch(r"[A-Za-z_]\w{0,62}", name):
        return None
    return SpelledTable(name=name, columns=tuple(dict(reversed(columns)).items())[::-1], primary=tuple(part for part in primary if part in names), cites=cites)


def _parenthesised(text: str, start: int) -> str:
    depth = 1
    for at in range(start, len(text)):
        depth += (text[at] == "(") - (text[at] == ")")
        if depth == 0:
            return text[start:at]
    return text[start:]


def _split(body: str) -> list[str]:
    pieces, depth, last = [], 0, 0
    for at, char in enumerate(body):
        depth += (char == "(") - (char == ")")
        if char == "," and depth == 0:
            pieces.append(body[last:at])
            last = at + 1
    return [*pieces, body[last:]]
