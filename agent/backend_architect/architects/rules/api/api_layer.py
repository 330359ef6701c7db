"""Layer 1: the pattern of the API, its versions, its errors, its limits."""

from __future__ import annotations

import re

from backend_architect.architects.rules.api.api_errors import errors
from backend_architect.architects.rules.case import Case
from backend_architect.architects.rules.language.wording import cites, clipped, counted, figure, headed, listing, quoted, sentences, spaced
from backend_architect.architects.rules.layers.grounds import Ground, client, demanding, doing, mention, people, relay
from backend_architect.architects.rules.structure.topics import topical
from backend_architect.design import ApiDecision, Endpoint, Entity, Rejected, Scope, Structure
from backend_architect.expressions import expression

__all__ = ["KEY", "decide", "errors"]

KEY = "d-api"

ANONYMOUS_WRITES = 10
"""Writes a minute that one address may make without being known."""
PER_USER = 100
"""Requests a minute for each user (seed 003: "100 req/min per user")."""
FEW = 50
"""Up to this many named users a project is an internal tool."""

_VERSION = expression(r"/v\d+(?:/|$)")
_GRAPHQL = expression(r"\bgraphql\b", re.IGNORECASE)
_GRPC = expression(r"\bgrpc\b|\bprotobuf\b", re.IGNORECASE)
_SCHEME = expression(r"Authorization:\s*(?P<scheme>[A-Za-z]+)\s")
_ERROR_BODY = expression(r'"(?P<member>errors?)"\s*:')
_LOCAL = expression(r"http://(?:localhost|127\.0\.0\.1|0\.0\.0\.0):(?P<port>\d{2,5})")
_PUBLIC = expression(r"\b(?:public(?:ly)? (?:api|available)|anyone|anonymous|visitors?|guests?)\b|匿名", re.IGNORECASE)


def decide(case: Case, scope: Scope, structure: Structure, entities: tuple[Entity, ...], endpoints: tuple[Endpoint, ...]) -> ApiDecision:
    """Decide what holds for all endpoints."""
    spelled = tuple(e for e in endpoints if e.origin == "brief")
    named = mention(case, _GRAPHQL)
    rests_on = cites(
        [n for e in spelled for n in e.cites[:1]],
        case.traits.auth_basis.cites,
        named.cites if named else (),
        [n for e in endpoints if e.primary for n in e.cites],
        [a.statement for a in people(case)[:3]] if not spelled else (),
        most=10,
    )
    return ApiDecision(
        key=KEY,
        choice=_choice(endpoints, spelled),
        why=_why(case, endpoints, spelled, entities),
        rejected=_rejected(case, endpoints, spelled, entities, named),
        satisfies=topical(case, scope, "api"),
        cites=rests_on,
        pattern=_pattern(case, named, spelled),
        versioning=_versioning(endpoints, spelled, brief=case.traits.size == "tiny"),
        authentication=_authentication(case, endpoints),
        documentation=_documentation(case, endpoints, spelled),
        errors=_errors(case),
        pagination=_pagination(endpoints),
        rate_limit=rate_limit(case, endpoints),
    )


def _choice(endpoints: tuple[Endpoint, ...], spelled: tuple[Endpoint, ...]) -> str:
    if spelled and len(spelled) == len(endpoints):
        return f"REST: the {counted(len(spelled), 'endpoint')} of the brief, as they stand"
    if spelled:
        return f"REST: {counted(len(spelled), 'endpoint')} of the brief and {counted(len(endpoints) - len(spelled), 'one')} it implies".replace(
            "ones", "more"
        ).replace("one one", "one more")
    return f"REST, {counted(len(endpoints), 'endpoint')}" if endpoints else "REST; its endpoints wait for answers to the open questions"


def _pattern(case: Case, named: Ground | None, spelled: tuple[Endpoint, ...]) -> str:
    if named is not None and not spelled:
        return (
            f"REST with JSON over HTTPS as drafted here; the brief names GraphQL ({quoted(named.quote, 70)}): one `POST /graphql` over the same "
            "modules takes its place if that is kept"
        )
    return f"REST with JSON over {carrier(case)}"


def carrier(case: Case) -> str:
    """Return the protocol that callers speak: plain HTTP where the brief itself gives such an address for this backend."""
    for statement in demanding(case):
        for found in _LOCAL.finditer(statement.text):
            # An address of another system says nothing about this one.
            if not any(system.name.lower() in statement.text.lower() for system in case.systems):
                return f"HTTP on port {found['port']}"
    return "HTTPS"


