"""Every job has a part that does it and every part a job: workers, queues, models, notices, stored contents."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest

from backend_architect.design import Component, Job
from backend_architect.plan import Plan
from backend_architect.runs import plan_brief

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = sorted((ROOT / "examples").glob("*.md"))


def planned(text: str) -> Plan:
    return plan_brief("-", folder=None, stdin=BytesIO(text.encode())).plan


def jobs(plan: Plan) -> dict[str, Job]:
    return {job.key: job for job in plan.design.messaging.jobs} if plan.design.messaging else {}


def components(plan: Plan) -> dict[str, Component]:
    return {component.key: component for component in plan.design.structure.components}


def kind(key: str) -> str:
    return key.split("-")[1]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_a_worker_is_there_if_and_only_if_a_job_needs_one(path: Path) -> None:
    made = plan_brief(str(path), folder=None, stdin=BytesIO()).plan
    work, parts = jobs(made), components(made)
    small = made.design.scope.size == "small"
    needed = [key for key in work if kind(key) != "train" and not (kind(key) in ("cleanup", "purge") and (small or key.endswith(("session", "token"))))]
    assert ("c-worker" in parts) == (bool(needed) and made.design.scope.size != "tiny")
    assert ("c-workspace" in parts) >= any(kind(key) == "train" for key in work)


FRAUD = """\
---
requests-per-second: 80
---
# Claim screening for an insurer

Millions of claims a year reach us. Today's claim system stays as it is: what we build runs side-by-side with it.

## What we need

- A REST API that scores a claim at once and says whether to hold it back.
- A real-time ingestion pipeline that the claim system passes each claim to when it saves it.
- We want to keep all claims over time in long-term storage, without disturbing the jobs that read them.
- Every night an offline scoring run goes over the claims of the day and marks those that look doubtful. For these the staff will notify the policyholder.
- The scoring uses our trained model; once a week we want to retrain the model on the claims that were examined by hand.
- The analysts prefer notebooks to explore the data, prepare it and define scheduled processing.
- Scheduled runs create aggregates with statistics about doubtful claims.
- The branch managers need dashboards that show the trend of doubtful claims.

We have years of historical claims data as CSV.

Microsoft Azure is our cloud; the database is Cosmos DB.
"""


@pytest.fixture(scope="module")
def fraud() -> Plan:
    return planned(FRAUD)


def test_models_notebooks_and_dashboards_are_parts_with_tasks(fraud: Plan) -> None:
    parts = components(fraud)
    assert {"c-workspace", "c-dashboards", "c-archive", "c-queue", "c-worker"} <= set(parts)
    assert (parts["c-workspace"].name, parts["c-dashboards"].name) == ("Azure Databricks workspace", "Power BI dashboards")
    said = {r.key: r.text for r in fraud.design.scope.requirements}
    of_workspace = " ".join(said[key] for key in parts["c-workspace"].satisfies)
    assert "retrain the model" in of_workspace
    assert "notebooks to explore" in of_workspace
    assert "dashboards" in " ".join(said[key] for key in parts["c-dashboards"].satisfies)
    tasks = {task.key: task for task in fraud.design.delivery.tasks}
    assert {"c-workspace", "c-archive"} <= set(tasks["t-workspace"].implements)
    assert "c-dashboards" in tasks["t-dashboards"].implements
    assert any("years of historical claims data" in step for step in tasks["t-workspace"].steps)


def test_notebooks_are_no_business_of_the_api(fraud: Plan) -> None:
    said = {r.key: r.text for r in fraud.design.scope.requirements}
    assert not any("notebooks" in said[key] for key in components(fraud)["c-api"].satisfies)


def test_training_ingestion_and_aggregates_are_jobs(fraud: Plan) -> None:
    assert {kind(key) for key in jobs(fraud)} >= {"take", "train", "report"}
    taken = next(job for job in jobs(fraud).values() if kind(job.key) == "take")
    assert "long-term store" in taken.does
    assert "Azure Event Hubs" in taken.name


def test_every_requirement_of_the_first_version_has_a_part_and_a_task(fraud: Plan) -> None:
    now = {r.key for r in fraud.design.scope.requirements if r.horizon == "now"}
    by_part = {key for c in fraud.design.structure.components for key in c.satisfies} | set(fraud.design.structure.system.satisfies)
    assert now <= by_part
    elements: dict[str, tuple[str, ...]] = {c.key: c.satisfies for c in fraud.design.structure.components}
    elements |= {endpoint.key: endpoint.satisfies for endpoint in fraud.design.endpoints} | {entity.key: entity.satisfies for entity in fraud.design.entities}
    elements |= {decision.key: decision.satisfies for _, _, decision in fraud.design.decisions()}
    by_task = {key for task in fraud.design.delivery.tasks for element in task.implements for key in (element, *elements.get(element, ()))}
    assert now <= by_task


def test_without_models_and_analysts_there_is_no_workspace() -> None:
    made = planned(
        "# Club\n\n- Members can book a court.\n- A dashboard shows the bookings of the week to 5,000 members.\n- The data is stored in PostgreSQL.\n"
    )
    assert not {"c-workspace", "c-dashboards"} & set(components(made))


INTAKE = """\
# Result intake

