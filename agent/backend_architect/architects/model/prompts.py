"""The prompts: templates of the `prompts/` folder, filled in."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import backend_architect

if TYPE_CHECKING:
    from jinja2 import Environment

_PACKAGE = Path(backend_architect.__file__).parent


def folder() -> Path:
    """Return the folder of the prompts: inside the package as installed, beside `agent/` in a checkout."""
    packaged = _PACKAGE / "prompts"
    return packaged if packaged.is_dir() else _PACKAGE.parent.parent / "prompts"


def prompt(name: str, **values: Any) -> str:
    """Return the prompt `name` with its values filled in, without blank lines at its ends."""
    return _environment().get_template(f"{name}.md.j2").render(**values).strip() + "\n"


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    # Nothing is escaped: a prompt is no HTML, and the brief reaches it as statements on numbered lines.
    return Environment(loader=FileSystemLoader(folder()), undefined=StrictUndefined, autoescape=False, trim_blocks=False, keep_trailing_newline=True)
