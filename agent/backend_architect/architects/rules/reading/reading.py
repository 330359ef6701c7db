"""What each statement of a brief is: a requirement of some kind, background, out of scope."""

from __future__ import annotations

import re
from collections.abc import Iterator

from backend_architect.architects.rules.case import Label, Reading
from backend_architect.architects.rules.language import lexicon
from backend_architect.architects.rules.language.english import is_person
from backend_architect.architects.rules.reading.actions import split_actor
from backend_architect.architects.rules.reading.sections import SectionRole, section_role
from backend_architect.architects.rules.reading.systems import LISTED
from backend_architect.brief import Brief, Statement
from backend_architect.expressions import expression

_ADDRESSES_READER = expression(
    r"^(?:(?:if|when|once|after|before)\b.{0,60}, )?(?:you|your|let'?s)\b|\byou (?:can|may|will|might|could|would|want|wish|have|need)\b", re.IGNORECASE
)
_PREAMBLE = expression(
    r"^focus on\b|^(?:comments|feedback|remarks) (?:of|from|by)\b|^(?:we|i) (?:are|am) (?:an?|the)\b|^(?:collected|compiled|written|drafted) (?:from|by|after)\b|^(?:requirements document, )?(?:draft|version)\b|^(?:exemplos?|examples? of|ejemplos?|beispiele?)\b|^(?:below|above) is\b|^this is (?:the|an?)\b|^this (?:guide|document|section|page|exercise|workshop|readme)\b|^(?:for example|e\.g\.|note\b|see\b|directions?\b|outcome\b|timeframe\b|hint\b|tip\b|example\b|disclaimer\b|tier:)|^(?:观察|注意)",
    re.IGNORECASE,
)
_STATUS_QUO = expression(
    r"^(?:today\b(?!['’])|so far|until now|up to now|at present|at the moment|right now|nowadays|for now,|currently)|\bspends? (?:every|each|all|hours|half|most of)\b"
    r"|\b(?:was|were) (?:written|built|made|developed|set up|introduced)\b"
    r"|^(?:we|i) (?:run|operate|own) (?:\w+ ){1,4}(?:in|with|at|for)\b",
    re.IGNORECASE,
)
"""What is now, before anything is built; it asks for something only with a word for that."""
_COMMAND = expression(r"^[/$][a-z][\w.:-]*\s+(?=\w)")
_LISTS = expression(r"\b(?:has|have|consists? of|contains?|includes?|is described by):? [^,]+,[^,]+,", re.IGNORECASE)
"""A sentence that says what a thing is made of."""
_TICK_ONLY = expression(r"`[^`]+`")
_CAPABILITY = expression(r"\b(?:can|could|may|must|should|shall|will|want|wish|able|need|has to|have to)\b", re.IGNORECASE)
_CAPABLE = expression(r"(?:the |an? |each |every )?[\w' -]{2,40}? (?:can|may|wants? to|should be able to)\b", re.IGNORECASE)
"""How a sentence begins that says what somebody can do."""
_NUMBER = expression(r"\d|一|百|千|万|亿")
_EITHER_END = expression(r"\beither\W+(?:\w+\W+){0,2}?(?:front[- ]?end|back[- ]?end)\W+or\W+(?:\w+\W+){0,2}?(?:front[- ]?end|back[- ]?end)\b", re.IGNORECASE)
_FRONT_END = expression(r"^\W*(?:\d+\W*)?front[- ]?end\b", re.IGNORECASE)
_DESCRIBES = expression(
    r"(?:an?|the|our|my) (?:[\w'’-]+ ){0,5}?(?:app|application|interface|tool|page|site|website|service|platform|system|clone|program|list)"
    r" (?:where|in which|that lets|which lets|with what)\b",
    re.IGNORECASE,
)
"""A sentence without a verb of its own: the name of a kind of thing, and what people do with it."""
_LIST_OF_DEMANDS = 3
"""As many list items say what a thing does; with fewer, its description may be all that does."""
_SHORT_BRIEF = 25
"""A brief with at most this many statements has no room for background: what is said is asked for."""
_BRIEF_LIKE = 130
"""A text of up to this many statements that does not address its reader is a brief throughout: a list item in it is asked for wherever it stands."""


def read(brief: Brief) -> tuple[Reading, ...]:
    """Label every statement of the brief, in order."""
    readings = _without_description(brief, tuple(_read_all(brief, trust_solutions=False)))
    if any(reading.label in ("functional", "quality", "constraint", "integration") and reading.horizon == "now" for reading in readings):
        return readings
    # Nothing is demanded outside what looked like somebody's solution: then that text is the demand.
    return tuple(_read_all(brief, trust_solutions=True))


