"""What durability and validation cost, beside a bare client of the SDK that makes the same calls, in turns within one run.

`python benchmarks/calls.py [--rounds N] [--plans N]`. The provider is a process of its own on loopback. A bare call is
`AsyncOpenAI.chat.completions.create` with the very same request, its answer parsed as JSON; a durable, validated one
goes through the journal, the retry and the answer's type. Nothing here fails: the figures are for people.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loopback import ROOT, fetch, serving, texts

if TYPE_CHECKING:
    from openai import AsyncOpenAI

    from backend_architect.models.protocol import Question

Call = Callable[[], Awaitable[object]]

_NUMBERS = itertools.count()


def question() -> Question:
    """Return stage 1's question about a brief that was not seen before."""
    from backend_architect.architects.model.stages import Room, Stages
    from backend_architect.ingest import profile, read
    from shop_design import BRIEF

    brief = read("-", stdin=BytesIO(BRIEF.encode()))
    asked = Stages(brief, profile(brief, options=()), Room()).first()
    return replace(asked, parts=(replace(asked.parts[0], text=f"{asked.parts[0].text}\n{next(_NUMBERS)}"), *asked.parts[1:]))


async def bare(client: AsyncOpenAI, body: dict[str, Any]) -> object:
    """Make a call as a program without any of this would."""
    answer = await client.chat.completions.create(**body)
    return json.loads(answer.choices[0].message.content or "")


async def seconds(call: Call) -> float:
    begun = time.perf_counter()
    await call()
    return time.perf_counter() - begun


def report(what: str, measured: str, target: str) -> None:
    print(f"{what:<58} {measured:>38}   target {target}", flush=True)


async def one_call(url: str, folder: Path, *, rounds: int) -> tuple[float, float]:
    """Return the median seconds of a durable call and of a bare one, made in turns."""
    from openai import AsyncOpenAI

    from backend_architect.architects.model.answers.scope import ScopeAnswer
    from backend_architect.architects.model.ask import ask
    from backend_architect.journal import Journal, Journaled
    from backend_architect.models.openai_chat import OpenAIChat, _request
    from backend_architect.models.retry import Retrying

    adapter = OpenAIChat("loopback", base_url=f"{url}/v1")
    client = AsyncOpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0)
    pairs: list[tuple[float, float]] = []
    with Journal(folder / "calls.sqlite3") as journal:
        model = Journaled(Retrying(adapter), journal)
        for turn in range(rounds + 3):
            mine, other = question(), question()
            body = _request("loopback", other, "json_schema", "max_tokens")
            pair = await seconds(lambda: ask(model, mine, ScopeAnswer, lambda _: ())), await seconds(lambda: bare(client, body))  # noqa: B023
            if turn >= 3:
                pairs.append(pair)
    await adapter.aclose()
    await client.close()
    return statistics.median(one for one, _ in pairs), statistics.median(other for _, other in pairs)


def briefs(count: int) -> list[bytes]:
    from shop_design import BRIEF

    return [f"{BRIEF}\nThis is version {next(_NUMBERS)} of the brief.\n".encode() for _ in range(count)]


async def plans(url: str, folder: Path, *, count: int) -> float:
    """Return the seconds that so many plans take at once, journal and all."""
    from backend_architect.architects.model.architect import ModelArchitect
    from backend_architect.ingest import read
    from backend_architect.journal import Journal, Journaled
    from backend_architect.models.openai_chat import OpenAIChat
    from backend_architect.models.retry import Retrying
    from backend_architect.runs import draft

    adapter = OpenAIChat("loopback", base_url=f"{url}/v1")
    with Journal(folder / f"plans-{next(_NUMBERS)}.sqlite3") as journal:

        async def one(data: bytes) -> None:
            await draft(read("-", stdin=BytesIO(data)), architect=ModelArchitect(Journaled(Retrying(adapter), journal)))

        begun = time.perf_counter()
        await asyncio.gather(*map(one, briefs(count)))
        taken = time.perf_counter() - begun
    await adapter.aclose()
    return taken


