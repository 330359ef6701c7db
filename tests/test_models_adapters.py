"""What the adapters send and what they make of what comes back, over real HTTP on loopback."""

from __future__ import annotations

import asyncio
import json
from typing import Any, Protocol

import anthropic.types
import openai.types.chat
import openai.types.responses
import pytest
from pydantic import BaseModel, TypeAdapter

from backend_architect.errors import ProviderError
from backend_architect.models.anthropic_messages import STREAM_ABOVE, AnthropicMessages
from backend_architect.models.calls import prefix_key
from backend_architect.models.openai_chat import OpenAIChat
from backend_architect.models.openai_responses import OpenAIResponses
from backend_architect.models.protocol import Answer, Part, Question, StopReason, Turn, Usage
from backend_architect.models.schemas import anthropic_schema, openai_schema
from model_server import CHAT, MESSAGES, RESPONSES, Provider, Reply, answered, choice, events, output, provider, sse, written

FORMATS = (RESPONSES, CHAT, MESSAGES)
every_format = pytest.mark.parametrize("format", FORMATS)

ENVELOPES: dict[str, type[BaseModel]] = {
    RESPONSES: openai.types.responses.Response,
    CHAT: openai.types.chat.ChatCompletion,
    MESSAGES: anthropic.types.Message,
}
SERVED = {RESPONSES: "gpt-served", CHAT: "local-served", MESSAGES: "claude-served"}
USAGE = Usage(input=100, cached=60, cache_writes=30, output=20, calls=1)
KEY = "sk-test-0123456789"


class Verdict(BaseModel):
    """What was decided."""

    choice: str
    because: str = ""


QUESTION = Question(
    stage="structure",
    system="You are an architect.",
    parts=(Part(text="The brief.", shared=True), Part(text="  "), Part(text="The vocabulary.", shared=True), Part(text="Decide.")),
    answer=Verdict,
    max_tokens=900,
)
GIVEN = '{"choice":"one service","because":"é 漢 🙂"}'


class Adapter(Protocol):
    @property
    def name(self) -> str: ...

    async def ask(self, question: Question) -> Answer: ...

    async def aclose(self) -> None: ...


def adapter(format: str, url: str, *, key: str = KEY, timeout: float = 20.0) -> Adapter:
    match format:
        case "responses":
            return OpenAIResponses("m", api_key=key, base_url=f"{url}/v1", timeout=timeout)
        case "chat":
            return OpenAIChat("m", api_key=key, base_url=f"{url}/v1/", timeout=timeout)
    return AnthropicMessages("m", api_key=key, base_url=url, timeout=timeout)


def ask(model: Adapter, *questions: Question) -> list[Answer]:
    async def run() -> list[Answer]:
        try:
            return [await model.ask(question) for question in questions]
        finally:
            await model.aclose()

    return asyncio.run(run())


def answer(format: str, reply: Reply, *, question: Question = QUESTION) -> Answer:
    with provider(reply) as server:
        return ask(adapter(format, server.url), question)[0]


def failure(format: str, reply: Reply, *, timeout: float = 20.0, question: Question = QUESTION) -> tuple[ProviderError, str]:
    """The error, and its message with the address of the server left out."""
    with provider(reply) as server:
        model = adapter(format, server.url, timeout=timeout)
        with pytest.raises(ProviderError) as caught:
            ask(model, question)
    line = str(caught.value)
    assert "\n" not in line
    assert len(line) < 600
    assert KEY not in line
    assert line.startswith(f"{model.name}: ")
    return caught.value, line.removeprefix(f"{model.name}: ").replace(server.url, "URL").replace("URL/v1", "URL")


# --- what is sent ---------------------------------------------------------------------------


def sent(format: str, question: Question) -> Any:
    with provider(Reply(body=answered(format, GIVEN))) as server:
        ask(adapter(format, server.url), question)
    return server.asked[0].body


REPAIR = QUESTION.after(Turn(answer="", findings="It is empty.")).after(Turn(answer="{", findings="It is cut off."))


