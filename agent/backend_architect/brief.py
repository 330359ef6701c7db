"""The brief: its text split into numbered statements with line spans."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from backend_architect.text import Closed

StatementKind = Literal["heading", "item", "sentence", "row", "code", "quote"]


class Statement(Closed):
    """One numbered piece of the brief, the unit of citation."""

    number: Annotated[int, Field(ge=1)]
    """Counted from 1 in order of appearance; cited as `S12`."""
    kind: StatementKind
    """What it was in the source: a heading, list item, sentence, table row, code block, quotation."""
    text: str
    """What it says: inline markup resolved to plain text (code spans keep their backticks), one
    line; a code block keeps its lines. Invisible characters are gone."""
    first_line: Annotated[int, Field(ge=1)]
    last_line: Annotated[int, Field(ge=1)]
    """The lines it stands on in the file, counted from 1, both inclusive."""
    section: tuple[str, ...] = ()
    """The headings it stands under, outermost first (for a heading: those above it)."""
    info: str = ""
    """A code block's language word; a table row's header cells joined by " | "; `prose` for a
    sentence that stood in a code block."""
    parent: int | None = None
    """Number of the statement this one elaborates: the list item above it, the lead-in sentence that ends in a colon."""
    checked: bool | None = None
    """A task-list item's box, if it has one."""
    digest: str
    """First 12 hex digits of the SHA-256 of the text with white space folded."""


class Brief(Closed):
    """A project brief as read."""

    path: str
    """The path as given, or `-`."""
    sha256: str
    """SHA-256 of the file's bytes."""
    title: str
    """The first heading, else the file's name made readable; never empty."""
    language: str
    """Main language as an ISO 639-1 code: `en` unless the text shows another."""
    statements: tuple[Statement, ...]
    stated: tuple[tuple[str, str], ...] = ()
    """Facts stated outright in front matter, as given: (key, value)."""
    size: int
    """Bytes."""
