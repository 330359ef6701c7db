"""Tasks of the work on data beside the requests: notebooks and models, dashboards."""

from __future__ import annotations

import re

from backend_architect.architects.rules.case import Case
from backend_architect.architects.rules.delivery.drafts import FIRST, REST, Draft
from backend_architect.architects.rules.language import wording
from backend_architect.architects.rules.layers import analytics, evidence, grounds
from backend_architect.design import Component, Design, Keys
from backend_architect.expressions import expression

_HISTORY = expression(r"\b(?:historical|decades|years) (?:\w+ ){0,4}(?:data|records|transactions)\b", re.IGNORECASE)


def analysis(case: Case, design: Design, noun: str) -> list[Draft]:
    """Return the tasks of the workspace and of the dashboards, as far as the structure has them."""
    parts = {component.key: component for component in design.structure.components}
    drafts = []
    if (workspace := parts.get("c-workspace")) is not None:
        drafts.append(_workspace(case, design, noun, workspace, parts.get("c-archive")))
    if (dashboards := parts.get("c-dashboards")) is not None:
        drafts.append(_dashboards(case, design, noun, dashboards))
    return drafts


def _now(design: Design, component: Component) -> Keys:
    return tuple(r.key for r in design.scope.requirements if r.horizon == "now" and r.key in component.satisfies)


def _workspace(case: Case, design: Design, noun: str, workspace: Component, archive: Component | None) -> Draft:
    said = analytics.asked(case)
    first = evidence.primary(design.endpoints)
    trains = next((job for job in (design.messaging.jobs if design.messaging else ()) if job.key.startswith("job-train")), None)
    # The loop itself asks the model where the sentence that wants one is the loop's.
    asks = first is not None and bool(set(said.training) & set(first.cites))
    history = next((s for s in grounds.demanding(case, (*grounds.DEMANDS, "context")) if _HISTORY.search(s.text)), None)
    steps = []
    if archive is not None:
        loaded = f" and load the history into it ({wording.quoted(history.text, 80)})" if history is not None else ""
        steps.append(f"Create {archive.name}: one table of {wording.plural(noun)}, partitioned by day{loaded}")
    elif history is not None:
        steps.append(f"Load the history ({wording.quoted(history.text, 80)})")
    if said.notebooks:
        steps.append("Notebooks live in the repository; a reviewed merge is what releases one to the scheduler")
    if trains is not None:
        steps.append(f"Training run: {wording.clipped(trains.does, 170)}")
    done = (
        f"The scheduled run, not a person, has trained and released a model; the answer of `{evidence.call(first)}` names its version; with the pointer turned"
        " back the earlier version answers within 5 minutes"
        if trains is not None and first is not None
        else "An analyst opens a notebook, reads yesterday's data and cannot change it; the same notebook runs on the schedule after a merge"
    )
    return Draft(
        key="t-workspace",
        phase=FIRST if asks else REST,
        title=f"{'Train and release the first model' if trains is not None else 'Open the notebooks'} in the {workspace.name}",
        implements=[workspace.key, *_now(design, workspace)],
        after=["t-data", "t-start"],
        steps=steps,
        done_when=done,
        cites=list(said.workspace),
    )


def _dashboards(case: Case, design: Design, noun: str, dashboards: Component) -> Draft:
    report = next((job for job in (design.messaging.jobs if design.messaging else ()) if job.key.startswith("job-report")), None)
    return Draft(
        key="t-dashboards",
        phase=REST,
        title=f"Show the aggregates over {wording.plural(noun)} in {dashboards.name}",
        implements=[dashboards.key, *_now(design, dashboards)],
        after=[*([f"t-{report.key}", "t-jobs"] if report is not None else []), "t-loop"],
        steps=[
            "One read-only view for each figure in the long-term store; the dashboards read views, never tables",
            f"Whoever watches {wording.plural(noun)} signs in with the accounts of their organisation",
        ],
        done_when="A figure on the dashboard equals the same sum over the stored rows of that day, and the page names the time it was computed",
        cites=list(analytics.asked(case).dashboards),
    )
