"""The components beside the requests: the workspace where models are made, the dashboards over what was added up."""

from __future__ import annotations

from backend_architect.architects.rules.language.wording import plural, quoted
from backend_architect.architects.rules.layers.grounds import platform
from backend_architect.architects.rules.structure.assembly import Assembly
from backend_architect.architects.rules.structure.parts import ARCHIVE, DASHBOARDS, STORE, WORKSPACE
from backend_architect.design import Component, FailureMode

_WORKSPACES = {"azure": "Azure Databricks workspace", "aws": "Amazon SageMaker workspace", "google": "Vertex AI workspace"}
_DASHBOARDS = {"azure": "Power BI dashboards", "aws": "Amazon QuickSight dashboards", "google": "Looker Studio dashboards"}


def workspace(site: Assembly) -> Component:
    """Return the place of the notebooks, in which models are trained and released."""
    parts = site.parts
    found, many = parts.analytics, plural(parts.noun)
    source = ARCHIVE if parts.archive is not None else STORE
    does = [
        *([f"analysts explore and prepare {many} in notebooks"] if found.notebooks else []),
        *([f"the model is trained on past {many}, measured and released"] if found.training else []),
        *(["the notebooks' logic becomes the scheduled runs"] if found.notebooks else []),
    ]
    released = (
        "Each model version is a numbered file beside its measured errors; one pointer says which is released, the API and the batch run read it at start and"
        " every 5 minutes, and turning the pointer back is the rollback"
    )
    first = parts.case.statement((found.notebooks or found.training)[0]).text
    return site.component(
        WORKSPACE,
        _WORKSPACES.get(platform(parts.case), "Notebook workspace (JupyterHub)"),
        "worker",
        "Analytics",
        purpose=f"Where {'; '.join(does)} ({quoted(first, 90)})",
        uses=(source,) if parts.archive is not None or parts.server else (),
        store="Notebooks in the repository, released by review like code; model versions as files; no data of its own",
        scaling="Clusters that start for a run and stop after it; hours of compute are the cost",
        interface=released if found.training else "Notebooks in a browser, for signed-in analysts; read-only on the data",
        failures=(
            FailureMode(
                when="A training run fails, or its model is worse than the one in use" if found.training else "A notebook fails in a scheduled run",
                then="nothing is released; the last version goes on, and the figures of both are in the alert"
                if found.training
                else "the last results stay up",
                user_sees="results as before",
            ),
        ),
        basis=found.workspace,
    )


def dashboards(site: Assembly) -> Component:
    """Return the dashboards over the aggregates."""
    parts = site.parts
    first = parts.case.statement(parts.analytics.dashboards[0]).text
    return site.component(
        DASHBOARDS,
        _DASHBOARDS.get(platform(parts.case), "Metabase dashboards"),
        "client",
        "Analytics",
        purpose=f"Shows the aggregates over {plural(parts.noun)} to those who watch them ({quoted(first, 90)})",
        uses=(ARCHIVE,),
        store="Holds nothing; a cached answer of at most 5 minutes",
        scaling="Managed; queries go to the long-term store, never to the hot one",
        interface="Read-only SQL views over the aggregates; people sign in with the accounts of their organisation",
        failures=(
            FailureMode(
                when="The aggregates are older than a day",
                then="the view shows the time they were computed; the alert of the job that builds them has fired",
                user_sees="yesterday's figures, marked as such",
            ),
        ),
        basis=parts.analytics.dashboards,
    )
