"""How much: the load now and in a year, which resource gives way first, and when to do what."""

from __future__ import annotations

import re
from collections.abc import Sequence

from backend_architect.architects.rules.case import Case
from backend_architect.architects.rules.language import wording
from backend_architect.architects.rules.layers import evidence, grounds
from backend_architect.architects.rules.traits import as_stated
from backend_architect.design import Load
from backend_architect.expressions import expression
from backend_architect.profile import Fact, FactName
from backend_architect.text import Cites

MONTH = 2_592_000
"""Seconds in 30 days."""

_MEASURES: tuple[tuple[FactName, str], ...] = (
    ("users", "Users"),
    ("concurrent-users", "Users at the same time"),
    ("reads-per-second", "Reads"),
    ("writes-per-second", "Writes"),
    ("requests-per-second", "Requests"),
    ("item-size", "Size of one item"),
    ("storage", "Stored data"),
    ("growth", "Growth"),
)
_RATES: tuple[FactName, ...] = ("reads-per-second", "writes-per-second", "requests-per-second")
_USERS: tuple[FactName, ...] = ("users", "concurrent-users")
_PER = expression(r"(?:/|\b(?:a|per|each|every)\s+)\s*(?P<unit>s|sec(?:ond)?|min(?:ute)?|h(?:our)?|d(?:ay)?|month)\b", re.IGNORECASE)
_UNITS: dict[str, tuple[str, int]] = {"s": ("second", 1), "m": ("minute", 60), "h": ("hour", 3600), "d": ("day", 86_400), "month": ("month", MONTH)}
_UNEVEN = expression(r"\b(?:not (?:be )?(?:even|uniform)\w*|uneven\w*|spik\w+|peaks?|bursts?|rush|season\w*)\b|不是均匀|不均匀|峰值|picos?\b", re.IGNORECASE)

_ASSUMED: dict[str, tuple[str, str, str]] = {
    "tiny": ("under 1 request/s, under 100 MB", "under 5 requests/s, under 1 GB", "a few people at once"),
    "small": ("5 requests/s at the busiest, under 1 GB", "20 requests/s, under 5 GB", "some hundred users, ten requests each in their busiest hour"),
    "medium": ("50 requests/s at the busiest, 10 GB", "100 requests/s, 50 GB", "some ten thousand users"),
    "large": ("500 requests/s at the busiest, 100 GB", "2,000 requests/s, 1 TB", "the brief speaks of a large system without a rate"),
}
"""Now, in a year, reckoned from; used only when the brief states no load at all."""


def load(case: Case) -> tuple[Load, ...]:
    """Return the measures, the stated ones first; one assumption in numbers when nothing is stated."""
    if case.traits.shape in ("none", "browser"):
        return ()
    rows = [row for name, measure in _MEASURES if (row := _stated(case, name, measure)) is not None]
    rows += [row for row in (_peak(case), _volume(case)) if row is not None]
    if not any(case.profile.all(name) for name in (*_RATES, *_USERS)):
        if case.traits.shape == "cli":
            return tuple(rows)
        now, year, basis = _ASSUMED[case.traits.size]
        rows.insert(0, Load(measure="Requests and data", now=now, in_a_year=year, basis=f"None stated; assumed: {basis}"))
    elif not any(case.profile.all(name) for name in _RATES):
        rows.append(_reckoned(case))
    return tuple(rows)


def _stated(case: Case, name: FactName, measure: str) -> Load | None:
    facts = [fact for fact in case.profile.all(name) if fact.when != "peak" and not _sketched(case, fact)] or [
        f for f in case.profile.all(name) if f.when != "peak"
    ]
    if not facts:
        return None
    numbered = [fact for fact in facts if fact.number is not None]
    top = max(numbered, key=lambda fact: fact.number or 0.0) if numbered else facts[0]
    low = min(numbered, key=lambda fact: fact.number or 0.0) if numbered else facts[0]
    year = next((fact for fact in facts if fact.when == "year"), None)
    now = next((fact for fact in facts if fact.when == "now"), None)
    if name == "concurrent-users":
        # What has to be borne is the fullest moment.
        now, year = (None, year) if year is not None and year.number == top.number else (top, year)
    if year is None and now is None and name in _USERS and (low.number or 0) * 10 <= (top.number or 0):
        now, year = low, top
    rising = name in _RATES and now is None and staged(case)
    cites = wording.cites(*(fact.cites for fact in facts if fact in (now, year) or _agree(fact, now or top)), most=4)
    return Load(
        measure=measure,
        now="near 0: the first users" if rising else _now(name, now, year, top),
        in_a_year=year.value if year else f"{(now or top).value}{' (no growth stated)' if name in (*_RATES, *_USERS) and not rising else ''}",
        basis=_basis(year or now or top, name),
        cites=cites,
    )


def staged(case: Case) -> bool:
    """Return whether the brief starts small and names a goal at least a thousand times as large."""
    users = [fact.number for fact in case.profile.all("users") if fact.number]
    return case.traits.size == "large" and bool(users) and min(users) * 1000 <= max(users)


def _now(name: FactName, now: Fact | None, year: Fact | None, top: Fact) -> str:
    if now is not None or year is None:
        return (now or top).value
    return "starts empty" if name == "storage" else f"lower; {year.value} is where it has to get to"


def _sketched(case: Case, fact: Fact) -> bool:
    """Return whether a fact stands only in a solution that somebody wrote into the brief."""
    return bool(fact.cites) and all(case.label(number) in ("solution", "excluded") for number in fact.cites)


