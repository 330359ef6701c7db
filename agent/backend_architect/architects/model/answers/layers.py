"""The layers' answers: contract, data, messaging, security, performance, operations."""

from __future__ import annotations

import re
from functools import cache
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, create_model, model_validator
from pydantic_core import PydanticCustomError

from backend_architect.architects.model.answers.base import AnswerPart, DecisionAnswer
from backend_architect.architects.model.notation import FieldLine, KeyList, ParameterLine, Row, Statements
from backend_architect.design import (
    ApiDecision,
    ApiLayer,
    Cache,
    CriticalPath,
    DataDecision,
    DataLayer,
    Endpoint,
    EndpointError,
    Engine,
    Entity,
    ErrorCase,
    Index,
    Job,
    Layer,
    LayerName,
    Load,
    MessagingDecision,
    MessagingLayer,
    Monitor,
    Operation,
    OperationsDecision,
    OperationsLayer,
    PerformanceDecision,
    PerformanceLayer,
    Permission,
    RealTime,
    Rejected,
    ScalingTrigger,
    SecurityDecision,
    SecurityLayer,
    Step,
    SyncOperation,
    Verdict,
)
from backend_architect.text import Key, Name, Note, Text

_CALL = re.compile(r"(GET|POST|PUT|PATCH|DELETE|HEAD|WS|SSE) (/\S*)")


def _call(value: str) -> str:
    if not _CALL.fullmatch(value):
        raise PydanticCustomError("call", "expected METHOD /path, such as: PATCH /v1/orders/{{id}}; methods: GET POST PUT PATCH DELETE HEAD WS SSE")
    return value


def _access(value: str) -> str:
    if value.split(" ", 1)[0] not in get_args(Endpoint.model_fields["auth"].annotation):
        raise PydanticCustomError("access", "expected none, optional, user, service, or role followed by the roles: role editor, admin")
    return value


class EndpointAnswer(AnswerPart):
    """One operation."""

    key: Key
    call: Annotated[Text, AfterValidator(_call)]
    """METHOD /path, parameters in braces; WS and SSE for streams."""
    purpose: Text
    primary: bool = False
    """Whether it closes the user loop."""
    origin: Literal["brief", "derived"] = "derived"
    """brief if the brief spells out method and path: then exactly as it says."""
    access: Annotated[Text, AfterValidator(_access)] = "none"
    """Who may call: none (anybody), optional, user, service, or role NAME, NAME."""
    request: tuple[ParameterLine, ...] = ()
    """Path parameters are understood; query, header and body members are not."""
    status: int = 200
    """Status of success."""
    entity: Key | Literal[""] = ""
    """The entity it returns; empty if none."""
    many: bool = False
    """Whether it returns a list of it."""
    response: tuple[ParameterLine, ...] = ()
    """Members of the answer; empty with an entity means its public fields."""
    errors: tuple[Annotated[EndpointError, Row("status | code | when | message")], ...] = ()
    """Only what is particular to it: the usual 400, 401, 403, 404 and 422 are added by the program."""
    pagination: Literal["none", "offset", "cursor"] = "none"
    idempotency: Note = ""
    """How a repeated write is recognised, where that matters."""
    side_effects: tuple[Text, ...] = ()
    p95_ms: int = 0
    """Target in milliseconds at the 95th percentile; 0 for none."""
    component: Key
    """The component that answers."""
    satisfies: KeyList = ()
    cites: Statements = ()

    @model_validator(mode="before")
    @classmethod
    def _of(cls, value: object) -> object:
        """Take an endpoint of the design as well."""
        if not isinstance(value, Endpoint):
            return value
        members = {name: getattr(value, name) for name in cls.model_fields if name not in ("call", "access")}
        access = " ".join((value.auth, ", ".join(value.roles))).strip()
        return members | {"call": f"{value.method} {value.path}", "access": access, "entity": value.entity or "", "p95_ms": value.p95_ms or 0}

    def endpoint(self) -> Endpoint:
        """Return the design's endpoint."""
        method, _, path = self.call.partition(" ")
        auth, _, roles = self.access.partition(" ")
        members = {name: value for name, value in self if name not in ("call", "access", "entity", "p95_ms")}
        return Endpoint.model_validate(
            members
            | {"method": method, "path": path, "auth": auth, "roles": tuple(role.strip() for role in roles.split(",") if role.strip())}
            | {"entity": self.entity or None, "p95_ms": self.p95_ms or None}
        )


