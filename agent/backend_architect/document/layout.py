"""What each kind of thing looks like in the document: said once, used by the writer and the reader.

Nothing here is about a particular plan; the order of the sections is the template's business.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from backend_architect.design import (
    ApiDecision,
    Assumption,
    Cache,
    CodePlace,
    Command,
    Component,
    Consumer,
    Container,
    CriticalPath,
    DataClass,
    DataDecision,
    Decision,
    Endpoint,
    EndpointError,
    Entity,
    ErrorCase,
    Excluded,
    FailureMode,
    Guidance,
    Index,
    Integration,
    Job,
    Keys,
    LeftOut,
    Load,
    Loop,
    MessagingDecision,
    Monitor,
    OpenQuestion,
    Operation,
    OperationsDecision,
    PerformanceDecision,
    Permission,
    RealTime,
    Rejected,
    Requirement,
    Risk,
    RuledOut,
    ScalingTrigger,
    SecurityDecision,
    Size,
    Step,
    SyncOperation,
    SystemDecision,
    Task,
    Verdict,
)
from backend_architect.document.codecs import (
    CITED,
    CODE_WORDS,
    CODED,
    LOCATED,
    MS,
    NUMBER,
    PROSE,
    RANGES,
    REF,
    REFS,
    TEXTS,
    WORD,
    YES,
    Codec,
    Decimal,
    Line,
    Names,
    Number,
    Slot,
    Unreadable,
    Word,
)
from backend_architect.document.members import COLUMN, PARAMETER
from backend_architect.plan import CodeChange, Finding, Kind, Quality, Retired
from backend_architect.text import Closed, Note, Text


@dataclass(frozen=True)
class Label:
    """A labelled value on a line of its own, or packed with its neighbours."""

    name: str
    field: str
    """Empty if the value is spread over several fields of the element, or derived."""
    codec: Codec = PROSE
    many: bool = False
    """One line a value."""
    joined: bool = False
    """All values on one line, or as a nested list if that gets long."""
    short: bool = False
    """May share a line with the short ones next to it."""
    always: bool = False
    """Written even if it has its default."""


@dataclass(frozen=True)
class Item:
    """A bullet: a first line, labelled lines under it, perhaps plain bullets."""

    model: type[Closed]
    line: Line
    labels: tuple[Label, ...] = ()
    bullets: Label | None = None
    before_bullets: int = 0
    """How many labels stand above the plain bullets."""
    kind: Kind | None = None
    """Of an element with ID and box."""
    tag: Line | Codec | str | None = None
    """What stands in brackets after the ID."""
    keyed: bool = False
    """Whether it carries a key although it has no ID."""


@dataclass(frozen=True)
class Fields:
    """One value as labelled lines."""

    model: type[Closed]
    labels: tuple[Label, ...]


@dataclass(frozen=True)
class Column:
    """A table's column; left out if every row has the field's default."""

    header: str
    field: str
    codec: Codec = PROSE


@dataclass(frozen=True)
class Table:
    """Values as rows; known by its first header, which no other table has."""

    model: type[Closed]
    columns: tuple[Column, ...]


def _line(model: type[Closed], *slots: tuple[str, str] | tuple[str, str, Codec]) -> Line:
    return Line(model, tuple(Slot(*slot) for slot in slots))


_SOURCE = Label("Source", "cites", CITED, short=True)
_SATISFIES = Label("Satisfies", "satisfies", REFS, short=True)
_CITES = (" — ", "cites", CITED)

REJECTED = _line(Rejected, ("", "option"), (" — ", "because"))


# --- context --------------------------------------------------------------------------------


class Background(Closed):
    """The loose facts at the head of the context, from scope and structure."""

    size: Size = "small"
    size_basis: Note = ""
    stack: tuple[Text, ...] = ()
    current: Note = ""
    vocabulary: Keys | None = None
    """None if it is the entities' keys, as it should be."""


