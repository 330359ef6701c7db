"""What all answers share: closed values whose docstrings reach the model, and the parts of a decision."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

from pydantic import ConfigDict

from backend_architect.architects.model.notation import KeyList, Row, Statements
from backend_architect.design import Rejected
from backend_architect.text import Closed, Text


class AnswerPart(Closed):
    """Part of an answer: a docstring below a field is what the model reads about it."""

    model_config = ConfigDict(use_attribute_docstrings=True)


A = TypeVar("A", bound=AnswerPart)


def answered(answer: type[A], value: Closed) -> A:
    """Return the answer that gives this slice of the design, as far as the slice tells."""
    return answer.model_validate(value, from_attributes=True)


class DecisionAnswer(AnswerPart):
    """What every decision says."""

    choice: Text
    """The decision in a few words."""
    why: Text
    """The argument, from this brief's facts; name what it must carry."""
    rejected: tuple[Annotated[Rejected, Row("option | because")], ...] = ()
    """The alternatives that were close, each with what speaks against it here."""
    satisfies: KeyList = ()
    """Requirements (or assumptions) it serves."""
    cites: Statements = ()

    def members(self, key: str) -> dict[str, Any]:
        """Return the design's decision as a dict; its key is the program's, the same in every plan."""
        return {"key": key} | dict(self)
