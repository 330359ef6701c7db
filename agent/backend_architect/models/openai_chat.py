"""Any server that speaks OpenAI's chat completions: Ollama, vLLM, llama.cpp, LM Studio, and hosted ones."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal

from backend_architect.errors import ProviderError
from backend_architect.models.calls import CONNECT_SECONDS, Place, Pool, guessed, json_body, repairs, reported, served, texts, well_formed
from backend_architect.models.protocol import Answer, Question, StopReason, Usage
from backend_architect.models.schemas import openai_schema
from backend_architect.models.wire import relayed, slug

if TYPE_CHECKING:
    from openai import AsyncOpenAI

KEY_VARIABLE = "BACKEND_ARCHITECT_API_KEY"
"""The key for such a server, if it wants one; the key for OpenAI is never sent elsewhere."""

Way = Literal["json_schema", "json_object", "text"]
"""How the server is held to JSON: by the schema, to any object, by words alone."""

WAYS: tuple[Way, ...] = ("json_schema", "json_object", "text")

_STOPS: dict[object, StopReason] = {"length": "length", "content_filter": "filter"}

_TOO_LONG = ("context_length", "context length", "context size", "context window", "too many tokens", "maximum context")
"""In the message of a 400: no other way of asking will help."""


class OpenAIChat:
    """A model behind a base URL."""

    def __init__(self, model: str, *, base_url: str, api_key: str = "", timeout: float = 1_800.0) -> None:
        """Name the model and the server; nothing is imported or opened before the first question.

        Args:
            model: The model as the server names it.
            base_url: Where the API is, `/v1` included.
            api_key: The key, if the server wants one.
            timeout: Seconds a call may take in all: a model on a laptop writes ten tokens a second.
        """
        url = base_url.rstrip("/")
        self._place = Place(name=f"{url}#{model}", model=model, url=url, key=api_key, key_variable=KEY_VARIABLE, timeout=timeout)
        self._pool: Pool[AsyncOpenAI] = Pool(self._client)
        self._way: Way = "json_schema"
        self._limit = "max_tokens"

    @property
    def name(self) -> str:
        """`http://host:port/v1#NAME`."""
        return self._place.name

    @property
    def way(self) -> Way:
        """How the server is held to JSON, as far as is known."""
        return self._way

    async def ask(self, question: Question) -> Answer:
        """Have the question answered, in the strictest way the server takes.

        Raises:
            ProviderError: If no answer came.
        """
        first: ProviderError | None = None
        limit = self._limit
        ways = list(WAYS[WAYS.index(self._way) :])
        while ways:
            try:
                answer = await self._ask(question, ways[0], limit)
            except ProviderError as error:
                if error.status not in (400, 422) or any(sign in str(error).lower() for sign in _TOO_LONG):
                    raise
                if _filtered(error):
                    return Answer(text=str(error), stop="filter", usage=Usage(calls=1), model=self._place.model)
                first = first or error
                if "max_completion_tokens" in str(error) and limit == "max_tokens":
                    limit = "max_completion_tokens"
                else:
                    del ways[0]
            else:
                # Remembered only now: a request refused in every way says nothing about the ways.
                self._way, self._limit = ways[0], limit
                return answer
        assert first is not None
        raise first

    async def aclose(self) -> None:
        """Close the connections."""
        await self._pool.aclose()

    async def _ask(self, question: Question, way: Way, limit: str) -> Answer:
        place = self._place
        async with (
            place.asked(),
            self._pool.client().chat.completions.with_streaming_response.create(**_request(place.model, question, way, limit)) as response,
        ):
            body = await json_body(place, response)
        return _answer(place, question, body)

    def _client(self) -> AsyncOpenAI:
        from openai import AsyncOpenAI, Omit, Timeout

        place = self._place
        timeout = Timeout(place.timeout, connect=min(CONNECT_SECONDS, place.timeout))
        # The SDK would read these from OPENAI_ORG_ID and OPENAI_PROJECT_ID: they are OpenAI's business alone.
        headers: Any = {"OpenAI-Organization": Omit(), "OpenAI-Project": Omit()}
        return AsyncOpenAI(api_key=place.key or "none", base_url=place.url, timeout=timeout, max_retries=0, default_headers=headers)


def _request(model: str, question: Question, way: Way, limit: str) -> dict[str, Any]:
    said = list(texts(question))
    if way != "json_schema":
        schema = json.dumps(openai_schema(question.answer), ensure_ascii=False, separators=(",", ":"))
        said.append(f"Answer with one JSON object and nothing else: no fence, no words around it. It fits this JSON Schema:\n{schema}")
    system = [{"role": "system", "content": question.system}] if question.system.strip() else []
    request: dict[str, Any] = {
        "model": model,
        "messages": [*system, {"role": "user", "content": "\n\n".join(said)}, *({"role": role, "content": text} for role, text in repairs(question))],
        limit: question.max_tokens,
    }
    match way:
        case "json_schema":
            schema_of = {"name": slug(question.stage), "schema": openai_schema(question.answer), "strict": True}
            request["response_format"] = {"type": "json_schema", "json_schema": schema_of}
        case "json_object":
            request["response_format"] = {"type": "json_object"}
    return request


def _filtered(error: ProviderError) -> bool:
    return "content_filter" in str(error) or "content management policy" in str(error)


def _answer(place: Place, question: Question, body: Any) -> Answer:
    match body:
        case {"choices": [{"message": dict(message), **choice}, *_]}:
            pass
        case _:
            raise place.senseless(body)
    stop = choice.get("finish_reason")
    reason: StopReason = _STOPS.get(stop, "end") if isinstance(stop, str) else "end"
    match message:
        case {"refusal": str(text)} if text:
            reason = "refusal"
        case {"content": str(text)}:
            text = _without_thinking(text)
        case {"content": None} | {"role": _}:
            text = ""
        case _:
            raise place.senseless(message)
    if not (message.get("content") is None or isinstance(message["content"], str)):
        raise place.senseless(message)
    text = well_formed(text)
    return Answer(text=text, stop=reason, usage=_usage(question, body, text), model=served(place, body))


def _without_thinking(text: str) -> str:
    """Return the answer without the thinking that a server left in it; one that never ends is all there is."""
    opened = text.lstrip()
    if not opened.startswith("<think>"):
        return text
    _, closed, rest = opened.partition("</think>")
    return rest.lstrip() if closed else ""


def _usage(question: Question, body: dict[str, Any], text: str) -> Usage:
    match body.get("usage"):
        case {"prompt_tokens": read, "completion_tokens": wrote, **more} if reported(read) is not None and reported(wrote) is not None:
            details = more.get("prompt_tokens_details")
            cached, writes = (details.get("cached_tokens"), details.get("cache_write_tokens")) if isinstance(details, dict) else (0, 0)
            return Usage(input=read, cached=reported(cached) or 0, cache_writes=reported(writes) or 0, output=wrote, calls=1, counted=relayed(body))
    return guessed(question, text)
