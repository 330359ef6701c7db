"""Counts of visits: a table of their own where the brief asks for statistics of what its written-out tables hold."""

from __future__ import annotations

import re

from backend_architect.architects.rules.case import Case
from backend_architect.architects.rules.language.nouns import canonical
from backend_architect.architects.rules.language.wording import ENGINE_NAMES
from backend_architect.architects.rules.language.words import words
from backend_architect.architects.rules.reading.text_evidence import demands
from backend_architect.design import Entity, Field
from backend_architect.expressions import expression

_COUNTED = expression(
    r"访问统计|访问量统计|点击统计|点击次数|\b(?:visit|click|view|access|hit|page ?view|download)s? (?:counts?|counters?|statistics|stats|analytics)\b"
    r"|\b(?:statistics|analytics|counts?) (?:of|on|about|for) (?:the )?(?:visits|clicks|page ?views|views|accesses|downloads)\b"
    r"|estatísticas de (?:acesso|visitas)|estadísticas de (?:acceso|visitas)|\b(?:zugriffs|besuchs)statistik",
    re.IGNORECASE,
)
_BY_MONTH = expression(r"月|\bmonth|\bmensa|\bmês\b|\bmes\b|\bmonat", re.IGNORECASE)


def view_counts(case: Case, spelled: tuple[Entity, ...]) -> tuple[Entity, ...]:
    """Return the table that holds how often each thing was visited, if the brief asks for that and writes no table for it."""
    asked = next((s for s in demands(case) if s.kind != "code" and case.readings[s.number - 1].horizon == "now" and _COUNTED.search(s.text)), None)
    if asked is None or len(spelled) != 1:
        return ()
    (whole,) = spelled
    keys = [field for field in whole.fields if field.primary]
    if len(keys) != 1 or any(re.search(r"(?:^|_)(?:count|visits|views|clicks|hits)$", field.name) for field in whole.fields):
        return ()
    noun = canonical(whole.name)
    name = keys[0].name if keys[0].name != "id" else f"{noun}_id"
    period = "month" if _BY_MONTH.search(asked.text) else "day"
    return (
        Entity(
            key=f"e-{noun.replace('_', '-')}-visits",
            name=f"{noun}_visits",
            tier="supporting",
            purpose=f"How often each {words(noun)} was visited, one row for each {period}; the brief asks for the figure and lists no table for it",
            fields=(
                keys[0].model_copy(update={"name": name, "ref": whole.key, "unique": False, "why": f"The {words(noun)} that was visited"}),
                Field(name=period, type="date", primary=True, why=f"First day of the {period} that is counted" if period == "month" else "Day that is counted"),
                Field(
                    name="visits",
                    type="bigint",
                    minimum=0,
                    why=f"Visits in this {period}; added up from the request log, so reading a {words(noun)} writes nothing",
                ),
            ),
            source_of_truth=f"The request log; {ENGINE_NAMES[case.traits.engine]} holds the sums",
            concurrency="One upsert a row by one job: counted again from the same log it comes to the same sum",
            retention=f"Goes with the {words(noun)}",
            satisfies=(case.requirement_key(asked.number),),
            cites=(asked.number,),
        ),
    )
