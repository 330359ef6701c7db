"""Endpoints as they are written: request lines, `curl` commands, a method and a path in a sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, cast, get_args
from urllib.parse import unquote

from backend_architect.architects.rules.language.words import word_set
from backend_architect.architects.rules.reading.json_shapes import loads, members, type_of
from backend_architect.design import Parameter
from backend_architect.expressions import expression
from backend_architect.text import NAME_PATTERN

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"]

METHODS: tuple[Method, ...] = get_args(Method)
_METHOD = "GET|POST|PUT|PATCH|DELETE|HEAD"
_TARGET = r"(?:https?://[^\s`\"'<>|\uff0c。、\uff1b\uff09]+|(?:\{\{?\w+\}?\})?/[^\s`\"'|\uff0c。、\uff1b\uff09]*)"
_IN_TEXT = expression(
    rf"(?<![\w/$-])(?P<methods>(?:{_METHOD})(?:\s?[/|,]\s?(?:{_METHOD}))*)`?\*?\*?(?:\s+(?:requests?\s+)?(?:to|on|at|para|a|en|auf|an)\b)?\s*`?(?P<target>{_TARGET})"
)
_PATH_FIRST = expression(rf"^`?(?P<target>/[\w/{{}}:.~-]*)`?\s*(?:[-\u2013—:(]|via)\s*`?(?P<methods>(?:{_METHOD})(?:`?\s?[/|,]\s?`?(?:{_METHOD}))*)\b")
_LINE = expression(rf"^\s*(?:[$>]\s*)?(?P<methods>(?:{_METHOD})(?:[/|,](?:{_METHOD}))*)\s+(?P<target>{_TARGET}|\w[\w.-]*/[\w/{{}}:.?=&-]+)(?P<rest>.*)$")
_STATUS = expression(r"^\s*(?:<\s*)?(?:HTTP(?:/[\d.]+)?|Status:?|Response:?)\s*(?P<code>[1-5](?:\d\d|XX|xx))\b", re.IGNORECASE)
_PARAMETER = (
    (expression(r"<(?:\w+:)?(\w[\w-]*)>"), r"{\1}"),
    (expression(r"(?<=/):(\w[\w-]*)\??"), r"{\1}"),
    (expression(r"(?<=/)\[(?:\.\.\.)?(\w[\w-]*)\]"), r"{\1}"),
    (expression(r"\{\{?\s*(\w[\w-]*)(?::[^{}]*)?\s*\}?\}"), r"{\1}"),
    (expression(r"(?<=/)(?:\d+|[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12})(?=/|$)"), "{id}"),
)
_PATH = expression(r"/[A-Za-z0-9_.~{}/-]*")
_NAME = expression(NAME_PATTERN)
_QUOTED = expression(r"""'(?P<single>[^']*)'|"(?P<double>(?:\\.|[^"\\])*)"|(?P<bare>[^\s'"\\]+)|\\(?P<escaped>.)""", re.DOTALL)
_REST = expression(r"^(?:\s*HTTP/[\d.]+)?[\s`*:#|→\u2013—=>-]*")

PROGRAM_LANGUAGES = word_set(
    """
    python py javascript js jsx typescript ts tsx go golang java kotlin ruby rb php rust rs csharp cs c cpp elixir scala swift html css sql
    mermaid yml yaml toml ini diff dockerfile
    """
)
"""Code blocks in these are programs or settings, not requests."""


@dataclass(frozen=True)
class Mention:
    """A method and a path as found, with what stood around them."""

    method: Method
    path: str
    query: tuple[Parameter, ...] = ()
    body: tuple[Parameter, ...] = ()
    headers: tuple[Parameter, ...] = ()
    response: tuple[Parameter, ...] = ()
    many: bool = False
    """Whether the response example is a list."""
    status: int | None = None
    rest: str = ""
    """What stands after it on its line."""
    start: int = 0
    """Where it begins in the text."""


