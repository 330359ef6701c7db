"""What is shipped and what is documented: the wheel, the lock, the README."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
import typer
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from backend_architect.cli import app
from backend_architect.profile import FactName

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert isinstance(settings, dict)
    return settings


# --- wheel ----------------------------------------------------------------------------------


def test_the_wheel_installs_one_name_with_all_its_data(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)], cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"backend_architect"}
    package = ROOT / "agent" / "backend_architect"
    kept = {
        str(path.relative_to(package.parent)) for path in package.rglob("*") if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pyc"
    }
    # The prompts stand beside the package in a checkout, and in it once installed.
    kept |= {f"backend_architect/prompts/{path.name}" for path in (ROOT / "prompts").iterdir()}
    assert {name for name in names if ".dist-info/" not in name} == kept
    assert "backend_architect/py.typed" in kept


def test_what_the_program_imports_is_what_it_depends_on(project: dict[str, Any]) -> None:
    assert _foreign(ROOT / "agent") == _names(project["dependencies"])


def test_what_the_tests_import_is_asked_for(project: dict[str, Any]) -> None:
    asked = _names([*project["dependencies"], *project["optional-dependencies"]["dev"]])
    assert _foreign(ROOT / "tests") | _foreign(ROOT / "benchmarks") | _foreign(ROOT / "docs") <= asked


def _names(requirements: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(line).name) for line in requirements}


def _foreign(folder: Path) -> set[str]:
    """The packages that the modules in a folder import, by the names of their distributions."""
    files = [path for path in folder.rglob("*.py") if "node_modules" not in path.parts]
    imported = {name.partition(".")[0] for path in files for name in _imports(path)}
    own = {"backend_architect", *(path.stem for path in (*files, *(ROOT / "tests").glob("*.py")))}
    called = {"yaml": "pyyaml", "markdown_it": "markdown-it-py", "pydantic_core": "pydantic", "vcr": "vcrpy"}
    return {canonicalize_name(called.get(name, name)) for name in imported - set(sys.stdlib_module_names) - own}


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=str(module), level=0):
                yield module


# --- lock -----------------------------------------------------------------------------------


def test_the_lock_pins_and_hashes_all_that_is_asked_for_and_names_no_host(project: dict[str, Any]) -> None:
    pinned = dict(re.findall(r"^([a-z0-9][a-z0-9._-]*)(?:\[[^\]]*\])?==(\S+)", LOCK, re.MULTILINE))
    asked = [Requirement(line) for line in (*project["dependencies"], *project["optional-dependencies"]["dev"])]
    for requirement in asked:
        assert requirement.specifier.contains(pinned[canonicalize_name(requirement.name)]), requirement
    entries = re.split(r"^(?=[a-z0-9])", LOCK, flags=re.MULTILINE)[1:]
    assert len(entries) == len(re.findall(r"^[a-z0-9]", LOCK, re.MULTILINE))
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []
    assert not re.search(r"://|--(?:extra-)?index|--find-links|file:", LOCK)


# --- README ---------------------------------------------------------------------------------


def test_the_readme_opens_with_the_two_commands() -> None:
    head = README.split("```")[1]
    assert [line.split("#")[0].split("BRIEF")[0].strip() for line in head.splitlines()[1:]] == ["make plan", "make test"]


def test_every_command_and_option_has_help_and_stands_in_the_readme() -> None:
    group = typer.main.get_command(app)
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        assert f"### `backend-architect {name}" in README, name
        assert command.help, name
        section = README.split(f"### `backend-architect {name}")[1].split("\n### ")[0]
        for parameter in command.params:
            for option in parameter.opts if parameter.param_type_name == "option" else ():
                assert f"`{option}" in section, (name, option)
                assert parameter.help, (name, option)


def test_every_fact_stands_in_the_readme() -> None:
    table = README.split("| facts | example |")[1].split("\n\n")[0]
    assert sorted(re.findall(r"`([a-z-]+)`", table)) == sorted(get_args(FactName))


def test_every_file_the_readme_points_to_is_there() -> None:
    targets = {match[1] for match in re.finditer(r"\]\(([^)#]+)\)", README) if "://" not in match[1]}
    assert targets
    assert [target for target in sorted(targets) if not (ROOT / target).exists()] == []
