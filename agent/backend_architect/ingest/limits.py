"""Demands with a number, read from sentences: latency, availability, money, dates, retention, team, CPU."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from backend_architect.expressions import expression
from backend_architect.ingest import units
from backend_architect.ingest.numbers import Quantity, show
from backend_architect.ingest.passage import Passage
from backend_architect.ingest.vocabulary import words
from backend_architect.profile import Fact

_PERCENTILE = expression(r"\bp(?P<p>\d{2}(?:\.\d)?)\b|\b(?P<n>\d{2})(?:th|º|e|er)?[- ]percentile\b|\bpercentil (?P<pt>\d{2})\b|\bmedian\b", re.IGNORECASE)
_LATENCY_CUE = expression(
    r"latenc|latênc|response times?|respon(?:d|se)|answers?\b|\bp\d{2}\b|percentile|round[- ]?trip|load(?:ing)? times?|loads?\b|tempos? de resposta"
    r"|tiempos? de respuesta|temps de réponse|antwortzeit|responder|resposta|respuesta|réponse|antwort|chegar|llegar|响应|延迟|时延|返回|応答|レイテンシ"
    r"|\bdelay",
    re.IGNORECASE,
)
_BOUND = expression(
    r"(?:\b(?:within|under|below|in under|in less than|less than|faster than|no (?:more|longer) than|at most|not exceed(?:ing)?|in|em até"
    r"|em menos de|en menos de|menos de|abaixo de|por debajo de|moins de|unter|weniger als|innerhalb von)|[<≤]=?|不超过|低于|小于|少于)\s*(?:the |a |about |~"
    r"|≈)?$",
    re.IGNORECASE,
)
_BOUND_AFTER = expression(r"\s*(?:以内|之内|内|or (?:less|faster|better)|max(?:imum)?\b|ou menos|o menos)", re.IGNORECASE)
_BOUND_VERB = expression(
    r"\b(?:return|respond|deliver|appear|update|see|sees|receive|knows?|told|show|arriv|complet|display|visible|notif|search|result|load|open|render|reply"
    r"|finish|confirm|reach|processed)\w*",
    re.IGNORECASE,
)
_NO_LATENCY_BEFORE = expression(
    r"\b(?:every|each|after|for|cada|a cada|após|maior(?:es)?(?: do)? que|greater than|more than|longer than|above|over|older than|acima de|wait"
    r"|waits|sleep|for at least|refresh|poll\w*|timeout\s*(?:of|:|=)?|interval\s*(?:of|:)?|expires? in)\s+$|每(?:隔)?\s*$",
    re.IGNORECASE,
)
_AVAILABLE = expression(r"availability|\bavailable\b(?=[^.]{0,20}\d)|uptime|up-time|\bslas?\b|\bslos?\b|disponib|verfügbar|disponibil|可用", re.IGNORECASE)
_NINES = expression(r"\b(?P<word>two|three|four|five|six)[ -]nines?\b", re.IGNORECASE)
_NINES_VALUE = {"two": 0.99, "three": 0.999, "four": 0.9999, "five": 0.99999, "six": 0.999999}
_HIGH = expression(
    r"\bhigh availability\b|\bmaximum uptime\b|\bzero[- ]downtime\b|\bno downtime\b|\b24 ?[x/] ?7\b|\balta disponibilidade\b|\balta disponibilidad\b"
    r"|\bhaute disponibilité\b|\bhochverfügbar|高可用"
    r"|\b(?:must|should|needs? to|has to|have to) be (?:highly|always) available\b",
    re.IGNORECASE,
)

_HIGH_HINTS = ("availab", "uptime", "downtime", "24", "disponib", "verfügbar", "高可用")

_BUDGET = expression(
    r"\bbudgets?\b|\borçamento\b|\bpresupuesto\b|预算|\bspend(?:ing)?\b|\b(?:cost|price|contract|project)\b[^.;]{0,20}\bnot to exceed\b|\b(?:hosting"
    r"|infrastructure|running|monthly|operating|cloud) (?:costs?|bill)\b"
    r"|\b(?:hosting|infrastructure|operation|operating it|running it|servers?|it all|everything|it) (?:may|must|should|can|shall|will|has to) (?:not )?cost\b"
    r"|\bcosts? (?:must|should|under|below|no more|less|at most|cap|limit)\w*|\bafford\b|\bkosten (?:höchstens|maximal|unter)\b|\bcapped at\b|\bcost cap\b",
    re.IGNORECASE,
)
_PART = expression(r"\b(?:of which|including|davon|dos quais|de los cuales|dont)\s*(?:US\$|R\$|\$|€|£)?\s*$", re.IGNORECASE)
_NO_BUDGET = expression(
    r"\binsurance\b|\bcoverage\b|\bpenalt|\bfines?\b|\bsalar|\brevenue\b|\bfee(?:s)?\b|\btransaction(?:s)? (?:of|over)\b|\bpoints?\b|\bexample\b", re.IGNORECASE
)
_PER_PERIOD = expression(
    rf"\s*(?:\w+\s+)?(?:/\s*|\b(?:per|a|each|every|por|par|pro|al|ao|im)\s+)(?P<unit>{units.PERIOD})|\s+(?P<adverb>monthly|yearly|annually)\b", re.IGNORECASE
)

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan janeiro enero janvier januar", "february feb fevereiro febrero février februar", "march mar março marzo mars märz",
            "april apr abril avril", "may maio mayo mai", "june jun junho junio juin juni", "july jul julho julio juillet juli",
            "august aug agosto août", "september sep sept setembro septiembre septembre", "october oct outubro octubre octobre oktober",
            "november nov novembro noviembre novembre", "december dec dezembro diciembre décembre dezember",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DATE = expression(
    r"(?<!\d)(?P<iy>20\d{2})[-/.](?P<im>\d{1,2})[-/.](?P<id>\d{1,2})(?!\d)"
    rf"|\b(?P<am>{_MONTH})\.?\s+(?P<ad>\d{{1,2}})(?:st|nd|rd|th)?(?:,?\s+(?P<ay>20\d{{2}}))?\b"
    rf"|\b(?P<bd>\d{{1,2}})(?:st|nd|rd|th|\.|º)?\s+(?:de\s+|of\s+)?(?P<bm>{_MONTH})\b\.?(?:,?\s+(?:de\s+)?(?P<by>20\d{{2}}))?"
    r"|(?P<zy>20\d{2})\s*年\s*(?P<zm>\d{1,2})\s*月(?:\s*(?P<zd>\d{1,2})\s*日)?"
    rf"|\b(?:end of |mid-|early )?(?P<cm>{_MONTH})\s+(?P<cy>20\d{{2}})\b"
    r"|\b(?P<q>Q[1-4])\s*(?P<qy>20\d{2})\b",
    re.IGNORECASE,
)
_DUE = expression(
    r"\bdeadlines?\b|\bdue\b|\bby\s+(?:the\s+)?(?:end of\s+)?$|\blaunch|\bgo(?:es)?[- ]live\b|\bsubmi(?:t|ssion)|\bdeliver|\breleases?\b"
    r"|\bship(?:s|ped)?\b|\bdata final\b|\bprazo\b|\bentreg|\bfecha límite\b|\bplazo\b|\bbis (?:zum|spätestens)\b|\bsubmeter\b"
    r"|\bcomplet(?:e|ed|ion)\b|\bfinish(?:ed)?\b|\bready\b|\blive\b|\bfrist\b|\babgabe\b|\béchéance\b|截止|上线|交付",
    re.IGNORECASE,
)
_DUE_HINTS = tuple(
    sorted(
        words(
            "bis deadline due by launch live submi deliver releas ship final prazo entreg límite plazo complet finish ready frist "
            "abgabe échéance 截止 上线 交付"
        )
    )
)
_NO_DUE = expression(
    r"\bproposals?\b|\bquestions?\b|\bbids?\b|\boffers?\b|\bofferors?\b|\bquotations?\b|\bresponses?\b|\bsince\b|\breleased in\b|\bupdated?\b"
    r"|\bversion\b|\bexample\b",
    re.IGNORECASE,
)
_IN_TIME = expression(
    r"\b(?:deadline|due|launch(?:es|ed)?|go(?:es)? live|ship(?:s|ped)?|finish(?:ed)?|ready|done|built|live|mvp|prototype|needed)\b[^.;]{0,40}?\b(?:in"
    r"|within|is|of|:)\s*$",
    re.IGNORECASE,
)
_DAYS = expression(rf"[\s-]*(?:business\s+|working\s+|calendar\s+)?(?P<unit>{units.PERIOD})", re.IGNORECASE)

_KEEP = expression(
    r"\b(?:disappears?|expires?|expired|expiring|retention|retain(?:ed|s)?|delet(?:e|ed|es)|purg(?:e|ed|es)|remov(?:e|ed|es)|archiv(?:e|ed|es)|keep|kept|keeps"
    r"|store[sd]?|history|ttl|older than|logged|expira|retenção|retención|guardar|conservar|aufbewahr\w*|gelöscht|conservé\w*)\b|过期|保留|保存|删除",
    re.IGNORECASE,
)
_KEEP_LINK = expression(
    r"(?:\b(?:after|for|older than|at least|up to|within|of|is|:|period|last|past|follow\w*|durante|por|após|después de|nach|für|pendant|in)\b"
    r"|[:=])\s*(?:a period of |at least |up to |the last |the past |a |about )?$|(?:保留|保存|存储)\s*$",
    re.IGNORECASE,
)
_KEEP_AFTER = expression(r"\s*(?:retention|of history|of data|后(?:过期|删除)|后自动)|\s*(?:后|之后)|\s*nach\b[^.;]{0,30}\bgelöscht", re.IGNORECASE)
_KEPT_THEN = expression(r"\b(?:kept|retained|stored|archived|deleted|purged|removed|erased|anonymi[sz]ed|disappears?|expires?)\s+$", re.IGNORECASE)
_FROM_THEN = expression(r"\s*after\b", re.IGNORECASE)
_NO_KEEP = expression(
    r"\bproposals?\b|\boffers?\b|\bcontract|\bshall be (?:valid|firm)|\bnotice\b|\btokens?\b|\bsessions?\b|\b(?:magic|reset|invitation|verification"
    r"|confirmation) links?|\bjwt\b|\bcookies?\b"
    r"|\bbackups?\b|\brecords? of payment",
    re.IGNORECASE,
)

_ENGINEERS = expression(
    r"[\s-]*(?:(?:full[- ]?time|part[- ]?time|back-?end|front-?end|full[- ]?stack|senior|junior|software|experienced|remote|web|mobile|platform"
    r"|desenvolvedor)[\s-]+){0,3}"
    r"(?P<noun>engineers?|developers?|devs|programmers?|desenvolvedor(?:es|as)?|programadores|desarrollador(?:es|as)?|développeurs?|entwickler(?:n"
    r"|innen)?|sviluppatori|工程师|开发人员|开发者)\b(?!\s*(?:tools?|console|portal|experience|api|docs?|preview|s'))",
    re.IGNORECASE,
)
_PERSON_TEAM = expression(
    r"[\s-](?:person|people|man|woman|developer|engineer|dev|member|pessoas|personas)[\s-](?:dev(?:elopment)?\s+|engineering\s+|product\s+"
    r"|backend\s+)?(?:team|squad|startup|company|shop|crew|project)\b",
    re.IGNORECASE,
)
_TEAM_OF = expression(
    r"\b(?:team|squad|crew|equipe|equipo|équipe|time)\s*(?:size\s*)?(?:of|de|von|:|=|is|has|com|con)\s*(?:about|up to|only|just|~)?\s*$"
    r"|\bwe are\s+(?:only |just |a team of )?$|\bteam members:?\s*$|团队(?:有|共)?\s*$",
    re.IGNORECASE,
)
_TEAM_AFTER = expression(r"\s*(?:people|persons?|members?|pessoas|personas|leute|人)?(?:$|[\s.,;:)，。])", re.IGNORECASE)
_SOLO = expression(
    r"\bsolo (?:dev(?:eloper)?|founder|maintainer|engineer|project|hacker)\b|\b(?:one|single)[- ](?:person|man|developer|dev|engineer) (?:team"
    r"|project|shop|show|company)\b|\bon my own\b|\bby myself\b"
    r"|\b(?:only|sole|single|lone|one) (?:backend )?(?:developer|engineer|programmer)\b|\bour IT person\b|\bone of us (?:looks after|maintains"
    r"|runs)\b|\bdesenvolvedor solo\b|\bsozinho\b|独立开发",
    re.IGNORECASE,
)
_SMALL_TEAM = expression(
    r"\b(?:small|tiny) (?:dev(?:elopment)? |engineering )?(?:team|shop|squad)\b(?=\s*(?:$|[.,;:)!]|(?:of|and|that|with|who|so|is|are|will|has|to|in"
    r"|at|but|builds?|can|we|I)\b))|\bequipe pequena\b|\bequipo pequeño\b|\bpetite équipe\b|\bkleines team\b|小团队",
    re.IGNORECASE,
)

_SOLO_HINTS = ("solo", "person", "-person", "one man", "on my own", "myself", "of us", "developer", "engineer", "programmer", "single dev", "sozinho", "独立")
_FOREVER = expression(
    r"\b(?:kept|keep|stored?|retained|saved)\b[^.;]{0,30}\b(?:forever|indefinitely|permanently|for as long as|for ever)\b|\bnever (?:be )?deleted\b",
    re.IGNORECASE,
)
_SMALL_HINTS = ("small", "tiny", "pequen", "petite", "kleines", "小团队")

_CPU = expression(
    r"\s*(?:x\s*)?(?:unidades\s+de\s+|units?\s+of\s+|núcleos\s+de\s+)?(?:v?cpus?(?:\s+(?:units?|cores?))?|cores?|núcleos)(?![\w-])|\s*核(?!心)", re.IGNORECASE
)


def read(passage: Passage, quantities: Sequence[Quantity]) -> Iterator[Fact]:
    """Yield the numeric demands of a passage."""
    yield from _words(passage)
    if not passage.example:
        for quantity in quantities:
            before, rest = passage.text[max(0, quantity.start - 200) : quantity.start], passage.text[quantity.end :]
            for reader in (_latency, _availability, _budget, _retention, _team, _cpu, _due_in):
                if fact := reader(passage, quantity, before, rest):
                    yield fact
                    break
    if any("20" in passage.text[quantity.start : quantity.end] or quantity.number <= 31 for quantity in quantities):
        yield from _deadlines(passage)


def _words(passage: Passage) -> Iterator[Fact]:
    text, low = passage.text, passage.low
    if "nine" in low and (match := _NINES.search(text)):
        number = _NINES_VALUE[match["word"].lower()]
        yield passage.fact("availability", _percent(number), match.span(), number=number)
    if any(hint in low for hint in _HIGH_HINTS) and (match := _HIGH.search(text)):
        yield passage.fact("availability", "high", match.span())
    if ("ever" in low or "as long as" in low or "indefin" in low or "permanent" in low) and (match := _FOREVER.search(text)):
        yield passage.fact("retention", "forever", match.span())
    if any(hint in low for hint in _SOLO_HINTS) and (match := _SOLO.search(text)):
        person = "person" if re.search(r"person\b|of us", match.group(), re.IGNORECASE) else "developer"
        yield passage.fact("team", f"1 {person}", match.span(), number=1)
    elif any(hint in low for hint in _SMALL_HINTS) and (match := _SMALL_TEAM.search(text)):
        yield passage.fact("team", "small team", match.span())


def _latency(passage: Passage, quantity: Quantity, before: str, rest: str) -> Fact | None:
    match = units.DURATION.match(rest)
    if match is None or _NO_LATENCY_BEFORE.search(before) or quantity.number <= 0:
        return None
    factor, unit = units.milliseconds(match)
    number = quantity.number * factor
    if unit == "µs" or number > 60_000:
        return None
    near = passage.text[max(0, quantity.start - 60) : quantity.end + match.end() + 30]
    bounded = bool(_BOUND.search(before) or _BOUND_AFTER.match(rest, match.end()))
    percentile = _PERCENTILE.search(near)
    if not (
        percentile
        or (_LATENCY_CUE.search(near) and (bounded or re.search(r"(?:[:=]|\b(?:of|is|target|budget|de|be|at)\b|时间|延迟|为)\s*(?:about |~|≈)?$", before)))
        or (bounded and _BOUND_VERB.search(passage.text))
    ):
        return None
    shown = f"{show(quantity.number)} {unit}"
    if percentile:
        digits = percentile["p"] or percentile["n"] or percentile["pt"]
        shown += f" (p{digits})" if digits else " (median)"
    return passage.fact("latency", shown, (quantity.start, quantity.end + match.end()), number=number)


def _percent(fraction: float) -> str:
    return f"{fraction * 100:.5f}".rstrip("0").rstrip(".") + "%"


def _availability(passage: Passage, quantity: Quantity, before: str, rest: str) -> Fact | None:
    match = re.match(r"\s?%|\s+percent\b|\s+por cento\b", rest)
    if match is None or not 90 <= quantity.number < 100 or not _AVAILABLE.search(passage.text):
        return None
    number = round(quantity.number / 100, 8)
    return passage.fact("availability", _percent(number), (quantity.start, quantity.end + match.end()), number=number)


def _budget(passage: Passage, quantity: Quantity, before: str, rest: str) -> Fact | None:
    before_sign, after_sign = units.CURRENCY_BEFORE.search(before), units.CURRENCY_AFTER.match(rest)
    match = before_sign or after_sign
    if match is None or quantity.number <= 0:
        return None
    near = passage.text[max(0, quantity.start - 90) : quantity.end + 60]
    if not _BUDGET.search(near) or _NO_BUDGET.search(near):
        return None
    # "It may cost 300 more", "of which 90,000 for operation": a part of the budget.
    if _PART.search(before) or re.match(r"\s*(?:more|extra|mehr|a mais|más)\b", rest[after_sign.end() if after_sign else 0 :], re.IGNORECASE):
        return None
    end = after_sign.end() if after_sign else 0
    shown = f"{units.sign(match['sign'])}{show(quantity.number)}"
    if per := _PER_PERIOD.match(rest, end if after_sign else 0):
        period = units.period_of(per["unit"]) if per["unit"] else "month" if per["adverb"].lower() == "monthly" else "year"
        shown, end = f"{shown}/{period}", per.end()
    elif re.search(r"\bmonthly\b|\bper month\b", near, re.IGNORECASE):
        shown += "/month"
    return passage.fact("budget", shown, (quantity.start, quantity.end + end), number=quantity.number)


def _retention(passage: Passage, quantity: Quantity, before: str, rest: str) -> Fact | None:
    match = _DAYS.match(rest)
    if match is None or quantity.number <= 0 or units.period_of(match["unit"]) in ("second", "minute"):
        return None
    linked = _KEEP_LINK.search(before) and _KEEP.search(before[-60:])
    named = _KEEP_AFTER.match(rest, match.end()) and _KEEP.search(passage.text[quantity.start : quantity.end + 40])
    # "Deleted 10 years after the last visit": the verb stands right before the number.
    counted = _KEPT_THEN.search(before) and _FROM_THEN.match(rest, match.end())
    if not (linked or named or counted) or _NO_KEEP.search(passage.text):
        return None
    unit = units.period_of(match["unit"])
    days = quantity.number * units.SECONDS[unit] / units.SECONDS["day"]
    if unit == "year":
        days = quantity.number * 365
    shown = f"{show(quantity.number)} {unit}{'' if quantity.number == 1 else 's'}"
    return passage.fact("retention", shown, (quantity.start, quantity.end + match.end()), number=days)


def _team(passage: Passage, quantity: Quantity, before: str, rest: str) -> Fact | None:
    if not 1 <= quantity.number <= 500:
        return None
    if re.search(r"\bteam of (?:\d+|\w+)\s*:", before, re.IGNORECASE):
        return None
    if match := _PERSON_TEAM.match(rest):
        return passage.fact("team", _people(quantity.number, "people"), (quantity.start, quantity.end + match.end()), number=quantity.number)
    if _TEAM_OF.search(before) and (match := _ENGINEERS.match(rest) or _TEAM_AFTER.match(rest)):
        noun = match.groupdict().get("noun") or "people"
        return passage.fact("team", _people(quantity.number, noun), (quantity.start, quantity.end + match.end()), number=quantity.number)
    if (match := _ENGINEERS.match(rest)) and quantity.number >= 2:
        # "Five users (one manager, four engineers)": these are users.
        opening = before.rfind("(")
        if opening > before.rfind(")") and re.search(r"\b(?:users?|customers?|members)\b\W*$", before[:opening], re.IGNORECASE):
            return None
        if re.search(r"\b(?:years?|hours?)\b", rest[match.end() : match.end() + 10]) or re.search(
            r"\b(?:users?|used by|for)\b[^,;]{0,12}$", before, re.IGNORECASE
        ):
            return None
        return passage.fact("team", _people(quantity.number, match["noun"]), (quantity.start, quantity.end + match.end()), number=quantity.number)
    return None


def _people(number: float, noun: str) -> str:
    if number == 1:
        return f"1 {'person' if noun == 'people' else noun.removesuffix('s')}"
    return f"{show(number)} {noun}"


def _cpu(passage: Passage, quantity: Quantity, before: str, rest: str) -> Fact | None:
    match = _CPU.match(rest)
    if match is None or quantity.number <= 0 or re.search(r"\b(?:all|core team|microsoft)\b", before[-12:], re.IGNORECASE):
        return None
    return passage.fact("cpu-limit", f"{show(quantity.number)} CPU", (quantity.start, quantity.end + match.end()), number=quantity.number)


def _due_in(passage: Passage, quantity: Quantity, before: str, rest: str) -> Fact | None:
    match = _DAYS.match(rest)
    if match is None or not _IN_TIME.search(before) or _NO_DUE.search(passage.text):
        return None
    unit = units.period_of(match["unit"])
    if unit in ("second", "minute"):
        return None
    days = quantity.number * units.SECONDS[unit] / units.SECONDS["day"]
    shown = f"in {show(quantity.number)} {unit}{'' if quantity.number == 1 else 's'}"
    return passage.fact("deadline", shown, (quantity.start, quantity.end + match.end()), number=days)


def _deadlines(passage: Passage) -> Iterator[Fact]:
    if not any(hint in passage.low for hint in _DUE_HINTS):
        return
    for match in _DATE.finditer(passage.text):
        before = passage.text[max(0, match.start() - 90) : match.start()]
        if not _DUE.search(before) or _NO_DUE.search(passage.text) or _NO_DUE.search(passage.heading):
            continue
        if shown := date(match):
            yield passage.fact("deadline", shown, match.span())


def date(match: re.Match[str]) -> str:
    """Return a matched date as ISO 8601, as far as it is given; empty if it is no date."""
    group = match.groupdict()
    if group["q"]:
        return f"{group['qy']}-{group['q'].upper()}"
    if group["cm"]:
        return f"{group['cy']}-{_MONTHS[group['cm'].lower()]:02}"
    year = group["iy"] or group["ay"] or group["by"] or group["zy"]
    name = group["am"] or group["bm"]
    month = int(group["im"] or group["zm"] or (_MONTHS[name.lower()] if name else 0))
    day = int(group["id"] or group["ad"] or group["bd"] or group["zd"] or 0)
    if not 1 <= month <= 12 or day > 31:
        return ""
    return "-".join(part for part in (year or "", f"{month:02}", f"{day:02}" if day else "") if part)


def find_date(text: str) -> str:
    """Return the first date in `text` as ISO 8601; empty if there is none."""
    match = _DATE.search(text)
    return date(match) if match else ""
