"""What the delivery rules look up: demands, the requirements they became, the resource of an endpoint."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from backend_architect.architects.rules.case import Case, System, remembered
from backend_architect.architects.rules.language import words
from backend_architect.architects.rules.language.wording import figure, plural, slug
from backend_architect.architects.rules.layers.grounds import DEMANDS, outside, relay
from backend_architect.brief import Statement
from backend_architect.design import Endpoint, Entity, Keys, Scope
from backend_architect.expressions import expression
from backend_architect.text import Cites

_VERSION = expression(r"^(?:api|v\d+)$")
_PERCENTILE = expression(r"\bp(?P<p>50|90|95|99|999)\b", re.IGNORECASE)
_SCRIPT = expression(r"`((?:[\w.-]+/)*[\w-]+\.(?:sh|ps1))`")
_FOLDER = expression(r"\bscripts?\b.{0,40}\b(?:in|under) (?:the |a )?`(?P<folder>[\w./-]+?)/?` (?:directory|folder)", re.IGNORECASE)
_RESULT = expression(
    r"\b(?:print|writ|output|sav|log)\w*\b.{0,40}?\b(?:to|in|into) (?:a file |the file )?`(?P<file>[\w-]+\.(?:txt|csv|json|log|md))`", re.IGNORECASE
)
_IDENTITY = expression(r"\b(?:sso|single sign|identity|oauth|openid|saml|log-?in|authenticat)", re.IGNORECASE)


@remembered
def demands(case: Case, *, later: bool = False, code: bool = False) -> tuple[Statement, ...]:
    """Return the statements that ask for something; headings never, code and later ones on request."""
    found = []
    for reading in case.readings:
        if reading.label not in DEMANDS or (reading.horizon == "later" and not later):
            continue
        statement = case.statement(reading.statement)
        if statement.kind != "heading" and (code or statement.kind != "code"):
            found.append(statement)
    return tuple(found)


def mentioning(statements: Iterable[Statement], pattern: re.Pattern[str], *, limit: int = 4) -> Cites:
    """Return the numbers of the first statements that match."""
    found: list[int] = []
    for statement in statements:
        if pattern.search(statement.text):
            found.append(statement.number)
            if len(found) == limit:
                break
    return tuple(found)


def serves(scope: Scope, cites: Iterable[int]) -> Keys:
    """Return the requirements that rest on any of these statements, in their order."""
    wanted = set(cites)
    return tuple(requirement.key for requirement in scope.requirements if wanted.intersection(requirement.cites))


def joined_keys(*groups: Iterable[str]) -> Keys:
    """Return the distinct keys of all groups, in order."""
    return tuple(dict.fromkeys(key for group in groups for key in group))


def primary(endpoints: Sequence[Endpoint]) -> Endpoint | None:
    """Return the endpoint that closes the user loop."""
    return next((endpoint for endpoint in endpoints if endpoint.primary), None)


def call(endpoint: Endpoint) -> str:
    """Return `POST /surveys`; a stream is opened by a GET."""
    return f"{'GET' if endpoint.method in ('WS', 'SSE') else endpoint.method} {endpoint.path}"


def writes(endpoint: Endpoint) -> bool:
    """Return whether it changes something: a search sent by POST does not."""
    if endpoint.method == "POST" and endpoint.status == 200 and endpoint.path.endswith(("-searches", "/search")):
        return False
    return endpoint.method in ("POST", "PUT", "PATCH", "DELETE")


def resource(endpoint: Endpoint) -> str:
    """Return the collection it belongs to: the first part of its path that is neither version nor parameter."""
    for part in endpoint.path.split("/"):
        if part and not part.startswith("{") and not _VERSION.match(part):
            return plural(slug(part)).replace(" ", "-")
    return "root"


def span(ms: float) -> str:
    """Return a time in the largest unit that keeps it readable."""
    if ms >= 120_000:
        return f"{figure(ms / 60_000)} min"
    return f"{figure(ms / 1000)} s" if ms >= 1000 else f"{figure(ms)} ms"


def singular(name: str) -> str:
    """Return a name as words, the last one singular: `line item` for `line_items`."""
    return words.singular(name.lower().replace(" ", "_").replace("-", "_")).replace("_", " ")


def percentile(case: Case) -> str:
    """Return the percentile that the latency target is measured at: the one the brief names, else `p95`."""
    found = _PERCENTILE.search(f"{case.traits.latency_basis.value} {case.traits.latency_basis.because}")
    return f"p{found['p']}" if found else "p95"


def requests(rate: float) -> str:
    """Return `1 request/s`, `40 requests/s`."""
    return f"{figure(rate)} request{'' if rate == 1 else 's'}/s"


def boxed(case: Case) -> bool:
    """Return whether the brief caps processor or memory: then nothing can be added, only shared out differently."""
    return bool(case.profile.all("cpu-limit") or case.profile.all("memory-limit"))


def lower_first(text: str) -> str:
    """Return the text to go on within a sentence; names in capitals stay."""
    return text if text[:2].isupper() or text[:1] == "`" else text[:1].lower() + text[1:]


def lines_up(case: Case, keys: Iterable[str]) -> bool:
    """Return whether accepted work waits in line for somebody to take it: `keys` are the components'."""
    return "c-queue" in keys or relay(case) is not None


