"""Writing the plan: one file, whole or not at all, and nothing beside it."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from pathlib import Path

from backend_architect.errors import OutputError
from backend_architect.text import one_line

_NO_NEW_FILE = (errno.EACCES, errno.EPERM, errno.EROFS, errno.EBUSY, errno.ETXTBSY)
"""Answers of a directory that takes no new file, or of a file that cannot be swapped (a mount)."""


_WAY_OUT = "choose another folder with -o"
_FILE_SUFFIXES = frozenset({".htm", ".html", ".json", ".markdown", ".md", ".pdf", ".rst", ".txt", ".yaml", ".yml"})
"""Endings that nobody gives a folder."""


def current(target: Path) -> bytes | None:
    """Return the bytes of the file at `target`, or None where there is none.

    Raises:
        OutputError: If something else than a readable regular file is there.
    """
    try:
        # Not blocking: opening a named pipe for reading would wait for a writer.
        descriptor = os.open(target, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except FileNotFoundError:
        return None
    except NotADirectoryError:
        raise OutputError(f"cannot write {_shown(target)}: {_shown(target.parent)} is not a directory; {_WAY_OUT}") from None
    except OSError as error:
        raise OutputError(f"cannot read {_shown(target)}: {error.strerror}; {_WAY_OUT}") from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OutputError(f"cannot write {_shown(target)}: it is not a regular file; {_WAY_OUT}")
    with os.fdopen(descriptor, "rb") as file:
        return file.read()


def write(target: Path, data: bytes, *, seen: bytes | None) -> bool:
    """Make `target` hold `data`, atomically; return whether anything was written.

    The bytes go to a new file beside the target, are synced, and take its place in one step, so a
    reader sees the old file or the new one, and a failure leaves the old one. Links are followed,
    permissions and owner are kept. Where the directory takes no new file but the target itself can
    be written, it is written in place.

    Args:
        target: The file; missing folders above it are made.
        data: What it is to hold.
        seen: What it held when the caller looked, None for no file. If that has changed, somebody
            else wrote it meanwhile, and it is left alone.

    Raises:
        OutputError: If it cannot be written, or was changed meanwhile.
    """
    found = current(target)
    if found == data:
        return False
    if found != seen:
        raise OutputError(f"{_shown(target)} was changed while the plan was being made: nothing was written, run the command again")
    real = Path(os.path.realpath(target))
    try:
        if not real.parent.is_dir():
            real.parent.mkdir(parents=True, exist_ok=True)
        _replace(real, data)
    except OSError as error:
        if found is None or error.errno not in _NO_NEW_FILE:
            raise OutputError(_failed(target, error)) from error
        try:
            _overwrite(real, data, old=found)
        except OSError as second:
            raise OutputError(_failed(target, second)) from second
    return True


def require_writable(target: Path) -> None:
    """Refuse early what `write` would refuse late, as far as that can be known without writing.

    Raises:
        OutputError: If neither the file nor its folder can be written, or the folder to be made is
            named like a file.
    """
    real = Path(os.path.realpath(target))
    if os.access(real, os.W_OK):
        return
    folder = next(parent for parent in real.parents if parent.exists())
    if not folder.is_dir():
        raise OutputError(f"cannot write {_shown(target)}: {_shown(folder)} is not a directory; {_WAY_OUT}")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise OutputError(f"cannot write {_shown(target)}: no permission to write in {_shown(folder)}; {_WAY_OUT}")
    if not real.parent.exists() and real.parent.suffix.lower() in _FILE_SUFFIXES:
        raise OutputError(
            f"{_shown(target.parent)} looks like a file, and -o names the folder for {_shown(Path(target.name))}: "
            "name another one, make that folder first, or print the plan with '-o -'"
        )


def _failed(target: Path, error: OSError) -> str:
    return f"cannot write {_shown(target)}: {error.strerror}; {_WAY_OUT}"


def _replace(target: Path, data: bytes) -> None:
    beside = target.with_name(f".{target.name}.{os.getpid()}-{os.urandom(4).hex()}.tmp")
    # 0o666 so that a new file gets what the user's umask grants, as from any other program.
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0), 0o666)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            _keep_owner(descriptor, target)
            os.fsync(descriptor)
        os.replace(beside, target)  # noqa: PTH105  (one spelling for the atomic step)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise
    _sync_folder(target.parent)


def _keep_owner(descriptor: int, target: Path) -> None:
    try:
        old = target.stat()
    except FileNotFoundError:
        return
    if hasattr(os, "fchown"):
        new = os.fstat(descriptor)
        if (new.st_uid, new.st_gid) != (old.st_uid, old.st_gid):
            with contextlib.suppress(OSError):
                os.fchown(descriptor, old.st_uid, old.st_gid)
    if hasattr(os, "fchmod"):
        os.fchmod(descriptor, stat.S_IMODE(old.st_mode))


def _sync_folder(folder: Path) -> None:
    # The file is whole either way; this only makes the rename itself survive a power cut.
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _overwrite(target: Path, data: bytes, *, old: bytes) -> None:
    with target.open("r+b", buffering=0) as file:
        try:
            _put(file.fileno(), data)
        except OSError:
            # Half a plan is worse than the old one.
            with contextlib.suppress(OSError):
                _put(file.fileno(), old)
            raise


def _put(descriptor: int, data: bytes) -> None:
    os.lseek(descriptor, 0, os.SEEK_SET)
    left = memoryview(data)
    while left:
        left = left[os.write(descriptor, left) :]
    os.ftruncate(descriptor, len(data))
    os.fsync(descriptor)


def _shown(path: Path) -> str:
    return repr(one_line(str(path)))