async def chains(url: str, bodies: list[dict[str, Any]], *, count: int) -> float:
    """Return the seconds that a bare client takes for as many chains of the same calls at once."""
    from openai import AsyncOpenAI

    client = AsyncOpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0)

    async def one() -> None:
        for body in bodies:
            await bare(client, body)

    begun = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(count)))
    taken = time.perf_counter() - begun
    await client.close()
    return taken


async def journal_share(folder: Path, *, answers: int = 300) -> float:
    """Return the journal's bytes per byte of the answers in it."""
    from backend_architect.journal import Journal
    from backend_architect.models.protocol import Answer, Usage

    path, payload = folder / "share.sqlite3", 0
    with Journal(path) as journal:
        for number in range(answers):
            for stage, text in texts().items():
                # No two answers are the same.
                own = text.replace("order", f"order{number}")
                payload += len(own.encode())
                await journal.append(question().fingerprint(f"m{number}{stage}"), Answer(text=own, usage=Usage(input=1, calls=1)), stage=stage)
    return path.stat().st_size / payload


async def prefix_shares() -> list[float]:
    """Return, of each example that is asked about in several, how much of a layer request is a prefix that its siblings share: system text and message, bytes."""
    from backend_architect.architects.model.architect import GROUPS
    from backend_architect.architects.model.stages import Room, Stages
    from backend_architect.ingest import profile, read
    from backend_architect.runs import draft

    shares = []
    for example in sorted((ROOT / "examples").glob("*.md")):
        brief = read(str(example), stdin=BytesIO())
        design = (await draft(brief))[0].design
        stages = Stages(brief, profile(brief, options=()), Room())
        if len(groups := GROUPS[design.scope.size]) < 2:
            # One request for all layers has no siblings.
            continue
        asked = [stages.layers(design.scope, design.structure, group) for group in groups]
        requests = ["".join((question.system, *(part.text for part in question.parts))).encode() for question in asked]
        same = next((at for at, column in enumerate(zip(*requests, strict=False)) if len(set(column)) > 1), min(map(len, requests)))
        shares.append(same / max(map(len, requests)))
    return sorted(shares)


async def measured(folder: Path, *, rounds: int, count: int) -> None:
    for latency, target in ((0.0, "1.5x"), (0.05, "1.01x")):
        with serving(latency=latency) as url:
            one, other = await one_call(url, folder, rounds=rounds)
        report(f"a durable, validated call at {latency * 1000:.0f} ms / a bare one", f"{one * 1000:.2f} / {other * 1000:.2f} ms = {one / other:.3f}x", target)
    with serving(keep=True) as url:
        await plans(url, folder, count=1)
        log: Any = fetch(f"{url}/log")
    # The provider takes what a model takes at the least; without it only this computer would be measured.
    for latency in (0.0, 0.5):
        with serving(latency=latency) as url:
            pairs = [(await plans(url, folder, count=count), await chains(url, log, count=count)) for _ in range(3)]
        one, other = statistics.median(pair[0] for pair in pairs), statistics.median(pair[1] for pair in pairs)
        report(
            f"{count} plans at once at {latency * 1000:.0f} ms: throughput / bare",
            f"{count / one:.1f} / {count / other:.1f} a second = {other / one:.2f}",
            "0.8",
        )
    report("journal bytes / bytes of the answers", f"{await journal_share(folder):.2f}", "1.2")
    shares = await prefix_shares()
    figures = ", ".join(f"{100 * share:.0f}" for share in (shares[0], statistics.median(shares), shares[-1]))
    report("identical prefix of sibling layer requests", f"{figures} % (least, median, most)", "85 %")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--plans", type=int, default=100)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measured(Path(folder), rounds=options.rounds, count=options.plans))


if __name__ == "__main__":
    main()
