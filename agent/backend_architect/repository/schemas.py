"""What existing code stores: tables after all migrations, models of the usual mappers, each as one line."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping

from backend_architect.expressions import expression
from backend_architect.repository.python import called, classes, constant, tree, unparsed

_COLUMNS = 40
"""Columns shown of one table."""
_WIDE = 90
"""Characters shown of one column."""

Tables = dict[str, dict[str, str]]
"""Columns by table: name and the rest of its definition."""


def tables(texts: Mapping[str, str]) -> dict[str, str]:
    """Return what the SQL files and Alembic migrations leave behind: a line a table, by the table's name.

    Args:
        texts: The files' texts by path. They are taken in the order of their names, Alembic's in the order of their revisions.
    """
    made: Tables = {}
    for path in sorted(path for path in texts if path.endswith(".sql") and not _REVERSE.search(path)):
        _replay(made, _forward(texts[path]))
    for text in _by_revision({path: text for path, text in texts.items() if path.endswith(".py") and "op." in text and "revision" in text}):
        _alembic(made, text)
    return {table: line(table, (f"{name} {rest}" for name, rest in columns.items())) for table, columns in made.items()}


def models(path: str, text: str) -> tuple[str, ...]:
    """Return the models that a file defines for a mapper or a document store, one line each."""
    match path.rpartition(".")[2]:
        case "py":
            return tuple(_python(text))
        case "prisma":
            return tuple(_prisma(text))
        case "ts" | "js" | "mjs" | "cjs" | "mts":
            return (*_typeorm(text), *_mongoose(text), *_drizzle(text))
        case "java" | "kt":
            return tuple(_jpa(text))
        case "go":
            return tuple(_go(text))
        case "rb" if path.endswith("schema.rb"):
            return tuple(_rails(text))
    return ()


def line(name: str, columns: Iterable[str]) -> str:
    """Return a table as one line, `orders(id uuid primary key, total numeric)`."""
    listed = [" ".join(column.split())[:_WIDE] for column in columns]
    more = f", and {len(listed) - _COLUMNS} more" if len(listed) > _COLUMNS else ""
    return f"{name}({', '.join(listed[:_COLUMNS])}{more})"


# --- SQL ------------------------------------------------------------------------------------

_REVERSE = expression(r"(?i)(?:^|[._/-])(?:down|undo|rollback|revert)(?:[._-][^/]*)?\.sql$|/down/|(?:^|/)u\d+__[^/]*\.sql$")
_DOWN = expression(r"(?im)^\s*--\s*(?:\+goose\s+down|migrate:down|\+migrate\s+down|down\b|rollback\b|@undo).*$")
_COMMENT = expression(r"--[^\n]*|/\*[\s\S]*?\*/")
_NAME = r"(?:[\"`\[]?\w+[\"`\]]?\.)?[\"`\[]?(?P<table>\w+)[\"`\]]?"
_STATEMENT = expression(
    rf"(?i)\b(?:(?P<create>create)\s+(?:(?:global|local|temporary|temp|unlogged)\s+)*table\s+(?:if\s+not\s+exists\s+)?|(?P<alter>alter)\s+table\s+(?:if\s+exists\s+)?(?:only\s+)?"
    rf"|(?P<drop>drop)\s+table\s+(?:if\s+exists\s+)?){_NAME}"
)
_ADD = expression(r"(?is)^add\s+(?:column\s+)?(?:if\s+not\s+exists\s+)?[\"`\[]?(?P<name>\w+)[\"`\]]?\s+(?P<rest>.+)$")
_REMOVE = expression(r"(?is)^drop\s+(?:column\s+)?(?:if\s+exists\s+)?[\"`\[]?(?P<name>\w+)[\"`\]]?")
_RENAME = expression(r"(?is)^rename\s+(?:column\s+)?[\"`\[]?(?P<old>\w+)[\"`\]]?\s+to\s+[\"`\[]?(?P<new>\w+)")
_RENAME_TABLE = expression(r"(?is)^rename\s+to\s+[\"`\[]?(?P<new>\w+)")
_RETYPE = expression(r"(?is)^alter\s+(?:column\s+)?[\"`\[]?(?P<name>\w+)[\"`\]]?\s+(?:set\s+data\s+)?type\s+(?P<type>.+)$")
_CONSTRAINT = frozenset(["constraint", "primary", "unique", "check", "foreign", "key", "index", "exclude", "fulltext", "spatial", "like", "period"])
_COLUMN = expression(r"^[\"`\[]?(?P<name>\w+)[\"`\]]?\s*(?P<rest>.*)$", 16)


def _forward(sql: str) -> str:
    down = _DOWN.search(sql)
    return _COMMENT.sub(" ", sql[: down.start()] if down else sql)


def _replay(made: Tables, sql: str) -> None:
    for match in _STATEMENT.finditer(sql):
        table = match["table"]
        if match["drop"]:
            made.pop(table, None)
        elif match["create"]:
            opened = sql.find("(", match.end())
            if opened < 0 or sql[match.end() : opened].strip():
                continue
            inside = _inside(sql, opened)
            if inside is None:
                return
            made[table] = dict(_columns(inside))
        elif table in made:
            end = _statement_end(sql, match.end())
            for action in _split(sql[match.end() : end]):
                _altered(made, table, action.strip())
            if end == len(sql):
                return


def _columns(inside: str) -> Iterator[tuple[str, str]]:
    for part in _split(inside):
        match = _COLUMN.match(part.strip())
        if match is None:
            continue
        if match["name"].lower() in _CONSTRAINT and part.strip()[0] not in '"`[':
            # A table's own constraint is told where it is the key, or refers elsewhere.
            shown = " ".join(part.split())
            if shown.lower().startswith(("primary", "foreign", "unique")):
                yield shown.split(" ", 1)[0], shown.split(" ", 1)[-1]
            continue
        yield match["name"], match["rest"]


def _altered(made: Tables, table: str, action: str) -> None:
    columns = made[table]
    if match := _RENAME_TABLE.match(action):
        made[match["new"]] = made.pop(table)
    elif match := _RENAME.match(action):
        renamed = {match["new"] if name == match["old"] else name: rest for name, rest in columns.items()}
        columns.clear()
        columns.update(renamed)
    elif match := _RETYPE.match(action):
        if match["name"] in columns:
            columns[match["name"]] = match["type"]
    elif (match := _ADD.match(action)) and match["name"].lower() not in _CONSTRAINT:
        columns[match["name"]] = match["rest"]
    elif (match := _REMOVE.match(action)) and match["name"].lower() not in _CONSTRAINT:
        columns.pop(match["name"], None)


def _inside(sql: str, opened: int) -> str | None:
    """Return what stands in a pair of parentheses; None if it is never closed."""
    depth, quote = 0, ""
    for at in range(opened, len(sql)):
        char = sql[at]
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"`":
            quote = char
        elif char == "(":
            depth += 1
        elif char == ")":
            depth -= 1
            if depth == 0:
                return sql[opened + 1 : at]
    return None


def _statement_end(sql: str, start: int) -> int:
    quoted = False
    for at in range(start, len(sql)):
        if sql[at] == "'":
            quoted = not quoted
        elif sql[at] == ";" and not quoted:
            return at
    return len(sql)


def _split(text: str) -> Iterator[str]:
    """Yield what stands between commas that are in no parentheses and no quotes."""
    depth, quote, start = 0, "", 0
    for at, char in enumerate(text):
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"`":
            quote = char
        elif char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
        elif char == "," and depth == 0:
            yield text[start:at]
            start = at + 1
    if text[start:].strip():
        yield text[start:]


# --- Alembic --------------------------------------------------------------------------------

_REVISION = expression(r"(?m)^(?P<which>revision|down_revision)\s*(?::[^=\n]+)?=\s*(?P<value>[^\n]+)")


def _by_revision(texts: Mapping[str, str]) -> Iterator[str]:
    """Yield the migrations, each after those it builds on; of several that could be next, the first by name."""
    said = {path: {match["which"]: match["value"] for match in _REVISION.finditer(text)} for path, text in sorted(texts.items())}
    waiting = {path: values for path, values in said.items() if "revision" in values}
    known = {values["revision"].strip("\"' ") for values in waiting.values()}
    done: set[str] = set()
    while waiting:
        ready = next((path for path, values in waiting.items() if not {name for name in known - done if name in values.get("down_revision", "")}), None)
        path = ready or next(iter(waiting))
        done.add(waiting.pop(path)["revision"].strip("\"' "))
        yield texts[path]


def _alembic(made: Tables, text: str) -> None:
    module = tree(text)
    upgrade = next((node for node in module.body if isinstance(node, ast.FunctionDef) and node.name == "upgrade"), None) if module else None
    for node in _calls(upgrade.body if upgrade else ()):
        match called(node), [constant(argument) for argument in node.args[:2]]:
            case "create_table", [str(table), *_]:
                made[table] = dict(_sa_column(argument) for argument in node.args[1:] if isinstance(argument, ast.Call) and called(argument) == "Column")
            case "drop_table", [str(table), *_]:
                made.pop(table, None)
            case "rename_table", [str(old), str(new)] if old in made:
                made[new] = made.pop(old)
            case "add_column", [str(table), None] if table in made and isinstance(node.args[1], ast.Call):
                name, rest = _sa_column(node.args[1])
                made[table][name] = rest
            case "drop_column", [str(table), str(column)] if table in made:
                made[table].pop(column, None)


def _calls(block: Iterable[ast.stmt]) -> Iterator[ast.Call]:
    """Yield the calls of a block's statements in the order in which they run, those behind a condition too."""
    for statement in block:
        match statement:
            case ast.Expr(value=ast.Call() as call):
                yield call
            case ast.If(body=body) | ast.With(body=body) | ast.Try(body=body) | ast.For(body=body):
                yield from _calls(body)


