"""Accounts: what went out, what failed, what was asked again, and what was there already."""

from __future__ import annotations

import asyncio
import json
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import BaseModel

from backend_architect.errors import ProviderError
from backend_architect.journal import Journal, Journaled
from backend_architect.models.accounts import Accounted, Accounts, Call, Reusing, Row
from backend_architect.models.calls import close
from backend_architect.models.protocol import Answer, ChatModel, Part, Question, Turn, Usage
from backend_architect.models.retry import Retrying

PRICED = "anthropic:claude-sonnet-4-0"
"""$3 in, $0.30 from the cache, $3.75 to the cache, $15 out, a million tokens."""


class Yes(BaseModel):
    yes: bool


def question(stage: str, text: str = "Is it?") -> Question:
    return Question(stage=stage, system="", parts=(Part(text=text),), answer=Yes)


FIRST, LAYERS, MORE = question("requirements"), question("layers (api, data)"), question("layers (security)")
AGAIN = LAYERS.after(Turn(answer="{", findings="no"))
USAGE = Usage(input=1000, cached=400, output=100, calls=1)
BUSY = ProviderError("m: busy", transient=True)


class Scripted:
    def __init__(self, *outcomes: Usage | Exception, name: str = PRICED) -> None:
        self.name = name
        self.outcomes = list(outcomes)
        self.closed = 0

    async def ask(self, question: Question) -> Answer:
        await asyncio.sleep(0)
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return Answer(text="{}", usage=outcome)

    async def aclose(self) -> None:
        self.closed += 1


def ask(model: ChatModel, *questions: Question) -> None:
    async def run() -> None:
        for question in questions:
            await model.ask(question)

    asyncio.run(run())


async def no_sleep(seconds: float) -> None:
    return None


def stack(inner: ChatModel, accounts: Accounts, journal: Journal) -> Reusing:
    return Reusing(Journaled(Retrying(Accounted(inner, accounts), sleep=no_sleep), journal), accounts)


def run_twice(path: Path) -> Accounts:
    """A run that stopped after its first answer, and goes on: one answer kept, one call failed, one repair."""
    with Journal(path) as journal:
        ask(stack(Scripted(USAGE), Accounts(PRICED), journal), FIRST)
        accounts = Accounts(PRICED)
        ask(stack(Scripted(USAGE, BUSY, USAGE, USAGE), accounts, journal), FIRST, LAYERS, AGAIN, MORE)
        return accounts


USD = Decimal("0.00342")


def test_every_call_is_noted_by_stage_with_its_price(tmp_path: Path) -> None:
    assert run_twice(tmp_path / "j").calls == (
        Call(stage="requirements", outcome="reused", repair=False, usage=USAGE, usd=USD),
        Call(stage="layers", outcome="answered", repair=False, usage=USAGE, usd=USD),
        Call(stage="layers", outcome="failed", repair=True, usage=Usage(), usd=Decimal(0)),
        Call(stage="layers", outcome="answered", repair=True, usage=USAGE, usd=USD),
        Call(stage="layers", outcome="answered", repair=False, usage=USAGE, usd=USD),
    )


def test_the_sums_count_each_answer_once(tmp_path: Path) -> None:
    accounts = run_twice(tmp_path / "j")
    assert accounts.paid == Row(3, USAGE + USAGE + USAGE, 3 * USD)
    assert accounts.reused == Row(1, USAGE, USD)
    assert accounts.failed == Row(1, Usage(), Decimal(0))


def test_the_table_says_what_was_paid_and_what_was_not(tmp_path: Path) -> None:
    assert run_twice(tmp_path / "j").table().split("\n") == [
        "stage             calls   read  from cache  written     cost",
        "layers                2  2,000         800      200  $0.0068",
        "layers, repaired      1  1,000         400      100  $0.0034",
        "total                 3  3,000       1,200      300   $0.010",
        "1 call failed.",
        "1 answer was there already and cost nothing: 1,100 tokens ($0.0034).",
    ]