def ground(case: Case, endpoint: Endpoint | None) -> Cites:
    """Return what a decision rests on when no statement speaks of its matter: the size of the project, else what it does."""
    first = demands(case)[:1]
    return case.traits.size_basis.cites[:3] or (endpoint.cites[:2] if endpoint else ()) or tuple(statement.number for statement in first)


@remembered
def partners(case: Case) -> tuple[System, ...]:
    """Return the outside systems that data goes to or comes from; those that only log people in are left out."""
    return () if not case.systems else tuple(system for system in outside(case) if not _IDENTITY.search(f"{system.name} {system.purpose}"))


def built(entities: Sequence[Entity]) -> tuple[Entity, ...]:
    """Return the entities that are built now."""
    return tuple(entity for entity in entities if entity.tier != "future")


def thing(endpoint: Endpoint | None, entities: Sequence[Entity]) -> str:
    """Return what the loop is about, in words, singular: `survey`."""
    if endpoint is not None:
        if endpoint.entity is not None:
            owner = next((entity.name for entity in entities if entity.key == endpoint.entity), endpoint.entity.removeprefix("e-"))
            return singular(owner)
        return singular(resource(endpoint))
    return singular(entities[0].name) if entities else "request"


def taken_in(endpoints: Sequence[Endpoint], entities: Sequence[Entity]) -> str:
    """Return what the API takes in and keeps, in words, singular; empty if no call makes a row."""
    return next((thing(e, entities) for e in endpoints if e.method == "POST" and e.entity is not None and e.origin == "derived"), "")


@dataclass(frozen=True)
class Scripts:
    """Scripts and result file that the brief demands of a program."""

    names: tuple[str, ...]
    """Paths, in order of appearance."""
    result: str
    """The file it wants the output in; empty if none."""
    cites: Cites

    def named(self, word: str) -> str:
        """Return the command of the script for `test`, `build`, `run`; empty if there is none."""
        return next((f"sh {name}" for name in self.names if word in name.rsplit("/", 1)[-1]), "")


def scripts(case: Case) -> Scripts:
    """Return the shell scripts that the brief demands, in the folder it names, and the file it wants filled."""
    asked = demands(case)
    leads = [case.statement(statement.parent).text for statement in asked if statement.parent and _SCRIPT.search(statement.text)]
    folder = next((found["folder"] for text in (*leads, *(s.text for s in asked)) if (found := _FOLDER.search(text))), "")
    names: dict[str, int] = {}
    result, where = "", 0
    for statement in asked:
        for name in _SCRIPT.findall(statement.text):
            names.setdefault(name if "/" in name or not folder else f"{folder}/{name}", statement.number)
        if not result and (found := _RESULT.search(statement.text)):
            result, where = found["file"], statement.number
    return Scripts(tuple(names), result, tuple(sorted({*names.values(), *([where] if where else [])}))[:6])
