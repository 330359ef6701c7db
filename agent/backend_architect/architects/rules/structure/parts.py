"""Which parts a service consists of, and the words of the brief that ask for each."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from backend_architect.architects.rules.api.endpoints import endpoints
from backend_architect.architects.rules.api.look_ups import look_up
from backend_architect.architects.rules.case import Action, Case, System
from backend_architect.architects.rules.language.wording import headed, listing, slug, spaced
from backend_architect.architects.rules.layers import analytics
from backend_architect.architects.rules.layers.analytics import Analytics
from backend_architect.architects.rules.layers.contents import Contents, contents
from backend_architect.architects.rules.layers.grounds import (
    VOLATILE,
    Ground,
    Load,
    Queue,
    Relay,
    archive,
    base,
    client,
    demanding,
    feeds_running,
    load,
    on_screen,
    outside,
    people,
    per_instance,
    queue,
    regions,
    relay,
    required_instances,
    staged,
    uploads,
)
from backend_architect.architects.rules.layers.jobs import jobs
from backend_architect.architects.rules.structure.caps import Caps, Role, caps
from backend_architect.architects.rules.structure.contexts import Context, contexts, is_account, singular
from backend_architect.design import Entity, Job, Scope
from backend_architect.expressions import expression

API = "c-api"
BALANCER = "c-balancer"
CACHE = "c-cache"
CLIENT = "c-web"
EXISTING = "c-existing"
OBJECTS = "c-objects"
ARCHIVE = "c-archive"
QUEUE = "c-queue"
STORE = "c-db"
WORKER = "c-worker"
WORKSPACE = "c-workspace"
DASHBOARDS = "c-dashboards"

FLEET = 8
"""More instances than this are scaled by measurement, not planned one by one."""
SHARED_CACHE_READS = 2_000
"""Reads/s from which one database should not answer every read itself."""

_WRITES = ("create", "submit", "send", "pay", "upload", "store", "comment", "update", "change-state")
_KINDS = {
    "take": "intake",
    "visits": "statistics",
    "cleanup": "expiry",
    "purge": "expiry",
    "notify": "notification",
    "import": "import",
    "export": "report",
    "report": "report",
    "count": "statistics",
    "compute": "batch",
    "advance": "deadline",
}
_PREFIX = expression(r"^(?:api|v\d+|users?|auth|login)$")
_CARRIERS = (
    ("Mail provider", "delivers e-mail", expression(r"\b(?:e-?)?mail\b|\bsmtp\b")),
    ("SMS provider", "delivers text messages", expression(r"\bsms\b|\btext message")),
)
"""Who delivers what goes out of the house, and the words for its channel."""
_SESSIONS = expression(r"-(?:session|token|login|api-key)s?$")
_NOTICES = expression(r"notif|remind|alert|message|e-?mail")


@dataclass(frozen=True)
class Parts:
    """The parts of one service."""

    case: Case
    entities: tuple[Entity, ...]
    """Entities that are built now."""
    demand: Load
    contexts: tuple[Context, ...]
    split: bool
    """Whether the contexts are modules or services of their own."""
    instances: int
    instances_because: str
    required: Ground | None
    """The words that prescribe the number of instances."""
    client: Ground | None
    queue: Queue | None
    relay: Relay | None
    all_jobs: tuple[Job, ...]
    """Work that nobody waits for."""
    uploads: Ground | None
    contents: Contents | None
    archive: Ground | None
    regions: Ground | None
    analytics: Analytics
    externals: tuple[tuple[str, System], ...]
    """Component key and system."""
    caps: Caps | None

    @property
    def store(self) -> bool:
        """Whether something is kept on disk."""
        return self.case.traits.engine not in VOLATILE

    @property
    def files(self) -> bool:
        """Whether bytes are kept outside the rows."""
        return self.uploads is not None or self.contents is not None

    @property
    def server(self) -> bool:
        """Whether the store is a part of its own; an embedded database is not."""
        return self.store and self.case.traits.engine != "sqlite"

    @property
    def balanced(self) -> bool:
        """Whether requests are spread over instances."""
        return self.instances > 1

    @property
    def cache(self) -> bool:
        """Whether reads need a shared cache."""
        return self.server and self.demand.reads >= SHARED_CACHE_READS and staged(self.case) is None

    @property
    def existing(self) -> bool:
        """Whether a running system takes its work from the queue of this project."""
        return feeds_running(self.case)

    @property
    def worker(self) -> bool:
        """Whether something works outside requests in a process of its own."""
        if self.case.traits.size == "tiny":
            # One process does all but read a queue, which goes on while that process is replaced.
            return self.queue is not None and any(kind_of(job) in ("forward", "take") for job in self.all_jobs)
        # Sweeping up is a timer in the API until there is enough to sweep.
        swept = all(kind_of(job) in ("cleanup", "purge") and (self.case.traits.size == "small" or _SESSIONS.search(job.key)) for job in self.all_jobs)
        # What trains a model runs where the notebooks are.
        return not swept and any(kind_of(job) != "train" for job in self.all_jobs)

    @property
    def jobs(self) -> tuple[Job, ...]:
        """The work, without what the worker is named for: taking from the queue, passing on, asking how the others are."""
        return tuple(job for job in self.all_jobs if kind_of(job) not in ("forward", "probe", "take", "train"))

    @property
    def keeps(self) -> bool:
        """Whether something is kept beyond who people are."""
        return self.store and any(not context.accounts for context in self.contexts)

    @property
    def noun(self) -> str:
        """The main thing of the project, singular, as words."""
        return main_noun(self.case, self.contexts)

    @property
    def acts(self) -> tuple[Action, ...]:
        """What people do through the API; what analysts do in notebooks is no call of it."""
        aside = set(self.analytics.notebooks) - set(self.analytics.training)
        return tuple(action for action in people(self.case) if action.statement not in aside)

    @property
    def write(self) -> str:
        """The main write, as words: a spelled operation or what a person does."""
        calls = [e for e in self.case.contracts.ours if e.method in ("POST", "PUT") and not re.search(r"login|users?$|auth|token", e.path)]
        spelled = next((e for e in calls if self.noun.split()[0] in e.path.rsplit("/", 1)[-1]), next(iter(calls), None))
        if spelled is not None:
            return f"`{spelled.method} {spelled.path}`"
        writes = [a for verb in _WRITES for a in self.acts if a.verb == verb and a.noun]
        action = next((a for a in writes if not on_screen(a)), next(iter(writes), None))
        return f"{base(action)} {spaced(action.noun)}" if action else f"a new {self.noun}"

    def key_of(self, context: Context) -> str:
        """Return the component key of a context: the API itself unless the contexts are split."""
        return f"c-{slug(context.name)}" if self.split else API

    def job_names(self, *, most: int) -> str:
        """Return the jobs as words: `delete expired pastes and count visits`."""
        return listing([job.name[:1].lower() + job.name[1:] for job in self.jobs], most=most)

    def worker_name(self) -> str:
        """Return the worker's name after what it does."""
        if self.relay is not None:
            return f"{headed(self.noun)} dispatcher"
        kinds = list(dict.fromkeys(_KINDS[kind] for job in self.all_jobs if (kind := kind_of(job)) in _KINDS))
        return headed(f"{listing(kinds)} worker") if 0 < len(kinds) < 3 else f"{headed(self.noun)} worker"


