"""Renews the excerpt in README.md from a committed plan: one element of each kind, as it stands there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
PLAN = ROOT / "outputs" / "clinic-appointments" / "TODO_backend-architect.md"

SHOWN = ("Q-1.1", "ARCH-PLAN-2.1", "ARCH-ITEM-1.1", "API-1.1", "TASK-1.1")
"""What a reader sees first; IDs that a plan always has, or that are passed over."""

_START, _END = "<!-- excerpt:start -->\n", "<!-- excerpt:end -->\n"
_COMMENT = re.compile(r" ?<!--.*?-->", re.DOTALL)


def element(markdown: str, identity: str) -> str:
    """Return the list item that defines an ID, with what is nested in it, or an empty text."""
    lines = markdown.splitlines()
    first = next((at for at, line in enumerate(lines) if re.match(rf"- \[[ x]\] \**{re.escape(identity)}\b", line)), None)
    if first is None:
        return ""
    last = next((at for at in range(first + 1, len(lines)) if lines[at] and not lines[at].startswith(" ")), len(lines))
    return _COMMENT.sub("", "\n".join(lines[first:last])).rstrip()


def excerpt(markdown: str) -> str:
    """Return the excerpt of a plan: its title and some of its elements."""
    title = next(line for line in markdown.splitlines() if line.startswith("# "))
    body = "\n\n".join(found for found in (title, *(element(markdown, identity) for identity in SHOWN)) if found)
    return f"~~~markdown\n{body}\n~~~\n"


def renewed(readme: str, markdown: str) -> str:
    """Return the README with the excerpt of this plan."""
    before, rest = readme.split(_START)
    _, after = rest.split(_END)
    return before + _START + excerpt(markdown) + _END + after


if __name__ == "__main__":
    README.write_text(renewed(README.read_text(encoding="utf-8"), PLAN.read_text(encoding="utf-8")), encoding="utf-8")
