"""What a run costs as it goes: every call by stage, repairs and failures apart, answers that were paid for before apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from backend_architect.models.calls import close
from backend_architect.models.prices import Price, price
from backend_architect.models.protocol import Answer, ChatModel, Question, Usage

Outcome = Literal["answered", "failed", "reused"]
"""The provider answered; the call failed; the answer was there already and cost nothing now."""

_sent: ContextVar[list[Question] | None] = ContextVar("sent", default=None)
"""What went out to the provider for the question being answered."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call, or one answer that made a call needless."""

    stage: str
    """The stage without its parts: `layers` for `layers (api, data)`."""
    outcome: Outcome
    repair: bool
    """Whether an answer was asked for again because of what was wrong with it."""
    usage: Usage
    """For a reused answer: what it once took."""
    usd: Decimal | None
    """Its list price, None if that is unknown."""


OnCall = Callable[[Call], None]
"""Told of every call as it ends."""


@dataclass(frozen=True)
class Row:
    """Calls of one kind, added up."""

    calls: int
    usage: Usage
    usd: Decimal | None

    @classmethod
    def of(cls, calls: Iterable[Call]) -> Row:
        """Add up calls; one without a price leaves the sum without one."""
        chosen = tuple(calls)
        prices = [call.usd for call in chosen if call.usd is not None]
        usd = sum(prices, Decimal(0)) if len(prices) == len(chosen) else None
        return cls(len(chosen), sum((call.usage for call in chosen), Usage()), usd)

    def figures(self) -> dict[str, Any]:
        """Return the row for JSON; dollars as a string, which keeps every digit."""
        return {
            "calls": self.calls,
            "input_tokens": self.usage.input,
            "cached_tokens": self.usage.cached,
            "cache_write_tokens": self.usage.cache_writes,
            "output_tokens": self.usage.output,
            "counted": self.usage.counted,
            "usd": None if self.usd is None else f"{self.usd:f}",
        }


class Accounts:
    """The calls of one run of this process."""

    def __init__(self, model: str, *, cost: Price | None = None, on_call: OnCall | None = None) -> None:
        """Open the accounts.

        Args:
            model: The model, as `--model` takes it.
            cost: What it costs; None to look it up.
            on_call: Told of every call as it ends.
        """
        self.price = cost or price(model)
        self._calls: list[Call] = []
        self._on_call = on_call

    @property
    def calls(self) -> tuple[Call, ...]:
        """All calls, in the order they ended."""
        return tuple(self._calls)

    @property
    def stages(self) -> tuple[str, ...]:
        """The stages, in the order of their first call."""
        return tuple(dict.fromkeys(call.stage for call in self._calls))

    @property
    def paid(self) -> Row:
        """What was answered and has to be paid for, failed calls of known usage included."""
        row = Row.of(call for call in self._calls if call.outcome != "reused")
        return Row(sum(call.outcome == "answered" for call in self._calls), row.usage, row.usd)

    @property
    def reused(self) -> Row:
        """What was answered before, and what that once took."""
        return Row.of(call for call in self._calls if call.outcome == "reused")

    @property
    def failed(self) -> Row:
        """Calls that no answer came of."""
        return Row.of(call for call in self._calls if call.outcome == "failed")

    def record(self, question: Question, outcome: Outcome, usage: Usage) -> None:
        """Note a call that ended."""
        call = Call(
            stage=question.stage.partition(" (")[0],
            outcome=outcome,
            repair=bool(question.turns) or question.stage == "repair",
            usage=usage,
            usd=self.price.of(usage) if usage.input or usage.output else Decimal(0),
        )
        self._calls.append(call)
        if self._on_call is not None:
            self._on_call(call)

    def figures(self) -> dict[str, Any]:
        """Return the accounts for JSON."""
        by_stage = {
            stage: {
                "answers": self._row(stage, "answered", repair=False).figures(),
                "repairs": self._row(stage, "answered", repair=True).figures(),
                "failed": self._row(stage, "failed").figures(),
                "reused": self._row(stage, "reused").figures(),
            }
            for stage in self.stages
        }
        return {
            "model": self.price.model,
            "price": self.price.kind,
            "stages": by_stage,
            "paid": self.paid.figures(),
            "failed": self.failed.figures(),
            "reused": self.reused.figures(),
        }

    def table(self) -> str:
        """Return the accounts as lines for people; empty if nothing was asked."""
        if not self._calls:
            return ""
        rows: list[tuple[str, ...]] = [("stage", "calls", "read", "from cache", "written", "cost")]
        for stage in self.stages:
            first, again = self._row(stage, "answered", repair=False), self._row(stage, "answered", repair=True)
            rows += [self._cells(stage, first)] if first.calls else []
            rows += [self._cells(stage if stage == "repair" else f"{stage}, repaired", again)] if again.calls else []
        if len(rows) != 2 or self.failed.calls or self.reused.calls:
            rows.append(self._cells("total", self.paid))
        return "\n".join((*_aligned(rows), *self._notes()))

    def _notes(self) -> Iterable[str]:
        if failed := self.failed.calls:
            yield f"{failed} {'call' if failed == 1 else 'calls'} failed."
        if (reused := self.reused).calls:
            what = "1 answer was" if reused.calls == 1 else f"{reused.calls} answers were"
            worth = "" if self.price.kind != "listed" else f" ({self.price.shown(reused.usd)})"
            yield f"{what} there already and cost nothing: {_tokens(reused.usage, reused.usage.input + reused.usage.output)} tokens{worth}."

    def _row(self, stage: str, outcome: Outcome, *, repair: bool | None = None) -> Row:
        return Row.of(call for call in self._calls if call.stage == stage and call.outcome == outcome and repair in (None, call.repair))

    def _cells(self, name: str, row: Row) -> tuple[str, ...]:
        usage = row.usage
        return (
            name,
            f"{row.calls}",
            _tokens(usage, usage.input),
            _tokens(usage, usage.cached),
            _tokens(usage, usage.output),
            self.price.shown(row.usd),
        )


