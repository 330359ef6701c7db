"""Who does what to what: operations, actors and outside systems read from English statements."""

from __future__ import annotations

import re
from collections.abc import Iterator

from backend_architect.architects.rules import lexicon
from backend_architect.architects.rules.case import Action, Actor, Contracts, Reading, System, Verb
from backend_architect.brief import Brief, Statement

_TOKEN = re.compile(r"[A-Za-zÀ-ÿ0-9][A-Za-zÀ-ÿ0-9'’_-]*|[,;.:()/&]|[^\sA-Za-z]")
_SYSTEMS = frozenset(
    ["system", "service", "backend", "app", "application", "server", "api", "platform", "it", "site", "website", "tool", "program", "software", "solution", "portal", "database", "bot", "job"]
)
_PRONOUNS = frozenset(["it", "this", "that", "they", "these", "those", "there", "we", "you", "i", "he", "she", "who", "which", "everyone", "one", "both", "all", "what", "each"])
_DETERMINERS = frozenset(
    ["a", "an", "the", "this", "that", "these", "those", "his", "her", "their", "its", "our", "my", "your", "any", "all", "each", "every", "some", "more", "another", "other", "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "new", "existing", "own", "multiple", "several", "many", "different", "various", "specific", "certain", "given", "following", "available", "possible", "current", "previous", "previously", "own", "single", "same", "such", "normal", "simple", "basic", "unique", "random", "latest", "recent", "most", "first", "last", "next", "immediate", "newest", "oldest", "pending", "open", "closed", "active", "completed", "selected", "defined", "published", "unread", "uploaded", "saved", "deleted", "personal", "private", "public", "individual", "complete", "entire", "whole", "full", "overdue", "upcoming", "weekly", "monthly", "daily", "yearly", "online", "simple", "small", "large", "valid", "invalid", "relevant", "real", "automatic", "manual", "only", "up", "least", "about", "fitting", "free", "mutually", "exclusive", "detailed", "short", "long", "text", "e-mail-like", "own", "of"]
)
_STOP = frozenset(
    ["to", "from", "by", "in", "on", "onto", "for", "with", "at", "into", "via", "through", "when", "where", "that", "which", "who", "whom", "if", "after", "before", "so", "because", "while", "until", "as", "using", "than", "under", "over", "within", "between", "without", "across", "during", "per", "against", "among", "and", "or", "but", "then", "not", "is", "are", "was", "were", "be", "been", "being", "has", "have", "had", "will", "would", "should", "could", "can", "may", "might", "must", "shall", "do", "does", "did", "out", "up", "off", "back", "down", "again", "also", "only", "just", "too", "either", "neither", "both", "including", "containing", "consisting", "based", "according", "along", "instead", "about", "upon", "since", "whose", "whether", "automatically", "immediately", "directly", "easily", "quickly", "together", "later", "once", "twice", "there", "here", "anyway", "already", "yet", "still", "always", "never"]
)
_GENERIC_HEADS = frozenset(
    ["item", "items", "list", "lists", "record", "records", "entry", "entries", "data", "information", "info", "details", "detail", "page", "pages", "view", "views", "overview", "area", "section", "number", "numbers", "set", "amount", "type", "types", "kind", "collection", "group", "result's", "form", "screen", "box", "table", "row", "column", "columns", "summary", "status", "state", "version", "copy", "part", "name", "value", "values", "history", "button", "field", "fields", "option", "options"]
)
_UI = frozenset(
    ["button", "link", "page", "screen", "form", "input", "box", "click", "key", "enter", "mouse", "menu", "tab", "window", "browser", "dialog", "popup", "field", "checkbox", "dropdown", "icon", "header", "footer", "sidebar", "layout", "interface", "ui", "ux", "homepage", "error", "message-box", "home", "website", "site", "color", "colour", "font", "theme", "panel", "widget", "view", "cursor", "keyboard", "touch", "bar"]
)
_VAGUE = frozenset(
    ["area", "inside", "efficiency", "activity", "front", "function", "platform", "step", "principle", "ability", "access", "topic", "purpose", "issue", "role", "thing", "datum", "data", "information", "above", "below", "in_front", "front", "flow", "cost", "everything", "something", "anything", "nothing", "work", "way", "need", "time", "order_of", "today", "place", "process", "number", "lot", "rest", "result_of", "much", "many", "case", "example", "app"]
)
_PARTICLES = frozenset(["in", "up", "out", "down", "off", "over", "on", "back", "away"])
_LEADS = frozenset(
    ["and", "or", "then", "to", "also", "can", "could", "may", "must", "should", "shall", "will", "would", "i", "we", "they", "he", "she", "it", "not", "only", ",", ";", "/", "&", "who", "that", "which", "users", "people", "cannot"]
)
_BE = frozenset(["be", "been", "is", "are", "was", "were", "being", "get", "gets", "got"])
_DOCUMENTS = frozenset(["survey", "form", "questionnaire", "quiz", "test", "application", "exam", "poll"])
_ATTRIBUTES = frozenset(
    ["title", "name", "description", "text", "date", "time", "email", "e-mail", "address", "phone", "password", "username", "price", "amount", "quantity", "label", "note", "notes", "status", "priority", "deadline", "due-date", "category", "color", "colour", "age", "weight", "height", "size", "url", "link", "duration", "location", "place", "room", "reason", "rating", "score", "comment-text", "language", "currency", "iban", "birthday", "start", "end"]
)
_MEMBER_CUE = re.compile(
    r"\b(?:with|including|includes?|containing|contains?|consisting of|consists of|has|have|having|such as|namely|by its|giving|plus)\b(?P<list>[^.;:!?]{3,160})",
    re.IGNORECASE,
)
_ACTOR = re.compile(
    r"^(?:(?:the|an?|each|every|any|all|only|both|our)\s+)?(?P<actor>[A-Za-z][\w'’&/ -]{1,60}?)\s+(?:(?:then|also|only|always|still|now)\s+)?"
    r"(?:can(?:not|'t)?|could|may|must|should|shall|will|wants?|wish(?:es)?|would like|needs?|(?:is|are) (?:able|allowed|required)|ha(?:s|ve) to)\b(?:\s+(?:also|only|not|be able|be allowed))*(?:\s+to)?\s*",
    re.IGNORECASE,
)
_I_WANT = re.compile(r"\bI\s+(?:(?:can|could|may|must|should)|(?:want|wish|need|would like|'d like)(?:\s+to)?)(?:\s+be able to)?\s+", re.IGNORECASE)
_SO_THAT = re.compile(r"[,;]?\s+(?:so that|in order to|because)\b.*$", re.IGNORECASE)
_PROVIDERS = ["Stripe", "PayPal", "Adyen", "Mollie", "Twilio", "SendGrid", "Mailgun", "Mailchimp", "Auth0", "Keycloak", "Okta", "Slack", "Salesforce", "Firebase", "Algolia", "OpenAI", "Zoom", "HubSpot", "Shopify", "GitHub", "GitLab", "Jira", "SimpleReport", "Klarna", "Braintree", "Square", "Plaid", "Mapbox", "SAP", "Entra"]
_GENERIC_SYSTEMS: tuple[tuple[re.Pattern[str], str, str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), name, purpose)
    for pattern, name, purpose in (
        (r"\bpayment (?:service )?(?:provider|gateway)\b", "payment provider", "takes payments and reports their outcome"),
        (r"\bsms (?:provider|gateway|service)\b", "SMS provider", "delivers text messages"),
        (r"\be-?mail (?:provider|gateway|service|server)\b|\bsmtp\b", "e-mail provider", "delivers e-mail"),
        (r"\b(?:identity provider|single sign-?on|\bsso\b|saml|active directory|ldap|openid connect|oidc)\b", "identity provider", "signs people in"),
        (r"\binter-?library loan\b", "interlibrary loan network", "exchanges loan requests with other libraries"),
        (r"\b(?:push notification service|apns|fcm)\b", "push notification service", "delivers notifications to phones"),
        (r"\bgoogle maps|geocod\w+\b", "geocoding service", "turns addresses into places"),
    )
)
_NAMED_SYSTEMS = re.compile(
    r"\b(?:multiple|several|two|three|existing|legacy|other) (?:\w+ )?(?:systems|databases|applications) \((?P<names>[A-Z][A-Za-z0-9]+(?:,? (?:and )?[A-Z][A-Za-z0-9]+)*)\)"
)
_LEGACY = re.compile(r"\b(?:existing|legacy|old|current|external|third-party)\s+(?P<name>(?:[A-Za-z]+ ){0,3}?(?:system|database|application|API))\b")


