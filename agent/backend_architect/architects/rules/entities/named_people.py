"""People who are there from the start and do not sign in: how many of which kind, and what they are chosen for."""

from __future__ import annotations

import re
from dataclasses import dataclass

from backend_architect.architects.rules.case import Case, remembered
from backend_architect.architects.rules.entities.sketches import Sketch
from backend_architect.architects.rules.language.nouns import AUTHORED
from backend_architect.architects.rules.language.words import singular, snake, words
from backend_architect.architects.rules.reading.text_evidence import demands
from backend_architect.brief import Statement
from backend_architect.expressions import expression

_PREDEFINED = expression(
    r"\b(?:predefined|fixed|seeded|sample|built-in) (?:set of |list of )?(?:users?|people|members?)\b|\b(?:two|three|four|five|six|seven|eight|nine|ten) users\b"
    r"|\bwho (?:is|am) (?:using|I)\b|\b(?:pick|choose|select)s? (?:a|their|one of the) users?\b",
    re.IGNORECASE,
)
_COUNT = r"(?:one|two|three|four|five|six|seven|eight|nine|ten|an?|\d{1,2})"
_HEADS = expression(
    rf"\b(?:users|people|members|persons|staff|accounts)\b[^.()]{{0,20}}[(:]\s*(?P<list>{_COUNT} [a-z][a-z -]*(?:(?:, (?:and )?| and ){_COUNT} [a-z][a-z -]*)+)",
    re.IGNORECASE,
)
"""People counted by kind: "six people (two cooks, four waiters)"."""
_HEAD = expression(rf"(?:^|\band |, ){_COUNT} (?P<kind>[a-z][a-z -]*?)(?=,| and |$)", re.IGNORECASE)
_LONGEST = 40


@dataclass(frozen=True)
class Heads:
    """The kinds of people that a brief counts."""

    roles: tuple[str, ...]
    """Singular snake_case, in the brief's order."""
    said: str
    """The count as the brief gives it."""
    statement: int


@remembered
def predefined(case: Case) -> Statement | None:
    """Return the statement that has people there from the start, to be chosen from."""
    return next((statement for statement in demands(case) if _PREDEFINED.search(statement.text)), None)


@remembered
def heads(case: Case) -> Heads | None:
    """Return the people whom the brief counts by kind, None if it counts none."""
    for statement in demands(case):
        found = _HEADS.search(statement.text)
        if found is not None:
            roles = tuple(dict.fromkeys(singular(snake(one["kind"].strip())) for one in _HEAD.finditer(found["list"].strip())))
            if len(roles) > 1 and all(0 < len(role) <= _LONGEST for role in roles):
                return Heads(roles=roles, said=found["list"].strip(), statement=statement.number)
    return None


def add_roles(case: Case, user: Sketch) -> None:
    """Give people the kind that the brief counts them by."""
    counted = heads(case)
    if counted is None or "role" in user.fields:
        return
    user.add("role", type="enum", values=counted.roles, why=f"What the person is: {counted.said}; forbids nothing while nobody signs in")
    user.cites.add(counted.statement)


def add_authors(case: Case, sketches: dict[str, Sketch]) -> None:
    """Have what is written carry its writer, who is chosen from the people that are there."""
    if predefined(case) is None or "user" not in sketches:
        return
    for sketch in sketches.values():
        if sketch.horizon == "now" and not sketch.joins and sketch.noun.split("_")[-1] in AUTHORED:
            sketch.owned = True


def author_note(noun: str) -> str:
    """Return what an author is where nobody signs in."""
    return f"Who wrote the {words(noun)}: one of the users, as the client says, since nobody signs in"
