"""What an architect is: one method a stage."""

from __future__ import annotations

from typing import Protocol

from backend_architect.brief import Brief
from backend_architect.design import Delivery, Design, Layer, LayerName, Scope, Structure
from backend_architect.plan import CodeChange, Finding
from backend_architect.profile import Profile


class Architect(Protocol):
    """Fills the design's slices, one stage at a time; nodes do not know which kind it is."""

    @property
    def name(self) -> str:
        """What the plan's head says wrote it: `rules`, or a model's name."""
        ...

    @property
    def repairs(self) -> int:
        """How many rounds of repair are worth trying."""
        ...

    @property
    def remarks(self) -> tuple[Finding, ...]:
        """What a reader of the plan has to know about how it was made, beyond the name."""
        ...

    @property
    def changes(self) -> tuple[CodeChange, ...]:
        """The files it proposes itself, beside those that code emits from the design; known once `delivery` is."""
        ...

    async def scope(self, brief: Brief, profile: Profile) -> Scope:
        """Say what is asked."""
        ...

    async def structure(self, brief: Brief, profile: Profile, scope: Scope) -> Structure:
        """Choose the shape, the components and the vocabulary."""
        ...

    def needs(self, brief: Brief, profile: Profile, scope: Scope, structure: Structure) -> tuple[tuple[LayerName, ...], ...]:
        """Return the layers this project needs, in the groups they are to be asked for."""
        ...

    async def layers(self, brief: Brief, profile: Profile, scope: Scope, structure: Structure, names: tuple[LayerName, ...]) -> tuple[Layer, ...]:
        """Decide a group of layers, in the order of `names`."""
        ...

    async def delivery(self, brief: Brief, profile: Profile, design: Design) -> Delivery:
        """Turn the decisions into ordered, verifiable work. `design.delivery` is empty."""
        ...

    async def review(self, brief: Brief, profile: Profile, design: Design) -> tuple[Finding, ...]:
        """Return what a reader finds wrong with the whole that code cannot; asked once, of a design that the checks have passed."""
        ...

    async def repair(self, brief: Brief, profile: Profile, design: Design, findings: tuple[Finding, ...]) -> Design:
        """Return the design with what `findings` name mended, or as it is if nothing can be done about them."""
        ...

    async def close(self) -> None:
        """Let go of connections, when the run is over."""
        ...
