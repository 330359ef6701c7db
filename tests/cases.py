"""Cases made by hand: a brief from Markdown, readings and actions as given, ordinary traits."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

from backend_architect.architects.rules.case import Action, Actor, Case, Judgement, Label, Reading, Stack, System, Traits
from backend_architect.architects.rules.reading.contracts import spelled
from backend_architect.brief import Brief
from backend_architect.design import Horizon
from backend_architect.ingest.read import read
from backend_architect.profile import Profile


def brief(text: str) -> Brief:
    """Return the brief that `text` is read as."""
    return read("-", stdin=io.BytesIO(text.encode()))


def judged(value: str, *cites: int) -> Judgement:
    """Return a judgement without an argument."""
    return Judgement(value=value, because="given by the test", cites=cites)


def traits(**changes: Any) -> Traits:
    """Return the traits of a small service with PostgreSQL and no sign-in, changed as asked."""
    usual = Traits(
        shape="service",
        shape_basis=judged("service"),
        size="small",
        size_basis=judged("small"),
        engine="postgresql",
        engine_basis=judged("PostgreSQL"),
        pattern="monolith",
        pattern_basis=judged("monolith"),
        auth="none",
        auth_basis=judged("none"),
        realtime="none",
        realtime_basis=judged("none"),
        latency_basis=judged("200 ms"),
        stack=Stack(
            language="python",
            framework="FastAPI",
            named=False,
            install="pip install",
            test="pytest",
            run="uvicorn",
            lint="ruff check",
            migrate="alembic upgrade head",
        ),
    )
    return Traits.model_validate(usual.model_dump() | changes)


def act(
    statement: int,
    actor: str,
    verb: str,
    noun: str,
    *,
    word: str = "",
    phrase: str = "",
    of: str = "",
    members: tuple[str, ...] = (),
    system: bool = False,
    horizon: Horizon = "now",
) -> Action:
    """Return an action; its verb as written and its object phrase are made from `verb` and `noun` unless given."""
    return Action(
        actor=actor,
        verb=verb,
        word=word or verb,
        noun=noun,
        phrase=phrase or f"a {noun}".replace("_", " "),
        of=of,
        members=members,
        system=system,
        horizon=horizon,
        statement=statement,
    )


def case(
    text: str,
    *,
    actions: Iterable[Action] = (),
    actors: Iterable[Actor] = (),
    systems: Iterable[System] = (),
    later: Iterable[int] = (),
    labels: dict[int, Label] | None = None,
    profile: Profile | None = None,
    **changes: Any,
) -> Case:
    """Return a case of the brief `text` (Markdown).

    Every statement but headings is a functional requirement unless `labels` says otherwise;
    `later` lists those that are put off. `changes` go to the traits.
    """
    made = brief(text)
    put_off = set(later)
    known = labels or {}
    readings = tuple(
        Reading(
            statement=s.number, label=known.get(s.number, "context" if s.kind == "heading" else "functional"), horizon="later" if s.number in put_off else "now"
        )
        for s in made.statements
    )
    return Case(
        brief=made,
        profile=profile or Profile(),
        contracts=spelled(made),
        readings=readings,
        actions=tuple(actions),
        actors=tuple(actors),
        systems=tuple(systems),
        traits=traits(**changes),
    )