def kind_of(job: Job) -> str:
    """Return what sort of job it is: the second word of its key."""
    return job.key.split("-")[1]


def main_noun(case: Case, groups: tuple[Context, ...]) -> str:
    """Return the thing that the project is about, singular."""
    built = [e for context in groups if not context.accounts for e in context.entities]
    wanted = look_up(case)
    if wanted is not None and not any(entity.tier == "essential" for entity in built):
        # What is kept beside it (who searched for what) is not what it is about.
        return f"{spaced(wanted.subject)} search".strip()
    if built:
        return spaced(singular(main_entity(case, tuple(built)).name))
    if sum("search" in s.text.lower() for s in demanding(case)) >= 3:
        return "search"
    tally: dict[str, int] = {}
    for action in people(case):
        if action.noun and action.verb not in ("other", "configure"):
            tally[action.noun] = tally.get(action.noun, 0) + 1
    acted = spaced(max(tally, key=lambda noun: tally[noun])) if tally else ""
    paths = [part for e in case.contracts.ours if e.method == "POST" for part in e.path.split("/") if part and "{" not in part and not _PREFIX.match(part)]
    return acted or (spaced(singular(paths[0])) if paths else "request")


def main_entity(case: Case, built: tuple[Entity, ...]) -> Entity:
    """Return the entity that the demands speak of most."""
    said = " ".join(s.text.lower() for s in demanding(case) if s.kind != "code")
    return max(built, key=lambda e: (e.tier == "essential", said.count(spaced(singular(e.name)))))


