"""What facts are read from: the sentences of a brief that speak about this project."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from backend_architect.brief import Brief, Statement
from backend_architect.expressions import expression
from backend_architect.ingest import sentences
from backend_architect.profile import Fact, FactName, When
from backend_architect.text import one_line

_QUOTE = 240

_LINKS = expression(
    r"\b(?:useful|related|external|additional|further|learning|helpful|more)\s+(?:links?|resources|references?|reading|information|materials?)\b"
    r"|^\W*(?:links|references|bibliography|contents|credits|licen[cs]e|see also)\W*$"
    r"|\bexample projects\b|\bsimilar (?:projects|apps)\b|\btable of contents\b|\backnowledge?ments\b|参考(?:资料|文献|链接)|延伸阅读|^\W*(?:referências"
    r"|referencias|références|enlaces|liens|quellen)\W*$"
    r"|\blinks and resources\b",
    re.IGNORECASE,
)
_OUT_OF_SCOPE = expression(
    r"\bout[- ]of[- ](?:the )?scope\b|\bnon-?goals?\b|\bnot in scope\b|\bwon'?t (?:have|do)\b|\bexclusions?\b|超出范|范围之外|不在范围|\bfora d[eo] escopo\b"
    r"|\bfuera de(?:l)? alcance\b"
    r"|\bhors (?:du )?périmètre\b|\bnicht im umfang\b|\bnicht[- ]?ziele\b",
    re.IGNORECASE,
)
_LATER = expression(
    r"\bbonus\b|\bnice[- ]to[- ]haves?\b|\bstretch\b|\bfuture\b|\blater\b|\bphase (?:2|3|two|three|ii)\b|\boptional\b|\broad ?map\b|\bv2\b"
    r"|\bbacklog\b|可选|未来|后续|\bfuturo\b|\bopciona(?:l|is|les)\b|\bzukunft\b",
    re.IGNORECASE,
)
_SAID_LATER = expression(
    r"\b(?:added|add|come|follow|built|done|considered) later\b|\bin a (?:later|future|second) (?:phase|version|release|iteration)\b"
    r"|\bin (?:the )?future versions?\b|\bnice[- ]to[- ]have\b|\bstretch goal\b",
    re.IGNORECASE,
)
_NO = expression(r"\b[Nn]o\b")
_OPTIONS = expression(
    r"\b(?:available|possible|candidate) technolog|\balternatives?\b|\boptions?\b|\bcandidates\b|\bconsidered\b|\btrade-?offs?\b|\bcomparison\b"
    r"|\bsimilar tools\b|备选|替代方案|\balternativas\b",
    re.IGNORECASE,
)
_EXAMPLES = expression(r"\bexamples?\b|\bexemplos?\b|\bejemplos?\b|\bexemples?\b|\bbeispiele?\b|例如|示例|\be\.g\.", re.IGNORECASE)
_ENDPOINT = expression(r"^`?(?:GET|POST|PUT|PATCH|DELETE|HEAD)`?\s+`?/")
_PROSE_INFO = frozenset({"", "text", "txt", "plain", "plaintext", "markdown", "md", "prompt"})
_WORD = expression(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence with what is known about its place."""

    statement: int
    text: str
    low: str
    """The text in lower case, character by character."""
    shown: str
    """The text as written; `text` differs in Portuguese, where "no" means "in the"."""
    heading: str
    """The nearest heading above."""
    kind: str
    language: str
    section: str
    """The headings it stands under and the lead-in above it, joined."""
    lead: str
    """The statement it elaborates."""
    later: bool
    """Whether the brief calls this part a bonus or a later phase."""
    options: bool
    """Whether this part lists alternatives."""
    example: bool
    """Whether the lead-in announces examples."""
    endpoint: bool
    """Whether this part describes one endpoint, so that "no authentication" is said of that endpoint only."""
    title: bool

    def fact(self, name: FactName, value: str, span: tuple[int, int], *, number: float | None = None, when: When = "unstated") -> Fact:
        """Return a fact read from the characters of `span`."""
        if when == "unstated" and self.later:
            when = "year"
        return Fact(name=name, value=value, number=number, when=when, cites=(self.statement,), quote=self.quote(*span))

    def quote(self, start: int, end: int) -> str:
        """Return the words around `span`: the sentence, or whole words of it if it is long."""
        if len(self.shown) <= _QUOTE:
            return one_line(self.shown)
        room = max(0, _QUOTE - (end - start)) // 2
        low, high = max(0, start - room), min(len(self.text), end + room)
        while low > 0 and not self.text[low - 1].isspace() and start - low < _QUOTE:
            low -= 1
        while high < len(self.text) and not self.text[high].isspace() and high - end < _QUOTE:
            high += 1
        return one_line(self.shown[low:high])


