"""Layer 4: the least security that the loop needs, and what would call for more."""

from __future__ import annotations

import re

from backend_architect.architects.rules.api.api_layer import rate_limit
from backend_architect.architects.rules.case import Case
from backend_architect.architects.rules.language.wording import ENGINE_NAMES, cites, clipped, counted, figure, headed, listing, lowered, quoted, sentences
from backend_architect.architects.rules.layers.grounds import RELATIONAL, demanding, is_identity, mention, outside, platform, relay, uploads
from backend_architect.architects.rules.layers.permissions import permissions
from backend_architect.architects.rules.scope.data_classes import data_classes
from backend_architect.architects.rules.structure.topics import topical
from backend_architect.design import DataClass, Endpoint, Entity, Parameter, Permission, Rejected, Scope, SecurityDecision, SecurityLayer, Structure
from backend_architect.expressions import expression

KEY = "d-security"

_LINKS = expression(r"\b(?:urls?|links?|webhooks?|callbacks?|fetch\w*|crawl\w*|scrap\w*|avatars? url|image url)\b", re.IGNORECASE)
_FIRST = expression(r"\bsecurity[- ]first\b|\bsecure by (?:design|default)\b|\ball (?:user )?inputs? (?:must|should|shall|need)", re.IGNORECASE)
_SIGN_IN = expression(r"\b(?:sign(?:s|ed|ing)?|log(?:s|ged|ging)?)[- ]?(?:in|on)\b|\blogins?\b|\bauthenticat\w+|\banmeld\w+|\beinlogg\w+", re.IGNORECASE)
_MAILED = expression(
    r"\b(?P<what>code|link|pin)s?\b[^.;]{0,60}\b(?:e-?mail|mail|sms|text message)|\b(?:e-?mail|mail|sms|text message|magic)[^.;]{0,60}\b(?P<that>code|link|pin)s?\b",
    re.IGNORECASE,
)
_NO_PASSWORD = expression(r"\b(?:no|without(?: an?)?|never an?) passwords?\b|\bpasswordless\b", re.IGNORECASE)
_PASSWORD = expression(r"\bpasswords?\b|\bpasswort\b", re.IGNORECASE)
_SECOND_FACTOR = expression(r"\b(?:second[- ]factor|two[- ]factor|multi[- ]factor|2fa|mfa|totp)\b", re.IGNORECASE)
_AUDIT = expression(r"\baudit\w*\b|\baudit trail\b|审计", re.IGNORECASE)


def decide(case: Case, scope: Scope, structure: Structure, entities: tuple[Entity, ...], endpoints: tuple[Endpoint, ...]) -> SecurityLayer:
    """Decide how people are known, what they may do, and how abuse is held off."""
    rules = permissions(case, entities, endpoints)
    strict = mention(case, _FIRST)
    sensitive = tuple(c for c in data_classes(case) if c.name not in ("Personal data", "Credentials", "Financial data"))
    # What a hobby project may skip, one with sensitive data or a stated security aim may not.
    modest = case.traits.size == "tiny" and strict is None and not sensitive and not case.traits.regulated
    told = _told_apart(entities, endpoints)
    decision = SecurityDecision(
        key=KEY,
        choice=_choice(case, rules, told=told),
        why=_why(case, rules, sensitive, strict.quote if strict else "", told=told),
        rejected=_rejected(case, rules, modest=modest),
        satisfies=topical(case, scope, "security"),
        cites=cites(
            case.traits.auth_basis.cites,
            [n for j in case.traits.regulated for n in j.cites],
            strict.cites if strict else (),
            [number for number, _ in _ways_in(case)],
            [n for r in rules for n in r.cites[:2]],
            most=10,
        ),
        authentication=_authentication(case),
        authorization=_authorization(case, rules, entities, endpoints),
        validation=_validation(case, endpoints, modest=modest),
        encryption=_encryption(case, modest=modest),
        secrets=_secrets(case, modest=modest),
        abuse=_abuse(case, endpoints, entities, sensitive, modest=modest),
    )
    return SecurityLayer(decision=decision, permissions=rules)


def _told_apart(entities: tuple[Entity, ...], endpoints: tuple[Endpoint, ...]) -> bool:
    """Whether the design knows roles: an endpoint asks for one, or a table keeps one."""
    kept = any(field.name == "role" for entity in entities if entity.tier != "future" for field in entity.fields)
    return kept or any(endpoint.auth == "role" for endpoint in endpoints)


