"""Markdown or plain text into numbered pieces, each with the lines it stands on."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from backend_architect.brief import StatementKind
from backend_architect.errors import BriefError
from backend_architect.expressions import expression
from backend_architect.ingest import sentences
from backend_architect.ingest.vocabulary import words
from backend_architect.text import one_line

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_BOX = expression(r"\[([ xX])\](?:\s+|$)")
_BULLET = expression(r"[•▪◦‣●○■□–—·・]\s*(?=\S)")
_TAG = expression(r"<(/?)([A-Za-z][A-Za-z0-9-]*)[^<>]*>")
_HIDDEN = expression(r"(?is)<(script|style|template|svg)\b[^<>]*>.*?(?:</\1\s*>|\Z)")
_ALERT = expression(r"^\[!(?:NOTE|TIP|IMPORTANT|WARNING|CAUTION)\][ \t]*(?:\n|$)")
_HAN = expression("[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]")
_WORDS = expression(r"[^\W\d_]{2,}")
_CODE_MARKS = expression(r"[{};=<>\[\]$|\\]|\(\)|->|::")
_NO_LANGUAGE = frozenset({"", "text", "txt", "plain", "plaintext", "prompt"})
_TICK_ONLY = expression(r"`[^`]+`")
_BLOCK_TAGS = words(
    "address article aside blockquote body br caption center dd details div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 header "
    "hr html li main nav ol p pre section summary table tbody td tfoot th thead tr ul"
)

_DEEPEST = 40
"""Levels of nesting that are read; a list and its item are one each."""


@dataclass(slots=True)
class Piece:
    """A statement in the making: numbered by its place in the list."""

    kind: StatementKind
    text: str
    first: int
    last: int
    section: tuple[str, ...] = ()
    info: str = ""
    parent: int | None = None
    checked: bool | None = None
    level: int = 0
    """A heading's level."""


@dataclass(slots=True)
class _Item:
    """A list item being read."""

    parent: int | None
    number: int | None = None


@dataclass(slots=True)
class _Splitter:
    pieces: list[Piece] = field(default_factory=list)
    headings: list[tuple[int, str]] = field(default_factory=list)
    lead: int | None = None
    """The lead-in that the next block elaborates."""

    def add(self, kind: StatementKind, text: str, first: int, last: int, *, parent: int | None, info: str = "", checked: bool | None = None) -> int | None:
        text = text if kind == "code" else one_line(text)
        if not text.strip():
            return None
        section = tuple(title for _, title in self.headings)
        self.pieces.append(Piece(kind, text, first, last, section, info, parent, checked))
        return len(self.pieces)

    def heading(self, level: int, text: str, first: int, last: int) -> None:
        text = one_line(text)
        if not text:
            return
        while self.headings and self.headings[-1][0] >= level:
            self.headings.pop()
        self.add("heading", text, first, last, parent=None)
        self.pieces[-1].level = level
        self.headings.append((level, text))
        self.lead = None


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"maxNesting": _DEEPEST}).enable("table")


def split(source: str) -> list[Piece]:
    r"""Return the pieces of `source`, in order; a piece's `parent` is the number (from 1) of an earlier one.

    `source` has `\n` line ends and no invisible characters. Lines are counted from 1.

    Raises:
        BriefError: Lists or quotations are nested deeper than anybody reads.
    """
    splitter = _Splitter()
    _read(splitter, without_comments(source), 0, depth=0)
    return splitter.pieces


def without_comments(source: str) -> str:
    """Blank out HTML comments outside code, keeping line breaks: what a reader cannot see is no statement."""
    if "<!--" not in source:
        return source
    out: list[str] = []
    done = 0
    fence = ""
    end = -1
    for line in source.split("\n"):
        start, end = end + 1, end + 1 + len(line)
        if end <= done and done:
            continue
        if start >= done:
            bare = line.strip().lstrip("> ")
            if fence:
                fence = "" if bare.startswith(fence) and not bare.strip(fence[0]) else fence
                continue
            if bare.startswith(("```", "~~~")) and "`" not in bare.lstrip("`"):
                fence = bare[: len(bare) - len(bare.lstrip(bare[0]))]
                continue
        here = max(start, done)
        while (opening := source.find("<!--", here, end)) >= 0:
            if source.count("`", start, opening) % 2 and "`" in source[opening:end]:
                here = opening + 4
                continue
            closing = source.find("-->", opening + 2)
            if closing < 0:
                return "".join(out) + source[done:]
            out += [source[done:opening], "\n" * source.count("\n", opening, closing)]
            done = here = closing + 3
            if done >= end:
                break
    return "".join(out) + source[done:]


