"""What sentences say about single members: which a thing cannot be without, who makes it, when it is over, what is worked out."""

from __future__ import annotations

import re

from backend_architect.architects.rules.case import Action, Case
from backend_architect.architects.rules.entities.sketches import Sketch
from backend_architect.architects.rules.language.field_types import infer, is_known
from backend_architect.architects.rules.language.nouns import EVENTS, FILES, KINDS, MONEY_EVENTS, canonical, is_person, is_thing
from backend_architect.architects.rules.language.words import an, plural, singular, snake, words
from backend_architect.architects.rules.reading.text_evidence import mentions, states
from backend_architect.brief import Statement
from backend_architect.design import Field
from backend_architect.expressions import expression

SET_HERE = ("Worked out here", "The caller")
"""How the purpose of a field begins that no caller gives."""
DECIDED = ("requested", "accepted", "declined")
"""States of what somebody asks for and somebody else says yes or no to."""
SPANS = frozenset({"absence", "holiday", "vacation", "closure", "closing"})
"""Things that are nothing but days from one to another."""
BILLS = frozenset({"invoice", "bill", "receipt"})
AGENTS: dict[str, str] = {
    "bid": "bidder",
    "vote": "voter",
    "loan": "borrower",
    "review": "reviewer",
    "donation": "donor",
    "order": "buyer",
    "subscription": "subscriber",
}
"""Who makes a thing, where the language has a word for it."""
_DESCRIBING = frozenset({"has", "have", "having", "with", "consist of", "consists of", "contain", "contains", "include", "includes", "is described by"})
_ENDS = expression(r"^(?:end|due|expir|clos|return|deliver|paid|finish|cancel|complet|deleted|last)")
_BEGINS = expression(r"^(?:start|begin|date$|day$|time$|from$)")
_WORKED_OUT = (
    r"\b(?:amount|price|fee|total|bid|sum)s?\b[^.]{0,40}\b(?:is|are) (?:fixed|set|given|calculated|computed|determined|worked out) by\b"
    r"|\b(?:nobody|no one|no \w+) (?:types|enters|chooses) (?:an? |the )?(?:amount|price)s?\b"
)
_WORKED_OUT_BY_RULE = expression(_WORKED_OUT, re.IGNORECASE)
_SPAN = expression(
    r"\bfrom when (?:to|till|until) when\b|\b(?:start|first) (?:and|to) (?:the )?(?:end|last) (?:dates?|days?)\b|\bbetween which (?:dates|days)\b",
    re.IGNORECASE,
)
_HOURS = expression(
    r"\btime (?:spans?|slots?|windows?)\b|\bbetween two (?:times|dates)\b|\boverlapp\w+|\bhourly\b|\bby the hour\b|\bfor (?:\d+|two|three|some|several) hours\b"
    r"|\bhours? before the start\b|\bstart and end(?: times?)?\b",
    re.IGNORECASE,
)
"""How a brief says that something is taken from one moment to another."""
_TAKEN = frozenset({"booking", "reservation"})
"""Things that take another one up for a time."""
_OCCUPIED = frozenset({"space", "room", "desk", "court", "hall", "car", "vehicle", "bike", "bicycle", "boat", "machine", "studio", "pitch", "locker", "van"})
"""Things that one person has at a time."""
_DECIDES = expression(r"\b(?:says?|answers?|replies|decides?)\b[^.]{0,12}\byes or no\b|\baccepts? or (?:declines?|refuses?|rejects?)\b", re.IGNORECASE)
_OWNER_TOLD = expression(
    r"\b(?:the|its|their) (?P<who>owner|lender|host|seller|landlord)\b[^.]{0,12}\b(?:gets?|receives?|is (?:told|mailed|asked|notified))\b", re.IGNORECASE
)
_CHOSEN = expression(
    r"\b(?:and|then) (?:chooses|selects|picks|gives|names|enters) (?:an?|the|their) (?P<member>[a-z-]+(?: (?!for\b|from\b|to\b|and\b|in\b|on\b|or\b|at\b)[a-z]+)?)",
    re.IGNORECASE,
)
_SCANS = expression(
    r"\bscans (?:an? |the |each |every )?(?!later\b|again\b|twice\b|are\b|is\b|can\b|may\b|of\b|from\b|in\b|on\b|at\b|and\b|to\b)(?P<first>[a-z]+)(?: and (?:an? |the |each )?(?P<second>[a-z]+)\b(?! (?:is|are|was)\b))?"
)
_BY_DEVICE = expression(r"\b(?:timestamped|late|later|offline|without a network|device)\b", re.IGNORECASE)
_TWICE = expression(r"\b(?:twice|again|repeated(?:ly)?|duplicates?|more than once)\b", re.IGNORECASE)
_UNPAID = expression(r"\b(?:un)?paid\b", re.IGNORECASE)


