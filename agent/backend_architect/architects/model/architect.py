"""The architect that asks a language model, one question a stage."""

from __future__ import annotations

from asyncio import gather
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from backend_architect.architects.leave_out import left_out
from backend_architect.architects.model import judges
from backend_architect.architects.model.answers.chunk import ChunkAnswer, HeadAnswer
from backend_architect.architects.model.answers.delivery import ChangesAnswer, DeliveryAnswer
from backend_architect.architects.model.answers.layers import layers_answer
from backend_architect.architects.model.answers.review import ReviewAnswer
from backend_architect.architects.model.answers.scope import ScopeAnswer
from backend_architect.architects.model.answers.structure import StructureAnswer
from backend_architect.architects.model.ask import Judge, ask
from backend_architect.architects.model.changes import proposal
from backend_architect.architects.model.changes import repository as existing
from backend_architect.architects.model.chunks import chunks, together
from backend_architect.architects.model.chunks import gathered as gather_lists
from backend_architect.architects.model.mend import mended
from backend_architect.architects.model.stages import Room, Stages
from backend_architect.architects.protocol import Architect
from backend_architect.brief import Brief
from backend_architect.checks.base import elements
from backend_architect.design import Delivery, Design, Layer, LayerName, Scope, Structure
from backend_architect.errors import AnswerError
from backend_architect.models.protocol import ChatModel, Question
from backend_architect.plan import CodeChange, Finding
from backend_architect.profile import Profile

A = TypeVar("A", bound=BaseModel)
S = TypeVar("S")

GROUPS: dict[str, tuple[tuple[LayerName, ...], ...]] = {
    "tiny": (("api", "data", "messaging", "security", "performance", "operations"),),
    "small": (("api", "data", "messaging", "security", "performance", "operations"),),
    "medium": (("api", "data"), ("messaging", "security", "performance", "operations")),
    "large": (("api", "data"), ("messaging", "security"), ("performance", "operations")),
}
"""By size: one group is the cheapest and has no seams; several, side by side, are faster than one long answer.

The contract and the tables always go together: they share every member.
"""


