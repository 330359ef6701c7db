"""Which model is asked: from a name, from keys, from what listens on this machine."""

from __future__ import annotations

import http.client
import json
import os
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import SplitResult, urlsplit

from backend_architect.errors import ModelError
from backend_architect.models.anthropic_messages import URL as ANTHROPIC_URL
from backend_architect.models.anthropic_messages import AnthropicMessages
from backend_architect.models.calls import is_loopback
from backend_architect.models.openai_chat import KEY_VARIABLE, OpenAIChat
from backend_architect.models.openai_responses import URL as OPENAI_URL
from backend_architect.models.openai_responses import OpenAIResponses
from backend_architect.models.protocol import ChatModel

Provider = Literal["anthropic", "openai"]

DEFAULTS: Mapping[Provider, str] = {"anthropic": "claude-sonnet-5-5", "openai": "gpt-6.1-sol"}
"""The model of each provider that is asked when only the provider is known: its newest of middle price (both $2 in, $10 out a million tokens)."""

KEY_VARIABLES: Mapping[Provider, str] = {"anthropic": "ANTHROPIC_API_KEY", "openai": "OPENAI_API_KEY"}
"""In the order they are looked at."""

URL_VARIABLES: Mapping[Provider, str] = {"anthropic": "ANTHROPIC_BASE_URL", "openai": "OPENAI_BASE_URL"}

RULES = "rules"

_NO_KEY = "none"
"""Sent where no key is wanted: the SDKs insist on one."""

_NOT_FOR_TEXT = ("embed", "rerank", "whisper", "tts")
"""In the names of models that write no text."""

_LARGEST_LIST = 1_000_000


@dataclass(frozen=True, kw_only=True)
class LocalServer:
    """A kind of server and the port it takes unless told otherwise."""

    name: str
    port: int

    @property
    def url(self) -> str:
        """Its base URL on this machine."""
        return f"http://127.0.0.1:{self.port}/v1"


LOCAL_SERVERS = (
    LocalServer(name="Ollama", port=11434),
    LocalServer(name="LM Studio", port=1234),
    LocalServer(name="vLLM", port=8000),
    LocalServer(name="llama.cpp", port=8080),
)


@dataclass(frozen=True, kw_only=True)
class Listening:
    """A local server that answers, and the models it offers, in its own order."""

    server: LocalServer
    models: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What was chosen."""

    model: ChatModel | None
    """None: the built-in rules."""
    why: str
    """One sentence for the user: what, and because of what."""

    @property
    def name(self) -> str:
        """The model's name, or `rules`."""
        return self.model.name if self.model is not None else RULES


def choose(
    asked: str | None = None,
    *,
    configured: str | None = None,
    environ: Mapping[str, str] = os.environ,
    needs_key: bool = True,
    servers: Sequence[LocalServer] = LOCAL_SERVERS,
    seconds: float = 0.2,
) -> Choice:
    """Choose the model of a run: what is asked for, else what is configured, else by key, else what listens here, else the rules.

    Args:
        asked: The value of `--model`, if given.
        configured: The value in the configuration, if any.
        environ: The environment: keys and base URLs.
        needs_key: Whether a provider is useless without a key; not so when a recording answers.
        servers: Local servers to look for, the preferred first.
        seconds: How long to wait for all of them together.

    Raises:
        ModelError: If a model is named that cannot be asked.
    """
    for spec, source in ((asked, "--model says so"), (configured, "the configuration says so")):
        if spec is not None:
            return _chosen(from_spec(spec, environ=environ, needs_key=needs_key), source)
    for provider, variable in KEY_VARIABLES.items():
        if environ.get(variable, "").strip():
            return _chosen(from_spec(provider, environ=environ), f"{variable} is set")
    for listening in find_local(servers, seconds=seconds):
        if name := _writer(listening.models):
            model = OpenAIChat(name, base_url=listening.server.url, api_key=_key(environ, KEY_VARIABLE))
            return _chosen(model, f"{listening.server.name} answers on port {listening.server.port}, and no key is set")
    return _chosen(None, "no model is named, no key is set, and no local server answers")