def _resources(endpoints: tuple[Endpoint, ...], entities: tuple[Entity, ...]) -> list[str]:
    names = {e.key: spaced(e.name) for e in entities}
    found = [names[e.entity] for e in endpoints if e.entity in names]
    return list(dict.fromkeys(found)) or [spaced(e.name) for e in entities if e.tier != "future"]


def _why(case: Case, endpoints: tuple[Endpoint, ...], spelled: tuple[Endpoint, ...], entities: tuple[Entity, ...]) -> str:
    resources = _resources(endpoints, entities)
    if spelled:
        calls = listing([f"`{e.method} {e.path}`" for e in spelled], most=3)
        callers = "their callers exist or are tested against them" if case.contracts.ours else "they are a contract"
        return sentences(f"The brief spells out {calls}: {callers}, so paths, members and status codes stay as written")
    acts = doing(people(case), most=3)
    what = (
        f"What is asked ({acts}) is a set of operations on {listing(resources, most=4)}"
        if acts and resources
        else f"The operations are reads and writes of {listing(resources, most=4) or 'one thing'}"
    )
    if case.traits.size == "tiny":
        return f"Plain operations on {listing(resources, most=3)}" if resources else what
    seen = client(case)
    return sentences(
        what,
        f"The caller is a client in a browser ({quoted(seen.quote, 70)}), which speaks HTTP and JSON as it is"
        if seen
        else "Every caller speaks HTTP and JSON; each resource is cached and tested by its URL",
    )


def _rejected(
    case: Case, endpoints: tuple[Endpoint, ...], spelled: tuple[Endpoint, ...], entities: tuple[Entity, ...], named: Ground | None
) -> tuple[Rejected, ...]:
    resources = _resources(endpoints, entities)
    found: list[Rejected] = []
    if case.traits.size == "tiny":
        return ()
    if named is None:
        if spelled:
            because = f"the brief fixes {counted(len(spelled), 'path')}; a single query path would break them"
        elif len(resources) < 3:
            joined = any(field.ref for entity in entities if entity.tier != "future" for field in entity.fields)
            one = listing(resources) or "one resource"
            because = (
                f"{one} {'need' if len(resources) > 1 else 'needs'} no query language: "
                f"{'each answer names what it refers to by its identifier' if joined else 'there is nothing to join'}"
            )
        else:
            because = (
                f"{counted(len(resources), 'resource')} with fixed shapes; a query language adds resolvers, depth limits and lost HTTP caching for one client"
            )
        found.append(Rejected(option="GraphQL", because=because))
    if mention(case, _GRPC) is None:
        seen = client(case)
        because = (
            "a browser cannot call it without a proxy"
            if seen
            else "callers post plain JSON, as the brief writes it"
            if spelled
            else "callers would need generated stubs for a handful of calls"
        )
        found.append(Rejected(option="gRPC", because=because))
    return tuple(found)


def _versioning(endpoints: tuple[Endpoint, ...], spelled: tuple[Endpoint, ...], *, brief: bool) -> str:
    breaking = (
        "a breaking change gets a new path"
        if brief
        else "a breaking change gets a new path beside the old one, which goes on for 6 months with a `Sunset` header"
    )
    versioned = [e for e in endpoints if _VERSION.search(e.path)]
    if spelled and not any(_VERSION.search(e.path) for e in spelled):
        return f"The paths of the brief carry no version and get none; members are only added; {breaking}"
    if versioned:
        found = _VERSION.search(versioned[0].path)
        version = found[0].strip("/") if found else "v1"
        said = "as the brief spells it" if spelled else "in the path"
        prefix = versioned[0].path[: versioned[0].path.index(version) + len(version)]
        return f"`{prefix}` {said}" if brief else f"URI: `{prefix}`, {said}; members are only added; {breaking}"
    return f"None in the paths yet: one client, released together with the API; {breaking}"


def _authentication(case: Case, endpoints: tuple[Endpoint, ...]) -> str:
    needed = sum(1 for e in endpoints if e.auth not in ("none", "optional"))
    share = f"{needed} of {len(endpoints)} endpoints" if needed < len(endpoints) else "every endpoint"
    if (more := sum(1 for e in endpoints if e.auth == "optional")) and needed:
        share += f", optional on {more}"
    basis = clipped(case.traits.auth_basis.because, 150)
    match case.traits.auth:
        case "none":
            return "None" if case.traits.size == "tiny" else f"None: {basis}"
        case "optional":
            return f"Optional: open to all, more for known users ({share}); {basis}"
        case "session":
            return f"Session cookie (`HttpOnly`, `Secure`, `SameSite=Lax`) on {share}; {basis}"
        case "token":
            scheme = next((m["scheme"] for s in case.brief.statements if (m := _SCHEME.search(s.text))), "Bearer")
            return f"`Authorization: {scheme} <token>` on {share}; signed, 60 minutes; {basis}"
        case "api-key":
            return f"API key in a header, one for each calling system, on {share}; {basis}"
        case "external":
            return f"OpenID Connect with the identity provider that exists, on {share}; this backend keeps no passwords; {basis}"


