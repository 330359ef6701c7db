"""The estimate of a run: made of the prompts that the run will send, a range around what it will take."""

from __future__ import annotations

import asyncio
import json
import re
from decimal import Decimal
from io import BytesIO

import pytest

from answering import Answering, answers_for
from backend_architect.architects.model.architect import ModelArchitect
from backend_architect.architects.model.estimate import _PER_FAULT, Bound, Estimate, estimate
from backend_architect.architects.model.stages import MOST_FAULTS, Room
from backend_architect.design import Delivery, Design, LayerName, Size, layer_name
from backend_architect.ingest import profile, read
from backend_architect.models.prices import price
from backend_architect.models.protocol import Question, Usage
from backend_architect.models.tokens import question_tokens
from shop_design import BRIEF, DESIGN, Scripted

MODEL = "openai:gpt-5"
LAYERS: tuple[LayerName, ...] = ("api", "data", "performance")
SHOP = read("-", stdin=BytesIO(BRIEF.encode()))
SHOP_FACTS = profile(SHOP, options=[])
LONG = read(
    "-", stdin=BytesIO("\n".join(["# Parcel depot", "", *(f"- Clerk {number} can look up shelf {number} of the depot." for number in range(400))]).encode())
)


def design(size: Size) -> Design:
    """Return the shop's design with the decisions' keys as the model architect gives them."""
    text = DESIGN.model_dump_json()
    for _, name, decision in DESIGN.decisions():
        text = text.replace(f'"{decision.key}"', f'"d-{name}"')
    made = Design.model_validate_json(text)
    return made.model_copy(update={"scope": made.scope.model_copy(update={"size": size})})


def shop(size: Size, *, model: str = MODEL) -> Estimate:
    return asyncio.run(estimate(SHOP, SHOP_FACTS, model, rules=Scripted(design(size))))


def really_asked(size: Size) -> list[Question]:
    """The questions of a run whose model decides what the stand-in decides."""
    made = design(size)
    answers = answers_for(made, layers=LAYERS, background=(2,))
    groups = [
        answers["layers"].model_dump(include={str(name) for name in names}) for names in ((LAYERS,) if size in ("tiny", "small") else (LAYERS[:2], LAYERS[2:]))
    ]
    model = Answering(
        [
            answers["requirements"].model_dump_json(),
            answers["architecture"].model_dump_json(),
            *map(json.dumps, groups),
            answers["planning"].model_dump_json(),
            '{"faults": []}',
        ]
    )

    async def run() -> None:
        architect = ModelArchitect(model)
        scope = await architect.scope(SHOP, SHOP_FACTS)
        structure = await architect.structure(SHOP, SHOP_FACTS, scope)
        needed = architect.needs(SHOP, SHOP_FACTS, scope, structure)
        layers = [layer for names in needed for layer in await architect.layers(SHOP, SHOP_FACTS, scope, structure, names)]
        slices = {"scope": scope, "structure": structure, "delivery": Delivery()} | {layer_name(layer): layer for layer in layers}
        open_design = Design.model_validate(slices)
        delivery = await architect.delivery(SHOP, SHOP_FACTS, open_design)
        await architect.review(SHOP, SHOP_FACTS, open_design.model_copy(update={"delivery": delivery.model_copy(update={"left_out": ()})}))

    asyncio.run(run())
    return model.asked


@pytest.mark.parametrize(("size", "calls"), [("tiny", 4), ("small", 5), ("medium", 6), ("large", 6)])
def test_the_low_end_counts_the_prompts_that_are_sent(size: Size, calls: int) -> None:
    found, asked = shop(size), really_asked(size)
    counted = [question_tokens(question, MODEL).number for question in asked]
    assert (len(asked), found.low.usage.calls, found.high.usage.calls) == (calls, calls, calls + 2)
    assert (found.first, found.exact) == (counted[0], True)
    # The review sees what the rules list as left out as well.
    assert abs(found.low.usage.input - sum(counted)) <= (0 if size == "tiny" else 400)


