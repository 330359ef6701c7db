"""A model answered by hand, asked through the providers' own clients."""

from __future__ import annotations

import asyncio
import http.client
import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from anthropic import Anthropic
from anthropic import APIStatusError as AnthropicStatusError
from openai import APIStatusError, AsyncOpenAI, OpenAI

from backend_architect.errors import ModelError, OutputError
from backend_architect.models import wire
from backend_architect.relay import Relay, relaying, serve

SCHEMA = {"title": "Verdict", "type": "object", "properties": {"ok": {"type": "boolean"}}, "required": ["ok"], "additionalProperties": False}
ANSWER = '{"ok":true}'


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[Relay]:
    with relaying(tmp_path / "inbox", wait_seconds=20) as relay:
        yield relay


def openai_client(relay: Relay) -> OpenAI:
    return OpenAI(base_url=f"{relay.url}/v1", api_key="none", max_retries=0, _strict_response_validation=True)


def anthropic_client(relay: Relay) -> Anthropic:
    return Anthropic(base_url=relay.url, api_key="none", max_retries=0, _strict_response_validation=True)


def answering(folder: Path, texts: dict[str, str], *, ending: str = ".answer.txt") -> threading.Thread:
    """Wait for as many requests as there are texts; answer each with the text whose key its name contains."""

    def body() -> None:
        left = dict(texts)
        end = time.monotonic() + 20
        while left and time.monotonic() < end:
            for path in sorted(folder.glob("*.request.md")):
                for key in [key for key in left if key in path.name]:
                    draft = folder / ".draft"
                    draft.write_text(left.pop(key), encoding="utf-8")
                    draft.replace(folder / path.name.replace(".request.md", ending))
            time.sleep(0.01)

    thread = threading.Thread(target=body)
    thread.start()
    return thread


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


RESPONSES: dict[str, Any] = {
    "model": "by-hand",
    "instructions": "You judge.",
    "input": [{"role": "user", "content": [{"type": "input_text", "text": "Is it so?"}, {"type": "input_text", "text": "Say it."}]}],
    "text": {"format": {"type": "json_schema", "name": "Verdict", "schema": SCHEMA, "strict": True}},
    "metadata": {"stage": "layers (api, data)"},
}
CHAT: dict[str, Any] = {
    "model": "by-hand",
    "messages": [{"role": "system", "content": "You judge."}, {"role": "user", "content": "Is it so?"}],
    "response_format": {"type": "json_schema", "json_schema": {"name": "Verdict", "schema": SCHEMA, "strict": True}},
}
MESSAGES: dict[str, Any] = {
    "model": "by-hand",
    "max_tokens": 100,
    "system": [{"type": "text", "text": "You judge.", "cache_control": {"type": "ephemeral"}}],
    "messages": [
        {"role": "user", "content": [{"type": "text", "text": "Is it so?"}]},
        {"role": "assistant", "content": "{}"},
        {"role": "user", "content": "`ok` is missing"},
    ],
    "output_config": {"format": {"type": "json_schema", "schema": SCHEMA}},
}


