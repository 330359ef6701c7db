"""What the work is grouped by: the collections of a service, the parts of a program."""

from __future__ import annotations

from dataclasses import dataclass

from backend_architect.architects.rules.case import Case
from backend_architect.architects.rules.layers import evidence
from backend_architect.design import Component, Design, Endpoint


@dataclass(frozen=True)
class Group:
    """Endpoints that are built together."""

    name: str
    """Plural kebab-case."""
    endpoints: tuple[Endpoint, ...]


def groups(design: Design) -> tuple[Group, ...]:
    """Group the endpoints by the collection they belong to, the one that closes the loop first."""
    found: dict[str, list[Endpoint]] = {}
    for endpoint in sorted(design.endpoints, key=lambda e: not e.primary):
        found.setdefault(evidence.resource(endpoint), []).append(endpoint)
    places = {endpoint.key: place for place, endpoint in enumerate(design.endpoints)}
    return tuple(Group(name, tuple(sorted(endpoints, key=lambda endpoint: places[endpoint.key]))) for name, endpoints in found.items())


def parts(case: Case, design: Design) -> tuple[Component, ...]:
    """Return the parts of a program that are worked on one by one."""
    return tuple(c for c in design.structure.components if c.kind == "module")
