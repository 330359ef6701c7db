"""Which model a run asks, and the sentence that says why."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import genai_prices
import pytest
from pydantic import BaseModel

from backend_architect.errors import ModelError
from backend_architect.models.calls import close
from backend_architect.models.choose import DEFAULTS, Listening, LocalServer, choose, find_local, from_spec
from backend_architect.models.protocol import Part, Question
from model_server import CHAT, MESSAGES, RESPONSES, Provider, Reply, answered, provider

ANTHROPIC, OPENAI = f"anthropic:{DEFAULTS['anthropic']}", f"openai:{DEFAULTS['openai']}"
BOTH = {"ANTHROPIC_API_KEY": "a", "OPENAI_API_KEY": "o"}


def models(*names: Any) -> Reply:
    return Reply(body={"object": "list", "data": [{"id": name, "object": "model"} for name in names]})


def local(server: Provider, name: str = "Ollama") -> LocalServer:
    return LocalServer(name=name, port=urlsplit(server.url).port or 0)


def nobody() -> LocalServer:
    with provider(Reply()) as server:
        return local(server, "vLLM")


@pytest.mark.parametrize(
    ("asked", "configured", "environ", "name", "why"),
    [
        ("rules", "openai:x", BOTH, "rules", "Using the built-in rules: --model says so."),
        ("openai:gpt-x", "rules", BOTH, "openai:gpt-x", "Using openai:gpt-x: --model says so."),
        (None, "anthropic:claude-x", BOTH, "anthropic:claude-x", "Using anthropic:claude-x: the configuration says so."),
        (None, None, BOTH, ANTHROPIC, f"Using {ANTHROPIC}: ANTHROPIC_API_KEY is set."),
        (None, None, {"ANTHROPIC_API_KEY": " ", "OPENAI_API_KEY": "o"}, OPENAI, f"Using {OPENAI}: OPENAI_API_KEY is set."),
        (None, None, {}, "rules", "Using the built-in rules: no model is named, no key is set, and no local server answers."),
        ("http://h:1/v1/#org/m:8b", None, {}, "http://h:1/v1#org/m:8b", "Using http://h:1/v1#org/m:8b: --model says so."),
    ],
)
def test_the_order_of_choice(asked: str | None, configured: str | None, environ: Mapping[str, str], name: str, why: str) -> None:
    choice = choose(asked, configured=configured, environ=environ, servers=())
    assert (choice.name, choice.why) == (name, why)
    assert (choice.model is None) == (name == "rules")


def test_a_local_server_is_used_when_there_is_no_key() -> None:
    with provider(models("nomic-embed-text", "qwen3:8b", "llama4")) as first, provider(models("other")) as second:
        servers = (nobody(), local(first), local(second, "LM Studio"))
        choice = choose(environ={}, servers=servers, seconds=10.0)
        assert choice.name == f"{first.url}/v1#qwen3:8b"
        assert choice.why == f"Using {choice.name}: Ollama answers on port {servers[1].port}, and no key is set."
        assert [asked.path for asked in first.asked] == ["/v1/models"]
        assert choose(environ={"OPENAI_API_KEY": "o"}, servers=servers).name == OPENAI


def test_all_local_servers_are_found_in_the_order_given() -> None:
    with provider(models("a", 7, None, "b\n")) as first, provider(models("b")) as second:
        servers = (local(second), nobody(), local(first))
        assert find_local(servers, seconds=10.0) == (Listening(server=servers[0], models=("b",)), Listening(server=servers[2], models=("a",)))


@pytest.mark.parametrize(
    "reply",
    [
        Reply(status=404, body={"data": [{"id": "m"}]}),
        Reply(body=b"<html>It works!</html>"),
        Reply(body={"data": "x"}),
        Reply(body=["m"]),
        Reply(body={"data": []}),
        Reply(body={"data": [{"id": "text-embedding-3"}]}),
        Reply(body=b'{"data":[{"id":"m"}]}', cut_at=9),
        Reply(body={"data": [{"id": "m"}]}, delay=20.0),
    ],
)
def test_what_else_listens_there_is_not_a_model(reply: Reply) -> None:
    with provider(reply) as server:
        assert choose(environ={}, servers=(local(server),), seconds=0.2 if reply.delay else 10.0).name == "rules"


def test_a_server_named_without_a_model_is_asked_for_its_first() -> None:
    with provider(models("m1", "m2")) as server:
        model = from_spec(f"{server.url}/v1", environ={"BACKEND_ARCHITECT_API_KEY": "k", "OPENAI_API_KEY": "o"})
        assert model is not None
        assert model.name == f"{server.url}/v1#m1"
        assert server.asked[0].headers["authorization"] == "Bearer k"


@pytest.mark.parametrize(
    ("spec", "environ", "message"),
    [
        ("gpt-6", {}, "unknown model 'gpt-6': expected 'openai:NAME', 'anthropic:NAME', 'http://host:port/v1#NAME' or 'rules'; did you mean 'openai:gpt-6'?"),
        ("", {}, "unknown model '': expected 'openai:NAME', 'anthropic:NAME', 'http://host:port/v1#NAME' or 'rules'"),
        ("rules:x", {}, "unknown model 'rules:x': expected 'openai:NAME', 'anthropic:NAME', 'http://host:port/v1#NAME' or 'rules'"),
        ("openai:m", {}, "openai needs a key: set OPENAI_API_KEY, or use --model rules"),
        ("anthropic:m", {"OPENAI_API_KEY": "o"}, "anthropic needs a key: set ANTHROPIC_API_KEY, or use --model rules"),
        ("openai", {"OPENAI_API_KEY": "a\nb"}, "the value of OPENAI_API_KEY is no key: it has spaces, line breaks or characters outside ASCII"),
        ("openai", {"OPENAI_API_KEY": "“key”"}, "the value of OPENAI_API_KEY is no key: it has spaces, line breaks or characters outside ASCII"),
        ("http://#m", {}, "--model: 'http://#m' is no address of a server: expected 'http://host:port/v1'"),
        ("http://h:x/v1#m", {}, "--model: 'http://h:x/v1#m' is no address of a server: expected 'http://host:port/v1'"),
        ("http://u:secret@h/v1#m", {}, "--model: an address with a user or a password in it is not taken: set BACKEND_ARCHITECT_API_KEY instead"),
        ("openai:m", {**BOTH, "OPENAI_BASE_URL": "h/v1"}, "OPENAI_BASE_URL: 'h/v1' is no address of a server: expected 'http://host:port/v1'"),
    ],
)
def test_a_name_that_cannot_be_asked(spec: str, environ: Mapping[str, str], message: str) -> None:
    with pytest.raises(ModelError) as caught:
        choose(spec, environ=environ)
    assert str(caught.value) == message


def test_a_server_that_lists_nothing_wants_a_name() -> None:
    with provider(models()) as server, pytest.raises(ModelError) as caught:
        from_spec(f"{server.url}/v1", environ={})
    assert str(caught.value) == f"{server.url}/v1 lists no model: name one, as in '{server.url}/v1#NAME'"


class Yes(BaseModel):
    yes: bool


@pytest.mark.parametrize(
    ("spec", "format", "path", "environ"),
    [
        ("openai:m", RESPONSES, "/v1/responses", "OPENAI_BASE_URL={url}/v1"),
        ("anthropic:m", MESSAGES, "/v1/messages", "ANTHROPIC_BASE_URL={url}"),
        ("{url}/v1#m", CHAT, "/v1/chat/completions", "X="),
    ],
)
def test_a_relay_on_loopback_needs_no_key(spec: str, format: str, path: str, environ: str) -> None:
    with provider(Reply(body=answered(format, '{"yes":true}'))) as server:
        variable, _, value = environ.partition("=")
        model = from_spec(spec.format(url=server.url), environ={variable: value.format(url=server.url)})
        assert model is not None

        async def run() -> str:
            try:
                return (await model.ask(Question(stage="s", system="", parts=(Part(text="Is it?"),), answer=Yes))).text
            finally:
                await close(model)

        assert asyncio.run(run()) == '{"yes":true}'
        assert [asked.path for asked in server.asked] == [path]


def test_a_recording_needs_no_key() -> None:
    assert [choose(spec, environ={}, needs_key=False).name for spec in ("openai:m", "anthropic:m")] == ["openai:m", "anthropic:m"]


@pytest.mark.parametrize(("provider_id", "model"), sorted(DEFAULTS.items()))
def test_the_default_models_have_a_known_price(provider_id: str, model: str) -> None:
    price = genai_prices.calc_price(genai_prices.Usage(input_tokens=1_000_000, output_tokens=0), model_ref=model, provider_id=provider_id)
    assert price.total_price > Decimal(0)


def test_choosing_imports_no_sdk() -> None:
    code = "import sys; from backend_architect.models.choose import choose; choose('openai:m', environ={'OPENAI_API_KEY': 'k'}); print(sorted({'openai', 'anthropic', 'httpx2', 'tenacity'} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
