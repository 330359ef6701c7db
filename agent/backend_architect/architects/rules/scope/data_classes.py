"""Classes of sensitive data in a brief, the regime each falls under, and how it is handled."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate

from backend_architect.architects.rules.case import Case, remembered
from backend_architect.architects.rules.language.wording import cites, listing
from backend_architect.architects.rules.layers.grounds import DEMANDS
from backend_architect.architects.rules.reading import periods
from backend_architect.brief import Statement
from backend_architect.design import DataClass
from backend_architect.expressions import expression
from backend_architect.text import Cites


@dataclass(frozen=True)
class _Class:
    """A class of data: what shows it, what it falls under, what it obliges to."""

    name: str
    stems: tuple[str, ...]
    """Lower-case pieces of which a brief that shows it contains one: cheap to look for in a long brief."""
    shown_by: re.Pattern[str]
    named_by: re.Pattern[str]
    """Regimes that cover it, as a brief names them."""
    usually: str
    """The regime it falls under when the brief names none."""
    handling: str
    enough: int = 2
    """Statements of background that show it when no demand does."""


def _words(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_CLASSES: tuple[_Class, ...] = (
    _Class(
        "Cardholder data",
        ("card", "cvv", "cart", "tarjeta", "信用卡"),
        _words(
            r"\b(?:credit|debit|payment) cards?\b",
            r"\bcard ?holders?(?:'s)?\b",
            r"\bcard (?:numbers?|payments?|transactions?|data|details)\b",
            r"\bcvv\b",
            r"\bcart(?:ão|ões) de crédito\b",
            r"\btarjetas? de crédito\b",
            r"信用卡",
        ),
        _words(r"\bpci\b"),
        "not named by the brief, but cardholder data usually falls under PCI DSS: confirm",
        "Card numbers and check digits stay with the payment provider or the system that already holds them: only its token, the last four digits and the "
        "expiry month are taken in, so this backend stays outside the card data environment; a log filter masks anything that looks like a card number; "
        "who read payment data is recorded",
        1,
    ),
    _Class(
        "Health data",
        ("patient", "lab", "covid", "blood", "medical", "individual", "health", "clinical", "diagnos", "prescription", "symptom", "syndromic", "allerg", "phi"),
        _words(
            r"\bpatients?\b",
            r"\b(?:lab(?:oratory)?|covid-?19|blood|medical|individual) (?:tests?|results?|report\w*)\b",
            r"\b(?:medical|health|clinical) (?:records?|data|histor\w+|information)\b",
            r"\b(?:diagnos[ie]s|prescriptions?|medications?|symptoms?|syndromic|allerg\w+|protected health)\b",
            r"\bphi\b",
        ),
        _words(r"\bhipaa\b", r"\bhitech\b", r"\bgdpr\b"),
        "not named by the brief, but health data usually falls under HIPAA in the United States and Article 9 of the GDPR in the EU: confirm",
        "Encrypted on the wire (TLS 1.2 or later) and on disk with a managed key; identifiers and results never in logs, URLs or alert texts; read only by "
        "the roles that treat or report the case; every read and change in an append-only audit log kept six years; test data is made up",
    ),
    _Class(
        "Children's data",
        ("child", "minors", "kids", "pupil", "under 1", "parental"),
        _words(r"\b(?:children|minors|kids|pupils?|under (?:13|16|18)|school ?child\w*|parental consent)\b"),
        _words(r"\bcoppa\b", r"\bferpa\b", r"\bgdpr\b"),
        "not named by the brief, but data of children usually falls under COPPA in the United States and Article 8 of the GDPR in the EU: confirm",
        "No more than the task needs: no birth date where an age group does; a guardian's consent is recorded with its time; nothing is public by default; "
        "deleted when the child leaves",
        1,
    ),
    _Class(
        "Government identifiers and benefit cases",
        ("social security", "ssn", "passport", "national id", "assistance", "benefits", "eligibility"),
        _words(
            r"\bsocial security\b",
            r"\bssn\b",
            r"\bpassport numbers?\b",
            r"\bnational id\b",
            r"\b(?:public assistance|program benefits|assistance cases?|eligibility)\b",
        ),
        _words(r"\bhipaa\b", r"\bsocial security act\b", r"\bprivacy act\b"),
        "not named by the brief; identity numbers and benefit cases usually fall under state and federal privacy law: confirm",
        "Shown masked (last four digits) unless the role needs the whole; a search by number is a POST, so that it stays out of URLs and logs; every search "
        "is recorded with who, when and why; nothing is copied out of the systems that own it",
    ),
    _Class(
        "Financial data",
        ("payment", "transaction", "invoice", "bank", "iban", "salar", "payroll", "refund", "balance", "pagamento", "支付"),
        _words(
            r"\b(?:payments?|transactions?|invoices?|bank accounts?|ibans?|salar(?:y|ies)|payroll|refunds?|account balances?|pagamentos?)\b",
            r"支付",
        ),
        _words(r"\bpsd2\b", r"\bsox\b", r"\bpci\b", r"\baml\b", r"\bmoney laundering\b"),
        "not named by the brief; bookkeeping and money-laundering law usually ask for six to ten years of records: confirm",
        "Amounts are exact decimals; a booked row is never changed, a correction is a new row; kept for the legal period, then archived; "
        "who changed what is in the audit log",
        99,
    ),
    _Class(
        "Credentials",
        ("password", "pass phrase", "passphrase", "senha", "密码", "log in", "login", "sign in", "signin", "api key"),
        _words(r"\bpasswords?\b", r"\bpass ?phrases?\b", r"\bsenhas?\b", r"密码", r"\b(?:log ?in|sign ?in|api keys?)\b"),
        _words(r"\bnist\b", r"\bowasp\b"),
        "no law of its own; OWASP and NIST SP 800-63B are the measure",
        "Passwords only as Argon2id hashes with a salt each; tokens and keys stored as SHA-256; never logged, never returned; "
        "a changed password ends all sessions",
        3,
    ),
    _Class(
        "Personal data",
        ("mail", "phone", "address", "name", "birth", "personal", "pii", "resume", "household", "用户名", "邮箱"),
        _words(
            r"\b(?:e-?mail(?: address\w*)?|phone numbers?|home address\w*|postal address\w*|billing address\w*|full names?|first names?|usernames?"
            r"|user names?|date of birth|birth dates?|ip address\w*)\b",
            r"\b(?:personal (?:data|information)|pii|resumes?|household)\b",
            r"用户名|邮箱",
        ),
        _words(r"\bgdpr\b", r"\bdsgvo\b", r"\blgpd\b", r"\bccpa\b", r"\bpipl\b"),
        "not named by the brief; where people in the EU are among the users the GDPR applies: confirm",
        "Kept only while the account or the case is; one command exports and one deletes all that belongs to a person, backups run out after 30 days; "
        "encrypted on disk and on the wire; names and addresses not in logs",
    ),
)

_MEMBERS: dict[str, re.Pattern[str]] = {
    "Credentials": expression(r"pass(?:word|phrase)|secret|api_?key", re.IGNORECASE),
    "Personal data": expression(r"e-?mail|phone|user_?name|first_?name|last_?name|full_?name|birth|address(?!ed)|ip_?addr", re.IGNORECASE),
    "Cardholder data": expression(r"card_?(?:number|holder|no)|cvv|\bpan\b", re.IGNORECASE),
    "Health data": expression(r"patient|diagnos|medication", re.IGNORECASE),
    "Financial data": expression(r"iban|amount|balance|salary", re.IGNORECASE),
}


@remembered
def data_classes(case: Case) -> tuple[DataClass, ...]:
    """Return the classes of sensitive data that the brief shows, the strictest first.

    A class counts when a demand, a spelled contract or a stated fact shows it, or several
    statements of the background do.
    """
    if case.traits.shape in ("none", "browser"):
        return ()
    found: list[DataClass] = []
    search = _Search(case)
    for kind in _CLASSES:
        if kind.name == "Credentials" and case.traits.auth == "none" and not _member_cites(case, kind):
            continue
        shown = _shown(case, kind, search)
        if shown is None:
            continue
        regime, basis = _regime(case, kind)
        if kind.name == "Personal data" and not regime and any(other.name in ("Health data", "Government identifiers and benefit cases") for other in found):
            continue
        found.append(DataClass(name=kind.name, regime=regime or kind.usually, handling=_handling(case, kind), cites=cites(shown, basis, most=6)))
    return tuple(found)


class _Search:
    """The brief's statements as one lower-case text, so that a stem is looked for once and not in each of them."""

    def __init__(self, case: Case) -> None:
        """Join the statements and note where each begins."""
        self.case = case
        lowered = [statement.text.lower() for statement in case.brief.statements]
        self.text = "\n".join(lowered)
        self.starts = list(accumulate((len(text) + 1 for text in lowered), initial=0))[:-1]

    def statements(self, stems: tuple[str, ...]) -> list[Statement]:
        """Return the statements that contain one of the stems, in order."""
        found: set[int] = set()
        for stem in stems:
            at = self.text.find(stem)
            while at >= 0:
                index = bisect_right(self.starts, at) - 1
                found.add(index)
                following = self.starts[index + 1] if index + 1 < len(self.starts) else len(self.text)
                at = self.text.find(stem, following)
        return [self.case.brief.statements[index] for index in sorted(found)]


