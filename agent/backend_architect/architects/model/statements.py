"""The brief as a model reads it: one numbered line a statement, facts and contradictions below."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from backend_architect.architects.model.notation import write_cites
from backend_architect.architects.model.prompts import prompt
from backend_architect.brief import Brief, Statement
from backend_architect.profile import Fact, Profile


def shown(brief: Brief, profile: Profile, *, only: frozenset[int] | None = None) -> str:
    """Return the part of a request that holds the brief.

    Args:
        brief: The brief.
        profile: The facts read from it.
        only: Numbers of the statements to show; None for all. With none at all, what is known of the brief stands alone.
    """
    if only is not None and not only:
        return prompt("long", title=brief.title, language=brief.language, count=len(brief.statements), facts=[_fact(fact) for fact in profile.facts])
    statements = [statement for statement in brief.statements if only is None or statement.number in only]
    seen = {statement.number for statement in statements}
    return prompt(
        "brief",
        title=brief.title,
        language=brief.language,
        sections=any(statement.kind == "heading" for statement in statements),
        lines=list(_lines(statements)),
        facts=[_fact(fact) for fact in profile.facts if not fact.cites or seen & set(fact.cites)],
        conflicts=[f"{conflict.about} ({write_cites(sorted({*conflict.first.cites, *conflict.second.cites}))})" for conflict in profile.conflicts],
    )


def _lines(statements: Iterable[Statement]) -> Iterator[str]:
    for statement in statements:
        match statement.kind:
            case "heading":
                yield f"S{statement.number} {'#' * (len(statement.section) + 1)} {statement.text}"
            case "item":
                box = {None: "", True: "[x] ", False: "[ ] "}[statement.checked]
                yield f"S{statement.number} - {box}{statement.text}"
            case "row":
                yield f"S{statement.number} {_cells(statement)}"
            case "code":
                yield f"S{statement.number} code{f' ({statement.info})' if statement.info else ''}:"
                # Indented, so that no line of the code can look like a statement of its own.
                yield from (f"    {line}" for line in statement.text.split("\n"))
            case "quote":
                yield f"S{statement.number} > {statement.text}"
            case "sentence":
                yield f"S{statement.number} {statement.text}"


def _cells(statement: Statement) -> str:
    heads, cells = statement.info.split(" | "), statement.text.split(" | ")
    if len(heads) != len(cells) or not any(heads):
        return f"| {statement.text}"
    return "| " + " | ".join(f"{head}: {cell}" if head else cell for head, cell in zip(heads, cells, strict=True))


def _fact(fact: Fact) -> str:
    when = "" if fact.when == "unstated" else f" ({fact.when})"
    source = write_cites(fact.cites) if fact.cites else f"stated by {fact.origin}"
    return f"{fact.name}: {fact.value}{when}, {source}"
