"""Keys at the head of a brief that are no facts, but most likely facts mistyped."""

from __future__ import annotations

import re

from backend_architect.ingest.stated import ALIASES, KEYS

_OTHER_WORDS = frozenset({"headline", "outline", "read-time", "sale", "slack", "stale", "stock", "tear", "term", "uses", "writer"})
"""Keys that documents have at their head and that are one letter away from a fact."""
_LONG = 10
"""From this length on, two letters may be wrong in a key that is taken for a mistyped fact."""


def mistyped(key: str) -> str | None:
    """Return the fact that `key`, which names none, was most likely meant to be: `users` for `userz`."""
    folded = re.sub(r"[\s_]+", "-", key.strip().lower())
    if folded in _OTHER_WORDS:
        return None
    # Short names for facts are a letter away from too many other words: "cost" from "host".
    names = (*KEYS, *(alias for alias in ALIASES if len(alias) > 5))
    return next((name for name in names if _is_slip(folded, name, most=2 if len(name) >= _LONG else 1)), None)


def _is_slip(one: str, other: str, *, most: int) -> bool:
    """Return whether at most `most` letters are wrong, missing, too many or swapped with their neighbour."""
    if abs(len(one) - len(other)) > most:
        return False
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, left in enumerate(one, start=1):
        earlier, before, row = before, row, [i]
        for j, right in enumerate(other, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (left != right))
            if i > 1 and j > 1 and left == other[j - 2] and right == one[i - 2]:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
    return row[-1] <= most
