"""The compose file of a design: its containers, their limits, the networks they join."""

from __future__ import annotations

from typing import Any

from backend_architect.design import Component, Container, Design
from backend_architect.emit.openapi import as_yaml

PATH = "docker-compose.yml"

_OWN = "backend"
"""The network that the plan's own containers share."""
_PROBES: dict[str, list[str]] = {
    "postgres": ["CMD-SHELL", "pg_isready -U app -d app"],
    "mysql": ["CMD-SHELL", "mysqladmin ping -h 127.0.0.1 -u app -p$${MYSQL_PASSWORD} --silent"],
    "mongo": ["CMD-SHELL", "mongosh --quiet --eval 'db.runCommand({ping: 1}).ok'"],
    "redis": ["CMD", "redis-cli", "ping"],
}
"""How each image is asked whether it is ready; another one tells it by starting."""
_FILES = {"postgres": "/var/lib/postgresql/data", "mysql": "/var/lib/mysql", "mongo": "/data/db"}
"""Where each image keeps what must survive a restart."""
_FIRST = {"postgres", "mysql"}
"""Images that run the SQL they find when they start with nothing."""


def text(design: Design) -> str:
    """Return the file, or an empty string if the design has no containers."""
    return as_yaml(document(design), line=100) if design.operations is not None and design.operations.containers else ""


def document(design: Design) -> dict[str, Any]:
    """Return the file as a value."""
    containers = design.operations.containers if design.operations else ()
    components = {component.key: component for component in design.structure.components}
    joined = list(dict.fromkeys(network for container in containers for network in container.networks))
    services = {container.name: _service(design, container, components, containers) for container in containers}
    found: dict[str, Any] = {"services": services, "networks": {_OWN: {"driver": "bridge"}, **{name: {"external": True} for name in joined}}}
    if kept := [f"{c.name}-data" for c in containers if _product(c) in _FILES]:
        found["volumes"] = {name: {} for name in kept}
    if doors := [c for c in containers if _product(c) == "nginx"]:
        found["configs"] = {c.name: {"content": _forwarding(_behind(c, components, containers))} for c in doors}
    return found


def _service(design: Design, container: Container, components: dict[str, Component], containers: tuple[Container, ...]) -> dict[str, Any]:
    product = _product(container)
    service: dict[str, Any] = {"image": container.image}
    if container.platform:
        service["platform"] = container.platform
    if product == "postgres" and container.memory_mb:
        # A quarter of the memory is the usual share; each connection takes some MB of the rest.
        service["command"] = f"postgres -c shared_buffers={max(16, container.memory_mb // 4)}MB -c max_connections=20"
    if container.port:
        service["ports"] = [f"{container.port}:{_inner(container)}"]
    if container.settings:
        service["environment"] = dict(setting.split("=", 1) for setting in container.settings)
    if waits := {other.name: {"condition": _condition(other)} for other in _behind(container, components, containers)}:
        service["depends_on"] = waits
    if product == "nginx":
        service["configs"] = [{"source": container.name, "target": "/etc/nginx/nginx.conf"}]
    volumes = [f"{container.name}-data:{_FILES[product]}"] if product in _FILES else []
    if product in _FIRST and any(entity.tier != "future" and entity.fields for entity in design.entities):
        volumes.append("./migrations/0001_initial.up.sql:/docker-entrypoint-initdb.d/0001_initial.sql:ro")
    if volumes:
        service["volumes"] = volumes
    if product in _PROBES:
        service["healthcheck"] = {"test": _PROBES[product], "interval": "2s", "timeout": "2s", "retries": 30}
    service["networks"] = [_OWN, *container.networks]
    service["restart"] = "unless-stopped"
    limits = {
        **({"cpus": f"{container.cpu:.2f}"} if container.cpu else {}),
        **({"memory": f"{container.memory_mb}MB"} if container.memory_mb else {}),
    }
    if limits:
        service["deploy"] = {"resources": {"limits": limits}}
    return service


def _behind(container: Container, components: dict[str, Component], containers: tuple[Container, ...]) -> list[Container]:
    """Return the containers that one calls."""
    component = components.get(container.runs)
    return [other for other in containers if component is not None and other.runs in component.uses]


def _product(container: Container) -> str:
    return container.image.partition(":")[0]


def _condition(container: Container) -> str:
    return "service_healthy" if _product(container) in _PROBES else "service_started"


def _inner(container: Container) -> str:
    return "80" if _product(container) == "nginx" else next((s.partition("=")[2] for s in container.settings if s.startswith("PORT=")), str(container.port))


def _forwarding(targets: list[Container]) -> str:
    servers = "".join(f"    server {target.name}:{_inner(target)};\n" for target in targets)
    return (
        "events { worker_connections 1024; }\n"
        "http {\n"
        "  access_log off;\n"
        "  upstream api {\n"
        f"{servers}"
        "    keepalive 64;\n"
        "  }\n"
        "  server {\n"
        "    listen 80;\n"
        "    location / {\n"
        "      proxy_pass http://api;\n"
        "      proxy_http_version 1.1;\n"
        '      proxy_set_header Connection "";\n'
        "    }\n"
        "  }\n"
        "}\n"
    )
