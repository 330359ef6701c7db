"""Secrets in a brief: found by their shape and taken out before anything else sees them.

detect-secrets is not used at run time: importing it costs a third of a second. The tests hold these
patterns against its plug-ins instead.
"""

from __future__ import annotations

import re

from backend_architect.expressions import expression

REMOVED = "[secret removed]"

# (literals of which one must occur, pattern). The literals keep an ordinary brief free of cost.
_SHAPES: tuple[tuple[tuple[str, ...], re.Pattern[str]], ...] = tuple(
    (tuple(literals.split(" ")), expression(pattern))
    for literals, pattern in (
        ("AKIA ASIA ABIA ACCA A3T", r"\b(?:AKIA|ASIA|ABIA|ACCA|A3T[A-Z0-9])[0-9A-Z]{16}\b"),
        ("ghp_ gho_ ghu_ ghs_ ghr_", r"\bgh[pousr]_[A-Za-z0-9_]{36,255}"),
        ("github_pat_", r"\bgithub_pat_[A-Za-z0-9_]{22,255}"),
        ("glpat- gldt- glft- glsoat- glrt- GR1348941", r"\b(?:gl(?:pat|dt|ft|soat|rt)-|GR1348941)[A-Za-z0-9_-]{20,}"),
        ("xox", r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}"),
        ("hooks.slack.com", r"(?<=hooks\.slack\.com/)services/T[A-Za-z0-9_]{6,}/B[A-Za-z0-9_]{6,}/[A-Za-z0-9_]{12,}"),
        ("k_live_ k_test_ whsec_", r"\b(?:[rs]k_(?:live|test)_|whsec_)[0-9A-Za-z]{16,}"),
        ("AIza ya29. GOCSPX-", r"\bAIza[0-9A-Za-z_-]{35}|\bya29\.[0-9A-Za-z_-]{20,}|\bGOCSPX-[0-9A-Za-z_-]{20,}"),
        ("sk-", r"\bsk-[A-Za-z0-9_-]{20,}"),
        ("SG.", r"\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}"),
        ("SK AC", r"\b(?:SK|AC)[a-z0-9]{32}\b"),
        ("npm_", r"\bnpm_[A-Za-z0-9]{36}\b"),
        ("_authToken", r"(?<=_authToken=)\s*[A-Za-z0-9_-]{16,}"),
        ("pypi-AgE", r"\bpypi-AgE[A-Za-z0-9_-]{20,}"),
        ("-us", r"\b[0-9a-z]{32}-us[0-9]{1,2}\b"),
        ("sq0", r"\bsq0(?:csp|atp)-[0-9A-Za-z_-]{22,43}"),
        (":", r"\b[0-9]{8,10}:[0-9A-Za-z_-]{35}\b"),
        (".", r"\b[MNO][A-Za-z0-9_-]{23,25}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,38}\b"),
        ("AccountKey=", r"(?<=AccountKey=)[A-Za-z0-9+/=]{40,}"),
        ("SharedAccessKey=", r"(?<=SharedAccessKey=)[A-Za-z0-9+/=]{20,}"),
        ("AKC AP", r"\bAKC[a-zA-Z0-9]{10,}|\bAP[0-9A-F][a-zA-Z0-9]{32,}"),
        ("hf_ dop_v1_ hvs. shpat_", r"\bhf_[A-Za-z0-9]{30,}|\bdop_v1_[a-f0-9]{64}|\bhvs\.[A-Za-z0-9_-]{24,}|\bshpat_[a-fA-F0-9]{32}"),
        ("eyJ", r"\beyJ[A-Za-z0-9_=-]{6,}\.[A-Za-z0-9_=-]{6,}(?:\.[A-Za-z0-9_.+/=-]*)?"),
    )
)
_PRIVATE_KEY = expression(
    r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:(?!-----BEGIN)[\s\S]){0,20000}?-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
)
_CUT_KEY = expression(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:\n[ \t>]*[A-Za-z0-9+/=]{16,})*")
_URL = expression(r"([A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s:/@\"'`<>]{0,100}:)([^\s@\"'`<>]{1,300})(?=@)")
_BEARER = expression(r"(?i)(\b(?:bearer|basic|token)[ \t]+)([A-Za-z0-9+/_.=~-]{16,})")
_NAMED = expression(
    r"(?i)(?P<name>passwords?|passwd|pwd|passphrase|secrets?|secret[_-]?access[_-]?key|(?:api|access|auth|private|signing|encryption|account|service)[_-]?key"
    r"|token|credentials?)(?P<tail>[\w-]{0,40})(?P<close>\\?[\"'`*]{0,3})(?P<sep>[ \t]*(?:=>|:=|=|:|\|)[ \t]*)"
    r"(?:(?P<quote>\\?[\"'])(?P<quoted>[^\"'\n\\]{1,500})(?P=quote)|(?P<tick>`?)(?P<plain>[^\s\"'`,;|]{4,500}))"
)
_NAMED_HINTS = (
    "passw",
    "pwd",
    "passphrase",
    "secret",
    "token",
    "credential",
    "api_key",
    "api-key",
    "apikey",
    "_key",
    "-key",
    "accesskey",
    "authkey",
    "privatekey",
)
# `tokenType`, `passwordPolicy`: about a secret, not one.
_ABOUT = expression(
    r"(?i)[_-]?(?:type|name|id|count|limit|expir\w*|ttl|length|policy|rules?|field|ur[il]|endpoint|path|format|arn|version|per|max|min|manager|store"
    r"|reset|hint)s?$"
)
_PLACEHOLDER = expression(
    r"(?i)[<{$%\[].*|\*+|x+|\.+|-+|…|string|str|text|varchar.*|char.*|bool(?:ean)?|true|false|null|none|undefined|uuid|n/?a|required|optional|env|your[-_ ].*"
    r"|change[-_ ]?me|redacted|secret removed|process\.env.*|os\.environ.*|env\(.*|\$\(.*|.*\(\)|jwt\.token\.here"
)


