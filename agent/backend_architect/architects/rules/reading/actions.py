"""Who does what to what: operations and actors read from English statements."""

from __future__ import annotations

import re
from collections.abc import Iterator

from backend_architect.architects.rules.case import Action, Actor, Reading
from backend_architect.architects.rules.language import lexicon
from backend_architect.architects.rules.language.english import ATTRIBUTES, DETERMINERS, DOCUMENTS, PRONOUNS, STOP, SYSTEMS, UI, VAGUE, is_person, vocabulary
from backend_architect.architects.rules.language.phrases import clauses, head_noun, is_plural, members, singular, words
from backend_architect.architects.rules.reading.implied_actions import with_implied
from backend_architect.brief import Brief, Statement
from backend_architect.expressions import expression
from backend_architect.ingest import technologies

_ACTOR = expression(
    r"^(?:(?:the|an?|each|every|any|all|only|both|our)\s+)?(?P<actor>[A-Za-z][\w'’&/ -]{1,60}?)\s+(?:(?:then|also|only|always|still|now)\s+)?"
    r"(?:can(?:not|'t)?|could|may|must|should|shall|will|wants?|wish(?:es)?|would like|needs?|(?:is|are) (?:able|allowed|required)|ha(?:s|ve) to)\b(?:\s+(?:also|only|not|be able|be allowed))*(?:\s+to)?\s*",
    re.IGNORECASE,
)
_SO_THAT = expression(r"[,;]?\s+(?:so that|in order to|because)\b.*$", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.!?;])\s+")
_HAS = re.compile(
    r"\b(?P<thing>(?:[A-Za-z-]+ ){0,2}[A-Za-z-]+) (?P<cue>with|has|have|having|consists? of|contains?|includes?|is described by)\b:? "
    r"(?P<list>(?:an? |the |its |their )?[A-Za-z][\w -]*(?:\([^)]*\))?(?:, (?:and )?[A-Za-z][\w -]*(?:\([^)]*\))?)+(?: and [\w -]+(?:\([^)]*\))?)?)",
)
_CATALOGUES = vocabulary("catalogue catalog list database directory index archive collection library")
"""Where things are looked for, and which is nothing but those things."""
_NOMINAL = {
    "bid": "bid", "vote": "vote", "order": "order", "comment": "comment", "pay": "payment", "donate": "donation", "book": "booking", "review": "review", "rate": "rating",
    "reply": "reply", "respond": "response", "chat": "message", "subscribe": "subscription", "apply": "application", "lend": "loan", "borrow": "loan", "reserve": "reservation",
}  # fmt: skip
"""Things that an operation makes when no object is named: who bids makes a bid."""
_OFFERS = re.compile(r"\blist(?:s|ed)? (?:the |their |what )?[\w -]+? (?:they|he|she|I)\b")
"""Who lists the tools they lend enters them; who lists all tools reads them."""
_MAKING = {"answer": "response", "respond": "response", "reply": "reply", "request": "request"}
"""Operations whose object is not the thing that comes of them."""
_TIMES = vocabulary("time slot time_slot timeslot date hour day period time_span time_window")
"""What is booked of a thing or a person; by itself it is no thing, so the booking is."""
_MEETINGS = vocabulary("appointment booking reservation lesson visit ride trip delivery")
"""What booking makes, where the thing booked has no name of its own."""
_FETCHES = vocabulary("fetch retrieve download")
_PLACED = expression(r"^(?:downstream|upstream|internally|externally|finally|in the end),\s+(?=\w)", re.IGNORECASE)
"""Where or when somebody acts, said before who it is."""
_UNDONE = vocabulary("cancel withdraw")
"""Operations that are said without their object when it is what the same person made before."""
_DUAL = vocabulary("title place room note")
"""Members of most things, and things to ask for in some briefs."""
_MESSAGES = vocabulary("reminder mail email e-mail sms text notification message alert confirmation invoice warning")
_NUMBERED = re.compile(r"^[A-Z]{0,4}[-.]?\d+(?:\.\d+)*[.:)]?(?: \| |\s+)(?=\D)")
"""The number that a list of requirements carries: `F3 | `, `REQ-12: `."""
_TOPIC = re.compile(r"^[A-Z][\w-]*(?: [\w-]+){0,2}: (?=\w)")
"""What a list item announces before it says it: `Absentee bids: a bidder leaves …`."""
_MANNER = expression(r"\b(?:free of charge|at no (?:extra )?(?:cost|charge)|for free|by hand)\b", re.IGNORECASE)
"""How something is done, in words that look like what it is done to."""
_PER = expression(r"\bper (?P<thing>[a-z]{3,30})\b", re.IGNORECASE)
_UP_TO = expression(
    r"\b(?:up to|at most|no more than|a maximum of) (?!\w+ (?:seconds?|minutes?|hours?|days?|weeks?|months?|years?)\b)(?=\w+ [a-z]+s\b)", re.IGNORECASE
)
"""Stands between a verb and what it is done to: "stores up to five plates"."""
_CLICK = expression(r"\b(?:click|press|tap|hit|use)(?:s|ing)? (?:on )?(?:an?|the) [\'\"“‘`]?[\w +-]{1,20}[\'\"”’`]? button(?: to)?\b", re.IGNORECASE)