Currently our application takes results directly and loses them while it is deployed. The existing system stays. 30 requests per second arrive.

- On a `POST` the new intake must put the result into an Azure Storage Queue and answer with a 202 HTTP status code and the place of its status.
- Then LabStream would read from the queue and process the results there.
"""


def test_a_running_system_that_reads_the_queue_needs_no_worker_but_a_change_of_its_own() -> None:
    made = planned(INTAKE)
    assert jobs(made) == {}
    assert "c-worker" not in components(made)
    task = next(task for task in made.design.delivery.tasks if task.key == "t-handover")
    assert "c-existing" in task.implements
    assert "Azure Storage Queue" in task.title


def test_a_new_worker_at_the_queue_is_a_part_and_has_a_job() -> None:
    made = planned(
        INTAKE.replace("Then LabStream would read from the queue and process the results there.", "A new worker must read the queue and store the results.")
    )
    assert {kind(key) for key in jobs(made)} & {"forward", "take"}
    assert "c-worker" in components(made)
    assert "c-existing" not in components(made)


def test_notifications_that_are_called_for_like_tasks_are_written_by_a_job() -> None:
    made = planned("# Board\n\n- Six users create projects, assign tasks and comment on tasks.\n- Expose REST APIs for projects, tasks, and notifications.\n")
    job = jobs(made)["job-notify-task"]
    said = {r.key: r.text for r in made.design.scope.requirements}
    assert [said[key] for key in job.satisfies] == ["Expose REST APIs for projects, tasks, and notifications."]
    assert "`notifications`" in job.does
    assert "c-worker" not in components(made)
    assert "notify about tasks" in components(made)["c-api"].purpose
    assert any(job.satisfies[0] in task.implements for task in made.design.delivery.tasks if task.key == "t-jobs")


SHELF = """\
# Text shelf

The service has 40,000 users; it has to bear 60 reads per second and 5 writes per second.

- A visitor leaves a text and gets a link to it.
- A visitor opens the link and reads the text.
- The service deletes expired texts.

The table:

```sql
CREATE TABLE texts (
  link char(7) NOT NULL,
  lifetime_in_minutes int NOT NULL,
  created_at datetime NOT NULL,
  text_path varchar(255) NOT NULL,
  PRIMARY KEY (link)
)
```
"""


def test_content_that_a_row_only_names_has_a_store() -> None:
    made = planned(SHELF)
    parts = components(made)
    assert "`texts.text_path`" in parts["c-objects"].purpose
    assert "c-objects" in parts["c-api"].uses
    assert made.design.data is not None
    assert "Content in the row" in [rejected.option for rejected in made.design.data.decision.rejected]
    assert "job-purge-object" in jobs(made)
    assert any("private bucket" in step for task in made.design.delivery.tasks for step in task.steps)


def test_rows_that_hold_their_content_have_none() -> None:
    made = planned(SHELF.replace("text_path varchar(255)", "body varchar(9000)"))
    assert "c-objects" not in components(made)
    assert "job-purge-object" not in jobs(made)


GROWTH = """\
# Link page on AWS

Design a system that scales to millions of users on AWS.

- A user saves a link and reads links.
- Scale from 1 user to 20 million users.
- 400 writes per second on average and 40,000 reads per second on average.
- Need for relational data in MySQL.
"""


def test_a_staged_growth_starts_on_one_host_and_each_stage_is_a_task() -> None:
    made = planned(GROWTH)
    assert made.design.operations is not None
    assert made.design.performance is not None
    decision = made.design.operations.decision
    assert decision.choice == "One EC2 host with the API and the database on day 0, more by measured triggers"
    assert decision.backup.startswith("Day 0: RPO 5 min")
    stages = [task for task in made.design.delivery.tasks if task.key.startswith("t-grow-")]
    assert len(stages) == len(made.design.performance.scaling) - 1
    assert {task.phase for task in stages} == {"p-later"}
    assert stages[0].depends_on == ("t-operate",)
    assert next(task for task in made.design.delivery.tasks if task.key == "t-load").phase == "p-ready"


def test_mail_that_a_job_sends_has_a_provider() -> None:
    made = planned("# Shelf\n\n- A neighbour can lend a tool to another neighbour.\n- The system reminds borrowers by email 24 hours before the return date.\n")
    provider = components(made)["c-ext-mail-provider"]
    assert (provider.name, provider.kind, provider.purpose) == ("Mail provider", "external", "delivers e-mail")
    assert any(provider.key in task.implements for task in made.design.delivery.tasks)
    named = planned(
        "# Shelf\n\n- A neighbour can lend a tool.\n- The system reminds borrowers by email through our SMTP server 24 hours before the return date.\n"
    )
    assert len([c for c in components(named).values() if c.kind == "external"]) == 1
