"""The plans in outputs/ and the README's excerpt are what the program makes of examples/ now."""

from __future__ import annotations

import importlib.util
import os
from io import BytesIO
from pathlib import Path
from types import ModuleType

import pytest

from backend_architect.runs import FILE_NAME, plan_brief

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = sorted(path.name for path in (ROOT / "examples").glob("*.md"))


@pytest.fixture
def excerpts() -> ModuleType:
    spec = importlib.util.spec_from_file_location("excerpt", ROOT / "docs" / "excerpt.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("example", EXAMPLES)
def test_a_committed_plan_is_current(example: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    outcome = plan_brief(os.path.join("examples", example), folder=None, stdin=BytesIO())  # noqa: PTH118  (the path as given is in the plan)
    assert outcome.markdown == (ROOT / "outputs" / Path(example).stem / FILE_NAME).read_text(encoding="utf-8"), "run `make outputs`"
    assert outcome.plan.findings == ()


def test_every_example_has_a_plan_and_every_plan_an_example() -> None:
    made = [path.parent.name for path in (ROOT / "outputs").glob(f"*/{FILE_NAME}")]
    plans = sorted(f"{name}.md" for name in made if not name.endswith("-by-model"))
    assert plans == EXAMPLES
    assert len(EXAMPLES) >= 6


def test_the_readme_shows_a_current_excerpt(excerpts: ModuleType) -> None:
    readme = excerpts.README.read_text(encoding="utf-8")
    assert readme == excerpts.renewed(readme, excerpts.PLAN.read_text(encoding="utf-8")), "run `make outputs`"
    assert "ARCH-ITEM-1.1" in excerpts.excerpt(excerpts.PLAN.read_text(encoding="utf-8"))
