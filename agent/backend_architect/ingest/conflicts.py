"""Contradictions inside a brief: only those that cannot both hold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from backend_architect.brief import Brief
from backend_architect.expressions import expression
from backend_architect.ingest.numbers import find
from backend_architect.ingest.technologies import RELATIONAL
from backend_architect.profile import Conflict, Fact

_VAGUE = expression(r"(?:tens|dozens|hundreds|thousands|millions|billions|a |several)", re.IGNORECASE)
_NOUN = expression(r"^[\d.,]+ (?P<noun>.+?)(?:/s|/\w+ \(.*)?$")
_RATIO = expression(r"\b(?P<a>\d+)\s*[:：]\s*(?P<b>\d+)\b")
_ROLES = expression(r"\b(?:admin|coordinator|manager|moderator|staff|owner|operator|editor|some|optional|later|may|can)\w*\b", re.IGNORECASE)
_SECURITY_FIRST = expression(r"\bsecurity[- ]first\b|\bzero[- ]trust\b|\brole[- ]based access\b|\bRBAC\b", re.IGNORECASE)
_PRESCRIBES = expression(r"\b(?:must|use|uses|using|store[sd]? in|database:|database is|with|on|backed by)\b", re.IGNORECASE)
_HEDGES = expression(
    r"\b(?:or|either|tests?|testing|local(?:ly)?|develop\w*|migrat\w*|replicas?|legacy|existing|import\w*|export\w*|analytics|report\w*|warehouse"
    r"|sync\w*|read from|while|default)\b",
    re.IGNORECASE,
)
_ROLE = expression(r"patient|student|driver|rider|player|viewer|merchant|teacher|seller|buyer|shopper|famil| day| month", re.IGNORECASE)
_PURPOSE = expression(
    r"\b(?:to|for) (?:read|view|browse|see|look|respond|vote|answer|reply|play|visit|guests?|readers?|visitors?)\w*|\b(?:read|view|brows|answer"
    r"|antworten|respond)\w* without\b",
    re.IGNORECASE,
)
_NEEDS_ROLES = expression(
    r"\bonly (?:the )?(?:managers?|admins?|administrators?|coordinators?|editors?|moderators?|supervisors?|authori[sz]ed \w+) (?:may|can|should|must"
    r"|are allowed to)\b|\bwho (?:approved|did|changed|decided|deleted) what\b",
    re.IGNORECASE,
)
_SWITCHED_OFF = expression(r"\b(?:switched|turned|powered|shut) (?:off|down)\b[^.;]{0,40}\b(?:nights?|weekends?|overnight)\b", re.IGNORECASE)
_INSIDE_ONLY = expression(
    r"\b(?:must|may|should|can)(?: ?not|n['’]t) be (?:reachable|accessible|reached|visible) from (?:the )?(?:outside|internet|public)\b"
    r"|\bonly (?:reachable|accessible) (?:from|in|on) (?:the )?(?:office|building|intranet|internal network|lan)\b",
    re.IGNORECASE,
)
_FROM_OUTSIDE = expression(
    r"\b(?:at|from) home\b[^.;]{0,60}\b(?:must|can|should|need)\b|\b(?:must|can|should|need)\w*\b[^.;]{0,60}\b(?:from home|on the road|from anywhere"
    r"|remotely)\b",
    re.IGNORECASE,
)
_REALTIME_ONLY = expression(
    r"\b(?:always|only|constant(?:ly)?|permanent(?:ly)?) (?:online|connected|real[- ]?time)\b|\breal[- ]?time only\b|\bonline only\b", re.IGNORECASE
)


def find_conflicts(brief: Brief, facts: Sequence[Fact]) -> tuple[Conflict, ...]:
    """Return the contradictions among `facts`, each pair once, in order."""
    now = [fact for fact in facts if fact.origin == "brief" and not (fact.when == "year" and fact.number is None)]
    return tuple(
        _unique(
            (
                *_users(now),
                *_login(brief, now),
                *_architecture(now),
                *_persistence(now),
                *_databases(now),
                *_budgets(now),
                *_rates(brief, now),
                *_offline(now),
                *_retention(now),
                *_hours(brief, now),
                *_reach(brief),
            )
        )
    )


def _unique(found: Iterable[Conflict]) -> Iterator[Conflict]:
    seen: set[str] = set()
    for conflict in found:
        if conflict.about not in seen:
            seen.add(conflict.about)
            yield conflict


def _of(facts: Sequence[Fact], name: str) -> list[Fact]:
    return [fact for fact in facts if fact.name == name]


def _at(fact: Fact) -> str:
    return f"S{fact.cites[0]}" if fact.cites else fact.origin


def _noun(fact: Fact) -> str:
    match = _NOUN.match(fact.value)
    return match["noun"].lower().removeprefix("registered ").removesuffix("s") if match else ""


def _users(facts: Sequence[Fact]) -> Iterator[Conflict]:
    for name in ("users", "concurrent-users"):
        exact = [fact for fact in _of(facts, name) if fact.number and not _VAGUE.match(fact.value)]
        for first, second in combinations(exact, 2):
            if (
                first.when == second.when
                and _noun(first) == _noun(second)
                and first.number != second.number
                and first.cites != second.cites
                and not _ROLE.search(_noun(first))
            ):
                low, high = sorted((first.number or 0, second.number or 0))
                if high >= 1.5 * low:
                    yield Conflict(
                        first=first,
                        second=second,
                        about=f"{_at(first)} says {first.value}, {_at(second)} says {second.value}: which number is the system built for?",
                    )


def _login(brief: Brief, facts: Sequence[Fact]) -> Iterator[Conflict]:
    none = [fact for fact in _of(facts, "authentication") if fact.value == "none"]
    if not none:
        return
    for other in _of(facts, "authentication"):
        if other.value == "required" and not _ROLES.search(other.quote) and not _ROLES.search(none[0].quote):
            yield Conflict(
                first=none[0],
                second=other,
                about=f"{_at(none[0])} wants no login, but {_at(other)} requires one: who may do what, and how is a person recognised?",
            )
            return
    if not _PURPOSE.search(none[0].quote):
        for statement in brief.statements:
            if (match := _NEEDS_ROLES.search(statement.text)) and statement.kind != "heading" and statement.number not in none[0].cites:
                roles = Fact(name="authentication", value="roles", cites=(statement.number,), quote=_around(statement.text, match.start()))
                about = f"{_at(none[0])} wants no login, but S{statement.number} tells people apart ({match.group()!r}): how is a person recognised?"
                yield Conflict(first=none[0], second=roles, about=about)
                return
    for statement in brief.statements:
        if (match := _SECURITY_FIRST.search(statement.text)) and statement.kind != "heading" and statement.number not in none[0].cites:
            claim = Fact(name="authentication", value=match.group().strip("\"'"), cites=(statement.number,), quote=_around(statement.text, match.start()))
            yield Conflict(
                first=none[0],
                second=claim,
                about=f"{_at(none[0])} wants no login, but S{statement.number} calls the system {match.group()!r}: without a login nobody can be "
                f"kept out or held to account",
            )
            return


def _around(text: str, start: int) -> str:
    low = max(text.rfind(". ", 0, start) + 2, 0) if ". " in text[:start] else 0
    high = text.find(". ", start)
    return text[low : high + 1 if high >= 0 else len(text)][:240]


def _architecture(facts: Sequence[Fact]) -> Iterator[Conflict]:
    micro = next((fact for fact in _of(facts, "architecture") if fact.value == "microservices"), None)
    if micro is None:
        return
    if mono := next((fact for fact in _of(facts, "architecture") if fact.value == "monolith"), None):
        yield Conflict(first=micro, second=mono, about=f"{_at(micro)} prescribes microservices, {_at(mono)} a monolith: one of them is built")
    if banned := next((fact for fact in _of(facts, "forbidden") if fact.value == "microservices"), None):
        yield Conflict(first=micro, second=banned, about=f"{_at(micro)} prescribes microservices, {_at(banned)} rules them out")
    users = [fact for fact in _of(facts, "users") if fact.number is not None]
    if users and max(fact.number or 0 for fact in users) <= 100:
        yield Conflict(
            first=micro,
            second=users[0],
            about=f"{_at(micro)} prescribes microservices, but {_at(users[0])} names {users[0].value}: one service carries that load",
        )
        return
    team = next((fact for fact in _of(facts, "team") if fact.number is not None and fact.number <= 3), None)
    if team is not None:
        yield Conflict(
            first=micro,
            second=team,
            about=f"{_at(micro)} prescribes microservices, but {_at(team)} names a team of {team.value}: too few to run several services",
        )


def _persistence(facts: Sequence[Fact]) -> Iterator[Conflict]:
    none = next((fact for fact in _of(facts, "persistence") if fact.value in ("none", "memory")), None)
    if none is None or none.value == "memory":
        return
    others = [fact for fact in _of(facts, "persistence") if fact.value == "database"]
    others += [fact for fact in _of(facts, "database") if _PRESCRIBES.search(fact.quote) and not _HEDGES.search(fact.quote)]
    others += _of(facts, "retention")
    for other in others:
        if other.cites != none.cites:
            what = {"persistence": "stores in a database", "database": f"names {other.value}"}.get(other.name, f"keeps data for {other.value}")
            yield Conflict(first=none, second=other, about=f"{_at(none)} wants nothing stored, but {_at(other)} {what}: is anything to survive a restart?")
            return


def _databases(facts: Sequence[Fact]) -> Iterator[Conflict]:
    named = [fact for fact in _of(facts, "database") if fact.value in RELATIONAL and _PRESCRIBES.search(fact.quote) and not _HEDGES.search(fact.quote)]
    for first, second in combinations(named, 2):
        if first.value != second.value and first.cites != second.cites:
            yield Conflict(
                first=first,
                second=second,
                about=f"{_at(first)} prescribes {first.value}, {_at(second)} prescribes {second.value}: one database is to be the source of truth",
            )
            return


def _budgets(facts: Sequence[Fact]) -> Iterator[Conflict]:
    budgets = [fact for fact in _of(facts, "budget") if fact.number]
    for first, second in combinations(budgets, 2):
        same_kind = re.sub(r"[\d.,]+", "", first.value) == re.sub(r"[\d.,]+", "", second.value)
        if same_kind and first.number != second.number and first.cites != second.cites:
            yield Conflict(first=first, second=second, about=f"{_at(first)} gives a budget of {first.value}, {_at(second)} of {second.value}: which one holds?")
            return


def _rates(brief: Brief, facts: Sequence[Fact]) -> Iterator[Conflict]:
    for name in ("reads-per-second", "writes-per-second"):
        rates = [fact for fact in _of(facts, name) if fact.number and fact.when != "peak"]
        for first, second in combinations(rates, 2):
            # Only a total and an average of the same thing can disagree: two per-second figures may be two operations.
            monthly = ("/month" in first.value) != ("/month" in second.value) and ("/s" in (first.value + " ").split("(")[0]) != (
                "/s" in (second.value + " ").split("(")[0]
            )
            if monthly and first.when == second.when and _off(first.number or 0, second.number or 0):
                yield Conflict(
                    first=first,
                    second=second,
                    about=f"{_at(first)} says {first.value}, {_at(second)} says {second.value}: they differ by more than a factor of two",
                )
                return
    yield from _ratio(brief, facts)


def _off(first: float, second: float) -> bool:
    return max(first, second) > 2 * min(first, second)


def _ratio(brief: Brief, facts: Sequence[Fact]) -> Iterator[Conflict]:
    reads = [fact for fact in _of(facts, "reads-per-second") if fact.number and fact.when != "peak"]
    writes = [fact for fact in _of(facts, "writes-per-second") if fact.number and fact.when != "peak"]
    if not reads or not writes:
        return
    for statement in brief.statements:
        match = _RATIO.search(statement.text)
        if match is None or not re.search(r"\bratio\b|比例|\brelação\b|\bproporción\b|\bread[- ]?(?:to|heavy|:)", statement.text, re.IGNORECASE):
            continue
        if not re.search(r"read|读|leitura|lectura", statement.text, re.IGNORECASE) or not find(match.group(), "en") or not int(match["b"]):
            continue
        wanted, actual = int(match["a"]) / int(match["b"]), (reads[0].number or 1) / (writes[0].number or 1)
        if wanted >= 1 and _off(wanted, actual):
            claim = Fact(name="reads-per-second", value=f"{match['a']} reads to {match['b']} writes", cites=(statement.number,), quote=statement.text[:240])
            yield Conflict(
                first=claim, second=reads[0], about=f"S{statement.number} says {claim.value}, but {reads[0].value} and {writes[0].value} are {actual:,.0f} to 1"
            )
        return


def _offline(facts: Sequence[Fact]) -> Iterator[Conflict]:
    offline = next(iter(_of(facts, "offline")), None)
    live = next((fact for fact in _of(facts, "real-time") if _REALTIME_ONLY.search(fact.quote)), None)
    if offline is not None and live is not None and offline.cites != live.cites:
        yield Conflict(first=offline, second=live, about=f"{_at(offline)} wants it to work offline, {_at(live)} needs a constant connection")


def _retention(facts: Sequence[Fact]) -> Iterator[Conflict]:
    kept = _of(facts, "retention")
    for first, second in combinations(kept, 2):
        subject, other = (fact.quote.split()[0].lower() if fact.quote else "" for fact in (first, second))
        # The same plural opens both sentences: "Notices disappear after 14 days. Notices are kept forever."
        if subject == other and len(subject) > 4 and subject.endswith("s") and first.number != second.number and first.quote != second.quote:
            about = (
                f"{_at(first)} keeps {subject} for {first.value}, {_at(second)} for {second.value}"
                if first.number
                else f"{_at(first)} and {_at(second)} disagree on how long {subject} are kept"
            )
            yield Conflict(first=first, second=second, about=about.replace("for forever", "forever"))
            return


def _hours(brief: Brief, facts: Sequence[Fact]) -> Iterator[Conflict]:
    demand = next((fact for fact in _of(facts, "availability") if fact.number is None or fact.number >= 0.98), None)
    if demand is None:
        return
    for statement in brief.statements:
        if match := _SWITCHED_OFF.search(statement.text):
            off = Fact(name="availability", value="switched off at times", cites=(statement.number,), quote=_around(statement.text, match.start()))
            yield Conflict(
                first=demand,
                second=off,
                about=f"{_at(demand)} asks for {demand.value} availability, S{statement.number} lets it be {match.group()!r}: which hours count?",
            )
            return


def _reach(brief: Brief) -> Iterator[Conflict]:
    inside = next(((statement, match) for statement in brief.statements if (match := _INSIDE_ONLY.search(statement.text))), None)
    outside = next(((statement, match) for statement in brief.statements if (match := _FROM_OUTSIDE.search(statement.text))), None)
    if inside is None or outside is None or inside[0].number == outside[0].number:
        return
    first = Fact(name="region", value="inside only", cites=(inside[0].number,), quote=_around(inside[0].text, inside[1].start()))
    second = Fact(name="region", value="from outside", cites=(outside[0].number,), quote=_around(outside[0].text, outside[1].start()))
    yield Conflict(first=first, second=second, about=f"{_at(first)} allows no access from outside, {_at(second)} needs it: through what, and for whom?")
