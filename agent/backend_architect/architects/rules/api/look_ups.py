"""The look-up: what people search for in systems that this project only reads, and keeps no copy of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from backend_architect.architects.rules.api.endpoint_drafts import PREFIX, Api, Operation
from backend_architect.architects.rules.case import Action, Case, System, remembered
from backend_architect.architects.rules.language.field_types import infer
from backend_architect.architects.rules.language.nouns import is_person
from backend_architect.architects.rules.language.wording import listing
from backend_architect.architects.rules.language.words import camel, kebab, plural, singular, snake, words
from backend_architect.architects.rules.layers.evidence import partners
from backend_architect.architects.rules.reading.text_evidence import demands
from backend_architect.architects.rules.scope.primary import primary_action
from backend_architect.design import Parameter
from backend_architect.expressions import expression

_GIVEN = expression(r"\b(?:an?|the|each|every|any|one) (?:given|certain|particular) (?P<one>[a-z]+)(?: or (?P<other>[a-z]+))?(?![\w-])", re.IGNORECASE)
"""Whom or what an answer is about: "for a given person or household"."""
_BY = expression(
    r"\b(?:search|find|found|look|filter|refin|quer)\w*\b[^.;:]{0,80}?\bby (?:(?:its|their|the|an?|his|her) )?(?P<list>[a-z][\w -]*(?:(?:, (?:and |or )?| and | or )[a-z][\w -]*)*)",
    re.IGNORECASE,
)
"""What people search by: "look a vehicle up by plate, owner or permit number"."""
_OF = expression(
    r"\b(?P<attribute>status|state|balance|history|availability|price|amount)(?:es|s)? of (?:(?:all|each|every|the|any|their|its) )*"
    r"(?P<noun>[a-z]+(?: [a-z]+){0,2}?)(?= (?:for|of|in|from|that|which|by|and|or|with|across)\b|[.,;]|$)",
    re.IGNORECASE,
)
"""What an answer has to tell: "the status of all permit requests"."""
_FILTERS = expression(r"\bfilter\w*|\brefin\w+", re.IGNORECASE)
_ABOUT = expression(
    r"\bsearch (?:results?|api|endpoint)s?\b|\b(?:filter|refin)\w*|\b(?:answer|results?) (?:must |should |has to |have to )?(?:shows?|lists?|tells?|gives?|contains?|names?)\b",
    re.IGNORECASE,
)
_BREAK = re.compile(r",| and | or ")
_UNTIL = re.compile(r"\b(?:in|from|across|at|on|with|within|over|through|for|so|to|when|while|using|via)\b")
_HOLDS = expression(r"\b(?:holds?|records?|catalogues?|look-?ups?|search\w*|registers?|registry)\b", re.IGNORECASE)
_READS = frozenset({"read", "list"})
_ENOUGH = 8


@dataclass(frozen=True)
class LookUp:
    """What is looked up, by what, and where."""

    subject: str
    """Singular snake_case; empty if the brief only says that people search."""
    actions: tuple[Action, ...]
    sources: tuple[System, ...]
    """The outside systems that hold what is found."""
    listed: tuple[str, ...]
    """Columns that the brief says people search by."""
    given: tuple[str, ...]
    """Kinds of things an answer is said to be about."""
    told: tuple[tuple[str, str], ...]
    """What an answer tells: (attribute, of what)."""
    filters: bool
    """Whether people narrow the answer down."""
    cites: frozenset[int]

    @property
    def path(self) -> str:
        """The path: people are searched for by POST, so that what identifies them stays out of addresses and logs."""
        if self.by_person:
            return f"{PREFIX}/{kebab(self.subject)}-searches"
        return f"{PREFIX}/{kebab(plural(self.subject))}" if self.subject else f"{PREFIX}/search"

    @property
    def by_person(self) -> bool:
        """Whether it is people who are looked up."""
        return bool(self.subject) and is_person(self.subject)

    @property
    def criteria(self) -> tuple[str, ...]:
        """The columns it takes: what people search by, or at least what an answer is about."""
        return self.listed or self.given or ("q",)

    @property
    def names(self) -> str:
        """The sources, as a list in words."""
        return listing([system.name for system in self.sources], most=4)


@remembered
def look_up(case: Case) -> LookUp | None:
    """Return the look-up that a brief asks for over systems that it only reads; None if it asks for none."""
    if case.traits.shape != "service":
        return None
    searched = {action.statement for action in case.actions if action.verb == "search"}
    sources = tuple(system for system in partners(case) if searched.intersection(system.cites) or _HOLDS.search(system.purpose))
    named = {number for system in sources for number in system.cites}
    actions = tuple(
        action
        for action in case.actions
        if action.horizon == "now" and not action.system and (action.verb == "search" or (action.verb in _READS and action.statement in named))
    )
    if not sources or not any(action.verb == "search" for action in actions):
        return None
    cites = {action.statement for action in actions}
    about = [s for s in demands(case) if case.readings[s.number - 1].horizon == "now" and s.kind != "heading" and _ABOUT.search(s.text)]
    said = [case.statement(number).text for number in sorted({*cites, *(s.number for s in about)})]
    subject = next((action.noun.removesuffix("_profile") for action in actions if action.noun), "")
    given = tuple(
        dict.fromkeys(
            snake(singular(name.lower())) for text in said for found in _GIVEN.finditer(text) for name in (found["one"], found["other"] or "") if name
        )
    )
    return LookUp(
        subject=subject,
        actions=actions,
        sources=sources,
        listed=tuple(dict.fromkeys(column for text in said for column in _listed(text)))[:_ENOUGH],
        given=given,
        told=tuple(dict.fromkeys((found["attribute"].lower(), snake(found["noun"].lower())) for text in said for found in _OF.finditer(text))),
        filters=any(_FILTERS.search(s.text) for s in about if case.label(s.number) == "functional"),
        cites=frozenset({*cites, *(s.number for s in about), *(n for system in sources for n in system.cites[:1])}),
    )


def _listed(text: str) -> Iterator[str]:
    """Yield the columns that a text says people search by."""
    for found in _BY.finditer(text):
        for part in _BREAK.split(_UNTIL.split(found["list"])[0]):
            column = snake(re.sub(r"^(?:and|or|the|an?|its|their|his|her)\s+", "", part.strip()))
            if column and not column.endswith("ing") and column.count("_") < 3:
                yield column


def add_look_up(api: Api) -> None:
    """Add the look-up where it is what the system is for: nothing else is made here, or the loop itself is a search of what is not kept here."""
    found = look_up(api.case)
    if found is None or (found.subject in api.entities and api.entities[found.subject].tier == "essential"):
        return
    if api.found and primary_action(api.case) not in found.actions:
        return
    operation = Operation(
        "POST" if found.by_person else "GET",
        found.path,
        f"Look up {words(plural(found.subject)) if found.subject else 'what is asked for'} in {found.names}, in one answer",
        returns=False,
        request={parameter.name: parameter for parameter in _request(found)},
        response=tuple(_response(found)),
        cites=set(found.cites),
        computes=True,
        repeat="A repeat searches again; no record of another system changes" if found.by_person else "",
    )
    operation.actions.extend(found.actions)
    api.put(operation)


def _request(found: LookUp) -> Iterator[Parameter]:
    where = "body" if found.by_person else "query"
    alone = len(found.criteria) > 1
    for column in found.criteria:
        note = "Words to look for" if column == "q" else "Alone or with the others" if alone else ""
        yield _criterion(column).model_copy(update={"where": where, "required": not alone, "note": note})
    if found.filters and len(found.sources) > 1:
        names = tuple(system.name for system in found.sources)
        yield Parameter(name="source", where=where, type="enum", values=names, required=False, note="Only what this system holds; all of them if not given")
    for attribute, _ in found.told if found.filters else ():
        yield Parameter(name=camel(attribute), where=where, required=False, note=f"Only results with this {words(attribute)}")
    yield Parameter(name="limit", where=where, type="integer", required=False, minimum=1, maximum=100, note="Most results of each system, 20 if not given")


def _criterion(column: str) -> Parameter:
    """Return what people search by as a member; a number that names something may hold letters and leading zeros."""
    guess = infer(column)
    if guess.type in ("enum", "uuid") or column.endswith(("number", "code", "_id")):
        return Parameter(name=camel(column), minimum=1, maximum=100)
    return Parameter(name=camel(guess.column), type=guess.type, minimum=guess.minimum, maximum=guess.maximum)


def _response(found: LookUp) -> Iterator[Parameter]:
    names = tuple(system.name for system in found.sources)
    yield Parameter(name="results[].source", type="enum", values=names, note="The system that holds it")
    yield Parameter(name="results[].id", note="What that system calls it by, so that it can be opened there")
    for column in found.criteria:
        if column != "q":
            member = _criterion(column)
            yield Parameter(name=f"results[].{member.name}", type=member.type, required=False)
    for attribute, noun in found.told:
        yield Parameter(name=f"results[].{camel(plural(noun))}[].{camel(attribute)}", note="As the system that holds it gives it")
    yield Parameter(name="missing[]", type="enum", values=names, required=False, note="Systems that did not answer in time")