@dataclass(frozen=True)
class _Sized:
    """Size and the facts it rests on."""

    token: re.Pattern[str] | None = None

    def write(self, value: Any, names: Names) -> str:
        return f"{value.size}{f' — {PROSE.write(value.size_basis, names)}' if value.size_basis else ''}"

    def read(self, text: str, names: Names) -> dict[str, Any]:
        size, _, basis = text.partition(" — ")
        return {"size": size.strip(), "size_basis": PROSE.read(basis, names)}


BACKGROUND = Fields(
    Background,
    (
        Label("Size", "", _Sized()),
        Label("Stack", "stack", TEXTS),
        Label("Current architecture", "current"),
        Label("Entities", "vocabulary", REFS),
    ),
)
LOOP = Fields(
    Loop,
    (
        Label("The user", "action"),
        Label("The backend", "response"),
        Label("The user gets", "value"),
        Label("Takes in", "given"),
        Label("Stores", "stored"),
        Label("Returns", "returned"),
        _SOURCE,
    ),
)
CONSUMER = Item(Consumer, _line(Consumer, ("**", "name"), ("**: ", "uses"), _CITES))
INTEGRATION = Item(
    Integration,
    _line(Integration, ("**", "name"), ("**: ", "purpose"), _CITES),
    (Label("Protection", "protection"), Label("While it is down", "fallback")),
    keyed=True,
)
DATA_CLASS = Table(DataClass, (Column("Sensitive data", "name"), Column("Regime", "regime"), Column("Handling", "handling"), Column("Source", "cites", CITED)))
LOAD = Table(
    Load,
    (
        Column("Load", "measure"),
        Column("Now", "now"),
        Column("In a year", "in_a_year"),
        Column("Basis", "basis"),
        Column("Source", "cites", CITED),
    ),
)


@dataclass(frozen=True)
class _Kinded:
    """What a requirement is if not functional, which its number tells, and whether it is for later."""

    token: re.Pattern[str] | None = None

    def write(self, value: Any, names: Names) -> str:
        return ", ".join(word for word in (value.kind, value.horizon) if word not in ("functional", "now"))

    def read(self, text: str, names: Names) -> dict[str, Any]:
        words = [word.strip() for word in text.split(",") if word.strip() not in ("", "now")]
        later = words[-1:] == ["later"]
        kinds = words[:-1] if later else words
        if len(kinds) > 1:
            raise Unreadable(f"{text[:60]!r} is not the kind of a requirement")
        return {"kind": kinds[0] if kinds else "functional", "horizon": "later" if later else "now"}


REQUIREMENT = Item(
    Requirement,
    _line(Requirement, ("", "text"), (" — ", "cites", LOCATED)),
    kind="requirement",
    tag=_Kinded(),
)
ASSUMPTION = Item(Assumption, _line(Assumption, ("", "text"), (" — ", "because")), kind="assumption")
QUESTION = Item(
    OpenQuestion,
    _line(OpenQuestion, ("", "text"), _CITES),
    (Label("Default", "default"), Label("Another answer", "changes")),
    kind="question",
)
RULED_OUT = Table(
    RuledOut,
    (Column("Ruled out", "option"), Column("Because", "because"), Column("Revisit when", "revisit_when"), Column("Source", "cites", CITED)),
)


# --- architecture ---------------------------------------------------------------------------

LAYER_TITLES = {
    "api": "API Layer",
    "data": "Data Layer",
    "messaging": "Messaging Layer",
    "security": "Security Layer",
    "performance": "Performance Layer",
    "operations": "Operations Layer",
    "system": "System Architecture",
}


def _decision(layer: str, model: type[Decision], *labels: Label) -> Item:
    around = (Label("Why", "why"), *labels, Label("Rejected", "rejected", REJECTED, many=True), _SATISFIES)
    return Item(model, _line(model, ("", "choice"), _CITES), around, kind="decision", tag=LAYER_TITLES[layer])


