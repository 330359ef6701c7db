"""Where the code goes and how to write it in the stack at hand, with this project's nouns."""

from __future__ import annotations

from collections.abc import Sequence

from backend_architect.architects.rules.case import Case
from backend_architect.architects.rules.delivery.stacks import COLLECTIONS, UP, Language, migrate, pascal, snake
from backend_architect.architects.rules.language import wording
from backend_architect.architects.rules.layers import evidence, grounds
from backend_architect.design import CodePlace, Design, Endpoint, Engine, Entity, Guidance

_PLACES: dict[Language, tuple[tuple[str, str], ...]] = {
    "typescript": (
        ("src/server.ts", "entry"),
        ("src/routes/{name}.ts", "http"),
        ("src/services/{name}.ts", "rules"),
        ("src/repositories/{name}.ts", "data"),
        ("src/jobs/{job}.ts", "job"),
        ("src/clients/{partner}.ts", "client"),
        ("test/{name}.test.ts", "tests"),
    ),
    "python": (
        ("app/main.py", "entry"),
        ("app/routes/{snake}.py", "http"),
        ("app/services/{snake}.py", "rules"),
        ("app/repositories/{snake}.py", "data"),
        ("app/jobs/{job_snake}.py", "job"),
        ("app/clients/{partner_snake}.py", "client"),
        ("tests/test_{snake}.py", "tests"),
    ),
    "go": (
        ("cmd/server/main.go", "entry"),
        ("internal/{flat}/handler.go", "http"),
        ("internal/{flat}/service.go", "rules"),
        ("internal/{flat}/store.go", "data"),
        ("internal/jobs/{job_snake}.go", "job"),
        ("internal/clients/{partner_snake}.go", "client"),
        ("internal/{flat}/service_test.go", "tests"),
    ),
    "csharp": (
        ("src/Api/Program.cs", "entry"),
        ("src/Api/Endpoints/{pascal}Endpoints.cs", "http"),
        ("src/Api/Services/{pascal}Service.cs", "rules"),
        ("src/Api/Data/{pascal}Store.cs", "data"),
        ("src/Worker/{job_pascal}.cs", "job"),
        ("src/Api/Clients/{partner_pascal}Client.cs", "client"),
        ("tests/Api.Tests/{pascal}Tests.cs", "tests"),
    ),
    "java": (
        ("src/main/java/app/Application.java", "entry"),
        ("src/main/java/app/{flat}/{pascal}Controller.java", "http"),
        ("src/main/java/app/{flat}/{pascal}Service.java", "rules"),
        ("src/main/java/app/{flat}/{pascal}Repository.java", "data"),
        ("src/main/java/app/jobs/{job_pascal}.java", "job"),
        ("src/main/java/app/clients/{partner_pascal}Client.java", "client"),
        ("src/test/java/app/{flat}/{pascal}Test.java", "tests"),
    ),
    "kotlin": (
        ("src/main/kotlin/app/Application.kt", "entry"),
        ("src/main/kotlin/app/{flat}/{pascal}Controller.kt", "http"),
        ("src/main/kotlin/app/{flat}/{pascal}Service.kt", "rules"),
        ("src/main/kotlin/app/{flat}/{pascal}Repository.kt", "data"),
        ("src/main/kotlin/app/jobs/{job_pascal}.kt", "job"),
        ("src/main/kotlin/app/clients/{partner_pascal}Client.kt", "client"),
        ("src/test/kotlin/app/{flat}/{pascal}Test.kt", "tests"),
    ),
    "ruby": (
        ("config/routes.rb", "entry"),
        ("app/controllers/{snake}_controller.rb", "http"),
        ("app/services/{snake}.rb", "rules"),
        ("app/models/{one_snake}.rb", "data"),
        ("app/jobs/{job_snake}_job.rb", "job"),
        ("app/clients/{partner_snake}.rb", "client"),
        ("test/integration/{snake}_test.rb", "tests"),
    ),
    "php": (
        ("routes/api.php", "entry"),
        ("app/Http/Controllers/{pascal}Controller.php", "http"),
        ("app/Services/{pascal}.php", "rules"),
        ("app/Models/{one_pascal}.php", "data"),
        ("app/Jobs/{job_pascal}.php", "job"),
        ("app/Clients/{partner_pascal}.php", "client"),
        ("tests/Feature/{pascal}Test.php", "tests"),
    ),
    "rust": (
        ("src/main.rs", "entry"),
        ("src/routes/{snake}.rs", "http"),
        ("src/services/{snake}.rs", "rules"),
        ("src/store/{snake}.rs", "data"),
        ("src/jobs/{job_snake}.rs", "job"),
        ("src/clients/{partner_snake}.rs", "client"),
        ("tests/{snake}.rs", "tests"),
    ),
    "elixir": (
        ("lib/app_web/router.ex", "entry"),
        ("lib/app_web/controllers/{one_snake}_controller.ex", "http"),
        ("lib/app/{snake}.ex", "rules"),
        ("lib/app/{snake}/{one_snake}.ex", "data"),
        ("lib/app/jobs/{job_snake}.ex", "job"),
        ("lib/app/clients/{partner_snake}.ex", "client"),
        ("test/app_web/controllers/{one_snake}_controller_test.exs", "tests"),
    ),
}
"""Path and role of each place of a service; the role decides what is said about it."""

