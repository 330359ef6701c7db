"""What only the brief's author can settle, and what the design takes for granted."""

from __future__ import annotations

import re
from collections.abc import Iterator

from backend_architect.architects.rules.api.endpoints import endpoints
from backend_architect.architects.rules.api.look_ups import look_up
from backend_architect.architects.rules.api.spelled_endpoints import built
from backend_architect.architects.rules.case import Case
from backend_architect.architects.rules.delivery.stacks import uncommanded
from backend_architect.architects.rules.entities.entities import entities
from backend_architect.architects.rules.language.nouns import canonical, is_thing
from backend_architect.architects.rules.language.wording import count, listing, spaced
from backend_architect.architects.rules.language.words import an, singular, snake, words
from backend_architect.architects.rules.layers.data_layer import ENGINE_ASSUMED
from backend_architect.architects.rules.layers.performance_layer import promised
from backend_architect.architects.rules.reading.sections import section_role
from backend_architect.architects.rules.scope import outright
from backend_architect.architects.rules.scope.rights import conflicting_rights
from backend_architect.design import Assumption, OpenQuestion
from backend_architect.expressions import expression
from backend_architect.ingest import technologies
from backend_architect.profile import Fact

_HIGH_AVAILABILITY = expression(r"\bhigh(?:ly)? availab\w+|\bmaximum uptime\b|\balways (?:available|on)\b|高可用", re.IGNORECASE)
_BROWSER_STORE = expression(r"\blocalStorage\b|\bclosing the browser\b|\bin the browser\b|\bsessionStorage\b|\bIndexedDB\b", re.IGNORECASE)
_MARKED = expression(r"\s*\((?:\?+|tbd|open)\)", re.IGNORECASE)
"""How authors mark what they have not decided."""
_TO_READER = expression(r"\byou(?:r|rs)?\b|\bsounds? (?:good|interesting)\b|^(?:what is|what are|why|how (?:do|does|to))\b", re.IGNORECASE)
"""Questions that a text answers itself or puts to whoever reads it."""
_EITHER = expression(r"\beither\s+(?P<first>[^,.;:]{2,60}?)\s+or\s+(?P<second>[^,.;:]{2,60}?)(?=\s+(?:for|to|as|components?|in)\b|[.,;:]|$)", re.IGNORECASE)
_KNOWN_ENGINES = ("postgres", "mysql", "mariadb", "sqlite", "mongo", "cosmos", "dynamo", "redis")
_MODEL = expression(r"\b(?:trained|ML|machine[- ]learning) models?\b")
_INPUTS = expression(r"\b(?:features?|inputs?) (?:of the model|are|is)\b|\bmodel(?:'s)? (?:inputs?|features?)\b|\bfeature (?:list|set|vector)\b", re.IGNORECASE)
_DEFAULTS = {
    "tiny": "under 1 request/s and a few hundred records",
    "small": "up to 5 requests/s and 1,000 people",
    "medium": "up to 100 requests/s and 100,000 people",
    "large": "several hundred requests/s",
}


def questions(case: Case) -> tuple[OpenQuestion, ...]:
    """Return the open questions, the ones that change most first."""
    return tuple({question.key: question for question in _questions(case)}.values())


