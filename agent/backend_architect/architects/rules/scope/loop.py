"""The user loop: what is done, what comes of it, what the person gains."""

from __future__ import annotations

import re

from backend_architect.architects.rules.api.endpoints import endpoints
from backend_architect.architects.rules.api.look_ups import LookUp, look_up
from backend_architect.architects.rules.case import Action, Case
from backend_architect.architects.rules.entities.entities import entities
from backend_architect.architects.rules.language import lexicon
from backend_architect.architects.rules.language.nouns import canonical
from backend_architect.architects.rules.language.wording import quoted, spaced
from backend_architect.architects.rules.language.words import plural
from backend_architect.architects.rules.reading.text_evidence import as_written
from backend_architect.architects.rules.scope.primary import WEIGHT, primary_action
from backend_architect.design import Endpoint, Loop
from backend_architect.expressions import expression
from backend_architect.text import one_line

_MANY = ("everybody", "everyone", "anybody", "anyone", "people", "staff")
"""Words for people that take no article."""
_POSSESSIVE = expression(r"^(?:my|our|your|his|her|their|own|its)\b", re.IGNORECASE)
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
_SO_THAT = expression(r"\b(?:so that|in order to|so)\s+(?P<value>(?:I|we|they|he|she|it|nobody|everyone|the)\b[^.;]{8,160})", re.IGNORECASE)


def _closing(case: Case) -> Endpoint | None:
    return next((endpoint for endpoint in endpoints(case, entities(case), component="c-api") if endpoint.primary), None)


def _loop_action(case: Case) -> Action | None:
    """Return the action behind the endpoint that closes the loop, so that both tell the same story."""
    if case.traits.shape == "service":
        closing = _closing(case)
        behind = [action for action in case.actions if closing is not None and action.statement in closing.cites and action.noun]
        kept = closing.entity.removeprefix("e-").replace("-", "_") if closing is not None and closing.entity else ""
        behind = [action for action in behind if plural(canonical(action.noun)) == kept] or behind
        if behind:
            return max(behind, key=lambda action: (WEIGHT.get(action.verb, 1), bool(action.actor), -action.statement))
    return primary_action(case)


def loop(case: Case) -> Loop:
    """Return the loop that the backend serves (seed 000, "The Core Backend Prompt")."""
    spelled = [endpoint for endpoint in case.contracts.ours if endpoint.method == "POST"] or list(case.contracts.ours)
    sought, closing = look_up(case), _closing(case)
    if sought is not None and closing is not None and not spelled and closing.path == sought.path:
        return _looking_up(case, sought, closing)
    action = _loop_action(case)
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
            action=f"As the brief puts it: {quoted(said, 200)}", response="What the requirements below ask for; the brief names no single operation", value="To be named: see the open questions",
            cites=(first_asked,),
        )  # fmt: skip
    base = lexicon.verbs().get(action.word, (action.word, action.verb))[0].replace("-", " ")
    noun = action.noun.replace("_", " ")
    who = action.actor or "user"
    subject = who.capitalize() if who in _MANY else f"{'An' if who[0] in 'aeio' else 'A'} {who}"
    doing = f"{base} {_POSSESSIVE.sub('the', action.phrase)}" if action.phrase else f"make a {noun}"
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
        action=f"{subject} can {doing}",
        response=_RESULTS.get(action.verb, "Check the request, apply it, answer with the new state").format(noun=noun),
        value=_value(case, (action.statement,)) or (f"{_subject(reads, who)} sees {reads.phrase or 'it'} (statement S{reads.statement})" if reads else f"The {noun} is recorded"),
        given=", ".join(action.members) or noun,
        stored=(noun if kept and case.traits.engine != "memory" else f"{noun}, in memory only" if kept else "nothing on a server"),
        returned=(reads.phrase if reads and reads.phrase else noun),
        cites=tuple(dict.fromkeys((action.statement, *((reads.statement,) if reads else ())))),
    )  # fmt: skip


def _looking_up(case: Case, sought: LookUp, closing: Endpoint) -> Loop:
    """Return the loop of a search in systems that this project only reads."""
    # Who searches, and in whose words, says more than what the search tool does.
    action = max(sought.actions, key=lambda one: (bool(one.actor), bool(one.phrase), -one.statement))
    who = as_written(case, action.actor, (action.statement,)) if action.actor else "user"
    many = who.split(" ")[-1] in _MANY
    subject = who[:1].upper() + who[1:] if many else f"{'An' if who[0].lower() in 'aeio' else 'A'} {who}"
    several = len(sought.sources) > 1
    return Loop(
        action=f"{subject} can search" + (f" for {_POSSESSIVE.sub('the', action.phrase)}" if action.phrase else ""),
        response=f"Ask {sought.names}{' at the same time' if several else ''}, put the matches into one answer"
        + (", name the system that did not answer" if several else ""),
        value=_value(case, tuple(sorted(sought.cites))) or f"One search in place of one in each of {sought.names}",
        given=", ".join(spaced(column) for column in sought.criteria if column != "q") or "words to look for",
        stored=f"nothing of what is found: {sought.names} keep it" if several else f"nothing of what is found: {sought.names} keeps it",
        returned=", ".join(dict.fromkeys(spaced(_plain(parameter.name)) for parameter in closing.response)),
        cites=tuple(dict.fromkeys((action.statement, *sorted(one.statement for one in sought.actions))))[:3],
    )


def _plain(member: str) -> str:
    """Return a member of an answer in words: `results[].permits[].status` is `permits status`."""
    path = member.removeprefix("results[].").removesuffix("[]").replace("[].", " ")
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", path).lower()


def _subject(action: Action, default: str) -> str:
    who = action.actor or default
    return f"The {who}"


def _value(case: Case, statements: tuple[int, ...]) -> str:
    for number in statements:
        if found := _SO_THAT.search(case.statement(number).text):
            return one_line(found["value"])
    return ""