def template(path: str) -> str:
    """Return a path with its parameters' names blanked: two paths with one template are one endpoint."""
    return re.sub(r"\{[^{}]*\}", "{}", path)


def path_of(target: str) -> tuple[str, tuple[Parameter, ...]] | None:
    """Return the path (parameters in braces, no host) and the query parameters of a URL, or None."""
    bare, _, query = target.strip().partition("?")
    bare = re.sub(r"^https?://[^/]*", "", bare)
    bare = re.sub(r"^\{\{?\w+\}?\}(?=/)", "", bare)
    if not bare.startswith("/"):
        bare = "/" + bare
    for pattern, braces in _PARAMETER:
        bare = pattern.sub(braces, bare)
    bare = bare.split("#")[0].rstrip(".,;:!?)*_")
    bare = re.sub(r"//+", "/", bare)
    if len(bare) > 1:
        bare = bare.rstrip("/")
    if len(bare) > 160 or not _PATH.fullmatch(bare) or bare.count("{") != bare.count("}") or not re.search(r"[A-Za-z]", bare + "x" * (bare == "/")):
        return None
    return bare, query_parameters(query)


def query_parameters(query: str, *, required: bool = True) -> tuple[Parameter, ...]:
    """Return the parameters of a query string such as `from=2020-01-01&limit=20`."""
    found: dict[str, Parameter] = {}
    for part in query.strip("`.,;: ").split("&")[:40]:
        name, _, value = part.partition("=")
        name = name.strip("[]{}")
        if len(name) <= 63 and _NAME.fullmatch(name):
            number = re.fullmatch(r"\d{1,9}", value)
            found[name] = Parameter(name=name, where="query", type="integer" if number else type_of(unquote(value)), required=required)
    return tuple(found.values())


def in_text(text: str) -> tuple[Mention, ...]:
    """Return the endpoints that a heading, sentence, item or table cell names."""
    if not any(method in text for method in METHODS):
        return ()
    found: list[Mention] = []
    for match in _IN_TEXT.finditer(text):
        found.extend(_mentions(match["methods"], match["target"], text[match.end() :], match.start()))
    if not found and (first := _PATH_FIRST.match(text)):
        found.extend(_mentions(first["methods"], first["target"], text[first.end() :].lstrip(")`"), 0))
    return tuple(found)


def _mentions(methods: str, target: str, rest: str, start: int) -> list[Mention]:
    read = path_of(target)
    if read is None:
        return []
    path, query = read
    return [
        Mention(method=cast(Method, word), path=path, query=query, rest=_REST.sub("", rest).strip(" `*"), start=start) for word in re.findall(_METHOD, methods)
    ]


def in_code(code: str, info: str) -> tuple[Mention, ...]:
    """Return the endpoints that a code block spells out, with the bodies and statuses beside them."""
    if info.lower() in PROGRAM_LANGUAGES:
        return ()
    if "curl" in code:
        found = tuple(mention for command in _commands(code) if (mention := _curl(command)))
        if found:
            return found
    if not any(method in code for method in METHODS):
        return ()
    lines = code.split("\n")
    starts = [(number, match) for number, line in enumerate(lines) if (match := _LINE.match(line))]
    mentions: list[Mention] = []
    for index, (number, match) in enumerate(starts):
        end = starts[index + 1][0] if index + 1 < len(starts) else len(lines)
        for mention in _mentions(match["methods"], match["target"], match["rest"], number):
            mentions.append(_exchange(mention, lines[number + 1 : end]))
    return tuple(mentions)


def _exchange(mention: Mention, lines: list[str]) -> Mention:
    """Return the mention with what its request and response lines show."""
    split, status = len(lines), None
    for number, line in enumerate(lines):
        if (match := _STATUS.match(line)) or re.match(r"\s*(?:response|resposta|respuesta|antwort|响应)\b.{0,20}:?\s*$", line, re.IGNORECASE):
            split = number
            code = match["code"] if match else ""
            status = int(code) if code.isdigit() and code < "400" else None
            break
    asked, answered = loads("\n".join(lines[:split])), loads("\n".join(lines[split:]))
    return Mention(
        method=mention.method,
        path=mention.path,
        query=mention.query,
        body=members(asked),
        headers=_headers(lines[:split]),
        response=members(answered),
        many=isinstance(answered, list),
        status=status,
        rest=mention.rest,
        start=mention.start,
    )


