"""The design: what an architect decides, as typed values that refer to each other by key.

A design has no IDs, no Markdown and nothing that code can derive. Each pipeline stage fills one
slice: `Scope`, `Structure`, one slice a layer, `Delivery`. Everything that needs a source has
`cites` (numbers of the brief's statements) or stands in `Scope.assumptions`. A key is unique in
the whole design, across kinds.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field as Limits

from backend_architect.text import Cites, Closed, Key, Member, Name, Note, Text

Keys = tuple[Key, ...]

# --- scope: what is asked -------------------------------------------------------------------

RequirementKind = Literal["functional", "quality", "constraint", "integration"]
Horizon = Literal["now", "later"]
Size = Literal["tiny", "small", "medium", "large"]


class Loop(Closed):
    """The minimal user loop that the backend serves (seed 000, "The Core Backend Prompt")."""

    action: Text
    """What the user does."""
    response: Text
    """What the backend must do."""
    value: Text
    """What the user gets."""
    given: Note = ""
    """Input data: what users provide."""
    stored: Note = ""
    """What has to be saved, or why nothing is."""
    returned: Note = ""
    """Output data."""
    cites: Cites = ()


class Requirement(Closed):
    """One thing the system must do or be, in the brief's own words."""

    key: Key
    kind: RequirementKind
    text: Text
    horizon: Horizon = "now"
    """`later` for what the brief itself calls optional, bonus, or a later phase."""
    cites: Cites


class Assumption(Closed):
    """Something the design needs and the brief does not say."""

    key: Key
    text: Text
    because: Text


class OpenQuestion(Closed):
    """Something only the brief's author can settle, with what is built if nobody answers."""

    key: Key
    text: Text
    default: Text
    changes: Text
    """What a different answer would change in this plan."""
    cites: Cites = ()


class Consumer(Closed):
    """Who calls the backend: a kind of person, a client program, another system."""

    name: Text
    uses: Text
    """What they do with it."""
    cites: Cites = ()


class Integration(Closed):
    """A system outside this project that it must talk to."""

    key: Key
    name: Text
    purpose: Text
    protection: Text
    """Timeout, retry and circuit breaker."""
    fallback: Text
    """What happens while it is down."""
    cites: Cites = ()


class DataClass(Closed):
    """A class of sensitive data and what it obliges to."""

    name: Text
    regime: Text
    """Law or standard: named by the brief, or the one that this data usually falls under."""
    handling: Text
    cites: Cites = ()


class RuledOut(Closed):
    """An option that the context eliminates (seed 004, "The Context Filter Effect")."""

    option: Text
    because: Text
    revisit_when: Text
    cites: Cites = ()


class Excluded(Closed):
    """A statement that is no requirement for this backend although it reads like one."""

    what: Text
    because: Text
    cites: Cites


class Scope(Closed):
    """Slice of the requirements stage."""

    project: Text
    """The project's name."""
    summary: Note = ""
    """One or two sentences: what it is, for whom; empty if a requirement says it."""
    size: Size = "small"
    """How big a solution the facts allow: it decides which patterns are in proportion."""
    size_basis: Note = ""
    """The facts the size rests on."""
    stack: tuple[Text, ...] = ()
    """Technologies the brief names, or the ones chosen (then an assumption says so)."""
    current: Note = ""
    """The current architecture if there is one; empty for a new project."""
    loop: Loop
    requirements: tuple[Requirement, ...]
    assumptions: tuple[Assumption, ...] = ()
    questions: tuple[OpenQuestion, ...] = ()
    consumers: tuple[Consumer, ...] = ()
    integrations: tuple[Integration, ...] = ()
    data_classes: tuple[DataClass, ...] = ()
    ruled_out: tuple[RuledOut, ...] = ()
    excluded: tuple[Excluded, ...] = ()


# --- what every decision has ----------------------------------------------------------------


class Rejected(Closed):
    """An alternative and the reason it lost."""

    option: Text
    because: Text


class Decision(Closed):
    """What all seven layers' decisions share; each layer adds its own fields."""

    key: Key
    choice: Text
    """The decision in a few words; the heading of the ARCH-PLAN entry."""
    why: Text
    """The argument, from this brief's facts and statements."""
    rejected: tuple[Rejected, ...] = ()
    satisfies: Keys = ()
    """Requirements it serves."""
    cites: Cites = ()


