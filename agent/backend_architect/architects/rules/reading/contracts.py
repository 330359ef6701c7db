"""The contracts a brief spells out: endpoints with bodies and rules, tables with columns."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from backend_architect.architects.rules.case import Contracts, SpelledTable
from backend_architect.architects.rules.reading import endpoint_owners, field_statements, sql_tables
from backend_architect.architects.rules.reading.contract_draft import Draft
from backend_architect.architects.rules.reading.endpoint_lines import METHODS, Mention, in_code, in_text, query_parameters, status_in, template
from backend_architect.architects.rules.reading.endpoint_remarks import auth_in, limit_in, remarks
from backend_architect.architects.rules.reading.json_shapes import loads, members
from backend_architect.brief import Brief, Statement
from backend_architect.design import Parameter
from backend_architect.expressions import expression

_SKIPPED_SECTION = expression(
    r"\b(?:useful links|links and resources|example projects?|further reading|references|see also|similar (?:projects|products)|inspiration"
    r"|out[ -]of[ -]scope|non-?goals|changelog)\b|超出范|参考资料|fora d[oe] escopo|enlaces útiles",
    re.IGNORECASE,
)
_ALIKE = expression(r"\b(?:similar to|just like|inspired by|as in|compare[ds]? (?:to|with))\b[^`]*`?$", re.IGNORECASE)
_ALL_ENDPOINTS = expression(
    r"\b(?:all|every|each|todos|todas|cada|alle|jeder?|tous|toutes)\b[^.]{0,40}\b(?:endpoints?|routes?|requests?|calls?|operations?|rotas|rutas|endpunkte|aufrufe)\b|所有.{0,6}(?:接口|端点|请求)",
    re.IGNORECASE,
)
_FOLLOWING = expression(r"\b(?:following|below|from here|a seguir|seguintes?|abaixo|siguientes?|folgenden?|suivante?s?)\b|以下", re.IGNORECASE)
_HEADER = expression(r"`(X-[A-Za-z0-9-]{1,50})`")
_QUERY_SAMPLE = expression(r"^`?\?(?P<query>[A-Za-z_][^`\s]*)`?$")
_GENERIC_HEADING = expression(
    r"^(?:api|rest api|apis?|endpoints?|routes?|rest|http|specification|contract|interface|details?|overview|resources?|requirements?"
    r"|functional requirements|backend|接口|端点|rotas|rutas|schnittstelle|(?:api )?endpoints?(?: overview| list| details)?|example|request"
    r"|response)$",
    re.IGNORECASE,
)
_NOTHING_MORE = expression(
    r"\bno (?:additional |other |further )?(?:parameters?|body|fields?)\b|não há parâmetros|sin parámetros|无参数|keine parameter", re.IGNORECASE
)
_QUERY_NAMES = frozenset(
    {
        "limit",
        "offset",
        "cursor",
        "page",
        "per_page",
        "perpage",
        "page_size",
        "pagesize",
        "q",
        "query",
        "search",
        "sort",
        "order",
        "filter",
        "from",
        "to",
        "since",
        "until",
    }
)
_CODE_SPAN = expression(r"`\{?([A-Za-z_][\w.]*)\}?`")
_LEADING = expression(r"^(?:\W|\d+[.)]|(?:endpoint|url|route|request|path|rota|ruta|api|接口|端点|uri|method)\s*[:\uff1a])*", re.IGNORECASE)
_SENTENCE_END = expression(r"[:\uff1a]\s*$")
_LABEL = expression(r"^(?:用例|use case|step \d+|endpoint)\s*[:\uff1a]\s*", re.IGNORECASE)


@dataclass
class _Walk:
    """Where the reading stands. Mutable while `spelled` walks the statements."""

    drafts: list[Draft] = field(default_factory=list)
    current: Draft | None = None
    side: Literal["request", "response"] | None = None
    pending_query: str = ""
    """The sentence before a `?name=value` sample."""
    listed: tuple[int, bool | None] | None = None
    """Statement and need of an open "Required fields:" list, whose items follow."""
    captions: dict[tuple[str, ...], tuple[str, str]] = field(default_factory=dict)
    """Who the last caption of a section speaks of."""
    blankets: list[tuple[tuple[str, ...], Literal["none", "optional", "required"], str, int]] = field(default_factory=list)
    """Rules for all endpoints of a section: (section, auth, header, statement)."""
    tables: list[SpelledTable] = field(default_factory=list)
    rows: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    row_cites: dict[str, list[int]] = field(default_factory=dict)
    owner_text: dict[str, str] = field(default_factory=dict)
    """The words each foreign owner was read from."""


def spelled(brief: Brief) -> Contracts:
    """Return the endpoints and tables that the brief itself writes out, each once, with all its statements."""
    walk = _Walk()
    before: list[Statement] = []
    prose: list[tuple[Statement, Mention]] = []
    for statement in brief.statements:
        if any(_SKIPPED_SECTION.search(heading) for heading in (*statement.section, statement.text if statement.kind == "heading" else "")):
            continue
        match statement.kind:
            case "heading":
                _heading(walk, statement)
            case "code":
                _code(walk, statement, before, brief)
            case "row":
                _row(walk, statement, before)
        if statement.kind not in ("code", "row"):
            prose.extend(_sentence(walk, statement, before, brief))
        before.append(statement)
        del before[:-4]
    _prose_mentions(walk, prose)
    _field_tables(walk)
    return Contracts(endpoints=tuple(draft.finished() for draft in _settled(walk)), tables=_merged(walk.tables))


def _heading(walk: _Walk, statement: Statement) -> None:
    walk.side, walk.listed, walk.pending_query = None, None, ""
    if walk.current is not None and statement.section[: len(walk.current.section)] != walk.current.section:
        walk.current = None


# --- endpoints ------------------------------------------------------------------------------


def _owner(walk: _Walk, statement: Statement, lead: Iterable[str]) -> str:
    """Return the other system's name if what is announced here is not ours; innermost word first."""
    for text in (*lead, *reversed(statement.section)):
        said = endpoint_owners.owner(text)
        if said is not None:
            if said[0] == "theirs":
                walk.owner_text.setdefault(said[1], text)
            return said[1]
    return ""


