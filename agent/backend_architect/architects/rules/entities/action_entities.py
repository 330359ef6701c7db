"""Entities that the actions imply: the nouns that people create, change and look at."""

from __future__ import annotations

import re

from backend_architect.architects.rules.case import UNNAMED, Action, Case, Verb
from backend_architect.architects.rules.entities.money_members import add_money_members
from backend_architect.architects.rules.entities.sketches import Sketch
from backend_architect.architects.rules.entities.stated_fields import SET_HERE, SPANS, add_files, add_stated, add_wholes, indispensable, is_described
from backend_architect.architects.rules.language import lexicon
from backend_architect.architects.rules.language.field_types import infer, is_known
from backend_architect.architects.rules.language.nouns import AUTHORED, EVENTS, FILES, KINDS, MONEY_EVENTS, NAMED, canonical, is_person, is_thing
from backend_architect.architects.rules.language.words import an, plural, snake, word_set, words
from backend_architect.architects.rules.reading.systems import PAYERS
from backend_architect.architects.rules.reading.text_evidence import contained, counted, demands, grades, mentions, numbered, once, pattern
from backend_architect.brief import Statement
from backend_architect.expressions import expression

_WEIGHTS: dict[Verb, float] = {
    "create": 3, "submit": 3, "upload": 3, "store": 3, "send": 3, "pay": 3, "comment": 3, "schedule": 2, "register": 2, "import": 2,
    "update": 2, "delete": 2, "change-state": 2, "assign": 2, "join": 2, "track": 2,
    "list": 1, "read": 1, "search": 1, "configure": 0.5, "notify": 0.5, "export": 0.5, "report": 0.5, "compute": 0.5, "validate": 0.5, "download": 0.5,
}  # fmt: skip
_CREATES: frozenset[Verb] = frozenset({"create", "submit", "upload", "store", "send", "pay", "comment", "schedule", "import"})
_ATTRIBUTES = word_set(
    """
    title name description text date deadline due_date status priority price amount email password phone address color colour label duration
    location rating emoji username nickname avatar birthday age gender time start_time end_time start_date end_date number category
    """
)
_WEAK = word_set(
    """
    option entry item record element object unit instance copy set series value order_number activity
    """
)
_SAYING = frozenset({"say", "says", "tell", "tells", "ask", "asks", "want", "wants", "go", "goes", "come", "comes"})
"""Verbs that no lexicon of deeds has; after "or" they begin a new clause, not another attribute."""
_BY_PEOPLE = frozenset({"post", "chat", "read"})
"""Nouns that are things only where a person makes one: elsewhere "the posts" are requests."""
_SCHEMA = expression(r"\b(?:schema|format|columns|fields|members) \((?P<list>[^()]{8,200},[^()]{2,100})\)", re.IGNORECASE)
"""A schema that the brief writes out in words."""
_SOURCE = expression(r"\bfrom which (?P<whole>[a-z]{3,30})(?: and (?P<part>row|line|page))?\b", re.IGNORECASE)
"""What somebody wants to trace a thing back to."""
_RATES = frozenset({"price", "fee", "rate"})
"""Sums that are things where a brief moves them as such."""
_CAPS = {"tiny": 3, "small": 8, "medium": 9, "large": 12}
_LONG_BRIEF = 120
_VERB_NOUNS: dict[str, str] = {
    "vote": "vote",
    "bid": "bid",
    "comment": "comment",
    "review": "review",
    "rate": "rating",
    "book": "booking",
    "reserve": "reservation",
    "reply": "reply",
    "subscribe": "subscription",
    "like": "like",
    "scan": "scan",
    "order": "order",
    "borrow": "loan",
}
"""Verbs that leave a thing of their own behind when they are done to another."""


