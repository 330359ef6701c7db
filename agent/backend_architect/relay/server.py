"""The relay's server: HTTP on loopback in front of a folder."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import NoReturn

from backend_architect.errors import BackendArchitectError, ModelError
from backend_architect.models.protocol import estimated_tokens
from backend_architect.models.wire import FORMATS, RELAYED, Format, Request, StageOf, digest, format_of, read, stage
from backend_architect.relay import replies
from backend_architect.relay.inbox import Given, Inbox

HOST = "127.0.0.1"
WAIT_SECONDS = 3600.0
"""How long a request waits for its answer unless told otherwise."""

_MOST_BODY = 64 * 1024 * 1024
_MOST_HEAD = 64 * 1024

Count = Callable[[str], int]
"""Tokens of a text."""


@dataclass(frozen=True)
class Relay:
    """A relay that runs."""

    url: str
    """Without a path: Anthropic's base URL; OpenAI's is this and `/v1`."""
    folder: Path


async def serve(
    folder: Path,
    *,
    port: int = 0,
    count: Count = estimated_tokens,
    wait_seconds: float = WAIT_SECONDS,
    stage: StageOf = stage,
    started: Callable[[Relay], object] = lambda relay: None,
    arrived: Callable[[str], object] = lambda stem: None,
) -> NoReturn:
    """Serve both providers' wire formats on loopback until cancelled.

    Args:
        folder: Where requests are put and answers are looked for; made if missing.
        port: The port; 0 for one that is free.
        count: Tokens of a text, for the usage the responses report.
        wait_seconds: How long a request waits for its answer before it gets a 504.
        stage: Names the stage of a request, for the name of its file.
        started: Called once, when the server listens.
        arrived: Called with the name of each request that waits for an answer.

    Raises:
        ModelError: If the port cannot be had.
        OutputError: If the folder cannot be used.
    """
    desk = _Desk(inbox=Inbox(folder, stage=stage), count=count, wait_seconds=wait_seconds, arrived=arrived)
    try:
        server = await asyncio.start_server(desk.connection, HOST, port, limit=_MOST_HEAD)
    except OSError as error:
        raise ModelError(f"the relay cannot listen on {HOST}:{port}: {error.strerror or error}; choose another --port") from error
    try:
        started(Relay(url=f"http://{HOST}:{server.sockets[0].getsockname()[1]}", folder=folder))
        await asyncio.Event().wait()
        raise AssertionError("nobody sets this event")
    finally:
        server.close()
        await desk.close()


def run(folder: Path, *, port: int = 0, wait_seconds: float = WAIT_SECONDS, say: Callable[[str], object] = lambda line: None) -> None:
    """Serve until interrupted: what `backend-architect relay FOLDER` does.

    Args:
        folder: Where requests are put and answers are looked for.
        port: The port; 0 for one that is free.
        wait_seconds: How long a request waits for its answer.
        say: Takes the lines meant for people: where the relay listens, then one a request.

    Raises:
        ModelError: If the port cannot be had.
        OutputError: If the folder cannot be used.
    """

    def started(relay: Relay) -> None:
        say(f"listening: {relay.url}/v1 (OpenAI), {relay.url} (Anthropic)")
        say(f"requests and answers: {relay.folder}")

    def arrived(stem: str) -> None:
        say(f"{stem}.request.md waits for {stem}.answer.txt")

    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(folder, port=port, wait_seconds=wait_seconds, started=started, arrived=arrived))


@contextlib.contextmanager
def relaying(folder: Path, *, count: Count = estimated_tokens, wait_seconds: float = WAIT_SECONDS, stage: StageOf = stage) -> Iterator[Relay]:
    """Serve in a thread of this process, on a free port, as long as the block runs.

    Raises:
        OutputError: If the folder cannot be used.
    """
    listening = threading.Event()
    running: list[Relay] = []
    failed: list[BackendArchitectError] = []
    loop = asyncio.new_event_loop()

    def started(relay: Relay) -> None:
        running.append(relay)
        listening.set()

    task = loop.create_task(serve(folder, count=count, wait_seconds=wait_seconds, stage=stage, started=started))

    def body() -> None:
        try:
            loop.run_until_complete(task)
        except asyncio.CancelledError:
            pass
        except BackendArchitectError as error:
            failed.append(error)
        finally:
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.close()
            listening.set()

    thread = threading.Thread(target=body, name="relay", daemon=True)
    thread.start()
    listening.wait()
    if failed:
        thread.join()
        raise failed[0]
    try:
        yield running[0]
    finally:
        loop.call_soon_threadsafe(task.cancel)
        thread.join()


class _Refused(Exception):
    """A request that gets an error: its status and one line."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, kw_only=True)
