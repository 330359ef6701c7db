"""What several rules look up in a brief: load, instances, clients, jobs, queues, relayed calls, archives."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from backend_architect.architects.rules.case import Action, Case, Label, SpelledEndpoint, System, remembered
from backend_architect.architects.rules.language.lexicon import verbs
from backend_architect.architects.rules.language.nouns import FILES
from backend_architect.architects.rules.language.wording import clipped, listing, per_second, plural, quoted, rounded, spaced, volume
from backend_architect.architects.rules.language.words import singular, snake
from backend_architect.brief import Statement
from backend_architect.design import Engine, Requirement, Scope
from backend_architect.expressions import expression
from backend_architect.profile import Fact, FactName
from backend_architect.text import Cites

DEMANDS: tuple[Label, ...] = ("functional", "quality", "constraint", "integration")
PEAK = 5
"""Peak over average when the brief states no peak."""
BREAKER_FAILURES = 5
"""Failures in a row after which the circuit to an outside system opens."""
BREAKER_PROBE_S = 30
"""Seconds between two tries of an open circuit."""
SERVER_CONNECTIONS = 500
"""Connections that one database server bears without a pooler in front; a rule of thumb."""
PER_INSTANCE = 500
"""Requests/s that one instance of an ordinary API answers, with a database behind it; to be measured."""
RELATIONAL: tuple[Engine, ...] = ("postgresql", "mysql", "sqlite")
VOLATILE: tuple[Engine, ...] = ("memory", "browser", "none")

_INSTANCES = expression(
    r"\b(?:at least|minimum of|no fewer than|pelo menos|ao menos|al menos|au moins|mindestens|至少)\s*"
    r"(?P<n>\d|two|three|four|duas|dois|três|dos|tres|deux|trois|zwei|drei|两|三)\s*(?:个|台)?\s*"
    r"(?:[\w-]+ ){0,3}?(?:instances?|servers?|replicas?|nodes?|instâncias?|servidores|instancias?|Instanzen|Server|实例|服务器)",
    re.IGNORECASE,
)
_MACHINES = ("nstanc", "nstânc", "nstanz", "erver", "ervidor", "eplica", "ode", "实例", "服务器")
"""Pieces of the words for machines, to spare the pattern most statements."""
_NUMBERS = {
    "two": 2, "three": 3, "four": 4, "duas": 2, "dois": 2, "três": 3, "dos": 2, "tres": 3, "deux": 2, "trois": 3, "zwei": 2, "drei": 3, "两": 2, "三": 3,
}  # fmt: skip
_CLIENT = expression(
    r"\b(?:web ?site|web ?page|web app(?:lication)?s?|front-?end|browser|(?:home|web|landing) ?page|input field|text field|button|drag-and-drop"
    r"|dashboard|mobile app|"
    r"(?:ios|android) app|single[- ]page|(?:user|chat|web|graphical) interface|(?:the|a|an|each|one|on) screen|screens|click(?:s|ing|ed)?|blazor"
    r"|react|angular|vue|svelte|flutter|kanban)\b|`input`|前端|网页",
    re.IGNORECASE,
)
_UPLOAD = expression(
    r"\b(?:uploads?|uploading|attachments?|attach(?:es|ed|ing)? (?:an? |the |one |their )?(?:files?|photos?|images?|pictures?|documents?|pdfs?)|photos?|images?|videos?|pictures?|avatars?|pdfs?|documents? files?|blobs?|audio files?)\b|上传|图片",
    re.IGNORECASE,
)
_ARCHIVE = expression(
    r"\b(?:long-term stor\w+|cold stor\w+|hot and cold|data lake|data warehouse|all (?:transactions|events|data) over time|archiv\w+ (?:storage"
    r"|store|after))\b",
    re.IGNORECASE,
)
_REGIONS = expression(
    r"\b(?:multi-?region|multiple regions|regions? closest|closest to|around the world|global(?:ly)? (?:available|distribut\w+|customers|scale)"
    r"|several regions)\b",
    re.IGNORECASE,
)
_ONCE = expression(
    r"\b(?:more than once|only once|exactly once|at most once|twice|no duplicates?|duplicate|double[- ]book\w*|unique|no two|overbook\w*|overlap\w*"
    r"|oversell\w*|sold out|idempot\w+)\b|único|唯一|eindeutig|unique|seul",
    re.IGNORECASE,
)
_ORDERED = expression(r"\b(?:increasing|in order|sequence|fifo|first come|queue behind|in[- ]front|priority|event order)\b", re.IGNORECASE)
_STREAM = expression(r"\b(?:ingest\w*|event stream\w*|stream(?:ing)? (?:capture|processing|data)|data pipeline|event order|no data loss)\b", re.IGNORECASE)


_QUEUES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, expression(pattern, re.IGNORECASE))
    for name, pattern in (
        ("Azure Storage Queue", r"\b(?:azure )?storage queues?\b"),
        ("Azure Service Bus", r"\bservice bus\b"),
        ("Azure Event Hubs", r"\bevent hubs?\b"),
        ("Amazon SQS", r"\b(?:amazon |aws )?sqs\b"),
        ("Amazon Kinesis", r"\bkinesis\b"),
        ("Google Pub/Sub", r"\bpub/?sub\b"),
        ("RabbitMQ", r"\brabbit ?mq\b"),
        ("Apache Kafka", r"\bkafka\b"),
        ("NATS", r"\bnats\b"),
    )
)
_OWN_READER = expression(
    r"\b(?:a|an|new|own|separate|our own|background|each) (?:[\w-]+ )?(?:worker|consumer|job|process|function|daemon)s?\b[^.;]{0,40}"
    r"\b(?:reads?|takes?|consumes?|polls?|picks?|pulls?|process(?:es)?|drains?)\b",
    re.IGNORECASE,
)
"""A new part that works through the queue."""
_SCREEN_VERBS = frozenset(
    {"accessed", "access", "enter", "type", "input", "click", "press", "tap", "choose", "select", "pick", "show", "display", "present", "return", "get", "set"}
)
_SAID_OTHERWISE = {"put": "assign", "ask": "ask for", "look-up": "look up", "log-in": "log in", "sign-in": "sign in", "back-up": "back up"}
"""Verbs that need a word with them before a thing stands alone after them."""
_NO_VERBS = frozenset(
    {"has", "have", "had", "is", "are", "be", "with", "without", "from", "into", "of", "for", "in", "on", "by", "at", "to", "via", "per", "as"}
)
"""What a sentence may hold in the place of a verb and nobody does."""
_NOUNS_IN_ED = frozenset({"speed", "breed", "embed", "newsfeed", "spreed", "biped", "moped", "hundred"})
_ADJECTIVES = frozenset(
    {"comprehensive", "available", "relevant", "necessary", "specific", "current", "several", "additional", "appropriate", "respective", "certain", "various"}
)
_IDENTITY = expression(r"\b(?:sso|single sign|identity|oauth|openid|saml|log-?in|authenticat)", re.IGNORECASE)
_REQUEST_ID = expression(r"(?:correlation|idempotency|request|external|transaction|client|message|reference)_?(?:id|key|uuid)$", re.IGNORECASE)


@dataclass(frozen=True)
class Ground:
    """Words of the brief that a decision rests on."""

    statement: int
    quote: str

    @property
    def cites(self) -> Cites:
        """The statement, as citations."""
        return (self.statement,)


@dataclass(frozen=True)
class Load:
    """The load to plan for; zeros when the brief states none."""

    reads: float
    writes: float
    peak: float
    """Requests/s at the worst time: stated, or `PEAK` times the average."""
    stated_peak: bool
    item: float | None
    """Bytes of one written thing, if stated."""
    cites: Cites

    @property
    def average(self) -> float:
        """Requests/s on average."""
        return self.reads + self.writes

    @property
    def known(self) -> bool:
        """Whether the brief states any."""
        return self.peak > 0

    def phrase(self) -> str:
        """Return it as words: `40 reads/s and 4 writes/s on average, reckoned 220 requests/s at peak (5 times)`."""
        rates = [per_second(rate, noun) for rate, noun in ((self.reads, "reads"), (self.writes, "writes")) if rate]
        if self.stated_peak:
            return listing([*rates, f"{per_second(self.peak, 'requests')} at peak"])
        return f"{listing(rates)} on average, reckoned {per_second(self.peak, 'requests')} at peak ({PEAK} times)"


@dataclass(frozen=True)
class Queue:
    """A message queue that the design contains."""

    name: str
    because: str
    named: bool
    cites: Cites

    @property
    def is_log(self) -> bool:
        """Whether readers keep a place in it instead of taking messages out."""
        return self.name in ("Azure Event Hubs", "Amazon Kinesis", "Apache Kafka")


@dataclass(frozen=True)
class Relay:
    """A call that this backend passes on to outside systems with the same interface."""

    call: SpelledEndpoint
    owners: tuple[str, ...]
    request_id: str
    """Member that identifies one request, or empty."""
    health: SpelledEndpoint | None
    details: SpelledEndpoint | None
    cites: Cites


@remembered
def demanding(case: Case, labels: tuple[Label, ...] = DEMANDS) -> tuple[Statement, ...]:
    """Return the statements that ask for something in the first version."""
    return tuple(case.statement(r.statement) for r in case.readings if r.label in labels and r.horizon == "now")


@remembered
def mention(case: Case, pattern: re.Pattern[str], labels: tuple[Label, ...] = DEMANDS) -> Ground | None:
    """Return the first demanding statement that matches, with its words."""
    for statement in demanding(case, labels):
        if statement.kind != "code" and pattern.search(statement.text):
            return Ground(statement.number, clipped(statement.text))
    return None


def stated(case: Case, name: FactName) -> str:
    """Return a fact's value as the reader wants it, or an empty string."""
    fact = case.profile.first(name)
    return fact.value if fact else ""


