"""Who designs in a run, put together from its options: a model with all that surrounds it, or the built-in rules."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from backend_architect.architects.protocol import Architect
from backend_architect.errors import ModelError, ProviderError

if TYPE_CHECKING:
    from backend_architect.architects.model.stages import Room
    from backend_architect.brief import Brief
    from backend_architect.models.protocol import ChatModel

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
        if asked.record or asked.replay:
            raise ModelError("there is nothing to record or replay: the built-in rules ask no model; name one with --model")
        yield None
        return
    say(choice.why)
    with contextlib.ExitStack() as stack:
        stack.enter_context(_tape(asked))
        # A recording holds every answer of a run: none may come from elsewhere.
        if not asked.state or asked.record or asked.replay:
            yield _with_model(asked, choice.model, say=say)
            return
        from backend_architect.journal import Journal, Journaled

        journal = stack.enter_context(Journal())
        run = journal.begin(brief=brief.path, brief_sha256=brief.sha256, model=choice.name)
        try:
            yield _with_model(asked, choice.model, say=say, kept=lambda model: Journaled(model, journal, run=run))
        except KeyboardInterrupt:
            say("What was answered is kept: the same command goes on from there.")
            raise
        journal.finish(run)


def first_prompt(path: str, *, stdin: BinaryIO, options: Sequence[tuple[str, str]], window: int | None) -> str:
    """Return what a model would be asked first about a brief, as text for people. Sends nothing."""
    import json

    from backend_architect.architects.model.stages import Stages
    from backend_architect.ingest import profile, read

    brief = read(path, stdin=stdin)
    question = Stages(brief, profile(brief, options=options), _room(window)).first()
    parts = "\n".join(part.text for part in question.parts)
    schema = json.dumps(question.schema, ensure_ascii=False, indent=1)
    return f"--- system ---\n{question.system}\n--- user ---\n{parts}\n--- schema of the answer ---\n{schema}\n"


def _room(window: int | None) -> Room:
    from backend_architect.architects.model.stages import Room

    return Room(window=window) if window else Room()


def _with_model(asked: Asked, adapter: ChatModel, *, say: Say, kept: Callable[[ChatModel], ChatModel] | None = None) -> Architect:
    from backend_architect.architects.model.architect import ModelArchitect
    from backend_architect.architects.rules.architect import RuleArchitect
    from backend_architect.models.calls import close
    from backend_architect.models.pace import Paced
    from backend_architect.models.protocol import Question, estimated_tokens
    from backend_architect.models.retry import Retrying

    def waiting(error: ProviderError, seconds: float) -> None:
        say(f"{error}; asking again in {seconds:.0f} s")

    def size(question: Question) -> int:
        return sum(estimated_tokens(part.text) for part in question.parts) + estimated_tokens(question.system) + question.max_tokens

    model: ChatModel = Paced(adapter, requests=asked.requests_a_minute, tokens=asked.tokens_a_minute, estimate=size)
    if asked.replay is None:
        model = Retrying(model, notice=waiting)
    if kept is not None:
        model = kept(model)
    fallback = RuleArchitect() if asked.fallback else None
    return ModelArchitect(model, room=_room(asked.window), fallback=fallback, close=partial(close, adapter))


def _tape(asked: Asked) -> AbstractContextManager[object]:
    if asked.record is None and asked.replay is None:
        return contextlib.nullcontext()
    from backend_architect.cassettes import recording, replaying
    from backend_architect.ingest.redact import redact, redact_shapes

    if asked.record is not None:
        return recording(asked.record, conceal=redact, conceal_answer=redact_shapes, answered_by=asked.answered_by)
    assert asked.replay is not None
    return replaying(asked.replay, conceal=redact)
