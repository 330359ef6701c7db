"""Plans against a provider that fails in every seventh call, and counts how many runs end in a plan.

`python benchmarks/faults.py [RUNS] [--seed N] [--at-once N]`. Each run has a journal of its own, as the first run of a user has.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from loopback import fetch, serving


async def one(url: str, folder: Path, number: int) -> str:
    """Return how a run ended: `plan`, or the kind of its error."""
    from io import BytesIO

    from backend_architect.architects.model.architect import ModelArchitect
    from backend_architect.errors import BackendArchitectError
    from backend_architect.ingest import read
    from backend_architect.journal import Journal, Journaled
    from backend_architect.models.openai_chat import OpenAIChat
    from backend_architect.models.retry import Retrying
    from backend_architect.runs import draft
    from shop_design import BRIEF

    adapter = OpenAIChat("loopback", base_url=f"{url}/v1")
    with Journal(folder / f"{number}.sqlite3") as journal:
        try:
            # As a command sets it up, with shorter waits.
            model = Journaled(Retrying(adapter, first=0.01), journal)
            await draft(read("-", stdin=BytesIO(BRIEF.encode())), architect=ModelArchitect(model))
        except BackendArchitectError as error:
            return f"{type(error).__name__}: {error}"
        finally:
            await adapter.aclose()
    return "plan"


async def all_of(url: str, runs: int, at_once: int, folder: Path) -> Counter[str]:
    ends: Counter[str] = Counter()
    numbers = iter(range(runs))

    async def worker() -> None:
        for number in numbers:
            ends[await one(url, folder, number)] += 1

    await asyncio.gather(*(worker() for _ in range(at_once)))
    return ends


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("runs", type=int, nargs="?", default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--at-once", type=int, default=8)
    options = parser.parse_args()
    with serving(faulty=True, seed=options.seed) as url, tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        ends = asyncio.run(all_of(url, options.runs, options.at_once, Path(folder)))
        counts: Any = fetch(f"{url}/counts")
        print(
            f"{ends['plan']} of {options.runs} runs end in a plan   target {options.runs * 999 // 1000}   ({time.perf_counter() - begun:.0f} s, seed {options.seed})"
        )
        print("answers given: " + ", ".join(f"{kind} {count}" for kind, count in sorted(counts["given"].items())))
        for end, count in ends.items():
            if end != "plan":
                print(f"{count} x {end}")


if __name__ == "__main__":
    main()
