"""Regular expressions that are compiled when they are first used: a run needs half of all there are."""

from __future__ import annotations

import re
from typing import cast


def expression(source: str, flags: int = 0) -> re.Pattern[str]:
    """Return what `re.compile` would, without compiling it yet; a mistake in `source` shows at first use."""
    return cast("re.Pattern[str]", _Expression(source, flags))


class _Expression:
    def __init__(self, source: str, flags: int) -> None:
        self._source = source
        self._flags = flags

    def __getattr__(self, name: str) -> object:
        # Asked once a method: the next call finds the compiled expression's own.
        if name.startswith("__"):
            raise AttributeError(name)
        found: object = getattr(self._compiled(), name)
        setattr(self, name, found)
        return found

    def _compiled(self) -> re.Pattern[str]:
        if "_done" not in self.__dict__:
            self._done = re.compile(self._source, self._flags)
        return self._done