def from_actions(case: Case, known: dict[str, Sketch]) -> dict[str, Sketch]:
    """Return the things that the brief's actions work on, the most acted on first.

    `known` are the things that spelled contracts imply; actions on them add to them.
    """
    statements = demands(case)
    found: dict[str, Sketch] = {}
    for action in case.actions:
        for noun, parent in _nouns(action):
            sketch = known.get(noun) or found.setdefault(noun, Sketch(noun, horizon="later"))
            _act(sketch, action, parent, case.statement(action.statement).text)
    _merge_compounds(found, [statement.text.partition(":")[0].lower() for statement in statements if ":" in statement.text[:60]])
    _contents(case, found, statements)
    kept = _accepted(case, found, statements)
    add_wholes(case, kept)
    _paid(kept)
    _came_from(kept, statements)
    for sketch in kept.values():
        _describe(case, sketch, statements)
        add_stated(case, sketch)
        add_money_members(case, sketch)
    payer = next((system.name for system in case.systems if system.name in PAYERS), "")
    if payer and (payment := kept.get("payment")) is not None and payment.horizon == "now":
        payment.add("status", type="enum", values=("pending", "paid", "failed"), why=f"{SET_HERE[0]} by what {payer} reports; starts as `pending`")
        payment.add(
            "provider_reference", type="text", required=False, unique=True, why=f"{SET_HERE[0]}: what {payer} calls the payment; a report is found by it"
        )
    return kept


def left_behind(action: Action) -> str:
    """Return the thing that an action leaves behind when it is done to another: a reservation of a book; else empty."""
    noun = canonical(action.noun) if action.noun else ""
    base = action.word.lower().split(" ")[0]
    if action.verb == "comment" and noun != "comment":
        return "comment"
    if base.startswith("scan") and noun not in FILES:
        return "" if noun == "scan" else "scan"
    if action.verb not in ("submit", "comment", "schedule", "join") or not noun:
        return ""
    return next(
        (
            thing
            for verb, thing in _VERB_NOUNS.items()
            if thing != noun and base.startswith(verb) and base.removeprefix(verb) in ("", "s", "d", "ed", "ing", "ted", "ding")
        ),
        "",
    )


def _nouns(action: Action) -> list[tuple[str, str]]:
    """Return the (thing, what it belongs to) pairs of one action."""
    noun, of = canonical(action.noun) if action.noun else "", canonical(action.of) if action.of else ""
    if of and not is_thing(of):
        of = ""
    head, _, last = of.rpartition("_")
    if head and is_thing(head) and is_thing(last):
        of = last
    if noun in _ATTRIBUTES and of:
        return [(of, "")]
    if thing := left_behind(action):
        if thing == "comment":
            return [("comment", noun if is_thing(noun) else of)]
        if thing == "scan":
            return [("scan", "")]
        # What somebody books is known by the booking, even where its name is no thing by itself.
        return [(thing, noun), (noun, of)] if is_thing(noun) else [(thing, of)]
    moved = action.word in lexicon.verbs() and lexicon.verbs()[action.word][0] in lexicon.MOVES
    if not noun or not is_thing(noun) or (noun in _ATTRIBUTES and not moved):
        return []
    if action.verb == "upload" and noun in FILES and not of:
        return [(noun, "")]
    return [(noun, of)]


def _paid(kept: dict[str, Sketch]) -> None:
    """Give a payment for what is booked the booking as its whole: the room is not paid for, this stay is."""
    payment = kept.get("payment")
    booked = next((kept[noun] for noun in ("booking", "reservation") if noun in kept and kept[noun].horizon == "now"), None)
    if payment is None or booked is None or payment.horizon == "later":
        return
    if not any(parent in kept for parent in payment.parents) or set(payment.parents) & set(booked.parents):
        payment.parents = [booked.noun, *(parent for parent in payment.parents if parent not in booked.parents)]


def _came_from(kept: dict[str, Sketch], statements: tuple[Statement, ...]) -> None:
    """Give what is moved on the members of the schema that the brief writes out, and the piece it came with."""
    moved = [
        sketch
        for sketch in kept.values()
        if sketch.noun not in FILES
        and any(lexicon.verbs().get(action.word, ("", ""))[0] in ("publish", "export", "sync") and not action.actor for action in sketch.actions)
    ]
    for sketch in moved[:1]:
        for statement in statements:
            if (listed := _SCHEMA.search(statement.text)) is not None:
                for part in listed["list"].split(","):
                    column = snake(part.strip())
                    if column and len(column) <= 40:
                        sketch.add(
                            column, type="date" if column.endswith(("_from", "_until")) else "text" if column.endswith("_number") else None, unique=False
                        )
                sketch.cites.add(statement.number)
            if (source := _SOURCE.search(statement.text)) is not None and (whole := canonical(source["whole"].lower())) in kept and whole != sketch.noun:
                sketch.parents.insert(0, whole)
                if source["part"]:
                    sketch.add(f"{source['part'].lower()}_number", type="integer", why=f"Which {source['part'].lower()} of the {words(whole)} it came from")
                sketch.cites.add(statement.number)


