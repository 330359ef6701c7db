"""Security schemes of the OpenAPI document, read from what the design says about authentication."""

from __future__ import annotations

import re
from typing import Any

from backend_architect.design import Design, Endpoint
from backend_architect.expressions import expression

_HEADER = expression(r"\bX-[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*", re.IGNORECASE)
_COOKIE = expression(
    r"`((?:__Host-|__Secure-)?[A-Za-z][A-Za-z0-9_-]*)`[^.;]{0,20}\bcookie|\bcookie\s+`((?:__Host-|__Secure-)?[A-Za-z][A-Za-z0-9_-]*)`", re.IGNORECASE
)
_DENIED = expression(r"(?:\b(?:no|not|nor|without|never|instead of|rather than|over)\b|n't)\s+(?:\w+[\s/-]+){0,2}$", re.IGNORECASE)

_MENTIONS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("tokenHeader", expression(r"\bauthorization\s*:\s*token\b|\btoken\s+(?:<jwt>|jwt\.)", re.IGNORECASE)),
    ("session", expression(r"\bcookies?\b|\bsessions?\b", re.IGNORECASE)),
    ("apiKey", expression(r"\bapi[ -]?keys?\b|\bx-api-key\b", re.IGNORECASE)),
    ("basic", expression(r"\b(?:http )?basic auth", re.IGNORECASE)),
    ("mutualTls", expression(r"\bmtls\b|\bmutual tls\b|\bclient certificates?\b", re.IGNORECASE)),
    ("bearer", expression(r"\bjwts?\b|\bbearer\b|\boauth\b|\boauth2\b|\boidc\b|\bopenid\b|\b(?:access |id )?tokens?\b", re.IGNORECASE)),
)


def mentioned(text: str) -> str | None:
    """Return the scheme that a text names first and does not deny ("no JWT"), or None."""
    found = [
        (match.start(), rank, name)
        for rank, (name, pattern) in enumerate(_MENTIONS)
        for match in pattern.finditer(text)
        if not _DENIED.search(text[max(0, match.start() - 60) : match.start()])
    ]
    return min(found)[2] if found else None


def scheme(name: str, text: str) -> dict[str, Any]:
    """Return the OpenAPI security scheme of one of the names that `mentioned` gives."""
    match name:
        case "tokenHeader":
            return {"type": "apiKey", "in": "header", "name": "Authorization", "description": "`Token ` followed by the token"}
        case "session":
            cookie = _COOKIE.search(text)
            return {"type": "apiKey", "in": "cookie", "name": (cookie[1] or cookie[2]) if cookie else "session"}
        case "apiKey":
            header = _HEADER.search(text)
            return {"type": "apiKey", "in": "header", "name": header[0] if header else "X-API-Key"}
        case "basic":
            return {"type": "http", "scheme": "basic"}
        case "mutualTls":
            return {"type": "mutualTLS"}
        case _:
            return {"type": "http", "scheme": "bearer"} | ({"bearerFormat": "JWT"} if re.search(r"\bjwts?\b", text, re.IGNORECASE) else {})


def schemes(design: Design) -> dict[str, dict[str, Any]]:
    """Return the schemes that the endpoints need, by name; the one for people first.

    What the API decision says about authentication counts before what the security decision says;
    if neither names a method, people carry a bearer token and systems a key. `service` endpoints
    share the scheme of the people's only where that is one that systems use too.
    """
    said = [text for text in (design.api and design.api.decision.authentication, design.security and design.security.decision.authentication) if text]
    text = " · ".join(said)
    needed: dict[str, dict[str, Any]] = {}
    if any(endpoint.auth in ("user", "role", "optional") for endpoint in design.endpoints):
        name = next((name for part in said if (name := mentioned(part))), "bearer")
        needed[name] = scheme(name, text)
    if any(endpoint.auth == "service" for endpoint in design.endpoints):
        name = service_scheme(said, people="session" in needed or "tokenHeader" in needed or "basic" in needed)
        needed[name] = scheme(name, text)
    return needed


def service_scheme(said: list[str], *, people: bool) -> str:
    """Return the name of the scheme that systems use; `people` says whether another one is for people only."""
    for part in said:
        name = mentioned(part)
        if name in ("apiKey", "mutualTls") or (name == "bearer" and not people):
            return name
    joined = " ".join(said)
    return next((name for name, pattern in _MENTIONS if name in ("apiKey", "mutualTls") and pattern.search(joined)), "apiKey")


def requirement(endpoint: Endpoint, names: tuple[str, ...]) -> list[dict[str, list[str]]]:
    """Return the security requirement of an endpoint; an empty one lets everybody in.

    Args:
        endpoint: Whose.
        names: The schemes' names as `schemes` gives them: people's first, systems' last.
    """
    match endpoint.auth:
        case "none":
            return []
        case "optional":
            return [{}, {names[0]: []}]
        case "user":
            return [{names[0]: []}]
        case "role":
            # OpenAPI 3.1 lets any scheme list the roles that are required.
            return [{names[0]: list(dict.fromkeys(endpoint.roles))}]
        case "service":
            return [{names[-1]: []}]
