"""A cap on what a run costs: the worst a call can cost is set aside before it is made."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from backend_architect.errors import BudgetError, ModelError
from backend_architect.models.calls import close
from backend_architect.models.prices import Price, money, price
from backend_architect.models.protocol import Answer, ChatModel, Question, Usage
from backend_architect.models.tokens import most_tokens


@dataclass(frozen=True)
class _Sum:
    """Dollars and tokens, read and written."""

    usd: Decimal = Decimal(0)
    tokens: int = 0

    def __add__(self, other: _Sum) -> _Sum:
        return _Sum(self.usd + other.usd, self.tokens + other.tokens)

    def __sub__(self, other: _Sum) -> _Sum:
        return _Sum(self.usd - other.usd, self.tokens - other.tokens)


class Budgeted:
    """A model that is asked only what the cap still holds, whatever the answer turns out to cost.

    A call that could pass the cap only because others are under way waits for them: they mostly
    cost far less than what is set aside. It is refused once nothing that ends can make it fit.
    """

    def __init__(
        self,
        inner: ChatModel,
        *,
        max_usd: Decimal | None = None,
        max_tokens: int | None = None,
        spent: Iterable[Usage] = (),
        cost: Price | None = None,
        most: Callable[[Question, str], int] = most_tokens,
    ) -> None:
        """Wrap a model.

        Args:
            inner: The model.
            max_usd: Most dollars of the whole run, at list prices; None for any number.
            max_tokens: Most tokens of the whole run, read and written; None for any number.
            spent: What earlier attempts of this run paid, best call by call: some models cost more from a certain length on.
            cost: What the model costs; None to look it up.
            most: Most input tokens that a question is billed by the model of this name.

        Raises:
            ModelError: If dollars are capped and the model's price is unknown, or a cap is not above zero.
        """
        self.inner = inner
        self.price = cost or price(inner.name)
        self._max_usd, self._max_tokens, self._most = max_usd, max_tokens, most
        for option, value in (("--max-usd", max_usd), ("--max-tokens", max_tokens)):
            if value is not None and not (Decimal(value).is_finite() and value > 0):
                raise ModelError(f"{option} {value} is no cap: it has to be a number above zero")
        if max_usd is not None and self.price.kind == "unpriced":
            raise ModelError(f"the price of {inner.name} is not known, so --max-usd cannot be kept: use --max-tokens instead")
        self._spent = sum((self._sum(usage) for usage in spent), _Sum())
        self._reserved = _Sum()
        self._waiting: list[asyncio.Future[None]] = []

    @property
    def name(self) -> str:
        """The name of the model."""
        return self.inner.name

    @property
    def spent_usd(self) -> Decimal | None:
        """Dollars paid so far in all attempts of the run, None if the price is unknown."""
        return None if self.price.kind == "unpriced" else self._spent.usd

    @property
    def spent_tokens(self) -> int:
        """Tokens paid so far in all attempts of the run."""
        return self._spent.tokens

    async def ask(self, question: Question) -> Answer:
        """Have the question answered if the cap holds it.

        Raises:
            BudgetError: If the call could pass the cap; nothing was sent.
            ProviderError: If no answer came.
        """
        if self._max_usd is None and self._max_tokens is None:
            answer = await self.inner.ask(question)
            self._spent += self._sum(answer.usage)
            return answer
        worst = self._worst(question)
        await self._reserve(question, worst)
        paid = _Sum()
        try:
            answer = await self.inner.ask(question)
            paid = self._sum(answer.usage)
            return answer
        except Exception as error:
            # Providers do not bill a call that failed, unless the error says what it used.
            match error:
                case object(usage=Usage() as usage):
                    paid = self._sum(usage)
            raise
        finally:
            self._reserved -= worst
            self._spent += paid
            self._wake()

    async def aclose(self) -> None:
        """Close the connections."""
        await close(self.inner)

    async def _reserve(self, question: Question, worst: _Sum) -> None:
        while not self._holds(self._spent + self._reserved + worst):
            if not self._holds(self._spent + worst):
                raise BudgetError(self._refusal(question, worst))
            # Something is under way: without it the call would fit.
            turn = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            try:
                await turn
            finally:
                self._waiting.remove(turn)
        self._reserved += worst

    def _wake(self) -> None:
        for turn in self._waiting:
            if not turn.done():
                turn.set_result(None)

    def _holds(self, total: _Sum) -> bool:
        return (self._max_usd is None or total.usd <= self._max_usd) and (self._max_tokens is None or total.tokens <= self._max_tokens)

    def _worst(self, question: Question) -> _Sum:
        read, written = self._most(question, self.name), question.max_tokens
        return _Sum(self.price.most(input=read, output=written) or Decimal(0), read + written)

    def _sum(self, usage: Usage) -> _Sum:
        return _Sum(self.price.of(usage) or Decimal(0), usage.input + usage.output)

    def _refusal(self, question: Question, worst: _Sum) -> str:
        needed = self._spent + worst
        if self._max_usd is not None and needed.usd > self._max_usd:
            used, cap, next_, option = money(self._spent.usd), money(self._max_usd), money(worst.usd), f"--max-usd {_cents(needed.usd)}"
        else:
            used, cap, next_ = f"{self._spent.tokens:,}", f"{self._max_tokens:,} tokens", f"{worst.tokens:,}"
            option = f"--max-tokens {needed.tokens}"
        return (
            f"stage {question.stage}: {used} of {cap} is spent, and the next call could take {next_}: "
            f"run the same command with {option} or more; nothing is paid for twice"
        )


def _cents(usd: Decimal) -> Decimal:
    """Return dollars rounded up to a cent: what is advised has to be enough."""
    return usd.quantize(Decimal("0.01"), rounding=ROUND_CEILING)