def _read_all(brief: Brief, *, trust_solutions: bool) -> Iterator[Reading]:
    substantial = [statement for statement in brief.statements if statement.kind not in ("heading", "code")]
    addressed = sum(1 for statement in substantial if _ADDRESSES_READER.search(statement.text))
    plain = len(substantial) <= _BRIEF_LIKE and (addressed * 12 < len(substantial) or len(substantial) <= 8)
    # A guide that quotes a brief in its code fences is not the brief itself.
    plain = plain and not any(statement.info == "prose" for statement in substantial)
    short = len(substantial) <= _SHORT_BRIEF
    leads = {statement.parent for statement in brief.statements if statement.parent is not None}
    horizons: dict[int, bool] = {}
    headings = {statement.text for statement in brief.statements if statement.kind == "heading"}
    front_is_optional = any(_EITHER_END.search(statement.text) for statement in brief.statements)
    conversions = {statement.number for statement in brief.statements if statement.number in leads and lexicon.CONVERSION.search(statement.text)}
    refused = {statement.number for statement in brief.statements if statement.number in leads and lexicon.NEGATIVE_LEAD.search(statement.text)}
    trailing = _trailing(brief)
    introduced = False
    asked = {statement.number for statement in brief.statements if statement.number in leads and lexicon.ASKS.search(statement.text)}
    for statement in brief.statements:
        role = section_role(statement.section, brief.title)
        if trust_solutions and role == "solution":
            role = "demand"
        if role in (None, "background") and (statement.parent in asked or statement.info == "prose"):
            role = "demand"
        if front_is_optional and statement.kind != "heading" and (_FRONT_END.search(statement.text) or any(_FRONT_END.search(h) for h in statement.section)):
            yield Reading(
                statement=statement.number,
                label="excluded",
                because="the brief leaves the choice between front end and back end; this plan is for the back end",
            )
            continue
        if introduced and role is None and statement.kind == "sentence":
            role = "demand"
        introduced = statement.kind == "sentence" and (introduced or _introduces(statement.text))
        if (statement.kind != "heading" and statement.text in headings) or statement.parent in conversions:
            role = "reference"
        reading = _read_one(statement, role, short=short, plain=plain, leads=statement.number in leads)
        lead = statement.parent if statement.parent in refused else trailing.get(statement.number)
        if lead is not None and role not in ("process", "reference") and reading.label in ("functional", "quality", "context"):
            spared = bool(lexicon.NOT_ASKED.search(brief.statements[lead - 1].text))
            reading = Reading(
                statement=statement.number,
                label="excluded" if spared else "constraint",
                because=f'listed under "{brief.statements[lead - 1].text}"' if spared else "a list of what must not be",
            )
        if reading.label in ("functional", "quality") and statement.kind in ("row", "item") and statement.section and LISTED.search(statement.section[-1]):
            reading = Reading(statement=statement.number, label="integration")
        later = role == "later" or (statement.parent is not None and horizons.get(statement.parent, False)) or bool(lexicon.LATER.search(statement.text))
        horizons[statement.number] = later
        if later and reading.label not in ("context", "excluded", "solution"):
            reading = reading.model_copy(update={"horizon": "later"})
        yield reading


def _without_description(brief: Brief, readings: tuple[Reading, ...]) -> tuple[Reading, ...]:
    """Return the readings in which the line that only says what kind of thing it is demands nothing, if a list below says what it does."""
    listed = [s.number for s, r in zip(brief.statements, readings, strict=True) if s.kind == "item" and r.label == "functional" and r.horizon == "now"]
    if len(listed) < _LIST_OF_DEMANDS:
        return readings
    described = {
        s.number for s in brief.statements[: listed[0]] if s.kind == "sentence" and s.parent is None and len(s.section) <= 1 and _DESCRIBES.match(s.text)
    }
    return tuple(r.model_copy(update={"label": "context"}) if r.statement in described and r.label == "functional" and not r.because else r for r in readings)


def _introduces(text: str) -> bool:
    """Whether a sentence is only a name for people: what follows says what they do."""
    return len(text.split()) <= 4 and is_person(text.rstrip(".:").lower())


