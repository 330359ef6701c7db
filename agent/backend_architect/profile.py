"""Facts about a project: who, how many, how fast, how much, with the line each came from."""

from __future__ import annotations

from typing import Literal

from backend_architect.text import Cites, Closed, Note, Text

FactName = Literal[
    "users",
    "concurrent-users",
    "team",
    "requests-per-second",
    "reads-per-second",
    "writes-per-second",
    "storage",
    "growth",
    "item-size",
    "latency",
    "availability",
    "budget",
    "deadline",
    "retention",
    "cpu-limit",
    "memory-limit",
    "stack",
    "cloud",
    "database",
    "forbidden",
    "compliance",
    "data-class",
    "persistence",
    "backend",
    "real-time",
    "offline",
    "authentication",
    "architecture",
    "region",
    "scale",
]
"""What a fact can be about. Numbers are normalised: rates to 1/s, sizes to bytes, growth to bytes a
month, times to ms, availability to a fraction, retention and relative deadlines to days; a budget
keeps its amount, with currency and period in the value. Words are values of their own: `persistence` is
`none`, `memory`, `browser` or `database`; `backend` is `none`, `cli` or `server`;
`authentication` is `none`, `required` or a method; `scale` is `prototype`, `small`, `large`;
`architecture` is `microservices`, `monolith`, `serverless`, `event-driven`, `existing`."""

When = Literal["now", "year", "peak", "unstated"]


class Fact(Closed):
    """One thing the brief, its front matter or an option says about the project."""

    name: FactName
    value: Text
    """As a reader wants it: `10,000,000 users`, `40 reads/s`, `PostgreSQL`."""
    number: float | None = None
    """The normalised number, where there is one."""
    when: When = "unstated"
    """For load figures: today's, the projected one, the peak. For words: `year` if the brief calls that
    part a bonus or a later phase."""
    origin: Literal["brief", "front matter", "option"] = "brief"
    cites: Cites = ()
    quote: Note = ""
    """The words it was read from."""


class Conflict(Closed):
    """Two facts that cannot both hold."""

    first: Fact
    second: Fact
    about: Text
    """One sentence that names the contradiction."""


class Profile(Closed):
    """All facts of a project, in order of appearance; options first, then front matter, then text."""

    facts: tuple[Fact, ...] = ()
    conflicts: tuple[Conflict, ...] = ()

    def all(self, name: FactName) -> tuple[Fact, ...]:
        """Return every fact of this name."""
        return tuple(fact for fact in self.facts if fact.name == name)

    def first(self, name: FactName) -> Fact | None:
        """Return the fact of this name that counts: an option before front matter before text."""
        return next(iter(self.all(name)), None)

    def number(self, name: FactName, default: float | None = None) -> float | None:
        """Return the largest number stated for `name` at the origin that counts, else `default`."""
        facts = [fact for fact in self.all(name) if fact.number is not None]
        if not facts:
            return default
        return max(f.number for f in facts if f.origin == facts[0].origin and f.number is not None)

    def values(self, name: FactName) -> tuple[str, ...]:
        """Return the distinct values stated for `name`, in order."""
        return tuple(dict.fromkeys(fact.value for fact in self.all(name)))