def largest(case: Case, name: FactName) -> Fact | None:
    """Return the fact of this name with the largest number at the origin that counts."""
    number = case.profile.number(name)
    return next((fact for fact in case.profile.all(name) if fact.number == number and number is not None), None)


@remembered
def required_instances(case: Case) -> tuple[int, Ground] | None:
    """Return how many instances of the server the brief asks for."""
    # A sentence that names endpoints counts as their description, so background is searched too.
    for statement in demanding(case, (*DEMANDS, "context")):
        if any(stem in statement.text for stem in _MACHINES) and (found := _INSTANCES.search(statement.text)) is not None:
            word = found["n"].lower()
            number = int(word) if word.isdigit() else _NUMBERS[word]
            return (number, Ground(statement.number, clipped(found[0]))) if number > 1 else None
    return None


def client(case: Case) -> Ground | None:
    """Return the words that describe a client program, if the brief describes one."""
    if case.contracts.ours and not any(actor for actor in case.actors if not actor.anonymous):
        return None
    return mention(case, _CLIENT)


@remembered
def uploads(case: Case) -> Ground | None:
    """Return the words that ask to keep files."""
    acted = {action.statement for action in case.actions if action.horizon == "now" and (action.verb == "upload" or (action.members and _has_files(action)))}
    for statement in demanding(case):
        if statement.number not in acted and case.label(statement.number) != "functional":
            continue
        if statement.number in acted or (_UPLOAD.search(statement.text) and re.search(r"\bupload|attach|上传", statement.text, re.IGNORECASE)):
            return Ground(statement.number, clipped(statement.text))
    return None


