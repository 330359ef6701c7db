"""Who may do what: one rule for each kind of person, from what they are said to do and what the endpoints let them call."""

from __future__ import annotations

from backend_architect.architects.rules.api.look_ups import look_up
from backend_architect.architects.rules.case import Action, Actor, Case
from backend_architect.architects.rules.entities.accounts import membership
from backend_architect.architects.rules.entities.action_entities import left_behind
from backend_architect.architects.rules.language.nouns import canonical, is_person
from backend_architect.architects.rules.language.wording import cites, headed, listing, spaced
from backend_architect.architects.rules.language.words import snake
from backend_architect.architects.rules.layers.grounds import DEMANDS, doing
from backend_architect.architects.rules.reading.text_evidence import as_written
from backend_architect.architects.rules.structure.contexts import singular
from backend_architect.design import Endpoint, Entity, Permission

_OWNERS = ("user_id", "owner_id", "author_id", "account_id", "customer_id", "member_id", "created_by")
_MOST = 8

_READS = ("read", "list", "search", "download", "export", "track", "report")
_WRITING = ("POST", "PUT", "PATCH", "DELETE")
_OF_ALL = ("export", "summary", "content")
"""Last parts of paths that say what is done to the part before them."""
_METHODS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("create", "submit", "send", "upload", "comment", "register", "join", "pay", "store", "import"), ("POST",)),
    **dict.fromkeys(("update", "change-state", "assign", "configure"), ("PATCH", "PUT")),
    "delete": ("DELETE",),
}
"""The methods that do what a verb says; other verbs are reads or any write."""


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
    calls = Calls(case, entities, endpoints)
    ranked = sorted(actors.values(), key=lambda a: (not a.privileged, a.anonymous))
    found = []
    for actor in ranked:
        acts = tuple(act for act in acted.get(actor.name, ()) if _allowed(case, actor, endpoints, calls.of(act)))
        if not acts:
            continue
        found.append(
            Permission(
                who=headed(as_written(case, actor.name, actor.cites)),
                may=doing(acts, most=4),
                limit=_limit(case, actor, acts, calls),
                cites=cites([a.statement for a in acts], actor.cites, most=6),
            )
        )
    if not found and endpoints:
        found = _by_endpoint(endpoints, entities)
    return tuple(found[:_MOST])


class Calls:
    """Which endpoints an act is done through; what each endpoint is about is read once."""

    def __init__(self, case: Case, entities: tuple[Entity, ...], endpoints: tuple[Endpoint, ...]) -> None:
        """Read what each endpoint is about."""
        self.entities = entities
        self.endpoints = endpoints
        self.case = case
        self._about = tuple((endpoint, _nouns(endpoint, entities)) for endpoint in endpoints)

    def of(self, act: Action) -> tuple[Endpoint, ...]:
        """Return the endpoints through which a person does this; none if the API has none for it."""
        sought = look_up(self.case)
        if sought is not None and act in sought.actions:
            return tuple(endpoint for endpoint in self.endpoints if endpoint.path == sought.path)
        if act.verb in ("login", "logout"):
            return tuple(endpoint for endpoint in self.endpoints if endpoint.path.endswith(("/sessions", "/sessions/current", "/login", "/logout")))
        meant = _meant(act)
        about = tuple(endpoint for endpoint, nouns in self._about if not meant.isdisjoint(nouns))
        if act.verb == "compute":
            about += tuple(endpoint for endpoint in self.endpoints if any(endpoint.path.rpartition("/")[2].startswith(f"{noun}-") for noun in meant))
        if act.verb in _READS:
            return tuple(endpoint for endpoint in about if endpoint.method not in _WRITING)
        writes = tuple(endpoint for endpoint in about if endpoint.method in _WRITING)
        exact = tuple(endpoint for endpoint in writes if endpoint.method in _METHODS.get(act.verb, ()))
        return exact or writes


