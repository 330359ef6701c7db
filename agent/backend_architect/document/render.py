"""A plan as Markdown: the outline orders the sections, the layout says how each thing looks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from backend_architect.design import Component, Endpoint, Phase, Task
from backend_architect.document import writing
from backend_architect.document.codecs import Names, runs
from backend_architect.document.layout import BULLETS, DECISIONS, ELEMENTS, LAYER_TITLES, SINGLES, STEP, TABLES, Background, Covered, Item
from backend_architect.document.markdown import escape
from backend_architect.document.outline import outline
from backend_architect.document.seal import sealed
from backend_architect.emit import mermaid
from backend_architect.emit.traceability import matrix
from backend_architect.errors import DesignError
from backend_architect.identity import COMMAND_GROUPS, components, elements, grouped, requirements, tasks
from backend_architect.plan import Head, Kind, Plan
from backend_architect.text import Closed
from backend_architect.usual_errors import SOURCES, all_errors

_PLAIN_YAML = re.compile(r"[a-zA-Z][A-Za-z0-9_./-]*(?: [A-Za-z0-9_./-]+)*")
_YAML_WORDS = frozenset(("true", "false", "null", "yes", "no", "on", "off", "y", "n"))


def render(plan: Plan) -> str:
    """Return the document of a plan; `parse` reads the same plan out of it.

    Raises:
        DesignError: If an element has no ID, or two share a key or an ID: such a plan has no document.
    """
    _check(plan)
    return sealed(outline(Sheet(plan)))


def _check(plan: Plan) -> None:
    needed = [(kind, key) for kind, _, key in elements(plan.design, plan.code, plan.quality)]
    given = [(identity.kind, identity.key) for identity in plan.identities]
    if needed != given:
        odd = next((key for (kind, key), other in zip(needed, [*given, None], strict=False) if (kind, key) != other), given[-1][1] if given else "")
        raise DesignError(f"the identities are not those of the elements in document order, at {odd!r}: allocate them from the design")
    if len({id for _, id in given}) < len(given) or len({identity.id for identity in plan.identities}) < len(given):
        raise DesignError("two elements share a key or an ID")


class Sheet:
    """What the outline asks for, piece by piece, as Markdown."""

    def __init__(self, plan: Plan) -> None:
        """Look up what many pieces need."""
        self.plan = plan
        self.design = plan.design
        self.names = Names.of(plan.identities, plan.spans)
        self.names.required = frozenset(number for requirement in plan.design.scope.requirements for number in requirement.cites)
        self.ticked = frozenset(plan.ticked)
        for component in plan.design.structure.components:
            for used in dict.fromkeys(component.uses):
                self.names.callers.setdefault(used, []).append(component.key)
        self.answering = next((component.key for component in components(plan.design)), None)
        self.phases = frozenset(phase.key for phase in plan.design.delivery.phases)

    # --- head ---

    @property
    def front(self) -> str:
        """The front matter."""
        head: Head = self.plan.head
        values = {
            "project": head.project,
            "brief": head.brief,
            "brief-sha256": head.brief_sha256,
            "language": head.language,
            "architect": head.architect,
            "signature": head.signature,
        }
        return "\n".join(["---", f"backend-architect: {head.format}", *(f"{key}: {_yaml(value)}" for key, value in values.items()), "---"])

    @property
    def counts(self) -> str:
        """The size of the plan in one line."""
        design = self.design
        counts = (
            (len(design.scope.requirements), "requirement", "requirements"),
            (len(design.structure.components), "component", "components"),
            (len(design.endpoints), "endpoint", "endpoints"),
            (len(design.entities), "entity", "entities"),
            (len(design.delivery.tasks), "task", "tasks"),
            (len(design.scope.questions), "question", "questions"),
        )
        return ", ".join(f"{count} {one if count == 1 else many}" for count, one, many in counts if count)

    # --- elements, by kind ---

    def elements(self, kind: Kind, values: Sequence[Any] | None = None) -> str:
        """Return all elements of a kind, or these of them."""
        found = self._ordered(kind) if values is None else values
        return "\n".join(self._element(ELEMENTS[kind], value, at) for value, at in found)

    def _element(self, item: Item, value: Any, at: int | None = None) -> str:
        id = self.names.ids[value.key]
        match value:
            case Task() if value.phase in self.phases:
                # What stands under its phase need not say which it is.
                hidden = frozenset(("phase",))
            case Endpoint() if value.component == self.answering:
                # The first answers wherever no other is named.
                hidden = frozenset(("component",))
            case Component() if not value.uses and len(self.design.structure.components) == 1:
                hidden = frozenset(("uses",))
            case _:
                hidden = frozenset[str]()
        return writing.element(item, value, self.names, id=id, ticked=id in self.ticked, at=at, hidden=hidden)

    def _ordered(self, kind: Kind) -> list[tuple[Any, int | None]]:
        """Return the elements of a kind in document order, with their own place if that is another."""
        design = self.design
        match kind:
            case "requirement":
                return _placed(design.scope.requirements, requirements(design))
            case "component":
                return _placed(design.structure.components, components(design))
            case "task":
                return _placed(design.delivery.tasks, tasks(design))
            case "command":
                return _placed(design.delivery.commands, grouped(design.delivery.commands, lambda item: item.where, COMMAND_GROUPS))
            case "assumption":
                return _placed(design.scope.assumptions)
            case "question":
                return _placed(design.scope.questions)
            case "endpoint":
                return _placed(design.endpoints)
            case "entity":
                return _placed(design.entities)
            case "code":
                return _placed(self.plan.code)
            case "quality":
                return _placed(self.plan.quality)
            case "decision":
                return _placed([decision for _, _, decision in design.decisions()])

    @property
    def code(self) -> str:
        """The proposed files, each with its block."""
        return "\n\n".join(self.elements("code", [pair]) for pair in self._ordered("code"))

    @property
    def layers(self) -> list[tuple[int, str, str]]:
        """Number, title and decision of each layer."""
        return [(number, LAYER_TITLES[name], self._element(DECISIONS[name], decision)) for number, name, decision in self.design.decisions()]

    @property
    def contexts(self) -> list[tuple[str, str, str]]:
        """Number, name and components of each bounded context."""
        found: dict[str, list[tuple[Component, int | None]]] = {}
        for component, at in self._ordered("component"):
            found.setdefault(component.context, []).append((component, at))
        return [
            (self.names.ids[members[0][0].key].rpartition("-")[2].partition(".")[0], escape(name), self.elements("component", members))
            for name, members in found.items()
        ]

    @property
    def steps(self) -> list[tuple[int, str, str, str, str]]:
        """Number, title, mark, goal and tasks of each phase."""
        ordered = self._ordered("task")

        def of(phase: Phase) -> str:
            return self.elements("task", [pair for pair in ordered if pair[0].phase == phase.key])

        return [
            (number, escape(phase.title), writing.comment(phase.key), escape(phase.goal), of(phase))
            for number, phase in enumerate(self.design.delivery.phases, start=1)
        ]

    @property
    def loose_tasks(self) -> str:
        """The tasks of no known phase."""
        return self.elements("task", [pair for pair in self._ordered("task") if pair[0].phase not in self.phases])

    # --- bullets, tables, single values ---

    def bullets(self, heading: str) -> str:
        """Return the bullets that stand under a heading."""
        design, messaging, operations = self.design, self.design.messaging, self.design.operations
        values: dict[str, Iterable[Closed]] = {
            "Consumers": design.scope.consumers,
            "Integrations": design.scope.integrations,
            "Background jobs": messaging.jobs if messaging else (),
            "Operations": operations.practices if operations else (),
            "Code layout": design.delivery.layout,
            "Guidance": design.delivery.guidance,
            "Findings": self.plan.findings,
            "Retired": self.plan.retired,
        }
        return "\n".join(writing.bullet(BULLETS[heading], value, self.names) for value in values[heading])

    def table(self, first: str) -> str:
        """Return the table whose first header this is."""
        design = self.design
        api, messaging, security, performance, operations = design.api, design.messaging, design.security, design.performance, design.operations
        path = performance.critical_path if performance else None
        rows: dict[str, Sequence[Closed]] = {
            "Sensitive data": design.scope.data_classes,
            "Load": performance.load if performance else (),
            "Ruled out": design.scope.ruled_out,
            "Step": path.steps if path else (),
            "Kind": api.errors if api else (),
            "The user waits for": messaging.sync if messaging else (),
            "Cached": performance.caches if performance else (),
            "Who": security.permissions if security else (),
            "Resource": performance.verdicts if performance else (),
            "When": performance.scaling if performance else (),
            "Container": operations.containers if operations else (),
            "Signal": operations.monitors if operations else (),
            "Risk": design.delivery.risks,
            "Left out": design.delivery.left_out,
            "Not built": design.scope.excluded,
        }
        total = ""
        # A few steps are added up at a glance.
        if path and path.steps and design.scope.size != "tiny" and first == STEP.columns[0].header:
            shown = [column.field for column in writing.columns(STEP, path.steps)]
            sums = {"step": "**Total**", "ms": f"**{sum(step.ms for step in path.steps)}**"}
            total = writing.grid([sums.get(name, "") for name in shown])
        return writing.table(TABLES[first], rows[first], self.names, total=total)

    def single(self, heading: str) -> str:
        """Return the labelled lines of the one value that stands under a heading."""
        design, performance, messaging = self.design, self.design.performance, self.design.messaging
        scope, vocabulary = design.scope, design.structure.vocabulary
        values: dict[str, Closed | None] = {
            "Context": Background(
                size=scope.size,
                size_basis=scope.size_basis,
                stack=scope.stack,
                current=scope.current,
                vocabulary=None if vocabulary == tuple(entity.key for entity in design.entities) else vocabulary,
            ),
            "User loop": scope.loop,
            "Critical path": performance.critical_path if performance else None,
            "Real-time": messaging.realtime if messaging else None,
            "Traceability": Covered(
                required=None if self.plan.coverage.required == tuple(sorted(self.names.required)) else self.plan.coverage.required,
                context=self.plan.coverage.context,
                excluded=self.plan.coverage.excluded,
            ),
        }
        value = values[heading]
        return "" if value is None else writing.fields(SINGLES[heading], value, self.names)

    # --- derived ---

    @property
    def usual_errors(self) -> str:
        """Which errors follow from what an endpoint is, so that its item need not list them; a tiny contract below says it for all."""
        if self.design.scope.size == "tiny":
            return ""
        api = self.design.api
        decision = api.decision if api else None
        usual = {error.status for endpoint in self.design.endpoints for error in all_errors(endpoint, decision)[len(endpoint.errors) :]}
        said = [f"{status} `{code}` ({source})" for status, (code, source) in SOURCES.items() if status in usual]
        replaced = " An error that an endpoint lists replaces the one of its status." if any(endpoint.errors for endpoint in self.design.endpoints) else ""
        return f"{writing.DERIVED}{', '.join(said)}.{replaced}" if said else ""

    def diagram(self, name: str) -> str:
        """Return a diagram of the design; "" if there is nothing to draw."""
        design = self.design
        match name:
            case "components":
                # One part has nobody to talk to; of a small project's two, the lists below say who uses whom.
                told = 2 if design.scope.size == "tiny" else 1
                drawn = mermaid.components(design) if len(design.structure.components) > told else ""
            case "entities":
                # Fields stand below; what a diagram shows is how tables refer to each other.
                # One arrow stands at its field already.
                tiny = design.scope.size == "tiny"
                relations = sum(1 for entity in design.entities for field in entity.fields if field.ref)
                drawn = mermaid.entities(design, attributes=not tiny) if relations > (1 if tiny else 0) else ""
            case "critical path":
                drawn = mermaid.critical_path(design) if design.scope.size != "tiny" else ""
            case _:
                raise ValueError(f"no diagram is called {name!r}")
        return writing.block(drawn.rstrip("\n") + "\n", "mermaid") if drawn else ""

    @property
    def matrix(self) -> str:
        """Who serves which requirement; numbers only, the header says of what; those that are served alike share a row."""
        place = {identity.id: at for at, identity in enumerate(self.plan.identities)}
        rows = sorted(matrix(self.design, self.plan.identities), key=lambda row: place[row.requirement])
        columns = [
            (header, [getattr(row, field) for row in rows])
            for header, field in (
                ("ARCH-PLAN", "decisions"),
                ("ARCH-ITEM", "components"),
                ("API", "endpoints"),
                ("DATA", "entities"),
                ("TASK", "tasks"),
            )
        ]
        alone = "ARCH-ITEM" if len(self.design.structure.components) == 1 else ""
        shown = [(header, [", ".join(runs(ids, prefix=f"{header}-")) for ids in cells]) for header, cells in columns if any(cells) and header != alone]
        if not rows:
            return ""
        served: dict[tuple[str, ...], list[str]] = {}
        for row, *cells in zip(rows, *(cells for _, cells in shown), strict=True):
            served.setdefault(tuple(cells), []).append(row.requirement)
        lines = [["REQ", *(header for header, _ in shown)], ["---"] * (len(shown) + 1)]
        lines += [[", ".join(runs(ids, prefix="REQ-")), *cells] for cells, ids in served.items()]
        return "\n".join(map(writing.grid, lines))


def _placed(values: Sequence[Any], ordered: Sequence[Any] | None = None) -> list[tuple[Any, int | None]]:
    """Return the elements, each with its place in the design unless that is the one after its predecessor's."""
    places = {value.key: place for place, value in enumerate(values, start=1)}
    found, last = [], 0
    for value in values if ordered is None else ordered:
        place = places[value.key]
        found.append((value, None if place == last + 1 else place))
        last = place
    return found


def _yaml(value: str) -> str:
    """Return a scalar that YAML reads as this string and nothing else."""
    return value if _PLAIN_YAML.fullmatch(value) and value.lower() not in _YAML_WORDS else json.dumps(value, ensure_ascii=False)
