"""Failure modes of a service's parts: what breaks, what happens then, what the person sees."""

from __future__ import annotations

from backend_architect.architects.rules.case import System
from backend_architect.architects.rules.language.wording import clipped, figure, headed, listing, plural
from backend_architect.architects.rules.layers.grounds import BREAKER_FAILURES, BREAKER_PROBE_S, is_identity, staged
from backend_architect.architects.rules.layers.recovery import rpo, wanted
from backend_architect.architects.rules.structure.parts import Parts, kind_of
from backend_architect.design import FailureMode, Integration

_SENDS = ("send", "push", "post", "submit", "deliver", "provid", "report to us")


def _mode(when: str, then: str, user_sees: str) -> FailureMode:
    return FailureMode(when=when, then=then, user_sees=user_sees)


def of_api(parts: Parts) -> tuple[FailureMode, ...]:
    """Return how the service that answers requests fails."""
    noun, found = parts.noun, []
    if parts.relay is not None:
        mark = f"the unique `{parts.relay.request_id}`" if parts.relay.request_id else "the idempotency key"
        found.append(
            _mode(
                f"The process stops after it stored the {noun} and before it answers",
                f"the caller's repeat meets {mark} and gets the first answer; the row is not stored twice",
                f"a late answer, one {noun}",
            )
        )
    elif parts.queue is not None and parts.existing:
        found.append(
            _mode(
                f"{parts.queue.name} does not take the message within 2 s",
                "one retry, then 503 with `Retry-After`: a 202 is only given for what the queue has confirmed",
                "the sender keeps the message and posts it again",
            )
        )
    elif parts.keeps:
        found.append(
            _mode(
                "The process stops before it answers"
                if parts.case.traits.size == "tiny"
                else f"The process stops between storing and answering ({parts.write})",
                "it is kept, the answer is lost"
                if parts.case.traits.size == "tiny"
                else "it is stored, the answer is lost; after the restart it is read like any other",
                ("an error" if parts.case.traits.size == "tiny" else "an error, then the change after a reload")
                if parts.client
                else "a broken connection; reading shows the change",
            )
        )
    if parts.store and not parts.server:
        found.append(
            _mode(
                f"The disk with the file of {listing([f'`{entity.name}`' for entity in parts.entities], most=2) or 'the data'} is full or lost",
                "writes answer 503; a lost file is replaced by its newest copy",
                f"that the {noun} was not saved; after a loss, {plural(noun)} since that copy are gone",
            )
        )
    if parts.server:
        tables = listing([f"`{entity.name}`" for entity in parts.entities], most=2)
        found.append(
            _mode(
                f"The database does not answer within 1 s (all paths need {tables})" if tables else "The database does not answer within 1 s",
                "503 with `Retry-After: 5`; nothing is buffered in memory, so nothing that was confirmed can be lost",
                (
                    f"that the {noun} {'was not saved' if parts.keeps else 'did not work'}; what was typed stays in the form"
                    if parts.client
                    else "503 and when to try again"
                ),
            )
        )
    shares = parts.caps.of("c-api") if parts.caps else ()
    if shares and shares[0].memory_mb is not None and parts.balanced:
        found.append(
            _mode(
                f"One instance reaches its {shares[0].memory_mb} MB and is killed",
                f"the balancer takes it out after one failed check; {'the others answer' if parts.instances > 2 else 'the other answers'} while it restarts",
                "a few slower answers; a request in flight is repeated by the caller",
            )
        )
    elif parts.demand.known and parts.case.traits.size != "tiny" and staged(parts.case) is None:
        found.append(
            _mode(
                f"More than {figure(parts.demand.peak * 2)} requests/s arrive, twice the {'stated' if parts.demand.stated_peak else 'reckoned'} peak",
                "the wait for a database connection ends after 250 ms with 503, so that the rest stay fast",
                "some requests refused at once, none hanging",
            )
        )
    return tuple(found)


def of_store(parts: Parts) -> tuple[FailureMode, ...]:
    """Return how the database fails."""
    noun = parts.noun
    safe = bool(wanted(parts.case).never) and parts.server
    lost = _mode(
        f"The disk with {listing([f'`{e.name}`' for e in parts.entities], most=3) or 'the data'} is lost",
        "the standby takes over; it has all that was acknowledged" if safe else "restore the newest backup and replay what the log still has",
        "a pause of about a minute; nothing that was confirmed is gone" if safe else f"at worst {plural(noun)} of the last {rpo(parts.case).text} are gone",
    )
    if parts.case.traits.engine in ("cosmosdb", "dynamodb"):
        return (
            _mode(
                f"One partition takes more writes than its share (a hot {noun} key)",
                "429 from the store; the client library backs off up to 9 tries; the alert asks for a finer partition key",
                "slower writes for that key only",
            ),
            _mode(
                "The write region is down", "writes fail over by the account's priority list; reads stay local", "reads go on; writes fail for about a minute"
            ),
        )
    full = _mode("The disk is full", "writes fail, reads go on; the alert at 80 % comes first", f"that no new {noun} can be saved; old ones are still readable")
    return (lost, full) if parts.case.traits.size != "tiny" else (lost,)


