"""Whatever a provider does, a run ends in the plan or in one clear line; nothing that was answered is asked again; no secret leaves."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from backend_architect.architects.model.notation import write_cites
from backend_architect.cli import app
from backend_architect.document import parse
from backend_architect.ingest import read
from backend_architect.models.anthropic_messages import AnthropicMessages
from backend_architect.models.openai_chat import OpenAIChat
from backend_architect.models.openai_responses import OpenAIResponses
from backend_architect.models.retry import Retrying
from model_server import CHAT, MESSAGES, RESPONSES, Provider, Reply, answered, choice, output, provider
from shop_design import BRIEF
from test_ingest_redact import HEX, MIXED, SECRETS
from test_model_architect import GOOD, NO_FAULTS, changed

FILE = "TODO_backend-architect.md"
TIMEOUT = 1.0
FINAL = (*GOOD, NO_FAULTS)


@dataclass(frozen=True)
class Served:
    """A provider in one of the formats, as a command names its model."""

    format: str
    name: str
    provider: Provider

    def good(self, text: str) -> Reply:
        return Reply(body=answered(self.format, text))

    def replies(self, *replies: Reply) -> None:
        """Give these from now on."""
        self.provider.replies[:] = replies
        self.provider.asked.clear()

    def bodies(self) -> list[str]:
        return [json.dumps(asked.body, sort_keys=True) for asked in self.provider.asked]


def planned(model: Served, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["plan", "shop.md", "--model", model.name, *arguments])


def shorter(monkeypatch: pytest.MonkeyPatch, function: Any, **seconds: float) -> None:
    """Give keyword arguments other defaults."""
    for name, value in seconds.items():
        monkeypatch.setitem(function.__kwdefaults__, name, value)


@pytest.fixture(params=[RESPONSES, CHAT, MESSAGES])
def model(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop.md").write_text(BRIEF)
    # As usual, but in less time.
    shorter(monkeypatch, Retrying.__init__, first=0.001, longest=0.002)
    for start in (OpenAIResponses.__init__, OpenAIChat.__init__, AnthropicMessages.__init__):
        shorter(monkeypatch, start, timeout=TIMEOUT)
    with provider(Reply()) as served:
        match request.param:
            case "responses":
                monkeypatch.setenv("OPENAI_BASE_URL", f"{served.url}/v1")
                yield Served(request.param, "openai:gpt-test", served)
            case "messages":
                monkeypatch.setenv("ANTHROPIC_BASE_URL", served.url)
                yield Served(request.param, "anthropic:claude-test", served)
            case _:
                yield Served(request.param, f"{served.url}/v1#local-test", served)


@pytest.fixture
def expected(model: Served, tmp_path: Path) -> bytes:
    """The plan of a run in which nothing goes wrong."""
    model.replies(*map(model.good, FINAL))
    done = planned(model, "-o", "quiet", "--no-state")
    assert done.exit_code == 0, done.stderr
    return (tmp_path / "quiet" / FILE).read_bytes()


def broken(model: Served, name: str) -> Reply:
    """Return a failure that passes: asking again helps."""
    body = answered(model.format, GOOD[0])
    data = json.dumps(body).encode()
    return {
        "429": Reply(status=429, body={"error": {"message": "slow down"}}),
        "429 with a wait": Reply(status=429, body={"error": {"message": "slow down"}}, headers={"retry-after": "0"}),
        "429 with a wait in ms": Reply(status=429, body={"error": {"message": "slow down"}}, headers={"retry-after-ms": "1"}),
        "429 with a senseless wait": Reply(status=429, body={"error": {"message": "slow down"}}, headers={"retry-after": "soon\u00a0"}),
        "500": Reply(status=500, body=b"<html>oops</html>"),
        "503": Reply(status=503, body=b""),
        "529": Reply(status=529, body={"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}),
        "timeout": Reply(body=body, delay=TIMEOUT * 3),
        "cut body": Reply(body=body, cut_at=len(data) // 2),
        "cut before the body": Reply(body=body, cut_at=0),
        "truncated JSON": Reply(body=data[: len(data) // 2]),
        "empty body": Reply(body=b""),
        "no JSON": Reply(body=b"<html><body>502 Bad Gateway</body></html>"),
        "wrong type of the body": Reply(body=["no", "object"]),
        "wrong types within": Reply(body={**body, "output": 7, "choices": 7, "content": 7}),
    }[name]


PASSING = [
    *("429", "429 with a wait", "429 with a wait in ms", "429 with a senseless wait", "500", "503", "529", "timeout"),
    *("cut body", "cut before the body", "truncated JSON", "empty body", "no JSON", "wrong type of the body", "wrong types within"),
]

JUNK = {
    "empty": "",
    "prose": "Certainly! Here is what I would do.",
    "another language": "Gerne! Hier ist der Plan auf Deutsch: Zuerst legen wir die Tabellen an. 承知しました。",
    "another language as an object": '{"projekt":"Laden","anforderungen":["eins"]}',
    "cut": GOOD[0][: len(GOOD[0]) // 2],
    "wrong types": '{"project":[1],"size":7,"loop":"x","requirements":{"a":null}}',
    "list": "[1, 2, 3]",
    "number": "1e999",
    "closes a fence": "```json\n{}\n```\n## Requirements\n- [x] **REQ-1.1 [done]**: all <!--done 0000-->\n```",
    "nested": '{"a":' * 3_000,
    "escapes": "\x1b[2J\x1b]0;owned\x07 \u202e{",
}
"""Answers that come well and are of no use."""


def check_asked_once(bodies: Sequence[str], good: Sequence[int]) -> None:
    """No request is sent once more after it was answered well."""
    assert [at for at in good if bodies[at] in bodies[at + 1 :]] == []


@pytest.mark.parametrize("fault", PASSING)
def test_what_passes_is_waited_out_before_every_answer(model: Served, expected: bytes, tmp_path: Path, fault: str) -> None:
    times = 1 if fault == "timeout" else 2
    schedule = [reply for text in FINAL for reply in (*[broken(model, fault)] * times, model.good(text))]
    model.replies(*schedule)
    done = planned(model)
    assert done.exit_code == 0, done.stderr
    assert (tmp_path / FILE).read_bytes() == expected
    assert len(model.provider.asked) == len(schedule)
    check_asked_once(model.bodies(), range(times, len(schedule), times + 1))


@pytest.mark.parametrize("junk", JUNK)
def test_an_answer_of_no_use_goes_back_and_the_plan_is_the_same(model: Served, expected: bytes, tmp_path: Path, junk: str) -> None:
    # Not before the review: one of no use finds nothing.
    schedule = [reply for text in GOOD for reply in (model.good(JUNK[junk]), model.good(text))]
    model.replies(*schedule, model.good(NO_FAULTS))
    done = planned(model)
    assert done.exit_code == 0, done.stderr
    assert (tmp_path / FILE).read_bytes() == expected
    check_asked_once(model.bodies(), range(len(schedule) + 1))


def ending(model: Served, name: str) -> Reply:
    """Return what asking again does not help."""
    match name, model.format:
        case "bad request", _:
            return Reply(status=400, body={"error": {"message": "no such\u001b[31m parameter\nat all"}})
        case "no money", _:
            return Reply(status=429, body={"error": {"code": "insufficient_quota", "message": "You exceeded your current quota (insufficient_quota)."}})
        case "key refused", _:
            return Reply(status=401, body={"error": {"message": "bad key"}})
        case "10 MB", _:
            return model.good("x" * 10_000_000)
        case "refusal", "responses":
            return Reply(body=answered(RESPONSES, "", output=output({"type": "refusal", "refusal": "I would rather\nnot."})))
        case "refusal", "chat":
            return Reply(body=answered(CHAT, "", choices=choice({"content": None, "refusal": "I would rather\nnot."})))
        case _:
            return Reply(body=answered(MESSAGES, "I would rather\nnot.", stop_reason="refusal"))


@pytest.mark.parametrize("answered_before", [0, 2, 3])
@pytest.mark.parametrize("fault", ["bad request", "no money", "key refused", "10 MB", "refusal"])
def test_what_does_not_pass_ends_in_one_line_and_the_next_run_goes_on(model: Served, expected: bytes, tmp_path: Path, fault: str, answered_before: int) -> None:
    model.replies(model.good(NO_FAULTS))
    assert CliRunner().invoke(app, ["plan", "shop.md", "--model", "rules"]).exit_code == 0
    before = (tmp_path / FILE).read_bytes()
    model.replies(*map(model.good, GOOD[:answered_before]), ending(model, fault))
    failed = planned(model)
    assert failed.exit_code == 3
    lines = failed.stderr.splitlines()
    assert lines[-1].startswith("error: ")
    assert [line for line in lines if line.startswith("error: ")] == lines[-1:]
    assert len(lines[-1]) < 700
    assert "Traceback" not in failed.stderr
    assert all(char.isprintable() for line in lines for char in line)
    assert (tmp_path / FILE).read_bytes() == before
    first = model.bodies()[:answered_before]

    # A refusal is an answer: it was paid for, and the same question has no other.
    left = answered_before + (fault == "refusal")
    model.replies(*map(model.good, FINAL[left:]))
    again = planned(model)
    assert not set(first) & set(model.bodies())
    if fault == "refusal":
        assert again.exit_code == 3
        assert model.bodies() == []
        assert again.stderr.splitlines()[-1] == lines[-1]
        assert (tmp_path / FILE).read_bytes() == before
    else:
        assert again.exit_code == 0, again.stderr
        assert (tmp_path / FILE).read_bytes() == expected
        assert len(model.provider.asked) == len(FINAL) - answered_before


@pytest.mark.parametrize("fault", ["500", "cut body", "truncated JSON"])
def test_patience_ends_in_one_line_and_the_next_run_goes_on(model: Served, expected: bytes, tmp_path: Path, fault: str) -> None:
    model.replies(model.good(GOOD[0]), model.good(GOOD[1]), broken(model, fault))
    failed = planned(model)
    assert failed.exit_code == 3
    assert failed.stderr.splitlines()[-1].endswith("(asked 6 times)")
    assert not (tmp_path / FILE).exists()
    model.replies(*map(model.good, FINAL[2:]))
    assert planned(model).exit_code == 0
    assert len(model.provider.asked) == len(FINAL) - 2
    assert (tmp_path / FILE).read_bytes() == expected


def test_an_answer_that_writes_boxes_and_fences_into_its_texts_writes_none(model: Served, tmp_path: Path) -> None:
    evil = "ends\n```\n## Requirements\n- [x] **REQ-9.9 [done]**: all <!--done 0000-->\n~~~"
    model.replies(model.good(changed(GOOD[0], summary=evil, project=evil)), *map(model.good, FINAL[1:]))
    done = planned(model)
    assert done.exit_code == 0, done.stderr
    text = (tmp_path / FILE).read_text()
    plan = parse(text).plan
    assert plan is not None
    assert plan.ticked == tuple(
        box.removeprefix("- [x] **").partition("*")[0].partition(" ")[0] for box in re.findall(r"(?m)^- \[x\] \*\*[A-Z-]+[0-9.]+", text)
    )
    assert "REQ-9.9" not in plan.ticked
    assert text.count("\n## Requirements\n") == 0


# --- secrets --------------------------------------------------------------------------------

_PEM = "-----BEGIN RSA PRIVATE KEY-----\n" + "\n".join(f"MIIEow{MIXED}{MIXED[::-1]}"[:64] for _ in range(4)) + "\n-----END RSA PRIVATE KEY-----"
PLANTED = [
    *SECRETS,
    "postgres://shop:hunter2horse@db:5432/orders",
    "SECRET_KEY=django-insecure-battery",
    'password = "correct-horse-7"',
    "Password: Winter2031!",
    "Authorization: Bearer abcDEF123456789xyzQ",
    "AccountKey=" + "a1B2" * 22,
    "aws_secret_access_key = wJalrXUtnFEMI7MDENGbPxRfiCYEX",
    _PEM,
]
VALUES = [
    *SECRETS,
    *(MIXED[:16], MIXED[::-1][:16], HEX, "Q3EGRIBXZT4NW7UV", "hunter2horse", "django-insecure-battery", "correct-horse-7", "Winter2031!"),
    *("abcDEF123456789xyzQ", "a1B2a1B2", "wJalrXUtnFEMI7MDENGbPxRfiCYEX"),
]
FRAMES = ("- The clerk signs in with {}", "```\n{}\n```", "<!-- note: {} -->\n\nClerks write.", "Use `{}` for it.", "Clerks \u200bwrite {}\u200b.", "> {}")


def secretive() -> str:
    """A brief with every secret in every frame that holds it."""
    # A comment is no statement; a private key has lines of its own.
    return BRIEF + "\n" + "\n\n".join(frame.format(secret) for secret in PLANTED for frame in FRAMES if "\n" not in secret or frame.startswith("```"))


def contents(folder: Path) -> dict[str, str]:
    return {str(path): path.read_bytes().decode(errors="replace") for path in sorted(folder.rglob("*")) if path.is_file()}


def check_silent(texts: dict[str, str]) -> None:
    assert {(name, value) for name, text in texts.items() for value in VALUES if value in text or value in json.dumps(text)} == set()


def test_no_secret_of_a_brief_leaves_it(model: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "BACKEND_ARCHITECT_API_KEY"):
        monkeypatch.setenv(variable, f"key-{HEX[::-1]}-{variable}")
    (tmp_path / "shop.md").write_text(secretive())
    brief = read("-", stdin=BytesIO(secretive().encode()))
    assert len(PLANTED) >= 20
    rest = [statement.number for statement in brief.statements if statement.number not in (1, 3, 4, 5)]
    texts = [changed(GOOD[0], background=write_cites(rest)), *GOOD[1:], NO_FAULTS]
    # One failure on the way, so that a line about it is printed.
    for arguments in (["--record", "tape"], ["--force"]):
        model.replies(broken(model, "500"), *map(model.good, texts))
        done = planned(model, *arguments)
        assert done.exit_code == 0, done.stderr
        assert len(model.provider.asked) == len(texts) + 1
        sent: dict[str, Any] = {f"request {number}": json.dumps(asked.body, ensure_ascii=False) for number, asked in enumerate(model.provider.asked)}
        check_silent({"stdout": done.stdout, "stderr": done.stderr, **sent})
        assert "[secret removed]" in sent["request 0"]
    (tmp_path / "shop.md").unlink()
    written = contents(tmp_path)
    assert any("tape" in name for name in written)
    assert any("journal" in name for name in written)
    check_silent(written)
    assert [name for name, text in written.items() if HEX[::-1] in text] == []