_PROGRAM: dict[Language, tuple[str, str, str]] = {
    "typescript": ("src/main.ts", "src/{name}.ts", "test/{name}.test.ts"),
    "python": ("app/__main__.py", "app/{snake}.py", "tests/test_{snake}.py"),
    "go": ("cmd/app/main.go", "internal/{flat}/{flat}.go", "internal/{flat}/{flat}_test.go"),
    "csharp": ("src/App/Program.cs", "src/App/{pascal}.cs", "tests/App.Tests/{pascal}Tests.cs"),
    "java": ("src/main/java/app/Main.java", "src/main/java/app/{pascal}.java", "src/test/java/app/{pascal}Test.java"),
    "kotlin": ("src/main/kotlin/app/Main.kt", "src/main/kotlin/app/{pascal}.kt", "src/test/kotlin/app/{pascal}Test.kt"),
    "ruby": ("bin/app", "lib/{snake}.rb", "test/{snake}_test.rb"),
    "php": ("bin/app.php", "src/{pascal}.php", "tests/{pascal}Test.php"),
    "rust": ("src/main.rs", "src/{snake}.rs", "tests/{snake}.rs"),
    "elixir": ("lib/app.ex", "lib/app/{snake}.ex", "test/{snake}_test.exs"),
}
"""Entry, part and test of a command-line program."""

_MOST = {"tiny": 1, "small": 3, "medium": 5, "large": 7}


def layout(case: Case, design: Design, names: Sequence[str]) -> tuple[CodePlace, ...]:
    """Return the places of the code.

    Args:
        case: The case.
        design: The design so far.
        names: The groups of the work, plural kebab-case: the resources of a service, the parts of a program.
    """
    match case.traits.shape:
        case "none":
            return ()
        case "browser":
            return (
                CodePlace(path="src/main.ts", holds="Start: reads what the browser has kept, draws the page"),
                *(
                    CodePlace(path=f"src/{name}.ts", holds=f"What can be done with {wording.spaced(name)}; no access to the page")
                    for name in names[: _MOST[case.traits.size]]
                ),
                CodePlace(path="src/storage.ts", holds="The only place that touches browser storage; a version number on what it writes"),
            )
        case "cli":
            return _program(case, names)
        case _:
            return _service(case, design, names)


def _program(case: Case, names: Sequence[str]) -> tuple[CodePlace, ...]:
    entry, part, test = _PROGRAM[case.traits.stack.language]
    scripts = evidence.scripts(case)
    places = [CodePlace(path=entry, holds="Wiring: reads arguments or input, starts the parts, sets the exit code")]
    for name in names[:4]:
        filled = _filled(name)
        places.append(CodePlace(path=part.format(**filled), holds=f"State and rules of {wording.spaced(name)}; a clock is passed in, so tests need not wait"))
    if names:
        places.append(CodePlace(path=test.format(**_filled(names[0])), holds="Each rule of the brief as one test, with a fake clock"))
    if scripts.names:
        folder = scripts.names[0].rpartition("/")[0]
        listed = wording.listing([f"`{name.rsplit('/', 1)[-1]}`" for name in scripts.names], most=5)
        places.append(CodePlace(path=f"{folder}/" if folder else "./", holds=f"{listed}: `set -eu`, no logic"))
    return tuple(places)


