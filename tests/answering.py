"""A model that answers with texts made beforehand, and notes what it was asked."""

from __future__ import annotations

from collections.abc import Iterable

from backend_architect.architects.model.answers.base import AnswerPart, answered
from backend_architect.architects.model.answers.delivery import DeliveryAnswer
from backend_architect.architects.model.answers.layers import layers_answer
from backend_architect.architects.model.answers.scope import ScopeAnswer
from backend_architect.architects.model.answers.structure import StructureAnswer
from backend_architect.design import Design, LayerName
from backend_architect.models.protocol import Answer, Question, Usage


class Answering:
    """Gives its answers in turn; a text is one that ends well."""

    name = "test:answering"

    def __init__(self, answers: Iterable[Answer | str], *, review: str = "{}") -> None:
        self._answers = iter(answers)
        self._review = review
        self.asked: list[Question] = []

    async def ask(self, question: Question) -> Answer:
        self.asked.append(question)
        answer = self._review if question.stage == "review" else next(self._answers)
        return answer if isinstance(answer, Answer) else Answer(text=answer, usage=Usage(input=10, output=5, calls=1), model="answering-1")


def answers_for(design: Design, *, layers: tuple[LayerName, ...], background: tuple[int, ...] = ()) -> dict[str, AnswerPart]:
    """Return the answers that lead to `design`, by stage."""
    scope = answered(ScopeAnswer, design.scope).model_copy(update={"background": background})
    structure = answered(StructureAnswer, design.structure).model_copy(update={"layers": layers})
    group = layers_answer(layers)
    return {
        "requirements": scope,
        "architecture": structure,
        "layers": answered(group, design),
        "planning": answered(DeliveryAnswer, design.delivery),
    }


def texts(answers: dict[str, AnswerPart]) -> list[str]:
    """Return answers as a model writes them."""
    return [answer.model_dump_json(exclude_defaults=True) for answer in answers.values()]
