"""Work done after the answer went out: which jobs this brief asks for, and how each runs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from backend_architect.architects.rules.case import Action, Case
from backend_architect.architects.rules.language import wording
from backend_architect.architects.rules.layers import evidence, grounds
from backend_architect.architects.rules.reading import periods
from backend_architect.brief import Statement
from backend_architect.design import Endpoint, Entity, Job, Scope
from backend_architect.text import Cites

Kind = Literal["visits", "cleanup", "notify", "import", "export", "report", "compute", "advance", "count", "purge"]

_BATCH = re.compile(
    r"\b(?:off-?line|in batch|batch (?:run|process|job|mode)\w*|run in batch|nightly|overnight|daily|weekly|hourly|monthly|every (?:\w+"
    r" )?(?:hour|night|day|week|month)s?"
    r"|schedul(?:e|ed|es|ing)|background|asynchronous(?:ly)?|periodic\w*|sweep|not (?:need to be )?real[- ]?time)\b|不用实时|后台|定期|em segundo plano",
    re.IGNORECASE,
)
"""Work that a clock starts."""
_DUE = re.compile(
    r"\b(?:expir\w+|overdue|past due|automatic(?:ally)?|deadline|when (?:the |its )?time|at the end of|after \w+"
    r" (?:minute|hour|day|week|month)s?|time-?out|timeframe"
    r"|no longer (?:needed|valid)|older than|retention)\b|过期|到期|expirad",
    re.IGNORECASE,
)
"""A state that ends by itself."""
_SWEEP = re.compile(
    r"\b(?:off-?line (?:\w+ ){0,2}(?:sweep|scoring|run|process\w*|analysis)|run in batch|nightly|overnight|schedul\w+"
    r" (?:offline|batch|processing|job|run)s?)\b",
    re.IGNORECASE,
)
"""A batch run that has to be planned for even where no verb and noun could be read from the sentence."""
_AT_ONCE = re.compile(r"\b(?:immediate(?:ly)?|instant(?:ly)?|as they happen|real[- ]time|at once)\b", re.IGNORECASE)
_WHEN = re.compile(
    r"\b(nightly|overnight|daily|weekly|hourly|monthly|every (?:\w+ ){0,2}(?:seconds?|minutes?|hours?|night|days?|weeks?|months?)|once (?:a|per)"
    r" (?:minute|hour|day|week|month)|at midnight)\b",
    re.IGNORECASE,
)
_QUEUEING = re.compile(r"\b(?:queue[ds]?|queuing|asynchronous(?:ly)?|in the background|store[- ]and[- ]forward|202)\b", re.IGNORECASE)
_RESERVE_WORDS = "Fallback|Backup|Secondary|Reserve|Standby"
_RESERVE = re.compile(r"\b(?:fall-?back|back-?up|secondary|reserve|stand-?by|alternate|conting\w+)\b", re.IGNORECASE)
_IN_RESERVE = re.compile(
    r"\b(?:fall-?back|secondary|alternate|contingency)\b|\b(?:as|the|our) (?:a |the |our )?(?:back-?up|reserve|stand-?by)\b|\bback-?up (?:provider|gateway|processor|system)\b",
    re.IGNORECASE,
)
"""What a purpose says of a system that is there for when another one fails."""
_IN_LINE = re.compile(
    r"\b(?:joins?|joined|joining|jump\w*|stand\w*|waits?|waiting|place|position|number|first|next|last|head|end|front)\s+(?:in |of |at |on |for )?"
    r"(?:the |a |an |that |their |its |his |her )?queues?\b|\bqueues? (?:behind|up|number|position|of (?:people|patrons|patients|customers|users|visitors))\b",
    re.IGNORECASE,
)
"""A queue that people stand in."""
_TAKEN = re.compile(
    r"\b(?:running|existing|current|legacy|old|present|core|main|today's) (?:[\w-]+ ){0,4}?(?:reads?|polls?|takes?|consumes?|pulls?|picks?|fetch(?:es)?|process(?:es)?)\b"
    r"[^.;]{0,50}\b(?:from|off) (?:the|a|this|that|its|our) (?:[\w-]+ ){0,3}?queue\b",
    re.IGNORECASE,
)
"""A running system that reads from the queue."""
_BEFOREHAND = re.compile(
    r"\b(?P<time>(?:\d+|an?|one|two|three|four|five|seven|ten|fourteen) (?:minute|hour|day|week|month)s?) (?:before|ahead of|prior to)\b", re.IGNORECASE
)
"""A message that is due some time before something happens."""
_EXPIRY = re.compile(r"(?:^|_)(?:expir\w*|valid_until)(?:_|$)")
_KEPT = re.compile(r"\bKept (?:for|until) (?P<period>\d[^.]*?), as stated")
_EMPTIED = re.compile(r"`(?P<field>\w+)` is emptied (?P<period>[^.]*?), as stated")
_EMAIL = re.compile(r"\b(e-?mail|sms|text message|push notification|slack|webhook)s?\b", re.IGNORECASE)

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


@dataclass(frozen=True)
class _Way:
    """How jobs of one kind run; `{n}` is the thing, `{ns}` its plural."""

    name: str
    trigger: str
    does: str
    retry: str
    on_failure: str
    user_learns: str


_STEPS = "5 tries after 10 s, 1 min, 5 min, 30 min and 2 h, each varied by 20 %"

_WAYS: dict[Kind, _Way] = {
    "visits": _Way(
        "Count the visits of each {n}",
        "every 5 minutes",
        'appends one line a read outside the request, then adds them up into one row a {n} and month, for what the brief asks ("{quote}")',
        "none of its own: the next run starts at the last line counted",
        "counts are late, not lost; alert when they are 1 h behind",
        "the figures carry the time up to which they are complete",
    ),
    "cleanup": _Way(
        "Delete expired {ns}",
        "every hour",
        "deletes {ns} whose time is up, 1,000 a transaction, so that no lock lasts longer than 1 s",
        "none of its own: the next run takes what this one left; deleting twice changes nothing",
        "alert after 3 failed runs; nothing is served wrongly, because reads already treat an expired {n} as gone",
        "an expired {n} is answered as gone from the second it expires, not when the job runs",
    ),
    "purge": _Way(
        "Purge old {ns}",
        "nightly at 03:00 (assumed)",
        "removes {ns} past their retention ({days}), 1,000 a transaction, and logs how many",
        "none of its own: the next night takes what this one left",
        "alert after 2 failed nights: retention is a promise",
        "not told; the retention is published",
    ),
    "notify": _Way(
        "Notify about {ns}",
        "commit of the change to the {n}",
        'sends what the brief asks for ("{quote}") by {channel}; one row per recipient, unique on (event, recipient), so nobody hears twice',
        _STEPS,
        "marked failed and listed for the operator; the {n} itself stays valid",
        "by the message; in the application the {n} shows whether it was sent",
    ),
    "import": _Way(
        "Import {ns}",
        "arrival of a file or message",
        "reads {ns} in chunks of 500, each chunk one transaction, rows keyed by their own ID so that a repeat overwrites instead of doubling",
        "3 tries a chunk after 1 min, 10 min and 1 h",
        "the chunk is set aside with its line numbers and reasons; the others stay imported",
        "a status: rows read, taken, refused, with the reason for each refusal",
    ),
    "export": _Way(
        "Export {ns}",
        "request for an export",
        "writes the {ns} to a file in pages of 1,000 rows and keeps it 7 days",
        "3 tries after 10 s, 1 min and 10 min, from the last finished page",
        "the export is marked failed with its reason; asking again starts a new one",
        "202 at once, then `status` and the link on the export itself",
    ),
    "report": _Way(
        "Build the {n} report",
        "nightly at 03:00 (assumed)",
        'computes what the brief asks for ("{quote}") from a read-only snapshot and swaps it in at the end',
        "3 tries, 10 min apart",
        "yesterday's {n} report stays up, with its date; alert in the morning",
        "the report carries the time it was computed",
    ),
    "compute": _Way(
        "Compute {n}",
        "nightly at 03:00 (assumed)",
        'does what the brief asks for ("{quote}") over what came in since the last run; a mark of the last (created_at, id) done makes a restart go on, not start over',
        "3 tries, 10 min apart, from the mark",
        "the run is marked failed with the row it stopped at; older results stay in use, with their date",
        "the result appears with the time it was computed",
    ),
    "advance": _Way(
        "Move {ns} on when their time comes",
        "every minute",
        'does what the brief asks for ("{quote}"): one conditional update per {n}, which changes nothing when somebody was faster',
        "none of its own: the next minute takes what this one left",
        "alert after 5 failed runs; the rule is checked again on every write to the {n}",
        "the {n} shows its new state at the next look",
    ),
    "count": _Way(
        "Count {ns}",
        "every 5 minutes",
        'adds up what the brief asks for ("{quote}") from appended events into one row a {n} and month; the reader never waits for the count',
        "none of its own: the next run starts at the last event counted",
        "counts are late, not lost: the events stay; alert when they are 1 h behind",
        "the figures carry the time up to which they are complete",
    ),
}


_VISITS = re.compile(
    r"\b(?:page (?:views?|analytics|visits?)|visit(?:s|or)? (?:statistics|counts?)|hit counts?|view counts?|click statistics)\b|访问统计|页面分析|点击次数",
    re.IGNORECASE,
)


_COUNTING = re.compile(
    r"\b(?:count(?:s|ed|er|ers|ing)?|analytics|statistics?|stats|track(?:s|ed|ing)?|how (?:many|often)|number of|totals?)\b|统计|分析|次数", re.IGNORECASE
)
_COUNTS = re.compile(r"(?:^|_)(?:visits?|views?|hits?|clicks?|stats?|statistics?|counts?|analytics)(?:_|$)", re.IGNORECASE)


def jobs(case: Case, scope: Scope, entities: Sequence[Entity], endpoints: Sequence[Endpoint]) -> tuple[Job, ...]:
    """Return the background jobs, those that close the loop first; at most as many as the size bears."""
    if case.traits.shape != "service":
        return ()
    found: dict[str, Job] = {}
    # What the running system takes from the queue by itself needs no worker of ours.
    if (cites := forwarded(case, endpoints)) is not None and not taken_by_running(case):
        job = _forwarding(case, scope, entities, endpoints, cites)
        found[job.key] = job
    noun = evidence.thing(evidence.primary(endpoints), entities)
    for job in (*_probes(case, scope), *_visits(case, scope, noun, entities), *_from_actions(case, scope), *_from_entities(case, scope, entities)):
        found.setdefault(job.key, job)
    for job in _sweeps(case, scope, tuple(found.values()), noun):
        found.setdefault(job.key, job)
    return tuple(found.values())[: _MOST[case.traits.size] + 1]


def forwarded(case: Case, endpoints: Sequence[Endpoint]) -> Cites | None:
    """Return what shows that the primary write is passed on after the answer, or None when the user waits for it."""
    first = evidence.primary(endpoints)
    if first is None or not evidence.writes(first):
        return None
    queueing = wording.cites((s.number for s in evidence.demands(case) if _QUEUEING.search(_IN_LINE.sub(" ", s.text))), most=3)
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
    """Return the sentences by which a running system reads the queue that is put in front of it."""
    if not case.traits.existing or grounds.queue(case) is None:
        return ()
    return tuple(s for s in grounds.demanding(case, (*grounds.DEMANDS, "context", "solution")) if _TAKEN.search(s.text))


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
            "after 50, 100, 200 and 400 ms, then every 2 s until one takes it; a timeout is checked at the receiver before it is sent again" if fast else _STEPS
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
    return [_job(case, scope, kind, evidence.singular(action.noun), statement) for (kind, _), (action, statement) in found.items()]


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
    if not asked or any(job.key.startswith("job-compute") for job in found):
        return []
    job = _job(case, scope, "compute", noun, asked[0])
    cites = wording.cites((s.number for s in asked), most=4)
    return [job.model_copy(update={"name": f"Sweep the {wording.plural(noun)} in a batch", "cites": cites, "satisfies": evidence.serves(scope, cites)})]


def _job(case: Case, scope: Scope, kind: Kind, noun: str, statement: Statement) -> Job:
    way = _WAYS[kind]
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
        way = _WAYS[kind]
        filled = {"n": noun, "ns": wording.plural(noun), "days": kept["period"] if kept else ""}
        does = way.does.format(**filled) if kind == "cleanup" or kept else ""
        name = way.name.format(**filled)
        if emptied:
            fields = wording.listing([f"`{field}` {period}" for field, period in emptied])
            does = f"{does}; empties {fields}" if does else f"empties {fields} in {wording.plural(noun)}, 1,000 a transaction, and logs how many"
            name = name if kept or kind == "cleanup" else f"Empty old fields of {wording.plural(noun)}"
        rows, single = periods.of_entity(case, noun.replace(" ", "_"), (field.name for field in entity.fields))
        said = [period.statement for period in (rows, *(period for _, period in single)) if period is not None and period.statement]
        cites = wording.cites(said, entity.cites, most=4) if kind == "purge" else entity.cites[:4]
        found.append(
            Job(
                key=f"job-{kind}-{wording.slug(noun)}",
                name=name,
                trigger=way.trigger,
                does=does,
                retry=way.retry,
                on_failure=way.on_failure.format(**filled),
                user_learns=way.user_learns.format(**filled),
                satisfies=evidence.joined_keys(entity.satisfies, evidence.serves(scope, cites))[:4],
                cites=cites,
            )
        )
    return found
