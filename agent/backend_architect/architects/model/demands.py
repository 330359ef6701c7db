"""Which of the seeds' standards a stage is asked to meet: those that apply, or may, by what is known so far."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from backend_architect.design import Scope, Size, Structure
from backend_architect.profile import Profile
from backend_architect.standards import Standard, standards
from backend_architect.standards.conditions import judged, parse

_STAGE_OF_PROOF = {
    **dict.fromkeys(("scope",), "requirements"),
    **dict.fromkeys(("decision:system", "components"), "architecture"),
    **dict.fromkeys(("decision:api", "endpoints", "errors"), "api"),
    **dict.fromkeys(("decision:data", "entities"), "data"),
    **dict.fromkeys(("decision:messaging", "realtime", "sync", "jobs"), "messaging"),
    **dict.fromkeys(("decision:security", "permissions"), "security"),
    **dict.fromkeys(("decision:performance", "path", "caches", "load", "verdicts", "scaling"), "performance"),
    **dict.fromkeys(("decision:operations", "practices", "monitors"), "operations"),
    **dict.fromkeys(("delivery",), "planning"),
    **dict.fromkeys(("human",), "review"),
}
"""The stage that fills in what proves a standard. What code proves (artifacts, traceability) is asked of nobody."""


def demands(stage: str, *, known: Mapping[str, bool], size: Size | None) -> list[str]:
    """Return the standards of a stage as lines: the plain demand where it applies, with its condition where that is open.

    Args:
        stage: `requirements`, `architecture`, a layer's name, `planning` or `review`.
        known: Truth by condition word, of those that are known.
        size: The project's size, once judged.
    """
    lines: list[str] = []
    for standard in _of_stage().get(stage, ()):
        match judged(parse(standard.applies), known, size):
            case True:
                lines.append(standard.text)
            case None:
                lines.append(f"({standard.applies}) {standard.text}")
    return lines


@cache
def _of_stage() -> dict[str, tuple[Standard, ...]]:
    by_stage: dict[str, list[Standard]] = {}
    for standard in standards():
        # The first proof that somebody fills in decides whose the standard is.
        stages = (_STAGE_OF_PROOF.get(word.split(".")[0]) or _STAGE_OF_PROOF.get(word.split(":")[0]) for word in standard.proof)
        if stage := next((stage for stage in stages if stage), None):
            by_stage.setdefault(stage, []).append(standard)
    return {stage: tuple(found) for stage, found in by_stage.items()}


def known(profile: Profile, scope: Scope | None = None, structure: Structure | None = None) -> dict[str, bool]:
    """Return the words of conditions whose truth is settled after the stages so far."""
    words = " ".join((*profile.values("stack"), *(scope.stack if scope else ()))).lower()
    truths = {"graphql": "graphql" in words, "hypermedia": False, "replay": False, "offline": any(fact.value != "none" for fact in profile.all("offline"))}
    truths["regions"] = len(profile.values("region")) > 1
    truths["prototype"] = any(fact.value == "prototype" for fact in profile.all("scale"))
    if any(fact.value == "none" for fact in (*profile.all("persistence"), *profile.all("database"))):
        truths["database"] = truths["sql"] = False
    if scope is not None:
        truths |= {
            "node": any(word in words for word in ("node", "express", "fastify", "nest", "typescript", "javascript")),
            "python": any(word in words for word in ("python", "fastapi", "django", "flask")),
            "go": any(word in words.replace("/", " ").split() for word in ("go", "golang", "gin", "echo", "fiber", "chi")),
            "existing": bool(scope.current),
            "external": bool(scope.integrations),
            "regulated": bool(profile.all("compliance")) or any("health" in data.name.lower() or "card" in data.name.lower() for data in scope.data_classes),
        }
    if structure is not None:
        kinds = [component.kind for component in structure.components]
        truths["service"] = "service" in kinds
        truths["services"] = kinds.count("service") > 1
        truths["cli"] = "service" not in kinds
        if not structure.vocabulary:
            truths["database"] = truths["sql"] = False
    return truths