def read_actions(brief: Brief, readings: tuple[Reading, ...]) -> tuple[Action, ...]:
    """Return the operations that functional and integration statements name, in order."""
    if brief.language != "en":
        return ()
    found: list[Action] = []
    introduced = ""
    for statement, reading in zip(brief.statements, readings, strict=True):
        named = clean_actor(statement.text.rstrip(".:"))
        if statement.kind == "sentence" and len(named.split()) <= 3 and is_person(named):
            # "Patron." opens the paragraph that says what patrons do.
            introduced = named
            continue
        if reading.label in ("functional", "quality", "constraint", "integration"):
            actions = tuple(_statement_actions(statement, reading, introduced))
            found.extend(action for action in actions if reading.label != "constraint" or is_person(action.actor) or action.system)
        introduced = introduced if statement.kind == "sentence" and statement.parent else ""
    told = _about(_pair_states(_split_compounds(_tangible(_undone(tuple(dict.fromkeys(found)))))))
    return with_implied(brief, readings, told)


def _about(actions: tuple[Action, ...]) -> tuple[Action, ...]:
    """Give a message the thing it is about: who gets a mail gets it about what was last made or changed."""
    told: list[Action] = []
    made = ""
    for action in actions:
        if action.verb in ("create", "submit", "change-state") and action.noun not in _MESSAGES:
            made = action.noun
        about = made if action.verb == "notify" and action.noun in _MESSAGES and made else action.noun
        told.append(action if about == action.noun else action.model_copy(update={"noun": about}))
    return tuple(told)


def _undone(actions: tuple[Action, ...]) -> tuple[Action, ...]:
    """Give "a driver can cancel" the thing that drivers made last before it; drop it if they made none."""
    made: dict[str, str] = {}
    told: list[Action] = []
    known = lexicon.verbs()
    for action in actions:
        base = known[action.word][0] if action.word in known else action.word
        if action.noun and action.verb in ("create", "submit"):
            made[action.actor] = _NOMINAL.get(base, action.noun)
        if action.noun or base not in _UNDONE:
            told.append(action)
        elif action.actor in made:
            told.append(action.model_copy(update={"noun": made[action.actor]}))
    return tuple(told)


def _tangible(actions: tuple[Action, ...]) -> tuple[Action, ...]:
    """Drop nouns that name no thing, unless the brief treats one as a thing in several statements.

    A "case" is a manner of speaking in most briefs and the very subject of a court's.
    """
    kept = {"create", "update", "delete", "change-state", "submit", "assign", "store"}
    treated: dict[str, set[int]] = {}
    for action in actions:
        if action.verb in kept:
            treated.setdefault(action.noun, set()).add(action.statement)
    return tuple(action for action in actions if action.noun.split("_")[-1] not in VAGUE or len(treated.get(action.noun, ())) > 1)


