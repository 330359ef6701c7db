"""The document's laws: a plan reads back whole, a file is never lost and never breaks the reader."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from backend_architect.document import is_ours, parse, render
from backend_architect.plan import Plan
from lending_plan import PLAN
from strategies import NASTY, contents, plans

QUICK = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
MARKDOWN = render(PLAN)
MARK = re.compile(r"<!--(?:key=[a-z0-9-]+|(?:[a-z0-9-]+ )?[0-9a-f]{4}(?: at=[0-9]+)?(?: eol=none)?)-->")


def whole(text: str) -> bool:
    """Whether the segments are the text, and each says truly where it begins."""
    found = parse(text).segments
    line = 1
    for segment in found:
        if segment.first_line != line or not segment.text:
            return False
        line += segment.text.replace("\r\n", "\n").replace("\r", "\n").count("\n")
    return "".join(segment.text for segment in found) == text


@settings(QUICK, max_examples=60)
@given(plans())
def test_a_plan_reads_back_whole(plan: Plan) -> None:
    text = render(plan)
    document = parse(text)
    assert document.problems == ()
    assert document.plan == plan
    assert is_ours(text)
    assert whole(text)
    assert not any(segment.kind == "unknown" or segment.edited for segment in document.segments)


@settings(QUICK, max_examples=25)
@given(plans())
def test_no_value_becomes_a_heading_or_markup(plan: Plan) -> None:
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(render(plan).partition("\n---\n")[2])
    inline = [child for token in tokens for child in token.children or ()]
    assert not [child.content for child in inline if child.type == "html_inline" and not MARK.fullmatch(child.content)]
    assert not [token for token in tokens if token.type == "html_block"]
    assert {child.type for child in inline} <= {"text", "strong_open", "strong_close", "code_inline", "html_inline", "softbreak"}


@settings(QUICK, max_examples=150)
@given(st.lists(st.one_of(st.sampled_from(NASTY), contents(), st.text()), max_size=6).map("\n".join))
def test_any_text_is_kept_byte_for_byte(text: str) -> None:
    assert whole(text)


@settings(QUICK, max_examples=100)
@given(st.lists(st.one_of(st.sampled_from(MARKDOWN.splitlines()), st.sampled_from(NASTY), contents()), max_size=12).map("\n".join))
def test_any_text_under_our_front_matter_is_kept(text: str) -> None:
    front = MARKDOWN[: MARKDOWN.index("# TODO")]
    document = parse(front + text)
    assert whole(front + text)
    assert document.plan is None
    assert document.problems


@settings(QUICK, max_examples=80)
@given(st.randoms(use_true_random=False), st.text(max_size=5))
def test_a_mangled_plan_is_kept_and_never_passed_off_as_whole(chance: random.Random, noise: str) -> None:
    # Lines one by one, or whole elements, headings and tables.
    whole_segments = chance.random() < 0.5
    lines = [segment.text for segment in parse(MARKDOWN).segments] if whole_segments else MARKDOWN.split("\n")
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(lines))
        match chance.randrange(5):
            case 0:
                del lines[at]
            case 1:
                lines.insert(at, chance.choice(lines))
            case 2:
                lines[at] = lines[at][: chance.randrange(len(lines[at]) + 1)]
            case 3:
                cut = chance.randrange(len(lines[at]) + 1)
                lines[at] = lines[at][:cut] + noise + lines[at][cut:]
            case _:
                other = chance.randrange(len(lines))
                lines[at], lines[other] = lines[other], lines[at]
    text = ("" if whole_segments else "\n").join(lines)
    document = parse(text)
    assert whole(text)
    # What is read is a plan again: what it says can be written and read.
    assert document.plan is None or parse(render(document.plan)).plan == document.plan
    assert document.plan is not None or not is_ours(text) or document.problems


@pytest.mark.parametrize(
    "text",
    [
        "```" * 40_000,
        "` `` " * 20_000,
        "- " * 60_000,
        "# " * 60_000,
        "#" + " " * 100_000 + "x",
        "<!-- key=a " * 20_000,
        "**A-1" + "1" * 100_000,
        "| " * 60_000,
        MARKDOWN + "- [ ] **REQ-1.99**: " + "`a` — **x**: · **" * 8_000 + " <!--key=z fp=0-->",
        MARKDOWN.replace("REQ-1.1\n", "REQ-1.1, " * 20_000 + "\n", 1),
        MARKDOWN.replace("S3 (L6)", "S3 (L6), " * 20_000, 1),
        MARKDOWN.replace("1-2, 8, 13", "1-999999999999", 1),
        MARKDOWN.replace("text(1..80)", "text(1.." + "9" * 100_000 + ")", 1),
    ],
    ids=lambda text: text[-12:],
)
def test_a_hostile_file_is_read_in_linear_time(text: str) -> None:
    # Quadratic reading of 100 KB takes minutes: the test's end is its assertion.
    assert whole(text)