def _read(splitter: _Splitter, source: str, offset: int, *, depth: int) -> None:
    tokens = _parser().parse(source)
    if deep := next((token for token in tokens if token.level >= _DEEPEST - 1 and token.nesting == 1), None):
        # The parser leaves out what stands deeper, and nothing of a brief may be lost.
        raise BriefError(f"line {_lines(deep, offset)[0]:,} nests lists or quotations too deep: write them flatter, at most {_DEEPEST // 2 - 1} levels")
    lines = source.split("\n")
    items: list[_Item] = []
    lists: list[int | None] = []
    quotes = 0
    header: list[str] = []
    cells: list[str] = []
    rows = 0
    in_head = False
    table_parent: int | None = None
    for index, token in enumerate(tokens):
        inside = items[-1].number if items else None
        match token.type:
            case "heading_open":
                first, last = _lines(token, offset)
                text = _inline(tokens[index + 1])
                if items or quotes:
                    splitter.add("heading", text, first, last, parent=inside)
                else:
                    splitter.heading(int(token.tag[1:]), text, first, last)
            case "paragraph_open":
                _paragraph(splitter, tokens[index + 1], lines, offset, items, quoted=quotes > 0)
            case "bullet_list_open" | "ordered_list_open":
                lists.append(splitter.lead if splitter.lead is not None else inside)
                splitter.lead = None
            case "bullet_list_close" | "ordered_list_close":
                lists.pop()
                splitter.lead = None
            case "list_item_open":
                items.append(_Item(parent=lists[-1]))
                splitter.lead = None
            case "list_item_close":
                items.pop()
                splitter.lead = None
            case "blockquote_open":
                quotes += 1
            case "blockquote_close":
                quotes -= 1
                splitter.lead = None
            case "fence" | "code_block":
                first, last = _lines(token, offset)
                parent = splitter.lead if splitter.lead is not None else inside
                if token.type == "code_block" and depth == 0 and _is_prose(token.content):
                    _read(splitter, token.content, first - 1, depth=1)
                elif token.type == "fence" and token.info.strip().lower() in _NO_LANGUAGE and _is_prose(token.content):
                    _quoted_prose(splitter, token.content, first + 1, parent)
                else:
                    info = token.info.split()[0] if token.info.split() else ""
                    splitter.add("code", token.content.strip("\n"), first, last, parent=parent, info=one_line(html.unescape(info)))
                splitter.lead = None
            case "html_block":
                _markup(splitter, token.content, _lines(token, offset)[0], inside)
            case "table_open":
                table_parent = splitter.lead if splitter.lead is not None else inside
                header, rows = [], 0
            case "table_close":
                if rows == 0:
                    splitter.add("row", " | ".join(header), *_lines(token if token.map else tokens[_opening(tokens, index)], offset), parent=table_parent)
                splitter.lead = None
            case "thead_open":
                in_head = True
            case "thead_close":
                in_head = False
            case "tr_open":
                cells = []
            case "th_open" | "td_open":
                cells.append(one_line(_inline(tokens[index + 1])).replace("|", "/"))
            case "tr_close":
                if in_head:
                    header = cells
                elif any(cells):
                    first, last = _lines(tokens[_opening(tokens, index)], offset)
                    info = " | ".join(header) if any(header) else ""
                    splitter.add("row", " | ".join(cells), first, last, parent=table_parent, info=info)
                    rows += 1
            case _:
                pass


def _quoted_prose(splitter: _Splitter, content: str, first: int, parent: int | None) -> None:
    """Read a fenced block that holds plain sentences, as prompts and quoted e-mails do; `first` is the content's first line."""
    for start, end in sentences.spans(content):
        low = first + content.count("\n", 0, start)
        splitter.add("sentence", _joined(content[start:end]), low, low + content.count("\n", start, end), parent=parent, info="prose")


def _opening(tokens: Sequence[Token], closing: int) -> int:
    wanted = tokens[closing].type.replace("_close", "_open")
    level = tokens[closing].level
    return next(i for i in range(closing, -1, -1) if tokens[i].type == wanted and tokens[i].level == level)


