"""Recorded traffic, through the providers' own clients: readable, without secrets, replayed without a network."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml
from anthropic import Anthropic
from anthropic import APIConnectionError as AnthropicConnectionError
from hypothesis import given
from hypothesis import strategies as st
from openai import APIConnectionError, AsyncOpenAI, BadRequestError, OpenAI

from backend_architect.cassettes import recording, replaying
from backend_architect.cassettes.exchange import Asked, Exchange, loaded, written
from backend_architect.errors import ReplayError
from backend_architect.ingest.redact import redact, redact_shapes
from backend_architect.models.wire import digest
from backend_architect.relay import relaying

NOWHERE = "http://127.0.0.1:9"
"""A host where nothing listens: what is answered there was replayed."""
KEY = "key-of-mine-123456"

Reply = tuple[int, dict[str, str], bytes]


def completion(text: str, **more: Any) -> dict[str, Any]:
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}
    return {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], **more}


class Server(ThreadingHTTPServer):
    request_queue_size = 128


@contextlib.contextmanager
def provider(reply: Callable[[dict[str, Any]], Reply]) -> Iterator[str]:
    """A server on loopback that answers each JSON body as told."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            status, headers, body = reply(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(status)
            for name, value in {"content-type": "application/json", "content-length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def chat(url: str, text: str, *, stage: str = "requirements") -> str | None:
    with OpenAI(base_url=f"{url}/v1", api_key=KEY, max_retries=0) as client:
        messages: Any = [{"role": "system", "content": "You judge.\nWell."}, {"role": "user", "content": text}]
        return client.chat.completions.create(model="m", messages=messages, metadata={"stage": stage}).choices[0].message.content


def echo(body: dict[str, Any]) -> Reply:
    return 200, {"x-request-id": "secret-id", "set-cookie": "a=b"}, json.dumps(completion(f"to {body['messages'][-1]['content']}")).encode()


def files(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.iterdir())}


def test_what_a_recording_looks_like(tmp_path: Path) -> None:
    with provider(echo) as url, recording(tmp_path / "run", conceal=redact) as tape:
        assert chat(url, "first line\n  second: ü", stage="layers (api, data)") == "to first line\n  second: ü"
        assert chat(url, "first line\n  second: ü", stage="layers (api, data)") == "to first line\n  second: ü"
        assert (tape.recorded, tape.played) == (1, 1)
    found = files(tmp_path / "run")
    (name,) = (name for name in found if name != "README.md")
    assert name.startswith("layers-api-data-")
    assert found[name] == (
        """\
request:
  body:
    messages:
    - content: |-
        You judge.
        Well.
      role: system
    - content: |-
        first line
          second: ü
      role: user
    metadata:
      stage: layers (api, data)
    model: m
  method: POST
  path: /v1/chat/completions
response:
  body:
    choices:
    - finish_reason: stop
      index: 0
      message:
        content: |-
          to first line
            second: ü
        role: assistant
    created: 1
    id: chatcmpl-1
    model: m
    object: chat.completion
  content-type: application/json
  status: 200
source: local server
"""
    )
    assert found["README.md"] == (
        "# Recorded model traffic\n\n"
        "Each file holds one request to a language model and the response to it, without headers, keys or secrets.\n"
        "`--replay` with this folder answers the same requests from it, without a network and without a key.\n\n"
        "- 1 exchange: Answered by a model server on the recording machine; token counts are that server's.\n"
    )


