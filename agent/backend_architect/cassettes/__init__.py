"""Recorded model traffic: what a provider was sent and what it answered, to be replayed anywhere without a key."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from backend_architect.errors import ReplayError
from backend_architect.models.wire import StageOf, stage

if TYPE_CHECKING:
    from backend_architect.cassettes.tape import Tape

__all__ = ["recording", "replaying"]

_OPEN = threading.Lock()
"""The HTTP clients of the whole process are patched: one cassette at a time."""


@contextlib.contextmanager
def recording(
    folder: Path,
    *,
    conceal: Callable[[str], str],
    conceal_answer: Callable[[str], str] | None = None,
    answered_by: str = "",
    stage: StageOf = stage,
) -> Iterator[Tape]:
    """Record all that the providers' clients send and get while the block runs.

    Every exchange is written when its response has arrived, one file each, named for its stage and its
    request. What the folder already holds is answered from it. Responses that report an error are not kept.

    Args:
        folder: Where the files go; made if missing.
        conceal: Returns a text without its secrets. Every text of a request is put through it before it is written.
        conceal_answer: The same for the texts of responses; `conceal` if not given. What it changes, a replay
            answers differently than the provider did. A key the request was sent with is removed in any case.
        answered_by: Who answers behind a relay: "a language model".
        stage: Names the stage of a request.

    Raises:
        ReplayError: If the folder cannot be read or written, or another cassette is open.
    """
    with _inserted(folder, conceal=(conceal, conceal_answer or conceal), replaying=False, answered_by=answered_by, stage=stage) as tape:
        yield tape


@contextlib.contextmanager
def replaying(folder: Path, *, conceal: Callable[[str], str], stage: StageOf = stage) -> Iterator[Tape]:
    """Answer all that the providers' clients send from a recording while the block runs; nothing reaches a network.

    A request matches a recorded one when method, path and JSON body are the same, whatever the host.

    Args:
        folder: A recording.
        conceal: As when it was recorded: a request that held a secret is found by what was written of it.
        stage: Names the stage of a request.

    Raises:
        ReplayError: If the recording cannot be read, another cassette is open, or a request was not in it:
            raised where the request is made (Anthropic's client wraps it in an error of its own), and again
            when the block ends, whatever it ends with.
    """
    with _inserted(folder, conceal=(conceal, conceal), replaying=True, answered_by="", stage=stage) as tape:
        yield tape


@contextlib.contextmanager
def _inserted(folder: Path, *, conceal: tuple[Callable[[str], str], Callable[[str], str]], replaying: bool, answered_by: str, stage: StageOf) -> Iterator[Tape]:
    # Importing vcrpy takes a tenth of a second.
    from backend_architect.cassettes.tape import Tape

    if not _OPEN.acquire(blocking=False):
        raise ReplayError("another recording is open in this process: only one can be recorded or replayed at a time")
    try:
        with Tape.use(
            path=str(folder),
            conceal=conceal,
            replaying=replaying,
            answered_by=answered_by,
            stage=stage,
            # The providers' clients are built on these two.
            skip_patchers=("httplib", "requests", "boto3", "urllib3", "httplib2", "tornado", "aiohttp"),
        ) as tape:
            try:
                yield tape
            except Exception as error:
                # Otherwise a provider's client's own words for it would be all that is seen.
                if tape.failures and error is not tape.failures[0]:
                    raise tape.failures[0] from error
                raise
            if tape.failures:
                raise tape.failures[0]
    finally:
        _OPEN.release()