def _pair_states(actions: tuple[Action, ...]) -> tuple[Action, ...]:
    """Read "open" as a change of state for things that are also closed."""
    closed = {action.noun for action in actions if action.word.startswith("clos")}
    return tuple(
        action.model_copy(update={"verb": "change-state"}) if action.word.startswith("open") and action.noun in closed else action for action in actions
    )


def _split_compounds(actions: tuple[Action, ...]) -> tuple[Action, ...]:
    """Read "survey results" as results of a survey where surveys are acted on in their own right."""
    nouns = {action.noun for action in actions}
    return tuple(
        action.model_copy(update={"noun": action.noun.split("_", 1)[1], "of": action.noun.split("_", 1)[0]})
        if "_" in action.noun and action.noun.split("_", 1)[0] in nouns and not action.of and not action.noun.endswith(("_type", "_kind"))
        else action
        for action in actions
    )


def _statement_actions(statement: Statement, reading: Reading, introduced: str) -> Iterator[Action]:
    inherited: tuple[str, ...] = (introduced,)
    text = _NUMBERED.sub("", statement.text)
    if statement.kind == "row":
        subject, _, does = text.partition(" | ")
        if not is_person(clean_actor(subject)):
            return
        inherited, text = (clean_actor(subject),), does.replace(" | ", "; ")
    if inherited == ("",) and (story := lexicon.STORY.search(text)):
        inherited, text = (clean_actor(story["actor"]),), text[story.end("actor") + 1 :]
    described = tuple(_described(text))
    own = {noun: names for _, noun, names in described}
    found: list[Action] = []
    for sentence in _SENTENCE.split(text):
        if lexicon.CONTRACTOR.search(sentence) and not lexicon.ENSURE.search(sentence) and not lexicon.GRANT.search(sentence):
            continue
        actors, rest = split_actor(sentence)
        rest = _UP_TO.sub("", _MANNER.sub("", _CLICK.sub("", _SO_THAT.sub("", rest))))
        for actor in actors if actors != ("",) else inherited:
            found.extend(_actor_actions(actor, rest, statement, reading, own=own))
    acted = {action.noun for action in found}
    yield from found
    for cue, noun, names in described:
        if noun not in acted:
            yield Action(
                actor="", verb="store", word=cue, noun=noun, phrase=noun.replace("_", " "), members=names, horizon=reading.horizon, statement=statement.number
            )


