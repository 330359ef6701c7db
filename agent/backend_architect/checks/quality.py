"""The quality checklist: seed 002's fifteen boxes, decided by what the design holds."""

from __future__ import annotations

from backend_architect.checks.circumstances import circumstances
from backend_architect.checks.proofs import proven
from backend_architect.design import Design
from backend_architect.plan import CodeChange, Quality
from backend_architect.profile import Profile
from backend_architect.standards import applies, because, boxes
from backend_architect.standards.proof import PROOFS

_MOST_EVIDENCE = 2
"""A box that everything proves names the first few."""


def quality(design: Design, code: tuple[CodeChange, ...], profile: Profile) -> tuple[Quality, ...]:
    """Return each box with its state: met with evidence, open with what is missing, or not applicable with the reason."""
    around = circumstances(design, profile)
    found: list[Quality] = []
    for standard in boxes():
        key = standard.code.lower()
        if not applies(standard, around):
            found.append(Quality(key=key, text=standard.box_text, state="not applicable", reason=because(standard, around)))
            continue
        proofs = {word: proven(word, design, code) for word in standard.proof}
        missing = [word for word, keys in proofs.items() if not keys]
        if missing:
            reason = "; ".join(
                "a person has to judge it" if word == "human" else f"not shown: {PROOFS[word][0].lower()}{PROOFS[word][1:].rstrip('.')}" for word in missing
            )
            found.append(Quality(key=key, text=standard.box_text, state="open", reason=reason))
        else:
            # What is made proves more than what was decided; it is the later of the proofs.
            evidence = tuple(dict.fromkeys(keys[0] for keys in reversed(proofs.values())))
            found.append(Quality(key=key, text=standard.box_text, state="met", evidence=evidence[: 1 if around.size == "tiny" else _MOST_EVIDENCE]))
    return tuple(found)
