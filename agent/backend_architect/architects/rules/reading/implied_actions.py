"""Operations that a brief implies without a verb of its own: pressing the button, doing all that others do, what a lead-in or a bill names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from backend_architect.architects.rules.case import ACROSS, Action, Reading
from backend_architect.architects.rules.language.english import is_person
from backend_architect.architects.rules.language.phrases import head_noun, members, singular
from backend_architect.architects.rules.language.words import an, words
from backend_architect.brief import Brief, Statement
from backend_architect.expressions import expression

PRESSERS = {"bidder": "bid", "voter": "vote", "buyer": "order", "donor": "donation"}
"""People named after what they make."""
_PRESSES = expression(
    r"\b(?P<actor>[a-z-]{3,30}) (?:presses|clicks|hits|taps|pushes) (?:on )?(?:the|an?|one) (?:[a-z-]+ )?(?:button|key)\b(?! (?:to|for|and)\b)", re.IGNORECASE
)
_EVERYTHING = expression(r"\b(?:everything|whatever|all) (?:that )?(?:an?|the) (?P<other>[a-z][a-z -]{2,30}?) (?:can|may|does|is allowed to)\b", re.IGNORECASE)
_TOPIC = expression(
    r"^(?P<topic>[A-Z][a-z-]+ [a-z]+s): (?:an?|each|every|the) (?P<actor>[a-z -]{3,30}?) (?P<verb>[a-z]+s) (?:an?|the|their) (?P<member>[a-z-]+(?: [a-z-]+)?) "
    r"(?:for|on|to) (?:an?|each|every|the) (?P<of>[a-z-]{3,30})\b"
)
_BILL = expression(
    r"\b(?P<person>[a-z-]{3,30}) (?:gets|receives) (?:an?|one) (?P<bill>invoice|bill|receipt)\b[^:.]{0,60}(?::\s*(?P<list>[^.:;]{4,120}))?", re.IGNORECASE
)

_ANSWERS = expression(
    r"\banswers? (?:the|an?|this) (?:reminder|e-?mail|mail|message|text|notification) with [\"'“‘]?(?P<word>cancel|confirm|accept|decline|yes|no)\b",
    re.IGNORECASE,
)
_LISTED = expression(
    r"\bputs? (?:an?|the|each) (?P<who>[a-z]+) on (?:the|an?) (?P<list>[a-z]+ list)(?: (?:of|for) (?:an?|the|each) (?P<of>[a-z]+))?\b", re.IGNORECASE
)
_GLANCE = expression(r"\b(?:what|which [a-z]+|who) (?:is|are|has) (?:currently |just now )?(?:out|lent|borrowed|booked|taken|rented|what)\b", re.IGNORECASE)
"""What people want to see of all that is lent or booked."""
_LENT = ("loan", "booking", "reservation", "rental")
_ANSWERED = {"yes": "confirm", "no": "decline"}
_ALL = ("create", "update", "delete", "change-state", "search")


def with_implied(brief: Brief, readings: tuple[Reading, ...], actions: tuple[Action, ...]) -> tuple[Action, ...]:
    """Return the actions with those that the statements of now imply."""
    # Who sets what is their own ("set own absences") enters it.
    found = [a.model_copy(update={"verb": "create"}) if a.verb == "configure" and a.actor and a.phrase.lower().startswith("own ") else a for a in actions]
    for statement, reading in zip(brief.statements, readings, strict=True):
        if reading.horizon == "now" and reading.label in ("functional", "quality", "constraint", "integration") and statement.kind != "code":
            found.extend(_implied(statement, reading, actions))
    return tuple(sorted(dict.fromkeys(found), key=lambda action: action.statement))


def _implied(statement: Statement, reading: Reading, actions: tuple[Action, ...]) -> Iterator[Action]:
    text = statement.text
    # A word that has to be there spares the pattern most statements.
    if ("button" in text or " key" in text) and (pressed := _PRESSES.search(text)) is not None and (noun := PRESSERS.get(pressed["actor"].lower(), "")):
        yield _action(statement, pressed["actor"].lower(), "make", noun)
    if statement.kind == "row" and (same := _EVERYTHING.search(text)) is not None:
        subject, other = singular(text.partition(" | ")[0].strip().lower()), singular(same["other"].lower())
        if is_person(subject):
            copied = [action for action in actions if action.actor == other and action.verb in _ALL]
            yield from (action.model_copy(update={"actor": subject, "statement": statement.number}) for action in copied if action.noun)
    if "answer" in text and (answered := _ANSWERS.search(text)) is not None:
        told = next((action for action in reversed(actions) if action.verb == "notify" and action.noun and action.statement <= statement.number), None)
        if told is not None:
            word = _ANSWERED.get(answered["word"].lower(), answered["word"].lower())
            actor = next(
                (action.actor for action in reversed(actions) if action.actor and action.noun == told.noun and action.statement < statement.number), ""
            )
            yield _action(statement, actor, word, told.noun).model_copy(update={"verb": "change-state"})
    if _GLANCE.search(text) and (lent := next((action.noun for action in reversed(actions) if action.noun in _LENT), "")):
        yield Action(actor="", verb="list", word="show", noun=lent, phrase=ACROSS, statement=statement.number)
    if "put" in text and (listed := _LISTED.search(text)) is not None:
        actor = next((action.actor for action in actions if action.statement == statement.number and action.actor), "")
        entry = _action(statement, actor, "make", f"{listed['list'].lower().replace(' ', '_')}_entry")
        yield entry.model_copy(
            update={
                "members": tuple(member.lower() for member in (listed["who"], listed["of"]) if member),
                "phrase": f"an entry for {an(listed['who'].lower())}",
            }
        )
    if ":" in text[:60] and (topic := _TOPIC.search(text)) is not None and is_person(topic["actor"]):
        made = _action(statement, topic["actor"].lower(), "leave", head_noun(topic["topic"]))
        yield made.model_copy(
            update={
                "of": head_noun(topic["of"]),
                "members": (topic["member"].lower(),),
                "phrase": f"{an(topic['member'].lower())} for {an(topic['of'].lower())}",
            }
        )
    if ("invoice" in text or "bill" in text or "receipt" in text) and (bill := _BILL.search(text)) is not None and is_person(bill["person"].lower()):
        sums = re.sub(r"\d+(?:[.,]\d+)?\s*%?\s*", "", bill["list"] or "")
        yield Action(
            actor="", verb="store", word="has", noun=bill["bill"].lower(), phrase=bill["bill"].lower(), members=(bill["person"].lower(), *members(f"with {sums}")),
            system=True, horizon=reading.horizon, statement=statement.number,
        )  # fmt: skip


def _action(statement: Statement, actor: str, word: str, noun: str) -> Action:
    return Action(actor=actor, verb="create", word=word, noun=noun, phrase=an(words(noun)), statement=statement.number)