def _sa_column(call: ast.Call) -> tuple[str, str]:
    name = constant(call.args[0]) if call.args else None
    return name or "?", _arguments(call, 1 if name else 0)


def _arguments(call: ast.Call, start: int = 0) -> str:
    kept = ("primary_key", "unique", "nullable", "null", "foreign_key", "max_length", "on_delete", "index")
    words = [unparsed(argument) for argument in call.args[start:]]
    words += [f"{argument.arg}={unparsed(argument.value)}" for argument in call.keywords if argument.arg in kept]
    return " ".join(words).replace("sa.", "").replace("models.", "")


# --- mappers --------------------------------------------------------------------------------

_MAPPED_HINTS = ("Column(", "mapped_column(", "Mapped[", "models.", "table=True", "Document)")
_COLUMN_CALLS = frozenset({"Column", "mapped_column", "Field", "relationship"})


def _python(text: str) -> Iterator[str]:
    if not any(hint in text for hint in _MAPPED_HINTS) or (module := tree(text)) is None:
        return
    for node in classes(module):
        named = next((constant(part.value) for part in node.body if isinstance(part, ast.Assign) and _target(part) == "__tablename__"), None)
        bases = " ".join(unparsed(base) for base in node.bases)
        mapped = named or "models.Model" in bases or "Document" in bases or any(argument.arg == "table" for argument in node.keywords) or "db.Model" in bases
        columns = [column for part in node.body if (column := _member(part, "models.Model" not in bases))]
        if mapped and columns:
            yield line(named or node.name, columns)