def _described(text: str) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yield (cue, noun, members) where a text lists what a thing has: "a lot with number, title and photos"."""
    for found in _HAS.finditer(text):
        *before, last = found["thing"].lower().split()
        if last in lexicon.verbs() and before and is_person(singular(before[-1])):
            # "Members register with name and address": somebody acts, nothing is described.
            continue
        noun, names = head_noun(found["thing"]), tuple(dict.fromkeys(members(f"with {found['list']}")))
        if noun and len(names) > 1 and not found["list"].lower().startswith(("every ", "all ", "each ", "any ")) and noun.split("_")[-1] not in UI | ATTRIBUTES:
            yield found["cue"].lower(), noun, names


def _actor_actions(actor: str, rest: str, statement: Statement, reading: Reading, *, own: dict[str, tuple[str, ...]]) -> Iterator[Action]:
    system = actor in SYSTEMS or actor.split(" ")[-1] in SYSTEMS
    if actor and not system and not is_person(actor):
        # A thing or the house itself as subject ("the company makes garden furniture") uses nothing.
        return
    attributes = () if own else tuple(dict.fromkeys(members(rest)))
    seen: set[tuple[str, str]] = set()
    for operation, word, phrase, of, passive in clauses(rest):
        noun = head_noun(phrase) or ("" if phrase or not is_person(actor) else _NOMINAL.get(lexicon.verbs()[word][0], ""))
        base = lexicon.verbs()[word][0]
        if base == "list" and is_person(actor) and _OFFERS.search(rest):
            operation = "create"
        if (
            base in _MAKING
            and noun
            and (base != "request" or is_person(actor))
            and not noun.endswith(_MAKING[base])
            and (base == "request" or noun not in ATTRIBUTES)
            and not (base == "book" and noun in _MEETINGS)
        ):
            # Who answers a survey makes a response to it, who requests a title makes a request for it.
            noun, of = (f"{noun}_request", "") if base == "request" else (_MAKING[base], noun)
        elif base == "book" and noun in _MEETINGS:
            operation = "create"
        elif base in ("book", "reserve") and noun in _TIMES:
            operation, noun = "create", _NOMINAL[base]
        if of and operation in ("search", "read", "list") and (not noun or noun in VAGUE):
            # What is found about a person is a profile; the person is whoever it is about.
            noun, of = f"{of}_profile" if is_person(of) else of, ""
        elif (
            base == "search"
            and of
            and noun not in _CATALOGUES
            and f" for {phrase.lower()}" not in f" {rest.lower()}"
            and f"{phrase} for ".lower() in rest.lower()
        ):
            # Who searches a garage for spaces looks for spaces, and there.
            noun, of = of, noun
        if of and technologies.is_named(of.replace("_", " "), statement.text):
            # What goes to SAP is no part of it.
            of = ""
        if noun and technologies.is_named(noun.replace("_", " "), statement.text):
            # Who writes Python keeps no pythons.
            continue
        if noun in _MESSAGES and lexicon.verbs()[word][0] in ("get", "receive"):
            operation, told = "notify", True
        else:
            told = False
        if base == "answer" and of in _MESSAGES:
            # What a person answers to a message changes the thing it was about.
            continue
        if operation == "change-state" and word.startswith("complet") and noun in DOCUMENTS:
            operation = "submit"
        # What somebody registers with is theirs, not that of what they do next.
        if base in _FETCHES and not actor and noun:
            # Nobody is named who reads it: the program takes it in.
            operation, of = "import", ""
        named = own.get(noun, () if operation != "register" and any(act == "register" for _, act in seen) else attributes)
        if base == "set" and noun in ATTRIBUTES and is_person(actor) and not of and (priced := _PER.search(rest)):
            # Who sets the price per garage changes garages.
            operation, of = "update", singular(priced["thing"].lower())
        if noun in ATTRIBUTES or noun.replace("_", "-") in ATTRIBUTES:
            if not of and noun in _DUAL and operation in ("submit", "search"):
                of = ""
            elif not of and ((base in lexicon.MOVES and is_plural(phrase)) or (operation == "read" and f" for each {noun}" in rest.lower())):
                # Prices that are published are things; the price that a person sets is a member of one.
                pass
            elif not of:
                continue
            else:
                named, noun, of = (noun.replace("_", " "), *attributes), of, ""
        if (
            ((noun in UI or noun.split("_")[-1] in UI) and base != "scan")
            or noun.startswith("error_")
            or (noun, operation) in seen
            or (not noun and operation not in ("login", "register", "logout", "pay", "search", "send") and not (base in _UNDONE and is_person(actor)))
        ):
            continue
        seen.add((noun, operation))
        yield Action(
            actor="" if system or passive or told else actor,
            verb=operation,
            word=word,
            noun=noun,
            phrase=phrase,
            of=of if of != noun else "",
            members=named,
            system=system or told,
            horizon=reading.horizon,
            statement=statement.number,
        )


def split_actor(text: str) -> tuple[tuple[str, ...], str]:
    """Return the actors (lower case, singular; one empty name if unsaid) and what they do."""
    if story := lexicon.STORY.search(text):
        return (clean_actor(story["actor"]),), text[story.end("actor") + 1 :]
    if granted := lexicon.GRANT.match(text):
        return (clean_actor(granted["actor"]),), text[granted.end() :]
    text = _PLACED.sub("", _TOPIC.sub("", lexicon.ENSURE.sub("", text)))
    if (relative := lexicon.WHERE.search(text)) and (subject := clean_actor(relative["actor"])) and is_person(subject):
        return (subject,), text[relative.end() :]
    if capable := _ACTOR.match(text):
        names = tuple(clean_actor(part) for part in re.split(r",| and | or |/|&", capable["actor"]) if part.strip())
        if names and all(name and not set(name.split()) & (PRONOUNS | STOP) and len(name.split()) <= 3 and not _starts_with_verb(name) for name in names):
            return names, text[capable.end() :]
    known = lexicon.verbs()
    tokens = words(text)
    for position, token in enumerate(tokens[:6]):
        if position and token.lower() in known and tokens[position - 1].isalpha() and token.islower():
            subject = clean_actor(" ".join(tokens[:position]))
            if (
                subject
                and not set(subject.split()) & (PRONOUNS | STOP)
                and not _starts_with_verb(subject)
                and (
                    is_plural(tokens[position - 1])
                    or (token.endswith("s") and (is_person(subject) or tokens[0].lower() in ("the", "a", "an", "each", "every")))
                )
            ):
                return (subject,), " ".join(tokens[position:])
    begins = tokens[1:2] if tokens[:1] == ["I"] else tokens[:1]
    for position in range(1, 0 if begins and begins[0].islower() and begins[0] in known else len(tokens)):
        # "Before the sale the clerk opens …": the person before the verb, wherever that is.
        if (
            tokens[position].lower() in known
            and tokens[position].islower()
            and is_person(tokens[position - 1].lower())
            and tokens[position].endswith("s") != is_plural(tokens[position - 1])
        ):
            return (clean_actor(tokens[position - 1]),), " ".join(tokens[position:])
    return ("",), text


def _starts_with_verb(phrase: str) -> bool:
    return phrase.split(" ")[0] in lexicon.verbs() and len(phrase.split(" ")) > 1


def clean_actor(phrase: str) -> str:
    """Return an actor's name in lower case, singular, without determiners."""
    parts = [
        part
        for part in re.sub(r"\b[\w-]+[’']s?\s", "", phrase.lower() + " ").replace("_", " ").split()
        if part not in DETERMINERS and part not in ("predefined", "registered", "logged-in", "authenticated")
    ]
    if not parts:
        return ""
    parts[-1] = singular(parts[-1])
    return " ".join(parts)


