"""What is stored: the entities of a case, with fields, keys, indexes, concurrency and retention."""

from __future__ import annotations

import re
from typing import Literal

from backend_architect.architects.rules.case import Case, SpelledTable, remembered
from backend_architect.architects.rules.entities import entity_rules
from backend_architect.architects.rules.entities.accounts import add_accounts
from backend_architect.architects.rules.entities.action_entities import from_actions
from backend_architect.architects.rules.entities.contract_entities import resources
from backend_architect.architects.rules.entities.named_people import author_note
from backend_architect.architects.rules.entities.sketches import Sketch
from backend_architect.architects.rules.entities.stated_fields import add_people, agent_field, kinds
from backend_architect.architects.rules.entities.table_entities import from_table, stated_indexes
from backend_architect.architects.rules.entities.view_counts import view_counts
from backend_architect.architects.rules.language.nouns import AUTHORED, USUAL_WHOLES, canonical, is_person
from backend_architect.architects.rules.language.words import kebab, plural, words
from backend_architect.architects.rules.reading import text_evidence
from backend_architect.brief import Statement
from backend_architect.design import Entity, Field, Index, Keys

_ENOUGH_ENDPOINTS = 3
"""From so many spelled endpoints on, the contract alone says what there is."""

Tier = Literal["essential", "supporting", "future"]


def entity_key(table: str) -> str:
    """Return the key of the entity stored in a table: `line_items` is `e-line-items`."""
    return f"e-{re.sub(r'[^a-z0-9]+', '-', kebab(table.lower())).strip('-')}"


def satisfied(case: Case, numbers: set[int]) -> Keys:
    """Return the keys of the requirements that these statements make."""
    return tuple(case.requirement_key(number) for number in sorted(numbers) if case.label(number) in ("functional", "quality", "constraint", "integration"))


@remembered
def entities(case: Case) -> tuple[Entity, ...]:
    """Return what the backend stores: tables the brief spells out as they stand, else what its API and actions imply.

    Parents come before what belongs to them; entities that only later statements need come last,
    without fields. Empty when nothing is stored on the server.
    """
    if case.traits.shape in ("none", "browser") or case.traits.engine == "none":
        return ()
    tables = {canonical(table.name): table for table in case.contracts.tables}
    sketches = resources(case)
    if tables:
        # A written-out schema is the schema: resources that have no table in it are views of one that has.
        sketches = {noun: sketch for noun, sketch in sketches.items() if noun in tables}
        for noun, table in tables.items():
            sketches.setdefault(noun, Sketch(noun)).cites.update(table.cites)
    acted = from_actions(case, sketches)
    if not tables and len(case.contracts.ours) < _ENOUGH_ENDPOINTS:
        for noun, sketch in acted.items():
            sketches.setdefault(noun, sketch)
    if not case.contracts.ours and not tables:
        _usual_wholes(sketches)
    _questionnaires(sketches)
    add_accounts(case, sketches, tables=bool(tables))
    if not case.contracts.ours and not tables:
        add_people(case, sketches, accounts="user" in sketches)
    _keep_parents(sketches)
    ordered = _parents_first([sketch for sketch in sketches.values() if sketch.horizon == "now"])
    keys = {sketch.noun if not sketch.joins else sketch.table: entity_key(_table_name(sketch, tables)) for sketch in ordered}
    built = [_entity(case, sketch, keys, tables.get(sketch.noun), sketches) for sketch in ordered]
    if tables:
        built += view_counts(case, tuple(built))
    built += [_future(case, sketch) for sketch in sketches.values() if sketch.horizon == "later"]
    return tuple({entity.key: entity for entity in reversed(built)}.values())[::-1]


def _table_name(sketch: Sketch, tables: dict[str, SpelledTable]) -> str:
    return tables[sketch.noun].name if sketch.noun in tables and not sketch.joins else sketch.table


def _usual_wholes(sketches: dict[str, Sketch]) -> None:
    for noun, sketch in sketches.items():
        if sketch.horizon == "later" or sketch.joins or any(parent in sketches for parent in sketch.parents):
            continue
        whole = next((name for name in USUAL_WHOLES.get(noun, ()) if name in sketches and sketches[name].horizon == "now"), "")
        if whole:
            sketch.parents.append(whole)


def _questionnaires(sketches: dict[str, Sketch]) -> None:
    """A response to something made of questions holds one answer for each question."""
    question = sketches.get("question")
    response = next((sketches[noun] for noun in ("response", "submission", "attempt") if noun in sketches), None)
    if question is None or response is None or question.horizon == "later" or response.horizon == "later" or "answer" in sketches:
        return
    parent = next((noun for noun in question.parents if noun in sketches), "")
    response.parents = [parent] if parent else [noun for noun in response.parents if noun != "question"]
    answer = Sketch("answer", parents=[response.noun, "question"], verbs={"submit"}, cites=set(response.cites))
    answer.purpose = f"What a {words(response.noun)} says to one question"
    if "option" in sketches:
        answer.parents.append("option")
    else:
        answer.add("text", why="What the respondent wrote")
    sketches["answer"] = answer