_CLICK = re.compile(r"\b(?:click|press|tap|hit|use)(?:s|ing)? (?:on )?(?:an?|the) [\'\"“‘`]?[\w +-]{1,20}[\'\"”’`]? button(?: to)?\b", re.IGNORECASE)


def words(text: str) -> list[str]:
    """Split a text into words and the punctuation that ends phrases; quotation marks are dropped."""
    return _TOKEN.findall(re.sub(r"[`\"“”]|(?<!\w)['‘’]|['’](?!\w)", "", text))


def singular(word: str) -> str:
    """Return the singular of an English noun, as far as regular rules go."""
    import inflection

    if word.endswith(("ss", "us", "is", "ics")) or len(word) < 4:
        return word
    return inflection.singularize(word)


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
    system = actor in _SYSTEMS or actor.split(" ")[-1] in _SYSTEMS
    members = tuple(dict.fromkeys(_members(rest)))
    seen: set[tuple[str, str]] = set()
    for operation, word, phrase, of, passive in _clauses(rest):
        noun = head_noun(phrase)
        if operation == "change-state" and word.startswith("complet") and noun in _DOCUMENTS:
            operation = "submit"
        named = members
        if noun in _ATTRIBUTES or noun.replace("_", "-") in _ATTRIBUTES:
            if not of:
                continue
            named, noun, of = (noun.replace("_", " "), *members), of, ""
        if (
            noun in _UI
            or noun.split("_")[-1] in _VAGUE | _UI
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
    if capable := _ACTOR.match(text):
        names = tuple(clean_actor(part) for part in re.split(r",| and | or |/|&", capable["actor"]) if part.strip())
        if names and all(name and not set(name.split()) & (_PRONOUNS | _STOP) and len(name.split()) <= 3 and not _starts_with_verb(name) for name in names):
            return names, text[capable.end() :]
    known = lexicon.verbs()
    tokens = words(text)
    for position, token in enumerate(tokens[:6]):
        if position and token.lower() in known and tokens[position - 1].isalpha() and token.islower():
            subject = clean_actor(" ".join(tokens[:position]))
            if (
                subject
                and not set(subject.split()) & (_PRONOUNS | _STOP)
                and not _starts_with_verb(subject)
                and (_plural(tokens[position - 1]) or token.endswith("s"))
            ):
                return (subject,), " ".join(tokens[position:])
    return ("",), text


def _plural(word: str) -> bool:
    return word.lower().endswith("s") and not word.lower().endswith(("ss", "'s", "’s"))


def _starts_with_verb(phrase: str) -> bool:
    return phrase.split(" ")[0] in lexicon.verbs() and len(phrase.split(" ")) > 1


def clean_actor(phrase: str) -> str:
    """Return an actor's name in lower case, singular, without determiners."""
    parts = [
        part
        for part in re.sub(r"\b[\w-]+[’']s?\s", "", phrase.lower() + " ").replace("_", " ").split()
        if part not in _DETERMINERS and part not in ("predefined", "registered", "logged-in", "authenticated")
    ]
    if not parts:
        return ""
    parts[-1] = singular(parts[-1])
    return " ".join(parts)


def _clauses(text: str) -> Iterator[tuple[Verb, str, str, str, bool]]:
    """Yield (operation, verb as written, object phrase, of what, passive) for each verb phrase."""
    known = lexicon.verbs()
    tokens = words(text)
    position = 0
    depth = 0
    waiting: list[tuple[Verb, str]] = []
    while position < len(tokens):
        token = tokens[position]
        lower = token.lower()
        depth += (token == "(") - (token == ")")
        previous = tokens[position - 1].lower() if position else ""
        passive = previous in _BE and not lower.endswith("ing")
        leads = (
            not position
            or previous in _LEADS
            or passive
            or (_plural(previous) and previous not in _STOP and not lower.endswith(("ing", "ed")))
            or (lower.endswith("s") and is_person(previous))
        )
        negated = previous == "not" or {"not", "cannot", "without", "no", "never"} & {t.lower() for t in tokens[max(0, position - 2) : position]}
        following = tokens[position + 1].lower() if position + 1 < len(tokens) else ""
        if (
            lower not in known
            or (token.isupper() and len(token) > 2)
            or depth
            or not leads
            or negated
            or (not position and following in _BE)
            or (lower == "like" and (previous == "," or following.endswith("ing")))
        ):
            position += 1
            continue
        base, operation = known[lower]
        # "log in", "sign up": particles make another verb.
        if base in ("log", "sign") and following in ("in", "up", "out", "into", "off"):
            operation = {"in": "login", "into": "login", "up": "register", "out": "logout", "off": "logout"}[following]  # type: ignore[assignment]
            position += 1
        elif not passive and following in _PARTICLES and position + 2 < len(tokens) and tokens[position + 2].lower() in _DETERMINERS:
            position += 1
        if passive:
            phrase = _phrase_before(tokens, position)
            end = position + 1
        else:
            phrase, end = _phrase_after(tokens, position + 1)
        if _is_noun_use(tokens, position):
            position += 1
            continue
        of = _belongs_to(tokens, end)
        if not phrase and not passive and _another_verb_follows(tokens, end):
            waiting.append((operation, lower))
            position = max(end, position + 1)
            continue
        for shared_operation, shared_word in waiting:
            yield shared_operation, shared_word, phrase, of, passive
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
    return previous in _DETERMINERS


def _phrase_after(tokens: list[str], start: int) -> tuple[str, int]:
    taken: list[str] = []
    position = start
    while position < len(tokens):
        token = tokens[position]
        lower = token.lower()
        if lower in _STOP or lower in _PRONOUNS - _DETERMINERS or not token[0].isalnum():
            break
        taken.append(token)
        position += 1
    if position < len(tokens) and tokens[position].lower() in ("of", "with") and taken and taken[-1].lower() in _GENERIC_HEADS | {"bunch", "couple"}:
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
    while start > 0 and tokens[start - 1][0].isalnum() and tokens[start - 1].lower() not in _STOP:
        start -= 1
        if tokens[start].lower() in _DETERMINERS and not tokens[start].lower().endswith(("ed", "ing")):
            break
    return " ".join(tokens[start:stop])


def _belongs_to(tokens: list[str], position: int) -> str:
    """Return the noun after "of", "for", "to", "on", "in", "from": what the object belongs to."""
    if position < len(tokens) and tokens[position].lower() in ("of", "for", "to", "on", "in", "from", "into", "under"):
        phrase, _ = _phrase_after(tokens, position + 1)
        noun = head_noun(phrase)
        return "" if noun in _UI or noun in _SYSTEMS else noun
    return ""


def _members(text: str) -> Iterator[str]:
    """Yield attributes listed after "with", "including", "containing"."""
    for cue in _MEMBER_CUE.finditer(text):
        listed = re.sub(r"\([^)]*\)", "", cue["list"])
        for part in re.split(r",|\band\b|\bor\b|/", listed):
            kept = [word for word in part.strip().split() if word.lower() not in _DETERMINERS]
            if 0 < len(kept) <= 3 and all(re.fullmatch(r"[A-Za-z][\w'-]*", word) for word in kept) and not {word.lower() for word in kept} & _STOP:
                yield " ".join(kept).lower()


def head_noun(phrase: str) -> str:
    """Return the head of a noun phrase, singular and in snake_case; empty if there is none.

    >>> head_noun("a new to-do item")
    'todo'
    """
    kept = [word.lower() for word in words(re.sub(r"[’']s?(?= |$)", "", phrase)) if word[0].isalpha()]
    kept = [word.replace("to-do", "todo") for word in kept if word not in _DETERMINERS and word not in _STOP]
    while len(kept) > 1 and kept[-1] in _GENERIC_HEADS:
        kept.pop()
    if not kept or kept[-1] in _PRONOUNS or kept[-1].endswith("ly"):
        return ""
    head = singular(kept[-1])
    if len(kept) > 1 and kept[-2] not in lexicon.verbs() and not kept[-2].endswith(("ed", "ly", "ing", "able", "ous", "ful", "al", "ive", "ic")):
        head = f"{singular(kept[-2])}_{head}"
    return re.sub(r"[^a-z0-9_]+", "_", head).strip("_")


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


_PEOPLE = re.compile(
    r"(?:user|member|customer|client|admin|manager|owner|guest|visitor|person|people|patient|doctor|nurse|student|teacher|author|reader|editor|moderator|player|seller|buyer|bidder|vendor|merchant|driver|rider|"
    r"employee|staff|engineer|developer|analyst|operator|coordinator|respondent|participant|organi[sz]er|host|tenant|resident|neighbou?r|librarian|agent|worker|team|subscriber|follower|viewer|caretaker|board|"
    r"auctioneer|borrower|lender|clinician|receptionist|accountant|auditor|parent|child|citizen|applicant|case ?worker|device|gateway|sender|partner|secretary|technician|volunteer|trainer|coach|supplier)s?$"
)


def is_person(name: str) -> bool:
    """Whether an actor's name is a word for people, or for a program that calls."""
    return bool(_PEOPLE.search(name))


def read_systems(brief: Brief, readings: tuple[Reading, ...], contracts: Contracts) -> tuple[System, ...]:
    """Return the outside systems: owners of listed endpoints, named providers, legacy systems."""
    found: dict[str, System] = {}
    for endpoint in contracts.endpoints:
        if endpoint.owner:
            known = found.get(endpoint.owner.lower())
            cites = (*(known.cites if known else ()), *endpoint.cites)
            found[endpoint.owner.lower()] = System(
                name=endpoint.owner, purpose=f"offers {endpoint.method} {endpoint.path}" if not known else known.purpose, cites=tuple(dict.fromkeys(cites))
            )
    for statement, reading in zip(brief.statements, readings, strict=True):
        if reading.label in ("solution", "excluded") or statement.kind in ("code", "heading") or (reading.label == "context" and reading.horizon == "later"):
            continue
        for name, purpose in _named(statement.text):
            if reading.label == "context" and name.lower() not in found:
                continue
            known = found.get(name.lower())
            cites = (*(known.cites if known else ()), statement.number)
            found[name.lower()] = System(name=name, purpose=known.purpose if known else purpose, cites=tuple(dict.fromkeys(cites)))
    return tuple(found.values())


def _named(text: str) -> Iterator[tuple[str, str]]:
    for provider in _PROVIDERS:
        if re.search(rf"\b{provider}\b", text):
            yield provider, "used as the brief says: " + text[:120]
    for pattern, name, purpose in _GENERIC_SYSTEMS:
        if pattern.search(text):
            yield name, purpose
    for match in _NAMED_SYSTEMS.finditer(text):
        for name in re.findall(r"[A-Z][A-Za-z0-9]+", match["names"]):
            yield name, "holds records that this project reads"
    for match in _LEGACY.finditer(text):
        yield f"existing {match['name']}".replace("existing existing", "existing"), "is there already and stays in use"
