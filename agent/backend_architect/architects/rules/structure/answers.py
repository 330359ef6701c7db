"""Which part answers for which requirement of the first version."""

from __future__ import annotations

import re
from functools import cache

from backend_architect.architects.rules.language.wording import spaced
from backend_architect.architects.rules.structure.contexts import Context, singular
from backend_architect.architects.rules.structure.parts import (
    API,
    ARCHIVE,
    BALANCER,
    CLIENT,
    DASHBOARDS,
    EXISTING,
    OBJECTS,
    QUEUE,
    STORE,
    WORKER,
    WORKSPACE,
    Parts,
    kind_of,
)
from backend_architect.design import Keys, Requirement, Scope
from backend_architect.expressions import expression
from backend_architect.text import Key

SYSTEM = "system"
"""Stands for the system decision in the table of `answers`."""

_DATA = expression(
    r"\b(?:persist\w*|stor(?:e|es|ed|age|ing)|sav(?:e|ed|ing)|database|postgres\w*|mysql|sqlite|mongo\w*|cosmos\w*|dynamo\w*|retention|retain\w*"
    r"|backups?|consisten\w*|transactions?|unique|[kmgt]b|bytes)\b|存储|数据库|写入|armazen|consistên",
    re.IGNORECASE,
)
_SECURITY = expression(
    r"\b(?:secur\w*|auth\w*|log ?in|passwords?|encrypt\w*|tokens?|roles?|permissions?|validat\w*|gdpr|hipaa|pci|privacy|complian\w*|confidential\w*"
    r"|sanitiz\w*)\b|匿名|安全|segurança",
    re.IGNORECASE,
)
_SPEED = expression(
    r"\b(?:latency|fast|quick\w*|p9\d|milliseconds?|ms|response times?|requests?|reads?|rest(?:ful)?|endpoints?|port|api)\b|快的|延迟|读取|respost|porta",
    re.IGNORECASE,
)
_SCREEN = expression(
    r"\b(?:input field|buttons?|click\w*|page|screens|(?:the|a|on) screen|browser|display\w*|colou?r|layout|drag\w*|responsive|accessib\w*"
    r"|front-?end|blazor|react"
    r"|angular|vue|checkbox|tabular|chart|graph\w*)\b|前端",
    re.IGNORECASE,
)


_AT_ONCE = expression(r"\b(?:real[- ]time|immediate(?:ly)?|instant(?:ly)?|as they happen)\b", re.IGNORECASE)
"""What a model is asked within a request."""


def answers(parts: Parts, scope: Scope) -> dict[str, Keys]:
    """Return the requirements of the first version by the part that answers for them.

    Every one has at least one part; `SYSTEM` stands for the decision about the whole.
    """
    table: dict[str, list[Key]] = {}
    modules = [(parts.key_of(context), context) for context in parts.contexts] if parts.split else []
    for requirement in scope.requirements:
        if requirement.horizon != "now":
            continue
        for part in dict.fromkeys(_places(parts, requirement, modules)):
            table.setdefault(part, []).append(requirement.key)
    return {part: tuple(dict.fromkeys(keys)) for part, keys in table.items()}


def _places(parts: Parts, requirement: Requirement, modules: list[tuple[str, Context]]) -> list[str]:
    cited = set(requirement.cites)
    text = requirement.text
    found: list[str] = []
    actions = [a for a in parts.case.actions if a.statement in cited]
    if parts.worker and ((set(_statements(parts)) & cited) or (parts.relay is not None and set(parts.relay.call.cites) & cited)):
        found.append(WORKER)
    for key, system in parts.externals:
        if set(system.cites) & cited and system.name.lower() in text.lower():
            found.append(key)
    for key, ground in ((OBJECTS, parts.uploads), (ARCHIVE, parts.archive), (BALANCER, parts.required)):
        if ground is not None and ground.statement in cited:
            found.append(key)
    if parts.queue is not None and (set(parts.queue.cites) & cited or re.search(r"\bqueue", text, re.IGNORECASE)):
        found.append(QUEUE)
        if parts.existing and re.search(r"\b(?:read|process)\w*\b.{0,40}\bqueue|process\w* (?:by us|items)", text, re.IGNORECASE):
            found.append(EXISTING)
    if set(parts.analytics.workspace) & cited:
        found.append(WORKSPACE)
        if set(parts.analytics.notebooks) & cited and not set(parts.analytics.training) & cited:
            # Exploring data is no call of the API, though people do it.
            return found
        if _AT_ONCE.search(text):
            found.append(API)
    if set(parts.analytics.dashboards) & cited or (parts.analytics.dashboards and set(parts.analytics.aggregates) & cited):
        found.append(DASHBOARDS)
    if parts.client is not None and _SCREEN.search(text):
        found.append(CLIENT)
    if requirement.kind in ("functional", "integration"):
        owners = [key for key, context in modules if any(a in context.actions for a in actions)]
        if not owners:
            owners = [
                key for key, context in modules if any(re.search(rf"\b{re.escape(spaced(singular(e.name)))}", text, re.IGNORECASE) for e in context.entities)
            ][:1]
        if owners or not found or found == [CLIENT] or any(not a.system for a in actions):
            found.extend(owners or [API])
        return found
    if requirement.kind == "constraint" and WORKER in found:
        # What limits a job is kept by who does the job.
        return found
    if _SECURITY.search(text):
        found.append(API)
    elif _DATA.search(_bare(parts, text)):
        found.append(STORE if parts.server else API)
    elif _SPEED.search(text) or (not found and requirement.kind == "quality" and parts.noun in text.lower()):
        found.append(API)
    if not found or requirement.kind == "constraint":
        found.append(SYSTEM)
    return found


@cache
def _pattern(nouns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, nouns))})s?\b", re.IGNORECASE)


def _bare(parts: Parts, text: str) -> str:
    """Return a text without the names of the project's own things: a payment transaction is none of the database."""
    nouns = tuple(spaced(singular(entity.name)) for entity in parts.entities)
    return _pattern(nouns).sub(" ", text) if nouns else text


def _statements(parts: Parts) -> list[int]:
    return [number for job in parts.all_jobs if kind_of(job) != "train" for number in job.cites]
