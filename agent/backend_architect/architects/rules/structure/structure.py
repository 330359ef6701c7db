"""The structure stage: the shape of the whole, its components, and the entities' names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend_architect.architects.rules.case import Case
from backend_architect.architects.rules.structure import components, programs, system_decision
from backend_architect.architects.rules.structure.answers import SYSTEM, answers
from backend_architect.architects.rules.structure.parts import API, parts
from backend_architect.design import Keys, Scope, Structure

if TYPE_CHECKING:
    from backend_architect.design import Entity

API_COMPONENT = API
"""Key of the component that answers HTTP."""


def structure(case: Case, scope: Scope, entities: tuple[Entity, ...] | None = None) -> Structure:
    """Choose the shape and the components.

    Args:
        case: What the rules know.
        scope: The requirements; each one of the first version is answered for by a component or
            by the decision about the whole.
        entities: The entities, if the caller has them already; otherwise they are made here.

    Returns:
        The structure. Its vocabulary is the entities' keys.
    """
    if entities is None:
        from backend_architect.architects.rules.entities.entities import entities as made

        entities = made(case)
    vocabulary = tuple(entity.key for entity in entities)
    match case.traits.shape:
        case "service":
            found = parts(case, scope, entities)
            answered = answers(found, scope)
            built = components.of_service(found, scope, answered)
            system = system_decision.of_service(found, scope, built, answered.get(SYSTEM, ()))
        case "cli":
            built = programs.cli(case, scope, entities)
            system = system_decision.of_program(case, scope, entities, _prescribed(scope))
        case _:
            built = programs.browser(case, scope, entities)
            system = system_decision.of_client(case, scope, entities, _prescribed(scope))
    return Structure(system=system, components=built, vocabulary=vocabulary)


def _prescribed(scope: Scope) -> Keys:
    """Return the constraints: what limits the shape rather than asks for a function."""
    return tuple(r.key for r in scope.requirements if r.horizon == "now" and r.kind == "constraint")
