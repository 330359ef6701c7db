"""Which operations need a lock, a unique index or a conditional update, and which are one transaction."""

from __future__ import annotations

from dataclasses import dataclass

from backend_architect.architects.rules.case import Case
from backend_architect.architects.rules.entities.entity_rules import SPAN
from backend_architect.architects.rules.language.wording import article, listing, plural, quoted, spaced
from backend_architect.architects.rules.layers.grounds import RELATIONAL, base, demanding, once, ordered, people, relay
from backend_architect.architects.rules.structure.contexts import is_account, singular
from backend_architect.design import Entity
from backend_architect.text import Cites


@dataclass(frozen=True)
class Guard:
    """One operation that two callers may meet in, and what keeps it right."""

    text: str
    cites: Cites = ()


def guards(case: Case, entities: tuple[Entity, ...]) -> tuple[Guard, ...]:
    """Return what has to be guarded, the most telling first."""
    built = [e for e in entities if e.tier != "future"]
    found: list[Guard] = []
    if (passed_on := relay(case)) is not None:
        mark = passed_on.request_id or "request_id"
        owners = listing(passed_on.owners)
        found.append(
            Guard(
                f"the insert on unique `{mark}` decides who was first; the worker writes which of {owners} it will ask, and when, before it asks, "
                "and marks the row "
                "processed only on a 200, so that the summary can be compared with theirs at any moment",
                passed_on.cites,
            )
        )
    found.extend(_together(case, built))
    found.extend(_once(case, built))
    found.extend(_changes(case, built))
    line = ordered(case)
    if line is not None and case.traits.shape == "cli":
        found.append(
            Guard(f"taking the next one and numbering a new one happen under one lock, because the order is prescribed: {quoted(line.quote, 80)}", line.cites)
        )
    return tuple(found)


def _together(case: Case, built: list[Entity]) -> list[Guard]:
    """Return the parents that are saved together with their children.

    A child that people act on by itself (a response, a comment) has its own transaction.
    """
    by_key = {e.key: e for e in built}
    alone: set[str] = {a.noun for a in people(case)} | {a.verb for a in people(case) if a.verb == "comment"}
    for call in case.contracts.ours:
        fixed = [part for part in call.path.split("/") if part and "{" not in part]
        if call.method == "POST" and fixed:
            alone.add(singular(fixed[-1].replace("-", "_")))
    children: dict[str, list[str]] = {}
    for entity in built:
        if is_account(entity) or singular(entity.name) in alone:
            continue
        parent = next((f.ref for f in entity.fields if f.required and f.ref in by_key and f.ref != entity.key and not is_account(by_key[f.ref])), None)
        if parent is not None:
            children.setdefault(parent, []).append(entity.key)
    if not children:
        return []
    found = {root: _below(root, children) for root in children}
    root = max(found, key=lambda key: len(found[key]))
    noun = spaced(singular(by_key[root].name))
    names = listing([spaced(by_key[key].name) for key in found[root]], most=3)
    return [Guard(f"{article(noun)} and its {names} are written in one transaction, so that none is seen half-saved", by_key[root].cites[:2])]


def _below(root: str, children: dict[str, list[str]]) -> list[str]:
    """Return all descendants, each once."""
    found: list[str] = []
    waiting = list(children.get(root, ()))
    while waiting:
        key = waiting.pop(0)
        if key not in found and key != root:
            found.append(key)
            waiting.extend(children.get(key, ()))
    return found


def _once(case: Case, built: list[Entity]) -> list[Guard]:
    rule = once(case)
    if rule is None:
        return []
    text = rule.quote.lower()
    if case.traits.shape != "service":
        return [Guard(f"{quoted(rule.quote, 90)}: one counter, or one set of what was seen, changed under the same lock", rule.cites)]
    # What the sentence itself made comes before what it only names.
    near = [e for e in built if not is_account(e) and (spaced(singular(e.name)) in text or rule.statement in e.cites)]
    if (spanned := next((e for e in near if {f.name for f in e.fields} >= SPAN and e.concurrency), None)) is not None:
        return [Guard(f"{quoted(rule.quote, 90)}: {spanned.concurrency[:1].lower()}{spanned.concurrency[1:]}", rule.cites)]
    if case.traits.engine not in (*RELATIONAL, "mongodb"):
        return [Guard(f"{quoted(rule.quote, 90)} is kept by a conditional write, not by reading first: of two at the same time one gets 409", rule.cites)]
    for entity in near:
        if columns := unique(entity):
            key = f"`{entity.name}` ({', '.join(columns)})"
            return [
                Guard(
                    f"{quoted(rule.quote, 90)} is kept by the unique index over {key}, not by reading first: of two at the same time one gets 409", rule.cites
                )
            ]
    if not near:
        return []
    name = near[0].name
    return [
        Guard(
            f"{quoted(rule.quote, 90)}: the check and the change of `{name}` are one transaction that locks the row first; no index can say this rule",
            rule.cites,
        )
    ]


def unique(entity: Entity) -> tuple[str, ...]:
    """Return the columns of the unique index that keeps a thing from being there twice; empty if none does."""
    index = next((i.fields for i in entity.indexes if i.unique), ())
    pair = tuple(f.name for f in entity.fields if f.primary)
    column = next(((f.name,) for f in entity.fields if (f.unique and not f.primary) or (f.primary and f.name != "id") or (f.primary and "caller" in f.why)), ())
    return index or (pair if len(pair) > 1 else ()) or column


def _changes(case: Case, built: list[Entity]) -> list[Guard]:
    """Return the state changes, each a conditional update on the state it starts from."""
    tables = {singular(e.name): e for e in built}
    verbs: dict[str, list[str]] = {}
    at: dict[str, list[int]] = {}
    wanted = {s.number for s in demanding(case)}
    for action in people(case):
        if action.verb == "change-state" and action.noun in tables and action.statement in wanted:
            verbs.setdefault(action.noun, []).append(base(action))
            at.setdefault(action.noun, []).append(action.statement)
    found = []
    for noun, words in list(verbs.items())[:2]:
        entity = tables[noun]
        states = [f.name for f in entity.fields if f.type == "enum"]
        column = next(iter([s for s in states if "stat" in s] or states), "")
        if not column and any(f.type == "boolean" for f in entity.fields):
            found.append(
                Guard(f"to {listing(dict.fromkeys(words), most=3, last='or')} {plural(noun)} twice gives the same, so the last write wins", tuple(at[noun][:2]))
            )
            continue
        doing = listing(dict.fromkeys(words), most=3, last="or")
        if column and case.traits.engine in RELATIONAL:
            update = f"`UPDATE {entity.name} SET {column} = ... WHERE id = ... AND {column} = ...`"
            found.append(
                Guard(
                    f"to {doing} {plural(noun)} is one conditional update ({update}); no row changed means that somebody was faster: 409", tuple(at[noun][:2])
                )
            )
        else:
            found.append(Guard(f"to {doing} {plural(noun)} is one conditional write on the version that was read; a newer one means 409", tuple(at[noun][:2])))
    return found
