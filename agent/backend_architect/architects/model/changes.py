"""Files that a model proposes for existing code, as diffs: what is wrong with them, and what goes into the plan."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from backend_architect.architects.model.answers.delivery import ChangesAnswer, FileAnswer
from backend_architect.architects.model.ask import Problem
from backend_architect.expressions import expression
from backend_architect.plan import CodeChange, Finding
from backend_architect.repository import Diff, PathError, Survey, applies, survey, unified
from backend_architect.text import visible

_OTHER = expression(r"[^a-z0-9]+")
_LONGEST = 60


@dataclass(frozen=True)
class Repository:
    """Existing code as a run sees it: once, at its beginning."""

    folder: Path
    survey: Survey


@dataclass(frozen=True)
class Proposal:
    """What becomes of proposed files."""

    changes: tuple[CodeChange, ...]
    """Those that apply."""
    problems: tuple[Problem, ...]
    """What is wrong with the others. None breaks the answer: without them it still is a plan."""
    remarks: tuple[Finding, ...]
    """The same for the reader of the plan."""


def repository(folder: Path, *, tokens: int, size: Callable[[str], int]) -> Repository:
    """Look at existing code.

    Args:
        folder: Where it is.
        tokens: Most tokens of its outline.
        size: How many tokens a text has.

    Raises:
        RepositoryError: If there is no such folder, or it cannot be read.
    """
    return Repository(folder, survey(folder, tokens=tokens, size=size))


def proposal(answer: ChangesAnswer, code: Repository) -> Proposal:
    """Turn the files of an answer into diffs, and have git check them."""
    kept: dict[str, tuple[FileAnswer, Diff]] = {}
    wrong: list[str] = []
    for file in answer.files:
        try:
            diff = _diff(file, code)
        except PathError as error:
            wrong.append(str(error))
            continue
        if file.path in kept:
            wrong.append(f"{file.path!r} is proposed twice")
        elif not diff.new and file.path not in code.survey.whole:
            wrong.append(f"{file.path!r} is there and was not shown whole, so that its other lines would be lost")
        elif not diff.text:
            wrong.append(f"{file.path!r} has exactly this content already")
        else:
            kept[file.path] = (file, diff)
    faults = applies(code.folder, [diff for _, diff in kept.values()])
    for fault in faults or ():
        kept.pop(fault.path)
        wrong.append(f"the diff of {fault.path!r} does not apply ({fault.why})")
    remarks = [Finding(code="RN002", severity="warning", message=f"a proposed file was left out: {why}") for why in wrong]
    if faults is None and kept:
        remarks.append(Finding(code="RN003", severity="note", message="the diffs were not checked: git is not there, or does not answer"))
    problems = tuple(Problem(f"files: {why}. Mend it, or name its path in drop.", breaking=False) for why in wrong)
    return Proposal(tuple(_changes(kept.values())), problems, tuple(remarks))


def _diff(file: FileAnswer, code: Repository) -> Diff:
    content = visible(file.content)
    return unified(code.folder, file.path, content if not content or content.endswith("\n") else f"{content}\n")


def _changes(kept: Iterable[tuple[FileAnswer, Diff]]) -> Sequence[CodeChange]:
    made: dict[str, CodeChange] = {}
    for file, diff in kept:
        key = _key(file.path)
        # Two paths may read the same without their signs.
        key = key if key not in made else f"{key}-{hashlib.sha256(file.path.encode()).hexdigest()[:8]}"
        made[key] = CodeChange(key=key, path=file.path, language="diff", about=file.about, content=diff.text, implements=file.implements)
    return tuple(made.values())


def _key(path: str) -> str:
    return f"diff-{_OTHER.sub('-', path.lower())[-_LONGEST:].strip('-') or 'file'}"
