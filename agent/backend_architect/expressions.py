"""Regular expressions that are compiled when they are first used: a run needs half of all there are."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import cast

_OFTEN = 64
"""Searches after which a second, quicker form pays for its compilation."""
_LONG = 40
"""A shorter expression is as quick as the look ahead would be, characters."""
_KEPT = re.compile(r"\\.|\(\?P[<=]\w+|(?P<range>[A-Z]-|-[A-Z])|[A-Z]")
"""Where an expression has capital letters; those of escapes and of groups' names are no letters to match."""
_MARK = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[()|]")
"""Brackets and bars; escapes and sets of characters are passed over whole."""
_NUMBERED = re.compile(r"\\[1-9]|\(\?\(")

Search = Callable[..., "re.Match[str] | None"]


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
        if name == "search" and self._flags == re.IGNORECASE and len(self._source) > _LONG:
            found = self._counted(self._compiled().search)
        setattr(self, name, found)
        return found

    def _compiled(self) -> re.Pattern[str]:
        if "_done" not in self.__dict__:
            self._done = re.compile(self._source, self._flags)
        return self._done

    def _counted(self, search: Search) -> Search:
        """Return a search that makes way for the quick one once it is used often."""
        used = 0

        def counted(text: str, *bounds: int) -> re.Match[str] | None:
            nonlocal used
            used += 1
            if used == _OFTEN:
                self.__dict__["search"] = self._quick(search)
            return search(text, *bounds)

        return counted

    def _quick(self, search: Search) -> Search:
        """Return a search that looks through the text in small letters first.

        That takes a fraction of the time, and most searches find nothing. What is found there is
        searched again in the text as it stands.
        """
        source = _in_small_letters(self._source)
        if source is None:
            return search
        small = re.compile(source).search

        def quick(text: str, *bounds: int) -> re.Match[str] | None:
            # Beyond ASCII, small letters are not all that `re` takes for the same.
            if text.isascii() and not bounds and small(text.lower()) is None:
                return None
            return search(text, *bounds)

        return quick


def _in_small_letters(source: str) -> str | None:
    """Return an expression that is found in the small letters of an ASCII text whenever this one is found in the text, in any case.

    None if there is no such rewriting: for a range that ends at a capital, and where groups are told by their numbers.
    """
    plain = source.replace("A-Z", "a-z")
    if _NUMBERED.search(plain) or any(found["range"] for found in _KEPT.finditer(plain)):
        return None
    plain = _KEPT.sub(lambda found: found[0] if len(found[0]) > 1 else found[0].lower(), plain)
    # What is Chinese throughout stands in no ASCII text.
    ways = [way for way in _ways(plain) if not (way.isalpha() and min(way) > "\u2e80")]
    at_words = [way.removeprefix(r"\b") for way in ways if way.startswith(r"\b")]
    if len(at_words) > 1:
        # The start of a word is looked for once, not once for each way.
        ways = [rf"\b(?:{'|'.join(at_words)})", *(way for way in ways if not way.startswith(r"\b"))]
    return "|".join(ways) or None


def _ways(source: str) -> list[str]:
    """Return the alternatives of an expression that stand outside all groups."""
    cuts = [0]
    depth = 0
    for found in _MARK.finditer(source):
        match found[0]:
            case "(":
                depth += 1
            case ")":
                depth -= 1
            case "|" if depth == 0:
                cuts.append(found.end())
    return [source[begin : end - 1] for begin, end in zip(cuts, [*cuts[1:], len(source) + 1], strict=True)]