def _keep_parents(sketches: dict[str, Sketch]) -> None:
    for sketch in sketches.values():
        sketch.parents = [
            noun for noun in sketch.parents if noun in sketches and sketches[noun].horizon == "now" and noun != sketch.noun and not sketches[noun].joins
        ]
        # No circles: what is a parent of its parent keeps only one direction.
        sketch.parents = [noun for noun in sketch.parents if sketch.noun not in sketches[noun].parents or sketch.noun > noun]
        grand = {ancestor for noun in sketch.parents for ancestor in sketches[noun].parents}
        if sketch.noun not in ("answer", "response", "submission", "attempt"):
            sketch.parents = [noun for noun in sketch.parents if noun not in grand] or sketch.parents[:1]


def _parents_first(sketches: list[Sketch]) -> list[Sketch]:
    known = {sketch.noun: sketch for sketch in sketches if not sketch.joins}
    done: dict[int, Sketch] = {}

    def visit(sketch: Sketch, above: frozenset[str]) -> None:
        if id(sketch) in done:
            return
        for noun in (*sketch.parents, *(noun for _, noun in sketch.joins), *(("user",) if sketch.owned else ())):
            if noun in known and noun not in above and noun != sketch.noun:
                visit(known[noun], above | {sketch.noun})
        done[id(sketch)] = sketch

    for sketch in sketches:
        visit(sketch, frozenset())
    return list(done.values())


# --- one entity -----------------------------------------------------------------------------


def _entity(case: Case, sketch: Sketch, keys: dict[str, str], table: SpelledTable | None, sketches: dict[str, Sketch]) -> Entity:
    about = text_evidence.mentions(case, sketch.noun)
    name = table.name if table else sketch.table
    indexes: list[Index] = []
    if table is not None:
        fields = from_table(case, table, {known.lower(): key for noun, key in keys.items() for known in (noun, plural(noun))})
        found, numbers = stated_indexes(case.brief, table, fields)
        indexes.extend(found)
        sketch.cites.update(numbers)
    elif sketch.joins:
        fields = _join_fields(sketch, keys)
        indexes.append(Index(fields=(sketch.joins[1][0],), query=f"Everybody on the other side: rows of {words(name)} for one {words(sketch.joins[1][1])}"))
    else:
        _states(case, sketch, about, [noun for noun in sketches if noun != sketch.noun and not sketches[noun].joins])
        fields = _fields(case, sketch, keys, about)
        indexes.extend(entity_rules.indexes(case, sketch, fields, keys))
    volatile = case.traits.engine in ("memory", "browser")
    numbers_now = {number for number in sketch.cites if 1 <= number <= len(case.brief.statements)}
    return Entity(
        key=keys[sketch.noun if not sketch.joins else sketch.table],
        name=name,
        tier=_tier(case, sketch, table is not None),
        purpose=sketch.purpose or entity_rules.purpose(case, sketch),
        fields=fields,
        indexes=() if volatile else tuple({index.fields: index for index in reversed(indexes)}.values())[::-1],
        source_of_truth=entity_rules.source_of_truth(case, sketch),
        concurrency=entity_rules.concurrency(case, sketch, fields, about),
        retention=entity_rules.retention(case, sketch, fields, about),
        satisfies=satisfied(case, numbers_now),
        cites=tuple(sorted(numbers_now)),
    )


def _tier(case: Case, sketch: Sketch, spelled: bool) -> Tier:
    if sketch.supporting:
        return "supporting"
    if spelled or sketch.verbs & {"create", "submit", "send", "upload", "pay", "comment", "import", "store", "change-state", "schedule"}:
        return "essential"
    return "supporting"


def _join_fields(sketch: Sketch, keys: dict[str, str]) -> tuple[Field, ...]:
    (first, one), (second, other) = sketch.joins
    return (
        Field(name=first, type="uuid", primary=True, ref=keys.get(one), why=f"The {words(one)} on one side"),
        Field(
            name=second,
            type="uuid",
            primary=True,
            ref=keys.get(other),
            why=f"The {words(other)} on the other side; with the first it is the key, so a pair stands once",
        ),
        Field(name="created_at", type="timestamp", why="When the pair was made"),
    )