def _choice(case: Case, rules: tuple[Permission, ...], *, told: bool) -> str:
    people = [rule for rule in _people(rules) if "no sign-in" not in rule.limit and "without signing in" not in rule.limit]
    roles = f", {counted(len(people), 'role')}" if told and len(people) > 1 else ""
    match case.traits.auth:
        case "none":
            return "No accounts; validated input and an audit log" if _audited(case) else "No accounts; validated input"
        case "optional":
            return f"Open reading, sign-in for what is personal{roles}"
        case "session":
            return f"Sign-in with a server-side session{roles}"
        case "token":
            return f"Signed tokens in the `Authorization` header{roles}"
        case "api-key":
            return "One API key for each calling system"
        case "external":
            return f"Sign-in through the identity provider that exists{roles}"


def _people(rules: tuple[Permission, ...]) -> list[Permission]:
    """Return the rules about kinds of people; those made from endpoints are about calls."""
    return [rule for rule in rules if not rule.may.startswith("call `")]


def _audited(case: Case) -> bool:
    return bool(case.traits.regulated) or mention(case, _AUDIT) is not None


def _why(case: Case, rules: tuple[Permission, ...], sensitive: tuple[DataClass, ...], strict: str, *, told: bool) -> str:
    said = [headed(clipped(case.traits.auth_basis.because, 170))]
    if strict:
        said.append(
            f"{quoted(strict, 90)} is met where it costs no login: every input has a rule, every answer an escaped form, every change a line in the log"
        )
    people = _people(rules)
    if told and len(people) > 1 and case.traits.auth != "none":
        said.append(f"{headed(listing([lowered(r.who) for r in people], most=3))} may do different things, so the check is on the role, at the endpoint")
    if sensitive:
        said.append(
            f"{listing([c.name for c in sensitive], most=2)} ({clipped(sensitive[0].regime, 80)}) {'asks' if len(sensitive) == 1 else 'ask'} for "
            "encryption, least access and a record of who read what"
        )
    if case.traits.size == "tiny" and not strict and not sensitive:
        return said[0]
    return sentences(*said)


def _rejected(case: Case, rules: tuple[Permission, ...], *, modest: bool) -> tuple[Rejected, ...]:
    basis = clipped(case.traits.auth_basis.because, 110)
    if modest:
        return ()
    match case.traits.auth:
        case "none":
            return (Rejected(option="Accounts and roles now", because=f"{basis}; they come with the first thing that only some people may see or change"),)
        case "session":
            found = [
                Rejected(
                    option="JWT",
                    because="one backend reads the session itself; a token that cannot be called back buys nothing until a second backend has to trust it",
                )
            ]
            if len(_people(rules)) <= 3:
                found.append(
                    Rejected(
                        option="OAuth2 server of its own",
                        because=f"{counted(max(len(_people(rules)), 1), 'role')} in one application; it comes with the first outside client",
                    )
                )
            return tuple(found)
        case "token":
            return (Rejected(option="Server-side sessions", because="the brief's contract sends a token with each request"),)
        case "api-key":
            return (
                Rejected(option="OAuth2 client credentials", because="the callers are few and known; it comes when they have to be added without a person"),
            )
        case "external":
            return (Rejected(option="Passwords of its own", because=f"people would have a second one, and leaving staff would keep it; {basis}"),)
        case _:
            return ()


def _authentication(case: Case) -> str:
    match case.traits.auth:
        case "none":
            relayed = relay(case)
            if relayed is not None:
                return "None at the door, as the contract has none; the service listens on its own network, and only the balancer's port is published"
            if case.traits.size == "tiny":
                return "None"
            return "None in this version. It becomes necessary with the first private item, paid feature or complaint about somebody else's change"
        case "session":
            return (
                f"{_first_step(case)}; then a random session id in a cookie (`HttpOnly`, `Secure`, `SameSite=Lax`), "
                "12 hours idle; five failures slow the account and the address down"
            )
        case "optional":
            return f"Anonymous by default; for those who sign in a session cookie. {_first_step(case)}"
        case "token":
            return (
                "Password (Argon2id) for a signed token of 60 minutes; the key is rotated each quarter with two valid at a time; a "
                "`token_version` on the user ends all of them"
            )
        case "api-key":
            return "A 32-byte random key for each calling system, stored as SHA-256, two valid at a time so that it can be changed without a gap"
        case "external":
            return (
                "OpenID Connect authorization code flow with PKCE against the existing provider; the session here ends with the one there; the "
                "brief's own sign-on stays the only one"
                + (f"; the provider asks for the second factor ({quoted(factor, 90)})" if (factor := _second_factor(case)) else "")
            )


