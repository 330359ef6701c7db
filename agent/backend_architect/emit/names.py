"""Names in the emitted artifacts: case, singular, uniqueness, and labels cut to length."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable

_WORD = re.compile(r"[A-Za-z0-9]+")
_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SECRET = frozenset({"password", "passwd", "pwd", "passphrase", "secret", "salt", "otp", "totp", "cvv", "cvc", "credential", "credentials"})
_HASHED = frozenset({"token", "key", "pass", "code", "pin", "session", "recovery", "auth"})
_PRIVATE_TOKEN = frozenset({"access", "refresh", "reset", "session", "auth", "verification", "csrf", "api"})
_PRIVATE_KEY = frozenset({"private", "api", "signing", "encryption", "master"})


def words(name: str) -> tuple[str, ...]:
    """Return the words of a name in any case style: `createdAt`, `created_at`, `created-at`."""
    return tuple(part for word in _WORD.findall(name) for part in _HUMPS.split(word))


def camel(name: str) -> str:
    """Return a name in camelCase, the way members are named in JSON; a name without words stays."""
    first, *rest = words(name) or ("",)
    if not first:
        return name
    return (first.lower() if first.isupper() else first[0].lower() + first[1:]) + "".join(_capital(word) for word in rest)


def pascal(name: str) -> str:
    """Return a name in PascalCase, the way schemas are named."""
    return "".join(_capital(word) for word in words(name)) or name


def _capital(word: str) -> str:
    return word[0].upper() + (word[1:].lower() if word.isupper() else word[1:])


def singular(name: str) -> str:
    """Return a plural snake_case name with its last word in the singular."""
    import inflection

    head, _, last = name.rpartition("_")
    return f"{head}_{inflection.singularize(last)}" if head else inflection.singularize(last)


def unique(wanted: Iterable[str]) -> tuple[str, ...]:
    """Return the names in order, each made unique (case folded) by a number behind it."""
    taken: set[str] = set()
    found: list[str] = []
    for name in wanted:
        candidate, number = name, 1
        while candidate.casefold() in taken:
            number += 1
            candidate = f"{name}{number}"
        taken.add(candidate.casefold())
        found.append(candidate)
    return tuple(found)


def limited(name: str, limit: int = 63) -> str:
    """Return an identifier of at most `limit` characters; a cut one ends in a digest of the whole."""
    return name if len(name) <= limit else f"{name[: limit - 9]}_{digest(name)}"


def digest(text: str) -> str:
    """Return eight hex digits that stand for the text."""
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def is_secret(name: str) -> bool:
    """Return whether a column of this name holds something that no answer may carry.

    Password material always; a hash or digest only of something that lets a person in, so that
    `content_hash` stays public; tokens and keys only where the name says what they open.
    """
    said = {word.lower() for word in words(name)}
    return bool(
        said & _SECRET
        or (said & {"hash", "digest", "hashed"} and said & _HASHED)
        or ("token" in said and said & _PRIVATE_TOKEN)
        or ("key" in said and said & _PRIVATE_KEY)
    )


def cut(text: str, limit: int) -> str:
    """Return the text, or its beginning up to a word's end with an ellipsis, in at most `limit` characters."""
    if len(text) <= limit:
        return text
    end = limit - 1
    space = text.rfind(" ", 0, end + 1)
    if space >= limit // 2:
        end = space
    else:
        # No word ends in reach (or the script writes none): never part a letter from its marks.
        while end > 1 and unicodedata.combining(text[end]):
            end -= 1
    return text[:end].rstrip(" ,;:.\u2013\u2014-(") + "…"


def sentence(text: str, limit: int) -> str:
    """Return the text if it is short enough, else its first sentence cut to `limit`."""
    if len(text) <= limit:
        return text
    head, stop, _ = text.partition(". ")
    return cut(head + stop.rstrip(), limit)
