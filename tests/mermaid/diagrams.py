"""Prints the Mermaid diagrams in the given files (`.mmd`, or fenced in Markdown) as a JSON list, for check.mjs."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from markdown_it import MarkdownIt


def diagrams(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".mmd":
        return [text]
    return [token.content for token in MarkdownIt("commonmark").parse(text) if token.type == "fence" and token.info.split()[:1] == ["mermaid"]]


if __name__ == "__main__":
    found = [diagram for name in sys.argv[1:] for diagram in diagrams(Path(name))]
    print(f"{len(found)} diagrams", file=sys.stderr)
    json.dump(found, sys.stdout)
