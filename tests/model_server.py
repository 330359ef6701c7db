"""A provider on loopback that answers what a test tells it to, and the bodies of the three formats."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

RESPONSES, CHAT, MESSAGES = "responses", "chat", "messages"


@dataclass(frozen=True, kw_only=True)
class Reply:
    """One answer of the server."""

    body: Any = b""
    """Bytes as they are, anything else as JSON."""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    cut_at: int | None = None
    """Bytes of the body after which the connection is closed."""
    delay: float = 0.0

    @property
    def data(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request the server got."""

    path: str
    headers: Mapping[str, str]
    body: Any


@dataclass
class Provider:
    """A running server: the replies it will give in turn (the last one again and again), the requests it got."""

    url: str
    replies: list[Reply] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        # A client that has had enough hangs up.
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


@contextmanager
def provider(*replies: Reply) -> Iterator[Provider]:
    """Serve replies on a free port of 127.0.0.1 until the block ends."""

    class Desk(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers.get("content-length", 0)))
            running.asked.append(Asked(path=self.path, headers={key.lower(): value for key, value in self.headers.items()}, body=json.loads(sent or b"null")))
            reply = running.replies.pop(0) if len(running.replies) > 1 else running.replies[0]
            # A client that gave up closes the connection; the wait ends with the test.
            if reply.delay:
                stopped.wait(reply.delay)
            try:
                # Without the date that a server adds: a reply says its own.
                self.send_response_only(reply.status)
                for key, value in {"content-type": "application/json", "content-length": str(len(reply.data)), **reply.headers}.items():
                    self.send_header(key, value)
                self.end_headers()
                self.wfile.write(reply.data[: reply.cut_at])
                self.wfile.flush()
            except OSError:
                self.close_connection = True
            if reply.cut_at is not None:
                self.close_connection = True

        do_GET = do_POST

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = _Server(("127.0.0.1", 0), Desk)
    stopped = threading.Event()
    running = Provider(url=f"http://127.0.0.1:{server.server_address[1]}", replies=list(replies))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield running
    finally:
        stopped.set()
        server.shutdown()
        thread.join()
        server.server_close()
        time.sleep(0)


def answered(format: str, text: str, **changes: Any) -> dict[str, Any]:
    """Return an answer with `text` in one of the formats, its top-level fields replaced by `changes`."""
    return {**{RESPONSES: _responses, CHAT: _chat, MESSAGES: _messages}[format](text), **changes}


def output(*contents: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the output of the responses format."""
    return [
        {"id": "rs_1", "type": "reasoning", "summary": []},
        {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed", "content": list(contents)},
    ]


def written(text: str) -> dict[str, Any]:
    return {"type": "output_text", "text": text, "annotations": []}


def choice(message: dict[str, Any], finish_reason: str | None = "stop") -> list[dict[str, Any]]:
    """Return the choices of the chat format."""
    return [{"index": 0, "message": {"role": "assistant", **message}, "finish_reason": finish_reason, "logprobs": None}]


def _responses(text: str) -> dict[str, Any]:
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1_700_000_000,
        "status": "completed",
        "model": "gpt-served",
        "output": output(written(text)),
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": {
            "input_tokens": 100,
            "input_tokens_details": {"cached_tokens": 60, "cache_write_tokens": 30},
            "output_tokens": 20,
            "output_tokens_details": {"reasoning_tokens": 5},
            "total_tokens": 120,
        },
    }


def _chat(text: str) -> dict[str, Any]:
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": "local-served",
        "choices": choice({"content": text}),
        "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120, "prompt_tokens_details": {"cached_tokens": 60, "cache_write_tokens": 30}},
    }


def _messages(text: str) -> dict[str, Any]:
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-served",
        "content": [{"type": "thinking", "thinking": "", "signature": "s"}, {"type": "text", "text": text}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 10, "cache_read_input_tokens": 60, "cache_creation_input_tokens": 30, "output_tokens": 20},
    }


def events(*texts: str, stop_reason: str = "end_turn") -> bytes:
    """Return the event stream of an Anthropic answer."""
    start = answered(MESSAGES, "", content=[], stop_reason=None)
    start["usage"] = {**start["usage"], "output_tokens": 1}
    return sse(
        {"type": "message_start", "message": start},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "ping"},
        *({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}} for text in texts),
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": stop_reason, "stop_sequence": None}, "usage": {"output_tokens": 20}},
        {"type": "message_stop"},
    )


def sse(*events: dict[str, Any]) -> bytes:
    return b"".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode() for event in events)
