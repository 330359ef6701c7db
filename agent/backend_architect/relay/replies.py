"""An answer in a provider's wire format: whole, or as the events of a stream."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from backend_architect.models.wire import Format, Request
from backend_architect.relay.inbox import Given

Reply = dict[str, Any]


def reply(format: Format, *, key: str, request: Request, given: Given, read: int, written: int) -> Reply:
    """Return the body of the response.

    Args:
        format: The wire format.
        key: What the IDs are made of; the same for the same request.
        request: What was asked.
        given: What is answered.
        read: Input tokens.
        written: Output tokens.
    """
    match format:
        case "responses":
            return _response(key, request, [_item(key, given)], usage=_response_usage(read, written), status="completed")
        case "chat":
            return _completion(key, request, given, read=read, written=written)
        case "messages":
            content = [] if given.refused else [{"type": "text", "text": given.text, "citations": None}]
            return _message(key, request, content, stop="refusal" if given.refused else "end_turn", given=given, read=read, written=written)


def events(format: Format, *, key: str, request: Request, given: Given, read: int, written: int) -> Iterator[bytes]:
    """Return the same as `reply` does, as server-sent events."""
    match format:
        case "responses":
            for number, event in enumerate(_response_events(key, request, given, read=read, written=written)):
                yield _event({**event, "sequence_number": number}, name=event["type"])
        case "chat":
            for chunk in _chunks(key, request, given, read=read, written=written):
                yield _event(chunk)
            yield b"data: [DONE]\n\n"
        case "messages":
            for event in _message_events(key, request, given, read=read, written=written):
                yield _event(event, name=event["type"])


def failure(format: Format | None, *, status: int, message: str) -> Reply:
    """Return the body of an error in the provider's format."""
    kind = {404: "not_found_error", 403: "permission_error", 413: "request_too_large", 504: "timeout_error"}.get(status)
    kind = kind or ("invalid_request_error" if status < 500 else "api_error")
    if format == "messages":
        return {"type": "error", "error": {"type": kind, "message": message}, "request_id": None}
    return {"error": {"type": kind, "message": message, "param": None, "code": None}}


def models(*, anthropic: bool) -> Reply:
    """Return the list of models, of which there is one."""
    if anthropic:
        one = {
            "id": "relay",
            "type": "model",
            "display_name": "Relay",
            "created_at": "1970-01-01T00:00:00Z",
            "lifecycle": "active",
            "capabilities": None,
            "line": None,
            "max_input_tokens": None,
            "max_tokens": None,
        }
        return {"data": [one], "first_id": "relay", "last_id": "relay", "has_more": False}
    return {"object": "list", "data": [{"id": "relay", "object": "model", "created": 0, "owned_by": "relay"}]}


def _event(value: Reply, *, name: str = "") -> bytes:
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(value, separators=(',', ':'))}\n\n".encode()


def _part(given: Given) -> Reply:
    if given.refused:
        return {"type": "refusal", "refusal": given.text}
    return {"type": "output_text", "text": given.text, "annotations": [], "logprobs": []}


def _item(key: str, given: Given) -> Reply:
    return {"id": f"msg_{key}", "type": "message", "role": "assistant", "status": "completed", "content": [_part(given)]}


def _response(key: str, request: Request, output: list[Reply], *, usage: Reply | None, status: str) -> Reply:
    return {
        "id": f"resp_{key}",
        "object": "response",
        "created_at": 0.0,
        "status": status,
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        "model": request.model,
        "output": output,
        "parallel_tool_calls": True,
        "temperature": None,
        "tool_choice": "auto",
        "tools": [],
        "top_p": None,
        "usage": usage,
    }


def _response_usage(read: int, written: int) -> Reply:
    return {
        "input_tokens": read,
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": written,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": read + written,
    }


def _response_events(key: str, request: Request, given: Given, *, read: int, written: int) -> Iterator[Reply]:
    begun = _response(key, request, [], usage=None, status="in_progress")
    whole = _response(key, request, [_item(key, given)], usage=_response_usage(read, written), status="completed")
    item, part = whole["output"][0], _part(given)
    kind, field = ("refusal", "refusal") if given.refused else ("output_text", "text")
    place = {"item_id": item["id"], "output_index": 0, "content_index": 0}
    extra: Reply = {} if given.refused else {"logprobs": []}
    yield {"type": "response.created", "response": begun}
    yield {"type": "response.in_progress", "response": begun}
    yield {"type": "response.output_item.added", "output_index": 0, "item": {**item, "status": "in_progress", "content": []}}
    yield {"type": "response.content_part.added", **place, "part": {**part, field: ""}}
    yield {"type": f"response.{kind}.delta", **place, **extra, "delta": given.text}
    yield {"type": f"response.{kind}.done", **place, **extra, field: given.text}
    yield {"type": "response.content_part.done", **place, "part": part}
    yield {"type": "response.output_item.done", "output_index": 0, "item": item}
    yield {"type": "response.completed", "response": whole}


def _completion(key: str, request: Request, given: Given, *, read: int, written: int) -> Reply:
    return {
        "id": f"chatcmpl-{key}",
        "object": "chat.completion",
        "created": 0,
        "model": request.model,
        "choices": [{"index": 0, "finish_reason": "stop", "logprobs": None, "message": {"role": "assistant", **_said(given)}}],
        "usage": _completion_usage(read, written),
    }


def _said(given: Given) -> Reply:
    return {"content": None, "refusal": given.text} if given.refused else {"content": given.text, "refusal": None}


def _completion_usage(read: int, written: int) -> Reply:
    return {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}


def _chunks(key: str, request: Request, given: Given, *, read: int, written: int) -> Iterator[Reply]:
    head = {"id": f"chatcmpl-{key}", "object": "chat.completion.chunk", "created": 0, "model": request.model}
    choice = {"index": 0, "logprobs": None, "finish_reason": None}
    yield {**head, "choices": [{**choice, "delta": {"role": "assistant", **_said(given)}}]}
    yield {**head, "choices": [{**choice, "delta": {}, "finish_reason": "stop"}]}
    yield {**head, "choices": [], "usage": _completion_usage(read, written)}


def _message(key: str, request: Request, content: list[Reply], *, stop: str | None, given: Given, read: int, written: int) -> Reply:
    return {
        "id": f"msg_{key}",
        "type": "message",
        "role": "assistant",
        "model": request.model,
        "content": content,
        "stop_reason": stop,
        "stop_sequence": None,
        "stop_details": _stop_details(given) if stop else None,
        "usage": {"input_tokens": read, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0, "output_tokens": written},
    }


def _stop_details(given: Given) -> Reply | None:
    return {"type": "refusal", "category": None, "explanation": given.text} if given.refused else None


def _message_events(key: str, request: Request, given: Given, *, read: int, written: int) -> Iterator[Reply]:
    yield {"type": "message_start", "message": _message(key, request, [], stop=None, given=given, read=read, written=0)}
    if not given.refused:
        yield {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": "", "citations": None}}
        yield {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": given.text}}
        yield {"type": "content_block_stop", "index": 0}
    stop = {"stop_reason": "refusal" if given.refused else "end_turn", "stop_sequence": None, "stop_details": _stop_details(given)}
    yield {"type": "message_delta", "delta": stop, "usage": {"output_tokens": written}}
    yield {"type": "message_stop"}
