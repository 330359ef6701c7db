"""Not more requests and tokens a minute than a provider allows."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable

from backend_architect.models.calls import close
from backend_architect.models.protocol import Answer, ChatModel, Question

MINUTE = 60.0


class Window:
    """At most so much in any minute: not on average, as a leaky bucket has it, but in every one."""

    def __init__(self, most: float) -> None:
        """Set the limit."""
        self.most = most
        self._begun: deque[tuple[float, float]] = deque()
        self._sum = 0.0

    def earliest(self, amount: float, at: float) -> float:
        """Return when, from `at` on, `amount` fits; what is more than a whole minute's share has a minute of its own."""
        left = self._sum + min(amount, self.most)
        for begun, taken in self._begun:
            if begun + MINUTE > at and left <= self.most:
                break
            left -= taken
            at = max(at, begun + MINUTE)
        return at

    def take(self, amount: float, at: float) -> None:
        """Count `amount` as begun at `at`, which is no earlier than any before."""
        while self._begun and self._begun[0][0] + MINUTE <= at:
            self._sum -= self._begun.popleft()[1]
        self._begun.append((at, min(amount, self.most)))
        self._sum += min(amount, self.most)


class Paced:
    """A model that is asked no faster than its provider allows; questions wait in the order they came."""

    def __init__(
        self,
        inner: ChatModel,
        *,
        requests: float | None = None,
        tokens: float | None = None,
        estimate: Callable[[Question], int] = lambda question: 0,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Wrap a model.

        Args:
            inner: The model.
            requests: Most requests a minute; None for any number.
            tokens: Most tokens a minute; None for any number.
            estimate: The tokens a question is expected to take, question and answer.
            sleep: Waits.
            clock: Seconds, from any start, that never go back.
        """
        self.inner = inner
        self._requests = Window(requests) if requests is not None else None
        self._tokens = Window(tokens) if tokens is not None else None
        self._estimate, self._sleep, self._clock = estimate, sleep, clock
        self._last = float("-inf")

    @property
    def name(self) -> str:
        """The name of the model."""
        return self.inner.name

    async def ask(self, question: Question) -> Answer:
        """Have the question answered when its turn comes.

        Raises:
            ProviderError: If no answer came.
        """
        now = self._clock()
        if (wait := self._begin(question, now) - now) > 0:
            await self._sleep(wait)
        return await self.inner.ask(question)

    async def aclose(self) -> None:
        """Close the connections."""
        await close(self.inner)

    def _begin(self, question: Question, now: float) -> float:
        """Return when the question may be sent, and keep that place for it. A question given up keeps its place: that errs on the slow side."""
        windows = [(window, amount) for window, amount in ((self._requests, 1), (self._tokens, self._estimate(question))) if window is not None]
        at = max(now, self._last)
        for window, amount in windows:
            # What fits at one time fits at any later one.
            at = window.earliest(amount, at)
        for window, amount in windows:
            window.take(amount, at)
        self._last = at
        return at
