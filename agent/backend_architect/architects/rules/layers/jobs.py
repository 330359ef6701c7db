"""Work done after the answer went out: which jobs this brief asks for, and how each runs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from backend_architect.architects.rules.case import Action, Case, remembered
from backend_architect.architects.rules.language import wording
from backend_architect.architects.rules.layers import analytics, evidence, grounds, pipeline
from backend_architect.architects.rules.layers.contents import contents
from backend_architect.architects.rules.layers.job_ways import STEPS, WAYS, Kind
from backend_architect.architects.rules.reading import periods
from backend_architect.brief import Statement
from backend_architect.design import Endpoint, Entity, Job, Requirement, Scope
from backend_architect.expressions import expression
from backend_architect.text import Cites

_BATCH = expression(
    r"\b(?:off-?line|in batch|batch (?:run|process|job|mode)\w*|run in batch|nightly|overnight|daily|weekly|hourly|monthly|every (?:\w+"
    r" )?(?:hour|night|day|week|month)s?"
    r"|schedul(?:e|ed|es|ing)|background|asynchronous(?:ly)?|periodic\w*|sweep|not (?:need to be )?real[- ]?time)\b|不用实时|后台|定期|em segundo plano",
    re.IGNORECASE,
)
"""Work that a clock starts."""
_DUE = expression(
    r"\b(?:expir\w+|overdue|past due|automatic(?:ally)?|deadline|when (?:the |its )?time|at the end of|after \w+"
    r" (?:minute|hour|day|week|month)s?|time-?out|timeframe"
    r"|no longer (?:needed|valid)|older than|retention)\b|过期|到期|expirad",
    re.IGNORECASE,
)
"""A state that ends by itself."""
_SWEEP = expression(
    r"\b(?:off-?line (?:\w+ ){0,2}(?:sweep|scoring|run|process\w*|analysis)|run in batch|nightly|overnight|schedul\w+"
    r" (?:offline|batch|processing|job|run)s?)\b",
    re.IGNORECASE,
)
"""A batch run that has to be planned for even where no verb and noun could be read from the sentence."""
_AT_ONCE = expression(r"\b(?:immediate(?:ly)?|instant(?:ly)?|as they happen|real[- ]time|at once)\b", re.IGNORECASE)
_WHEN = expression(
    r"\b(nightly|overnight|daily|weekly|hourly|monthly|every (?:\w+ ){0,2}(?:seconds?|minutes?|hours?|night|days?|weeks?|months?)|once (?:a|per)"
    r" (?:minute|hour|day|week|month)|at midnight)\b",
    re.IGNORECASE,
)
_QUEUEING = expression(r"\b(?:queue[ds]?|queuing|asynchronous(?:ly)?|in the background|store[- ]and[- ]forward|202)\b", re.IGNORECASE)
_RESERVE_WORDS = "Fallback|Backup|Secondary|Reserve|Standby"
_RESERVE = expression(r"\b(?:fall-?back|back-?up|secondary|reserve|stand-?by|alternate|conting\w+)\b", re.IGNORECASE)
_IN_RESERVE = expression(
    r"\b(?:fall-?back|secondary|alternate|contingency)\b|\b(?:as|the|our) (?:a |the |our )?(?:back-?up|reserve|stand-?by)\b|\bback-?up (?:provider|gateway|processor|system)\b",
    re.IGNORECASE,
)
"""What a purpose says of a system that is there for when another one fails."""
_IN_LINE = expression(
    r"\b(?:joins?|joined|joining|jump\w*|stand\w*|waits?|waiting|place|position|number|first|next|last|head|end|front)\s+(?:in |of |at |on |for )?"
    r"(?:the |a |an |that |their |its |his |her )?queues?\b|\bqueues? (?:behind|up|number|position|of (?:people|patrons|patients|customers|users|visitors))\b",
    re.IGNORECASE,
)
"""A queue that people stand in."""
_TAKEN = expression(
    r"\b(?:running|existing|current|legacy|old|present|core|main|today's) (?:[\w-]+ ){0,4}?(?:reads?|polls?|takes?|consumes?|pulls?|picks?|fetch(?:es)?|process(?:es)?)\b"
    r"[^.;]{0,50}\b(?:from|off) (?:the|a|this|that|its|our) (?:[\w-]+ ){0,3}?queue\b",
    re.IGNORECASE,
)
"""A running system that reads from the queue."""
_BEFOREHAND = expression(
    r"\b(?P<time>(?:\d+|an?|one|two|three|four|five|seven|ten|fourteen) (?:minute|hour|day|week|month)s?) (?:before|ahead of|prior to)\b", re.IGNORECASE
)
"""A message that is due some time before something happens."""
_NOTIFICATIONS = expression(r"\b(?:APIs?|endpoints?|resources?|services?) (?:for|of|to) [^.;:]*\bnotifications?\b", re.IGNORECASE)
"""Notifications that are called for like projects and tasks."""
_EXPIRY = expression(r"(?:^|_)(?:expir\w*|valid_until)(?:_|$)")
_KEPT = expression(r"\bKept (?:for|until) (?P<period>\d[^.]*?), as stated")
_EMPTIED = expression(r"`(?P<field>\w+)` is emptied (?P<period>[^.]*?), as stated")
_EMAIL = expression(r"\b((?:e-?)?mail|sms|text message|push notification|slack|webhook)s?\b", re.IGNORECASE)

_KINDS: dict[str, Kind] = {
    "delete": "cleanup",
    "notify": "notify",
    "send": "notify",
    "import": "import",
    "export": "export",
    "report": "report",
    "compute": "compute",
    "change-state": "advance",
    "track": "count",
}
_MOST = {"tiny": 2, "small": 4, "medium": 6, "large": 8}


_VISITS = expression(
    r"\b(?:page (?:views?|analytics|visits?)|visit(?:s|or)? (?:statistics|counts?)|hit counts?|view counts?|click statistics)\b|访问统计|页面分析|点击次数",
    re.IGNORECASE,
)


_COUNTING = expression(
    r"\b(?:count(?:s|ed|er|ers|ing)?|analytics|statistics?|stats|track(?:s|ed|ing)?|how (?:many|often)|number of|totals?)\b|统计|分析|次数", re.IGNORECASE
)
_COUNTS = expression(r"(?:^|_)(?:visits?|views?|hits?|clicks?|stats?|statistics?|counts?|analytics)(?:_|$)", re.IGNORECASE)


@dataclass(frozen=True)
class _Design:
    """What jobs are made for. Its hash is short: three stages ask for the same jobs, and all of it is long."""

    scope: Scope = field(compare=False)
    requirements: tuple[Requirement, ...]
    entities: tuple[Entity, ...]
    endpoints: tuple[Endpoint, ...]

    def __hash__(self) -> int:
        return hash((len(self.requirements), len(self.entities), len(self.endpoints)))


def jobs(case: Case, scope: Scope, entities: Sequence[Entity], endpoints: Sequence[Endpoint]) -> tuple[Job, ...]:
    """Return the background jobs, those that close the loop first; at most as many as the size bears."""
    if case.traits.shape != "service":
        return ()
    return _jobs(case, _Design(scope, scope.requirements, tuple(entities), tuple(endpoints)))


@remembered
def _jobs(case: Case, design: _Design) -> tuple[Job, ...]:
    scope, entities, endpoints = design.scope, design.entities, design.endpoints
    found: dict[str, Job] = {}
    noun = evidence.thing(evidence.primary(endpoints), entities)
    # What the running system takes from the queue by itself needs no worker of ours.
    if (cites := forwarded(case, endpoints)) is not None and not grounds.feeds_running(case):
        job = _forwarding(case, scope, entities, endpoints, cites)
        found[job.key] = job
    elif (queue := grounds.queue(case)) is not None and not grounds.feeds_running(case):
        job = _taking(case, scope, evidence.taken_in(endpoints, entities) or noun, queue)
        found[job.key] = job
    for job in pipeline.jobs(case, scope):
        found[job.key] = job
    stepped = {number for job in found.values() for number in job.cites} if pipeline.steps(case) else set()
    for job in (
        *_probes(case, scope),
        *_visits(case, scope, noun, entities),
        *(job for job in _from_actions(case, scope) if not stepped.intersection(job.cites)),
        *_from_entities(case, scope, entities),
    ):
        found.setdefault(job.key, job)
    for job in _sweeps(case, scope, tuple(found.values()), noun):
        found[job.key] = job
    subject = evidence.taken_in(endpoints, entities) or noun
    for job in (
        *_listed(case, scope, tuple(found.values()), entities, noun),
        *_promised(case, scope, subject),
        *analytics.jobs(case, scope, subject),
        *_orphans(case, scope),
    ):
        found.setdefault(job.key, job)
    return tuple(found.values())[: _MOST[case.traits.size] + 1 + len(pipeline.steps(case))]


@remembered
def _queueing(case: Case) -> Cites:
    """Return the statements that put work aside; a queue that people stand in is none."""
    return wording.cites((s.number for s in evidence.demands(case) if _QUEUEING.search(_IN_LINE.sub(" ", s.text))), most=3)


@remembered
def _due(case: Case) -> tuple[Statement, ...]:
    """Return the statements that ask for something when its time has come."""
    return tuple(s for s in evidence.demands(case) if _DUE.search(s.text))


def forwarded(case: Case, endpoints: Sequence[Endpoint]) -> Cites | None:
    """Return what shows that the primary write is passed on after the answer, or None when the user waits for it."""
    first = evidence.primary(endpoints)
    if first is None or not evidence.writes(first):
        return None
    queueing = _queueing(case)
    theirs = [endpoint for endpoint in case.contracts.endpoints if endpoint.owner and endpoint.method == "POST"]
    if first.status == 202 or (queueing and case.traits.existing):
        return wording.cites(first.cites[:2], queueing)
    if not case.systems:
        return None
    systems = evidence.partners(case)
    if systems and queueing:
        return wording.cites(first.cites[:2], queueing)
    if systems and (theirs or case.traits.latency_ms <= 50):
        return wording.cites(first.cites[:2], *(system.cites[:2] for system in systems), *(endpoint.cites[:1] for endpoint in theirs[:1]))
    return None


def taken_by_running(case: Case) -> tuple[Statement, ...]:
    """Return the sentences by which a running system reads the queue that is put in front of it; those that name the queue if none says so."""
    queue = grounds.queue(case)
    if queue is None or not grounds.feeds_running(case):
        return ()
    said = tuple(s for s in grounds.demanding(case, (*grounds.DEMANDS, "context", "solution")) if _TAKEN.search(s.text))
    return said or tuple(case.statement(number) for number in queue.cites[:1])


def main_and_reserve(case: Case) -> tuple[str, str]:
    """Return the outside system to try first and the one the brief keeps for when that fails; empty where there is none."""
    names = [system.name for system in evidence.partners(case)]
    if len(names) == 1:
        # Twins share a name and differ in the word after it: "Gateway Default", "Gateway Fallback".
        twin = re.compile(rf"{re.escape(names[0])}\s+(Default|Primary|Main|{_RESERVE_WORDS})\b", re.IGNORECASE)
        seen = {found.group(1).capitalize() for statement in case.brief.statements for found in twin.finditer(statement.text)}
        names = [f"{names[0]} {word}" for word in sorted(seen)] if len(seen) > 1 else names
    reserve = next((name for name in names if _RESERVE.search(name)), "")
    if not reserve:
        reserve = next((system.name for system in evidence.partners(case) if len(names) > 1 and _IN_RESERVE.search(system.purpose)), "")
    return next((name for name in names if name != reserve), ""), reserve


def _forwarding(case: Case, scope: Scope, entities: Sequence[Entity], endpoints: Sequence[Endpoint], cites: Cites) -> Job:
    first = evidence.primary(endpoints)
    noun = evidence.thing(first, entities)
    main, reserve = main_and_reserve(case)
    deadline = f"{evidence.span(max(200, min(5000, case.traits.latency_ms * 20)))} to answer"
    if not main:
        does = f"takes the accepted {noun} from the queue and processes it; {wording.article(noun)} seen before (same ID) is acknowledged without being processed again"
    elif not reserve:
        does = f"sends the accepted {noun} to {main} ({deadline}) with its own ID, so that a repeat is recognised; the outcome is written to the same row"
    else:
        does = (
            f"sends the {noun} to {main} ({deadline}); while that is failing or slow, to {reserve}; which one took it is written with the {noun}"
            " in one transaction"
        )
    fast = case.traits.latency_ms <= 50
    target = main or "processing"
    return Job(
        key=f"job-forward-{wording.slug(noun)}",
        name=f"Pass on each accepted {noun}",
        trigger=f"commit of {wording.article(noun)}; a sweep every {'second' if fast else '10 s'} finds those that a crash left behind",
        does=does,
        retry=(
            "after 50, 100, 200 and 400 ms, then every 2 s until one takes it; a timeout is checked at the receiver before it is sent again" if fast else STEPS
        ),
        on_failure=(
            f"the {noun} stays stored as pending, counted and alerted on; it is not lost while {target} is down"
            if fast
            else f"set aside as dead with the last answer of {target}; sent again by hand with one command"
        ),
        user_learns=_learns(endpoints, noun),
        satisfies=evidence.serves(scope, cites),
        cites=cites,
    )


def _taking(case: Case, scope: Scope, noun: str, queue: grounds.Queue) -> Job:
    """Return the reading of a queue whose entries nobody passes on: they are stored."""
    archived = grounds.archive(case)
    kept = "appends the same batch to the long-term store, " if archived else ""
    moved = "moves its place in the log" if queue.is_log else "deletes the messages"
    cites = wording.cites(queue.cites, archived.cites if archived else (), most=6)
    return Job(
        key=f"job-take-{wording.slug(noun)}",
        name=f"Store the {wording.plural(noun)} from {queue.name}",
        trigger=f"arrival; batches of up to 500 {wording.plural(noun)} or 1 s, whichever comes first",
        does=f"writes each batch keyed by the {noun}'s own ID, so that a repeat changes nothing, {kept}and only then {moved}",
        retry="the same batch again after 1, 5 and 30 s: its place is not moved before it is stored",
        on_failure=f"what makes the batch fail is set aside with its reason and alerted on; the other {wording.plural(noun)} go on",
        user_learns=f"the {noun} is found some seconds after it was accepted",
        satisfies=evidence.serves(scope, cites),
        cites=cites,
    )


def _learns(endpoints: Sequence[Endpoint], noun: str) -> str:
    status = next((e for e in endpoints if e.method == "GET" and "{" in e.path and not e.primary), None)
    summary = next((e for e in endpoints if e.method == "GET" and e is not status), None)
    if status is not None:
        return f"`{evidence.call(status)}` shows the state: accepted, done or failed"
    if summary is not None:
        return f"`{evidence.call(summary)}` counts only what was passed on"
    return f"the {noun} carries its state: accepted, done or failed"


def _probes(case: Case, scope: Scope) -> list[Job]:
    """Return a poller for each outside endpoint whose calls the brief limits: two processes must not break the limit together."""
    limited = [endpoint for endpoint in case.contracts.endpoints if endpoint.owner and endpoint.limit]
    if not limited:
        return []
    paths = dict.fromkeys(f"`{endpoint.method} {endpoint.path}`" for endpoint in limited)
    owners = wording.listing([*dict.fromkeys(endpoint.owner for endpoint in limited)])
    limit = limited[0].limit
    cites = wording.cites(*(endpoint.cites for endpoint in limited))
    return [
        Job(
            key="job-probe-health",
            name=f"Ask {wording.listing([*paths])} of {owners}",
            trigger=f"a timer that stays inside the stated limit ({limit})",
            does="one holder of a lease asks, all processes read its answer from shared state; forwarding chooses by it",
            retry="none: the next tick asks again; a 429 doubles the interval once",
            on_failure="an answer older than 3 ticks counts as unknown: the circuit breaker's own error rate decides",
            user_learns="not at all",
            satisfies=evidence.serves(scope, cites),
            cites=cites,
        )
    ]


def _from_actions(case: Case, scope: Scope) -> list[Job]:
    found: dict[tuple[Kind, str], tuple[Action, Statement]] = {}
    for action in case.actions:
        kind = _KINDS.get(action.verb)
        statement = case.statement(action.statement)
        if kind is None or action.horizon == "later" or case.label(action.statement) not in grounds.DEMANDS or not action.noun:
            continue
        if _is_background(case, kind, action, statement):
            found.setdefault((kind, action.noun), (action, statement))
    return [_named(_job(case, scope, kind, evidence.singular(action.noun), statement), action) for (kind, _), (action, statement) in found.items()]


def _named(job: Job, action: Action) -> Job:
    """Return a job of computing with the brief's own verb for it: "Score transactions"."""
    if action.verb != "compute" or grounds.base(action) in ("do", "be", "use", "run", "perform", "make"):
        return job
    return job.model_copy(update={"name": wording.headed(f"{grounds.base(action)} {wording.plural(evidence.singular(action.noun))}")})