def test_the_responses_request() -> None:
    assert sent(RESPONSES, REPAIR) == {
        "model": "m",
        "instructions": "You are an architect.",
        "input": [
            {
                "role": "user",
                "content": [{"type": "input_text", "text": text} for text in ("The brief.", "The vocabulary.", "Decide.")],
            },
            {"role": "assistant", "content": "(empty)"},
            {"role": "user", "content": "It is empty."},
            {"role": "assistant", "content": "{"},
            {"role": "user", "content": "It is cut off."},
        ],
        "text": {"format": {"type": "json_schema", "name": "structure", "schema": openai_schema(Verdict), "strict": True}},
        "max_output_tokens": 900,
        "prompt_cache_key": prefix_key(QUESTION),
        "store": False,
    }


def test_the_chat_request() -> None:
    assert sent(CHAT, REPAIR) == {
        "model": "m",
        "messages": [
            {"role": "system", "content": "You are an architect."},
            {"role": "user", "content": "The brief.\n\nThe vocabulary.\n\nDecide."},
            {"role": "assistant", "content": "(empty)"},
            {"role": "user", "content": "It is empty."},
            {"role": "assistant", "content": "{"},
            {"role": "user", "content": "It is cut off."},
        ],
        "max_tokens": 900,
        "response_format": {"type": "json_schema", "json_schema": {"name": "structure", "schema": openai_schema(Verdict), "strict": True}},
    }


def test_the_messages_request() -> None:
    mark = {"cache_control": {"type": "ephemeral"}}
    assert sent(MESSAGES, REPAIR) == {
        "model": "m",
        "system": "You are an architect.",
        "messages": [
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "The brief.", **mark},
                    {"type": "text", "text": "The vocabulary.", **mark},
                    {"type": "text", "text": "Decide."},
                ],
            },
            {"role": "assistant", "content": "(empty)"},
            {"role": "user", "content": "It is empty."},
            {"role": "assistant", "content": "{"},
            {"role": "user", "content": "It is cut off."},
        ],
        "max_tokens": 900,
        "output_config": {"format": {"type": "json_schema", "schema": anthropic_schema(Verdict)}},
    }


def test_anthropic_takes_four_cache_marks_and_gets_them_on_the_last_shared_parts() -> None:
    question = Question(stage="s", system="", parts=tuple(Part(text=f"{n}", shared=n < 7) for n in range(9)), answer=Verdict)
    body = sent(MESSAGES, question)
    assert [block["text"] for block in body["messages"][0]["content"] if "cache_control" in block] == ["3", "4", "5", "6"]
    assert "system" not in body


def test_requests_of_a_run_share_a_cache_key_and_two_runs_do_not() -> None:
    later = Question(stage="delivery", system=QUESTION.system, parts=(QUESTION.parts[0], Part(text="Other.", shared=True)), answer=Verdict)
    other = Question(stage="structure", system=QUESTION.system, parts=(Part(text="Another brief.", shared=True),), answer=Verdict)
    assert prefix_key(later) == prefix_key(QUESTION) != prefix_key(other)


@pytest.mark.parametrize(
    ("format", "path"),
    [(RESPONSES, "/v1/responses"), (CHAT, "/v1/chat/completions"), (MESSAGES, "/v1/messages")],
)
def test_path_and_key_are_the_providers(format: str, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "org-secret")
    with provider(Reply(body=answered(format, GIVEN))) as server:
        ask(adapter(format, server.url), QUESTION)
    (asked,) = server.asked
    assert (asked.path, asked.headers["authorization"]) == (path, f"Bearer {KEY}")
    assert ("openai-organization" in asked.headers) == (format == RESPONSES)


def test_the_key_for_openai_goes_to_no_other_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-for-openai-alone")
    with provider(Reply(body=answered(CHAT, GIVEN))) as server:
        ask(adapter(CHAT, server.url, key=""), QUESTION)
    assert "sk-for-openai-alone" not in str(server.asked)


