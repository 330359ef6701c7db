"""The steps of a data pipeline, as a brief orders them: fetch, parse, validate, publish, report."""

from __future__ import annotations

import re
from dataclasses import dataclass

from backend_architect.architects.rules.case import Case, remembered
from backend_architect.architects.rules.language import wording
from backend_architect.architects.rules.layers import evidence
from backend_architect.architects.rules.layers.job_ways import STEPS
from backend_architect.brief import Statement
from backend_architect.design import Job, Scope
from backend_architect.expressions import expression

_LEAST = 3
"""With fewer orders to itself a program is no pipeline."""
_ORDERS: dict[str, str] = {
    "import": "fetch poll pull collect import ingest receive download",
    "parse": "parse map convert transform normalise normalize enrich split",
    "validate": "validate check verify deduplicate compare match",
    "export": "publish send push export load deliver forward",
    "notify": "mail email notify alert inform",
}
_KIND = {word: kind for kind, listed in _ORDERS.items() for word in listed.split()}
_FIRST = expression(r"(?P<word>[A-Z][a-z]+) (?P<rest>[a-z0-9].{8,})")
_WHEN = expression(r"\b(every (?:\d+ |\w+ )?(?:seconds?|minutes?|hours?|nights?|days?)|nightly|hourly|daily|at \d{1,2}:\d\d)\b", re.IGNORECASE)
_BATCH = expression(r"\bbatch(?:es)? of (?:up to )?(?P<n>[\d,.]+)\b", re.IGNORECASE)
_CLAUSE = expression(r"[.;:(]| and (?=from |to )")


@dataclass(frozen=True)
class Step:
    """One order that the program gets."""

    kind: str
    statement: Statement

    @property
    def name(self) -> str:
        """What is done, in the brief's own words."""
        first = _CLAUSE.split(self.statement.text, maxsplit=1)[0]
        return wording.clipped(_WHEN.sub("", first).strip(" ,"), 60)


@remembered
def steps(case: Case) -> tuple[Step, ...]:
    """Return the steps in the order of the brief; none if it orders no pipeline."""
    if case.brief.language != "en" or case.contracts.ours:
        return ()
    found: list[Step] = []
    for reading in case.readings:
        statement = case.statement(reading.statement)
        if reading.horizon != "now" or reading.label not in ("functional", "integration", "quality") or statement.kind != "item":
            continue
        order = _FIRST.match(statement.text)
        if order is not None and (kind := _KIND.get(order["word"].lower(), "")):
            found.append(Step(kind, statement))
    kinds = {step.kind for step in found}
    return tuple(found) if len(found) >= _LEAST and "import" in kinds and len(kinds) > 1 else ()


def jobs(case: Case, scope: Scope) -> tuple[Job, ...]:
    """Return a job for each step: each starts when the one before it has committed."""
    made: list[Job] = []
    for step in steps(case):
        said = _WHEN.search(step.statement.text)
        cites = (step.statement.number,)
        before = made[-1].name if made else ""
        made.append(
            Job(
                key=f"job-{'compute' if step.kind in ('parse', 'validate') else step.kind}-{wording.slug(' '.join(step.name.split()[:3]))}",
                name=step.name,
                trigger=f"{said[1].lower()}, as the brief says"
                if said
                else f'commit of the step before it, "{before}"'
                if before
                else "a timer, every minute (assumed)",
                does=_does(step),
                retry=STEPS,
                on_failure="the piece it failed on is set aside with its reason and alerted on; the others go on",
                user_learns="by the state of the piece: waiting, done or set aside with a reason",
                satisfies=evidence.serves(scope, cites),
                cites=cites,
            )
        )
    return tuple({job.key: job for job in reversed(made)}.values())[::-1]


def _does(step: Step) -> str:
    match step.kind:
        case "import":
            return "takes each new piece once: its source, name and checksum are a unique key, so that one that comes twice is recognised and left"
        case "parse":
            return "reads one piece at a time in batches of 1,000 rows and stores how far it has come, so that a crash goes on there; two pieces never wait for each other"
        case "validate":
            return "gives each row its verdict with the reason, in the transaction that moves the row on; a rejected row stops no other"
        case "export":
            batch = _BATCH.search(step.statement.text)
            size = f"batches of {batch['n']}, as stated" if batch else "batches of 500 (assumed)"
            return f"sends what is ready in {size}, each under its own identifier, so that a repeat is recognised, and marks what the receiver confirmed"
        case _:
            return "sends one message for each piece, unique on (piece, recipient), so that nobody hears twice"