def _is_background(case: Case, kind: Kind, action: Action, statement: Statement) -> bool:
    text = statement.text
    batch = bool(_BATCH.search(text)) and not (_AT_ONCE.search(text) and not _SWEEP.search(text))
    match kind:
        case "notify":
            return action.verb == "notify" or (action.system and bool(_EMAIL.search(text)))
        case "cleanup" | "advance":
            return action.system and bool(_DUE.search(text))
        case "import" | "export":
            return (action.system or case.traits.size in ("medium", "large")) and batch
        case "count":
            return action.system
        case _:
            return batch


def counts_visits(case: Case) -> tuple[Statement, ...]:
    """Return the demands to count what is read; a load figure in page views asks for no count."""
    return tuple(s for s in evidence.demands(case) if _VISITS.search(s.text) and _COUNTING.search(s.text))


def _visits(case: Case, scope: Scope, noun: str, entities: Sequence[Entity]) -> list[Job]:
    """Return the count of visits, where the brief asks for statistics of what is read."""
    asked = counts_visits(case)
    if not asked:
        return []
    cites = wording.cites((statement.number for statement in asked), most=4)
    job = _job(case, scope, "visits", noun, asked[0])
    kept = next((e.name for e in evidence.built(entities) if _COUNTS.search(e.name)), "")
    own = wording.slug(noun).replace("-", "_")
    where = f"kept in `{kept}`" if kept else f"kept in a table of the job's own, `{own}_visits` ({own}_id, month, visits), which its migration adds"
    return [job.model_copy(update={"does": f"{job.does}; {where}", "cites": cites, "satisfies": evidence.serves(scope, cites)})]