def _ways_in(case: Case) -> list[tuple[int, str]]:
    """Return the statements that say by what means people sign in, with their numbers."""
    said = [(s.number, s.text) for s in demanding(case) if s.kind != "code" and _SIGN_IN.search(s.text)]
    return [(number, text) for number, text in said if _MAILED.search(text) or _PASSWORD.search(text) or _SECOND_FACTOR.search(text)][:3]


def _second_factor(case: Case) -> str:
    return next((text for _, text in _ways_in(case) if _SECOND_FACTOR.search(text)), "")


def _first_step(case: Case) -> str:
    """Return how people prove who they are: by the brief's own words where it says how."""
    password = "password (Argon2id, at least 12 characters, checked against known leaks)"
    ways = [text for _, text in _ways_in(case)]
    if not ways:
        return f"{headed(password)}, as the brief names no other way"
    found: list[str] = []
    mailed = next((match for text in ways if (match := _MAILED.search(text))), None)
    if mailed is not None:
        link = (mailed["what"] or mailed["that"]).lower() == "link"
        found.append(
            "the link holds a random token, stored as a hash, and works once within 15 minutes"
            if link
            else "the code has six digits, is stored as a hash, and holds for 10 minutes, five tries and one use"
        )
    second = _second_factor(case)
    if second:
        found.append(f"where a second factor is asked for: a {password}, then a one-time code from an app (TOTP)")
    elif any(_PASSWORD.search(_NO_PASSWORD.sub("", text)) for text in ways) or mailed is None:
        found.append(f"a {password}" if not any(_NO_PASSWORD.search(text) for text in ways) else "a passkey (WebAuthn)")
    return f"As the brief says ({listing([quoted(text, 130) for text in ways], most=3)}): {'; '.join(found)}"


def _authorization(case: Case, rules: tuple[Permission, ...], entities: tuple[Entity, ...], endpoints: tuple[Endpoint, ...]) -> str:
    if case.traits.auth == "none":
        if case.traits.size == "tiny":
            return "None"
        random = {e.key for e in entities if any(field.primary and field.type == "uuid" for field in e.fields)}
        changed = [e for e in endpoints if e.method in ("PUT", "PATCH", "DELETE") and "{" in e.path and e.entity in random]
        if changed:
            calls = listing([f"`{e.method} {e.path}`" for e in changed], most=2)
            return f"None to check. {calls} {'needs' if len(changed) == 1 else 'need'} the item's identifier, which is random (UUID), so that it cannot be counted through"
        return "None to check: whoever reaches the address may make every call"
    roles = listing([lowered(r.who) for r in _people(rules) if "this role" in r.limit], most=4)
    own = [r for r in rules if "only their own" in r.limit]
    said = [
        f"Checked on the server at each endpoint, by role: {roles}" if roles else "Checked on the server at each endpoint",
        "what is not allowed by a rule is refused (403)",
    ]
    if own:
        said.append("own data only: the owner is part of the query's WHERE, so a foreign item answers 404")
    return headed("; ".join(said))


def _rule(parameter: Parameter) -> str:
    """Return one concrete rule: `title 1 to 200 characters`."""
    name = f"`{parameter.name}`"
    match parameter.type:
        case "enum" if parameter.values:
            return f"{name} one of {listing(parameter.values, most=4, last='or')}"
        case "text" if parameter.maximum:
            return f"{name} {figure(parameter.minimum or (1 if parameter.required else 0))} to {figure(parameter.maximum)} characters"
        case "integer" | "bigint" | "decimal" | "float" if parameter.minimum is not None or parameter.maximum is not None:
            low = f"from {figure(parameter.minimum)}" if parameter.minimum is not None else ""
            high = f"to {figure(parameter.maximum)}" if parameter.maximum is not None else ""
            return f"{name} a number {low} {high}".replace("  ", " ").strip()
        case "uuid":
            return f"{name} a UUID"
        case "decimal":
            return f"{name} an exact decimal, never a float"
        case "timestamp" | "date":
            return f"{name} ISO 8601{' with a zone' if parameter.type == 'timestamp' else ''}"
        case _:
            return ""


