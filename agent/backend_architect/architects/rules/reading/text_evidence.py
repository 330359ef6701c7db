"""What the sentences say about a noun: its states, how many of it, what it contains, when it ends, what must be unique."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from backend_architect.architects.rules.case import Case, Label, remembered
from backend_architect.architects.rules.language.nouns import canonical, is_thing
from backend_architect.architects.rules.language.words import plural, singular, snake
from backend_architect.brief import Statement
from backend_architect.expressions import expression

_DEMANDS: tuple[Label, ...] = ("functional", "quality", "constraint", "integration")
_ORDER = [
    "draft",
    "new",
    "idle",
    "busy",
    "pending",
    "requested",
    "waiting",
    "queued",
    "scheduled",
    "planned",
    "reserved",
    "available",
    "open",
    "active",
    "to_do",
    "in_progress",
    "processing",
    "borrowed",
    "rented",
    "in_review",
    "in_transit",
    "approved",
    "confirmed",
    "accepted",
    "published",
    "running",
    "paused",
    "paid",
    "shipped",
    "delivered",
    "sent",
    "received",
    "read",
    "done",
    "complete",
    "completed",
    "finished",
    "resolved",
    "awarded",
    "sold",
    "returned",
    "closed",
    "rejected",
    "declined",
    "failed",
    "suspicious",
    "blocked",
    "suspended",
    "cancelled",
    "withdrawn",
    "expired",
    "archived",
    "deactivated",
    "inactive",
]
STATES = frozenset(_ORDER)
_STATE_OF_VERB: dict[str, tuple[str, ...]] = {
    "close": ("open", "closed"), "reopen": ("open", "closed"), "publish": ("draft", "published"), "unpublish": ("draft", "published"),
    "approve": ("pending", "approved"), "reject": ("pending", "rejected"),
    "accept": ("pending", "accepted"), "decline": ("pending", "declined"), "cancel": ("active", "cancelled"), "confirm": ("pending",
    "confirmed"), "complete": ("active", "completed"), "finish": ("active", "completed"),
    "archive": ("active", "archived"), "activate": ("inactive", "active"), "deactivate": ("active", "inactive"), "block": ("active",
    "blocked"), "unblock": ("active", "blocked"), "suspend": ("active", "suspended"),
    "pause": ("active", "paused"), "resume": ("active", "paused"), "ship": ("pending", "shipped"), "resolve": ("open", "resolved"),
    "return": ("borrowed", "returned"), "withdraw": ("active", "withdrawn"), "award": ("open", "awarded"),
    "lock": ("active", "locked"), "unlock": ("active", "locked"), "expire": ("active", "expired"), "check-in": ("open", "checked_in"),
}  # fmt: skip
_STATE_BEFORE = expression(rf"\b(?P<state>{'|'.join(state.replace('_', '[ -]') for state in _ORDER)}|canceled)\s+(?=\w)", re.IGNORECASE)
_FLAG_OF_VERB = {"flag": "flagged", "pin": "pinned", "escalate": "escalated"}
_SPELLINGS = {"canceled": "cancelled", "finished": "completed", "complete": "completed", "todo": "to_do"}
_MARKED = expression(
    r"\b(?:mark(?:s|ed|ing)?|flag(?:s|ged)?|set|tag(?:s|ged)?|change[sd]?)\b[^.]{0,50}?\b(?:as|to)\s+[\"'`“\u2018]?(?P<state>[A-Za-z]+(?:[ -][a-z]+)?)",
    re.IGNORECASE,
)
_LISTED = expression(
    r"\b(?:columns?|status(?:es)?|states?|stages?|lanes?|phases?|colunas|estados?|spalten|zustände|状态|(?:goes|passes) through)\b[^.(:]{0,40}[(:]\s*(?P<list>[^().:;]{4,160})",
    re.IGNORECASE,
)
_PASSES = expression(r"\b(?:goes|passes) through\b", re.IGNORECASE)
_REMARK = re.compile(r"\s*\([^()]*\)")
_QUOTED_STATE = re.compile(r"(?:[\"“`']|\b(?:becomes?|is|turns?|stays?|remains?|status) )(?P<state>[A-Z]{4,20}(?:[ _][A-Z]{2,20})?)(?:[\"”`']|\b)")
_CONTAINS = r"\b(?:contain(?:s|ing)?|consist(?:s|ing)? of|made up of|compris(?:es|ing)|includ(?:es|ing)|with|has|have|having)\s+"
_RANGE = (
    r"(?:(?:between\s+)?(?P<low>\d{1,4})\s*(?:-|\u2013|—|to|and|bis|a|até)\s*(?P<high>\d{1,4})|(?:up to|at most|no more than|a maximum of"
    r"|max\.?)\s+(?P<most>\d{1,4}))\s+"
)
_WINDOW = 200
"""What a thing consists of is said within this many characters after its name."""
_CONTAINED = expression(
    rf"{_CONTAINS}(?:{_RANGE})?(?P<qualifiers>(?:(?!(?:and|or|the|its|their|a|an|to|of)\b)[a-z-]+\s+){{0,3}}?)(?P<noun>[a-z]{{3,30}}s)\b", re.IGNORECASE
)
_COUNTED = expression(
    rf"{_RANGE}(?P<qualifiers>(?:[a-z-]+\s+){{0,3}}?)(?P<noun>[a-z]{{3,30}}s)\b(?:\s+(?:to|for|per|in|of|on)\s+(?:each|every|a|an|the)\s+(?P<parent>[a-z]+))?",
    re.IGNORECASE,
)
EXPIRY = expression(
    (
        r"\bexpir\w*|\btime[- ]to[- ]live\b|\bttl\b|\bpredefined time ?(?:frame|limit)\b|\bvalid (?:for|until)\b|\bauto-?delet\w*|过期|失效"
        r"|\bcaduc\w*|\bverfall\w*|\bablauf\w*"
    ),
    re.IGNORECASE,
)
DEADLINE = expression(r"\b(?:deadline|predefined time ?frame|closing (?:time|date)|ends? (?:at|on)|end (?:time|date))\b", re.IGNORECASE)
_UNIQUE_NUMBER = expression(
    r"\b(?P<noun>[a-z]+)(?:'s)? (?:number|id|code|reference)s?\b[^.]{0,40}\b(?:unique|increasing|sequential|consecutive)\b", re.IGNORECASE
)
_ONCE = expression(
    (
        r"\b(?:not|n't|cannot|never|nobody|no one)\b[^.]{0,60}\b(?:more than once|twice|again)\b|\bonly once\b|\bonce per\b|\bone (?:vote|response|review|bid"
        r"|entry|submission|answer) per\b|\bno (?:duplicate|two)\b|\bduplicates?\b"
    ),
    re.IGNORECASE,
)
_GRADES = expression(r"\b(?P<grade>vip|normal|regular|standard|premium|priority|urgent|express|basic|free|paid|guest)\s+(?P<noun>[a-z]+)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Contained:
    """A thing that another consists of, with the bounds that the brief states."""

    noun: str
    parent: str
    low: int | None
    high: int | None
    statement: int


@remembered
def demands(case: Case) -> tuple[Statement, ...]:
    """Return the statements that ask for something."""
    return tuple(statement for statement in case.brief.statements if case.label(statement.number) in _DEMANDS)


@lru_cache(maxsize=1024)
def pattern(noun: str) -> re.Pattern[str]:
    """Return a pattern that finds a noun in text, singular or plural, however it is joined."""
    forms = {noun, plural(noun)} | ({"to_do", "to_dos", "to_do's"} if noun == "todo" else set()) | ({"selection", "selections"} if noun == "option" else set())
    if noun.endswith("_request"):
        # "A request goes through …" is said of the requests for titles.
        forms |= {"request", "requests"}
    return re.compile(
        r"(?<![\w-])(?:" + "|".join(sorted((re.escape(form).replace("_", r"[ _-]?") for form in forms), key=len, reverse=True)) + r")(?![\w])", re.IGNORECASE
    )


@remembered
def mentions(case: Case, noun: str) -> tuple[Statement, ...]:
    """Return the statements that ask for something and name a noun."""
    found = pattern(noun)
    return tuple(statement for statement in demands(case) if found.search(statement.text))


def as_written(case: Case, name: str, numbers: tuple[int, ...]) -> str:
    """Return a name with the capitals that one of the statements gives its abbreviations: `DPA field staff`."""
    for number in numbers[:3]:
        found = re.search(re.escape(name), case.statement(number).text, re.IGNORECASE)
        if found is not None and any(len(word) > 1 and word.isupper() for word in found[0].split()):
            return found[0]
    return name


def states(noun: str, verbs: list[tuple[str, int]], about: tuple[Statement, ...], others: list[str]) -> tuple[tuple[str, ...], set[int]]:
    """Return the states a thing goes through, in order, and the statements that say so.

    `verbs` are the words (base or inflected) of the actions that change its state, with their
    statements; `others` are the other nouns, so that a state counts for the one it stands nearest to.
    One lone state such as `completed` comes back alone: it is a flag.
    """
    cites: set[int] = set()
    for statement in about:
        plain = _REMARK.sub("", statement.text) if "(" in statement.text and _PASSES.search(statement.text) else statement.text
        if (match := _LISTED.search(plain)) is not None and _nearest(plain, match.start(), noun, others):
            listed = tuple(
                dict.fromkeys(name for part in re.split(r"\s*(?:,|;|/|\||→|->|\band\b|\bor\b)\s*", match["list"]) if (name := snake(part)) and len(name) <= 30)
            )
            if 2 <= len(listed) <= 9:
                return listed, {statement.number}
    found: set[str] = set()
    for word, number in verbs:
        base = _base(word)
        for state in _STATE_OF_VERB.get(base, ()) or ((_FLAG_OF_VERB[base],) if base in _FLAG_OF_VERB else ()):
            found.add(state)
            cites.add(number)
    opens = any(_base(word) == "open" for word, _ in verbs)
    for statement in about:
        for match in _MARKED.finditer(statement.text):
            state = _spelled(match["state"])
            if (state in STATES or state.endswith("ed")) and _nearest(statement.text, match.start("state"), noun, others):
                found.add(state)
                cites.add(statement.number)
        for match in _STATE_BEFORE.finditer(statement.text):
            if not any(pattern(noun).match(statement.text, at) for at in (match.end(), _next_word(statement.text, match.end()))):
                continue
            found.add(_spelled(match["state"]))
            cites.add(statement.number)
        for match in _QUOTED_STATE.finditer(statement.text):
            if _spelled(match["state"]) in STATES and _nearest(statement.text, match.start(), noun, others):
                found.add(_spelled(match["state"]))
                cites.add(statement.number)
    if found & {"suspicious", "reported"}:
        found.discard("flagged")
    if found == {"idle"}:
        found.add("busy")
    found -= {"new", "expired", "available"} if len(found) > 2 else {"new", "expired"}
    if {"open", "closed"} <= found:
        found -= {"active", "completed"}
        if opens:
            found.add("draft")
    if {"pending", "completed"} <= found:
        found.discard("active")
    return tuple(sorted(found, key=lambda state: (_ORDER.index(state) if state in _ORDER else 99, state))), cites


def _next_word(text: str, position: int) -> int:
    space = text.find(" ", position)
    return space + 1 if space >= 0 else position


def _nearest(text: str, position: int, noun: str, others: list[str]) -> bool:
    """Return whether the last noun named before a place in the text is this one."""
    last = max((match.start() for match in pattern(noun).finditer(text, 0, position)), default=-1)
    return last >= 0 and not any(last < match.start() for other in others for match in pattern(other).finditer(text, 0, position))


def _spelled(word: str) -> str:
    state = snake(word)
    return _SPELLINGS.get(state, state)


def _base(word: str) -> str:
    lower = word.lower()
    for base in (*_STATE_OF_VERB, *_FLAG_OF_VERB, "open"):
        stem = base.rstrip("e")
        if lower == base or (
            lower.startswith(stem) and lower[len(stem) :] in ("s", "es", "ed", "d", "ing", "e", "led", "ling", "ped", "ping", "ged", "ging", "ned", "ning")
        ):
            return base
    return lower


def contained(statement: Statement, parent: str) -> Contained | None:
    """Return what a statement says that a thing consists of: "a survey containing 1-10 questions"."""
    match = next(
        (
            found
            for head in pattern(parent).finditer(statement.text)
            if (found := _CONTAINED.search(statement.text, head.end(), head.end() + _WINDOW)) is not None and found.start() - head.end() <= 30
        ),
        None,
    )
    if match is None:
        return None
    noun = canonical(singular(match["noun"].lower()))
    if not is_thing(noun) or noun == parent:
        return None
    low, high = _bounds(match)
    return Contained(noun=noun, parent=parent, low=low, high=high, statement=statement.number)


def counted(statement: Statement) -> Contained | None:
    """Return the bounds a statement gives for a noun: "1-5 selections to each question"."""
    match = _COUNTED.search(statement.text)
    if match is None:
        return None
    noun = canonical(singular(match["noun"].lower()))
    low, high = _bounds(match)
    return Contained(noun=noun, parent=canonical(match["parent"].lower()) if match["parent"] else "", low=low, high=high, statement=statement.number)


def _bounds(match: re.Match[str]) -> tuple[int | None, int | None]:
    if match["low"]:
        return int(match["low"]), int(match["high"])
    return (None, int(match["most"])) if match["most"] else (None, None)


def numbered(statement: Statement) -> str:
    """Return the noun whose number must be unique or increasing; empty if none."""
    match = _UNIQUE_NUMBER.search(statement.text)
    return canonical(match["noun"].lower()) if match else ""


def once(statement: Statement) -> bool:
    """Return whether a statement forbids doing something twice."""
    return _ONCE.search(statement.text) is not None


def grades(about: tuple[Statement, ...], noun: str) -> tuple[tuple[str, ...], set[int]]:
    """Return the grades that a thing comes in ("VIP order", "normal order"), highest first as far as known, with the statements."""
    found: dict[str, int] = {}
    for statement in about:
        for match in _GRADES.finditer(statement.text):
            if canonical(match["noun"].lower()) == noun:
                found.setdefault(match["grade"].lower(), statement.number)
    order = ("vip", "urgent", "priority", "express", "premium", "paid", "normal", "regular", "standard", "basic", "free", "guest")
    return (tuple(sorted(found, key=order.index)), set(found.values())) if len(found) > 1 else ((), set())