def _sweeps(case: Case, scope: Scope, found: Sequence[Job], noun: str) -> list[Job]:
    """Return the batch runs that the brief asks for in sentences of which no action was read."""
    known = {number for job in found for number in job.cites}
    asked = [s for s in evidence.demands(case) if s.number not in known and _SWEEP.search(s.text)]
    if not asked:
        return []
    if (run := next((job for job in found if job.key.startswith("job-compute")), None)) is not None:
        # One batch run is asked for in several sentences.
        cites = wording.cites(run.cites, (s.number for s in asked), most=6)
        return [run.model_copy(update={"cites": cites, "satisfies": evidence.serves(scope, cites)})]
    job = _job(case, scope, "compute", noun, asked[0])
    cites = wording.cites((s.number for s in asked), most=4)
    return [job.model_copy(update={"name": f"Sweep the {wording.plural(noun)} in a batch", "cites": cites, "satisfies": evidence.serves(scope, cites)})]


def _orphans(case: Case, scope: Scope) -> list[Job]:
    """Return the clean-up of what was written to the object store and never got its row."""
    stored, uploaded = contents(case), grounds.uploads(case)
    cites = stored.cites[:2] if stored is not None else uploaded.cites if uploaded is not None else ()
    if not cites or case.traits.size == "tiny" or case.traits.engine in grounds.VOLATILE:
        return []
    return [
        Job(
            key="job-purge-object",
            name="Delete objects without a row",
            trigger="nightly at 03:30 (assumed)",
            does="lists objects older than 24 hours and deletes those that no row names, 1,000 at a time, and logs how many",
            retry="none of its own: the next night takes what this one left",
            on_failure="alert after 3 failed nights: it costs storage, nothing is served wrongly",
            user_learns="not told",
            satisfies=evidence.serves(scope, cites),
            cites=cites,
        )
    ]


