"""The page that documents the standards, made from the data."""

from __future__ import annotations

from backend_architect.standards.catalogue import Standard, families, standards
from backend_architect.standards.proof import PROOFS

_HEAD = """\
# Standards

<!-- Generated from agent/backend_architect/standards; a test keeps it current. -->

What the five seed documents demand of a backend plan, as {count} standards in our own words. A plan is
drafted by them and judged by them: the rules ask which apply, the quality checklist takes its {boxes} boxes
from them (marked ☑), and what a reader might miss is listed under "Left out on purpose" with the reason
and the trigger given here.

`applies` is a condition over the circumstances of one project: words that are true or false (`database`,
`realtime`, `personal-data`, …), `size>=small|medium|large`, `and`, `or`, `not`, parentheses. `proof` names
what in a plan would show that the standard is met; the last section explains the words. The seeds are cited
by number.
"""


def document() -> str:
    """Return docs/standards.md as it has to be."""
    boxes = sum(standard.box for standard in standards())
    parts = [_HEAD.format(count=len(standards()), boxes=boxes)]
    for family in families():
        parts.append(f"\n## {family.family}: {family.title}\n\n| code | standard | applies | proof | seeds |\n|---|---|---|---|---|\n")
        parts.extend(_row(standard) for standard in family.standards)
    parts.append("\n## Not applied, and why\n\nWhat is said of a standard that does not apply; the first reason whose condition holds is given.\n")
    parts.append('Standards with a name are listed under "Left out on purpose" where their last condition holds.\n')
    parts.append("\n| code | reason | trigger | listed as | where |\n|---|---|---|---|---|\n")
    parts.extend(_absence(standard) for standard in standards() if standard.because)
    parts.append("\n## Proofs\n\n| proof | looks at |\n|---|---|\n")
    parts.extend(f"| `{word}` | {meaning} |\n" for word, meaning in PROOFS.items())
    return "".join(parts)


def _row(standard: Standard) -> str:
    places = "; ".join(f"{source.seed} {source.place}" for source in standard.seeds)
    proof = ", ".join(f"`{word}`" for word in standard.proof)
    return f"| {standard.code}{' ☑' if standard.box else ''} | {standard.text} | `{standard.applies}` | {proof} | {places} |\n"


def _absence(standard: Standard) -> str:
    reasons = " ".join(reason.text if reason.when == "always" else f"(`{reason.when}`) {reason.text}" for reason in standard.because)
    where = f"`{standard.notable}`" if standard.notable else ""
    return f"| {standard.code} | {reasons} | {standard.trigger} | {standard.name} | {where} |\n"
