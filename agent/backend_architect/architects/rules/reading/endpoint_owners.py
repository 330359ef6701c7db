"""Whose endpoints a heading or caption speaks of: this project's, or another system's."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from backend_architect.expressions import expression

_THING = r"(?:endpoints?|apis?|routes?|operations?|interfaces?|methods?|resources?|rotas?|rutas?|schnittstellen?|endpunkte|接口|端点)"
_OURS = expression(
    r"\bto be (?:developed|implemented|built|offered|exposed|provided)\b|\b(?:to|you|we) (?:must |have to |need to |should "
    r"|will )?(?:implement|develop|build|expose|offer)\b"
    r"|\b(?:your|our|this|own) (?:own )?(?:backend|back-end|service|api|app|application|server|system|endpoints?|team)\b"
    r"|\bthe (?:backend|back-end|app|application|server|system|project)\b"
    r"|a serem (?:desenvolvid|implementad|disponibilizad)|\b(?:seu|nosso|teu) (?:back-?end|serviço|sistema)|\b(?:sua|nossa) (?:api|aplicação)"
    r"|\ba (?:desarrollar|implementar|construir)\b|\b(?:tu|nuestr[oa]) (?:back-?end|servicio|api|sistema)"
    r"|zu (?:implementieren|entwickeln|bauen)|\b(?:unser|euer|ihr|dein)e?[rms]? (?:back-?end|dienst|api|server)|需要(?:实现|开发|提供)|我们的",
    re.IGNORECASE,
)
_PROVIDES = (
    r"(?:provides?|offers?|exposes?|supplies|disponibiliza[m]?|oferece[m]?|fornece[m]?|expõe[m]?|ofrecen?|exponen?|proporcionan?"
    r"|bereitstell(?:t|en)|anbiete[tn]|bietet|bieten|fournit|fournissent|offre|提供)"
)
_PROVIDED = (
    r"(?:provided|offered|exposed|supplied|available|served|owned|hosted|disponíve(?:l|is)|disponibilizad[oa]s|oferecid[oa]s|fornecid[oa]s"
    r"|disponibles?|ofrecid[oa]s|bereitgestellt|verfügbar|angeboten|disponibles?|fournis?)"
)
_THEIRS = (
    expression(
        rf"\b{_THING}\b.{{0,12}}?\b(?:that |which |que |die |qu['\u2019])?(?P<name>(?:[\w'\u2019-]+ ){{0,5}}[\w'\u2019-]+) {_PROVIDES}\b", re.IGNORECASE
    ),
    expression(rf"^(?P<name>(?:[\w'\u2019-]+ ){{0,6}}?[\w'\u2019-]+) {_PROVIDES}\b.{{0,40}}\b{_THING}\b", re.IGNORECASE),
    expression(
        rf"\b{_THING}\b.{{0,40}}?\b{_PROVIDED} (?:by|on|in|from|at|through|n[oa]s?|em|pel[oa]s?|en|por|von|auf|bei|in|par|sur"
        rf"|dans) (?P<name>(?:[\w'\u2019-]+ ?){{1,7}})",
        re.IGNORECASE,
    ),
    expression(
        rf"\b(?:external|third[- ]party|upstream|partner|vendor|supplier|remote"
        rf"|existing)\b (?:(?P<name>(?:[\w'\u2019-]+ ){{0,3}}[\w'\u2019-]+?)(?:['\u2019]s)? )?(?:rest |http |web )?(?:{_THING}|services?|systems?"
        rf"|providers?)\b",
        re.IGNORECASE,
    ),
    expression(
        rf"\b(?P<name>(?:[\w-]+ ){{0,3}}[\w-]+) (?:rest |http |web )?{_THING} \((?:external|third[- ]party|upstream|existing|externo?|externa)\)", re.IGNORECASE
    ),
    expression(r"^(?:external|third[- ]party|upstream)\s+(?P<name>(?:[\w'\u2019-]+ ?){1,4})$", re.IGNORECASE),
    expression(rf"^(?:the |a |an )?(?P<name>(?:[\w-]+ ){{0,3}}[\w-]+)['\u2019]s? (?:own )?(?:rest |http |web )?{_THING}\b", re.IGNORECASE),
    expression(rf"\b(?:their|its own) (?:rest |http |web )?{_THING}\b", re.IGNORECASE),
    expression(
        rf"(?:外部|第三方|对方)(?:的)?(?P<name>)(?:系统|服务)?(?:的)?{_THING}|\b{_THING} (?:externas?|externos?)\b|\b(?:externe[nr]?|fremde[nr]?) {_THING}\b",
        re.IGNORECASE,
    ),
)
_CALLED = expression(
    r"\b(?:we|you|the backend|the system|the service|it|our \w+|your \w+) (?:will |must |can |should |has to |have to |need to "
    r"|needs to )?(?:calls?|consumes?|quer(?:y|ies)|polls?|asks?|uses?|fetch(?:es)?|hits?|integrates? with)\b"
    r".{0,40}?\b(?P<name>(?:[\w-]+ ){0,3}[\w-]+?)(?:['\u2019]s?)? (?:api|endpoints?|service|gateway|provider|system)\b",
    re.IGNORECASE,
)
_NO_SYSTEM = expression(
    r"^(?:|api|apis|back-?end|server|app|application|system|service|services|this|our|your|own|the|we|you|it|they|rest|http|https|version"
    r"|v\d+|phase|mvp|release|production|staging|development|json|future|time|section|table|postman|swagger|url|base url|port|localhost"
    r"|following|below|all|default|public|browser|client|frontend|users?|admins?|docs?|documentation|addition|order|general|place|aplicação"
    r"|serviço|sistema|and|also|which|that|must|seguinte|folgende[rn]?)$",
    re.IGNORECASE,
)
_DETERMINERS = expression(
    r"^(?:(?:the|a|an|each|both|all|every|two|three|of|os|as|o|a|nos|nas|dos|das|dois|duas|todos|los|las|el|la|dos|der|die|das|den|dem|beiden?|les|le|que|which|that|external|third-party|upstream|partner|serviços?|servicios?|services?|dienste?)\s+)+",
    re.IGNORECASE,
)
_CAPITALISED = expression(r"[A-ZÀ-Ý][\w'\u2019-]*(?: (?:(?:de|da|do|dos|das|of|du|del|der) )?[A-ZÀ-Ý0-9][\w'\u2019-]*)*")
_TRAILING = expression(r"\s+(?:services?|systems?|apis?|providers?|will|can|also|must|should|already|currently|itself|does|serviços?|api)$")

_OUTSIDE = expression(
    r"external|third|register|registry|upstream|partner|vendor|supplier|provider|processor|gateway|bank|carrier|courier|legacy|legado|extern|fornecedor|processador|proveedor|anbieter|their|外部|第三方|stripe|paypal|twilio|google|github|slack|aws|azure",
    re.IGNORECASE,
)

Owner = tuple[Literal["ours", "theirs"], str]


@lru_cache(maxsize=512)
def owner(text: str) -> Owner | None:
    """Return whose endpoints a heading, caption or lead-in announces, or None when it does not say.

    Another system's name comes in the singular, as the brief writes it: `("theirs", "Payment Processor")`.
    """
    line = text[:300].replace("`", "").rstrip(":\uff1a ")
    if not re.search(rf"{_THING}|servi|system|provider|external|third|upstream|外部|第三方", line, re.IGNORECASE):
        return None
    for pattern in _THEIRS:
        for match in pattern.finditer(line):
            if _OURS.search(match[0]):
                continue
            raw = match.groupdict().get("name") or ""
            name = system_name(raw)
            if name or not raw.strip():
                return "theirs", name or "external system"
    if _OURS.search(line):
        return "ours", ""
    return None


def outside(text: str) -> bool:
    """Return whether a name or caption has a word that only fits a system outside the project."""
    return _OUTSIDE.search(text) is not None


@lru_cache(maxsize=512)
def called(text: str) -> str:
    """Return the system whose endpoint a sentence says that we call; empty if it does not say so."""
    match = _CALLED.search(text[:300].replace("`", ""))
    return "" if match is None or _OURS.search(match["name"]) else system_name(match["name"])


def system_name(raw: str) -> str:
    """Return a system's name out of a phrase, singular; empty if the phrase names no other system."""
    phrase = _DETERMINERS.sub("", raw.strip(" .,:;") + " ").strip()
    phrase = _TRAILING.sub("", phrase)
    capitals = [run for run in _CAPITALISED.findall(phrase) if not _NO_SYSTEM.match(run)]
    name = max(capitals, key=len) if capitals else phrase
    if _NO_SYSTEM.match(name) or any(_NO_SYSTEM.match(word) for word in name.split()[:1]) or not re.search(r"\w", name):
        return ""
    name = re.sub(r"['\u2019]s?$", "", name)
    if name.endswith("s") and not name.endswith(("ss", "us", "is")):
        name = name[:-1]
    return name[:60]