def _listed(case: Case, scope: Scope, found: Sequence[Job], entities: Sequence[Entity], noun: str) -> list[Job]:
    """Return the writing of notifications, where the brief wants them read like any other thing and nothing makes them."""
    asked = evidence.mentioning(evidence.demands(case), _NOTIFICATIONS, limit=2)
    if not asked or any(job.key.startswith("job-notify") for job in found):
        return []
    # People are told of what others do to a thing they share.
    shared = next((a.noun for a in case.actions if a.verb in ("assign", "comment", "change-state") and a.noun and a.horizon == "now"), noun)
    about = evidence.singular(shared)
    table = next((entity.name for entity in evidence.built(entities) if entity.name.endswith("notifications")), "")
    kept = f"`{table}`" if table else f"`notifications` (recipient, {about}, what happened, read or not), a table that its migration adds"
    job = _job(case, scope, "notify", about, case.statement(asked[0]))
    return [
        job.model_copy(
            update={
                "does": f"writes one row for each person whom a change to the {about} concerns, but not for the one who made it, into {kept}; unique on"
                " (change, recipient), so nobody hears twice",
                "user_learns": "by a list of what is new, the unread first",
                "cites": asked,
                "satisfies": evidence.serves(scope, asked),
            }
        )
    ]


def _promised(case: Case, scope: Scope, noun: str) -> list[Job]:
    """Return the message that a sentence beside a demand promises to somebody."""
    if (found := analytics.promised(case)) is None:
        return []
    statement, who, cites = found
    job = _job(case, scope, "notify", noun, statement)
    return [
        job.model_copy(
            update={"name": f"Notify {wording.plural(who)} about {wording.plural(noun)}", "satisfies": evidence.serves(scope, cites), "cites": cites}
        )
    ]