class Accounted:
    """A model whose calls are noted as they go out: next to the provider, inside of what asks again."""

    def __init__(self, inner: ChatModel, accounts: Accounts) -> None:
        """Wrap a model."""
        self.inner = inner
        self._accounts = accounts

    @property
    def name(self) -> str:
        """The name of the model."""
        return self.inner.name

    async def ask(self, question: Question) -> Answer:
        """Have the question answered, and note what that took.

        Raises:
            ProviderError: If no answer came.
        """
        if (sent := _sent.get()) is not None:
            sent.append(question)
        try:
            answer = await self.inner.ask(question)
        except Exception as error:
            match error:
                case object(usage=Usage() as usage):
                    self._accounts.record(question, "failed", usage)
                case _:
                    self._accounts.record(question, "failed", Usage())
            raise
        self._accounts.record(question, "answered", answer.usage)
        return answer

    async def aclose(self) -> None:
        """Close the connections."""
        await close(self.inner)


class Reusing:
    """A model of which it is noted what was answered without a call: around the journal."""

    def __init__(self, inner: ChatModel, accounts: Accounts) -> None:
        """Wrap a model that has an `Accounted` with the same accounts inside."""
        self.inner = inner
        self._accounts = accounts

    @property
    def name(self) -> str:
        """The name of the model."""
        return self.inner.name

    async def ask(self, question: Question) -> Answer:
        """Have the question answered, and note if nothing went out for it.

        Raises:
            ProviderError: If no answer came.
        """
        sent: list[Question] = []
        # A task that the journal starts for the call takes this over with its context.
        before = _sent.set(sent)
        try:
            answer = await self.inner.ask(question)
        finally:
            _sent.reset(before)
        if not sent:
            self._accounts.record(question, "reused", answer.usage)
        return answer

    async def aclose(self) -> None:
        """Close the connections."""
        await close(self.inner)


def _tokens(usage: Usage, number: int) -> str:
    return f"{'≈' if usage.counted and number else ''}{number:,}"


def _aligned(rows: Sequence[Sequence[str]]) -> Iterable[str]:
    """Yield rows as lines: the first column to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for name, *numbers in rows:
        yield "  ".join((name.ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(numbers, widths[1:], strict=True))))