def _has_files(action: Action) -> bool:
    """Whether what an action makes is described with files: "a lot with a title and photos"."""
    return action.verb in ("create", "store", "submit") and any(singular(snake(member)).split("_")[-1] in FILES for member in action.members)


def archive(case: Case) -> Ground | None:
    """Return the words that ask for long-term storage beside the hot data."""
    return mention(case, _ARCHIVE)


def regions(case: Case) -> Ground | None:
    """Return the words that ask for more than one region."""
    return mention(case, _REGIONS)


def once(case: Case) -> Ground | None:
    """Return the words that forbid a second time."""
    return mention(case, _ONCE)


def ordered(case: Case) -> Ground | None:
    """Return the words that ask for an order."""
    return mention(case, _ORDERED)


@remembered
def queue(case: Case) -> Queue | None:
    """Return the queue the brief names, or the one that an ingest stream of this size needs."""
    statements = demanding(case, (*DEMANDS, "solution"))
    best: tuple[int, str, list[int]] | None = None
    for name, pattern in _QUEUES:
        where = [s.number for s in statements if s.kind != "code" and pattern.search(s.text)]
        # Ties go to the demand over the remark: an option in a list of candidates is named once.
        weight = sum(2 if case.label(n) != "solution" else 1 for n in where)
        # An example in somebody's sketch ("a queue such as ...") asks for nothing.
        asked = any(case.label(n) in DEMANDS for n in where)
        if asked and (best is None or weight > best[0]):
            best = (weight, name, where)
    if best is not None:
        where = best[2]
        return Queue(best[1], f"the brief names it: {quoted(case.statement(where[0]).text)}", True, tuple(where[:4]))
    stream = mention(case, _STREAM)
    if stream is None or case.traits.size not in ("medium", "large"):
        return None
    cloud = platform(case)
    name = (
        "Azure Event Hubs"
        if "azure" in cloud
        else "Amazon Kinesis"
        if "aws" in cloud or "amazon" in cloud
        else "Google Pub/Sub"
        if "google" in cloud or "gcp" in cloud
        else "Apache Kafka"
    )
    return Queue(name, f"events arrive faster than they are worked through and none may be lost: {quoted(stream.quote)}", False, stream.cites)