def _choices(text: str, member: str) -> tuple[str, ...]:
    """Return the values that stand in parentheses behind a member: "status (booked, moved, cancelled)"."""
    listed = re.search(rf"\b{re.escape(member)}\s*\((?P<list>[a-z][^()]{{4,200}})\)", text, re.IGNORECASE)
    if listed is None:
        return ()
    parts = [part.strip() for part in re.split(r",|\bor\b|/", listed["list"]) if part.strip()]
    named = [snake(part) for part in parts if re.fullmatch(r"[A-Za-z][A-Za-z -]{0,30}", part)]
    return tuple(dict.fromkeys(named)) if len(parts) > 1 and len(named) == len(parts) else ()


def _act(sketch: Sketch, action: Action, parent: str, text: str) -> None:
    belongs = canonical(action.noun) if action.noun else ""
    sketch.actions.append(action)
    sketch.cites.add(action.statement)
    if action.horizon == "now":
        sketch.horizon = "now"
        if belongs == sketch.noun or sketch.noun in ("comment", *_VERB_NOUNS.values()):
            sketch.verbs.add("create" if belongs != sketch.noun and action.verb in ("submit", "comment", "schedule", "join") else action.verb)
    if parent and parent != sketch.noun and parent not in sketch.parents:
        sketch.parents.append(parent)
    for member in action.members:
        column = snake(member)
        if (
            column
            and len(column) <= 40
            and canonical(column) != sketch.noun
            and (belongs == sketch.noun or canonical(action.of) == sketch.noun)
            and _is_attribute(column)
        ):
            if column not in sketch.fields and (choices := _choices(text, member)):
                sketch.add(
                    column, type="enum", values=choices, why=f"{words(column).capitalize()} of the {words(sketch.noun)}; one of those that the brief lists"
                )
            if not add_files(sketch, column):
                sketch.add(column, required=indispensable(sketch.noun, column, described=is_described(action)))
    if belongs in _ATTRIBUTES and canonical(action.of) == sketch.noun:
        sketch.add(belongs, required=belongs in ("title", "name"))


def _is_attribute(column: str) -> bool:
    """Whether a member reads like an attribute: short, and typed by its name or plain words."""
    parts = column.split("_")
    return (
        len(parts) <= 3
        and parts[0] not in _SAYING
        and (infer(column).why != "" or infer(column).type != "text" or column in _ATTRIBUTES or is_known(column) or is_thing(column))
        and not column.endswith(("ing", "_s"))
    )


def _merge_compounds(found: dict[str, Sketch], topics: list[str]) -> None:
    """Fold `survey_response` into `response`, `payment_transaction` into `transaction`; not what a lead-in ("Standing orders: …") sets apart."""
    for noun in sorted(found):
        head, _, last = noun.rpartition("_")
        if head and words(plural(noun)) in topics:
            continue
        if head and last in found and last != noun and last not in _WEAK:
            target = found[last]
            source = found.pop(noun)
            target.actions.extend(source.actions)
            target.cites |= source.cites
            target.verbs |= source.verbs
            target.parents.extend(parent for parent in source.parents if parent not in target.parents)
            if canonical(head) in found and canonical(head) not in target.parents and canonical(head) != last:
                target.parents.append(canonical(head))
            if source.horizon == "now":
                target.horizon = "now"
            for name, field in source.fields.items():
                target.fields.setdefault(name, field)