class ApiDecisionAnswer(DecisionAnswer):
    """How the contract works."""

    pattern: Text
    versioning: Text
    authentication: Text
    documentation: Text
    errors: Text
    """The one error format."""
    pagination: Note = ""
    rate_limit: Note = ""
    """Begins with `None` where calls are not limited."""


class ApiAnswer(AnswerPart):
    """The contract."""

    decision: ApiDecisionAnswer
    endpoints: tuple[EndpointAnswer, ...] = ()
    errors: tuple[Annotated[ErrorCase, Row("category | error | cause | message | answer | recovery")], ...] = ()
    """category: input, business, system, external. message: what the person sees. answer: status code, for external ones the fallback."""

    def slice(self) -> ApiLayer:
        """Return the design's layer."""
        return ApiLayer(
            decision=ApiDecision(**self.decision.members("d-api")), endpoints=tuple(endpoint.endpoint() for endpoint in self.endpoints), errors=self.errors
        )


class EntityAnswer(AnswerPart):
    """A thing that is stored."""

    key: Key
    """One of the vocabulary."""
    name: Name
    """Table or collection, plural snake_case."""
    tier: Literal["essential", "supporting", "future"]
    """The loop breaks without it; it makes the loop better; described now, not built."""
    purpose: Text
    fields: tuple[FieldLine, ...] = ()
    indexes: tuple[Annotated[Index, Row("fields | unique | query")], ...] = ()
    """query: what reads or guards with it. Primary keys and unique fields have theirs already."""
    source_of_truth: Note = ""
    concurrency: Note = ""
    """What happens when two writers meet."""
    retention: Note = ""
    satisfies: KeyList = ()
    cites: Statements = ()


class DataDecisionAnswer(DecisionAnswer):
    """Where and how data is kept."""

    engine: Engine
    model: Note = ""
    """How it is shaped and why; what is denormalised."""
    consistency: Note = ""
    """Transactions, locking, what may be stale."""
    migrations: Note = ""
    growth: Note = ""
    """Replication, partitioning, archiving: when; empty if nothing grows."""
    pooling: Note = ""


class DataAnswer(AnswerPart):
    """What is stored."""

    decision: DataDecisionAnswer
    entities: tuple[EntityAnswer, ...] = ()

    def slice(self) -> DataLayer:
        """Return the design's layer."""
        return DataLayer(decision=DataDecision(**self.decision.members("d-data")), entities=tuple(Entity(**dict(entity)) for entity in self.entities))


class RealTimeAnswer(AnswerPart):
    """How clients learn of changes."""

    choice: Literal["request-response", "short-polling", "long-polling", "sse", "websocket"]
    why: Text
    rejected: tuple[Annotated[Rejected, Row("option | because")], ...] = ()
    cites: Statements = ()


class MessagingDecisionAnswer(DecisionAnswer):
    """How work outlives the answer."""

    pattern: Text
    broker: Text
    """The queue, or what is used instead of one."""
    delivery: Text
    """Guarantee, retry, dead letters, order."""


class MessagingAnswer(AnswerPart):
    """What happens later, and how clients hear of it."""

    decision: MessagingDecisionAnswer
    realtime: RealTimeAnswer | None = None
    """How clients learn of changes; null where no client waits for any."""
    sync: tuple[Annotated[SyncOperation, Row("operation | because")], ...] = ()
    """Work the user waits for, and why."""
    jobs: tuple[Annotated[Job, Row("key | name | trigger | does | retry | on_failure | user_learns | satisfies | cites")], ...] = ()
    """Work done after the answer or on a schedule."""

    def slice(self) -> MessagingLayer:
        """Return the design's layer."""
        return MessagingLayer(
            decision=MessagingDecision(**self.decision.members("d-messaging")),
            realtime=RealTime(**dict(self.realtime)) if self.realtime else None,
            sync=self.sync,
            jobs=self.jobs,
        )


