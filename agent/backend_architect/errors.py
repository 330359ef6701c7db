"""The exceptions of backend-architect, each with the exit status it ends a command with.

BackendArchitectError          exit 2 unless a subclass says otherwise
├── BriefError                 the brief cannot be read: missing, binary, too large, bad front matter
├── FactError                  a fact stated outright (--set, front matter) has an unknown key or unit
├── RepositoryError            the folder given as existing code is none, or cannot be read
├── OutputError                the plan cannot be written, or the file there is not ours
├── SettingsError              a file of options cannot be read, or names an unknown one
├── StandardsError             the packaged standards are damaged
├── DesignError                an architect's design refers to what is not there
├── ModelError                 no model can be asked: unknown name, no key, nothing installed or listening
├── ReplayError                a recording holds no answer to this request, or cannot be read
└── IncompleteError            exit 3: the run ends early, and can be gone on with
    ├── ProviderError          a call to a provider failed; says whether trying again may help
    ├── AnswerError            a model's answer cannot be used: refused, withheld, cut off, not as asked
    └── BudgetError            the next call could pass the cap on money or tokens
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


class RepositoryError(BackendArchitectError):
    """The existing code cannot be shown to a model."""


class OutputError(BackendArchitectError):
    """The plan cannot be written where it was asked for."""


class SettingsError(BackendArchitectError):
    """Options in a file are not what the program knows."""


class StandardsError(BackendArchitectError):
    """The packaged standards do not load."""


class DesignError(BackendArchitectError):
    """A design refers to a key or a statement that does not exist."""


class ModelError(BackendArchitectError):
    """No model can be asked by this name, on this machine, with these keys."""


class ReplayError(BackendArchitectError):
    """A recording does not hold the answer to a request, or is damaged."""


class IncompleteError(BackendArchitectError):
    """The run ends before a plan is made; what was answered so far is kept."""

    exit_code = 3


class ProviderError(IncompleteError):
    """A call to a provider failed.

    Attributes:
        transient: Whether the same call may succeed later.
        retry_after: Seconds the provider asks to wait, if it says so.
        status: HTTP status, if there was an answer.
    """

    def __init__(self, message: str, *, transient: bool, retry_after: float | None = None, status: int | None = None) -> None:
        """Say what happened in one line, and what is known of it."""
        super().__init__(message)
        self.transient = transient
        self.retry_after = retry_after
        self.status = status


class AnswerError(IncompleteError):
    """A model's answer cannot be used, even after it was told what is wrong."""


class BudgetError(IncompleteError):
    """The next call could cost more than is left of the cap."""
