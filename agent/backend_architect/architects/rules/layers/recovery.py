"""How much may be lost and how soon it has to be back: as the brief states it, else by size."""

from __future__ import annotations

import re
from dataclasses import dataclass

from backend_architect.architects.rules.case import Case, remembered
from backend_architect.architects.rules.language.wording import cites, clipped, listing, plural, quoted
from backend_architect.architects.rules.layers.grounds import demanding
from backend_architect.design import Engine
from backend_architect.expressions import expression
from backend_architect.text import Cites

_TIME = r"(?P<n>\d+(?:\.\d+)?|an?|one|two|three|four|five|six|eight|ten|twelve|fifteen|thirty)[\s-]*(?P<unit>s|sec(?:ond)?s?|min(?:ute)?s?|h|hours?|days?)\b"
_BACK = expression(
    r"\b(?:back(?: up| online| in service| again| in operation)?|recover(?:ed|y)?|restored?|running again|rto)\b"
    rf"(?:\s+(?:time|objective|is|of|must|be|at most|takes?)){{0,3}}[\s:]*(?:within|in|under|after)?\s*(?:at most\s+|no more than\s+)?{_TIME}",
    re.IGNORECASE,
)
_LOSS = (
    expression(rf"\bno (?P<what>[^.;,]{{2,40}}?) older than {_TIME}[^.;,]{{0,12}}\b(?:may|must|can|shall|should) (?:be|get) lost", re.IGNORECASE),
    expression(rf"\b(?:at most|no more than|not more than|up to|maximum of) (?:the last )?{_TIME}(?: worth)? of (?P<what>data|work|[\w-]+)", re.IGNORECASE),
    expression(rf"\b(?:lose|lost|losing|loss of|rpo)\b[^.;,\d]{{0,40}}?{_TIME}", re.IGNORECASE),
)
_ABOUT_LOSS = expression(r"\b(?:lose|lost|losing|loss|rpo)\b", re.IGNORECASE)
_NEVER = (
    expression(
        r"\bno (?P<what>[^.;:,]{2,80}?) (?:may|must|can|shall|should) (?:ever )?(?:be|get|go) lost(?!\s*(?:for|after))"
        r"|\b(?P<all>nothing) (?:that (?:was|is) [\w ]{3,30}? )?(?:may|must|can|shall|should) (?:ever )?(?:be|get) lost",
        re.IGNORECASE,
    ),
    expression(r"\b(?P<what>[\w-]+(?: [\w-]+)?) (?:must|may|can|shall|should) (?:not|never) (?:ever )?(?:be|get) lost", re.IGNORECASE),
    expression(r"\b(?:must|may|can|shall|should) (?:not|never) lose (?:an?y? |a single )?(?P<what>[\w-]+(?: [\w-]+)?)", re.IGNORECASE),
)
_WORDS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "eight": 8, "ten": 10, "twelve": 12, "fifteen": 15, "thirty": 30,
}  # fmt: skip
_UNITS = (("s", "s", 1), ("m", "min", 60), ("h", "h", 3600), ("d", "d", 86_400))


@dataclass(frozen=True)
class Span:
    """A length of time as stated."""

    text: str
    seconds: float


@dataclass(frozen=True)
class Wanted:
    """What the brief says about loss and return."""

    rpo: Span | None
    rto: Span | None
    never: tuple[str, ...]
    """Things of which none may be lost, as the brief names them: `accepted bid`."""
    quotes: tuple[str, ...]
    """The sentences that give the times."""
    promise: str
    """The words that forbid a loss."""
    cites: Cites


@dataclass(frozen=True)
class _Usual:
    """What is planned where the brief states nothing, by size."""

    rpo: Span
    rto: Span
    how: str


_USUAL: dict[str, _Usual] = {
    "tiny": _Usual(Span("24 h", 86_400), Span("1 h", 3600), "nightly copy to another machine"),
    "small": _Usual(Span("24 h", 86_400), Span("4 h", 14_400), "nightly dump to storage outside the host, 30 days kept"),
    "medium": _Usual(Span("5 min", 300), Span("1 h", 3600), "continuous archiving with point-in-time recovery, 14 days kept"),
    "large": _Usual(Span("1 min", 60), Span("15 min", 900), "a standby in a second zone, and point-in-time recovery over 35 days"),
}
_SHIPPED: dict[Engine, str] = {
    "postgresql": "a nightly base backup and the write-ahead log shipped off the host all the time (a segment is closed after {gap} at the latest), 14 days kept",
    "mysql": "a nightly base backup and the binary log copied off the host all the time (never more than {gap} behind), 14 days kept",
    "sqlite": "the file's write-ahead log copied off the host all the time (never more than {gap} behind), 14 days kept",
    "cosmosdb": "continuous backup with point-in-time restore, 7 days kept",
    "dynamodb": "point-in-time recovery, 35 days kept",
    "mongodb": "a nightly snapshot and the oplog copied off the host all the time (never more than {gap} behind), 14 days kept",
}
_BOTH: dict[Engine, str] = {
    "postgresql": "acknowledged only after the commit, which waits for a synchronous standby on another host (`synchronous_standby_names`); with the standby away writes are refused, not risked",
    "mysql": "acknowledged only after the commit, which waits for a semi-synchronous replica on another host (`AFTER_SYNC`); without it writes are refused, not risked",
    "sqlite": "acknowledged only after the commit (`synchronous = FULL`) and after its log has been copied off the host",
    "cosmosdb": "acknowledged only after the commit, which a majority of the replicas holds",
    "dynamodb": "acknowledged only after the write, which the service holds in several zones",
    "mongodb": "acknowledged only after the commit by a majority of the replica set (`w: majority, j: true`)",
}