def passages(brief: Brief) -> Iterator[Passage]:
    """Yield what `brief` says about the project, sentence by sentence.

    Left out: code, headings but the first, questions, link lists, tables of contents, what the brief calls out of scope.
    """
    headings = {statement.text.casefold() for statement in brief.statements if statement.kind == "heading"}
    endpoints = {
        (*statement.section, statement.text) if statement.kind == "heading" else statement.section
        for statement in brief.statements
        if _ENDPOINT.match(statement.text) and statement.kind in ("heading", "sentence", "item")
    }
    first_heading = next((statement.number for statement in brief.statements if statement.kind == "heading"), 0)
    judged: dict[str, tuple[bool, bool, bool, bool]] = {}
    for statement in brief.statements:
        title = statement.number == first_heading
        if statement.kind == "heading" and not title:
            continue
        if statement.kind == "code" and not _is_prose(statement):
            continue
        if statement.kind == "item" and statement.text.casefold() in headings:
            continue
        leads = _leads(brief, statement)
        flags = [_judged(text, judged) for text in (*statement.section, *leads)]
        if any(links or out for links, out, _, _ in flags):
            continue
        own = statement.text if statement.kind != "code" else one_line(statement.text)
        for text in sentences.split(own):
            if text.endswith(("?", "？")):
                continue
            shown = text
            if brief.language == "pt":
                text = _NO.sub("em", text)
            low = text.lower()
            yield Passage(
                statement=statement.number,
                text=text,
                shown=shown,
                heading=statement.section[-1] if statement.section else "",
                low=low if len(low) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text),
                kind=statement.kind,
                language=brief.language,
                section=" / ".join((*statement.section, *leads)),
                lead=leads[0] if leads else "",
                later=any(later for _, _, later, _ in flags) or bool(_SAID_LATER.search(text)),
                options=any(options for _, _, _, options in flags),
                example=any(_EXAMPLES.search(lead) for lead in leads[:1]),
                endpoint=statement.section in endpoints,
                title=title,
            )


class Index:
    """Which passages hold a string: one search through the joined text, not one a passage."""

    def __init__(self, found: Sequence[Passage]) -> None:
        """Join the texts of `found`."""
        self.low = "\n".join(passage.low for passage in found)
        self._starts = [0, *accumulate(len(passage.low) + 1 for passage in found)]

    def holding(self, needle: str) -> Iterator[int]:
        """Yield the places of the passages that hold `needle`, ascending."""
        at = self.low.find(needle)
        while at >= 0:
            place = bisect_right(self._starts, at) - 1
            yield place
            at = self.low.find(needle, self._starts[place + 1])


def _judged(text: str, known: dict[str, tuple[bool, bool, bool, bool]]) -> tuple[bool, bool, bool, bool]:
    if (flags := known.get(text)) is None:
        short = len(text) <= 80
        flags = known[text] = (
            short and bool(_LINKS.search(text)),
            short and bool(_OUT_OF_SCOPE.search(text)),
            short and bool(_LATER.search(text)),
            bool(_OPTIONS.search(text)),
        )
    return flags


def _leads(brief: Brief, statement: Statement) -> tuple[str, ...]:
    """Return the texts of the statements above this one, nearest first."""
    texts: list[str] = []
    parent = statement.parent
    while parent is not None and len(texts) < 8:
        above = brief.statements[parent - 1]
        texts.append(above.text)
        parent = above.parent if above.parent != parent else None
    return tuple(texts)


def _is_prose(statement: Statement) -> bool:
    """Whether a "code" block holds sentences: a prompt or a quoted message."""
    text = statement.text
    if statement.info.lower() not in _PROSE_INFO or text.lstrip()[:1] in "{[<$#├|+":
        return False
    words = _WORD.findall(text)
    letters = sum(len(word) for word in words)
    solid = sum(1 for char in text if not char.isspace())
    return len(words) >= 8 and letters >= solid * 0.8 and not _ENDPOINT.match(text)
