"""Load read from sentences: people, rates, sizes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from backend_architect.expressions import expression
from backend_architect.ingest import units
from backend_architect.ingest.numbers import Quantity, show
from backend_architect.ingest.passage import Passage
from backend_architect.ingest.vocabulary import words
from backend_architect.profile import Fact, FactName, When

_PEOPLE = (
    r"users?|end[- ]users|customers?|members|residents|neighbou?rs|subscribers?|visitors?|players?|students?|employees|patients|merchants|drivers"
    r"|riders|shoppers|viewers"
    r"|listeners|teachers|sellers|buyers|citizens|families|tenants|dau|mau"
    r"|usuários?|usuarios?|utilizadores|clientes|pessoas|utilisateurs?|abonnés|mitglieder|nutzer(?:innen)?|benutzer|anwender|kunden|utenti|gebruikers|klanten"
    r"|użytkowników|пользовател\w+|ユーザー?|사용자"
)
_KIND = (
    r"registered|active|daily|monthly|weekly|concurrent|simultaneous|parallel|online|paying|total|global|predefined|unique|new|internal|external"
    r"|different|real|potential"
    r"|named|authenticated|anonymous|end|expected|ativos|activos|simultâneos|simultáneos|concurrentes|registrados|actifs|simultanés|aktive"
    r"|gleichzeitige|paid|free|business|test|of|de|"
)
_AFTER_PEOPLE = expression(
    rf"(?:\s*\+)?\s*(?P<kind>(?:(?:{_KIND[:-1]})[\s-]+){{0,4}})(?P<noun>{_PEOPLE})\b(?P<more>\s+(?:simultâneos|simultáneos|concurrentes|ativos"
    rf"|activos|simultanés|actifs|diarios|diários|concurrently|simultaneously|at once|at the same time|per day|a day|per month|a month|on a working day))?",
    re.IGNORECASE,
)
_AFTER_PEOPLE_HAN = expression(
    r"\s*(?:多|以上)?(?:个|名|位)?的?\s*(?P<kind>注册|活跃|日活跃?|月活跃?|同时在线|在线|并发)?(?P<noun>用户|客户|会员|日活|月活|并发|人同时在线)(?!角色|类型|组|故事|可以|输入)(?:数|量)?"
)
_NOT_PEOPLE = expression(
    r"[\s-]*(?:stor(?:y|ies)|interfaces?|experience|roles?|types?|groups?|accounts?|ids?|names?|agents?|inputs?|guides?|needs?|facing|classes"
    r"|levels?|segments?|personas?|per\b|in (?:a|each|one)\b|(?:can|may) (?:only )?(?:edit|join|share|be in)|at a time|testing|tests?\b|flows?"
    r"|journeys?|records?)",
    re.IGNORECASE,
)
_BEFORE_PEOPLE = expression(
    r"(?:\b(?P<noun>users?|customers|subscribers|usuários|usuarios|utilisateurs|nutzer|dau|mau)(?:\s+(?:count|base|number|population"
    r"|numbers))?\s*(?:\([^()]{0,30}\)\s*)?(?:[:=]|\bis\b|\bare\b|\bof\b)"
    r"|\b(?:user|customer) base\s+(?:of|is)|\bnumber of (?:users|customers)\s*(?:is|:|=|of)?|用户(?:量|数|数量)?\s*(?:为|是|约|达到|大约|：|:|在)?)\s*(?:about"
    r"|around|up to|approximately|roughly|over|nearly|~|≈|约)?\s*$",
    re.IGNORECASE,
)
_BARE_END = expression(r"\s*\+?\s*(?:$|[.,;)。，；）]|(?:in|at|by|within|now|today|after|initially|on|and)\b)", re.IGNORECASE)
# People a system is about, not always its users: "two patients stood at the door".
_ROLE_NOUN = expression(
    r"patients|students|drivers|riders|players|viewers|merchants|teachers|sellers|buyers|shoppers|families|residents|members|neighbou?rs", re.IGNORECASE
)
_HYPOTHETICAL = expression(r"\b(?:with (?:only|just)|if (?:there|you|we|only)|when you have|suppose|imagine|even with|se houver|si hay)\b", re.IGNORECASE)
_CONCURRENT = expression(r"concurrent|simultan|simult|parallel|online|at once|at the same time|gleichzeitig|同时|并发|在线", re.IGNORECASE)
_CONNECTIONS = expression(
    r"(?:\s*\+)?\s*(?:concurrent|simultaneous|open|parallel|live)\s+(?:websocket\s+|tcp\s+|client\s+|user\s+)?(?P<noun>connections|sessions|clients"
    r"|people)\b|\s*(?P<watching>people|viewers|bidders) (?:watching|online|logged in|connected)\b"
    r"|\s*(?:watching|listening|connected|logged in)\b(?=\s*(?:online\b|live\b|[,.;)]|and\b|$))",
    re.IGNORECASE,
)

_PEAK = expression(
    r"\bpeaks?\b|\bbursts?\b|\bbusiest\b|\bspikes?\b|\bpico\b|\bspitzen|峰值|高峰"
    r"|\bin the (?:last|final|first) (?:\w+ )?(?:seconds?|minutes?)\b|\bfor (?:\d+|a few|two|three|four|five|ten|thirty|sixty) seconds\b",
    re.IGNORECASE,
)
_NOW = expression(
    r"\bcurrently\b|\btoday\b|\bright now\b|\bat launch\b|\binitial(?:ly)?\b|\bat first\b|\bfirst (?:phase|year|month)|\bstart(?:s"
    r"|ing)? (?:out )?with\b|\bfrom day one\b|\batualmente\b|\bactualmente\b|\bhoje\b|\bderzeit\b|目前|现在|初期",
    re.IGNORECASE,
)
_YEAR = expression(
    r"\b(?:in|within|after|by|over)\s+(?:a|one|the (?:first|next)|1|12|two|three|five|2|3|5|\d{2})\s+(?:years?|months?)\b|\bnext year\b"
    r"|\byear[- ](?:end|one|1)\b|\bby (?:the )?end of\b|\beventually\b|\bin the future\b"
    r"|\bgrow(?:s|ing|th)?\b|\bscal(?:e|es|ing) (?:up )?to\b|\bexpect\w* to (?:reach|grow|have|serve|hit)\b|\blong[- ]term\b|\bwithin a year\b|\b(?:two|three"
    r"|2|3) years\b|\bem um ano\b|\ben un año\b|\bin einem jahr\b|年内|年后|未来|将来",
    re.IGNORECASE,
)
_FROM = expression(r"\b(?:from|de|desde|von)\s+(?:serving\s+|about\s+|just\s+)?$|从\s*$", re.IGNORECASE)
_TO = expression(r"\b(?:to|a|até|hasta|bis)\s+(?:about\s+|over\s+|serving\s+)?$|到\s*$", re.IGNORECASE)

_RATE = expression(
    rf"(?:\s*\+)?[\s-]*(?P<noun>(?:[^\W\d_][\w-]*\s+){{0,3}}?[^\W\d_][\w-]*)?\s*(?:/\s*|\b(?:per|a|an|each|every|por|par|pro|al|ao|à)\s+"
    rf"|每)(?P<unit>{units.PERIOD})(?P<after>[^。，,;；]{{0,14}})",
    re.IGNORECASE,
)
_ARRIVING = expression(
    rf"\s+(?P<noun>[^\W\d_]+s)\s+(?:arrive|come(?: in)?|call|enter|pass|drive up|show up|are sent)\s+(?:in|within)\s+(?:one|a|the same|1)\s+(?P<unit>{units.PERIOD})",
    re.IGNORECASE,
)
"""`30 cars arrive in one minute`: each is a call."""
_BUSY_DAY = expression(
    r"\s+(?P<noun>[^\W\d_]+)\s+on\s+(?:(?:the )?(?:first|last|second|third) (?:\w+ )?of (?:the|each|every|a) (?:month|quarter|year|week)"
    r"|(?:a|the) (?:peak|busy|busiest|worst) days?|(?:mon|tues|wednes|thurs|fri|satur|sun)days?)\b",
    re.IGNORECASE,
)
"""`9 million rows on the first of the month`: the worst day."""
_NO_CALLS = words("times hours minutes seconds days weeks frames words beats bytes bits kilometres miles steps users people customers members visitors")
_LABEL = expression(r"\W*(?P<noun>[^\W\d_]+)\s*:\s")
_ABBREVIATED = expression(r"(?:\s*\+)?\s*(?P<unit>rps|qps|tps|r/s|ops/s|rpm|tpm)\b", re.IGNORECASE)
_BEFORE_RATE = expression(
    r"(?:\b(?P<noun>requests|reads|writes|queries|transactions|messages|events|orders)\s*(?:per|/|a)\s*(?P<unit>second|sec|s|minute|min|hour|day"
    r"|month|year)|\b(?P<abbr>rps|qps|tps|rpm))\s*(?:\([^()]{0,30}\)\s*)?(?:[:=]|is|are|of)\s*(?:about|around|up to|~|≈)?\s*$",
    re.IGNORECASE,
)
_BEFORE_HAN = expression(r"每\s*(?:个|一)?\s*(?P<unit>秒|分钟|小时|天|日|周|月|年)\s*(?:约|大约|平均|有|的)?\s*$")
_HAN_AFTER = expression(r"[^，。；]{0,14}?(?P<kind>写|读|请求|访问|消息|订单|交易)")
_WRITES = words(
    "write writes inserts updates uploads posts messages events orders transactions payments records readings measurements submissions "
    "signups bookings entries rows bids logs notifications tweets jobs tickets votes photos files documents scans samples reservations "
    "registrations comments images videos invoices transfers trades listings gravações escritas escrituras mensagens mensajes pedidos "
    "pagamentos pagos eventos transações transacciones nachrichten bestellungen commandes paiements événements"
)
_READS = words(
    "read reads views pageviews lookups searches downloads redirects impressions queries gets visits leituras lecturas consultas lectures visualizações"
)
_REQUESTS = words("request requests req reqs calls hits operations ops requisições chamadas solicitudes peticiones requêtes anfragen")
_PER_ONE = expression(
    r"\b(?:per|each|every|por|por cada|cada|par|pro)\s+(?:user|customer|client|device|person|member|account|ip|api key|key|team|tenant|sensor"
    r"|student|driver|usuário|usuario|cliente|utilisateur|nutzer)\b|每个用户|每人",
    re.IGNORECASE,
)
_LIMIT = expression(r"rate[- ]?limit|\blimit(?:s|ed)?\b|\blimite\b|\blímite\b|throttl|\bquota\b|\b429\b|限流|限制", re.IGNORECASE)
_REFERENCE = expression(r"(?:可以|请)参考|参见|\bsee (?:the|also|our)\b[^.;]{0,60}\b(?:article|guide|document|example|section)\b", re.IGNORECASE)
_PARENTHESIS = expression(r"[(（][^()（）]*[)）]")
_AVERAGE = expression(r"\baverage\b|\bavg\b|\bon average\b|\bmean\b|平均|\bem média\b|\ben promedio\b|\bim schnitt\b", re.IGNORECASE)
_CONVERSION = expression(r"\bconver(?:sion|t(?:ing)?)\b|\bcheat ?sheet\b|\brules? of thumb\b|\bequivalen|转换|换算|\bconversão\b|\bconversión\b", re.IGNORECASE)
_THEIRS = expression(r"\b(?:providers?|upstream|third[- ]party|vendor)\b[^.;]*\b(?:at most|max(?:imum)?)\b", re.IGNORECASE)
_PARTNERS = expression(
    r"\b(?:systems?|services?) (?:it|we|the \w+) (?:talks?|connects?|speaks?) to\b|\b(?:external|third[- ]party|neighbou?ring|outside|surrounding) (?:systems?|services?|apis?)\b"
    r"|\b(?:interfaces|integrations|partners|dependencies)\b",
    re.IGNORECASE,
)
"""Headings of tables about other systems: a rate in a row there is what that system bears."""
_EQUATION = expression(r"\d[^=]{0,200}(?:/|\bper\b|\ba\b)[^=]{0,200}[=≈][^=]{0,200}\d[^=]{0,200}(?:/|\bper\b|\ba\b)", re.IGNORECASE)

_PER_THING = expression(r"\s*(?:\w+\s+){0,2}?(?:each|apiece|per|cada|por|每个|每条)(?:\s+(?P<thing>[^\W\d_]+))?", re.IGNORECASE)
_PER_PERIOD = expression(
    rf"\s*(?:of\s+)?(?:[^\W\d_][\w-]*\s+){{0,4}}?(?:/\s*|\b(?:per|a|each|every|por|par|pro|al|ao)\s+|每)(?P<unit>{units.PERIOD})", re.IGNORECASE
)
_ITEM_BEFORE = expression(
    r"\b(?:average|avg|mean|max(?:imum)?|typical|tamanho|tamaño)\b[^.,;\d]{0,40}$|\bsize\b[^.,;\d]{0,20}$|大小[^，。]{0,8}$|每(?:一)?(?:个|条"
    r"|篇)[^，。\d]{0,12}$|\bup to\s*$",
    re.IGNORECASE,
)
_ITEM_AFTER = expression(
    r"\s*(?!of\b)(?:\w+\s+)?(?:photos?|images?|files?|videos?|documents?|messages?|records?|payloads?|attachments?|rows?|bodies|objects?|uploads?)\b",
    re.IGNORECASE,
)
_ITEM_WORDS = expression(
    r"\b(?:photos?|images?|files?|videos?|documents?|messages?|records?|payloads?|attachments?|uploads?|objects?|body|item|entry)\b|文件|图片|内容|消息",
    re.IGNORECASE,
)
_STORAGE = expression(
    r"\b(?:stor(?:e|es|ed|age|ing)|disks?|data(?:set|base)?s?|archives?|history|backups?|bucket|content|armazenamento|almacenamiento|dados|datos"
    r"|stockage|speicherplatz)\b|存储|数据|内容|容量",
    re.IGNORECASE,
)
_SPAN = expression(
    r"(?:\b(?:in|over|within|after|em|en|nach)\s+(?P<count>\d+|a|one|two|three|four|five|três|tres|trois|drei)\s+(?P<unit>years?|months?|anos?"
    r"|años?|ans|jahren?)\b|(?P<han>[一二三四五两\d]+)\s*年内?)",
    re.IGNORECASE,
)
_TRIVIA = expression(r"µs|μs|microsecond|nanosecond|微秒|纳秒|\b\d+\s?ns\b", re.IGNORECASE)
_MEMORY_AFTER = expression(r"\s*(?:of\s+|de\s+|di\s+|an\s+)?(?:\w+\s+)?(?:ram|memory|memória|memoria|mémoire|arbeitsspeicher|内存|heap)\b", re.IGNORECASE)
_MEMORY_BEFORE = expression(
    r"(?:\b(?:ram|memory|memória|memoria|mémoire|heap)\b|内存)(?:\s+(?:limit|cap|budget|usage|footprint|use))?\s*(?:[:=]|of|is|to|at|≤|<|under|below"
    r"|em|até|不超过|限制)?\s*(?:must\s+\w+\s+\w+\s+)?(?:under|below|about|max\.?|of)?\s*$",
    re.IGNORECASE,
)


def read(passage: Passage, quantities: Sequence[Quantity]) -> Iterator[Fact]:
    """Yield the load facts of a passage."""
    if ("参" in passage.text or "see " in passage.low) and _REFERENCE.search(passage.text):
        return
    for place, quantity in enumerate(quantities):
        before = passage.text[max(0, quantity.start - 120) : quantity.start]
        rest = passage.text[quantity.end :]
        if fact := _people(passage, quantity, quantities[:place], before, rest):
            yield fact
        elif fact := _rate(passage, quantity, before, rest) or _bare_rate(passage, quantity, before, rest):
            if not _is_no_load(passage):
                yield fact
        else:
            yield from _size(passage, quantity, before, rest)


# --- people ---------------------------------------------------------------------------------


def _people(passage: Passage, quantity: Quantity, earlier: Sequence[Quantity], before: str, rest: str) -> Fact | None:
    match = _AFTER_PEOPLE.match(rest) or _AFTER_PEOPLE_HAN.match(rest)
    name: FactName = "users"
    if match is not None:
        if quantity.number < 2 and not _FROM.search(before):
            return None
        if _NOT_PEOPLE.match(rest, match.end()) or _HYPOTHETICAL.search(before[-40:]):
            return None
        if re.search(r"\b(?:team|of) $", before) and re.search(r"\b(?:percent|%|number) of $", before):
            return None
        kind, noun = match["kind"] or "", match["noun"]
        if quantity.number < 10 and _ROLE_NOUN.match(noun):
            return None
        more = match.groupdict().get("more") or ""
        end = quantity.end + match.end()
        concurrent = bool(
            _CONCURRENT.search(kind + noun + more)
            or _CONCURRENT.search(before[-14:])
            or re.match(
                r"\s*(?:concurrently|at once|at the same time|online|simultan|(?:[^\W\d_]+ ){0,4}(?:at the same time|at once|concurrently|simultaneously))",
                rest[match.end() :],
                re.IGNORECASE,
            )
        )
        words = re.sub(r"\b(?:of|de)\b", " ", kind + noun + more)
    elif match := _CONNECTIONS.match(rest):
        concurrent, words, end = True, match.group().lstrip("+ "), quantity.end + match.end()
    elif (match := _BEFORE_PEOPLE.search(before)) and _BARE_END.match(rest) and quantity.number >= 2:
        words, end = match["noun"] or ("用户" if "用户" in match.group() else "users"), quantity.end
        concurrent = bool(_CONCURRENT.search(match.group()) or _CONCURRENT.search(before[max(0, match.start() - 14) : match.start()]))
    else:
        return None
    if concurrent:
        name = "concurrent-users"
    words = " ".join(words.replace("-", " ").split())
    words = words.upper() if words.lower() in ("dau", "mau") else words[:1].lower() + words[1:] if passage.language in ("en", "pt", "es", "fr") else words
    if quantity.vague and passage.language in ("zh", "ja"):
        value = f"{passage.text[quantity.start : quantity.end]}{words}"
    elif quantity.vague:
        value = f"{passage.text[quantity.start : quantity.end].lower()} of {words}"
    else:
        value = f"{show(quantity.number)} {words}"
    when = _people_when(passage, quantity, earlier, before, rest)
    return passage.fact(name, value, (quantity.start, end), number=quantity.number, when=when)


def _people_when(passage: Passage, quantity: Quantity, earlier: Sequence[Quantity], before: str, rest: str) -> When:
    if _FROM.search(before) and re.search(r"\bto\b|\baté\b|\bhasta\b|\bbis\b|到", rest[:60]):
        return "now"
    if _TO.search(before) and re.search(r"\b(?:from|desde|von)\b|从", before, re.IGNORECASE):
        return "year"
    return when(passage.text, quantity.start, quantity.end)


def when(text: str, start: int, end: int) -> When:
    """Return which time a figure speaks of, from the words of its clause."""
    # "400 a second (with higher peaks)": the remark is not about this number.
    text = _PARENTHESIS.sub(lambda match: match.group() if match.start() <= start < match.end() else " " * len(match.group()), text)
    # A comma inside a number ("4,000 viewers") ends no clause.
    low = max((text.rfind(mark, 0, start) for mark in (", ", ";", " and ", " but ", "，", " then ")), default=-1)
    highs = [at for mark in (", ", ";", " and ", " but ", "，", " then ") if (at := text.find(mark, end)) >= 0]
    # "At launch, 2,000 users": the words before the clause count if they speak of no other number.
    lead = text[max(0, low - 40) : low + 1]
    for clause in (text[low + 1 : min(highs, default=len(text))], lead if not any(char.isdigit() for char in lead) else ""):
        if _PEAK.search(clause) and not _AVERAGE.search(clause):
            return "peak"
        if _NOW.search(clause):
            return "now"
        if _YEAR.search(clause):
            return "year"
    return "unstated"


# --- rates ----------------------------------------------------------------------------------


def _rate(passage: Passage, quantity: Quantity, before: str, rest: str) -> Fact | None:
    if match := _ABBREVIATED.match(rest):
        unit = "minute" if match["unit"].lower().endswith("m") else "second"
        return _rate_fact(passage, quantity, "requests-per-second", "requests", unit, match.end())
    if (match := _ARRIVING.match(rest)) is not None:
        return _rate_fact(passage, quantity, "requests-per-second", match["noun"], units.period_of(match["unit"]), match.end(), at="peak")
    if (match := _BUSY_DAY.match(rest)) is not None and (named := _rate_name(match["noun"])) is not None:
        return _rate_fact(passage, quantity, named, match["noun"], "day", match.end(), at="peak")
    if (match := _RATE.match(rest)) is None:
        return None
    noun = (match["noun"] or "").strip()
    if not noun and (label := _LABEL.match(passage.text)):
        # "Bids: 3 a second on average, bursts of 80 a second": the label names what both count.
        noun = label["noun"]
    unit = units.period_of(match["unit"])
    name = _rate_name(noun)
    if name is None and passage.language in ("zh", "ja") and (near := re.search(r"写|读", match["after"])):
        name = "writes-per-second" if near.group() == "写" else "reads-per-second"
    if name is None and passage.language == "en" and unit in ("second", "minute") and noun.endswith("s") and noun.lower() not in _NO_CALLS and noun.isalpha():
        # Whatever comes so many times a minute, each of it is a call.
        name = "requests-per-second"
    if name is None:
        return None
    return _rate_fact(passage, quantity, name, noun, unit, match.start("after"))


def _bare_rate(passage: Passage, quantity: Quantity, before: str, rest: str) -> Fact | None:
    """A rate whose unit stands before the number: `requests per second: 200`, 每秒 40 读请求."""
    if match := _BEFORE_RATE.search(before):
        if match["abbr"]:
            unit = "minute" if match["abbr"].lower() == "rpm" else "second"
            return _rate_fact(passage, quantity, "requests-per-second", "requests", unit, 0)
        name = _rate_name(match["noun"])
        return _rate_fact(passage, quantity, name, match["noun"], units.period_of(match["unit"]), 0) if name else None
    if match := _BEFORE_HAN.search(before):
        if units.SIZE.match(rest) or (near := _HAN_AFTER.match(rest)) is None:
            return None
        kind = near["kind"]
        name = "reads-per-second" if kind == "读" else "requests-per-second" if kind in ("请求", "访问") else "writes-per-second"
        return _rate_fact(
            passage, quantity, name, {"读": "reads", "请求": "requests", "访问": "requests"}.get(kind, "writes"), units.period_of(match["unit"]), 0
        )
    return None


def _is_no_load(passage: Passage) -> bool:
    """Whether a rate is one user's, somebody's limit, or a line of a conversion table."""
    text = passage.text
    return bool(
        _PER_ONE.search(text)
        or _LIMIT.search(text)
        or _THEIRS.search(text)
        or _CONVERSION.search(passage.section)
        or (passage.kind == "row" and _PARTNERS.search(passage.section))
        or _CONVERSION.search(text)
        or _EQUATION.search(text)
    )


def _rate_name(noun: str) -> FactName | None:
    words = noun.lower().replace("-", " ").split()
    if any(word in ("read", "reads") for word in words):
        return "reads-per-second"
    if any(word in ("write", "writes") for word in words):
        return "writes-per-second"
    last = words[-1] if words else ""
    if last in _WRITES:
        return "writes-per-second"
    if last in _READS:
        return "reads-per-second"
    return "requests-per-second" if last in _REQUESTS else None


def _rate_fact(passage: Passage, quantity: Quantity, name: FactName, noun: str, unit: str, length: int, *, at: When | None = None) -> Fact:
    number = quantity.number / units.SECONDS[unit]
    noun = " ".join(word for word in noun.split() if word.lower() not in ("average", "avg", "total")) or name.split("-")[0]
    noun = "requests" if noun.lower() in ("req", "reqs") else noun.lower()
    value = f"{show(quantity.number)} {noun}/s" if unit == "second" else f"{show(quantity.number)} {noun}/{unit} ({_per_second(number)}/s)"
    when_ = at or when(passage.text, quantity.start, quantity.end + length)
    # "We expect 50 requests a second" is said of the system being planned, not of next year.
    return passage.fact(name, value, (quantity.start, quantity.end + length), number=number, when=when_)


def _per_second(number: float) -> str:
    if number >= 10:
        return show(round(number))
    return show(round(number, 1)) if number >= 0.1 else f"{number:.2g}"


# --- sizes ----------------------------------------------------------------------------------


def _size(passage: Passage, quantity: Quantity, before: str, rest: str) -> Iterator[Fact]:
    match = units.SIZE.match(rest)
    if match is None or _TRIVIA.search(passage.text) or passage.text.startswith("`"):
        return
    if re.match(r"\s*(?:/\s*s|ps|per sec)", rest[match.end() :], re.IGNORECASE):
        return
    after = rest[match.end() :]
    number = quantity.number * units.bytes_per(match)
    shown = f"{show(quantity.number)} {units.size_name(match)}"
    span = (quantity.start, quantity.end + match.end())
    if _MEMORY_AFTER.match(after) or _MEMORY_BEFORE.search(before):
        yield passage.fact("memory-limit", shown, span, number=number)
    elif per := _PER_PERIOD.match(after):
        yield _growth(passage, shown, number, units.period_of(per["unit"]), (span[0], span[1] + per.end()))
    elif per_han := re.search(r"每\s*个?\s*(天|日|周|月|年)[^，。]{0,16}$", before):
        yield _growth(passage, shown, number, units.period_of(per_han.group(1)), span)
    elif (
        ((thing := _PER_THING.match(after)) and (thing["thing"] or "").lower() not in units.PERIOD_OF)
        or (_ITEM_BEFORE.search(before) and (_ITEM_WORDS.search(passage.text) or not before.rstrip().endswith("to")))
        or _ITEM_AFTER.match(after)
        or re.search(r"\bsize of (?:a|an|each|one)\b|大小|tamanho|tamaño", passage.lead, re.IGNORECASE)
    ):
        yield passage.fact("item-size", shown, span, number=number)
    elif _STORAGE.search(passage.text):
        if spell := _SPAN.search(passage.text):
            shown = f"{shown} in {_span_words(spell)}"
            yield passage.fact("storage", shown, span, number=number, when="year")
        else:
            yield passage.fact("storage", shown, span, number=number, when=when(passage.text, *span))


def _growth(passage: Passage, shown: str, number: float, unit: str, span: tuple[int, int]) -> Fact:
    monthly = number * units.SECONDS["month"] / units.SECONDS[unit]
    return passage.fact("growth", f"{shown}/{unit}", span, number=monthly)


def _span_words(match: re.Match[str]) -> str:
    if han := match["han"]:
        count = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5}.get(han, han)
        return f"{count} years"
    words = {"a": "1", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "três": "3", "tres": "3", "trois": "3", "drei": "3"}
    count = words.get(match["count"].lower(), match["count"])
    unit = "month" if match["unit"].lower().startswith("month") else "year"
    return f"{count} {unit}{'' if count == '1' else 's'}"
