"""What sentences say about an endpoint as a whole: sign-in, result, status, call limit."""

from __future__ import annotations

import re
from typing import Literal

from backend_architect.architects.rules.reading.contract_draft import Draft
from backend_architect.architects.rules.reading.endpoint_lines import status_in
from backend_architect.expressions import expression

_AUTH_NONE = expression(
    r"\bno auth\w* (?:is )?(?:required|needed|necessary)|\bno (?:login|token|api key) (?:is )?(?:required|needed)|\bwithout (?:authentication"
    r"|login|logging in)\b|\b(?:publicly (?:accessible|available)|unauthenticated)\b"
    r"|sem autenticação|não (?:requer|exige|precisa de) autenticação|sin autenticación|no requiere autenticación|无需(?:认证|登录|鉴权)|不需要(?:认证|登录)"
    r"|ohne (?:Anmeldung|Authentifizierung)|keine (?:Anmeldung|Authentifizierung)|sans authentification",
    re.IGNORECASE,
)
_AUTH_OPTIONAL = expression(
    r"\bauth\w* (?:is )?optional|\boptional auth|autenticação opcional|autenticación opcional|可选(?:认证|登录)|(?:Anmeldung"
    r"|Authentifizierung) (?:ist )?optional|authentification facultative",
    re.IGNORECASE,
)
_AUTH_REQUIRED = expression(
    r"\bauth\w* (?:is |token |header )?(?:required|needed|necessary)|\b(?:requires?|requiring|needs?|must (?:have|carry|send"
    r"|include)) (?:an? |the |valid )*(?:auth\w*|(?:bearer |access |api |jwt )?tokens?|api[ -]key|login|logged[ -]in|session)\b"
    r"|\bmust be (?:logged|signed) in\b"
    r"|\bonly (?:for )?(?:logged[ -]in|authenticated|signed[ -]in)|autenticação (?:é )?(?:obrigatória|necessária|requerida)|(?:exigem?"
    r"|requer(?:em)?|requieren?|necessitam?) (?:de )?(?:um |una? )?(?:token|autentica)|autenticación (?:es )?(?:obligatoria|requerida"
    r"|necesaria)"
    r"|需要(?:认证|登录|鉴权|token)|(?:Anmeldung|Authentifizierung) (?:ist )?(?:erforderlich|nötig|notwendig)|authentification (?:requise"
    r"|obligatoire)",
    re.IGNORECASE,
)
_RETURNS = expression(
    r"\b(?:returns?|responds? with|yields|gives back|will return|retorna|devuelve|devolve|liefert|renvoie)\s+(?P<what>(?:an? |the |all "
    r"|multiple |several |many |one |single )*(?:(?:updated|created|new|deleted|paginated|list of|array of|collection of) (?:the |all "
    r"|an? )?)*"
    r"`?\[?[A-Za-z][\w-]*\]?`?(?: (?!(?:that|which|with|for|and|or|when|if|in|on|by|from|to|is|as|created|ordered|sorted|at|of"
    r"|the)\b)[a-z][\w-]*)?)",
    re.IGNORECASE,
)
_MANY = expression(r"\b(?:multiple|several|many|all|list of|array of|collection of|lists?\b)", re.IGNORECASE)
_NO_THING = expression(
    r"^(?:an? |the )*(?:http|status|error|response|result|code|default|most|recent|ok|\d+|true|false|empty|nothing|json|it|this|them|within"
    r"|only|either|immediately|early|null|none|no)\b",
    re.IGNORECASE,
)
_LIMIT = expression(
    r"(?:\b(?:limit(?:ed)? (?:of|to) |at most |maximum (?:of )?|max\.? |up to |no more than |only )?(?:\d[\d.,]{0,20}|one|two|three|five|ten|once"
    r"|twice) (?:calls?|requests?|times?|invocations?) (?:per|every|each|an?|in|within)(?: (?:\d+|one|two|three|five|ten|thirty"
    r"|sixty))? (?:seconds?|minutes?|hours?|days?|s|min)\b)"
    r"|(?:\b(?:once|twice) (?:per|every|an?)(?: (?:\d+|five|ten))? (?:seconds?|minutes?|hours?|days?)\b)"
    r"|(?:\b(?:\d+|um|uma|duas|una?|dos) (?:chamadas?|requisiç\w+|llamadas?|peticion\w*|solicitudes?) (?:a|para|por|cada|em"
    r"|en)(?: cada)?(?: (?:\d+|um|uma|cinco|dez|diez))? (?:segundos?|minutos?|horas?|dias?|días?)\b)"
    r"|(?:每\s?\d*\s?(?:秒|分钟|小时|天)(?:最多|只能|限)?\s?\d+\s?次)|(?:\b(?:\d+|eine?|ein|zwei) (?:aufrufe?|anfragen?) (?:pro|alle|je)(?: (?:\d+|fünf"
    r"|zehn))? (?:sekunden?|minuten?|stunden?)\b)",
    re.IGNORECASE,
)


def remarks(draft: Draft, text: str, number: int) -> None:
    """Read authentication, result, status and call limit out of a sentence about an endpoint."""
    before = (draft.auth, draft.returns, draft.status, draft.limit)
    draft.auth = auth_in(text) or draft.auth
    for match in _RETURNS.finditer(text):
        what = re.sub(r"^(?:(?:an?|the|updated|created|new)\s+)+", "", match["what"].strip("`[] "), flags=re.IGNORECASE)
        if what and not _NO_THING.match(match["what"]) and not draft.returns:
            draft.returns = what
            draft.many = draft.many or _MANY.match(what) is not None
    if draft.status is None and not re.search(r"\b[45]\d\d\b", text):
        draft.status = status_in(text)
    if not draft.limit and (limit := limit_in(text)):
        draft.limit = limit
    if before != (draft.auth, draft.returns, draft.status, draft.limit):
        draft.cites.add(number)


def auth_in(text: str) -> Literal["none", "optional", "required", ""]:
    """Return whether a text asks for sign-in; empty if it does not say."""
    if _AUTH_NONE.search(text):
        return "none"
    if _AUTH_OPTIONAL.search(text):
        return "optional"
    return "required" if _AUTH_REQUIRED.search(text) else ""


def limit_in(text: str) -> str:
    """Return the call limit that a text states; empty if none."""
    match = _LIMIT.search(text)
    return match[0] if match else ""