def _states(case: Case, sketch: Sketch, about: tuple[Statement, ...], others: list[str]) -> None:
    if "status" in sketch.fields:
        return
    verbs = [(action.word, action.statement) for action in sketch.actions if action.verb == "change-state" and canonical(action.noun) == sketch.noun]
    if not verbs and not sketch.actions:
        return
    found, cites = text_evidence.states(sketch.noun, verbs, about, others)
    later = all(case.readings[number - 1].horizon == "later" for number in cites)
    if not found or (later and not verbs):
        return
    positive = [state for state in found if state not in ("active", "open", "draft", "new", "pending", "inactive")]
    if len(found) == 1 or (
        len(found) == 2 and found[0] in ("active", "open", "new") and positive in (["completed"], ["done"], ["read"], ["flagged"], ["pinned"], ["archived"])
    ):
        if positive:
            state = positive[0]
            column = f"is_{state}" if not state.startswith("is_") else state
            sketch.add(column, type="boolean", why=f"Whether the {words(sketch.noun)} is {words(state)}; false when it is made")
            sketch.cites |= cites
        return
    sketch.add("status", type="enum", values=found, why=f"Where the {words(sketch.noun)} stands; starts as `{found[0]}`")
    sketch.cites |= cites


def _fields(case: Case, sketch: Sketch, keys: dict[str, str], about: tuple[Statement, ...]) -> tuple[Field, ...]:
    fields: list[Field] = []
    own = dict(sketch.fields)
    key = next((field for field in own.values() if field.type == "uuid" and field.unique and field.required), None)
    if key is not None and not sketch.natural:
        del own[key.name]
        fields.append(
            key.model_copy(
                update={
                    "primary": True,
                    "unique": False,
                    "why": f"Identifies the {words(sketch.noun)}; given by the caller, so a repeated request is recognised by it",
                }
            )
        )
    else:
        fields.append(Field(name="id", type="uuid", primary=True, why=f"Identifies the {words(sketch.noun)}"))
    for noun in sketch.parents:
        if f"{noun}_id" not in own and keys.get(noun):
            fields.append(Field(name=f"{noun}_id", type="uuid", ref=keys[noun], why=_belongs(sketch.noun, noun)))
    user = keys.get("user")
    if sketch.owned and user and sketch.noun != "user":
        staff = _staff(case, sketch)
        alone = f"; only they{f' and {staff}' if staff else ''} may change it" if sketch.verbs & {"update", "delete", "change-state"} else ""
        column = "author_id" if sketch.noun.split("_")[-1] in AUTHORED else "owner_id"
        why = author_note(sketch.noun) if case.traits.auth == "none" else f"Who {'wrote' if column == 'author_id' else 'made'} the {words(sketch.noun)}{alone}"
        fields.append(Field(name=column, type="uuid", ref=user, why=why))
    if sketch.agent and user:
        fields.append(agent_field(case, sketch, user))
    if user and any(action.verb == "assign" and canonical(action.noun) == sketch.noun for action in sketch.actions) and sketch.noun != "user":
        fields.append(Field(name="assignee_id", type="uuid", required=False, ref=user, why=f"Who the {words(sketch.noun)} is given to; empty while nobody"))
    for field in own.values():
        fields.append(kinds(sketch, field.name, keys) or (_person(sketch.noun, field, user) if user else field))
    fields.extend(entity_rules.times(case, sketch, [field.name for field in fields], about))
    fields.extend(entity_rules.held(case, sketch, fields))
    return tuple({field.name: field for field in reversed(fields)}.values())[::-1]


def _staff(case: Case, sketch: Sketch) -> str:
    """Return who may change everybody's, as words: `receptionists`."""
    privileged = {actor.name for actor in case.actors if actor.privileged}
    doing = [a.actor for a in sketch.actions if a.actor in privileged and a.verb in ("update", "delete", "change-state") and a.horizon == "now"]
    return " and ".join(words(plural(name)) for name in dict.fromkeys(doing[:2]))


def _person(noun: str, field: Field, user: str) -> Field:
    """Return a member that only names a kind of person ("patient", "doctor") as a reference to that person's account."""
    if noun == "user" or field.type != "text" or field.ref or not is_person(field.name) or canonical(field.name) == noun:
        return field
    return Field(name=f"{field.name}_id", type="uuid", required=field.required, ref=user, why=f"The {words(field.name)} of the {words(noun)}")


def _belongs(noun: str, parent: str) -> str:
    match noun:
        case "answer" if parent == "option":
            return "The selection that was made"
        case "answer" if parent == "question":
            return "The question that it answers"
        case _:
            return f"The {words(parent)} that the {words(noun)} belongs to"


def _future(case: Case, sketch: Sketch) -> Entity:
    numbers = {number for number in sketch.cites if 1 <= number <= len(case.brief.statements)}
    statement = next((case.statement(number).text for number in sorted(numbers)), "")
    return Entity(
        key=entity_key(sketch.table),
        name=sketch.table,
        tier="future",
        purpose=f"For a later step: {statement[:180]}" if statement else f"{words(sketch.table).capitalize()}, for a later step",
        satisfies=satisfied(case, numbers),
        cites=tuple(sorted(numbers)),
    )
