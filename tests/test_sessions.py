"""The whole command with a model: over the real clients, from a provider on loopback, a recording, or the journal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from backend_architect.cli import app
from backend_architect.document import parse
from model_server import CHAT, MESSAGES, RESPONSES, Provider, Reply, answered, provider
from shop_design import BRIEF
from test_model_architect import GOOD, NO_FAULTS, SHOP

FILE = "TODO_backend-architect.md"


@pytest.fixture
def brief(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.delenv("BACKEND_ARCHITECT_MODEL")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop.md").write_text(BRIEF)
    return tmp_path / "shop.md"


def answers(format: str, *texts: str) -> list[Reply]:
    return [Reply(body=answered(format, text)) for text in texts]


def planned(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["plan", "shop.md", *arguments])


@pytest.fixture(params=[RESPONSES, CHAT, MESSAGES])
def model(request: pytest.FixtureRequest, brief: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Provider]]:
    with provider(*answers(request.param, *GOOD, NO_FAULTS)) as served:
        match request.param:
            case "responses":
                monkeypatch.setenv("OPENAI_BASE_URL", f"{served.url}/v1")
                yield "openai:gpt-test", served
            case "messages":
                monkeypatch.setenv("ANTHROPIC_BASE_URL", served.url)
                yield "anthropic:claude-test", served
            case _:
                yield f"{served.url}/v1#local-test", served


def test_a_plan_is_written_by_the_model_and_asks_nothing_the_second_time(model: tuple[str, Provider], tmp_path: Path) -> None:
    name, served = model
    first = planned("--model", name)
    assert first.exit_code == 0, first.stderr
    written = (tmp_path / FILE).read_bytes()
    plan = parse(written.decode()).plan
    assert plan is not None
    assert plan.design.scope == SHOP.scope
    assert plan.head.architect == name
    assert len(served.asked) == 5

    again = planned("--model", name)
    assert again.exit_code == 0, again.stderr
    assert "is up to date" in again.stderr
    assert (tmp_path / FILE).read_bytes() == written
    assert len(served.asked) == 5


def test_a_recording_gives_the_same_plan_without_key_and_network(model: tuple[str, Provider], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name, served = model
    assert planned("--model", name, "--record", "tape").exit_code == 0
    written = (tmp_path / FILE).read_bytes()
    served.replies.clear()
    for variable in ("OPENAI_BASE_URL", "ANTHROPIC_BASE_URL"):
        monkeypatch.delenv(variable, raising=False)
    replayed = planned("--model", name, "--replay", "tape", "-o", "again")
    assert replayed.exit_code == 0, replayed.stderr
    assert (tmp_path / "again" / FILE).read_bytes() == written
    assert len(served.asked) == 5
    assert not (tmp_path / "state").exists()


def test_a_replay_that_misses_names_the_stage_and_the_first_difference(model: tuple[str, Provider], brief: Path) -> None:
    name, _ = model
    assert planned("--model", name, "--record", "tape").exit_code == 0
    brief.write_text(BRIEF.replace("by telephone", "by letter"))
    missed = planned("--model", name, "--replay", "tape", "-o", "again")
    assert missed.exit_code == 2
    assert missed.stderr.count("error: ") == 1
    assert "requirements" in missed.stderr
    assert "letter" in missed.stderr
    assert not (brief.parent / "again").exists()


def test_an_answer_that_cannot_be_used_leaves_the_old_plan_and_says_how_to_go_on(model: tuple[str, Provider], tmp_path: Path) -> None:
    name, served = model
    assert planned("--model", "rules").exit_code == 0
    before = (tmp_path / FILE).read_bytes()
    served.replies[:] = [Reply(body=served.replies[0].body), *[Reply(body=b"{}", status=400)]]
    failed = planned("--model", name)
    assert failed.exit_code == 3
    assert (tmp_path / FILE).read_bytes() == before
    assert failed.stderr.splitlines()[-1].startswith("error: ")


def test_the_rules_fill_a_stage_and_the_plan_says_so(brief: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with provider(*answers(CHAT, "no", "no", "no", "no")) as served:
        done = planned("--model", f"{served.url}/v1#local-test", "--fallback", "rules")
    assert done.exit_code == 0, done.stderr
    assert "RN001" in (tmp_path / FILE).read_text()
    assert "the stage requirements was filled by the architect 'rules'" in done.stderr


def test_without_anything_the_rules_design(brief: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend_architect.models.choose.find_local", lambda *_, **__: ())
    done = planned()
    assert done.exit_code == 0, done.stderr
    assert "no language model was used" in done.stderr


def test_the_project_file_and_the_environment_name_the_model(brief: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (brief.parent / "pyproject.toml").write_text('[tool.backend-architect]\nmodel = "openai:gpt-of-the-file"\n')
    assert "openai needs a key" in planned().stderr
    monkeypatch.setenv("BACKEND_ARCHITECT_MODEL", "rules")
    assert planned().exit_code == 0
    assert "anthropic needs a key" in planned("--model", "anthropic:claude-test", "--force").stderr


def test_the_first_prompt_is_shown_and_nothing_is_sent(brief: Path) -> None:
    shown = planned("--show-prompts")
    assert shown.exit_code == 0
    assert "S3 - A clerk can create an order with a customer name." in shown.stdout
    assert "--- schema of the answer ---" in shown.stdout
    assert not (brief.parent / FILE).exists()
