"""The containers of a compose file that a brief demands: what each runs, its share of the caps, whom it reaches."""

from __future__ import annotations

import re

from backend_architect.architects.rules.case import Case, remembered
from backend_architect.architects.rules.language.wording import slug
from backend_architect.architects.rules.layers import evidence, grounds
from backend_architect.architects.rules.structure.caps import Caps, Role, caps
from backend_architect.design import Component, Container, Engine, Structure
from backend_architect.expressions import expression

PORT = 8080
"""Where the program listens inside its container."""
OWN_IMAGE = "${APP_IMAGE}"
"""The image that the project itself publishes; compose reads the name from `.env`."""

_BALANCER, _DATABASE, _CACHE, _WORKER = "c-balancer", "c-db", "c-cache", "c-worker"
_ROLES: dict[str, Role] = {_BALANCER: "balancer", _WORKER: "worker", _DATABASE: "store", _CACHE: "cache"}
MANAGED = ("c-objects", "c-archive", "c-queue", "c-workspace", "c-dashboards")
"""Parts that somebody else runs for us."""
_STORES: dict[Engine, tuple[str, str, tuple[str, ...]]] = {
    "postgresql": (
        "postgres:17-alpine",
        "postgres://app:${DB_PASSWORD}@db:5432/app",
        ("POSTGRES_USER=app", "POSTGRES_PASSWORD=${DB_PASSWORD}", "POSTGRES_DB=app"),
    ),
    "mysql": (
        "mysql:8.4",
        "mysql://app:${DB_PASSWORD}@db:3306/app",
        ("MYSQL_USER=app", "MYSQL_PASSWORD=${DB_PASSWORD}", "MYSQL_DATABASE=app", "MYSQL_RANDOM_ROOT_PASSWORD=yes"),
    ),
    "mongodb": (
        "mongo:8",
        "mongodb://app:${DB_PASSWORD}@db:27017/app?authSource=admin",
        ("MONGO_INITDB_ROOT_USERNAME=app", "MONGO_INITDB_ROOT_PASSWORD=${DB_PASSWORD}", "MONGO_INITDB_DATABASE=app"),
    ),
    "redis": ("redis:8-alpine", "redis://db:6379/0", ()),
}
"""Image, address and settings of the engines that run in a container."""

_COMPOSE = expression(r"\bdocker[- ]?compose\b", re.IGNORECASE)
_RULES = expression(r"\blinux[-/](?:amd64|arm64)\b|\b(?:bridge|privileged)\b|\b(?:replicas|replicated|replicad\w+)\b", re.IGNORECASE)
_PLATFORM = expression(r"\blinux[-/](?P<machine>amd64|arm64)\b", re.IGNORECASE)
_NETWORK = expression(r"\b(?:network|rede|red|réseau|rete|Netzwerk|Netz)\s+`(?P<name>[\w.-]+)`|`(?P<before>[\w.-]+)`\s+network\b", re.IGNORECASE)
_MODES = frozenset({"bridge", "host", "none", "default"})
"""How a network works, not what it is called."""
_URL = expression(r"https?://(?P<host>[A-Za-z][\w-]*):(?P<port>\d{2,5})\b")


def demanded(case: Case) -> tuple[int, ...]:
    """Return the statements that ask for a compose file."""
    return evidence.mentioning(evidence.demands(case, code=True), _COMPOSE, limit=2)


def obeyed(case: Case) -> tuple[int, ...]:
    """Return the statements that the compose file obeys: caps, platform, network, what a container may not do."""
    if not demanded(case):
        return ()
    capped = (number for fact in (*case.profile.all("cpu-limit"), *case.profile.all("memory-limit")) for number in fact.cites)
    return (*demanded(case), *capped, *evidence.mentioning(evidence.demands(case), _RULES, limit=8))


def shares(case: Case, structure: Structure, instances: int) -> Caps | None:
    """Return how the stated caps are shared out over what runs."""
    rows = tuple((component.key, _role(component), instances if _role(component) == "api" else 1) for component in _running(structure))
    return caps(case, rows)


