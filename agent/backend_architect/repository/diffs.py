"""A file's proposed content as a unified diff against what is there, and whether git can apply it."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path, PurePosixPath

from backend_architect.errors import BackendArchitectError
from backend_architect.expressions import expression
from backend_architect.repository.files import content as bytes_of
from backend_architect.repository.files import linked, private
from backend_architect.text import one_line

_LONGEST = 400
# `.git` under the names that Windows and macOS take for it.
_GIT = expression(r"(?i)\.git[ .]*(?::.*)?|git~\d+")
_HUNK_END = "\\ No newline at end of file\n"


class PathError(BackendArchitectError):
    """A path at which nothing may be proposed; the message is the reason, after the path."""


@dataclass(frozen=True)
class Diff:
    """One file as it shall be, and how it gets there."""

    path: str
    content: str
    """The whole file afterwards."""
    text: str
    """The unified diff, with git's header; empty if nothing changes."""
    new: bool
    """Whether there is no such file yet."""


@dataclass(frozen=True)
class Fault:
    """A diff that does not apply."""

    path: str
    why: str


def unified(folder: Path, path: str, content: str) -> Diff:
    """Return what it takes to make the file at `path` hold `content`.

    A file that ends its lines with CRLF keeps doing so, whatever line ends `content` has.

    Args:
        folder: The code base. Nothing is written to it.
        path: The file, relative to the folder, with slashes.
        content: What it is to hold.

    Raises:
        PathError: If the path leads elsewhere (absolute, `..`, a symbolic link), into `.git`, to a
            file of secrets, or to something that is no text file; or if `content` is no text.
    """
    _require_inside(folder, path)
    if any(char == "\0" or "\ud800" <= char <= "\udfff" for char in set(content)):
        raise PathError(f"{path!r} would hold what is no text")
    there = folder / path
    if not os.path.lexists(there):
        return Diff(path, content, _diff(path, None, content), new=True)
    data = bytes_of(folder, path) if there.is_file() else None
    if data is None:
        raise PathError(f"{path!r} is there and is no text file that can be shown")
    try:
        before = data.decode()
    except UnicodeDecodeError:
        raise PathError(f"{path!r} is there and is not text in UTF-8") from None
    if _all_crlf(before):
        content = content.replace("\r\n", "\n").replace("\n", "\r\n")
    return Diff(path, content, _diff(path, before, content), new=False)


def applies(folder: Path, diffs: Sequence[Diff]) -> tuple[Fault, ...] | None:
    """Return which diffs git cannot apply, one after another; None where git is not there to ask, or does not answer.

    It is asked in a temporary folder that holds a copy of the files concerned: the code base stays untouched.
    """
    git = shutil.which("git")
    if git is None:
        return None
    with tempfile.TemporaryDirectory(prefix="backend-architect-") as made:
        copy = Path(made).resolve() / "copy"
        copy.mkdir()
        for diff in diffs:
            if not diff.new and (data := bytes_of(folder, diff.path)) is not None:
                (copy / diff.path).parent.mkdir(parents=True, exist_ok=True)
                (copy / diff.path).write_bytes(data)
        try:
            return tuple(_faults(git, copy, diffs))
        except (OSError, subprocess.TimeoutExpired):
            return None


def _faults(git: str, copy: Path, diffs: Iterable[Diff]) -> Iterator[Fault]:
    for diff in diffs:
        if not diff.text:
            continue
        checked = _git(git, copy, diff, "--check")
        # Applied as well: a later diff stands on the earlier ones.
        applied = _git(git, copy, diff) if checked.returncode == 0 else checked
        if applied.returncode:
            said = one_line(applied.stderr.decode(errors="replace")).removeprefix("error: ")
            yield Fault(diff.path, said[:300] or "git apply fails")
        elif not (copy / diff.path).is_file() or (copy / diff.path).read_bytes() != diff.content.encode():
            yield Fault(diff.path, "applied, it gives another content than the one proposed")


def _git(git: str, copy: Path, diff: Diff, *options: str) -> subprocess.CompletedProcess[bytes]:
    # No repository above, no setting of this machine's (line ends, white space) may have a say.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= {"GIT_CEILING_DIRECTORIES": str(copy.parent), "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C"}
    command = [git, "apply", "--whitespace=nowarn", *options, "-"]
    return subprocess.run(command, cwd=copy, env=environment, input=diff.text.encode(), capture_output=True, check=False, timeout=60)


def _require_inside(folder: Path, path: str) -> None:
    parts = path.split("/")
    if not path or len(path) > _LONGEST or one_line(path) != path or not path.isprintable() or any(char in path for char in '\\"'):
        raise PathError(f"{one_line(path)[:80]!r} is no path of a file: write it relative to the repository, with slashes")
    if path.startswith("/") or (len(path) > 1 and path[1] == ":") or path.startswith("~"):
        raise PathError(f"{path!r} is absolute: write it relative to the repository")
    if any(part in ("", ".", "..") or part != part.strip() for part in parts):
        raise PathError(f"{path!r} is no plain path: leave out '.', '..' and empty parts")
    if any(len(part.encode()) > 255 for part in parts):
        raise PathError(f"{path[:80]!r} has a part that is too long for a file's name")
    if any(_GIT.fullmatch(part) for part in parts):
        raise PathError(f"{path!r} is git's own")
    if private(PurePosixPath(path).name):
        raise PathError(f"{path!r} is a file for secrets, which are not for a plan")
    if linked(folder, path):
        raise PathError(f"{path!r} is, or lies behind, a symbolic link")
    at = folder
    for part in parts[:-1]:
        at = at / part
        if os.path.lexists(at) and not at.is_dir():
            raise PathError(f"{path!r} lies below a file")


def _diff(path: str, before: str | None, after: str) -> str:
    if before == after:
        return ""
    # A name with a blank ends with a tab, as git writes it: otherwise the blank would end it.
    end = "\t" if " " in path else ""
    header = f"diff --git a/{path} b/{path}\n" + ("new file mode 100644\n" if before is None else "")
    # Diffed on text without line ends of any other kind: only `\n` ends a line for git.
    hunks = list(unified_diff(_lines(before or ""), _lines(after), "/dev/null" if before is None else f"a/{path}{end}", f"b/{path}{end}"))
    return header + "".join(line if line.endswith("\n") else f"{line}\n{_HUNK_END}" for line in hunks)


def _lines(text: str) -> list[str]:
    lines = [f"{line}\n" for line in text.split("\n")]
    last = lines.pop()
    return [*lines, last[:-1]] if last != "\n" else lines


def _all_crlf(text: str) -> bool:
    return 0 < text.count("\n") == text.count("\r\n")
