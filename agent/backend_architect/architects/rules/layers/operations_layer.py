"""Layer 6: where it runs, how a change gets there and back, and what is watched."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from backend_architect.architects.rules.case import Case
from backend_architect.architects.rules.delivery.stacks import migrate
from backend_architect.architects.rules.language import wording
from backend_architect.architects.rules.layers import containers, evidence, grounds, recovery
from backend_architect.architects.rules.layers.load import busiest, staged
from backend_architect.architects.rules.layers.performance_layer import promised
from backend_architect.architects.rules.layers.watch import monitors
from backend_architect.architects.rules.scope import outright
from backend_architect.design import Component, Endpoint, Entity, Operation, OperationsDecision, OperationsLayer, Rejected, Scope, Structure
from backend_architect.expressions import expression
from backend_architect.text import Cites

_KUBERNETES = expression(r"\bkubernetes\b|\bk8s\b|\baks\b|\beks\b|\bgke\b", re.IGNORECASE)
_PORT = expression(r"\b(?:port|porta|puerto|端口)\s*`?(?P<port>\d{2,5})\b", re.IGNORECASE)
_CI: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("GitHub Actions", expression(r"\bgithub actions?\b", re.IGNORECASE)),
    ("GitLab CI", expression(r"\bgitlab(?:[ -]ci)?\b", re.IGNORECASE)),
    ("Azure Pipelines", expression(r"\bazure (?:pipelines|devops)\b|\bvsts\b", re.IGNORECASE)),
    ("Jenkins", expression(r"\bjenkins\b", re.IGNORECASE)),
    ("CircleCI", expression(r"\bcircle ?ci\b", re.IGNORECASE)),
)
_ZERO_DOWN = expression(
    r"\bzero[- ]downtime\b|\bno downtime\b|\bwithout (?:any )?(?:downtime|interruption)\b|\bmaintenance window\b|\bnot interrupt\b", re.IGNORECASE
)
_STAGING = expression(r"\bstaging\b", re.IGNORECASE)


@dataclass(frozen=True)
class _Cloud:
    """What a vendor calls the parts."""

    run: str
    watch: str
    host: str
    """A single machine."""


_CLOUDS: tuple[tuple[str, _Cloud], ...] = (
    ("azure", _Cloud("Azure Container Apps", "Azure Monitor and Application Insights", "Azure VM")),
    ("aws", _Cloud("Amazon ECS on Fargate", "CloudWatch", "EC2")),
    ("amazon", _Cloud("Amazon ECS on Fargate", "CloudWatch", "EC2")),
    ("google", _Cloud("Cloud Run", "Cloud Logging and Cloud Monitoring", "Compute Engine")),
    ("gcp", _Cloud("Cloud Run", "Cloud Logging and Cloud Monitoring", "Compute Engine")),
)


def decide(case: Case, scope: Scope, structure: Structure, entities: Sequence[Entity], endpoints: Sequence[Endpoint]) -> OperationsLayer | None:
    """Return the layer; None where nothing is run by us (no backend, browser only)."""
    if case.traits.shape in ("none", "browser"):
        return None
    setting = _setting(case, scope, structure, endpoints, entities)
    if case.traits.shape == "cli":
        return _program(setting)
    cites = wording.cites(setting.compose, setting.ci_cites, setting.zero_down, setting.port_cites, recovery.wanted(case).cites, most=6) or evidence.ground(
        case, evidence.primary(endpoints)
    )
    decision = OperationsDecision(
        key="d-operations",
        choice=_choice(setting),
        why=_why(setting),
        rejected=_rejected(setting),
        satisfies=evidence.serves(scope, (*cites, *containers.obeyed(case))),
        cites=cites,
        deployment=_placed(setting),
        pipeline=_pipeline(setting),
        health=_health(setting),
        observability=_observability(setting),
        backup=_backup(setting),
        rollback=_rollback(setting),
    )
    watched = monitors(case, structure, setting.noun, setting.call, endpoints)
    if setting.bare and len(watched) == 1:
        # What one process has to be asked stands in the decision.
        watched = ()
    return OperationsLayer(
        decision=decision,
        containers=containers.containers(case, structure, setting.instances, setting.port),
        practices=_practices(setting),
        monitors=watched,
    )


@dataclass(frozen=True)
class _Setting:
    """What was found before it is put into words."""

    case: Case
    scope: Scope
    structure: Structure
    noun: str
    call: str
    stored: tuple[str, ...]
    """Tables or collections, in words."""
    instances: int
    """Copies of the API that run at first."""
    compose: Cites
    ci: str
    ci_cites: Cites
    zero_down: Cites
    port: str
    port_cites: Cites
    queued: bool
    """Whether the main call ends with what the queue in front of a running system confirmed."""

    @property
    def vendor(self) -> str:
        """The cloud the brief names, or the one that sells the store it names."""
        return self.case.traits.cloud or {"cosmosdb": "Azure", "dynamodb": "AWS"}.get(self.case.traits.engine, "")

    @property
    def bare(self) -> bool:
        """Whether one process on one host is all there is."""
        return self.tiny and not self.compose and self.cloud is None

    @property
    def cloud(self) -> _Cloud | None:
        named = self.vendor.lower()
        return next((cloud for word, cloud in _CLOUDS if word in named), None)

    @property
    def tiny(self) -> bool:
        return self.case.traits.size == "tiny"

    @property
    def deployables(self) -> tuple[Component, ...]:
        """The components of ours that run."""
        return tuple(c for c in self.structure.components if c.kind in ("service", "worker") and c.key not in containers.MANAGED)


def _instances(case: Case, structure: Structure) -> int:
    """Return how many copies of the API run at first."""
    required = grounds.required_instances(case)
    if required is not None:
        return required[0]
    if case.traits.size == "large" or any(c.key == "c-balancer" for c in structure.components):
        return 1 if staged(case) else max(2, grounds.per_instance(grounds.load(case)))
    return 1


def _setting(case: Case, scope: Scope, structure: Structure, endpoints: Sequence[Endpoint], entities: Sequence[Entity]) -> _Setting:
    asked = evidence.demands(case, code=True)
    ci, ci_cites = next(((name, cites) for name, pattern in _CI if (cites := evidence.mentioning(asked, pattern, limit=2))), ("", ()))
    port = next(((found["port"], s.number) for s in asked if (found := _PORT.search(s.text))), None)
    first = evidence.primary(endpoints)
    return _Setting(
        case=case,
        scope=scope,
        structure=structure,
        noun=evidence.thing(first, entities),
        call=f"`{evidence.call(first)}`" if first else "the program",
        stored=tuple(wording.spaced(entity.name) for entity in evidence.built(entities)),
        instances=_instances(case, structure),
        compose=containers.demanded(case),
        ci=ci or "GitHub Actions",
        ci_cites=ci_cites,
        zero_down=evidence.mentioning(asked, _ZERO_DOWN, limit=2),
        port=port[0] if port else "",
        port_cites=(port[1],) if port else (),
        queued=first is not None and first.status == 202 and case.traits.existing and grounds.queue(case) is not None,
    )


def _choice(found: _Setting) -> str:
    if found.compose:
        return "One docker compose file, as the brief demands"
    if staged(found.case):
        return f"One {f'{found.cloud.host} ' if found.cloud else ''}host with the API and the database on day 0, more by measured triggers"
    if found.cloud is not None:
        return f"Containers on {found.cloud.run}" + (", apart from the existing application" if found.case.traits.existing else "")
    if found.bare:
        return "One process on one host"
    return "One container on one host" if found.instances == 1 else f"{found.instances} containers behind a load balancer"


def _why(found: _Setting) -> str:
    case = found.case
    parts = []
    if found.compose:
        parts.append(f"The brief: {wording.quoted(case.statement(found.compose[0]).text, 90)}")
    elif found.cloud is not None:
        parts.append(
            f"The brief names {found.vendor}; {wording.counted(max(1, len(found.deployables)), 'container')}"
            f" {'needs' if len(found.deployables) <= 1 else 'need'} no cluster of our own"
        )
    elif found.bare:
        parts.append(f"{evidence.requests(busiest(case))} at peak needs no more")
    else:
        peak = evidence.requests(busiest(case))
        sums = f"{peak} at peak against about {grounds.PER_INSTANCE} an instance (rule of thumb)"
        parts.append(f"{sums}: one is enough" if found.instances == 1 else f"{sums}; {wording.count(found.instances)}, so that one may fail or be replaced")
    if found.zero_down:
        parts.append(f"A release may not close the door: {wording.quoted(case.statement(found.zero_down[0]).text, 90)}")
    return wording.sentences(*parts)


def _rejected(found: _Setting) -> tuple[Rejected, ...]:
    if found.tiny or evidence.mentioning(evidence.demands(found.case), _KUBERNETES, limit=1):
        return ()
    count = max(1, len(found.deployables))
    return (
        Rejected(
            option="Kubernetes",
            because=f"{wording.counted(count, 'deployable')} of one team; its own upkeep would exceed theirs. From about 10 services on it pays",
        ),
    )


def _placed(found: _Setting) -> str:
    """Return how it is deployed and, if that is said, in which region."""
    where, semicolon, rest = _deployment(found).partition("; ")
    there = wording.listing(outright.places(found.case))
    return f"{where}{f', in the region {there}' if there else ''}{semicolon}{rest}"


def _deployment(found: _Setting) -> str:
    stack = found.case.traits.stack
    port = f", reachable on port {found.port}" if found.port else ""
    if found.compose:
        runs = wording.listing([c.name for c in found.structure.components if c.kind in ("service", "worker", "store")], most=6)
        copies = f"; {wording.count(found.instances)} instances of the API, each a service of its own" if found.instances > 1 else ""
        joined = wording.listing([f"`{name}`" for name in containers.networks(found.case)])
        first = f"; what calls outside systems joins the network {joined}, which has to be there first" if joined else ""
        return f"`docker compose up -d`: {runs}{copies}{port}{first}"
    if found.bare:
        return f"{stack.framework} under systemd, behind Caddy (TLS){port}"
    where = found.cloud.run if found.cloud else "one host with Docker" if found.instances == 1 else "hosts with Docker in two zones"
    copies = wording.counted(found.instances, "instance")
    if staged(found.case) and found.instances == 1:
        goal = grounds.per_instance(grounds.load(found.case))
        host = f"One {found.cloud.host} host" if found.cloud else "One host"
        name = wording.ENGINE_NAMES[found.case.traits.engine]
        later = f" in {found.cloud.run}" if found.cloud else ""
        return (
            f"{host} with Docker: the {stack.framework} image and {name} beside it{port}; a release replaces the container within seconds. The same image runs"
            f"{later} from the second instance on (about {goal:,} at the stated goal; the scaling triggers say when)"
        )
    if staged(found.case):
        goal = grounds.per_instance(grounds.load(found.case))
        copies += f" on day 0 (about {goal:,} at the stated goal; the scaling triggers say when)"
    if found.zero_down or found.instances > 1:
        return f"{stack.framework} image on {where}, {copies}{port}; new instances take traffic when ready, old ones finish their requests first (30 s)"
    return f"{stack.framework} image on {where}, {copies}{port}; a release replaces it within seconds"


def _pipeline(found: _Setting) -> str:
    stack = found.case.traits.stack
    if found.bare:
        # The commands say what it runs.
        return f"{found.ci}" if found.ci_cites else ""
    steps = [f"`{stack.lint}`", f"`{stack.test}`"]
    schema = migrate(found.case.traits.engine)
    steps += ["validate the OpenAPI document", *(["apply and revert the migration on an empty database"] if schema else []), "build the image"]
    if found.compose and evidence.boxed(found.case):
        return f"{found.ci}: {', '.join(steps)}, the load test under the caps; then publish the images"
    staged = evidence.mentioning(evidence.demands(found.case), _STAGING, limit=1) or found.case.traits.size in ("medium", "large")
    return f"{found.ci}: {', '.join(steps)}; then {'staging, then production by hand' if staged else 'production'}"


def _health(found: _Setting) -> str:
    name = wording.ENGINE_NAMES[found.case.traits.engine]
    if found.case.traits.engine in grounds.VOLATILE:
        return "`GET /healthz` answers 200 while the process lives"
    if found.bare:
        return f"`GET /healthz`: 503 without {name}"
    queue = grounds.queue(found.case)
    also = f" and {queue.name}" if queue else ""
    if queue is not None and found.queued:
        # What is taken in is confirmed by the queue alone.
        return (
            f"`GET /healthz` (alive) and `GET /readyz` ({queue.name} answers within 500 ms; {name} is not on the way of what is taken in and does not make it"
            " unready); an instance that is not ready gets no traffic; outside systems do not make it unready"
        )
    return (
        f"`GET /healthz` (alive) and `GET /readyz` ({name}{also} answers within 500 ms); an instance that is not ready gets no traffic; outside systems do"
        " not make it unready"
    )


def _observability(found: _Setting) -> str:
    case = found.case
    if found.bare:
        slow = f" and on {evidence.percentile(case)} over {case.traits.latency_ms} ms" if promised(case) else ""
        return f"JSON log, a line a request; alert on two failed checks{slow}"
    rates = [f"p50, p95 and p99 of {found.call}", "error rate by code"]
    keys = {component.key for component in found.structure.components}
    if evidence.lines_up(case, keys):
        rates.append(f"age of the oldest waiting {found.noun}")
    rates += [f"time and failures of {system.name}" for system in evidence.partners(case)[:2]]
    personal = "; personal and regulated fields are masked" if case.traits.regulated else ""
    if evidence.boxed(case):
        return (
            "JSON logs with a correlation ID from request to job, warnings and errors only under load; counters kept in the process:"
            f" {wording.listing(rates, most=5)}; no agent and no traces, which would live off the capped CPU"
        )
    where = f" in {found.cloud.watch}" if found.cloud else " through OpenTelemetry to Prometheus"
    return (
        f"JSON logs with a correlation ID that travels from request to job{personal}. Metrics{where}: {wording.listing(rates, most=5)}. Traces sampled at"
        f" {'100' if case.traits.size == 'small' else '5'} %"
    )


def _backup(found: _Setting) -> str:
    case = found.case
    if case.traits.engine in grounds.VOLATILE:
        return f"None: {case.traits.engine_basis.because}"
    if found.compose and evidence.boxed(case):
        name = wording.ENGINE_NAMES[case.traits.engine]
        return (
            f"RPO 0 for what was answered, RTO 30 s: {name} commits to a named volume and survives the restart of any container; a copy outside is added"
            " when the data have to outlive the host"
        )
    if staged(case) and found.instances == 1 and not found.tiny:
        # A standby comes with the trigger that asks for it.
        place = {"Azure": "Azure Blob Storage", "AWS": "Amazon S3", "Google Cloud": "Cloud Storage"}.get(found.vendor, "storage outside the host")
        return (
            f"Day 0: RPO 5 min, RTO 1 h: nightly copy and the log every 5 min to {place}, 14 days kept, restored into an empty database every month. With the"
            f" standby that the triggers bring: {recovery.plan(case)}"
        )
    law = f", encrypted, access logged ({wording.listing([j.value for j in case.traits.regulated], most=3)})" if case.traits.regulated else ""
    test = "" if found.tiny else f"restored into an empty database every month, timed against {recovery.rto(case).text}, row counts compared"
    return f"{recovery.plan(case)}{law}{f'; {test}' if test else ''}"


def _rollback(found: _Setting) -> str:
    if found.case.traits.engine in grounds.VOLATILE:
        return "Start the previous image; memory starts empty either way"
    if found.bare:
        return "Previous release, reverse migration"
    return (
        "Previous image tag, one command, under 5 min. Migrations only add within a release, so the old code runs on the new schema; what drops a column"
        " follows a release later"
    )


def _practices(found: _Setting) -> tuple[Operation, ...]:
    case = found.case
    practices = []
    if (shares := _shares(found)) is not None:
        practices.append(Operation(topic="deployment", practice=f"Limits that add up to the caps: {shares}"))
    if found.bare:
        return tuple(practices)
    if not found.tiny and not evidence.boxed(case):
        practices.append(Operation(topic="environments", practice=_environments(found)))
    if case.traits.engine not in grounds.VOLATILE and not evidence.boxed(case):
        target = wording.listing(found.stored, most=3) or f"the {wording.plural(found.noun)}"
        practices.append(
            Operation(
                topic="recovery",
                practice=(f"Restore {target} into a new database, point `DATABASE_URL` at it, run the tests of {found.call} against it, then open the traffic"),
            )
        )
    partners = evidence.partners(case)
    if partners:
        practices.append(
            Operation(
                topic="runbook",
                practice=f"One page for '{partners[0].name} is down': how it shows, what callers see, how to pause and resume the jobs, whom to call",
            )
        )
    else:
        practices.append(
            Operation(topic="runbook", practice=f"One page for '{found.call} is slow' and one for 'disk full': the query that shows it, the command that helps")
        )
    if case.traits.size in ("medium", "large") and any(r.horizon == "later" for r in found.scope.requirements):
        later = next(r.text for r in found.scope.requirements if r.horizon == "later")
        practices.append(Operation(topic="flags", practice=f"What comes later ships dark behind a setting, first: {wording.clipped(later, 80)}"))
    budget = case.profile.first("budget")
    if budget is not None:
        practices.append(
            Operation(topic="cost", practice=f"The stated budget is {budget.value}: running costs are reported monthly, alert at 80 % of the month's share")
        )
    elif case.traits.size == "small":
        practices.append(Operation(topic="cost", practice="One small instance and one small database: about 30 to 60 dollars a month"))
    return tuple(practices)


def _environments(found: _Setting) -> str:
    if found.case.traits.size == "small":
        return "Local and production; the same image, settings from environment variables"
    return f"Local, staging, production: one image, settings from the environment; staging holds made-up {wording.plural(found.noun)} only"


def _shares(found: _Setting) -> str | None:
    shared = containers.shares(found.case, found.structure, found.instances)
    if shared is None:
        return None
    if containers.demanded(found.case):
        # The table of containers says who gets what.
        return shared.sums()
    names = {component.key: component.name for component in found.structure.components}
    seen = list(dict.fromkeys(f"{names[share.component]} {share.phrase()}{' each' if len(shared.of(share.component)) > 1 else ''}" for share in shared.shares))
    return f"{', '.join(seen)} ({shared.sums()})"


def _program(found: _Setting) -> OperationsLayer:
    """Return what a program without a server needs: scripts, a pipeline, a release to go back to."""
    case, stack = found.case, found.case.traits.stack
    scripts = evidence.scripts(case)
    named = wording.listing([f"`{script}`" for script in scripts.names], most=5) if scripts.names else f"`{stack.run}`"
    cites = wording.cites(scripts.cites, found.ci_cites, most=6) or case.traits.shape_basis.cites[:3] or evidence.ground(case, None)
    decision = OperationsDecision(
        key="d-operations",
        choice=f"{named}, run by {found.ci}" if scripts.names else f"A program started by {named}",
        why=(
            "Nothing stays running: the program starts, works through its input and ends."
            f" {'The scripts are the interface the brief checks.' if scripts.names else 'There is no server to operate.'}"
        ),
        satisfies=evidence.serves(found.scope, cites),
        cites=cites,
        deployment=f"None; {named} on a fresh checkout is the whole installation",
        pipeline=f"{found.ci} on each pull request: {named if scripts.names else f'`{stack.lint}`, `{stack.test}`'}; red if one ends non-zero"
        + (f" or `{scripts.result}` is empty" if scripts.result else ""),
        health="The exit code: 0 when all work is done, 1 with a message on stderr otherwise",
        observability=f"One line an event with its time{f' in `{scripts.result}`' if scripts.result else ' on stdout'}; errors on stderr",
        backup=(
            f"None: {case.traits.engine_basis.because}"
            if case.traits.engine in grounds.VOLATILE
            else "The data file is copied before a run that changes its format"
        ),
        rollback="Check out the previous tag",
    )
    return OperationsLayer(decision=decision)
