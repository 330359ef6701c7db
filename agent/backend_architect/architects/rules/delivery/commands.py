"""The exact commands of the stack: on a developer's machine, in the pipeline, in production."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from backend_architect.architects.rules.case import Case
from backend_architect.architects.rules.delivery.stacks import DOWN, UP, focused_test, migrate
from backend_architect.architects.rules.language import wording
from backend_architect.architects.rules.layers import evidence, grounds
from backend_architect.design import Command, Container, Design, Engine

_BACKUP: dict[Engine, str] = {
    "postgresql": 'pg_dump --format=custom --file="backup-$(date +%F).dump" "$DATABASE_URL"',
    "mysql": 'mysqldump --defaults-extra-file="$MYSQL_CNF" --single-transaction --routines "$MYSQL_DATABASE" | gzip > "backup-$(date +%F).sql.gz"',
    "sqlite": 'sqlite3 "$DATABASE_PATH" ".backup \'backup-$(date +%F).db\'"',
    "mongodb": 'mongodump --uri="$MONGODB_URI" --archive="backup-$(date +%F).gz" --gzip',
    "dynamodb": 'aws dynamodb create-backup --table-name "$TABLE" --backup-name "$TABLE-$(date +%F)"',
    "redis": 'redis-cli -u "$REDIS_URL" --rdb "backup-$(date +%F).rdb"',
}
_RESTORE: dict[Engine, str] = {
    "postgresql": 'pg_restore --exit-on-error --no-owner --dbname="$RESTORE_URL" "$BACKUP_FILE"',
    "mysql": 'gunzip -c "$BACKUP_FILE" | mysql --defaults-extra-file="$MYSQL_CNF" "$RESTORE_DATABASE"',
    "sqlite": 'sqlite3 "$BACKUP_FILE" "PRAGMA integrity_check; PRAGMA foreign_key_check;"',
    "mongodb": 'mongorestore --uri="$RESTORE_URI" --archive="$BACKUP_FILE" --gzip',
    "dynamodb": 'aws dynamodb restore-table-from-backup --target-table-name "$RESTORE_TABLE" --backup-arn "$BACKUP_ARN"',
}

_Where = Literal["local", "ci", "production"]


def commands(case: Case, design: Design) -> tuple[Command, ...]:
    """Return the commands, each with a key of its own."""
    match case.traits.shape:
        case "none":
            return ()
        case "service":
            return _service(case, design)
        case _:
            return _program(case)


def _command(name: str, where: _Where, run: str, purpose: str) -> Command:
    return Command(key=f"cmd-{name}", where=where, run=run, purpose=purpose)


def _program(case: Case) -> tuple[Command, ...]:
    stack, scripts = case.traits.stack, evidence.scripts(case)
    test = scripts.named("test") or stack.test
    found = [_command("install", "local", stack.install, "Dependencies at locked versions")]
    if build := scripts.named("build"):
        found.append(_command("build", "local", build, "Compile, as the brief asks"))
    found.append(_command("test", "local", test, "All tests"))
    run = scripts.named("run") or stack.run
    found.append(_command("run", "local", run, f"One run; the result is in `{scripts.result}`" if scripts.result else "One run"))
    pipeline = [command for command in (scripts.named("build"), test, scripts.named("run")) if command]
    check = f" && test -s {scripts.result}" if scripts.result else ""
    if case.traits.shape == "cli":
        found.append(
            _command(
                "ci",
                "ci",
                " && ".join(pipeline) + check if scripts.names else f"{stack.lint} && {stack.test}",
                "What the pipeline runs on every pull request",
            )
        )
    else:
        found.append(_command("ci", "ci", f"{stack.lint} && {stack.test}", "What the pipeline runs on every push"))
    return tuple(found)


def _composed(containers: Sequence[Container]) -> list[Command]:
    """Return how the containers are built and started; what others make is there before."""
    machine = next((container.platform for container in containers if container.platform), "")
    joined = wording.listing([f"`{name}`" for name in dict.fromkeys(name for container in containers for name in container.networks)])
    platform = f"--platform {machine} " if machine else ""
    return [
        _command("image", "local", f'docker build {platform}--tag "$APP_IMAGE" .', "The one image that the API and the worker run"),
        _command("run", "local", "docker compose up --detach --wait", f"Start it; {joined} is up before" if joined else "Start it"),
    ]


def _service(case: Case, design: Design) -> tuple[Command, ...]:
    stack, engine, tiny = case.traits.stack, case.traits.engine, case.traits.size == "tiny"
    tables = len(evidence.built(design.entities))
    schema = migrate(engine) if tables else ""
    revert = migrate(engine, file=DOWN) if schema and engine in grounds.RELATIONAL else ""
    apply = migrate(engine, file=UP)
    first = evidence.primary(design.endpoints)
    containers = design.operations.containers if design.operations else ()
    compose = bool(containers)
    found = [] if tiny else [_command("install", "local", stack.install, "Dependencies at locked versions")]
    if engine == "postgresql" and not compose and not tiny:
        found.append(
            _command(
                "database",
                "local",
                "docker run --rm -d --name db -e POSTGRES_PASSWORD=local -p 5432:5432 postgres:17",
                "A database for development and tests",
            )
        )
    elif engine == "mysql" and not compose and not tiny:
        found.append(
            _command(
                "database",
                "local",
                "docker run --rm -d --name db -e MYSQL_ROOT_PASSWORD=local -e MYSQL_DATABASE=app -p 3306:3306 mysql:8.4",
                "A database for development and tests",
            )
        )
    if schema:
        found.append(
            _command(
                "migrate",
                "local",
                apply,
                wording.headed(wording.counted(tables, "table" if engine in grounds.RELATIONAL else "collection")),
            )
        )
    found += _composed(containers) if compose else [_command("run", "local", f"{stack.install} && {stack.run}" if tiny else stack.run, "Start it")]
    if tiny:
        found.append(_command("ci", "ci", f"{stack.lint} && {stack.test}", "On each push"))
        if engine in _BACKUP:
            found.append(_command("backup", "production", _BACKUP[engine], "Nightly"))
        return tuple(found)
    if first is not None and first.method not in ("WS", "SSE"):
        found.append(_command("test-loop", "local", focused_test(stack, evidence.resource(first)), f"Tests of `{evidence.call(first)}`"))
    found.append(_command("ci-check", "ci", stack.lint, "Style and types"))
    found.append(_command("ci-test", "ci", stack.test, "All tests"))
    if revert:
        found.append(_command("ci-migrate", "ci", f"{apply} && {revert} && {apply}", "The migration and its reverse, on an empty database"))
    if compose:
        found.append(_command("ci-compose", "ci", "docker compose config --quiet", "The compose file is valid"))
    if design.endpoints:
        found.append(_command("ci-contract", "ci", "npx --yes @redocly/cli@latest lint openapi.yaml", "The contract is a valid OpenAPI document"))
    load = design.performance.decision.load_test if design.performance else ""
    if load.startswith("`"):
        found.append(_command("load", "ci", load.split("`")[1], "Load test before a release"))
    if schema:
        found.append(_command("prod-migrate", "production", schema, "Before the new code starts; the old code runs on the new schema"))
    if engine in _BACKUP:
        found.append(_command("backup", "production", _BACKUP[engine], "Nightly, and before each migration"))
    if engine in _RESTORE:
        found.append(
            _command("restore", "production", _RESTORE[engine], "Prove that a backup is one" if engine == "sqlite" else "Into an empty database, monthly")
        )
    ready = "/healthz" if engine in grounds.VOLATILE else "/readyz"
    found.append(_command("smoke", "production", f'curl -fsS "$BASE_URL{ready}"', "After each release"))
    return tuple(found)
