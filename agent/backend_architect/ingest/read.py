"""Reading a brief: from bytes to numbered statements, with every way it can fail named."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path, PurePath
from typing import BinaryIO

from backend_architect.brief import Brief, Statement
from backend_architect.errors import BriefError
from backend_architect.ingest import frontmatter, language, stated
from backend_architect.ingest.redact import redact
from backend_architect.ingest.slips import mistyped
from backend_architect.ingest.split import Piece, split
from backend_architect.text import one_line, visible

SIZE_CAP = 5_000_000

_LINE_BREAKS = "\u2028\u2029\x0b\x0c\x85\xa0"
_WIDE = ((b"\xff\xfe\x00\x00", "UTF-32"), (b"\x00\x00\xfe\xff", "UTF-32"), (b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16"))
_TITLE_LIMIT = 200


def read(path: str, *, stdin: BinaryIO, size_cap: int = SIZE_CAP) -> Brief:
    """Read the brief at `path` (`-`: from `stdin`) and split it into statements.

    Raises:
        BriefError: It is missing, a directory, unreadable, empty, binary, not UTF-8, over `size_cap`
            bytes, or its front matter is malformed. The message is one line.
        FactError: Its front matter states a fact that cannot be read, or twice.
    """
    where = "standard input" if path == "-" else repr(path)
    data = _bytes(path, where, stdin=stdin, size_cap=size_cap)
    source = _seen(_decoded(data, where))
    source = redact(source)
    name = "standard input" if path == "-" else repr(path)[1:-1]
    pairs: list[frontmatter.Pair] = []
    if span := frontmatter.find(source, path=name):
        pairs = frontmatter.read(source, span, path=name)
        lines = source.split("\n")
        lines[span[0] - 1 : span[1]] = [""] * (span[1] - span[0] + 1)
        source = "\n".join(lines)
    pieces = split(source)
    if not pieces:
        raise BriefError(f"{where} holds no text outside comments and front matter: write down what is to be built")
    return Brief(
        path=path,
        sha256=hashlib.sha256(data).hexdigest(),
        title=_title(path, pieces, pairs),
        language=language.detect("\n".join(piece.text for piece in pieces if piece.kind != "code")),
        statements=tuple(_statement(number, piece) for number, piece in enumerate(pieces, start=1)),
        stated=_stated(pairs, path=name),
        size=len(data),
    )


def _bytes(path: str, where: str, *, stdin: BinaryIO, size_cap: int) -> bytes:
    try:
        if path == "-":
            data = stdin.read(size_cap + 1)
        else:
            if Path(path).is_dir():
                raise IsADirectoryError
            with Path(path).open("rb") as file:
                data = file.read(size_cap + 1)
    except FileNotFoundError as error:
        raise BriefError(f"no brief at {where}: check the path, or give '-' to read standard input") from error
    except IsADirectoryError as error:
        raise BriefError(f"{where} is a directory: name the brief's file in it") from error
    except PermissionError as error:
        raise BriefError(f"{where} cannot be read: permission denied; make the file readable") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BriefError(f"{where} cannot be read: {one_line(str(reason))}; check the path") from error
    if len(data) > size_cap:
        raise BriefError(f"{where} is larger than {size_cap:,} bytes: cut the brief down to what is to be built")
    return data


def _decoded(data: bytes, where: str) -> str:
    for mark, name in _WIDE:
        if data.startswith(mark):
            raise BriefError(f"{where} is {name}, not UTF-8: save it as UTF-8, for example with 'iconv -f {name} -t UTF-8'")
    if (nul := data.find(b"\0")) >= 0:
        raise BriefError(f"{where} is binary (a NUL byte at offset {nul:,}): give the brief as Markdown or plain text")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = len(re.findall(rb"\r\n|\r|\n", data[: error.start])) + 1
        raise BriefError(f"{where} is not UTF-8: byte 0x{data[error.start]:02x} at offset {error.start:,}, line {line:,}; save it as UTF-8") from error
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if not one_line(text[:100_000]) and not one_line(text):
        raise BriefError(f"{where} is empty: write down what is to be built")
    return text


def _seen(text: str) -> str:
    """Return `text` without invisible characters; every line stays a line."""
    for char in _LINE_BREAKS:
        if char in text:
            text = text.replace(char, " ")
    return "\n".join(visible(line) for line in text.split("\n"))


def _statement(number: int, piece: Piece) -> Statement:
    return Statement(
        number=number,
        kind=piece.kind,
        text=piece.text,
        first_line=piece.first,
        last_line=piece.last,
        section=piece.section,
        info=piece.info,
        parent=piece.parent,
        checked=piece.checked,
        digest=hashlib.sha256(one_line(piece.text).encode()).hexdigest()[:12],
    )


def _stated(pairs: list[frontmatter.Pair], *, path: str) -> tuple[tuple[str, str], ...]:
    """Return the pairs that state a fact, each of them readable; other keys are the author's own."""
    found = []
    for key, value, line in pairs:
        where = f"{path}:{line}: front matter"
        if stated.fact_name(key) is not None:
            if one_line(value):
                found.append((key, one_line(value), where))
        elif meant := mistyped(key):
            raise BriefError(f"{where}: unknown fact {one_line(key)!r}: did you mean {meant!r}? if it is no fact, give it another name")
    stated.gather(found, origin="front matter")
    return tuple((key, value) for key, value, _ in found)


def _title(path: str, pieces: list[Piece], pairs: list[frontmatter.Pair]) -> str:
    """The first heading of the first rank, the front matter's title, any first heading, the file's name."""
    headings = [piece for piece in pieces if piece.kind == "heading"]
    stated = next((one_line(value) for key, value, _ in pairs if key.lower() == "title"), "")
    first = next((piece.text for piece in headings if piece.level == 1), "")
    any_heading = headings[0].text if headings else ""
    named = one_line(re.sub(r"[-_.\s]+", " ", PurePath(path).stem)) if path != "-" else ""
    for candidate in (first, stated if stated != frontmatter.NESTED else "", any_heading, named[:1].upper() + named[1:]):
        if title := candidate.strip().rstrip(":\uff1a").strip():
            return title[:_TITLE_LIMIT].rstrip()
    return "Untitled brief"
