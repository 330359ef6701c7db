"""A provider on loopback for the benchmarks: it knows what to answer from the request alone, and fails as often as it is told.

Run as a process of its own, so that what is measured does not share an interpreter with it:
`python benchmarks/loopback.py` prints its address; a request to `/stop` ends it.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import hashlib
import json
import random
import subprocess
import sys
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests")]

RATES = (("429", 0.05), ("500", 0.03), ("cut", 0.02), ("junk", 0.02), ("truncated", 0.01))
"""What goes wrong, and how often."""

STAGES = ("requirements", "architecture", "layers", "planning", "review")


def texts() -> dict[str, str]:
    """Return the answers of the corner shop's plan by stage."""
    from test_model_architect import GOOD, NO_FAULTS

    return dict(zip(STAGES, (*GOOD, NO_FAULTS), strict=True))


def stage_of(body: dict[str, object]) -> str:
    """Return the stage that a request of chat completions belongs to, by the name of its schema."""
    schema = json.dumps(body.get("response_format", ""))
    members = {"requirements": "ruled_out", "architecture": "vocabulary", "planning": "left_out", "review": "faults"}
    found = [stage for stage in ("planning", "architecture", "review", "requirements") if f'"{members[stage]}"' in schema]
    return found[0] if found else "layers"


@dataclass
class Provider:
    """The server's state: what it was asked, what it answered."""

    latency: float
    faulty: bool
    chance: random.Random
    answers: dict[str, str]
    answered: Counter[str] = field(default_factory=Counter)
    """By SHA-256 of the request: how often a whole answer was sent."""
    given: Counter[str] = field(default_factory=Counter)
    log: list[dict[str, object]] = field(default_factory=list)
    keep: bool = False
    """Whether requests are kept, for `/log`."""
    on_sent: Callable[[str], None] = lambda stage: None
    """Told of every whole answer, by stage, as soon as it is on its way."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while await self.one(reader, writer):
                pass
        writer.close()

    async def one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        sent = await reader.readexactly(int(headers.get("content-length", 0)))
        path = first.split(" ")[1]
        match path:
            case "/stop":
                asyncio.get_running_loop().stop()
                return False
            case "/counts":
                return await _send(
                    writer, 200, {"given": self.given, "twice": sum(count - 1 for count in self.answered.values()), "calls": sum(self.answered.values())}
                )
            case "/log":
                return await _send(writer, 200, self.log)
            case "/forget":
                for kept in (self.answered, self.given, self.log):
                    kept.clear()
                return await _send(writer, 200, {})
        body = json.loads(sent)
        if self.keep:
            self.log.append(body)
        if self.latency:
            await asyncio.sleep(self.latency)
        return await self.answer(writer, sent, body)

    async def answer(self, writer: asyncio.StreamWriter, sent: bytes, body: dict[str, object]) -> bool:
        text = self.answers[stage_of(body)]
        kind = self.drawn()
        self.given[kind] += 1
        match kind:
            case "429":
                return await _send(writer, 429, {"error": {"message": "slow down"}}, more="retry-after: 0\r\n")
            case "500":
                return await _send(writer, 500, {"error": {"message": "oops"}})
            case "cut":
                return await _send(writer, 200, _completion(text), cut=True)
            case "junk":
                return await _send(writer, 200, _completion("Certainly! Here is what I would do."))
            case "truncated":
                return await _send(writer, 200, _completion(text[: len(text) // 2]))
            case _:
                # Counted once it is sent whole: what was cut was not answered.
                kept = await _send(writer, 200, _completion(text))
                self.answered[hashlib.sha256(sent).hexdigest()] += 1
                self.on_sent(stage_of(body))
                return kept

    def drawn(self) -> str:
        at = self.chance.random() if self.faulty else 1.0
        for kind, rate in RATES:
            if at < rate:
                return kind
            at -= rate
        return "good"


def _completion(text: str) -> dict[str, object]:
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": "loopback",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop", "logprobs": None}],
        "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120},
    }


async def _send(writer: asyncio.StreamWriter, status: int, body: object, *, more: str = "", cut: bool = False) -> bool:
    data = json.dumps(body).encode()
    head = f"HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {len(data)}\r\n{more}\r\n"
    writer.write(head.encode() + (data[: len(data) // 2] if cut else data))
    await writer.drain()
    return not cut


@contextmanager
def serving(*, latency: float = 0.0, faulty: bool = False, seed: int = 0, keep: bool = False) -> Iterator[str]:
    """Run the provider in a process of its own; gives its address."""
    flags = [f"--latency={latency}", f"--seed={seed}", *(["--faulty"] if faulty else []), *(["--keep"] if keep else [])]
    process = subprocess.Popen([sys.executable, __file__, *flags], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait()


def fetch(url: str) -> object:
    """Return what the provider says at one of its own paths."""
    with urllib.request.urlopen(url) as answer:
        return json.load(answer)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--latency", type=float, default=0.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--faulty", action="store_true")
    parser.add_argument("--keep", action="store_true")
    options = parser.parse_args()

    async def run() -> None:
        state = Provider(options.latency, options.faulty, random.Random(options.seed), texts(), keep=options.keep)
        server = await asyncio.start_server(state.serve, "127.0.0.1", 0, limit=64_000_000, backlog=1_024)
        print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
        await server.serve_forever()

    asyncio.run(run())


if __name__ == "__main__":
    main()
