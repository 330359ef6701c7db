"""From a brief to a case: read it once, judge it once."""

from __future__ import annotations

from functools import lru_cache

from backend_architect.architects.rules.actions import read_actions, read_actors
from backend_architect.architects.rules.case import Case, Contracts, Reading
from backend_architect.architects.rules.contracts import spelled
from backend_architect.architects.rules.reading import read
from backend_architect.architects.rules.systems import read_systems
from backend_architect.architects.rules.traits import Evidence, judge
from backend_architect.brief import Brief
from backend_architect.profile import Profile


@lru_cache(maxsize=4)
def study(brief: Brief, profile: Profile) -> Case:
    """Return everything the rules know about a brief before they decide."""
    contracts = spelled(brief)
    readings = settle(brief, read(brief), contracts)
    actions = read_actions(brief, readings)
    actors = read_actors(brief, readings, actions)
    systems = read_systems(brief, readings, contracts)
    evidence = Evidence(brief=brief, profile=profile, contracts=contracts, readings=readings, actions=actions, actors=actors, systems=systems)
    return Case(brief=brief, profile=profile, contracts=contracts, readings=readings, actions=actions, actors=actors, systems=systems, traits=judge(evidence))


def settle(brief: Brief, readings: tuple[Reading, ...], contracts: Contracts) -> tuple[Reading, ...]:
    """Make one requirement of each endpoint that the brief spells out.

    The statement that names our endpoint first is the requirement; the lines that only describe
    it, and everything about endpoints of other systems, are context (an other system's first line
    is an integration).
    """
    labels: dict[int, Reading] = {}
    ours = {brief.statements[n - 1].section for endpoint in contracts.ours for n in endpoint.cites}
    theirs = {brief.statements[n - 1].section for endpoint in contracts.endpoints if endpoint.owner for n in endpoint.cites} - ours
    for reading in readings:
        if reading.label in ("functional", "quality") and brief.statements[reading.statement - 1].section in theirs:
            labels[reading.statement] = Reading(statement=reading.statement, label="context")
    described = {n for endpoint in contracts.endpoints for n in endpoint.cites[1:]}
    for number in described:
        labels[number] = Reading(statement=number, label="context")
    owners: set[str] = set()
    for endpoint in contracts.endpoints:
        if not endpoint.cites:
            continue
        first = endpoint.cites[0]
        if not endpoint.owner:
            labels[first] = Reading(statement=first, label="functional")
        elif first not in labels or labels[first].label == "context":
            labels[first] = Reading(statement=first, label="context" if endpoint.owner in owners else "integration")
            owners.add(endpoint.owner)
    return tuple(labels.get(reading.statement, reading) for reading in readings)
