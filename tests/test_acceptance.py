"""What the program promises, checked from outside on whole runs: the examples, hostile briefs, bad input, other surroundings."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import sqlglot
import yaml
from cmarkgfm.cmark import Options, markdown_to_html_with_extensions  # type: ignore[import-untyped]
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from openapi_spec_validator import OpenAPIV31SpecValidator
from sqlglot import exp

from backend_architect.brief import Brief
from backend_architect.document import parse, render
from backend_architect.emit import sql
from backend_architect.ingest import read
from backend_architect.plan import PREFIXES, Plan
from backend_architect.runs import FILE_NAME, plan_brief
from naughty import BLOCKS, INLINE, LINES, around, matter
from test_cli import process, run
from test_emit_mermaid import check as mermaid_check
from test_emit_sql import run_on_postgres, with_engine
from test_files import tree

if TYPE_CHECKING:
    import psycopg

    Postgres = psycopg.Connection[tuple[object, ...]]

# Its stubs have a statement that type checkers refuse.
postgast: Any = import_module("postgast")

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
_ASKED = "A clerk can create an order with a name and an amount.\n"
NAMES = sorted(path.stem for path in EXAMPLES.glob("*.md"))
MARK = re.compile(r"<!-- ?(?:key=[a-z0-9-]+|(?:[a-z0-9-]+ )?[0-9a-f]{4}(?: at=[0-9]+)?(?: eol=none)?) ?-->")
COMMONMARK = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


@dataclass(frozen=True)
class Made:
    """A brief and what a run made of it."""

    brief: Brief
    plan: Plan
    text: str


@cache
def made(path: str) -> Made:
    outcome = plan_brief(path, folder=None, stdin=BytesIO())
    return Made(read(path, stdin=BytesIO()), outcome.plan, outcome.markdown)


def example(name: str) -> Made:
    return made(str(EXAMPLES / f"{name}.md"))


# --- the document, as others read it --------------------------------------------------------


@dataclass
class Page(HTMLParser):
    """A rendered document: what a reader sees, and every tag that is in it."""

    headings: list[tuple[int, str]] = field(default_factory=list)
    boxes: list[tuple[str, bool]] = field(default_factory=list)
    """The first words in bold after each box, and whether it is ticked."""
    tags: set[tuple[str, str, str]] = field(default_factory=set)
    """(tag, attribute, value), the value only where it could do harm."""
    comments: list[str] = field(default_factory=list)
    declarations: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._text: list[str] | None = None
        self._ticked: bool | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs or [("", "")]:
            scheme = (value or "").partition(":")[0].lower() if name == "href" else "" if name in ("lang", "class") else value or ""
            self.tags.add((tag, name, scheme))
        if tag == "input":
            self._ticked = ("checked", "") in attrs
        if re.fullmatch("h[1-6]", tag) or (tag == "strong" and self._ticked is not None):
            self._text = []
        if tag == "code" and self._text is not None:
            self._text.append("`")

    def handle_endtag(self, tag: str) -> None:
        if tag == "code" and self._text is not None:
            self._text.append("`")
        if self._text is None:
            return
        if re.fullmatch("h[1-6]", tag):
            self.headings.append((int(tag[1]), "".join(self._text).strip()))
            self._text = None
        elif tag == "strong" and self._ticked is not None:
            self.boxes.append(("".join(self._text), self._ticked))
            self._text = self._ticked = None

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)

    def handle_comment(self, data: str) -> None:
        self.comments.append(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self.declarations.append(decl)

    def unknown_decl(self, data: str) -> None:
        self.declarations.append(data)

    def handle_pi(self, data: str) -> None:
        self.declarations.append(data)


def github(text: str) -> Page:
    """Render as GitHub does, but with raw HTML let through, so that it shows."""
    options = Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_FOOTNOTES | Options.CMARK_OPT_GITHUB_PRE_LANG
    page = Page()
    page.feed(markdown_to_html_with_extensions(text, options=options, extensions=["table", "autolink", "strikethrough", "tasklist"]))
    page.close()
    return page


def body(text: str) -> str:
    """A document without its front matter."""
    return text.partition("\n---\n")[2]


HARMLESS = {
    (tag, "", "") for tag in ["h1", "h2", "h3", "p", "ul", "li", "strong", "code", "pre", "table", "thead", "tbody", "tr", "th", "td", "blockquote"]
} | {
    ("input", "type", "checkbox"),
    ("input", "disabled", ""),
    ("input", "checked", ""),
    ("pre", "lang", ""),
    ("a", "href", "http"),
    ("a", "href", "https"),
    ("a", "href", "mailto"),
    ("a", "href", "xmpp"),
}

CHAPTERS = """Context; Architecture Plan; Architecture Items; Implementation Roadmap; Proposed Code Changes; Commands; Quality Assurance Task Checklist;
    Findings; Traceability; Left out on purpose; Out of scope; Retired"""
SECTIONS = """User loop; Load; Consumers; Integrations; Sensitive data; Requirements; Assumptions; Open questions; Options ruled out; Critical path; Data model;
    API; Errors; Real-time; Synchronous work; Background jobs; Caching; Permissions; Scaling; Operations; Code layout; Guidance; Other tasks; Risks"""
LAYERS = {1: "API", 2: "Data", 3: "Messaging", 4: "Security", 5: "Performance", 6: "Operations"}


def named(listed: str) -> list[str]:
    return [name.strip() for name in listed.split(";")]


def check_structure(plan: Plan, text: str) -> None:
    """The headings and boxes that any reader of Markdown sees are those of the plan, and there is no markup in it but the document's own."""
    design = plan.design
    page = github(body(text))
    assert page.tags <= HARMLESS
    assert page.declarations == []
    assert [comment for comment in page.comments if not MARK.fullmatch(comment)] == []
    tokens = COMMONMARK.parse(body(text))
    inline = [child for token in tokens for child in token.children or ()]
    assert {child.type for child in inline} <= {"text", "strong_open", "strong_close", "code_inline", "html_inline", "softbreak", "text_special"}
    assert [child.content for child in inline if child.type == "html_inline"] == page.comments
    assert not [token for token in tokens if token.type == "html_block"]

    assert page.boxes == [(box, id in plan.ticked) for (box, _), id in zip(page.boxes, (identity.id for identity in plan.identities), strict=True)]
    assert [box.partition(" ")[0] for box, _ in page.boxes] == [identity.id for identity in plan.identities]

    own = {f"{number} {name} Layer" for number, name in LAYERS.items()} | {"7 System Architecture", *named(SECTIONS)}
    contexts = {f"{number} {name}" for number, name in enumerate(dict.fromkeys(part.context for part in design.structure.components), 1)}
    phases = {f"Phase {number}: {phase.title}" for number, phase in enumerate(design.delivery.phases, 1)}
    first, *rest = page.headings
    assert first == (1, f"TODO: backend architecture for {design.scope.project}")
    chapters = [heading for level, heading in rest if level == 2]
    assert chapters == [chapter for chapter in named(CHAPTERS) if chapter in chapters]
    assert {heading for level, heading in rest if level == 3} <= own | contexts | phases
    assert len([heading for level, heading in rest if level == 3]) == len({heading for level, heading in rest if level == 3})
    assert {level for level, _ in rest} <= {2, 3}
    told = [(int(token.tag[1:]), tokens[at + 1]) for at, token in enumerate(tokens) if token.type == "heading_open"]
    shown = [
        (level, "".join(f"`{c.content}`" if c.type == "code_inline" else c.content for c in line.children or () if c.type != "html_inline").strip())
        for level, line in told
    ]
    assert shown == page.headings


