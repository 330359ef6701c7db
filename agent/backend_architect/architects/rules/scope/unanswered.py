"""Demands that nothing in the plan does by itself: they are asked about, never taken for done."""

from __future__ import annotations

import re

from backend_architect.architects.rules.api.endpoints import endpoints
from backend_architect.architects.rules.api.look_ups import look_up
from backend_architect.architects.rules.case import Case
from backend_architect.architects.rules.entities.entities import entities
from backend_architect.architects.rules.language import lexicon
from backend_architect.architects.rules.language.wording import clipped, listing
from backend_architect.architects.rules.layers import analytics, grounds
from backend_architect.architects.rules.layers.contents import contents
from backend_architect.architects.rules.layers.jobs import jobs
from backend_architect.architects.rules.layers.permissions import Calls
from backend_architect.architects.rules.structure.contexts import is_account
from backend_architect.brief import Statement
from backend_architect.design import OpenQuestion, Scope
from backend_architect.expressions import expression

KEY = "q-unanswered"
_THROUGHOUT = expression(
    r"\b(?:validated|saniti[sz]ed|documented|tested|reviewed|secured?|accessible|responsive|maintainable|HTTP|status codes?|must work in|without them|click\w*|buttons?|interface|screens?|libraries|project)\b",
    re.IGNORECASE,
)
"""What is asked of all parts, or describes an answer, is done nowhere by itself."""
_QUEUE = expression(r"\bqueues?\b", re.IGNORECASE)
_QUOTED = 3
"""So many are quoted; of the others only the numbers are given."""


def unanswered(case: Case, scope: Scope) -> tuple[OpenQuestion, ...]:
    """Return the question for what is demanded and no endpoint, table, job or outside system answers; none if all is answered."""
    if case.traits.shape != "service" or case.brief.language != "en" or case.contracts.ours:
        return ()
    left = _left(case, scope)
    if not left:
        return ()
    said = listing([f'S{s.number} ("{clipped(s.text, 70)}")' for s in left[:_QUOTED]])
    more = listing([f"S{s.number}" for s in left[_QUOTED:]])
    return (
        OpenQuestion(
            key=KEY,
            text=f"What has to happen for {said}{f', and for {more}' if more else ''}? No endpoint, table or job below does all of it.",
            default="what nothing here does is not built",
            changes="endpoints, tables, jobs",
            cites=tuple(s.number for s in left),
        ),
    )


def _left(case: Case, scope: Scope) -> tuple[Statement, ...]:
    things = entities(case)
    operations = endpoints(case, things, component="c-api")
    done = {number for entity in things if not is_account(entity) for number in entity.cites}
    done.update(number for endpoint in operations for number in endpoint.cites)
    done.update(number for job in jobs(case, scope, things, operations) for number in job.cites)
    done.update(number for system in case.systems for number in system.cites)
    done.update(number for fact in case.profile.facts for number in fact.cites if fact.number is not None)
    done.update((*scope.loop.cites, *analytics.asked(case).workspace, *analytics.asked(case).dashboards))
    done.update(ground.statement for ground in (grounds.uploads(case), grounds.client(case), grounds.archive(case)) if ground is not None)
    if (stored := contents(case)) is not None:
        done.update(stored.cites)
    if (sought := look_up(case)) is not None:
        done.update(action.statement for action in sought.actions)
    calls = Calls(case, things, operations)
    unseen: set[int] = set()
    for action in case.actions:
        if not action.noun or action.horizon == "later":
            continue
        if calls.of(action):
            done.add(action.statement)
        elif action.actor and not action.system and action.verb in ("read", "list", "report", "export"):
            unseen.add(action.statement)
    wanted = [case.statement(r.statement) for r in case.readings if r.label == "functional" and r.horizon == "now"]
    return tuple(
        s
        for s in wanted
        if s.kind != "code"
        and not _THROUGHOUT.search(s.text)
        and not lexicon.CONTRACTOR.search(s.text)
        and not (grounds.queue(case) is not None and _QUEUE.search(s.text))
        and (s.number in unseen or s.number not in done)
        and (s.kind == "item" or lexicon.MODAL.search(s.text) or any(action.statement == s.number for action in case.actions))
    )