def _contents(case: Case, found: dict[str, Sketch], statements: tuple[Statement, ...]) -> None:
    """Add the parts that things are said to consist of, with their bounds."""
    by_number = {statement.number: statement for statement in statements}
    for sketch in list(found.values()):
        for number in sorted(sketch.cites):
            if number not in by_number:
                continue
            part = contained(by_number[number], sketch.noun)
            if part is None or is_person(part.noun) or (part.high is None and part.noun not in found):
                continue
            child = found.setdefault(part.noun, Sketch(part.noun, horizon=sketch.horizon, verbs={"create"}))
            child.cites.add(number)
            if sketch.noun not in child.parents and child.noun not in sketch.parents:
                child.parents.append(sketch.noun)
            if part.high is not None:
                _bounded(child, sketch.noun, part.low, part.high)
    for statement in statements:
        part = counted(statement)
        if part is not None and part.parent and part.noun in found and part.parent in found and part.high is not None:
            child = found[part.noun]
            child.cites.add(statement.number)
            if part.parent not in child.parents:
                child.parents.insert(0, part.parent)
            _bounded(child, part.parent, part.low, part.high)
        noun = numbered(statement)
        if noun in found and "number" not in found[noun].fields:
            found[noun].add("number", type="bigint", unique=True, why=f"Counts up; what people call the {words(noun)} by")
            found[noun].cites.add(statement.number)


def _bounded(child: Sketch, parent: str, low: int | None, high: int | None) -> None:
    child.at_most = high
    child.add("position", type="integer", why=f"Place within the {words(parent)}; {f'{low} to {high}' if low is not None else f'at most {high}'} for each")
    field = child.fields["position"]
    child.fields["position"] = field.model_copy(update={"minimum": 1.0 if low else None, "maximum": float(high) if high else None})


def _accepted(case: Case, found: dict[str, Sketch], statements: tuple[Statement, ...]) -> dict[str, Sketch]:
    """Keep the things the brief clearly works on: at most a handful for a small brief, a dozen for a large one."""
    systems = {canonical(word) for system in case.systems for word in (system.name, *(part for part in system.name.split() if part[0].isupper()))}
    title = {canonical(word) for word in case.brief.title.split()[:1]}
    scores: dict[str, float] = {}
    long = len(case.brief.statements) > _LONG_BRIEF
    for noun, sketch in found.items():
        if (
            noun in systems
            or (is_person(noun) and noun not in ("contact", "member", "lead"))
            or (noun in title and not any(action.verb in _CREATES for action in sketch.actions) and len(mentions(case, noun)) < 2)
        ):
            continue
        seen: dict[int, dict[Verb, float]] = {}
        for action in sketch.actions:
            belongs = canonical(action.noun) == noun or noun in ("comment", *_VERB_NOUNS.values())
            weight = _WEIGHTS.get(action.verb, 0.5) if belongs else 1.0
            seen.setdefault(action.statement, {})[action.verb] = weight * (1 if action.horizon == sketch.horizon else 0.5)
        # Doing several things to it in one statement counts, but less than several statements do.
        score = sum(min(sum(weights.values()), 4) for weights in seen.values()) + (2 if sketch.at_most else 0)
        creates = (
            any(
                action.verb in _CREATES | {"join"} and (canonical(action.noun) == noun or action.verb in ("submit", "comment", "join"))
                for action in sketch.actions
            )
            or sketch.at_most is not None
        )
        if noun in _BY_PEOPLE and not any(action.actor and action.verb in _CREATES and canonical(action.noun) == noun for action in sketch.actions):
            continue
        if noun.split("_")[-1] in _WEAK and not noun.endswith("_list_entry") and len(seen) < 2 and not sketch.at_most:
            continue
        if not (creates or score >= 3 or (len(seen) >= 2 and score >= 2)):
            continue
        if long and len(mentions(case, noun)) < 3 and noun != "scan" and not any(action.phrase == UNNAMED for action in sketch.actions):
            continue
        if (
            all(action.verb in ("report", "compute", "read", "list", "search", "configure", "export", "notify", "other") for action in sketch.actions)
            and score < 4
            and not sketch.at_most
        ):
            continue
        scores[noun] = score
    parents = {parent for noun in scores for parent in found[noun].parents if parent in found}
    for noun in sorted(parents - set(scores)):
        if not is_person(noun) and noun not in systems and (found[noun].actions or found[noun].at_most):
            scores[noun] = 1.0
    ranked = sorted(scores, key=lambda noun: (found[noun].horizon == "later", -scores[noun], min(found[noun].cites, default=0)))
    now = [noun for noun in ranked if found[noun].horizon == "now"][: _CAPS[case.traits.size]]
    later = [noun for noun in ranked if found[noun].horizon == "later"][:4]
    return {noun: found[noun] for noun in (*now, *later)}


