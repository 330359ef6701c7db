"""Layer 3: what happens after the answer, through which queue, and how clients hear of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from backend_architect.architects.rules.case import Case
from backend_architect.architects.rules.language import wording
from backend_architect.architects.rules.layers import evidence, grounds
from backend_architect.architects.rules.layers.jobs import forwarded, jobs
from backend_architect.architects.rules.layers.realtime import realtime
from backend_architect.design import Endpoint, Engine, Entity, Job, MessagingDecision, MessagingLayer, RealTime, Rejected, Scope, Structure, SyncOperation
from backend_architect.usual_errors import all_errors


@dataclass(frozen=True)
class _Broker:
    """A queue or log, with its own documented limits and defaults."""

    log: bool
    """Whether it keeps an ordered log to read again, rather than messages to take once."""
    delivers: str
    cost: str
    """What speaks against it where it was not chosen."""
    pattern: re.Pattern[str]


def _broker(pattern: str, *, log: bool = False, delivers: str, cost: str) -> _Broker:
    return _Broker(log, delivers, cost, re.compile(pattern, re.IGNORECASE))


_BROKERS: dict[str, _Broker] = {
    "Azure Storage Queue": _broker(
        r"\bstorage queues?\b",
        delivers=(
            "at least once, no order promised, 64 KB a message (larger bodies go to Blob Storage, the message carries the reference); after 5 takes a"
            " message moves to a poison queue"
        ),
        cost="no sessions, no built-in dead letters, 64 KB a message",
    ),
    "Azure Service Bus": _broker(
        r"\bservice bus\b",
        delivers="at least once, order within a session, dead-letter queue built in after 10 deliveries, 256 KB a message in the standard tier",
        cost=(
            "sessions, topics and duplicate detection that no statement asks for, at a higher price; it comes in when order matters or dead letters need a"
            " queue of their own"
        ),
    ),
    "Azure Event Hubs": _broker(
        r"\bevent hubs?\b",
        log=True,
        delivers="at least once, order within a partition, up to 7 days kept, each reader keeps its own offset",
        cost="a log to be read again, not tasks to be taken once",
    ),
    "Amazon SQS": _broker(
        r"\bsqs\b",
        delivers="at least once, dead-letter queue after 5 receives, order only in a FIFO queue",
        cost="a second place for state that the database already holds",
    ),
    "Amazon Kinesis": _broker(
        r"\bkinesis\b",
        log=True,
        delivers="at least once, order within a shard, 24 h kept by default, each reader keeps its own offset",
        cost="a log to be read again, not tasks to be taken once",
    ),
    "Google Pub/Sub": _broker(
        r"\bpub/?sub\b",
        delivers="at least once, dead-letter topic after 5 deliveries, order per ordering key",
        cost="a second place for state that the database already holds",
    ),
    "RabbitMQ": _broker(
        r"\brabbit ?mq\b",
        delivers="at least once with publisher confirms and manual acknowledgement, quorum queue, dead-letter exchange after 5 deliveries",
        cost="a server of our own to run, patch and watch",
    ),
    "Apache Kafka": _broker(
        r"\bkafka\b",
        log=True,
        delivers="at least once, order within a partition, 7 days kept by default, each reader keeps its own offset",
        cost="a cluster to run and learn; it pays from thousands of events/s or several independent readers",
    ),
    "NATS": _broker(
        r"\bnats\b",
        delivers="at least once with JetStream, explicit acknowledgement, 5 deliveries, then the worker writes a dead row",
        cost="a server of our own to run",
    ),
}

_TABLE: dict[Engine, str] = {
    "postgresql": "none: a `jobs` table in PostgreSQL, rows taken with `FOR UPDATE SKIP LOCKED`",
    "mysql": "none: a `jobs` table in MySQL 8, rows taken with `FOR UPDATE SKIP LOCKED`",
    "sqlite": "none: a `jobs` table in the same SQLite file, one worker thread",
    "mongodb": "none: a `jobs` collection, documents taken with `findOneAndUpdate`",
    "cosmosdb": "none of its own: the Cosmos DB change feed, with a lease container for its readers",
    "dynamodb": "none of its own: DynamoDB Streams to a function, failures to a dead-letter queue",
    "redis": "a Redis stream with one consumer group, `appendfsync everysec`",
    "memory": "none: a bounded queue in the process (1,000 entries; full means 503), empty after a restart",
}


_STREAMS = {"sse": "server-sent events to clients", "websocket": "WebSocket to clients"}
_BY_CLOCK = frozenset({"visits", "cleanup", "purge", "report", "compute", "advance", "count", "probe", "train"})
"""Kinds of job (the second word of their key) that a clock starts."""


def decide(case: Case, scope: Scope, structure: Structure, entities: Sequence[Entity], endpoints: Sequence[Endpoint]) -> MessagingLayer | None:
    """Return the layer, or None when nothing happens after the answer and nobody waits for news."""
    work = jobs(case, scope, entities, endpoints)
    news = realtime(case, entities, endpoints)
    queue = grounds.queue(case)
    if case.traits.shape != "service" or (not work and news is None and queue is None):
        return None
    passed_on = forwarded(case, endpoints) is not None
    findings = _Findings(case, work, news, queue, evidence.thing(evidence.primary(endpoints), entities), passed_on)
    cites = wording.cites(queue.cites if queue else (), *(job.cites[:2] for job in work), news.cites if news else ())
    decision = MessagingDecision(
        key="d-messaging",
        choice=_choice(findings),
        why=_why(findings),
        rejected=_rejected(findings),
        satisfies=evidence.joined_keys(*(job.satisfies for job in work), evidence.serves(scope, cites)),
        cites=cites,
        pattern=_pattern(findings),
        broker=_carrier(findings),
        delivery=_delivery(findings),
    )
    return MessagingLayer(decision=decision, realtime=news, sync=_sync(case, endpoints), jobs=work)


@dataclass(frozen=True)
class _Findings:
    """What was found before the decision is put into words."""

    case: Case
    work: tuple[Job, ...]
    news: RealTime | None
    queue: grounds.Queue | None
    noun: str
    passed_on: bool
    """Whether the primary write is handed on after the answer."""

    @property
    def broker(self) -> _Broker | None:
        return _BROKERS.get(self.queue.name) if self.queue else None

    @property
    def live(self) -> str:
        return _STREAMS.get(self.news.choice, "") if self.news else ""

    @property
    def timed(self) -> bool:
        """Whether a clock starts all the work, so that nothing has to be queued."""
        return bool(self.work) and not self.passed_on and all(job.key.split("-")[1] in _BY_CLOCK for job in self.work)

    @property
    def rate(self) -> str:
        writes = self.case.traits.writes_per_second
        return f"{wording.figure(writes)} writes/s" if writes else f"the load of a {self.case.traits.size} system"


def _choice(found: _Findings) -> str:
    live = f"; {found.live}" if found.live else ""
    if found.queue is not None:
        log = found.broker is not None and found.broker.log
        return (
            f"{found.queue.name} takes in the events, readers follow at their own pace"
            if log
            else f"{found.queue.name} between accepting and processing {wording.article(found.noun)}"
        ) + live
    if found.timed:
        return f"{wording.headed(wording.counted(len(found.work), 'job'))} on a timer, no queue{live}"
    if found.work:
        where = (
            "the same database" if found.case.traits.engine in ("postgresql", "mysql", "sqlite", "mongodb") else wording.ENGINE_NAMES[found.case.traits.engine]
        )
        return f"{wording.headed(wording.counted(len(found.work), 'background job'))} kept in {where}, no broker{live}"
    return f"No queue; {found.live or 'clients ask when they want to know'}"


def _why(found: _Findings) -> str:
    said = []
    if found.passed_on:
        partner = next((system.name for system in evidence.partners(found.case)), "the processing side")
        said.append(
            f"{wording.headed(wording.article(found.noun))} is stored and answered before anybody else is asked, so an outage of {partner} delays it"
            " instead of losing it."
        )
    elif found.work:
        said.append(f"Nobody waits for the answer to: {wording.listing([wording.clipped(job.name, 60) for job in found.work], most=3)}.")
    if found.queue is not None:
        said.append(f"{found.queue.name}: {found.queue.because}.")
        if found.queue.cites and all(found.case.label(number) == "solution" for number in found.queue.cites):
            said.append("It stands in a sketch inside the brief: it is built when its scaling trigger fires, not on day 0.")
    elif found.work and not found.timed:
        said.append(f"At {found.rate} the database carries the jobs too, and a job commits or rolls back with the {found.noun} it belongs to.")
    if found.case.traits.existing and found.queue is not None:
        said.append("It stands apart from the existing system: either can be deployed while the other takes and keeps work.")
    if not found.work and found.queue is None:
        said.append(f"No statement leaves work for later; what there is to decide is how clients learn of a new {found.noun}.")
    return " ".join(said)


def _pattern(found: _Findings) -> str:
    parts = []
    if found.queue is not None:
        log = found.broker is not None and found.broker.log
        taken = f"accept, store in the queue, answer 202, process the {found.noun} later" if found.passed_on else "what nobody waits for goes through the queue"
        parts.append("append to the log, readers with their own offset" if log else taken)
    elif found.timed:
        parts.append("timer in one process, guarded by a lock so that a second instance does not run it too")
    elif found.work:
        parts.append(
            f"the {found.noun} row is its own queue entry: state pending, then done"
            if found.passed_on
            else "transactional outbox: the job row is written in the transaction that needs it"
        )
    if found.live:
        parts.append(f"fan-out of each committed {found.noun} to the open connections")
    return "; ".join(parts) or "request and response"


def _carrier(found: _Findings) -> str:
    if found.queue is not None:
        return found.queue.name
    if found.timed:
        return "none: a timer"
    return _TABLE.get(found.case.traits.engine, "none: a timer in the process") if found.work else "none"


def _delivery(found: _Findings) -> str:
    noun, parts = found.noun, []
    if found.queue is not None:
        delivers = found.broker.delivers if found.broker else "at least once"
        parts.append(f"{wording.headed(delivers)}. Workers are idempotent by the {noun}'s ID; a dead {noun} raises an alert and is sent again by one command")
    elif found.timed:
        parts.append("each run takes what is due at that moment and may be repeated; a missed run is made up by the next; 3 failed runs raise an alert")
    elif found.passed_on:
        parts.append(
            f"at least once; the receiver recognises {wording.article(noun)} by its ID; no order between {wording.plural(noun)}; a row lock keeps two workers off the"
            f" same {noun}"
        )
    elif found.work:
        parts.append(
            "at least once; each job is idempotent; 5 tries with growing waits (10 s to 2 h), then state `dead`: alerted, run again by one command; no"
            " order between jobs"
        )
    if found.live:
        parts.append(f"to clients: at most once; after a reconnect the client reads what it missed since the last {noun} it had, by (`created_at`, `id`)")
    return wording.sentences(*(wording.headed(part) for part in parts)) or "The answer is the delivery; there is nothing to repeat."


def _rejected(found: _Findings) -> tuple[Rejected, ...]:
    rejected = []
    if found.queue is not None:
        weighed = [
            s
            for s, r in zip(found.case.brief.statements, found.case.readings, strict=True)
            if r.label != "excluded" and s.kind not in ("code", "heading", "row")
        ]
        others = [(name, broker) for name, broker in _BROKERS.items() if name != found.queue.name and evidence.mentioning(weighed, broker.pattern, limit=1)]
        rejected += [Rejected(option=name, because=broker.cost) for name, broker in others[:3]]
    elif found.work:
        rejected.append(
            Rejected(
                option="A message broker",
                because=(
                    "a clock starts the work; there is nothing to queue"
                    if found.timed
                    else (f"{found.rate} is far from the about 1,000 jobs/s that a table gives (rule of thumb); a second store could disagree with the first")
                ),
            )
        )
    if found.work and not found.timed:
        rejected.append(
            Rejected(
                option="Doing it inside the request",
                because=f"the caller would wait for it, and a restart in between would lose the {found.noun}",
            )
        )
    return tuple(rejected)


def _sync(case: Case, endpoints: Sequence[Endpoint]) -> tuple[SyncOperation, ...]:
    most = 1 if case.traits.size == "tiny" else 3
    ordered = sorted((e for e in endpoints if e.method not in ("WS", "SSE")), key=lambda e: (not e.primary, not evidence.writes(e)))
    return tuple(SyncOperation(operation=f"`{evidence.call(e)}`: {wording.clipped(e.purpose, 80)}", because=_waits(e)) for e in ordered[:most])


def _waits(endpoint: Endpoint) -> str:
    if endpoint.status == 202:
        return "until it is stored, no longer: from then on it cannot be lost"
    if not evidence.writes(endpoint):
        return "the answer is what was asked for"
    refusal = next((error for status in (409, 410, 422, 400) for error in all_errors(endpoint) if error.status == status), None)
    if refusal is not None:
        return f"the caller has to hear at once when it is refused: {evidence.lower_first(wording.clipped(refusal.when, 80))}"
    return "the caller has to know that it is stored"