def _meant(act: Action) -> set[str]:
    """Return the things that an act is done to or leaves behind, by the names that entities and paths may have for them."""
    noun = canonical(act.noun) if act.noun else ""
    names = {act.noun, noun, noun.rpartition("_")[2], left_behind(act)}
    if act.verb == "join" and noun:
        names.add(f"{noun}_{singular(membership(act.word))}")
    if is_person(noun):
        names.add("user")
    return names - {""}


def _nouns(endpoint: Endpoint, entities: tuple[Entity, ...]) -> set[str]:
    """Return what an endpoint is about: what it returns, the last plain part of its path, the parts that are sent within its whole."""
    named = {singular(entity.name) for entity in entities if entity.key == endpoint.entity}
    parts = [singular(part.replace("-", "_")) for part in endpoint.path.split("/") if part and not part.startswith("{")]
    within = {singular(snake(part.removesuffix("[]"))) for p in endpoint.request for part in p.name.split(".") if part.endswith("[]")}
    return named | set(parts[-2:] if parts and parts[-1] in _OF_ALL else parts[-1:]) | within


def _allowed(case: Case, actor: Actor, endpoints: tuple[Endpoint, ...], calls: tuple[Endpoint, ...]) -> bool:
    """Whether an actor may make one of the calls; what no endpoint does, nobody may do, and a program without endpoints forbids nothing."""
    if not endpoints:
        return True
    return any(case.traits.auth == "none" or _admits(endpoint, actor) for endpoint in calls)


def _admits(endpoint: Endpoint, actor: Actor) -> bool:
    match endpoint.auth:
        case "none" | "optional":
            return True
        case "role":
            return actor.name in endpoint.roles
        case "user" | "service":
            return not actor.anonymous


def _limit(case: Case, actor: Actor, acts: tuple[Action, ...], known: Calls) -> str:
    entities, endpoints = known.entities, known.endpoints
    if case.traits.auth == "none":
        return "" if case.traits.size == "tiny" else "no sign-in: whoever reaches the address may"
    if actor.anonymous:
        return "without signing in; what is not named here is refused"
    if case.traits.auth == "api-key":
        return "with its own key"
    calls = [endpoint for act in acts for endpoint in known.of(act) if _admits(endpoint, actor)]
    if calls and all(endpoint.auth in ("none", "optional") for endpoint in calls) and all(known.of(act) for act in acts):
        return "needs no sign-in"
    if any(endpoint.auth == "role" for endpoint in calls):
        alone = _alone(actor, entities, endpoints)
        return f"signed in with this role; nobody else changes {listing(alone, most=3)}" if alone else "signed in with this role"
    nouns = {act.noun for act in acts}
    changed = {entity.key for entity in entities if not endpoints or any(e.entity == entity.key and e.method in ("PATCH", "PUT", "DELETE") for e in endpoints)}
    owned = [
        spaced(e.name) for e in entities if e.tier != "future" and e.key in changed and singular(e.name) in nouns and any(f.name in _OWNERS for f in e.fields)
    ]
    if owned and not actor.privileged:
        return f"signed in; changes only their own {listing(owned, most=3)}"
    return "signed in"


def _alone(actor: Actor, entities: tuple[Entity, ...], endpoints: tuple[Endpoint, ...]) -> list[str]:
    """Return what only this role may write, by the endpoints."""
    found = []
    for entity in entities:
        writing = [endpoint for endpoint in endpoints if endpoint.entity == entity.key and endpoint.method in _WRITING]
        if writing and all(endpoint.auth == "role" and endpoint.roles == (actor.name,) for endpoint in writing):
            found.append(spaced(entity.name))
    return found


def _by_endpoint(endpoints: tuple[Endpoint, ...], entities: tuple[Entity, ...]) -> list[Permission]:
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
    owned = any(field.name in _OWNERS for entity in entities if entity.tier != "future" for field in entity.fields)
    user = "changes only what they created" if owned else "signed in"
    limits = {"none": "no sign-in", "optional": "a token adds what is theirs", "user": user, "role": "", "service": "its own key"}
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
