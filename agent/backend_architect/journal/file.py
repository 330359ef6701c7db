"""The journal's file: answered calls and the runs that used them, in SQLite."""

from __future__ import annotations

import asyncio
import contextlib
import os
import queue
import sqlite3
import threading
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self, get_args

from backend_architect.errors import OutputError
from backend_architect.models.protocol import Answer, StopReason, Usage

_APPLICATION = 0x62612D6A
"""Marks the file as ours: `ba-j`."""
_VERSION = 1
_STOPS: tuple[StopReason, ...] = get_args(StopReason)
_BUSY_SECONDS = 30.0

_TABLES = """
CREATE TABLE answers (
    id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, stage TEXT NOT NULL, model TEXT NOT NULL, stop INTEGER NOT NULL,
    input INTEGER NOT NULL, cached INTEGER NOT NULL, cache_writes INTEGER NOT NULL, output INTEGER NOT NULL,
    calls INTEGER NOT NULL, counted INTEGER NOT NULL, text BLOB NOT NULL
) STRICT;
CREATE TABLE runs (
    id INTEGER PRIMARY KEY, brief TEXT NOT NULL, brief_sha256 TEXT NOT NULL, model TEXT NOT NULL, started TEXT NOT NULL, finished TEXT
) STRICT;
CREATE TABLE uses (
    run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE, answer INTEGER NOT NULL REFERENCES answers ON DELETE CASCADE,
    paid INTEGER NOT NULL, PRIMARY KEY (run, answer)
) STRICT, WITHOUT ROWID;
CREATE INDEX uses_answer ON uses (answer);
"""
_FOUND = "SELECT text, stop, input, cached, cache_writes, output, calls, counted, model FROM answers WHERE key = ?"
_ADD = (
    "INSERT OR IGNORE INTO answers (key, stage, model, stop, input, cached, cache_writes, output, calls, counted, text)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
# A run that somebody removes while it goes on loses its accounts, not its answers.
_USE = "INSERT OR IGNORE INTO uses SELECT runs.id, answers.id, ? FROM runs, answers WHERE runs.id = ? AND answers.key = ?"

Work = Callable[[sqlite3.Connection], object]


@dataclass(frozen=True, kw_only=True)
class Run:
    """One command's run, as far as the journal knows it."""

    id: int
    brief: str
    """The brief's path as given."""
    brief_sha256: str
    model: str
    started: str
    """UTC, ISO 8601, to the second."""
    finished: str | None
    """None if it never ended: the same command goes on with it."""
    paid: Usage
    """Of the calls made for this run."""
    reused: Usage
    """Of the answers that this run took from the journal: what it did not cost."""


def default_path() -> Path:
    """Return where the journal of this user lives."""
    from platformdirs import user_state_path

    return user_state_path("backend-architect", appauthor=False) / "journal.sqlite3"


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(eq=False)
class Flight:
    """One call under way and how many wait for it."""

    task: asyncio.Task[Answer]
    waiting: int = 0


class Journal:
    """Answered calls and the runs that used them, in one SQLite file.

    Safe for several processes at once; one instance serves any number of tasks and event loops.
    All that is written goes through one thread, which commits for everybody who waits at that moment.

    Raises:
        OutputError: If the file cannot be used, is damaged, or is not a journal. So do all methods.
    """

    def __init__(self, path: Path | None = None, *, clock: Callable[[], datetime] = _now) -> None:
        """Open the journal at `path` (default: `default_path()`), made if missing."""
        self.path = default_path() if path is None else path
        self._clock = clock
        self._jobs: queue.SimpleQueue[tuple[Work, Future[object]] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._closed = False
        self.flying: dict[tuple[asyncio.AbstractEventLoop, str], Flight] = {}
        """Calls under way, by event loop and fingerprint."""
        with self._told():
            _make(self.path)
            self._reader = _connect(self.path)

    def __enter__(self) -> Self:
        """Return the journal."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close the journal."""
        self.close()

    def close(self) -> None:
        """Write what is left to write, and close the file."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            if self._thread is not None:
                self._jobs.put(None)
        if self._thread is not None:
            self._thread.join()
        # The last connection to go folds the write-ahead log into the file.
        self._reader.close()

    def find(self, key: str) -> Answer | None:
        """Return the answer kept under a question's fingerprint, None if there is none."""
        with self._told(), self._lock:
            row = self._reader.execute(_FOUND, (bytes.fromhex(key),)).fetchone()
            if row is None:
                return None
            text, stop, read, cached, cache_writes, written, calls, counted, model = row
            usage = Usage(input=read, cached=cached, cache_writes=cache_writes, output=written, calls=calls, counted=bool(counted))
            return Answer(text=zlib.decompress(text).decode(errors="surrogatepass"), stop=_STOPS[stop], usage=usage, model=model)

    async def append(self, key: str, answer: Answer, *, stage: str = "", run: int | None = None) -> None:
        """Keep an answer under its question's fingerprint; it is on disk when this returns.

        An answer that is already there under this fingerprint stays.

        Args:
            key: The fingerprint.
            answer: What was paid for.
            stage: The stage that asked, for the accounts.
            run: The run that paid.
        """
        usage = answer.usage

        def work(file: sqlite3.Connection) -> None:
            text = zlib.compress(answer.text.encode(errors="surrogatepass"), 1)
            figures = (usage.input, usage.cached, usage.cache_writes, usage.output, usage.calls, usage.counted)
            blob = bytes.fromhex(key)
            file.execute(_ADD, (blob, stage, answer.model, _STOPS.index(answer.stop), *figures, text))
            if run is not None:
                file.execute(_USE, (1, run, blob))

        # The job is on its way before the first suspension: who is cancelled now has the answer kept all the same.
        done = asyncio.wrap_future(self._submit(work))
        with self._told():
            await done

    def reuse(self, key: str, *, run: int) -> None:
        """Note, soon, that a run took an answer from the journal."""
        self._submit(lambda file: file.execute(_USE, (0, run, bytes.fromhex(key))))

    def begin(self, *, brief: str, brief_sha256: str, model: str) -> int:
        """Return the ID of a run that starts, or of the same command's run that never ended."""
        started = self._clock().astimezone(UTC).isoformat(timespec="seconds")
        same = (brief, brief_sha256, model)

        def work(file: sqlite3.Connection) -> object:
            known = file.execute("SELECT max(id) FROM runs WHERE (brief, brief_sha256, model) = (?, ?, ?) AND finished IS NULL", same).fetchone()[0]
            if known is not None:
                return known
            return file.execute("INSERT INTO runs (brief, brief_sha256, model, started) VALUES (?, ?, ?, ?)", (*same, started)).lastrowid

        match self._done(work):
            case int(run):
                return run
            case other:
                raise AssertionError(f"SQLite gave the row ID {other!r}")

    def finish(self, run: int) -> None:
        """Note that a run has ended with a plan."""
        finished = self._clock().astimezone(UTC).isoformat(timespec="seconds")
        self._done(lambda file: file.execute("UPDATE runs SET finished = ? WHERE id = ?", (finished, run)))

    def runs(self) -> tuple[Run, ...]:
        """Return all runs, oldest first."""
        figures = ", ".join(f"sum({name})" for name in ("input", "cached", "cache_writes", "output", "calls")) + ", max(counted)"
        with self._told():
            # Waits for what is noted "soon".
            self._done(lambda file: None)
            with self._lock:
                rows = self._reader.execute("SELECT id, brief, brief_sha256, model, started, finished FROM runs ORDER BY id").fetchall()
                sums = self._reader.execute(f"SELECT run, paid, {figures} FROM uses JOIN answers ON answers.id = answer GROUP BY run, paid").fetchall()
        usages = {(run, bool(paid)): _usage(numbers) for run, paid, *numbers in sums}
        return tuple(
            Run(
                id=id,
                brief=brief,
                brief_sha256=sha256,
                model=model,
                started=started,
                finished=finished,
                paid=usages.get((id, True), Usage()),
                reused=usages.get((id, False), Usage()),
            )
            for id, brief, sha256, model, started, finished in rows
        )

    def stages(self, run: int) -> tuple[tuple[str, Usage, Usage], ...]:
        """Return, by stage in order of the first answer, what a run paid and what it took from the journal."""
        with self._told():
            self._done(lambda file: None)
            with self._lock:
                rows = self._reader.execute(
                    "SELECT stage, paid, input, cached, cache_writes, output, calls, counted FROM uses JOIN answers ON answers.id = answer"
                    " WHERE run = ? ORDER BY answers.id",
                    (run,),
                ).fetchall()
        by_stage: dict[str, list[Usage]] = {}
        for stage, paid, *numbers in rows:
            both = by_stage.setdefault(stage, [Usage(), Usage()])
            both[0 if paid else 1] += _usage(numbers)
        return tuple((stage, paid, reused) for stage, (paid, reused) in by_stage.items())

    def remove(self, *runs: int) -> int:
        """Forget runs and the answers that no other run used; return how many of the runs there were."""

        def work(file: sqlite3.Connection) -> object:
            count = 0
            for run in runs:
                used = file.execute("SELECT answer FROM uses WHERE run = ?", (run,)).fetchall()
                count += file.execute("DELETE FROM runs WHERE id = ?", (run,)).rowcount
                file.executemany("DELETE FROM answers WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM uses WHERE answer = ?1)", used)
            return count

        match self._done(work):
            case int(count):
                return count
            case other:
                raise AssertionError(f"SQLite counted {other!r} rows")

    def clear(self) -> None:
        """Forget everything, and give the space back."""

        def work(file: sqlite3.Connection) -> None:
            for table in ("uses", "runs", "answers"):
                file.execute(f"DELETE FROM {table}")

        self._done(work)
        with self._told(), self._lock:
            self._reader.execute("VACUUM")

    def _done(self, work: Work) -> object:
        with self._told():
            return self._submit(work).result()

    def _submit(self, work: Work) -> Future[object]:
        done: Future[object] = Future()
        with self._lock:
            if self._closed:
                raise OutputError(f"the journal {str(self.path)!r} is closed")
            if self._thread is None:
                self._thread = threading.Thread(target=self._write, name="journal", daemon=True)
                self._thread.start()
            self._jobs.put((work, done))
        return done

    def _write(self) -> None:
        """Do jobs until told to end: all that wait together in one transaction."""
        file: sqlite3.Connection | None = None
        ending = False
        while not ending:
            waiting = [self._jobs.get()]
            with contextlib.suppress(queue.Empty):
                while True:
                    waiting.append(self._jobs.get_nowait())
            ending = None in waiting
            jobs = [job for job in waiting if job is not None]
            if not jobs:
                break
            try:
                file = file or _connect(self.path)
                file.execute("BEGIN IMMEDIATE")
                results = [work(file) for work, _ in jobs]
                file.execute("COMMIT")
            except Exception as error:
                if file is not None and file.in_transaction:
                    with contextlib.suppress(sqlite3.Error):
                        file.execute("ROLLBACK")
                for _, done in jobs:
                    _resolve(done, error=error)
            else:
                for (_, done), result in zip(jobs, results, strict=True):
                    _resolve(done, result=result)
        if file is not None:
            file.close()

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """Translate what SQLite and the file system report."""
        try:
            yield
        except sqlite3.OperationalError as error:
            raise OutputError(f"the journal {str(self.path)!r} cannot be used: {error}") from error
        except (sqlite3.Error, zlib.error, UnicodeDecodeError, IndexError) as error:
            raise OutputError(f"the journal {str(self.path)!r} is damaged or not a journal ({error}): move it away, or run with --no-state") from error
        except OSError as error:
            raise OutputError(f"the journal {str(self.path)!r} cannot be used: {error.strerror}") from error


def _resolve(done: Future[object], *, result: object = None, error: Exception | None = None) -> None:
    # A future whose waiter was cancelled takes nothing any more; its answer is kept all the same.
    if not done.set_running_or_notify_cancel():
        return
    if error is not None:
        done.set_exception(error)
    else:
        done.set_result(result)


def _usage(numbers: list[int]) -> Usage:
    read, cached, cache_writes, written, calls, counted = numbers
    return Usage(input=read, cached=cached, cache_writes=cache_writes, output=written, calls=calls, counted=bool(counted))


def _connect(path: Path) -> sqlite3.Connection:
    """Open a file that `_make` has seen to."""
    file = sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    file.execute("PRAGMA synchronous = FULL")
    file.execute("PRAGMA foreign_keys = ON")
    return file


def _make(path: Path) -> None:
    """See to it that the file is there and is a journal."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # The answers are nobody else's business; SQLite's side files take over these permissions.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600))
    with contextlib.closing(_connect(path)) as file:
        found = _mark(file)
        if found == (_APPLICATION, _VERSION):
            return
        file.execute("PRAGMA journal_mode = WAL") if _empty(file) else None
        file.execute("BEGIN IMMEDIATE")
        # Another process may have been here first.
        found = _mark(file)
        if found == (0, 0) and _empty(file):
            for statement in _TABLES.split(";\n"):
                file.execute(statement)
            file.execute(f"PRAGMA application_id = {_APPLICATION}")
            file.execute(f"PRAGMA user_version = {_VERSION}")
        file.execute("COMMIT")
    if found[0] == _APPLICATION and found[1] > _VERSION:
        raise OutputError(f"the journal {str(path)!r} was written by a newer version of backend-architect: update it, or move the file away")
    if found not in ((0, 0), (_APPLICATION, _VERSION)) or (found == (0, 0) and not _is_ours(path)):
        raise OutputError(f"{str(path)!r} is a database, but not a journal of backend-architect: name another file")


def _mark(file: sqlite3.Connection) -> tuple[int, int]:
    return file.execute("PRAGMA application_id").fetchone()[0], file.execute("PRAGMA user_version").fetchone()[0]


def _empty(file: sqlite3.Connection) -> bool:
    return bool(file.execute("SELECT count(*) = 0 FROM sqlite_schema").fetchone()[0])


def _is_ours(path: Path) -> bool:
    with contextlib.closing(_connect(path)) as file:
        return _mark(file) == (_APPLICATION, _VERSION)
