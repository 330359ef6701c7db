"""The planning stage's answer: where the code goes, in which order it is built, how it is proved."""

from __future__ import annotations

from typing import Annotated

from backend_architect.architects.model.answers.base import AnswerPart
from backend_architect.architects.model.notation import KeyList, Row, Statements
from backend_architect.design import CodePlace, Command, Delivery, Guidance, LeftOut, Phase, Risk, Task
from backend_architect.text import Key, Note, Text


class TaskAnswer(AnswerPart):
    """Work that one person or agent does in one go and proves done."""

    key: Key
    phase: Key
    title: Text
    implements: KeyList
    """What it builds: endpoints, entities, components, jobs, decisions, requirements."""
    depends_on: KeyList = ()
    """Tasks of this or an earlier phase."""
    steps: tuple[Text, ...] = ()
    """Only what the design does not say already."""
    verify: Note = ""
    """A command that proves it, exact, for this stack."""
    done_when: Text
    """What one can then observe."""
    cites: Statements = ()


class DeliveryAnswer(AnswerPart):
    """The work."""

    layout: tuple[Annotated[CodePlace, Row("path | holds")], ...] = ()
    guidance: tuple[Annotated[Guidance, Row("technology | advice")], ...] = ()
    """For this stack and this project: what goes wrong easily and how to do it right."""
    phases: tuple[Annotated[Phase, Row("key | title | goal")], ...]
    """Each leaves something working behind; the first closes the user loop as early as it can."""
    tasks: tuple[TaskAnswer, ...]
    commands: tuple[Annotated[Command, Row("key | where | purpose | run", open_end=True)], ...] = ()
    """where: local, ci, production. run: exact."""
    risks: tuple[Annotated[Risk, Row("risk | mitigation | cites")], ...] = ()
    left_out: tuple[Annotated[LeftOut, Row("what | because | trigger")], ...] = ()
    """What a reader would expect and does not get, and the measurable event that would bring it in."""

    def slice(self) -> Delivery:
        """Return the design's delivery."""
        members = {name: value for name, value in self if name in Delivery.model_fields and name != "tasks"}
        return Delivery(tasks=tuple(Task(**dict(task)) for task in self.tasks), **members)


class FileAnswer(AnswerPart):
    """A file as it shall be."""

    path: Text
    """Relative to the repository, with slashes."""
    implements: KeyList = ()
    """What it builds: endpoints, entities, components, jobs, decisions, requirements, tasks."""
    about: Text
    """What changes, in a few words."""
    content: str
    """The whole file, from its first line to its last."""


class ChangesAnswer(DeliveryAnswer):
    """The work, and the first files of it."""

    files: tuple[FileAnswer, ...] = ()
    """Files to add, or to change where the repository shows them whole."""