def _shown(case: Case, kind: _Class, search: _Search) -> Cites | None:
    """Return the statements that show this class, None if nothing does."""
    demands: list[int] = []
    background: list[int] = []
    for statement in search.statements(kind.stems):
        reading = case.readings[statement.number - 1]
        if statement.kind == "code" or reading.label in ("excluded", "solution") or not kind.shown_by.search(statement.text):
            continue
        if reading.label in DEMANDS and reading.horizon == "now":
            demands.append(statement.number)
        elif statement.kind != "heading":
            background.append(statement.number)
    members = _member_cites(case, kind)
    facts = [fact for fact in case.profile.all("data-class") if _covers(kind, fact.value)]
    if demands or members or facts:
        return cites([n for fact in facts for n in fact.cites], demands[:3], members[:2], most=4)
    named = _regime(case, kind)[0] and kind.name not in ("Financial data", "Credentials")
    if len(background) >= kind.enough or (background and named):
        return tuple(background[:3])
    return None


def _covers(kind: _Class, value: str) -> bool:
    """Whether a stated data class (`card data`, `health data`) is this one."""
    words = value.lower().replace(" data", "").split()
    return any(word[:6] in kind.name.lower() for word in words) or kind.shown_by.search(value) is not None


def _member_cites(case: Case, kind: _Class) -> list[int]:
    pattern = _MEMBERS.get(kind.name)
    if pattern is None:
        return []
    found = [n for e in case.contracts.ours for p in e.request if pattern.search(p.name) for n in e.cites[:1]]
    found += [n for t in case.contracts.tables if any(pattern.search(name) for name, _ in t.columns) for n in t.cites[:1]]
    return found + [
        a.statement for a in case.actions if a.horizon == "now" and case.label(a.statement) in DEMANDS and any(pattern.search(m) for m in a.members)
    ]


def _regime(case: Case, kind: _Class) -> tuple[str, Cites]:
    """Return the named regimes that cover this class, and where they are named."""
    named = [judged for judged in case.traits.regulated if kind.named_by.search(judged.value)]
    if not named:
        return "", ()
    return f"{listing(dict.fromkeys(judged.value for judged in named))}, named by the brief", tuple(n for judged in named for n in judged.cites)


def _handling(case: Case, kind: _Class) -> str:
    handling = kind.handling
    audit = periods.audit_period(case)
    if audit is not None:
        handling = handling.replace("audit log kept six years", f"audit log kept for {audit.value}, as the brief says")
    if kind.name not in ("Personal data", "Health data", "Financial data") or not periods.periods(case):
        return handling
    return f"{handling}; kept as the brief says ({periods.phrase(case)})"
