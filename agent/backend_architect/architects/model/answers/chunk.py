"""Answers about a brief that is read in pieces: what one piece asks for, and what holds for the whole."""

from __future__ import annotations

from typing import Annotated

from backend_architect.architects.model.answers.base import AnswerPart
from backend_architect.architects.model.answers.scope import LoopAnswer
from backend_architect.architects.model.notation import Row, Statements
from backend_architect.design import Assumption, Consumer, DataClass, Excluded, Integration, OpenQuestion, Requirement, RuledOut, Size
from backend_architect.text import Closed, Key, Note, Text


class ChunkAnswer(AnswerPart):
    """What one piece of the brief asks for."""

    requirements: tuple[Annotated[Requirement, Row("key | kind | horizon | text | cites")], ...]
    """kind: functional, quality, constraint, integration. horizon: now, later. text: one testable sentence."""
    assumptions: tuple[Annotated[Assumption, Row("key | text | because")], ...] = ()
    questions: tuple[Annotated[OpenQuestion, Row("key | text | default | changes | cites")], ...] = ()
    consumers: tuple[Annotated[Consumer, Row("name | uses | cites")], ...] = ()
    """Who calls the backend."""
    integrations: tuple[Annotated[Integration, Row("key | name | purpose | protection | fallback | cites")], ...] = ()
    """Systems outside this project that it talks to."""
    data_classes: tuple[Annotated[DataClass, Row("name | regime | handling | cites")], ...] = ()
    ruled_out: tuple[Annotated[RuledOut, Row("option | because | revisit_when | cites")], ...] = ()
    excluded: tuple[Annotated[Excluded, Row("what | because | cites")], ...] = ()
    background: Statements = ()
    """Statements that ask for nothing: explanation, greeting, heading."""


class Same(Closed):
    """Two requirements that say the same."""

    drop: Key
    keep: Key


class HeadAnswer(AnswerPart):
    """What holds for the whole brief."""

    project: Text
    """The project's name."""
    summary: Note = ""
    """One or two sentences: what it is, for whom."""
    size: Size
    size_basis: Note = ""
    """The facts the size rests on."""
    stack: tuple[Text, ...] = ()
    """Technologies the brief names; if it names none, the ones you choose."""
    current: Note = ""
    """The system that is there already; empty for a new project."""
    loop: LoopAnswer
    same: tuple[Annotated[Same, Row("drop | keep")], ...] = ()
    """Requirements that say the same as another: the key that goes and the key that stays."""