def test_a_replay_is_the_same_at_any_concurrency_and_host(tmp_path: Path) -> None:
    texts = [f"question {number}" for number in range(30)]

    async def ask(url: str, *, at_once: int) -> list[str]:
        places = asyncio.Semaphore(at_once)
        async with AsyncOpenAI(base_url=f"{url}/v1", api_key="other", max_retries=0) as client:

            async def one(text: str) -> str:
                async with places:
                    messages: Any = [{"role": "user", "content": text}]
                    return (await client.chat.completions.create(model="m", messages=messages)).to_json()

            return await asyncio.gather(*map(one, texts))

    recorded = []
    for number, at_once in enumerate((1, 30)):
        with provider(echo) as url, recording(tmp_path / str(number), conceal=redact):
            recorded.append(asyncio.run(ask(url, at_once=at_once)))
    assert files(tmp_path / "0") == files(tmp_path / "1")
    assert len(files(tmp_path / "0")) == 31
    with replaying(tmp_path / "0", conceal=redact) as tape:
        replayed = [asyncio.run(ask(NOWHERE, at_once=at_once)) for at_once in (1, 7, 30)]
        assert tape.played == 90
    assert [*recorded, *replayed] == [recorded[0]] * 5


def test_both_providers_clients_through_the_relay(tmp_path: Path) -> None:
    inbox, run = tmp_path / "inbox", tmp_path / "run"
    response: dict[str, Any] = {"model": "m", "instructions": "You judge.", "input": "Is it so?", "metadata": {"stage": "requirements"}}
    message: dict[str, Any] = {"model": "m", "max_tokens": 99, "messages": [{"role": "user", "content": "## Plan\n\nHow?"}]}
    completed: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "# Review\n\nDone?"}]}

    def ask(url: str) -> list[str]:
        with (
            OpenAI(base_url=f"{url}/v1", api_key=KEY, max_retries=0, _strict_response_validation=True) as openai,
            Anthropic(base_url=url, api_key=KEY, max_retries=0, _strict_response_validation=True) as anthropic,
        ):
            said = [openai.responses.create(**response).to_json(), openai.chat.completions.create(**completed).to_json()]
            said.append(anthropic.messages.create(**message).to_json())
            with anthropic.messages.stream(**message) as stream:
                return [*said, stream.get_final_message().to_json()]

    inbox.mkdir()
    for number, (stage, body) in enumerate(
        [("requirements", response), ("review", completed), ("plan", message), ("plan", {**message, "stream": True})], start=1
    ):
        (inbox / f"{number:04}-{stage}-{digest(body)[:8]}.answer.txt").write_text(f'{{"stage":"{stage}"}}', encoding="utf-8")
    with relaying(inbox, wait_seconds=5) as relay, recording(run, conceal=redact, answered_by="a language model"):
        live = ask(relay.url)
    with replaying(run, conceal=redact):
        assert ask(NOWHERE) == live
    assert "- 4 exchanges: Answered by a language model through the relay, from the recorded request alone; token counts are counted, not billed.\n" in (
        run / "README.md"
    ).read_text(encoding="utf-8")
    assert sorted(name.rpartition("-")[0] for name in files(run)) == ["", "plan", "plan", "requirements", "review"]
    assert KEY not in "".join(files(run).values())


def test_errors_are_not_recorded(tmp_path: Path) -> None:
    with provider(lambda body: (400, {}, b'{"error":{"message":"no"}}')) as url, recording(tmp_path / "run", conceal=redact), pytest.raises(BadRequestError):
        chat(url, "x")
    assert files(tmp_path / "run") == {}


def test_compressed_and_broken_bodies_come_back_as_they_were(tmp_path: Path) -> None:
    def reply(body: dict[str, Any]) -> Reply:
        if body["messages"][-1]["content"] == "cut":
            return 200, {}, json.dumps(completion("cut")).encode()[:-9]
        return 200, {"content-encoding": "gzip"}, gzip.compress(json.dumps(completion("squeezed", service_tier=None)).encode())

    with provider(reply) as url, recording(tmp_path / "run", conceal=redact):
        assert chat(url, "x") == "squeezed"
        with pytest.raises(json.JSONDecodeError) as live:
            chat(url, "cut")
    with replaying(tmp_path / "run", conceal=redact):
        assert chat(NOWHERE, "x") == "squeezed"
        with pytest.raises(json.JSONDecodeError) as replayed:
            chat(NOWHERE, "cut")
    assert str(replayed.value) == str(live.value)


