"""What holds for an entity beyond its fields: purpose, times, indexes, concurrency, retention, source of truth."""

from __future__ import annotations

import re

from backend_architect.architects.rules.case import Case
from backend_architect.architects.rules.entities.sketches import Sketch
from backend_architect.architects.rules.language import lexicon
from backend_architect.architects.rules.language.field_types import PEOPLE
from backend_architect.architects.rules.language.nouns import APPEND_ONLY, EVENTS, KINDS, MONEY_EVENTS, canonical
from backend_architect.architects.rules.language.wording import ENGINE_NAMES, clipped
from backend_architect.architects.rules.language.words import plural, words
from backend_architect.architects.rules.reading import periods, text_evidence
from backend_architect.brief import Statement
from backend_architect.design import Field, Index
from backend_architect.expressions import expression

_SHARED = expression(r"\b(?:team|collaborat\w+|shared|together|several people|multiple users|concurrent(?:ly)? edit\w*)\b", re.IGNORECASE)
_SCARCE = expression(
    r"\b(?:seat|stock|slot|capacity|overbook\w*|double[- ]book\w*|sold out|oversell\w*|available copies|last one|overlap\w*|highest bid|outbid|first come)\b",
    re.IGNORECASE,
)
_TWICE = expression(
    r"\b(?:double[- ]book\w*|overlap\w*|just taken|given (?:away )?twice|booked twice|same \w+ at the same time|must not be given)\b", re.IGNORECASE
)
_MEMORY = ("memory", "browser")


def purpose(case: Case, sketch: Sketch) -> str:
    """Return one sentence: who does what with the thing."""
    noun, many = words(sketch.noun), words(plural(sketch.noun))
    people: dict[str, list[str]] = {}
    for action in sketch.actions:
        if action.horizon == "now" and action.actor and not action.system:
            people.setdefault(action.actor, [])
            doing = lexicon.verbs().get(action.word.lower(), (action.word, "other"))[0] if canonical(action.noun) == sketch.noun else ""
            if doing and doing not in people[action.actor]:
                people[action.actor].append(doing)
    makers = {actor: doing for actor, doing in people.items() if doing}
    if people and not makers and sketch.parents:
        return f"{many.capitalize()} that {_list([words(plural(actor)) for actor in people][:3])} leave on a {words(sketch.parents[0])}"
    if people and sketch.parents and len(people) == len(makers) and set().union(*makers.values()) <= {"cancel", "withdraw"}:
        made = f"{many.capitalize()} that {_list([words(plural(actor)) for actor in people][:3])} make of a {words(sketch.parents[0])}"
        return f"{made} and {_list(sorted(set().union(*makers.values())))}"
    if makers:
        parts = [f"{words(plural(actor))}{' may' if plural(actor) == actor else ''} {_list(doing[:3])} them" for actor, doing in list(makers.items())[:2]]
        return f"{many.capitalize()}: {'; '.join(parts)}"
    if sketch.parents:
        return f"{many.capitalize()} of one {words(sketch.parents[0])}" + (f", at most {sketch.at_most}" if sketch.at_most else "")
    title = next(
        (
            endpoint.title
            for endpoint in case.contracts.ours
            if endpoint.method == "POST" and endpoint.cites and endpoint.cites[0] in sketch.cites and endpoint.title
        ),
        "",
    )
    if title:
        return f"One row for each {noun}: {clipped(title, 120)}"
    if "list" in sketch.verbs and not sketch.verbs & {"create", "store", "submit", "import"}:
        return f"{many.capitalize()} that can be listed; they come into being with what uses them"
    return f"{many.capitalize()} as the backend receives them" if sketch.verbs & {"import", "store"} else f"One row for each {noun}"


