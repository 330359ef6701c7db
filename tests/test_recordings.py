"""The plans that a language model wrote: each is what its recording gives now, and holds what a plan promises."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from backend_architect.checks.references import check
from backend_architect.checks.tracing import TR001, TR002, TR004
from backend_architect.cli import app
from backend_architect.document import parse
from backend_architect.plan import Plan
from backend_architect.runs import FILE_NAME

ROOT = Path(__file__).resolve().parent.parent


def _module() -> ModuleType:
    spec = importlib.util.spec_from_file_location("replays", ROOT / "docs" / "replays.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


REPLAYS = _module()
RECORDINGS: dict[str, dict[str, Any]] = REPLAYS.recordings()


def committed(name: str) -> str:
    return (ROOT / "outputs" / f"{name}-by-model" / FILE_NAME).read_text(encoding="utf-8")


def plan_of(name: str) -> Plan:
    plan = parse(committed(name)).plan
    assert plan is not None
    return plan


@pytest.mark.parametrize("name", RECORDINGS)
def test_a_recording_still_gives_its_plan(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    done = CliRunner().invoke(app, REPLAYS.command(name, RECORDINGS[name], output=str(tmp_path)))
    assert done.exit_code == 0, done.stderr
    assert (tmp_path / FILE_NAME).read_text(encoding="utf-8") == committed(name), "run `make outputs`"


@pytest.mark.parametrize("name", RECORDINGS)
def test_no_finding_of_a_check_is_left_in_it(name: str) -> None:
    assert [finding for finding in plan_of(name).findings if finding.severity == "error"] == []


@pytest.mark.parametrize("name", RECORDINGS)
def test_every_requirement_of_this_version_is_served_and_built(name: str) -> None:
    plan = plan_of(name)
    statements = len(plan.coverage.required + plan.coverage.context + plan.coverage.excluded)
    assert check(plan.design, plan.code, statements=statements, checks=(TR001, TR002, TR004)) == ()


@pytest.mark.parametrize("name", RECORDINGS)
def test_a_recording_holds_no_key_and_says_who_answered(name: str) -> None:
    files = sorted((ROOT / "cassettes" / name).iterdir())
    assert "Answered by a language model through the relay, from the recorded request alone; token counts are counted, not billed." in files[0].read_text(
        encoding="utf-8"
    )
    for file in files[1:]:
        exchange = yaml.safe_load(file.read_text(encoding="utf-8"))
        assert set(exchange) == {"request", "response", "source"}
        assert set(exchange["request"]) <= {"body", "content-type", "method", "path"}
        assert set(exchange["response"]) <= {"body", "content-type", "status"}
        assert exchange["source"] == "relay"


def test_every_recording_is_listed() -> None:
    assert {path.name for path in (ROOT / "cassettes").iterdir() if path.is_dir()} == set(RECORDINGS)