def _questions(case: Case) -> Iterator[OpenQuestion]:
    traits, profile = case.traits, case.profile
    for number, conflict in enumerate(profile.conflicts, 1):
        yield OpenQuestion(
            key=f"q-conflict-{number}", text=conflict.about if conflict.about.endswith("?") else f"{conflict.about.rstrip('.')}. Which one holds?", default=_conflict_default(case, conflict.first, conflict.second),
            changes=_changes(conflict.first.name), cites=tuple(dict.fromkeys((*conflict.first.cites, *conflict.second.cites))),
        )  # fmt: skip
    yield from conflicting_rights(case)
    if traits.shape == "service" and (cites := _find(case, _BROWSER_STORE)) and traits.size == "tiny":
        yield OpenQuestion(
            key="q-backend", text="Is a server wanted, or is the browser's storage enough?", default="a small server, for every device",
            changes="without a server, all below", cites=cites[:2],
        )  # fmt: skip
    named = [fact for fact in profile.all("database") if not any(word in fact.value.lower() for word in _KNOWN_ENGINES)]
    if named and traits.engine not in ("none", "browser", "memory"):
        yield OpenQuestion(
            key="q-database",
            text=f"Does it have to be {named[0].value}? The plan's SQL is written for PostgreSQL, MySQL or SQLite.",
            default=f"{traits.engine_basis.value}",
            changes="the migrations' dialect and the client library; tables and indexes stay",
            cites=named[0].cites[:2],
        )
    for number, (cite, one, other) in enumerate(_choices(case), 1):
        yield OpenQuestion(
            key=f"q-choice-{number}",
            text=f"The brief leaves the choice between {one} and {other}: which one?",
            default=_choice_default(case, one, other),
            changes="code layout, commands and technology guidance",
            cites=(cite,),
        )
    if (cites := _find(case, _HIGH_AVAILABILITY)) and not any(fact.number for fact in profile.all("availability")):
        yield OpenQuestion(
            key="q-availability", text="How much downtime is acceptable? The brief asks for high availability without a figure.", default="99.9 % a month (43 minutes), with deployments that do not interrupt service",
            changes="number of instances, standby database, cost", cites=cites[:2],
        )  # fmt: skip
    if (
        traits.shape == "service"
        and traits.size != "tiny"
        and not any(profile.all(name) for name in ("users", "requests-per-second", "reads-per-second", "writes-per-second"))
    ):
        yield OpenQuestion(
            key="q-load",
            text="How many people or programs will use it, and how often?",
            default=_DEFAULTS[traits.size],
            changes="connection pool, caching, number of instances",
        )
    if traits.auth == "session" and not profile.all("authentication") and not any(a.verb in ("login", "register") and a.horizon == "now" for a in case.actions):
        who = ", ".join(actor.name for actor in case.actors if actor.privileged) or "people"
        yield OpenQuestion(
            key="q-sign-in",
            text=f"How do {who} sign in? The brief gives them rights but names no way to prove who they are.",
            default="e-mail and password, session cookie; accounts are created by an administrator",
            changes="the accounts entity, the sign-in endpoints",
            cites=traits.auth_basis.cites[:2],
        )
    if traits.auth == "none" and traits.shape == "service" and traits.size != "tiny" and any(endpoint.method != "GET" for endpoint in case.contracts.ours):
        yield OpenQuestion(
            key="q-callers",
            text="May anybody who can reach the network call the writing endpoints? The contract names no authentication.",
            default="yes, behind the network boundary; no accounts",
            changes="authentication of every writing endpoint",
            cites=case.contracts.ours[0].cites[:1],
        )
    bare = [endpoint for endpoint in built(case) if endpoint.returns and not endpoint.response] if traits.shape == "service" else []
    if bare:
        names = dict.fromkeys(words(singular(snake(endpoint.returns.split(" ")[-1]))) for endpoint in bare)
        wrapped = dict.fromkeys(p.name.split(".")[0] for e in case.contracts.ours for p in e.request if p.where == "body" and "." in p.name)
        asked = f"; its requests are wrapped in {listing([f'`{name}`' for name in wrapped], last='or')}" if wrapped else ""
        yield OpenQuestion(
            key="q-answers",
            text=f"What do the answers look like: the members of {listing(names, most=6)}, and what they are wrapped in? The brief names them and shows none{asked}.",
            default="the columns of the data model without the hidden ones, wrapped in nothing, as in `openapi.yaml`",
            changes=f"the answers of {count(len(bare))} endpoint{'s' if len(bare) > 1 else ''} in `openapi.yaml`",
            cites=tuple(dict.fromkeys(case.contracts.home(endpoint) for endpoint in bare))[:3],
        )
    sought = look_up(case)
    if sought is not None and not sought.listed:
        given = listing([spaced(name) for name in sought.given], last="or")
        yield OpenQuestion(
            key="q-search-inputs",
            text=f"By which inputs do people search{f' for a {given}' if given else ''}? The brief names none of them, and {sought.names} may each take others.",
            default=f"{listing([f'`{name}`' for name in sought.criteria])} as text, handed to each system as it stands",
            changes="the request of the search, the adapters to the systems",
            cites=tuple(sorted({action.statement for action in sought.actions}))[:2],
        )
    if (trained := _trained(case)) is not None:
        noun, cites = trained
        yield OpenQuestion(
            key="q-model-inputs",
            text=f"Which members of {an(noun)} does the trained model need? The brief lists none of its features.",
            default=f"the members that the brief names for {an(noun)}, as in the request of the endpoint",
            changes="the request of the endpoint, the table behind it",
            cites=cites,
        )
    sensitive = [fact for fact in profile.all("data-class")]
    if sensitive and not profile.all("retention") and traits.engine not in ("none", "memory", "browser"):
        first = sensitive[0]
        yield OpenQuestion(
            key="q-retention",
            text=f"How long may {first.value} be kept, and who may ask for deletion?",
            default="24 months after the last use, then deleted by a nightly job; deletion on request within 30 days",
            changes="retention of entities, a clean-up job",
            cites=first.cites[:2],
        )
    if sensitive and not profile.all("compliance"):
        first = sensitive[0]
        yield OpenQuestion(
            key="q-regime",
            text=f"Which law or standard governs {first.value}? The brief handles it and names none.",
            default="the strictest that usually applies: see the data classes",
            changes="encryption, access, audit, who may operate the system",
            cites=first.cites[:2],
        )
    for statement in case.brief.statements:
        role = section_role(statement.section, case.brief.title)
        undecided = (role == "open" and statement.kind in ("item", "sentence", "row")) or (
            # What the author asks in the middle of the brief is as open as under a heading; a guide asks its reader.
            role in (None, "demand") and statement.kind in ("item", "sentence") and statement.text.endswith("?") and not _TO_READER.search(statement.text)
        )
        if undecided or (statement.kind == "item" and _MARKED.search(statement.text)):
            yield OpenQuestion(
                key=f"q-s{statement.number}",
                text=_MARKED.sub("", statement.text).strip(),
                default="nothing is built for it",
                changes="the requirements it touches",
                cites=(statement.number,),
            )
    if case.brief.language != "en":
        yield OpenQuestion(
            key="q-language", text="The built-in rules read operations from English sentences only; here they used the numbers, contracts and tables of the brief. Which operations are missing below?",
            default="only what the brief spells out as endpoints and tables is built", changes="entities, endpoints and tasks",
        )  # fmt: skip
    elif traits.shape == "service" and not case.contracts.ours and not _offered(case):
        yield OpenQuestion(
            key="q-operations",
            text="Which operations does the system offer? The rules found none spelled out in the brief.",
            default="none is invented; the plan covers structure and operations only",
            changes="entities, endpoints and tasks",
        )


