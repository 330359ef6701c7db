"""Who designs in a run, put together from its options: a model with all that surrounds it, or the built-in rules."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from backend_architect.architects.protocol import Architect
from backend_architect.errors import ModelError, ProviderError

if TYPE_CHECKING:
    from backend_architect.architects.model.estimate import Estimate
    from backend_architect.architects.model.stages import Room
    from backend_architect.brief import Brief
    from backend_architect.models.accounts import Accounts
    from backend_architect.models.protocol import ChatModel, Usage

Say = Callable[[str], None]
"""Takes a line meant for people."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the options say about who designs."""

    model: str | None = None
    """`rules`, `openai:NAME`, `anthropic:NAME`, or a server's URL with `#NAME`; None to look what there is."""
    configured: bool = False
    """Whether `model` comes from a file or the environment, not from the command line."""
    fallback: bool = False
    """Whether the rules fill a stage for which a model gives nothing usable."""
    record: Path | None = None
    """Folder into which the traffic goes."""
    answered_by: str = ""
    """Who answers behind a relay, for the recording's README."""
    replay: Path | None = None
    """Folder from which it comes."""
    state: bool = True
    """Whether answers are kept in the user's state folder."""
    max_usd: Decimal | None = None
    """Most dollars of the run, at list prices, earlier attempts included."""
    max_tokens: int | None = None
    """Most tokens of the run, read and written, earlier attempts included."""
    repository: Path | None = None
    """Folder of the existing code that the plan is built into."""
    requests_a_minute: int | None = None
    tokens_a_minute: int | None = None
    window: int | None = None
    """Tokens that the model takes in and gives out together, where that is less than usual."""


@contextlib.contextmanager
def architect(asked: Asked, brief: Brief, *, say: Say) -> Iterator[Architect | None]:
    """Choose and set up who designs `brief`, for as long as the block runs; None for the built-in rules.

    Args:
        asked: What the options say.
        brief: What is planned, for the accounts of the run.
        say: Told what people should know while they wait.

    Raises:
        ModelError: If no model can be asked by the name given.
        ReplayError: If a recording cannot be used.
        OutputError: If the journal cannot be used.
    """
    if asked.record and asked.replay:
        raise ModelError("--record and --replay exclude each other: a run is recorded, or replayed")
    from backend_architect.models.choose import choose

    named, configured = (None, asked.model) if asked.configured else (asked.model, None)
    choice = choose(named, configured=configured, needs_key=asked.replay is None)
    if choice.model is None:
        if asked.repository:
            raise ModelError("--repo shows existing code to a model, and the built-in rules ask none: name a model with --model")
        if asked.record or asked.replay:
            raise ModelError("there is nothing to record or replay: the built-in rules ask no model; name one with --model")
        yield None
        return
    say(choice.why)
    from backend_architect.models.accounts import Accounts

    accounts = Accounts(choice.name)
    with contextlib.ExitStack() as stack:
        stack.enter_context(_tape(asked))
        try:
            # A recording holds every answer of a run: none may come from elsewhere.
            if asked.state and not asked.record and not asked.replay:
                yield stack.enter_context(_journaled(asked, choice.model, accounts, brief, say=say))
            else:
                yield _architect(asked, choice.model, _asking(asked, choice.model, accounts, spent=(), say=say))
        finally:
            for line in accounts.table().splitlines():
                say(line)


@contextlib.contextmanager
def _journaled(asked: Asked, adapter: ChatModel, accounts: Accounts, brief: Brief, *, say: Say) -> Iterator[Architect]:
    """Keep every answer, and go on with the run that this brief and model began before, if it did not end."""
    from backend_architect.journal import Journal, Journaled
    from backend_architect.models.accounts import Reusing

    with Journal() as journal:
        number = journal.begin(brief=brief.path, brief_sha256=brief.sha256, model=adapter.name)
        spent = [run.paid for run in journal.runs() if run.id == number]
        model = _asking(asked, adapter, accounts, spent=spent, say=say)
        try:
            yield _architect(asked, adapter, Reusing(Journaled(model, journal, run=number), accounts))
        except KeyboardInterrupt:
            say("What was answered is kept: the same command goes on from there.")
            raise
        journal.finish(number)


def first_prompt(path: str, *, stdin: BinaryIO, options: Sequence[tuple[str, str]], asked: Asked) -> str:
    """Return what a model would be asked first about a brief, as text for people. Sends nothing."""
    import json

    from backend_architect.architects.model.stages import Stages
    from backend_architect.ingest import profile, read
    from backend_architect.repository import outline

    brief, room = read(path, stdin=stdin), _room(asked.window)
    code = outline(asked.repository, tokens=room.repository, size=room.tokens) if asked.repository else ""
    question = Stages(brief, profile(brief, options=options), room, code).first()
    parts = "\n".join(part.text for part in question.parts)
    schema = json.dumps(question.schema, ensure_ascii=False, indent=1)
    return f"--- system ---\n{question.system}\n--- user ---\n{parts}\n--- schema of the answer ---\n{schema}\n"