# --- structure: components and vocabulary ---------------------------------------------------


class FailureMode(Closed):
    """What breaks, what the system does, what the person at the other end sees."""

    when: Text
    then: Text
    user_sees: Text


class Component(Closed):
    """A part with a boundary: a service, module, worker, store or client (an ARCH-ITEM)."""

    key: Key
    name: Text
    kind: Literal["service", "module", "worker", "store", "client", "external"]
    context: Text
    """The bounded context it belongs to; components of one context stand together."""
    purpose: Text
    uses: Keys = ()
    """Downstream: keys of the components it calls. Upstream is derived."""
    store: Text
    """Database type and schema summary, or why it holds nothing."""
    owns: Keys = ()
    """Entities only this component writes."""
    scaling: Note = ""
    """Horizontal, vertical or serverless, and what limits it; empty if it scales with the process that it is a part of."""
    interface: Note = ""
    """Empty if the endpoints are all of it."""
    failures: tuple[FailureMode, ...] = ()
    satisfies: Keys = ()
    cites: Cites = ()


class SystemDecision(Decision):
    """Layer 7: the shape of the whole (seed 002, "System Architecture Patterns")."""

    pattern: Text
    """Monolith, modular monolith, microservices, serverless, batch program, no backend."""
    boundaries: Text
    """Where the lines run and why there."""
    communication: Note = ""
    """How the parts talk; empty if there is one."""
    resilience: Note = ""
    """What happens when a part fails; empty if its failure modes say it."""


class Structure(Closed):
    """Slice of the architecture stage: the shape, the components, the entities' names."""

    system: SystemDecision
    components: tuple[Component, ...]
    vocabulary: Keys = ()
    """Keys of the entities that the data layer will define; shared by all layers."""


# --- layer 1: API ---------------------------------------------------------------------------

ValueType = Literal["uuid", "text", "integer", "bigint", "decimal", "float", "boolean", "timestamp", "date", "json", "bytes", "enum"]
"""One vocabulary for columns and JSON members. `decimal` is exact (money); `timestamp` has a zone."""


class Parameter(Closed):
    """One member of a request or response."""

    name: Member
    """A path into the body (`article.tagList[]`), or the parameter's name."""
    where: Literal["path", "query", "header", "body"] = "body"
    type: ValueType = "text"
    required: bool = True
    values: tuple[Text, ...] = ()
    """For `enum`: the allowed values."""
    minimum: float | None = None
    maximum: float | None = None
    """Bounds of a number, or of a text's length."""
    note: Note = ""
    """Rule or meaning beyond type and bounds."""


class EndpointError(Closed):
    """One way an endpoint says no."""

    status: Annotated[int, Limits(ge=400, le=599)]
    code: Annotated[str, Limits(pattern=r"^[A-Z][A-Z0-9_]*$", max_length=60)]
    when: Text
    message: Text
    """What the caller reads."""


class Endpoint(Closed):
    """One operation of the API."""

    key: Key
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "WS", "SSE"]
    """`WS` and `SSE` are streams opened by a GET."""
    path: Annotated[str, Limits(pattern=r"^/[A-Za-z0-9_.~{}/-]*$", max_length=200)]
    """Parameters in braces: `/todos/{id}`."""
    purpose: Text
    primary: bool = False
    """Whether it closes the user loop."""
    origin: Literal["brief", "derived"] = "derived"
    """`brief` when the brief spells it out: taken over as it stands."""
    auth: Literal["none", "optional", "user", "role", "service"] = "none"
    """Who may call: anybody; anybody, more for known users; known users; named roles; known systems."""
    roles: tuple[Text, ...] = ()
    request: tuple[Parameter, ...] = ()
    status: Annotated[int, Limits(ge=100, le=399)] = 200
    entity: Key | None = None
    """The entity it returns, if it returns one."""
    many: bool = False
    """Whether it returns a list."""
    response: tuple[Parameter, ...] = ()
    """Members returned; empty with an `entity` means that entity's public fields."""
    errors: tuple[EndpointError, ...] = ()
    """Only what is particular to it; the usual refusals follow by `usual_errors`."""
    pagination: Literal["none", "offset", "cursor"] = "none"
    idempotency: Note = ""
    """How a repeated write is recognised, where that matters."""
    side_effects: tuple[Text, ...] = ()
    p95_ms: int | None = None
    """Latency target at the 95th percentile, milliseconds."""
    component: Key
    """The component that answers."""
    satisfies: Keys = ()
    cites: Cites = ()


