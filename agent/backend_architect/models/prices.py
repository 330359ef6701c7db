"""What tokens cost: list prices out of genai-prices' own data, never over the network; what is unknown is unpriced, not free."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from backend_architect.models.calls import is_loopback
from backend_architect.models.protocol import Usage

if TYPE_CHECKING:
    from genai_prices.types import ModelPrice

Kind = Literal["listed", "local", "unpriced"]
"""Where a price comes from: a list; the user's own machine, which costs nothing a token; nowhere."""

UNPRICED = "unpriced"

_RULES = "rules"


@dataclass(frozen=True)
class Price:
    """What one model costs."""

    model: str
    """The model, as `--model` takes it."""
    kind: Kind
    listed: ModelPrice | None = None

    def of(self, usage: Usage) -> Decimal | None:
        """Return what a call cost in dollars, None if that is unknown.

        Some models cost more from a certain length of request on: sum up prices of calls, not calls.
        Of a usage that is a sum already, each call is taken to be as long as the average.
        """
        match self.kind:
            case "local":
                return Decimal(0)
            case "unpriced":
                return None
        calls = max(1, usage.calls)
        if calls == 1:
            return self._one(usage.input, usage.cached, usage.cache_writes, usage.output)
        shares = (Decimal(tokens) / calls for tokens in (usage.input, usage.cached, usage.cache_writes, usage.output))
        one = self._one(*shares)
        return one * calls if one is not None else None

    def most(self, *, input: int, output: int) -> Decimal | None:
        """Return what a call of so many tokens costs at the worst: all of its input written to a cache, none read from one."""
        plain, writing = self.of(Usage(input=input, output=output, calls=1)), self.of(Usage(input=input, cache_writes=input, output=output, calls=1))
        return max(plain, writing) if plain is not None and writing is not None else None

    def shown(self, usd: Decimal | None) -> str:
        """Write a sum at this price for people: dollars, `local`, or `unpriced`."""
        return "local" if self.kind == "local" else money(usd)

    def _one(self, read: Decimal | int, cached: Decimal | int, written: Decimal | int, output: Decimal | int) -> Decimal | None:
        from genai_prices import Usage as Counts

        assert self.listed is not None
        # A server that reports more cached tokens than tokens is not to stop a run at its bill.
        cached = min(cached, read)
        counts = Counts(input_tokens=read, cache_read_tokens=cached, cache_write_tokens=min(written, read - cached), output_tokens=output)
        try:
            total: Decimal = self.listed.calc_price(counts)["total_price"]
        except ValueError:
            return None
        return total


def price(model: str, *, at: datetime | None = None) -> Price:
    """Return the price of a model.

    Args:
        model: As `--model` takes it: `openai:NAME`, `anthropic:NAME`, `http://host:port/v1#NAME`, `rules`.
        at: When it is asked, for prices that change; None for now.
    """
    if model == _RULES:
        return Price(model, "local")
    provider, _, name = model.partition(":")
    match provider:
        case "openai" | "anthropic":
            listed = _listed(name, provider=provider, at=at)
        case "http" | "https":
            if is_loopback(model):
                return Price(model, "local")
            base, _, name = model.partition("#")
            listed = _listed(name, url=base, at=at)
        case _:
            listed = None
    return Price(model, "listed", listed) if listed is not None else Price(model, "unpriced")


def money(usd: Decimal | None) -> str:
    """Write dollars for people: cents from a dollar on, two digits that say something below it, `unpriced` for None.

    So `$12.40`, `$0.36`, `$0.042`, `$0.00015`, `$0`.
    """
    if usd is None:
        return UNPRICED
    if not usd:
        return "$0"
    with localcontext(Context(prec=28, rounding=ROUND_HALF_EVEN)):
        places = 2 if abs(usd) >= Decimal("0.1") else 1 - usd.adjusted()
        rounded = usd.quantize(Decimal(1).scaleb(-places))
    sign = "-" if rounded < 0 else ""
    return f"{sign}${abs(rounded):,f}"


@lru_cache(maxsize=64)
def _listed(name: str, *, provider: str | None = None, url: str | None = None, at: datetime | None) -> ModelPrice | None:
    """Return the list price of a model, None unless both reading and writing have one."""
    from genai_prices import Usage as Counts
    from genai_prices import calc_price

    nothing = Counts(input_tokens=0, output_tokens=0)
    try:
        found = (
            calc_price(nothing, name, provider_api_url=url, genai_request_timestamp=at)
            if url is not None
            else calc_price(nothing, name, provider_id=provider, genai_request_timestamp=at)
        ).model_price
    except LookupError:
        return None
    return found if found.input_mtok is not None and found.output_mtok is not None else None
