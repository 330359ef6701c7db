"""The cap: never passed, whatever is in flight; reached with one clear line."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from backend_architect.errors import BudgetError, ModelError, ProviderError
from backend_architect.models.budget import Budgeted
from backend_architect.models.calls import close
from backend_architect.models.prices import Price, price
from backend_architect.models.protocol import Answer, ChatModel, Part, Question, Usage
from backend_architect.models.retry import Retrying


class Yes(BaseModel):
    yes: bool


PRICED = "anthropic:claude-sonnet-4-0"
"""$3 in, $3.75 to the cache, $15 out, a million tokens."""


def question(max_tokens: int = 1000, text: str = "Is it?") -> Question:
    return Question(stage="planning", system="", parts=(Part(text=text),), answer=Yes, max_tokens=max_tokens)


class Billing:
    """A model that reads 1000 tokens a call and writes what it is told to; notes the most it had in flight, and can fail."""

    def __init__(self, *outcomes: int | Exception, name: str = PRICED) -> None:
        self.name = name
        self.outcomes = list(outcomes)
        self.asked = 0
        self.closed = 0
        self.flying = 0
        self.most_flying = 0

    async def ask(self, question: Question) -> Answer:
        outcome = self.outcomes[self.asked % len(self.outcomes)]
        self.asked += 1
        self.flying += 1
        self.most_flying = max(self.most_flying, self.flying)
        try:
            # Several turns of the loop, of different lengths.
            for _ in range(1 + self.asked % 3):
                await asyncio.sleep(0)
        finally:
            self.flying -= 1
        if isinstance(outcome, Exception):
            raise outcome
        return Answer(text="{}", usage=Usage(input=1000, output=outcome, calls=1))

    async def aclose(self) -> None:
        self.closed += 1


def budgeted(
    inner: ChatModel, *, max_usd: str | None = None, max_tokens: int | None = None, spent: tuple[Usage, ...] = (), cost: Price | None = None
) -> Budgeted:
    cap = Decimal(max_usd) if max_usd is not None else None
    return Budgeted(inner, max_usd=cap, max_tokens=max_tokens, spent=spent, cost=cost, most=lambda question, name: 1000)


def ask_all(model: ChatModel, questions: int, *, max_tokens: int = 1000) -> list[Answer | BaseException]:
    async def run() -> list[Answer | BaseException]:
        return await asyncio.gather(*(model.ask(question(max_tokens)) for _ in range(questions)), return_exceptions=True)

    return asyncio.run(run())


# --- one call after another -----------------------------------------------------------------


def test_calls_go_out_while_the_worst_of_the_next_one_fits() -> None:
    # The worst call: 1000 tokens at $3.75 and 1000 at $15. A real one: 1000 at $3 and 100 at $15.
    inner = Billing(100)
    model = budgeted(inner, max_usd="0.0300")
    for _ in range(3):
        asyncio.run(model.ask(question()))
    with pytest.raises(BudgetError) as caught:
        asyncio.run(model.ask(question()))
    assert (inner.asked, model.spent_usd, model.spent_tokens) == (3, Decimal("0.0135"), 3300)
    assert str(caught.value) == (
        "stage planning: $0.014 of $0.030 is spent, and the next call could take $0.019: "
        "run the same command with --max-usd 0.04 or more; nothing is paid for twice"
    )
    assert caught.value.exit_code == 3


def test_a_cap_that_is_just_met_holds() -> None:
    assert asyncio.run(budgeted(Billing(1), max_usd="0.01875").ask(question())).usage.output == 1
    assert asyncio.run(budgeted(Billing(1), max_tokens=2000).ask(question())).usage.output == 1


def test_tokens_are_capped_without_a_price() -> None:
    model = budgeted(Billing(500, name="openai:model-of-tomorrow"), max_tokens=3000)
    asyncio.run(model.ask(question()))
    with pytest.raises(BudgetError) as caught:
        asyncio.run(model.ask(question()))
    assert str(caught.value) == (
        "stage planning: 1,500 of 3,000 tokens is spent, and the next call could take 2,000: "
        "run the same command with --max-tokens 3500 or more; nothing is paid for twice"
    )
    assert (model.spent_tokens, model.spent_usd) == (1500, None)


def test_the_advice_is_enough_to_go_on() -> None:
    spent = (Usage(input=7777, output=333, calls=1),)
    with pytest.raises(BudgetError) as caught:
        asyncio.run(budgeted(Billing(1), max_usd="0.03", spent=spent).ask(question()))
    advised = str(caught.value).partition("--max-usd ")[2].split()[0]
    assert asyncio.run(budgeted(Billing(1), max_usd=advised, spent=spent).ask(question())).text == "{}"


def test_what_earlier_attempts_paid_counts() -> None:
    inner = Billing(100)
    earlier = (Usage(input=1000, output=100, calls=1), Usage(input=2000, output=200, calls=2))
    model = budgeted(inner, max_usd="0.0300", spent=earlier)
    assert (model.spent_usd, model.spent_tokens) == (Decimal("0.0135"), 3300)
    with pytest.raises(BudgetError, match=r"^stage planning: \$0\.014 of \$0\.030 is spent"):
        asyncio.run(model.ask(question()))
    assert inner.asked == 0


def test_a_failed_call_costs_nothing_unless_the_error_says_what_it_used() -> None:
    class Billed(ProviderError):
        usage = Usage(input=1000, output=100, calls=1)

    free, billed = ProviderError("m: busy", transient=True), Billed("m: cut", transient=True)
    model = budgeted(Billing(free, billed, 100), max_usd="0.0300")
    for expected in ("0", "0.0045"):
        with pytest.raises(ProviderError):
            asyncio.run(model.ask(question()))
        assert model.spent_usd == Decimal(expected)
    asyncio.run(model.ask(question()))
    assert model.spent_usd == Decimal("0.009")


def test_a_cancelled_call_gives_back_what_was_set_aside() -> None:
    class Never(Billing):
        async def ask(self, question: Question) -> Answer:
            if self.asked:
                return await super().ask(question)
            self.asked += 1
            await asyncio.Event().wait()
            raise AssertionError

    model = budgeted(Never(100), max_tokens=2000)

    async def run() -> Answer:
        first = asyncio.create_task(model.ask(question()))
        waiting = asyncio.create_task(model.ask(question()))
        gone = asyncio.create_task(model.ask(question()))
        await asyncio.sleep(0)
        # One that waits may be given up as well.
        gone.cancel()
        await asyncio.sleep(0)
        first.cancel()
        return await waiting

    assert asyncio.run(run()).usage.output == 100
    assert model.spent_tokens == 1100


def test_a_refusal_is_not_asked_again() -> None:
    inner = Billing(100)

    async def sleep(seconds: float) -> None:
        raise AssertionError("waited")

    with pytest.raises(BudgetError):
        asyncio.run(Retrying(budgeted(inner, max_tokens=10), sleep=sleep).ask(question()))
    assert inner.asked == 0


# --- many calls in flight -------------------------------------------------------------------


def test_calls_wait_for_those_under_way_instead_of_being_refused() -> None:
    # Two at once in the worst case; all ten in the end.
    inner = Billing(100)
    model = budgeted(inner, max_tokens=9 * 1100 + 6000)
    assert [type(answer) for answer in ask_all(model, 10, max_tokens=5000)] == [Answer] * 10
    assert inner.most_flying == 2
    assert model.spent_tokens == 11_000


@given(
    cap=st.integers(1, 60_000),
    outputs=st.lists(st.integers(0, 1000) | st.just(ProviderError("m: busy", transient=True)), min_size=1, max_size=8),
    calls=st.integers(1, 30),
)
def test_a_cap_is_never_passed_and_no_call_that_fits_alone_is_refused(cap: int, outputs: list[int | Exception], calls: int) -> None:
    model = budgeted(Billing(*outputs), max_tokens=cap)
    given = ask_all(model, calls)
    assert model.spent_tokens <= cap
    assert model.spent_tokens == sum(answer.usage.input + answer.usage.output for answer in given if isinstance(answer, Answer))
    refused = [answer for answer in given if isinstance(answer, BudgetError)]
    assert not refused or model.spent_tokens + 2000 > cap
    assert {type(answer) for answer in given} <= {Answer, BudgetError, ProviderError}


@given(cap=st.decimals("0.001", "0.5", places=4), outputs=st.lists(st.integers(0, 1000), min_size=1, max_size=8), calls=st.integers(1, 30))
def test_no_more_dollars_are_spent_than_the_cap(cap: Decimal, outputs: list[int], calls: int) -> None:
    model = budgeted(Billing(*outputs), max_usd=str(cap))
    given = ask_all(model, calls)
    spent = model.spent_usd
    assert spent is not None
    assert spent <= cap
    assert not any(isinstance(answer, BudgetError) for answer in given) or spent + Decimal("0.01875") > cap


# --- without counting of our own ------------------------------------------------------------


def test_the_real_count_is_set_aside() -> None:
    text = "water " * 3000
    inner = Billing(100)
    with pytest.raises(BudgetError):
        asyncio.run(Budgeted(inner, max_tokens=3500).ask(question(100, text)))
    assert inner.asked == 0
    asyncio.run(Budgeted(inner, max_tokens=8000).ask(question(100, text)))
    assert inner.asked == 1


# --- what cannot be capped ------------------------------------------------------------------


def test_dollars_of_a_model_without_a_price_cannot_be_capped() -> None:
    with pytest.raises(ModelError) as caught:
        budgeted(Billing(1, name="openai:model-of-tomorrow"), max_usd="5")
    assert str(caught.value) == "the price of openai:model-of-tomorrow is not known, so --max-usd cannot be kept: use --max-tokens instead"
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("cap", ["0", "-1", "NaN", "Infinity"])
def test_a_cap_is_above_zero(cap: str) -> None:
    with pytest.raises(ModelError, match=r"^--max-usd .* is no cap"):
        budgeted(Billing(1), max_usd=cap)
    with pytest.raises(ModelError, match=r"^--max-tokens 0 is no cap"):
        budgeted(Billing(1), max_tokens=0)


def test_a_local_model_costs_no_dollars() -> None:
    model = budgeted(Billing(900, name="http://127.0.0.1:11434/v1#qwen3"), max_usd="0.01")
    assert [type(answer) for answer in ask_all(model, 20)] == [Answer] * 20
    assert (model.spent_usd, model.spent_tokens) == (Decimal(0), 38_000)


@pytest.mark.parametrize("make", [lambda inner: budgeted(inner), lambda inner: budgeted(inner, cost=price(PRICED), max_usd="1")])
def test_a_wrapper_has_the_name_of_its_model_keeps_the_sum_and_closes_it(make: Callable[[ChatModel], Budgeted]) -> None:
    inner = Billing(100)
    model = make(inner)
    asyncio.run(model.ask(question()))
    asyncio.run(close(model))
    assert (model.name, model.spent_usd, inner.closed) == (PRICED, Decimal("0.0045"), 1)
