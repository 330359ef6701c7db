"""Outside systems that a brief names: providers, listed interfaces, what is there already."""

from __future__ import annotations

import re
from collections.abc import Iterator

from backend_architect.architects.rules.case import Contracts, Reading, System
from backend_architect.brief import Brief
from backend_architect.expressions import expression

_PROVIDERS = [
    "Adyen",
    "Algolia",
    "Auth0",
    "Braintree",
    "Entra",
    "Firebase",
    "GitHub",
    "GitLab",
    "HubSpot",
    "Jira",
    "Keycloak",
    "Klarna",
    "Mailchimp",
    "Mailgun",
    "Mapbox",
    "Mollie",
    "Okta",
    "OpenAI",
    "PayPal",
    "Plaid",
    "SAP",
    "Salesforce",
    "SendGrid",
    "Shopify",
    "SimpleReport",
    "Slack",
    "Square",
    "Stripe",
    "Twilio",
    "Zoom",
]
PAYERS = frozenset({"Adyen", "Braintree", "Klarna", "Mollie", "PayPal", "Square", "Stripe"})
"""Providers that take a payment and report its outcome later, by a call of their own."""
_GENERIC_SYSTEMS: tuple[tuple[re.Pattern[str], str, str], ...] = tuple(
    (expression(pattern, re.IGNORECASE), name, purpose)
    for pattern, name, purpose in (
        (r"\bpayment (?:service )?(?:provider|gateway)\b", "payment provider", "takes payments and reports their outcome"),
        (r"\bsms (?:provider|gateway|service)\b", "SMS provider", "delivers text messages"),
        (r"\be-?mail (?:provider|gateway|service|server)\b|\bsmtp\b", "e-mail provider", "delivers e-mail"),
        (r"\b(?:identity provider|single sign-?on|\bsso\b|saml|active directory|ldap|openid connect|oidc)\b", "identity provider", "signs people in"),
        (r"\binter-?library loan\b", "interlibrary loan network", "exchanges loan requests with other libraries"),
        (r"\b(?:push notification service|apns|fcm)\b", "push notification service", "delivers notifications to phones"),
        (r"\bgoogle maps|geocod\w+\b", "geocoding service", "turns addresses into places"),
    )
)
LISTED = expression(
    r"\bsystems? (?:it|we|this) (?:talks?|connects?)\b|\b(?:external|outside|neighbouring|third[- ]party) (?:systems|services|apis)\b|^(?:\d[\d. ]*)?(?:integrations?|interfaces)$",
    re.IGNORECASE,
)
"""Headings over a list of the systems to talk to."""
_NAMED_SYSTEMS = re.compile(
    r"\b(?:multiple|several|two|three|existing|legacy|other) (?:\w+ )?(?:systems|databases|applications) \((?P<names>[A-Z][A-Za-z0-9]+(?:,? (?:and )?[A-Z][A-Za-z0-9]+)*)\)"
)
_LEGACY = re.compile(r"\b(?:existing|legacy|old|current|external|third-party)\s+(?P<name>(?:[A-Za-z]+ ){0,3}?(?:system|database|application|API))\b")


def read_systems(brief: Brief, readings: tuple[Reading, ...], contracts: Contracts) -> tuple[System, ...]:
    """Return the outside systems: owners of listed endpoints, named providers, legacy systems."""
    found: dict[str, System] = {}
    for endpoint in contracts.endpoints:
        if endpoint.owner:
            known = found.get(endpoint.owner.lower())
            cites = (*(known.cites if known else ()), *endpoint.cites)
            found[endpoint.owner.lower()] = System(
                name=endpoint.owner, purpose=f"offers {endpoint.method} {endpoint.path}" if not known else known.purpose, cites=tuple(dict.fromkeys(cites))
            )
    found = {variant.name.lower(): variant for system in found.values() for variant in _variants(brief, system)}
    for statement, reading in zip(brief.statements, readings, strict=True):
        if statement.section and LISTED.search(statement.section[-1]) and statement.kind in ("row", "item"):
            name, _, purpose = statement.text.partition(" | ")
            name = re.sub(r"\s*\([^)]*\)", "", name if purpose else name.split(":")[0]).strip()
            if 0 < len(name.split()) <= 5:
                found.setdefault(name.lower(), System(name=name, purpose=(purpose or statement.text).replace(" | ", ", "), cites=(statement.number,)))
            continue
        if reading.label in ("solution", "excluded") or statement.kind in ("code", "heading") or (reading.label == "context" and reading.horizon == "later"):
            continue
        for name, purpose in _named(statement.text):
            if reading.label == "context" and name.lower() not in found:
                continue
            if name.startswith("existing ") and any(other.name in name.split() for other in found.values()):
                continue
            known = found.get(name.lower())
            cites = (*(known.cites if known else ()), statement.number)
            found[name.lower()] = System(name=name, purpose=known.purpose if known else purpose, cites=tuple(dict.fromkeys(cites)))
    return tuple(found.values())


def _variants(brief: Brief, system: System) -> tuple[System, ...]:
    """Return the named variants of a system (`Ledger Main`, `Ledger Spare`), or the system if there are not two."""
    pattern = re.compile(rf"\b{re.escape(system.name)}s? (?P<variant>[A-Z][a-z]{{3,}})\b")
    mentions: dict[str, list[int]] = {}
    for statement in brief.statements:
        if statement.kind not in ("heading", "code"):
            for match in pattern.finditer(statement.text):
                mentions.setdefault(match["variant"], []).append(statement.number)
    named = {variant: numbers for variant, numbers in mentions.items() if len(numbers) > 1}
    if len(named) < 2:
        return (system,)
    return tuple(system.model_copy(update={"name": f"{system.name} {variant}", "cites": tuple(dict.fromkeys(numbers))}) for variant, numbers in named.items())


def _named(text: str) -> Iterator[tuple[str, str]]:
    for provider in _PROVIDERS:
        if provider in text and re.search(rf"\b{provider}\b(?! (?:Flow|Actions|Pages|repositor|issue|Copilot))", text):
            yield provider, "used as the brief says: " + text[:120]
    for pattern, name, purpose in _GENERIC_SYSTEMS:
        if pattern.search(text):
            yield name, purpose
    for match in _NAMED_SYSTEMS.finditer(text):
        for name in re.findall(r"[A-Z][A-Za-z0-9]+", match["names"]):
            yield name, "holds records that this project reads"
    for match in _LEGACY.finditer(text):
        if len(match["name"].split()) > 1:
            yield f"existing {match['name']}", "is there already and stays in use"