def _headers(lines: list[str]) -> tuple[Parameter, ...]:
    found: list[Parameter] = []
    for line in lines:
        match = re.match(r"\s*(X-[A-Za-z0-9-]{1,50}|Idempotency-Key|If-Match):\s", line)
        if match:
            found.append(Parameter(name=match[1], where="header"))
    return tuple(found)


def _commands(code: str) -> list[str]:
    joined = re.sub(r"\\\s*\n\s*", " ", code)
    commands: list[str] = []
    for line in joined.split("\n"):
        if re.match(r"\s*(?:[$>#]\s*)?curl\s", line):
            commands.append(line[line.index("curl") + 4 :])
        elif commands and line.strip() and not re.match(r"\s*(?:[$#<>]|HTTP)", line) and commands[-1].count("'") % 2:
            # A quoted body may run over several lines.
            commands[-1] += "\n" + line
    return commands


def _curl(command: str) -> Mention | None:
    words = [match["single"] or match["double"] or match["bare"] or match["escaped"] or "" for match in _QUOTED.finditer(command)]
    method, target, body, as_query = "", "", None, False
    headers: list[Parameter] = []
    at = 0
    while at < len(words):
        word = words[at]
        following = words[at + 1] if at + 1 < len(words) else ""
        match word:
            case "-X" | "--request":
                method, at = following.upper(), at + 2
            case "-d" | "--data" | "--data-raw" | "--data-binary" | "--json" | "--data-urlencode" | "-F" | "--form":
                body, at = following, at + 2
            case "-H" | "--header":
                name = following.split(":")[0].strip()
                if name.lower().startswith("x-") and _NAME.fullmatch(name):
                    headers.append(Parameter(name=name, where="header"))
                at += 2
            case "-G" | "--get":
                as_query, at = True, at + 1
            case "-u" | "--user" | "-o" | "--output" | "-A" | "-b" | "-c":
                at += 2
            case _ if word.startswith("-X") and word[2:].upper() in METHODS:
                method, at = word[2:].upper(), at + 1
            case _:
                if not target and not word.startswith("-") and ("/" in word or "." in word or ":" in word):
                    target = word
                at += 1
    read = path_of(target if "://" in target or target.startswith("/") else "http://" + target) if target else None
    if read is None:
        return None
    path, query = read
    method = method or ("POST" if body is not None and not as_query else "GET")
    if method not in METHODS:
        return None
    if as_query and body:
        query, body = query + query_parameters(body), None
    return Mention(method=method, path=path, query=query, body=_form(body), headers=tuple(headers))


def _form(body: str | None) -> tuple[Parameter, ...]:
    if not body:
        return ()
    shown = members(loads(body))
    if shown or body.lstrip().startswith(("{", "[", "@")):
        return shown
    return tuple(parameter.model_copy(update={"where": "body"}) for parameter in query_parameters(body))


def status_in(text: str) -> int | None:
    """Return the success status that a sentence names (`HTTP 204`, `202 Accepted`), or None."""
    match = _STATED.search(text)
    return int(match["a"] or match["b"]) if match else None


_STATED = expression(
    r"\b(?:HTTP(?:/[\d.]+)?(?: status)?(?: code)?|status(?: code)?(?: of)?|returns?|responds? with|answers? with|retorna|devuelve|返回"
    r"|antwortet mit)\s+`?(?:an? |um |HTTP )?`?(?P<a>20[0-6]|30[1-8])\b"
    r"|\b(?P<b>20[0-6])\s+(?:OK|Ok|Created|Accepted|No Content|HTTP)\b"
)
