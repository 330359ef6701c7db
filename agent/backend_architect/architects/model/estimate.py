"""What a run will cost, before it asks anything: a range, from counted prompts and from how long answers may be.

Input: the first prompt is the real one. Those after it are made from what the built-in rules decide
on the same brief, which stands in for the model's answers; each is counted with what it shares.

Output: each stage tells the model how long its answer may be, in characters (`stages`). What models
write in this notation has 3.5 to 4 characters a token.

- Low: every stage answers once, with half of its length, at 4 characters a token; what a prompt
  shares with one before it is read from the provider's cache.
- High: every stage answers with its length and a quarter more, at 3.5 characters a token, and thinks
  half as much again; the longest answer goes back once, and so does the whole, as one round of
  repair that writes a quarter of it anew. Nothing is read from a cache, what is shared is written to
  it. Of a model whose tokenizer is not known, prompts are 1.35 times as long.

A price is of each call by itself: some models cost more from a certain length on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from backend_architect.architects.model.answers.base import answered
from backend_architect.architects.model.answers.chunk import ChunkAnswer
from backend_architect.architects.model.answers.scope import ScopeAnswer
from backend_architect.architects.model.architect import GROUPS
from backend_architect.architects.model.chunks import chunks
from backend_architect.architects.model.stages import LENGTHS, MOST_FAULTS, PER_STATEMENT, REQUIREMENTS_AT_LEAST, Room, Stages
from backend_architect.architects.protocol import Architect
from backend_architect.brief import Brief
from backend_architect.design import Delivery, Design, Size, layer_name
from backend_architect.models.prices import Price, price
from backend_architect.models.protocol import Question, Usage
from backend_architect.models.tokens import count, question_tokens
from backend_architect.profile import Profile

_PER_FAULT = 250
"""Characters of one fault that the review finds: an element, a sentence, what would mend it."""

_SPARSE, _DENSE = 4.0, 3.5
_SHORT, _LONG = 0.5, 1.25
_THINKING = 1.5
_FOREIGN = 1.35
_REPAIRED = 0.25


@dataclass(frozen=True)
class Bound:
    """One end of the range."""

    usage: Usage
    usd: Decimal | None

    def figures(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "calls": self.usage.calls,
            "input_tokens": self.usage.input,
            "output_tokens": self.usage.output,
            "usd": None if self.usd is None else f"{self.usd:f}",
        }


@dataclass(frozen=True)
class Estimate:
    """What a run will take: between these."""

    price: Price
    size: Size
    """The size of the project by the rules; a model may see it otherwise."""
    first: int
    """Input tokens of the first prompt."""
    exact: bool
    """Whether prompts are counted with the model's own tokenizer."""
    low: Bound
    high: Bound

    @property
    def line(self) -> str:
        """Return the range in one sentence for people."""
        low, high = self.low, self.high
        match self.price.kind:
            case "listed":
                cost = f"{self.price.shown(low.usd)} to {self.price.shown(high.usd)}"
            case "local":
                cost = "free, it is local"
            case "unpriced":
                cost = "unpriced"
        return (
            f"{self.price.model}, a {self.size} project: {low.usage.calls} to {high.usage.calls} calls, "
            f"≈{_rounded(low.usage.input)} to {_rounded(high.usage.input)} tokens read, "
            f"≈{_rounded(low.usage.output)} to {_rounded(high.usage.output)} written: {cost}"
        )

    def figures(self) -> dict[str, Any]:
        """Return the estimate for JSON."""
        return {
            "model": self.price.model,
            "price": self.price.kind,
            "size": self.size,
            "first_prompt_tokens": self.first,
            "exact": self.exact,
            "low": self.low.figures(),
            "high": self.high.figures(),
        }


async def estimate(brief: Brief, profile: Profile, model: str, *, room: Room | None = None, rules: Architect | None = None) -> Estimate:
    """Return what planning a brief with a model will cost.

    Args:
        brief: The brief.
        profile: The facts read from it.
        model: As `--model` takes it.
        room: What the model's requests must fit into; None for the usual.
        rules: Who decides in place of the model; None for the built-in rules.
    """
    if rules is None:
        from backend_architect.architects.rules.architect import RuleArchitect

        rules = RuleArchitect()
    design = await _drafted(brief, profile, rules)
    stages = Stages(brief, profile, room or Room())
    planned = [_planned(question, characters, model) for question, characters in _questions(stages, design)]
    low, high = _low(planned), [*_high(planned), *_repairs(planned, stages, design, model)]
    cost = price(model)
    return Estimate(
        price=cost,
        size=design.scope.size,
        first=planned[0].input,
        exact=planned[0].exact,
        low=_bound(low, cost),
        high=_bound(high, cost),
    )


