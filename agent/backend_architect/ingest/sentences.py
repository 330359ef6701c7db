"""Where sentences end, in the writing systems that briefs come in."""

from __future__ import annotations

import re

from backend_architect.ingest.vocabulary import words

_END = re.compile(r"(?<![.!?])[.!?]+[\"'”’»)\]]*(?=\s)|[。！？]+[”’」』）)]*|…(?=\s)")
_CODE_SPAN = re.compile(r"(?<!`)(`{1,3})(?!`)[^`]{1,2000}?(?<!`)\1(?!`)")
_INITIALS = re.compile(r"(?:[^\W\d_]\.)*[^\W\d_]")
_MONTH = re.compile(r"(?:Jan|Feb|Mär|Mar|Apr|Mai|Maj|Jun|Jul|Aug|Sep|Okt|Oct|Nov|Dez|Dec)[^\W\d_]*\b")
_OPENING = "\"'“‘«([{*_`-–—"

# Never the last word of a sentence.
_ABBREVIATIONS = words(
    "e.g eg i.e ie cf vs approx incl excl resp viz mr mrs ms dr prof sr sra jr st gen col rev hon dept est inc ltd corp co z.b d.h u.a "
    "bzw ca evtl ggf inkl bspw p.ex p.ej ej ex exmo av tel jan feb mar apr jun jul aug sep sept oct nov dec max min"
)
# What a single letter names, so that a sentence may end after it.
_LETTERED = words("plan plano option opção opción part parte appendix class group team type variant phase step table exhibit grade tier schema room zone")
# An abbreviation only when a number follows: "Sec. 1.02", but "in 10 sec. Then".
_NUMBERED = words("sec sect no nos fig figs art arts ch chap p pp vol eq nr núm num pág pag ver rev app par para tab §")


def spans(text: str) -> list[tuple[int, int]]:
    """Return the (start, end) of each sentence of `text`, white space trimmed, in order.

    Together they hold every character of `text` that is not white space.
    """
    code = [match.span() for match in _CODE_SPAN.finditer(text)] if "`" in text else []
    found: list[tuple[int, int]] = []
    start = 0
    for match in _END.finditer(text):
        if any(low <= match.start() < high for low, high in code):
            continue
        if match.start() >= start and _ends(text, start, match):
            found.append((start, match.end()))
            start = match.end()
    found.append((start, len(text)))
    return [trimmed for span in found if (trimmed := _trim(text, *span)) is not None]


def split(text: str) -> list[str]:
    """Return the sentences of `text`."""
    return [text[start:end] for start, end in spans(text)]


def _trim(text: str, start: int, end: int) -> tuple[int, int] | None:
    part = text[start:end]
    stripped = part.strip()
    if not stripped:
        return None
    begin = start + len(part) - len(part.lstrip())
    return begin, begin + len(stripped)


def _ends(text: str, start: int, match: re.Match[str]) -> bool:
    mark = match.group()
    if mark[0] in "。！？":
        return True
    if match.start() == start or text[match.start() - 1].isspace():
        return False
    rest = text[match.end() : match.end() + 40].lstrip()
    after = rest.lstrip(_OPENING)
    if not rest or (after and after[0].islower()):
        return False
    if mark[0] != "." or mark.startswith(".."):
        return True
    before = text[max(start, match.start() - 40) : match.start()].split()
    word = before[-1].lstrip("\"'“‘([{").lower()
    if word in _ABBREVIATIONS:
        return False
    # "J. Smith" and "U.S. law" run on; "plan B. The plan" does not.
    if _INITIALS.fullmatch(word) and not (len(word) == 1 and len(before) > 1 and before[-2].lower() in _LETTERED):
        return False
    if word in _NUMBERED and after[:1].isdigit():
        return False
    # "20. Juni"
    if word.isdigit() and len(word) <= 2 and _MONTH.match(after):
        return False
    # "1. First do this": an enumerator, not a sentence.
    return not (word.isdigit() and text[start : match.start()].strip() == word)