@remembered
def feeds_running(case: Case) -> bool:
    """Return whether a running system takes its work from the queue put in front of it, so that nothing new has to."""
    found = queue(case)
    return case.traits.existing and found is not None and found.named and mention(case, _OWN_READER) is None


def platform(case: Case) -> Literal["azure", "aws", "google", ""]:
    """Return the cloud that the brief names, or that its database belongs to."""
    cloud = case.traits.cloud.lower()
    if "azure" in cloud or case.traits.engine == "cosmosdb":
        return "azure"
    if "aws" in cloud or "amazon" in cloud or case.traits.engine == "dynamodb":
        return "aws"
    return "google" if "google" in cloud or "gcp" in cloud else ""


@remembered
def relay(case: Case) -> Relay | None:
    """Return the call that is passed on to outside systems which offer the same operation."""
    theirs = [e for e in case.contracts.endpoints if e.owner]
    for call in case.contracts.ours:
        twins = [e for e in theirs if e.method == call.method == "POST" and e.path == call.path]
        if not twins:
            continue
        names = tuple(dict.fromkeys(name for e in twins for name in _variants(case, e.owner)))
        request_id = next((p.name for p in call.request if p.type == "uuid" or _REQUEST_ID.search(p.name)), "")
        health = next((e for e in theirs if e.method == "GET" and "health" in e.path), None)
        details = next((e for e in theirs if e.method == "GET" and e.path.startswith(f"{call.path}/{{")), None)
        return Relay(call, names, request_id, health, details, tuple(dict.fromkeys((*call.cites, *twins[0].cites))))
    return None


def _variants(case: Case, owner: str) -> tuple[str, ...]:
    """Return the systems behind one name: `Gateway Default` and `Gateway Fallback`; else the name itself."""
    pattern = re.compile(rf"\b{re.escape(owner)}s? (?P<which>Default|Fallback|Primary|Secondary|Main|Backup|Contingency|Standby|[AB12])\b")
    found = dict.fromkeys(m["which"] for s in case.brief.statements if s.kind != "code" and owner in s.text for m in pattern.finditer(s.text))
    ordered = sorted(found, key=lambda which: which not in ("Default", "Primary", "Main", "A", "1"))
    return tuple(f"{owner} {which}" for which in ordered) if len(ordered) > 1 else (owner,)


def staged(case: Case) -> tuple[Fact, Fact] | None:
    """Return the first and the last number of users, if the brief wants to grow from the one to the other."""
    users = [fact for fact in case.profile.all("users") if fact.number]
    if case.traits.size != "large" or not users:
        return None
    first, last = min(users, key=lambda f: f.number or 0.0), max(users, key=lambda f: f.number or 0.0)
    return (first, last) if (first.number or 0.0) * 1000 <= (last.number or 0.0) else None


def is_identity(system: System) -> bool:
    """Whether a system is there to say who people are."""
    return _IDENTITY.search(f"{system.name} {system.purpose}") is not None


@remembered
def outside(case: Case) -> tuple[System, ...]:
    """Return the outside systems, without what the plan itself contains (database, queue, cloud)."""
    taken = {
        word
        for word in (case.traits.cloud.lower(), *(f.value.lower() for f in case.profile.all("database")), *(f.value.lower() for f in case.profile.all("stack")))
        if word
    }
    found = queue(case)
    seen: dict[str, System] = {}
    for system in case.systems:
        name = system.name.lower()
        if name in taken or (found is not None and (name in found.name.lower() or found.name.lower() in name)) or any(p.search(name) for _, p in _QUEUES):
            continue
        # "The existing ARIES system" is ARIES again.
        if any(re.search(rf"\b{re.escape(other)}\b", name) for other in seen):
            continue
        seen.setdefault(name, system)
    return tuple(seen.values())


@remembered
def load(case: Case) -> Load:
    """Return the load that the plan has to carry."""
    reads, writes = case.traits.reads_per_second, case.traits.writes_per_second
    stated_rate = case.profile.number("requests-per-second") or 0.0
    peaks = [
        f.number for name in ("requests-per-second", "reads-per-second", "writes-per-second") for f in case.profile.all(name) if f.when == "peak" and f.number
    ]
    names: tuple[FactName, ...] = ("reads-per-second", "writes-per-second", "requests-per-second")
    sources = [number for name in names if (fact := largest(case, name)) for number in fact.cites]
    reads, writes = _sustained(case, "reads-per-second", reads), _sustained(case, "writes-per-second", writes)
    average = max(reads + writes, 0.0 if peaks else stated_rate)
    if not reads and not writes and average:
        reads = average
    peak = max(peaks, default=0.0)
    item = case.profile.number("item-size")
    return Load(reads, writes, peak if peak > average else rounded(average * PEAK), peak > average, item, tuple(dict.fromkeys(sources)))


