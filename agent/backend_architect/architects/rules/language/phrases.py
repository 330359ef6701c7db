"""A small grammar of English phrases: verb phrases with their objects, noun phrases with their heads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from backend_architect.architects.rules.case import Verb
from backend_architect.architects.rules.language import lexicon
from backend_architect.architects.rules.language.english import BE, DETERMINERS, GENERIC_HEADS, LEADS, PARTICLES, PRONOUNS, STOP, SYSTEMS, UI, is_person
from backend_architect.expressions import expression

_TOKEN = re.compile(r"[A-Za-zÀ-ÿ0-9][A-Za-zÀ-ÿ0-9'’_-]*|[,;.:()/&]|[^\sA-Za-z]")
_LONGEST_WORD = 80
"""More letters than any word has; longer runs are data, not language."""
_LONGEST_PHRASE = 24
"""More words than any object phrase has."""
_KINDS = frozenset({"type", "kind", "sort", "set", "form", "number", "show"})
"""Nouns before "of" that look like verbs."""
_TAILS = frozenset({"coming", "arriving", "waiting", "running", "going", "leaving", "following", "existing", "incoming"})
_LISTS = frozenset({"list", "lists", "table", "overview", "catalogue", "catalog"})
_OF_WHAT = expression(r"\s+(?:for|of) (?:the|an?|each|its|their)\b.*$", re.IGNORECASE)
"""What a member is for: "a reason for the visit" is a reason."""
_MANNERS = frozenset({"free-text", "free-form", "optional", "mandatory"})
"""Words before a member that say how it is given."""
_MEMBER_CUE = expression(
    r"\b(?:with|including|includes?|containing|contains?|consisting of|consists of|has|have|having|such as|namely|by its|giving|plus)\b(?P<list>[^.;:!?]{3,160})",
    re.IGNORECASE,
)


def words(text: str) -> list[str]:
    """Split a text into words and the punctuation that ends phrases; quotation marks are dropped."""
    return [token for token in _TOKEN.findall(re.sub(r"[`\"“”]|(?<!\w)['‘’]|['’](?!\w)", "", text)) if len(token) <= _LONGEST_WORD]


@lru_cache(maxsize=4096)
def singular(word: str) -> str:
    """Return the singular of an English noun, as far as regular rules go."""
    import inflection

    if word.endswith(("ss", "us", "is", "ics")) or len(word) < 4:
        return word
    return inflection.singularize(word)


def head_noun(phrase: str) -> str:
    """Return the head of a noun phrase, singular and in snake_case; empty if there is none.

    >>> head_noun("a new to-do item")
    'todo'
    """
    kept = [word.lower() for word in words(re.sub(r"[’']s?(?= |$)", "", phrase)) if word[0].isalpha()]
    kept = [word.replace("to-do", "todo") for word in kept if word not in DETERMINERS and word not in STOP]
    popped = False
    while len(kept) > 1 and kept[-1] in GENERIC_HEADS:
        kept.pop()
        popped = True
    while len(kept) > 1 and kept[-1] in _TAILS:
        kept.pop()
    if popped and kept and kept[-1].endswith(("ed", "ive", "al", "ous", "ful", "able", "ic")):
        return ""
    if not kept or kept[-1] in PRONOUNS or singular(kept[-1]) in PRONOUNS or kept[-1].endswith("ly"):
        return ""
    head = singular(kept[-1])
    if len(kept) > 1 and kept[-2] not in lexicon.verbs() and not kept[-2].endswith(("ed", "ly", "ing", "able", "ous", "ful", "al", "ive", "ic")):
        head = f"{singular(kept[-2])}_{head}"
    return re.sub(r"[^a-z0-9_]+", "_", head).strip("_")


def clauses(text: str) -> Iterator[tuple[Verb, str, str, str, bool]]:
    """Yield (operation, verb as written, object phrase, of what, passive) for each verb phrase."""
    known = lexicon.verbs()
    tokens = words(text)
    position = 0
    depth = 0
    gerunds = False
    waiting: list[tuple[Verb, str]] = []
    while position < len(tokens):
        token = tokens[position]
        lower = token.lower()
        depth += (token == "(") - (token == ")")
        if lower not in known:
            position += 1
            continue
        previous = tokens[position - 1].lower() if position else ""
        passive = previous in BE and not lower.endswith("ing")
        leads = (
            not position
            or previous in LEADS
            or passive
            or (is_plural(previous) and previous not in STOP and not lower.endswith(("ing", "ed")))
            or (lower.endswith("s") and is_person(previous))
        )
        negated = previous == "not" or {"not", "cannot", "without", "no", "never"} & {t.lower() for t in tokens[max(0, position - 2) : position]}
        following = tokens[position + 1].lower() if position + 1 < len(tokens) else ""
        if (
            (following == "of" and lower in _KINDS)
            or (token.isupper() and len(token) > 2)
            or depth
            or not leads
            or negated
            or (not position and (following in BE or following == ":"))
            or (lower.endswith("ing") and not passive and position and not gerunds)
            or (lower == "like" and (previous == "," or following.endswith("ing")))
        ):
            position += 1
            continue
        gerunds = gerunds or lower.endswith("ing")
        base, operation = known[lower]
        # "log in", "sign up": particles make another verb.
        if base in ("log", "sign") and following in ("in", "up", "out", "into", "off"):
            operation = {"in": "login", "into": "login", "up": "register", "out": "logout", "off": "logout"}[following]  # type: ignore[assignment]
            position += 1
        elif base == "look" and not passive and "up" in (nearby := [t.lower() for t in tokens[position + 1 : position + 6]]):
            operation, lower = "search", "look-up"
            position += nearby[0] == "up"
        elif not passive and following in PARTICLES and position + 2 < len(tokens) and tokens[position + 2].lower() in DETERMINERS:
            position += 1
        if passive:
            phrase = _phrase_before(tokens, position)
            end = position + 1
        else:
            phrase, end = _phrase_after(tokens, position + 1)
            if not phrase and end < len(tokens) and tokens[end].lower() == "for" and operation in ("search", "submit", "read"):
                phrase, end = _phrase_after(tokens, end + 1)
        if _is_noun_use(tokens, position):
            position += 1
            continue
        of = _belongs_to(tokens, end)
        if not phrase and not passive and _another_verb_follows(tokens, end):
            waiting.append((operation, lower))
            position = max(end, position + 1)
            continue
        for shared_operation, shared_word in waiting:
            # "Book and pay for a space": what is paid for is booked.
            yield shared_operation, shared_word, phrase or of.replace("_", " "), of, passive
        waiting.clear()
        yield operation, lower, phrase, of, passive
        position = max(end, position + 1)


def _another_verb_follows(tokens: list[str], position: int) -> bool:
    """Whether a list of verbs goes on here: "define, conduct, and view surveys"."""
    while position < len(tokens) and tokens[position].lower() in (",", "and", "or", "then", "/"):
        position += 1
    return 0 < position < len(tokens) and tokens[position].lower() in lexicon.verbs() and tokens[position - 1].lower() in (",", "and", "or", "then", "/")


def _is_noun_use(tokens: list[str], position: int) -> bool:
    """Whether a verb's form stands where a noun stands: "the search results", "survey results page"."""
    if position == 0:
        return False
    previous = tokens[position - 1].lower()
    return previous in DETERMINERS - {"that", "this"}