def check_front(plan: Plan, text: str) -> None:
    """YAML reads the front matter as what the plan's head says."""
    front = yaml.safe_load(text.partition("\n---\n")[0].removeprefix("---\n"))
    assert re.fullmatch("[0-9a-f]{12}", front.pop("content"))
    head = plan.head.model_dump()
    assert front == {"backend-architect": head.pop("format"), **{name.replace("_", "-"): value for name, value in head.items()}}


def check_visible(text: str) -> None:
    """Every character is one that a reader sees, or a line end."""
    odd = {char for char in text if char != "\n" and (unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") or invisible(char))}
    assert {f"U+{ord(char):04X}" for char in odd} == set()


def invisible(char: str) -> bool:
    return char in "\u115f\u1160\u3164\uffa0\u2800\u034f" or "\ufe00" <= char <= "\ufe0f" or "\U000e0000" <= char <= "\U000e0fff"


def blocks(text: str) -> dict[str, str]:
    """The proposed files, by path, as a reader of Markdown finds them."""
    found, path = {}, ""
    for token in COMMONMARK.parse(body(text)):
        if token.type == "inline" and (element := re.match(r"\[[ x]\] \*\*CODE-[0-9.]+ \[(.*)\]\*\*: ", token.content)):
            path = element[1]
        elif token.type == "fence" and path and token.level == 0:
            found[path] = token.content
            path = ""
    return found


def diagrams(text: str) -> list[str]:
    return [token.content for token in COMMONMARK.parse(body(text)) if token.type == "fence" and token.info == "mermaid"]


def check_code(plan: Plan, text: str) -> None:
    """What the document proposes is valid in its own language."""
    files = blocks(text)
    assert files == {change.path: change.content for change in plan.code}
    assert ("openapi.yaml" in files) == bool(plan.design.endpoints)
    for path, content in files.items():
        match Path(path).suffix:
            case ".yaml":
                OpenAPIV31SpecValidator(yaml.safe_load(content)).validate()
            case ".json":
                assert isinstance(json.loads(content), dict)
            case ".sql" if plan.design.data is not None and plan.design.data.decision.engine == "postgresql":
                postgast.parse(content)
            case ".sql" if plan.design.data is not None and plan.design.data.decision.engine == "mysql":
                parsed = sqlglot.parse(content, read="mysql")
                assert not [statement for statement in parsed if isinstance(statement, exp.Command)]
            case ".sql":
                run_on_sqlite(files["migrations/0001_initial.up.sql"], files["migrations/0001_initial.down.sql"])
            case other:
                raise AssertionError(f"nobody has checked {other}")


def run_on_sqlite(up: str, down: str) -> None:
    connection = sqlite3.connect(":memory:")
    connection.executescript(up)
    built = connection.execute("SELECT count(*) FROM sqlite_master WHERE type = 'table'").fetchone()
    assert built == (len(re.findall("^CREATE TABLE ", up, re.MULTILINE)),)
    connection.executescript(down)
    assert connection.execute("SELECT name FROM sqlite_master").fetchall() == []
    connection.close()


def check_round_trip(plan: Plan, text: str) -> None:
    document = parse(text)
    assert document.problems == ()
    assert document.plan == plan
    assert render(plan) == text


def check_document(text: str) -> Plan:
    """All that holds for any document of this program; returns its plan."""
    plan = parse(text).plan
    assert plan is not None
    check_visible(text)
    check_front(plan, text)
    check_structure(plan, text)
    check_code(plan, text)
    check_round_trip(plan, text)
    return plan


# --- the examples ---------------------------------------------------------------------------


def check_tidy(text: str) -> None:
    """No line has junk at its end, no blank line is doubled, nothing was left unfilled."""
    lines = text.split("\n")
    fenced = False
    for number, line in enumerate(lines[:-1], 1):
        assert line == line.rstrip(), f"line {number}"
        fence = line.startswith("```")
        fenced ^= fence
        if fenced or fence:
            continue
        assert line or lines[number - 2], f"two blank lines at {number}"
        prose = re.sub("`[^`]*`", "`", MARK.sub("", line).rstrip())
        assert not re.search(r"(?: [—·→,;]|\(|,|;|\.\.|\bNone[.,;]| :)$", prose), f"line {number}: {line}"
        words = re.sub(r"(?<=\|) +(?=\|)", "", prose).strip()
        assert not re.search(r"\{\{|\}\}|\(\)|  |\*\*\*\*| [,;.](?: |$)|,,|;;|\(,|<class|\bnan\b", words), f"line {number}: {line}"
        if prose.endswith(":"):
            assert lines[number].startswith("    - "), f"line {number}: {line}"
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


_ID = re.compile(rf"\b(?:{'|'.join(sorted(PREFIXES.values(), key=len, reverse=True))})-[0-9]+\.[0-9]+\b")


def check_references(brief: Brief, plan: Plan, text: str) -> None:
    """Whatever the document refers to is there: IDs, keys, statements and their lines."""
    ids = [identity.id for identity in plan.identities]
    assert len(set(ids)) == len(ids)
    said = {statement for quoted in brief.statements for statement in _ID.findall(quoted.text)}
    assert set(_ID.findall(text)) - said <= set(ids)
    header: list[str] = []
    for line in text.partition("\n## Traceability\n")[2].partition("\n## ")[0].splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| REQ "):
            header = cells
        elif line.startswith("| "):
            assert {f"{kind}-{number}" for kind, cell in zip(header, cells, strict=True) for number in numbers(cell)} <= set(ids)
    assert header or not plan.design.scope.requirements
    keys = [key for _, key in keyed(plan)]
    assert len(set(keys)) == len(keys)
    assert {(name, key) for name, key in referred(plan) if key not in keys} == set()
    lines = {statement.number: (statement.first_line, statement.last_line) for statement in brief.statements}
    assert {span.statement: (span.first_line, span.last_line) for span in plan.spans} == {number: lines[number] for number in cited(plan)}


def numbers(cell: str) -> Iterator[str]:
    """The numbers of a cell: `1.1, 2.1 to 2.3`."""
    for part in filter(None, cell.split(", ")):
        first, _, last = part.partition(" to ")
        group, _, low = first.partition(".")
        other, _, high = (last or first).partition(".")
        assert group == other
        yield from (f"{group}.{number}" for number in range(int(low), int(high) + 1))


def members(value: object) -> Iterator[tuple[str, Any]]:
    """Every member of a value and of what is in it, by name."""
    match value:
        case tuple():
            for part in value:
                yield from members(part)
        case str() | int() | float() | None:
            pass
        case _:
            for name in type(value).model_fields:  # type: ignore[attr-defined]
                part = getattr(value, name)
                yield name, part
                yield from members(part)


def keyed(plan: Plan) -> Iterator[tuple[str, str]]:
    yield from ((name, key) for part in (plan.design, plan.code, plan.quality) for name, key in members(part) if name == "key")


def referred(plan: Plan) -> Iterator[tuple[str, str]]:
    for part in (plan.design, plan.code, plan.quality):
        for name, value in members(part):
            if isinstance(value, tuple) and name in ("satisfies", "uses", "owns", "implements", "depends_on", "evidence", "vocabulary"):
                yield from ((name, key) for key in value)
            elif name in ("ref", "entity", "component", "phase") and value is not None:
                yield name, value


def cited(plan: Plan) -> list[int]:
    return sorted({number for name, value in members(plan.design) if name == "cites" for number in value})


def check_covered(brief: Brief, plan: Plan) -> None:
    """Each statement of the brief is required, background or out of scope, and only one of them."""
    coverage = plan.coverage
    assert sorted((*coverage.required, *coverage.context, *coverage.excluded)) == [statement.number for statement in brief.statements]
    assert set(coverage.required) == {number for requirement in plan.design.scope.requirements for number in requirement.cites}
    assert set(coverage.excluded) <= {number for item in plan.design.scope.excluded for number in item.cites}


def check_all(subject: Made) -> None:
    """What holds for the plan of an honest brief."""
    assert check_document(subject.text) == subject.plan
    check_tidy(subject.text)
    check_references(subject.brief, subject.plan, subject.text)
    check_covered(subject.brief, subject.plan)
    assert subject.plan.findings == ()


@pytest.mark.parametrize("name", NAMES)
def test_the_plan_of_an_example_keeps_every_promise(name: str) -> None:
    check_all(example(name))


@pytest.mark.parametrize("name", NAMES)
def test_the_schema_of_an_example_runs_forth_and_back_on_every_engine(name: str, postgres: Postgres) -> None:
    design = example(name).plan.design
    if not any(entity.tier != "future" for entity in design.entities):
        pytest.skip("nothing is stored")
    run_on_postgres(postgres, with_engine(design, "postgresql"))
    run_on_sqlite(*sql.script(with_engine(design, "sqlite")))
    up, down = sql.script(with_engine(design, "mysql"))
    parsed = [statement for statement in sqlglot.parse(up + down, read="mysql") if statement is not None]
    assert not [statement for statement in parsed if isinstance(statement, exp.Command)]
    assert len([each for each in parsed if isinstance(each, exp.Create) and each.kind == "TABLE"]) == len(
        [each for each in parsed if isinstance(each, exp.Drop) and each.kind == "TABLE"]
    )


def test_the_diagrams_of_all_examples_parse() -> None:
    drawn = [diagram for name in NAMES for diagram in diagrams(example(name).text)]
    assert len(drawn) > len(NAMES)
    result = mermaid_check(drawn)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_a_few_lines_get_a_small_plan() -> None:
    plan, text = example("three-lines").plan, example("three-lines").text
    assert len(text.encode()) < 24 * 1024
    assert [part.kind for part in plan.design.structure.components if part.kind in ("service", "worker")] == ["service"]
    assert plan.design.scope.size == "tiny"


def test_a_contradiction_is_a_question() -> None:
    questions = example("contradictory-intranet").plan.design.scope.questions
    assert [question for question in questions if len(question.cites) > 1]


def test_another_language_stays_in_the_demands() -> None:
    subject = example("umfrage-verein")
    said = {statement.number: statement.text for statement in subject.brief.statements}
    assert subject.plan.head.language == "de"
    assert [requirement.text for requirement in subject.plan.design.scope.requirements if requirement.text != said[requirement.cites[0]]] == []


# --- hostile briefs -------------------------------------------------------------------------


def planned(text: str, *options: str) -> Plan | None:
    """Plan a brief from standard input and check all that comes out; None if it was refused, as it should be."""
    result = run("plan", "-", "-o", "-", *options, stdin=text.encode())
    check_visible(result.stderr)
    if result.exit_code == 2:
        assert result.stdout == ""
        assert re.fullmatch(r"(?:[a-z() ,]+ … done\n)*error: [^\n]{1,600}\n", result.stderr)
        return None
    assert result.exit_code == 0, result.stderr
    assert max(map(len, result.stderr.splitlines())) < 5_000
    plan = check_document(result.stdout)
    assert f"\n{plan.head.project}: " in f"\n{result.stderr}"
    return plan


def everywhere(line: str) -> str:
    """A brief that has the same line in every place that takes one."""
    return "\n".join(place(line).removeprefix("# Shop\n") for name, place in INLINE.items() if name != "title")


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_a_line_in_a_brief_is_only_text(line: str) -> None:
    assert planned(everywhere(line)) is not None


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_a_line_as_a_title_is_only_text(line: str) -> None:
    planned(INLINE["title"](line))


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_a_line_as_a_fact_is_only_text(line: str) -> None:
    planned(matter(line), "--set", f"stack={line}")
    assert planned(_ASKED, "--set", f"users={line}") is None
    assert planned(_ASKED, "--set", f"{line}=1") is None
    assert planned(_ASKED, "--set", line) is None or "=" in line


@pytest.mark.parametrize("block", BLOCKS.values(), ids=BLOCKS)
def test_a_block_in_a_brief_is_only_text(block: str) -> None:
    planned(around(block))


@pytest.mark.parametrize("end", ["\r\n", "\r"], ids=["CRLF", "CR"])
def test_line_ends_and_a_mark_at_the_start_change_nothing(end: str) -> None:
    text = (EXAMPLES / "three-lines.md").read_text(encoding="utf-8")
    unix = planned(text)
    other = planned("\ufeff" + text.replace("\n", end))
    assert unix is not None
    assert other is not None
    assert (other.design, other.code, other.spans) == (unix.design, unix.code, unix.spans)


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(sorted(INLINE)), st.sampled_from(sorted(LINES))) | st.sampled_from(sorted(BLOCKS)), min_size=2, max_size=5))
def test_hostile_pieces_in_one_brief(pieces: list[tuple[str, str] | str]) -> None:
    planned("\n\n".join(around(BLOCKS[piece]) if isinstance(piece, str) else INLINE[piece[0]](LINES[piece[1]]) for piece in pieces))