def _trained(case: Case) -> tuple[str, tuple[int, ...]] | None:
    """Return the thing that a trained model works on and where that is said, if the brief lists no inputs of the model."""
    computed = next((a for a in case.actions if a.verb == "compute" and a.horizon == "now" and is_thing(canonical(a.noun))), None)
    if computed is None or case.traits.shape != "service" or case.contracts.ours:
        return None
    models = _find(case, _MODEL)
    if not models or _find(case, _INPUTS):
        return None
    return words(canonical(computed.noun).rpartition("_")[2]), tuple(dict.fromkeys((models[0], computed.statement)))


def _find(case: Case, pattern: re.Pattern[str]) -> tuple[int, ...]:
    return tuple(
        s.number
        for s, r in zip(case.brief.statements, case.readings, strict=True)
        if r.label not in ("solution", "excluded") and s.kind != "heading" and pattern.search(s.text)
    )


def _choices(case: Case) -> Iterator[tuple[int, str, str]]:
    seen: set[str] = set()
    for statement, reading in zip(case.brief.statements, case.readings, strict=True):
        if statement.kind in ("heading", "code") or reading.label not in ("functional", "constraint", "quality", "integration"):
            continue
        if (found := _EITHER.search(statement.text)) and found.group(0).lower() not in seen:
            seen.add(found.group(0).lower())
            yield statement.number, found["first"].strip("* "), found["second"].strip("* ")


