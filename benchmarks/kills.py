"""Kills runs with signal 9 (Linux) around the arrival of answers, has the same command go on, and counts what is asked again.

`python benchmarks/kills.py [KILLS] [--seed N]`. Each run is the whole command in a process of its own, forked from
one that has imported everything, so that a thousand of them take minutes. A plan of the rules stands at the
target beforehand: after every kill the file must be that one or the new one.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import random
import signal
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from loopback import Provider, texts

FILE = "TODO_backend-architect.md"


def forker() -> None:
    """Fork a run for each line of standard input; say its process ID, then how it ended."""
    import anthropic  # noqa: F401
    import openai  # noqa: F401

    import backend_architect.graph
    import backend_architect.journal
    import backend_architect.sessions  # noqa: F401
    from backend_architect.cli import app

    for line in sys.stdin:
        job = json.loads(line)
        if (process := os.fork()) == 0:
            os.chdir(job["folder"])
            os.environ["XDG_STATE_HOME"] = f"{job['folder']}/state"
            for stream, name in ((1, "out"), (2, "err")):
                os.dup2(os.open(f"{job['folder']}/{name}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC), stream)
            status = 1
            try:
                app(["plan", "shop.md", "--model", job["model"]])
            except SystemExit as end:
                status = int(end.code or 0)
            finally:
                os._exit(status)
        print(process, flush=True)
        print(os.waitpid(process, 0)[1], flush=True)


@dataclass
class Harness:
    """What is known while runs are killed."""

    chance: random.Random
    model: str
    process: asyncio.subprocess.Process
    running: int = 0
    """Handle of the process that may be killed, 0 for none."""
    due: asyncio.TimerHandle | None = None
    asked: list[str] = field(default_factory=list)
    """Stages answered during the current run of the command."""
    counts: Counter[str] = field(default_factory=Counter)

    def answered(self, stage: str) -> None:
        """Note an answer on its way, and have the run killed about when it arrives."""
        self.asked.append(stage)
        if self.due is None and self.running:
            # Most between an answer's arrival and its use; some while the next request or the file is written.
            self.kill_in(self.chance.uniform(0, 0.012) if self.chance.random() < 0.8 else self.chance.uniform(0, 0.15))

    def kill_in(self, seconds: float) -> None:
        self.due = asyncio.get_running_loop().call_later(seconds, self.kill)

    def kill(self) -> None:
        if self.running:
            # A run may have ended in this moment; its number is nobody else's as long as the handle is open.
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self.running, signal.SIGKILL)

    async def run(self, folder: Path, *, kill: bool) -> int:
        """Run the command once; return its wait status."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.asked, self.due, self.running = [], None, 0
        self.process.stdin.write(json.dumps({"folder": str(folder), "model": self.model}).encode() + b"\n")
        number = int(await self.process.stdout.readline())
        if kill:
            with contextlib.suppress(ProcessLookupError):
                self.running = os.pidfd_open(number)
            if self.chance.random() < 0.1:
                self.kill_in(self.chance.uniform(0, 0.3))
        status = int(await self.process.stdout.readline())
        if self.due is not None:
            self.due.cancel()
        if self.running:
            os.close(self.running)
            self.running = 0
        return status


def kept(folder: Path) -> set[str]:
    """Return the stages whose answers are in the journal."""
    path = folder / "state" / "backend-architect" / "journal.sqlite3"
    if not path.exists():
        return set()
    with closing(sqlite3.connect(path)) as file:
        try:
            return {stage.partition(" ")[0] for (stage,) in file.execute("SELECT stage FROM answers")}
        except sqlite3.OperationalError:
            # Killed before the tables were made.
            return set()


def earlier(folder: Path) -> bytes:
    """Return the plan that the rules make of the brief."""
    from backend_architect.runs import plan_brief
    from shop_design import BRIEF

    (folder / "shop.md").write_text(BRIEF)
    here = Path.cwd()
    os.chdir(folder)
    try:
        return plan_brief("shop.md", folder=None, stdin=sys.stdin.buffer).markdown.encode()
    finally:
        os.chdir(here)


def prepared(folder: Path, old: bytes) -> None:
    """Put the brief and an earlier plan into a folder."""
    from shop_design import BRIEF

    folder.mkdir()
    (folder / "shop.md").write_text(BRIEF)
    (folder / FILE).write_bytes(old)


async def measured(kills: int, seed: int, place: Path, old: bytes) -> None:
    begun = time.perf_counter()
    state = Provider(0.0, False, random.Random(seed), texts())
    server = await asyncio.start_server(state.serve, "127.0.0.1", 0)
    model = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1#loopback"
    forking = await asyncio.create_subprocess_exec(sys.executable, __file__, "--forker", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE)
    harness = Harness(random.Random(seed), model, forking)
    state.on_sent = harness.answered

    prepared(place / "undisturbed", old)
    if status := await harness.run(place / "undisturbed", kill=False):
        raise SystemExit(f"the undisturbed run failed ({status}): {(place / 'undisturbed' / 'err').read_text()}")
    expected = (place / "undisturbed" / FILE).read_bytes()
    counts: Counter[str] = Counter()
    while counts["kills"] < kills:
        folder = place / f"{counts['plans']}-{counts['kills']}"
        prepared(folder, old)
        known: set[str] = set()
        while True:
            status = await harness.run(folder, kill=counts["kills"] < kills)
            counts["asked again"] += sum(stage in known for stage in harness.asked)
            now = kept(folder)
            counts["forgotten"] += len(known - now)
            # On its way, perhaps arrived, and the run was killed before it was on disk.
            counts["not kept yet"] += len(set(harness.asked) - now)
            known = now
            plan = (folder / FILE).read_bytes()
            counts["torn"] += plan not in (old, expected)
            if os.WIFSIGNALED(status):
                counts["kills"] += 1
                counts[f"after {len(known)}"] += 1
                continue
            counts["plans"] += 1
            counts["failed"] += status != 0
            counts["different"] += plan != expected
            break
    server.close()
    forking.terminate()
    await forking.wait()
    where = ", ".join(f"{counts[f'after {number}']} with {number} kept" for number in range(6))
    print(f"{counts['kills']} kills (seed {seed}, {time.perf_counter() - begun:.0f} s): {where}")
    print(f"answered calls sent again                  {counts['asked again']:>6}   target 0")
    print(f"answers lost from the journal              {counts['forgotten']:>6}   target 0")
    print(f"answers that no kill left time to write    {counts['not kept yet']:>6}   (sent by the provider, not yet on disk)")
    print(f"plan file neither the old nor the new one  {counts['torn']:>6}   target 0")
    print(f"runs that could not go on                  {counts['failed']:>6}   target 0")
    print(f"plans finished {counts['plans']}, of them with other bytes than undisturbed: {counts['different']}   target 0")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("kills", type=int, nargs="?", default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--forker", action="store_true")
    options = parser.parse_args()
    if options.forker:
        forker()
        return
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measured(options.kills, options.seed, Path(folder), earlier(Path(folder))))


if __name__ == "__main__":
    main()
