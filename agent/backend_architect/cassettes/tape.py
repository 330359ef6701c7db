"""The cassette that vcrpy plays: a folder of exchanges, matched by what was asked."""

from __future__ import annotations

import contextlib
import ipaddress
import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from vcr.cassette import Cassette  # type: ignore[import-untyped]
from vcr.record_mode import RecordMode  # type: ignore[import-untyped]

from backend_architect.cassettes.exchange import LOCAL, RELAY, Asked, Exchange, concealed, file_name, loaded, parsed, readme, written
from backend_architect.cassettes.nearest import described
from backend_architect.errors import ReplayError
from backend_architect.models.wire import StageOf, relayed

REMOVED = "[secret removed]"
_KEY_HEADERS = ("authorization", "x-api-key", "api-key")
_SHORTEST_KEY = 8


class Tape(Cassette):  # type: ignore[misc]
    """The exchanges of one folder, as vcrpy's clients' patches ask for them."""

    def __init__(
        self,
        path: str,
        *,
        conceal: tuple[Callable[[str], str], Callable[[str], str]],
        replaying: bool,
        answered_by: str,
        stage: StageOf,
        **options: Any,
    ) -> None:
        """Take what `recording` and `replaying` are told."""
        super().__init__(path, record_mode=RecordMode.NONE if replaying else RecordMode.NEW_EPISODES, **options)
        self._folder = Path(path)
        self._conceal, self._conceal_answer = conceal
        self._replaying = replaying
        self._answered_by = answered_by
        self._stage = stage
        self._exchanges: dict[str, tuple[str, Exchange]] = {}
        self.played = 0
        """How many requests were answered from the folder."""
        self.recorded = 0
        """How many exchanges were written."""
        self.failures: list[ReplayError] = []
        """Requests that were not recorded, exchanges that could not be written."""

    def can_play_response_for(self, request: Any) -> bool:
        """Say whether a request is answered from the folder.

        Raises:
            ReplayError: If it must be, and cannot.
        """
        asked = _asked(request)
        if self._found(asked) is not None:
            return True
        if self._replaying:
            self.failures.append(self._miss(asked))
            raise self.failures[-1]
        return False

    def play_response(self, request: Any) -> dict[str, Any]:
        """Return the recorded response, as vcrpy has it."""
        exchange = self._found(_asked(request))
        assert exchange is not None, "vcrpy asks first whether it can be played"
        self.played += 1
        return {
            "status": {"code": exchange.status, "message": ""},
            "headers": {"content-type": [exchange.content_type]},
            "body": {"string": exchange.content},
        }

    def append(self, request: Any, response: dict[str, Any]) -> None:
        """Write an exchange down, unless the response reports an error."""
        status = response["status"]["code"]
        if status >= 400:
            return
        try:
            exchange = self._cleaned(request, response)
            if exchange.asked.key not in self._exchanges:
                name = file_name(exchange, stage=self._stage)
                self._write(name, written(exchange))
                self._exchanges[exchange.asked.key] = name, exchange
                self.recorded += 1
        except OSError as error:
            self.failures.append(ReplayError(f"cannot record to {str(self._folder)!r}: {error.strerror}"))
        except UnicodeDecodeError:
            self.failures.append(ReplayError(f"cannot record {request.method} {request.path}: it is not text"))

    def __len__(self) -> int:
        """Return how many exchanges there are."""
        return len(self._exchanges)

    def _load(self) -> None:
        try:
            files = sorted(self._folder.glob("*.yaml"))
            if self._replaying and not files:
                raise ReplayError(f"{str(self._folder)!r} holds no recording: there is no .yaml file in it")
            if not self._replaying:
                self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ReplayError(f"cannot record to {str(self._folder)!r}: {error.strerror}") from error
        for path in files:
            exchange = loaded(path)
            self._exchanges[exchange.asked.key] = path.name, exchange

    def _save(self, force: bool = False) -> None:
        # The exchanges are written as they come; left is to say where they come from.
        if not self.recorded:
            return
        sources = Counter(exchange.source for _, exchange in self._exchanges.values())
        try:
            self._write("README.md", readme(sources, answered_by=self._answered_by))
        except OSError as error:
            self.failures.append(ReplayError(f"cannot record to {str(self._folder)!r}: {error.strerror}"))

    def _found(self, asked: Asked) -> Exchange | None:
        found = self._exchanges.get(asked.key)
        if found is None:
            clean = Asked(method=asked.method, path=asked.path, body=concealed(asked.body, self._conceal))
            found = self._exchanges.get(clean.key)
        return None if found is None else found[1]

    def _cleaned(self, request: Any, response: dict[str, Any]) -> Exchange:
        keys = _keys(request)

        def without_keys(text: str) -> str:
            for key in keys:
                text = text.replace(key, REMOVED)
            return text

        asked = _asked(request)
        content_type, content = _decoded(response)
        body = parsed(content)
        return Exchange(
            asked=Asked(method=asked.method, path=asked.path, body=concealed(concealed(asked.body, without_keys), self._conceal)),
            source=RELAY if relayed(body) else _source(request.host),
            status=response["status"]["code"],
            content_type=content_type,
            body=concealed(concealed(body, without_keys), self._conceal_answer),
        )

    def _write(self, name: str, text: str) -> None:
        draft = self._folder / f".{name}.draft"
        with draft.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            # It was paid for.
            os.fsync(file.fileno())
        draft.replace(self._folder / name)

    def _miss(self, asked: Asked) -> ReplayError:
        name = asked.stage(self._stage)
        what = f"the request of stage {name!r}" if name else "the request"
        recorded = [(file, exchange.asked) for file, exchange in self._exchanges.values()]
        nearest = described(asked, recorded, stage=self._stage)
        return ReplayError(f"{str(self._folder)!r} holds no answer to {what} ({asked.method} {asked.path}): {nearest}")


def _asked(request: Any) -> Asked:
    """Return what a request of vcrpy's asks; worked out once a request."""
    asked = request.__dict__.get("asked")
    if isinstance(asked, Asked):
        return asked
    asked = Asked(method=request.method, path=request.path, body=parsed(request.body or b""))
    request.asked = asked
    return asked


def _keys(request: Any) -> list[str]:
    values = [str(value).removeprefix("Bearer ").strip() for name, value in request.headers.items() if name.lower() in _KEY_HEADERS]
    return [value for value in values if len(value) >= _SHORTEST_KEY]


def _decoded(response: dict[str, Any]) -> tuple[str, bytes]:
    """Return a response's content type, and its body as it was before it was compressed."""
    import httpx2

    headers = [(name, value) for name, values in response["headers"].items() for value in values]
    decoded = httpx2.Response(response["status"]["code"], headers=headers, content=response["body"]["string"])
    return decoded.headers.get("content-type", ""), decoded.content


def _source(host: str | None) -> str:
    if host in (None, "", "localhost"):
        return LOCAL
    with contextlib.suppress(ValueError):
        # An address says nothing to a reader, and where it is private it is nobody's business.
        return LOCAL if not ipaddress.ip_address(host).is_global else host
    return host
