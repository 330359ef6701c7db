"""Options from files: the project's over the user's, unknown ones refused by name and place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from backend_architect.errors import SettingsError
from backend_architect.settings import settings

KNOWN = ("model", "output", "as_json")


def read(folder: Path, **environ: str) -> dict[str, Any]:
    return settings(folder, known=KNOWN, environ={"XDG_CONFIG_HOME": str(folder / "config"), **environ})


def test_a_project_says_what_its_runs_use_also_from_a_folder_below(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.backend-architect]\nmodel = "anthropic"\nas-json = true\n')
    (tmp_path / "briefs").mkdir()
    assert read(tmp_path / "briefs") == {"model": "anthropic", "as_json": True}


def test_the_project_wins_over_the_user(tmp_path: Path) -> None:
    user = tmp_path / "config" / "backend-architect" / "config.toml"
    user.parent.mkdir(parents=True)
    user.write_text('model = "openai"\noutput = "plans"\n')
    (tmp_path / "pyproject.toml").write_text('[tool.backend-architect]\nmodel = "rules"\n')
    assert read(tmp_path) == {"model": "rules", "output": "plans"}


def test_a_project_without_the_table_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "backend-architect-user"\n')
    assert read(tmp_path) == {}


def test_another_file_for_the_user(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('model = "rules"\n')
    assert read(tmp_path, BACKEND_ARCHITECT_CONFIG=str(tmp_path / "mine.toml")) == {"model": "rules"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[tool.backend-architect]\nmodle = 'rules'\n", "unknown option 'modle': options are as-json, model, output"),
        ("[tool.backend-architect]\nmodel = \n", "are no TOML: "),
        ("[tool]\nbackend-architect = 1\n", "is no table"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    with pytest.raises(SettingsError) as caught:
        read(tmp_path)
    assert message in str(caught.value)
    assert str(tmp_path / "pyproject.toml") in str(caught.value)


def test_a_file_named_outright_has_to_be_there(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="named by BACKEND_ARCHITECT_CONFIG, is no file"):
        read(tmp_path, BACKEND_ARCHITECT_CONFIG=str(tmp_path / "gone.toml"))