DECISIONS: dict[str, Item] = {
    "api": _decision(
        "api",
        ApiDecision,
        Label("Pattern", "pattern"),
        Label("Versioning", "versioning"),
        Label("Authentication", "authentication"),
        Label("Documentation", "documentation"),
        Label("Errors", "errors"),
        Label("Pagination", "pagination"),
        Label("Rate limit", "rate_limit"),
    ),
    "data": _decision(
        "data",
        DataDecision,
        Label("Engine", "engine", WORD),
        Label("Model", "model"),
        Label("Consistency", "consistency"),
        Label("Migrations", "migrations"),
        Label("Growth", "growth"),
        Label("Pooling", "pooling"),
    ),
    "messaging": _decision("messaging", MessagingDecision, Label("Pattern", "pattern"), Label("Broker", "broker"), Label("Delivery", "delivery")),
    "security": _decision(
        "security",
        SecurityDecision,
        Label("Authentication", "authentication"),
        Label("Authorization", "authorization"),
        Label("Validation", "validation"),
        Label("Encryption", "encryption"),
        Label("Secrets", "secrets"),
        Label("Abuse", "abuse"),
    ),
    "performance": _decision("performance", PerformanceDecision, Label("Targets", "targets"), Label("Caching", "caching"), Label("Load test", "load_test")),
    "operations": _decision(
        "operations",
        OperationsDecision,
        Label("Deployment", "deployment"),
        Label("Pipeline", "pipeline"),
        Label("Health", "health"),
        Label("Observability", "observability"),
        Label("Backup", "backup"),
        Label("Rollback", "rollback"),
    ),
    "system": _decision(
        "system",
        SystemDecision,
        Label("Pattern", "pattern"),
        Label("Boundaries", "boundaries"),
        Label("Communication", "communication"),
        Label("Resilience", "resilience"),
    ),
}
UPSTREAM = Label("Upstream", "", short=True)
"""Derived: who uses the component."""

COMPONENT = Item(
    Component,
    _line(Component, ("", "kind", WORD)),
    (
        Label("Purpose", "purpose"),
        Label("Dependencies", "uses", REFS, short=True, always=True),
        UPSTREAM,
        Label("Data Store", "store"),
        Label("Scaling Strategy", "scaling"),
        Label("Interface", "interface"),
        Label("Failure", "failures", _line(FailureMode, ("", "when"), (" → ", "then"), (" — user sees: ", "user_sees")), many=True),
        Label("Owns", "owns", REFS, short=True),
        _SATISFIES,
        _SOURCE,
    ),
    kind="component",
    tag=_line(Component, ("", "name")),
)
CRITICAL_PATH = Fields(CriticalPath, (Label("Budget", "budget_ms", MS, short=True), Label("Basis", "basis", short=True), _SOURCE))
STEP = Table(
    Step,
    (Column("Step", "step"), Column("Must succeed", "must_succeed", YES), Column("ms", "ms", NUMBER), Column("If it fails", "if_it_fails")),
)
ENTITY = Item(
    Entity,
    _line(Entity, ("", "tier", WORD), (": ", "purpose")),
    (
        Label("Index", "indexes", _line(Index, ("", "fields", CODE_WORDS), (", ", "unique", Word(((True, "unique"),))), (" — ", "query")), many=True),
        Label("Source of truth", "source_of_truth"),
        Label("Concurrency", "concurrency"),
        Label("Retention", "retention"),
        _SATISFIES,
        _SOURCE,
    ),
    bullets=Label("", "fields", COLUMN),
    kind="entity",
    tag=_line(Entity, ("", "name")),
)


@dataclass(frozen=True)
class _Returned:
    """Status, and what is returned: `200 list of DATA-1.1`."""

    token: re.Pattern[str] | None = None

    def write(self, value: Any, names: Names) -> str:
        entity = "" if value.entity is None else (" of " if value.many else " ") + REF.write(value.entity, names)
        return f"{value.status}{' list' if value.many else ''}{entity}"

    def read(self, text: str, names: Names) -> dict[str, Any]:
        found = re.fullmatch(r"(\d{3})( list)?(?: (?:of )?([^ ]+))?", text.strip())
        if not found:
            raise Unreadable(f"{text[:60]!r} is not a status and what is returned")
        return {"status": int(found[1]), "many": bool(found[2]), "entity": REF.read(found[3], names) if found[3] else None}


