"""What the rules know about one brief: the values that every rule argues from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, wraps
from typing import Concatenate, Literal, ParamSpec, TypeVar

from backend_architect.brief import Brief, Statement
from backend_architect.design import Engine, Horizon, Parameter
from backend_architect.profile import Profile
from backend_architect.text import Cites, Closed, Note, Text

# --- what the sentences say -----------------------------------------------------------------

Label = Literal["functional", "quality", "constraint", "integration", "context", "excluded", "solution"]
"""What a statement is. `excluded`: out of scope by the brief's own word. `solution`: a design that
somebody already wrote into the brief: evidence, not demand."""

Verb = Literal[
    "create",
    "read",
    "list",
    "search",
    "update",
    "delete",
    "change-state",
    "submit",
    "assign",
    "comment",
    "join",
    "send",
    "upload",
    "download",
    "login",
    "register",
    "logout",
    "pay",
    "notify",
    "schedule",
    "import",
    "export",
    "report",
    "compute",
    "integrate",
    "validate",
    "track",
    "configure",
    "store",
    "other",
]
"""Operations in the field's terms; `submit` creates a thing under another (a response to a survey)."""


class Reading(Closed):
    """One statement, labelled."""

    statement: int
    label: Label
    horizon: Horizon = "now"
    because: Note = ""
    """For `excluded` and `solution`: the words that say so."""


ACROSS = "all, whatever they belong to"
"""The phrase of an action on all things of a kind at once."""
UNNAMED = "an item"
"""Object phrase of what a brief counts writes and reads of without naming it."""


class Action(Closed):
    """Something a person or system does, read from a statement."""

    actor: Note
    """As the brief names it, lower case, singular: `survey coordinator`; empty when unsaid."""
    verb: Verb
    word: Text
    """The verb as written."""
    noun: Note
    """The thing acted on: singular, snake_case head noun (`survey`, `line_item`); empty if none."""
    phrase: Note
    """The object phrase as written."""
    of: Note = ""
    """The thing it belongs to (`survey` for "questions of a survey"), singular snake_case."""
    members: tuple[Text, ...] = ()
    """Attributes named with it (`title`, `due date`), as written."""
    system: bool = False
    """Whether the backend itself does it (cleanup, notification, computation), not a person."""
    horizon: Horizon = "now"
    statement: int


class Actor(Closed):
    """A kind of person, or a program, that uses the system."""

    name: Text
    """Lower case, singular."""
    privileged: bool = False
    """Administrator, coordinator, manager and the like."""
    anonymous: bool = False
    cites: Cites


class System(Closed):
    """A named thing outside the project that it talks to."""

    name: Text
    purpose: Text
    cites: Cites


# --- contracts the brief spells out ---------------------------------------------------------


class SpelledEndpoint(Closed):
    """An endpoint written out in the brief: `POST /payments`, a curl line, a table row."""

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"]
    path: str
    """Parameters in braces, no query, no host."""
    title: Note = ""
    """Its heading or description."""
    auth: Literal["none", "optional", "required", "unsaid"] = "unsaid"
    request: tuple[Parameter, ...] = ()
    response: tuple[Parameter, ...] = ()
    returns: Note = ""
    """The thing it says it returns (`User`, `multiple articles`)."""
    many: bool = False
    status: int | None = None
    paginated: Literal["none", "offset", "cursor"] = "none"
    owner: Note = ""
    """Empty for ours; the other system's name when the brief lists what that system offers."""
    limit: Note = ""
    """A stated call limit."""
    cites: Cites


class SpelledTable(Closed):
    """A table or record written out in the brief: SQL columns, a field list."""

    name: str
    """Plural snake_case."""
    columns: tuple[tuple[str, str], ...]
    """(name, type as written)."""
    primary: tuple[str, ...] = ()
    cites: Cites


class Contracts(Closed):
    """All contracts the brief spells out."""

    endpoints: tuple[SpelledEndpoint, ...] = ()
    tables: tuple[SpelledTable, ...] = ()

    def home(self, endpoint: SpelledEndpoint) -> int:
        """Return the statement that defines an endpoint: the first that speaks of no other one."""
        shared = {n for other in self.endpoints if other is not endpoint for n in other.cites}
        return next((n for n in endpoint.cites if n not in shared), endpoint.cites[0])

    @property
    def ours(self) -> tuple[SpelledEndpoint, ...]:
        """The endpoints this project has to offer."""
        return tuple(endpoint for endpoint in self.endpoints if not endpoint.owner)