def _target(part: ast.Assign | ast.AnnAssign) -> str:
    match part:
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return name
    return ""


def _member(part: ast.stmt, annotated: bool) -> str | None:
    match part:
        case ast.Assign(value=ast.Call() as call) if called(call) in _COLUMN_CALLS - {"relationship"} or called(call).endswith(("Field", "ForeignKey")):
            kind = "" if called(call) in _COLUMN_CALLS else f"{called(call)} "
            return f"{_target(part)} {kind}{_arguments(call)}".strip()
        case ast.AnnAssign(annotation=kind, value=value) if annotated and _target(part) and not _target(part).startswith("_"):
            if isinstance(value, ast.Call) and called(value) == "relationship":
                return None
            rest = _arguments(value) if isinstance(value, ast.Call) else ""
            shown = unparsed(kind).removeprefix("Mapped[")
            return f"{_target(part)} {shown.removesuffix(']') if shown != unparsed(kind) else shown} {rest}".strip()
    return None


_PRISMA = expression(r"(?m)^(?P<kind>model|enum|type)\s+(?P<name>\w+)\s*\{(?P<body>[^}]*)\}")


def _prisma(text: str) -> Iterator[str]:
    for match in _PRISMA.finditer(text):
        lines = [each.split("//", 1)[0].strip() for each in match["body"].split("\n")]
        yield line(f"{'' if match['kind'] == 'model' else 'enum '}{match['name']}", (each for each in lines if each))


_ENTITY = expression(r"@Entity\b(?:\([^)]*\))?[\s\S]{0,400}?\bclass\s+(?P<name>\w+)[^{]*\{")
_TS_MEMBER = expression(
    r"@(?P<kind>PrimaryGeneratedColumn|PrimaryColumn|Column|CreateDateColumn|UpdateDateColumn|DeleteDateColumn|ManyToOne|OneToOne)\((?P<inside>(?:[^()]|\([^()]*\))*)\)"
    r"(?:\s*@\w+\((?:[^()]|\([^()]*\))*\))*\s*(?:public |private |readonly )*(?P<name>\w+)[?!]?\s*:\s*(?P<type>[^;=\n]+)"
)