class ErrorCase(Closed):
    """One row of the error tables (seed 000, "Error Handling Strategy")."""

    category: Literal["input", "business", "system", "external"]
    error: Text
    cause: Note = ""
    message: Text
    """What the person sees."""
    answer: Text
    """Status code; for external failures the fallback."""
    recovery: Note = ""
    """How it is detected and logged, and whether it is retried; empty if there is nothing to it."""


class ApiDecision(Decision):
    """Layer 1 (seed 002: Pattern, Versioning, Authentication, Documentation)."""

    pattern: Text
    versioning: Text
    authentication: Text
    documentation: Text
    errors: Text
    """The one error format."""
    pagination: Note = ""
    """Empty if no answer is paged."""
    rate_limit: Note = ""
    """Begins with `None` where calls are not limited; empty if the security decision says it."""


class ApiLayer(Closed):
    """Slice: the contract."""

    decision: ApiDecision
    endpoints: tuple[Endpoint, ...] = ()
    errors: tuple[ErrorCase, ...] = ()


# --- layer 2: data --------------------------------------------------------------------------

Engine = Literal["postgresql", "mysql", "sqlite", "mongodb", "cosmosdb", "dynamodb", "redis", "object-store", "memory", "browser", "none"]


class Field(Closed):
    """One column, or member of a stored document."""

    name: Name
    type: ValueType
    required: bool = True
    unique: bool = False
    primary: bool = False
    ref: Key | None = None
    """Entity whose primary key this holds."""
    values: tuple[Text, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    """Bounds of a number, or of a text's length."""
    personal: bool = False
    """Whether it identifies a person."""
    why: Note = ""
    """What it is for; empty if its name says it."""


class Index(Closed):
    """An index and the query it serves."""

    fields: tuple[Name, ...]
    unique: bool = False
    query: Text


class Entity(Closed):
    """A thing that is stored."""

    key: Key
    name: Name
    """Table or collection name, plural snake_case."""
    tier: Literal["essential", "supporting", "future"]
    """Loop breaks without it; makes it better; described now, not built (seed 000)."""
    purpose: Text
    fields: tuple[Field, ...] = ()
    indexes: tuple[Index, ...] = ()
    source_of_truth: Note = ""
    """Empty if the data decision says it for all."""
    concurrency: Note = ""
    """What happens when two writers meet."""
    retention: Note = ""
    satisfies: Keys = ()
    cites: Cites = ()


class DataDecision(Decision):
    """Layer 2."""

    engine: Engine
    model: Note = ""
    """How the data is shaped and why, what is denormalised; empty if there is one table."""
    consistency: Note = ""
    """Transactions, locking, what may be stale; empty if the tables say it."""
    migrations: Note = ""
    """How the schema changes; empty if the proposed files show it."""
    growth: Note = ""
    """Replication, partitioning, archiving: when; empty if nothing grows."""
    pooling: Note = ""


class DataLayer(Closed):
    """Slice: what is stored."""

    decision: DataDecision
    entities: tuple[Entity, ...] = ()


# --- layer 3: messaging ---------------------------------------------------------------------


class RealTime(Closed):
    """How clients learn of changes (seed 000, "Real-Time vs Request-Response")."""

    choice: Literal["request-response", "short-polling", "long-polling", "sse", "websocket"]
    why: Text
    rejected: tuple[Rejected, ...] = ()
    cites: Cites = ()


class SyncOperation(Closed):
    """Work the user waits for."""

    operation: Text
    because: Text


class Job(Closed):
    """Work done after the answer went out."""

    key: Key
    name: Text
    trigger: Text
    does: Text
    retry: Text
    on_failure: Text
    """What happens after the last try."""
    user_learns: Text
    satisfies: Keys = ()
    cites: Cites = ()


class MessagingDecision(Decision):
    """Layer 3."""

    pattern: Text
    broker: Text
    """The queue, or what is used instead of one."""
    delivery: Text
    """Guarantee, retry, dead letters, order."""


class MessagingLayer(Closed):
    """Slice: what happens later, and how clients hear of it."""

    decision: MessagingDecision
    realtime: RealTime | None = None
    sync: tuple[SyncOperation, ...] = ()
    jobs: tuple[Job, ...] = ()


# --- layer 4: security ----------------------------------------------------------------------


class Permission(Closed):
    """One authorisation rule."""

    who: Text
    may: Text
    limit: Note = ""
    """Own data only, and the like."""
    cites: Cites = ()


class SecurityDecision(Decision):
    """Layer 4."""

    authentication: Text
    authorization: Text
    validation: Text
    encryption: Note = ""
    secrets: Note = ""
    """Empty if there are none."""
    abuse: Note = ""
    """Rate limits, headers, audit trail: what the loop needs."""


class SecurityLayer(Closed):
    """Slice: who may do what."""

    decision: SecurityDecision
    permissions: tuple[Permission, ...] = ()


# --- layer 5: performance -------------------------------------------------------------------


class Step(Closed):
    """One step of the critical path."""

    step: Text
    must_succeed: bool = True
    ms: Annotated[int, Limits(ge=0)]
    """Budget at the 95th percentile, milliseconds."""
    if_it_fails: Text


class CriticalPath(Closed):
    """The steps between the user's action and what they see; the milliseconds add up."""

    budget_ms: Annotated[int, Limits(ge=1)]
    basis: Text
    """Where the budget comes from."""
    steps: tuple[Step, ...]
    cites: Cites = ()


class Cache(Closed):
    """Hot data kept nearer."""

    what: Text
    where: Literal["client", "cdn", "process", "shared", "database"]
    ttl: Text
    invalidation: Text
    why: Text


class Load(Closed):
    """One measure of load, now and in a year."""

    measure: Text
    now: Text
    in_a_year: Text
    basis: Text
    """Stated (with statement) or how it was reckoned."""
    cites: Cites = ()


class Verdict(Closed):
    """Whether a resource is the bottleneck (seed 000, "Scaling Considerations")."""

    resource: Literal["database", "compute", "memory", "network"]
    bottleneck: bool
    because: Text


class ScalingTrigger(Closed):
    """What to do, and the measurement that says when."""

    trigger: Text
    then: Text


class PerformanceDecision(Decision):
    """Layer 5."""

    targets: Text
    """Begins with `None` where no speed is promised."""
    caching: Text
    """The strategy, even if it is "none"."""
    load_test: Note = ""
    """Empty if a task says it."""


class PerformanceLayer(Closed):
    """Slice: how fast, how much, what next."""

    decision: PerformanceDecision
    critical_path: CriticalPath | None = None
    caches: tuple[Cache, ...] = ()
    load: tuple[Load, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    scaling: tuple[ScalingTrigger, ...] = ()


# --- layer 6: operations --------------------------------------------------------------------


class Operation(Closed):
    """One operational practice, concretely."""

    topic: Literal["deployment", "environments", "backup", "recovery", "logging", "runbook", "flags", "cost"]
    practice: Text


class Monitor(Closed):
    """A signal, the threshold that matters, what is done."""

    signal: Text
    threshold: Text
    action: Text


class Container(Closed):
    """One container of the compose file: what it runs, what it may use, whom it reaches."""

    name: Name
    """Its host name inside the network."""
    runs: Key
    """The component of which it is an instance."""
    image: Text
    cpu: float = 0.0
    """CPUs it may use; 0 when they are not capped."""
    memory_mb: int = 0
    """Megabytes it may use; 0 when memory is not capped."""
    port: int = 0
    """Port published on the host; 0 for none."""
    platform: Note = ""
    """`linux/amd64` where the images have to fit one."""
    networks: tuple[Text, ...] = ()
    """Networks that somebody else makes and it has to join; the plan's own is not listed."""
    settings: tuple[Text, ...] = ()
    """Environment, `NAME=value`."""


class OperationsDecision(Decision):
    """Layer 6."""

    deployment: Text
    pipeline: Note = ""
    health: Text
    observability: Note = ""
    backup: Text
    rollback: Text


class OperationsLayer(Closed):
    """Slice: running it."""

    decision: OperationsDecision
    containers: tuple[Container, ...] = ()
    """What the compose file declares; empty if the brief asks for none."""
    practices: tuple[Operation, ...] = ()
    monitors: tuple[Monitor, ...] = ()


# --- delivery -------------------------------------------------------------------------------


class CodePlace(Closed):
    """A folder or file and what belongs in it."""

    path: Text
    holds: Text


class Guidance(Closed):
    """Advice for a technology of the stack."""

    technology: Text
    advice: Text


class Phase(Closed):
    """A step of the roadmap that leaves something working behind."""

    key: Key
    title: Text
    goal: Note = ""


class Task(Closed):
    """Work that one person or agent can do in one go and prove done."""

    key: Key
    phase: Key
    title: Text
    implements: Keys
    """Components, decisions, endpoints, entities or requirements."""
    depends_on: Keys = ()
    steps: tuple[Text, ...] = ()
    verify: Note = ""
    """A command that proves it."""
    done_when: Text
    cites: Cites = ()


class Command(Closed):
    """An exact command."""

    key: Key
    where: Literal["local", "ci", "production"]
    run: Text
    purpose: Text


class Risk(Closed):
    """What could go wrong with the plan."""

    risk: Text
    mitigation: Text
    cites: Cites = ()


class LeftOut(Closed):
    """A standard or pattern that is not built, and what would bring it in."""

    what: Text
    because: Text
    trigger: Text
    standard: Note = ""
    """Code of the standard it answers, if one."""


class Delivery(Closed):
    """Slice of the planning stage."""

    layout: tuple[CodePlace, ...] = ()
    guidance: tuple[Guidance, ...] = ()
    phases: tuple[Phase, ...] = ()
    tasks: tuple[Task, ...] = ()
    commands: tuple[Command, ...] = ()
    risks: tuple[Risk, ...] = ()
    left_out: tuple[LeftOut, ...] = ()


# --- the whole ------------------------------------------------------------------------------

LayerName = Literal["api", "data", "messaging", "security", "performance", "operations"]
Layer = ApiLayer | DataLayer | MessagingLayer | SecurityLayer | PerformanceLayer | OperationsLayer


def layer_name(layer: Layer) -> LayerName:
    """Return the name of the design's field that holds `layer`."""
    match layer:
        case ApiLayer():
            return "api"
        case DataLayer():
            return "data"
        case MessagingLayer():
            return "messaging"
        case SecurityLayer():
            return "security"
        case PerformanceLayer():
            return "performance"
        case OperationsLayer():
            return "operations"


LAYER_NUMBERS: dict[str, int] = {"api": 1, "data": 2, "messaging": 3, "security": 4, "performance": 5, "operations": 6, "system": 7}
"""The fixed first number of every ARCH-PLAN ID."""


class Design(Closed):
    """Everything that was decided. A layer that the context does not need is `None`."""

    scope: Scope
    structure: Structure
    api: ApiLayer | None = None
    data: DataLayer | None = None
    messaging: MessagingLayer | None = None
    security: SecurityLayer | None = None
    performance: PerformanceLayer | None = None
    operations: OperationsLayer | None = None
    delivery: Delivery

    def decisions(self) -> tuple[tuple[int, str, Decision], ...]:
        """Return (layer number, layer name, decision) in layer order."""
        found: list[tuple[int, str, Decision]] = []
        for name in ("api", "data", "messaging", "security", "performance", "operations"):
            layer: Layer | None = getattr(self, name)
            if layer is not None:
                found.append((LAYER_NUMBERS[name], name, layer.decision))
        found.append((LAYER_NUMBERS["system"], "system", self.structure.system))
        return tuple(found)

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        """All endpoints, in order."""
        return self.api.endpoints if self.api else ()

    @property
    def entities(self) -> tuple[Entity, ...]:
        """All entities, in order."""
        return self.data.entities if self.data else ()
