"""The command line: stdout carries data, stderr people."""

# Imported for every `--help`: nothing here may import what only a run needs.
from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from backend_architect import __version__
from backend_architect.errors import BackendArchitectError, FactError, ModelError, OutputError

if TYPE_CHECKING:
    from decimal import Decimal

    from backend_architect.journal import Run
    from backend_architect.runs import Outcome
    from backend_architect.sessions import Asked

UNEXPECTED = 70
"""Exit status after a fault of the program itself (`EX_SOFTWARE`)."""
INTERRUPTED = 130

app = typer.Typer(
    name="backend-architect",
    help="Turn a project brief into one checked backend architecture plan.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"backend-architect {__version__}")
        raise typer.Exit


@app.callback()
def _common(
    context: typer.Context, version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")] = False
) -> None:
    # `--help` of a command comes this way too, and needs no options from files.
    if context.invoked_subcommand is None or context.resilient_parsing:
        return
    with _reported():
        from pathlib import Path

        from backend_architect.settings import settings

        # What a file says counts for every command that has such an option.
        commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
        names = {command: {str(option.name) for option in made.params if option.param_type_name == "option"} for command, made in commands.items()}
        found = settings(Path.cwd(), known=frozenset().union(*names.values()))
        context.default_map = {command: {name: value for name, value in found.items() if name in own} for command, own in names.items()} if found else None


_PREFIX = "BACKEND_ARCHITECT_"


@app.command()
def plan(
    context: typer.Context,
    brief: Annotated[str, typer.Argument(metavar="BRIEF", help="The brief: Markdown or plain text in UTF-8; - reads standard input.")],
    output: Annotated[
        str, typer.Option("-o", "--output", metavar="DIR|-", envvar=f"{_PREFIX}OUTPUT", help="Folder for TODO_backend-architect.md; - prints the plan.")
    ] = ".",
    stated: Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="State a fact outright, such as users=100. Repeatable.")] = None,
    model: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            envvar=f"{_PREFIX}MODEL",
            help="Who designs: rules, openai:NAME, anthropic:NAME, or a server's URL with #NAME. Default: what has a key or answers here, else rules.",
        ),
    ] = None,
    fallback: Annotated[
        str | None, typer.Option(metavar="rules", envvar=f"{_PREFIX}FALLBACK", help="Let the rules fill a stage for which the model gives nothing usable.")
    ] = None,
    repo: Annotated[str | None, typer.Option(metavar="DIR", help="Existing code that the plan is built into: its outline is shown to the model.")] = None,
    window: Annotated[
        int | None,
        typer.Option(
            metavar="TOKENS", envvar=f"{_PREFIX}WINDOW", min=8000, help="What the model takes in and gives out together; a longer brief is read in pieces."
        ),
    ] = None,
    max_usd: Annotated[
        str | None, typer.Option(metavar="USD", envvar=f"{_PREFIX}MAX_USD", help="Most dollars of the run at list prices; set aside before each call.")
    ] = None,
    max_tokens: Annotated[int | None, typer.Option(metavar="N", envvar=f"{_PREFIX}MAX_TOKENS", min=1, help="Most tokens of the run, read and written.")] = None,
    rpm: Annotated[int | None, typer.Option(metavar="N", envvar=f"{_PREFIX}RPM", min=1, help="Most requests a minute.")] = None,
    tpm: Annotated[int | None, typer.Option(metavar="N", envvar=f"{_PREFIX}TPM", min=1, help="Most tokens a minute.")] = None,
    record: Annotated[str | None, typer.Option(metavar="DIR", help="Record what the model is asked and answers.")] = None,
    answered_by: Annotated[str, typer.Option(metavar="WHO", help="With --record: who answers behind a relay, for the recording's README.")] = "",
    replay: Annotated[str | None, typer.Option(metavar="DIR", help="Answer from a recording; needs no key and no network.")] = None,
    state: Annotated[
        bool, typer.Option("--state/--no-state", envvar=f"{_PREFIX}STATE", help="Keep the model's answers, so that none is paid for twice.")
    ] = True,
    show_prompts: Annotated[bool, typer.Option("--show-prompts", help="Print what the model would be asked first, and send nothing.")] = False,
    estimate: Annotated[bool, typer.Option("--estimate", help="Print what the run would cost, and send nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print a summary as JSON.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is not a plan, or one edited by hand.")] = False,
) -> None:
    """Write TODO_backend-architect.md for a brief."""
    with _reported():
        options = [_fact(item) for item in stated or ()]
        if not output.strip():
            raise OutputError("-o '' names no folder: give one, '.' for this one, or '-' to print the plan")
        if output == "-" and as_json:
            raise OutputError("-o - and --json both print to standard output: choose one")
        if fallback not in (None, "rules"):
            raise ModelError(f"unknown fallback {fallback[:80]!r}: there is one, 'rules'")
        from pathlib import Path

        from backend_architect.sessions import Asked

        source = context.get_parameter_source("model")
        asked = Asked(
            model=model,
            configured=source is not None and source.name != "COMMANDLINE",
            fallback=fallback == "rules",
            record=Path(record) if record else None,
            answered_by=answered_by,
            replay=Path(replay) if replay else None,
            state=state,
            max_usd=_usd(max_usd),
            max_tokens=max_tokens,
            repository=Path(repo) if repo else None,
            requests_a_minute=rpm,
            tokens_a_minute=tpm,
            window=window,
        )
        if show_prompts:
            from backend_architect.sessions import first_prompt

            _print(first_prompt(brief, stdin=sys.stdin.buffer, options=options, asked=asked))
            return
        if estimate:
            _estimate(brief, options=options, asked=asked, as_json=as_json)
            return
        outcome = _planned(brief, output=output, options=options, asked=asked, force=force)
        if output == "-":
            _print(outcome.markdown)
        elif as_json:
            import json

            from backend_architect.summary import data

            _print(json.dumps(data(outcome), ensure_ascii=False, indent=2) + "\n")


