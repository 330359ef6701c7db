"""Work on the data beside the requests: notebooks, training of a model, aggregates, dashboards; which of them a brief asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass

from backend_architect.architects.rules.case import Case, remembered
from backend_architect.architects.rules.language import wording
from backend_architect.architects.rules.layers import evidence, grounds
from backend_architect.brief import Statement
from backend_architect.design import Job, Scope
from backend_architect.expressions import expression
from backend_architect.text import Cites

TRAINING = expression(
    r"\b(?:re)?train(?:ed|ing)? (?:\w+ ){0,2}models?\b|\bmodel training\b|\b(?:applying|using|with|by) machine learning\b|\b(?:ML|machine learning) models?\b",
    re.IGNORECASE,
)
NOTEBOOKS = expression(r"\bnotebook-driven\b|\bjupyter\b|\bnotebooks\b[^.]{0,60}\b(?:explore|data|model|analy)\w*|\bdata science\b", re.IGNORECASE)
DASHBOARDS = expression(r"\b(?:would like|wants?|needs?|must|shall|should)\b[^.?]{0,80}\bdashboards?\b", re.IGNORECASE)
AGGREGATES = expression(r"\b(?:aggregates\b|summary tables?\b|roll-?ups?\b)", re.IGNORECASE)
"""What people do with all of the data rather than with one row of it."""


@dataclass(frozen=True)
class Analytics:
    """What is asked for, each by the statements that ask."""

    training: Cites
    notebooks: Cites
    aggregates: Cites
    dashboards: Cites

    @property
    def workspace(self) -> Cites:
        """What asks for a place where models are made and data is explored."""
        return wording.cites(self.training, self.notebooks, most=8)


@remembered
def asked(case: Case) -> Analytics:
    """Return what the brief asks for; nothing for a project that is too small to have data worth the tools."""
    if case.traits.size == "tiny" or case.traits.shape != "service":
        return Analytics((), (), (), ())
    demands = evidence.demands(case)
    training, notebooks = (evidence.mentioning(demands, pattern, limit=6) for pattern in (TRAINING, NOTEBOOKS))
    aggregates = evidence.mentioning(demands, AGGREGATES, limit=3)
    # Dashboards over the long-term store are a tool of their own; all others are screens of the client.
    wishes = grounds.demanding(case, (*grounds.DEMANDS, "context", "solution"))
    dashboards = evidence.mentioning(wishes, DASHBOARDS, limit=3) if grounds.archive(case) is not None else ()
    return Analytics(training, notebooks, aggregates, dashboards)


def jobs(case: Case, scope: Scope, noun: str) -> list[Job]:
    """Return the work that a clock starts: training a model, building the aggregates."""
    found, said = [], asked(case)
    many = wording.plural(noun)
    if said.training:
        found.append(
            Job(
                key=f"job-train-{wording.slug(noun)}",
                name="Train the model",
                trigger="Sunday 02:00 (assumed), or by hand from a notebook",
                does=(
                    f"trains on the stored {many} with the newest month held back, measures on that month what is caught and what is wrongly caught, and"
                    " publishes the version if it is no worse than the one in use"
                ),
                retry="2 tries, 1 h apart, from the same data",
                on_failure="the version in use stays; alert in the morning with the figures of both",
                user_learns="each result names the version of the model that gave it",
                satisfies=evidence.serves(scope, said.training),
                cites=said.training,
            )
        )
    if said.aggregates:
        quote = wording.clipped(case.statement(said.aggregates[0]).text, 90).replace('"', "'")
        beside = ", in the hot store for the API and in the long-term store for the dashboards" if said.dashboards else ""
        found.append(
            Job(
                key=f"job-report-{wording.slug(noun)}",
                name=f"Build the aggregates over {many}",
                trigger="after each batch run, at the latest nightly at 04:00 (assumed)",
                does=f'adds up what the brief asks for ("{quote}") into rows of their own, per day{beside}, and swaps them in at the end',
                retry="3 tries, 10 min apart",
                on_failure="the last aggregates stay up with their time; alert in the morning",
                user_learns="each figure carries the time it was computed",
                satisfies=evidence.serves(scope, said.aggregates),
                cites=said.aggregates,
            )
        )
    return found


_PROMISE = expression(
    r"\b(?:will|must|shall|should|want to|need to)(?: also| then)? (?:notify|inform|alert|warn) (?:the |their |its |our |each |every )?(?P<who>[a-z]+)\b",
    re.IGNORECASE,
)
"""A message that is due, in a sentence which goes on with what the one before it asks."""


def promised(case: Case) -> tuple[Statement, str, Cites] | None:
    """Return the background sentence that promises a message, who gets it, and the demand it goes on with."""
    asked_for = {statement.number: statement for statement in evidence.demands(case)}
    for statement in grounds.demanding(case, ("context",)):
        if statement.kind not in ("sentence", "item") or (found := _PROMISE.search(statement.text)) is None:
            continue
        before = asked_for.get(statement.number - 1)
        if before is not None and before.section == statement.section:
            return statement, found["who"].lower(), (before.number, statement.number)
    return None
