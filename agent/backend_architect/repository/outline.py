"""An existing code base in as few tokens as it takes: what it is made of, what it answers, what it stores, some files whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from backend_architect.expressions import expression
from backend_architect.ingest.redact import redact
from backend_architect.repository.files import Files, content, files
from backend_architect.repository.manifests import manifest
from backend_architect.repository.routes import routes, views
from backend_architect.repository.schemas import models, tables
from backend_architect.text import one_line, visible

Size = Callable[[str], int]
"""How many tokens a text has."""

_READ = 4_000
"""Files of source that are read at most."""
_BYTES = 32 * 1024 * 1024
_LINE = 400
"""Characters of a line that is shown."""

_TREE, _MANIFESTS, _ENTRIES, _ROUTES, _SCHEMAS = 0.2, 0.4, 0.45, 0.65, 0.85
"""Parts of the budget that are used up at most when a section ends; what one leaves over is the next ones'."""

_SOURCE = frozenset({"py", "js", "ts", "mjs", "cjs", "mts", "cts", "jsx", "tsx", "java", "kt", "go", "rb", "sql", "prisma"})


@dataclass(frozen=True)
class Survey:
    """What a model is shown of a code base."""

    text: str
    whole: frozenset[str]
    """Files that are shown whole, exactly: only these can be changed by giving their new content."""


def outline(folder: Path, *, tokens: int, size: Size) -> str:
    """Return a code base as text for a model: the most telling first, as much as fits.

    Secrets are taken out, what git ignores is left out, links are not followed. The same files give
    the same text, wherever they stand.

    Args:
        folder: The code base. Nothing is written to it.
        tokens: Most tokens of the text.
        size: How many tokens a text has.

    Raises:
        RepositoryError: If there is no such folder, or it cannot be read.
    """
    return survey(folder, tokens=tokens, size=size).text


def survey(folder: Path, *, tokens: int, size: Size) -> Survey:
    """Return the outline of a code base, and which of its files the outline holds whole; for the arguments see `outline`."""
    found = files(folder)
    read = _read(found)
    page = _Page(tokens, size)
    page.section("Files", _tree(found, fits=lambda lines: page.cost(lines) <= tokens * _TREE), until=_TREE)
    page.section("Manifests", _manifests(read), until=_MANIFESTS)
    entries = _entries(read)
    page.section("Entry points", [_shown(f"- {path}: {what}") for path, what in entries.items()], until=_ENTRIES)
    answered = {path: _routed(path, text) for path, text in read.items()}
    page.section("Routes", _grouped(answered), until=_ROUTES)
    stored, keeping = _stored(read)
    page.section("What is stored", stored, until=_SCHEMAS)
    telling = [*(path for path, lines in answered.items() if lines), *keeping, *entries]
    telling += [path for path, text in read.items() if manifest(path, text) is not None]
    return page.done([(path, read[path]) for path in dict.fromkeys(telling)], found)


@dataclass
class _Page:
    """Lines, as many as fit."""

    tokens: int
    size: Size
    lines: list[str] = field(default_factory=list)
    used: int = 0

    def cost(self, lines: Sequence[str]) -> int:
        return self.size("".join(f"{line}\n" for line in lines))

    def section(self, title: str, lines: Sequence[str], *, until: float) -> None:
        """Add a section's lines up to a part of the budget, and say how many are missing."""
        limit = int(self.tokens * until)
        head = [*([""] if self.lines else []), f"## {title}"]
        used = self.used + self.cost(head)
        kept: list[str] = []
        for line in lines:
            cost = self.cost([line])
            if used + cost > limit:
                break
            kept.append(line)
            used += cost
        if not kept:
            return
        missing = len(lines) - len(kept)
        self.lines += [*head, *kept, *([f"(and {missing} more)"] if missing else [])]
        self.used = self.cost(self.lines)

    def done(self, sources: Sequence[tuple[str, str]], found: Files) -> Survey:
        """Add whole files while they fit, and return it all."""
        blocks: list[tuple[str, list[str]]] = []
        for path, text in sources:
            if not _exact(found, path, text):
                continue
            block = ["", f"## File {path}", *(f"    {line}" if line else "" for line in text.removesuffix("\n").split("\n"))]
            cost = self.cost(block)
            if self.used + cost <= self.tokens:
                self.used += cost
                blocks.append((path, block))
        # The parts may add up to less than the whole has.
        while (lines := [*self.lines, *(line for _, block in blocks for line in block)]) and self.cost(lines) > self.tokens:
            (blocks or self.lines).pop()
        return Survey("".join(f"{line}\n" for line in lines), frozenset(path for path, _ in blocks))


def _exact(found: Files, path: str, text: str) -> bool:
    """Say whether a file is shown as it stands: nothing secret or invisible in it, and one kind of line end.

    Args:
        found: The code base.
        path: The file.
        text: Its text without secrets.
    """
    data = content(found.folder, path) or b""
    ends = data.count(b"\r\n")
    same = data.decode(errors="replace").replace("\r\n", "\n") == text and ends in (0, data.count(b"\n"))
    return same and bool(text.strip()) and visible(text) == text


def _shown(line: str) -> str:
    indent = len(line) - len(line.lstrip(" "))
    return " " * min(indent, 8) + one_line(redact(line))[:_LINE]


# --- what is read ---------------------------------------------------------------------------


