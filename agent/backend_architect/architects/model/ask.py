"""Ask, validate, and ask again with exactly what was wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from backend_architect.architects.model.patch import correction, merged, without
from backend_architect.architects.model.prompts import prompt
from backend_architect.errors import AnswerError
from backend_architect.models.protocol import Answer, ChatModel, Question, Turn
from backend_architect.text import one_line

A = TypeVar("A", bound=BaseModel)

REPAIRS = 2
"""How often an answer goes back with its findings."""

_SHOWN = 40
"""Findings sent back at once: more teach nothing new."""


@dataclass(frozen=True)
class Problem:
    """What is wrong with an answer."""

    text: str
    breaking: bool = True
    """Whether the answer is of no use with it; otherwise, after the last repair, it is accepted and the plan shows the finding."""


Judge = Callable[[Any], Sequence[Problem]]
"""What is wrong with an answer that fits its schema."""


async def ask(model: ChatModel, question: Question, answer: type[A], judge: Judge) -> A:
    """Have the model answer until it fits, at most `REPAIRS` times over.

    Args:
        model: Who is asked.
        question: What is asked.
        answer: What the answer must be: `question.answer`, typed.
        judge: What is wrong with an answer that fits its schema.

    Raises:
        AnswerError: If the model declines, is stopped by the provider, or gives nothing usable to the end.
        ProviderError: If no answer comes.
    """
    data: dict[str, Any] | None = None
    for remaining in range(REPAIRS, -1, -1):
        given = await model.ask(question)
        data, value, problems = _read(given, question, answer, judge, before=data)
        if value is not None and (not problems or (not remaining and not any(problem.breaking for problem in problems))):
            return value
        if remaining:
            shown = [problem.text for problem in problems[:_SHOWN]]
            turn = Turn(answer=given.text, findings=prompt("repair", findings=shown, whole=data is None))
            question = replace(question.after(turn), answer=answer if data is None else correction(answer))
    first = one_line(next(problem.text for problem in problems if problem.breaking or value is None))[:300]
    more = f", and {len(problems) - 1} more" if len(problems) > 1 else ""
    raise AnswerError(
        f"stage {question.stage}: {model.name} gave no usable answer in {REPAIRS + 1} tries: {first}{more}; try another model, or --fallback rules"
    )


def _read(
    given: Answer, question: Question, answer: type[A], judge: Judge, *, before: dict[str, Any] | None
) -> tuple[dict[str, Any] | None, A | None, Sequence[Problem]]:
    """Return the answer as JSON (None if there is nothing to correct), as its type, and what is wrong with it."""
    match given.stop:
        case "refusal":
            raise AnswerError(f"stage {question.stage}: the model declined to answer ({one_line(given.text)[:200] or 'without a word'})")
        case "filter":
            raise AnswerError(f"stage {question.stage}: the provider's content filter withheld the answer: reword the brief, or try another model")
        case "length":
            problem = f"The answer was cut off at {question.max_tokens} tokens. Say the same in fewer words: shorter texts, nothing twice."
            return before, None, [Problem(problem)]
        case "end":
            pass
    data = json_object(given.text)
    if isinstance(data, str):
        return before, None, [Problem(data)]
    data = data if before is None else merged(before, data)
    try:
        value = answer.model_validate(data)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False)
        # A correction names what changes: it cannot take away a member that has no place there.
        strange = [fault["loc"] for fault in faults if fault["type"] == "extra_forbidden"]
        return without(data, strange), None, [Problem(_fault(fault)) for fault in faults]
    return data, value, judge(value)


_FENCE = re.compile(r"```[a-z]*\s*\n(?P<inside>.*)\n\s*```", re.DOTALL | re.IGNORECASE)


def json_object(text: str) -> dict[str, Any] | str:
    """Return the JSON object that a model wrote, or one sentence that says why there is none."""
    if not text.strip():
        return "It is empty."
    try:
        data = json.loads(_inside(text))
    except (ValueError, RecursionError) as error:
        return f"It is not one JSON object: {one_line(str(error))[:200]}."
    return data if isinstance(data, dict) else "It is not one JSON object."


def _inside(text: str) -> str:
    """Return the object without what is around it; models that are held to no schema like to wrap it."""
    stripped = text.strip()
    if stripped.startswith("{"):
        return stripped
    if fenced := _FENCE.search(stripped):
        return fenced["inside"]
    begin, end = stripped.find("{"), stripped.rfind("}")
    return stripped[begin : end + 1] if 0 <= begin < end else stripped


def _fault(fault: Any) -> str:
    where = ".".join(str(part) for part in fault["loc"]) or "the object"
    given = fault.get("input")
    shown = f" (given: {one_line(json.dumps(given, ensure_ascii=False, default=str))[:160]})" if isinstance(given, str | int | float | bool) else ""
    return f"{where}: {one_line(fault['msg'])[:300]}{shown}"
