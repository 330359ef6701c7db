"""What the graph's nodes read and write: its input, its state, its output, its context."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import GetPydanticSchema
from pydantic_core import core_schema
from typing_extensions import TypedDict

from backend_architect.architects.protocol import Architect
from backend_architect.brief import Brief
from backend_architect.design import Design, Layer, LayerName, Scope, Structure
from backend_architect.plan import Finding, Plan
from backend_architect.profile import Profile
from backend_architect.ticks import Tick

# An architect is code: a client of a LangGraph server cannot send one, so its schema is "nothing".
_Local = GetPydanticSchema(lambda _source, _handler: core_schema.none_schema())


@dataclass(frozen=True)
class Context:
    """What a run is given that is no data."""

    architect: Annotated[Architect | None, _Local] = None
    """Who designs; None for the built-in rules."""


class Input(TypedDict, total=False):
    """What a caller gives: a brief as read, or its text."""

    brief_text: str
    """The brief's text, from a caller that has no file; ignored where there is a `brief`."""
    brief: Brief
    options: Sequence[tuple[str, str]]
    """Facts stated outright, as (key, value)."""
    ticked: Sequence[Tick]
    """What is ticked in the plan that the new one replaces: it stays so where the ID still means the same."""


class Output(TypedDict, total=False):
    """What a caller gets."""

    plan: Plan
    markdown: str
    """The plan as it stands in the file."""


class State(TypedDict, total=False):
    """Everything, as the stages fill it in; a node returns the part that it adds."""

    brief_text: str
    brief: Brief
    options: Sequence[tuple[str, str]]
    ticked: Sequence[Tick]
    profile: Profile
    scope: Scope
    structure: Structure
    layers: Annotated[tuple[Layer, ...], operator.add]
    """Filled by parallel nodes; a fan-in keeps the order in which they were sent out."""
    design: Design
    findings: tuple[Finding, ...]
    """What the checks found in the design as it stands."""
    reviewed: tuple[Finding, ...]
    """What the architect's review found and nobody has mended."""
    repairs: int
    """How often the design was given back for repair."""
    plan: Plan
    markdown: str


class Group(TypedDict):
    """What one of the parallel `layers` nodes is sent."""

    brief: Brief
    profile: Profile
    scope: Scope
    structure: Structure
    names: tuple[LayerName, ...]
    """The layers to decide."""
