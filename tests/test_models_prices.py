"""Prices: list prices of calls, cache included; local is free, unknown is unpriced."""

from __future__ import annotations

import socket
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend_architect.models.calls import is_loopback
from backend_architect.models.prices import Price, money, price
from backend_architect.models.protocol import Usage

# Fixed, so that a price which changes some day does not change these.
AT = datetime(2026, 9, 1, tzinfo=UTC)

CALL = Usage(input=10_000, cached=4_000, cache_writes=2_000, output=1_000, calls=1)


@pytest.mark.parametrize(
    ("model", "usd"),
    [
        # $3 in, $0.30 from the cache, $3.75 to the cache, $15 out, a million tokens.
        ("anthropic:claude-sonnet-4-0", "0.0357"),
        # $1.25 in, $0.125 from the cache, $10 out; writing to the cache is not charged apart.
        ("openai:gpt-5", "0.018"),
        # The same model by the address of its provider.
        ("https://api.openai.com/v1#gpt-5", "0.018"),
    ],
)
def test_a_call_costs_its_list_price_with_cache_reads_and_writes(model: str, usd: str) -> None:
    assert price(model, at=AT).of(CALL) == Decimal(usd)


@pytest.mark.parametrize(
    "model",
    [
        "openai:model-of-tomorrow",
        "anthropic:gpt-5",
        "openai:",
        "https://models.example.org/v1#gpt-5",
        "http://192.168.1.7:11434/v1#qwen3",
        "test:answering",
        "nonsense",
        # Known, yet sold by another measure than tokens written.
        "openai:text-embedding-3-small",
    ],
)
def test_what_is_not_on_the_list_is_unpriced_and_never_free(model: str) -> None:
    found = price(model, at=AT)
    assert found == Price(model, "unpriced")
    assert (found.of(CALL), found.most(input=1, output=1), found.shown(None)) == (None, None, "unpriced")


@pytest.mark.parametrize("model", ["http://127.0.0.1:11434/v1#qwen3", "http://localhost:8000/v1#m", "http://[::1]:8080/v1#m", "rules"])
def test_this_machine_costs_nothing_and_says_so(model: str) -> None:
    found = price(model)
    assert found == Price(model, "local")
    assert (found.of(CALL), found.most(input=10, output=10), found.shown(Decimal(0))) == (Decimal(0), Decimal(0), "local")


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1.example.org/v1", "http://localhost.example.org/v1", "http://0.0.0.0/v1", "http://[::1", "http://example.org/#127.0.0.1"]
)
def test_what_only_looks_like_this_machine_is_not(url: str) -> None:
    assert not is_loopback(url)


def test_a_sum_of_short_calls_is_not_billed_as_a_long_one() -> None:
    # $3 and $15 a million up to 200,000 tokens of input, $6 and $22.50 above.
    sonnet = price("anthropic:claude-sonnet-4-5", at=AT)
    short, long = Usage(input=100_000, output=1_000, calls=1), Usage(input=400_000, output=4_000, calls=1)
    assert (sonnet.of(short), sonnet.of(long)) == (Decimal("0.315"), Decimal("2.49"))
    assert sonnet.of(short + short + short + short) == Decimal("1.26")


def test_a_usage_that_contradicts_itself_still_has_a_price() -> None:
    assert price("openai:gpt-5", at=AT).of(Usage(input=10, cached=50, cache_writes=50, output=0, calls=1)) == Decimal("0.00000125")


@given(
    st.sampled_from(["openai:gpt-5", "anthropic:claude-sonnet-4-5", "anthropic:claude-haiku-4-5"]),
    st.integers(0, 500_000),
    st.integers(0, 50_000),
    st.fractions(0, 1),
    st.fractions(0, 1),
)
def test_no_call_costs_more_than_the_most(model: str, read: int, output: int, cached: float, written: float) -> None:
    hit = int(read * cached)
    usage = Usage(input=read, cached=hit, cache_writes=int((read - hit) * written), output=output, calls=1)
    paid, most = price(model, at=AT).of(usage), price(model, at=AT).most(input=read, output=output)
    assert paid is not None
    assert most is not None
    assert paid <= most


def test_a_price_needs_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert price("openai:gpt-5-mini", at=AT).kind == "listed"


@pytest.mark.parametrize(
    ("usd", "text"),
    [
        (None, "unpriced"),
        ("0", "$0"),
        ("12.4", "$12.40"),
        ("1234.565", "$1,234.56"),
        ("0.3571", "$0.36"),
        ("0.0421", "$0.042"),
        ("0.0996", "$0.100"),
        ("0.000149", "$0.00015"),
        ("0.999", "$1.00"),
        ("-0.05", "-$0.050"),
    ],
)
def test_money_is_written_with_the_digits_that_say_something(usd: str | None, text: str) -> None:
    assert money(None if usd is None else Decimal(usd)) == text
