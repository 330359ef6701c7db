"""The scope slice: what is asked, by whom, with what left open."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath

from backend_architect.architects.rules import lexicon
from backend_architect.architects.rules.case import Action, Case
from backend_architect.architects.rules.data_classes import data_classes
from backend_architect.architects.rules.questions import assumptions, questions
from backend_architect.design import Consumer, Excluded, Integration, Loop, Requirement, RuledOut, Scope
from backend_architect.text import Cites, one_line

_NAMED = re.compile(
    r"\b(?i:develop|build|create|design|implement|running example:|called|named|project:|application|app)\s+(?:(?i:an?|the)\s+)?(?:\*\*|\"|“)?(?P<name>[A-Z][A-Za-z0-9]+(?:[ -][A-Z][A-Za-z0-9]+){0,3})(?:\*\*|\"|”)?(?=[,.;:!?)\s]|$)"
)
_ASSIGNMENT = re.compile(r"^(?:design|build|develop|create|implement|write)\s+(?:an?|the)?\s*", re.IGNORECASE)
_WEIGHT = {
    "submit": 9,
    "create": 8,
    "send": 8,
    "pay": 8,
    "compute": 7,
    "upload": 6,
    "search": 6,
    "store": 5,
    "validate": 5,
    "integrate": 5,
    "change-state": 4,
    "update": 3,
    "join": 3,
    "comment": 3,
}
_RESULTS = {
    "submit": "Check the {noun}, store it, confirm it",
    "create": "Check the {noun}, store it, return it with its identifier",
    "send": "Accept the {noun}, deliver it, confirm it",
    "pay": "Take the payment once, record its outcome, confirm it",
    "compute": "Work out the result from the data given, return it",
    "upload": "Check type and size, store the {noun}, confirm it",
    "search": "Look the {noun} up, return the matches best first",
    "change-state": "Check that the {noun} may change, change it once, return its new state",
}


def requirement_key(statement: int) -> str:
    """Return the key of the requirement that a statement makes."""
    return f"r{statement}"


def scope(case: Case) -> Scope:
    """Fill the scope slice."""
    return Scope(
        project=project_name(case),
        summary=_summary(case),
        size=case.traits.size,
        size_basis=case.traits.size_basis.because,
        stack=_stack(case),
        current=_current(case),
        loop=_loop(case),
        requirements=tuple(_requirements(case)),
        assumptions=assumptions(case),
        questions=questions(case),
        consumers=tuple(_consumers(case)),
        integrations=tuple(_integrations(case)),
        data_classes=data_classes(case),
        ruled_out=tuple(_ruled_out(case)),
        excluded=tuple(_excluded(case)),
    )


def project_name(case: Case) -> str:
    """Return the project's name: the title, else the name the text gives it, else the file's name."""
    title = re.sub(r"\s*[-–—:|]\s*$", "", one_line(re.sub(r"[`*_]", "", case.brief.title)))
    if title and not lexicon.GENERIC_TITLE.match(title):
        shortened = _ASSIGNMENT.sub("", title)
        return (shortened[:1].upper() + shortened[1:])[:80] if shortened else title[:80]
    for statement in case.brief.statements:
        if statement.kind != "heading" and (found := _NAMED.search(statement.text)) and not lexicon.GENERIC_TITLE.match(found["name"]):
            return found["name"]
    stem = PurePath(case.brief.path).stem if case.brief.path != "-" else ""
    words = re.sub(r"^\d+[-_ ]*", "", stem).replace("-", " ").replace("_", " ").strip()
    return (words[:1].upper() + words[1:])[:80] or title[:80] or "Unnamed project"


def _summary(case: Case) -> str:
    opening = ""
    for statement, reading in zip(case.brief.statements, case.readings, strict=True):
        if (
            statement.kind in ("sentence", "item")
            and reading.label in ("context", "functional")
            and lexicon.DIRECTIVE.search(statement.text)
            and len(statement.text) > 30
        ):
            opening = statement.text
            break
    if not opening:
        opening = next(
            (
                s.text
                for s, r in zip(case.brief.statements, case.readings, strict=True)
                if s.kind == "sentence" and r.label not in ("excluded",) and len(s.text) > 25 and not s.text.endswith((":", "："))
            ),
            "",
        )
    if not opening:
        opening = next((s.text for s, r in zip(case.brief.statements, case.readings, strict=True) if r.label == "functional"), case.brief.title)
    return _cut(opening, 300)


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
    return tuple(dict.fromkeys((*base, *store, *((case.traits.cloud,) if case.traits.cloud else ()))))


def _current(case: Case) -> str:
    if not case.traits.existing:
        return ""
    cue = re.compile(r"\b(?:currently|current|existing|legacy|today)\b", re.IGNORECASE)
    found = [
        s.text
        for s, r in zip(case.brief.statements, case.readings, strict=True)
        if s.kind in ("sentence", "item") and r.label not in ("solution", "excluded") and cue.search(s.text) and len(s.text) > 40
    ]
    return " ".join(_cut(text, 240) for text in found[:2])


def primary_action(case: Case) -> Action | None:
    """Return the action that closes the user loop: what the system is for."""
    acted: dict[str, int] = {}
    for action in case.actions:
        acted[action.noun] = acted.get(action.noun, 0) + 1
    now = [action for action in case.actions if action.horizon == "now" and action.noun and not action.system]
    if not now:
        return None
    return max(now, key=lambda action: (_WEIGHT.get(action.verb, 1) + min(acted[action.noun], 4) + (2 if action.actor else 0), -action.statement))


def _loop(case: Case) -> Loop:
    spelled = [endpoint for endpoint in case.contracts.ours if endpoint.method == "POST"] or list(case.contracts.ours)
    action = primary_action(case)
    if spelled and (action is None or case.brief.language != "en"):
        first = max(spelled, key=lambda endpoint: len(endpoint.cites)) if case.brief.language != "en" else spelled[0]
        names = ", ".join(parameter.name for parameter in first.request[:6])
        back = ", ".join(parameter.name for parameter in first.response[:6])
        return Loop(
            action=f"A client sends {first.method} {first.path}" + (f" ({one_line(first.title)})" if first.title else ""),
            response="Check the request, do the work that the contract names, answer with the status and body the brief gives",
            value=_value(case, first.cites) or "The caller gets the agreed answer and can rely on it being kept",
            given=names, stored="what later calls of the contract have to return", returned=back or first.returns, cites=first.cites[:3],
        )  # fmt: skip
    if action is None:
        first_asked = next((r.statement for r in case.readings if r.label == "functional"), None) or next(
            (r.statement for r in case.readings if r.label in ("quality", "constraint", "integration")), 1
        )
        said = case.statement(first_asked).text
        return Loop(
            action=f'As the brief puts it: "{_cut(said, 200)}"', response="What the requirements below ask for; the brief names no single operation", value="To be named: see the open questions",
            cites=(first_asked,),
        )  # fmt: skip
    base = lexicon.verbs().get(action.word, (action.word, action.verb))[0]
    noun = action.noun.replace("_", " ")
    who = action.actor or "user"
    article = "An" if who[0] in "aeio" else "A"
    reads = next(
        (
            a
            for a in case.actions
            if a.verb in ("read", "list", "report", "search")
            and a.horizon == "now"
            and (a.noun == action.noun or a.of == action.noun or (action.of and a.noun == action.of))
        ),
        None,
    )
    kept = case.traits.engine not in ("none", "browser")
    return Loop(
        action=f"{article} {who} can {base} {action.phrase}".strip(),
        response=_RESULTS.get(action.verb, "Check the request, apply it, answer with the new state").format(noun=noun),
        value=_value(case, (action.statement,)) or (f"{_subject(reads, who)} sees {reads.phrase or 'it'} (statement S{reads.statement})" if reads else f"The {noun} is recorded and its outcome is known at once"),
        given=", ".join(action.members) or noun,
        stored=(noun if kept and case.traits.engine != "memory" else f"{noun}, in memory only" if kept else "nothing on a server"),
        returned=(reads.phrase if reads and reads.phrase else noun),
        cites=tuple(dict.fromkeys((action.statement, *((reads.statement,) if reads else ())))),
    )  # fmt: skip


def _subject(action: Action, default: str) -> str:
    who = action.actor or default
    return f"The {who}"


_SO_THAT = re.compile(r"\b(?:so that|in order to|so)\s+(?P<value>(?:I|we|they|he|she|it|nobody|everyone|the)\b[^.;]{8,160})", re.IGNORECASE)


def _value(case: Case, statements: tuple[int, ...]) -> str:
    for number in statements:
        if found := _SO_THAT.search(case.statement(number).text):
            return one_line(found["value"])
    return ""


def _requirements(case: Case) -> Iterator[Requirement]:
    spelled = {endpoint.cites[0]: endpoint for endpoint in case.contracts.ours if endpoint.cites}
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
        yield Requirement(key=requirement_key(statement.number), kind=reading.label, text=_bounded(text), horizon=reading.horizon, cites=cites)


def _bounded(text: str) -> str:
    line = re.sub(r"^[/$][a-z][\w.:-]*\s+(?=\w)", "", one_line(text))
    return line if len(line) <= 1200 else line[:1200].rsplit(" ", 1)[0] + " …"


def _consumers(case: Case) -> Iterator[Consumer]:
    for actor in case.actors:
        does = [a for a in case.actions if a.actor == actor.name and a.noun]
        uses = list(dict.fromkeys(f"{lexicon.verbs().get(a.word, (a.word, a.verb))[0]} {a.noun.replace('_', ' ')}" for a in does))
        if uses:
            yield Consumer(name=actor.name, uses=", ".join(uses[:6]) + (", and more" if len(uses) > 6 else ""), cites=actor.cites[:6])
    if not case.actors and case.contracts.ours:
        yield Consumer(name="client programs", uses=f"the {len(case.contracts.ours)} endpoints that the brief lists", cites=case.contracts.ours[0].cites[:1])


def _integrations(case: Case) -> Iterator[Integration]:
    for system in case.systems:
        key = "i-" + (re.sub(r"[^a-z0-9]+", "-", system.name.lower()).strip("-") or f"s{system.cites[0]}")
        offered = [endpoint for endpoint in case.contracts.endpoints if endpoint.owner == system.name]
        limit = next((endpoint.limit for endpoint in offered if endpoint.limit), "")
        timeout = max(1, min(10, round(case.traits.latency_ms / 1000 * 5) or 1))
        yield Integration(
            key=key, name=system.name,
            purpose=", ".join(f"{e.method} {e.path}" for e in offered[:4]) or system.purpose,
            protection=f"timeout {timeout} s; 3 tries with growing pauses for calls that may be repeated; circuit opens after 5 failures in a row and tries again after 30 s" + (f"; its own limit is kept: {limit}" if limit else ""),
            fallback=_fallback(case, system.name),
            cites=system.cites[:6],
        )  # fmt: skip


def _fallback(case: Case, name: str) -> str:
    lower = name.lower()
    if "mail" in lower or "sms" in lower or "notification" in lower:
        return "the message waits in the database and is sent when the provider is back; nobody waits for it"
    if "pay" in lower or lower in ("stripe", "paypal", "adyen", "mollie"):
        others = [system.name for system in case.systems if system.name != name and "pay" in system.name.lower()]
        return (
            f"use {others[0]} instead"
            if others
            else "the purchase stays pending and is settled when the provider answers; never charged twice (idempotency key)"
        )
    if "identity" in lower:
        return "people already signed in go on working; new sign-ins are refused with a clear message"
    if case.traits.existing:
        return "the request is kept and repeated later; the caller learns that its result is incomplete"
    return "the part that needs it says so; everything else goes on"


def _ruled_out(case: Case) -> Iterator[RuledOut]:
    traits = case.traits
    for fact in dict.fromkeys(case.profile.all("forbidden")):
        yield RuledOut(
            option=fact.value,
            because=f'the brief says "{fact.quote}"' if fact.quote else "ruled out by the brief",
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
    if traits.pattern != "services" and traits.size_basis.cites and traits.shape == "service":
        yield RuledOut(
            option="Microservices",
            because=f"{traits.size_basis.because}: one deployment carries that",
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