def parts(case: Case, scope: Scope, entities: tuple[Entity, ...]) -> Parts:
    """Find the parts of a service."""
    # What the project is about stands before who uses it.
    built = tuple(sorted((entity for entity in entities if entity.tier != "future"), key=is_account))
    demand = load(case)
    grouped = contexts(case, entities)
    number, because, required = instances(case, demand)
    passed_on = relay(case)
    operations = endpoints(case, entities, component=API)
    taken: dict[str, System] = {}
    work = jobs(case, scope, entities, operations)
    for system in (*outside(case), *_carriers(work, outside(case))):
        taken.setdefault(f"c-ext-{slug(system.name)}", system)
    found = Parts(
        case=case,
        entities=built,
        demand=demand,
        contexts=grouped,
        split=_is_split(case, grouped),
        instances=number,
        instances_because=because,
        required=required,
        client=client(case),
        queue=queue(case),
        relay=passed_on,
        all_jobs=work,
        uploads=uploads(case),
        contents=contents(case),
        archive=archive(case),
        regions=regions(case),
        analytics=analytics.asked(case),
        externals=tuple(taken.items()),
        caps=None,
    )
    rows: list[tuple[str, Role, int]] = []
    if found.balanced:
        rows.append((BALANCER, "balancer", 1))
    rows.append((API, "api", number))
    if found.worker:
        rows.append((WORKER, "worker", 1))
    if found.server:
        rows.append((STORE, "store", 1))
    if found.cache:
        rows.append((CACHE, "cache", 1))
    return replace(found, caps=caps(case, tuple(rows)))


def _carriers(work: tuple[Job, ...], known: tuple[System, ...]) -> tuple[System, ...]:
    """Return who delivers the messages of the jobs, where no system of the brief does."""
    found = []
    for name, purpose, channel in _CARRIERS:
        sent = [job for job in work if kind_of(job) == "notify" and channel.search(job.does.rpartition(" by ")[2].lower())]
        if sent and not any(channel.search(system.name.lower()) for system in known):
            found.append(System(name=name, purpose=purpose, cites=tuple(dict.fromkeys(n for job in sent for n in job.cites))))
    return tuple(found)


def _is_split(case: Case, grouped: tuple[Context, ...]) -> bool:
    if len(grouped) < 2:
        return False
    match case.traits.pattern:
        case "modular monolith":
            return True
        case "services":
            return case.traits.size in ("medium", "large") or any(_NOTICES.search(c.name.lower()) for c in grouped)
        case _:
            return False


def instances(case: Case, demand: Load) -> tuple[int, str, Ground | None]:
    """Return the number of API instances, why, and the words that prescribe it."""
    if (asked := required_instances(case)) is not None:
        return asked[0], f"the brief prescribes it: {asked[1].quote}", asked[1]
    needed = per_instance(demand) if demand.known else 1
    if (stages := staged(case)) is not None:
        return 1, f"one host for the first of {stages[0].value} to {stages[1].value}", None
    if needed > FLEET:
        return 2, f"two at least, more by CPU: the reckoned peak would take {needed}", None
    if needed > 1:
        return needed + 1, f"{needed} carry the peak and one may fail", None
    if case.traits.size == "tiny":
        return 1, "", None
    if case.traits.size == "large" or case.profile.first("availability") is not None:
        return 2, "one carries the load, the second keeps answering while the first is replaced", None
    return 1, "", None
