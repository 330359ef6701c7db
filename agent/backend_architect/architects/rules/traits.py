"""The few judgements on which all decisions hang, each with the line it comes from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from backend_architect.architects.rules.case import Action, Actor, Contracts, Judgement, Reading, Stack, System, Traits
from backend_architect.architects.rules.delivery.stacks import STACKS, migrate, stack_for
from backend_architect.architects.rules.language import lexicon
from backend_architect.architects.rules.language.wording import plural
from backend_architect.brief import Brief
from backend_architect.design import Engine
from backend_architect.expressions import expression
from backend_architect.profile import Fact, FactName, Profile
from backend_architect.text import Cites

Size = Literal["tiny", "small", "medium", "large"]
_LOAD: tuple[FactName, ...] = ("users", "reads-per-second", "writes-per-second", "requests-per-second")
_SENSITIVE = frozenset({"health data", "card data", "financial data", "children's data", "biometric data"})
_QUOTE = 110
"""Longest quotation inside a reason, characters."""
_CLOUD_OF = (
    ("cosmos", "Azure"),
    ("azure", "Azure"),
    ("dynamo", "AWS"),
    ("amazon", "AWS"),
    ("aws", "AWS"),
    ("bigquery", "Google Cloud"),
    ("firestore", "Google Cloud"),
)
"""Products that exist on one cloud only."""
_TIGHT_MEMORY = 1_000_000_000.0
"""Below this many bytes for everything, a runtime of a hundred megabytes an instance does not fit."""
_DEMANDING = ("functional", "quality", "constraint", "integration")

_ENGINES: tuple[tuple[str, Engine], ...] = (
    ("postgres", "postgresql"),
    ("mysql", "mysql"),
    ("mariadb", "mysql"),
    ("sqlite", "sqlite"),
    ("mongo", "mongodb"),
    ("cosmos", "cosmosdb"),
    ("dynamo", "dynamodb"),
)
_PUSH = expression(
    r"\bweb ?sockets?\b|\bserver[- ]sent events\b|\bSSE\b|\blive (?:updates?|chat|bids?|bidding|auctions?|scores?|feeds?|prices?|view)\b|\breal[- ]time (?:updates?|chat|collaborat\w+|bid\w*|notifications?|boards?|feed|messag\w+)\b"
    r"|\bvisible to all\b|\bwithout (?:re-?loading|refreshing)\b|\b(?:appears?|updates?|shown?|seen?) (?:live|instantly|immediately|in real[- ]time)\b|\bpush(?:ed|es)? (?:updates?|to (?:all|every|the) \w*(?:client|user|viewer|browser)s?)\b",
    re.IGNORECASE,
)
_TWO_WAY = expression(r"\bweb ?sockets?\b|\bchat\w*\b|\bbid(?:s|ding|der)?\b|\bgames?\b|\bcollaborat\w+ edit\w+\b|\bmultiplayer\b", re.IGNORECASE)
_BROWSER_ONLY = expression(
    r"\b(?:browser[- ]only|entirely in the browser|runs? (?:completely|entirely|only) in the browser|no (?:backend|server)(?: is)? (?:needed|required|wanted|at all)?|without (?:a |any )?(?:backend|server)|static (?:site|page) only|client[- ]side only)\b",
    re.IGNORECASE,
)
_EMBEDDED = expression(r"\b(?:firmware|microcontroller|embedded (?:device|system|software)|bare[- ]metal|arduino|esp32|stm32)\b", re.IGNORECASE)
_CLI = expression(r"\b(?:cli|command[- ]line) (?:application|app|tool|program|utility)\b|\bmust be a cli\b", re.IGNORECASE)
_EXISTING = expression(
    r"\b(?:current(?:ly)? (?:process|system|architecture|setup|workflow|api)|existing (?:system|process|api|database|application|workflow|platform)|legacy|side[- ]by[- ]side|our system|we currently|currently,? (?:we|they|as))\b",
    re.IGNORECASE,
)
_DEVICE = expression(r"\b(?:device|gateway|sensor|meter|partner|merchant|sender|client program|machine)s?\b", re.IGNORECASE)


@dataclass(frozen=True)
class Evidence:
    """What the judgements are made from."""

    brief: Brief
    profile: Profile
    contracts: Contracts
    readings: tuple[Reading, ...]
    actions: tuple[Action, ...]
    actors: tuple[Actor, ...]
    systems: tuple[System, ...]

    def demanded(self, *, now: bool = True) -> tuple[int, ...]:
        """Return the numbers of the statements that ask for something."""
        return tuple(r.statement for r in self.readings if r.label in _DEMANDING and (not now or r.horizon == "now"))

    def find(self, pattern: re.Pattern[str], *, demanded_only: bool = False, now: bool = False) -> tuple[int, ...]:
        """Return the statements in which a pattern occurs, solutions and exclusions apart."""
        return tuple(
            s.number
            for s, r in zip(self.brief.statements, self.readings, strict=True)
            if r.label not in ("solution", "excluded")
            and s.kind != "code"
            and (not demanded_only or r.label in _DEMANDING)
            and (not now or r.horizon == "now")
            and pattern.search(s.text)
        )

    def weak(self, fact: Fact) -> bool:
        """Whether a fact stands only in a solution that somebody wrote into the brief, or is out of scope."""
        return bool(fact.cites) and all(self.readings[n - 1].label in ("solution", "excluded") for n in fact.cites)


def judge(evidence: Evidence) -> Traits:
    """Make every judgement about the project."""
    shape, shape_basis = _shape(evidence)
    reads, writes = rates(evidence.profile)
    size, size_basis = _size(evidence, reads + writes, shape)
    engine, engine_basis = _engine(evidence, shape, size)
    stack = _stack(evidence, shape, engine)
    pattern, pattern_basis = _pattern(evidence, shape, size)
    auth, auth_basis = _auth(evidence, shape, size)
    realtime, realtime_basis = _realtime(evidence, shape)
    latency, latency_basis = _latency(evidence.profile)
    existing = _existing(evidence)
    return Traits(
        shape=shape, shape_basis=shape_basis, size=size, size_basis=size_basis, engine=engine, engine_basis=engine_basis, pattern=pattern, pattern_basis=pattern_basis,
        auth=auth, auth_basis=auth_basis, realtime=realtime, realtime_basis=realtime_basis, existing=existing, regulated=_regulated(evidence.profile),
        reads_per_second=reads, writes_per_second=writes, latency_ms=latency, latency_basis=latency_basis, stack=stack, cloud=_cloud(evidence),
    )  # fmt: skip


def as_stated(fact: Fact) -> str:
    """Return how a fact was stated, for a reason: the quotation, or that it was stated outright."""
    quote = fact.quote if len(fact.quote) <= _QUOTE else fact.quote[:_QUOTE].rsplit(" ", 1)[0].rstrip(",;:") + "…"
    return f'the brief says "{quote}"' if fact.origin == "brief" and fact.quote else f"stated outright: {fact.value}"


def _shape(evidence: Evidence) -> tuple[Literal["none", "browser", "cli", "service"], Judgement]:
    if (fact := evidence.profile.first("backend")) is not None:
        value = fact.value.lower()
        if value == "none":
            return "browser" if evidence.find(re.compile(r"browser", re.IGNORECASE)) else "none", Judgement(
                value="no backend", because=as_stated(fact), cites=fact.cites
            )
        if value == "cli":
            return "cli", Judgement(value="command-line program", because=as_stated(fact), cites=fact.cites)
        return "service", Judgement(value="service", because=as_stated(fact), cites=fact.cites)
    if cites := evidence.find(_BROWSER_ONLY):
        return "browser", Judgement(value="no backend", because="the brief wants everything to run in the browser", cites=cites)
    if cites := evidence.find(_EMBEDDED):
        return "none", Judgement(value="no backend", because="the brief is about software on a device, without a server", cites=cites)
    if (cites := evidence.find(_CLI)) and not evidence.contracts.ours:
        return "cli", Judgement(value="command-line program", because="the brief asks for a command-line application", cites=cites)
    if evidence.contracts.ours:
        return "service", Judgement(
            value="service",
            because=f"the brief spells out {len(evidence.contracts.ours)} HTTP endpoints",
            cites=tuple(dict.fromkeys(n for e in evidence.contracts.ours for n in e.cites)),
        )
    return "service", Judgement(value="service", because="people or programs share data through it", cites=evidence.demanded()[:3])


def rates(profile: Profile) -> tuple[float, float]:
    """Return the average (reads/s, writes/s) that the stated figures ask for; 0 when unsaid."""
    reads = profile.number("reads-per-second", 0.0) or 0.0
    writes = profile.number("writes-per-second", 0.0) or 0.0
    if not reads and not writes:
        reads = profile.number("requests-per-second", 0.0) or 0.0
    return reads, writes


def _size(evidence: Evidence, rate: float, shape: str) -> tuple[Size, Judgement]:
    profile = evidence.profile
    users = profile.number("users", 0.0) or 0.0
    team = profile.number("team", 0.0) or 0.0
    asked = len(evidence.demanded())
    said = [fact for name in _LOAD for fact in profile.all(name)[:2]]
    cites: Cites = tuple(dict.fromkeys(n for fact in said for n in fact.cites[:1]))[:4]
    stated = "; ".join(dict.fromkeys(fact.value for fact in said)) or "no load is stated"
    about = f"{stated}; {asked} requirement{'s' if asked != 1 else ''} to build now"
    scales = {fact.value: fact for fact in profile.all("scale") if not evidence.weak(fact)}
    sensitive = [fact for fact in profile.all("data-class") if fact.value.lower() in _SENSITIVE]
    # A stated rate says more than a head count: ten million people may ask for forty pages a second.
    if rate >= 200 or (users >= 1_000_000 and not rate):
        return "large", Judgement(value="large", because=about, cites=cites)
    if rate >= 5 or (users >= 10_000 and not rate) or team >= 4 or (asked > 30 and not said):
        return "medium", Judgement(value="medium", because=about, cites=cites)
    if "large" in scales:
        fact = scales["large"]
        return "medium", Judgement(value="medium", because=f"{as_stated(fact)}; {about}", cites=fact.cites[:3])
    binding = evidence.systems or sensitive or profile.all("compliance")
    if prototype := scales.get("prototype"):
        size: Size = "small" if binding or asked > 25 else "tiny"
        return size, Judgement(value="prototype", because=f"a prototype by the brief's own word; {about}", cites=prototype.cites[:3])
    few = asked <= 10 and users <= 100 and rate < 1 and not evidence.contracts.ours
    if not binding and (few or (asked <= 16 and 0 < users <= 50)):
        return "tiny", Judgement(value="tiny", because=about, cites=cites)
    return "small", Judgement(value="small", because=about, cites=cites)


def _stack(evidence: Evidence, shape: str, engine: Engine) -> Stack:
    named = tuple(fact for fact in evidence.profile.all("stack") if not evidence.weak(fact))
    stack = stack_for(named, program=shape == "cli")
    memory = evidence.profile.number("memory-limit")
    if not stack.named and memory is not None and memory < _TIGHT_MEMORY:
        stack = STACKS["go"]
    return stack.model_copy(update={"migrate": migrate(engine) or "none: there is no schema"})


def _engine(evidence: Evidence, shape: str, size: Size) -> tuple[Engine, Judgement]:
    profile = evidence.profile
    if shape in ("none", "browser"):
        return ("browser" if shape == "browser" else "none"), Judgement(value="no server-side store", because="there is no backend to keep data", cites=())
    persistence = profile.first("persistence")
    if persistence is not None and persistence.value in ("none", "memory"):
        return "memory", Judgement(value="in memory", because=as_stated(persistence), cites=persistence.cites)
    for weak in (False, True):
        for fact in (*profile.all("database"), *profile.all("stack")):
            if evidence.weak(fact) is not weak:
                continue
            for word, engine in _ENGINES:
                if word in fact.value.lower():
                    return engine, Judgement(value=fact.value, because=as_stated(fact) + (" in the sketch it contains" if weak else ""), cites=fact.cites)
    if shape == "cli":
        return "memory", Judgement(value="in memory", because="a program that ends with its run; the brief asks for nothing to be kept", cites=())
    if size == "tiny":
        return "sqlite", Judgement(
            value="SQLite",
            because="one process with little data needs no database server",
            cites=evidence.demanded()[:1],
        )
    if evidence.contracts.tables:
        return "postgresql", Judgement(value="PostgreSQL", because="the brief writes out relational tables", cites=evidence.contracts.tables[0].cites)
    return "postgresql", Judgement(
        value="PostgreSQL", because="related records with rules between them; nothing in the brief asks for another kind of store", cites=()
    )


def _pattern(evidence: Evidence, shape: str, size: Size) -> tuple[Literal["single program", "monolith", "modular monolith", "services"], Judgement]:
    if shape != "service":
        return "single program", Judgement(value="single program", because="nothing is served over a network", cites=())
    for fact in evidence.profile.all("architecture"):
        if fact.value == "microservices" and not evidence.weak(fact):
            return "services", Judgement(value="services", because=as_stated(fact), cites=fact.cites)
    nouns = dict.fromkeys(action.noun for action in evidence.actions if action.horizon == "now" and action.noun)
    asked = evidence.demanded()
    if size in ("medium", "large") and (len(nouns) > 6 or len(asked) > 25 or len(evidence.contracts.ours) > 8):
        because = f"{len(asked)} requirements about {_some(tuple(nouns)) or 'several things'}, one deployment: the boundaries are drawn in code"
        return "modular monolith", Judgement(value="modular monolith", because=because, cites=asked[:2])
    about = _some(tuple(nouns))
    return "monolith", Judgement(
        value="monolith", because=f"{len(asked)} requirements" + (f" about {about}" if about else "") + " that share the same data", cites=asked[:2]
    )


def _some(nouns: tuple[str, ...]) -> str:
    """Return the first few things acted on, in words."""
    named = [plural(noun) for noun in nouns[:3]]
    return ", ".join(named[:-1]) + f" and {named[-1]}" if len(named) > 1 else "".join(named)


def _auth(evidence: Evidence, shape: str, size: Size) -> tuple[Literal["none", "optional", "session", "token", "api-key", "external"], Judgement]:
    if shape != "service":
        return "none", Judgement(value="none", because="nothing is reachable over a network", cites=())
    facts = [fact for fact in evidence.profile.all("authentication") if not evidence.weak(fact)]
    refused = next((fact for fact in facts if fact.value == "none"), None)
    if refused is not None:
        return "none", Judgement(value="none", because=as_stated(refused), cites=refused.cites)
    spelled = [endpoint for endpoint in evidence.contracts.ours if endpoint.auth in ("required", "optional")]
    if spelled:
        cites = tuple(dict.fromkeys(n for endpoint in spelled for n in endpoint.cites))[:3]
        return "token", Judgement(
            value="token", because=f"the contract in the brief asks for a token on {len(spelled)} of {len(evidence.contracts.ours)} endpoints", cites=cites
        )
    for fact in facts:
        value = fact.value.lower()
        if any(word in value for word in ("sso", "saml", "oidc", "openid", "single sign", "entra", "active directory", "identity")):
            return "external", Judgement(value="external identity provider", because=as_stated(fact), cites=fact.cites)
        if "api key" in value or "api-key" in value:
            return "api-key", Judgement(value="API key", because=as_stated(fact), cites=fact.cites)
        if any(word in value for word in ("jwt", "token", "oauth")):
            return "token", Judgement(value="token", because=as_stated(fact), cites=fact.cites)
        return "session", Judgement(value="session", because=as_stated(fact), cites=fact.cites)
    if any(system.name == "identity provider" for system in evidence.systems):
        system = next(s for s in evidence.systems if s.name == "identity provider")
        return "external", Judgement(value="external identity provider", because="the brief names one", cites=system.cites)
    logins = tuple(a.statement for a in evidence.actions if a.verb in ("login", "register") and a.horizon == "now")
    if logins:
        return "session", Judgement(value="session", because="people sign in", cites=logins)
    privileged = tuple(n for actor in evidence.actors if actor.privileged for n in actor.cites if evidence.readings[n - 1].horizon == "now")
    if privileged:
        names = ", ".join(actor.name for actor in evidence.actors if actor.privileged)
        return "session", Judgement(value="session", because=f"some may do what others may not: {names}", cites=privileged[:3])
    devices = tuple(n for actor in evidence.actors if _DEVICE.search(actor.name) for n in actor.cites)
    if devices:
        return "api-key", Judgement(value="API key", because="programs call it, not people", cites=devices[:3])
    sensitive = next((fact for fact in evidence.profile.all("data-class") if fact.value.lower() in _SENSITIVE), None)
    if sensitive is not None:
        people = any(not _DEVICE.search(actor.name) for actor in evidence.actors)
        because = f"{sensitive.value} must not be open to whoever finds the address"
        return ("session" if people else "api-key"), Judgement(value="session" if people else "API key", because=because, cites=sensitive.cites[:2])
    if (
        size in ("tiny", "small")
        or not evidence.actors
        or not any(action.noun and action.horizon == "now" and not action.system for action in evidence.actions)
    ):
        return "none", Judgement(value="none", because="no statement needs to know who somebody is", cites=())
    return "session", Judgement(value="session", because="many people keep data that is theirs", cites=evidence.actors[0].cites[:2])


def _realtime(evidence: Evidence, shape: str) -> tuple[Literal["none", "later", "sse", "websocket"], Judgement]:
    if shape != "service":
        return "none", Judgement(value="none", because="nothing is pushed to anybody", cites=())
    asked = evidence.find(_PUSH, demanded_only=True)
    fact = evidence.profile.first("real-time")
    if fact is not None and fact.origin != "brief":
        return _stated_realtime(evidence, fact, asked)
    if not asked:
        return "none", Judgement(value="none", because="no statement asks for updates without asking", cites=())
    now = tuple(n for n in asked if evidence.readings[n - 1].horizon == "now")
    if len(now) < len(asked) and all(evidence.brief.statements[n - 1].kind == "sentence" for n in now):
        # An introduction praises what the list below puts off.
        now = ()
    if not now:
        return "later", Judgement(value="later", because="the brief lists it among what comes later", cites=asked)
    two_way = any(_TWO_WAY.search(evidence.brief.statements[n - 1].text) for n in now)
    if two_way:
        return "websocket", Judgement(value="WebSocket", because="clients send and receive all the time", cites=now)
    return "sse", Judgement(value="server-sent events", because="changes flow one way, from server to client", cites=now)


def _stated_realtime(evidence: Evidence, fact: Fact, asked: Cites) -> tuple[Literal["none", "sse", "websocket"], Judgement]:
    """Return what is stated outright; whether it goes both ways is told by the statements that want updates, if any do."""
    if fact.value == "none":
        return "none", Judgement(value="none", because=as_stated(fact), cites=fact.cites)
    two_way = any(_TWO_WAY.search(evidence.brief.statements[n - 1].text) for n in asked)
    if fact.value == "WebSocket" or (fact.value != "SSE" and two_way):
        return "websocket", Judgement(value="WebSocket", because=as_stated(fact), cites=fact.cites or asked)
    return "sse", Judgement(value="server-sent events", because=as_stated(fact), cites=fact.cites or asked)


def _latency(profile: Profile) -> tuple[int, Judgement]:
    stated = [fact for fact in profile.all("latency") if fact.number]
    if stated:
        tightest = min(stated, key=lambda fact: fact.number or 0.0)
        return max(1, round(tightest.number or 0.0)), Judgement(value=tightest.value, because=as_stated(tightest), cites=tightest.cites)
    return 200, Judgement(value="200 ms at the 95th percentile", because="the brief states none; 200 ms is the usual target of an interactive API", cites=())


def _existing(evidence: Evidence) -> bool:
    if any(fact.value == "existing" for fact in evidence.profile.all("architecture")):
        return True
    return len(evidence.find(_EXISTING)) >= 2


def _regulated(profile: Profile) -> tuple[Judgement, ...]:
    return tuple(
        Judgement(value=fact.value, because=as_stated(fact), cites=fact.cites)
        for fact in dict.fromkeys(profile.all("compliance"))
        if not lexicon.ACCESSIBILITY.search(fact.value)
    )


def _cloud(evidence: Evidence) -> str:
    fact = next((fact for fact in evidence.profile.all("cloud") if not evidence.weak(fact)), None) or evidence.profile.first("cloud")
    if fact is not None:
        return fact.value
    named = " ".join((*evidence.profile.values("database"), *evidence.profile.values("stack"))).lower()
    return next((cloud for word, cloud in _CLOUD_OF if word in named), "")