ENDPOINT = Item(
    Endpoint,
    _line(Endpoint, ("", "purpose"), _CITES),
    (
        Label("Auth", "auth", WORD, short=True),
        Label("Roles", "roles", TEXTS, short=True),
        Label("Returns", "", _Returned(), short=True),
        Label("Pagination", "pagination", WORD, short=True),
        Label("p95", "p95_ms", MS, short=True),
        Label("By", "component", REF, short=True),
        Label("Origin", "origin", WORD, short=True),
        Label("Closes the loop", "primary", YES, short=True),
        _SATISFIES,
        Label("Request", "request", PARAMETER, joined=True),
        Label("Response", "response", PARAMETER, joined=True),
        Label(
            "Error",
            "errors",
            _line(EndpointError, ("", "status", NUMBER), (" ", "code", Word(token=re.compile("[A-Z][A-Z0-9_]*"))), (" — ", "when"), (" → ", "message")),
            many=True,
        ),
        Label("Idempotency", "idempotency"),
        Label("Side effect", "side_effects", many=True),
    ),
    kind="endpoint",
    tag=_line(Endpoint, ("", "method", WORD), (" ", "path")),
)
ERROR_CASE = Table(
    ErrorCase,
    (
        Column("Kind", "category", WORD),
        Column("Error", "error"),
        Column("Cause", "cause"),
        Column("User sees", "message"),
        Column("Answer", "answer"),
        Column("Recovery", "recovery"),
    ),
)
REALTIME = Fields(
    RealTime,
    (Label("Choice", "choice", WORD), Label("Why", "why"), Label("Rejected", "rejected", REJECTED, many=True), _SOURCE),
)
SYNC = Table(SyncOperation, (Column("The user waits for", "operation"), Column("Because", "because")))
JOB = Item(
    Job,
    _line(Job, ("**", "name"), ("**: ", "does")),
    (
        Label("Trigger", "trigger"),
        Label("Retry", "retry"),
        Label("After the last try", "on_failure"),
        Label("The user learns", "user_learns"),
        _SATISFIES,
        _SOURCE,
    ),
    keyed=True,
)
CACHE = Table(
    Cache,
    (Column("Cached", "what"), Column("Where", "where", WORD), Column("TTL", "ttl"), Column("Invalidation", "invalidation"), Column("Why", "why")),
)
PERMISSION = Table(Permission, (Column("Who", "who"), Column("May", "may"), Column("Limit", "limit"), Column("Source", "cites", CITED)))
VERDICT = Table(Verdict, (Column("Resource", "resource", WORD), Column("Bottleneck", "bottleneck", YES), Column("Because", "because")))
TRIGGER = Table(ScalingTrigger, (Column("When", "trigger"), Column("Then", "then")))
PRACTICE = Item(Operation, _line(Operation, ("**", "topic", WORD), ("**: ", "practice")))
CONTAINER = Table(
    Container,
    (
        Column("Container", "name"),
        Column("Runs", "runs", REF),
        Column("Image", "image"),
        Column("CPU", "cpu", Decimal()),
        Column("MB", "memory_mb", NUMBER),
        Column("Port", "port", Number(blank_zero=True)),
        Column("Platform", "platform"),
        Column("Networks of others", "networks", TEXTS),
        Column("Settings", "settings", TEXTS),
    ),
)
MONITOR = Table(Monitor, (Column("Signal", "signal"), Column("Threshold", "threshold"), Column("Action", "action")))


# --- delivery -------------------------------------------------------------------------------