def redact(text: str) -> str:
    """Return `text` with every secret replaced by `[secret removed]`; line breaks stay where they were.

    In a JSON example only the value goes, so the example still parses. Placeholders such as
    `<password>` or `${TOKEN}` stay.
    """
    text = redact_shapes(text)
    if "://" in text and "@" in text:
        text = _URL.sub(_url, text)
    low = text.lower()
    if "bearer" in low or "basic" in low or "token" in low:
        text = _BEARER.sub(_bearer, text)
    if any(hint in low for hint in _NAMED_HINTS):
        # Line by line: the pattern is the costly one, and few lines have a hint.
        text = "\n".join(_NAMED.sub(_named, line) if _hinted(line) else line for line in text.split("\n"))
    return text


def redact_shapes(text: str) -> str:
    """Return `text` without what is a secret by its own shape: private keys, and tokens of known services.

    What only its name makes a secret (`password: …`) stays: for texts in which such names are examples.
    """
    if "-----BEGIN" in text:
        text = _PRIVATE_KEY.sub(_keep_lines, text)
        text = _CUT_KEY.sub(_keep_lines, text)
    for literals, pattern in _SHAPES:
        if any(literal in text for literal in literals):
            text = pattern.sub(REMOVED, text)
    return text


def _hinted(line: str) -> bool:
    if "=" not in line and ":" not in line and "|" not in line:
        return False
    low = line.lower()
    return any(hint in low for hint in _NAMED_HINTS)


def _keep_lines(match: re.Match[str]) -> str:
    return REMOVED + "\n" * match.group().count("\n")


def _url(match: re.Match[str]) -> str:
    value = match.group(2)
    # `http://host:80/a@b` is a port and a path, no password.
    if _PLACEHOLDER.fullmatch(value) or re.match(r"\d+(?:/|$)", value):
        return match.group()
    return match.group(1) + REMOVED


def _bearer(match: re.Match[str]) -> str:
    return match.group(1) + REMOVED if _random(match.group(2)) else match.group()


def _named(match: re.Match[str]) -> str:
    quoted, plain = match["quoted"], match["plain"]
    value = quoted if quoted is not None else plain
    if _PLACEHOLDER.fullmatch(value) or value.startswith(REMOVED) or (match["tail"] and _ABOUT.match(match["tail"])):
        return match.group()
    if quoted is None and not _assigned(match, plain):
        return match.group()
    before = match.group()[: match.start("quoted" if quoted is not None else "plain") - match.start()]
    after = match.group()[match.end("quoted" if quoted is not None else "plain") - match.start() :]
    return before + REMOVED + after


def _assigned(match: re.Match[str], value: str) -> bool:
    """Whether an unquoted value is a secret, not a word of prose after "Password:"."""
    start = match.start()
    upper = match["name"].isupper() and (match["tail"].isupper() or not match["tail"].strip("_-0123456789"))
    if "=" in match["sep"] and upper and not match.string[start - 1 : start].islower():
        return True
    return _random(value)


def _random(value: str) -> bool:
    if len(value) < 8 or "/" in value[:1] or "://" in value or value.startswith("("):
        return False
    return any(c.isdigit() for c in value) and any(c.isalpha() for c in value) and len(set(value)) > 5
