"""One HTTP call to a provider, as the three adapters make it: its limits, and its failures as one clear line."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from typing import Any, Generic, Protocol, TypeVar
from urllib.parse import urlsplit

from backend_architect.errors import ProviderError, ReplayError
from backend_architect.models.protocol import Question, Usage, estimated_tokens

LARGEST_BODY = 8_000_000
"""Most bytes of a whole answer: a hundred times what a stage writes."""

LARGEST_STREAM = 64_000_000
"""Most bytes of a streamed answer, where a word travels in an envelope of a hundred."""

CONNECT_SECONDS = 10.0

_NOTHING = "(empty)"
"""Stands for an empty answer in a repair turn: providers refuse empty messages."""

_TRANSIENT = frozenset({408, 409, 425, 429})

_SPENT = ("insufficient_quota", "billing", "credit balance")
"""What a 429 or a 400 says when waiting does not help."""


@dataclass(kw_only=True)
class Place:
    """Where a model is asked, and what is known of it."""

    name: str
    """The model as the user names it."""
    model: str
    """The model as the provider names it."""
    url: str
    key: str = field(default="", repr=False)
    key_variable: str
    """Where the user sets the key."""
    timeout: float
    """Seconds a call may take in all."""
    reached: bool = False
    """Whether anything was ever answered here: only then is a refused connection a passing state."""

    @asynccontextmanager
    async def asked(self, patience: float = 1.0) -> AsyncIterator[None]:
        """Turn what goes wrong in a call into a `ProviderError`.

        Args:
            patience: How many times the timeout this call may take in all; a single silence may not be longer than the timeout.

        Raises:
            ProviderError: If the call fails, answers an error, or takes longer than it may.
        """
        import httpx2

        try:
            async with asyncio.timeout(self.timeout * patience):
                yield
        except ProviderError:
            raise
        except TimeoutError as error:
            raise ProviderError(f"{self.name}: no answer within {self.timeout * patience:g} s from {self.url}", transient=True) from error
        except (httpx2.HTTPError, OSError) as error:
            raise self._unreachable(error) from error
        except Exception as error:
            for cause in _causes(error):
                # A recording without the answer: no fault of the provider's, whatever its SDK wraps around it.
                if isinstance(cause, ReplayError):
                    raise cause from None
            # Both SDKs carry the answer on their own errors, and have no base class in common.
            match error:
                case object(status_code=int(status), response=response):
                    self.reached = True
                    raise self._refused(status, error, response.headers) from error
                case object(request=_, message=_):
                    raise self._unreachable(error) from error
            if type(error).__module__.startswith("anyio"):
                # A TLS connection that ends in the middle of a record comes through httpx2 as it is.
                raise self._unreachable(error) from error
            raise
        self.reached = True

    def senseless(self, body: object) -> ProviderError:
        """Return the error for a body that is JSON, yet not what the provider documents."""
        return ProviderError(f"{self.name}: {self.url} answered what is no answer: {_clip(json.dumps(body, ensure_ascii=True), 120)}", transient=True)

    def _unreachable(self, error: Exception) -> ProviderError:
        causes = tuple(_causes(error))
        if any("Timeout" in type(cause).__name__ for cause in causes):
            return ProviderError(f"{self.name}: no answer in time from {self.url}", transient=True)
        why = next((text for text in (_clip(str(cause), 200) for cause in reversed(causes)) if text), type(error).__name__)
        if any(type(cause).__name__ == "ConnectError" for cause in causes):
            # A wrong address or a server that was never started does not mend itself.
            return ProviderError(f"{self.name}: nothing answers at {self.url}: {why}", transient=self.reached)
        return ProviderError(f"{self.name}: the connection to {self.url} broke before the answer was complete: {why}", transient=True)

    def _refused(self, status: int, error: Exception, headers: Mapping[str, str]) -> ProviderError:
        code = getattr(error, "code", None)
        said = " ".join(filter(None, [f"[{code}]" if code and str(code) != str(status) else "", self.said(error)]))
        spent = status in (400, 402, 403, 429) and any(sign in said.lower() for sign in _SPENT)
        transient = not spent and (status in _TRANSIENT or status >= 500)
        if headers.get("x-should-retry") in ("true", "false"):
            transient = headers["x-should-retry"] == "true"
        because = f": {said}" if said else ""
        match status:
            case 401 if self.key:
                # What the provider says here may quote the key.
                line = f"the key in {self.key_variable} was refused (401)"
            case 401:
                line = f"{self.url} wants a key (401): set {self.key_variable}"
            case 403:
                line = f"the key in {self.key_variable} may not do this (403){because}"
            case 404:
                line = f"no model {self.model!r} at {self.url} (404){because}"
            case _ if spent:
                line = f"the account has nothing left to spend ({status}){because}"
            case 429:
                line = f"too many requests or tokens a minute (429){because}"
            case _ if status >= 500:
                line = f"the provider failed ({status}){because}"
            case _:
                line = f"the request was refused ({status}){because}"
        return ProviderError(f"{self.name}: {line}", transient=transient, retry_after=retry_after(headers), status=status)

    def said(self, error: Exception) -> str:
        """Return what the provider says of an error, as one line without the key; empty if it says nothing legible."""
        match getattr(error, "body", None):
            case {"error": {"message": str(text)}} | {"message": str(text)} | {"error": str(text)} | {"detail": str(text)} | str(text):
                pass
            case _:
                text = ""
        return _clip(text.replace(self.key, "***") if self.key else text, 300)


class Streamed(Protocol):
    """A response whose body has not been read, in either SDK."""

    def iter_bytes(self, chunk_size: int | None = None) -> AsyncIterator[bytes]:
        """Yield the body, decompressed."""
        ...


async def json_body(place: Place, response: Streamed) -> Any:
    """Return the JSON a response holds.

    Raises:
        ProviderError: If it is larger than `LARGEST_BODY`, or no JSON.
    """
    read = bytearray()
    async for chunk in capped(place, response, LARGEST_BODY):
        read += chunk
    try:
        return json.loads(read)
    except (ValueError, RecursionError) as error:
        what = f"ends in {_clip(repr(bytes(read[-40:])), 80)}" if read else "is empty"
        raise ProviderError(f"{place.name}: {place.url} answered {len(read):,} bytes that are no JSON: the body {what}", transient=True) from error


async def capped(place: Place, response: Streamed, most: int) -> AsyncIterator[bytes]:
    """Yield a response's body, up to `most` bytes.

    Raises:
        ProviderError: If there is more.
    """
    size = 0
    async for chunk in response.iter_bytes():
        size += len(chunk)
        if size > most:
            raise ProviderError(f"{place.name}: the answer is larger than {most // 1_000_000} MB: nothing of it is used", transient=False)
        yield chunk


Client = TypeVar("Client")


class Pool(Generic[Client]):
    """The SDK's client with its open connections, one an event loop."""

    def __init__(self, make: Callable[[], Client]) -> None:
        """Say how a client is made; it is made at the first call."""
        self._make = make
        self._client: Client | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def client(self) -> Client:
        """Return the client of the running loop."""
        loop = asyncio.get_running_loop()
        if self._client is None or self._loop is not loop:
            self._client, self._loop = self._make(), loop
        return self._client

    async def aclose(self) -> None:
        """Close the connections; the next call opens new ones."""
        client, self._client = self._client, None
        if client is not None and self._loop is asyncio.get_running_loop():
            await client.close()  # type: ignore[attr-defined]


