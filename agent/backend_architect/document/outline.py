"""The document's order and headings; every piece is Markdown already, and nothing here is escaped again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend_architect.document.markdown import escape

if TYPE_CHECKING:
    from backend_architect.document.render import Sheet


def outline(sheet: Sheet) -> str:
    """Return the pieces of a sheet under their headings; a heading with nothing below it is left out."""
    path = sheet.single("Critical path")
    parts = (
        _head(sheet),
        _section(
            "Context",
            _piece(sheet.single("Context")),
            _titled("User loop", sheet.single("User loop")),
            _titled("Load", sheet.table("Load")),
            _titled("Consumers", sheet.bullets("Consumers")),
            _titled("Integrations", sheet.bullets("Integrations")),
            _titled("Sensitive data", sheet.table("Sensitive data")),
            _titled("Requirements", sheet.elements("requirement")),
            _titled("Assumptions", sheet.elements("assumption")),
            _titled("Open questions", sheet.elements("question")),
            _titled("Options ruled out", sheet.table("Ruled out")),
        ),
        _section("Architecture Plan", *(_titled(f"{number} {title}", decision) for number, title, decision in sheet.layers)),
        _section(
            "Architecture Items",
            _piece(sheet.diagram("components")),
            *(_titled(f"{number} {name}", members) for number, name, members in sheet.contexts),
            _titled("Critical path", path and _piece(path) + _piece(sheet.table("Step")) + sheet.diagram("critical path")),
            _titled("Data model", _piece(sheet.diagram("entities")) + sheet.elements("entity")),
            _titled("API", _piece(sheet.usual_errors) + sheet.elements("endpoint")),
            _titled("Errors", sheet.table("Kind")),
            _titled("Real-time", sheet.single("Real-time")),
            _titled("Synchronous work", sheet.table("The user waits for")),
            _titled("Background jobs", sheet.bullets("Background jobs")),
            _titled("Caching", sheet.table("Cached")),
            _titled("Permissions", sheet.table("Who")),
            _titled("Scaling", _piece(sheet.table("Resource")) + sheet.table("When")),
            _titled("Operations", _piece(sheet.table("Container")) + _piece(sheet.bullets("Operations")) + sheet.table("Signal")),
        ),
        _section(
            "Implementation Roadmap",
            _titled("Code layout", sheet.bullets("Code layout")),
            _titled("Guidance", sheet.bullets("Guidance")),
            # A phase is an element of its own: it stands there even with no tasks.
            *(f"### Phase {number}: {title} {mark}\n\n{_piece(goal)}{_piece(tasks)}" for number, title, mark, goal, tasks in sheet.steps),
            _titled("Other tasks", sheet.loose_tasks),
            _titled("Risks", sheet.table("Risk")),
        ),
        _section("Proposed Code Changes", _piece(sheet.code)),
        _section("Commands", _piece(sheet.elements("command"))),
        _section("Quality Assurance Task Checklist", _piece(sheet.elements("quality"))),
        _section("Findings", _piece(sheet.bullets("Findings"))),
        _section("Traceability", _piece(sheet.single("Traceability")), _piece(sheet.matrix)),
        _section("Left out on purpose", _piece(sheet.table("Left out"))),
        _section("Out of scope", _piece(sheet.table("Not built"))),
        _section("Retired", _piece(sheet.bullets("Retired"))),
    )
    return "".join(parts).rstrip("\n") + "\n"


def _head(sheet: Sheet) -> str:
    scope, architect = sheet.design.scope, sheet.plan.head.architect
    drafted = "Drafted by the built-in rules; no language model was used." if architect == "rules" else f"Drafted by {escape(architect)}, checked by code."
    counts = f"{sheet.counts}. " if scope.size != "tiny" else ""
    return (
        f"{sheet.front}\n\n"
        f"# TODO: backend architecture for {escape(scope.project)}\n\n"
        f"> {drafted}\n"
        f"> {counts}S5 (L10): statement 5 of the brief, line 10.\n\n"
        f"{_piece(escape(scope.summary))}"
    )


def _section(title: str, *pieces: str) -> str:
    body = "".join(pieces)
    return f"## {title}\n\n{body}" if body.strip() else ""


def _titled(title: str, body: str) -> str:
    kept = body.rstrip("\n")
    return f"### {title}\n\n{_piece(kept)}" if kept.strip() else ""


def _piece(body: str) -> str:
    """Return a piece and the empty line after it."""
    return f"{body}\n\n" if body else ""
