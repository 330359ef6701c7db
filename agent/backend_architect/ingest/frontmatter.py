"""YAML front matter: a flat mapping of plain values, read without trusting it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from backend_architect.errors import BriefError

if TYPE_CHECKING:
    from yaml.events import Event

MAX_CHARS = 64_000
MAX_DEPTH = 8
MAX_NODES = 2_000

_KEY_LINE = re.compile(r"[A-Za-z][\w-]*:(?:\s|$)")
_COMMENT_LINE = re.compile(r"\s*<!--(?:(?!-->).)*-->\s*")

Pair = tuple[str, str, int]
"""Key, value as written, line in the file. A list gives one pair an element; a nested mapping has the value ``{…}``."""

NESTED = "{…}"


def find(source: str, *, path: str) -> tuple[int, int] | None:
    """Return the line numbers (from 1) of the opening `---` and the closing `---` or `...`, or None if there is no front matter.

    Blank lines and one-line HTML comments may come first. An opening `---` that is followed by a
    blank line, or by prose and never closed, is a thematic break.

    Raises:
        BriefError: Keys and values follow an opening `---`, and nothing closes it.
    """
    lines = source.split("\n")
    for number, line in enumerate(lines, start=1):
        if not line.strip() or _COMMENT_LINE.fullmatch(line):
            continue
        if line.rstrip() != "---" or number >= len(lines) or not lines[number].strip():
            return None
        closing = next((n for n in range(number + 1, len(lines) + 1) if lines[n - 1].rstrip() in ("---", "...")), None)
        if closing is not None:
            return number, closing
        if _KEY_LINE.match(lines[number]):
            raise BriefError(
                f"{path}:{number}: front matter is opened and never closed: put a line '---' after its last key, "
                "or a blank line after the first '---' if it is no front matter"
            )
        return None
    return None


def read(source: str, span: tuple[int, int], *, path: str) -> list[Pair]:
    """Return the pairs of the front matter between the lines of `span`.

    Raises:
        BriefError: It is not a mapping, is malformed, uses anchors or aliases, repeats a key, or is too large or deep.
    """
    opening, closing = span
    text = "\n".join(source.split("\n")[opening : closing - 1])
    if len(text) > MAX_CHARS:
        raise BriefError(f"{path}: front matter of {len(text):,} characters: keep it under {MAX_CHARS:,}")
    import yaml

    try:
        return list(_pairs(yaml.parse(text, Loader=yaml.SafeLoader), opening, path))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = opening + 1 + (mark.line if mark else 0)
        problem = " ".join((error.problem or "not YAML").split())
        raise BriefError(
            f"{path}:{line}: malformed front matter ({problem}): mend it, or put a blank line after the first '---' if it is no front matter"
        ) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise BriefError(f"{path}:{opening}: malformed front matter: mend it, or put a blank line after the first '---' if it is no front matter") from error


def _pairs(events: Iterator[Event], opening: int, path: str) -> Iterator[Pair]:
    import yaml

    def line_of(event: Event) -> int:
        return opening + 1 + (event.start_mark.line if event.start_mark else 0)

    def stop(event: Event, problem: str) -> BriefError:
        return BriefError(f"{path}:{line_of(event)}: front matter {problem}")

    depth = documents = 0
    key: str | None = None
    seen: set[str] = set()
    for nodes, event in enumerate(events, start=1):
        if nodes > MAX_NODES:
            raise stop(event, f"has more than {MAX_NODES:,} values: keep it to a short list of facts")
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise stop(event, "uses a YAML anchor or alias: write the value out")
        match event:
            case yaml.DocumentStartEvent():
                documents += 1
                if documents > 1:
                    raise stop(event, "holds more than one YAML document: keep one mapping")
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                if depth == 0 and not isinstance(event, yaml.MappingStartEvent):
                    raise stop(event, "is not a mapping: write 'key: value' lines")
                if depth == 1 and key is None:
                    raise stop(event, "has a key that is not plain text")
                depth += 1
                if depth > MAX_DEPTH:
                    raise stop(event, f"is nested more than {MAX_DEPTH} deep: keep it flat")
                if depth == 2 and isinstance(event, yaml.MappingStartEvent):
                    yield key or "", NESTED, line_of(event)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                depth -= 1
                if depth == 1:
                    key = None
            case yaml.ScalarEvent() if depth == 0:
                if event.value:
                    raise stop(event, "is not a mapping: write 'key: value' lines, or put a blank line after the first '---' if it is no front matter")
            case yaml.ScalarEvent() if depth == 1 and key is None:
                key = event.value
                if key in seen:
                    raise stop(event, f"states {key[:80]!r} twice: keep one")
                seen.add(key)
            case yaml.ScalarEvent() if depth <= 2:
                yield key or "", event.value, line_of(event)
                if depth == 1:
                    key = None
            case _:
                pass
