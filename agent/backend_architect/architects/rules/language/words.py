"""Nouns as names: singular, plural, snake_case, camelCase, kebab-case."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import inflection

from backend_architect.expressions import expression


def word_set(text: str) -> frozenset[str]:
    """Return the words of a text as a set."""
    return frozenset(text.split())


_BREAK = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[^A-Za-z0-9]+")
_UNCHANGED = word_set(
    """
    status address access analysis basis news series species data media metadata feedback information inventory stock equipment staff
    diagnosis progress business process process_id bus gas lens alias campus corpus virus bonus focus census canvas atlas class glass pass
    loss boss address_id
    """
)
_PARTICLE = expression(r"(?<=[a-z])_(in|up|off|out)(?=_|s?$)")
"""The particle of a noun made of a verb: a walk-in, a set-up."""
_EVERYBODY = frozenset({"everybody", "everyone", "anybody", "anyone", "people"})
"""Words for all of them, which have no plural."""
_SINGULAR_S = ("ss", "us", "is", "as")


@lru_cache(maxsize=4096)
def snake(text: str) -> str:
    """Return a name as snake_case ASCII: `tagList` and `Tag list` become `tag_list`; empty if nothing is left."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode() if not text.isascii() else text
    parts = [part for part in _BREAK.split(plain.replace("'", "")) if part]
    name = "_".join(parts).lower()
    if name and name[0].isdigit():
        name = f"n_{name}"
    return name[:60].rstrip("_")


def camel(name: str) -> str:
    """Return a snake_case name as camelCase: `due_date` becomes `dueDate`."""
    head, *tail = name.split("_")
    return head + "".join(part[:1].upper() + part[1:] for part in tail)


def kebab(name: str) -> str:
    """Return a snake_case name as kebab-case."""
    return name.replace("_", "-")


@lru_cache(maxsize=4096)
def singular(name: str) -> str:
    """Return the singular of a snake_case name; only its last word changes."""
    head, _, last = name.rpartition("_")
    if (
        last in _UNCHANGED
        or len(last) < 3
        or (not last.endswith("s") and last not in ("people", "children", "men", "women", "criteria", "mice"))
        or (last.endswith(_SINGULAR_S) and not last.endswith(("ases", "uses")))
    ):
        one = last
    else:
        one = inflection.singularize(last)
    return f"{head}_{one}" if head else one


@lru_cache(maxsize=4096)
def plural(name: str) -> str:
    """Return the plural of a snake_case name; only its last word changes."""
    head, _, last = name.rpartition("_")
    if not last:
        return name
    many = (
        last
        if last in _EVERYBODY
        else "statuses"
        if last == "status"
        else last
        if last in ("data", "media", "metadata", "feedback", "information", "inventory", "staff", "news", "equipment")
        else inflection.pluralize(singular(last))
    )
    return f"{head}_{many}" if head else many


def words(name: str) -> str:
    """Return a snake_case name as plain words."""
    name = _PARTICLE.sub(r"-\1", name).replace("_", " ") if "_" in name else name
    return name.replace("todo", "to-do")


def an(word: str) -> str:
    """Return a word with its indefinite article."""
    lower = word.lower()
    vowel = (
        (lower[:1] in "aeiou" and not lower.startswith(("use", "usu", "uti", "uni", "eu", "one", "once")))
        or lower.startswith(("hour", "honest", "heir"))
        or (word[:1] in "FHLMNRSX" and word[1:2].isupper())
    )
    return f"{'an' if vowel else 'a'} {word}"