def estimated(path: str, *, stdin: BinaryIO, options: Sequence[tuple[str, str]], asked: Asked) -> tuple[str, Estimate | None]:
    """Return which model would plan a brief, and what that would cost; None for the built-in rules, which cost nothing. Sends nothing."""
    import asyncio

    from backend_architect.architects.model.estimate import estimate
    from backend_architect.ingest import profile, read
    from backend_architect.models.choose import choose

    brief = read(path, stdin=stdin)
    named, configured = (None, asked.model) if asked.configured else (asked.model, None)
    choice = choose(named, configured=configured, needs_key=False)
    if choice.model is None:
        return choice.why, None
    return choice.why, asyncio.run(estimate(brief, profile(brief, options=options), choice.name, room=_room(asked.window)))


@dataclass(frozen=True, kw_only=True)
class Available:
    """A model that can be asked here, or could be."""

    model: str
    available: bool
    why: str
    cost: str = ""
    """What planning the brief in question would cost; empty without a brief."""


def available(path: str | None, *, stdin: BinaryIO, environ: Mapping[str, str] = os.environ) -> tuple[str, tuple[Available, ...]]:
    """Return which model a run would take and why, and all that there are: providers by key, local servers, the rules."""
    import asyncio

    from backend_architect.architects.model.estimate import estimate
    from backend_architect.ingest import profile, read
    from backend_architect.models.choose import DEFAULTS, KEY_VARIABLES, choose, find_local

    brief = read(path, stdin=stdin) if path else None

    def cost(model: str) -> str:
        return asyncio.run(estimate(brief, profile(brief, options=()), model)).line if brief else ""

    found: list[Available] = []
    for provider, variable in KEY_VARIABLES.items():
        name, there = f"{provider}:{DEFAULTS[provider]}", bool(environ.get(variable, "").strip())
        found.append(Available(model=name, available=there, why=f"{variable} is set" if there else f"set {variable} to use it", cost=cost(name)))
    for listening in find_local():
        for model in listening.models:
            name = f"{listening.server.url}#{model}"
            found.append(Available(model=name, available=True, why=f"{listening.server.name} answers on port {listening.server.port}", cost=cost(name)))
    found.append(Available(model="rules", available=True, why="built in", cost="costs nothing" if brief else ""))
    return choose(None, configured=environ.get("BACKEND_ARCHITECT_MODEL") or None, environ=environ, needs_key=False).why, tuple(found)


def _room(window: int | None) -> Room:
    from backend_architect.architects.model.stages import Room
    from backend_architect.models.tokens import number

    return Room(window=window, tokens=number) if window else Room(tokens=number)


def _asking(asked: Asked, adapter: ChatModel, accounts: Accounts, *, spent: Sequence[Usage], say: Say) -> ChatModel:
    """Return the model as it is asked: counted at the provider's door, paced, within its budget, and again after what passes."""
    from backend_architect.models.accounts import Accounted
    from backend_architect.models.budget import Budgeted
    from backend_architect.models.pace import Paced
    from backend_architect.models.protocol import Question
    from backend_architect.models.retry import Retrying
    from backend_architect.models.tokens import question_tokens

    def size(question: Question) -> int:
        return question_tokens(question, adapter.name).number + question.max_tokens

    def waiting(error: ProviderError, seconds: float) -> None:
        say(f"{error}; asking again in {seconds:.0f} s")

    model: ChatModel = Accounted(adapter, accounts)
    model = Paced(model, requests=asked.requests_a_minute, tokens=asked.tokens_a_minute, estimate=size)
    model = Budgeted(model, max_usd=asked.max_usd, max_tokens=asked.max_tokens, spent=spent)
    # What a recording does not hold it will not hold a second later either.
    return model if asked.replay else Retrying(model, notice=waiting)


def _architect(asked: Asked, adapter: ChatModel, model: ChatModel) -> Architect:
    from backend_architect.architects.model.architect import ModelArchitect
    from backend_architect.architects.rules.architect import RuleArchitect
    from backend_architect.models.calls import close

    fallback = RuleArchitect() if asked.fallback else None
    return ModelArchitect(model, room=_room(asked.window), fallback=fallback, repository=asked.repository, close=partial(close, adapter))


def _tape(asked: Asked) -> AbstractContextManager[object]:
    if asked.record is None and asked.replay is None:
        return contextlib.nullcontext()
    from backend_architect.cassettes import recording, replaying
    from backend_architect.ingest.redact import redact, redact_shapes

    if asked.record is not None:
        return recording(asked.record, conceal=redact, conceal_answer=redact_shapes, answered_by=asked.answered_by)
    assert asked.replay is not None
    return replaying(asked.replay, conceal=redact)