def test_no_secret_is_written_and_the_request_is_found_all_the_same(tmp_path: Path) -> None:
    token = "ghp_" + "a1B2" * 9

    def reply(body: dict[str, Any]) -> Reply:
        return 200, {}, json.dumps(completion(f"{KEY} and {token}")).encode()

    with provider(reply) as url, recording(tmp_path / "run", conceal=redact):
        assert chat(url, f"use {token}") == f"{KEY} and {token}"
    whole = "".join(files(tmp_path / "run").values())
    assert KEY not in whole
    assert token not in whole
    with replaying(tmp_path / "run", conceal=redact):
        assert chat(NOWHERE, f"use {token}") == "[secret removed] and [secret removed]"


def test_answers_may_be_held_to_a_narrower_rule(tmp_path: Path) -> None:
    token = "ghp_" + "a1B2" * 9
    text = '{"token": "opaque, 32 bytes", "example": "%s"}'

    def reply(body: dict[str, Any]) -> Reply:
        return 200, {}, json.dumps(completion(text % token)).encode()

    with provider(reply) as url, recording(tmp_path / "run", conceal=redact, conceal_answer=redact_shapes):
        assert chat(url, 'keep "token": "opaque, 32 bytes"') == text % token
    with replaying(tmp_path / "run", conceal=redact):
        assert chat(NOWHERE, 'keep "token": "opaque, 32 bytes"') == text % "[secret removed]"