def test_the_range_follows_from_the_lengths_that_the_prompts_state() -> None:
    prompts = [question.parts[-1].text for question in really_asked("small")]
    stated = [int(said[1].replace(",", "")) for prompt in prompts if (said := re.search(r"at most about ([\d,]+) characters", prompt))]
    assert len(stated) == 4
    # The review is told how many faults it may name.
    lengths = (*stated, MOST_FAULTS * _PER_FAULT)
    found = shop("small")
    low = sum(round(length * 0.5 / 4) for length in lengths)
    longest = round(max(lengths) * 1.25 / 3.5)
    high = sum(round(length * 1.25 / 3.5 * 1.5) for length in lengths) + round(longest * 0.25 * 1.5) + round(sum(lengths) * 1.25 / 3.5 * 0.25 * 1.5)
    assert (found.low.usage.output, found.high.usage.output) == (low, high)


def test_each_end_is_priced_by_the_list() -> None:
    found = shop("small")
    cost = price(MODEL)
    assert (found.low.usd, found.high.usd) == (cost.of(found.low.usage), cost.of(found.high.usage))
    assert found.low.usd is not None
    assert found.high.usd is not None
    assert Decimal(0) < found.low.usd < found.high.usd


def test_the_low_end_reads_what_prompts_share_from_the_cache_and_the_high_end_writes_it() -> None:
    found = shop("tiny")
    # All but the first prompt begin with role and brief, at least.
    assert 0 < found.low.usage.cached < found.low.usage.input
    assert (found.low.usage.cache_writes, found.high.usage.cached) == (0, 0)
    assert found.high.usage.cache_writes > found.low.usage.cached


def test_a_foreign_tokenizer_widens_the_range_upwards_only() -> None:
    own, foreign = shop("small"), shop("small", model="anthropic:claude-sonnet-4-5")
    assert (foreign.exact, foreign.low.usage) == (False, own.low.usage)
    assert 1.3 < foreign.high.usage.input / own.high.usage.input < 1.4


def test_a_long_brief_is_estimated_piece_by_piece() -> None:
    room = Room(window=12_000)
    whole = asyncio.run(estimate(LONG, profile(LONG, options=[]), MODEL))
    pieces = asyncio.run(estimate(LONG, profile(LONG, options=[]), MODEL, room=room))
    assert pieces.low.usage.calls > whole.low.usage.calls + 1
    assert pieces.first < whole.first
    assert pieces.first < room.window


def figures(usage: Usage) -> dict[str, object]:
    return {"calls": usage.calls, "input_tokens": usage.input, "output_tokens": usage.output}


def test_the_figures_are_json() -> None:
    found = shop("small")
    assert json.loads(json.dumps(found.figures())) == {
        "model": MODEL,
        "price": "listed",
        "size": "small",
        "first_prompt_tokens": found.first,
        "exact": True,
        "low": figures(found.low.usage) | {"usd": str(found.low.usd)},
        "high": figures(found.high.usage) | {"usd": str(found.high.usd)},
    }


@pytest.mark.parametrize(
    ("model", "low", "high", "cost"),
    [
        (MODEL, "0.0412", "1.2", "$0.041 to $1.20"),
        ("openai:model-of-tomorrow", None, None, "unpriced"),
        ("http://127.0.0.1:11434/v1#qwen3", "0", "0", "free, it is local"),
    ],
)
def test_the_line_says_the_range_in_round_numbers(model: str, low: str | None, high: str | None, cost: str) -> None:
    def bound(calls: int, read: int, written: int, usd: str | None) -> Bound:
        return Bound(Usage(input=read, output=written, calls=calls), None if usd is None else Decimal(usd))

    found = Estimate(price(model), "small", 3000, True, bound(5, 28_123, 987, low), bound(7, 1_049_000, 28_500, high))
    assert found.line == f"{model}, a small project: 5 to 7 calls, ≈28,000 to 1,000,000 tokens read, ≈990 to 28,000 written: {cost}"


@pytest.mark.parametrize("model", ["openai:model-of-tomorrow", "http://127.0.0.1:11434/v1#qwen3"])
def test_what_has_no_price_has_none_at_either_end(model: str) -> None:
    found = shop("small", model=model)
    free = Decimal(0) if model.startswith("http") else None
    assert (found.low.usd, found.high.usd) == (free, free)