def is_plural(word: str) -> bool:
    """Whether a word looks like a plural; possessives do not."""
    return word.lower().endswith("s") and not word.lower().endswith(("ss", "'s", "’s"))


def _phrase_after(tokens: list[str], start: int) -> tuple[str, int]:
    taken: list[str] = []
    position = start
    while position < len(tokens) and len(taken) < _LONGEST_PHRASE:
        token = tokens[position]
        lower = token.lower()
        if (
            lower in STOP
            or lower in PRONOUNS - DETERMINERS
            or not token[0].isalnum()
            or (taken and (token[0].isdigit() or lower in ("every", "each", "a", "an", "the")))
        ):
            break
        taken.append(token)
        position += 1
    if (
        position < len(tokens)
        and tokens[position].lower() in ("of", "with")
        and taken
        and (taken[-1].lower() in _LISTS or (tokens[position].lower() == "of" and taken[-1].lower() in GENERIC_HEADS | {"bunch", "couple", "lot"}))
    ):
        inner, end = _phrase_after(tokens, position + 1)
        if inner:
            return inner, end
    return " ".join(taken), position


def _phrase_before(tokens: list[str], position: int) -> str:
    stop = position - 1
    while stop > 0 and tokens[stop - 1].lower() in (
        "be",
        "been",
        "is",
        "are",
        "can",
        "could",
        "must",
        "should",
        "shall",
        "will",
        "may",
        "has",
        "have",
        "to",
        "not",
        "also",
        "only",
        "need",
        "needs",
        "automatically",
    ):
        stop -= 1
    start = stop
    while start > max(0, stop - _LONGEST_PHRASE) and tokens[start - 1][0].isalnum() and tokens[start - 1].lower() not in STOP:
        start -= 1
        if tokens[start].lower() in DETERMINERS and not tokens[start].lower().endswith(("ed", "ing")):
            break
    return " ".join(tokens[start:stop])


def _belongs_to(tokens: list[str], position: int) -> str:
    """Return the noun after "of", "for", "to", "on", "in", "from": what the object belongs to; what information is "about"."""
    before = tokens[position].lower() if position < len(tokens) else ""
    told = before == "about" and tokens[position - 1].lower() in ("information", "data", "details", "everything")
    if told or before in ("of", "for", "to", "on", "in", "from", "into", "under"):
        phrase, _ = _phrase_after(tokens, position + 1)
        noun = head_noun(phrase)
        return "" if noun in UI or noun in SYSTEMS else noun
    return ""


def members(text: str) -> Iterator[str]:
    """Yield attributes listed after "with", "including", "containing"."""
    for cue in _MEMBER_CUE.finditer(text):
        listed = re.sub(r"\([^)]*\)", "", cue["list"])
        for part in re.split(r",|\band\b|\bor\b|/", listed):
            kept = [word for word in _OF_WHAT.sub("", part).strip().split() if word.lower() not in DETERMINERS | _MANNERS]
            if 0 < len(kept) <= 3 and all(re.fullmatch(r"[A-Za-z][\w'-]*", word) for word in kept) and not {word.lower() for word in kept} & STOP:
                yield " ".join(kept).lower()