def test_diagrams_of_hostile_names_parse() -> None:
    drawn: list[str] = []
    short = [line for line in LINES.values() if len(line) < 300]
    for title, actor, system in zip(short[::3], short[1::3], short[2::3], strict=False):
        brief = f"# {title}\n\n- A {actor} clerk can create an order with a name and an amount.\n- A guest can comment on an order.\n- We send {title} to the {system} API.\n"
        drawn.extend(diagrams(run("plan", "-", "-o", "-", "--set", "users=5000", stdin=brief.encode()).stdout))
    assert len(drawn) > len(short) // 3
    result = mermaid_check(drawn)
    assert [drawn[int(failure.partition(":")[0])] for failure in result.stdout.splitlines()] == []
    assert result.returncode == 0


# --- bad input ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "standard input is empty: "),
        ("\u200b\u202e\x1b \n\u2800".encode(), "standard input is empty: "),
        (b"a\0b", "standard input is binary "),
        (b"# Shop\n\na \xed\xa0\x80 b", "standard input is not UTF-8: byte 0xed at offset 10, line 3"),
        (b"\xf4\x90\x80\x80", "standard input is not UTF-8: "),
        (b"\xc0\xaf", "standard input is not UTF-8: "),
        ("Ein Händler".encode("utf-16"), "standard input is UTF-16, not UTF-8: "),
        (b"An order. " * 500_001, "standard input is larger than 5,000,000 bytes: "),
        (b"<!--\n" * 100_000, "standard input holds no text "),
        (b"---\na: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n---\n\nAn order.\n", "standard input:2: front matter uses a YAML anchor or alias: "),
        (b"---\na: !!python/object/apply:os.system ['true']\nb: {\n---\nAn order.\n", "standard input:[0-9]+: malformed front matter "),
        (b"---\nusers: x\x1b[31mmany\n---\n\nAn order.\n", "standard input:2: front matter: users='x\\[31mmany' is not a value for it: "),
        (b"---\nusers: many\n---\n\nAn order.\n", "standard input:2: front matter: users='many' is not a value for it: "),
        (b"---\n" + b"a: " * 5_000 + b"\n---\n\nAn order.\n", "standard input:[0-9]+: malformed front matter "),
    ],
    ids=[
        "nothing",
        "nothing to see",
        "NUL",
        "lone surrogate",
        "too high",
        "overlong",
        "UTF-16",
        "over the cap",
        "only a comment",
        "exploding aliases",
        "tag",
        "escape in a fact",
        "no number",
        "ladder",
    ],
)
def test_bad_standard_input_is_one_line_and_no_file(data: bytes, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("plan", "-", stdin=data)
    assert (result.exit_code, result.stdout) == (2, "")
    assert re.fullmatch(f"(?:[a-z]+ … done\n)*error: {message}[^\n]+\n", result.stderr), result.stderr
    check_visible(result.stderr)
    assert tree(tmp_path) == {}


def test_an_unknown_fact_names_the_near_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for option, message in [
        ("latenzy=200 ms", "--set: unknown fact 'latenzy': did you mean 'latency'\\? "),
        ("latency=200 bananas", "--set: latency='200 bananas' is not "),
        ("storage=4 parsecs", "--set: storage='4 parsecs' is not "),
        ("users=-3", "--set: users='-3' is not "),
        ("budget=", "--set: budget='' is not "),
        ("=3", "--set: unknown fact ''"),
    ]:
        result = run("plan", "-", "--set", option, stdin=_ASKED.encode())
        assert (result.exit_code, result.stdout) == (2, "")
        assert re.fullmatch(f"(?:[a-z]+ … done\n)*error: {message}[^\n]+\n", result.stderr), result.stderr
    assert tree(tmp_path) == {}


@contextmanager
def nobody() -> Iterator[Path]:
    """A folder that the test, also when root runs it, enters as a user without privileges."""
    root = os.geteuid() == 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if root:
            os.chown(folder, 65534, 65534)
            # The real user too: that is whom the system answers about permissions.
            os.setresuid(65534, 65534, 0)
        try:
            yield folder
        finally:
            if root:
                os.setresuid(0, 0, 0)


def test_a_folder_that_really_cannot_be_written_is_refused_and_a_file_in_it_is_written_in_place() -> None:
    run("plan", "-", "-o", "-", stdin=_ASKED.encode())
    with nobody() as folder:
        folder.chmod(0o555)
        result = run("plan", "-", "-o", str(folder), stdin=_ASKED.encode())
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr == f"error: cannot write '{folder / FILE_NAME}': no permission to write in '{folder}'; choose another folder with -o\n"
        assert run("plan", "-", "-o", str(folder / "deeper"), stdin=_ASKED.encode()).exit_code == 2
        assert tree(folder) == {}
        folder.chmod(0o755)
        assert run("plan", "-", "-o", str(folder), stdin=_ASKED.encode()).exit_code == 0
        folder.chmod(0o555)
        result = run("plan", "-", "-o", str(folder), stdin=(_ASKED + "A guest can read orders.\n").encode())
        assert (result.exit_code, set(tree(folder))) == (0, {FILE_NAME}), result.stderr
        check_document((folder / FILE_NAME).read_text(encoding="utf-8"))
        (folder / FILE_NAME).chmod(0o444)
        kept = (folder / FILE_NAME).read_bytes()
        assert run("plan", "-", "-o", str(folder), stdin=_ASKED.encode()).exit_code == 2
        assert tree(folder) == {FILE_NAME: kept}
        folder.chmod(0o755)


# --- other surroundings ---------------------------------------------------------------------

SURROUNDINGS = {
    "plain": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "TZ": "UTC"},
    "far away": {"LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8", "TZ": "Pacific/Kiritimati", "PYTHONIOENCODING": "latin-1"},
    "ten years on": {
        "LC_ALL": "de_DE.ISO-8859-1",
        "TZ": "Asia/Kathmandu",
        "SOURCE_DATE_EPOCH": "2000000000",
        "COLUMNS": "20",
        "TERM": "xterm",
        "FORCE_COLOR": "1",
    },
}