PLACE = Item(CodePlace, _line(CodePlace, ("", "path", CODED), (" — ", "holds")))
GUIDANCE = Item(Guidance, _line(Guidance, ("**", "technology"), ("**: ", "advice")))
TASK = Item(
    Task,
    _line(Task),
    (
        Label("Implements", "implements", REFS, short=True),
        Label("Depends on", "depends_on", REFS, short=True),
        Label("Phase", "phase", REF, short=True),
        _SOURCE,
        Label("Verify", "verify", CODED, short=True),
        Label("Done when", "done_when", short=True),
    ),
    bullets=Label("", "steps"),
    before_bullets=4,
    kind="task",
    tag=_line(Task, ("", "title")),
)
RISK = Table(Risk, (Column("Risk", "risk"), Column("Mitigation", "mitigation"), Column("Source", "cites", CITED)))
CHANGE = Item(
    CodeChange,
    _line(CodeChange, ("", "about")),
    (Label("Implements", "implements", REFS),),
    kind="code",
    tag=_line(CodeChange, ("", "path")),
)
COMMAND = Item(
    Command,
    _line(Command, ("", "run", CODED), (" — ", "purpose")),
    kind="command",
    tag=_line(Command, ("", "where", WORD)),
)
_STATE = Word((("not applicable", "N/A"),))
QUALITY = Item(
    Quality,
    _line(Quality, ("", "text"), (" — ", "state", _STATE), (" by ", "evidence", REFS), (": ", "reason")),
    kind="quality",
)
FINDING = Item(Finding, _line(Finding, ("**", "code", WORD), (" ", "severity", WORD), ("**: ", "message"), (" — ", "where")))


class Covered(Closed):
    """What became of the brief's statements, as far as the requirements do not tell."""

    required: tuple[int, ...] | None = None
    """None if it is what the requirements cite, as it should be."""
    context: tuple[int, ...] = ()
    excluded: tuple[int, ...] = ()


COVERAGE = Fields(
    Covered,
    (
        Label("Statements required", "required", RANGES, short=True),
        Label("Context", "context", RANGES, short=True),
        Label("Out of scope", "excluded", RANGES, short=True),
    ),
)
LEFT_OUT = Table(LeftOut, (Column("Left out", "what"), Column("Because", "because"), Column("Trigger", "trigger"), Column("Standard", "standard")))
EXCLUDED = Table(Excluded, (Column("Not built", "what"), Column("Because", "because"), Column("Source", "cites", CITED)))
RETIRED = Item(Retired, _line(Retired, ("**", "id", Word(token=re.compile(r"[A-Z-]+-[0-9.]+"))), ("**: ", "title"), (" — ", "why")))

ELEMENTS: dict[Kind, Item] = {
    "requirement": REQUIREMENT,
    "assumption": ASSUMPTION,
    "question": QUESTION,
    "component": COMPONENT,
    "endpoint": ENDPOINT,
    "entity": ENTITY,
    "task": TASK,
    "code": CHANGE,
    "command": COMMAND,
    "quality": QUALITY,
}
"""The elements with an ID, by kind; decisions differ by layer and stand in `DECISIONS`."""

TABLES: dict[str, Table] = {
    table.columns[0].header: table
    for table in (DATA_CLASS, LOAD, RULED_OUT, STEP, ERROR_CASE, SYNC, CACHE, PERMISSION, VERDICT, TRIGGER, CONTAINER, MONITOR, RISK, LEFT_OUT, EXCLUDED)
}
"""By first header."""

BULLETS: dict[str, Item] = {
    "Consumers": CONSUMER,
    "Integrations": INTEGRATION,
    "Background jobs": JOB,
    "Operations": PRACTICE,
    "Code layout": PLACE,
    "Guidance": GUIDANCE,
    "Findings": FINDING,
    "Retired": RETIRED,
}
"""Bullets without an ID, by the heading they stand under."""

SINGLES: dict[str, Fields] = {
    "Context": BACKGROUND,
    "User loop": LOOP,
    "Critical path": CRITICAL_PATH,
    "Real-time": REALTIME,
    "Traceability": COVERAGE,
}
"""Values that stand once, by the heading they stand under."""

TITLE = "TODO: backend architecture for "
PHASE = re.compile(r"Phase [0-9]+: (.*)", re.DOTALL)
CONTEXT = re.compile(r"[0-9]+ (.*)", re.DOTALL)
LONGEST_JOINED = 110
"""Characters of joined values beyond which they become a nested list."""
