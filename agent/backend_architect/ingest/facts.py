"""The profile: every fact of a brief, from options, front matter and text, and what contradicts what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from backend_architect.brief import Brief
from backend_architect.ingest import limits, load, numbers, stated, technologies, words
from backend_architect.ingest.conflicts import find_conflicts
from backend_architect.ingest.passage import Index, Passage, passages
from backend_architect.profile import Fact, FactName, Profile

# Facts of these kinds add up: an option that names GDPR does not take HIPAA away.
_ADDITIVE: frozenset[FactName] = frozenset({"compliance", "data-class", "forbidden"})


def profile(brief: Brief, *, options: Sequence[tuple[str, str]] = ()) -> Profile:
    """Return all facts of `brief`: those of `options` (key, value) first, then front matter, then the text's.

    What is stated outright beats the text without a word; contradictions inside the text become conflicts.

    Raises:
        FactError: An option or a front matter entry has an unknown key or a bad value.
    """
    from_options = stated.gather(((key, value, "--set") for key, value in options), origin="option")
    from_matter = stated.gather(((key, value, "front matter") for key, value in brief.stated), origin="front matter")
    from_text = list(_merged(_in_text(brief)))
    from_matter = _not_beaten(from_matter, by=from_options)
    from_text = _not_beaten(from_text, by=[*from_options, *from_matter])
    from_options = _not_said_below(from_options, by=[*from_matter, *from_text])
    from_matter = _not_said_below(from_matter, by=from_text)
    return Profile(facts=(*from_options, *from_matter, *from_text), conflicts=find_conflicts(brief, from_text))


def _not_beaten(facts: list[Fact], *, by: Sequence[Fact]) -> list[Fact]:
    """Return the facts that nothing stated at a higher place replaces."""
    names = {fact.name for fact in by} - _ADDITIVE
    chosen = {fact.value for fact in by if fact.name in ("stack", "database", "cloud", "architecture")}
    banned = {fact.value for fact in by if fact.name == "forbidden"}
    storage = {fact.value for fact in by if fact.name == "persistence"}
    if storage & {"none", "memory", "browser"}:
        names |= {"database"}
    if any(fact.name == "database" for fact in by):
        names |= {"persistence"}
    # What the text puts off and an option asks for now is not put off.
    now = {(fact.name, fact.value.casefold()) for fact in by if fact.name in _ADDITIVE and fact.when == "unstated"}
    return [
        fact
        for fact in facts
        if fact.name not in names
        and not (fact.when == "year" and (fact.name, fact.value.casefold()) in now)
        and not (fact.name == "forbidden" and fact.value in chosen)
        and not (fact.name in ("stack", "database", "cloud", "architecture") and fact.value in banned)
    ]


def _not_said_below(facts: list[Fact], *, by: Sequence[Fact]) -> list[Fact]:
    """Return the facts that no line of the brief states in the same words: a line can be cited."""
    said = {(fact.name, fact.value.casefold()) for fact in by if fact.name in _ADDITIVE}
    return [fact for fact in facts if (fact.name, fact.value.casefold()) not in said]


def _in_text(brief: Brief) -> Iterator[Fact]:
    found = tuple(passages(brief))
    index = Index(found)
    named: dict[int, list[technologies.Technology]] = {}
    for tech in technologies.occurring(index.low):
        for place in index.holding(tech.alias):
            named.setdefault(place, []).append(tech)
    rules: dict[int, list[words.Rule]] = {}
    for rule in words.RULES:
        for place in sorted({place for hint in rule.hints for place in index.holding(hint)}):
            rules.setdefault(place, []).append(rule)
    for place, passage in enumerate(found):
        yield from _of_passage(passage, rules.get(place, ()), named.get(place, ()))


def _of_passage(passage: Passage, rules: Sequence[words.Rule], named: Sequence[technologies.Technology]) -> Iterator[Fact]:
    quantities = numbers.find(passage.text, passage.language)
    if quantities:
        yield from load.read(passage, quantities)
    yield from limits.read(passage, quantities)
    if named:
        yield from technologies.read(passage, named)
    yield from words.read(passage, rules)


def _merged(facts: Iterable[Fact]) -> Iterator[Fact]:
    """Join facts that say the same: the first one's words, all of their lines."""
    merged: dict[tuple[str, str, str], Fact] = {}
    for fact in facts:
        key = (fact.name, fact.value.casefold(), fact.when)
        if (first := merged.get(key)) is None:
            merged[key] = fact
        elif fact.cites[0] not in first.cites:
            merged[key] = first.model_copy(update={"cites": (*first.cites, *fact.cites)})
    yield from merged.values()