@remembered
def wanted(case: Case) -> Wanted:
    """Return what the brief states about loss and return."""
    rpo: Span | None = None
    rto: Span | None = None
    never: list[str] = []
    quotes: list[str] = []
    promise = ""
    where: list[int] = []
    for statement in demanding(case):
        text = statement.text
        low = text.lower()
        if statement.kind == "code" or not ("los" in low or "back" in low or "recover" in low or "restor" in low or "rto" in low or "rpo" in low):
            continue
        before = (rpo, rto, len(never))
        back = _BACK.search(text)
        if rto is None and back is not None:
            rto = _span(back)
        if _ABOUT_LOSS.search(text):
            # Of two limits on the loss the one that is said of data counts: the wording decides, in this order.
            for pattern in _LOSS:
                found = pattern.search(text)
                if rpo is None and found is not None and found.span() != (back.span() if back else None):
                    rpo = _span(found)
            for pattern in _NEVER:
                for found in pattern.finditer(text):
                    if things := _things(found):
                        never += things
                        promise = promise or found[0]
        if before != (rpo, rto, len(never)):
            where.append(statement.number)
            if before[:2] != (rpo, rto):
                quotes.append(clipped(text, 90))
    return Wanted(rpo, rto, tuple(dict.fromkeys(never)), tuple(quotes), promise, cites(where, most=4))


def _span(found: re.Match[str]) -> Span:
    number = float(_WORDS.get(found["n"].lower(), 0) or found["n"])
    short, seconds = next((name, seconds) for first, name, seconds in _UNITS if found["unit"].lower().startswith(first))
    return Span(f"{number:g} {short}", number * seconds)


def _things(found: re.Match[str]) -> list[str]:
    groups = found.groupdict()
    if groups.get("all"):
        return ["write"]
    what = re.sub(r"\b(?:older|more) than\b.*", "\0", groups["what"])
    if "\0" in what:
        return []
    parts = re.split(r"\s+(?:and|or|nor)\s+(?:no\s+)?", what)
    return [part.strip().lower() for part in parts if part.strip() and part.strip().lower() not in ("it", "they", "this", "data")] or ["write"]


def rpo(case: Case) -> Span:
    """Return how much may be lost."""
    return wanted(case).rpo or _USUAL[case.traits.size].rpo


def rto(case: Case) -> Span:
    """Return how soon it has to be back."""
    return wanted(case).rto or _USUAL[case.traits.size].rto


def safe(case: Case) -> str:
    """Return the things of which none may be lost, as words: `accepted bids and payments`; empty when the brief demands it of none."""
    return listing([plural(thing) for thing in wanted(case).never])


def plan(case: Case) -> str:
    """Return the targets and what keeps them."""
    said, usual = wanted(case), _USUAL[case.traits.size]
    loss, back = rpo(case), rto(case)
    stated = [name for name, span in (("RPO", said.rpo), ("RTO", said.rto)) if span is not None]
    whose = f" ({'both' if len(stated) == 2 else stated[0]} as stated: {quoted(said.quotes[0], 90)})" if stated else ""
    tight = loss.seconds <= 3600 and usual.rpo.seconds > loss.seconds
    gap = Span("1 min", 60) if loss.seconds >= 120 else loss
    how = _SHIPPED.get(case.traits.engine, usual.how).format(gap=gap.text) if tight or (said.never and "nightly" in usual.how) else usual.how
    text = f"RPO {loss.text}, RTO {back.text}{whose}: {how}"
    if said.never:
        promise = _BOTH.get(case.traits.engine, "acknowledged only after the commit")
        text = f"RPO 0 for {safe(case)} (stated: {quoted(said.promise, 70)}): {promise}. For the rest {text}"
    return text
