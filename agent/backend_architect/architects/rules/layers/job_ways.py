"""How jobs of each kind run: when they start, what they do, what happens when they fail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["visits", "cleanup", "notify", "import", "export", "report", "compute", "advance", "count", "purge"]


@dataclass(frozen=True)
class Way:
    """How jobs of one kind run; `{n}` is the thing, `{ns}` its plural."""

    name: str
    trigger: str
    does: str
    retry: str
    on_failure: str
    user_learns: str


STEPS = "5 tries after 10 s, 1 min, 5 min, 30 min and 2 h, each varied by 20 %"

WAYS: dict[Kind, Way] = {
    "visits": Way(
        "Count the visits of each {n}",
        "every 5 minutes",
        'appends one line a read outside the request, then adds them up into one row a {n} and month, for what the brief asks ("{quote}")',
        "none of its own: the next run starts at the last line counted",
        "counts are late, not lost; alert when they are 1 h behind",
        "the figures carry the time up to which they are complete",
    ),
    "cleanup": Way(
        "Delete expired {ns}",
        "every hour",
        "deletes {ns} whose time is up, 1,000 a transaction, so that no lock lasts longer than 1 s",
        "none of its own: the next run takes what this one left; deleting twice changes nothing",
        "alert after 3 failed runs; nothing is served wrongly, because reads already treat an expired {n} as gone",
        "an expired {n} is answered as gone from the second it expires, not when the job runs",
    ),
    "purge": Way(
        "Purge old {ns}",
        "nightly at 03:00 (assumed)",
        "removes {ns} past their retention ({days}), 1,000 a transaction, and logs how many",
        "none of its own: the next night takes what this one left",
        "alert after 2 failed nights: retention is a promise",
        "not told; the retention is published",
    ),
    "notify": Way(
        "Notify about {ns}",
        "commit of the change to the {n}",
        'sends what the brief asks for ("{quote}") by {channel}; one row per recipient, unique on (event, recipient), so nobody hears twice',
        STEPS,
        "marked failed and listed for the operator; the {n} itself stays valid",
        "by the message; in the application the {n} shows whether it was sent",
    ),
    "import": Way(
        "Import {ns}",
        "arrival of a file or message",
        "reads {ns} in chunks of 500, each chunk one transaction, rows keyed by their own ID so that a repeat overwrites instead of doubling",
        "3 tries a chunk after 1 min, 10 min and 1 h",
        "the chunk is set aside with its line numbers and reasons; the others stay imported",
        "a status: rows read, taken, refused, with the reason for each refusal",
    ),
    "export": Way(
        "Export {ns}",
        "request for an export",
        "writes the {ns} to a file in pages of 1,000 rows and keeps it 7 days",
        "3 tries after 10 s, 1 min and 10 min, from the last finished page",
        "the export is marked failed with its reason; asking again starts a new one",
        "202 at once, then `status` and the link on the export itself",
    ),
    "report": Way(
        "Build the {n} report",
        "nightly at 03:00 (assumed)",
        'computes what the brief asks for ("{quote}") from a read-only snapshot and swaps it in at the end',
        "3 tries, 10 min apart",
        "yesterday's {n} report stays up, with its date; alert in the morning",
        "the report carries the time it was computed",
    ),
    "compute": Way(
        "Compute {n}",
        "nightly at 03:00 (assumed)",
        'does what the brief asks for ("{quote}") over what came in since the last run; a mark of the last (created_at, id) done makes a restart go on, not start over',
        "3 tries, 10 min apart, from the mark",
        "the run is marked failed with the row it stopped at; older results stay in use, with their date",
        "the result appears with the time it was computed",
    ),
    "advance": Way(
        "Move {ns} on when their time comes",
        "every minute",
        'does what the brief asks for ("{quote}"): one conditional update per {n}, which changes nothing when somebody was faster',
        "none of its own: the next minute takes what this one left",
        "alert after 5 failed runs; the rule is checked again on every write to the {n}",
        "the {n} shows its new state at the next look",
    ),
    "count": Way(
        "Count {ns}",
        "every 5 minutes",
        'adds up what the brief asks for ("{quote}") from appended events into one row a {n} and month; the reader never waits for the count',
        "none of its own: the next run starts at the last event counted",
        "counts are late, not lost: the events stay; alert when they are 1 h behind",
        "the figures carry the time up to which they are complete",
    ),
}
