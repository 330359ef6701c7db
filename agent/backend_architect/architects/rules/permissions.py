"""Who may do what: one rule for each kind of person, from what the brief lets them do."""

from __future__ import annotations

import re

from backend_architect.architects.rules.case import Action, Actor, Case
from backend_architect.architects.rules.contexts import singular
from backend_architect.architects.rules.grounds import DEMANDS, doing
from backend_architect.architects.rules.wording import cites, headed, listing, plural, spaced
from backend_architect.design import Endpoint, Entity, Permission

_OWNERS = ("user_id", "owner_id", "author_id", "account_id", "customer_id", "member_id", "created_by")
_MOST = 8


def permissions(case: Case, entities: tuple[Entity, ...], endpoints: tuple[Endpoint, ...]) -> tuple[Permission, ...]:
    """Return the rules, privileged people first, then others, then programs."""
    acted: dict[str, list[Action]] = {}
    for action in case.actions:
        if not action.system and action.horizon == "now" and case.label(action.statement) in DEMANDS and (action.noun or action.phrase):
            acted.setdefault(action.actor, []).append(action)
    actors = {actor.name: actor for actor in case.actors}
    for name in acted:
        if name and name not in actors:
            actors[name] = Actor(name=name, cites=tuple(a.statement for a in acted[name][:3]))
    ranked = sorted(actors.values(), key=lambda a: (not a.privileged, a.anonymous))
    shared = _shared(acted)
    found = []
    for actor in ranked:
        acts = tuple(acted.get(actor.name, ()))
        if not acts:
            continue
        found.append(
            Permission(
                who=headed(_written(case, actor)),
                may=doing(acts, most=4),
                limit=_limit(case, actor, acts, entities, shared),
                cites=cites([a.statement for a in acts], actor.cites, most=6),
            )
        )
    if not found and endpoints:
        found = _by_endpoint(case, endpoints)
    return tuple(found[:_MOST])


def _written(case: Case, actor: Actor) -> str:
    """Return the name with the capitals of its abbreviations: `DPA field staff`."""
    for number in actor.cites[:3]:
        found = re.search(re.escape(actor.name), case.statement(number).text, re.IGNORECASE)
        if found is not None and any(len(word) > 1 and word.isupper() for word in found[0].split()):
            return found[0]
    return actor.name


def _shared(acted: dict[str, list[Action]]) -> dict[str, set[str]]:
    """Return who acts on each thing."""
    table: dict[str, set[str]] = {}
    for actor, actions in acted.items():
        for action in actions:
            table.setdefault(action.noun, set()).add(actor)
    return table


def _limit(case: Case, actor: Actor, acts: tuple[Action, ...], entities: tuple[Entity, ...], shared: dict[str, set[str]]) -> str:
    if case.traits.auth == "none":
        return "" if case.traits.size == "tiny" else "no sign-in: whoever reaches the address may"
    if actor.anonymous:
        return "without signing in; what is not named here is refused"
    nouns = {a.noun for a in acts}
    owned = [spaced(e.name) for e in entities if e.tier != "future" and singular(e.name) in nouns and any(f.name in _OWNERS for f in e.fields)]
    if actor.privileged:
        alone = [plural(n) for n in dict.fromkeys(a.noun for a in acts if a.verb not in ("read", "list", "search")) if n and shared.get(n) == {actor.name}]
        return f"signed in with this role; nobody else changes {listing(alone, most=3)}" if alone else "signed in with this role"
    if owned:
        return f"signed in; changes only their own {listing(owned, most=3)}"
    return "signed in"


def _by_endpoint(case: Case, endpoints: tuple[Endpoint, ...]) -> list[Permission]:
    """Return the rules that the endpoints themselves state, for a brief that names no people."""
    groups: dict[str, list[Endpoint]] = {}
    for endpoint in endpoints:
        groups.setdefault(endpoint.auth, []).append(endpoint)
    names = {
        "none": "Anybody",
        "optional": "Anybody, more if known",
        "user": "Signed-in users",
        "role": "Users with the named role",
        "service": "Known calling systems",
    }
    limits = {"none": "no sign-in", "optional": "a token adds what is theirs", "user": "changes only what they created", "role": "", "service": "its own key"}
    found = []
    for auth, title in names.items():
        if auth in groups:
            calls = [f"`{e.method} {e.path}`" for e in groups[auth]]
            found.append(
                Permission(
                    who=title, may=f"call {listing(calls, most=5)}", limit=limits[auth], cites=cites([n for e in groups[auth] for n in e.cites[:1]], most=6)
                )
            )
    return found
