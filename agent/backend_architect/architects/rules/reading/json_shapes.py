"""JSON examples read best-effort, and the typed members that an example shows."""

from __future__ import annotations

import json
import re

from backend_architect.design import Parameter, ValueType
from backend_architect.expressions import expression
from backend_architect.text import MEMBER_PATTERN

_MEMBER = expression(MEMBER_PATTERN)
_UUID = expression(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_TIME = expression(
    r"(?:\d{4}|YYYY|yyyy)-(?:\d{2}|MM|mm)-(?:\d{2}|DD|dd)[T ](?:\d{2}|HH|hh):(?:\d{2}|MM|mm)(?::(?:\d{2}|SS|ss)(?:\.\w+)?)?\s?(?:Z|[+-]\d{2}:?\d{2})?"
)
_DATE = expression(r"(?:\d{4}|YYYY|yyyy)-(?:\d{2}|MM|mm)-(?:\d{2}|DD|dd)")
_NUMBER = expression(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_SKIPPED = expression(r"(?:[\s,\ufeff]+|//[^\n]*|/\*.*?(?:\*/|\Z)|#[^\n]*|\.\.\.+|…)+", re.DOTALL)
_KEY_END = expression(r"[:}\n]")
_BARE = expression(r"[^,}\]\n]*")
_MAX_DEPTH = 12
_MAX_MEMBERS = 120
_BIG = 2**31

TYPE_WORDS: dict[str, ValueType] = {
    "uuid": "uuid", "guid": "uuid",
    "string": "text", "str": "text", "text": "text", "texto": "text", "url": "text", "email": "text", "varchar": "text", "字符串": "text",
    "文本": "text", "zeichenkette": "text", "texte": "text",
    "int": "integer", "integer": "integer", "inteiro": "integer", "entero": "integer", "ganzzahl": "integer", "整数": "integer", "entier": "integer",
    "bigint": "bigint", "long": "bigint", "int64": "bigint",
    "decimal": "decimal", "money": "decimal", "numeric": "decimal", "dezimal": "decimal", "dezimalzahl": "decimal", "小数": "decimal", "金额": "decimal",
    "number": "decimal", "número": "decimal", "numérico": "decimal", "zahl": "decimal", "数字": "decimal",
    "float": "float", "double": "float",
    "bool": "boolean", "boolean": "boolean", "booleano": "boolean", "booleana": "boolean", "布尔": "boolean", "布尔值": "boolean", "booléen": "boolean",
    "timestamp": "timestamp", "datetime": "timestamp", "date-time": "timestamp", "zeitstempel": "timestamp", "时间戳": "timestamp", "时间": "timestamp",
    "date": "date", "fecha": "date", "日期": "date",
    "json": "json", "object": "json", "objeto": "json", "objekt": "json", "对象": "json", "array": "json", "list": "json", "数组": "json",
    "bytes": "bytes", "binary": "bytes", "file": "bytes", "enum": "enum",
}  # fmt: skip
"""Words for types in the languages that briefs come in."""


def loads(text: str) -> object | None:
    """Return the value of a JSON example, or None if there is none.

    Comments, trailing commas, ellipses, unquoted values and stray escapes are read past; what is
    cut off ends where it ends. Never raises.
    """
    start = min((at for at in (text.find("{"), text.find("[")) if at >= 0), default=-1)
    if start < 0:
        return None
    body = text[start:].strip()
    try:
        value: object = json.loads(body)
    except (ValueError, RecursionError):
        value = _value(body, 0, 0)[0]
    return value if isinstance(value, dict | list) else None


def _value(text: str, at: int, depth: int) -> tuple[object, int]:
    at = _skip(text, at)
    if at >= len(text) or depth > _MAX_DEPTH:
        return None, len(text)
    match text[at]:
        case "{":
            return _object(text, at + 1, depth)
        case "[":
            return _array(text, at + 1, depth)
        case '"' | "'":
            return _string(text, at, text[at])
        case "\\" if text[at + 1 : at + 2] == '"':
            return _string(text, at + 1, '"', escaped=True)
        case _:
            return _bare(text, at)


def _object(text: str, at: int, depth: int) -> tuple[dict[str, object], int]:
    found: dict[str, object] = {}
    while True:
        at = _skip(text, at)
        if at >= len(text):
            return found, at
        if text[at] == "}":
            return found, at + 1
        if text[at] in "\"'" or text.startswith('\\"', at):
            escaped = text[at] == "\\"
            at += escaped
            key, at = _string(text, at, text[at], escaped=escaped)
            at = _skip(text, at)
        else:
            end = _KEY_END.search(text, at)
            stop = end.start() if end else len(text)
            key, at = text[at:stop].strip(), stop
        if at < len(text) and text[at] == ":":
            found[key], at = _value(text, at + 1, depth + 1)
        elif at < len(text) and text[at] not in "}":
            # Not a member: skip one character, so that the reading always moves on.
            at += 1


def _array(text: str, at: int, depth: int) -> tuple[list[object], int]:
    found: list[object] = []
    while True:
        at = _skip(text, at)
        if at >= len(text):
            return found, at
        if text[at] == "]":
            return found, at + 1
        before = at
        value, at = _value(text, at, depth + 1)
        found.append(value)
        if at == before:
            at += 1


def _string(text: str, at: int, quote: str, *, escaped: bool = False) -> tuple[str, int]:
    end = at + 1
    if escaped and (close := text.find('\\"', end)) >= 0 and text.find('"', end) == close + 1:
        # The whole string was escaped once more than it should be: `\"name\"`.
        return text[end:close], close + 2
    while end < len(text) and text[end] not in (quote, "\n"):
        end += 2 if text[end] == "\\" and text[end + 1 : end + 2] != "\n" else 1
    return text[at + 1 : end].replace('\\"', '"'), min(end + 1, len(text))


def _bare(text: str, at: int) -> tuple[object, int]:
    match = _BARE.match(text, at)
    end = match.end() if match else at + 1
    word = text[at:end].split("//")[0].strip()
    match word:
        case "true" | "True":
            return True, end
        case "false" | "False":
            return False, end
        case "null" | "None" | "":
            return None, end
    if _NUMBER.fullmatch(word) and len(word) < 40:
        return (float(word) if any(c in word for c in ".eE") else int(word)), end
    return word, end


def _skip(text: str, at: int) -> int:
    match = _SKIPPED.match(text, at)
    return match.end() if match else at


def type_of(value: object) -> ValueType:
    """Return the type that an example value shows; a type's own name (`"string"`) stands for itself."""
    match value:
        case bool():
            return "boolean"
        case int():
            return "bigint" if abs(value) >= _BIG else "integer"
        case float():
            return "decimal"
        case dict() | list():
            return "json"
        case str():
            text = value.strip()
            if _UUID.fullmatch(text):
                return "uuid"
            if _TIME.fullmatch(text):
                return "timestamp"
            if _DATE.fullmatch(text):
                return "date"
            return TYPE_WORDS.get(text.strip("<>?").lower(), "text")
        case _:
            return "text"


def members(value: object, *, required: bool = True) -> tuple[Parameter, ...]:
    """Return the members of an example body as paths (`user.email`, `article.tagList[]`, `items[].id`).

    A list at the top is read as its first element.
    """
    found: dict[str, Parameter] = {}
    _collect(value[0] if isinstance(value, list) and value else value, "", required, 0, found)
    return tuple(found.values())


def _collect(value: object, prefix: str, required: bool, depth: int, found: dict[str, Parameter]) -> None:
    if not isinstance(value, dict) or depth > _MAX_DEPTH:
        return
    for key, inner in value.items():
        optional = isinstance(key, str) and key.endswith("?")
        name = f"{prefix}{key.rstrip('?')}" if isinstance(key, str) else ""
        if len(found) >= _MAX_MEMBERS or len(name) > 190 or not _MEMBER.fullmatch(name):
            continue
        need = required and not optional and inner is not None
        match inner:
            case {}:
                if inner:
                    _collect(inner, f"{name}.", need, depth + 1, found)
                else:
                    found[name] = Parameter(name=name, type="json", required=need)
            case [dict() as first, *_]:
                _collect(first, f"{name}[].", need, depth + 1, found)
            case [first, *_]:
                found[f"{name}[]"] = Parameter(name=f"{name}[]", type=type_of(first), required=need)
            case []:
                found[f"{name}[]"] = Parameter(name=f"{name}[]", type="json", required=need)
            case _:
                found[name] = Parameter(name=name, type=type_of(inner), required=need, note=_note(inner))


def _note(value: object) -> str:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        return "a whole number, sent as a string"
    return ""
