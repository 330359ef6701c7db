"""Anthropic's models, over the messages API."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from backend_architect.errors import ProviderError
from backend_architect.models.calls import (
    CONNECT_SECONDS,
    LARGEST_BODY,
    LARGEST_STREAM,
    Place,
    Pool,
    Streamed,
    capped,
    json_body,
    repairs,
    reported,
    served,
    well_formed,
)
from backend_architect.models.protocol import Answer, Question, StopReason, Usage
from backend_architect.models.schemas import anthropic_schema
from backend_architect.models.wire import relayed

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic

URL = "https://api.anthropic.com"

STREAM_ABOVE = 21_000
"""Output tokens from which an answer is streamed: the SDK takes 128,000 an hour and refuses to wait silently for more than ten minutes."""

MARKS = 4
"""Cache marks that Anthropic takes in one request."""

_STOPS: dict[object, StopReason] = {"max_tokens": "length", "model_context_window_exceeded": "length", "refusal": "refusal"}

_FILTERED = "content filtering policy"
"""In the message of a 400: the answer was withheld."""


class AnthropicMessages:
    """A model of Anthropic's."""

    def __init__(self, model: str, *, api_key: str, base_url: str = URL, timeout: float = 600.0) -> None:
        """Name the model and its key; nothing is imported or opened before the first question.

        Args:
            model: The model as Anthropic names it.
            api_key: The key.
            base_url: Where the API is, without `/v1`.
            timeout: Seconds a call may take in all; a streamed answer may take six times as long.
        """
        self._place = Place(name=f"anthropic:{model}", model=model, url=base_url, key=api_key, key_variable="ANTHROPIC_API_KEY", timeout=timeout)
        self._pool: Pool[AsyncAnthropic] = Pool(self._client)

    @property
    def name(self) -> str:
        """`anthropic:NAME`."""
        return self._place.name

    async def ask(self, question: Question) -> Answer:
        """Have the question answered.

        Raises:
            ProviderError: If no answer came.
        """
        place, streamed = self._place, question.max_tokens > STREAM_ABOVE
        try:
            async with (
                place.asked(6.0 if streamed else 1.0),
                self._pool.client().messages.with_streaming_response.create(**_request(place.model, question, streamed=streamed)) as response,
            ):
                body = await (_streamed_body(place, response) if streamed else json_body(place, response))
        except ProviderError as error:
            if error.status == 400 and _FILTERED in str(error):
                return Answer(text=str(error), stop="filter", usage=Usage(calls=1), model=place.model)
            raise
        return _answer(place, body)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._pool.aclose()

    def _client(self) -> AsyncAnthropic:
        from anthropic import AsyncAnthropic, Timeout

        place = self._place
        timeout = Timeout(place.timeout, connect=min(CONNECT_SECONDS, place.timeout))
        return AsyncAnthropic(api_key=place.key, base_url=place.url, timeout=timeout, max_retries=0)


def _request(model: str, question: Question, *, streamed: bool) -> dict[str, Any]:
    parts = [part for part in question.parts if part.text.strip()]
    marked = [number for number, part in enumerate(parts) if part.shared][-MARKS:]
    blocks: list[dict[str, Any]] = [{"type": "text", "text": part.text} for part in parts]
    for number in marked:
        blocks[number]["cache_control"] = {"type": "ephemeral"}
    request: dict[str, Any] = {
        "model": model,
        "messages": [{"role": "user", "content": blocks}, *({"role": role, "content": text} for role, text in repairs(question))],
        "max_tokens": question.max_tokens,
        "output_config": {"format": {"type": "json_schema", "schema": anthropic_schema(question.answer)}},
    }
    if question.system.strip():
        request["system"] = question.system
    if streamed:
        request["stream"] = True
    return request


async def _streamed_body(place: Place, response: Streamed) -> dict[str, Any]:
    """Return what a stream of events adds up to, as the body that the same answer has when it is not streamed."""
    body: dict[str, Any] = {}
    text: list[str] = []
    size = 0
    async for event in _events(place, response):
        match event:
            case {"type": "message_start", "message": dict(message)}:
                body = {**message, "usage": dict(message["usage"]) if isinstance(message.get("usage"), dict) else {}}
            case {"type": "content_block_delta", "delta": {"type": "text_delta", "text": str(delta)}}:
                text.append(delta)
                size += len(delta)
                if size > LARGEST_BODY:
                    raise ProviderError(f"{place.name}: the answer is larger than {LARGEST_BODY // 1_000_000} MB: nothing of it is used", transient=False)
            case {"type": "message_delta", "delta": dict(delta), **more}:
                usage = more.get("usage")
                # The counts of this event are the answer's totals, not its own.
                counts = {key: value for key, value in usage.items() if value is not None} if isinstance(usage, dict) else {}
                body = {**body, **delta, "usage": {**body.get("usage", {}), **counts}}
            case {"type": "message_stop"}:
                return {**body, "content": [{"type": "text", "text": "".join(text)}]}
            case {"type": "error", "error": dict(error)}:
                kind, said = error.get("type"), str(error.get("message", ""))
                transient = kind in ("overloaded_error", "api_error", "rate_limit_error", "timeout_error")
                raise ProviderError(f"{place.name}: the provider broke off the answer ({kind}): {' '.join(said.split())[:300]}", transient=transient)
            case {"type": str()}:
                pass
            case _:
                raise place.senseless(event)
    raise ProviderError(f"{place.name}: the answer of {place.url} broke off before its end", transient=True)


async def _events(place: Place, response: Streamed) -> AsyncIterator[Any]:
    """Yield the data of server-sent events; each of Anthropic's is one line of JSON."""
    rest = b""
    async for chunk in capped(place, response, LARGEST_STREAM):
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            if line.startswith(b"data:"):
                try:
                    yield json.loads(line[5:])
                except (ValueError, RecursionError) as error:
                    raise ProviderError(f"{place.name}: {place.url} streamed an event that is no JSON", transient=True) from error


def _answer(place: Place, body: Any) -> Answer:
    match body:
        case {"type": "message", "content": list(blocks), "usage": {"input_tokens": read, "output_tokens": wrote, **counts}}:
            pass
        case _:
            raise place.senseless(body)
    written: list[str] = []
    for block in blocks:
        match block:
            case {"type": "text", "text": str(text)}:
                written.append(text)
            case {"type": str(kind)} if kind != "text":
                # Thinking: paid for, not part of the answer.
                pass
            case _:
                raise place.senseless(block)
    cached, writes = reported(counts.get("cache_read_input_tokens")) or 0, reported(counts.get("cache_creation_input_tokens")) or 0
    uncached, output = reported(read), reported(wrote)
    if uncached is None or output is None:
        raise place.senseless(body["usage"])
    stop = body.get("stop_reason")
    text = "".join(written)
    if stop == "refusal" and not text:
        match body:
            case {"stop_details": {"explanation": str(text)}}:
                pass
    return Answer(
        text=well_formed(text),
        stop=_STOPS.get(stop, "end") if isinstance(stop, str) else "end",
        usage=Usage(input=uncached + cached + writes, cached=cached, cache_writes=writes, output=output, calls=1, counted=relayed(body)),
        model=served(place, body),
    )
