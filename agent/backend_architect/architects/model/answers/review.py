"""The review's answer: what a reader finds wrong that no program can."""

from __future__ import annotations

from typing import Annotated

from backend_architect.architects.model.answers.base import AnswerPart
from backend_architect.architects.model.notation import Row
from backend_architect.text import Closed, Key, Text


class Fault(Closed):
    """One fault."""

    key: Key
    fault: Text
    mend: Text


class ReviewAnswer(AnswerPart):
    """What would cost somebody a day, or hurt a user."""

    faults: tuple[Annotated[Fault, Row("key | fault | mend")], ...] = ()
    """key: the element to change. fault and mend: one sentence each."""
