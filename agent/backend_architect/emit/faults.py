"""The one error body of the OpenAPI document: problem details, or the shape that the brief spells out."""

from __future__ import annotations

import re
from typing import Any

from backend_architect.design import Design

_PROBLEM = re.compile(r"problem\+json|problem details|\bRFC\s*(?:9457|7807)\b", re.IGNORECASE)
_DEPTH = 6

PROBLEM: dict[str, Any] = {
    "type": "object",
    "required": ["title", "status", "code"],
    "properties": {
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
    },
}
"""RFC 9457, with the machine-readable `code` that the endpoints' errors name in the place of a `type` URI."""


def fault(design: Design) -> tuple[str, dict[str, Any]]:
    """Return (media type, schema) of every error answer.

    The rule: where `ApiDecision.errors` names problem details, it is those. Else, where it holds an
    object in braces (`{"errors": {"body": ["..."]}}`, quotes optional), that is the brief's own
    shape: names become members, values samples of their types. Where it does neither, problem details.
    """
    text = design.api.decision.errors if design.api else ""
    if not _PROBLEM.search(text) and (sample := spelled(text)):
        return "application/json", _of_sample(sample, _DEPTH)
    return "application/problem+json", PROBLEM


def spelled(text: str) -> dict[str, Any] | None:
    """Return the first object in braces in a text, or None if there is none that reads as one."""
    start = text.find("{")
    depth = 0
    for place in range(start, len(text)) if start >= 0 else ():
        depth += (text[place] == "{") - (text[place] == "}")
        if depth == 0:
            return _read(text[start : place + 1])
    return None


def _read(source: str) -> dict[str, Any] | None:
    import yaml

    # Anchors, aliases and tags have no place in a sample, and could make it grow without bound.
    if re.search(r"[&*!]", source):
        source = re.sub(r"[&*!]", "", source)
    try:
        sample = yaml.safe_load(source)
    except (yaml.YAMLError, ValueError, RecursionError):
        return None
    return sample if isinstance(sample, dict) and sample and all(isinstance(name, str) for name in sample) else None


def _of_sample(sample: object, depth: int) -> dict[str, Any]:
    match sample:
        case dict() if sample and depth:
            properties = {str(name): _of_sample(inner, depth - 1) for name, inner in sample.items()}
            return {"type": "object", "required": list(properties), "properties": properties}
        case list():
            return {"type": "array", "items": _of_sample(sample[0], depth - 1) if sample and depth else {"type": "string"}}
        case dict():
            return {"type": "object"}
        case bool():
            return {"type": "boolean"}
        case int():
            return {"type": "integer"}
        case float():
            return {"type": "number"}
        case _:
            return {"type": "string"}