class SecurityDecisionAnswer(DecisionAnswer):
    """The least security that the loop needs."""

    authentication: Text
    """Begins with `None` where nobody signs in."""
    authorization: Text
    validation: Text
    encryption: Note = ""
    secrets: Note = ""
    abuse: Note = ""
    """Rate limits, headers, audit trail: what the loop needs."""


class SecurityAnswer(AnswerPart):
    """Who may do what."""

    decision: SecurityDecisionAnswer
    permissions: tuple[Annotated[Permission, Row("who | may | limit | cites")], ...] = ()

    def slice(self) -> SecurityLayer:
        """Return the design's layer."""
        return SecurityLayer(decision=SecurityDecision(**self.decision.members("d-security")), permissions=self.permissions)


class PathAnswer(AnswerPart):
    """From the user's action to what they see."""

    budget_ms: int
    basis: Text
    """Where the budget comes from."""
    steps: tuple[Annotated[Step, Row("step | must_succeed | ms | if_it_fails")], ...]
    """must_succeed: yes or no; the milliseconds add up to the budget."""
    cites: Statements = ()


class PerformanceDecisionAnswer(DecisionAnswer):
    """How fast, and by what means."""

    targets: Text
    """Begins with `None` where nothing is promised."""
    caching: Text
    """The strategy, even if it is none."""
    load_test: Note = ""


class PerformanceAnswer(AnswerPart):
    """How fast, how much, what next."""

    decision: PerformanceDecisionAnswer
    critical_path: PathAnswer | None = None
    """The steps of the primary endpoint; null where nobody waits."""
    caches: tuple[Annotated[Cache, Row("what | where | ttl | invalidation | why")], ...] = ()
    """where: client, cdn, process, shared, database."""
    load: tuple[Annotated[Load, Row("measure | now | in_a_year | basis | cites")], ...] = ()
    """basis: stated, or the sum by which it was reckoned."""
    verdicts: tuple[Annotated[Verdict, Row("resource | bottleneck | because")], ...] = ()
    """resource: database, compute, memory, network. bottleneck: yes or no."""
    scaling: tuple[Annotated[ScalingTrigger, Row("trigger | then")], ...] = ()
    """trigger: a measurement with its threshold."""

    def slice(self) -> PerformanceLayer:
        """Return the design's layer."""
        return PerformanceLayer(
            decision=PerformanceDecision(**self.decision.members("d-performance")),
            critical_path=CriticalPath(**dict(self.critical_path)) if self.critical_path else None,
            caches=self.caches,
            load=self.load,
            verdicts=self.verdicts,
            scaling=self.scaling,
        )


class OperationsDecisionAnswer(DecisionAnswer):
    """How it runs."""

    deployment: Text
    pipeline: Note = ""
    health: Text
    observability: Note = ""
    backup: Text
    rollback: Text


class OperationsAnswer(AnswerPart):
    """Running it."""

    decision: OperationsDecisionAnswer
    practices: tuple[Annotated[Operation, Row("topic | practice")], ...] = ()
    """topic: deployment, environments, backup, recovery, logging, runbook, flags, cost."""
    monitors: tuple[Annotated[Monitor, Row("signal | threshold | action")], ...] = ()

    def slice(self) -> OperationsLayer:
        """Return the design's layer."""
        return OperationsLayer(decision=OperationsDecision(**self.decision.members("d-operations")), practices=self.practices, monitors=self.monitors)


LayerAnswer = ApiAnswer | DataAnswer | MessagingAnswer | SecurityAnswer | PerformanceAnswer | OperationsAnswer

ANSWERS: dict[LayerName, type[LayerAnswer]] = {
    "api": ApiAnswer,
    "data": DataAnswer,
    "messaging": MessagingAnswer,
    "security": SecurityAnswer,
    "performance": PerformanceAnswer,
    "operations": OperationsAnswer,
}


class LayersAnswer(AnswerPart):
    """A group of layers."""

    def slices(self) -> tuple[Layer, ...]:
        """Return the design's layers, in the order in which they were asked for."""
        return tuple(answer.slice() for _, answer in self)


@cache
def layers_answer(names: tuple[LayerName, ...]) -> type[LayersAnswer]:
    """Return the answer type for a group of layers: one member each."""
    members: dict[str, Any] = {name: (ANSWERS[name], ...) for name in names}
    return create_model("LayersAnswer", __base__=LayersAnswer, **members)
