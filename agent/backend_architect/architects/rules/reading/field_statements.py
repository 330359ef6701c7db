"""What sentences and table rows say about a contract's members: required, type, unique, meaning."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from backend_architect.architects.rules.reading.json_shapes import TYPE_WORDS
from backend_architect.brief import Statement
from backend_architect.design import ValueType
from backend_architect.expressions import expression

REQUIRED = expression(
    (
        r"\b(?:required|mandatory|must be (?:present|given|sent|supplied)|always present|obrigatóri[oa]s?|sempre presente|requerid[oa]s?"
        r"|obligatori[oa]s?|siempre presente|erforderlich\w*|pflichtfeld(?:er)?|pflicht|immer vorhanden|obligatoires?|requis(?:e|es)?)\b|必填|必须|必需"
        r"|必选"
    ),
    re.IGNORECASE,
)
OPTIONAL = expression(
    (
        r"\b(?:optional|not required|may be (?:omitted|left out|empty)|nullable|opciona(?:l|is|les)|facultati(?:f|fs|ve|ves|vo)"
        r"|optionnel(?:le)?s?)\b|可选|选填|非必"
    ),
    re.IGNORECASE,
)
UNIQUE = expression(r"\b(?:unique|únic[oa]s?|eindeutig|uniques?)\b|唯一", re.IGNORECASE)
_FIELDS = (
    r"(?:request |body |query |response |form )?(?:fields?|param(?:eter)?s?|members?|attributes?|properties|campos?|parâmetros?|atributos?"
    r"|parámetros?|felder|parameter|champs?|paramètres?|字段|参数)"
)
_LISTED = expression(
    rf"(?P<kind>required|mandatory|optional|accepted|allowed|obrigatóri\w+|opciona\w+|aceit\w+|obligatori\w+|erforderliche?|optionale?|必填|可选)?\s*{_FIELDS}\s*(?P<after>obrigatóri\w+|opciona\w+|aceit\w+|obligatori\w+|requerid\w+|obligatoires?|facultatifs?)?\s*[:\uff1a]\s*(?P<names>.*)$",
    re.IGNORECASE,
)
_DESCRIBED = expression(
    (
        r"`\{?(?P<code>[A-Za-z_][\w.-]*(?:\[\])?(?:\.[\w-]+)*)\}?`\s*(?:[:\uff1a(,\u2013—-]+|\b(?:is|are|must be|é|es|ist|est|deve ser|debe ser"
        r"|muss)\b|是|为)\s*(?P<rest>.+)$|^(?P<bare>[a-z][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*)\s*\((?P<inner>[^)]*)\)\s*[:\uff1a\u2013—-]?\s*(?P<more>.*)$"
    ),
    re.IGNORECASE,
)
_TYPED_BARE = expression(r"^(?P<bare>[a-z][A-Za-z0-9_]*)\s*[:\uff1a]\s*(?P<rest>(?P<word>[\w-]+)\b.*)$")
_CODE = expression(r"`\??\{?([A-Za-z_][A-Za-z0-9_.\[\]-]*)\}?`")
_WORD = expression(r"^[A-Za-z_][\w.]*(?:\[\])?$")
_TYPE = expression(
    r"(?<!\w)(?:"
    + "|".join(sorted((re.escape(word) for word in TYPE_WORDS), key=len, reverse=True))
    + r")(?:s|es)?(?!\w)|"
    + "|".join(w for w in TYPE_WORDS if not w.isascii() and len(w) < 4 and ord(w[0]) > 0x2E80),
    re.IGNORECASE,
)
_ARRAY = expression(r"\b(?:array|list|arrays|lista|liste|matriz)\b|数组|列表", re.IGNORECASE)
_QUERY = expression(r"\bquery[- ](?:string[- ])?param|\bparâmetros? de (?:consulta|query)|parámetros? de consulta|查询参数|query-parameter", re.IGNORECASE)
_FORMULA = expression(
    r"^(?:(?:an?|the|um|uma|una?|eine?|ist|is|are|é|es|campos?|fields?|feld|champ|param(?:eter)?s?|parâmetro|parámetro|sempre|always|siempre|immer|present|presente|required|mandatory|optional|opcional|unique|único|e|and|y|und|obrigatóri[oa]|obligatori[oa]"
    r"|erforderlich\w*|optionale[sr]?|eindeutige[sr]?|do tipo|of type|de tipo|vom typ|type|tipo|de|"
    + "|".join(sorted((re.escape(word) for word in TYPE_WORDS if word.isascii() or word[0] in "núb"), key=len, reverse=True))
    + r")(?![\w-])[\s,();:\u2013—-]*)+",
    re.IGNORECASE,
)
_HEAD_NAME = expression(
    (
        r"^(?:field|column|name|attribute|property|parameter|param|member|key|campo|coluna|nome|columna|nombre|feld|spalte|champ|colonne|字段|列名|参数"
        r"|名称|属性)(?: name)?$"
    ),
    re.IGNORECASE,
)
_HEAD_TYPE = expression(r"^(?:data ?)?(?:type|tipo|typ|datentyp|类型|数据类型|format)$", re.IGNORECASE)
_HEAD_NEED = expression(r"^(?:required|mandatory|optional|nullable|null|obrigatório|obligatorio|erforderlich|pflicht|必填|可选)\??$", re.IGNORECASE)
_YES = expression(r"^(?:y|yes|true|x|✓|✔|✅|sim|sí|si|ja|oui|是|required|mandatory)$", re.IGNORECASE)

REQUEST_WORD = expression(
    (
        r"^\W*(?:example )?(?:the )?(?:request(?: body| payload| parameters?)?|body|payload|parameters|query parameters|input|requisição|corpo"
        r"|petición|solicitud|cuerpo|anfrage|requête|请求\w{0,3}|输入)\b"
    ),
    re.IGNORECASE,
)
RESPONSE_WORD = expression(
    (
        r"^\W*(?:example |success(?:ful)? )?(?:the )?(?:response(?: body| payload)?|returns?|result|output|resposta|respuesta|antwort|réponse|响应"
        r"|返回|输出|retorno|HTTP [12]\d\d)(?!\w)"
    ),
    re.IGNORECASE,
)

Side = Literal["request", "response"]


@dataclass(frozen=True)
class FieldNote:
    """What a statement says about one member."""

    name: str
    required: bool | None = None
    type: ValueType | None = None
    many: bool = False
    """Whether it is a list."""
    unique: bool = False
    query: bool = False
    """Whether it is said to be a query parameter."""
    note: str = ""


@dataclass(frozen=True)
class FieldList:
    """Members listed under one word: required, optional, accepted."""

    names: tuple[FieldNote, ...]
    required: bool | None
    open: bool
    """Whether the list ends in a colon and goes on in the items beneath."""


def field_list(text: str) -> FieldList | None:
    """Return the members that a `Required fields: ...` line lists, or None."""
    match = _LISTED.search(text) if (":" in text or "\uff1a" in text) and len(text) < 600 else None
    if match is None or match.start() > 40:
        return None
    kind = f"{match['kind'] or ''} {match['after'] or ''}"
    required = True if REQUIRED.search(kind) else False if kind.strip() else None
    names = _CODE.findall(match["names"])
    if not names:
        names = [word for word in re.split(r"\s*(?:[,;、\uff0c]|\band\b|\be\b|\by\b|\bund\b|和)\s*", match["names"].strip(" .")) if _WORD.match(word)]
    if kind.strip() == "" and not names and match["names"].strip():
        return None
    tail = match["names"]
    many = bool(len(names) == 1 and _ARRAY.search(tail))
    found = tuple(
        FieldNote(name=name.removesuffix("[]"), required=required, many=many or name.endswith("[]"), query="query" in match[0].lower()) for name in names
    )
    return FieldList(names=found, required=required, open=not tail.strip())


def described(text: str) -> FieldNote | None:
    """Return what a bullet such as "`amount` is a required decimal field" says, or None."""
    if (match := _DESCRIBED.search(text)) is not None and match.start() <= 24:
        name = match["code"] or match["bare"]
        rest = match["rest"] or f"{match['inner'] or ''} {match['more'] or ''}".strip()
        if match["bare"] and not (_TYPE.search(match["inner"]) or REQUIRED.search(match["inner"]) or OPTIONAL.search(match["inner"])):
            return None
    elif (match := _TYPED_BARE.match(text)) is not None and match["word"].lower() in TYPE_WORDS:
        name, rest = match["bare"], match["rest"]
    else:
        return None
    first = rest[:120]
    clause = re.split(r"(?<=[^\d])[.;。](?:\s|$)", first)[0]
    optional, required = OPTIONAL.search(clause), REQUIRED.search(clause)
    return FieldNote(
        name=name.removesuffix("[]"),
        required=False if optional else True if required else None,
        type=_type(clause),
        many=name.endswith("[]") or bool(_ARRAY.search(clause)),
        unique=UNIQUE.search(clause) is not None,
        query=_QUERY.search(text) is not None,
        note=meaning(rest),
    )


def meaning(rest: str) -> str:
    """Return a field's description without the words that only give its type and need."""
    match = _FORMULA.match(rest)
    plain = rest[match.end() :] if match and match.end() else rest
    plain = plain.strip(" .,;:()\u2013—-")
    words = plain.split()
    return plain[:300] if len(words) > 2 else ""


