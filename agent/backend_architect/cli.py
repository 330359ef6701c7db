"""The command line: stdout carries data, stderr people."""

# Imported for every `--help`: nothing here may import what only a run needs.
from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from backend_architect import __version__
from backend_architect.errors import BackendArchitectError, FactError, OutputError

if TYPE_CHECKING:
    from backend_architect.runs import Outcome

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
def _common(version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")] = False) -> None:
    pass


@app.command()
def plan(
    brief: Annotated[str, typer.Argument(metavar="BRIEF", help="The brief: Markdown or plain text in UTF-8; - reads standard input.")],
    output: Annotated[str, typer.Option("-o", "--output", metavar="DIR|-", help="Folder for TODO_backend-architect.md; - prints the plan.")] = ".",
    stated: Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="State a fact outright, such as users=100. Repeatable.")] = None,
    model: Annotated[str, typer.Option("--model", metavar="NAME", help="Who designs: rules, the built-in architect.")] = "rules",
    as_json: Annotated[bool, typer.Option("--json", help="Print a summary as JSON.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is not a plan, or one edited by hand.")] = False,
) -> None:
    """Write TODO_backend-architect.md for a brief."""
    with _reported():
        options = [_fact(item) for item in stated or ()]
        if model != "rules":
            raise BackendArchitectError(f"unknown model {model[:80]!r}: this version has the built-in architect only: leave --model out, or give 'rules'")
        if output == "-" and as_json:
            raise OutputError("-o - and --json both print to standard output: choose one")
        outcome = _planned(brief, output=output, options=options, force=force)
        if output == "-":
            _print(outcome.markdown)
        elif as_json:
            import json

            from backend_architect.summary import data

            _print(json.dumps(data(outcome), ensure_ascii=False, indent=2) + "\n")


@app.command()
def graph() -> None:
    """Print the pipeline as a Mermaid diagram."""
    with _reported():
        from backend_architect.graph import build_graph

        _print(build_graph().get_graph().draw_mermaid())


def _planned(brief: str, *, output: str, options: list[tuple[str, str]], force: bool) -> Outcome:
    from pathlib import Path

    from backend_architect.progress import shown
    from backend_architect.runs import plan_brief
    from backend_architect.summary import lines

    folder = None if output == "-" else Path(output)
    with shown(sys.stderr) as progress:
        outcome = plan_brief(brief, folder=folder, stdin=sys.stdin.buffer, options=options, progress=progress, force=force)
    for line in lines(outcome):
        print(line, file=sys.stderr)
    return outcome


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
