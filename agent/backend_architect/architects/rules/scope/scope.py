"""The scope slice: what is asked, by whom, with what left open."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import Literal

from backend_architect.architects.rules.case import Action, Case, System
from backend_architect.architects.rules.delivery.stacks import uncommanded
from backend_architect.architects.rules.language import lexicon
from backend_architect.architects.rules.language.wording import spaced
from backend_architect.architects.rules.layers.grounds import BREAKER_FAILURES, BREAKER_PROBE_S, base, is_identity
from backend_architect.architects.rules.reading.sections import section_role
from backend_architect.architects.rules.scope.data_classes import data_classes
from backend_architect.architects.rules.scope.loop import loop
from backend_architect.architects.rules.scope.questions import assumptions, questions
from backend_architect.architects.rules.scope.unanswered import unanswered
from backend_architect.architects.rules.traits import as_stated
from backend_architect.brief import Statement
from backend_architect.design import Consumer, Excluded, Integration, Requirement, RuledOut, Scope
from backend_architect.expressions import expression
from backend_architect.text import Cites, one_line

_NAMED = expression(
    r"\b(?i:develop|build|create|design|implement|running example:|called|named|project:|application|app)\s+(?:(?i:an?|the)\s+)?(?:\*\*|\"|“)?(?P<name>[A-Z][A-Za-z0-9]+(?:[ -][A-Z][A-Za-z0-9]+){0,3})(?:\*\*|\"|”)?(?=[,.;:!?)\s]|$)"
)
_BY_FILES = expression(r"\bfiles?\b|\bexports?\b|\bs?ftp\b|\bcsv\b|\bdumps?\b", re.IGNORECASE)
_BY_WRITES = expression(
    r"\b(?:takes (?!about|up|over|\d)|deliver\w*|sends?|exchang\w*|receives?|submits?|books?|orders?|forward\w*|redirect|callback|e-?mails?|sms|payments?|notif\w+)\b",
    re.IGNORECASE,
)
_BY_READS = expression(r"\b(?:reads?|holds|search\w*|look\w* up|lookups?|quer\w+|catalogues?|provides|supplies|feeds?|source)\b", re.IGNORECASE)
_ASSIGNMENT = expression(
    r"^(?:(?:design|build|develop|create|implement|write)\s+(?:an?\s+|the\s+)?|设计\s*|(?:instruções|instructions|anleitung)\s+(?:para|for|für)\s+(?:a\s+|o\s+|the\s+)?)",
    re.IGNORECASE,
)
_WANTED = expression(r"\b(?:what (?:we|it) (?:wants?|is)|the idea|the plan|goals?|aims?|vision|objectives?|purpose|in short|in brief)\b", re.IGNORECASE)
"""Headings under which a brief says what it is about."""
_REFERS = expression(r"(?:it|they|this|that|these|those|he|she|there)\b", re.IGNORECASE)
"""How a sentence begins that only says something after the one before it."""
_AIM = expression(
    r"^the (?:plan|idea)(?::| is\b)|\b(?:is|are) (?:looking to|building|designing|planning to|soliciting proposals for)\b|\b(?:goal|aim|purpose|scope of this (?:project|contract)) is\b|\b(?:we|they|i) (?:want|need|would like|wish) to (?:build|have|offer|create|provide)\b",
    re.IGNORECASE,
)


def scope(case: Case) -> Scope:
    """Fill the scope slice."""
    found = Scope(
        project=project_name(case),
        summary=_summary(case),
        size=case.traits.size,
        size_basis=case.traits.size_basis.because,
        stack=_stack(case),
        current=_current(case),
        loop=loop(case),
        requirements=tuple(_requirements(case)),
        assumptions=assumptions(case),
        questions=questions(case),
        consumers=tuple(_consumers(case)),
        integrations=tuple(_integrations(case)),
        data_classes=data_classes(case),
        ruled_out=tuple(_ruled_out(case)),
        excluded=tuple(_excluded(case)),
    )
    return found.model_copy(update={"questions": (*found.questions, *unanswered(case, found))})


def project_name(case: Case) -> str:
    """Return the project's name: the title, else the name the text gives it, else the file's name."""
    title = _plain(case.brief.title)
    if title and not lexicon.GENERIC_TITLE.match(title) and not lexicon.GENERIC_TITLE.match(one_line(case.brief.title)):
        shortened = _ASSIGNMENT.sub("", title)
        return (shortened[:1].upper() + shortened[1:])[:80] if shortened else title[:80]
    counted: dict[str, int] = {}
    for statement in case.brief.statements:
        if statement.kind != "heading":
            for found in _NAMED.finditer(statement.text):
                if not lexicon.GENERIC_TITLE.match(found["name"]) and not found["name"].isupper():
                    counted[found["name"]] = counted.get(found["name"], 0) + 1
    if counted and max(counted.values()) > 1:
        return max(counted, key=lambda name: counted[name])
    # A cover page shouts the project's name below the kind of document it is.
    for statement in case.brief.statements[1:8]:
        if statement.text.isupper() and 2 < len(statement.text.split()) <= 10 and not any(c.isdigit() for c in statement.text):
            return statement.text.title()[:80]
    stem = PurePath(case.brief.path).stem if case.brief.path != "-" else ""
    words = re.sub(r"^\d+[-_ ]*", "", stem).replace("-", " ").replace("_", " ").strip()
    if words and not lexicon.GENERIC_TITLE.match(words):
        return (words[:1].upper() + words[1:])[:80]
    return next(iter(counted), "") or title[:80] or "Unnamed project"


def _plain(title: str) -> str:
    """Return a title without markup and without the kind of document it announces."""
    line = re.sub(r"\s*[-–—:|]\s*$", "", one_line(re.sub(r"[`*_]", "", title)))
    return lexicon.DOCUMENT_KIND.sub("", line).strip(" -–—:|") or line


def _summary(case: Case) -> str:
    paired = [(_bounded(s.text), case.readings[s.number - 1]) for s in _told(case)]
    told = next((text for text, _ in paired if len(text) > 40 and (lexicon.DIRECTIVE.search(text) or _AIM.search(text))), "")
    if told:
        return _cut(told, 300)
    if case.contracts.ours:
        count = len(case.contracts.ours)
        return f"An HTTP API that the brief spells out: {count} endpoint{'s' if count != 1 else ''}, from {case.contracts.ours[0].method} {case.contracts.ours[0].path} to {case.contracts.ours[-1].method} {case.contracts.ours[-1].path}."
    told = next(
        (
            text
            for (text, r), s in zip(paired, _told(case), strict=True)
            if s.section and _WANTED.search(s.section[-1]) and len(text) > 25 and not _REFERS.match(text) and s.kind == "sentence"
        ),
        "",
    )
    if told:
        return _cut(told, 300)
    paired = [(text, r) for text, r in paired if not _REFERS.match(text)] or paired
    asked = (
        [text for text, r in paired if r.label == "functional" and r.horizon == "now" and len(text) > 25]
        or [text for text, r in paired if r.label != "context"]
        or [case.brief.title]
    )
    return _cut(asked[0], 300)


def _told(case: Case) -> list[Statement]:
    """Return the sentences and items that may say what the project is."""
    return [
        s
        for s, r in zip(case.brief.statements, case.readings, strict=True)
        if s.kind in ("sentence", "item")
        and r.label not in ("excluded", "solution")
        and section_role(s.section, case.brief.title) not in ("reference", "later", "open")
    ]


def _cut(text: str, limit: int) -> str:
    """Return `text` cut at a word, ending like a sentence."""
    if len(text) > limit:
        text = text[:limit].rsplit(" ", 1)[0].rstrip(",;:") + " …"
    return text if text.endswith((".", "!", "?", "…", "。", "！", "？")) else text + "."


def _stack(case: Case) -> tuple[str, ...]:
    stack = case.traits.stack
    if case.traits.shape in ("none", "browser"):
        return case.profile.values("stack")
    base = (stack.framework,) if stack.framework else ()
    store = () if case.traits.engine in ("memory", "none", "browser") else (case.traits.engine_basis.value,)
    return tuple(dict.fromkeys((*base, *store, *((case.traits.cloud,) if case.traits.cloud else ()), *uncommanded(case.profile))))


def _current(case: Case) -> str:
    if not case.traits.existing:
        return ""
    cue = re.compile(
        r"\b(?:currently|at the moment|existing|legacy|our present|current)\b.{0,80}\b(?:system|process|api|workflow|platform|application|database|service|spreadsheet|deploy\w*)|\bcurrently\b",
        re.IGNORECASE,
    )
    found = [
        s.text
        for s, r in zip(case.brief.statements, case.readings, strict=True)
        if s.kind in ("sentence", "item")
        and r.label not in ("solution", "excluded")
        and section_role(s.section, case.brief.title) not in ("process", "reference", "later")
        and cue.search(s.text)
        and len(s.text) > 40
    ]
    return " ".join(_cut(text, 240) for text in found[:2])


def _requirements(case: Case) -> Iterator[Requirement]:
    spelled = {case.contracts.home(endpoint): endpoint for endpoint in case.contracts.ours if endpoint.cites}
    for statement, reading in zip(case.brief.statements, case.readings, strict=True):
        if reading.label not in ("functional", "quality", "constraint", "integration"):
            continue
        text = statement.text
        cites: Cites = (statement.number,)
        if statement.number in spelled:
            endpoint = spelled[statement.number]
            text = (
                f"`{endpoint.method} {endpoint.path}`"
                + (f": {endpoint.title}" if endpoint.title else "")
                + (f"; returns {endpoint.returns}" if endpoint.returns else "")
            )
            cites = endpoint.cites
        elif statement.kind == "code":
            called = [endpoint for endpoint in case.contracts.endpoints if statement.number in endpoint.cites]
            owners = " and ".join(dict.fromkeys(endpoint.owner for endpoint in called if endpoint.owner)) or "another system"
            text = f"{owners}: " + ", ".join(f"`{endpoint.method} {endpoint.path}`" for endpoint in called) if called else one_line(statement.text)[:200]
        elif reading.because and statement.parent:
            text = f"{case.statement(statement.parent).text} {text}"
        elif statement.kind == "row" and statement.info:
            text = " | ".join(part for part in statement.text.split(" | ") if part.strip()) or statement.text
        yield Requirement(key=case.requirement_key(statement.number), kind=reading.label, text=_bounded(text), horizon=reading.horizon, cites=cites)


def _bounded(text: str) -> str:
    line = re.sub(r"^[/$][a-z][\w.:-]*\s+(?=\w)", "", one_line(text))
    return line if len(line) <= 1200 else line[:1200].rsplit(" ", 1)[0] + " …"


def _consumers(case: Case) -> Iterator[Consumer]:
    for actor in case.actors:
        does = [a for a in case.actions if a.actor == actor.name and a.noun]
        uses = list(dict.fromkeys(_use(a) for a in does))
        if uses:
            yield Consumer(name=actor.name, uses=", ".join(uses[:6]) + (", and more" if len(uses) > 6 else ""), cites=actor.cites[:6])
    if not case.actors and case.contracts.ours:
        yield Consumer(name="client programs", uses=f"the {len(case.contracts.ours)} endpoints that the brief lists", cites=case.contracts.ours[0].cites[:1])


def _use(action: Action) -> str:
    """Return what somebody does with a thing, as words: `book appointment`; who requests a title makes a title request."""
    word = base(action)
    noun = spaced(action.noun)
    return f"make {noun}" if action.noun.split("_")[-1].startswith(word[:4]) and len(word) > 3 and action.verb in ("create", "submit") else f"{word} {noun}"


def _integrations(case: Case) -> Iterator[Integration]:
    for system in case.systems:
        key = "i-" + (re.sub(r"[^a-z0-9]+", "-", system.name.lower()).strip("-") or f"s{system.cites[0]}")
        offered = [endpoint for endpoint in case.contracts.endpoints if endpoint.owner == system.name]
        limit = next((endpoint.limit for endpoint in offered if endpoint.limit), "")
        timeout = max(1, min(10, round(case.traits.latency_ms / 1000 * 5) or 1))
        yield Integration(
            key=key, name=system.name,
            purpose=", ".join(f"{e.method} {e.path}" for e in offered[:4]) or system.purpose,
            protection=_protection(_manner(system), timeout) + (f"; its own limit is kept: {limit}" if limit else ""),
            fallback=_fallback(case, system),
            cites=system.cites[:6],
        )  # fmt: skip


def _manner(system: System) -> Literal["identity", "files", "reads", "writes", "calls"]:
    """Return how a system is used: to sign in, by files, only read, given something to do, or both as far as the brief says."""
    said = f"{system.name} {system.purpose}"
    if is_identity(system):
        return "identity"
    if _BY_FILES.search(system.purpose):
        return "files"
    if _BY_WRITES.search(said):
        return "writes"
    return "reads" if _BY_READS.search(said) else "calls"


def _protection(manner: str, timeout: int) -> str:
    circuit = f"circuit opens after {BREAKER_FAILURES} failures in a row and tries again after {BREAKER_PROBE_S} s"
    match manner:
        case "identity":
            return f"timeout {timeout} s; its keys are kept for 24 hours, so tokens are checked without asking it; {circuit}"
        case "files":
            return (
                "each file is checked as a whole before any row of it is used; a missing or malformed one raises an alert and is fetched again at the next run"
            )
        case "reads":
            return f"timeout {timeout} s; one repeat, as a read changes nothing; {circuit}"
        case "writes":
            return f"timeout {timeout} s; what is to be sent is stored first and repeated with growing pauses under the same identifier; {circuit}"
        case _:
            return f"timeout {timeout} s; reads are repeated once, writes only under the same identifier; {circuit}"


def _fallback(case: Case, system: System) -> str:
    name, manner = system.name, _manner(system)
    lower = name.lower()
    if manner == "files":
        return "the data of the last good file stays in use, with its date; the missing or malformed file is reported"
    if "mail" in lower or "sms" in lower or "notification" in lower:
        return "the message waits in the database and is sent when the provider is back; nobody waits for it"
    if "pay" in lower or lower in ("stripe", "paypal", "adyen", "mollie"):
        others = [system.name for system in case.systems if system.name != name and "pay" in system.name.lower()]
        return (
            f"use {others[0]} instead"
            if others
            else "the purchase stays pending and is settled when the provider answers; never charged twice (idempotency key)"
        )
    if manner == "identity":
        return "people already signed in go on working; new sign-ins are refused with a clear message"
    if manner == "reads":
        return f"the answer holds what the other sources gave and names {name} as missing"
    if manner == "writes":
        return "what is to be sent stays stored and is repeated; the caller sees that it is still on its way"
    return "the part that needs it says so; everything else goes on"


def _ruled_out(case: Case) -> Iterator[RuledOut]:
    traits = case.traits
    for fact in dict.fromkeys(case.profile.all("forbidden")):
        yield RuledOut(
            option=fact.value,
            because=as_stated(fact),
            revisit_when="the brief changes",
            cites=fact.cites,
        )
    if traits.shape in ("none", "browser"):
        yield RuledOut(
            option="A server, its API and its database",
            because=traits.shape_basis.because,
            revisit_when="data has to be shared between people or devices",
            cites=traits.shape_basis.cites,
        )
        return
    if traits.engine == "memory":
        yield RuledOut(
            option="Any database", because=traits.engine_basis.because, revisit_when="something has to survive a restart", cites=traits.engine_basis.cites
        )
    if traits.shape == "cli":
        yield RuledOut(
            option="An HTTP API",
            because=traits.shape_basis.because,
            revisit_when="another program has to call it while it runs",
            cites=traits.shape_basis.cites,
        )
    if traits.auth == "none" and traits.shape == "service" and traits.auth_basis.cites:
        yield RuledOut(
            option="Accounts, passwords and roles",
            because=traits.auth_basis.because,
            revisit_when="somebody's data has to be kept from somebody else",
            cites=traits.auth_basis.cites,
        )
    if case.contracts.ours:
        yield RuledOut(
            option="GraphQL, gRPC and endpoints of our own invention", because=f"the brief spells out its {len(case.contracts.ours)} HTTP endpoint{'s' if len(case.contracts.ours) != 1 else ''}",
            revisit_when="the contract changes", cites=case.contracts.ours[0].cites[:1],
        )  # fmt: skip
    if traits.pattern != "services" and traits.size_basis.cites and traits.shape == "service" and traits.size != "large":
        yield RuledOut(
            option="Microservices",
            because=f"{traits.pattern_basis.because}; one deployment carries it",
            revisit_when="parts must be released or scaled apart by separate teams",
            cites=traits.size_basis.cites,
        )
    limits = [f for name in ("cpu-limit", "memory-limit") for f in case.profile.all(name)]
    if limits:
        yield RuledOut(
            option="A separate broker, cache or search cluster", because=f"{' and '.join(dict.fromkeys(f.value for f in limits))} for everything leave no room for it", revisit_when="the limits are raised",
            cites=tuple(dict.fromkeys(n for f in limits for n in f.cites)),
        )  # fmt: skip
    budget = next((fact for fact in case.profile.all("budget") if not _weak(case, fact.cites)), None)
    if budget is not None:
        yield RuledOut(
            option="Multi-region operation and a platform team's tooling",
            because=f"a budget of {budget.value} has to pay for the product itself",
            revisit_when="an outage of one region costs more than a second one",
            cites=budget.cites,
        )


def _weak(case: Case, cites: tuple[int, ...]) -> bool:
    return bool(cites) and all(case.label(n) == "solution" for n in cites)


def _excluded(case: Case) -> Iterator[Excluded]:
    for statement, reading in zip(case.brief.statements, case.readings, strict=True):
        if reading.label == "excluded":
            yield Excluded(what=_cut(statement.text, 200), because=reading.because or "the brief puts it out of scope", cites=(statement.number,))