# --- judgements -----------------------------------------------------------------------------


class Judgement(Closed):
    """A conclusion about the project and the line it comes from."""

    value: Text
    because: Text
    cites: Cites = ()


class Stack(Closed):
    """The technology the code will be written in."""

    language: Literal["typescript", "python", "go", "csharp", "java", "kotlin", "ruby", "php", "rust", "elixir"]
    framework: Text
    named: bool
    """Whether the brief names it; otherwise it is an assumption."""
    source: Note = ""
    """Folder of the source code: `src`, `internal`, ..."""
    install: Text
    test: Text
    run: Text
    lint: Text
    migrate: Text
    """Command that applies migrations (`{engine}` already filled in)."""
    cites: Cites = ()


class Traits(Closed):
    """The few judgements on which all decisions hang."""

    shape: Literal["none", "browser", "cli", "service"]
    """`none`: the brief needs no backend; `browser`: all of it runs in the client; `cli`: a program
    without a server; `service`: something that answers requests."""
    shape_basis: Judgement
    size: Literal["tiny", "small", "medium", "large"]
    """tiny: a handful of requirements, no scale stated; small: under 1,000 users or a prototype;
    medium: up to about 100 requests/s or 100,000 users; large: beyond."""
    size_basis: Judgement
    engine: Engine
    engine_basis: Judgement
    pattern: Literal["single program", "monolith", "modular monolith", "services"]
    pattern_basis: Judgement
    auth: Literal["none", "optional", "session", "token", "api-key", "external"]
    auth_basis: Judgement
    realtime: Literal["none", "later", "sse", "websocket"]
    realtime_basis: Judgement
    existing: bool = False
    """Whether there is a running system that this adds to."""
    regulated: tuple[Judgement, ...] = ()
    """Regimes that apply: `GDPR`, `HIPAA`, `PCI DSS`, ..."""
    reads_per_second: float = 0.0
    writes_per_second: float = 0.0
    """Average, from stated figures, for the load the plan has to carry in a year; 0 when unsaid."""
    latency_ms: int = 200
    latency_basis: Judgement
    stack: Stack
    cloud: Note = ""
    """The cloud or platform the brief names; empty otherwise."""


@dataclass(frozen=True, eq=False)
class Case:
    """Everything the rules know before they decide; compared by identity, and with a memory for what was looked up in it."""

    brief: Brief
    profile: Profile
    contracts: Contracts
    readings: tuple[Reading, ...]
    actions: tuple[Action, ...]
    actors: tuple[Actor, ...]
    systems: tuple[System, ...]
    traits: Traits
    memory: dict[object, object] = field(default_factory=dict, init=False, repr=False)
    """What `remembered` rules have answered; it goes with the case."""

    @cached_property
    def _requirement_keys(self) -> tuple[str, ...]:
        seen: dict[str, int] = {}
        keys: list[str] = []
        for statement in self.brief.statements:
            base = f"r-{statement.digest[:6]}"
            seen[base] = seen.get(base, 0) + 1
            keys.append(base if seen[base] == 1 else f"{base}-{seen[base]}")
        return tuple(keys)

    def requirement_key(self, number: int) -> str:
        """Return the key of the requirement that a statement makes.

        It is made of the words, not of the number: a line inserted above changes no key. The same
        words said again get a counter.
        """
        return self._requirement_keys[number - 1]

    def statement(self, number: int) -> Statement:
        """Return the statement with this number."""
        return self.brief.statements[number - 1]

    def label(self, number: int) -> Label:
        """Return what the statement with this number is."""
        return self.readings[number - 1].label


Rest = ParamSpec("Rest")
Answer = TypeVar("Answer")


def remembered(rule: Callable[Concatenate[Case, Rest], Answer]) -> Callable[Concatenate[Case, Rest], Answer]:
    """Have a rule asked once a case: many rules look the same things up.

    What it is asked with beside the case must be hashable, and nobody may change the answer.
    """

    @wraps(rule)
    def asked(case: Case, /, *args: Rest.args, **kwargs: Rest.kwargs) -> Answer:
        question = (rule, args, tuple(kwargs.items()))
        # Looked up once: what is asked with can be long, and its hash takes time.
        answer = case.memory.get(question, case)
        if answer is case:
            answer = case.memory[question] = rule(case, *args, **kwargs)
        return answer  # type: ignore[return-value]

    return asked