def _validation(case: Case, endpoints: tuple[Endpoint, ...], *, modest: bool) -> str:
    found: list[str] = []
    for endpoint in sorted(endpoints, key=lambda e: (not e.primary, e.method == "GET")):
        found.extend(rule for p in endpoint.request if p.where in ("body", "query") and (rule := _rule(p)))
    told = list(dict.fromkeys(found))
    if modest:
        return sentences(f"{headed(listing(told[:3], most=3)) if told else 'Each member has a type and a bound'}; parameterised SQL; text escaped when shown")
    rules = (
        f"Against `openapi.yaml` at the door, unknown members refused: {listing(told[:6], most=6)}"
        if told
        else "Against `openapi.yaml` at the door, unknown members refused"
    )
    largest = "10 MB for uploads, else 100 KB" if uploads(case) else "100 KB"
    return sentences(
        rules,
        f"Bodies up to {largest}; {'SQL only with parameters' if case.traits.engine in RELATIONAL else 'queries built by the driver, never from strings'}; text is stored as it came and escaped where it is shown",
    )


def _encryption(case: Case, *, modest: bool) -> str:
    if modest:
        return "HTTPS at the proxy"
    engine = ENGINE_NAMES[case.traits.engine]
    regime = listing(dict.fromkeys(j.value for j in case.traits.regulated))
    inside = "and between the parts" if case.traits.regulated or case.traits.size == "large" else "outside; plain inside the private network"
    rest = f"{engine}, its backups and files on disks encrypted with a managed key" + (
        f", changed each year, as {regime} {'expects' if ' and ' not in regime else 'expect'}" if regime else ""
    )
    if relay(case) is not None and case.profile.first("cpu-limit"):
        return "Plain HTTP inside the one container network, as the caps leave no CPU for TLS; in front of a public one it ends at the balancer"
    return f"TLS 1.2 or later {inside}, HSTS; {rest}"


def _secrets(case: Case, *, modest: bool) -> str:
    held = []
    if case.traits.engine not in ("sqlite", "memory", "none", "browser"):
        held.append(f"the {ENGINE_NAMES[case.traits.engine]} password")
    if case.traits.auth in ("session", "token", "optional"):
        held.append("the signing key")
    held.extend(f"the client secret for the {s.name}" if is_identity(s) else f"the key for {s.name}" for s in outside(case)[:3] if relay(case) is None)
    if not held:
        return "" if modest else "None yet; the first one goes into the environment, not into the repository"
    if modest:
        return f"{headed(listing(held))} from the environment; `.env` is not committed"
    vaults = {
        "azure": "Azure Key Vault, read with a managed identity",
        "aws": "AWS Secrets Manager, read with the task's role",
        "google": "Google Secret Manager, read with the service account",
    }
    where = vaults.get(platform(case), "the environment of the process, from the platform's secret store")
    return f"{headed(listing(held, most=4))}: in {where}; never in the repository or an image; a scan in CI refuses what looks like one"


def _abuse(case: Case, endpoints: tuple[Endpoint, ...], entities: tuple[Entity, ...], sensitive: tuple[DataClass, ...], *, modest: bool) -> str:
    said = [f"Rate limit: {rate_limit(case, endpoints)[:1].lower()}{rate_limit(case, endpoints)[1:]}"]
    if modest:
        return f"{headed(rate_limit(case, endpoints))}; security headers"
    said.append(
        "Headers: `Content-Security-Policy`, `X-Content-Type-Options: nosniff`, `Referrer-Policy: same-origin`"
        + ("; CSRF token on every change" if case.traits.auth == "session" else "")
    )
    if (files := uploads(case)) is not None:
        said.append(f"Uploads ({quoted(files.quote, 60)}): type told by content, not name; a size cap; served from another host name as attachments")
    links = mention(case, _LINKS, ("functional",))
    if links is not None and any(p.name.lower().endswith(("url", "callback", "webhook", "image")) for e in endpoints for p in e.request):
        said.append(
            f"Addresses that people give ({quoted(links.quote, 60)}) are stored, not fetched; if one has to be, only through a proxy that refuses "
            "private networks"
        )
    if sensitive or _audited(case):
        whom = listing(dict.fromkeys(j.value for j in case.traits.regulated)) or listing([c.name for c in sensitive], most=2) or "the brief asks for it"
        target = listing([f"`{e.name}`" for e in entities if e.tier == "essential"], most=2) or "sensitive data"
        table = next((e.name for e in entities if e.tier != "future" and e.name.startswith("audit")), "")
        kept = (
            f"an append-only row in `{table}` for each read and change of {target}: who, what, when; the application may not update or delete it"
            if table
            else f"one line in a log of its own for each read and change of {target}: who, what, when; the application can only append to it"
        )
        said.append(f"Audit ({whom}): {kept}")
    return sentences(*said)