def _job(case: Case, scope: Scope, kind: Kind, noun: str, statement: Statement) -> Job:
    way = WAYS[kind]
    stated = _WHEN.search(statement.text)
    channel = _EMAIL.search(statement.text)
    filled = {
        "n": noun,
        "ns": wording.plural(noun),
        "quote": wording.clipped(statement.text, 70).replace("{", "(").replace("}", ")").replace('"', "'"),
        "channel": channel.group(1).lower() if channel else "the channel the recipient has (in the application until one is named)",
        "days": "",
    }
    trigger = way.trigger.format(**filled)
    ahead = _BEFOREHAND.search(statement.text) if kind == "notify" else None
    if ahead is not None:
        trigger = f"every minute: each {noun} that is due within {ahead['time'].lower()}, still stands and has had no such message yet"
        stated = None
    return Job(
        key=f"job-{kind}-{wording.slug(noun)}",
        name=way.name.format(**filled),
        trigger=f"{stated.group(1).lower()}, as the brief says" if stated else trigger,
        does=way.does.format(**filled),
        retry=way.retry.format(**filled),
        on_failure=f"{way.on_failure.format(**filled)}; no reminder goes out once the {noun} has begun" if ahead else way.on_failure.format(**filled),
        user_learns=way.user_learns.format(**filled),
        satisfies=evidence.serves(scope, (statement.number,)),
        cites=(statement.number,),
    )


