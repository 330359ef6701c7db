"""OpenAI's own models, over the responses API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backend_architect.errors import ProviderError
from backend_architect.models.calls import CONNECT_SECONDS, Place, Pool, guessed, json_body, prefix_key, repairs, reported, served, texts, well_formed
from backend_architect.models.protocol import Answer, Question, StopReason, Usage
from backend_architect.models.schemas import openai_schema
from backend_architect.models.wire import relayed, slug

if TYPE_CHECKING:
    from openai import AsyncOpenAI

URL = "https://api.openai.com/v1"

_POLICY = ("policy", "misalignment", "prompt")
"""In an error code: the provider withholds an answer to this prompt, however often it is asked."""


class OpenAIResponses:
    """A model of OpenAI's."""

    def __init__(self, model: str, *, api_key: str, base_url: str = URL, timeout: float = 600.0) -> None:
        """Name the model and its key; nothing is imported or opened before the first question.

        Args:
            model: The model as OpenAI names it.
            api_key: The key.
            base_url: Where the API is, `/v1` included.
            timeout: Seconds a call may take in all.
        """
        self._place = Place(name=f"openai:{model}", model=model, url=base_url, key=api_key, key_variable="OPENAI_API_KEY", timeout=timeout)
        self._pool: Pool[AsyncOpenAI] = Pool(self._client)

    @property
    def name(self) -> str:
        """`openai:NAME`."""
        return self._place.name

    async def ask(self, question: Question) -> Answer:
        """Have the question answered.

        Raises:
            ProviderError: If no answer came.
        """
        place = self._place
        async with (
            place.asked(),
            self._pool.client().responses.with_streaming_response.create(**_request(place.model, question)) as response,
        ):
            body = await json_body(place, response)
        return _answer(place, question, body)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._pool.aclose()

    def _client(self) -> AsyncOpenAI:
        from openai import AsyncOpenAI, Timeout

        place = self._place
        timeout = Timeout(place.timeout, connect=min(CONNECT_SECONDS, place.timeout))
        return AsyncOpenAI(api_key=place.key, base_url=place.url, timeout=timeout, max_retries=0)


def _request(model: str, question: Question) -> dict[str, Any]:
    return {
        "model": model,
        "instructions": question.system,
        "input": [
            {"role": "user", "content": [{"type": "input_text", "text": text} for text in texts(question)]},
            *({"role": role, "content": text} for role, text in repairs(question)),
        ],
        "text": {"format": {"type": "json_schema", "name": slug(question.stage), "schema": openai_schema(question.answer), "strict": True}},
        "max_output_tokens": question.max_tokens,
        "prompt_cache_key": prefix_key(question),
        # A brief is the user's own: OpenAI need not keep it.
        "store": False,
    }


def _answer(place: Place, question: Question, body: Any) -> Answer:
    match body:
        case {"status": "failed", "error": {"code": str(code), "message": str(message)}}:
            if any(sign in code for sign in _POLICY):
                return Answer(text=well_formed(message), stop="filter", usage=_usage(question, body, message), model=place.model)
            transient = code in ("server_error", "rate_limit_exceeded")
            raise ProviderError(f"{place.name}: the provider failed ({code}): {' '.join(message.split())[:300]}", transient=transient)
        case {"status": "failed" | "cancelled" | "queued" | "in_progress" as status}:
            raise ProviderError(f"{place.name}: the provider gave up on the answer ({status})", transient=True)
        case {"output": list(output)}:
            pass
        case _:
            raise place.senseless(body)
    written: list[str] = []
    refused: list[str] = []
    for item in output:
        match item:
            case {"type": "message", "content": list(contents)}:
                for content in contents:
                    match content:
                        case {"type": "output_text", "text": str(text)}:
                            written.append(text)
                        case {"type": "refusal", "refusal": str(text)}:
                            refused.append(text)
                        case _:
                            raise place.senseless(content)
            case {"type": str()}:
                # Reasoning and its like: paid for, not part of the answer.
                pass
            case _:
                raise place.senseless(item)
    text = well_formed("".join(refused or written))
    return Answer(text=text, stop=_stop(body, refused=bool(refused)), usage=_usage(question, body, text), model=served(place, body))


def _stop(body: dict[str, Any], *, refused: bool) -> StopReason:
    match body:
        case _ if refused:
            return "refusal"
        case {"incomplete_details": {"reason": "content_filter"}}:
            return "filter"
        case {"status": "incomplete"}:
            return "length"
    return "end"


def _usage(question: Question, body: dict[str, Any], text: str) -> Usage:
    match body.get("usage"):
        case {"input_tokens": read, "output_tokens": wrote, **more} if reported(read) is not None and reported(wrote) is not None:
            details = more.get("input_tokens_details")
            cached, writes = (details.get("cached_tokens"), details.get("cache_write_tokens")) if isinstance(details, dict) else (0, 0)
            return Usage(input=read, cached=reported(cached) or 0, cache_writes=reported(writes) or 0, output=wrote, calls=1, counted=relayed(body))
    return guessed(question, text)