def _service(case: Case, design: Design, names: Sequence[str]) -> tuple[CodePlace, ...]:
    by_name: dict[str, list[Endpoint]] = {}
    for endpoint in design.endpoints:
        by_name.setdefault(evidence.resource(endpoint), []).append(endpoint)
    shown = [name for name in names if name in by_name][: _MOST[case.traits.size]] or list(names[:1])
    jobs = design.messaging.jobs if design.messaging else ()
    partners = evidence.partners(case)
    places = []
    for path, role in _PLACES[case.traits.stack.language]:
        match role:
            case "entry":
                places.append(CodePlace(path=path, holds=f"Starts {case.traits.stack.framework}: settings, routes, one error handler, graceful stop"))
            case "job":
                for job in jobs[: _MOST[case.traits.size]]:
                    name = wording.slug(job.key.removeprefix("job-"))
                    if name.startswith("train-"):
                        places.append(CodePlace(path=f"notebooks/{snake(name)}.py", holds=f"{job.name}: data in, model and its measured errors out"))
                        continue
                    places.append(CodePlace(path=path.format(job=name, job_snake=snake(name), job_pascal=pascal(name)), holds=f"{job.name}; safe to run twice"))
            case "client":
                for system in partners[:3]:
                    name = wording.slug(system.name)
                    filled = {"partner": name, "partner_snake": snake(name), "partner_pascal": pascal(name)}
                    places.append(CodePlace(path=path.format(**filled), holds=f"The only code that calls {system.name}: deadline, retry, circuit breaker"))
            case _:
                for name in shown:
                    places.append(CodePlace(path=path.format(**_filled(name)), holds=_holds(role, name, by_name.get(name, []), design.entities)))
    if migrate(case.traits.engine) and evidence.built(design.entities):
        relational = case.traits.engine in grounds.RELATIONAL
        built = wording.counted(len(evidence.built(design.entities)), "table" if relational else "collection")
        places.append(CodePlace(path=UP if relational else COLLECTIONS, holds=f"{wording.headed(built)}: constraints and indexes; the reverse beside it"))
    return tuple(_condensed(places, design) if case.traits.size == "tiny" else places)


def _condensed(places: list[CodePlace], design: Design) -> list[CodePlace]:
    """Return the places of a tiny project: a service and a repository of their own would only pass calls on."""
    kept = [place for place in places if not any(word in place.path.lower() for word in ("/services/", "service.", "/repositories/"))]
    count = wording.counted(len(design.endpoints), "endpoint")
    short = {"Starts": "Settings, start, error handler", "Tests": "Their tests", "`": f"The {count} with rules and queries"}
    return [next((place.model_copy(update={"holds": text}) for start, text in short.items() if place.holds.startswith(start)), place) for place in kept]


def _filled(name: str) -> dict[str, str]:
    one = wording.slug(evidence.singular(name))
    return {
        "name": name,
        "snake": snake(name),
        "flat": name.replace("-", ""),
        "pascal": pascal(name),
        "one_snake": snake(one),
        "one_pascal": pascal(one),
    }


def _holds(role: str, name: str, endpoints: Sequence[Endpoint], entities: Sequence[Entity]) -> str:
    noun = wording.spaced(name)
    match role:
        case "http":
            calls = wording.listing([f"`{evidence.call(endpoint)}`" for endpoint in endpoints], most=4)
            return f"{calls or noun}: parse, call the service, format; nothing else"
        case "rules":
            rules = [error.when for status in (409, 410, 403, 422) for endpoint in endpoints for error in endpoint.errors if error.status == status]
            return f"Rules of {noun}{f': {evidence.lower_first(wording.clipped(rules[0], 80))}' if rules else ''}; knows no HTTP"
        case "data":
            tables = [entity.name for entity in entities if any(endpoint.entity == entity.key for endpoint in endpoints)]
            return f"All queries on {wording.listing(tables) if tables else noun}"
        case _:
            return f"Tests of {noun} over HTTP against a real database: accepted, refused, repeated"


