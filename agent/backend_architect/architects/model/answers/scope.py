"""The requirements stage's answer: what is asked, of whom, with what left open."""

from __future__ import annotations

from typing import Annotated

from backend_architect.architects.model.answers.base import AnswerPart
from backend_architect.architects.model.notation import Row, Statements
from backend_architect.design import Assumption, Consumer, DataClass, Excluded, Integration, Loop, OpenQuestion, Requirement, RuledOut, Scope, Size
from backend_architect.text import Note, Text


class LoopAnswer(AnswerPart):
    """The minimal user loop: the one thing without which the rest is worth nothing."""

    action: Text
    """What the user does."""
    response: Text
    """What the backend must do."""
    value: Text
    """What the user gets."""
    given: Note = ""
    """What the user provides."""
    stored: Note = ""
    """What has to be saved, or why nothing is."""
    returned: Note = ""
    cites: Statements = ()


class ScopeAnswer(AnswerPart):
    """What is asked."""

    project: Text
    """The project's name."""
    summary: Note = ""
    """One or two sentences: what it is, for whom."""
    size: Size
    """tiny: one person's tool, no promise; small: one team, one server is plenty; medium: stated load or availability needs care; large: one server cannot carry it."""
    size_basis: Note = ""
    """The facts the size rests on."""
    stack: tuple[Text, ...] = ()
    """Technologies the brief names; if it names none, the ones you choose, and an assumption that says so."""
    current: Note = ""
    """The system that is there already; empty for a new project."""
    loop: LoopAnswer
    requirements: tuple[Annotated[Requirement, Row("key | kind | horizon | text | cites")], ...]
    """kind: functional, quality, constraint, integration. horizon: now, later. text: one testable sentence."""
    assumptions: tuple[Annotated[Assumption, Row("key | text | because")], ...] = ()
    """What the design needs and the brief does not say."""
    questions: tuple[Annotated[OpenQuestion, Row("key | text | default | changes | cites")], ...] = ()
    """What only the author can settle: the question, what is built if nobody answers, what another answer would change."""
    consumers: tuple[Annotated[Consumer, Row("name | uses | cites")], ...] = ()
    """Who calls the backend."""
    integrations: tuple[Annotated[Integration, Row("key | name | purpose | protection | fallback | cites")], ...] = ()
    """Systems outside this project that it talks to. protection: timeout, retries, breaker. fallback: what happens while it is down."""
    data_classes: tuple[Annotated[DataClass, Row("name | regime | handling | cites")], ...] = ()
    """Sensitive data, the law it falls under, what that obliges to here."""
    ruled_out: tuple[Annotated[RuledOut, Row("option | because | revisit_when | cites")], ...] = ()
    """Options that the facts eliminate before any design."""
    excluded: tuple[Annotated[Excluded, Row("what | because | cites")], ...] = ()
    """What reads like a requirement and is not one for this backend."""
    background: Statements = ()
    """Statements that ask for nothing: explanation, greeting, heading."""

    def slice(self) -> Scope:
        """Return the design's scope."""
        members = {name: value for name, value in self if name not in ("loop", "background")}
        return Scope(loop=Loop(**dict(self.loop)), **members)
