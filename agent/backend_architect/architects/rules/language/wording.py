"""Phrases that all decisions share: lists, counts, sizes, rates, and quotations of the brief."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from functools import lru_cache

from backend_architect.design import Engine
from backend_architect.expressions import expression
from backend_architect.text import Cites

ENGINE_NAMES: dict[Engine, str] = {
    "postgresql": "PostgreSQL",
    "mysql": "MySQL",
    "sqlite": "SQLite",
    "mongodb": "MongoDB",
    "cosmosdb": "Azure Cosmos DB",
    "dynamodb": "Amazon DynamoDB",
    "redis": "Redis",
    "object-store": "object storage",
    "memory": "memory of the process",
    "browser": "browser storage",
    "none": "no store",
}

_NUMBER_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_ASIDE = re.compile(r"\s*\((?:e\.g\.|i\.e\.)[^)]*\)")
_VOWEL = re.compile(r"(?i:(?!use|usa|usu|uni|uti|eu|one\b|once)[aeiou]|hour|honest)|[FHLMNRSX](?=[A-Z])")
"""How a word begins that is spoken with a vowel: `update`, `hour`, `SMS`; not `user`."""
_IRREGULAR = {
    "everybody": "everybody", "everyone": "everyone", "anybody": "anybody", "anyone": "anyone", "shelf": "shelves", "half": "halves", "leaf": "leaves", "knife": "knives", "life": "lives", "loaf": "loaves", "thief": "thieves", "wolf": "wolves", "calf": "calves",
    "person": "people", "child": "children", "man": "men", "woman": "women", "mouse": "mice", "analysis": "analyses", "diagnosis": "diagnoses", "basis": "bases", "criterion": "criteria",
}  # fmt: skip
_PARTICLE = expression(r"(?<=[a-z])_(in|up|off|out)(?=_|s?$)")
_PARTICLE_END = expression(r"-(?:in|up|off|out)(?![a-z])")
"""Nouns made of a verb and its particle: a walk-in, a set-up."""
_SLUG = re.compile(r"[^a-z0-9]+")


def listing(items: Iterable[str], *, most: int = 4, last: str = "and") -> str:
    """Return the items as prose: `a, b and c`; what is over `most` is counted, not named."""
    found = list(dict.fromkeys(items))
    if len(found) > most + 1:
        found = [*found[:most], f"{count(len(found) - most)} more"]
    if len(found) < 2:
        return "".join(found)
    return f"{', '.join(found[:-1])} {last} {found[-1]}"


def count(number: int) -> str:
    """Return a small number as a word: `three`; larger ones as figures."""
    return _NUMBER_WORDS[number] if 0 <= number < len(_NUMBER_WORDS) else f"{number:,}"


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: `one table`, `three tables`."""
    return f"{count(number)} {noun if number == 1 else plural(noun)}"


def plural(noun: str) -> str:
    """Return the plural of an English noun, as words."""
    words = spaced(noun)
    head, _, last = words.rpartition(" ")
    if last in _IRREGULAR:
        return f"{head} {_IRREGULAR[last]}".strip()
    if words.endswith("y") and words[-2:-1] not in ("a", "e", "i", "o", "u", ""):
        return f"{words[:-1]}ies"
    if words.endswith(("s", "x", "z", "ch", "sh")):
        return words if words.endswith(("series", "status", "data", "news")) or (words.endswith("s") and not words.endswith("ss")) else f"{words}es"
    if words.endswith(("data", "information", "feedback", "content", "staff", "people")):
        return words
    return f"{words}s"


@lru_cache(maxsize=4096)
def spaced(name: str) -> str:
    """Return an identifier as words: `line_items` is `line items`, `walk_in` is `walk-in`."""
    if "_" not in name and "-" not in name:
        return name.strip()
    name = _PARTICLE.sub(r"-\1", name)
    if _PARTICLE_END.search(name):
        return name.replace("_", " ").strip()
    return name.replace("_", " ").replace("-", " ").strip()


def headed(text: str) -> str:
    """Return the text with a capital first letter."""
    return text[:1].upper() + text[1:]


def lowered(text: str) -> str:
    """Return the text to go on within a sentence; abbreviations keep their capitals."""
    return text if text[:2].isupper() else text[:1].lower() + text[1:]


def article(noun: str) -> str:
    """Return the noun with its indefinite article."""
    return f"{'an' if _VOWEL.match(noun) else 'a'} {noun}"


def figure(number: float) -> str:
    """Return a number as people write it: `40`, `0.4`, `40,000`, `1.27`."""
    if number == 0:
        return "0"
    if abs(number) >= 100:
        return f"{round(number):,}"
    text = f"{number:.2g}" if abs(number) < 1 else f"{number:.3g}"
    return f"{float(text):.10f}".rstrip("0").rstrip(".")


def rounded(number: float) -> float:
    """Return the number with two significant digits, for what is only reckoned."""
    if number <= 0:
        return 0.0
    unit = 10.0 ** (math.floor(math.log10(number)) - 1)
    return round(number / unit) * unit


def volume(size: float) -> str:
    """Return bytes with a decimal unit: `1.27 KB`, `160 GB`."""
    for unit, scale in (("PB", 1e15), ("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("KB", 1e3)):
        if size >= scale:
            return f"{figure(size / scale)} {unit}"
    return f"{figure(size)} bytes"


def per_second(rate: float, noun: str) -> str:
    """Return a rate: `40 reads/s`."""
    return f"{figure(rounded(rate))} {noun}/s"


def clipped(text: str, most: int = 110) -> str:
    """Return the text within `most` characters, cut between words."""
    short = _ASIDE.sub("", text).replace("\n", " ").strip().rstrip(".,;:")
    if len(short) <= most:
        return short
    cut = short[: most - 1]
    kept = cut[: cut.rfind(" ")] if " " in cut[most // 2 :] else cut
    return f"{kept.rstrip(',;:')}…{chr(34) if kept.count(chr(34)) % 2 else ''}"


def quoted(text: str, most: int = 110) -> str:
    """Return the brief's words in quotation marks, cut to length."""
    return f'"{clipped(text, most).replace(chr(34), chr(39))}"'


def slug(text: str, most: int = 40) -> str:
    """Return the text as part of a key; never empty, so that names in other scripts have one too."""
    made = _SLUG.sub("-", text.lower()).strip("-")[:most].strip("-")
    return made or "x" + "-".join(f"{ord(char):x}" for char in text[:6])


def cites(*groups: Iterable[int], most: int = 12) -> Cites:
    """Return the statement numbers of all groups, ascending, each once; the first `most` named win."""
    numbers = list(dict.fromkeys(number for group in groups for number in group))
    return tuple(sorted(numbers[:most]))


def sentences(*parts: str) -> str:
    """Return the non-empty parts as sentences in one line."""
    return " ".join(part if part.endswith((".", "!", "?", '."', '!"', '?"', "…", '…"')) else f"{part}." for part in (p.strip() for p in parts) if part)
