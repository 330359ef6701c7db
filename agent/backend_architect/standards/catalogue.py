"""The standards: read once from the family files, asked by circumstances."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, ValidationError, model_validator

from backend_architect.design import LayerName
from backend_architect.errors import StandardsError
from backend_architect.standards.circumstances import Circumstances
from backend_architect.standards.conditions import holds, parse
from backend_architect.standards.proof import PROOFS
from backend_architect.text import Closed

FAMILIES = ("API", "DATA", "MSG", "SEC", "PERF", "OPS", "SYS", "PROC", "SIZE", "TECH", "FORM")
"""The families, in the order in which they are listed; each is a file of that name."""

_FOLDER = Path(__file__).parent


def _condition(text: str) -> str:
    parse(text)
    return text


def _proof(word: str) -> str:
    if word not in PROOFS:
        raise StandardsError(f"unknown proof {word!r}: expected one of the words of standards/proof.py")
    return word


def _reasons(value: object) -> object:
    return ({"text": value},) if isinstance(value, str) else value


def _sources(value: object) -> object:
    # In the files: {"002": ["Red Flags", …]}, the shape that is easiest to read and to edit.
    match value:
        case dict():
            return tuple({"seed": seed, "place": place} for seed, places in value.items() for place in places)
        case _:
            return value


Words = Annotated[str, StringConstraints(pattern=r"^\S(?:.*\S)?$", max_length=300)]
"""One line. Not `Text`: these files are our own, and cleaning each line would double the loading time."""

ConditionText = Annotated[str, AfterValidator(_condition)]
"""A condition as written; always one that parses."""

Proof = Annotated[str, AfterValidator(_proof)]
"""A word of `PROOFS`."""


class Source(Closed):
    """Where a seed document states the demand."""

    seed: Literal["000", "001", "002", "003", "004"]
    place: Words
    """Its headings, outermost first, joined by " / "."""


class Reason(Closed):
    """Why a standard does not apply, in the circumstances for which that is the reason."""

    when: ConditionText = "always"
    text: Words


class Standard(Closed):
    """One demand of the seed documents, in this project's words."""

    code: Annotated[str, Field(pattern=r"^[A-Z]+[0-9]{2}$")]
    """Stable: family and number. A code that goes out of use is not given again."""
    text: Words
    """What is demanded: one imperative sentence."""
    name: Words | Literal[""] = ""
    """What it is called when it is listed as left out: `Message broker`. Only with `notable`."""
    layer: LayerName | Literal["system"] | None = None
    applies: ConditionText
    because: Annotated[tuple[Reason, ...], BeforeValidator(_reasons)] = ()
    """Why not, when it does not apply: the first whose condition holds. The last always does."""
    trigger: Words | Literal[""] = ""
    """What would make it apply; empty if it always does."""
    proof: tuple[Proof, ...]
    """What in a plan would prove it; all of these."""
    box: bool = False
    """Whether it is one of the fifteen boxes that close the role document's checklists."""
    box_text: Words | Literal[""] = ""
    """What its box says: the demand in a few words. Only with `box`."""
    notable: ConditionText | None = None
    """When a reader would expect its absence to be explained; None for never."""
    seeds: Annotated[tuple[Source, ...], BeforeValidator(_sources)]

    @property
    def family(self) -> str:
        """The letters of the code."""
        return self.code.rstrip("0123456789")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        conditional = self.applies != "always"
        if not self.proof or not self.seeds:
            raise StandardsError(f"standard {self.code} needs a proof and a seed")
        if conditional != bool(self.because) or conditional != bool(self.trigger):
            raise StandardsError(f"standard {self.code} needs a reason and a trigger exactly if it may not apply")
        if conditional and self.because[-1].when != "always":
            raise StandardsError(f"standard {self.code}: the last reason must hold always")
        if (self.notable is not None) != bool(self.name) or (self.notable is not None and not conditional):
            raise StandardsError(f"standard {self.code}: only one that may not apply is notable, and then it has a name")
        if self.box != bool(self.box_text):
            raise StandardsError(f"standard {self.code}: a box has a text of its own, and only a box")
        return self


class Family(Closed):
    """One file of standards."""

    family: Literal["API", "DATA", "MSG", "SEC", "PERF", "OPS", "SYS", "PROC", "SIZE", "TECH", "FORM"]
    title: Words
    standards: tuple[Standard, ...]

    @model_validator(mode="after")
    def _numbered(self) -> Self:
        expected = [f"{self.family}{number:02}" for number in range(1, len(self.standards) + 1)]
        if [standard.code for standard in self.standards] != expected:
            raise StandardsError(f"standards of family {self.family} must be numbered {self.family}01, {self.family}02, … without a gap")
        return self


def family(path: Path) -> Family:
    """Return the family that a file holds.

    Raises:
        StandardsError: The file is missing, no JSON, or not a family of standards.
    """
    try:
        return Family.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise StandardsError(f"cannot read the standards in {path.name}: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise StandardsError(f"the standards in {path.name} are damaged at {where}: {first['msg']}") from error


@lru_cache(maxsize=1)
def families() -> tuple[Family, ...]:
    """Return all families, in order. Read at the first call, then kept."""
    return tuple(family(_FOLDER / f"{name.lower()}.json") for name in FAMILIES)


@lru_cache(maxsize=1)
def standards() -> tuple[Standard, ...]:
    """Return every standard, by family and number."""
    return tuple(standard for each in families() for standard in each.standards)


@lru_cache(maxsize=1)
def _by_code() -> dict[str, Standard]:
    return {standard.code: standard for standard in standards()}


def standard(code: str) -> Standard:
    """Return the standard with this code.

    Raises:
        StandardsError: There is none.
    """
    try:
        return _by_code()[code]
    except KeyError:
        raise StandardsError(f"unknown standard {code!r}: expected a code such as {standards()[0].code!r}") from None


def boxes() -> tuple[Standard, ...]:
    """Return the fifteen standards that a plan's quality checklist has a box for, by code."""
    return tuple(standard for standard in standards() if standard.box)


def applies(standard: Standard, circumstances: Circumstances) -> bool:
    """Return whether the standard is to be met in these circumstances."""
    return standard.code in circumstances.adopted or holds(parse(standard.applies), circumstances)


def applicable(circumstances: Circumstances) -> tuple[Standard, ...]:
    """Return the standards to be met in these circumstances."""
    return tuple(standard for standard in standards() if applies(standard, circumstances))


def inapplicable(circumstances: Circumstances) -> tuple[Standard, ...]:
    """Return the standards that do not apply, all of them."""
    return tuple(standard for standard in standards() if not applies(standard, circumstances))


def left_out(circumstances: Circumstances) -> tuple[Standard, ...]:
    """Return the standards whose absence a reader would expect to see explained.

    They are those of `inapplicable` that are notable in these circumstances: a page for three
    friends need not explain why it has no bulkheads.
    """
    return tuple(standard for standard in inapplicable(circumstances) if standard.notable is not None and holds(parse(standard.notable), circumstances))


def because(standard: Standard, circumstances: Circumstances) -> str:
    """Return why the standard does not apply in these circumstances; empty if it does."""
    if applies(standard, circumstances):
        return ""
    return next(reason.text for reason in standard.because if holds(parse(reason.when), circumstances))