class _Received:
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(kw_only=True)
class _Desk:
    """Takes requests from connections and hands out responses."""

    inbox: Inbox
    count: Count
    wait_seconds: float
    arrived: Callable[[str], object]
    open: set[asyncio.Task[None]] = field(default_factory=set)

    async def connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until the other side closes it."""
        task = asyncio.current_task()
        assert task is not None
        self.open.add(task)
        try:
            while await self._turn(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        except asyncio.CancelledError:
            # The server ends. Its own protocol would report the cancelled task as an error.
            pass
        finally:
            self.open.discard(task)
            writer.close()

    async def close(self) -> None:
        """End the connections that are open."""
        tasks = list(self.open)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _turn(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        format: Format | None = None
        try:
            received = await _receive(reader)
            if received is None:
                return False
            format = format_of(received.path)
            content_type, body = await _while_connected(self._response(received, format), reader)
            writer.write(_head(200, content_type, len(body)) + body)
            await writer.drain()
            return True
        except _Refused as error:
            body = json.dumps(replies.failure(format, status=error.status, message=str(error))).encode()
            # What follows on this connection may be the rest of a body that was not read.
            writer.write(_head(error.status, "application/json", len(body), close=True) + body)
            await writer.drain()
            return False

    async def _response(self, received: _Received, format: Format | None) -> tuple[str, bytes]:
        if "origin" in received.headers:
            raise _Refused(403, "the relay does not answer web pages")
        match received.method, received.path:
            case "GET", "/v1/models":
                return "application/json", json.dumps(replies.models(anthropic="anthropic-version" in received.headers)).encode()
            case "POST", path if path.removeprefix("/v1") in FORMATS and format is not None:
                return await self._answer(received.body, format)
        served = ", ".join(f"POST /v1{ending}" for ending in FORMATS)
        raise _Refused(404, f"{received.method} {received.path} is not served here, only {served} and GET /v1/models")

    async def _answer(self, content: bytes, format: Format) -> tuple[str, bytes]:
        try:
            body = json.loads(content)
            request = read(body)
        except ValueError as error:
            raise _Refused(400, f"not a request the relay can pass on: {error}") from error
        try:
            stem = self.inbox.put(request, body)
        except OSError as error:
            raise _Refused(500, f"the request cannot be put down: {error.strerror}") from error
        given = await self._given(stem)
        key = f"{RELAYED}_{digest(body)[:32]}"
        tokens = sum(map(self.count, request.texts)), self.count(given.text)
        return _encoded(format, key, request, given, tokens)

    async def _given(self, stem: str) -> Given:
        try:
            given = await self.inbox.answer(stem, wait_seconds=0)
            if given is None:
                self.arrived(stem)
                given = await self.inbox.answer(stem, wait_seconds=self.wait_seconds)
        except ValueError as error:
            raise _Refused(500, str(error)) from error
        if given is None:
            raise _Refused(504, f"no answer to {stem!r} within {self.wait_seconds:g} seconds")
        return given


def _encoded(format: Format, key: str, request: Request, given: Given, tokens: tuple[int, int]) -> tuple[str, bytes]:
    if request.stream:
        stream = replies.events(format, key=key, request=request, given=given, read=tokens[0], written=tokens[1])
        return "text/event-stream; charset=utf-8", b"".join(stream)
    body = replies.reply(format, key=key, request=request, given=given, read=tokens[0], written=tokens[1])
    return "application/json", json.dumps(body).encode()


async def _receive(reader: asyncio.StreamReader) -> _Received | None:
    """Return the next request of a connection, None at its end."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as error:
        if error.partial.strip():
            raise
        return None
    except asyncio.LimitOverrunError:
        raise _Refused(431, "the request's headers are too long") from None
    first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    try:
        method, target, _ = first.split(" ")
    except ValueError:
        raise _Refused(400, "the request line is not HTTP") from None
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    if "transfer-encoding" in headers:
        raise _Refused(411, "the relay reads only bodies with a content-length")
    length = headers.get("content-length", "0")
    if not (length.isascii() and length.isdigit()):
        raise _Refused(400, f"content-length {length!r} is not a number")
    if int(length) > _MOST_BODY:
        raise _Refused(413, f"a body of {length} bytes is too large: at most {_MOST_BODY}")
    body = await reader.readexactly(int(length))
    return _Received(method=method, path=target.partition("?")[0], headers=headers, body=body)


async def _while_connected(response: Awaitable[tuple[str, bytes]], reader: asyncio.StreamReader) -> tuple[str, bytes]:
    """Wait for a response only as long as somebody waits for it.

    Raises:
        ConnectionError: If the other side has gone.
    """
    work = asyncio.ensure_future(response)
    # No client of ours sends a second request before it has the response to the first: bytes or an end mean it has gone.
    gone = asyncio.ensure_future(reader.read(1))
    try:
        await asyncio.wait((work, gone), return_when=asyncio.FIRST_COMPLETED)
        if work.done():
            return work.result()
        raise ConnectionResetError("the client has gone")
    finally:
        for task in (work, gone):
            task.cancel()
        await asyncio.gather(work, gone, return_exceptions=True)


def _head(status: int, content_type: str, length: int, *, close: bool = False) -> bytes:
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", f"content-type: {content_type}", f"content-length: {length}"]
    if close:
        lines.append("connection: close")
    return ("\r\n".join(lines) + "\r\n\r\n").encode()
