"""Whether a design proves a standard: for each proof word, the keys of what proves it."""

from __future__ import annotations

import re
from collections.abc import Callable

from backend_architect.design import Design, Keys
from backend_architect.plan import CodeChange
from backend_architect.usual_errors import all_errors

_SPEED = re.compile(r"p9\d|percentile|latency|response time|answers? within|throughput|duration", re.IGNORECASE)
_ALERT = re.compile(r"\balerts?\b.*", re.IGNORECASE)

Prove = Callable[[Design, tuple[CodeChange, ...]], Keys]
"""Returns the keys that prove a demand; empty if nothing does."""


def proven(word: str, design: Design, code: tuple[CodeChange, ...]) -> Keys:
    """Return the keys of the elements that prove `word`; empty if it is not proven here.

    Words that name a decision's field (`decision:api.versioning`) are proven by that decision if it fills the field.
    A word this module has no test for is not proven: the box stays open.
    """
    if word.startswith("decision:"):
        layer, _, field = word.removeprefix("decision:").partition(".")
        return tuple(decision.key for _, name, decision in design.decisions() if name == layer and getattr(decision, field.replace("-", "_")))
    prove = _PROOFS.get(word)
    return prove(design, code) if prove is not None else ()


def _components(design: Design) -> Keys:
    return tuple(component.key for component in design.structure.components)


def _endpoints(design: Design) -> Keys:
    return tuple(endpoint.key for endpoint in design.endpoints)


def _stored(design: Design) -> Keys:
    return tuple(entity.key for entity in design.entities if entity.tier != "future")


def _auth(design: Design, code: tuple[CodeChange, ...]) -> Keys:
    named = all(endpoint.auth != "role" or endpoint.roles for endpoint in design.endpoints)
    return _endpoints(design) if named else ()


def _errors(design: Design, code: tuple[CodeChange, ...]) -> Keys:
    silent = [endpoint for endpoint in design.endpoints if endpoint.request and not all_errors(endpoint)]
    explained = design.api is not None and bool(design.api.errors or _contract(design, code))
    return _endpoints(design) if explained and design.endpoints and not silent else ()


def _permissions(design: Design, code: tuple[CodeChange, ...]) -> Keys:
    return (design.security.decision.key,) if design.security and design.security.permissions else ()


def _indexed(design: Design, code: tuple[CodeChange, ...]) -> Keys:
    return _stored(design) if all(index.query for entity in design.entities for index in entity.indexes) else ()


def _constrained(design: Design, code: tuple[CodeChange, ...]) -> Keys:
    bare = [entity for entity in design.entities if entity.tier != "future" and not any(field.primary for field in entity.fields)]
    return _stored(design) if not bare else ()


def _schema(design: Design, code: tuple[CodeChange, ...]) -> Keys:
    return tuple(change.key for change in code if change.language == "sql" or change.path.endswith("collections.json"))


def _contract(design: Design, code: tuple[CodeChange, ...]) -> Keys:
    return tuple(change.key for change in code if change.path.endswith("openapi.yaml"))


def _purposes(design: Design, code: tuple[CodeChange, ...]) -> Keys:
    owned = [entity for component in design.structure.components for entity in component.owns]
    return _components(design) if len(owned) == len(set(owned)) else ()


def _tasks(*cues: str) -> Prove:
    pattern = re.compile("|".join(cues), re.IGNORECASE)

    def prove(design: Design, code: tuple[CodeChange, ...]) -> Keys:
        return tuple(task.key for task in design.delivery.tasks if pattern.search(" ".join((task.title, task.done_when, task.verify, *task.steps))))

    return prove


def _monitored(design: Design, code: tuple[CodeChange, ...]) -> Keys:
    layer = design.operations
    if layer is None:
        return ()
    watched = (*(monitor.signal + monitor.threshold for monitor in layer.monitors), *_ALERT.findall(layer.decision.observability))
    return (layer.decision.key,) if any(_SPEED.search(signal) for signal in watched) else ()


def _recovery(design: Design, code: tuple[CodeChange, ...]) -> Keys:
    # Of one process and its file, the backup's own line says what may be lost and how long the way back takes.
    stated = design.operations is not None and "RPO" in design.operations.decision.backup and "RTO" in design.operations.decision.backup
    return (design.operations.decision.key,) if design.operations is not None and stated else _practised("recovery", "backup")(design, code)


def _practised(*topics: str) -> Prove:
    def prove(design: Design, code: tuple[CodeChange, ...]) -> Keys:
        layer = design.operations
        return (layer.decision.key,) if layer is not None and any(practice.topic in topics for practice in layer.practices) else ()

    return prove


_PROOFS: dict[str, Prove] = {
    "components:purpose": _purposes,
    "endpoints:auth": _auth,
    "endpoints:errors": _errors,
    "permissions:all": _permissions,
    "entities:indexes": _indexed,
    "entities:constraints": _constrained,
    "code:sql": _schema,
    "code:openapi": _contract,
    "tasks:load-test": _tasks(r"\bload[- ]test", r"\bunder load\b", r"\bk6\b", r"\bbenchmark", r"\boha\b", r"\bwrk\b"),
    "tasks:security": _tasks(r"\bowasp\b", r"\bsecurity review\b", r"\bsecurity\b.*\b(?:test|check|pass|review)", r"\bhard[ae]n"),
    "monitors:performance": _monitored,
    "operations:recovery": _recovery,
}
