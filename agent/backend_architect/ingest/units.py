"""Units of time, size, rate and money, in the words of several languages."""

from __future__ import annotations

import re

SECONDS: dict[str, float] = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400, "week": 604_800, "month": 2_592_000, "year": 31_536_000}
"""Length of a period; a month has 30 days."""

_PERIODS: dict[str, tuple[str, ...]] = {
    "second": ("s", "sec", "secs", "second", "seconds", "segundo", "segundos", "seconde", "secondes", "sekunde", "sekunden", "secondo", "秒", "秒钟"),
    "minute": ("min", "mins", "minute", "minutes", "minuto", "minutos", "minuten", "分钟", "分"),
    "hour": ("h", "hr", "hrs", "hour", "hours", "hora", "horas", "heure", "heures", "stunde", "stunden", "小时"),
    "day": ("d", "day", "days", "daily", "dia", "dias", "día", "días", "jour", "jours", "tag", "tage", "tagen", "giorno", "天", "日"),
    "week": ("week", "weeks", "wk", "semana", "semanas", "semaine", "woche", "wochen", "周"),
    "month": ("mo", "month", "months", "mth", "mês", "mes", "meses", "mois", "monat", "monate", "monaten", "mese", "个月", "月"),
    "year": ("yr", "year", "years", "annum", "ano", "anos", "año", "años", "an", "ans", "jahr", "jahre", "jahren", "anno", "年"),
}
PERIOD_OF = {word: period for period, words in _PERIODS.items() for word in words}
PERIOD = "(?:" + "|".join(sorted((word for word in PERIOD_OF if word != "daily"), key=len, reverse=True)) + ")(?![A-Za-zà-ÿ])"

SIZE = re.compile(r"[\s-]?(?P<unit>(?P<prefix>[kKmMgGtTpP])(?P<binary>i?)[bB]|bytes?|(?P<word>kilo|mega|giga|tera|peta)bytes?|(?P<fr>[KMGT])o)(?![A-Za-z])")
_PREFIXES = {"k": 1, "m": 2, "g": 3, "t": 4, "p": 5}

DURATION = re.compile(
    r"[\s-]?(?:(?P<ms>ms|msecs?|milli(?:s|seconds?)?|milissegundos?|milisegundos?|millisecondes?|millisekunden?|毫秒|ミリ秒|мс)"
    r"|(?P<us>µs|μs|us|microseconds?|微秒)"
    r"|(?P<s>s|secs?|seconds?|segundos?|secondes?|sekunden?|secondi|秒钟?|секунд\w*))(?![A-Za-zà-ÿ])",
    re.IGNORECASE,
)

CURRENCY_BEFORE = re.compile(r"(?P<sign>US\$|R\$|A\$|C\$|\$|€|£|¥|₹|USD|EUR|GBP|CHF|BRL|CNY)\s*\\?\$?\s*$")
CURRENCY_AFTER = re.compile(r"\s*(?P<sign>USD|EUR|GBP|CHF|BRL|CNY|dollars?|euros?|pounds?|reais|€|£|元|人民币)(?![A-Za-z])")
_SIGNS = {"USD": "$", "US$": "$", "dollar": "$", "dollars": "$", "EUR": "€", "euro": "€", "euros": "€", "GBP": "£", "pound": "£", "pounds": "£"} | {
    "BRL": "R$",
    "reais": "R$",
    "CNY": "¥",
    "元": "¥",
    "人民币": "¥",
    "CHF": "CHF ",
}


def bytes_per(match: re.Match[str]) -> float:
    """Return how many bytes the matched size unit has: KB is 1,000, KiB is 1,024."""
    if word := match["word"]:
        return float(1000 ** _PREFIXES[word[0].lower()])
    prefix = match["prefix"] or match["fr"]
    if not prefix:
        return 1.0
    return float((1024 if match["binary"] else 1000) ** _PREFIXES[prefix.lower()])


def size_name(match: re.Match[str]) -> str:
    """Return the unit as a reader wants it: `KB`, `MiB`, `bytes`."""
    if word := match["word"]:
        return word[0].upper() + "B"
    prefix = match["prefix"] or match["fr"]
    if not prefix:
        return "bytes"
    return f"{prefix.upper()}{'i' if match['binary'] else ''}B"


def milliseconds(match: re.Match[str]) -> tuple[float, str]:
    """Return (milliseconds in the matched unit, its short name)."""
    if match["ms"]:
        return 1.0, "ms"
    if match["us"]:
        return 0.001, "µs"
    return 1000.0, "s"


def sign(text: str) -> str:
    """Return the currency sign of a matched currency."""
    return _SIGNS.get(text, text)


def period_of(word: str) -> str:
    """Return `second`, `minute`, ... for a period's word."""
    return PERIOD_OF[word.lower()]
