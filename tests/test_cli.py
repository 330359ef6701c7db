"""The command line: what it prints where, what it writes, how it ends."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import backend_architect
from backend_architect import progress, runs
from backend_architect.cli import app
from backend_architect.document import parse
from backend_architect.plan import Plan
from backend_architect.runs import Stage
from shop_design import BRIEF
from test_files import tree

NAME = "TODO_backend-architect.md"
WAY_OUT = "choose another folder with -o, or replace it with --force"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with a brief."""
    (tmp_path / "shop.md").write_text(BRIEF, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def plan_in(text: str) -> Plan:
    plan = parse(text).plan
    assert plan is not None
    return plan


def run(*arguments: str, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(app, arguments, input=stdin, prog_name="backend-architect")


def refused(result: Result, message: str) -> None:
    """The command ended with 2, one line on stderr, nothing on stdout."""
    assert (result.exit_code, result.stdout) == (2, "")
    assert re.fullmatch(f"error: {message}\n", result.stderr), result.stderr
    assert "\x1b" not in result.stderr


def ticked(path: Path, title: str) -> None:
    """Tick the box of the element with this title, as a person does."""
    text = path.read_text(encoding="utf-8")
    new = re.sub(rf"- \[ \](?= \*\*[^\n]*{re.escape(title)})", "- [x]", text)
    assert new != text
    path.write_text(new, encoding="utf-8")


# --- plan -----------------------------------------------------------------------------------


def test_plan_writes_one_file_and_says_so(desk: Path) -> None:
    result = run("plan", "shop.md")
    assert (result.exit_code, result.stdout) == (0, "")
    assert set(tree(desk)) == {"shop.md", NAME}
    plan = plan_in((desk / NAME).read_text(encoding="utf-8"))
    assert (plan.head.brief, plan.head.architect) == ("shop.md", "rules")
    lines = result.stderr.splitlines()
    assert lines[:3] == ["ingest … done", "requirements … done", "architecture … done"]
    assert "qa … done" in lines
    assert any(re.match("Corner shop orders: [0-9]+ requirements, ", line) for line in lines)
    assert "Drafted by the built-in rules; no language model was used." in lines
    assert lines[-2] == f"Written to {NAME}"
    assert lines[-1].startswith("Next: ")
    assert "TASK-1.1" in lines[-1]


def test_a_second_run_leaves_the_file_as_it_is(desk: Path) -> None:
    run("plan", "shop.md")
    before = (desk / NAME).stat()
    result = run("plan", "shop.md")
    assert result.exit_code == 0
    assert f"{NAME} is up to date and was left as it is" in result.stderr.splitlines()
    after = (desk / NAME).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_line_ends_of_another_system_do_not_make_it_another_plan(desk: Path) -> None:
    run("plan", "shop.md")
    windows = (desk / NAME).read_bytes().replace(b"\n", b"\r\n")
    (desk / NAME).write_bytes(windows)
    result = run("plan", "shop.md")
    assert result.exit_code == 0
    assert (desk / NAME).read_bytes() == windows


def test_ticks_outlive_a_changed_brief(desk: Path) -> None:
    run("plan", "shop.md")
    old = plan_in((desk / NAME).read_text(encoding="utf-8"))
    first = old.identities[0]
    ticked(desk / NAME, first.id)
    (desk / "shop.md").write_text(BRIEF + "- A clerk can cancel an order.\n", encoding="utf-8")
    result = run("plan", "shop.md")
    assert result.exit_code == 0, result.stderr
    new = plan_in((desk / NAME).read_text(encoding="utf-8"))
    assert first in new.identities
    assert [tick for tick in new.ticked if not tick.startswith("QA-")] == [first.id]
    assert len(new.design.scope.requirements) == len(old.design.scope.requirements) + 1
    assert f"Written to {NAME}, in place of the plan that was there" in result.stderr.splitlines()


def test_lost_ticks_are_named(desk: Path) -> None:
    run("plan", "shop.md")
    plan = plan_in((desk / NAME).read_text(encoding="utf-8"))
    gone = plan.id_of(plan.design.scope.requirements[-1].key)
    assert gone is not None
    ticked(desk / NAME, gone)
    (desk / "shop.md").write_text(BRIEF.replace("- Exporting orders as a spreadsheet comes later.\n", ""), encoding="utf-8")
    result = run("plan", "shop.md", "--json")
    assert json.loads(result.stdout)["lost_ticks"] == [gone]
    assert f"Ticks not carried over, because these IDs now mean something else or are gone: {gone}." in result.stderr.splitlines()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b"\n## ", b"\nMy own note.\n\n## ", r"was changed beyond its tick boxes, first at line [0-9]+, and planning again would lose that"),
        (b" with a customer name", b" with a customer's name", r"was changed beyond its tick boxes, first at line [0-9]+, and planning again would lose that"),
        (b"# TODO: ", b"# TO DO, says the boss: ", r"is there and cannot be read as a plan \(line 1: .*\)"),
    ],
    ids=["something added", "an element reworded", "the title gone"],
)
def test_a_plan_edited_by_hand_is_replaced_only_by_force(desk: Path, old: bytes, new: bytes, message: str) -> None:
    run("plan", "shop.md")
    made = (desk / NAME).read_bytes()
    edited = made.replace(old, new, 1)
    assert edited != made
    (desk / NAME).write_bytes(edited)
    refused(run("plan", "shop.md"), f"'{NAME}' {message}: {WAY_OUT}")
    assert (desk / NAME).read_bytes() == edited
    assert run("plan", "shop.md", "--force").exit_code == 0
    assert (desk / NAME).read_bytes() == made


