"""Any file as segments, and one of ours as its plan: never raises, never loses a byte."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from pydantic import ValidationError

from backend_architect.design import Decision, Design
from backend_architect.document import reading
from backend_architect.document.codecs import PROSE, Names, Unreadable
from backend_architect.document.layout import BULLETS, CONTEXT, DECISIONS, ELEMENTS, LAYER_TITLES, PHASE, SINGLES, TABLES, TITLE, Item
from backend_architect.document.source import Segment, boxed, heading, lines_of, marks, segments, uncommented
from backend_architect.document.writing import DERIVED, fingerprint
from backend_architect.identity import elements
from backend_architect.plan import PREFIXES, Head, Identity, Kind, Plan
from backend_architect.text import Closed

Value = TypeVar("Value", bound=Closed)

KINDS: dict[str, Kind] = {prefix: kind for kind, prefix in PREFIXES.items()}


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a file of ours that is not as written by `render`."""

    line: int
    message: str
    harmless: bool = False
    """Whether the plan is whole all the same: somebody only added something."""


@dataclass(frozen=True, slots=True)
class Document:
    """A file, understood as far as it can be."""

    plan: Plan | None
    """None if the file is not ours, or too damaged to be a whole plan: `problems` says where."""
    segments: tuple[Segment, ...]
    problems: tuple[Problem, ...] = ()


def is_ours(text: str) -> bool:
    """Tell whether a file begins with the front matter of a plan, of whatever version."""
    first = next(iter(segments(text[:20_000])), None)
    return first is not None and first.kind == "front" and "backend-architect" in _front(first.text)


def parse(text: str) -> Document:
    """Return what stands in a file, whoever wrote it."""
    found = segments(text)
    if not is_ours(text):
        return Document(None, found)
    # A checkout that turns every line end into CRLF must not change what the code blocks say.
    unix = "\n" not in text.replace("\r\n", "")
    reader = _Reader(found, unix="\r\n" in text and unix)
    plan = reader.plan()
    return Document(plan, tuple(reader.segments), tuple(sorted(reader.problems, key=lambda problem: problem.line)))


def _front(text: str) -> dict[str, str]:
    """Return the front matter's scalars."""
    found: dict[str, str] = {}
    for line in lines_of(text)[1:-1]:
        key, colon, value = line.strip().partition(":")
        if colon:
            found[key.strip()] = _scalar(value.strip())
    return found


def _scalar(text: str) -> str:
    if text.startswith('"'):
        try:
            value = json.loads(text)
        except ValueError:
            return text
        return value if isinstance(value, str) else text
    if len(text) > 1 and text[0] == text[-1] == "'":
        return text[1:-1].replace("''", "'")
    # What `render` wrote plain holds no "#"; a person's comment may follow.
    return text.partition(" #")[0].rstrip()