def _lead(statement: Statement, before: list[Statement], brief: Brief) -> list[str]:
    """Return the texts that announce a statement: what it hangs under, the line before it if that ends in a colon."""
    texts = [brief.statements[statement.parent - 1].text] if statement.parent and statement.parent <= len(brief.statements) else []
    if before and before[-1].kind != "code" and before[-1].section == statement.section and _SENTENCE_END.search(before[-1].text):
        texts.append(before[-1].text)
    return texts


def _define(walk: _Walk, mention: Mention, owner: str, statement: Statement, section: tuple[str, ...]) -> Draft:
    known = next(
        (d for d in walk.drafts if d.method == mention.method and d.owner.lower() == owner.lower() and template(d.path) == template(mention.path)), None
    )
    if known is None:
        known = Draft(method=mention.method, path=mention.path, owner=owner, section=section)
        walk.drafts.append(known)
    known.take(mention)
    known.cites.add(statement.number)
    return known


def _code(walk: _Walk, statement: Statement, before: list[Statement], brief: Brief) -> None:
    mentions = in_code(statement.text, statement.info)
    if mentions:
        owner = _owner(walk, statement, _lead(statement, before, brief))
        for mention in mentions:
            draft = _define(walk, mention, owner, statement, statement.section)
            if len(mentions) == 1:
                _entitle(draft, statement, before)
            elif mention.rest and not draft.described:
                draft.described = mention.rest
            walk.current = draft
        walk.side = None
        return
    lead = [text.text for text in reversed(before) if text.section == statement.section and text.kind != "code"][:2]
    if statement.info.lower() in ("sql", "mysql", "postgresql", "postgres", "sqlite", "ddl", "plsql", "tsql") or re.search(
        r"\bcreate\s+table\b", statement.text, re.IGNORECASE
    ):
        hint = sql_tables.table_name([*lead, *reversed(statement.section[-1:])])
        walk.tables.extend(sql_tables.tables_in(statement.text, hint, (statement.number,)))
        return
    value = loads(statement.text) if statement.text.lstrip()[:1] in ("{", "[") else None
    if value is None:
        return
    shown, many = members(value), isinstance(value, list)
    if walk.current is not None and shown:
        side = _side_of(walk, lead)
        walk.current.show(shown, side, many=many)
        walk.current.cites.add(statement.number)
        return
    if name := sql_tables.table_name([*lead[:1], *reversed(statement.section[-1:])]):
        table = sql_tables.record(
            name, [(p.name.split(".")[0].split("[")[0], "json" if "." in p.name or "[" in p.name else p.type) for p in shown], (statement.number,)
        )
        if table:
            walk.tables.append(table)


