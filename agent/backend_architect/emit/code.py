"""The files that a plan proposes: the API's contract, the first migration, the compose file, each from the design."""

from __future__ import annotations

from backend_architect.design import Design
from backend_architect.emit import collections, compose, openapi, sql
from backend_architect.plan import CodeChange

ENGINES = {"postgresql": "PostgreSQL", "mysql": "MySQL", "sqlite": "SQLite", "mongodb": "MongoDB", "cosmosdb": "Cosmos DB", "dynamodb": "DynamoDB"}


def code_changes(design: Design) -> tuple[CodeChange, ...]:
    """Return the proposed files, in the order they are worked on; none for a design that needs none."""
    return (*_contract(design), *_migration(design), *_collections(design), *_containers(design))


def _contract(design: Design) -> tuple[CodeChange, ...]:
    content = openapi.text(design)
    if not content or design.api is None:
        return ()
    known = {component.key for component in design.structure.components}
    components = dict.fromkeys(endpoint.component for endpoint in design.endpoints if endpoint.component in known)
    change = CodeChange(
        key="code-openapi",
        path="openapi.yaml",
        language="yaml",
        about=f"{_counted(len(design.endpoints), 'endpoint', 'endpoints')}, OpenAPI 3.1",
        content=content,
        implements=(design.api.decision.key, *components) if len(known) > 1 else (),
    )
    return (change,)


def _migration(design: Design) -> tuple[CodeChange, ...]:
    up, down = sql.script(design)
    if not up or design.data is None:
        return ()
    entities = _built(design)
    engine = ENGINES[design.data.decision.engine]
    return (
        CodeChange(
            key="code-up",
            path="migrations/0001_initial.up.sql",
            language="sql",
            about=f"{_counted(len(entities), 'table', 'tables')}, {engine}",
            content=up,
            implements=(design.data.decision.key, *entities) if len(entities) > 1 else (),
        ),
        CodeChange(
            key="code-down",
            path="migrations/0001_initial.down.sql",
            language="sql",
            about="The reverse",
            content=down,
        ),
    )


def _collections(design: Design) -> tuple[CodeChange, ...]:
    content = collections.documents(design)
    if not content or design.data is None:
        return ()
    entities = _built(design)
    change = CodeChange(
        key="code-collections",
        path="migrations/0001_initial.json",
        language="json",
        about=f"{_counted(len(entities), 'collection', 'collections')}, {ENGINES[design.data.decision.engine]}, with indexes, schemas and how to remove them",
        content=content,
        implements=(design.data.decision.key, *entities),
    )
    return (change,)


def _containers(design: Design) -> tuple[CodeChange, ...]:
    content = compose.text(design)
    if not content or design.operations is None:
        return ()
    containers = design.operations.containers
    networks = dict.fromkeys(network for container in containers for network in container.networks)
    joins = f"; joins {', '.join(networks)}, which has to be there first" if networks else ""
    change = CodeChange(
        key="code-compose",
        path=compose.PATH,
        language="yaml",
        about=f"{_counted(len(containers), 'container', 'containers')} with their limits{joins}; APP_IMAGE and DB_PASSWORD come from .env beside it",
        content=content,
        implements=(design.operations.decision.key, *dict.fromkeys(container.runs for container in containers)),
    )
    return (change,)


def _built(design: Design) -> tuple[str, ...]:
    """Return the keys of the entities that the first migration builds."""
    names: dict[str, str] = {}
    for entity in design.entities:
        if entity.tier != "future" and entity.fields:
            names.setdefault(entity.name.casefold(), entity.key)
    return tuple(dict.fromkeys(names.values()))


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
