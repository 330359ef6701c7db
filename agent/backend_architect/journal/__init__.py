"""The journal: every answered call on disk before anything uses it, so that it is never paid for twice."""

from backend_architect.journal.file import Journal, Run, default_path
from backend_architect.journal.journaled import Journaled

__all__ = ["Journal", "Journaled", "Run", "default_path"]
