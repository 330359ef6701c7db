"""Asking again when a provider fails in passing: the only place where anything is asked twice."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from backend_architect.errors import ProviderError
from backend_architect.models.calls import close
from backend_architect.models.protocol import Answer, ChatModel, Question

if TYPE_CHECKING:
    from tenacity import RetryCallState

Sleep = Callable[[float], Awaitable[None]]

Notice = Callable[[ProviderError, float], None]
"""Told of each failure that is waited out, and of the seconds until the next try."""


class Retrying:
    """A model that is asked again after a transient error, later each time."""

    def __init__(
        self,
        inner: ChatModel,
        *,
        tries: int = 6,
        total: float = 300.0,
        first: float = 0.5,
        longest: float = 60.0,
        sleep: Sleep = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
        notice: Notice | None = None,
    ) -> None:
        """Wrap a model.

        Args:
            inner: The model.
            tries: Most calls for one question.
            total: Seconds after which no further try is begun, waiting included; a provider that asks for a longer wait is not waited for.
            first: Seconds before the second try, doubled before each further one.
            longest: Most seconds of such a wait; what a provider asks for may be longer.
            sleep: Waits.
            jitter: Draws from [0, 1): a wait is 0.5 to 1 of what it could be, so that runs side by side do not come back all at once.
            notice: Told before each wait.
        """
        self.inner = inner
        self._tries, self._total, self._first, self._longest = tries, total, first, longest
        self._sleep, self._jitter, self._notice = sleep, jitter, notice

    @property
    def name(self) -> str:
        """The name of the model."""
        return self.inner.name

    async def ask(self, question: Question) -> Answer:
        """Have the question answered.

        Raises:
            ProviderError: If it fails for good, or in passing until patience runs out.
        """
        from tenacity import AsyncRetrying, retry_if_exception

        attempts = AsyncRetrying(
            sleep=self._sleep,
            retry=retry_if_exception(_passes),
            wait=self._wait,
            stop=self._is_enough,
            before_sleep=self._tell,
            reraise=True,
        )
        tried = 0
        try:
            async for attempt in attempts:
                with attempt:
                    tried += 1
                    return await self.inner.ask(question)
        except ProviderError as error:
            if tried == 1:
                raise
            line = f"{error} (asked {tried} times)"
            raise ProviderError(line, transient=error.transient, retry_after=error.retry_after, status=error.status) from error
        raise AssertionError("tenacity re-raises")

    async def aclose(self) -> None:
        """Close the connections."""
        await close(self.inner)

    def _wait(self, state: RetryCallState) -> float:
        # The exponent is bounded: a float is not.
        backoff = min(self._first * 2.0 ** min(state.attempt_number - 1, 30), self._longest)
        asked = _error(state).retry_after or 0.0
        spread = backoff * (0.5 + 0.5 * self._jitter())
        # Never earlier than asked; a little later, again not all at once.
        return asked + spread if asked else spread

    def _is_enough(self, state: RetryCallState) -> bool:
        passed = max(state.seconds_since_start or 0.0, state.idle_for)
        return state.attempt_number >= self._tries or passed + state.upcoming_sleep > self._total

    def _tell(self, state: RetryCallState) -> None:
        if self._notice is not None:
            self._notice(_error(state), state.upcoming_sleep)


def _passes(error: BaseException) -> bool:
    return isinstance(error, ProviderError) and error.transient


def _error(state: RetryCallState) -> ProviderError:
    error = state.outcome.exception() if state.outcome else None
    assert isinstance(error, ProviderError)
    return error
