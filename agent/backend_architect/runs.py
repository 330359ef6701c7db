"""One run: a brief in, a plan written to its file, or handed back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import BinaryIO, Literal

from backend_architect import files
from backend_architect.architects.protocol import Architect
from backend_architect.brief import Brief
from backend_architect.document import intact, is_ours, parse, render, unticked
from backend_architect.errors import OutputError
from backend_architect.ingest import read
from backend_architect.plan import Plan
from backend_architect.text import one_line
from backend_architect.ticks import Tick, standing

FILE_NAME = "TODO_backend-architect.md"
"""The only file that a run writes."""

Options = Sequence[tuple[str, str]]
"""Facts stated outright, as (key, value)."""


@dataclass(frozen=True)
class Stage:
    """A stage of the pipeline that began or ended."""

    name: str
    """The node; for a group of layers, with their names: `layers (api, data)`."""
    state: Literal["begun", "done"]


Progress = Callable[[Stage], None]
"""Told of every stage, as it happens."""


def silent(_stage: Stage) -> None:
    """Say nothing."""


Engaged = Callable[[Brief], AbstractContextManager[Architect | None]]
"""Gives who designs a brief; None for the built-in rules."""


def by_rules(_brief: Brief) -> AbstractContextManager[Architect | None]:
    """Have the built-in rules design."""
    return nullcontext()


@dataclass(frozen=True)
class Outcome:
    """What a run made."""

    plan: Plan
    markdown: str
    target: Path | None
    """The file, as the caller named its folder; None if it was not to be written."""
    change: Literal["created", "replaced", "unchanged", "not written"]
    lost_ticks: tuple[str, ...] = ()
    """IDs that were ticked in the file replaced and whose elements are gone or mean something else."""


def plan_brief(
    path: str,
    *,
    folder: Path | None,
    stdin: BinaryIO,
    options: Options = (),
    engaged: Engaged = by_rules,
    progress: Progress = silent,
    force: bool = False,
) -> Outcome:
    """Plan a brief and write `TODO_backend-architect.md` into a folder.

    Args:
        path: The brief, or `-` for `stdin`.
        folder: Where the plan goes; made if it is missing. None to write nothing.
        stdin: Read when `path` is `-`.
        options: Facts stated outright; they outrank the brief's text.
        engaged: Gives who designs, for as long as it designs; asked once the brief is read and the file may be written.
        progress: Told of every stage.
        force: Replace a file that is not a plan of this program, or was edited by hand.

    Raises:
        BriefError: If the brief cannot be read.
        FactError: If an option is unknown or does not parse.
        OutputError: If the file there must not or cannot be replaced.
        DesignError: If the architect's design contradicts itself.
    """
    brief = read(path, stdin=stdin)
    if folder is None:
        with engaged(brief) as architect:
            plan, markdown = _drafted(brief, options=options, architect=architect, progress=progress)
        return Outcome(plan, markdown, None, "not written")

    target = folder / FILE_NAME
    if path != "-" and _same_file(Path(path), target):
        raise OutputError(f"{one_line(path)!r} is the file that the plan would be written to: choose another folder with -o")
    # Looked at before anything is drafted: a refusal should cost nothing.
    seen = files.current(target)
    before = _standing(target, seen, force=force)
    files.require_writable(target)
    with engaged(brief) as architect:
        plan, markdown = _drafted(brief, options=options, architect=architect, ticked=before.ticks, progress=progress)
    if before.text == markdown:
        return Outcome(plan, markdown, target, "unchanged")
    # Parts of a plan that have no fingerprint (tables, lists) show an edit only here: the same inputs gave another text.
    # Not so with a model, which may answer the same question otherwise.
    if (
        plan.head.architect == "rules"
        and before.signature == plan.head.signature
        and not force
        and (line := _first_difference(unticked(markdown), unticked(before.text)))
    ):
        raise _edited(target, line)
    files.write(target, markdown.encode(), seen=seen)
    lost = tuple(tick["id"] for tick in before.ticks if tick["id"] not in plan.ticked)
    return Outcome(plan, markdown, target, "created" if seen is None else "replaced", lost)


async def draft(
    brief: Brief,
    *,
    options: Options = (),
    architect: Architect | None = None,
    ticked: Sequence[Tick] = (),
    progress: Progress = silent,
) -> tuple[Plan, str]:
    """Run the graph over a brief and return the plan and its Markdown. Touches no file."""
    # LangGraph takes over a second to import, and a bad brief should be answered before that.
    from backend_architect.graph import build_graph
    from backend_architect.state import Context, Input

    given: Input = {"brief": brief, "options": tuple(options), "ticked": tuple(ticked)}
    end: dict[str, object] = {}
    async for mode, event in build_graph().astream(given, context=Context(architect), stream_mode=["tasks", "values"]):
        match mode, event:
            case "values", dict():
                end = event
            case "tasks", {"name": str(name), "input": dict(sent)}:
                progress(Stage(_label(name, sent), "begun"))
            case "tasks", {"name": str(name), "error": None}:
                progress(Stage(name, "done"))
    match end:
        case {"plan": Plan() as plan, "markdown": str(markdown)}:
            return plan, markdown
    raise AssertionError("the graph ended without a plan")  # pragma: no cover


def _drafted(brief: Brief, *, options: Options, architect: Architect | None, progress: Progress, ticked: Sequence[Tick] = ()) -> tuple[Plan, str]:
    made: list[tuple[Plan, str]] = []

    async def run() -> None:
        try:
            made.append(await draft(brief, options=options, architect=architect, ticked=ticked, progress=progress))
        finally:
            if architect is not None:
                # Its connections belong to this event loop.
                await architect.close()

    # The task returns nothing: asyncio prints a result to itself as it gives back the signal handler, and a plan is long.
    asyncio.run(run())
    return made[0]


def _label(name: str, sent: dict[str, object]) -> str:
    match sent:
        case {"names": tuple(names)} if name == "layers":
            return f"layers ({', '.join(map(str, names))})"
    return name


_WAY_OUT = "choose another folder with -o, or replace it with --force"


@dataclass(frozen=True)
class _Standing:
    """What is known of the file that a run is to replace."""

    text: str = ""
    ticks: tuple[Tick, ...] = ()
    signature: str = ""


def _standing(target: Path, seen: bytes | None, *, force: bool) -> _Standing:
    """Return what stands at `target`, if it may be replaced."""
    if seen is None:
        return _Standing()
    where = repr(one_line(str(target)))
    text = _text(seen)
    if text is None or not is_ours(text):
        if force:
            return _Standing()
        raise OutputError(f"{where} is there and was not made by backend-architect: {_WAY_OUT}")
    document = parse(text)
    plan = document.plan
    if not force:
        if plan is None:
            damage = next((f"line {problem.line}: {problem.message}" for problem in document.problems if not problem.harmless), "it is not whole")
            raise OutputError(f"{where} is there and cannot be read as a plan ({damage}): {_WAY_OUT}")
        edited = next((segment.first_line for segment in document.segments if segment.edited), None) or _first_difference(render(plan), text)
        if edited is None and not intact(text):
            edited = next((segment.first_line for segment in document.segments if segment.kind == "prose"), 1)
        if edited:
            raise _edited(target, edited)
    return _Standing(text, standing(document), plan.head.signature if plan else "")


def _edited(target: Path, line: int) -> OutputError:
    return OutputError(f"{one_line(str(target))!r} was changed beyond its tick boxes, first at line {line}, and planning again would lose that: {_WAY_OUT}")


def _first_difference(one: str, other: str) -> int | None:
    if one == other:
        return None
    lines = zip_longest(one.split("\n"), other.split("\n"))
    return next(number for number, (left, right) in enumerate(lines, 1) if left != right)


def _text(data: bytes) -> str | None:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    # A checkout on Windows changes every line end: that is still the same plan.
    unix = text.replace("\r\n", "\n")
    return unix if text.count("\n") == text.count("\r\n") == unix.count("\n") else text


def _same_file(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False