def _choice_default(case: Case, first: str, second: str) -> str:
    if {first.lower(), second.lower()} & {"frontend", "backend", "front end", "back end"}:
        return "the backend"
    framework = case.traits.stack.framework.lower()
    for option in (first, second):
        if (
            re.sub(r"\W.*$", "", option.lower()) in framework
            or case.traits.stack.language in option.lower()
            or ("node" in option.lower() and case.traits.stack.language == "typescript")
        ):
            return option
    return first


def _conflict_default(case: Case, first: Fact, second: Fact) -> str:
    match first.name:
        case "authentication":
            return "no login, as stated; every input is validated and nothing personal is exposed"
        case "architecture":
            return f"{case.traits.pattern}, with the boundaries drawn so that parts can be split off later"
        case "users" if (second.number or 0.0) >= 1000 * (first.number or 1.0):
            return f"sized for {first.value}; the scaling triggers say when that is not enough"
        case "users" | "requests-per-second" | "reads-per-second" | "writes-per-second" | "concurrent-users" | "storage":
            return "sized for the larger figure"
        case "persistence":
            return f"{case.traits.engine_basis.value}"
        case _:
            return f"{first.value}, the one stated first"


def _changes(name: str) -> str:
    return {
        "authentication": "authentication of every endpoint, the accounts entity", "architecture": "number of deployables, how parts talk, deployment", "users": "sizing, caching, number of instances",
        "persistence": "whether there is a database at all", "database": "the data layer and its migrations", "budget": "hosting and what is left out", "deadline": "phases of the roadmap",
    }.get(name, "the figures this plan is sized by")  # fmt: skip


def assumptions(case: Case) -> tuple[Assumption, ...]:
    """Return what the design needs and the brief does not say."""
    return tuple(_assumptions(case))


def _offered(case: Case) -> bool:
    """Return whether the API does more than sign people in."""
    operations = endpoints(case, entities(case), component="c-api")
    return any(not endpoint.path.endswith(("/sessions", "/sessions/current", "/users")) for endpoint in operations)


def _spoken(case: Case) -> str:
    """Return a language that stands somewhere in the brief; empty if none does."""
    texts = [s.text for s in case.brief.statements if s.kind not in ("code", "heading")]
    found = technologies.occurring(" ".join(texts).lower())
    banned = set(case.profile.values("forbidden"))
    return next((t.name for t in found if t.category == "language" and not t.exact and t.name not in banned and technologies.stands(t, texts)), "")


def _assumptions(case: Case) -> Iterator[Assumption]:
    traits = case.traits
    if traits.shape in ("none", "browser"):
        return
    unknown = [name for name in uncommanded(case.profile) if (listed := technologies.lookup(name)) is None or listed.category in ("language", "framework")]
    if not traits.stack.named and unknown:
        yield Assumption(
            key="a-stack",
            text=f"Commands and code layout are written for {traits.stack.framework}.",
            because=f"the stack is stated outright as {listing(unknown)}, and nothing is known of the commands of {listing(unknown)}",
        )
    elif not traits.stack.named:
        yield Assumption(
            key="a-stack",
            text=f"Written with {traits.stack.framework}.",
            because=f"the brief names {spoken} and does not say that this is written in it" if (spoken := _spoken(case)) else "the brief names no language",
        )
    if not traits.engine_basis.cites and traits.engine not in ("memory", "none", "browser"):
        yield Assumption(key=ENGINE_ASSUMED, text=f"{traits.engine_basis.value} is available where it runs.", because=traits.engine_basis.because)
    yield from outright.assumptions(case)
    if not promised(case):
        # Nothing below is sized by a load or a speed.
        return
    if traits.shape == "service" and not any(case.profile.all(name) for name in ("users", "requests-per-second", "reads-per-second", "writes-per-second")):
        yield Assumption(key="a-load", text=f"Load stays at {_DEFAULTS[traits.size]}.", because="no figure is given")
    if not traits.latency_basis.cites and traits.shape == "service" and _offered(case):
        yield Assumption(key="a-latency", text="Answers within 200 ms at the 95th percentile are fast enough.", because=traits.latency_basis.because)
