"""Plans from every recording in cassettes/ into outputs/, by the command a reader would use."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
CASSETTES = ROOT / "cassettes"


def recordings() -> dict[str, dict[str, Any]]:
    """Return what `cassettes/index.toml` says of each recording, by name."""
    return tomllib.loads((CASSETTES / "index.toml").read_text(encoding="utf-8"))


def command(name: str, recording: dict[str, Any], *, output: str) -> list[str]:
    """Return the arguments that plan from a recording, as if typed in the project's folder."""
    return ["plan", recording["brief"], "--model", recording["model"], *recording.get("options", ()), "--replay", f"cassettes/{name}", "-o", output]


def main() -> None:
    """Plan from all of them, in place of the plans that are there."""
    for name, recording in recordings().items():
        started = [sys.executable, "-m", "backend_architect", *command(name, recording, output=f"outputs/{name}-by-model"), "--force"]
        subprocess.run(started, cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