def guidance(case: Case, design: Design) -> tuple[Guidance, ...]:
    """Return advice for the stack in use, applied to this project; fewer for a tiny one."""
    if case.traits.shape in ("none", "browser"):
        return ()
    advice = _program_advice(case) if case.traits.shape == "cli" else _service_advice(case, design)
    most = {"tiny": 1, "small": 4, "medium": 5, "large": 5}[case.traits.size]
    return tuple(Guidance(technology=technology, advice=text) for technology, text in advice[:most])


def _program_advice(case: Case) -> list[tuple[str, str]]:
    language = case.traits.stack.language
    advice: dict[Language, tuple[str, str]] = {
        "go": (
            "Go",
            (
                "One goroutine per worker; a `context.CancelFunc` each, so that stopping one is immediate; the shared queue behind one mutex. Run the"
                " tests with `-race`"
            ),
        ),
        "typescript": (
            "Node.js",
            "One `AbortController` per worker cancels its timer at once; the event loop already makes queue changes atomic between two `await`s",
        ),
        "python": ("Python", "One asyncio task per worker; `task.cancel()` stops it at its `await`; changes to the queue stand between awaits"),
    }
    found = [advice.get(language, (language, "One cancellable task per worker; the shared queue behind one lock"))]
    found.append(("Time", "Pass in a clock with `now` and `sleep`; tests move it by hand, so the suite takes milliseconds"))
    return found


_DRIVERS: dict[Engine, str] = {"postgresql": "`pg`", "mysql": "`mysql2`", "sqlite": "`better-sqlite3`"}
"""The usual driver of Node.js for each engine."""