async def close(model: object) -> None:
    """Close the connections of a model, whatever is wrapped around it; a model without any is left alone."""
    match model:
        case object(aclose=aclose):
            await aclose()
        case object(inner=inner):
            await close(inner)


def is_loopback(url: str) -> bool:
    """Say whether a URL points to this machine, by its host's name or number alone."""
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def texts(question: Question) -> tuple[str, ...]:
    """Return the parts of the user's message that say anything."""
    return tuple(part.text for part in question.parts if part.text.strip())


def repairs(question: Question) -> Iterator[tuple[str, str]]:
    """Yield role and text of each message after the first: what was answered, what was wrong with it."""
    for turn in question.turns:
        yield "assistant", turn.answer if turn.answer.strip() else _NOTHING
        yield "user", turn.findings


def prefix_key(question: Question) -> str:
    """Return a short name for what all requests of a run begin with: system text and the first shared part."""
    shared = next((part.text for part in question.parts if part.shared), "")
    return hashlib.sha256(f"{question.system}\0{shared}".encode(errors="surrogatepass")).hexdigest()[:32]


def well_formed(text: str) -> str:
    """Return a text without the halves of characters that JSON escapes can spell and nothing can encode."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode(errors="surrogatepass").decode(errors="replace")
    return text


def served(place: Place, body: Mapping[str, Any]) -> str:
    """Return the model that answered, as the provider says, else as it was asked for."""
    named = body.get("model")
    return _clip(named, 100) if isinstance(named, str) and named.strip() else place.model


def reported(value: object) -> int | None:
    """Return a count that a provider reports, None for what is no count."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def guessed(question: Question, text: str) -> Usage:
    """Return a usage for a provider that reports none: four bytes of UTF-8 a token."""
    asked = "".join((question.system, *texts(question), *(said for _, said in repairs(question))))
    return Usage(input=estimated_tokens(asked), output=estimated_tokens(text), calls=1, counted=True)


def retry_after(headers: Mapping[str, str], now: Callable[[], float] = time.time) -> float | None:
    """Return the seconds a provider asks to wait: `retry-after-ms`, or `retry-after` in seconds or as a date."""
    for header, scale in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            seconds = float(headers.get(header, "")) / scale
        except ValueError:
            continue
        return seconds if 0 <= seconds < float("inf") else None
    try:
        at = parsedate_to_datetime(headers["retry-after"]).timestamp()
        # The two clocks differ; the provider's own says how long its date is away.
        sent = parsedate_to_datetime(headers["date"]).timestamp() if "date" in headers else now()
    except (KeyError, ValueError, OverflowError):
        return None
    return max(0.0, at - sent)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and what led to it, the root last."""
    seen: BaseException | None = error
    for _ in range(10):
        if seen is None:
            return
        yield seen
        seen = seen.__cause__ or seen.__context__


def _clip(text: str, most: int) -> str:
    line = " ".join("".join(char if char.isprintable() else " " for char in text[: most * 2]).split())
    return line if len(line) <= most else line[: most - 1] + "…"
