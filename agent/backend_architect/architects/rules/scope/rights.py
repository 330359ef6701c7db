"""Rights that one sentence keeps to some and another gives to others: asked, not guessed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from backend_architect.architects.rules.case import Action, Case
from backend_architect.architects.rules.language.nouns import canonical
from backend_architect.architects.rules.language.wording import listing, plural
from backend_architect.architects.rules.layers.grounds import base
from backend_architect.design import OpenQuestion
from backend_architect.expressions import expression

_KEPT = expression(
    r"\b(?:administrative|admin|privileged|restricted) (?:function|task|action|feature|operation)s?\b|\bnot (?:available|open|allowed|visible) (?:to|for)\b"
    r"|\b(?:nobody|no one) else\b|\b(?:reserved|restricted|limited) (?:to|for)\b|\bonly (?:by )?(?:an? |the )?\w+(?: \w+)? (?:can|may)\b",
    re.IGNORECASE,
)
_WRITES = ("create", "update", "delete", "change-state", "assign")


def conflicting_rights(case: Case) -> Iterator[OpenQuestion]:
    """Yield one question for each thing whose making one sentence keeps to some people and another gives to more."""
    privileged = {actor.name for actor in case.actors if actor.privileged}
    writes = [action for action in case.actions if action.horizon == "now" and action.verb in _WRITES and action.actor and action.noun]
    asked: set[str] = set()
    for kept in writes:
        noun = canonical(kept.noun)
        if kept.actor not in privileged or noun in asked or _KEPT.search(case.statement(kept.statement).text) is None:
            continue
        given = [a for a in writes if a.actor not in privileged and canonical(a.noun) == noun and _same(a, kept, writes) and a.statement != kept.statement]
        if not given:
            continue
        asked.add(noun)
        other = given[0]
        deeds = listing(dict.fromkeys(base(a) for a in writes if a.statement == kept.statement and a.actor == kept.actor and canonical(a.noun) == noun))
        yield OpenQuestion(
            key=f"q-rights-{noun.replace('_', '-')}",
            text=f"May {plural(other.actor)} {deeds} {plural(noun)}? S{kept.statement} keeps that to {plural(kept.actor)}, S{other.statement} gives it to {plural(other.actor)} as well.",
            default=f"only {plural(kept.actor)} may: the narrower right can be widened later without harm",
            changes=f"the roles of the endpoints that change {plural(noun)}",
            cites=tuple(sorted({kept.statement, other.statement})),
        )


def _same(action: Action, kept: Action, writes: list[Action]) -> bool:
    """Whether an action is the deed that is kept to others, or another deed that the same sentence keeps to them."""
    return any(a.statement == kept.statement and a.actor == kept.actor and a.verb == action.verb and base(a) == base(action) for a in writes)
