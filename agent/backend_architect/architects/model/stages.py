"""The question of each stage: what all share first and byte-identical, the stage's own task last."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sized
from dataclasses import dataclass

from pydantic import BaseModel

from backend_architect.architects.model.answers.base import answered
from backend_architect.architects.model.answers.chunk import ChunkAnswer, HeadAnswer
from backend_architect.architects.model.answers.delivery import ChangesAnswer, DeliveryAnswer
from backend_architect.architects.model.answers.layers import layers_answer
from backend_architect.architects.model.answers.review import ReviewAnswer
from backend_architect.architects.model.answers.scope import ScopeAnswer
from backend_architect.architects.model.answers.structure import StructureAnswer
from backend_architect.architects.model.answers.whole import DesignAnswer
from backend_architect.architects.model.chunks import Chunk, chunks
from backend_architect.architects.model.demands import demands, known
from backend_architect.architects.model.notation import write_cites
from backend_architect.architects.model.patch import correction
from backend_architect.architects.model.prompts import prompt
from backend_architect.architects.model.statements import shown
from backend_architect.brief import Brief
from backend_architect.design import Design, LayerName, Scope, Size, Structure
from backend_architect.models.protocol import Part, Question, estimated_tokens
from backend_architect.plan import Finding
from backend_architect.profile import Profile

_SIZES = "tiny (one person's tool, no promise), small (one team, one server is plenty), medium (stated load or availability needs care), large (one server cannot carry it)."

_PHASES: dict[Size, tuple[str, str, int]] = {
    "tiny": ("1 or 2", "3 to 5", 2),
    "small": ("2 or 3", "6 to 12", 4),
    "medium": ("3 or 4", "10 to 18", 6),
    "large": ("3 to 5", "14 to 26", 8),
}
"""By size: how many phases, how many tasks, how many lines of guidance."""

_ASKED = ((30, 3, 4), (80, 5, 8))
"""By statements of the brief: most questions and most assumptions; a brief with more than all of these has the last."""
_MOST_ASKED = (8, 12)
MOST_FAULTS = 8

LENGTHS: dict[Size, tuple[int, dict[str, int], int]] = {
    "tiny": (1_800, {"api": 1_800, "data": 1_200, "messaging": 500, "security": 500, "performance": 900, "operations": 600}, 2_000),
    "small": (5_000, {"api": 5_500, "data": 3_500, "messaging": 1_800, "security": 1_600, "performance": 2_200, "operations": 1_600}, 6_000),
    "medium": (8_000, {"api": 10_000, "data": 6_500, "messaging": 3_000, "security": 2_500, "performance": 3_000, "operations": 2_500}, 9_000),
    "large": (12_000, {"api": 14_000, "data": 9_000, "messaging": 4_500, "security": 3_500, "performance": 4_500, "operations": 4_000}, 13_000),
}
"""By size: how long the answers of architecture, of each layer and of planning may be, characters. A plan has to be read."""

PER_STATEMENT = 125
"""Characters that a statement of the brief needs in the requirements: a sentence, a key, its citation."""
REQUIREMENTS_AT_LEAST = 1_500


@dataclass(frozen=True)
class Room:
    """How much a model takes in and gives out."""

    window: int = 128_000
    """Tokens of a request and its answer together."""
    tokens: Callable[[str], int] = estimated_tokens

    @property
    def answer(self) -> int:
        """Most tokens of one answer, thinking included."""
        return min(16_000, self.window // 4)

    @property
    def brief(self) -> int:
        """Most tokens of a brief that every request repeats; half of what there is, for the decisions grow beside it."""
        return (self.window - self.answer) // 2

    @property
    def chunk(self) -> int:
        """Most tokens of a piece of a brief that does not fit: the role, the task and the schema stand beside it."""
        return max(500, (self.window - self.answer - _BESIDE) * 4 // 5)

    @property
    def repository(self) -> int:
        """Most tokens of an outline of existing code, which every request repeats beside the brief."""
        return min(_OUTLINE, self.brief // 4)

    def holds(self, text: str) -> bool:
        """Say whether a brief of this text can be repeated in every request."""
        # No token is shorter than a byte: most briefs need no counting.
        return len(text.encode(errors="surrogatepass")) <= self.brief or self.tokens(text) <= self.brief


_BESIDE = 7_000

_OUTLINE = 12_000
"""Beyond that an outline costs more, in each request, than it tells."""

_FILES = 6


@dataclass(frozen=True)
class Stages:
    """The questions about one brief."""

    brief: Brief
    profile: Profile
    room: Room
    repository: str = ""
    """Outline of the existing code; empty for a project that begins anew."""

    def fits(self) -> bool:
        """Say whether the brief can be repeated in every request."""
        return self.room.holds(shown(self.brief, self.profile))

    def first(self) -> Question:
        """Return the question that a run begins with."""
        if self.fits():
            return self.requirements()
        pieces = chunks(self.brief, room=self.room.chunk, size=self.room.tokens)
        return self.piece(pieces[0], 1, len(pieces))

    def requirements(self) -> Question:
        """Return the question of stage 1."""
        standards = demands("requirements", known=known(self.profile), size=None)
        statements = self.brief.statements
        most = next(((questions, assumptions) for length, questions, assumptions in _ASKED if len(statements) <= length), _MOST_ASKED)
        task = prompt("requirements", questions=most[0], assumptions=most[1], size_help=_SIZES, standards=standards, length=self._long(statements))
        return self._question("requirements", ScopeAnswer, self._given(), task)

    def piece(self, chunk: Chunk, number: int, pieces: int) -> Question:
        """Return the question of stage 1 about one piece of a long brief."""
        standards = demands("requirements", known=known(self.profile), size=None)
        task = prompt("chunk", pieces=pieces, piece=number, own=write_cites(chunk.own), questions=2, standards=standards, length=self._long(chunk.own))
        part = Part(text=shown(self.brief, self.profile, only=frozenset((*chunk.before, *chunk.own))))
        return self._question(f"requirements ({number} of {pieces})", ChunkAnswer, [part], task)

    def head(self, gathered: ChunkAnswer) -> Question:
        """Return the question of stage 1 about the whole of a long brief, once its pieces are read."""
        task = prompt("head", requirements=compact(gathered), size_help=_SIZES)
        return self._question("requirements (whole)", HeadAnswer, self._given(), task)

    def architecture(self, scope: Scope) -> Question:
        """Return the question of stage 2."""
        standards = demands("architecture", known=known(self.profile, scope), size=scope.size)
        task = prompt("architecture", standards=standards, length=f"{LENGTHS[scope.size][0]:,}")
        return self._question("architecture", StructureAnswer, [*self._given(), self._scope(scope)], task)

    def layers(self, scope: Scope, structure: Structure, names: tuple[LayerName, ...]) -> Question:
        """Return the question of stage 3 for a group of layers."""
        truths = known(self.profile, scope, structure)
        standards = [line for name in names for line in demands(name, known=truths, size=scope.size)]
        length = sum(LENGTHS[scope.size][1][name] for name in names)
        task = prompt("layers", names=names, versioned=scope.size != "tiny", standards=standards, length=f"{length:,}")
        return self._question(f"layers ({', '.join(names)})", layers_answer(names), [*self._given(), self._scope(scope), _structure(structure)], task)

    def planning(self, design: Design) -> Question:
        """Return the question of stage 4."""
        scope = design.scope
        phases, tasks, guidance = _PHASES[scope.size]
        standards = demands("planning", known=known(self.profile, scope, design.structure), size=scope.size)
        files = _FILES if self.repository else 0
        task = prompt("planning", phases=phases, tasks=tasks, guidance=guidance, files=files, standards=standards, length=f"{LENGTHS[scope.size][2]:,}")
        decided = Part(text=prompt("decided", decided="\n".join(_digest(design))), shared=True)
        answer = ChangesAnswer if self.repository else DeliveryAnswer
        return self._question("planning", answer, [*self._given(), self._scope(scope), _structure(design.structure), decided], task)

    def review(self, design: Design) -> Question:
        """Return the question of stage 5: what a reader finds wrong with the whole."""
        standards = demands("review", known=known(self.profile, design.scope, design.structure), size=design.scope.size)
        task = prompt("review", slices=_slices(design), standards=standards, most=MOST_FAULTS)
        return self._question("review", ReviewAnswer, [*self._given(), self._scope(design.scope), _structure(design.structure)], task)

    def repair(self, design: Design, findings: tuple[Finding, ...]) -> Question:
        """Return the question that asks for the elements which findings name, in the slices as they are."""
        task = prompt("correction", slices=_slices(design), findings=[f"{finding.message} ({finding.code})" for finding in findings])
        return self._question("repair", correction(DesignAnswer), [*self._given(), self._scope(design.scope), _structure(design.structure)], task)

    def _long(self, statements: Sized) -> str:
        return f"{REQUIREMENTS_AT_LEAST + PER_STATEMENT * len(statements):,}"

    def _question(self, stage: str, answer: type[BaseModel], shared: list[Part], task: str) -> Question:
        return Question(stage=stage, system=prompt("role"), parts=(*shared, Part(text=task)), answer=answer, max_tokens=self.room.answer)

    def _given(self) -> list[Part]:
        """Return what is there before anything is decided: the brief, and the code it is to be built into."""
        code = [Part(text=prompt("repository", outline=self.repository), shared=True)] if self.repository else []
        return [self._brief(), *code]

    def _brief(self) -> Part:
        text = shown(self.brief, self.profile)
        if not self.room.holds(text):
            text = shown(self.brief, self.profile, only=frozenset())
        return Part(text=text, shared=True)

    def _scope(self, scope: Scope) -> Part:
        text = prompt("scope", scope=compact(answered(ScopeAnswer, scope)))
        if not self.room.holds(text):
            rows = [f"{requirement.key} ({requirement.kind}, {requirement.horizon}): {requirement.text}" for requirement in scope.requirements]
            text = prompt("scope", scope="\n".join((f"{scope.project}, {scope.size}: {scope.loop.action}", *rows)))
        return Part(text=text, shared=True)


def _slices(design: Design) -> dict[str, str]:
    """Return the slices that the shared parts do not show, by name."""
    whole = answered(DesignAnswer, design)
    return {name: compact(value) for name, value in whole if value is not None and name not in ("scope", "structure")}


def _structure(structure: Structure) -> Part:
    return Part(text=prompt("structure", structure=compact(answered(StructureAnswer, structure))), shared=True)


def compact(answer: BaseModel) -> str:
    """Return an answer as a model would write it: JSON without blanks, without empty members; one member of the whole a line."""
    members = answer.model_dump_json(exclude_defaults=True)
    return members.replace('],"', '],\n"')


def _digest(design: Design) -> Iterator[str]:
    """Yield what planning has to know of the layers: the keys to refer to, and what each is."""
    for _, name, decision in design.decisions():
        yield f"{decision.key} ({name}): {decision.choice}"
    for entity in design.entities:
        names = ", ".join(field.name for field in entity.fields)
        yield f"{entity.key} (entity, {entity.tier}): {entity.purpose} [{names}]"
    for endpoint in design.endpoints:
        marks = ", primary" if endpoint.primary else ""
        yield f"{endpoint.key} (endpoint{marks}): {endpoint.method} {endpoint.path}: {endpoint.purpose}"
    if design.messaging:
        for job in design.messaging.jobs:
            yield f"{job.key} (job): {job.does}"
    if design.performance:
        yield f"targets: {design.performance.decision.targets}"
    if design.operations:
        yield f"deployment: {design.operations.decision.deployment}"