class ModelArchitect:
    """Has a model decide; code holds it to the schema and the checks."""

    repairs = 2

    def __init__(
        self,
        model: ChatModel,
        *,
        room: Room | None = None,
        fallback: Architect | None = None,
        repository: Path | None = None,
        close: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """Design with a model.

        Args:
            model: Who is asked.
            room: What its requests must fit into.
            fallback: Who fills a stage for which the model gives nothing usable; None to fail then.
            repository: Folder of the existing code that the plan is built into; None for a project that begins anew.
            close: Called when the run is over.

        Raises:
            RepositoryError: If there is no such folder, or it cannot be read.
        """
        self._model = model
        self._fallback, self._close = fallback, close
        self._remarks: list[Finding] = []
        self._room = room or Room()
        self._code = existing(repository, tokens=self._room.repository, size=self._room.tokens) if repository is not None else None
        self._changes: tuple[CodeChange, ...] = ()
        self._needed: dict[Structure, tuple[LayerName, ...]] = {}

    @property
    def name(self) -> str:
        """The model's name."""
        return self._model.name

    @property
    def remarks(self) -> tuple[Finding, ...]:
        """Which stages were filled by somebody else, and why."""
        return tuple(self._remarks)

    @property
    def changes(self) -> tuple[CodeChange, ...]:
        """The diffs against the existing code, once the work is planned."""
        return self._changes

    async def scope(self, brief: Brief, profile: Profile) -> Scope:
        """Say what is asked; of a long brief, piece by piece."""
        return await self._or_else("requirements", self._scope(brief, profile), lambda other: other.scope(brief, profile))

    async def _scope(self, brief: Brief, profile: Profile) -> Scope:
        questions = self._questions(brief, profile)
        judge = partial(judges.judge_scope, brief=brief)
        if questions.fits():
            return (await self._ask(questions.requirements(), ScopeAnswer, judge)).slice()
        pieces = chunks(brief, room=self._room.chunk, size=self._room.tokens)
        asked = [questions.piece(chunk, number, len(pieces)) for number, chunk in enumerate(pieces, 1)]
        read = await gather(
            *(self._ask(question, ChunkAnswer, partial(judges.judge_chunk, brief=brief, own=chunk.own)) for question, chunk in zip(asked, pieces, strict=True))
        )
        parts = list(zip(pieces, read, strict=True))
        gathered = ChunkAnswer(**gather_lists(parts))
        head = await self._ask(questions.head(gathered), HeadAnswer, partial(judges.judge_head, brief=brief))
        return together(gathered, head).slice()

    async def structure(self, brief: Brief, profile: Profile, scope: Scope) -> Structure:
        """Choose the shape, the components and the vocabulary."""
        return await self._or_else("architecture", self._structure(brief, profile, scope), lambda other: other.structure(brief, profile, scope))

    async def _structure(self, brief: Brief, profile: Profile, scope: Scope) -> Structure:
        question = self._questions(brief, profile).architecture(scope)
        answer = await self._ask(question, StructureAnswer, partial(judges.judge_structure, brief=brief, scope=scope))
        structure = answer.slice()
        self._needed[structure] = answer.layers
        return structure

    def needs(self, brief: Brief, profile: Profile, scope: Scope, structure: Structure) -> tuple[tuple[LayerName, ...], ...]:
        """Return the layers that the model said have something to decide, in groups by size."""
        needed = self._needed.get(structure)
        if needed is None:
            return self._fallback.needs(brief, profile, scope, structure) if self._fallback else ()
        # What is stored has to be defined, whatever was said of layers.
        wanted = (*needed, "data") if structure.vocabulary else needed
        groups = (tuple(name for name in group if name in wanted) for group in GROUPS[scope.size])
        return tuple(group for group in groups if group)

    async def layers(self, brief: Brief, profile: Profile, scope: Scope, structure: Structure, names: tuple[LayerName, ...]) -> tuple[Layer, ...]:
        """Decide a group of layers, in the order of `names`."""
        decided = self._layers(brief, profile, scope, structure, names)
        return await self._or_else(f"layers ({', '.join(names)})", decided, lambda other: other.layers(brief, profile, scope, structure, names))

    async def _layers(self, brief: Brief, profile: Profile, scope: Scope, structure: Structure, names: tuple[LayerName, ...]) -> tuple[Layer, ...]:
        question = self._questions(brief, profile).layers(scope, structure, names)
        judge = partial(judges.judge_layers, brief=brief, scope=scope, structure=structure)
        return (await self._ask(question, layers_answer(names), judge)).slices()

    async def delivery(self, brief: Brief, profile: Profile, design: Design) -> Delivery:
        """Turn the decisions into ordered, verifiable work, and list the standards that do not apply."""
        return await self._or_else("planning", self._delivery(brief, profile, design), lambda other: other.delivery(brief, profile, design))

    async def close(self) -> None:
        """Close the model's connections."""
        if self._close is not None:
            await self._close()

    async def _delivery(self, brief: Brief, profile: Profile, design: Design) -> Delivery:
        question = self._questions(brief, profile).planning(design)
        if self._code is None:
            delivery = (await self._ask(question, DeliveryAnswer, partial(judges.judge_delivery, brief=brief, design=design))).slice()
        else:
            answer = await self._ask(question, ChangesAnswer, partial(judges.judge_changes, brief=brief, design=design, code=self._code))
            proposed = proposal(answer, self._code)
            self._changes = proposed.changes
            self._remarks += proposed.remarks
            delivery = answer.slice()
        unsaid = left_out(design.model_copy(update={"delivery": delivery}), profile)
        return delivery.model_copy(update={"left_out": (*delivery.left_out, *unsaid)})

    async def review(self, brief: Brief, profile: Profile, design: Design) -> tuple[Finding, ...]:
        """Have the whole read once more; of a tiny plan nobody would pay for that. No usable answer finds nothing."""
        if design.scope.size == "tiny":
            return ()
        question = self._questions(brief, profile).review(design)
        try:
            answer = await ask(self._model, question, ReviewAnswer, lambda _: ())
        except AnswerError:
            return ()
        keys = elements(design)
        return tuple(
            Finding(code="RV001", severity="warning", message=f"{fault.fault} {fault.mend}", where=fault.key) for fault in answer.faults if fault.key in keys
        )

    async def repair(self, brief: Brief, profile: Profile, design: Design, findings: tuple[Finding, ...]) -> Design:
        """Ask once for the elements that the findings name; an answer that cannot be used changes nothing."""
        given = await self._model.ask(self._questions(brief, profile).repair(design, findings))
        return mended(design, given.text) if given.stop == "end" else design

    async def _or_else(self, stage: str, answer: Awaitable[S], other: Callable[[Architect], Awaitable[S]]) -> S:
        """Return the model's answer, or that of the fallback if the model gives none that can be used."""
        try:
            return await answer
        except AnswerError as error:
            if self._fallback is None:
                raise
            why = str(error).removeprefix(f"stage {stage}: ").partition("; try another model")[0]
            remark = f"the stage {stage} was filled by the architect {self._fallback.name!r}, not by {self.name}: {why}"
            self._remarks.append(Finding(code="RN001", severity="warning", message=remark))
            return await other(self._fallback)

    def _questions(self, brief: Brief, profile: Profile) -> Stages:
        return Stages(brief, profile, self._room, self._code.survey.text if self._code else "")

    async def _ask(self, question: Question, answer: type[A], judge: Judge) -> A:
        return await ask(self._model, question, answer, judge)
