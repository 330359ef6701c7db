"""Who does what to what: operations and actors read from English statements."""

from __future__ import annotations

import re
from collections.abc import Iterator

from backend_architect.architects.rules import lexicon
from backend_architect.architects.rules.case import Action, Actor, Reading
from backend_architect.architects.rules.english import ATTRIBUTES, DETERMINERS, DOCUMENTS, PRONOUNS, STOP, SYSTEMS, UI, VAGUE, is_person
from backend_architect.architects.rules.phrases import clauses, head_noun, is_plural, members, singular, words
from backend_architect.brief import Brief, Statement

_ACTOR = re.compile(
    r"^(?:(?:the|an?|each|every|any|all|only|both|our)\s+)?(?P<actor>[A-Za-z][\w'’&/ -]{1,60}?)\s+(?:(?:then|also|only|always|still|now)\s+)?"
    r"(?:can(?:not|'t)?|could|may|must|should|shall|will|wants?|wish(?:es)?|would like|needs?|(?:is|are) (?:able|allowed|required)|ha(?:s|ve) to)\b(?:\s+(?:also|only|not|be able|be allowed))*(?:\s+to)?\s*",
    re.IGNORECASE,
)
_SO_THAT = re.compile(r"[,;]?\s+(?:so that|in order to|because)\b.*$", re.IGNORECASE)
_CLICK = re.compile(r"\b(?:click|press|tap|hit|use)(?:s|ing)? (?:on )?(?:an?|the) [\'\"“‘`]?[\w +-]{1,20}[\'\"”’`]? button(?: to)?\b", re.IGNORECASE)


def read_actions(brief: Brief, readings: tuple[Reading, ...]) -> tuple[Action, ...]:
    """Return the operations that functional and integration statements name, in order."""
    if brief.language != "en":
        return ()
    found: list[Action] = []
    for statement, reading in zip(brief.statements, readings, strict=True):
        if reading.label in ("functional", "quality", "constraint", "integration"):
            found.extend(_statement_actions(statement, reading))
    return _pair_states(_split_compounds(tuple(dict.fromkeys(found))))


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
        if "_" in action.noun and action.noun.split("_", 1)[0] in nouns and not action.of
        else action
        for action in actions
    )


def _statement_actions(statement: Statement, reading: Reading) -> Iterator[Action]:
    actors, rest = split_actor(statement.text)
    rest = _CLICK.sub("", _SO_THAT.sub("", rest))
    for actor in actors:
        yield from _actor_actions(actor, rest, statement, reading)


def _actor_actions(actor: str, rest: str, statement: Statement, reading: Reading) -> Iterator[Action]:
    system = actor in SYSTEMS or actor.split(" ")[-1] in SYSTEMS
    attributes = tuple(dict.fromkeys(members(rest)))
    seen: set[tuple[str, str]] = set()
    for operation, word, phrase, of, passive in clauses(rest):
        noun = head_noun(phrase)
        if operation == "change-state" and word.startswith("complet") and noun in DOCUMENTS:
            operation = "submit"
        named = attributes
        if noun in ATTRIBUTES or noun.replace("_", "-") in ATTRIBUTES:
            if not of:
                continue
            named, noun, of = (noun.replace("_", " "), *attributes), of, ""
        if (
            noun in UI
            or noun.split("_")[-1] in VAGUE | UI
            or noun.startswith("error_")
            or (noun, operation) in seen
            or (not noun and operation not in ("login", "register", "logout", "pay", "search", "send"))
        ):
            continue
        seen.add((noun, operation))
        yield Action(
            actor="" if system or passive else actor,
            verb=operation,
            word=word,
            noun=noun,
            phrase=phrase,
            of=of if of != noun else "",
            members=named,
            system=system,
            horizon=reading.horizon,
            statement=statement.number,
        )


def split_actor(text: str) -> tuple[tuple[str, ...], str]:
    """Return the actors (lower case, singular; one empty name if unsaid) and what they do."""
    if story := lexicon.STORY.search(text):
        return (clean_actor(story["actor"]),), text[story.end("actor") + 1 :]
    if granted := lexicon.GRANT.match(text):
        return (clean_actor(granted["actor"]),), text[granted.end() :]
    text = lexicon.ENSURE.sub("", text)
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
                and (is_plural(tokens[position - 1]) or token.endswith("s"))
            ):
                return (subject,), " ".join(tokens[position:])
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
        if brief.language == "en" and reading.label in ("functional", "quality", "constraint", "integration"):
            for name in split_actor(statement.text)[0]:
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