def test_an_edited_table_shows_when_the_brief_is_the_same(desk: Path) -> None:
    run("plan", "shop.md")
    made = (desk / NAME).read_text(encoding="utf-8")
    edited = re.sub(r"(## Left out on purpose\n\n(?:[^\n]+\n){2}[^\n]+) \|\n", r"\1, they say |\n", made)
    assert edited != made
    (desk / NAME).write_text(edited, encoding="utf-8")
    result = run("plan", "shop.md")
    assert result.exit_code == 2
    assert re.fullmatch(f"error: '{NAME}' was changed beyond its tick boxes, first at line [0-9]+, .*", result.stderr.splitlines()[-1])
    assert (desk / NAME).read_text(encoding="utf-8") == edited


@pytest.mark.parametrize("content", [b"# My own list\n\n- [ ] buy milk\n", b"\xff\xfe\x00", b""], ids=["a list", "not text", "empty"])
def test_a_file_of_somebody_else_is_replaced_only_by_force(desk: Path, content: bytes) -> None:
    (desk / NAME).write_bytes(content)
    refused(run("plan", "shop.md"), f"'{NAME}' is there and was not made by backend-architect: {WAY_OUT}")
    assert (desk / NAME).read_bytes() == content
    assert run("plan", "shop.md", "--force").exit_code == 0
    assert plan_in((desk / NAME).read_text(encoding="utf-8")).head.brief == "shop.md"


def test_output_names_a_folder_or_standard_output(desk: Path) -> None:
    assert run("plan", "shop.md", "-o", "docs/plan").exit_code == 0
    printed = run("plan", "shop.md", "--output", "-")
    assert printed.exit_code == 0
    assert printed.stdout_bytes == (desk / "docs" / "plan" / NAME).read_bytes()
    assert "Written" not in printed.stderr
    assert set(tree(desk)) == {"shop.md", f"docs/plan/{NAME}"}


def test_a_brief_can_come_from_standard_input(desk: Path) -> None:
    result = run("plan", "-", "-o", "-", stdin=BRIEF.encode())
    assert result.exit_code == 0
    plan = plan_in(result.stdout)
    assert plan.head.brief == "-"
    assert plan.design.scope.project == "Corner shop orders"


def test_set_states_facts(desk: Path) -> None:
    stated = json.loads(run("plan", "shop.md", "--json", "--set", "users=100", "--set", "team=2").stdout)
    unstated = json.loads(run("plan", "shop.md", "--json").stdout)
    assert stated["signature"] != unstated["signature"]


def test_json_is_the_summary_as_data(desk: Path) -> None:
    result = run("plan", "shop.md", "--json")
    assert result.exit_code == 0
    summary = json.loads(result.stdout)
    plan = plan_in((desk / NAME).read_text(encoding="utf-8"))
    assert summary == {
        "path": NAME,
        "change": "created",
        "project": "Corner shop orders",
        "brief": "shop.md",
        "brief_sha256": plan.head.brief_sha256,
        "architect": "rules",
        "signature": plan.head.signature,
        "counts": {kind: sum(i.kind == kind for i in plan.identities) for kind in summary["counts"]},
        "questions": [
            {"id": plan.id_of(question.key), "text": question.text, "default": question.default, "changes": question.changes}
            for question in plan.design.scope.questions
        ],
        "left_out": [{"what": item.what, "because": item.because, "trigger": item.trigger} for item in plan.design.delivery.left_out],
        "findings": [finding.model_dump() for finding in plan.findings],
        "ticked": list(plan.ticked),
        "lost_ticks": [],
    }
    assert summary["counts"]["requirement"] >= 3