def test_a_recording_that_was_interrupted_goes_on(tmp_path: Path) -> None:
    asked = []

    def reply(body: dict[str, Any]) -> Reply:
        asked.append(body["messages"][-1]["content"])
        return echo(body)

    with provider(reply) as url:
        with contextlib.suppress(KeyboardInterrupt), recording(tmp_path / "run", conceal=redact):
            chat(url, "one")
            raise KeyboardInterrupt
        with recording(tmp_path / "run", conceal=redact):
            assert [chat(url, "one"), chat(url, "two")] == ["to one", "to two"]
    assert asked == ["one", "two"]
    assert "- 2 exchanges:" in (tmp_path / "run" / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    with provider(echo) as url, recording(tmp_path / "run", conceal=redact):
        for stage in ("requirements", "planning"):
            chat(url, f"A long text about boats, their owners and the harbour, for {stage}; then the end.", stage=stage)
    return tmp_path / "run"


def test_a_miss_names_the_stage_and_the_first_difference(recorded: Path) -> None:
    (planning,) = (name for name in files(recorded) if name.startswith("planning-"))
    with pytest.raises(ReplayError) as error, replaying(recorded, conceal=redact):
        chat(NOWHERE, "A long text about boats, their owners and the harbor, for planning; then the end.", stage="planning")
    assert str(error.value).replace(str(recorded), "RUN") == (
        f"'RUN' holds no answer to the request of stage 'planning' (POST /v1/chat/completions): nearest is '{planning}', which first differs in "
        "body.messages[1].content: recorded …'owners and the harbour, for planning; then the end.', asked …'owners and the harbor, for planning; then the end.'"
    )
    assert error.value.__cause__ is None
    with (
        pytest.raises(ReplayError, match="of stage 'Harbour'") as error,
        replaying(recorded, conceal=redact),
        Anthropic(base_url=NOWHERE, api_key=KEY, max_retries=0) as client,
    ):
        client.messages.create(model="m", max_tokens=1, messages=[{"role": "user", "content": "# Harbour"}])
    assert isinstance(error.value.__cause__, AnthropicConnectionError)


def test_a_miss_counts_even_if_somebody_swallowed_it(recorded: Path) -> None:
    messages: Any = [
        {"role": "system", "content": "You judge.\nWell."},
        {"role": "user", "content": "A long text about boats, their owners and the harbour, for planning; then the end."},
    ]
    openai = OpenAI(base_url=f"{NOWHERE}/v1", api_key=KEY, max_retries=0)
    with (
        openai,
        pytest.raises(ReplayError, match=r"which has no body\.temperature: asked 0\.5$"),
        replaying(recorded, conceal=redact),
        contextlib.suppress(APIConnectionError),
    ):
        openai.chat.completions.create(model="m", messages=messages, metadata={"stage": "planning"}, temperature=0.5)


def test_a_miss_on_a_path_that_was_never_recorded(recorded: Path) -> None:
    anthropic = Anthropic(base_url=NOWHERE, api_key=KEY, max_retries=0)
    message = r"^.* \(POST /v1/messages\): nearest is '\w+-\w+\.yaml', recorded at /v1/chat/completions$"
    with anthropic, pytest.raises(ReplayError, match=message), replaying(recorded, conceal=redact):
        anthropic.messages.create(model="m", max_tokens=1, messages=[{"role": "user", "content": "?"}])


def test_one_cassette_at_a_time_and_none_stays_open(recorded: Path) -> None:
    with (
        replaying(recorded, conceal=redact),
        pytest.raises(ReplayError, match=r"^another recording is open in this process"),
        replaying(recorded, conceal=redact),
    ):
        pass
    with pytest.raises(APIConnectionError) as error:
        chat(NOWHERE, "x")
    assert not isinstance(error.value.__cause__, ReplayError)
    with replaying(recorded, conceal=redact):
        pass


def test_recordings_that_cannot_be_read(recorded: Path, tmp_path: Path) -> None:
    messages = []
    (tmp_path / "file").write_bytes(b"")
    for folder in (tmp_path / "none", tmp_path / "file"):
        with pytest.raises(ReplayError) as error, replaying(folder, conceal=redact):
            pass
        messages.append(str(error.value))
    with pytest.raises(ReplayError) as error, recording(tmp_path / "file", conceal=redact):
        pass
    messages.append(str(error.value))
    for text in ("request: {}\n", "a: [\n", "\x00"):
        (recorded / "a.yaml").write_text(text, encoding="utf-8")
        with pytest.raises(ReplayError) as error, replaying(recorded, conceal=redact):
            pass
        messages.append(str(error.value))
    assert [message.replace(str(tmp_path), "")[:58] for message in messages] == [
        "'/none' holds no recording: there is no .yaml file in it",
        "'/file' holds no recording: there is no .yaml file in it",
        "cannot record to '/file': File exists",
        "'/run/a.yaml' is not a recorded exchange: it needs 'source",
        "the recording '/run/a.yaml' is damaged: while parsing a fl",
        "the recording '/run/a.yaml' is damaged: unacceptable chara",
    ]
    assert not any("\n" in message for message in messages)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
TEXTS = st.sampled_from(
    ["a\n b", " lead\n", "trail \nx", "\u2028\n\x85", "\ud800\n", "\x00\x1b[0m", "\ufeff", "\r\n", "~", "null", "1e3", "2026-01-02", "😀\n"]
)


@given(asked=st.dictionaries(st.text(), JSON | TEXTS, max_size=4), answered=st.dictionaries(st.text(), JSON | TEXTS, max_size=4))
def test_a_file_holds_exactly_what_was_said(asked: dict[str, Any], answered: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> None:
    exchange = Exchange(asked=Asked(method="POST", path="/v1/x", body=asked), source="relay", status=200, content_type="application/json", body=answered)
    path = tmp_path_factory.mktemp("exchange") / "x.yaml"
    path.write_text(written(exchange), encoding="utf-8", newline="\n")
    assert loaded(path) == exchange
    assert loaded(path).asked.key == exchange.asked.key
    assert list(yaml.safe_load(path.read_text(encoding="utf-8"))) == ["request", "response", "source"]