def _service_advice(case: Case, design: Design) -> list[tuple[str, str]]:
    stack = case.traits.stack
    first = evidence.primary(design.endpoints)
    call = f"`{evidence.call(first)}`" if first else "the main request"
    noun = evidence.thing(first, design.entities)
    size = case.traits.size
    pool = {"tiny": "5", "small": "10", "medium": "20", "large": "20 an instance"}[size]
    sql = case.traits.engine in grounds.RELATIONAL
    engine = wording.ENGINE_NAMES[case.traits.engine]
    advice: dict[Language, list[tuple[str, str]]] = {
        "typescript": [
            ("TypeScript", f"`strict`; a JSON schema on the route validates {call} and types the handler, so there is no second parser"),
            (stack.framework, f"One error handler turns typed errors into the error format; {wording.article(noun)} handler only throws"),
            (
                engine,
                f"Parameterised statements by {_DRIVERS.get(case.traits.engine, '`pg`')} or Kysely: one a list, none inside a loop"
                if sql
                else "One data module; no driver call outside it",
            ),
            ("Node.js", "One process per container; instances take the place of cluster mode"),
        ],
        "python": [
            ("Pydantic", f"Models with `extra='forbid'` for {call}; limits of length and range stand in the model"),
            (
                "SQLAlchemy" if sql else engine,
                (
                    f"Explicit `select`; `selectinload` for what belongs to {wording.article(noun)}, so that a list is 2 queries"
                    if sql
                    else "One data module; no driver call outside it"
                ),
            ),
            (stack.framework, "Blocking calls do not belong in an `async def`; a plain `def` route runs in the thread pool"),
            ("Gunicorn", "Uvicorn workers, 2 per core; migrations before the new workers start"),
        ],
        "go": [
            ("context", f"Handlers pass the request's context to every query and call: a caller who leaves stops the work on {call}"),
            ("net/http", "`ReadHeaderTimeout` 5 s and `MaxBytesReader`; recover middleware logs the request ID"),
            ("Interfaces", f"Declared by their user, in the package of the {noun}; tests pass in a fake"),
            (
                "pgx" if case.traits.engine == "postgresql" else engine,
                f"A pool of {pool}; bounded channels, never one goroutine per {noun} without a limit",
            ),
        ],
        "csharp": [
            (stack.framework, f"Minimal APIs with typed results for {call}; validation in an endpoint filter, ProblemDetails for all errors"),
            (
                "EF Core",
                (
                    f"`AsNoTracking` for reads, `ExecuteUpdate` with a version column when {wording.article(noun)} changes state; the plan's SQL stays the source of the schema"
                ),
            ),
            ("HttpClient", "`IHttpClientFactory` with the standard resilience handler; `CancellationToken` all the way down"),
        ],
        "java": [
            (stack.framework, f"Records with Bean Validation for {call}; one `@RestControllerAdvice` for errors"),
            ("Transactions", f"`@Transactional` on the service method of the {noun}, never on the controller; open-in-view off"),
            ("HikariCP", f"A pool of {pool}; Flyway reads the plan's SQL"),
        ],
        "kotlin": [
            (stack.framework, f"Data classes with validation for {call}; sealed classes for the ways {wording.article(noun)} can be refused"),
            ("Transactions", f"On the service method of the {noun}; open-in-view off"),
            ("HikariCP", f"A pool of {pool}; Flyway reads the plan's SQL"),
        ],
        "ruby": [
            (stack.framework, f"Strong parameters for {call}; constraints stand in the database too, not in the model only"),
            ("Active Record", f"`includes` for what belongs to {wording.article(noun)}; `strict_loading` in tests finds a query in a loop"),
            ("Solid Queue", "Keeps jobs in the same database: no Redis to run"),
        ],
        "php": [
            (stack.framework, f"Form requests validate {call}; API resources decide what leaves"),
            ("Eloquent", f"`with()` for what belongs to {wording.article(noun)}; `Model::preventLazyLoading()` outside production"),
            ("Queue", "Driver `database`; `php artisan schedule:run` each minute for what a clock starts"),
        ],
        "rust": [
            (stack.framework, f"Extractors validate {call} by type; one `IntoResponse` for errors"),
            (
                "sqlx" if sql else engine,
                f"`sqlx::query!` checks each statement at compile time; a pool of {pool}" if sql else "One data module; no driver call outside it",
            ),
            ("tower", "Layers for timeout, body limit and tracing; no blocking call in an async function"),
        ],
        "elixir": [
            ("Ecto", f"Changesets validate {call}; constraints stand in the database and are named in the changeset"),
            (stack.framework, f"Contexts keep the rules of {wording.article(noun)}; controllers only call them; `preload` for lists"),
            ("Oban", "Keeps jobs in PostgreSQL; channels for what is pushed"),
        ],
    }
    found = advice[stack.language]
    extra = []
    if case.traits.realtime in ("sse", "websocket"):
        kind = "the SSE stream" if case.traits.realtime == "sse" else "a WebSocket"
        extra.append(
            (
                kind[0].upper() + kind[1:],
                (
                    f"A bounded buffer per client (100 messages); a client that falls behind is closed and reads what it missed by the last {noun} ID;"
                    " heartbeat every 25 s"
                ),
            )
        )
    if case.traits.engine == "sqlite":
        extra.append(("SQLite", "`PRAGMA journal_mode=WAL; foreign_keys=ON; busy_timeout=5000` on each connection"))
    if case.traits.engine == "cosmosdb":
        extra.append(("Azure Cosmos DB", f"The partition key is what reads filter by; watch the request charge of {call} in tests; session consistency"))
    if "aspire" in stack.framework.lower():
        extra.append((".NET Aspire", "The AppHost declares database and services once; the same declaration runs locally and makes the deployment manifest"))
    if case.profile.all("memory-limit"):
        extra.append(("Memory cap", "Set the runtime's own limit below the container's (GOMEMLIMIT, `--max-old-space-size`, `-Xmx`) at 80 %"))
    return [*extra, *found] if size == "tiny" else [found[0], *extra, *found[1:]]