def _agree(first: Fact, second: Fact) -> bool:
    if first.number is None or second.number is None or first.value == second.value:
        return first.value == second.value
    return abs(first.number - second.number) <= 0.15 * max(first.number, second.number)


def _basis(fact: Fact, name: FactName) -> str:
    said = f"Stated: {wording.quoted(fact.quote, 80)}" if fact.origin == "brief" and fact.quote else wording.headed(as_stated(fact))
    per = _PER.search(fact.quote) or _PER.search(fact.value)
    if name not in _RATES or fact.number is None or per is None:
        return said
    unit, seconds = _UNITS.get(per["unit"].lower() if per["unit"].lower() == "month" else per["unit"][0].lower(), ("second", 1))
    if seconds == 1:
        return said
    return f"{said}; {wording.figure(wording.rounded(fact.number * seconds))} a {unit} / {seconds:,} s = {wording.figure(wording.rounded(fact.number))}/s"


def _peak(case: Case) -> Load | None:
    demand = grounds.load(case)
    peaks = [fact for name in _RATES for fact in case.profile.all(name) if fact.when == "peak" and fact.number]
    stated = max(peaks, key=lambda fact: fact.number or 0.0, default=None)
    if stated is not None:
        return Load(measure="Peak", now=stated.value, in_a_year=f"{stated.value} (no growth stated)", basis=_basis(stated, stated.name), cites=stated.cites[:3])
    if not demand.known or demand.average < 1:
        return None
    uneven = evidence.mentioning(evidence.demands(case), _UNEVEN, limit=1)
    why = "the brief says traffic is uneven" if uneven else "the brief gives no peak"
    peak = f"{wording.per_second(demand.peak, 'requests')}"
    basis = (
        f"{wording.figure(wording.rounded(demand.average))}/s on average x {grounds.PEAK} = {wording.figure(demand.peak)}/s; the factor is assumed because"
        f" {why}"
    )
    return Load(measure="Peak", now=peak, in_a_year=peak, basis=basis, cites=wording.cites(uneven, demand.cites, most=3))


def _volume(case: Case) -> Load | None:
    """Reckon the data of a month and a year, where item size and write rate are stated and the volume is not."""
    item, writes = case.profile.number("item-size"), case.traits.writes_per_second
    if not item or not writes or case.profile.all("storage") or case.profile.all("growth"):
        return None
    monthly = wording.rounded(writes * MONTH)
    return Load(
        measure="New data",
        now=f"{wording.volume(monthly * item)} a month",
        in_a_year=f"{wording.volume(12 * monthly * item)} stored",
        basis=f"{wording.volume(item)} x {wording.figure(monthly)} writes a month = {wording.volume(monthly * item)}",
        cites=wording.cites(*(fact.cites for fact in (*case.profile.all("item-size"), *case.profile.all("writes-per-second"))), most=4),
    )


def _reckoned(case: Case) -> Load:
    fact = next(fact for name in _USERS if (fact := grounds.largest(case, name) or case.profile.first(name)) is not None)
    users = fact.number or 1.0
    rate = users * 20 / 86_400
    if rate * grounds.PEAK < 1:
        sums = (
            f"{wording.figure(users)} users x 20 requests a day (assumed) / 86,400 s x {grounds.PEAK} at peak ="
            f" {wording.figure(wording.rounded(rate * grounds.PEAK))}/s"
        )
        return Load(measure="Requests", now="under 1 request/s", in_a_year="under 1 request/s", basis=sums, cites=fact.cites[:2])
    now, peak = wording.per_second(rate, "requests"), wording.per_second(rate * grounds.PEAK, "requests")
    return Load(
        measure="Requests",
        now=f"{now}, {peak} at peak",
        in_a_year=f"{peak} sustained would still be one instance" if rate * grounds.PEAK < grounds.PER_INSTANCE else f"{peak} at peak",
        basis=f"{wording.figure(users)} users x 20 requests a day (assumed) / 86,400 s = {wording.figure(wording.rounded(rate))}/s; peak x {grounds.PEAK}",
        cites=fact.cites[:2],
    )


def busiest(case: Case) -> float:
    """Return the requests/s at the worst time: stated, reckoned from users, or assumed from the size."""
    demand = grounds.load(case)
    if demand.known:
        return demand.peak
    users = case.profile.number("users") or case.profile.number("concurrent-users")
    if users:
        return wording.rounded(max(users * 20 / 86_400 * grounds.PEAK, 1.0))
    return {"tiny": 1.0, "small": 5.0, "medium": 50.0, "large": 500.0}[case.traits.size]


def test_rate(case: Case) -> int:
    """Return the requests/s of the load test: twice the peak, or one instance's share where the goal is reached in stages."""
    return max(10, round(2 * (float(grounds.PER_INSTANCE) if staged(case) else busiest(case))))


def spread(total: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Split `total` by weight into whole numbers of at least 1 that add up to it exactly.

    Raises:
        ValueError: There is less than 1 for each.
    """
    if total < len(weights):
        raise ValueError(f"cannot split {total} into {len(weights)} parts of at least 1")
    free, whole = total - len(weights), sum(weights)
    parts = [1 + free * weight // whole for weight in weights]
    # The largest remainders get what rounding left over; ties go to the earlier step.
    order = sorted(range(len(weights)), key=lambda i: (-(free * weights[i] % whole), i))
    for i in order[: total - sum(parts)]:
        parts[i] += 1
    return tuple(parts)


def sources(case: Case) -> Cites:
    """Return the statements that state load."""
    return wording.cites(*(fact.cites for name, _ in _MEASURES for fact in case.profile.all(name)), most=6)
