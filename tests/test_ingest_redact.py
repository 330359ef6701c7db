"""Secrets never get past the reader. All values here are made up."""

import io
import json

import pytest

from backend_architect.ingest import read
from backend_architect.ingest.redact import REMOVED, redact

HEX = "0123456789abcdef0123456789abcdef"
MIXED = "aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1eF3hJ5"

SECRETS: list[str] = [
    "AKIA" + "Q3EGRIBXZT4NW7UV",
    "ghp_" + MIXED,
    "github_pat_" + MIXED,
    "glpat-" + MIXED[:20],
    "xoxb-" + "123456789012-abcdefGHIJ",
    "sk_live_" + MIXED[:24],
    "AIza" + MIXED[:35],
    "sk-" + MIXED,
    "SG." + MIXED[:22] + "." + MIXED[:30],
    "SK" + HEX,
    "npm_" + MIXED[:36],
    "pypi-AgE" + MIXED,
    HEX + "-us12",
    "hf_" + MIXED[:34],
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJlLXNpZ25hdHVyZQ",
    "1234567890:" + MIXED[:35],
]


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("frame", ["Use {} for it.", "- `{}`", "| key | {} |", "```\nx {}\n```", "\u200b{}"])
def test_known_shapes_are_removed(secret: str, frame: str) -> None:
    broken = secret[:6] + "\u200b" + secret[6:]
    for text in (frame.format(secret), frame.format(broken)):
        brief = read("-", stdin=io.BytesIO(text.encode()))
        assert secret not in brief.model_dump_json()
        assert any(REMOVED in statement.text for statement in brief.statements)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("postgres://app:hunter2@db:5432/x", f"postgres://app:{REMOVED}@db:5432/x"),
        ("SECRET_KEY=django-insecure-abc", f"SECRET_KEY={REMOVED}"),
        ('password = "pa55"', f'password = "{REMOVED}"'),
        ("Password: Summer2024!", f"Password: {REMOVED}"),
        ("Authorization: Bearer abcDEF123456789xyz", f"Authorization: Bearer {REMOVED}"),
        ("AccountKey=" + "a1B2" * 22 + ";x", f"AccountKey={REMOVED};x"),
        ("aws_secret_access_key = wJalrXUtnFEMI7MDENGbPxRfiCY", f"aws_secret_access_key = {REMOVED}"),
    ],
)
def test_values_are_removed_and_names_stay(text: str, expected: str) -> None:
    assert redact(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "The password must have at least 8 characters.",
        "Password: at least eight letters",
        '{"password": "string", "tokenType": "Bearer", "secretCount": "12345678"}',
        "API_TOKEN=${API_TOKEN} and password=<password>",
        "Authorization: Token jwt.token.here",
        "http://localhost:8080/a@b and mailto:ann@example.org",
        "commit 747190ecf0bb27d461cf1100f6cb3468c6c914ed",
        "4a7901b8-7d26-4d9d-aa19-4dc1c7cf60b3",
        "The token bucket allows 10 calls.",
    ],
)
def test_harmless_text_stays(text: str) -> None:
    assert redact(text) == text


def test_a_private_key_goes_and_lines_stay() -> None:
    key = "-----BEGIN RSA PRIVATE KEY-----\n" + "MIIEowIBAAKCAQEA1234567890abcdef\n" * 3
    whole = f"before\n{key}-----END RSA PRIVATE KEY-----\nafter"
    assert redact(whole) == f"before\n{REMOVED}" + "\n" * 4 + "\nafter"
    assert redact(f"before\n{key}\nafter") == f"before\n{REMOVED}" + "\n" * 3 + "\n\nafter"


def test_an_example_body_still_parses() -> None:
    body = json.dumps({"user": {"email": "kim@kim.kim", "password": "kimkim", "api_key": "abc"}}, indent=2)
    assert json.loads(redact(body)) == {"user": {"email": "kim@kim.kim", "password": REMOVED, "api_key": REMOVED}}


def test_nothing_that_detect_secrets_knows_by_shape_gets_past() -> None:
    scan = pytest.importorskip("detect_secrets.core.scan")
    settings = pytest.importorskip("detect_secrets.settings")
    with settings.default_settings():
        for secret in SECRETS:
            known = [found for found in scan.scan_line(f"x {secret}") if "Entropy" not in found.type and "Keyword" not in found.type]
            left = [found for found in scan.scan_line(redact(f"x {secret}")) if "Entropy" not in found.type and "Keyword" not in found.type]
            assert not left, (secret, known)
