"""The program's entry: `backend-architect`, or `python -m backend_architect`."""

from __future__ import annotations

import gc
import os
import sys
import warnings


def main() -> None:
    """Run the command line and exit with its status."""
    # A process that makes one plan and ends: collecting garbage while the libraries load costs
    # about a tenth of its time and frees nothing.
    gc.disable()
    if not sys.warnoptions:
        # What a library deprecates is for its users' developers, not for the reader of a plan.
        warnings.simplefilter("ignore")
    _open_standard_streams()
    try:
        from backend_architect.cli import app

        app(prog_name="backend-architect")
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        # Python looks for garbage once more as it ends; without this, that is a fifth of the run.
        gc.freeze()


def _open_standard_streams() -> None:
    # Who starts us with a stream closed wants nothing there; without this, Python has None there and
    # the next file that is opened takes the stream's number.
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115  (open for as long as the process)


if __name__ == "__main__":
    main()
