"""Sets the plans that a model wrote beside the rules' for the same briefs, from what is committed, and prints a table.

Tokens are those of the recordings, counted with o200k; bytes are those of the files. Nothing is asked.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from backend_architect.checks.references import check
from backend_architect.checks.tracing import TR003
from backend_architect.document import parse
from backend_architect.models.tokens import number
from backend_architect.plan import Plan

ROOT = Path(__file__).resolve().parent.parent
FILE_NAME = "TODO_backend-architect.md"


def plan(folder: str) -> tuple[Plan, int]:
    """Return a committed plan and its size in bytes."""
    text = (ROOT / "outputs" / folder / FILE_NAME).read_text(encoding="utf-8")
    made = parse(text).plan
    if made is None:
        raise SystemExit(f"outputs/{folder} holds no plan")
    return made, len(text.encode())


def row(made: Plan, size: int) -> tuple[str, ...]:
    """Return what a plan amounts to: statements, elements without a source, findings, counts, bytes."""
    statements = len(made.coverage.required) + len(made.coverage.context) + len(made.coverage.excluded)
    without = check(made.design, made.code, statements=statements, checks=(TR003,))
    used = len(made.coverage.required) + len(made.coverage.excluded)
    elements = len(made.design.endpoints), len(made.design.entities), len(made.design.delivery.tasks)
    return f"{used} of {statements}", f"{len(without)}", f"{len(made.findings)}", " / ".join(map(str, elements)), f"{size:,}"


def exchanges(name: str) -> Iterator[dict[str, Any]]:
    """Yield what a recording holds."""
    for file in sorted((ROOT / "cassettes" / name).glob("*.yaml")):
        yield yaml.safe_load(file.read_text(encoding="utf-8"))


def texts(value: Any, key: str = "") -> Iterator[str]:
    """Yield every text of a JSON body below a member called `text` or `content`."""
    match value:
        case dict():
            for name, member in value.items():
                yield from texts(member, name)
        case list():
            for member in value:
                yield from texts(member, key)
        case str() if key in ("text", "content", "instructions", "system"):
            yield value


def tokens(name: str) -> tuple[int, int, int]:
    """Return (calls, tokens read, tokens written) of a recorded run."""
    calls = read = written = 0
    for exchange in exchanges(name):
        calls += 1
        read += sum(number(text) for text in texts(exchange["request"]["body"]))
        written += sum(number(text) for text in texts(exchange["response"]["body"]))
    return calls, read, written


def main() -> None:
    """Print the table."""
    index = tomllib.loads((ROOT / "cassettes" / "index.toml").read_text(encoding="utf-8"))
    print("| brief | by | statements used | without source | findings | endpoints / tables / tasks | bytes | calls | tokens read | tokens written |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for name in index:
        calls, read, written = tokens(name)
        print(f"| {name} | model | {' | '.join(row(*plan(f'{name}-by-model')))} | {calls} | {read:,} | {written:,} |")
        print(f"| {name} | rules | {' | '.join(row(*plan(name)))} | 0 | 0 | 0 |")


if __name__ == "__main__":
    main()
