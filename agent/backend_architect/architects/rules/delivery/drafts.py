"""Tasks in the making: what a task carries before every requirement has its place, and how places are found."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from backend_architect.architects.rules.language import wording
from backend_architect.design import Design, Keys, Requirement, Task
from backend_architect.expressions import expression
from backend_architect.text import Cites

FIRST, REST, HARDEN, LATER = "p-loop", "p-rest", "p-ready", "p-later"
ORDER = (FIRST, REST, HARDEN, LATER)
"""Phases in their order; a task depends on tasks of its own phase or an earlier one."""

_UNDERPINNING = frozenset({"t-start", "t-data", "t-load", "t-regulated", "t-operate"})
"""Tasks of a service that no function comes from."""

_WORD = expression(r"[a-z][a-z-]{3,}")
_COMMON = frozenset(
    re.findall(
        r"\w+",
        "that this with from have must shall will when should would could their there which into each other than then user users system application able"
        " also only more most some such they them were been being under over about after before these those what where while your contractor ensure"
        " provide",
    )
)
_TOPICS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "t-load",
        expression(
            r"\b(?:latenc\w+|p9\d|fast|quick\w*|perform\w+|throughput|scal\w+|load|per"
            r" second|traffic|concurren\w+|efficient\w*)\b|流量|性能|读写|高可用|desempenho",
            re.IGNORECASE,
        ),
    ),
    (
        "t-access",
        expression(r"\b(?:secur\w+|log-?in|auth\w*|permission\w*|role\w*|sso|single sign|privacy|confidential\w*|encrypt\w*|hipaa|gdpr|pci)\b", re.IGNORECASE),
    ),
    (
        "t-operate",
        expression(
            r"\b(?:deploy\w*|availab\w+|uptime|downtime|backup|docker\w*|container\w*|ci|pipeline|monitor\w*|log(?:s|ging)?|port|cpu|memory|cloud|environment|cost|budget|hosted)\b",
            re.IGNORECASE,
        ),
    ),
)


@dataclass
class Draft:
    """A task that still collects what it implements."""

    key: str
    phase: str
    title: str
    done_when: str
    implements: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)
    verify: str = ""
    cites: list[int] = field(default_factory=list)

    def take(self, *keys: str) -> None:
        """Add what it implements, each once."""
        self.implements.extend(key for key in keys if key not in self.implements)

    def task(self) -> Task:
        """Return it as the value that the design holds."""
        return Task(
            key=self.key,
            phase=self.phase,
            title=self.title,
            implements=tuple(self.implements),
            depends_on=tuple(dict.fromkeys(self.after)),
            steps=tuple(self.steps),
            verify=self.verify,
            done_when=self.done_when,
            cites=wording.cites(self.cites, most=8),
        )


def place_components(drafts: Sequence[Draft], design: Design, homes: dict[str, str]) -> None:
    """Give every component and decision that no draft has yet to the task named for it, else to the first.

    Args:
        drafts: All tasks, the first one first.
        design: The design so far.
        homes: Key of an element -> key of the task that brings it in.
    """
    by_key = {draft.key: draft for draft in drafts}
    taken = {key for draft in drafts for key in draft.implements}
    wanted = [component.key for component in design.structure.components]
    wanted += [decision.key for _, _, decision in design.decisions()]
    wanted += [entity.key for entity in design.entities if entity.tier != "future"]
    wanted += [endpoint.key for endpoint in design.endpoints]
    for key in wanted:
        if key not in taken:
            by_key.get(homes.get(key, ""), drafts[0]).take(key)


def place_requirements(drafts: Sequence[Draft], design: Design) -> None:
    """Give every requirement of the first version that no endpoint, table or decision answers for to the task nearest in words.

    That a component answers for a function says where it lives, not when it is built.
    """
    satisfied = satisfies(design)
    parts = {component.key for component in design.structure.components if component.kind != "module"} | {design.structure.system.key}
    covered = {key for draft in drafts for key in draft.implements}
    built = {draft_key for draft in drafts for draft_key in draft.implements}
    named = covered | {requirement for key in built - parts for requirement in satisfied.get(key, ())}
    covered |= {requirement for key in built for requirement in satisfied.get(key, ())}
    able = [draft for draft in drafts if draft.phase != LATER]
    loop = next((draft for draft in able if draft.key == "t-loop"), None)
    doing = [draft for draft in able if draft.key not in _UNDERPINNING] if loop is not None else able
    bags = {draft.key: _words(" ".join((draft.title, draft.done_when, *draft.steps))) for draft in able}
    for requirement in design.scope.requirements:
        answered = named if requirement.kind in ("functional", "integration") else covered
        if requirement.horizon == "now" and requirement.key not in answered:
            _nearest(requirement, doing if requirement.kind == "functional" else able, bags).take(requirement.key)


def satisfies(design: Design) -> dict[str, Keys]:
    """Return the requirements that each element of the design answers for."""
    found: dict[str, Keys] = {component.key: component.satisfies for component in design.structure.components}
    found |= {endpoint.key: endpoint.satisfies for endpoint in design.endpoints}
    found |= {entity.key: entity.satisfies for entity in design.entities}
    found |= {decision.key: decision.satisfies for _, _, decision in design.decisions()}
    return found


def _nearest(requirement: Requirement, drafts: Sequence[Draft], bags: dict[str, frozenset[str]]) -> Draft:
    if requirement.kind != "functional":
        keys = {draft.key: draft for draft in drafts}
        for key, pattern in _TOPICS:
            if key in keys and pattern.search(requirement.text):
                return keys[key]
    words = _words(requirement.text)
    best = max(drafts, key=lambda draft: len(words & bags[draft.key]))
    if words & bags[best.key]:
        return best
    # What no task shares a word with concerns the whole: the loop if it is a function, running it otherwise.
    last = next((draft for draft in drafts if draft.key == ("t-loop" if requirement.kind == "functional" else "t-operate")), None)
    return last or (drafts[0] if requirement.kind == "functional" else drafts[-1])


def _words(text: str) -> frozenset[str]:
    return frozenset(word.rstrip("s") for word in _WORD.findall(text.lower()) if word not in _COMMON)


def cited(keys: Iterable[str], design: Design, *, most: int = 6) -> Cites:
    """Return the statements behind the requirements with these keys."""
    wanted = set(keys)
    return wording.cites(*(requirement.cites for requirement in design.scope.requirements if requirement.key in wanted), most=most)