def _trailing(brief: Brief) -> dict[int, int]:
    """Return the negative lead-in above each loose fragment: a list that was written without list marks."""
    found: dict[int, int] = {}
    lead: Statement | None = None
    for statement in brief.statements:
        if statement.kind == "sentence" and lexicon.NEGATIVE_LEAD.search(statement.text):
            lead = statement
        elif (
            lead is not None
            and statement.kind == "sentence"
            and statement.section == lead.section
            and statement.parent is None
            and statement.text[-1].isalnum()
        ):
            found[statement.number] = lead.number
        else:
            lead = None
    return found


def _read_one(statement: Statement, role: SectionRole | None, *, short: bool, plain: bool, leads: bool) -> Reading:
    number, text = statement.number, statement.text
    if statement.kind == "heading" or role in ("reference", "process", "open"):
        return Reading(statement=number, label="context")
    if statement.kind == "code":
        return Reading(statement=number, label="context")
    if role == "solution":
        return Reading(statement=number, label="solution", because=statement.section[-1] if statement.section else "")
    if role == "excluded":
        return Reading(statement=number, label="excluded", because=f"listed under {statement.section[-1]!r}")
    if (found := lexicon.NEGATED.search(text)) and not lexicon.CONSTRAINT.search(text):
        return Reading(statement=number, label="excluded", because=f"the brief says {found.group(0)!r}")
    if not _demands(statement, role, short=short, plain=plain, leads=leads):
        return Reading(statement=number, label="context")
    return Reading(statement=number, label=_kind(statement))


def _demands(statement: Statement, role: SectionRole | None, *, short: bool, plain: bool, leads: bool) -> bool:
    text = _COMMAND.sub("", statement.text)
    words = len(text.split())
    if text.endswith(("?", "？")) or _TICK_ONLY.fullmatch(text) or _PREAMBLE.search(text) or lexicon.LEGALESE.search(text) or lexicon.META.search(text):
        return False
    if text.endswith((":", "：")) and (leads or statement.kind != "item"):
        return False
    if _STATUS_QUO.search(text) and not lexicon.MODAL.search(text) and not lexicon.WANTS.search(text) and not lexicon.LATER.search(text):
        return False
    strong = bool(lexicon.STRONG_MODAL.search(text) or lexicon.STORY.search(text) or lexicon.DIRECTIVE.search(text))
    if not plain and _ADDRESSES_READER.search(text) and not re.search(r"\byou(?:r \w+)? (?:must|shall|should)\b", text, re.IGNORECASE):
        return False
    if role == "figures":
        return bool(_NUMBER.search(text) and lexicon.QUALITY.search(text)) and not lexicon.EQUATION.search(text)
    if role == "background":
        return words > 4 and (strong or bool(lexicon.WANTS.search(text)))
    if role is None and plain and not short:
        if statement.kind == "sentence":
            people = any(is_person(name) for name in split_actor(text)[0])
            return (
                strong
                or people
                or bool(_LISTS.search(text))
                or bool(lexicon.MODAL.search(text) or lexicon.CONSTRAINT.search(text))
                or bool(_NUMBER.search(text) and lexicon.QUALITY.search(text))
            )
        role = "demand"
    if role in ("demand", "later"):
        match statement.kind:
            case "item" | "row":
                return words > 1 or len(text) > 6
            case _:
                return (
                    strong
                    or bool(lexicon.MODAL.search(text) or lexicon.CONSTRAINT.search(text) or _acts(text))
                    or bool(_NUMBER.search(text) and lexicon.QUALITY.search(text))
                )
    if short:
        return words > 3 or len(text) > 12
    if statement.kind == "quote":
        return strong
    return strong or bool(_CAPABILITY.search(text) and _acts(text)) or (statement.kind == "item" and any(is_person(name) for name in split_actor(text)[0]))


def _acts(text: str) -> bool:
    """Whether a sentence names an operation the rules know."""
    known = lexicon.verbs()
    return any(word in known for word in re.findall(r"[a-z]+(?:-[a-z]+)?", text.lower()))


def _kind(statement: Statement) -> Label:
    text = statement.text
    if lexicon.CONTRACTOR.search(text) and not lexicon.ENSURE.search(text) and not lexicon.GRANT.search(text):
        return "constraint"
    story = bool(lexicon.STORY.search(text))
    if not story and lexicon.CONSTRAINT.search(text):
        return "constraint"
    if lexicon.INTEGRATION.search(text):
        return "integration"
    if story or _CAPABLE.match(text):
        return "functional"
    if len(text.split()) <= 10 and re.search(r"\d", text) and not _acts(text):
        return "quality"
    return "quality" if lexicon.QUALITY.search(text) else "functional"