def _sustained(case: Case, name: FactName, rate: float) -> float:
    """Return the average behind a rate: a burst is none, and what only a burst is stated of is a fraction of it."""
    facts = [fact for fact in case.profile.all(name) if fact.number]
    if not any(fact.when == "peak" and fact.number == rate for fact in facts):
        return rate
    return max((fact.number or 0.0 for fact in facts if fact.when != "peak"), default=rate / PEAK)


def scale_phrase(case: Case) -> str:
    """Return how big the brief says it is (users and load), or an empty string when it does not say."""
    users = largest(case, "users") or largest(case, "concurrent-users")
    demand = load(case)
    parts = [users.value if users else "", demand.phrase() if demand.known else ""]
    return listing([part for part in parts if part])


def scale_cites(case: Case) -> Cites:
    """Return the statements that `scale_phrase` rests on."""
    users = largest(case, "users") or largest(case, "concurrent-users")
    return tuple(dict.fromkeys((*(users.cites if users else ()), *load(case).cites)))


def functional(scope: Scope) -> tuple[Requirement, ...]:
    """Return what the first version has to do."""
    return tuple(r for r in scope.requirements if r.horizon == "now" and r.kind in ("functional", "integration"))


@remembered
def people(case: Case) -> tuple[Action, ...]:
    """Return what people do in the first version."""
    return tuple(a for a in case.actions if not a.system and a.horizon == "now" and case.label(a.statement) in DEMANDS)


def nouns(actions: tuple[Action, ...], *, most: int = 4) -> str:
    """Return the things that actions are about, as words, in order of first mention."""
    return listing([plural(a.noun) for a in actions if a.noun], most=most)


def doing(actions: tuple[Action, ...], *, most: int = 3) -> str:
    """Return actions as words: `define, open and close surveys`.

    What a person does with the screen (type, click) stands only where nothing else is said of a thing.
    """
    by_noun: dict[str, list[str]] = {}
    for action in actions:
        if (action.noun or action.phrase) and _is_act(action):
            # "type a message" is a way to create one.
            word = action.verb.replace("-", " ") if on_screen(action) and action.verb in ("create", "submit", "update", "delete", "read") else base(action)
            by_noun.setdefault(action.noun or clipped(action.phrase, 40), []).append("see" if word == "read" and on_screen(action) else word)
    said = []
    if not by_noun and actions:
        return f"use {plural(actions[0].noun)}" if actions[0].noun.isascii() and actions[0].noun else "use it"
    for noun, words in by_noun.items():
        plain = [word for word in dict.fromkeys(words) if word not in _SCREEN_VERBS] or words[:1]
        # "request requests" says one thing twice.
        plain = list(dict.fromkeys("make" if len(word) > 4 and noun.startswith(word[:-1]) else word for word in plain))
        said.append(f"{listing(plain[:4], most=4)} {plural(noun) if noun.islower() and noun.isascii() else noun}")
    return listing(said[:most], most=most)


def _is_act(action: Action) -> bool:
    """Whether an action has a verb that somebody does, and a noun that is one."""
    last = spaced(action.noun).rpartition(" ")[2]
    return base(action) not in _NO_VERBS and not (last in _ADJECTIVES or (last.endswith("ed") and last not in _NOUNS_IN_ED and len(last) > 4))


def on_screen(action: Action) -> bool:
    """Whether an action is only what a hand does at the screen: type, click, select."""
    return base(action) in _SCREEN_VERBS


def base(action: Action) -> str:
    """Return the verb in its base form: `define` for `defines` and `defined`."""
    known = verbs().get(action.word.lower())
    plain = known[0] if known else action.word.lower()
    return _SAID_OTHERWISE.get(plain, spaced(plain))


def per_instance(demand: Load) -> int:
    """Return how many instances the peak needs, at `PER_INSTANCE` requests/s each."""
    return max(1, -(-int(demand.peak) // PER_INSTANCE))


def item_phrase(demand: Load) -> str:
    """Return the size of one item as words, or an empty string."""
    return volume(demand.item) if demand.item else ""
