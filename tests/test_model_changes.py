"""With existing code, a model sees its outline and proposes files; the plan holds them as diffs that apply."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
from collections.abc import Iterable
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from answering import Answering
from backend_architect.architects.model.answers.delivery import ChangesAnswer, DeliveryAnswer
from backend_architect.architects.model.architect import ModelArchitect
from backend_architect.architects.model.stages import Room, Stages
from backend_architect.document import parse
from backend_architect.errors import RepositoryError
from backend_architect.ingest import profile, read
from backend_architect.models.protocol import Answer
from backend_architect.plan import CodeChange, Plan
from backend_architect.runs import draft
from shop_design import BRIEF
from test_model_architect import GOOD, SHOP

APP = 'from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get("/up")\ndef up() -> str:\n    return "up"\n'
NEW_APP = APP + '\n\n@app.get("/orders")\ndef orders() -> list[str]:\n    return []\n'


@pytest.fixture
def code(tmp_path: Path) -> Path:
    (tmp_path / "app.py").write_text(APP)
    (tmp_path / "conf.py").write_text('app = FastAPI()\nPASSWORD = "' + "hunter2" + 'xy"\n')
    (tmp_path / "notes.txt").write_bytes(b"one\r\n")
    return tmp_path


def planned(answers: Iterable[Answer | str], code: Path | None) -> tuple[Plan, str, Answering]:
    model = Answering(answers)
    plan, markdown = asyncio.run(draft(read("-", stdin=BytesIO(BRIEF.encode())), architect=ModelArchitect(model, repository=code)))
    assert parse(markdown).plan == plan
    return plan, markdown, model


def file(path: str, content: str, implements: str = "create-order") -> dict[str, str]:
    return {"path": path, "implements": implements, "about": f"Changes {path}", "content": content}


def with_files(*files: dict[str, str]) -> list[str]:
    return [*GOOD[:3], json.dumps(json.loads(GOOD[3]) | {"files": files})]


def diffs(plan: Plan) -> tuple[CodeChange, ...]:
    return tuple(change for change in plan.code if change.language == "diff")


def test_proposed_files_stand_in_the_plan_as_diffs(code: Path) -> None:
    plan, markdown, _ = planned(with_files(file("app.py", NEW_APP), file("db/__init__.py", ""), file("db/models.py", "class Order: ...")), code)
    added = "".join(f"+{line}\n" for line in NEW_APP.removeprefix(APP).removesuffix("\n").split("\n"))
    context = ' @app.get("/up")\n def up() -> str:\n     return "up"\n'
    assert diffs(plan) == (
        CodeChange(
            key="diff-app-py",
            path="app.py",
            language="diff",
            about="Changes app.py",
            content=f"diff --git a/app.py b/app.py\n--- a/app.py\n+++ b/app.py\n@@ -6,3 +6,8 @@\n{context}{added}",
            implements=("create-order",),
        ),
        CodeChange(
            key="diff-db-init-py",
            path="db/__init__.py",
            language="diff",
            about="Changes db/__init__.py",
            content="diff --git a/db/__init__.py b/db/__init__.py\nnew file mode 100644\n",
            implements=("create-order",),
        ),
        CodeChange(
            key="diff-db-models-py",
            path="db/models.py",
            language="diff",
            about="Changes db/models.py",
            content="diff --git a/db/models.py b/db/models.py\nnew file mode 100644\n--- /dev/null\n+++ b/db/models.py\n@@ -0,0 +1 @@\n+class Order: ...\n",
            implements=("create-order",),
        ),
    )
    assert plan.findings == ()
    assert markdown.count("\n```diff\ndiff --git a/") == 3
    assert [plan.id_of(change.key) for change in diffs(plan)] == ["CODE-1.4", "CODE-1.5", "CODE-1.6"]
    assert plan.design.delivery.tasks == SHOP.delivery.tasks


def test_the_diffs_of_a_plan_apply_to_the_code(code: Path) -> None:
    plan, _, _ = planned(with_files(file("app.py", NEW_APP), file("db/models.py", "x = 1\n")), code)
    for change in diffs(plan):
        subprocess.run(
            ["git", "apply"], cwd=code, input=change.content.encode(), check=True, env={"GIT_CEILING_DIRECTORIES": str(code.parent), "PATH": "/usr/bin:/bin"}
        )
    assert (code / "app.py").read_text() == NEW_APP
    assert (code / "db" / "models.py").read_text() == "x = 1\n"


def test_every_request_shows_the_code_right_after_the_brief(code: Path) -> None:
    _, _, model = planned(with_files(), code)
    shared = [[part.text for part in question.parts if part.shared] for question in model.asked]
    assert all(later[: len(earlier)] == earlier for earlier, later in pairwise(shared[:4]))
    assert [texts[1] for texts in shared] == [shared[0][1]] * 5
    shown = shared[0][1]
    assert shown.startswith("# The code that is there\n")
    assert "\nREPOSITORY\n## Files\n- ./: app.py, conf.py, notes.txt\n" in shown
    assert "  GET /up up\n" in shown
    assert "\n## File app.py\n    from fastapi import FastAPI\n" in shown
    assert '    return "up"\nEND OF REPOSITORY\n' in shown
    assert "hunter2" not in shown
    assert [question.answer for question in model.asked][3] is ChangesAnswer


def test_without_existing_code_nothing_is_said_of_it() -> None:
    _, _, model = planned(GOOD, None)
    asked = " ".join(part.text for question in model.asked for part in question.parts)
    assert "REPOSITORY" not in asked
    assert "Files:" not in asked
    assert [question.answer for question in model.asked][3] is DeliveryAnswer
    assert "files" not in json.dumps(model.asked[3].schema)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (file("../x.py", "x"), "files: '../x.py' is no plain path: leave out '.', '..' and empty parts."),
        (file("conf.py", "x = 1\n"), "files: 'conf.py' is there and was not shown whole, so that its other lines would be lost."),
        (file("notes.txt", "two\n"), "files: 'notes.txt' is there and was not shown whole, so that its other lines would be lost."),
        (file("app.py", APP), "files: 'app.py' has exactly this content already."),
        (file("app.py/x", "x"), "files: 'app.py/x' lies below a file."),
        (file(".env", "A=1"), "files: '.env' is a file for secrets, which are not for a plan."),
        (file("new.py", "x", "no-such-thing"), "'diff-new-py' refers in implements to 'no-such-thing', which does not exist."),
    ],
)
def test_what_cannot_be_done_goes_back_and_the_correction_is_taken(code: Path, wrong: dict[str, str], said: str) -> None:
    correction = json.dumps({"files": [file("new.py", "x = 1")]} | ({"drop": wrong["path"]} if wrong["path"] != "new.py" else {}))
    plan, _, model = planned([*with_files(wrong), correction], code)
    assert f"- {said}" in model.asked[4].turns[0].findings
    assert [change.path for change in diffs(plan)] == ["new.py"]
    assert plan.findings == ()


def test_what_stays_wrong_is_left_out_and_the_plan_says_so(code: Path) -> None:
    plan, _, model = planned([*with_files(file("conf.py", "x\n"), file("new.py", "x\n")), "{}", "{}"], code)
    assert [question.stage for question in model.asked] == ["requirements", "architecture", "layers (api, data, performance)", *["planning"] * 3, "review"]
    assert [change.path for change in diffs(plan)] == ["new.py"]
    assert [(finding.code, finding.severity, finding.message) for finding in plan.findings] == [
        ("RN002", "warning", "a proposed file was left out: 'conf.py' is there and was not shown whole, so that its other lines would be lost")
    ]


def test_a_diff_that_does_not_apply_goes_back(code: Path) -> None:
    answers = [*with_files(file("a", "x\n"), file("a/b", "y\n")), json.dumps({"drop": "a/b"})]
    plan, _, model = planned(answers, code)
    assert "- files: the diff of 'a/b' does not apply (" in model.asked[4].turns[0].findings
    assert [change.path for change in diffs(plan)] == ["a"]


def test_without_git_the_plan_says_that_nothing_was_checked(code: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    plan, _, _ = planned(with_files(file("new.py", "x\n")), code)
    assert [(finding.code, finding.severity) for finding in plan.findings] == [("RN003", "note")]
    assert len(diffs(plan)) == 1


def test_hostile_content_stays_inside_its_block(code: Path) -> None:
    hostile = "```\n# Not a heading\n- [x] **TASK-9.9**: no\n<script>\u202e\x1b[31m\u200b</script>\n~~~~\n`````diff\r\n"
    plan, markdown, _ = planned(with_files(file("evil.md", hostile)), code)
    (change,) = diffs(plan)
    assert change.content.endswith("+```\n+# Not a heading\n+- [x] **TASK-9.9**: no\n+<script>[31m</script>\n+~~~~\n+`````diff\n")
    assert not set(markdown) & set("\u202e\x1b\u200b\r")


def test_paths_that_read_the_same_get_different_keys(code: Path) -> None:
    plan, _, _ = planned(with_files(file("a/b.py", "1\n"), file("a-b.py", "2\n"), file("ä", "3\n")), code)
    keys = [change.key for change in diffs(plan)]
    assert keys[0] == "diff-a-b-py"
    assert keys[1].startswith("diff-a-b-py-")
    assert keys[2] == "diff-file"
    assert len(set(keys)) == 3


def test_a_reference_that_a_repair_took_away_goes_with_it(code: Path) -> None:
    answers = with_files(file("new.py", "x\n", "t-idle create-order"))
    planning: dict[str, Any] = json.loads(answers[3])
    idle = {"key": "t-idle", "phase": planning["phases"][0].split(" | ")[0], "title": "Look around", "implements": "", "done_when": "seen"}
    worse = json.dumps(planning | {"tasks": [*planning["tasks"], idle]})
    plan, _, _ = planned([*answers[:3], worse, json.dumps({"drop": "t-idle"})], code)
    assert [change.implements for change in diffs(plan)] == [("create-order",)]
    assert plan.findings == ()


def test_a_folder_that_is_none_is_refused_before_anything_is_asked(tmp_path: Path) -> None:
    with pytest.raises(RepositoryError, match="is not there"):
        ModelArchitect(Answering([]), repository=tmp_path / "nowhere")


def test_the_outline_takes_a_quarter_of_what_the_brief_may_take_at_most() -> None:
    assert [Room(window=window).repository for window in (8_000, 32_000, 128_000, 1_000_000)] == [750, 3_000, 12_000, 12_000]


def test_a_question_is_the_same_as_ever_without_code() -> None:
    brief = read("-", stdin=BytesIO(BRIEF.encode()))
    facts = profile(brief, options=())
    assert Stages(brief, facts, Room()).planning(SHOP) == Stages(brief, facts, Room(), "").planning(SHOP)
    assert Stages(brief, facts, Room()).planning(SHOP) != Stages(brief, facts, Room(), "## Files\n").planning(SHOP)
