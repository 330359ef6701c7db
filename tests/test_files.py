"""Writing one file, whole or not at all."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

from backend_architect import files
from backend_architect.errors import OutputError

NAME = "TODO_backend-architect.md"


def tree(folder: Path) -> dict[str, bytes | str]:
    """Everything below a folder: the bytes of files, where links lead."""
    return {
        str(path.relative_to(folder)): str(path.readlink()) if path.is_symlink() else path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_symlink() or path.is_file()
    }


def failing(error: int) -> Callable[..., NoReturn]:
    def fail(*_: object, **__: object) -> NoReturn:
        raise OSError(error, os.strerror(error))

    return fail


def test_a_new_file_gets_the_users_permissions_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    old = os.umask(0o027)
    try:
        assert files.write(tmp_path / NAME, b"plan\n", seen=None) is True
    finally:
        os.umask(old)
    assert tree(tmp_path) == {NAME: b"plan\n"}
    assert stat.S_IMODE((tmp_path / NAME).stat().st_mode) == 0o640


def test_missing_folders_are_made(tmp_path: Path) -> None:
    files.write(tmp_path / "a" / "b" / NAME, b"plan\n", seen=None)
    assert tree(tmp_path) == {f"a/b/{NAME}": b"plan\n"}


def test_replacing_keeps_the_mode_and_puts_a_new_file_in_place(tmp_path: Path) -> None:
    target = tmp_path / NAME
    target.write_bytes(b"old")
    target.chmod(0o604)
    with target.open("rb") as reader:
        assert files.write(target, b"new", seen=b"old") is True
        assert reader.read() == b"old", "who has the old file open goes on reading it whole"
    assert tree(tmp_path) == {NAME: b"new"}
    assert stat.S_IMODE(target.stat().st_mode) == 0o604


def test_the_same_bytes_are_not_written_again(tmp_path: Path) -> None:
    target = tmp_path / NAME
    target.write_bytes(b"same")
    before = target.stat()
    assert files.write(target, b"same", seen=b"same") is False
    after = target.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_link_is_written_through(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "plan.md").write_bytes(b"old")
    (tmp_path / NAME).symlink_to(Path("docs") / "plan.md")
    files.write(tmp_path / NAME, b"new", seen=b"old")
    assert tree(tmp_path) == {NAME: "docs/plan.md", "docs/plan.md": b"new"}


def test_a_link_to_nothing_gets_its_file(tmp_path: Path) -> None:
    (tmp_path / NAME).symlink_to(Path("docs") / "plan.md")
    assert files.current(tmp_path / NAME) is None
    files.write(tmp_path / NAME, b"new", seen=None)
    assert tree(tmp_path) == {NAME: "docs/plan.md", "docs/plan.md": b"new"}


def test_a_file_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    target = tmp_path / NAME
    target.write_bytes(b"somebody else's")
    with pytest.raises(OutputError, match="was changed while the plan was being made"):
        files.write(target, b"new", seen=b"old")
    with pytest.raises(OutputError, match="was changed while the plan was being made"):
        files.write(target, b"new", seen=None)
    assert tree(tmp_path) == {NAME: b"somebody else's"}


def test_a_full_disk_leaves_the_old_file_and_no_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / NAME
    target.write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", failing(28))
    with pytest.raises(OutputError, match=rf"cannot write '.*{NAME}': No space left on device"):
        files.write(target, b"new", seen=b"old")
    assert tree(tmp_path) == {NAME: b"old"}


def test_an_interrupt_leaves_the_old_file_and_no_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    target = tmp_path / NAME
    target.write_bytes(b"old")
    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        files.write(target, b"new", seen=b"old")
    assert tree(tmp_path) == {NAME: b"old"}


@pytest.mark.parametrize("error", [13, 30, 16], ids=["folder not writable", "file system read-only", "file is a mount"])
def test_where_the_file_cannot_be_swapped_it_is_written_in_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: int) -> None:
    target = tmp_path / NAME
    target.write_bytes(b"a longer old plan")
    inode = target.stat().st_ino
    monkeypatch.setattr(os, "replace", failing(error))
    assert files.write(target, b"new", seen=b"a longer old plan") is True
    assert tree(tmp_path) == {NAME: b"new"}
    assert target.stat().st_ino == inode


def test_writing_in_place_that_fails_puts_the_old_bytes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / NAME
    target.write_bytes(b"the old plan")
    truncate = os.ftruncate
    answers = iter([failing(28), truncate])
    monkeypatch.setattr(os, "replace", failing(30))
    monkeypatch.setattr(os, "ftruncate", lambda *a: next(answers)(*a))
    with pytest.raises(OutputError, match="No space left on device"):
        files.write(target, b"new", seen=b"the old plan")
    assert tree(tmp_path) == {NAME: b"the old plan"}


def test_a_new_file_in_a_folder_that_takes_none_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "replace", failing(13))
    with pytest.raises(OutputError, match="Permission denied"):
        files.write(tmp_path / NAME, b"new", seen=None)
    assert tree(tmp_path) == {}


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo], ids=["directory", "named pipe"])
def test_only_a_regular_file_is_replaced(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / NAME)
    with pytest.raises(OutputError, match="is not a regular file"):
        files.current(tmp_path / NAME)


def test_a_file_as_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "notes").write_bytes(b"")
    with pytest.raises(OutputError, match=r"'.*notes' is not a directory"):
        files.current(tmp_path / "notes" / NAME)
    with pytest.raises(OutputError, match=r"'.*notes' is not a directory"):
        files.require_writable(tmp_path / "notes" / NAME)


def test_a_folder_without_permission_is_refused_early(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Permissions do not bind root, who often runs tests; the question to the system does.
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(OutputError, match="no permission to write in"):
        files.require_writable(tmp_path / "made later" / NAME)


@pytest.mark.parametrize("name", ["plan.md", "Plan.TXT", "out/plan.json"])
def test_a_folder_named_like_a_file_is_not_made(tmp_path: Path, name: str) -> None:
    with pytest.raises(OutputError) as caught:
        files.require_writable(tmp_path / name / NAME)
    assert str(caught.value) == (
        f"{str(tmp_path / name)!r} looks like a file, and -o names the folder for {NAME!r}: "
        "name another one, make that folder first, or print the plan with '-o -'"
    )
    (tmp_path / name).mkdir(parents=True)
    files.require_writable(tmp_path / name / NAME)


def test_a_folder_with_a_dot_in_its_name_may_be_made(tmp_path: Path) -> None:
    files.require_writable(tmp_path / "v1.0" / NAME)


def test_a_folder_that_cannot_be_made_names_the_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "mkdir", failing(2))
    target = tmp_path / "new" / NAME
    with pytest.raises(OutputError) as caught:
        files.write(target, b"plan\n", seen=None)
    assert str(caught.value) == f"cannot write {str(target)!r}: No such file or directory; choose another folder with -o"


def test_a_name_with_terminal_escapes_is_shown_without_them(tmp_path: Path) -> None:
    (tmp_path / "a\x1b[31mb").write_bytes(b"")
    with pytest.raises(OutputError) as caught:
        files.current(tmp_path / "a\x1b[31mb" / NAME)
    assert "\x1b" not in str(caught.value)
