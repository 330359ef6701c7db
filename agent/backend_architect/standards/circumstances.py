"""What is so in one project: the judgements that decide which standards apply."""

from __future__ import annotations

from backend_architect.design import Size
from backend_architect.text import Closed

SIZES: tuple[Size, ...] = ("tiny", "small", "medium", "large")
"""In order, smallest first."""


class Circumstances(Closed):
    """The truths that a standard's condition may ask for; each field is a word of the conditions.

    Every field is false, and the size tiny, unless the caller says otherwise, so only what was
    judged true needs to be passed: `Circumstances(size="small", service=True, database=True)`. A
    condition writes a field's name with hyphens: `personal-data` asks for `personal_data`.
    """

    size: Size = "tiny"
    """As judged for the whole project; asked for as `size>=medium`."""

    # What kind of program it is.
    service: bool = False
    """It answers requests over a network."""
    cli: bool = False
    """It is a program without a server: a command, a batch run."""
    web: bool = False
    """A browser calls it or is served by it."""
    services: bool = False
    """More than one of its parts is deployed by itself."""
    instances: bool = False
    """More than one copy of a part runs at the same time."""
    existing: bool = False
    """It adds to a system that is already running."""
    prototype: bool = False
    """The brief calls it a prototype, a trial, an exercise."""

    # What it keeps.
    database: bool = False
    """It keeps data in a database of any kind."""
    sql: bool = False
    """That database is relational."""
    uploads: bool = False
    """People attach files or images."""
    personal_data: bool = False
    """It stores what identifies a person."""
    money: bool = False
    """It stores amounts of money."""
    regulated: bool = False
    """A law or standard binds it: health, payment or other protected data."""
    retention: bool = False
    """The brief says how long data is kept, or when it must go."""
    tenants: bool = False
    """Several organisations use one installation and must not see each other's data."""
    replay: bool = False
    """The state at any past time has to be rebuilt from what happened."""
    caches: bool = False
    """At least one thing is cached."""

    # Who calls it, and how.
    collections: bool = False
    """At least one endpoint returns a list."""
    accounts: bool = False
    """Somebody signs in, or a program proves who it is."""
    roles: bool = False
    """Some may do what others must not."""
    public: bool = False
    """At least one endpoint can be called without signing in."""
    graphql: bool = False
    """The brief asks for GraphQL, or clients have to choose the shape of the answers."""
    hypermedia: bool = False
    """Clients written by others have to discover what they may do next."""
    realtime: bool = False
    """Somebody sees changes within seconds without asking for them."""
    offline: bool = False
    """Something has to work without a connection."""

    # What it does besides, and how much of it.
    external: bool = False
    """It calls at least one system outside the project."""
    jobs: bool = False
    """Work goes on after the answer, or runs on a schedule."""
    reads_heavy: bool = False
    """Reads outnumber writes at least ten to one, at a load that is stated."""
    writes_heavy: bool = False
    """The stated writes exceed what one database server takes."""
    targets: bool = False
    """A speed or a load is stated, or the project is large enough to set one."""
    always_on: bool = False
    """Three nines or more are stated, or downtime is ruled out."""
    regions: bool = False
    """The brief asks for more than one region."""

    # What it is written in.
    node: bool = False
    python: bool = False
    go: bool = False

    adopted: tuple[str, ...] = ()
    """Codes of standards that the design follows although their condition does not ask for them,
    because the brief names the means outright. They apply, and are not listed as left out."""
