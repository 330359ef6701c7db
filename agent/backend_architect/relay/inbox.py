"""The folder of a relay: requests that wait in it, answers that are put beside them."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, time
from typing import Any

from backend_architect.errors import OutputError
from backend_architect.models.wire import Request, StageOf, digest, slug, stage

ANSWERS = (".answer.txt", ".answer.json")
REFUSAL = ".refusal.txt"
ONLY_JSON = "Output only the JSON that fits this schema: no sentence before or after it, no code fence."
ONLY_ANSWER = "Output only the answer."

_POLL_SECONDS = 0.1
_REQUEST = re.compile(r"(?P<number>\d{4,})-[a-z0-9-]+\.request\.json")


@dataclass(frozen=True, kw_only=True)
class Given:
    """An answer out of the folder."""

    text: str
    refused: bool = False
    """Whether it says why the question is not answered."""


class Inbox:
    """The requests and answers of one folder.

    A request becomes `NNNN-STAGE-HASH.request.json`, its body, and `NNNN-STAGE-HASH.request.md`, the
    same for a reader; the latter is written last, so whoever sees it may begin. It is answered by
    `NNNN-STAGE-HASH.answer.txt` (or `.answer.json`), or declined by `NNNN-STAGE-HASH.refusal.txt`. What
    was put there in an earlier run counts: the same request is never put down twice.

    Raises:
        OutputError: If the folder cannot be made or read.
    """

    def __init__(self, folder: Path, *, stage: StageOf = stage) -> None:
        """Open the folder, made if missing."""
        self._folder = folder
        self._stage = stage
        self._stems: dict[str, str] = {}
        self._last = 0
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for number, stem, body in _earlier(folder):
                self._stems[digest(body)] = stem
                self._last = max(self._last, number)
        except OSError as error:
            raise OutputError(f"cannot use {str(folder)!r} as the relay's folder: {error.strerror}") from error

    def put(self, request: Request, body: object) -> str:
        """Put a request down, unless it is there; return what the names of its files begin with."""
        key = digest(body)
        known = self._stems.get(key)
        if known is not None:
            return known
        self._last += 1
        words = [f"{self._last:04}", slug(self._stage(request)), key[:8]]
        stem = "-".join(word for word in words if word)
        self._write(f"{stem}.request.json", json.dumps(body, ensure_ascii=False, indent=2) + "\n")
        self._write(f"{stem}.request.md", readable(request))
        self._stems[key] = stem
        return stem

    async def answer(self, stem: str, *, wait_seconds: float) -> Given | None:
        """Return the answer to the request put down as `stem`, None if there is none after `wait_seconds`.

        Raises:
            ValueError: If the answer is not UTF-8 text.
        """
        end = monotonic() + wait_seconds
        seen: dict[Path, tuple[int, int]] = {}
        while True:
            for ending in (*ANSWERS, REFUSAL):
                path = self._folder / f"{stem}{ending}"
                try:
                    found = path.stat()
                except OSError:
                    continue
                state = (found.st_size, found.st_mtime_ns)
                # Who writes without renaming is caught half-way only if he pauses: taken is what stood still.
                if found.st_size and (seen.get(path) == state or time() - found.st_mtime > 10 * _POLL_SECONDS):
                    return Given(text=_read(path), refused=ending == REFUSAL)
                seen[path] = state
            left = end - monotonic()
            # A file that was just written gets one more look.
            if left <= (-5 * _POLL_SECONDS if seen else 0):
                return None
            await asyncio.sleep(_POLL_SECONDS if seen else min(_POLL_SECONDS, left))

    def _write(self, name: str, text: str) -> None:
        draft = self._folder / f".{name}.draft"
        draft.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")
        draft.replace(self._folder / name)


def readable(request: Request) -> str:
    """Return a request as one text for a reader: what a model would see, then what the answer must fit."""
    first = request.messages[0].text if request.messages else ""
    if len(request.messages) == 1:
        return f"{first.rstrip()}\n\n{_demand(request.answer)}\n"
    titles = {"system": "System", "developer": "System", "user": "User", "assistant": "Assistant (an earlier answer)"}
    said = [f"<!-- {titles.get(message.role, message.role)} -->\n\n{message.text.strip()}" for message in request.messages]
    return "\n\n".join([*said, _demand(request.answer)]) + "\n"


def _demand(schema: dict[str, Any] | None) -> str:
    if schema is None:
        return ONLY_ANSWER
    shown = json.dumps(schema, ensure_ascii=False, indent=2)
    return f"<!-- The answer -->\n\nThe answer must fit this JSON Schema:\n\n```json\n{shown}\n```\n\n{ONLY_JSON}"


def _earlier(folder: Path) -> Iterator[tuple[int, str, object]]:
    for path in sorted(folder.iterdir()):
        match = _REQUEST.fullmatch(path.name)
        if match is None:
            continue
        try:
            body = json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            # Not ours any more; its number stays taken.
            body = path.name
        yield int(match["number"]), path.name.removesuffix(".request.json"), body


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig").strip()
    except UnicodeDecodeError:
        raise ValueError(f"the answer {path.name!r} is not UTF-8 text") from None
