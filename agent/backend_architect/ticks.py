"""Which boxes stay ticked when a plan takes the place of another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from typing_extensions import TypedDict

from backend_architect.design import Design
from backend_architect.document import Document
from backend_architect.plan import Identity, Quality


class Tick(TypedDict):
    """A ticked box, and what it stood for."""

    id: str
    key: str
    says: str
    """The words it goes by: its text, title, path; empty for elements that their key says all about."""


def standing(document: Document) -> tuple[Tick, ...]:
    """Return what people ticked in a document, in its order."""
    plan = document.plan
    words = _words(plan.design) if plan else {}
    # Boxes of the quality checklist that code ticked are for code to tick again.
    by_code = {box.key for box in plan.quality if box.state == "met"} if plan else set()
    return tuple(
        Tick(id=item.id, key=item.key, says=words.get(item.key, ""))
        for item in document.segments
        if item.ticked and item.id and item.key and item.key not in by_code
    )


def kept(design: Design, quality: Sequence[Quality], identities: Sequence[Identity], before: Sequence[Tick]) -> tuple[str, ...]:
    """Return the IDs to tick in the new plan, in document order: met quality boxes, and ticks whose ID still means what it meant."""
    words = _words(design)
    met, ticks = {box.key for box in quality if box.state == "met"}, {tick["id"]: tick for tick in before}
    return tuple(identity.id for identity in identities if identity.key in met or _same(identity, ticks.get(identity.id), words))


def _same(identity: Identity, tick: Tick | None, words: dict[str, str]) -> bool:
    return tick is not None and tick["key"] == identity.key and tick["says"] in ("", words.get(identity.key, ""))


def _words(design: Design) -> dict[str, str]:
    return dict(_said(design))


def _said(design: Design) -> Iterator[tuple[str, str]]:
    # Keys are words that two briefs can share, and an architect may number by the brief's statements: what stands beside them tells.
    scope, delivery = design.scope, design.delivery
    yield from ((requirement.key, requirement.text) for requirement in scope.requirements)
    yield from ((assumption.key, assumption.text) for assumption in scope.assumptions)
    yield from ((question.key, question.text) for question in scope.questions)
    yield from ((component.key, component.name) for component in design.structure.components)
    yield from ((endpoint.key, f"{endpoint.method} {endpoint.path}") for endpoint in design.endpoints)
    yield from ((entity.key, entity.name) for entity in design.entities)
    yield from ((task.key, f"{scope.project}: {task.title}") for task in delivery.tasks)
    yield from ((command.key, command.run) for command in delivery.commands)