def is_described(action: Action) -> bool:
    """Return whether an action is a description: "a lot has a number, a title and an estimate"."""
    return action.verb == "store" and not action.actor and action.word.lower() in _DESCRIBING


def indispensable(noun: str, column: str, *, described: bool) -> bool:
    """Return whether a thing cannot be made without a member."""
    if column in ("title", "name"):
        return True
    happens = noun.split("_")[-1] in EVENTS | MONEY_EVENTS
    if noun.endswith("_list_entry") and is_person(column):
        return True
    guess = infer(column, noun)
    if happens and (_BEGINS.search(column) is not None or (described and is_person(column))):
        return True
    if not described or _ENDS.search(column) is not None or singular(column).split("_")[-1] in FILES:
        return False
    return column in KINDS or guess.type in ("integer", "decimal", "date", "timestamp", "boolean")


def add_files(sketch: Sketch, column: str) -> bool:
    """Add the members for several files of one kind ("photos"); return whether it was such a member."""
    one = singular(column)
    if one == column or one.split("_")[-1] not in FILES:
        return False
    sketch.add(
        f"{one}_keys", type="json", required=False, why=f"Object keys of the uploaded {words(column)}, in their order; the bytes are not kept in the database"
    )
    return True


def add_stated(case: Case, sketch: Sketch) -> None:
    """Add what the sentences about a thing say of its making: the span it takes, the answer it waits for, what is worked out."""
    noun = sketch.noun.split("_")[-1]
    about = tuple(case.statement(number) for number in sorted(sketch.cites))
    if noun in SPANS:
        sketch.add("starts_on", type="date", why=f"First day of the {words(sketch.noun)}")
        sketch.add("ends_on", type="date", why=f"Last day of the {words(sketch.noun)}")
    if noun in EVENTS:
        _span(sketch, about)
        _taken(case, sketch)
        if "status" not in sketch.fields and (decided := next((s for s in about if _DECIDES.search(s.text)), None)) is not None:
            sketch.add("status", type="enum", values=DECIDED, why=f"Where the {words(sketch.noun)} stands; starts as `requested`")
            sketch.cites.add(decided.number)
    if noun in MONEY_EVENTS and (most := next((name for name in ("maximum", "minimum", "limit") if name in sketch.fields), "")):
        # A maximum is the money of it.
        sketch.fields.pop("amount", None)
        why = (
            f"Most that the {words(noun)} may come to, exact to the cent; only its maker and the system read it"
            if most == "maximum"
            else f"{words(most).capitalize()} of the {words(noun)}, exact to the cent"
        )
        sketch.fields[most] = Field(name=most, type="decimal", minimum=0, why=why)
    if (
        noun in MONEY_EVENTS
        and "amount" in sketch.fields
        and (rule := next((s for s in (*mentions(case, noun), *about) if _WORKED_OUT_BY_RULE.search(s.text)), None))
    ):
        known = sketch.fields["amount"]
        sketch.fields["amount"] = known.model_copy(update={"why": f"{SET_HERE[0]} by the rule of S{rule.number}, never sent by a caller; exact to the cent"})
        sketch.cites.add(rule.number)
    if noun == "loan" and not any(_BEGINS.search(name) or _ENDS.search(name) for name in sketch.fields):
        sketch.add("due_date", type="date", why="Last day of the loan; a renewal moves it")
    _chosen(sketch, about)
    if noun == "scan":
        _scanned(case, sketch)
    if noun in BILLS and any(is_described(action) for action in sketch.actions):
        who = next((name for name in sketch.fields if is_person(name)), "")
        sketch.purpose = f"What {f'each {words(who)}' if who else 'somebody'} has to pay, made and sent by the system, then only marked as paid"
    if noun == "invoice" and any(_UNPAID.search(s.text) for s in about):
        sketch.add("paid_at", type="timestamp", required=False, why="When it was paid in full; empty while it is open")