def _side_of(walk: _Walk, lead: list[str]) -> Literal["request", "response"]:
    assert walk.current is not None
    for text in lead[:1]:
        if field_statements.RESPONSE_WORD.search(text) or status_in(text):
            return "response"
        if field_statements.REQUEST_WORD.search(text):
            return "request"
    if walk.side:
        return walk.side
    asked = any(parameter.where == "body" for parameter in walk.current.request.values())
    return "request" if walk.current.method in ("POST", "PUT", "PATCH") and not asked else "response"


def _row(walk: _Walk, statement: Statement, before: list[Statement]) -> None:
    cells = [cell.strip() for cell in statement.text.split(" | ")]
    mentions, rest = _row_endpoints(statement, cells)
    if mentions:
        caption = next((s.text for s in reversed(before) if s.kind not in ("row", "code") and s.section == statement.section), "")
        if caption:
            said = endpoint_owners.owner(caption)
            if said:
                walk.captions[statement.section] = said
                if said[0] == "theirs":
                    walk.owner_text.setdefault(said[1], caption)
            elif before and before[-1].kind != "row":
                walk.captions.pop(statement.section, None)
        caption_owner = walk.captions.get(statement.section)
        owner = caption_owner[1] if caption_owner else _owner(walk, statement, ())
        for mention in mentions:
            draft = _define(walk, mention, owner, statement, (*statement.section, ""))
            draft.described = draft.described or rest
            remarks(draft, " ".join(cells), statement.number)
            for name in _CODE_SPAN.findall(rest) if mention.method == "GET" else ():
                if name.lower() in _QUERY_NAMES:
                    draft.note(field_statements.FieldNote(name=name, query=True), "request")
        return
    read = field_statements.row(statement)
    if read is None:
        return
    note, written = read
    if walk.current is not None:
        walk.current.note(note, walk.side)
        walk.current.cites.add(statement.number)
        return
    lead = [s.text for s in reversed(before) if s.kind not in ("row", "code") and s.section == statement.section][:1]
    name = sql_tables.table_name([*lead, *reversed(statement.section[-1:])])
    if name:
        need = "" if note.required is None else " NOT NULL" if note.required else " NULL"
        walk.rows.setdefault(name, []).append((note.name, f"{written}{need}"[:200]))
        walk.row_cites.setdefault(name, []).append(statement.number)


def _row_endpoints(statement: Statement, cells: list[str]) -> tuple[tuple[Mention, ...], str]:
    """Return the endpoints of a table row and its description."""
    header = [cell.strip().lower() for cell in statement.info.split(" | ")]
    for at, cell in enumerate(cells):
        found = in_text(cell)
        if found and (found[0].start <= 3 or at == 0):
            return found, _description(cells, header, {at}) or found[-1].rest
    methods = next((at for at, cell in enumerate(cells) if cell.strip("`* ").upper() in METHODS), None)
    paths = next((at for at, cell in enumerate(cells) if cell.strip("`* ").startswith("/")), None)
    if methods is None or paths is None:
        return (), ""
    found = in_text(f"{cells[methods].strip('`* ').upper()} {cells[paths].strip('`* ')}")
    return found, _description(cells, header, {methods, paths})


def _description(cells: list[str], header: list[str], used: set[int]) -> str:
    others = [(at, cell) for at, cell in enumerate(cells) if at not in used and cell]
    named = [cell for at, cell in others if at < len(header) and re.search(r"desc|purpose|what|mean|说明|描述|beschreib|zweck|title|action", header[at])]
    return max(named or [cell for _, cell in others], key=len, default="")


_PREDICATE = expression(r"(?:has|have|must|should|shall|will|is|are|can|may|takes|answers|needs|does)\b", re.IGNORECASE)
_DESCRIBES = expression(r"(?!(?:query|request|response|errors?|returns?|body|parameters?|note|see)\b)[^\W\d_`].{11,}[^:\uff1a]$", re.IGNORECASE | re.DOTALL)