class _Reader:
    """Reads one document of ours, segment by segment."""

    def __init__(self, found: tuple[Segment, ...], *, unix: bool) -> None:
        self.segments = list(found)
        self.unix = unix
        self.problems: list[Problem] = []
        self.names = Names.of(())
        self.identities: list[Identity] = []
        self.ticked: set[str] = set()
        self.found: dict[str, list[Any]] = {}
        """Values by what they are: an element's kind, a table's first header, a bullet's heading."""
        self.order: dict[str, list[tuple[int, Any]]] = {}
        self.singles: dict[str, list[str]] = {}
        self.single_at: dict[str, int] = {}
        self.decisions: dict[str, Decision] = {}
        self.title = self.summary = ""
        self.phase: dict[str, Any] | None = None
        self.context = ""
        self.h2 = self.h3 = ""

    def plan(self) -> Plan | None:
        """Return the plan, or None with the reasons in `problems`."""
        head = self._head()
        if head is None:
            return None
        self._name()
        for at in range(len(self.segments)):
            self._take(at)
        self._end_phase()
        design = self._design()
        if design is None or any(not problem.harmless for problem in self.problems):
            return None
        code, quality = self._of("code"), self._of("quality")
        # Somebody may have moved elements about: what they are decides where they belong.
        place = {key: at for at, (_, _, key) in enumerate(elements(design, code, quality))}
        identities = sorted(self.identities, key=lambda identity: place[identity.key])
        cited = tuple(self.names.spans[number] for number in sorted(self.names.spans))
        return self._made(
            1,
            Plan,
            head=head,
            design=design,
            code=code,
            quality=quality,
            findings=self._of("Findings"),
            coverage=self._coverage(design),
            spans=cited,
            identities=tuple(identities),
            ticked=tuple(identity.id for identity in identities if identity.id in self.ticked),
            retired=self._of("Retired"),
        )

    # --- what spoils a plan ---

    def _problem(self, line: int, error: object) -> None:
        match error:
            case ValidationError():
                first = error.errors(include_url=False)[0]
                place = ".".join(str(part) for part in first["loc"])
                self.problems.append(Problem(line, f"{place}: {first['msg']}" if place else first["msg"]))
            case _:
                self.problems.append(Problem(line, str(error)))

    def _made(self, line: int, model: type[Value], **data: Any) -> Value | None:
        try:
            return model.model_validate(data)
        except ValidationError as error:
            self._problem(line, error)
            return None

    # --- head and names ---

    def _head(self) -> Head | None:
        values = _front(self.segments[0].text)
        version = values.pop("backend-architect")
        if version != "1":
            self._problem(1, f"format version {version[:40]!r} is not one this program reads")
            return None
        known = {key.replace("-", "_"): value for key, value in values.items() if key.replace("-", "_") in Head.model_fields}
        return self._made(1, Head, **known)

    def _name(self) -> None:
        """Learn which ID means which key, before anything refers to one."""
        for segment in self.segments:
            kind = _kind(segment)
            if kind is None or segment.id is None or segment.key is None:
                continue
            if segment.id in self.names.keys or segment.key in self.names.ids:
                self._problem(segment.first_line, f"{segment.id} or its key {segment.key!r} stands here a second time")
                continue
            identity = self._made(segment.first_line, Identity, kind=kind, key=segment.key, id=segment.id)
            if identity is not None:
                self.identities.append(identity)
                self.names.ids[identity.key], self.names.keys[identity.id] = identity.id, identity.key
                if segment.ticked:
                    self.ticked.add(identity.id)

    def _strays(self, line: int) -> None:
        self.problems += (Problem(line, f"{stray!r} is not part of the plan", harmless=True) for stray in self.names.strays)
        self.names.strays.clear()

    # --- segments ---

    def _take(self, at: int) -> None:
        segment = self.segments[at]
        try:
            match segment.kind:
                case "heading":
                    self._heading(segment)
                case "prose":
                    self._prose(segment)
                case "table":
                    self._table(segment)
                case "element" if _kind(segment) and segment.key:
                    self._element(at)
                case "element" | "item":
                    self._bullet(at)
                case _:
                    pass
        except (Unreadable, ValidationError) as error:
            if segment.kind == "item" and "key" not in marks(lines_of(segment.text)[0].rstrip("\r\n")):
                # One bullet among others: somebody's own, as likely as not.
                self.problems.append(Problem(segment.first_line, str(error).partition("\n")[0], harmless=True))
            else:
                self._problem(segment.first_line, error)
            self.segments[at] = replace(self.segments[at], kind="unknown" if segment.kind != "element" else "element")
        self._strays(segment.first_line)

    def _heading(self, segment: Segment) -> None:
        level, body = heading(segment.text)
        if level == 1 and body.startswith(TITLE) and not self.title:
            self.title = PROSE.read(body.removeprefix(TITLE), self.names)
        if level <= 2:
            self.h2, self.h3 = (segment.title, "") if level == 2 else ("", "")
        else:
            self.h3 = segment.title
        if level <= 3:
            self._end_phase()
            self.context = ""
        if level == 3 and self.h2 == "Architecture Items" and (found := CONTEXT.fullmatch(body)):
            self.context = PROSE.read(found[1], self.names)
        if level == 3 and self.h2 == "Implementation Roadmap" and (found := PHASE.fullmatch(body)):
            self.phase = {"key": marks(segment.text).get("key", ""), "title": PROSE.read(found[1], self.names), "line": segment.first_line}

    def _end_phase(self) -> None:
        if self.phase is not None:
            phases = self.found.setdefault("phases", [])
            if any(phase["key"] == self.phase["key"] for phase in phases):
                self._problem(self.phase["line"], f"the phase {self.phase['key']!r} stands here a second time")
            phases.append(self.phase)
        self.phase = None

    def _prose(self, segment: Segment) -> None:
        shown = PROSE.read(" ".join(segment.text.split()), self.names)
        if self.title and not self.h2 and not self.h3 and not self.summary:
            self.summary = shown
        elif self.phase is not None and "goal" not in self.phase:
            self.phase["goal"] = shown
        elif not segment.text.startswith(DERIVED):
            self.problems.append(Problem(segment.first_line, f"{' '.join(segment.text.split())[:60]!r} is not part of the plan", harmless=True))

    def _table(self, segment: Segment) -> None:
        lines = lines_of(segment.text)
        first = reading.cells(lines[0])[0]
        if first in TABLES:
            model = TABLES[first].model
            values = [model.model_validate(data) for data in reading.rows(TABLES[first], lines, self.names)]
            self.found.setdefault(first, []).extend(values)

    def _element(self, at: int) -> None:
        segment = self.segments[at]
        kind, id, key = _kind(segment), segment.id or "", segment.key or ""
        lines = [line.rstrip("\r\n") for line in lines_of(segment.text)]
        marked = marks(lines[0])
        lines[0] = boxed(uncommented(lines[0]))[0]
        layer = next((name for name, title in LAYER_TITLES.items() if title == segment.title), "") if kind == "decision" else ""
        spec: Item | None = DECISIONS.get(layer) if kind == "decision" else ELEMENTS[kind] if kind else None
        if spec is None or kind is None:
            raise Unreadable(f"{segment.title[:60]!r} is not a layer")
        content, language = self._content(at, marked) if kind == "code" else (None, "")
        text = "\n".join([*(line.rstrip() for line in lines if line.strip()), *([] if content is None else [content])])
        self.segments[at] = replace(segment, edited=fingerprint(text) != marked["fp"] if "fp" in marked else None)
        data = reading.element(spec, id, lines, self.names) | {"key": key}
        match kind:
            case "component":
                data["context"] = self.context
            case "task":
                data.setdefault("phase", self.phase["key"] if self.phase else "")
            case "endpoint":
                answering = [identity.key for identity in self.identities if identity.kind == "component"]
                data.setdefault("component", answering[0] if answering else "")
            case "code":
                data |= {"content": content, "language": language}
        value: Any = spec.model.model_validate(data)
        if kind == "decision":
            if layer in self.decisions:
                raise Unreadable(f"a second decision for the {segment.title}")
            self.decisions[layer] = value
            return
        self.found.setdefault(kind, []).append(value)
        ordered, place = self.order.setdefault(kind, []), marked.get("at", "")
        last = ordered[-1][0] if ordered else 0
        ordered.append((int(place) if place.isdecimal() and len(place) < 10 else last + 1, value))

    def _content(self, at: int, marked: dict[str, str]) -> tuple[str, str]:
        """Return what the fence after an element holds, and its language."""
        block = next((segment for segment in self.segments[at + 1 :] if segment.kind != "blank"), None)
        if block is None or block.kind != "fence":
            raise Unreadable("the file's content is missing: a fenced block has to follow")
        lines = lines_of(block.text)
        # A block that nobody closed ends with the file.
        closed = len(lines) > 1 and lines[-1].strip() == lines[0][: len(lines[0]) - len(lines[0].lstrip("`~"))]
        content = "".join(lines[1:-1] if closed else lines[1:])
        if self.unix:
            content = content.replace("\r\n", "\n")
        if marked.get("eol") == "none" and content.endswith("\n"):
            content = content[:-1]
        return content, lines[0].lstrip("`~").strip()

    def _bullet(self, at: int) -> None:
        segment = self.segments[at]
        where = self.h3 or self.h2
        lines = [line.rstrip("\r\n") for line in lines_of(segment.text)]
        if where in SINGLES and segment.kind == "item":
            self.singles.setdefault(where, []).extend(lines)
            self.single_at.setdefault(where, segment.first_line)
        elif where in BULLETS:
            spec = BULLETS[where]
            key = {"key": marks(lines[0]).get("key", "")} if spec.keyed else {}
            lines[0] = boxed(uncommented(lines[0]) if spec.keyed else lines[0])[0]
            value = spec.model.model_validate(reading.item(spec, lines, self.names) | key)
            self.found.setdefault(where, []).append(value)

    # --- the whole ---

    def _single(self, where: str, **more: Any) -> Any:
        """Return the one value that stands under a heading, or None."""
        line, spec = self.single_at.get(where, 1), SINGLES[where]
        try:
            return spec.model.model_validate(reading.fields(spec, self.singles.get(where, ()), self.names) | more)
        except (Unreadable, ValidationError) as error:
            self._problem(line, error)
            return None
        finally:
            self._strays(line)

    def _coverage(self, design: Design) -> dict[str, Any] | None:
        covered = self._single("Traceability")
        if covered is None:
            return None
        required = sorted({number for requirement in design.scope.requirements for number in requirement.cites})
        return {"required": required if covered.required is None else covered.required, "context": covered.context, "excluded": covered.excluded}

    def _of(self, name: str) -> tuple[Any, ...]:
        return tuple(self.found.get(name, ()))

    def _in_order(self, kind: Kind) -> tuple[Any, ...]:
        """Return the elements of a kind as they were before the document grouped them."""
        return tuple(value for _, value in sorted(self.order.get(kind, ()), key=lambda pair: pair[0]))

    def _phases(self) -> tuple[dict[str, Any], ...]:
        return tuple({name: value for name, value in phase.items() if name != "line"} for phase in self._of("phases"))

    def _design(self) -> Design | None:
        background = self._single("Context")
        loop = self._single("User loop")
        if background is None or loop is None:
            return None
        system = self.decisions.get("system")
        vocabulary = background.vocabulary
        layers = {name: self._layer(name, decision) for name, decision in self.decisions.items() if name != "system"}
        for name, title in LAYER_TITLES.items():
            if name not in self.decisions and (name == "system" or any(self._layer(name, None).values())):
                self._problem(1, f"the decision of the {title} is missing")
                return None
        return self._made(
            1,
            Design,
            scope={
                "project": self.title,
                "summary": self.summary,
                "size": background.size,
                "size_basis": background.size_basis,
                "stack": background.stack,
                "current": background.current,
                "loop": loop,
                "requirements": self._in_order("requirement"),
                "assumptions": self._of("assumption"),
                "questions": self._of("question"),
                "consumers": self._of("Consumers"),
                "integrations": self._of("Integrations"),
                "data_classes": self._of("Sensitive data"),
                "ruled_out": self._of("Ruled out"),
                "excluded": self._of("Not built"),
            },
            structure={
                "system": system,
                "components": self._in_order("component"),
                "vocabulary": tuple(entity.key for entity in self._of("entity")) if vocabulary is None else vocabulary,
            },
            **layers,
            delivery={
                "layout": self._of("Code layout"),
                "guidance": self._of("Guidance"),
                "phases": self._phases(),
                "tasks": self._in_order("task"),
                "commands": self._in_order("command"),
                "risks": self._of("Risk"),
                "left_out": self._of("Left out"),
            },
        )

    def _layer(self, name: str, decision: Decision | None) -> dict[str, Any]:
        slices: dict[str, dict[str, Any]] = {
            "api": {"endpoints": self._of("endpoint"), "errors": self._of("Kind")},
            "data": {"entities": self._of("entity")},
            "messaging": {"sync": self._of("The user waits for"), "jobs": self._of("Background jobs")},
            "security": {"permissions": self._of("Who")},
            "performance": {"caches": self._of("Cached"), "load": self._of("Load"), "verdicts": self._of("Resource"), "scaling": self._of("When")},
            "operations": {"containers": self._of("Container"), "practices": self._of("Operations"), "monitors": self._of("Signal")},
        }
        found = {"decision": decision, **slices[name]}
        if name == "messaging" and "Real-time" in self.singles:
            found["realtime"] = self._single("Real-time")
        if name == "performance" and "Critical path" in self.singles:
            found["critical_path"] = self._single("Critical path", steps=self._of("Step"))
        return found


def _kind(segment: Segment) -> Kind | None:
    return KINDS.get(segment.id.rstrip("0123456789.").rstrip("-")) if segment.id else None