def _read(found: Files) -> dict[str, str]:
    """Return the texts of the files that may tell something, those near the top first."""
    read: dict[str, str] = {}
    total = 0
    for path in sorted(found.paths, key=lambda path: (path.count("/"), path)):
        if not (path.rpartition(".")[2] in _SOURCE or manifest(path, "") is not None) or _is_test(path):
            continue
        text = found.text(path)
        if text is None:
            continue
        total += len(text)
        if len(read) == _READ or total > _BYTES:
            break
        # Before anything is cut from it: half a token would not be known as one.
        read[path] = redact(text)
    return read


_TEST = expression(
    r"(?i)(?:^|/)(?:tests?|__tests__|specs?|fixtures|testdata|e2e|cypress|examples?)/|(?:^|/)(?:test_[^/]*|conftest|[^/]*(?:_test|[._-]spec|\.test|Tests?))\.\w+$"
)


def _is_test(path: str) -> bool:
    return bool(_TEST.search(path))


# --- sections -------------------------------------------------------------------------------


def _tree(found: Files, *, fits: Callable[[list[str]], bool]) -> list[str]:
    """Return the folders and files, in as much detail as fits."""
    lines: list[str] = []
    for depth, each in ((99, 40), (99, 12), (6, 8), (4, 6), (3, 3), (2, 0), (1, 0)):
        lines = _drawn(found.paths, depth=depth, each=each)
        if fits(lines):
            break
    return [*(["(the first files only)"] if found.cut else []), *(one_line(redact(line)) for line in lines)]


def _drawn(paths: Sequence[str], *, depth: int, each: int) -> list[str]:
    folders: dict[str, list[str]] = {}
    for path in paths:
        head, _, name = path.rpartition("/")
        parts = head.split("/") if head else []
        if len(parts) > depth:
            head, name = "/".join(parts[:depth]), ""
        folders.setdefault(head, []).append(name or path)
    lines: list[str] = []
    for head in sorted(folders):
        names = folders[head]
        plain = [name for name in names if "/" not in name]
        said = ", ".join(plain) if len(names) <= each and len(plain) == len(names) else _counted(names)
        lines.append(f"- {head or '.'}/: {said}")
    return lines


def _counted(names: Sequence[str]) -> str:
    kinds: dict[str, int] = {}
    for name in names:
        base = name.rpartition("/")[2]
        kind = f".{base.rpartition('.')[2]}" if "." in base[1:] else base
        kinds[kind] = kinds.get(kind, 0) + 1
    ordered = sorted(kinds.items(), key=lambda item: (-item[1], item[0]))
    shown = [f"{number} {kind}" for kind, number in ordered[:5]]
    return f"{len(names)} files ({', '.join(shown)}{', …' if len(ordered) > 5 else ''})"


def _manifests(read: dict[str, str]) -> list[str]:
    return _grouped({path: manifest(path, text) or () for path, text in read.items()})


def _grouped(told: dict[str, tuple[str, ...]]) -> list[str]:
    return [_shown(line) for path, lines in told.items() if lines for line in (f"- {path}", *(f"  {each}" for each in lines))]


_MAIN = expression(
    r"(?:^|/)(?:main|app|server|index|manage|wsgi|asgi|worker|application|bootstrap|config\.ru|program)\.(?:py|js|ts|mjs|cjs|go|rb|kt|java|cs)$|(?:^|/)cmd/[^/]+/\w+\.go$"
)
_STARTS = (
    ("java kt", "@SpringBootApplication", expression(r"@SpringBootApplication\b"), "Spring Boot application"),
    ("go", "func main(", expression(r"(?m)^func main\("), "Go program"),
    ("py", "FastAPI(", expression(r"(?m)^\w+\s*=\s*(?:fastapi\.)?FastAPI\("), "FastAPI application"),
    ("py", "Flask(", expression(r"(?m)^\s*\w+\s*=\s*(?:flask\.)?Flask\("), "Flask application"),
    ("py", "_application(", expression(r"(?m)^application\s*=\s*get_[aw]sgi_application\("), "Django application"),
    ("py", "execute_from_command_line(", expression(r"(?m)^\s*execute_from_command_line\("), "Django commands"),
    ("py", "Celery(", expression(r"(?m)^\w+\s*=\s*(?:celery\.)?Celery\("), "Celery worker"),
    ("ts js", "NestFactory.create", expression(r"\bNestFactory\.create"), "Nest application"),
)
_WEAK = (
    ("py", "if __name__ ==", expression(r"(?m)^if __name__ =="), "program"),
    ("ts js mjs cjs mts cts", ".listen(", expression(r"\.listen\("), "server"),
)
"""What tells only in a file that is named like an entry point."""


def _entries(read: dict[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for path, text in read.items():
        kind = path.rpartition(".")[2]
        signs = (*_STARTS, *_WEAK) if _MAIN.search(path) else _STARTS
        if said := [what for kinds, literal, sign, what in signs if kind in kinds.split(" ") and literal in text and sign.search(text)]:
            found[path] = said[0]
    return found


def _routed(path: str, text: str) -> tuple[str, ...]:
    return (*routes(path, text), *views(path, text))


def _stored(read: dict[str, str]) -> tuple[list[str], list[str]]:
    """Return what is stored as lines, and the files that say so."""
    told = {path: models(path, text) for path, text in read.items()}
    migrated = tables({path: text for path, text in read.items() if path.endswith((".sql", ".py"))})
    lines = [_shown(f"- {line}") for line in migrated.values()]
    return [*lines, *_grouped(told)], [path for path, lines in told.items() if lines]