def test_openai_responses(relay: Relay) -> None:
    thread = answering(relay.folder, {"layers-api-data": ANSWER + "\n"})
    with openai_client(relay) as client:
        response = client.responses.create(**RESPONSES)
        again = client.responses.create(**RESPONSES)
    thread.join()
    assert response.output_text == ANSWER
    assert response.status == "completed"
    assert response.model == "by-hand"
    read = sum(-(-len(text.encode()) // 4) for text in ("You judge.", "Is it so?\n\nSay it.", wire.canonical(SCHEMA)))
    assert response.usage is not None
    assert (response.usage.input_tokens, response.usage.output_tokens, response.usage.total_tokens) == (read, 3, read + 3)
    assert again == response
    key = wire.digest(RESPONSES)
    assert response.id == f"resp_relayed_{key[:32]}"
    stem = f"0001-layers-api-data-{key[:8]}"
    assert names(relay.folder) == [f"{stem}.answer.txt", f"{stem}.request.json", f"{stem}.request.md"]
    assert json.loads((relay.folder / f"{stem}.request.json").read_text(encoding="utf-8")) == RESPONSES


def test_openai_chat_completions(relay: Relay) -> None:
    thread = answering(relay.folder, {"verdict": ANSWER})
    with openai_client(relay) as client:
        completion = client.chat.completions.create(**CHAT)
    thread.join()
    (choice,) = completion.choices
    assert (choice.finish_reason, choice.message.content, choice.message.refusal) == ("stop", ANSWER, None)
    assert completion.usage is not None
    assert completion.usage.completion_tokens == 3
    assert completion.id == f"chatcmpl-relayed_{wire.digest(CHAT)[:32]}"


def test_anthropic_messages_and_what_a_reader_is_shown(relay: Relay) -> None:
    thread = answering(relay.folder, {"verdict": ANSWER}, ending=".answer.json")
    with anthropic_client(relay) as client:
        message = client.messages.create(**MESSAGES)
    thread.join()
    assert [block.text for block in message.content if block.type == "text"] == [ANSWER]
    assert message.stop_reason == "end_turn"
    assert message.usage.output_tokens == 3
    (shown,) = relay.folder.glob("*.request.md")
    schema = json.dumps(SCHEMA, indent=2)
    assert shown.read_text(encoding="utf-8") == (
        "<!-- System -->\n\nYou judge.\n\n<!-- User -->\n\nIs it so?\n\n<!-- Assistant (an earlier answer) -->\n\n{}\n\n<!-- User -->\n\n`ok` is missing\n\n"
        f"<!-- The answer -->\n\nThe answer must fit this JSON Schema:\n\n```json\n{schema}\n```\n\n"
        "Output only the JSON that fits this schema: no sentence before or after it, no code fence.\n"
    )


def test_a_refusal_in_every_format(relay: Relay) -> None:
    thread = answering(relay.folder, {"layers": "No."}, ending=".refusal.txt")
    with openai_client(relay) as client:
        response = client.responses.create(**RESPONSES)
        thread.join()
        thread = answering(relay.folder, {f"verdict-{wire.digest(CHAT)[:8]}": "No."}, ending=".refusal.txt")
        completion = client.chat.completions.create(**CHAT)
        thread.join()
    thread = answering(relay.folder, {f"verdict-{wire.digest(MESSAGES)[:8]}": "No."}, ending=".refusal.txt")
    with anthropic_client(relay) as anthropic:
        message = anthropic.messages.create(**MESSAGES)
    thread.join()
    assert [content.to_dict() for item in response.output if item.type == "message" for content in item.content] == [{"type": "refusal", "refusal": "No."}]
    assert completion.choices[0].message.to_dict() == {"role": "assistant", "content": None, "refusal": "No."}
    assert (message.stop_reason, message.content) == ("refusal", [])
    assert message.stop_details is not None
    assert message.stop_details.explanation == "No."


def test_streams(relay: Relay) -> None:
    text = "first line\nsecond: ü \u2028 end"
    thread = answering(relay.folder, {"layers": text})
    with openai_client(relay) as client:
        with client.responses.stream(**RESPONSES) as stream:
            final = stream.get_final_response()
        thread.join()
        thread = answering(relay.folder, {"verdict": text})
        with client.chat.completions.stream(**CHAT, stream_options={"include_usage": True}) as chunks:
            completion = chunks.get_final_completion()
        thread.join()
    key = wire.digest({**MESSAGES, "stream": True})[:8]
    thread = answering(relay.folder, {key: text})
    with anthropic_client(relay) as anthropic, anthropic.messages.stream(**MESSAGES) as events:
        message = events.get_final_message()
    thread.join()
    assert final.output_text == text
    assert final.usage is not None
    assert completion.choices[0].message.content == text
    assert completion.usage is not None
    assert [block.text for block in message.content if block.type == "text"] == [text]
    assert {final.usage.output_tokens, completion.usage.completion_tokens, message.usage.output_tokens} == {-(-len(text.encode()) // 4)}


def test_models_in_both_formats(relay: Relay) -> None:
    with openai_client(relay) as client:
        assert [model.id for model in client.models.list()] == ["relay"]
    with anthropic_client(relay) as anthropic:
        assert [model.id for model in anthropic.models.list()] == ["relay"]


def test_many_at_once_and_a_later_relay_on_the_same_folder(tmp_path: Path) -> None:
    bodies = [{**CHAT, "metadata": {"stage": f"stage-{number}x"}} for number in range(20)]

    async def ask(url: str) -> list[str | None]:
        async with AsyncOpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0) as client:
            found = await asyncio.gather(*(client.chat.completions.create(**body) for body in bodies for _ in range(2)))
        return [completion.choices[0].message.content for completion in found]

    wanted = [f'{{"n":{number}}}' for number in range(20) for _ in range(2)]
    with relaying(tmp_path) as relay:
        thread = answering(tmp_path, {f"stage-{number}x": f'{{"n":{number}}}' for number in range(20)})
        assert asyncio.run(ask(relay.url)) == wanted
        thread.join()
    before = names(tmp_path)
    assert len(before) == 60
    with relaying(tmp_path, wait_seconds=0) as relay:
        assert asyncio.run(ask(relay.url)) == wanted
    assert names(tmp_path) == before


def test_no_answer_in_time(tmp_path: Path) -> None:
    with relaying(tmp_path, wait_seconds=0) as relay:
        with openai_client(relay) as client, pytest.raises(APIStatusError) as openai_error:
            client.responses.create(**RESPONSES)
        with anthropic_client(relay) as anthropic, pytest.raises(AnthropicStatusError) as anthropic_error:
            anthropic.messages.create(**MESSAGES)
    stem = f"0001-layers-api-data-{wire.digest(RESPONSES)[:8]}"
    assert openai_error.value.status_code == 504
    assert openai_error.value.body == {"type": "timeout_error", "message": f"no answer to '{stem}' within 0 seconds", "param": None, "code": None}
    assert anthropic_error.value.status_code == 504
    assert "timeout_error" in str(anthropic_error.value.body)


def test_an_answer_that_is_not_text(relay: Relay) -> None:
    (relay.folder / f"0001-verdict-{wire.digest(CHAT)[:8]}.answer.txt").write_bytes(b"\xff\xfe")
    with openai_client(relay) as client, pytest.raises(APIStatusError, match="is not UTF-8 text") as error:
        client.chat.completions.create(**CHAT)
    assert error.value.status_code == 500


def test_a_client_that_hangs_up_and_comes_back(relay: Relay) -> None:
    for _ in range(2):
        connection = http.client.HTTPConnection(relay.url.removeprefix("http://"), timeout=5)
        connection.request("POST", "/v1/chat/completions", json.dumps(CHAT))
        while not list(relay.folder.glob("*.request.md")):
            time.sleep(0.01)
        connection.close()
    thread = answering(relay.folder, {"verdict": ANSWER})
    with openai_client(relay) as client:
        assert client.chat.completions.create(**CHAT).choices[0].message.content == ANSWER
    thread.join()
    assert len(names(relay.folder)) == 3


@pytest.mark.parametrize(
    ("method", "path", "headers", "body", "status", "message"),
    [
        (
            "GET",
            "/v1/nothing",
            {},
            "",
            404,
            "GET /v1/nothing is not served here, only POST /v1/responses, POST /v1/chat/completions, POST /v1/messages and GET /v1/models",
        ),
        (
            "POST",
            "/v1/responses",
            {},
            "{",
            400,
            "not a request the relay can pass on: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
        ),
        ("POST", "/v1/responses", {}, "[]", 400, "not a request the relay can pass on: the body is not a JSON object"),
        ("POST", "/v1/responses", {}, '{"input": ""}', 400, "not a request the relay can pass on: the body has no 'model'"),
        ("POST", "/v1/responses", {}, '{"model": "m"}', 400, "not a request the relay can pass on: the body has neither 'input' nor 'messages'"),
        (
            "POST",
            "/v1/chat/completions",
            {},
            '{"model": "m", "messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {}}]}]}',
            400,
            "not a request the relay can pass on: content of type 'image_url' is not a text",
        ),
        ("POST", "/v1/responses", {"origin": "https://example.org"}, "{}", 403, "the relay does not answer web pages"),
        ("POST", "/v1/responses", {"content-length": "99999999999"}, "", 413, "a body of 99999999999 bytes is too large: at most 67108864"),
        ("POST", "/v1/responses", {"transfer-encoding": "chunked"}, "", 411, "the relay reads only bodies with a content-length"),
    ],
)
def test_what_is_not_a_request_gets_one_line(relay: Relay, method: str, path: str, headers: dict[str, str], body: str, status: int, message: str) -> None:
    connection = http.client.HTTPConnection(relay.url.removeprefix("http://"), timeout=5)
    try:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        assert (response.status, json.loads(response.read())["error"]["message"]) == (status, message)
    finally:
        connection.close()
    assert names(relay.folder) == []


def test_a_lone_surrogate_survives_the_folder(tmp_path: Path) -> None:
    body = {"model": "m", "input": "a \ud800 b"}
    with relaying(tmp_path, wait_seconds=0) as relay:
        for _ in range(2):
            connection = http.client.HTTPConnection(relay.url.removeprefix("http://"), timeout=5)
            connection.request("POST", "/v1/responses", json.dumps(body))
            assert connection.getresponse().status == 504
            connection.close()
    (path,) = tmp_path.glob("*.request.json")
    assert json.loads(path.read_text(encoding="utf-8")) == body


def test_the_command_says_where_it_listens_and_what_waits_and_ends_when_interrupted(tmp_path: Path) -> None:
    code = "import sys; from pathlib import Path; from backend_architect.relay import run; run(Path(sys.argv[1]), say=lambda line: print(line, flush=True))"
    process = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        first = process.stdout.readline()
        url = first.removeprefix("listening: ").partition("/v1")[0]
        assert first == f"listening: {url}/v1 (OpenAI), {url} (Anthropic)\n"
        assert process.stdout.readline() == f"requests and answers: {tmp_path}\n"
        connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=5)
        connection.request("POST", "/v1/chat/completions", json.dumps(CHAT))
        stem = f"0001-verdict-{wire.digest(CHAT)[:8]}"
        assert process.stdout.readline() == f"{stem}.request.md waits for {stem}.answer.txt\n"
        connection.close()
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=20) == ("", "")
    finally:
        process.kill()
        process.communicate()
    assert process.returncode == 0


def test_a_folder_or_a_port_that_cannot_be_had(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputError, match=r"^cannot use '.*file' as the relay's folder: "), relaying(tmp_path / "file"):
        pass
    with relaying(tmp_path / "inbox") as relay, pytest.raises(ModelError, match=r"^the relay cannot listen on 127\.0\.0\.1:\d+: .*; choose another --port$"):
        asyncio.run(serve(tmp_path / "other", port=int(relay.url.rpartition(":")[2])))


@pytest.mark.parametrize(
    ("body", "stage"),
    [
        (RESPONSES, "layers (api, data)"),
        (CHAT, "Verdict"),
        (MESSAGES, "Verdict"),
        ({"model": "m", "input": "# Brief\n\nwords\n\n## The stage's task\n\nmore"}, "The stage's task"),
        ({"model": "m", "input": "words"}, ""),
    ],
)
def test_the_stage_of_a_request(body: dict[str, Any], stage: str) -> None:
    assert wire.read(body).stage == stage