def _documentation(case: Case, endpoints: tuple[Endpoint, ...], spelled: tuple[Endpoint, ...]) -> str:
    if case.traits.size == "tiny":
        return "`openapi.yaml`"
    tested = f"; CI checks every answer of the {counted(len(endpoints), 'endpoint')} against it" if endpoints else ""
    source = "written from the brief's own examples" if spelled else "written before the code"
    return f"`openapi.yaml` (OpenAPI 3.1) in the repository, {source}{tested}"


def _errors(case: Case) -> str:
    for statement in case.brief.statements:
        if statement.kind == "code" and (found := _ERROR_BODY.search(statement.text)) and case.label(statement.number) != "excluded":
            return f"The brief's own error body, with its member `{found['member']}`; a `X-Request-Id` header names the request in the log"
    if case.traits.size == "tiny":
        return "RFC 9457, with `code`"
    return "`application/problem+json` (RFC 9457) with `code`, `request_id` and, for input, `errors[]` naming each field"


def _pagination(endpoints: tuple[Endpoint, ...]) -> str:
    lists = [e for e in endpoints if e.many or e.pagination != "none"]
    if not lists:
        return "None: no endpoint returns a list"
    said: list[str] = []
    for style in ("cursor", "offset"):
        paths = listing([f"`{e.path}`" for e in lists if e.pagination == style], most=3)
        if paths:
            how = "a cursor made of the last row's sort key and id" if style == "cursor" else "`limit` and `offset`"
            said.append(f"{how} on {paths}, 20 a page, at most 100")
    short = [f"`{e.path}`" for e in lists if e.pagination == "none"]
    if short:
        said.append(f"none on {listing(short, most=3)}, whose lists stay short (the answer is capped at 1,000 rows)")
    return headed("; ".join(said))


def rate_limit(case: Case, endpoints: tuple[Endpoint, ...]) -> str:
    """Return how many requests a caller may send, with the number or the reason for none."""
    users = case.profile.number("users")
    if _unnamed(case):
        return (
            "None for each caller: the brief names no callers to tell apart, and a refused call is a lost one. Instead back-pressure: "
            "at most 64 requests wait for a connection, further ones get 503 at once"
        )
    if users is not None and users <= FEW:
        return f"None: {case.profile.values('users')[0]} are known by name; a limit of 100 requests/min for each comes with the first outside user"
    if case.traits.auth in ("api-key", "external") and not any(_PUBLIC.search(s.text) for s in demanding(case)):
        who = "calling system" if case.traits.auth == "api-key" else "signed-in user"
        return f"{PER_USER} requests/min for each {who}, a token bucket in the API; 429 with `Retry-After`"
    known = case.traits.auth in ("session", "token")
    writes = [
        f"`{e.method} {e.path}`"
        for e in endpoints
        if e.auth in ("none", "optional") and e.method in ("POST", "PUT", "PATCH", "DELETE") and "/webhooks/" not in e.path
    ]
    if case.traits.size == "tiny":
        return f"{PER_USER} requests/min an address"
    said = [f"{PER_USER} requests/min for each user" if known else f"{PER_USER} requests/min for each address"]
    if writes:
        said.append(f"{ANONYMOUS_WRITES} a minute for each address on {listing(writes, most=2)}, which need no account")
    return f"{'; '.join(said)}; 429 with `Retry-After`{_headroom(case)}"


def _unnamed(case: Case) -> bool:
    """Whether the callers are programs of which the brief says nothing."""
    if relay(case) is not None:
        return True
    return bool(case.contracts.ours) and case.traits.auth == "none" and not case.actors and not any(_PUBLIC.search(s.text) for s in demanding(case))


def _headroom(case: Case) -> str:
    rate = case.traits.writes_per_second
    return (
        f" (the stated {figure(rate)} writes/s are the sum over all addresses, so no honest one comes near)" if rate and case.traits.auth != "session" else ""
    )