def _lines(token: Token, offset: int) -> tuple[int, int]:
    start, end = token.map or [0, 1]
    return offset + start + 1, offset + max(end, start + 1)


# --- paragraphs -----------------------------------------------------------------------------


def _paragraph(splitter: _Splitter, token: Token, lines: Sequence[str], offset: int, items: Sequence[_Item], *, quoted: bool) -> None:
    raw = _inline(token)
    first, last = _lines(token, offset)
    text = _ALERT.sub("\n", raw) if quoted else raw
    item = items[-1] if items else None
    if item is not None and item.number is None:
        checked = None
        if box := _BOX.match(text):
            checked, text = box.group(1) != " ", text[box.end() :]
        item.number = splitter.add("quote" if quoted else "item", text, first, last, parent=item.parent, checked=checked)
        splitter.lead = None
        return
    parent = item.number if item is not None else None
    if _TICK_ONLY.fullmatch(text.strip()) and splitter.lead is not None:
        parent = splitter.lead
    kind: StatementKind = "quote" if quoted else "sentence"
    number = None
    for line, part in _parts(text):
        bullet = _BULLET.match(part) if line is not None else None
        if bullet is not None:
            low, high = _place(text, part, line or 0, raw, lines, offset, first, last)
            splitter.add("quote" if quoted else "item", part[bullet.end() :], low, high, parent=number if number is not None else parent)
            continue
        for start, end in sentences.spans(part):
            piece = part[start:end]
            low, high = _place(text, piece, (line or 0) + part.count("\n", 0, start), raw, lines, offset, first, last)
            number = splitter.add(kind, _joined(piece), low, high, parent=parent) or number
    ends_open = number is not None and splitter.pieces[number - 1].text.endswith((":", "："))
    splitter.lead = number if number is not None and (ends_open or _all_strong(token)) else None


def _parts(text: str) -> Iterator[tuple[int | None, str]]:
    """Yield (line index, part) of a paragraph, cut where a line starts with a bullet that Markdown does not know, and at hard breaks."""
    lines = text.split("\n")
    bullets = sum(1 for line in lines if _BULLET.match(line.strip())) if len(lines) > 1 else 0
    start = 0
    for number in range(1, len(lines) + 1):
        at_end = number == len(lines)
        # "\v" marks a hard break: a line end the author meant.
        hard = lines[number - 1].endswith("\v") and not at_end and not lines[number][:1].islower()
        if at_end or hard or (bullets and _BULLET.match(lines[number].strip())):
            yield (
                start,
                "\n".join(line.rstrip("\v") for line in lines[start:number]).strip(" ")
                if bullets
                else "\n".join(line.rstrip("\v") for line in lines[start:number]),
            )
            start = number


def _joined(text: str) -> str:
    """Join wrapped lines: with a space, except between two characters of a script that writes none."""
    if "\n" not in text:
        return text
    out = ""
    for line in text.split("\n"):
        line = line.strip()
        glue = "" if out and line and _HAN.match(out[-1]) and _HAN.match(line[0]) else " "
        out = out + glue + line if out else line
    return out


def _place(text: str, piece: str, line: int, raw: str, lines: Sequence[str], offset: int, first: int, last: int) -> tuple[int, int]:
    """Return the first and last line of a piece that starts on line `line` of its paragraph's text."""
    count = last - first + 1
    height = piece.count("\n")
    if raw.count("\n") + 1 == count:
        # The text has the paragraph's line breaks.
        shift = raw.count("\n") - text.count("\n")
        low = min(first + line + shift, last)
        return low, min(low + height, last)
    # A code span or a link over a line end swallowed a break: look the words up instead.
    words = _WORDS.findall(piece)
    found = [n for n in range(first, last + 1) if words and words[0] in lines[n - 1 - offset] and n >= first + line]
    low = min(found[0] if found else first + line, last)
    ends = [n for n in range(low, last + 1) if words and words[-1] in lines[n - 1 - offset] and n >= low + height]
    return low, ends[0] if ends else min(low + height, last)


def _all_strong(token: Token) -> bool:
    children = [child for child in token.children or () if child.content.strip() or child.nesting]
    return (
        len(children) > 2
        and children[0].type == "strong_open"
        and children[-1].type == "strong_close"
        and sum(1 for child in children if child.type == "strong_open") == 1
    )


