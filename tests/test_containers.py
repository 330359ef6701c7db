"""The compose file that a brief demands: from its sentences to a file that a YAML parser reads."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
import yaml

from backend_architect.design import Container
from backend_architect.plan import Plan
from backend_architect.runs import plan_brief

BRIEF = """\
# Parcel relay

Build a backend that takes parcel notices and passes each on to a carrier service called Carrier.

## Rules

- Deliver it as a docker compose file.
- All services together may use at most 2 CPU and 400 MB of memory.
- Run at least two instances of the API behind a load balancer.
- Listen on port 7070.
- The images must run on linux/amd64.
- The network mode must be bridge.
- The p99 of `POST /notices` must stay below 20 ms.

## Where the carriers are

Both carriers run in their own compose file. Join the network `carriers` with what calls them.

Carrier Main is at `http://carrier-main:8081` and Carrier Spare at `http://carrier-spare:8081`; from the host they are at `http://localhost:9001`.

Carrier Main is cheaper. Carrier Spare is there for when Carrier Main fails.

## Endpoints to build

### Notices

```
POST /notices
{
    "noticeId": "4a7901b8-7d26-4d9d-aa19-4dc1c7cf60b3",
    "weight": 19.9
}

HTTP 202
```

## Endpoints the Carrier offers

### Notices

```
POST /notices
{
    "noticeId": "4a7901b8-7d26-4d9d-aa19-4dc1c7cf60b3",
    "weight": 19.9
}

HTTP 200
```

### Health

```
GET /notices/health

HTTP 200
```

This endpoint has a limit of 1 call every 5 seconds.
"""


def planned(text: str) -> Plan:
    return plan_brief("-", folder=None, stdin=BytesIO(text.encode())).plan


@pytest.fixture(scope="module")
def plan() -> Plan:
    return planned(BRIEF)


@pytest.fixture(scope="module")
def compose(plan: Plan) -> dict[str, Any]:
    content = next(change.content for change in plan.code if change.path == "docker-compose.yml")
    read: dict[str, Any] = yaml.safe_load(content)
    return read


def containers(plan: Plan) -> dict[str, Container]:
    assert plan.design.operations is not None
    return {container.name: container for container in plan.design.operations.containers}


def test_every_deployable_is_a_container_and_the_instances_are_services_of_their_own(plan: Plan, compose: dict[str, Any]) -> None:
    running = {c.key for c in plan.design.structure.components if c.kind in ("service", "worker", "store")}
    assert {container.runs for container in containers(plan).values()} == running
    assert list(compose["services"]) == ["balancer", "api-1", "api-2", "worker", "db"]
    assert not any("replicas" in service.get("deploy", {}) for service in compose["services"].values())


def test_the_limits_add_up_to_the_caps(compose: dict[str, Any]) -> None:
    limits = [service["deploy"]["resources"]["limits"] for service in compose["services"].values()]
    assert sum(round(float(limit["cpus"]) * 100) for limit in limits) == 200
    assert sum(int(limit["memory"].removesuffix("MB")) for limit in limits) == 400


def test_only_the_door_is_published(compose: dict[str, Any]) -> None:
    assert {name: service["ports"] for name, service in compose["services"].items() if "ports" in service} == {"balancer": ["7070:80"]}
    assert compose["services"]["balancer"]["configs"] == [{"source": "balancer", "target": "/etc/nginx/nginx.conf"}]
    assert "server api-1:8080;\n    server api-2:8080;" in compose["configs"]["balancer"]["content"]


def test_what_calls_the_outside_joins_its_network_under_its_addresses(plan: Plan, compose: dict[str, Any]) -> None:
    assert compose["networks"] == {"backend": {"driver": "bridge"}, "carriers": {"external": True}}
    assert {name: service["networks"] for name, service in compose["services"].items()} == {
        "balancer": ["backend"],
        "api-1": ["backend"],
        "api-2": ["backend"],
        "worker": ["backend", "carriers"],
        "db": ["backend"],
    }
    environment = compose["services"]["worker"]["environment"]
    assert (environment["CARRIER_MAIN_URL"], environment["CARRIER_SPARE_URL"]) == ("http://carrier-main:8081", "http://carrier-spare:8081")
    outside = {c.name: c.interface for c in plan.design.structure.components if c.kind == "external"}
    assert outside["Carrier Main"].startswith("At `http://carrier-main:8081`; ")


def test_every_service_waits_for_what_it_calls(compose: dict[str, Any]) -> None:
    waits = {name: {other: said["condition"] for other, said in service.get("depends_on", {}).items()} for name, service in compose["services"].items()}
    assert waits == {
        "balancer": {"api-1": "service_started", "api-2": "service_started"},
        "api-1": {"db": "service_healthy"},
        "api-2": {"db": "service_healthy"},
        "worker": {"db": "service_healthy"},
        "db": {},
    }
    assert {service["platform"] for service in compose["services"].values()} == {"linux/amd64"}


def test_a_call_limit_of_theirs_is_a_constraint_that_the_probing_job_keeps(plan: Plan) -> None:
    limit = next(r for r in plan.design.scope.requirements if "1 call every 5 seconds" in r.text)
    assert limit.kind == "constraint"
    assert plan.design.messaging is not None
    job = next(job for job in plan.design.messaging.jobs if job.key == "job-probe-health")
    assert limit.key in job.satisfies
    assert "1 call every 5 seconds" in job.trigger
    assert [c.key for c in plan.design.structure.components if limit.key in c.satisfies] == ["c-worker"]
    assert any(limit.key in task.implements for task in plan.design.delivery.tasks)


def test_the_rules_for_containers_are_answered_by_the_operations_decision(plan: Plan) -> None:
    assert plan.design.operations is not None
    said = {r.key: r.text for r in plan.design.scope.requirements}
    answered = " ".join(said[key] for key in plan.design.operations.decision.satisfies)
    for words in ("docker compose", "2 CPU and 400 MB", "linux/amd64", "bridge"):
        assert words in answered


def test_nothing_is_composed_that_nobody_demands() -> None:
    made = planned(BRIEF.replace("- Deliver it as a docker compose file.\n", ""))
    assert containers(made) == {}
    assert "docker-compose.yml" not in [change.path for change in made.code]


def test_without_caps_the_containers_have_no_limits() -> None:
    made = planned(BRIEF.replace("- All services together may use at most 2 CPU and 400 MB of memory.\n", ""))
    content = next(change.content for change in made.code if change.path == "docker-compose.yml")
    assert {container.cpu for container in containers(made).values()} == {0.0}
    assert not any("deploy" in service for service in yaml.safe_load(content)["services"].values())
