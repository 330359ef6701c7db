"""People as entities: who signs in, who work is given to, whose sessions are open."""

from __future__ import annotations

import re

from backend_architect.architects.rules.api.look_ups import look_up
from backend_architect.architects.rules.case import Case
from backend_architect.architects.rules.entities.action_entities import left_behind
from backend_architect.architects.rules.entities.named_people import add_authors, add_roles, predefined
from backend_architect.architects.rules.entities.sketches import Sketch
from backend_architect.architects.rules.entities.stated_fields import add_person_members
from backend_architect.architects.rules.language.nouns import canonical, is_person
from backend_architect.architects.rules.language.words import plural, snake, words
from backend_architect.architects.rules.reading.text_evidence import demands, pattern
from backend_architect.expressions import expression

_AUDIT = expression(
    (
        r"\baudit (?:log|trail|record|events?)\w*|\blog(?:s|ged|ging)? (?:of )?(?:all|every|each) (?:access|change|action|quer)\w*"
        r"|\btraceab\w+ of (?:access|changes)\b|审计日志|trilha de auditoria|prüfprotokoll"
    ),
    re.IGNORECASE,
)


def add_accounts(case: Case, sketches: dict[str, Sketch], *, tables: bool) -> None:
    """Add users, sessions, API keys and the audit log where the case calls for them."""
    auth = case.traits.auth
    people = [
        action
        for action in case.actions
        if action.horizon == "now"
        and (action.verb == "assign" or (is_person(canonical(action.noun)) and action.actor and action.verb in ("create", "update", "delete", "register")))
    ]
    there = predefined(case)
    # An API that the brief spells out has users only if it names them: its callers may be programs.
    spelled = bool(case.contracts.ours) and "user" not in sketches
    signs_in = (auth in ("session", "token", "external") or (auth == "optional" and not tables)) and not spelled
    owned = signs_in and bool(case.contracts.ours or any(action.actor for action in case.actions))
    # Tables that the brief spells out are all there are.
    if "user" in sketches or (not tables and (signs_in or people or there)):
        user = sketches.setdefault("user", Sketch("user"))
        user.supporting = True
        user.horizon = "now"
        if not tables:
            if signs_in and not case.contracts.ours:
                add_person_members(case, user)
                # What people keep several of is a list of its own.
                for column in [
                    name for name in user.fields if "_" in name and any(name in other.fields for n, other in sketches.items() if n == name.rpartition("_")[2])
                ]:
                    del user.fields[column]
            _user(case, user, people_cites={action.statement for action in people} | ({there.number} if there else set()), signs_in=signs_in)
    if (owned or spelled) and not tables:
        for sketch in sketches.values():
            if spelled:
                sketch.owned = False
            elif not sketch.joins and sketch.noun not in ("user", "session", "tag") and _made_by_known(case, sketch):
                sketch.owned = True
    if auth == "none" and not tables and not spelled:
        add_authors(case, sketches)
    if "user" in sketches and not tables and not case.contracts.ours:
        _memberships(case, sketches)
    if auth == "session" and not tables and "session" not in sketches and not case.contracts.ours:
        session = Sketch("session", supporting=True, parents=["user"], verbs={"create", "delete"}, cites=set(case.traits.auth_basis.cites))
        session.purpose = "Who is signed in; deleting the row signs them out at once"
        session.add("token", why="Hash of the session cookie's secret; the secret itself is only in the browser")
        session.add("expires_at", type="timestamp", why="Moment the session ends by itself")
        sketches["session"] = session
    if auth == "api-key" and not tables:
        key = sketches.setdefault("api_key", Sketch("api_key", supporting=True, verbs={"create"}, cites=set(case.traits.auth_basis.cites)))
        key.purpose = "Which programs may call, each with its own key"
        key.add("name", why="Program that the key was given to")
        key.add("key_hash", type="text", unique=True, why="Hash of the key; the key itself is shown once")
        key.add("revoked_at", type="timestamp", required=False, why="Moment from which the key no longer works; empty while it does")
    audited = next((s for s in demands(case) if _AUDIT.search(s.text)), None)
    sought = look_up(case)
    looks_at_people = sought is not None and sought.by_person
    if audited is None and sought is not None and sought.by_person:
        audited = case.statement(sought.actions[0].statement)
    if audited is not None and not tables and sketches and "audit_event" not in sketches and not case.contracts.ours:
        event = Sketch("audit_event", supporting=True, verbs={"store"}, cites={audited.number})
        event.purpose = "Who did what to which record, and when; written once, never changed"
        event.add("actor", type="text", why="Who did it: the signed-in person or the calling program")
        event.add("action", type="text", why="What was done, as a fixed word")
        event.add("subject", type="text", why="Kind and identifier of the record it was done to")
        changed = "What was searched by; never what was found" if looks_at_people else "What changed, without the sensitive values themselves"
        event.add("details", type="json", required=False, why=changed)
        sketches["audit_event"] = event