def test_nothing_invisible_from_a_brief_reaches_the_terminal_or_the_file(desk: Path) -> None:
    hostile = "# Shop \x1b]0;owned\x07\x1b[31m\u202etxt.exe\u200b\n\n- A clerk can create an \x1b[2Jorder with a \u2066name\u2069.\n"
    (desk / "hostile.md").write_text(hostile, encoding="utf-8")
    result = run("plan", "hostile.md", "--json")
    assert result.exit_code == 0, result.stderr
    for text in (result.stdout, result.stderr, (desk / NAME).read_text(encoding="utf-8")):
        assert not set(text) & set("\x1b\x07\u202e\u200b\u2066\u2069")


# --- refusals -------------------------------------------------------------------------------


def test_bad_input_is_one_line_and_no_file(desk: Path) -> None:
    (desk / "empty.md").write_bytes(b"")
    (desk / "binary.md").write_bytes(b"\x00\x01\x02PNG")
    (desk / "latin.md").write_bytes("# Café\n".encode("latin-1"))
    (desk / "matter.md").write_bytes(b"---\nusers: [1\n---\n# Shop\n\nClerks record orders.\n")
    (desk / "taken").write_bytes(b"")
    before = tree(desk)
    for arguments, named in [
        (["nowhere.md"], "nowhere.md"),
        (["empty.md"], "empty.md"),
        (["binary.md"], "binary.md"),
        (["latin.md"], "latin.md"),
        (["matter.md"], "matter.md"),
        (["."], r"\."),
        (["shop.md", "--set", "users"], "--set 'users' states nothing: expected KEY=VALUE"),
        (["shop.md", "--set", "userz=3"], "userz"),
        (["shop.md", "--set", "users=many"], "many"),
        (["shop.md", "--model", "openai:gpt"], "openai needs a key: set OPENAI_API_KEY"),
        (["shop.md", "-o", "-", "--json"], "-o - and --json both print to standard output"),
        (["shop.md", "-o", "taken"], "'taken' is not a directory"),
        (["shop.md", "-o", "taken/deeper"], "is not a directory"),
        (["shop.md", "-o", "plan.md"], "'plan.md' looks like a file, and -o names the folder"),
        (["no\x1b[31mwhere.md"], r"no.*where\.md"),
    ]:
        refused(run("plan", *arguments), f".*{named}.*")
    assert tree(desk) == before


def test_a_brief_is_not_replaced_by_its_plan(desk: Path) -> None:
    (desk / NAME).write_text(BRIEF, encoding="utf-8")
    refused(run("plan", NAME, "--force"), f"'{NAME}' is the file that the plan would be written to: choose another folder with -o")


