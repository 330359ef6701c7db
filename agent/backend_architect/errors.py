"""The exceptions of backend-architect, each with the exit status it ends a command with.

BackendArchitectError          exit 2 unless a subclass says otherwise
├── BriefError                 the brief cannot be read: missing, binary, too large, bad front matter
├── FactError                  a fact stated outright (--set, front matter) has an unknown key or unit
├── OutputError                the plan cannot be written, or the file there is not ours
├── StandardsError             the packaged standards are damaged
└── DesignError                an architect's design refers to what is not there
"""

from __future__ import annotations


class BackendArchitectError(Exception):
    """Base of every error this program raises on purpose.

    The message is one line that names what is wrong, where, and the way out.
    """

    exit_code = 2


class BriefError(BackendArchitectError):
    """The brief cannot be read as text within the limits."""


class FactError(BackendArchitectError):
    """A fact stated outright is not one the program knows, or its value does not parse."""


class OutputError(BackendArchitectError):
    """The plan cannot be written where it was asked for."""


class StandardsError(BackendArchitectError):
    """The packaged standards do not load."""


class DesignError(BackendArchitectError):
    """A design refers to a key or a statement that does not exist."""