def query_names(text: str) -> tuple[str, ...]:
    """Return the names that a sentence calls query parameters ("filter by `tag` or `author` query parameter")."""
    match = _QUERY.search(text)
    return tuple(dict.fromkeys(_CODE.findall(text[: match.start()]))) if match else ()


def row(statement: Statement) -> tuple[FieldNote, str] | None:
    """Return what a table row says about a member, and its type as written; None for other tables."""
    header = [cell.strip(" *`") for cell in statement.info.split(" | ")]
    cells = [cell.strip() for cell in statement.text.split(" | ")]
    name_at = next((at for at, cell in enumerate(header) if _HEAD_NAME.match(cell)), None)
    type_at = next((at for at, cell in enumerate(header) if _HEAD_TYPE.match(cell)), None)
    if name_at is None or type_at is None or max(name_at, type_at) >= len(cells):
        return None
    name = cells[name_at].strip(" `*")
    if not _WORD.match(name):
        return None
    written = cells[type_at].strip(" `*")
    need_at = next((at for at, cell in enumerate(header) if _HEAD_NEED.match(cell)), None)
    rest = ". ".join(cell for at, cell in enumerate(cells) if at not in (name_at, type_at, need_at) and cell)
    required: bool | None = None
    if need_at is not None and need_at < len(cells):
        yes = bool(_YES.match(cells[need_at].strip()))
        required = not yes if OPTIONAL.match(header[need_at]) or header[need_at].lower().startswith("null") else yes
    elif OPTIONAL.search(rest) or written.endswith("?"):
        required = False
    elif REQUIRED.search(rest):
        required = True
    note = FieldNote(
        name=name.removesuffix("[]"),
        required=required,
        type=_type(written),
        many=bool(_ARRAY.search(written) or written.endswith("[]")),
        unique=bool(UNIQUE.search(rest)),
        note=rest[:300],
    )
    return note, written


def _type(text: str) -> ValueType | None:
    found: list[ValueType] = []
    for match in _TYPE.finditer(text):
        word = match[0].lower()
        value = TYPE_WORDS.get(word) or TYPE_WORDS.get(word.removesuffix("s")) or TYPE_WORDS.get(word.removesuffix("es"))
        if value:
            found.append(value)
    # "numeric integer" is an integer, "list of strings" holds strings: the vaguer word gives way.
    exact = [value for value in found if value not in ("json", "decimal")] or [value for value in found if value != "json"] or found
    return exact[0] if exact else None
