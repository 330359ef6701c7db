"""Closed, frozen values and the kinds of text in them: one line, no invisible characters."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

_SPACE = re.compile(r"\s+")

# Variation selectors and the Hangul/Braille fillers are "letters" that draw nothing.
_DRAWS_NOTHING = re.compile("[\u115f\u1160\u3164\uffa0\u2800\u034f\ufe00-\ufe0f\U000e0000-\U000e0fff]")

KEY_PATTERN = r"^[a-z0-9]+(?:-[a-z0-9]+)*$"
NAME_PATTERN = r"^[A-Za-z_][A-Za-z0-9_-]*$"
MEMBER_PATTERN = r"^[A-Za-z_][A-Za-z0-9_-]*(?:\[\])?(?:\.[A-Za-z_][A-Za-z0-9_-]*(?:\[\])?)*$"


class Closed(BaseModel):
    """Base of all values: unknown fields are refused, a change makes a new value."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def visible(text: str) -> str:
    """Return `text` without what a reader cannot see.

    Control characters, surrogates, private-use characters, and every format character (zero
    width, bidirectional, tag and other invisible marks) are dropped; line breaks and tabs stay.
    """
    if text.isprintable() and not _DRAWS_NOTHING.search(text):
        return text
    # A text is long and has few different characters.
    return text.translate({ord(c): None for c in set(text) if c not in "\n\t" and not _is_visible(c)})


def _is_visible(char: str) -> bool:
    if _DRAWS_NOTHING.match(char):
        return False
    return unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn") and char not in "\u2028\u2029"


def one_line(text: str) -> str:
    """Return `text` as one visible line: invisible characters gone, white space folded."""
    if text.isascii() and text.isprintable():
        return text.strip() if "  " not in text else " ".join(text.split())
    spaced = text.replace("\u2028", " ").replace("\u2029", " ").replace("\x0b", " ").replace("\x0c", " ").replace("\r", " ").replace("\x85", " ")
    return _SPACE.sub(" ", visible(spaced)).strip()


def _clean(value: object) -> object:
    return one_line(value) if isinstance(value, str) else value


Text = Annotated[str, BeforeValidator(_clean), StringConstraints(min_length=1, max_length=2000)]
"""One visible line, at most 2,000 characters."""

Note = Annotated[str, BeforeValidator(_clean), StringConstraints(max_length=2000)]
"""Like `Text`, but may be empty when there is nothing to say."""

Key = Annotated[str, StringConstraints(pattern=KEY_PATTERN, max_length=80)]
"""Lower-case words joined by hyphens; names an element within its kind."""

Name = Annotated[str, StringConstraints(pattern=NAME_PATTERN, max_length=63)]
"""An identifier that SQL and JSON both take; 63 is PostgreSQL's limit."""

Member = Annotated[str, StringConstraints(pattern=MEMBER_PATTERN, max_length=200)]
"""A place in a JSON body: `title`, `article.title`, `article.tagList[]`, `items[].id`."""

Cites = tuple[Annotated[int, Field(ge=1)], ...]
"""Numbers of the brief's statements that something rests on."""