@every_format
def test_one_connection_serves_a_run_and_a_second_event_loop_opens_its_own(format: str) -> None:
    with provider(Reply(body=answered(format, GIVEN))) as server:
        model = adapter(format, server.url)
        assert [answer.text for answer in (*ask(model, QUESTION, REPAIR), *ask(model, QUESTION))] == [GIVEN] * 3


# --- what comes back ------------------------------------------------------------------------


@every_format
def test_an_answer_with_its_usage(format: str) -> None:
    body = answered(format, GIVEN)
    ENVELOPES[format].model_validate(body)
    assert answer(format, Reply(body=body)) == Answer(text=GIVEN, stop="end", usage=USAGE, model=SERVED[format])


STOPS: list[tuple[str, dict[str, Any], StopReason, str]] = [
    (RESPONSES, {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}, "length", GIVEN),
    (RESPONSES, {"status": "incomplete", "incomplete_details": {"reason": "content_filter"}}, "filter", GIVEN),
    (RESPONSES, {"output": output({"type": "refusal", "refusal": "I will not."})}, "refusal", "I will not."),
    (RESPONSES, {"output": output(written("{")) + output(written("}"))}, "end", "{}"),
    (RESPONSES, {"output": []}, "end", ""),
    (RESPONSES, {"output": output()}, "end", ""),
    (RESPONSES, {"status": "failed", "error": {"code": "bio_policy", "message": "Withheld."}}, "filter", "Withheld."),
    (CHAT, {"choices": choice({"content": GIVEN}, "length")}, "length", GIVEN),
    (CHAT, {"choices": choice({"content": ""}, "content_filter")}, "filter", ""),
    (CHAT, {"choices": choice({"content": None, "refusal": "I will not."})}, "refusal", "I will not."),
    (CHAT, {"choices": choice({"content": None})}, "end", ""),
    (CHAT, {"choices": choice({"content": "<think>\nOne or two?\n</think>\n\n{}"})}, "end", "{}"),
    (CHAT, {"choices": choice({"content": "<think>\nOne or"}, "length")}, "length", ""),
    (MESSAGES, {"stop_reason": "max_tokens"}, "length", GIVEN),
    (MESSAGES, {"stop_reason": "model_context_window_exceeded"}, "length", GIVEN),
    (MESSAGES, {"stop_reason": "refusal", "content": [{"type": "text", "text": "I will not."}]}, "refusal", "I will not."),
    (
        MESSAGES,
        {"stop_reason": "refusal", "content": [], "stop_details": {"type": "refusal", "category": None, "explanation": "Policy."}},
        "refusal",
        "Policy.",
    ),
    (MESSAGES, {"content": []}, "end", ""),
]


@pytest.mark.parametrize(("format", "changes", "stop", "text"), STOPS)
def test_why_an_answer_ends(format: str, changes: dict[str, Any], stop: StopReason, text: str) -> None:
    body = answered(format, GIVEN, **changes)
    ENVELOPES[format].model_validate(body)
    got = answer(format, Reply(body=body))
    assert (got.stop, got.text, got.usage) == (stop, text, USAGE)


@pytest.mark.parametrize("finish_reason", [None, "eos", 7])
def test_a_finish_reason_of_a_servers_own_is_an_end(finish_reason: Any) -> None:
    got = answer(CHAT, Reply(body=answered(CHAT, GIVEN, choices=choice({"content": GIVEN}, finish_reason))))
    assert (got.stop, got.text) == ("end", GIVEN)


