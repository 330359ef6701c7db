"""The stacks the rules can plan for: their working commands and source folders, by language."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, get_args

from backend_architect.architects.rules.case import Stack
from backend_architect.design import Engine
from backend_architect.expressions import expression
from backend_architect.profile import Fact, Profile

Language = Literal["typescript", "python", "go", "csharp", "java", "kotlin", "ruby", "php", "rust", "elixir"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

UP = "migrations/0001_initial.up.sql"
"""The first migration, as the plan proposes it."""
DOWN = "migrations/0001_initial.down.sql"
"""Its reverse."""

COLLECTIONS = "migrations/0001_initial.json"
"""What a document store starts with, as the plan proposes it."""

_APPLY: dict[Engine, str] = {
    "postgresql": 'psql "$DATABASE_URL" -v ON_ERROR_STOP=1 -f {file}',
    "mysql": 'mysql --defaults-extra-file="$MYSQL_CNF" "$MYSQL_DATABASE" < {file}',
    "sqlite": 'sqlite3 -bail "$DATABASE_PATH" < {file}',
    "mongodb": (
        'mongosh "$MONGODB_URI" --quiet --eval \'for (const c of JSON.parse(fs.readFileSync("'
        + COLLECTIONS
        + '", "utf8")).collections) { db.createCollection(c.name, { validator: c.validator }); for (const i of c.indexes) '
        "db[c.name].createIndex(i.key, { name: i.name, unique: !!i.unique }) }'"
    ),
    "cosmosdb": (
        "jq -r '.collections[] | [.name, .partitionKey] | @tsv' "
        + COLLECTIONS
        + ' | while read -r name key; do az cosmosdb sql container create --account-name "$COSMOS_ACCOUNT" --resource-group "$RESOURCE_GROUP" '
        '--database-name "$COSMOS_DATABASE" --name "$name" --partition-key-path "$key"; done'
    ),
    "dynamodb": "jq -c '.collections[].table' " + COLLECTIONS + ' | while read -r table; do aws dynamodb create-table --cli-input-json "$table"; done',
}
"""How the plan's own migration reaches each engine that has a schema: by the engine's client, whatever the stack."""


def migrate(engine: Engine, *, file: str = UP) -> str:
    """Return the command that applies `file` (`UP` or `DOWN`), or an empty string when the engine has no schema to migrate."""
    return _APPLY.get(engine, "").replace("{file}", file)


def _stack(language: Language, framework: str, source: str, install: str, test: str, run: str, lint: str) -> Stack:
    return Stack(
        language=language,
        framework=framework,
        named=False,
        source=source,
        install=install,
        test=test,
        run=run,
        lint=lint,
        migrate=migrate("postgresql"),
    )


STACKS: dict[Language, Stack] = {
    "typescript": _stack("typescript", "Fastify", "src", "npm ci", "npm test", "npm run dev", "npx tsc --noEmit && npx eslint ."),
    "python": _stack("python", "FastAPI", "app", "pip install -r requirements.txt", "pytest", "uvicorn app.main:app --reload", "ruff check . && mypy app"),
    "go": _stack("go", "net/http with chi", "internal", "go mod download", "go test ./...", "go run ./cmd/server", "go vet ./... && staticcheck ./..."),
    "csharp": _stack("csharp", "ASP.NET Core", "src", "dotnet restore", "dotnet test", "dotnet run --project src/Api", "dotnet format --verify-no-changes"),
    "java": _stack("java", "Spring Boot", "src/main/java", "./gradlew assemble", "./gradlew test", "./gradlew bootRun", "./gradlew check -x test"),
    "kotlin": _stack("kotlin", "Spring Boot", "src/main/kotlin", "./gradlew assemble", "./gradlew test", "./gradlew bootRun", "./gradlew check -x test"),
    "ruby": _stack("ruby", "Rails", "app", "bundle install", "bin/rails test", "bin/rails server", "bundle exec rubocop"),
    "php": _stack("php", "Laravel", "app", "composer install", "php artisan test", "php artisan serve", "vendor/bin/pint --test"),
    "rust": _stack("rust", "axum", "src", "cargo fetch", "cargo test", "cargo run", "cargo clippy --all-targets -- -D warnings"),
    "elixir": _stack(
        "elixir", "Phoenix", "lib", "mix deps.get", "mix test", "mix phx.server", "mix format --check-formatted && mix compile --warnings-as-errors"
    ),
}
"""Defaults: `migrate` is for PostgreSQL; `migrate()` gives it for another engine."""


_NAMES: tuple[tuple[str, Language, str], ...] = (
    (r"nest(?:\.?js)?", "typescript", "NestJS"),
    (r"express(?:\.?js)?", "typescript", "Express"),
    (r"fastify", "typescript", "Fastify"),
    (r"next\.?js", "typescript", "Next.js"),
    (r"(?:node(?:\.?js)?|typescript|javascript|deno|bun)", "typescript", ""),
    (r"django", "python", "Django"),
    (r"flask", "python", "Flask"),
    (r"fastapi", "python", "FastAPI"),
    (r"python", "python", ""),
    (r"gin", "go", "Gin"),
    (r"echo", "go", "Echo"),
    (r"fiber", "go", "Fiber"),
    (r"(?:golang|go)", "go", ""),
    (r"\.net aspire", "csharp", "ASP.NET Core with .NET Aspire"),
    (r"blazor(?: server)?", "csharp", "ASP.NET Core with Blazor"),
    (r"(?:asp\.net(?: core)?|\.net(?: core)?(?: \d+)?|dotnet|c#)", "csharp", ""),
    (r"kotlin", "kotlin", ""),
    (r"ktor", "kotlin", "Ktor"),
    (r"quarkus", "java", "Quarkus"),
    (r"(?:spring(?: boot)?|java)", "java", ""),
    (r"(?:ruby on rails|rails|ruby)", "ruby", ""),
    (r"symfony", "php", "Symfony"),
    (r"(?:laravel|php)", "php", ""),
    (r"actix(?:-web)?", "rust", "Actix Web"),
    (r"(?:rust|axum)", "rust", ""),
    (r"(?:elixir|phoenix|erlang)", "elixir", ""),
)
"""How briefs name a stack; the first pattern in this order that fits a fact decides what the fact means."""

_NAMED = tuple((expression(rf"(?<![\w.]){pattern}(?![\w+#])", re.IGNORECASE), language, framework) for pattern, language, framework in _NAMES)

_VARIANTS: dict[str, dict[str, str]] = {
    "Django": {"run": "python manage.py runserver", "test": "pytest", "lint": "ruff check ."},
    "Flask": {"run": "flask --app app.main run"},
    "NestJS": {"run": "npm run start:dev"},
    "ASP.NET Core with .NET Aspire": {"run": "dotnet run --project src/AppHost"},
    "Quarkus": {"run": "./gradlew quarkusDev"},
    "Ktor": {"run": "./gradlew run"},
    "Symfony": {"test": "php bin/phpunit", "run": "symfony server:start", "lint": "vendor/bin/php-cs-fixer check", "source": "src"},
}
"""Where a framework's commands differ from its language's defaults."""

_PROGRAMS: dict[Language, str] = {
    "typescript": "node dist/main.js",
    "python": "python -m app",
    "go": "go run ./cmd/app",
    "csharp": "dotnet run --project src/App",
    "java": "./gradlew run",
    "kotlin": "./gradlew run",
    "ruby": "ruby bin/app",
    "php": "php bin/app.php",
    "rust": "cargo run",
    "elixir": "mix run",
}


def stack_for(facts: Sequence[Fact], *, program: bool = False) -> Stack:
    """Return the stack that the facts name, the first language first; TypeScript when they name none.

    Args:
        facts: Facts called `stack`, in the order of their weight.
        program: Whether it is a command-line program, which needs no web framework.
    """
    named = [(fact, language, framework) for fact in facts for pattern, language, framework in _NAMED if pattern.search(fact.value)]
    if not named:
        return _as_program(STACKS["typescript"]) if program else STACKS["typescript"]
    language = named[0][1]
    framework = next((name for _, spoken, name in named if spoken == language and name), "")
    default = STACKS[language]
    changes: dict[str, object] = {"named": True, "cites": tuple(sorted({n for fact, spoken, _ in named if spoken == language for n in fact.cites}))[:4]}
    if framework:
        changes |= {"framework": framework, **_VARIANTS.get(framework, {})}
    stack = default.model_copy(update=changes)
    return _as_program(stack) if program else stack


def uncommanded(profile: Profile) -> tuple[str, ...]:
    """Return what is stated outright as the stack and fits no pattern: it stands in the plan, and no command is known for it."""
    stated = (fact.value for fact in profile.all("stack") if not fact.cites)
    return tuple(dict.fromkeys(value for value in stated if not any(pattern.search(value) for pattern, _, _ in _NAMED)))


def _as_program(stack: Stack) -> Stack:
    return stack.model_copy(update={"framework": "the standard library", "run": _PROGRAMS[stack.language]})


_BUILDS: dict[Language, str] = {
    "typescript": "npm ci && npx tsc",
    "python": "pip install -r requirements.txt && python -m compileall -q app",
    "go": "go build -o bin/app ./cmd/app",
    "csharp": "dotnet build --configuration Release",
    "java": "./gradlew assemble",
    "kotlin": "./gradlew assemble",
    "ruby": "bundle install",
    "php": "composer install --no-dev",
    "rust": "cargo build --release",
    "elixir": "mix compile --warnings-as-errors",
}


def build(stack: Stack) -> str:
    """Return the command that compiles a program, or what comes nearest to it."""
    return _BUILDS[stack.language]


def pascal(name: str) -> str:
    """Return `LineItems` for `line-items`."""
    return "".join(part.capitalize() for part in name.replace("_", "-").split("-"))


def snake(name: str) -> str:
    """Return `line_items` for `line-items`."""
    return name.replace("-", "_")


def focused_test(stack: Stack, name: str) -> str:
    """Return the command that runs the tests of one resource, job or part; `name` is plural kebab-case.

    A test command that is not the stack's own (a script the brief demands) is used as it stands.
    """
    if stack.test != STACKS[stack.language].test:
        return stack.test
    match stack.language:
        case "typescript":
            return f"npm test -- {name}"
        case "python":
            return f"pytest tests/test_{snake(name)}.py"
        case "go":
            return f"go test ./internal/{name.replace('-', '')}/..."
        case "csharp":
            return f"dotnet test --filter FullyQualifiedName~{pascal(name)}"
        case "java" | "kotlin":
            return f"./gradlew test --tests '*{pascal(name)}*'"
        case "ruby":
            return f"bin/rails test test/integration/{snake(name)}_test.rb"
        case "php":
            return f"php artisan test --filter={pascal(name)}"
        case "rust":
            return f"cargo test {snake(name)}"
        case "elixir":
            return f"mix test --only {snake(name)}"