def read_actors(brief: Brief, readings: tuple[Reading, ...], actions: tuple[Action, ...]) -> tuple[Actor, ...]:
    """Return the kinds of people and programs that use the system, in order of appearance."""
    cites: dict[str, list[int]] = {}
    for action in actions:
        if action.actor and not action.system:
            cites.setdefault(action.actor, []).append(action.statement)
    for statement, reading in zip(brief.statements, readings, strict=True):
        if brief.language == "en" and not lexicon.CONTRACTOR.search(statement.text) and reading.label in ("functional", "quality", "constraint", "integration"):
            for name in split_actor(_NUMBERED.sub("", statement.text))[0]:
                if is_person(name) and statement.number not in cites.get(name, ()):
                    cites.setdefault(name, []).append(statement.number)
    merged: dict[str, list[int]] = {}
    for name, numbers in cites.items():
        # A one-off subject is a thing in a sentence, unless it is a word for people.
        if len(numbers) > 1 or is_person(name):
            merged.setdefault(name, []).extend(numbers)
    return tuple(
        Actor(name=name, privileged=bool(lexicon.PRIVILEGED.search(name)), anonymous=bool(lexicon.ANONYMOUS.search(name)), cites=tuple(dict.fromkeys(numbers)))
        for name, numbers in merged.items()
    )
