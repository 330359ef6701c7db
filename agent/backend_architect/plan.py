"""The plan: a design with IDs, ticks and history; exactly what the file holds."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from backend_architect.design import Design, Keys
from backend_architect.text import Closed, Key, Note, Text

Kind = Literal["requirement", "assumption", "question", "decision", "component", "endpoint", "entity", "task", "code", "command", "quality"]

PREFIXES: dict[Kind, str] = {
    "requirement": "REQ",
    "assumption": "ASM",
    "question": "Q",
    "decision": "ARCH-PLAN",
    "component": "ARCH-ITEM",
    "endpoint": "API",
    "entity": "DATA",
    "task": "TASK",
    "code": "CODE",
    "command": "CMD",
    "quality": "QA",
}
"""ID prefix of each kind; the numbers after it are GROUP.ITEM."""

ID_PATTERN = r"^(?:REQ|ASM|Q|ARCH-PLAN|ARCH-ITEM|API|DATA|TASK|CODE|CMD|QA)-[1-9][0-9]*\.[1-9][0-9]*$"
Id = Annotated[str, Field(pattern=ID_PATTERN)]

Severity = Literal["error", "warning", "note"]


_LONGEST = 2_000


def _cut(message: object) -> object:
    # A check quotes texts, and a text may be as long as the message itself.
    return f"{message[: _LONGEST - 1]}…" if isinstance(message, str) and len(message) > _LONGEST else message


class Finding(Closed):
    """Something a check found in the plan itself."""

    code: Annotated[str, Field(pattern=r"^[A-Z]{2}[0-9]{3}$")]
    severity: Severity
    message: Annotated[Text, BeforeValidator(_cut)]
    where: Note = ""
    """ID of the element."""


class Head(Closed):
    """The front matter: what this file is and what it was made from."""

    format: Literal[1] = 1
    project: Text
    brief: Text
    """Path as given, or `-`."""
    brief_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    language: Annotated[str, Field(pattern=r"^[a-z]{2}$")] = "en"
    architect: Text
    """`rules`, or the model that wrote the design."""
    signature: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
    """Digest of all that went in: brief, options, architect, program version."""


class Span(Closed):
    """Where a cited statement stands in the brief."""

    statement: Annotated[int, Field(ge=1)]
    first_line: Annotated[int, Field(ge=1)]
    last_line: Annotated[int, Field(ge=1)]


class Identity(Closed):
    """An element's ID for life."""

    kind: Kind
    key: Key
    id: Id


class Retired(Closed):
    """An ID whose element is gone; never given again."""

    id: Id
    title: Text
    why: Text


class CodeChange(Closed):
    """A file that the plan proposes: emitted whole by code from the design, or a diff against existing code."""

    key: Key
    path: Text
    language: Annotated[str, Field(pattern=r"^[a-z0-9+-]*$")]
    about: Text
    content: str
    """The file's text, or where `language` is `diff` the unified diff that makes it; ends in a newline."""
    implements: Keys = ()


class Quality(Closed):
    """One box of the quality checklist with its evidence."""

    key: Key
    text: Text
    state: Literal["met", "open", "not applicable"]
    evidence: Keys = ()
    """Keys of the elements that prove it."""
    reason: Note = ""
    """Why it is open or does not apply."""


class Coverage(Closed):
    """What became of the brief's statements, by number."""

    required: tuple[int, ...] = ()
    """Cited by a requirement."""
    context: tuple[int, ...] = ()
    """Background that needs no element of its own."""
    excluded: tuple[int, ...] = ()
    """Out of scope, with a reason."""


class Plan(Closed):
    """The whole document as a value. `parse(render(plan)) == plan`."""

    head: Head
    design: Design
    code: tuple[CodeChange, ...] = ()
    quality: tuple[Quality, ...] = ()
    findings: tuple[Finding, ...] = ()
    coverage: Coverage = Coverage()
    spans: tuple[Span, ...] = ()
    """Of every cited statement, ascending."""
    identities: tuple[Identity, ...] = ()
    """In document order; one for each element of a kind that has IDs."""
    ticked: tuple[Id, ...] = ()
    """IDs whose box is ticked, in document order."""
    retired: tuple[Retired, ...] = ()

    def id_of(self, key: str) -> str | None:
        """Return the ID of an element, or None; keys are unique across the whole design."""
        return next((identity.id for identity in self.identities if identity.key == key), None)
