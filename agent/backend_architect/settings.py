"""Options that stand in files: a project's `[tool.backend-architect]`, the user's `config.toml`; the project's wins."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from backend_architect.errors import SettingsError

TABLE = "backend-architect"
_USER_FILE = "config.toml"


def settings(folder: Path, *, known: Collection[str], environ: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Return the options that the files name, by option name with underscores.

    Args:
        folder: Where the search for `pyproject.toml` begins; its parents follow.
        known: The names of all options.
        environ: The environment; `BACKEND_ARCHITECT_CONFIG` names another file for the user's options.

    Raises:
        SettingsError: If a file cannot be read, or names an option that does not exist.
    """
    found: dict[str, Any] = {}
    user = environ.get("BACKEND_ARCHITECT_CONFIG") or ""
    for path, table in ((Path(user) if user else _user_file(environ), ()), (_project_file(folder), ("tool", TABLE))):
        if path is not None and _is_file(path):
            found |= _options(path, table, known)
        elif path is not None and user and str(path) == user:
            raise SettingsError(f"{user!r}, named by BACKEND_ARCHITECT_CONFIG, is no file")
    return found


def _user_file(environ: Mapping[str, str]) -> Path:
    # As platformdirs has it on Linux, without the time its import takes on every command.
    base = environ.get("XDG_CONFIG_HOME") or ""
    return (Path(base) if base else Path("~/.config").expanduser()) / TABLE / _USER_FILE


def _project_file(folder: Path) -> Path | None:
    return next((path for parent in (folder, *folder.parents) if _is_file(path := parent / "pyproject.toml")), None)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        # A folder that must not be looked into holds no options for whoever runs this.
        return False


def _options(path: Path, table: tuple[str, ...], known: Collection[str]) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"cannot read the options in {str(path)!r}: {error}") from error
    if table and f"{TABLE}" not in text:
        return {}
    import tomllib

    try:
        values: Any = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"the options in {str(path)!r} are no TOML: {error}") from error
    for name in table:
        values = values.get(name, {}) if isinstance(values, dict) else {}
    where = f"[{'.'.join(table)}] of {str(path)!r}" if table else repr(str(path))
    if not isinstance(values, dict):
        raise SettingsError(f"{where} is no table")
    return {_option(name, where, known): value for name, value in values.items()}


def _option(name: str, where: str, known: Collection[str]) -> str:
    option = name.replace("-", "_")
    if option not in known:
        raise SettingsError(f"{where}: unknown option {name!r}: options are {', '.join(sorted(word.replace('_', '-') for word in known))}")
    return option
