"""How clients learn of changes: one of five ways, argued against the other four."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from backend_architect.architects.rules.case import Case
from backend_architect.architects.rules.language import wording
from backend_architect.architects.rules.layers import evidence
from backend_architect.design import Endpoint, Entity, RealTime, Rejected
from backend_architect.expressions import expression

_STREAM = expression(r"\bweb ?sockets?\b|\bserver[- ]sent\b|\bSSE\b", re.IGNORECASE)

Choice = Literal["request-response", "short-polling", "long-polling", "sse", "websocket"]


def realtime(case: Case, entities: Sequence[Entity], endpoints: Sequence[Endpoint]) -> RealTime | None:
    """Return the choice, or None when nobody waits for anybody else's change."""
    if case.traits.shape != "service":
        return None
    choice = _choice(case, endpoints)
    if choice is None:
        return None
    asked = case.traits.realtime_basis
    noun = evidence.thing(evidence.primary(endpoints), entities)
    said = _said(case)
    why, because = _argue(case, choice, noun, said, endpoints)
    rejected = tuple(Rejected(option=option, because=reason) for option, reason in because.items() if option != choice)
    cites = asked.cites[:4] if case.traits.realtime != "none" else _status_cites(endpoints)
    return RealTime(choice=choice, why=why, rejected=rejected, cites=cites)


def _choice(case: Case, endpoints: Sequence[Endpoint]) -> Choice | None:
    methods = {endpoint.method for endpoint in endpoints}
    # The contract is decided by the API layer: what it opens is what clients get.
    if "WS" in methods:
        return "websocket"
    if "SSE" in methods:
        return "sse"
    match case.traits.realtime:
        case "websocket" | "sse" as stream:
            return stream
        case "later":
            return "request-response"
        case _:
            return "short-polling" if any(endpoint.status == 202 for endpoint in endpoints) else None


def _status_cites(endpoints: Sequence[Endpoint]) -> tuple[int, ...]:
    return wording.cites(*(endpoint.cites for endpoint in endpoints if endpoint.status == 202), most=4)


def _said(case: Case) -> str:
    """Return what the brief says about live updates, in its own words."""
    cites = case.traits.realtime_basis.cites
    if not cites:
        fact = case.profile.first("real-time")
        return f"the stated fact `real-time: {fact.value}`" if fact is not None and not fact.cites else "the brief"
    texts = [case.statement(number).text for number in cites]
    return wording.quoted(next((text for text in texts if _STREAM.search(text)), texts[0]), 80)


def _argue(case: Case, choice: Choice, noun: str, said: str, endpoints: Sequence[Endpoint]) -> tuple[str, dict[str, str]]:
    nouns = wording.plural(noun)
    users = case.profile.number("concurrent-users") or case.profile.number("users")
    crowd = f"{wording.figure(users)} users" if users else "every open client"
    match choice:
        case "websocket":
            return (
                f"Clients send {nouns} and receive those of others over the same connection; asked by {said}.",
                {
                    "request-response": f"shows one's own {noun} only; others' {nouns} appear after a reload",
                    "short-polling": f"{crowd} asking every 2 s is {_polls(users, 2)} that mostly return nothing, and {wording.article(noun)} is still up to 2 s late",
                    "long-polling": f"a new request after each {noun}: in a busy minute that is polling with longer headers",
                    "sse": "one way only: sending would need a second channel and its own order",
                },
            )
        case "sse":
            return (
                (
                    f"Changes flow from the server to the client; changes by the client are ordinary requests. Asked by {said}. The browser reconnects by"
                    " itself and sends `Last-Event-ID`, which carries (`created_at`, `id`)."
                ),
                {
                    "request-response": f"a changed {noun} would show only after a reload",
                    "short-polling": (
                        f"{crowd} asking every 3 s is {_polls(users, 3)} for changes that are rare; it is the fallback where a proxy breaks streams"
                    ),
                    "long-polling": "as many open connections as SSE, without its reconnect and its event IDs",
                    "websocket": (
                        "its second direction stays unused and costs a protocol of our own; it comes when clients have to send more than a few messages a"
                        " second"
                    ),
                },
            )
        case "short-polling":
            accepted = next((endpoint for endpoint in endpoints if endpoint.status == 202), None)
            where = f"`{evidence.call(accepted)}` answers 202 with `Location`" if accepted else f"The {noun} has a state that its callers read"
            again = "the caller asks there again after `Retry-After: 5`" if accepted else f"the caller reads the {noun} again after 5 s"
            return (
                (f"{where}; {again}. Callers are programs, and {wording.article(noun)} is usually done within one or two looks."),
                {
                    "request-response": f"would hold the caller until the {noun} is processed, and lose it in a restart",
                    "long-polling": "keeps a connection open per waiting caller for a result that nobody watches",
                    "sse": "a stream per caller for one event",
                    "websocket": "senders of many kinds would all have to speak it",
                },
            )
        case _:
            two_way = "chat" in said.lower() or "websocket" in said.lower() or "bid" in said.lower()
            stream = "WebSocket" if two_way else "SSE"
            return (
                f"Live updates are for later in this brief ({said}): now a client reads {nouns} when it opens and after each of its own writes.",
                {
                    "short-polling": f"a stopgap worth one line in the client (every 5 s) if people miss others' {nouns} before the stream is built",
                    "long-polling": "server work that the stream would replace",
                    "sse": (
                        "the later choice if only the server has news; here "
                        + ("clients send as much as they receive" if two_way else "that is the case, so it comes first when its time comes")
                    ),
                    "websocket": (
                        f"comes with the later requirement{': it names it' if 'websocket' in said.lower() else ''}; until then connection state without a user"
                        if stream == "WebSocket"
                        else "two directions are not asked for"
                    ),
                },
            )


def _polls(users: float | None, seconds: int) -> str:
    return f"{wording.figure(users / seconds)} requests/s" if users and users >= seconds else "a request every few seconds each"
