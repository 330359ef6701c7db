"""Facts stated outright: `--set users=100`, front matter; the same grammar for both."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Literal, get_args

from backend_architect.errors import FactError
from backend_architect.expressions import expression
from backend_architect.ingest import limits, technologies, units
from backend_architect.ingest.numbers import Quantity, find, show
from backend_architect.profile import Fact, FactName, When
from backend_architect.text import one_line

Origin = Literal["front matter", "option"]

KEYS: tuple[FactName, ...] = get_args(FactName)

ALIASES: dict[str, FactName] = {
    "concurrent": "concurrent-users",
    "rps": "requests-per-second",
    "qps": "requests-per-second",
    "requests": "requests-per-second",
    "reads": "reads-per-second",
    "writes": "writes-per-second",
    "cpu": "cpu-limit",
    "memory": "memory-limit",
    "uptime": "availability",
    "db": "database",
    "auth": "authentication",
    "realtime": "real-time",
    "cost": "budget",
}
_WHEN = expression(r"\s*\b(?P<now>now|today)$|\s*\b(?P<year>(?:in a|next|per first) year|later)$|\s*(?:\bat\s+)?\b(?P<peak>peak)$", re.IGNORECASE)
_CHOICES: dict[str, dict[str, tuple[str, ...]]] = {
    "persistence": {
        "none": ("no", "false", "off"),
        "memory": ("in memory", "in-memory"),
        "browser": ("localstorage", "local storage"),
        "database": ("db", "yes", "true"),
    },
    "backend": {"none": ("no", "false"), "cli": ("command line",), "server": ("service", "api", "yes", "true")},
    "scale": {"prototype": ("poc", "mvp", "proof of concept"), "small": ("hobby", "tiny"), "large": ("big", "web-scale")},
    "architecture": {
        "microservices": ("microservice",),
        "monolith": ("modular monolith",),
        "serverless": (),
        "event-driven": ("event driven",),
        "existing": ("brownfield",),
    },
    "offline": {"required": ("yes", "true"), "none": ("no", "false")},
    "real-time": {"required": ("yes", "true"), "none": ("no", "false"), "WebSocket": ("websockets",), "SSE": ("server-sent events",)},
}
_MIXED = ("architecture", "real-time")
"""Choices of which several can hold together: microservices and event-driven."""
_EXAMPLES: dict[str, str] = {
    "users": "10k",
    "concurrent-users": "500",
    "team": "4",
    "requests-per-second": "200",
    "reads-per-second": "100 million/month",
    "writes-per-second": "40/s",
    "storage": "450 GB",
    "growth": "1 TB/month",
    "item-size": "1.27 KB",
    "latency": "200 ms",
    "availability": "99.9%",
    "budget": "$500/month",
    "deadline": "2027-03-01",
    "retention": "30 days",
    "cpu-limit": "1.5",
    "memory-limit": "350 MB",
    "stack": "Go, NATS",
    "cloud": "AWS",
    "database": "PostgreSQL",
    "forbidden": "Kafka",
    "compliance": "GDPR",
    "data-class": "health data",
    "persistence": "memory",
    "backend": "cli",
    "real-time": "WebSocket",
    "offline": "required",
    "authentication": "none",
    "architecture": "monolith",
    "region": "EU",
    "scale": "prototype",
}

_LONGEST_SHOWN = 80
"""Of a key or value that is refused, the message repeats this much."""


def fact_name(key: str) -> FactName | None:
    """Return the fact that `key` names (`requests_per_second`, `rps`), or None."""
    folded = re.sub(r"[\s_]+", "-", key.strip().lower())
    return next((name for name in KEYS if name == folded), None) or ALIASES.get(folded)


def gather(pairs: Iterable[tuple[str, str, str]], *, origin: Origin) -> list[Fact]:
    """Return the facts that (key, value, where it stands) pairs state, each once.

    Raises:
        FactError: A key is unknown, a value has no such unit, or a fact is stated twice for the same time.
    """
    found: dict[tuple[str, str, When], Fact] = {}
    given: dict[tuple[str, When], list[tuple[str, str]]] = {}
    for key, value, where in pairs:
        facts = list(read(key, value, origin=origin, where=where))
        name = fact_name(key) or key
        for when in dict.fromkeys(fact.when for fact in facts):
            earlier = given.setdefault((name, when), [])
            # Front matter repeats the key for each value of a list.
            if earlier and not (origin == "front matter" and earlier[-1][0] == key and _takes_many(name)):
                whole = _shown(", ".join([*(said for _, said in earlier), value]))
                raise FactError(f"{where} states {name!r} twice: keep one{f', for example {name}={whole!r}' if _takes_many(name) else ''}")
            earlier.append((key, value))
        for fact in facts:
            found.setdefault((fact.name, fact.value.casefold(), fact.when), fact)
    return list(found.values())


def _takes_many(name: str) -> bool:
    return name not in _READERS or name in ("authentication", *_MIXED)


def read(key: str, value: str, *, origin: Origin, where: str) -> Iterator[Fact]:
    """Yield the facts that `key` and `value` state.

    Raises:
        FactError: The key is unknown, or the value has no such unit; it begins with `where`.
    """
    name = fact_name(key)
    shown_key = _shown(one_line(key))
    if name is None:
        close = difflib.get_close_matches(shown_key.lower().replace("_", "-"), [*KEYS, *ALIASES], n=1, cutoff=0.5)
        guess = f"did you mean {close[0]!r}? " if close else ""
        raise FactError(f"{where}: unknown fact {shown_key!r}: {guess}facts are {', '.join(KEYS)}")
    text = one_line(value)
    reader = _READERS.get(name)
    facts = list(reader(name, text)) if reader is not None else list(_listed(name, text))
    if not facts:
        example = f"{name}={_EXAMPLES[name]!r}" if origin == "option" else repr(f"{name}: {_EXAMPLES[name]}")
        raise FactError(f"{where}: {shown_key}={_shown(text)!r} is not {_expected(name)}: write for example {example}")
    for fact in facts:
        yield fact.model_copy(update={"origin": origin, "quote": f"{shown_key}={text}" if origin == "option" else f"{shown_key}: {text}"})


def _shown(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…"


def _expected(name: str) -> str:
    if name in _CHOICES:
        return f"one of {', '.join(_CHOICES[name])}"
    return "a value for it" if name in _READERS else "a name of up to 200 characters"


def _amount(text: str) -> tuple[Quantity, str, When] | None:
    """Return (number, what follows it, when) if `text` starts with one number."""
    time: When = "unstated"
    if match := _WHEN.search(text):
        time = "now" if match["now"] else "year" if match["year"] else "peak"
        text = text[: match.start()]
    text = re.sub(r"^(?:about|around|up to|under|below|at most|~|≈|<=?|≤)\s*", "", text.strip(), flags=re.IGNORECASE)
    found = find(text, "en")
    if not found or found[0].start != 0 or found[0].number < 0:
        return None
    return found[0], text[found[0].end :].strip(" +"), time


def _people(name: FactName, text: str) -> Iterator[Fact]:
    if (amount := _amount(text)) is None:
        return
    quantity, rest, time = amount
    if rest and not re.fullmatch(r"(?:[a-z]+[ -]){0,3}[a-z]+", rest, re.IGNORECASE):
        return
    if re.fullmatch(r"(?:ms|s|sec|seconds?|[kmgt]i?b|bytes?|minutes?|hours?|days?|months?|years?|percent)", rest, re.IGNORECASE):
        return
    noun = rest or {"users": "users", "concurrent-users": "concurrent users"}.get(name, "people")
    yield Fact(name=name, value=f"{show(quantity.number)} {noun}", number=quantity.number, when=time)


def _team(name: FactName, text: str) -> Iterator[Fact]:
    if re.fullmatch(r"solo(?: developer)?|just me|me", text, re.IGNORECASE):
        yield Fact(name=name, value="1 developer", number=1)
    elif re.fullmatch(r"small(?: team)?", text, re.IGNORECASE):
        yield Fact(name=name, value="small team")
    else:
        yield from _people(name, text)


def _rate(name: FactName, text: str) -> Iterator[Fact]:
    if (amount := _amount(text)) is None:
        return
    quantity, rest, time = amount
    noun = name.split("-")[0]
    match = re.fullmatch(
        rf"(?:(?:[a-z]+\s*){{0,2}}?(?:/\s*|\bper\s+|\ba\s+)(?P<unit>{units.PERIOD})|(?P<abbr>[rqt]ps|rpm)|(?:requests|reads|writes)?)", rest, re.IGNORECASE
    )
    if match is None:
        return
    unit = units.period_of(match["unit"]) if match["unit"] else "minute" if (match["abbr"] or "").lower() == "rpm" else "second"
    number = quantity.number / units.SECONDS[unit]
    shown = f"{show(quantity.number)} {noun}/s" if unit == "second" else f"{show(quantity.number)} {noun}/{unit} ({show(round(number, 2))}/s)"
    yield Fact(name=name, value=shown, number=number, when=time)


def _size(name: FactName, text: str) -> Iterator[Fact]:
    if (amount := _amount(text)) is None:
        return
    quantity, rest, time = amount
    match = units.SIZE.match(rest)
    if match is None:
        return
    number = quantity.number * units.bytes_per(match)
    shown = f"{show(quantity.number)} {units.size_name(match)}"
    tail = rest[match.end() :].strip()
    if name == "growth":
        per = re.fullmatch(rf"(?:/\s*|per\s+|a\s+)(?P<unit>{units.PERIOD})", tail, re.IGNORECASE)
        if per is None:
            return
        unit = units.period_of(per["unit"])
        number *= units.SECONDS["month"] / units.SECONDS[unit]
        shown += f"/{unit}"
    elif tail and not re.fullmatch(r"(?:each|of memory|ram|memory|of ram|total)", tail, re.IGNORECASE):
        return
    yield Fact(name=name, value=shown, number=number, when=time)


def _latency(name: FactName, text: str) -> Iterator[Fact]:
    percentile = re.search(r"\s*\(?\b(p\d{2}(?:\.\d)?)\b\)?\s*", text, re.IGNORECASE)
    if percentile:
        text = (text[: percentile.start()] + " " + text[percentile.end() :]).strip()
    if (amount := _amount(text)) is None:
        return
    quantity, rest, time = amount
    match = units.DURATION.fullmatch(rest)
    if match is None or quantity.number <= 0:
        return
    factor, unit = units.milliseconds(match)
    suffix = f" ({percentile.group(1).lower()})" if percentile else ""
    yield Fact(name=name, value=f"{show(quantity.number)} {unit}{suffix}", number=quantity.number * factor, when=time)


def _availability(name: FactName, text: str) -> Iterator[Fact]:
    if re.fullmatch(r"high", text, re.IGNORECASE):
        yield Fact(name=name, value="high")
    elif nines := re.fullmatch(r"(two|three|four|five|six)[ -]nines?", text, re.IGNORECASE):
        count = ("two", "three", "four", "five", "six").index(nines.group(1).lower()) + 2
        yield Fact(name=name, value="9" * 2 + ("." + "9" * (count - 2) if count > 2 else "") + "%", number=round(1 - 10.0**-count, 8))
    elif match := re.fullmatch(r"(\d{1,3}(?:[.,]\d+)?)\s*%", text):
        number = float(match.group(1).replace(",", "."))
        if 0 < number <= 100:
            yield Fact(name=name, value=f"{match.group(1).replace(',', '.')}%", number=round(number / 100, 8))


def _budget(name: FactName, text: str) -> Iterator[Fact]:
    match = re.fullmatch(
        rf"(?P<before>US\$|R\$|\$|€|£|¥|₹|[A-Z]{{3}}\s)?\s*(?P<amount>\d[\d.,' ]*\s*(?:[kKmM]|thousand|million)?)\s*(?P<after>€"
        rf"|[A-Za-z]{{3,7}})?\s*(?:(?:/|per|a)\s*(?P<unit>{units.PERIOD})|(?P<monthly>monthly))?",
        text,
    )
    if match is None:
        return
    found = find(match["amount"].strip() + " ", "en")
    currency = (match["before"] or match["after"] or "$").strip()
    if not found or found[0].end < len(match["amount"].rstrip()) or (match["after"] and not units.CURRENCY_AFTER.fullmatch(match["after"])):
        return
    unit = units.period_of(match["unit"]) if match["unit"] else "month" if match["monthly"] else ""
    yield Fact(name=name, value=f"{units.sign(currency)}{show(found[0].number)}{'/' + unit if unit else ''}", number=found[0].number)


def _deadline(name: FactName, text: str) -> Iterator[Fact]:
    if shown := limits.find_date(text):
        yield Fact(name=name, value=shown)
    elif match := re.fullmatch(rf"(?:in\s+)?(?P<amount>\S+)\s*(?P<unit>{units.PERIOD})", text, re.IGNORECASE):
        found = find(match["amount"], "en")
        unit = units.period_of(match["unit"])
        if found and unit not in ("second", "minute"):
            days = found[0].number * units.SECONDS[unit] / units.SECONDS["day"]
            yield Fact(name=name, value=f"in {show(found[0].number)} {unit}{'' if found[0].number == 1 else 's'}", number=days)


def _retention(name: FactName, text: str) -> Iterator[Fact]:
    if (amount := _amount(text)) is None:
        return
    quantity, rest, time = amount
    match = re.fullmatch(units.PERIOD, rest, re.IGNORECASE)
    if match is None:
        return
    unit = units.period_of(rest)
    days = quantity.number * (365 if unit == "year" else units.SECONDS[unit] / units.SECONDS["day"])
    yield Fact(name=name, value=f"{show(quantity.number)} {unit}{'' if quantity.number == 1 else 's'}", number=days, when=time)


def _cpu(name: FactName, text: str) -> Iterator[Fact]:
    amount = _amount(text)
    if amount is not None and re.fullmatch(r"(?:v?cpus?|cores?)?", amount[1], re.IGNORECASE) and amount[0].number > 0:
        yield Fact(name=name, value=f"{show(amount[0].number)} CPU", number=amount[0].number)


def _choice(name: FactName, text: str) -> Iterator[Fact]:
    parts = re.split(r"\s*[,;]\s*", text.lower()) if name in _MIXED else [text.lower()]
    chosen = [next((value for value, others in _CHOICES[name].items() if part == value.lower() or part in others), None) for part in parts]
    if None not in chosen:
        yield from (Fact(name=name, value=value) for value in chosen if value)


def _authentication(name: FactName, text: str) -> Iterator[Fact]:
    low = text.lower()
    if low in ("none", "no", "false", "off"):
        yield Fact(name=name, value="none")
    elif low in ("required", "yes", "true", "on"):
        yield Fact(name=name, value="required")
    else:
        yield from _listed(name, text)


def _listed(name: FactName, text: str) -> Iterator[Fact]:
    for part in re.split(r"\s*[,;]\s*", text):
        if not part or len(part) > 200:
            continue
        tech = technologies.lookup(part) if name in ("stack", "cloud", "database", "forbidden") else None
        if name == "database" and part.lower() in ("none", "no", "false"):
            yield Fact(name="persistence", value="none")
        else:
            yield Fact(name=name, value=tech.name if tech else part)


_READERS: dict[str, Callable[[FactName, str], Iterator[Fact]]] = {
    "users": _people,
    "concurrent-users": _people,
    "team": _team,
    "requests-per-second": _rate,
    "reads-per-second": _rate,
    "writes-per-second": _rate,
    "storage": _size,
    "growth": _size,
    "item-size": _size,
    "memory-limit": _size,
    "latency": _latency,
    "availability": _availability,
    "budget": _budget,
    "deadline": _deadline,
    "retention": _retention,
    "cpu-limit": _cpu,
    "persistence": _choice,
    "backend": _choice,
    "scale": _choice,
    "architecture": _choice,
    "offline": _choice,
    "real-time": _choice,
    "authentication": _authentication,
}
