"""Telling people how far a run is: a live line on a terminal, plain lines elsewhere."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import TextIO

from backend_architect.runs import Progress, Stage


@contextlib.contextmanager
def shown(stream: TextIO) -> Iterator[Progress]:
    """Show stages on `stream` while the block runs.

    On a terminal one line is drawn over and is gone at the end; elsewhere, or where the terminal
    cannot move its cursor, each finished stage is a line of its own.
    """
    if stream.isatty() and os.environ.get("TERM") not in ("dumb", "unknown"):
        with _live(stream) as progress:
            yield progress
    else:
        yield _lines(stream)


def _lines(stream: TextIO) -> Progress:
    waiting = _Waiting()

    def progress(stage: Stage) -> None:
        done = waiting.note(stage)
        if done is not None:
            print(f"{done} … done", file=stream, flush=True)

    return progress


@contextlib.contextmanager
def _live(stream: TextIO) -> Iterator[Progress]:
    from rich.console import Console
    from rich.status import Status

    console = Console(file=stream, highlight=False, markup=False, emoji=False)
    waiting = _Waiting()
    with Status("reading the brief", console=console) as status:

        def progress(stage: Stage) -> None:
            waiting.note(stage)
            status.update(", ".join(waiting.names) or "writing")

        yield progress


class _Waiting:
    """The stages under way. Of several nodes with one name, the first to begin is the first done."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def note(self, stage: Stage) -> str | None:
        """Take in what happened; return the stage that ended, if one did."""
        if stage.state == "begun":
            self.names.append(stage.name)
            return None
        done = next((name for name in self.names if name.partition(" ")[0] == stage.name), stage.name)
        with contextlib.suppress(ValueError):
            self.names.remove(done)
        return done