def _typeorm(text: str) -> Iterator[str]:
    found = list(_ENTITY.finditer(text)) if "@Entity" in text else []
    for at, match in enumerate(found):
        end = found[at + 1].start() if at + 1 < len(found) else len(text)
        marks = {"PrimaryGeneratedColumn": " primary", "PrimaryColumn": " primary", "ManyToOne": " many-to-one", "OneToOne": " one-to-one"}
        members = [f"{part['name']} {part['type'].strip()}{marks.get(part['kind'], '')}" for part in _TS_MEMBER.finditer(text, match.end(), end)]
        if members:
            yield line(match["name"], members)


_MONGOOSE = expression(r"(?P<name>\w+)\s*(?::[^=\n]{1,80})?=\s*new\s+(?:mongoose\.)?Schema\s*(?:<[^>(]{0,200}>)?\(\s*(?=\{)")
_DRIZZLE = expression(r"\b(?:pgTable|mysqlTable|sqliteTable)\(\s*[\"'`](?P<name>\w+)[\"'`]\s*,\s*(?=\{)")
_PAIR = expression(r"^\s*[\"']?(?P<name>\w+)[\"']?\s*:\s*(?P<rest>[\s\S]+)$")


def _mongoose(text: str) -> Iterator[str]:
    return _literals(text, _MONGOOSE.finditer(text) if "Schema" in text else iter(()))


def _drizzle(text: str) -> Iterator[str]:
    return _literals(text, _DRIZZLE.finditer(text) if "Table(" in text else iter(()))


def _literals(text: str, found: Iterator[re.Match[str]]) -> Iterator[str]:
    for match in found:
        inside = _braced(text, match.end())
        if inside is None:
            return
        pairs = (_PAIR.match(part) for part in _split(inside))
        members = [f"{pair['name']} {' '.join(pair['rest'].split())}" for pair in pairs if pair]
        if members:
            yield line(match["name"], members)


def _braced(text: str, opened: int) -> str | None:
    """Return what stands in a pair of braces; None if it is not closed within reason."""
    depth = 0
    for at in range(opened, min(len(text), opened + 20_000)):
        depth += (text[at] == "{") - (text[at] == "}")
        if depth == 0:
            return text[opened + 1 : at]
    return None


_JPA = expression(r"@Entity\b[\s\S]{0,600}?\bclass\s+(?P<name>\w+)[^{(]*[{(]")
_JAVA_FIELD = expression(
    r"(?m)^\s+(?:private|protected|public)\s+(?!static|abstract|final\s+static)(?:final\s+)?(?P<type>[\w.<>\[\], ?]{1,80}?)\s+(?P<name>\w+)\s*(?:=[^;\n]*)?;"
)
_KOTLIN_FIELD = expression(r"\b(?:var|val)\s+(?P<name>\w+)\s*:\s*(?P<type>[\w.<>?]+)")


def _jpa(text: str) -> Iterator[str]:
    found = list(_JPA.finditer(text)) if "@Entity" in text else []
    for at, match in enumerate(found):
        end = found[at + 1].start() if at + 1 < len(found) else len(text)
        members = [f"{part['name']} {part['type']}" for pattern in (_JAVA_FIELD, _KOTLIN_FIELD) for part in pattern.finditer(text, match.end(), end)]
        if members:
            yield line(match["name"], members)


_STRUCT = expression(r"(?m)^type\s+(?P<name>\w+)\s+struct\s*\{(?P<body>[^}]*)\}")
_GO_FIELD = expression(r"(?m)^\s*(?P<name>\w+)\s+(?P<type>[\w.*\[\]]+)\s+`(?P<tags>[^`]*)`")


def _go(text: str) -> Iterator[str]:
    for match in _STRUCT.finditer(text):
        if any(tag in match["body"] for tag in ('gorm:"', 'db:"', 'bson:"', "gorm.Model")):
            yield line(match["name"], (f"{part['name']} {part['type']}" for part in _GO_FIELD.finditer(match["body"])))


_RAILS_LINE = expression(r"^\s*(?:(?P<create>create_table)\s+\"(?P<table>\w+)\"|t\.(?P<type>\w+)\s+\"(?P<name>\w+)\"(?P<rest>[^\n]*)|(?P<end>end)\b)")


def _rails(text: str) -> Iterator[str]:
    table, columns = "", list[str]()
    for each in text.split("\n"):
        match = _RAILS_LINE.match(each)
        if match is None:
            continue
        if match["create"]:
            table, columns = match["table"], []
        elif match["type"]:
            columns.append(f"{match['name']} {match['type']}{match['rest']}")
        elif table:
            yield line(table, columns)
            table = ""
