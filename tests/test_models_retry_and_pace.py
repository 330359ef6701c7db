"""Asking again, and not too fast: with a clock that only sleeping moves."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from backend_architect.errors import AnswerError, ProviderError
from backend_architect.models.anthropic_messages import AnthropicMessages
from backend_architect.models.calls import close
from backend_architect.models.openai_chat import OpenAIChat
from backend_architect.models.openai_responses import OpenAIResponses
from backend_architect.models.pace import Paced
from backend_architect.models.protocol import Answer, ChatModel, Part, Question
from backend_architect.models.retry import Retrying
from model_server import CHAT, MESSAGES, RESPONSES, Reply, answered, provider


class Yes(BaseModel):
    yes: bool


QUESTION = Question(stage="s", system="", parts=(Part(text="Is it?"),), answer=Yes)


class Scripted:
    """A model that fails as told, then answers."""

    name = "scripted"

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.asked = 0
        self.closed = 0

    async def ask(self, question: Question) -> Answer:
        self.asked += 1
        if self.errors:
            raise self.errors.pop(0)
        return Answer(text="{}")

    async def aclose(self) -> None:
        self.closed += 1


class Clock:
    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def __call__(self) -> float:
        return self.now


def passing(retry_after: float | None = None) -> ProviderError:
    return ProviderError("m: busy", transient=True, retry_after=retry_after, status=503)


def retrying(inner: ChatModel, clock: Clock, *, tries: int = 6, total: float = 300.0, jitter: Callable[[], float] = lambda: 1.0) -> Retrying:
    return Retrying(inner, tries=tries, total=total, first=1.0, longest=5.0, sleep=clock.sleep, jitter=jitter)


def test_waits_double_up_to_the_longest() -> None:
    clock, inner = Clock(), Scripted(*[passing()] * 5)
    assert asyncio.run(retrying(inner, clock).ask(QUESTION)) == Answer(text="{}")
    assert (clock.slept, inner.asked) == ([1.0, 2.0, 4.0, 5.0, 5.0], 6)


def test_jitter_takes_up_to_half_off_a_wait() -> None:
    clock = Clock()
    draws = iter([0.0, 0.5])
    asyncio.run(retrying(Scripted(passing(), passing()), clock, jitter=lambda: next(draws)).ask(QUESTION))
    assert clock.slept == [0.5, 1.5]


def test_tries_are_bounded_and_the_error_says_how_many_there_were() -> None:
    clock, inner = Clock(), Scripted(*[passing(2.0)] * 9)
    with pytest.raises(ProviderError) as caught:
        asyncio.run(retrying(inner, clock, tries=3).ask(QUESTION))
    error = caught.value
    assert (str(error), error.transient, error.retry_after, error.status) == ("m: busy (asked 3 times)", True, 2.0, 503)
    assert inner.asked == 3


def test_the_wait_a_provider_asks_for_is_kept_even_beyond_the_longest() -> None:
    clock = Clock()
    asyncio.run(retrying(Scripted(passing(90.0), passing(0.0)), clock).ask(QUESTION))
    assert clock.slept == [91.0, 2.0]


@pytest.mark.parametrize("wait", [301.0, 86_400.0])
def test_a_provider_that_asks_for_too_long_a_wait_is_not_waited_for(wait: float) -> None:
    clock, inner = Clock(), Scripted(passing(wait))
    with pytest.raises(ProviderError, match=r"^m: busy$"):
        asyncio.run(retrying(inner, clock).ask(QUESTION))
    assert (clock.slept, inner.asked) == ([], 1)


def test_no_try_is_begun_after_the_total_time() -> None:
    clock, inner = Clock(), Scripted(*[passing()] * 9)
    with pytest.raises(ProviderError, match=r"asked 4 times"):
        asyncio.run(retrying(inner, clock, tries=9, total=7.5).ask(QUESTION))
    assert clock.slept == [1.0, 2.0, 4.0]


@pytest.mark.parametrize("error", [ProviderError("m: no key", transient=False), AnswerError("unusable"), ValueError("a bug")])
def test_what_does_not_pass_is_not_asked_again(error: Exception) -> None:
    clock, inner = Clock(), Scripted(error)
    with pytest.raises(type(error)) as caught:
        asyncio.run(retrying(inner, clock).ask(QUESTION))
    assert caught.value is error
    assert (clock.slept, inner.asked) == ([], 1)


def test_each_wait_is_told() -> None:
    told: list[tuple[str, float]] = []
    clock = Clock()
    model = Retrying(
        Scripted(passing(), passing(3.0)), first=1.0, sleep=clock.sleep, jitter=lambda: 1.0, notice=lambda error, wait: told.append((str(error), wait))
    )
    asyncio.run(model.ask(QUESTION))
    assert told == [("m: busy", 1.0), ("m: busy", 5.0)]


def test_a_cancelled_wait_ends_at_once() -> None:
    async def run() -> None:
        async with asyncio.timeout(0.05):
            await Retrying(Scripted(passing(60.0))).ask(QUESTION)

    with pytest.raises(TimeoutError):
        asyncio.run(run())


def test_a_wrapper_has_the_name_of_its_model_and_closes_it() -> None:
    inner = Scripted()
    model = Retrying(Paced(inner))
    asyncio.run(close(model))
    assert (model.name, inner.closed) == ("scripted", 1)


FAILING = [Reply(status=429, headers={"retry-after": "4"}), Reply(status=503), Reply(body=b'{"id"'), Reply(body={"x": 1}), Reply(body=b"{" * 500, cut_at=100)]


@pytest.mark.parametrize("format", [RESPONSES, CHAT, MESSAGES])
def test_a_provider_that_fails_in_every_passing_way_is_outwaited(format: str) -> None:
    clock = Clock()
    with provider(*FAILING, Reply(body=answered(format, '{"yes":true}'))) as server:
        model: ChatModel
        match format:
            case "responses":
                model = OpenAIResponses("m", api_key="k", base_url=f"{server.url}/v1")
            case "chat":
                model = OpenAIChat("m", base_url=f"{server.url}/v1")
            case _:
                model = AnthropicMessages("m", api_key="k", base_url=server.url)

        async def run() -> Answer:
            try:
                return await retrying(model, clock).ask(QUESTION)
            finally:
                await close(model)

        answer = asyncio.run(run())
        assert (answer.text, answer.usage.calls, len(server.asked)) == ('{"yes":true}', 1, 6)
    assert clock.slept == [5.0, 2.0, 4.0, 5.0, 5.0]


# --- pace -----------------------------------------------------------------------------------


def begun(amounts: list[int], *, requests: float | None = None, tokens: float | None = None, gaps: list[float] | None = None) -> list[float]:
    """When questions of so many tokens are sent, one after the other, after gaps."""
    clock = Clock()
    at: list[float] = []

    class Noting(Scripted):
        async def ask(self, question: Question) -> Answer:
            at.append(clock.now)
            return Answer(text="{}")

    async def run() -> None:
        left = iter(amounts)
        model = Paced(Noting(), requests=requests, tokens=tokens, estimate=lambda question: next(left), sleep=clock.sleep, clock=clock)
        for number in range(len(amounts)):
            clock.now += gaps[number] if gaps else 0.0
            await model.ask(QUESTION)

    asyncio.run(run())
    return at


def test_without_limits_nothing_waits() -> None:
    assert begun([9] * 3) == [0.0] * 3


def test_requests_a_minute() -> None:
    assert begun([0] * 5, requests=2) == [0.0, 0.0, 60.0, 60.0, 120.0]
    assert begun([0] * 4, requests=2, gaps=[0.0, 50.0, 1.0, 1.0]) == [0.0, 50.0, 60.0, 110.0]


def test_tokens_a_minute_and_a_question_larger_than_a_minutes_share() -> None:
    assert begun([60, 30, 20, 500, 10], tokens=100) == [0.0, 0.0, 60.0, 120.0, 180.0]


def test_both_limits_hold() -> None:
    assert begun([90, 5, 5, 90], requests=3, tokens=100) == [0.0, 0.0, 0.0, 60.0]
    assert begun([90, 20, 5, 5], requests=2, tokens=100) == [0.0, 60.0, 60.0, 120.0]


@given(
    st.lists(st.tuples(st.integers(0, 150), st.floats(0, 90, allow_nan=False)), min_size=1, max_size=30),
    st.integers(1, 5),
    st.integers(1, 120),
)
def test_no_minute_has_more_than_its_share_and_order_is_kept(asked: list[tuple[int, float]], requests: int, tokens: int) -> None:
    amounts = [amount for amount, _ in asked]
    at = begun(amounts, requests=requests, tokens=tokens, gaps=[gap for _, gap in asked])
    assert at == sorted(at)
    for end in at:
        # Half a nanosecond for sums of floats.
        within = [min(amount, tokens) for when, amount in zip(at, amounts, strict=True) if end - 60 + 1e-6 < when <= end]
        assert len(within) <= requests
        assert sum(within) <= tokens


def test_questions_at_once_wait_in_the_order_they_came() -> None:
    at: list[tuple[int, float]] = []

    async def run() -> None:
        now = 0.0
        waits: list[float] = []

        async def sleep(seconds: float) -> None:
            waits.append(seconds)

        model = Paced(Scripted(), requests=1, sleep=sleep, clock=lambda: now)
        await asyncio.gather(*(model.ask(QUESTION) for _ in range(4)))
        at.extend(enumerate(waits))

    asyncio.run(run())
    assert at == [(0, 60.0), (1, 120.0), (2, 180.0)]