def _chosen(sketch: Sketch, about: tuple[Statement, ...]) -> None:
    """Add what a person asks for and what they choose with it: "requests a title and chooses a pick-up place"."""
    head, _, last = sketch.noun.rpartition("_")
    if last != "request" and last not in EVENTS:
        return
    if last == "request" and head and head not in sketch.parents:
        sketch.add(f"{head}_reference", type="text", unique=False, why=f"Which {words(head)} is asked for: what the system that holds it calls it")
    for statement in about:
        if (
            sketch.actions
            and (chosen := _CHOSEN.search(statement.text)) is not None
            and any(a.actor and a.statement == statement.number for a in sketch.actions)
        ):
            sketch.add(snake(chosen["member"]), why=f"{chosen['member'].capitalize()} that was chosen with the {words(last)}")


def _scanned(case: Case, sketch: Sketch) -> None:
    """Add what a device reads: the code of each thing it is held to, when, and its own number where a scan may come twice."""
    about = mentions(case, "scan")
    sketch.cites.update(statement.number for statement in about)
    for statement in about:
        if (read := _SCANS.search(statement.text)) is not None:
            for thing in (read["first"], read["second"]):
                if thing and singular(thing.lower()) not in ("scan", "code", "barcode"):
                    one = singular(thing.lower())
                    sketch.add(f"{one}_code", type="text", unique=False, why=f"Code on the {one}, as it was read")
    if any(_BY_DEVICE.search(statement.text) for statement in about):
        sketch.add("scanned_at", type="timestamp", why="When the device read it, by the device's clock; it may arrive later")
    if any(_TWICE.search(statement.text) for statement in about):
        sketch.add("device_scan_id", type="uuid", unique=True, why="Given by the device")
    if not sketch.fields:
        sketch.add("code", type="text", unique=False, why="What was read")


def _span(sketch: Sketch, about: tuple[Statement, ...]) -> None:
    said = next((s for s in about if _SPAN.search(s.text)), None)
    if said is None or any(_BEGINS.search(name) for name in sketch.fields):
        return
    sketch.add("starts_on", type="date", why=f"First day of the {words(sketch.noun)}")
    sketch.add(
        "ends_on",
        type="date",
        why=f"Last day of the {words(sketch.noun)}: when it is due back" if sketch.noun == "loan" else f"Last day of the {words(sketch.noun)}",
    )
    sketch.cites.add(said.number)


def _taken(case: Case, sketch: Sketch) -> None:
    """Add from when to when a booking takes something up, unless what is booked has times of its own."""
    noun = sketch.noun.split("_")[-1]
    if noun not in _TAKEN or any(_BEGINS.search(name) or _ENDS.search(name) for name in sketch.fields):
        return
    said = next((s for s in (*mentions(case, sketch.noun), *(case.statement(n) for n in sorted(sketch.cites))) if _HOURS.search(s.text)), None)
    if said is None and not any(parent.split("_")[-1] in _OCCUPIED for parent in sketch.parents):
        return
    sketch.add("starts_at", type="timestamp", why=f"First moment of the {words(sketch.noun)}")
    sketch.add("ends_at", type="timestamp", why="Moment from which it is free again; after `starts_at`")
    if said is not None:
        sketch.cites.add(said.number)


def add_people(case: Case, sketches: dict[str, Sketch], *, accounts: bool) -> None:
    """Name who makes a thing, where staff may make it for others or nobody signs in, and who has to hear of it."""
    names = {actor.name for actor in case.actors}
    for sketch in sketches.values():
        if sketch.horizon == "later" or sketch.joins or sketch.supporting or not any(action.verb in ("create", "submit") for action in sketch.actions):
            continue
        agent = AGENTS.get(sketch.noun.split("_")[-1], "") or next(
            (a.actor for a in sketch.actions if a.verb == "create" and a.phrase.lower().startswith("own ")), ""
        )
        if not agent or f"{agent}_id" in sketch.fields or agent in sketch.fields or f"{agent}_name" in sketch.fields:
            continue
        if accounts and agent in names:
            sketch.agent = agent
            sketch.owned = False
        elif not accounts and agent == "borrower":
            sketch.add("borrower_name", type="text", why="Who borrows: the name they gave")
    if accounts:
        return
    for statement in case.brief.statements:
        if (told := _OWNER_TOLD.search(statement.text)) is None:
            continue
        who = told["who"].lower()
        offered = next((s for s in sketches.values() if s.noun.split("_")[-1] not in EVENTS and any(a.actor and a.verb == "create" for a in s.actions)), None)
        if offered is not None:
            offered.add(f"{who}_name", type="text", why=f"Whose {words(offered.noun)} it is")
            offered.add(f"{who}_email", why=f"Where the {who} gets the mail about it")
            offered.cites.add(statement.number)