def test_the_figures_are_json_with_exact_dollars(tmp_path: Path) -> None:
    def row(times: int, usd: str, calls: int | None = None) -> dict[str, object]:
        return {
            "calls": times if calls is None else calls,
            "input_tokens": 1000 * times,
            "cached_tokens": 400 * times,
            "cache_write_tokens": 0,
            "output_tokens": 100 * times,
            "counted": False,
            "usd": usd,
        }

    none, failed = row(0, "0"), row(0, "0", calls=1)
    figures = run_twice(tmp_path / "j").figures()
    assert json.loads(json.dumps(figures)) == {
        "model": PRICED,
        "price": "listed",
        "stages": {
            "requirements": {"answers": none, "repairs": none, "failed": none, "reused": row(1, "0.00342")},
            "layers": {"answers": row(2, "0.00684"), "repairs": row(1, "0.00342"), "failed": failed, "reused": none},
        },
        "paid": row(3, "0.01026"),
        "failed": failed,
        "reused": row(1, "0.00342"),
    }


@pytest.mark.parametrize(("name", "cost"), [("openai:model-of-tomorrow", "unpriced"), ("http://127.0.0.1:11434/v1#qwen3", "local")])
def test_what_has_no_price_says_so_and_what_was_counted_is_marked(name: str, cost: str) -> None:
    accounts = Accounts(name)
    ask(Accounted(Scripted(Usage(input=1000, output=100, calls=1, counted=True), name=name), accounts), FIRST)
    assert accounts.table().split("\n") == [
        "stage         calls    read  from cache  written" + "cost".rjust(2 + len(cost)),
        f"requirements      1  ≈1,000           0     ≈100  {cost}",
    ]
    assert accounts.figures()["paid"]["usd"] == (None if cost == "unpriced" else "0")


def test_a_failed_call_of_known_usage_is_paid_for() -> None:
    class Billed(ProviderError):
        usage = USAGE

    accounts = Accounts(PRICED)
    with pytest.raises(ProviderError):
        ask(Accounted(Scripted(Billed("m: cut", transient=False)), accounts), FIRST)
    assert accounts.paid == Row(0, USAGE, USD)


def test_an_identical_question_under_way_is_paid_for_once(tmp_path: Path) -> None:
    accounts = Accounts(PRICED)

    async def run(model: ChatModel) -> None:
        await asyncio.gather(model.ask(FIRST), model.ask(question("requirements")), model.ask(LAYERS))

    with Journal(tmp_path / "j") as journal:
        asyncio.run(run(stack(Scripted(USAGE, USAGE), accounts, journal)))
    assert sorted((call.stage, call.outcome) for call in accounts.calls) == [("layers", "answered"), ("requirements", "answered"), ("requirements", "reused")]


def test_each_call_is_told_as_it_ends() -> None:
    told: list[Call] = []
    accounts = Accounts(PRICED, on_call=told.append)
    ask(Accounted(Scripted(USAGE, USAGE), accounts), FIRST, LAYERS)
    assert (len(told), tuple(told)) == (2, accounts.calls)


def test_a_round_of_repair_is_a_stage_of_its_own() -> None:
    accounts = Accounts(PRICED)
    ask(Accounted(Scripted(USAGE), accounts), question("repair"))
    assert accounts.calls[0].repair
    assert [line.split()[0] for line in accounts.table().split("\n")] == ["stage", "repair"]


def test_nothing_asked_is_nothing_to_show() -> None:
    assert Accounts(PRICED).table() == ""


def test_the_wrappers_have_the_name_of_their_model_and_close_it() -> None:
    inner, accounts = Scripted(), Accounts(PRICED)
    model = Reusing(Accounted(inner, accounts), accounts)
    asyncio.run(close(model))
    assert (model.name, inner.closed) == (PRICED, 1)