def _from_entities(case: Case, scope: Scope, entities: Sequence[Entity]) -> list[Job]:
    found = []
    for entity in evidence.built(entities):
        noun = evidence.singular(entity.name)
        kept, emptied = _KEPT.search(entity.retention), _EMPTIED.findall(entity.retention)
        kind: Kind
        if any(_EXPIRY.search(field.name) for field in entity.fields):
            kind = "cleanup"
        elif kept or emptied:
            kind = "purge"
        else:
            continue
        way = WAYS[kind]
        filled = {"n": noun, "ns": wording.plural(noun), "days": kept["period"] if kept else ""}
        does = way.does.format(**filled) if kind == "cleanup" or kept else ""
        name = way.name.format(**filled)
        if (stored := contents(case)) is not None and stored.table == entity.name and does:
            does = f"{does}; the object that `{stored.column}` names goes after its row"
        if emptied:
            fields = wording.listing([f"`{field}` {period}" for field, period in emptied])
            does = f"{does}; empties {fields}" if does else f"empties {fields} in {wording.plural(noun)}, 1,000 a transaction, and logs how many"
            name = name if kept or kind == "cleanup" else f"Empty old fields of {wording.plural(noun)}"
        asked = [s.number for s in _due(case) if noun in s.text.lower()]
        rows, single = periods.of_entity(case, noun.replace(" ", "_"), (field.name for field in entity.fields))
        said = [period.statement for period in (rows, *(period for _, period in single)) if period is not None and period.statement]
        cites = wording.cites(said, asked, entity.cites, most=4)
        found.append(
            Job(
                key=f"job-{kind}-{wording.slug(noun)}",
                name=name,
                trigger=way.trigger,
                does=does,
                retry=way.retry,
                on_failure=way.on_failure.format(**filled),
                user_learns=way.user_learns.format(**filled),
                # That rows exist is the table's doing; the job answers for what says when they go.
                satisfies=evidence.serves(scope, (*said, *asked)),
                cites=cites,
            )
        )
    return found