@dataclass(frozen=True)
class _Planned:
    """A question that a run will ask, and how long its answer may be."""

    question: Question
    characters: int
    input: int
    exact: bool

    @property
    def shared(self) -> int:
        """Tokens that later prompts repeat."""
        return sum((count(part.text).number for part in self.question.parts if part.shared), count(self.question.system).number)

    def repeats(self, earlier: _Planned) -> int:
        """Return how many tokens this prompt begins with that an earlier one began with."""
        common = 0
        if self.question.system == earlier.question.system:
            for own, other in zip(self.question.parts, earlier.question.parts, strict=False):
                if own != other or not own.shared:
                    break
                common += count(own.text).number
        return common + count(self.question.system).number if common else 0


def _planned(question: Question, characters: int, model: str) -> _Planned:
    tokens = question_tokens(question, model)
    return _Planned(question, characters, tokens.number, tokens.exact)


async def _drafted(brief: Brief, profile: Profile, rules: Architect) -> Design:
    """Return the design that stands in for what a model will answer."""
    scope = await rules.scope(brief, profile)
    structure = await rules.structure(brief, profile, scope)
    groups = rules.needs(brief, profile, scope, structure)
    layers = [layer for names in groups for layer in await rules.layers(brief, profile, scope, structure, names)]
    design = Design.model_validate({"scope": scope, "structure": structure, "delivery": Delivery()} | {layer_name(layer): layer for layer in layers})
    return design.model_copy(update={"delivery": await rules.delivery(brief, profile, design)})


def _questions(stages: Stages, design: Design) -> Iterator[tuple[Question, int]]:
    """Yield the questions of a run without repairs, in their order, each with the characters its answer may have."""
    scope, structure = design.scope, design.structure
    whole, by_layer, delivery = LENGTHS[scope.size]
    if stages.fits():
        yield stages.requirements(), _requirements(len(stages.brief.statements))
    else:
        pieces = chunks(stages.brief, room=stages.room.chunk, size=stages.room.tokens)
        for number, piece in enumerate(pieces, 1):
            yield stages.piece(piece, number, len(pieces)), _requirements(len(piece.own))
        found = answered(ScopeAnswer, scope)
        yield stages.head(ChunkAnswer(**{name: getattr(found, name) for name in ChunkAnswer.model_fields})), REQUIREMENTS_AT_LEAST
    yield stages.architecture(scope), whole
    decided = {name for _, name, _ in design.decisions()}
    for group in GROUPS[scope.size]:
        if names := tuple(name for name in group if name in decided):
            yield stages.layers(scope, structure, names), sum(by_layer[name] for name in names)
    yield stages.planning(design), delivery
    if scope.size != "tiny":
        yield stages.review(design), MOST_FAULTS * _PER_FAULT


def _requirements(statements: int) -> int:
    return REQUIREMENTS_AT_LEAST + PER_STATEMENT * statements


def _low(planned: list[_Planned]) -> list[Usage]:
    return [
        Usage(
            input=one.input,
            cached=max((one.repeats(earlier) for earlier in planned[:number]), default=0),
            output=round(one.characters * _SHORT / _SPARSE),
            calls=1,
            counted=True,
        )
        for number, one in enumerate(planned)
    ]


def _high(planned: list[_Planned]) -> list[Usage]:
    return [_most(one, round(one.characters * _LONG / _DENSE * _THINKING)) for one in planned]


def _repairs(planned: list[_Planned], stages: Stages, design: Design, model: str) -> Iterator[Usage]:
    """Yield the calls that mend: the longest answer once, and the whole once."""
    longest = max(planned, key=lambda one: one.characters)
    written = round(longest.characters * _LONG / _DENSE)
    again = replace(longest, input=longest.input + written)
    yield _most(again, round(written * _REPAIRED * _THINKING))
    characters = sum(one.characters for one in planned)
    yield _most(_planned(stages.repair(design, ()), characters, model), round(characters * _LONG / _DENSE * _REPAIRED * _THINKING))


def _most(one: _Planned, output: int) -> Usage:
    scale = 1.0 if one.exact else _FOREIGN
    return Usage(input=round(one.input * scale), cache_writes=round(one.shared * scale), output=min(output, one.question.max_tokens), calls=1, counted=True)


def _bound(usages: list[Usage], cost: Price) -> Bound:
    prices = [cost.of(usage) for usage in usages]
    known = [usd for usd in prices if usd is not None]
    return Bound(sum(usages, Usage()), sum(known, Decimal(0)) if len(known) == len(prices) else None)


def _rounded(tokens: int) -> str:
    """Write a number that is no better known than to a tenth: two digits of it."""
    digits = max(0, len(str(tokens)) - 2)
    return f"{round(tokens, -digits):,}"
