"""Measures what a user waits for, as ratios within one run, and prints them beside their targets.

Each pair is measured alternately, so that a busy machine slows both sides alike; the ratio is that
of the medians. Nothing here fails: the figures are for people.
"""

from __future__ import annotations

import io
import itertools
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ORDINARY = ROOT / "examples" / "clinic-appointments.md"
LARGE_BYTES = 126_000

ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""As after an ordinary installation: with byte code, which the first turn writes if need be."""

Timed = Callable[[], float]


def command(*arguments: str) -> Timed:
    """Time of a whole process, seconds."""

    def run() -> float:
        begun = time.perf_counter()
        subprocess.run([sys.executable, *arguments], check=True, capture_output=True, cwd=ROOT, env=ENVIRONMENT)
        return time.perf_counter() - begun

    return run


def ratio(subject: Timed, basis: Timed, *, rounds: int) -> tuple[float, float]:
    """Median seconds of both, measured in turns after one unmeasured turn each."""
    subject(), basis()
    pairs = [(subject(), basis()) for _ in range(rounds)]
    return statistics.median(one for one, _ in pairs), statistics.median(other for _, other in pairs)


def large(text: str) -> str:
    """A brief of about 126 KB: the ordinary one, section after section, each with words of its own."""
    parts, size, number = [text], len(text.encode()), 1
    while size < LARGE_BYTES:
        part = "\n".join(f"{line} (site {number})" if line[:2] in ("- ", "* ") else line for line in text.splitlines()) + "\n"
        parts.append(part)
        size += len(part.encode())
        number += 1
    return "\n".join(parts)


def in_process(text: str) -> Timed:
    """Time of reading and planning a brief in a warm process, seconds; each time a brief not seen before."""
    from backend_architect.runs import plan_brief

    numbers = itertools.count()

    def run() -> float:
        data = f"{text}\nThis is version {next(numbers)} of the brief.\n".encode()
        begun = time.perf_counter()
        plan_brief("-", folder=None, stdin=io.BytesIO(data))
        return time.perf_counter() - begun

    return run


def peak(brief: Path, folder: str) -> float:
    """Largest resident size of a process that plans a brief, MB."""
    code = "import resource; from backend_architect.__main__ import main\ntry: main()\nfinally: print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    done = subprocess.run([sys.executable, "-c", code, "plan", str(brief), "-o", folder], check=True, capture_output=True, text=True, env=ENVIRONMENT)
    # Linux counts in KiB, macOS in bytes.
    return int(done.stdout) / (1024 if sys.platform != "darwin" else 1024 * 1024)


def report(what: str, measured: str, target: str) -> None:
    print(f"{what:<58} {measured:>30}   target {target}", flush=True)


def main() -> None:
    text = ORDINARY.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        one, other = ratio(command("-m", "backend_architect", "--help"), command("-c", "pass"), rounds=15)
        report("--help / python -c pass", f"{1000 * one:.0f} / {1000 * other:.0f} ms = {one / other:.1f}x", "8x")

        one, other = ratio(
            command("-m", "backend_architect", "plan", str(ORDINARY), "-o", folder, "--force"), command("-c", "import langgraph.graph"), rounds=7
        )
        report("plan of an ordinary brief / import langgraph.graph", f"{one:.2f} / {other:.2f} s = {one / other:.2f}x", "1.3x")

        brief = Path(folder) / "large.md"
        brief.write_text(large(text), encoding="utf-8")
        # Before anything is planned in this process: on Linux a child's peak begins at its parent's size.
        report("peak memory, ordinary brief", f"{peak(ORDINARY, folder):.0f} MB", "250 MB")
        report("peak memory, large brief", f"{peak(brief, folder):.0f} MB", "250 MB")

        one, other = ratio(in_process(large(text)), in_process(text), rounds=5)
        report("planning in process, after the first", f"{1000 * other:.0f} ms", "60 ms")
        report(
            f"a {brief.stat().st_size / 1000:.0f} KB brief / one of {ORDINARY.stat().st_size / 1000:.0f} KB, in process",
            f"{1000 * one:.0f} / {1000 * other:.0f} ms = {one / other:.1f}x",
            f"{brief.stat().st_size / ORDINARY.stat().st_size:.0f}x (linear)",
        )
        one, other = ratio(
            command("-m", "backend_architect", "plan", str(brief), "-o", "-"), command("-m", "backend_architect", "plan", str(ORDINARY), "-o", "-"), rounds=3
        )
        report("the same, as whole commands", f"{one:.2f} / {other:.2f} s = {one / other:.1f}x", "10x")


if __name__ == "__main__":
    main()