def from_spec(spec: str, *, environ: Mapping[str, str] = os.environ, needs_key: bool = True) -> ChatModel | None:
    """Return the model that a name stands for; None for `rules`.

    Args:
        spec: `openai:NAME`, `anthropic:NAME`, either without a name for its default, `http://host:port/v1#NAME`, or `rules`.
        environ: The environment: keys and base URLs.
        needs_key: Whether a provider is useless without a key.

    Raises:
        ModelError: If the name means nothing, the key is missing, or a server named without a model offers none.
    """
    spec = spec.strip()
    provider, _, model = spec.partition(":")
    match provider:
        case "rules" if spec == RULES:
            return None
        case "openai":
            url, key = _access(provider, environ=environ, needs_key=needs_key)
            return OpenAIResponses(model or DEFAULTS[provider], api_key=key, base_url=url)
        case "anthropic":
            url, key = _access(provider, environ=environ, needs_key=needs_key)
            return AnthropicMessages(model or DEFAULTS[provider], api_key=key, base_url=url)
        case "http" | "https":
            return _compatible(spec, environ=environ)
    hint = next((f"; did you mean {f'{owner}:{spec}'!r}?" for start, owner in (("claude", "anthropic"), ("gpt", "openai")) if spec.startswith(start)), "")
    raise ModelError(f"unknown model {spec!r}: expected 'openai:NAME', 'anthropic:NAME', 'http://host:port/v1#NAME' or 'rules'{hint}")


def find_local(servers: Sequence[LocalServer] = LOCAL_SERVERS, *, seconds: float = 0.2) -> tuple[Listening, ...]:
    """Return the local servers that list their models within `seconds`, in the order given; all are asked at once."""
    found: dict[LocalServer, tuple[str, ...]] = {}

    def look(server: LocalServer) -> None:
        if models := _listed(urlsplit(server.url), key="", seconds=seconds):
            found[server] = models

    # Daemons: a server that answers a byte a second must not hold up the end of the program.
    threads = [threading.Thread(target=look, args=(server,), daemon=True) for server in servers]
    for thread in threads:
        thread.start()
    until = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))
    answered = dict(found)
    return tuple(Listening(server=server, models=answered[server]) for server in servers if server in answered)


def _chosen(model: ChatModel | None, because: str) -> Choice:
    what = "the built-in rules" if model is None else model.name
    return Choice(model=model, why=f"Using {what}: {because}.")


def _access(provider: Provider, *, environ: Mapping[str, str], needs_key: bool) -> tuple[str, str]:
    """Return base URL and key of a provider."""
    url = environ.get(URL_VARIABLES[provider], "").strip() or {"anthropic": ANTHROPIC_URL, "openai": OPENAI_URL}[provider]
    _split(url, URL_VARIABLES[provider])
    variable = KEY_VARIABLES[provider]
    key = _key(environ, variable)
    if not key and needs_key and not is_loopback(url):
        raise ModelError(f"{provider} needs a key: set {variable}, or use --model rules")
    return url, key or _NO_KEY


def _key(environ: Mapping[str, str], variable: str) -> str:
    key = environ.get(variable, "").strip()
    if not (key.isascii() and key.isprintable()) or " " in key:
        raise ModelError(f"the value of {variable} is no key: it has spaces, line breaks or characters outside ASCII")
    return key


def _compatible(spec: str, *, environ: Mapping[str, str]) -> OpenAIChat:
    url = _split(spec, "--model")
    base, key = url._replace(fragment="").geturl().rstrip("/"), _key(environ, KEY_VARIABLE)
    name = url.fragment or _writer(_listed(urlsplit(base), key=key, seconds=2.0))
    if not name:
        raise ModelError(f"{base} lists no model: name one, as in '{base}#NAME'")
    return OpenAIChat(name, base_url=base, api_key=key)


def _split(url: str, source: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        good = False
    if not good:
        raise ModelError(f"{source}: {url!r} is no address of a server: expected 'http://host:port/v1'")
    if parts.username or parts.password:
        # The name of a model is printed and kept; a password must not be part of it.
        raise ModelError(f"{source}: an address with a user or a password in it is not taken: set {KEY_VARIABLE} instead")
    return parts


def _listed(url: SplitResult, *, key: str, seconds: float) -> tuple[str, ...]:
    """Return the models a server lists; none if it does not answer as such a server does."""
    kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    connection = kind(url.hostname or "", url.port, timeout=seconds)
    try:
        connection.request("GET", f"{url.path.rstrip('/')}/models", headers={"authorization": f"Bearer {key}"} if key else {})
        response = connection.getresponse()
        body = json.loads(response.read(_LARGEST_LIST)) if response.status == 200 else None
    except (OSError, http.client.HTTPException, ValueError, RecursionError):
        return ()
    finally:
        connection.close()
    match body:
        case {"data": list(entries)}:
            return tuple(entry["id"] for entry in entries if isinstance(entry, dict) and isinstance(entry.get("id"), str) and entry["id"].isprintable())
    return ()


def _writer(models: Sequence[str]) -> str | None:
    """Return the first model that writes text, by its name."""
    return next((model for model in models if model and not any(sign in model.lower() for sign in _NOT_FOR_TEXT)), None)