MEMBERSHIPS = {"follow": "followers", "favorite": "favorites", "favourite": "favorites", "like": "likes", "subscribe": "subscribers"}
"""What is left behind by people who do this to a thing; anything else they join, they are members of."""


def membership(word: str) -> str:
    """Return what the people are to a thing that they join by this verb: `members`, `followers`."""
    base = word.lower()
    return next((name for verb, name in MEMBERSHIPS.items() if base.startswith(verb)), "members")


def _memberships(case: Case, sketches: dict[str, Sketch]) -> None:
    """Who has joined what: one row for each pair."""
    for action in case.actions:
        noun = canonical(action.noun) if action.noun else ""
        if action.verb != "join" or action.horizon != "now" or noun not in sketches or sketches[noun].horizon != "now" or noun == "user":
            continue
        kind = membership(action.word)
        name = f"{noun}_{kind}"
        join = sketches.setdefault(
            name, Sketch(name, name=name, joins=((f"{noun}_id", noun), ("user_id", "user")), supporting=True, verbs={"create", "delete"})
        )
        join.purpose = f"Which people are {kind} of which {words(noun)}; one row for each pair"
        join.cites.add(action.statement)


def _user(case: Case, user: Sketch, *, people_cites: set[int], signs_in: bool) -> None:
    auth = case.traits.auth
    user.cites |= people_cites
    if signs_in:
        user.cites.update(case.traits.auth_basis.cites)
    if auth == "external":
        user.add("subject", type="text", unique=True, why="Identifier that the identity provider gives the person")
        user.add("email", required=False)
    elif signs_in and not {"email", "username"} & set(user.fields):
        user.add("email")
    if signs_in and auth in ("session", "token", "optional") and "password_hash" not in user.fields:
        user.add("password")
    if not {"name", "username", "display_name", "first_name", "full_name"} & set(user.fields):
        user.add("name", type="text", why="Name shown to others")
    roles = tuple(
        dict.fromkeys(
            snake(actor.name)
            for actor in case.actors
            if not actor.anonymous and snake(actor.name) and snake(actor.name) not in ("user", "people", "person", "everyone")
        )
    )
    roles = tuple(role for role in roles if len(role) <= 40)[:8]
    if len(roles) > 1 and not case.contracts.ours and "role" not in user.fields and any(actor.privileged for actor in case.actors):
        user.add("role", type="enum", values=roles, why="Decides what the person may do")
        user.cites.update(number for actor in case.actors for number in actor.cites[:1])
    elif not signs_in and not case.contracts.ours:
        add_roles(case, user)
    who = ", ".join(words(plural(role)) for role in roles[:4]) if len(roles) > 1 else "people"
    user.purpose = user.purpose or (
        f"{who[:1].upper()}{who[1:]} who sign in" if signs_in else "The people that work is given to and comments come from; no sign-in"
    )


def _made_by_known(case: Case, sketch: Sketch) -> bool:
    """Whether a signed-in person makes it: an action by a known actor, or an endpoint that needs sign-in."""
    if sketch.owned:
        return True
    # What staff make belongs to the house: any of them may change it.
    known = {actor.name for actor in case.actors if not actor.anonymous and not actor.privileged}
    makers = [
        action
        for action in sketch.actions
        if action.verb in ("create", "submit", "send", "upload", "comment", "schedule", "pay", "store")
        and not action.system
        and (canonical(action.noun) in (sketch.noun, "") or left_behind(action) == sketch.noun)
        and left_behind(action) in ("", sketch.noun)
        and action.horizon == "now"
    ]
    if sketch.parents and sketch.noun in ("question", "option", "answer", "item", "line_item"):
        return False
    return any(action.actor in known for action in makers) and not any(
        actor.anonymous and any(action.actor == actor.name for action in makers) and pattern(sketch.noun).search(actor.name) is None for actor in case.actors
    )
