"""How long what is kept: each stated period bound to the thing that its own clause names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from backend_architect.architects.rules.case import Case, remembered
from backend_architect.architects.rules.language.nouns import canonical
from backend_architect.architects.rules.language.wording import clipped
from backend_architect.architects.rules.language.words import singular
from backend_architect.expressions import expression
from backend_architect.text import Cites

_UNIT = r"(?:day|week|month|year|tag|woche|monat|jahr|dia|día|mes|mês|ano|año|jour|mois|an)(?:s|es|e|en|n)?"
_LENGTH = expression(rf"\b(?:\d[\d,.]*|[^\W\d_]+)[\s-]+(?:calendar |full )?{_UNIT}\b|\bas long as\b|\b(?:forever|indefinitely|permanently)\b", re.IGNORECASE)
_NUMBERED = expression(rf"\b\d[\d,.]*[\s-]+(?:calendar |full )?{_UNIT}\b", re.IGNORECASE)
_CLAUSE = expression(r"(?<=[.;!?])\s+|;\s*|,\s+(?:and|but|while|whereas|und|aber)\s+|,\s+|\s+(?:and|but|while|whereas)\s+", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.;!?])\s+")
_AFTER = expression(r"\s*after\s+(?P<event>[^.;,]{3,60})", re.IGNORECASE)
_UNLESS = expression(r"\s+(?:unless|if|when|and|but|wenn)\b.*$", re.IGNORECASE)
_KEEPING = expression(
    r"\b(?:is|are|be|been|being|will|must|shall|should|may|can|has|have|to|not|only|we|you|it|they|please|automatically|kept|keep|keeps|stored?|retain(?:ed|s)?"
    r"|delet(?:e|ed|es)|purg(?:e|ed|es)|remov(?:e|ed|es)|archiv(?:e|ed|es)|expires?|expired|disappears?|erased?|anonymi[sz]ed|logged|older than|retention"
    r"|at least|at most|up to|werden|wird|a period|the last|the past)\b",
    re.IGNORECASE,
)
_VERB = expression(
    r"\b(?:is|are|must|shall|should|will|may|can|has to|have to|expires?|disappears?|werden|wird|older than)\b|\b(?:kept|stored|retained|deleted|removed)\b",
    re.IGNORECASE,
)
_LINK = expression(r"\b(?:of|by|from|to|for|in|on|at|about|with|after|over|that|which|who|whose|than|von|der|für)\b", re.IGNORECASE)
_AUDIT = expression(r"\b(?:log|logs|logged|audit\w*|trail|logbook|protocol)\b", re.IGNORECASE)
_ALL = frozenset({"data", "everything", "datum", "content", "all", "information", "record", "history", "daten", "dado", "dato", "row", "file", "period"})
"""Heads that name nothing of their own: what follows them does, and alone they mean all of it."""


@dataclass(frozen=True)
class Period:
    """A stated period and what it is said of."""

    value: str
    """`10 years after the last visit`."""
    days: float | None
    subject: str
    """The words that name it, as the brief has them: `Raw readings`; empty when it speaks of everything."""
    kind: Literal["thing", "audit", "everything"]
    heads: tuple[str, ...]
    """Canonical nouns it may mean, the likeliest first."""
    statement: int

    @property
    def cites(self) -> Cites:
        """The statement, as citations."""
        return (self.statement,)


@remembered
def periods(case: Case) -> tuple[Period, ...]:
    """Return the stated retention periods, each with its subject."""
    facts = [fact for fact in case.profile.all("retention") if not fact.cites or not all(case.label(n) in ("excluded", "solution") for n in fact.cites)]
    found: list[Period] = []
    used: dict[int, int] = {}
    for fact in facts:
        if not fact.cites:
            found.append(Period(fact.value, fact.number, "", "everything", (), 0))
            continue
        number = fact.cites[0]
        clauses = _spoken(case.statement(number).text, fact.quote, fact.value)
        place = used.get(number, 0) if len(clauses) > 1 else 0
        used[number] = place + 1
        before, after = clauses[min(place, len(clauses) - 1)] if clauses else ("", "")
        found.append(_bound(fact.value, fact.number, before, after, number))
    return tuple(dict.fromkeys(found))


def _spoken(text: str, quote: str, value: str) -> list[tuple[str, str]]:
    """Return what stands before and after the length in each clause that may have given a value."""
    same = value.split()[0].lower()
    unit = value.split()[-1].rstrip("s")[:3]
    every: list[tuple[str, str]] = []
    for sentence in _SENTENCE.split(text):
        earlier = ""
        for clause in _CLAUSE.split(sentence):
            length = _NUMBERED.search(clause) or _LENGTH.search(clause)
            if length is None:
                earlier = clause
                continue
            before = clause[: length.start()]
            # "kept, and deleted after 3 years": the clause without a subject goes on with the last one's.
            if not _named(before) and earlier:
                before = f"{earlier} {before}"
            every.append((before, clause[length.end() :]) if same not in length[0].lower() else (before, f"\0{clause[length.end() :]}"))
            earlier = clause[: length.start()]
    exact = [(before, after[1:]) for before, after in every if after.startswith("\0")]
    return exact or [(before, after.lstrip("\0")) for before, after in every] if unit else []


def _named(before: str) -> str:
    """Return the words of a clause that name something."""
    verb = _VERB.search(before)
    active = verb is None or not before[: verb.start()].strip() or re.fullmatch(r"\s*(?:we|you|it|they)\s*", before[: verb.start()], re.IGNORECASE)
    said = before if active or verb is None else before[: verb.start()]
    return " ".join(_KEEPING.sub(" ", said).replace(":", " ").split()).strip(" -|")


def _bound(value: str, days: float | None, before: str, after: str, statement: int) -> Period:
    event = _AFTER.match(after)
    full = f"{value} after {_UNLESS.sub('', event['event']).strip()}" if event is not None and days is not None else value
    named = re.sub(r"\s+(?:for|to|after|of)$", "", _named(before))
    subject = clipped(re.sub(r"^(?:the|all|every|each|any|die|der|das|old)\s+", "", named, flags=re.IGNORECASE), 60)
    parts = [part for part in _LINK.split(subject) if part.strip()]
    heads = [head for part in parts if (head := _head(part))]
    if _AUDIT.search(named) or (re.search(r"\blogged\b", before, re.IGNORECASE) is not None):
        return Period(full, days, subject, "audit", tuple(heads), statement)
    while heads and heads[0].split("_")[-1] in _ALL and "_" not in heads[0]:
        heads = heads[1:]
    return Period(full, days, subject if heads else "", "thing" if heads else "everything", tuple(heads[:1]), statement)


def _head(part: str) -> str:
    words = re.findall(r"[^\W\d_]+", part.lower())
    words = [word for word in words if word not in ("a", "an", "the", "all", "every", "each", "any", "old", "raw", "for", "must", "as")]
    return canonical(" ".join(words[-2:])) if words else ""


def is_audit(noun: str) -> bool:
    """Whether an entity is the record of who did what."""
    parts = noun.split("_")
    return "audit" in parts or parts[-1] == "log" or noun in ("log_entry", "access_event")


def of_entity(case: Case, noun: str, fields: Iterable[str] = ()) -> tuple[Period | None, tuple[tuple[str, Period], ...]]:
    """Return the period of an entity's rows, and those of single fields of it."""
    names = tuple(fields)
    rows: Period | None = None
    everything: Period | None = None
    single: list[tuple[str, Period]] = []
    for period in periods(case):
        match period.kind:
            case "audit" if is_audit(noun):
                rows = rows or period
            case "everything" if noun not in ("user", "session") and not is_audit(noun):
                everything = everything or period
            case "thing":
                if _means(period.heads[0], noun):
                    rows = rows or period
                elif field := next((name for name in names if _means(period.heads[0], singular(name)) and not name.endswith("_id")), ""):
                    single.append((field, period))
            case _:
                pass
    return rows or everything, tuple(single)


def _means(head: str, noun: str) -> bool:
    """Whether a head of a clause is a noun: the same, or the same but for what qualifies it."""
    own = canonical(noun)
    return head == own or head.rpartition("_")[2] == own or own.rpartition("_")[2] == head


def audit_period(case: Case) -> Period | None:
    """Return the stated period of the audit log."""
    return next((period for period in periods(case) if period.kind == "audit"), None)


def phrase(case: Case) -> str:
    """Return the stated periods with their subjects: `appointments 10 years after the last visit, the log 3 years`."""
    return "; ".join(f"{_lower(period.subject) or 'everything'}: {period.value}" for period in periods(case))


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