def test_locale_timezone_and_terminal_do_not_show_in_a_plan(tmp_path: Path) -> None:
    brief = EXAMPLES / "umfrage-verein.md"
    found = set()
    for number, surroundings in enumerate(SURROUNDINGS.values()):
        environment = os.environ | surroundings | {"PYTHONHASHSEED": str(number + 3), "HOME": str(tmp_path)}
        started = [sys.executable, "-W", "error", "-m", "backend_architect", "plan", "-", "-o", "-"]
        done = subprocess.run(started, cwd=tmp_path, env=environment, input=brief.read_bytes(), capture_output=True, check=False, timeout=60)
        assert done.returncode == 0, done.stderr
        assert b"\x1b" not in done.stderr
        found.add(done.stdout)
    assert len(found) == 1
    assert check_document(found.pop().decode()).head.language == "de"
    assert tree(tmp_path) == {}


def test_names_that_are_no_text_are_taken(tmp_path: Path) -> None:
    odd = os.fsdecode(b"br\xefef\x1b[31m.md")
    (tmp_path / odd).write_bytes(_ASKED.encode())
    done = process("plan", odd, "-o", os.fsdecode(b"f\xfclder"), "--json", "--set", os.fsdecode(b"stack=Go\xff"), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["change"] == "created"
    assert b"\x1b" not in done.stderr
    (made_in,) = tmp_path.rglob(FILE_NAME)
    check_document(made_in.read_text(encoding="utf-8"))


def test_closed_streams_do_not_hurt(tmp_path: Path) -> None:
    (tmp_path / "shop.md").write_text(_ASKED, encoding="utf-8")
    command = f"exec {sys.executable} -m backend_architect plan"
    for script, status in [("shop.md -o closed 0<&- 1>&- 2>&-", 0), ("shop.md -o - 2>&-", 0), ("- -o none 0<&-", 2)]:
        done = subprocess.run(["sh", "-c", f"{command} {script}"], cwd=tmp_path, capture_output=True, check=False, timeout=60)
        assert (script, done.returncode) == (script, status), done.stderr
        if "-o -" in script:
            check_document(done.stdout.decode())
        else:
            assert done.stdout == b""
    assert set(tree(tmp_path)) == {"shop.md", f"closed/{FILE_NAME}"}
