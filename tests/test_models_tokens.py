"""Token counts: exact from the shipped ranks, without a network; estimates where nothing better is known."""

from __future__ import annotations

import hashlib
import importlib
import lzma
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from backend_architect.models import tokens
from backend_architect.models.protocol import Part, Question, Turn, estimated_tokens
from backend_architect.models.tokens import Tokens, count, most_tokens, question_tokens, uses_o200k


class Yes(BaseModel):
    yes: bool = Field(description="Whether it is so.")


SCHEMA = '{"properties":{"yes":{"description":"Whether it is so.","type":"boolean"}},"required":["yes"],"type":"object"}'
QUESTION = Question(stage="s", system="Answer.", parts=(Part(text="Is water wet?"), Part(text=" ")), answer=Yes)


@pytest.fixture
def fresh() -> Iterator[None]:
    """Nothing loaded before the test, nothing of it left after."""
    tokens._encoding.cache_clear()
    tokens._counted.cache_clear()
    yield
    tokens._encoding.cache_clear()
    tokens._counted.cache_clear()


# The IDs are those of OpenAI's own tiktoken with its downloaded file.
@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("", []),
        ("hello world", [24912, 2375]),
        ("tiktoken is great!", [83, 8251, 2488, 382, 2212, 0]),
        ("<|endoftext|>", [27, 91, 419, 1440, 919, 91, 29]),
    ],
)
def test_a_text_has_the_tokens_of_o200k_base(text: str, ids: list[int]) -> None:
    encoding = tokens._encoding()
    assert encoding is not None
    assert (encoding.encode_ordinary(text), count(text)) == (ids, Tokens(len(ids), exact=True))


@given(st.text())
def test_a_count_is_the_encodings_own_and_its_tokens_spell_the_text(text: str) -> None:
    encoding = tokens._encoding()
    assert encoding is not None
    ids = encoding.encode(text, disallowed_special=())
    assert count(text) == Tokens(len(ids), exact=True)
    assert encoding.decode(ids) == text


def test_the_pattern_and_the_sum_are_those_that_tiktoken_has_itself() -> None:
    # A package of plugins, without types.
    openai_public = importlib.import_module("tiktoken_ext.openai_public")
    asked: list[tuple[str, str | None]] = []

    def load(url: str, expected_hash: str | None = None) -> dict[bytes, int]:
        asked.append((url, expected_hash))
        return {}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(openai_public, "load_tiktoken_bpe", load)
        theirs = openai_public.o200k_base()
    assert [sum for _, sum in asked] == [tokens.SHA256]
    assert (theirs["pat_str"], theirs["special_tokens"]) == (tokens._PATTERN, tokens._SPECIAL)


def test_the_file_is_the_published_one() -> None:
    data = lzma.decompress(tokens.RANKS.read_bytes())
    assert (len(data), hashlib.sha256(data).hexdigest()) == (tokens._SIZE, tokens.SHA256)
    assert tokens.SHA256 in tokens.RANKS.with_name("NOTICE.md").read_text(encoding="utf-8")


def test_counting_opens_no_connection(fresh: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refuse(*arguments: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    # Not from a copy that an earlier download left behind, either.
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    assert count("hello world") == Tokens(2, exact=True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-1000],
        lambda data: b"",
        lambda data: b"not xz",
        lambda data: lzma.compress(b"aGVsbG8= 0\n"),
        lambda data: lzma.compress(lzma.decompress(data) + b"aGVsbG8gd29ybGQ= 199998\n", preset=0),
    ],
    ids=["cut off", "empty", "other bytes", "another file", "one token more"],
)
def test_a_damaged_file_leaves_an_estimate(fresh: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, damage: object) -> None:
    damaged = tmp_path / "ranks.xz"
    assert callable(damage)
    damaged.write_bytes(damage(tokens.RANKS.read_bytes()))
    monkeypatch.setattr(tokens, "RANKS", damaged)
    assert count("hello world") == Tokens(3, exact=False)


def test_a_missing_file_and_a_missing_library_leave_an_estimate(fresh: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tokens, "RANKS", tmp_path / "none")
    assert count("grüße") == Tokens(2, exact=False)
    monkeypatch.undo()
    tokens._encoding.cache_clear()
    tokens._counted.cache_clear()
    monkeypatch.setitem(sys.modules, "tiktoken", None)
    assert count("grüße") == Tokens(2, exact=False)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a" * 1_000_000, Tokens(125_000, exact=True)),
        (" " * 1_000_000, Tokens(250_000, exact=False)),
        ("x" + "\t " * 400_000 + "x", Tokens(200_001, exact=False)),
        ("\ud800 half", Tokens(2, exact=True)),
    ],
    ids=["one letter", "blanks", "mixed blanks", "half a character"],
)
def test_what_no_writer_sends_is_counted_without_an_error(text: str, expected: Tokens, capfd: pytest.CaptureFixture[str]) -> None:
    assert count(text) == expected
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("model", "known"),
    [
        ("openai:gpt-5.2", True),
        ("openai:gpt-4o-mini", True),
        ("openai:o3", True),
        ("openai:gpt-4", False),
        ("openai:model-of-tomorrow", False),
        ("anthropic:claude-sonnet-5-5", False),
        ("http://127.0.0.1:11434/v1#gpt-5", False),
        ("rules", False),
    ],
)
def test_a_count_is_exact_for_models_known_to_read_o200k(model: str, known: bool) -> None:
    assert uses_o200k(model) is known
    assert count("hello world", model=model) == Tokens(2, exact=known)


def test_a_question_counts_all_that_is_sent() -> None:
    sent = ("Answer.", "Is water wet?", SCHEMA)
    first = question_tokens(QUESTION, "openai:gpt-5.2")
    assert first == Tokens(sum(count(text).number for text in sent) + 8, exact=True)
    again = question_tokens(QUESTION.after(Turn(answer='{"yes":1}', findings="yes: not a boolean")), "openai:gpt-5.2")
    assert again.number - first.number == count('{"yes":1}').number + count("yes: not a boolean").number + 8
    assert question_tokens(QUESTION, "anthropic:claude-sonnet-5-5") == Tokens(first.number, exact=False)


@given(st.text(max_size=200), st.sampled_from(["openai:gpt-5.2", "anthropic:claude-sonnet-5-5"]))
def test_the_most_is_more_than_the_count_and_no_more_than_the_bytes(text: str, model: str) -> None:
    question = Question(stage="s", system="", parts=(Part(text=text),), answer=Yes)
    size = len(SCHEMA.encode()) + len(text.encode()) + 8 + 500
    assert question_tokens(question, model).number < most_tokens(question, model) <= size


def test_without_ranks_the_most_is_the_bytes(fresh: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tokens, "RANKS", tmp_path / "none")
    sent = "".join(("Answer.", "Is water wet?", SCHEMA))
    assert most_tokens(QUESTION, "openai:gpt-5.2") == len(sent) + 8 + 500
    assert question_tokens(QUESTION, "openai:gpt-5.2").number == sum(map(estimated_tokens, ("Answer.", "Is water wet?", SCHEMA))) + 8


def test_tokens_add_up_and_say_what_is_an_estimate() -> None:
    exact, estimate = Tokens(1200, exact=True), Tokens(34, exact=False)
    assert (str(exact), str(estimate), str(exact + estimate)) == ("1,200", "≈34", "≈1,234")
    assert exact + exact == Tokens(2400, exact=True)
