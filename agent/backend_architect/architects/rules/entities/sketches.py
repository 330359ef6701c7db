"""An entity while rules from several sources add to it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from backend_architect.architects.rules.case import Action, Verb
from backend_architect.architects.rules.language.field_types import infer
from backend_architect.architects.rules.language.words import plural, words
from backend_architect.design import Field, Horizon, ValueType


@dataclass
class Sketch:
    """A thing to store, in the making. Mutable; `entities` closes it."""

    noun: str
    """Canonical singular snake_case."""
    horizon: Horizon = "now"
    verbs: set[Verb] = field(default_factory=set)
    actions: list[Action] = field(default_factory=list)
    parents: list[str] = field(default_factory=list)
    """Nouns it belongs to, nearest first."""
    fields: dict[str, Field] = field(default_factory=dict)
    cites: set[int] = field(default_factory=set)
    natural: str = ""
    """Column that addresses it in paths, if not `id`."""
    primary: tuple[str, ...] = ()
    """Columns of its key, if not `id`."""
    joins: tuple[tuple[str, str], ...] = ()
    """For a join table: (column, noun it refers to)."""
    owned: bool = False
    """Whether a known user creates it."""
    agent: str = ""
    """Who makes it, if staff may make it for them as well: the bidder of a bid."""
    supporting: bool = False
    purpose: str = ""
    at_most: int | None = None
    """How many of it a parent may have, if the brief says so."""
    name: str = ""
    """Table name; empty: the plural."""
    filters: list[str] = field(default_factory=list)
    """Columns that list endpoints filter by."""

    @property
    def table(self) -> str:
        """The table's name."""
        return self.name or plural(self.noun)

    def add(
        self, name: str, *, required: bool = True, type: ValueType | None = None, unique: bool | None = None, why: str = "", values: tuple[str, ...] = ()
    ) -> None:
        """Add a field unless it is there; what is not given is inferred from its name."""
        guess = infer(name, self.noun)
        if guess.column in self.fields:
            return
        kind = type or guess.type
        if kind != guess.type:
            guess = replace(guess, minimum=None, maximum=None, values=())
        choices = values or guess.values
        if kind == "enum" and not choices:
            kind = "text"
        self.fields[guess.column] = Field(
            name=guess.column,
            type=kind,
            required=required,
            unique=guess.unique if unique is None else unique,
            values=choices if kind == "enum" else (),
            minimum=guess.minimum,
            maximum=guess.maximum,
            personal=guess.personal,
            why=why or guess.why or f"{words(guess.column).capitalize()} of the {words(self.noun)}",
        )
