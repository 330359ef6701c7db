"""Escaped text shows exactly itself, wherever it stands, to two independent renderers."""

from __future__ import annotations

import html
import re

import cmarkgfm  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from backend_architect.document.markdown import code, code_end, escape, fence, mask, uncode, unescape
from strategies import NASTY, texts

COMMONMARK = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])

PLACES = (
    ("{}", "<p>{}</p>"),
    ("## {}", "<h2>{}</h2>"),
    ("- {}", "<ul>\n<li>{}</li>\n</ul>"),
    ("- **A-1.1 [{}]**: x <!-- key=a -->", "<ul>\n<li><strong>A-1.1 [{}]</strong>: x <!-- key=a --></li>\n</ul>"),
    ("- **{}**: x", "<ul>\n<li><strong>{}</strong>: x</li>\n</ul>"),
    ("- x — {} <!-- key=a -->", "<ul>\n<li>x — {} <!-- key=a --></li>\n</ul>"),
)
"""Where a value stands, as Markdown and as HTML."""

_LINK = re.compile(r'<a href="(?:https?://|mailto:)[^"<>]*">|</a>')
_DELIMITERS = re.compile(r"[*\[\]|]|(?<![^ ])[—→·](?![^ ])")


def shown(rendered: str) -> str:
    """The text of rendered HTML; code spans with their backticks, links that GFM makes of addresses as text."""
    return html.unescape(_LINK.sub("", rendered).replace("<code>", "`").replace("</code>", "`")).strip()


def github(markdown: str) -> str:
    return str(cmarkgfm.github_flavored_markdown_to_html(markdown, cmarkgfm.cmark.Options.CMARK_OPT_UNSAFE))


@given(st.one_of(st.text(), texts()))
def test_unescaping_undoes_escaping(text: str) -> None:
    assert unescape(escape(text)) == text


@given(texts())
def test_no_delimiter_is_left_in_an_escaped_text(text: str) -> None:
    assert not _DELIMITERS.search(mask(escape(text)))


@pytest.mark.parametrize("render", [COMMONMARK.render, github])
@pytest.mark.parametrize(("place", "expected"), PLACES)
@settings(max_examples=60)
@given(text=texts())
def test_a_text_shows_as_itself(render: object, place: str, expected: str, text: str) -> None:
    assert callable(render)
    before, after = expected.split("{}")
    rendered = _LINK.sub("", render(place.format(escape(text)))).strip()
    assert rendered.startswith(before)
    assert rendered.endswith(after)
    inner = rendered[len(before) : len(rendered) - len(after)]
    assert "<" not in inner.replace("<code>", "").replace("</code>", "")
    assert shown(inner) == text


@pytest.mark.parametrize("render", [COMMONMARK.render, github])
@settings(max_examples=60)
@given(text=texts())
def test_a_text_keeps_to_its_table_cell(render: object, text: str) -> None:
    assert callable(render)
    rendered = render(f"| a | b |\n|---|---|\n| {escape(text)} | c |\n")
    body = re.search(r"<tbody>\s*<tr>\s*<td>(.*)</td>\s*<td>c</td>\s*</tr>\s*</tbody>", rendered, re.DOTALL)
    assert body is not None
    assert shown(body[1]) == text


@pytest.mark.parametrize("render", [COMMONMARK.render, github])
@pytest.mark.parametrize("text", NASTY)
def test_each_nasty_line_shows_as_itself(render: object, text: str) -> None:
    assert callable(render)
    assert shown(render(escape(text)).strip().removeprefix("<p>").removesuffix("</p>")) == text


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("plain words, as they are: 50% of 3 (or 4)!", "plain words, as they are: 50% of 3 (or 4)!"),
        ("`SELECT 1` and snake_case, ~40 users, a < b, R&D, $5", "`SELECT 1` and snake_case, ~40 users, a < b, R&D, $5"),
        ("https://example.org/a_b?c=1&d=2, C:\\temp", "https://example.org/a_b?c=1&d=2, C:\\temp"),
        ("2026-11-20 well-known a—b x→y A·B #12 +1", "2026-11-20 well-known a—b x→y A·B #12 +1"),
        ("a — b", "a &mdash; b"),
        ("*a* _b_ [c]", "\\*a\\* \\_b\\_ \\[c\\]"),
        ("https://example.org/*", "https\\://example.org/\\*"),
        ("ftp://example.org", "ftp\\://example.org"),
        ("1. a", "1\\. a"),
        ("<b> &lt; -->", "\\<b> \\&lt; --\\>"),
        # GitHub ticks a box for a tick anywhere on its line, and takes a backslash before a sign for part of an address.
        ("see `a [x]`", "see \\`a \\[x\\]\\`"),
        ("`a[y]` `[X]`", "`a[y]` \\`\\[X\\]\\`"),
        ("https://example.org/a</b>", "https\\://example.org/a\\</b>"),
        ("https://example.org/a < 3", "https://example.org/a < 3"),
    ],
)
def test_what_needs_no_escape_has_none(text: str, markdown: str) -> None:
    assert escape(text) == markdown


@given(texts())
def test_a_code_span_holds_any_line(text: str) -> None:
    span = code(text)
    assert uncode(span) == text
    assert code_end(f"{span} — more") == len(span)
    assert mask(f"{span} — x") == "\0" * len(span) + " — x"
    assert html.unescape(COMMONMARK.render(span)) == f"<p><code>{text}</code></p>\n"


@given(st.text(alphabet="`a\n"))
def test_a_fence_is_longer_than_any_run_inside(content: str) -> None:
    assert fence(content) not in content
    assert len(fence(content)) >= 3


@given(st.text(alphabet="`\\*a —|", max_size=60))
def test_a_mask_is_as_long_as_what_it_masks(text: str) -> None:
    masked = mask(text)
    assert len(masked) == len(text)
    assert all(there in (here, "\0") for here, there in zip(text, masked, strict=True))


def test_an_unclosed_code_span_is_text() -> None:
    assert mask("a ` b ** `` c") == "a ` b ** `` c"
    assert unescape("a ` \\* b") == "a ` * b"
    assert code_end("no span") == code_end("`open") == -1


def test_entities_that_a_person_wrote_are_read() -> None:
    assert unescape("a &amp; b &#42; &nonsense; `&amp;`") == "a & b * &nonsense; `&amp;`"
