"""Numbers as people write them: separators by language, number words, multipliers, Chinese numerals."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from backend_architect.expressions import expression


class Quantity(NamedTuple):
    """A number in a text."""

    number: float
    start: int
    end: int
    vague: bool = False
    """Whether it only names a magnitude: "tens of millions"."""
    spelled: bool = False
    """Whether it is written in words only."""


_COMMA_LANGUAGES = frozenset({"pt", "es", "fr", "de", "it", "nl", "pl", "sv", "da", "tr", "cs", "ro", "id", "vi", "ru", "uk", "el"})
"""Languages that write a decimal comma."""

_SMALL = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18,
    "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
    "dozen": 12,
}  # fmt: skip
# Words of other languages that are a number and hardly anything else; articles ("um", "ein") are left out.
_FOREIGN: dict[str, dict[str, float]] = {
    "pt": {"dois": 2, "duas": 2, "três": 3, "quatro": 4, "cinco": 5, "seis": 6, "sete": 7, "oito": 8, "nove": 9, "dez": 10, "vinte": 20,
           "trinta": 30, "cinquenta": 50, "cem": 100, "cento": 100, "duzentos": 200, "quinhentos": 500, "mil": 1000, "uma": 1},
    "es": {"dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8, "nueve": 9, "diez": 10, "veinte": 20,
           "treinta": 30, "cincuenta": 50, "cien": 100, "ciento": 100, "doscientos": 200, "quinientos": 500, "mil": 1000},
    "fr": {"deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8, "neuf": 9, "dix": 10, "vingt": 20,
           "trente": 30, "cinquante": 50, "cent": 100, "mille": 1000},
    "de": {"zwei": 2, "drei": 3, "vier": 4, "fünf": 5, "sechs": 6, "sieben": 7, "acht": 8, "neun": 9, "zehn": 10, "zwanzig": 20,
           "dreißig": 30, "fünfzig": 50, "hundert": 100, "tausend": 1000},
    "it": {"due": 2, "tre": 3, "quattro": 4, "cinque": 5, "sei": 6, "sette": 7, "otto": 8, "nove": 9, "dieci": 10, "venti": 20,
           "cento": 100, "mille": 1000},
}  # fmt: skip
_MULTIPLIERS: dict[str, float] = {
    "hundred": 1e2, "thousand": 1e3, "million": 1e6, "millions": 1e6, "billion": 1e9, "billions": 1e9, "trillion": 1e12,
    "lakh": 1e5, "lakhs": 1e5, "crore": 1e7, "crores": 1e7, "bn": 1e9, "mn": 1e6, "mio": 1e6, "mrd": 1e9,
    "mil": 1e3, "milhão": 1e6, "milhões": 1e6, "bilhão": 1e9, "bilhões": 1e9, "millón": 1e6, "millones": 1e6,
    "mille": 1e3, "milliard": 1e9, "milliards": 1e9, "tausend": 1e3, "millionen": 1e6, "milliarde": 1e9, "milliarden": 1e9,
    "mila": 1e3, "milione": 1e6, "milioni": 1e6, "miliardo": 1e9, "miliardi": 1e9, "miljoen": 1e6, "tys": 1e3, "mln": 1e6, "mld": 1e9,
    "тыс": 1e3, "тысяч": 1e3, "тысячи": 1e3, "млн": 1e6, "миллион": 1e6, "миллиона": 1e6, "миллионов": 1e6, "млрд": 1e9,
}  # fmt: skip
_LETTERS = {"k": 1e3, "K": 1e3, "M": 1e6, "m": 1e6, "B": 1e9, "G": 1e9}
_HAN_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "兩": 2, "几": 0}
_HAN_UNITS = {"十": 10, "百": 100, "千": 1000}
_HAN_MYRIADS = {"万": 10**4, "萬": 10**4, "億": 10**8, "亿": 10**8}
_MAGNITUDES: dict[str, float] = {
    "tens": 10, "dozens": 24, "hundreds": 100, "thousands": 1e3, "millions": 1e6, "billions": 1e9,
    "dezenas": 10, "centenas": 100, "milhares": 1e3, "milhões": 1e6, "decenas": 10, "cientos": 100, "miles": 1e3, "millones": 1e6,
}  # fmt: skip

_MULTIPLIER = "|".join(sorted(_MULTIPLIERS, key=len, reverse=True))
_WORD = "|".join(sorted(_SMALL, key=len, reverse=True))
_DIGITS = expression(
    r"(?<![0-9A-Za-z_\u00c0-\u024f.,/])(?<![^\d]-)(?<![#§])"
    r"(?P<body>\d{1,3}(?:(?P<sep>[.,'’\u00a0\u202f])\d{3})(?:(?P=sep)\d{3})*(?:[.,]\d+)?(?!\d)|\d{1,3}(?: \d{3})+(?!\d)|\d+(?:[.,]\d+)?)"
    r"(?!\d|[.,]\d|-\d)"
    r"(?:(?P<letter>[kKMmBG])(?=[\s+,.;:)/]|$|[^\x00-\x7f])|[\s-]?(?P<han>(?:[百千]?[万萬亿億]|[百千])+)"
    rf"|[\s-](?P<word>(?:{_MULTIPLIER})(?:\s+(?:{_MULTIPLIER}))?)\b\.?)?",
    re.IGNORECASE,
)
_SPELLED = expression(
    rf"\b(?P<many>tens|dozens|hundreds|thousands|dezenas|centenas|milhares|decenas|cientos|miles|millions|billions|milhões|millones)\s+(?:of"
    rf"|de)\s+(?:(?P<of>thousands|millions|billions|milhares|milhões|miles|millones)\b)?"
    rf"|\b(?P<half>half\s+a)\s+(?P<halfof>million|billion)\b"
    rf"|\b(?:(?P<article>an?|one|couple\s+of)\s+)?(?P<unit>hundred|thousand|million|billion|dozen)\b"
    rf"|\b(?P<first>{_WORD})(?:[\s-](?P<second>one|two|three|four|five|six|seven|eight|nine))?(?:[\s-](?P<times>hundred|thousand|million"
    rf"|billion)(?:\s+(?P<timestwo>thousand|million|billion))?)?\b",
    re.IGNORECASE,
)
_HAN = expression("[〇零一二三四五六七八九两兩十百千万萬亿億]{1,12}")
_FOREIGN_WORDS = {
    code: expression(rf"\b(?P<first>{'|'.join(sorted(words, key=len, reverse=True))})(?:\s+(?P<times>{_MULTIPLIER}))?\b", re.IGNORECASE)
    for code, words in _FOREIGN.items()
}
_HINT = expression(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thir|fif|twen|for|six|seven|eigh|nine|hundred|thousand|million|billion|dozen|tens)"
    r"|[一二三四五六七八九十百千万亿]",
    re.IGNORECASE,
)


def find(text: str, language: str) -> list[Quantity]:
    """Return the numbers in `text`, in order; decimal and thousands marks are read as `language` writes them."""
    if not _HINT.search(text) and language not in _FOREIGN_WORDS:
        return []
    found = [*_digits(text, language), *_spelled(text), *_foreign(text, language), *_han(text)]
    found.sort(key=lambda quantity: (quantity.start, -quantity.end))
    out: list[Quantity] = []
    for quantity in found:
        if not out or quantity.start >= out[-1].end:
            out.append(quantity)
    return out


def parse(body: str, language: str) -> float:
    """Return the value of digits with separators, such as `10.000` or `1,5`."""
    body = re.sub(r"['’\s]", "", body)
    dots, commas = body.count("."), body.count(",")
    if dots and commas:
        decimal = "." if body.rindex(".") > body.rindex(",") else ","
        return float(body.replace("," if decimal == "." else ".", "").replace(",", "."))
    mark = "." if dots else ","
    count = dots or commas
    if not count:
        return float(body)
    whole, _, rest = body.partition(mark)
    thousands = count > 1 or (len(rest) == 3 and whole.strip("0") != "" and (mark == ",") != (language in _COMMA_LANGUAGES))
    return float(body.replace(mark, "")) if thousands else float(body.replace(",", "."))


def _digits(text: str, language: str) -> Iterator[Quantity]:
    for match in _DIGITS.finditer(text):
        number = parse(match["body"], language)
        if match["letter"]:
            number *= _LETTERS.get(match["letter"], 1e9)
        elif match["word"]:
            for word in match["word"].lower().split():
                number *= _MULTIPLIERS[word]
        elif match["han"]:
            for char in match["han"]:
                number *= _HAN_UNITS.get(char) or _HAN_MYRIADS[char]
        if number <= 1e15:
            yield Quantity(number, match.start(), match.end())


def _spelled(text: str) -> Iterator[Quantity]:
    for match in _SPELLED.finditer(text):
        if many := match["many"]:
            number = _MAGNITUDES[many.lower()] * (_MAGNITUDES[match["of"].lower()] if match["of"] else 1)
            end = match.end("of") if match["of"] else match.end("many")
            yield Quantity(number, match.start(), end, vague=True, spelled=True)
        elif match["half"]:
            yield Quantity(0.5 * _MULTIPLIERS[match["halfof"].lower()], match.start(), match.end(), spelled=True)
        elif unit := match["unit"]:
            number = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "dozen": 12.0}[unit.lower()]
            yield Quantity(number, match.start(), match.end(), vague=not match["article"], spelled=True)
        else:
            number = float(_SMALL[match["first"].lower()])
            if match["second"] and number >= 20:
                number += _SMALL[match["second"].lower()]
            for group in ("times", "timestwo"):
                if match[group]:
                    number *= _MULTIPLIERS[match[group].lower()]
            yield Quantity(number, match.start(), match.end(), spelled=True)


def _foreign(text: str, language: str) -> Iterator[Quantity]:
    if (pattern := _FOREIGN_WORDS.get(language)) is None:
        return
    for match in pattern.finditer(text):
        number = _FOREIGN[language][match["first"].lower()]
        if match["times"]:
            number *= _MULTIPLIERS[match["times"].lower()]
        yield Quantity(number, match.start(), match.end(), spelled=True)


def _han(text: str) -> Iterator[Quantity]:
    for match in _HAN.finditer(text):
        # "万" after digits belongs to them; a lone digit is often part of a word ("一个", "唯一").
        number = han(match.group())
        if number is not None:
            # 百万 alone is "millions of", as 一百万 is "one million".
            vague = not any(char in _HAN_DIGITS for char in match.group()) and number >= 100
            yield Quantity(number, match.start(), match.end(), vague=vague, spelled=True)


def han(numeral: str) -> float | None:
    """Return the value of a Chinese numeral such as 三百五十 or 一千万; None if it is none."""
    total = section = digit = 0
    seen = False
    for char in numeral:
        if char in _HAN_DIGITS:
            digit = _HAN_DIGITS[char]
            seen = True
        elif char in _HAN_UNITS:
            section += (digit if digit or seen else 1) * _HAN_UNITS[char] if digit or not section else _HAN_UNITS[char]
            digit, seen = 0, True
        else:
            if not seen:
                return None
            section += digit
            total = (total + section) * _HAN_MYRIADS[char] if total == 0 else total + section * _HAN_MYRIADS[char]
            section = digit = 0
    return float(total + section + digit) if seen else None


def show(number: float) -> str:
    """Return `number` with thousands commas and no needless decimals."""
    if number == int(number):
        return f"{int(number):,}"
    return f"{number:,.2f}".rstrip("0").rstrip(".") if abs(number) >= 0.01 else f"{number:.2g}"