def _list(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def times(case: Case, sketch: Sketch, have: list[str], about: tuple[Statement, ...]) -> list[Field]:
    """Return the moments that the thing carries, the version where two people may edit it, its end."""
    found: list[Field] = []
    noun = words(sketch.noun)
    own_part = sketch.noun in ("answer", "option", "question") or sketch.noun.endswith("_item")
    ends = next((s for s in about if text_evidence.EXPIRY.search(s.text) or text_evidence.DEADLINE.search(s.text)), None)
    if (
        ends is not None
        and sketch.verbs & {"create", "submit", "send", "upload", "schedule"}
        and not any(re.search(r"expire|ends|closes|deadline|due|expiration|^end_|_end$", name) for name in have)
        and not own_part
        and sketch.noun not in PEOPLE
    ):
        column = "closes_at" if text_evidence.DEADLINE.search(ends.text) else "expires_at"
        found.append(
            Field(
                name=column,
                type="timestamp",
                required=False,
                why=f"Moment after which the {noun} {'takes no more' if column == 'closes_at' else 'is gone'}; empty means never",
            )
        )
        sketch.cites.add(ends.number)
    if version_needed(case, sketch):
        found.append(
            Field(name="version", type="integer", minimum=1, why="Counts changes; a write with an old number is refused, so nobody overwrites unseen work")
        )
    if "created_at" not in have:
        event = "received" if sketch.verbs & {"import", "submit", "send"} else "made"
        sorted_by = "; lists are sorted by it" if sketch.verbs & {"list", "read", "send"} and sketch.noun not in ("user", "tag", "answer") else ""
        found.append(Field(name="created_at", type="timestamp", why=f"When the {noun} was {event}{sorted_by}"))
    # Nobody asks a tiny project when something last changed.
    if changes(sketch) and "updated_at" not in have and case.traits.size != "tiny":
        found.append(Field(name="updated_at", type="timestamp", why="When it last changed"))
    return found


def changes(sketch: Sketch) -> bool:
    """Return whether rows change after they were made."""
    return bool(sketch.verbs & {"update", "change-state", "assign"}) or ("status" in sketch.fields)


def version_needed(case: Case, sketch: Sketch) -> bool:
    """Return whether two people may edit the same row at once."""
    if case.traits.engine in _MEMORY or not sketch.verbs & {"update", "assign", "change-state"} or case.contracts.ours or sketch.noun == "user":
        return False
    writers = {
        action.actor for action in sketch.actions if action.verb in ("update", "assign", "change-state", "create") and action.actor and action.horizon == "now"
    }
    return (len(writers) > 1 and "update" in sketch.verbs) or any(_SHARED.search(s.text) for s in text_evidence.demands(case))


def indexes(case: Case, sketch: Sketch, fields: tuple[Field, ...], keys: dict[str, str]) -> list[Index]:
    """Return an index for each query that the plan's endpoints and jobs make, and no other."""
    names = {field.name for field in fields}
    table = words(sketch.table)
    found: list[Index] = []
    order = "position" if "position" in names else "created_at"
    for field in fields:
        if field.ref and field.name != "assignee_id" and not (field.name in ("author_id", "owner_id") and sketch.parents):
            served = (field.name, order) if order in names else (field.name,)
            found.append(
                Index(
                    fields=served,
                    query=f"{table.capitalize()} of one {words(field.name.removesuffix('_id'))}, {'in their order' if order == 'position' else 'newest first'}",
                )
            )
    if "assignee_id" in names:
        found.append(Index(fields=("assignee_id",), query=f"{table.capitalize()} given to one person"))
    if sketch.filters:
        columns = tuple(dict.fromkeys(name for name in sketch.filters if name in names))
        if columns:
            found.append(Index(fields=columns, query=f"Totals of {table} by {' and '.join(words(name) for name in columns)}"))
    listed = bool(sketch.verbs & {"list", "read", "search"}) and sketch.noun not in ("user", "tag", "session", "answer")
    if "status" in names and (listed or sketch.verbs & {"change-state", "compute", "import", "store"}) and not sketch.filters:
        found.append(Index(fields=("status", "created_at"), query=f"{table.capitalize()} in one state, newest first"))
    elif listed and not sketch.parents and not sketch.filters and "created_at" in names:
        found.append(Index(fields=("created_at",), query=f"All {table}, newest first"))
    whole = next((field.name for field in fields if field.ref and field.name.removesuffix("_id") in sketch.parents), "")
    if names >= SPAN and whole:
        found.append(Index(fields=(whole, "starts_at"), query=f"{table.capitalize()} of one {words(whole.removesuffix('_id'))} that overlap a span"))
    end = next((name for name in ("expires_at", "closes_at") if name in names), "")
    if end:
        found.append(
            Index(
                fields=(end,),
                query=f"{table.capitalize()} whose time is over, for the clean-up" if end == "expires_at" else f"{table.capitalize()} that are due to close",
            )
        )
    if "search" in sketch.verbs:
        by = next((name for name in ("title", "name", "number") if name in names), "")
        if by and not any(index.fields == (by,) for index in found):
            found.append(Index(fields=(by,), query=f"Search of {table} by {words(by)}"))
    parents = [field.name for field in fields if field.ref]
    if sketch.noun == "answer" and len(parents) >= 2:
        found.append(Index(fields=tuple(parents[:2]), unique=True, query="One answer for each question in a response"))
    if sketch.noun == "answer" and "option_id" in names:
        found = [index for index in found if index.fields[0] not in ("question_id", "response_id") or index.unique]
        found = [
            index if index.fields[0] != "option_id" else Index(fields=("option_id",), query="Number of answers for each option: the results") for index in found
        ]
    rules = [case.statement(number) for number in sorted(sketch.cites) if text_evidence.once(case.statement(number))]
    # "Never twice for overlapping times" is said of the times, not of the people.
    if any(not (names >= SPAN and _TWICE.search(s.text)) for s in rules) and sketch.noun in EVENTS | MONEY_EVENTS:
        pair = tuple(name for name in parents if name != "assignee_id")[:2]
        person = next((name for name in parents if name in ("owner_id", "author_id", "user_id")), "")
        if len(pair) == 2 and person in pair:
            found.append(Index(fields=pair, unique=True, query=f"One {words(sketch.noun)} for each person: a second one is refused by the database"))
    found.extend(_never_twice(case, sketch, names))
    # A plain index whose fields a longer one begins with serves nothing more.
    return [
        index
        for index in found
        if index.unique or not any(other.fields[: len(index.fields)] == index.fields and other.fields != index.fields for other in found)
    ]


SPAN = frozenset({"starts_at", "ends_at"})
"""Columns of what takes something up from one moment to another."""
_STARTS = ("start", "starts_at", "start_time", "starts", "begins")


def held(case: Case, sketch: Sketch, fields: list[Field]) -> list[Field]:
    """Return the moment that a thing takes up, apart from its start, where a state gives it up again."""
    start = next((field for field in fields if field.name in _STARTS and field.type == "timestamp"), None)
    gives_up = next((value for field in fields if field.name == "status" for value in field.values if value.startswith(("cancel", "declin", "reject"))), "")
    if (
        start is None
        or not gives_up
        or {field.name for field in fields} >= SPAN
        or not any(_TWICE.search(s.text) for s in case.brief.statements if s.kind != "code")
    ):
        return []
    why = f"Its {words(start.name)} while it stands; emptied when the {words(sketch.noun)} is {words(gives_up)}, so that the time is free again"
    return [Field(name="held_from", type="timestamp", required=False, why=why)]


def _never_twice(case: Case, sketch: Sketch, names: set[str]) -> list[Index]:
    """Return the unique indexes that keep a place or a person from being given to two at the same time."""
    start = next((name for name in ("held_from", *_STARTS) if name in names), "")
    # Of two spans that overlap neither need begin like the other: no unique index tells.
    if not start or names >= SPAN or not any(_TWICE.search(s.text) for s in case.brief.statements if s.kind != "code"):
        return []
    taken = [name for name in ("room", "room_id", "doctor_id", "seat", "seat_id", "table_id", "resource_id", "slot_id", "staff_id", "worker_id") if name in names]  # fmt: skip
    return [
        Index(
            fields=(name, start),
            unique=True,
            query=f"One {words(sketch.noun)} for a {words(name.removesuffix('_id'))} from one moment: the second is refused by the database",
        )
        for name in taken
    ]


def source_of_truth(case: Case, sketch: Sketch) -> str:
    """Return where the valid copy is."""
    engine = case.traits.engine
    if engine == "memory":
        return "Memory of the one process; gone when it ends"
    if engine == "browser":
        return "Storage of the person's own browser"
    owners = [endpoint.owner for endpoint in case.contracts.endpoints if endpoint.owner]
    if owners and "status" in sketch.fields and sketch.fields["status"].values == ("pending", "processed", "failed"):
        return f"{ENGINE_NAMES[engine]} for what was accepted here; the {owners[0]} for what was processed there, compared regularly"
    return f"{ENGINE_NAMES[engine]}, table {sketch.table}" if engine in ("postgresql", "mysql", "sqlite") else f"{ENGINE_NAMES[engine]}, {sketch.table}"


def concurrency(case: Case, sketch: Sketch, fields: tuple[Field, ...], about: tuple[Statement, ...]) -> str:
    """Return what happens when two writers meet."""
    names = {field.name for field in fields}
    noun = words(sketch.noun)
    if case.traits.engine == "memory":
        return f"One lock around every change to the {words(sketch.table)}, so each step sees the last one's result"
    if sketch.noun != "user" and (taken := _never_twice(case, sketch, names)):
        many = " and ".join(f"({', '.join(index.fields)})" for index in taken)
        return f"The unique index over {many} decides between two at the same moment: the loser gets 409; different beginnings that overlap are refused in the same transaction"
    held = next((field.name.removesuffix("_id") for field in fields if field.ref and field.name.removesuffix("_id") in sketch.parents), "")
    if names >= SPAN and held:
        lock = {"postgresql": "`SELECT ... FOR UPDATE`", "mysql": "`SELECT ... FOR UPDATE`", "sqlite": "`BEGIN IMMEDIATE`"}.get(case.traits.engine, "a lock")
        return (
            f"The {words(held)} is locked first ({lock}), then its {words(sketch.table)} are searched for one that overlaps, and the new one is written "
            "in the same transaction: of two at the same moment the second gets 409"
        )
    scarce = next((s for s in about if _SCARCE.search(s.text)), None) if sketch.noun.split("_")[-1] not in KINDS else None
    if sketch.joins:
        return "The pair is the key: adding it twice changes nothing, removing what is gone neither"
    if scarce is not None:
        return f"One conditional statement decides who wins ({clipped(scarce.text, 90)}): the loser gets 409, nothing is taken twice"
    if "version" in names:
        return "Optimistic: the update names the version it read and gets 409 if somebody was faster"
    if sketch.noun in ("user", "account") and {"email", "username", "subject"} & names:
        return "Unique e-mail or name decides between two registrations; later changes are by the person alone"
    unique = [field.name for field in fields if field.unique and not field.primary]
    status = next((field for field in fields if field.name == "status"), None)
    if status is not None and status.values:
        return f"Conditional update: the state changes only from the state it was read in, so two callers cannot both move one {noun}"
    primary = next((field for field in fields if field.primary), None)
    if primary is not None and "caller" in primary.why:
        return "The key comes from the caller: a repeated insert is recognised and not done twice"
    changed = sketch.verbs & {"update", "change-state", "assign"}
    if not changed and (sketch.noun.split("_")[-1] in APPEND_ONLY or "delete" not in sketch.verbs):
        return "Rows are added and not changed, so writers do not meet" + (
            f"; {words(unique[0])} is unique, a clash is tried again or refused" if unique else ""
        )
    if sketch.verbs & {"update"}:
        return (
            "One row is changed by one statement; the last write wins, since only its owner edits it"
            if "owner_id" in names or "author_id" in names
            else "One row is changed by one statement; the last write wins"
        )
    return "Each change is one statement; a repeat changes nothing"


def retention(case: Case, sketch: Sketch, fields: tuple[Field, ...], about: tuple[Statement, ...]) -> str:
    """Return how long rows are kept and what takes them away; empty when the brief gives no ground to say."""
    if case.traits.engine == "memory":
        return "Until the process ends"
    names = {field.name for field in fields}
    parts: list[str] = []
    if sketch.at_most and sketch.parents:
        parts.append(f"At most {sketch.at_most} for one {words(sketch.parents[0])}, checked when it is saved")
    expiry = next((s for s in about if text_evidence.EXPIRY.search(s.text)), None)
    lifetime = next((field.name for field in fields if re.search(r"expir|ttl|lifetime", field.name)), "")
    if sketch.noun == "session":
        parts.append("Deleted when it ends or the person signs out")
    elif lifetime or (expiry is not None and "expires_at" in names):
        basis = f" ({clipped(expiry.text, 80)})" if expiry is not None else ""
        parts.append(f"Deleted by the clean-up once {words(lifetime or 'expires_at')} has passed{basis}")
    rows, single = periods.of_entity(case, sketch.noun, (field.name for field in fields))
    if rows is not None and sketch.noun != "session" and not lifetime:
        parts.append(f"Kept {kept_for(rows.value)}, as stated")
    parts += [f"`{name}` is emptied {period.value if ' after ' in period.value else f'after {period.value}'}, as stated" for name, period in single]
    if any(field.personal for field in fields):
        regimes = ", ".join(judgement.value for judgement in case.traits.regulated[:3])
        parts.append(
            f"Personal data ({regimes}): deleted or made anonymous on request and when no longer needed"
            if regimes
            else "Personal data: deleted with the account or on request"
        )
    elif case.traits.regulated and sketch.noun in MONEY_EVENTS | {"audit_event", "order", "invoice"} and not parts:
        parts.append(f"Kept as long as {case.traits.regulated[0].value} demands, then archived")
    return ". ".join(parts)


def kept_for(value: str) -> str:
    """Return a period as it stands after "kept": `for 3 years`, `until 10 years after the last visit`, `forever`."""
    return value if value == "forever" else f"until {value}" if " after " in value else f"for {value}"