@pytest.mark.parametrize("usage", [None, {}, {"prompt_tokens": "many", "completion_tokens": 1}, {"input_tokens": -1, "output_tokens": True}])
@pytest.mark.parametrize("format", [RESPONSES, CHAT])
def test_a_usage_that_is_not_reported_is_counted_and_says_so(format: str, usage: Any) -> None:
    got = answer(format, Reply(body=answered(format, "é" * 6, usage=usage)))
    said = len(QUESTION.system + "The brief.The vocabulary.Decide.")
    assert got.usage == Usage(input=-(-said // 4), output=3, calls=1, counted=True)


@every_format
def test_text_that_is_no_json_is_an_answer_all_the_same(format: str) -> None:
    assert answer(format, Reply(body=answered(format, GIVEN[:15]))).text == GIVEN[:15]


@every_format
def test_half_a_character_in_an_answer_can_be_said_back(format: str) -> None:
    with provider(Reply(body=answered(format, "a\ud83db \U0001f642", model=" "))) as server:
        model = adapter(format, server.url)
        (got,) = ask(model, QUESTION)
        assert (got.text.replace("\ufffd", ""), got.model) == ("ab \U0001f642", "m")
        ask(model, QUESTION.after(Turn(answer=got.text, findings="No.")))
    assert len(server.asked) == 2


# --- what goes wrong ------------------------------------------------------------------------


def error(format: str, message: str, code: str | None = None) -> Any:
    return {"type": "error", "error": {"type": "t", "message": message}} if format == MESSAGES else {"error": {"message": message, "code": code}}


FAILURES: list[tuple[int, dict[str, str], bool, float | None, str]] = [
    (429, {"retry-after": "7"}, True, 7.0, "too many requests or tokens a minute (429): Why."),
    (429, {"retry-after-ms": "1500", "retry-after": "2"}, True, 1.5, "too many requests or tokens a minute (429): Why."),
    (
        429,
        {"date": "Fri, 20 Nov 2026 10:00:00 GMT", "retry-after": "Fri, 20 Nov 2026 10:00:30 GMT"},
        True,
        30.0,
        "too many requests or tokens a minute (429): Why.",
    ),
    (429, {"retry-after": "soon"}, True, None, "too many requests or tokens a minute (429): Why."),
    (429, {}, True, None, "too many requests or tokens a minute (429): Why."),
    (500, {}, True, None, "the provider failed (500): Why."),
    (503, {"retry-after": "3"}, True, 3.0, "the provider failed (503): Why."),
    (529, {}, True, None, "the provider failed (529): Why."),
    (500, {"x-should-retry": "false"}, False, None, "the provider failed (500): Why."),
    (408, {}, True, None, "the request was refused (408): Why."),
    (413, {}, False, None, "the request was refused (413): Why."),
    (404, {}, False, None, "no model 'm' at URL (404): Why."),
]


@every_format
@pytest.mark.parametrize(("status", "headers", "transient", "wait", "line"), FAILURES)
def test_an_error_status_is_one_line(format: str, status: int, headers: dict[str, str], transient: bool, wait: float | None, line: str) -> None:
    caught, said = failure(format, Reply(status=status, headers=headers, body=error(format, "Why.")))
    assert said == line
    assert (caught.status, caught.transient, caught.retry_after) == (status, transient, wait)


@pytest.mark.parametrize(("format", "variable"), [(RESPONSES, "OPENAI_API_KEY"), (CHAT, "BACKEND_ARCHITECT_API_KEY"), (MESSAGES, "ANTHROPIC_API_KEY")])
def test_a_refused_key_is_named_by_its_variable_and_never_shown(format: str, variable: str) -> None:
    refused, line = failure(format, Reply(status=401, body=error(format, f"Incorrect API key provided: {KEY}")))
    assert (line, refused.transient, refused.status) == (f"the key in {variable} was refused (401)", False, 401)
    forbidden, line = failure(format, Reply(status=403, body=error(format, f"{KEY} may\nnot.")))
    assert (line, forbidden.transient) == (f"the key in {variable} may not do this (403): *** may not.", False)


def test_a_server_that_wants_a_key_says_where_to_set_it() -> None:
    with provider(Reply(status=401, body={"error": "key, please"})) as server, pytest.raises(ProviderError) as caught:
        ask(adapter(CHAT, server.url, key=""), QUESTION)
    assert str(caught.value) == f"{server.url}/v1#m: {server.url}/v1 wants a key (401): set BACKEND_ARCHITECT_API_KEY"


@pytest.mark.parametrize(
    ("format", "status", "body"),
    [
        (RESPONSES, 429, {"error": {"message": "Quota.", "code": "insufficient_quota"}}),
        (CHAT, 429, {"error": {"message": "Quota.", "code": "insufficient_quota"}}),
        (MESSAGES, 400, {"type": "error", "error": {"type": "invalid_request_error", "message": "Your credit balance is too low."}}),
    ],
)
def test_an_empty_account_is_not_asked_again(format: str, status: int, body: Any) -> None:
    caught, line = failure(format, Reply(status=status, body=body))
    assert line.startswith(f"the account has nothing left to spend ({status}): ")
    assert not caught.transient


@every_format
@pytest.mark.parametrize("body", [b"", b"<html>Bad gateway</html>" * 1000, b"[1", {"error": 7}, ["x"]])
def test_an_error_status_with_any_body_is_one_line(format: str, body: Any) -> None:
    caught, line = failure(format, Reply(status=502, body=body))
    assert line.startswith("the provider failed (502)")
    assert caught.transient


@every_format
def test_nobody_there_says_where(format: str) -> None:
    with provider(Reply()) as server:
        pass
    model = adapter(format, server.url)
    with pytest.raises(ProviderError, match=r"nothing answers at http://127\.0\.0\.1:\d+") as caught:
        ask(model, QUESTION)
    assert not caught.value.transient


@every_format
def test_a_server_that_answered_before_may_come_back(format: str) -> None:
    with provider(Reply(body=answered(format, GIVEN))) as server:
        model = adapter(format, server.url)
        ask(model, QUESTION)
    with pytest.raises(ProviderError, match="nothing answers at") as caught:
        ask(model, QUESTION)
    assert caught.value.transient


@every_format
def test_no_answer_in_time(format: str) -> None:
    caught, line = failure(format, Reply(body=answered(format, GIVEN), delay=30.0), timeout=0.3)
    assert line in ("no answer within 0.3 s from URL", "no answer in time from URL")
    assert caught.transient


@every_format
@pytest.mark.parametrize("cut_at", [0, 1, 60])
def test_a_connection_cut_in_the_middle_of_a_body(format: str, cut_at: int) -> None:
    caught, line = failure(format, Reply(body=answered(format, GIVEN), cut_at=cut_at))
    assert line.startswith("the connection to URL broke before the answer was complete: ")
    assert caught.transient


@every_format
def test_a_body_that_is_no_json(format: str) -> None:
    whole = json.dumps(answered(format, GIVEN)).encode()
    bodies: list[tuple[bytes, str]] = [
        (whole[:60], "ends in"),
        (b"", "is empty"),
        (b"<html>Hello</html>", "ends in"),
        (b"[" * 100_000, "ends in"),
        (b"\xff\xfe\x00", "ends in"),
    ]
    for body, end in bodies:
        caught, line = failure(format, Reply(body=body))
        assert line.startswith(f"URL answered {len(body):,} bytes that are no JSON: the body {end}"), line
        assert caught.transient


NONSENSE: tuple[Any, ...] = (None, 7, "x", [], {}, {"error": None}, [{"choices": []}])

WRONG: list[tuple[str, Any]] = [
    *((format, body) for format in FORMATS for body in NONSENSE),
    (RESPONSES, {"output": "x"}),
    (RESPONSES, {"output": [7]}),
    (RESPONSES, {"output": [{"type": "message", "content": [{"type": "output_text", "text": 7}]}]}),
    (RESPONSES, {"output": [{"type": "message", "content": ["x"]}]}),
    (CHAT, {"choices": []}),
    (CHAT, {"choices": "x"}),
    (CHAT, {"choices": [{"message": "x"}]}),
    (CHAT, {"choices": [{"message": {}}]}),
    (CHAT, {"choices": choice({"content": 7})}),
    (CHAT, {"choices": choice({"content": [{"type": "text", "text": "x"}]})}),
    (MESSAGES, answered(MESSAGES, GIVEN, content="x")),
    (MESSAGES, answered(MESSAGES, GIVEN, content=["x"])),
    (MESSAGES, answered(MESSAGES, GIVEN, content=[{"type": "text", "text": None}])),
    (MESSAGES, answered(MESSAGES, GIVEN, usage=None)),
    (MESSAGES, answered(MESSAGES, GIVEN, usage={"input_tokens": "many", "output_tokens": 2})),
]


@pytest.mark.parametrize(("format", "body"), WRONG)
def test_wrong_types_in_the_envelope(format: str, body: Any) -> None:
    caught, line = failure(format, Reply(body=body))
    assert line.startswith("URL answered what is no answer: ")
    assert caught.transient


@pytest.mark.parametrize(
    ("body", "transient"),
    [
        ({"status": "failed", "error": {"code": "server_error", "message": "Oh."}}, True),
        ({"status": "failed", "error": {"code": "vector_store_timeout", "message": "Oh."}}, False),
        ({"status": "cancelled"}, True),
    ],
)
def test_a_response_that_failed_inside_a_200(body: dict[str, Any], transient: bool) -> None:
    caught, _ = failure(RESPONSES, Reply(body=answered(RESPONSES, "", **body)))
    assert caught.transient == transient


@every_format
def test_an_answer_of_ten_megabytes_is_refused_and_not_asked_for_again(format: str) -> None:
    caught, line = failure(format, Reply(body=answered(format, "x" * 10_000_000)))
    assert line == "the answer is larger than 8 MB: nothing of it is used"
    assert not caught.transient


@pytest.mark.parametrize(
    ("format", "body"),
    [
        (CHAT, {"error": {"message": "Filtered.", "code": "content_filter"}}),
        (MESSAGES, {"type": "error", "error": {"type": "invalid_request_error", "message": "Output blocked by content filtering policy"}}),
    ],
)
def test_a_filter_that_answers_400_is_a_filter(format: str, body: Any) -> None:
    assert answer(format, Reply(status=400, body=body)).stop == "filter"


# --- servers that know less -----------------------------------------------------------------


def ways(server: Provider) -> list[str]:
    return [asked.body.get("response_format", {"type": "text"})["type"] for asked in server.asked]


NO_SCHEMA = Reply(status=400, body={"error": {"message": "response_format: json_schema is not supported"}})


def test_a_server_without_schemas_is_asked_for_any_object_from_then_on() -> None:
    with provider(NO_SCHEMA, Reply(body=answered(CHAT, GIVEN))) as server:
        got = ask(adapter(CHAT, server.url), QUESTION, QUESTION)
    assert [answer.text for answer in got] == [GIVEN, GIVEN]
    assert ways(server) == ["json_schema", "json_object", "json_object"]
    asked = server.asked[-1].body["messages"][1]["content"]
    assert json.loads(asked.rpartition("\n")[2]) == openai_schema(Verdict)


def test_a_server_without_json_is_asked_in_words_from_then_on() -> None:
    with provider(NO_SCHEMA, Reply(status=422, body={"detail": "no response_format"}), Reply(body=answered(CHAT, GIVEN))) as server:
        ask(adapter(CHAT, server.url), QUESTION, QUESTION)
    assert ways(server) == ["json_schema", "json_object", "text", "text"]


def test_a_server_that_refuses_every_way_says_why_it_refused_the_first_and_nothing_is_remembered() -> None:
    with provider(NO_SCHEMA, Reply(status=400, body={"error": {"message": "second"}})) as server:
        model = OpenAIChat("m", base_url=f"{server.url}/v1")
        with pytest.raises(ProviderError, match="json_schema is not supported"):
            ask(model, QUESTION)
    assert ways(server) == ["json_schema", "json_object", "text"]
    assert model.way == "json_schema"


def test_a_prompt_that_is_too_long_is_not_sent_in_other_ways() -> None:
    refused = Reply(status=400, body={"error": {"message": "This exceeds the context size", "code": None}})
    with provider(refused) as server, pytest.raises(ProviderError, match="context size"):
        ask(adapter(CHAT, server.url), QUESTION)
    assert len(server.asked) == 1


def test_a_server_that_calls_the_limit_otherwise_is_told_so_from_then_on() -> None:
    refused = Reply(status=400, body={"error": {"message": "Use 'max_completion_tokens' instead."}})
    with provider(refused, Reply(body=answered(CHAT, GIVEN))) as server:
        ask(adapter(CHAT, server.url), QUESTION, QUESTION)
    assert ways(server) == ["json_schema"] * 3
    assert [asked.body.get("max_completion_tokens") for asked in server.asked] == [None, 900, 900]


# --- streams --------------------------------------------------------------------------------

LONG = Question(stage="delivery", system="", parts=(Part(text="Plan."),), answer=Verdict, max_tokens=STREAM_ABOVE + 1)
STREAM = {"content-type": "text/event-stream"}


def test_a_long_answer_is_streamed_and_adds_up() -> None:
    stream = events(GIVEN[:9], "", GIVEN[9:])
    event_type: TypeAdapter[Any] = TypeAdapter(anthropic.types.RawMessageStreamEvent)
    for line in stream.decode().splitlines():
        if line.startswith("data:") and "ping" not in line:
            event_type.validate_json(line[5:])
    with provider(Reply(body=stream, headers=STREAM)) as server:
        assert ask(adapter(MESSAGES, server.url), LONG) == [Answer(text=GIVEN, stop="end", usage=USAGE, model="claude-served")]
    assert server.asked[0].body["stream"] is True


@pytest.mark.parametrize(("reason", "stop"), [("max_tokens", "length"), ("refusal", "refusal"), ("end_turn", "end")])
def test_why_a_streamed_answer_ends(reason: str, stop: StopReason) -> None:
    assert answer(MESSAGES, Reply(body=events(GIVEN, stop_reason=reason), headers=STREAM), question=LONG).stop == stop


@pytest.mark.parametrize(
    ("reply", "line", "transient"),
    [
        (Reply(body=events(GIVEN), headers=STREAM, cut_at=700), "the connection to URL broke before the answer was complete: ", True),
        (Reply(body=events(GIVEN)[:700], headers=STREAM), "the answer of URL broke off before its end", True),
        (Reply(body=b"", headers=STREAM), "the answer of URL broke off before its end", True),
        (Reply(body=b"data: {\n\n", headers=STREAM), "URL streamed an event that is no JSON", True),
        (Reply(body=b"data: 7\n\n", headers=STREAM), "URL answered what is no answer: 7", True),
        (Reply(body=sse({"type": "message_stop"}), headers=STREAM), "URL answered what is no answer: ", True),
        (Reply(body=events(*["x" * 900_000] * 10), headers=STREAM), "the answer is larger than 8 MB: nothing of it is used", False),
        (
            Reply(body=sse({"type": "error", "error": {"type": "overloaded_error", "message": "Busy."}}), headers=STREAM),
            "the provider broke off the answer (overloaded_error): Busy.",
            True,
        ),
        (
            Reply(body=sse({"type": "error", "error": {"type": "invalid_request_error", "message": "No."}}), headers=STREAM),
            "the provider broke off the answer (invalid_request_error): No.",
            False,
        ),
        (Reply(status=529, body=error(MESSAGES, "Busy.")), "the provider failed (529): Busy.", True),
        (Reply(body=events(GIVEN), headers=STREAM, delay=30.0), "no answer in time from URL", True),
    ],
)
def test_what_goes_wrong_in_a_stream(reply: Reply, line: str, transient: bool) -> None:
    caught, said = failure(MESSAGES, reply, question=LONG, timeout=0.5 if reply.delay else 20.0)
    assert said.startswith(line)
    assert caught.transient == transient


@every_format
def test_a_cancelled_call_stays_cancelled(format: str) -> None:
    async def run(model: Adapter) -> None:
        try:
            async with asyncio.timeout(0.3):
                await model.ask(QUESTION)
        finally:
            await model.aclose()

    with provider(Reply(delay=30.0)) as server, pytest.raises(TimeoutError):
        asyncio.run(run(adapter(format, server.url)))
