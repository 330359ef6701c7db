"""How much is stored in a year and how many connections it takes, reckoned with the formula shown."""

from __future__ import annotations

import math
from dataclasses import dataclass

from backend_architect.architects.rules.case import Case
from backend_architect.architects.rules.language.wording import counted, figure, plural, rounded, spaced, volume
from backend_architect.architects.rules.layers.grounds import SERVER_CONNECTIONS, largest, load
from backend_architect.design import Entity, ValueType
from backend_architect.text import Cites

YEAR_S = 31_536_000
QUERY_MS = 5
"""Time a request holds a connection, milliseconds; to be measured."""
PARTITION_AT = 100e9
"""Bytes in one table from which partitions pay: below, an index fits memory and vacuum ends overnight."""

_WIDTHS: dict[ValueType, int] = {
    "uuid": 16, "integer": 4, "bigint": 8, "decimal": 12, "float": 8, "boolean": 1, "timestamp": 8, "date": 4, "enum": 8, "json": 200, "bytes": 200, "text": 40,
}  # fmt: skip
_ROW_OVERHEAD = 28


@dataclass(frozen=True)
class Growth:
    """Storage a year."""

    bytes_a_year: float | None
    """None when the brief states no writes."""
    formula: str
    cites: Cites


def row_bytes(entity: Entity) -> int:
    """Return the size of one row, reckoned from its columns."""
    return _ROW_OVERHEAD + sum(min(_WIDTHS[f.type], int(f.maximum) if f.type == "text" and f.maximum else _WIDTHS[f.type]) for f in entity.fields)


def growth(case: Case, main: Entity | None) -> Growth:
    """Reckon the storage a year from stated writes and the stated or reckoned size of an item."""
    demand = load(case)
    item_fact = largest(case, "item-size")
    monthly = largest(case, "growth")
    if monthly is not None and monthly.number:
        total = rounded(monthly.number * 12)
        check = (
            f"; reckoned from {figure(demand.writes)} writes/s x {item_fact.value}: {volume(rounded(demand.writes * demand.item * YEAR_S))}"
            if demand.writes and demand.item and item_fact
            else ""
        )
        return Growth(total, f"{volume(total)} a year ({monthly.value}, as stated{check})", monthly.cites)
    size = demand.item or (row_bytes(main) if main else None)
    if not size:
        return Growth(None, "", ())
    said = item_fact.value if item_fact else f"about {volume(size)} a row, reckoned from its columns"
    if demand.writes:
        total = rounded(demand.writes * size * YEAR_S)
        how = f"{volume(total)} a year ({figure(demand.writes)} writes/s x {said} x 31.5 million s)"
        return Growth(total, how, tuple(dict.fromkeys((*demand.cites, *(item_fact.cites if item_fact else ())))))
    users = case.profile.number("users")
    noun = plural(spaced(main.name)) if main else "rows"
    if users and users >= 100:
        # The brief says who, not how often: a rate per person that the reader can correct.
        yearly = rounded(users * 100 * size)
        how = f"about {volume(yearly)} a year if each of {figure(users)} users writes 100 {noun} ({said})"
        return Growth(yearly, how, ())
    return Growth(None, f"a million {noun} are about {volume(rounded(size * 1e6))} ({said})", ())


def pool(case: Case, instances: int) -> tuple[int, str]:
    """Return the connections of one instance and how they were reckoned (Little's law, doubled)."""
    demand = load(case)
    floor = 5 if instances == 1 else 3
    if not demand.known:
        return floor, f"{counted(floor, 'connection')}: without a stated load the smallest pool that lets a slow query pass"
    busy = demand.peak * QUERY_MS / 1000
    wanted = max(floor, math.ceil(busy * 2 / instances))
    capped = min(wanted, 20)
    how = f"{figure(demand.peak)} requests/s x {QUERY_MS} ms = {figure(busy)} busy at peak, doubled"
    if instances > 1:
        how += f", over {counted(instances, 'instance')}"
    if capped * instances > SERVER_CONNECTIONS:
        front = {"postgresql": "PgBouncer (transaction mode)", "mysql": "ProxySQL"}.get(case.traits.engine)
        if front is not None:
            note = f"{counted(capped, 'connection')} an instance to {front}, not to the server: {counted(instances, 'instance')} would open {capped * instances:,},"
            return capped, f"{note} more than the about {SERVER_CONNECTIONS} a server bears; it holds at most {SERVER_CONNECTIONS} ({how})"
    rule = f", at least {floor}" if wanted == floor else ", at most 20 so that the server keeps room" if capped < wanted else ""
    return capped, f"{counted(capped, 'connection')} an instance ({how}{rule})"