def containers(case: Case, structure: Structure, instances: int, port: str) -> tuple[Container, ...]:
    """Return the containers, what is called from outside first; none where the brief demands no compose file."""
    if not demanded(case) or case.traits.engine in ("cosmosdb", "dynamodb"):
        return ()
    shared = shares(case, structure, instances)
    outside = {component.key for component in structure.components if component.kind == "external"}
    running = _running(structure)
    joined = networks(case)
    known = addresses(case)
    door = next((c.key for c in running if c.key == _BALANCER), "c-api")
    found: list[Container] = []
    for component in running:
        copies = instances if _role(component) == "api" else 1
        dealt = shared.of(component.key) if shared else ()
        reaches = [key for key in component.uses if key in outside]
        for number in range(1, copies + 1):
            name = {_DATABASE: "db"}.get(component.key, component.key.removeprefix("c-"))
            share = dealt[number - 1] if dealt else None
            found.append(
                Container(
                    name=f"{name}-{number}" if copies > 1 else name,
                    runs=component.key,
                    image=_image(case, component),
                    cpu=(share.cpu or 0.0) if share else 0.0,
                    memory_mb=(share.memory_mb or 0) if share else 0,
                    port=int(port or PORT) if component.key == door else 0,
                    platform=_platform(case),
                    networks=joined if reaches else (),
                    settings=_settings(case, structure, component, {key: known[key] for key in reaches if key in known}),
                )
            )
    return tuple(found)


@remembered
def networks(case: Case) -> tuple[str, ...]:
    """Return the networks the brief names: others make them, and what calls an outside system joins them."""
    if not demanded(case):
        return ()
    found: dict[str, None] = {}
    for statement in grounds.demanding(case, (*grounds.DEMANDS, "context")):
        if "`" in statement.text:
            for match in _NETWORK.finditer(statement.text):
                name = match["name"] or match["before"]
                if name.lower() not in _MODES:
                    found.setdefault(name)
    return tuple(found)


@remembered
def addresses(case: Case) -> dict[str, str]:
    """Return the address of each outside system, by its component's key, as far as the brief states it for other containers."""
    names = sorted((system.name for system in grounds.outside(case)), key=len, reverse=True)
    found: dict[str, str] = {}
    for statement in grounds.demanding(case, (*grounds.DEMANDS, "context")):
        if "://" not in statement.text:
            continue
        for match in _URL.finditer(statement.text):
            if match["host"] == "localhost":
                continue
            # An address belongs to the system that was named last before it.
            before = statement.text[: match.start()]
            nearest = max(names, key=lambda name: before.rfind(name) + (len(name) if name in before else 0), default="")
            if nearest and nearest in before:
                found.setdefault(f"c-ext-{slug(nearest)}", match[0])
    return found


def _running(structure: Structure) -> tuple[Component, ...]:
    return tuple(c for c in structure.components if c.kind in ("service", "worker", "store") and c.key not in MANAGED)


def _role(component: Component) -> Role:
    return _ROLES.get(component.key, "api")


def _image(case: Case, component: Component) -> str:
    match component.key:
        case "c-balancer":
            return "nginx:1.29-alpine"
        case "c-cache":
            return "redis:8-alpine"
        case "c-db":
            return _STORES[case.traits.engine][0] if case.traits.engine in _STORES else OWN_IMAGE
        case _:
            return OWN_IMAGE


def _platform(case: Case) -> str:
    for statement in evidence.demands(case):
        if (found := _PLATFORM.search(statement.text)) is not None:
            return f"linux/{found['machine'].lower()}"
    return ""


def _settings(case: Case, structure: Structure, component: Component, reached: dict[str, str]) -> tuple[str, ...]:
    store = _STORES.get(case.traits.engine)
    if component.key == _DATABASE:
        return store[2] if store else ()
    if component.key in (_BALANCER, _CACHE):
        return ()
    said = ["ROLE=worker"] if component.kind == "worker" else [f"PORT={PORT}"]
    if store is not None and _DATABASE in component.uses:
        said.append(f"DATABASE_URL={store[1]}")
    if _CACHE in component.uses:
        said.append("CACHE_URL=redis://cache:6379/0")
    names = {other.key: other.name for other in structure.components}
    said += [f"{slug(names[key]).upper().replace('-', '_')}_URL={address}" for key, address in reached.items()]
    return tuple(said)