def _entitle(draft: Draft, statement: Statement, before: list[Statement]) -> None:
    heading = statement.section[-1] if statement.section else ""
    if statement.kind == "heading":
        heading = statement.text
    heading = _LABEL.sub("", heading).strip(" :\uff1a")
    if heading and not in_text(heading) and not _GENERIC_HEADING.match(heading):
        draft.heading = draft.heading or heading
    previous = before[-1] if before else None
    if (
        previous is not None
        and previous.kind in ("sentence", "item")
        and previous.section == statement.section
        and len(previous.text) > 12
        and not in_text(previous.text)
    ):
        draft.sentence = draft.sentence or previous.text.rstrip(":\uff1a ")


def _sentence(walk: _Walk, statement: Statement, before: list[Statement], brief: Brief) -> list[tuple[Statement, Mention]]:
    """Read a heading, sentence, item or quotation; return the endpoints it only mentions in passing."""
    text = statement.text
    mentions = in_text(text)
    lead_length = len(_LEADING.match(text)[0]) if mentions else 0  # type: ignore[index]
    at_start = bool(mentions) and (mentions[0].start <= lead_length or statement.kind == "heading")
    colon = bool(mentions) and len({m.start for m in mentions}) == 1 and bool(_SENTENCE_END.search(text))
    if at_start or colon:
        section = (*statement.section, text) if statement.kind == "heading" else statement.section
        owner = endpoint_owners.called(text) if colon else ""
        if owner:
            walk.owner_text.setdefault(owner, "external")
        owner = owner or _owner(walk, statement, _lead(statement, before, brief))
        for mention in mentions if at_start and statement.kind != "sentence" else mentions[:1] if at_start else mentions:
            draft = _define(walk, mention, owner, statement, section)
            if statement.kind == "heading":
                draft.described = draft.described or mention.rest
            else:
                rest = mention.rest if mention.rest[:1].isalnum() and not in_text(mention.rest) else ""
                if rest and len(rest) > 3 and not _PREDICATE.match(rest):
                    draft.described = draft.described or rest
                _entitle(draft, statement, before)
            walk.current = draft
            remarks(draft, text, statement.number)
        walk.side = None
        return [(statement, mention) for mention in mentions[1:]] if at_start and statement.kind == "sentence" else []
    if walk.current is not None and statement.kind == "sentence" and statement.section and in_text(statement.section[-1]) and _DESCRIBES.match(text):
        # Below a heading that is the endpoint itself, the first plain sentence says what it is for.
        walk.current.heading = walk.current.heading or text.rstrip(".")
    _about(walk, statement)
    return [(statement, mention) for mention in mentions]


def _about(walk: _Walk, statement: Statement) -> None:
    """Read a statement that describes the current endpoint, or all endpoints of a section."""
    text = statement.text
    if _ALL_ENDPOINTS.search(text) and (auth := auth_in(text)):
        following = _FOLLOWING.search(text) is not None
        header = _HEADER.search(text)
        walk.blankets.append((statement.section[:-1] if following else statement.section, auth, header[1] if header else "", statement.number))
        return
    draft = walk.current
    if draft is None or statement.kind == "heading" or statement.section[: len(draft.section)] != draft.section:
        return
    words = len(text.split())
    said_side = "response" if field_statements.RESPONSE_WORD.search(text) else "request" if field_statements.REQUEST_WORD.search(text) else None
    side = walk.side
    if said_side and (words <= 6 or _SENTENCE_END.search(text) or re.match(r"^\W*[\w ]{3,20}\s[-\u2013—]\s", text)):
        side = "response" if said_side == "response" else "request"
        if statement.parent is None or words <= 6:
            walk.side = side
    if sample := _QUERY_SAMPLE.match(text):
        parameters = query_parameters(sample["query"], required=False)
        draft.show(tuple(p.model_copy(update={"note": walk.pending_query}) for p in parameters), "request")
        for parameter in parameters:
            place = ("query", parameter.name)
            if place in draft.request and not draft.request[place].note:
                draft.request[place] = draft.request[place].model_copy(update={"type": parameter.type, "note": walk.pending_query})
        draft.cites.add(statement.number)
        return
    walk.pending_query = text.rstrip(":\uff1a ") if _SENTENCE_END.search(text) and words < 15 else ""
    if walk.listed and statement.parent == walk.listed[0]:
        name = re.match(r"^(?:`(?P<code>[A-Za-z_]\w*)`|(?P<bare>[A-Za-z_]\w*)(?=\s*(?:$|[(:\u2013—-])))", text)
        said = field_statements.described(text) or (
            field_statements.FieldNote(name=name["code"] or name["bare"]) if name and not _SENTENCE_END.search(text) else None
        )
        if said:
            required = walk.listed[1] if said.required is None else said.required
            draft.note(
                field_statements.FieldNote(
                    name=said.name, required=required, type=said.type, many=said.many, unique=said.unique, query=said.query, note=said.note
                ),
                "request",
            )
            draft.cites.add(statement.number)
        return
    for query in field_statements.query_names(text):
        draft.note(field_statements.FieldNote(name=query, query=True), "request")
        draft.cites.add(statement.number)
    if (listed := field_statements.field_list(text)) is not None:
        for note in listed.names:
            draft.note(note, side or "request")
        if listed.open:
            walk.listed = (statement.number, listed.required)
        draft.cites.add(statement.number)
    elif (note_ := field_statements.described(text)) is not None:
        draft.note(note_, side)
        draft.cites.add(statement.number)
    elif _NOTHING_MORE.search(text) or any(draft.names(name) for name in _CODE_SPAN.findall(text)):
        draft.cites.add(statement.number)
    remarks(draft, text, statement.number)


