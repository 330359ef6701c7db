"""Members of money that programs move: who takes part, by which card, under which numbers, wherever the brief names them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from backend_architect.architects.rules.case import Case
from backend_architect.architects.rules.entities.sketches import Sketch
from backend_architect.architects.rules.entities.stated_fields import is_described
from backend_architect.architects.rules.language.nouns import MONEY_EVENTS
from backend_architect.architects.rules.language.words import snake, words
from backend_architect.brief import Statement
from backend_architect.expressions import expression

_KIN = expression(r"\b(?:payments?|transactions?|transfers?|charges?|refunds?|deposits?|withdrawals?)\b", re.IGNORECASE)
_PARTY = expression(r"\b(?P<party>merchant|payer|payee|beneficiary|issuer|acquirer|seller|sender|recipient)s?\b", re.IGNORECASE)
_CARD = expression(r"\b(?:card ?holders?|card numbers?|card transactions?|(?:credit|debit|payment) cards?)\b", re.IGNORECASE)
_NUMBER = expression(r"\b(?:an?|the|its|their|each) (?P<what>[a-z]+(?: [a-z]+)?) (?:IDs?|identifiers?|codes?)\b")
_OWNED = expression(
    r"\b[a-z]+['’]s? (?P<what>(?:billing|shipping|home|mailing|IP|e-?mail)? ?(?:address|country|location|device|device fingerprint|phone number))\b"
)
_NAMED = expression(
    r"(?P<what>\b(?:IP address|device (?:fingerprint|type)|currency|merchant category|merchant country|card type|time zone)\b|(?<=, )(?:device|location|country|currency|channel)(?=,| and | or |\.))",
    re.IGNORECASE,
)
_MOST = 8


@dataclass(frozen=True)
class _Member:
    column: str
    required: bool
    why: str
    cite: int


def add_money_members(case: Case, sketch: Sketch) -> None:
    """Add what the brief names of a payment that programs send, in demands and in the account of how it is done today."""
    if sketch.noun.split("_")[-1] not in MONEY_EVENTS or any(action.actor or is_described(action) for action in sketch.actions):
        return
    members: dict[str, _Member] = {}
    for member in _members(case, sketch.noun):
        members.setdefault(member.column, member)
    for member in list(members.values())[:_MOST]:
        sketch.add(member.column, type="text", required=member.required, unique=False, why=member.why)
        sketch.cites.add(member.cite)


def _members(case: Case, noun: str) -> Iterator[_Member]:
    told = [
        statement
        for statement, reading in zip(case.brief.statements, case.readings, strict=True)
        if reading.label not in ("solution", "excluded") and reading.horizon == "now" and statement.kind in ("sentence", "item", "row")
    ]
    moving = [statement for statement in told if _KIN.search(statement.text)]
    thing = words(noun)
    for statement in sorted(moving, key=lambda one: case.label(one.number) == "context"):
        for found in _PARTY.finditer(statement.text):
            party = found["party"].lower()
            yield _Member(f"{party}_id", True, f"Which {party} takes part, by the name that the sending system has for it", statement.number)
    card = next((statement for statement in moving if _CARD.search(statement.text)), None)
    if card is not None:
        yield _Member("card_token", True, "The card, as a token: its number stays with the system that holds it", card.number)
    for statement in _near(told, moving):
        for found in _OWNED.finditer(statement.text):
            column = snake(found["what"].strip())
            yield _Member(column, False, f"{words(column).capitalize()} given with the {thing}, where there is one", statement.number)
        for found in _NUMBER.finditer(statement.text):
            what = found["what"].split(" ")[-1]
            if what not in ("unique", "own", "same", "status", "error", "source", "zip", "postal"):
                why = f"Which {what} the {thing} got; empty before it has one"
                yield _Member(f"{what}_id", False, why, statement.number)
    for statement in moving:
        for found in _NAMED.finditer(statement.text):
            column = snake(found["what"])
            yield _Member(column, False, f"{words(column).capitalize()} given with the {thing}, where there is one", statement.number)


def _near(told: list[Statement], moving: list[Statement]) -> Iterator[Statement]:
    """Yield the statements about money that moves, and the next one of the same section, which goes on about it."""
    numbers = {statement.number: statement.section for statement in moving}
    for statement in told:
        if statement.number in numbers or numbers.get(statement.number - 1) == statement.section:
            yield statement
