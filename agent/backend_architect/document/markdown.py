"""Inline text: any value as Markdown that shows exactly that value, and back.

Three promises hold for every string: `unescape(escape(text)) == text`; an escaped value never
contains an unescaped `*`, `[`, `]` or `|`, nor one of the guarded signs (` — `, ` → `, ` · `); so
those are free to delimit values. Where they may still stand is a code span, which `mask` blanks.
"""

from __future__ import annotations

import html
import html.entities
import re

_PUNCTUATION = "!-/:-@\\[-`{-~"

_GUARDED = {"—": "&mdash;", "→": "&rarr;", "·": "&middot;"}

_TOKEN = re.compile(
    r"""
    (?=[`\\_~—→·*\[\]|<>&$\#+=\-hHfFwW0-9])(?:                    # no other character begins anything below
    (?P<code>(?<!`)`(?![ ])(?:[^`\\*|—→·\r\n\[]|\[(?![xX]\]))+(?<![ ])`(?!`))     # a simple code span stays one, unless GitHub takes it for a tick
  | (?P<link>(?i:https?|ftp)(?=://)|(?i:www)(?=\.))            # what GFM links by itself
  | (?P<slash>\\)
  | (?P<under>_+)
  | (?P<tilde>~)
  | (?P<guard>(?<![^ ])[—→·](?![^ ]))
  | (?P<plain>
        [`*\[\]|]
      | <(?![ =0-9])
      | (?<=--)>
      | &(?=\#[0-9]{1,7};|\#[xX][0-9a-fA-F]{1,6};|[A-Za-z][A-Za-z0-9]*;)
      | \$(?![0-9])
      | (?:(?<=[ ])|\A)\#(?=\#*\Z)                             # would close a heading
      | \A\#(?=\#{0,5}(?:[ ]|\Z))                              # … open one
      | \A[-+](?=[ ]|\Z) | \A-(?=[- ]*\Z) | \A=(?==*\Z)        # … a list, a rule, an underline
      | \A>
    )
  | (?P<number>\A[0-9]{1,9}(?=[.)](?:[ ]|\Z)))                 # … a numbered list
    )
    """,
    re.VERBOSE,
)

_SPACE = re.compile(r"[\s<]")

_ESCAPED = re.compile(rf"(?<!`)`[^`]+`(?!`)|\\([{_PUNCTUATION}])|&(#[0-9]{{1,7}}|#[xX][0-9a-fA-F]{{1,6}}|[A-Za-z][A-Za-z0-9]*);")

_SPAN = re.compile(rf"\\[{_PUNCTUATION}]|`+")

_RUN = re.compile(r"`+")


def escape(text: str) -> str:
    """Return `text` as inline Markdown that renders to exactly `text`.

    Works anywhere on a line, at its start, in a heading and in a table cell. Simple code spans
    (`` `like this` ``) and plain web addresses stay what they are.
    """
    return _TOKEN.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    found, text, start, end = match[0], match.string, match.start(), match.end()
    match match.lastgroup:
        case "code":
            return found
        case "link":
            # GFM takes an address raw, backslashes and all: one that needs escapes must not be a link.
            space = _SPACE.search(text, end)
            if found.lower() == "ftp":
                return found + "\\"
            rest = _TOKEN.finditer(text, end + 1, space.start() if space else len(text))
            # The sign that ends it does so only where it has no backslash.
            closed = _TOKEN.match(text, space.start()) if space else None
            return found if all(_is_plain(token) for token in rest) and (closed is None or _is_plain(closed)) else found + "\\"
        case "slash":
            # Before a letter or digit a backslash is only a backslash (`C:\temp`).
            return "\\" if text[end : end + 1].isascii() and text[end : end + 1].isalnum() else "\\\\"
        case "under":
            inside = start > 0 and text[start - 1].isalnum() and text[end : end + 1].isalnum()
            return found if inside else "\\_" * len(found)
        case "tilde":
            # "~40" opens a strikethrough that nothing can close.
            return "~" if (start == 0 or text[start - 1] == " ") and text[end : end + 1].isdigit() else "\\~"
        case "guard":
            return _GUARDED[found]
        case "number":
            return found + "\\"
        case _:
            return "\\" + found


def _is_plain(token: re.Match[str]) -> bool:
    # An address within an address shares its end, so it is as plain as the rest.
    return token.lastgroup == "link" or (token.lastgroup != "code" and _escaped(token) == token[0])


def unescape(text: str) -> str:
    """Return the value that `text`, one line of inline Markdown, shows; code spans keep their backticks."""
    return _ESCAPED.sub(_unescaped, text) if "\\" in text or "&" in text else text


def _unescaped(match: re.Match[str]) -> str:
    if match[1]:
        return match[1]
    if match[2]:
        return html.unescape(match[0]) if match[2][0] == "#" or match[2] + ";" in html.entities.html5 else match[0]
    return match[0]


def ticks(text: str) -> bool:
    """Say whether GitHub would tick the box of a line that holds `text` in a code span: it takes a tick wherever it stands on the line."""
    return "[x]" in text or "[X]" in text


def code(text: str) -> str:
    """Return `text`, one line that is not blank, as a code span whatever it contains."""
    fence = "`" * (1 + max((len(run) for run in _RUN.findall(text)), default=0))
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def code_end(text: str, start: int = 0) -> int:
    """Return where the code span that opens at `start` ends, or -1 if there is none."""
    opening = _RUN.match(text, start)
    if opening is None:
        return -1
    return next((run.end() for run in _RUN.finditer(text, opening.end()) if len(run[0]) == len(opening[0])), -1)


def uncode(text: str) -> str:
    """Return what stands in `text`, a whole code span."""
    length = len(text) - len(text.lstrip("`"))
    inner = text[length : len(text) - length]
    return inner[1:-1] if len(inner) > 2 and inner[0] == inner[-1] == " " else inner


def fence(content: str) -> str:
    """Return a fence longer than any run of backticks in `content`."""
    return "`" * max(3, 1 + max((len(run) for run in _RUN.findall(content)), default=0))


def mask(text: str) -> str:
    """Return `text` with code spans and escaped characters blanked, each by as many characters.

    Whatever delimiter is found in the result is one; it stands at the same place in `text`.
    """
    if "\\" not in text and "`" not in text:
        return text
    unclosed: set[int] = set()
    parts: list[str] = []
    done = 0
    while found := _SPAN.search(text, done):
        start, end = found.span()
        parts.append(text[done:start])
        if found[0][0] == "`":
            length = end - start
            end = -1 if length in unclosed else code_end(text, start)
            if end < 0:
                # Runs of this length need not be looked for again: that keeps this linear.
                unclosed.add(length)
                parts.append(found[0])
                done = found.end()
                continue
        parts.append("\0" * (end - start))
        done = end
    parts.append(text[done:])
    return "".join(parts)
