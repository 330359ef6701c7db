"""From a brief to a case: read it once, judge it once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from backend_architect.architects.rules.case import UNNAMED, Action, Case, Contracts, Reading, SpelledEndpoint, Verb
from backend_architect.architects.rules.language.nouns import canonical, is_person, is_thing
from backend_architect.architects.rules.reading.actions import read_actions, read_actors
from backend_architect.architects.rules.reading.contracts import spelled
from backend_architect.architects.rules.reading.reading import read
from backend_architect.architects.rules.reading.systems import read_systems
from backend_architect.architects.rules.traits import Evidence, judge
from backend_architect.brief import Brief
from backend_architect.profile import Conflict, FactName, Profile


@dataclass(frozen=True)
class _Asked:
    """What a case is made of. Its hash is short, because every stage asks for the case and a brief is long."""

    brief: Brief
    profile: Profile

    def __hash__(self) -> int:
        return hash(self.brief.sha256)


def study(brief: Brief, profile: Profile) -> Case:
    """Return everything the rules know about a brief before they decide; the same case as long as it is among the last."""
    return _study(_Asked(brief, profile))


@lru_cache(maxsize=4)
def _study(asked: _Asked) -> Case:
    brief, profile = asked.brief, asked.profile
    profile = grounded(profile)
    contracts = spelled(brief)
    readings = settle(brief, read(brief), contracts)
    actions = read_actions(brief, readings)
    actions = (*actions, *implied(brief, profile, actions))
    actors = read_actors(brief, readings, actions)
    systems = read_systems(brief, readings, contracts)
    evidence = Evidence(brief=brief, profile=profile, contracts=contracts, readings=readings, actions=actions, actors=actors, systems=systems)
    return Case(brief=brief, profile=profile, contracts=contracts, readings=readings, actions=actions, actors=actors, systems=systems, traits=judge(evidence))


_DREAM = 1000
"""Growth by this factor is planned for when it shows, not before (seed 003: "10x growth, not 1000x on day one")."""


def grounded(profile: Profile) -> Profile:
    """Set a wish for a thousandfold growth against the head count of today, if no load is stated.

    The wish becomes a contradiction that the author has to settle; the plan is sized by today.
    """
    if any(profile.all(name) for name in ("reads-per-second", "writes-per-second", "requests-per-second")):
        return profile
    today = [fact for fact in profile.all("users") if fact.number and fact.when != "year"]
    wished = [fact for fact in profile.all("users") if fact.number and fact.when == "year"]
    if not today or not wished:
        return profile
    largest = max(today, key=lambda fact: fact.number or 0.0)
    dreams = [fact for fact in wished if (fact.number or 0.0) >= _DREAM * (largest.number or 1.0)]
    if not dreams:
        return profile
    said = ", ".join(f"S{n}" for n in largest.cites[:1]) or "The options"
    about = (
        f"{said} counts {largest.value}, S{dreams[0].cites[0]} wants {dreams[0].value} and names no date"
        if dreams[0].cites
        else f"{largest.value} today against {dreams[0].value}"
    )
    return Profile(
        facts=tuple(fact for fact in profile.facts if fact not in dreams),
        conflicts=(*profile.conflicts, Conflict(first=largest, second=dreams[0], about=about)),
    )


def implied(brief: Brief, profile: Profile, actions: tuple[Action, ...]) -> tuple[Action, ...]:
    """Return writing and reading one item, for a brief that counts writes and reads and names nothing that is written."""
    if brief.language != "en" or any(
        is_thing(canonical(action.noun)) and not is_person(action.noun) for action in actions if action.noun and action.horizon == "now"
    ):
        return ()
    made: list[Action] = []
    ways: tuple[tuple[FactName, Verb, str], ...] = (("writes-per-second", "create", "write"), ("reads-per-second", "read", "read"))
    for name, verb, word in ways:
        fact = profile.first(name)
        if fact is not None and fact.cites:
            made.append(Action(actor="user", verb=verb, word=word, noun="item", phrase=UNNAMED, statement=fact.cites[0]))
    return tuple(made)


def settle(brief: Brief, readings: tuple[Reading, ...], contracts: Contracts) -> tuple[Reading, ...]:
    """Make one requirement of each endpoint that the brief spells out.

    The statement that defines our endpoint is the requirement; the lines that only describe it, and
    everything about endpoints of other systems, are context (an other system's first line is an
    integration).
    """
    labels: dict[int, Reading] = {}
    ours = _sections(brief, contracts, [endpoint for endpoint in contracts.ours if endpoint.cites])
    theirs = _sections(brief, contracts, [endpoint for endpoint in contracts.endpoints if endpoint.owner and endpoint.cites], least=2) - ours
    for reading in readings:
        section = brief.statements[reading.statement - 1].section
        if reading.label in ("functional", "quality", "integration") and any(section[:depth] in theirs for depth in range(1, len(section) + 1)):
            labels[reading.statement] = Reading(statement=reading.statement, label="context")
    cited = [n for endpoint in contracts.endpoints for n in endpoint.cites]
    for endpoint in contracts.endpoints:
        # A sentence about several endpoints is no description of one: it keeps its own reading.
        for number in endpoint.cites:
            if cited.count(number) == 1:
                labels[number] = Reading(statement=number, label="context")
    owners: set[str] = set()
    for endpoint in contracts.endpoints:
        if not endpoint.cites:
            continue
        if endpoint.owner and endpoint.limit and (where := limited_at(brief, endpoint)):
            labels[where] = Reading(statement=where, label="constraint")
        home = contracts.home(endpoint)
        if not endpoint.owner:
            labels[home] = Reading(statement=home, label="functional")
        elif endpoint.owner not in owners:
            labels[home] = Reading(statement=home, label="integration")
            owners.add(endpoint.owner)
    return tuple(labels.get(reading.statement, reading) for reading in readings)


def limited_at(brief: Brief, endpoint: SpelledEndpoint) -> int:
    """Return the statement that limits the calls of an endpoint: the one that names it too, else the first; 0 if none does."""
    said = [n for n in endpoint.cites if endpoint.limit in brief.statements[n - 1].text]
    return next((n for n in said if endpoint.path in brief.statements[n - 1].text), next(iter(said), 0))


def _sections(brief: Brief, contracts: Contracts, endpoints: list[SpelledEndpoint], *, least: int = 1) -> set[tuple[str, ...]]:
    """Return the heading paths, with all that lead to them, under which at least so many endpoints are defined."""
    homes = [brief.statements[contracts.home(endpoint) - 1].section for endpoint in endpoints]
    paths = [section[:depth] for section in homes for depth in range(1, len(section) + 1)]
    return {path for path in paths if paths.count(path) >= least}