@app.command()
def models(
    brief: Annotated[str | None, typer.Argument(metavar="BRIEF", help="Say also what planning this brief would cost.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show which models can be asked here, and which would be."""
    with _reported():
        from backend_architect.sessions import available

        why, found = available(brief, stdin=sys.stdin.buffer)
        if as_json:
            import json

            rows = [{"model": one.model, "available": one.available, "why": one.why, "cost": one.cost} for one in found]
            _print(json.dumps({"chosen": why, "models": rows}, ensure_ascii=False, indent=2) + "\n")
            return
        for one in found:
            _print(f"{'*' if one.available else '-'} {one.model}: {one.why}{f'; {one.cost}' if one.cost else ''}\n")
        _say(why)


@app.command()
def relay(
    folder: Annotated[str, typer.Argument(metavar="DIR", help="Where requests are put and answers are looked for.")],
    port: Annotated[int, typer.Option(metavar="N", min=0, max=65535, help="Port on 127.0.0.1; 0 for one that is free.")] = 0,
) -> None:
    """Serve OpenAI's and Anthropic's APIs on this machine; a person or program answers each request in a file."""
    with _reported():
        from pathlib import Path

        from backend_architect.relay import run

        run(Path(folder), port=port, say=_say)


runs_app = typer.Typer(
    name="runs", help="Show or clear the model answers that are kept so that none is paid for twice.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(runs_app)


@runs_app.command("ls")
def runs_ls(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """List the runs that asked a model."""
    with _reported():
        from backend_architect.journal import Journal, default_path

        path = default_path()
        found: tuple[Run, ...] = ()
        if path.exists():
            with Journal(path) as journal:
                found = journal.runs()
        if as_json:
            import dataclasses
            import json

            _print(json.dumps([dataclasses.asdict(run) for run in found], ensure_ascii=False, indent=2) + "\n")
            return
        for run in found:
            tokens = f"{run.paid.calls} calls, {run.paid.input:,} tokens in, {run.paid.output:,} out"
            again = f", {run.reused.calls} answers used again" if run.reused.calls else ""
            _print(f"{run.id}  {run.started}  {'done' if run.finished else 'unfinished'}  {run.model}  {run.brief}  {tokens}{again}\n")
        if not found:
            _say("No run has asked a model yet.")


@runs_app.command("rm")
def runs_rm(
    numbers: Annotated[list[int] | None, typer.Argument(metavar="RUN…", help="Numbers as `runs ls` lists them.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All of them.")] = False,
) -> None:
    """Forget runs, and the answers that no other run used."""
    with _reported():
        from backend_architect.journal import Journal, default_path

        if bool(numbers) == everything:
            raise OutputError("name the runs to forget by number, or give --all")
        if not default_path().exists():
            _say("No run has asked a model yet.")
            return
        with Journal() as journal:
            if everything:
                journal.clear()
                _say("All runs and answers are forgotten.")
            else:
                _say(f"{journal.remove(*(numbers or ()))} of {len(set(numbers or ()))} runs forgotten.")


@app.command()
def graph() -> None:
    """Print the pipeline as a Mermaid diagram."""
    with _reported():
        from backend_architect.graph import build_graph

        _print(build_graph().get_graph().draw_mermaid())


def _planned(brief: str, *, output: str, options: list[tuple[str, str]], asked: Asked, force: bool) -> Outcome:
    from pathlib import Path

    from backend_architect.progress import shown
    from backend_architect.runs import plan_brief
    from backend_architect.sessions import architect
    from backend_architect.summary import lines

    folder = None if output == "-" else Path(output)
    with shown(sys.stderr) as progress:
        engaged = partial(architect, asked, say=_say)
        outcome = plan_brief(brief, folder=folder, stdin=sys.stdin.buffer, options=options, engaged=engaged, progress=progress, force=force)
    for line in lines(outcome):
        print(line, file=sys.stderr)
    return outcome


def _estimate(brief: str, *, options: list[tuple[str, str]], asked: Asked, as_json: bool) -> None:
    import json

    from backend_architect.sessions import estimated

    why, found = estimated(brief, stdin=sys.stdin.buffer, options=options, asked=asked)
    if as_json:
        _print(json.dumps({"why": why, "estimate": None if found is None else found.figures()}, ensure_ascii=False, indent=2) + "\n")
    else:
        _say(why)
        _print(("The built-in rules cost nothing." if found is None else found.line) + "\n")


def _say(line: str) -> None:
    from backend_architect.text import visible

    print(visible(line), file=sys.stderr, flush=True)


def _usd(text: str | None) -> Decimal | None:
    from decimal import Decimal, InvalidOperation

    try:
        return None if text is None else Decimal(text.strip().removeprefix("$"))
    except InvalidOperation:
        raise ModelError(f"--max-usd {text[:40] if text else text!r} is no amount: write it like 2.50") from None


def _fact(item: str) -> tuple[str, str]:
    key, equals, value = item.partition("=")
    if not equals:
        raise FactError(f"--set {item[:80]!r} states nothing: expected KEY=VALUE, for example --set users=100")
    return key.strip(), value.strip()


def _print(text: str) -> None:
    # Bytes, so that neither the locale nor the platform's line ends change the plan.
    # Bytes of a path that are no text came in as surrogates; in JSON they go out as escapes.
    data = text.encode(errors="backslashreplace")
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        _discard_output()
        raise OutputError(f"cannot write to standard output: {error.strerror}") from error


def _discard_output() -> None:
    """Let Python not complain at exit about what it could not flush."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextlib.contextmanager
def _reported() -> Iterator[None]:
    """Turn what goes wrong into one line on stderr and an exit status."""
    try:
        yield
    except BackendArchitectError as error:
        _complain(str(error))
        raise typer.Exit(error.exit_code) from None
    except BrokenPipeError:
        # Who reads us (`head`) has enough.
        _discard_output()
        raise typer.Exit from None
    except KeyboardInterrupt:
        _complain("interrupted")
        raise typer.Exit(INTERRUPTED) from None
    except typer.Exit:
        raise
    except Exception as error:
        if os.environ.get("BACKEND_ARCHITECT_DEBUG"):
            import traceback

            traceback.print_exc()
        _complain(f"unexpected {type(error).__name__}: {error} (a fault of this program; BACKEND_ARCHITECT_DEBUG=1 shows where)")
        raise typer.Exit(UNEXPECTED) from error


def _complain(message: str) -> None:
    from backend_architect.text import one_line

    print(f"error: {one_line(message)}", file=sys.stderr)
