"""Content that a table of the brief keeps outside its rows: the row names the place, something else holds the bytes."""

from __future__ import annotations

from dataclasses import dataclass

from backend_architect.architects.rules.case import Case, remembered
from backend_architect.architects.rules.layers import evidence
from backend_architect.expressions import expression
from backend_architect.text import Cites

_PLACE = expression(r"_path$|^(?:object|blob|storage|file)_key$")


@dataclass(frozen=True)
class Contents:
    """Where the bytes of one kind of row are."""

    table: str
    column: str
    cites: Cites

    @property
    def noun(self) -> str:
        """The thing, singular, in words."""
        return evidence.singular(self.table)

    @property
    def field(self) -> str:
        """The column with its table, as code."""
        return f"`{self.table}.{self.column}`"


@remembered
def contents(case: Case) -> Contents | None:
    """Return the first table the brief spells out whose rows only name the place of their content."""
    if case.traits.shape != "service":
        return None
    for table in case.contracts.tables:
        for column, _ in table.columns:
            if _PLACE.search(column.lower()):
                return Contents(table.name, column.lower(), table.cites)
    return None
