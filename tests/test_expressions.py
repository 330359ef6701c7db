"""Expressions give what `re` gives, however often they are used."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend_architect.architects.rules.language import lexicon
from backend_architect.expressions import expression

SOURCES = (
    r"\bout of scope\b|\bnot (?:in|part of) (?:the )?scope|\bdo(?: not|n't) build\b|不在范围|nicht teil",
    r"\b\d[\d.,]{0,20}k? ?(?:EUR|USD|euros?)\b|[€$£] ?\d|\bno more than\b|\beither\b.{2,60}\bor\b",
    r"^(?:we|i) (?:run|own) \w+|\b(?P<Noun>[A-Za-z]+)(?:'s)? code\b|[|()]x+|\(\?P<no>|[^]a|]{2}z$",
    r"\b(\w+) and \1\b|this is a way with a group that is told by its number",
    r"[!-Z]{3}|a range of characters that ends at a capital letter, as nobody writes it",
)
WORDS = [
    "out",
    "of",
    "scope",
    "Not",
    "in",
    "part",
    "OF",
    "the",
    "Scope",
    "build",
    "don't",
    "12",
    "12,5",
    "EUR",
    "eur",
    "$",
    "5",
    "no",
    "more",
    "than",
    "Either",
    "a",
    "or",
    "b",
    "We",
    "run",
    "I",
    "own",
    "Noun's",
    "code",
    "cab",
    "|x",
    "(x",
    "]]",
    "az",
    "and",
    "range",
    "K",
    "ſ",
    "İ",
    "不在范围",
    "!Z-",
    "\n",
]


@pytest.mark.parametrize("source", SOURCES)
@given(words=st.lists(st.sampled_from(WORDS), max_size=8), glue=st.sampled_from((" ", "", ", ")))
def test_a_search_finds_the_same_when_the_expression_is_used_often(source: str, words: list[str], glue: str) -> None:
    often, plain = expression(source, re.IGNORECASE), re.compile(source, re.IGNORECASE)
    for _ in range(100):
        often.search("nothing of the kind")
    text = glue.join(words)
    found, expected = often.search(text), plain.search(text)
    assert (found and (found.span(), found.groupdict())) == (expected and (expected.span(), expected.groupdict()))
    assert bool(often.search(text, 2)) == bool(plain.search(text, 2))


@pytest.mark.parametrize(
    "text",
    [
        "The site MUST be Hosted in the EU for 500 EUR.",
        "Nobody says anything.",
        "OUT OF SCOPE: payments",
        "Import FROM the legacy System",
        "P95 latency under 5 ms",
        "99.9 % uptime",
    ],
)
@pytest.mark.parametrize("name", ["MODAL", "STRONG_MODAL", "NEGATED", "LATER", "QUALITY", "CONSTRAINT", "INTEGRATION"])
def test_the_words_of_the_rules_are_found_in_any_case(name: str, text: str) -> None:
    known: re.Pattern[str] = getattr(lexicon, name)
    for _ in range(100):
        known.search("nothing of the kind")
    assert (known.search(text) is None) == (re.compile(known.pattern, known.flags).search(text) is None)