def add_person_members(case: Case, user: Sketch) -> None:
    """Give people what they register with, and the state and limits that staff set for them."""
    names = {actor.name for actor in case.actors}
    verbs: dict[str, list[tuple[str, int]]] = {}
    for action in case.actions:
        if action.horizon != "now":
            continue
        if action.verb == "register" and action.actor in names:
            for member in action.members:
                _registered(case, user, action, snake(member))
        if action.verb == "change-state" and is_person(canonical(action.noun)) and action.actor != action.noun:
            verbs.setdefault(canonical(action.noun), []).append((action.word, action.statement))
    if "status" in user.fields or not verbs:
        return
    person, words_said = next(iter(verbs.items()))
    about = mentions(case, person)
    found, cites = states(person, words_said, about, [])
    blocked = next((s for s in about if re.search(rf"\b{person}s? (?:is|are|gets?) (?:blocked|locked|suspended)\b", s.text, re.IGNORECASE)), None)
    values = tuple(dict.fromkeys((*found, *(("blocked",) if blocked is not None else ()))))
    if len(values) < 2:
        return
    user.add("status", type="enum", values=values, why=f"Whether the {words(person)} may take part; starts as `{values[0]}`")
    user.cites |= cites | ({blocked.number} if blocked is not None else set())
    numbers = {number for _, number in words_said}
    for action in case.actions:
        if action.statement in numbers and action.noun in ("limit", "quota", "allowance") and action.verb == "configure":
            user.add(
                f"{person}_{action.noun}",
                type="decimal",
                required=False,
                why=f"Most that the {words(person)} may spend, set by {an(words(action.actor or 'staff'))}; empty until then",
            )


def _registered(case: Case, user: Sketch, action: Action, column: str) -> None:
    if column in ("card", "credit_card", "payment_card", "bank_card", "payment_method"):
        provider = next((system.name for system in case.systems if "payment" in system.name.lower()), "payment provider")
        user.add("payment_reference", type="text", required=False, unique=False, why=f"What the {provider} calls the card; the number itself is never here")
    elif column not in ("password", "email", "e_mail", "mail", "name", "username") and (
        is_known(column) or ("_" in column and len(column) <= 40 and is_thing(column) and not is_person(canonical(column)))
    ):
        user.add(column, required=False)
    else:
        return
    user.cites.add(action.statement)


def agent_field(case: Case, sketch: Sketch, user: str) -> Field:
    """Return the reference to the person whose deed a thing is."""
    staff = next(
        (a.actor for a in sketch.actions if a.actor and a.actor != sketch.agent and a.verb in ("create", "submit") and canonical(a.noun) == sketch.noun), ""
    )
    empty = f"; empty when {an(words(staff))} enters the {words(sketch.noun)} for somebody else" if staff else ""
    return Field(name=f"{sketch.agent}_id", type="uuid", required=not staff, ref=user, why=f"{SET_HERE[1]}, {an(words(sketch.agent))}{empty}")


def add_wholes(case: Case, sketches: dict[str, Sketch]) -> None:
    """Give what is done to a thing in one breath with it ("list the tools they lend") the thing as its whole."""
    for sketch in sketches.values():
        if sketch.noun.split("_")[-1] not in ("loan", "booking", "reservation", "bid", "review", "rating", "vote") or any(
            p in sketches for p in sketch.parents
        ):
            continue
        first = {action.statement for action in sketch.actions[:1]}
        beside = [
            other.noun
            for other in sketches.values()
            if other is not sketch and not other.joins and other.horizon == sketch.horizon and other.noun.split("_")[-1] not in EVENTS | MONEY_EVENTS
            and is_thing(other.noun) and any(action.statement in first and action.verb == "create" for action in other.actions)
        ]  # fmt: skip
        if not beside and sketch.noun in ("bid", "loan", "vote"):
            # Nothing else is kept that it could be made on.
            beside = [
                other.noun
                for other in sketches.values()
                if other is not sketch and not other.joins and other.horizon == sketch.horizon and is_thing(other.noun)
                and other.noun.split("_")[-1] not in EVENTS | MONEY_EVENTS | KINDS and other.verbs & {"create", "store", "change-state"}
            ]  # fmt: skip
        if len(beside) == 1:
            sketch.parents.append(beside[0])


def kinds(sketch: Sketch, column: str, keys: dict[str, str]) -> Field | None:
    """Return a member that says which kind a thing is as a reference, where the kinds are a list that people keep."""
    noun = f"{sketch.noun}_{column}"
    if column not in KINDS or noun not in keys:
        return None
    return Field(name=f"{noun}_id", type="uuid", ref=keys[noun], why=f"Which of the {words(plural(noun))} it is")
