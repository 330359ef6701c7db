"""Bounded contexts: which entities and actions belong together, named from the brief's own nouns."""

from __future__ import annotations

import re
from dataclasses import dataclass

from backend_architect.architects.rules.case import Action, Case
from backend_architect.architects.rules.language.wording import headed, listing, plural, spaced
from backend_architect.architects.rules.layers.grounds import DEMANDS
from backend_architect.design import Entity, Keys

_ACCOUNTS = re.compile(
    r"^(?:users?|accounts?|sessions?|members?|profiles?|roles?|credentials?|tokens?|api_keys?|logins?|follows?|identit(?:y|ies)|permissions?)$"
)
_RESULTS = re.compile(r"(?:^|_)(?:results?|reports?|statistics?|stats|summar(?:y|ies)|dashboards?|analytics|aggregates?|insights?)$")
_ACCOUNT_VERBS = frozenset({"login", "logout", "register"})
MOST = 5
"""More modules than this and the lines no longer follow who changes what."""


@dataclass(frozen=True)
class Context:
    """Things that change together."""

    name: str
    entities: tuple[Entity, ...]
    actions: tuple[Action, ...]
    actors: tuple[str, ...]
    accounts: bool = False

    @property
    def owns(self) -> Keys:
        """Keys of its entities."""
        return tuple(entity.key for entity in self.entities)


def singular(name: str) -> str:
    """Return a table's name as the noun that actions use: `surveys` is `survey`."""
    if name.endswith("ies") and len(name) > 4:
        return f"{name[:-3]}y"
    if name.endswith(("sses", "xes", "ches", "shes")):
        return name[:-2]
    return name[:-1] if name.endswith("s") and not name.endswith("ss") else name


def contexts(case: Case, entities: tuple[Entity, ...]) -> tuple[Context, ...]:
    """Group the entities that are built now.

    A child belongs to its parent unless somebody else creates it: a line runs where the actor
    changes, because there the rules and the load change too.
    """
    built = [entity for entity in entities if entity.tier != "future"]
    by_key = {entity.key: entity for entity in built}
    makers = {entity.key: _makers(case, entity) for entity in built}
    home: dict[str, str] = {}

    def settle(entity: Entity, path: tuple[str, ...] = ()) -> str:
        if entity.key in home:
            return home[entity.key]
        found = entity.key
        for field in entity.fields:
            parent = by_key.get(field.ref or "")
            if parent is None or parent.key in (*path, entity.key) or not field.required or is_account(parent):
                continue
            if makers[entity.key] and makers[parent.key] and not makers[entity.key] & makers[parent.key]:
                continue
            found = settle(parent, (*path, entity.key))
            break
        home[entity.key] = found
        return found

    groups: dict[str, list[Entity]] = {}
    for entity in built:
        groups.setdefault("accounts" if is_account(entity) else settle(entity), []).append(entity)
    made = [_context(case, members, accounts=root == "accounts") for root, members in groups.items()]
    made.sort(key=lambda context: context.accounts)
    return _with_results(case, _merged(made))


def is_account(entity: Entity) -> bool:
    """Whether an entity is about who people are rather than what they do."""
    return _ACCOUNTS.match(entity.name) is not None


def _makers(case: Case, entity: Entity) -> frozenset[str]:
    noun = singular(entity.name)
    return frozenset(a.actor for a in case.actions if a.noun == noun and a.verb in ("create", "submit", "update", "pay", "upload", "send") and a.actor)


def _context(case: Case, members: list[Entity], *, accounts: bool) -> Context:
    names = {singular(entity.name) for entity in members}
    actions = tuple(
        a
        for a in case.actions
        if a.horizon == "now"
        and case.label(a.statement) in DEMANDS
        and (a.noun in names or (accounts and a.verb in _ACCOUNT_VERBS) or (not a.noun and a.of in names))
    )
    order = sorted(members, key=lambda e: (e.tier != "essential", members.index(e)))
    name = "Accounts" if accounts else headed(spaced(order[0].name))
    return Context(name, tuple(members), actions, tuple(dict.fromkeys(a.actor for a in actions if a.actor)), accounts)


def _merged(found: list[Context]) -> list[Context]:
    """Fold the contexts with the least to do into one, until no more than `MOST` are left."""
    if len(found) <= MOST:
        return found
    ranked = sorted((c for c in found if not c.accounts), key=lambda c: (-len(c.actions), found.index(c)))
    kept, small = ranked[: MOST - 1 - any(c.accounts for c in found)], ranked[MOST - 1 - any(c.accounts for c in found) :]
    rest = Context(
        headed(listing([c.name.lower() for c in small], most=2)),
        tuple(e for c in small for e in c.entities),
        tuple(a for c in small for a in c.actions),
        tuple(dict.fromkeys(actor for c in small for actor in c.actors)),
    )
    return [*(c for c in found if c in kept), rest, *(c for c in found if c.accounts)]


def _with_results(case: Case, found: list[Context]) -> tuple[Context, ...]:
    """Give the reading of results to the context whose data they are made of: the last that people write to."""
    owned = {singular(e.name) for c in found for e in c.entities}
    views = tuple(a for a in case.actions if a.horizon == "now" and a.noun not in owned and _RESULTS.search(a.noun) and case.label(a.statement) in DEMANDS)
    writers = [c for c in found if not c.accounts and any(a.verb in ("submit", "create", "track", "pay", "send") for a in c.actions)]
    if not views or not writers:
        return tuple(found)
    host = writers[-1]
    noun = spaced(views[0].noun)
    label = plural(noun.split()[-1])
    grown = Context(
        host.name if label in host.name.lower() else f"{host.name} and {label}",
        host.entities,
        (*host.actions, *views),
        tuple(dict.fromkeys((*host.actors, *(a.actor for a in views if a.actor)))),
    )
    return tuple(grown if c is host else c for c in found)