def of_worker(parts: Parts) -> tuple[FailureMode, ...]:
    """Return how the background worker fails."""
    found: list[FailureMode] = []
    if parts.relay is not None:
        names = listing(parts.relay.owners)
        ask = (
            f"asks `{parts.relay.details.method} {parts.relay.details.path}` whether the call arrived"
            if parts.relay.details
            else "marks the call as undecided and checks it by hand"
        )
        found.append(
            _mode(
                "A call ends in a timeout, so it is unknown whether it counted",
                f"the worker {ask} before it tries again or elsewhere; until then the row stays out of the summary",
                f"nothing; the {parts.noun} appears in the summary once it is certain",
            )
        )
        found.append(
            _mode(
                f"{names} fail at the same time" if len(parts.relay.owners) > 1 else f"{names} is down",
                f"rows wait in the table; one probe every {BREAKER_PROBE_S} s, and the backlog drains in the order it came",
                f"accepted {plural(parts.noun)} that count later",
            )
        )
        found.append(
            _mode(
                "The worker stops after a call and before it recorded the answer",
                "its claim lapses after 10 s; the next run asks for the outcome first",
                "nothing",
            )
        )
        return tuple(found)
    for job in parts.jobs[:3]:
        name = job.name[:1].lower() + job.name[1:]
        match kind_of(job):
            case "cleanup" | "purge":
                found.append(
                    _mode(
                        f"The run stops half-way ({name})",
                        "the next run takes the rest; every read checks the expiry itself",
                        "never anything that has expired",
                    )
                )
            case "notify":
                found.append(
                    _mode(
                        f"A message cannot be sent ({name})",
                        f"{clipped(job.retry, 80)}; then {clipped(job.on_failure, 80)}",
                        "the change at once, the message late",
                    )
                )
            case "import":
                found.append(
                    _mode(f"A record is broken ({name})", "it is set aside with its reason, the rest is taken", "how many were taken and how many refused")
                )
            case "advance":
                found.append(
                    _mode(f"A run is missed ({name})", "the next run takes all that is due; each is one conditional update", "the new state a minute late")
                )
            case _:
                found.append(
                    _mode(
                        f"The run fails half-way ({name})",
                        "figures are replaced in one transaction, so the old ones stay",
                        "figures of the last good run, with their time",
                    )
                )
    if not found and parts.queue is not None:
        found.append(
            _mode(
                "A message makes the worker fail every time",
                f"after 5 deliveries by {parts.queue.name} it goes to the dead-letter queue and raises an alert",
                f"that {parts.noun} late; the others as usual",
            )
        )
    return tuple(found)


def of_external(parts: Parts, system: System, known: Integration | None) -> tuple[FailureMode, ...]:
    """Return how an outside system fails, seen from here."""
    name, purpose = system.name, system.purpose.lower()
    if parts.relay is not None and any(owner.startswith(name) for owner in parts.relay.owners):
        others = [owner for owner in parts.relay.owners if owner != name]
        if len(others) > 1:
            name = f"One of {listing(others)}"
            others = ["the other"]
        after = f"the worker sends to {listing(others)} instead" if others else "rows wait"
        asks = (
            f"; recovery is seen by one `{parts.relay.health.method} {parts.relay.health.path}` per allowed interval, shared by all instances"
            if parts.relay.health
            else ""
        )
        return (
            _mode(
                f"{name} answers 500 or slower than its timeout",
                f"its circuit opens after {BREAKER_FAILURES} failures in a row; {after}{asks}",
                f"nothing: the {parts.noun} was accepted before",
            ),
            _mode(f"{name} answers 429", "the call counted against the limit; the last known state is used until the interval is over", "nothing"),
        )
    if parts.existing and any(word in purpose for word in _SENDS):
        return (
            _mode(f"{name} posts the same message twice", "both are queued; the consumer drops the second by its message identifier", "two 202 answers"),
            _mode(f"{name} does not see the 202 (connection lost)", "it posts again, as above", "one result"),
        )
    if is_identity(system):
        return (
            _mode(
                f"{name} does not answer",
                "sessions that exist go on until they end; no password is asked for here instead",
                "that signing in is not possible just now",
            ),
        )
    if known is not None and known.protection.startswith("each file"):
        return (_mode(f"A file of {name} is missing or malformed", known.protection, known.fallback),)
    if known is not None:
        return (_mode(f"{name} answers with an error or not in time", known.protection, known.fallback),)
    if purpose.startswith("delivers "):
        return (
            _mode(
                f"{name} answers with an error or not within 2 s",
                "the message stays with its job and is tried again with growing pauses",
                f"{purpose.removeprefix('delivers ')} late; in the application nothing is missing",
            ),
        )
    reads = any(word in purpose for word in ("search", "find", "look", "read", "query", "source", "legacy", "existing"))
    if reads:
        return (
            _mode(
                f"{name} answers with an error or slower than 2 s",
                "the answer is put together from the other sources and marked incomplete",
                f"results with the note that {name} did not answer",
            ),
            _mode(
                f"{name} is down for maintenance",
                f"its circuit is open, so no request waits for it; one probe every {BREAKER_PROBE_S} s",
                "the same note at once",
            ),
        )
    return (
        _mode(
            f"{name} answers with an error or not within 2 s",
            f"a read is repeated once, a write under the same identifier; after {BREAKER_FAILURES} failures in a row the circuit stays open for {BREAKER_PROBE_S} s; the request is recorded and tried later",
            f"that {clipped(system.purpose, 60).lower() or name} is delayed; the rest works",
        ),
    )


def of_context(parts: Parts, name: str, tables: tuple[str, ...], verbs: str) -> tuple[FailureMode, ...]:
    """Return how one module or service of the backend fails."""
    what = listing([f"`{table}`" for table in tables], most=3)
    if parts.case.traits.pattern == "services":
        return (
            _mode(
                f"{name} is down",
                f"its callers get 503 for {verbs or name.lower()}; the other services do not call it in a request",
                f"{headed(name.lower())} unavailable, the rest working",
            ),
        )
    return (
        _mode(
            f"A change to {what} breaks half-way" if what else f"A request to {name.lower()} breaks half-way",
            "one transaction a request: all of it is undone",
            "an error; nothing half done" if verbs else "an error",
        ),
    )
