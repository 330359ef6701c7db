"""The architecture stage's answer: the shape of the whole, the components, the words that all layers share."""

from __future__ import annotations

from typing import Annotated, Literal

from backend_architect.architects.model.answers.base import AnswerPart, DecisionAnswer
from backend_architect.architects.model.notation import KeyList, Row, Statements
from backend_architect.design import Component, FailureMode, LayerName, Structure, SystemDecision
from backend_architect.text import Key, Note, Text


class SystemAnswer(DecisionAnswer):
    """The shape of the whole."""

    pattern: Text
    """Monolith, modular monolith, microservices, serverless, batch program, no backend."""
    boundaries: Text
    """Where the lines run and why there."""
    communication: Note = ""
    """How the parts talk; empty if there is one."""
    resilience: Note = ""
    """What happens when a part fails, if the components' failure modes do not say it."""


class ComponentAnswer(AnswerPart):
    """A part with a boundary."""

    key: Key
    name: Text
    kind: Literal["service", "module", "worker", "store", "client", "external"]
    """service and worker are processes; module is a part inside one; store keeps data; client and external are not built here."""
    context: Text
    """The bounded context; parts of one context share it."""
    purpose: Text
    uses: KeyList = ()
    """Components and integrations it calls."""
    store: Text
    """What it keeps and where, or why it holds nothing."""
    owns: KeyList = ()
    """Entities that only this component writes."""
    scaling: Note = ""
    """How it grows, and what limits it."""
    interface: Note = ""
    failures: tuple[Annotated[FailureMode, Row("when | then | user_sees")], ...] = ()
    """What breaks, what the system does, what the person sees."""
    satisfies: KeyList = ()
    cites: Statements = ()


class StructureAnswer(AnswerPart):
    """The shape, the components, the vocabulary, and which layers need a decision."""

    system: SystemAnswer
    components: tuple[ComponentAnswer, ...]
    vocabulary: KeyList = ()
    """Keys of everything that is stored, plural: what the data layer will define and all layers name it by."""
    layers: tuple[LayerName, ...] = ()
    """The layers in which this project has something to decide."""

    def slice(self) -> Structure:
        """Return the design's structure."""
        return Structure(
            system=SystemDecision(**self.system.members("d-system")),
            components=tuple(Component(**dict(component)) for component in self.components),
            vocabulary=self.vocabulary,
        )