def test_a_folder_that_cannot_be_written_is_refused_before_anything_is_drafted(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    result = run("plan", "shop.md")
    refused(result, f"cannot write '{NAME}': no permission to write in '.*'; choose another folder with -o")


@pytest.mark.parametrize("arguments", [[], ["plan"], ["plan", "a", "b"], ["plan", "--nonsense", "a"], ["nonsense"]])
def test_wrong_usage_ends_with_2(arguments: list[str]) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert "Usage: backend-architect" in result.output


# --- faults of the program, interrupts ------------------------------------------------------


def failing(error: BaseException) -> object:
    def fail(*_: object, **__: object) -> object:
        raise error

    return fail


def test_an_unexpected_error_is_one_line_with_a_way_to_the_rest(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BACKEND_ARCHITECT_DEBUG", raising=False)
    monkeypatch.setattr(runs, "plan_brief", failing(ValueError("no\x1b[31m luck")))
    result = run("plan", "shop.md")
    assert (result.exit_code, result.stdout) == (70, "")
    assert result.stderr == "error: unexpected ValueError: no[31m luck (a fault of this program; BACKEND_ARCHITECT_DEBUG=1 shows where)\n"
    monkeypatch.setenv("BACKEND_ARCHITECT_DEBUG", "1")
    assert "Traceback (most recent call last)" in run("plan", "shop.md").stderr


def test_an_interrupt_ends_with_130_and_no_file(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "draft", failing(KeyboardInterrupt()))
    result = run("plan", "shop.md")
    assert (result.exit_code, result.stdout, result.stderr) == (130, "", "error: interrupted\n")
    assert set(tree(desk)) == {"shop.md"}


# --- progress -------------------------------------------------------------------------------


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


STAGES = [Stage("layers (api)", "begun"), Stage("layers (data, security)", "begun"), Stage("layers", "done"), Stage("layers", "done")]


def test_without_a_terminal_each_finished_stage_is_a_line() -> None:
    stream = io.StringIO()
    with progress.shown(stream) as tell:
        for stage in STAGES:
            tell(stage)
    assert stream.getvalue() == "layers (api) … done\nlayers (data, security) … done\n"


def test_a_terminal_shows_one_line_that_is_gone_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("NO_COLOR", "1")
    stream = Terminal()
    with progress.shown(stream) as tell:
        for stage in STAGES[:2]:
            tell(stage)
    shown = stream.getvalue()
    assert "layers (api), layers (data, security)" in shown
    assert shown.endswith("\x1b[2K"), "the line is cleared"
    assert "\n\n" not in shown
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]", shown), "NO_COLOR is kept"


# --- whole processes ------------------------------------------------------------------------


def process(*arguments: str, cwd: Path, seed: str = "0", stdin: bytes = b"", code: str | None = None) -> subprocess.CompletedProcess[bytes]:
    started = [sys.executable, "-W", "error", *(["-c", code] if code else ["-m", "backend_architect"]), *arguments]
    environment = os.environ | {"PYTHONHASHSEED": seed, "HOME": str(cwd), "TMPDIR": str(cwd), "XDG_CACHE_HOME": str(cwd), "LC_ALL": "C"}
    return subprocess.run(started, cwd=cwd, env=environment, input=stdin, capture_output=True, check=False, timeout=60)


def test_same_in_same_out_at_any_hash_seed_and_in_any_folder(desk: Path) -> None:
    (desk / "elsewhere").mkdir()
    here = process("plan", "-", "-o", "-", cwd=desk, seed="1", stdin=BRIEF.encode())
    there = process("plan", "-", "-o", "-", cwd=desk / "elsewhere", seed="2", stdin=BRIEF.encode())
    assert (here.returncode, there.returncode) == (0, 0), here.stderr
    assert here.stdout == there.stdout == run("plan", "-", "-o", "-", stdin=BRIEF.encode()).stdout_bytes


WATCH = """
    import json, os, sys

    WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
    CHANGES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate", "os.chmod", "os.chown", "os.utime"}
    FORBIDDEN = {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "socket.connect", "socket.getaddrinfo", "shutil.rmtree"}
    seen = []

    def watch(event, arguments):
        if event == "open" and not isinstance(arguments[0], int) and (arguments[2] or 0) & WRITES or event in CHANGES:
            # (A file opened by its number was opened by name before.)
            names = arguments[:1] if event == "open" else arguments[:2]
            seen.append([event, *(os.fsdecode(name) for name in names if isinstance(name, (str, bytes, os.PathLike)))])
        elif event in FORBIDDEN:
            seen.append([event, repr(arguments)])

    sys.addaudithook(watch)
    from backend_architect.__main__ import main
    try:
        main()
    finally:
        # Byte code that Python itself keeps beside installed libraries is not the program's doing.
        print(json.dumps([what for what in seen if not any("__pycache__" in name for name in what)]))
"""


def test_a_run_writes_one_file_and_nothing_else_anywhere(desk: Path) -> None:
    result = process("plan", "shop.md", cwd=desk, code=textwrap.dedent(WATCH))
    assert result.returncode == 0, result.stderr
    assert set(tree(desk)) == {"shop.md", NAME}
    opened, renamed = json.loads(result.stdout)
    beside = opened[1]
    assert re.fullmatch(rf".*/\.{NAME}\.[0-9]+-[0-9a-f]{{8}}\.tmp", beside)
    assert (opened[0], renamed) == ("open", ["os.rename", beside, str(desk.resolve() / NAME)])


def test_a_reader_that_has_enough_is_no_error(desk: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as closed:
        done = subprocess.run([sys.executable, "-m", "backend_architect", "graph"], cwd=desk, stdout=closed, stderr=subprocess.PIPE, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")


# --- the rest -------------------------------------------------------------------------------


def test_version() -> None:
    result = run("--version")
    assert (result.exit_code, result.stdout) == (0, f"backend-architect {backend_architect.__version__}\n")


def test_graph_prints_the_pipeline() -> None:
    result = run("graph")
    assert result.exit_code == 0
    assert result.stdout_bytes == (Path(__file__).parent.parent / "graphs" / "backend_architect.mmd").read_bytes()


HEAVY = ("langgraph", "jinja2", "markdown_it", "yaml", "asyncio", "rich")


# typer itself builds the options of one command with pydantic.
@pytest.mark.parametrize(("arguments", "heavy"), [([], (*HEAVY, "pydantic", "json")), (["plan"], HEAVY), (["graph"], HEAVY)])
def test_help_loads_nothing_that_only_a_run_needs(arguments: list[str], heavy: tuple[str, ...]) -> None:
    code = "import sys; sys.argv[0] = 'x'\ntry: __import__('backend_architect.__main__').__main__.main()\nfinally: print(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code, *arguments, "--help"], capture_output=True, text=True, check=True)
    loaded = done.stdout.splitlines()[-1]
    assert "'backend_architect.cli'" in loaded
    assert [name for name in heavy if f"'{name}'" in loaded] == []