def _inline(token: Token) -> str:
    r"""Return inline markup as plain text: one `\n` for each line break, `\v` before a hard one."""
    out: list[str] = []
    raised: int | None = None
    for child in token.children or ():
        match child.type:
            case "text" | "text_special":
                out.append(child.content)
            case "code_inline":
                out.append(f"`{child.content}`")
            case "softbreak":
                out.append("\n")
            case "hardbreak":
                out.append("\v\n")
            case "html_inline":
                tag = child.content.lower()
                if tag.startswith("<br"):
                    out.append(" ")
                elif tag.startswith("<sup"):
                    raised = len(out)
                elif tag.startswith("</sup") and raised is not None:
                    out[raised:] = _raised("".join(out[:raised]), "".join(out[raised:]))
                    raised = None
                out.append("\n" * child.content.count("\n"))
            case _:
                pass
    return "".join(out)


def _raised(before: str, inner: str) -> list[str]:
    """A power stays (`10^6`); a footnote's number says nothing in the text."""
    if before[-1:].isdigit() and inner.isdigit():
        return ["^" + inner]
    return [] if inner.strip("[]() ").isdigit() else [inner]


def _is_prose(text: str) -> bool:
    """Whether an indented block is wrapped prose or a list, as plain-text briefs have it, not code."""
    lines = [line for line in text.split("\n") if line.strip()]
    wordy = sum(1 for line in lines if len(_WORDS.findall(line)) >= 3)
    return bool(lines) and wordy * 3 >= len(lines) * 2 and len(_CODE_MARKS.findall(text)) * 4 <= len(lines)


# --- HTML blocks ----------------------------------------------------------------------------


def _markup(splitter: _Splitter, content: str, first: int, inside: int | None) -> None:
    """Read the visible text of an HTML block: cells into rows, list items, headings, sentences."""
    if "<!--" in content:
        # Only an unclosed comment is left here: it hides the rest.
        content = content[: content.index("<!--")]
    content = _HIDDEN.sub(lambda match: "\n" * match.group().count("\n"), content)
    text: list[str] = []
    begin = first
    line = first
    row: list[str] | None = None
    row_line = first
    kind = ""
    parent = splitter.lead if splitter.lead is not None else inside

    def flush(end: int) -> None:
        nonlocal text, begin
        joined = html.unescape("".join(text))
        text = []
        if not joined.strip():
            begin = end
            return
        low = begin + len(joined[: len(joined) - len(joined.lstrip())].split("\n")) - 1
        if kind.startswith("h") and kind[1:].isdigit():
            splitter.heading(int(kind[1:]), joined, low, max(low, end))
        elif kind == "li":
            splitter.add("item", joined, low, max(low, end), parent=parent)
        else:
            for start, stop in sentences.spans(joined):
                at = begin + joined.count("\n", 0, start)
                splitter.add("sentence", _joined(joined[start:stop]), at, at + joined.count("\n", start, stop), parent=inside)
        begin = end

    position = 0
    for match in _TAG.finditer(content):
        plain = content[position : match.start()]
        text.append(plain)
        line += plain.count("\n")
        position = match.end()
        closing, name = match.group(1) == "/", match.group(2).lower()
        height = match.group().count("\n")
        if name not in _BLOCK_TAGS:
            text.append("\n" * height)
            line += height
            continue
        if name in ("td", "th") and row is not None:
            if closing:
                row.append(one_line(html.unescape("".join(text))).replace("|", "/"))
            text, begin = [], line + height
        elif name == "tr":
            if closing and row is not None:
                if any(row):
                    splitter.add("row", " | ".join(row), row_line, line, parent=parent)
                row, text, begin = None, [], line + height
            elif not closing:
                flush(line)
                row, row_line = [], line
        elif row is not None or name == "br":
            text.append(" ")
        else:
            flush(line)
            kind = "" if closing else name
        line += height
        if not text:
            begin = line
    text.append(content[position:])
    if row is not None:
        row.append(one_line(html.unescape("".join(text))))
        if any(row):
            splitter.add("row", " | ".join(row), row_line, line, parent=parent)
        return
    flush(line + content[position:].rstrip("\n").count("\n"))
