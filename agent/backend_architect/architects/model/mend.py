"""A design with a model's correction taken in."""

from __future__ import annotations

import json

from pydantic import ValidationError

from backend_architect.architects.model.answers.base import answered
from backend_architect.architects.model.answers.whole import DesignAnswer
from backend_architect.architects.model.ask import json_object
from backend_architect.architects.model.patch import merged
from backend_architect.design import Design


def mended(design: Design, text: str) -> Design:
    """Return the design with a correction merged in; as it was, if the text is no correction of it.

    Args:
        design: The design to correct.
        text: The correction as a model wrote it: JSON of `correction(DesignAnswer)`.
    """
    change = json_object(text)
    if not isinstance(change, dict):
        return design
    # What no client-side type tells apart from an answer: standards that code listed as left out keep their code.
    listed = tuple(item for item in design.delivery.left_out if item.standard)
    own = tuple(item for item in design.delivery.left_out if not item.standard)
    plain = design.model_copy(update={"delivery": design.delivery.model_copy(update={"left_out": own})})
    given = json.loads(answered(DesignAnswer, plain).model_dump_json(exclude_defaults=True))
    try:
        better = DesignAnswer.model_validate(merged(given, change)).design()
    except ValidationError:
        return design
    return better.model_copy(update={"delivery": better.delivery.model_copy(update={"left_out": (*better.delivery.left_out, *listed)})})