def _prose_mentions(walk: _Walk, prose: list[tuple[Statement, Mention]]) -> None:
    """Add sentences that mention an endpoint in passing to the endpoint they mean; what is defined nowhere else is defined by them."""
    for statement, mention in prose:
        known = [d for d in walk.drafts if d.method == mention.method and template(d.path) == template(mention.path)]
        draft = next((d for d in known if not d.owner), known[0] if known else None)
        text = statement.text
        if draft is None:
            if _ALIKE.search(text[: mention.start]):
                continue
            called = endpoint_owners.called(text)
            if called:
                walk.owner_text.setdefault(called, "external")
            owner = called or _owner(walk, statement, (text,) if len(text) < 200 else ())
            draft = _define(walk, mention, owner, statement, (*statement.section, ""))
            if not draft.sentence:
                draft.sentence = text
        draft.cites.add(statement.number)
        if not draft.limit and len([m for s, m in prose if s is statement]) == 1 and (limit := limit_in(text)):
            draft.limit = limit


def _settled(walk: _Walk) -> list[Draft]:
    """Return the drafts with section-wide rules applied and headings shared by several dropped."""
    ours = [draft for draft in walk.drafts if not draft.owner]
    if not ours and not any(endpoint_owners.outside(f"{name} {text}") for name, text in walk.owner_text.items()):
        # Every endpoint is announced as some service's and none as ours: the services are the project's own.
        for draft in walk.drafts:
            draft.owner = ""
    for section, auth, header, number in walk.blankets:
        for draft in walk.drafts:
            if draft.section[: len(section)] == section and max(draft.cites) > number and draft.auth == "unsaid":
                if header and min(draft.cites) < number:
                    continue
                # The rule is a statement of its own, so it is not cited as one of the endpoint's.
                draft.auth = auth
                if header:
                    draft.request.setdefault(("header", header), Parameter(name=header, where="header"))
    for draft in walk.drafts:
        if draft.heading and sum(other.heading == draft.heading and other.section == draft.section for other in walk.drafts) > 1:
            draft.heading = ""
    return walk.drafts


# --- tables ---------------------------------------------------------------------------------


def _field_tables(walk: _Walk) -> None:
    for name, columns in walk.rows.items():
        table = sql_tables.record(name, columns, tuple(walk.row_cites[name]))
        if table:
            walk.tables.append(table)


def _merged(tables: list[SpelledTable]) -> tuple[SpelledTable, ...]:
    merged: dict[str, SpelledTable] = {}
    for table in tables:
        known = merged.get(table.name.lower())
        if known is None:
            merged[table.name.lower()] = table
            continue
        columns = dict(known.columns)
        for column, written in table.columns:
            columns.setdefault(column, written)
        merged[table.name.lower()] = known.model_copy(
            update={"columns": tuple(columns.items()), "primary": known.primary or table.primary, "cites": tuple(sorted({*known.cites, *table.cites}))}
        )
    return tuple(merged.values())