def _describe(case: Case, sketch: Sketch, statements: tuple[Statement, ...]) -> None:
    """Give a thing the one field it cannot do without, and the grade it comes in."""
    noun = sketch.noun.split("_")[-1]
    about = mentions(case, sketch.noun)
    found, cites = grades(about, sketch.noun)
    if found:
        sketch.add("grade", type="enum", values=found, why=f"{' before '.join(found)} when their turn is decided")
        sketch.cites |= cites
    for action in case.actions:
        for member in action.members if action.verb == "register" and "_" not in sketch.noun else ():
            if snake(member).endswith(f"_{sketch.noun}"):
                # People register with one, and keep several.
                sketch.add(snake(member), type="text", why=f"The {member} as the {words(action.actor or 'user')} gave it")
                return
    own = {name for name in sketch.fields if name not in ("position", "number", "grade")}
    if sketch.horizon == "later" or own & {"title", "name", "body", "text", "content", "description", "label", "message", "subject"}:
        return
    if noun in FILES:
        if any(noun in statement.text.lower() and once(statement) for statement in about):
            sketch.add("checksum", type="text", unique=True, why=f"SHA-256 of the content: {an(words(sketch.noun))} that comes again is known by it")
        sketch.add(noun, why="Object key of the uploaded file; the bytes are kept beside the database")
        sketch.add("content_type", type="text", why="Media type, checked on upload")
        sketch.add("size_bytes", type="bigint", why="Size of the file, checked on upload")
    elif sketch.verbs & {"import"} and not any(action.actor for action in sketch.actions):
        sketch.add("payload", type="json", why=f"The {words(sketch.noun)} as received, unchanged, so that it can be processed again")
        sketch.add("source", type="text", why=f"Who sent the {words(sketch.noun)}")
        sketch.add(
            "status",
            type="enum",
            values=("received", "processed", "failed"),
            why=f"How far the {words(sketch.noun)} has come; set to `received` before the sender gets an answer",
        )
    elif noun in AUTHORED:
        sketch.add("body", why=f"What the {words(sketch.noun)} says")
        _author_name(case, sketch)
    elif noun in ("question", "option", "answer"):
        sketch.add("text", why=f"Wording of the {words(sketch.noun)}")
        field = sketch.fields["text"]
        sketch.fields["text"] = field.model_copy(update={"maximum": 500.0})
    elif (noun in MONEY_EVENTS or noun in _RATES) and not any(name.endswith(f"_{noun}") for name in sketch.fields):
        sketch.add("amount", why=f"Money of the {words(sketch.noun)}, exact to the cent")
    elif noun in ("vote", "rating"):
        sketch.add("value", type="integer", why=f"What was chosen in the {words(sketch.noun)}")
    elif noun in NAMED | KINDS and "number" not in sketch.fields:
        sketch.add("name", why=f"What people call the {words(sketch.noun)}")
    elif noun not in EVENTS and not sketch.noun.endswith("_list_entry") and noun not in SPANS | _RATES and "number" not in sketch.fields:
        sketch.add("title", why=f"What the {words(sketch.noun)} is about, as the person typed it")


def _author_name(case: Case, sketch: Sketch) -> None:
    """Without accounts, what somebody wrote carries the name they gave."""
    if case.traits.auth != "none":
        return
    named = next(
        (s for s in demands(case) if pattern("username").search(s.text) or pattern("nickname").search(s.text) or pattern("display name").search(s.text)), None
    )
    if named is not None:
        sketch.add("author_name", type="text", why=f"Name that the writer gave, shown with the {words(sketch.noun)}")
        sketch.cites.add(named.number)
