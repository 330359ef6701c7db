"""A brief too long for one request is read in pieces, and comes together by statement."""

from __future__ import annotations

import asyncio
import json
from io import BytesIO

from hypothesis import given
from hypothesis import strategies as st

from answering import Answering
from backend_architect.architects.model.answers.base import answered
from backend_architect.architects.model.answers.chunk import ChunkAnswer, HeadAnswer
from backend_architect.architects.model.architect import ModelArchitect
from backend_architect.architects.model.chunks import Chunk, chunks, gathered, together
from backend_architect.architects.model.stages import Room
from backend_architect.brief import Brief
from backend_architect.design import Requirement, Scope
from backend_architect.ingest import profile, read
from backend_architect.models.protocol import estimated_tokens
from shop_design import SCOPE


def brief(*lengths: int, heads: int = 5) -> Brief:
    """Return a brief with a heading before every few items, each item of so many words."""
    lines: list[str] = []
    for number, length in enumerate(lengths):
        if number % heads == 0:
            lines += ["", f"## Part {number // heads + 1}", ""]
        lines.append(f"- Clerk {number} can " + " ".join(["see"] * length) + " orders.")
    return read("-", stdin=BytesIO("\n".join(["# Shop", *lines]).encode()))


@given(st.lists(st.integers(1, 60), min_size=1, max_size=60), st.integers(40, 400))
def test_every_statement_is_answered_for_once_and_shown_with_what_stands_before(lengths: list[int], room: int) -> None:
    made = brief(*lengths)
    pieces = chunks(made, room=room, size=estimated_tokens)
    assert [number for piece in pieces for number in piece.own] == [statement.number for statement in made.statements]
    sizes = {statement.number: estimated_tokens(statement.text) + 4 for statement in made.statements}
    for piece in pieces:
        assert sum(sizes[number] for number in piece.own) <= room or len(piece.own) == 1
        assert all(number < piece.own[0] for number in piece.before)
        first = made.statements[piece.own[0] - 1]
        shown = [made.statements[number - 1] for number in piece.before]
        assert set(first.section) <= {statement.text for statement in shown if statement.kind == "heading"}


def requirement(key: str, *cites: int, text: str = "Something is done.") -> Requirement:
    return Requirement(key=key, kind="functional", text=text, cites=cites)


def test_what_rests_only_on_statements_shown_again_belongs_to_the_piece_before() -> None:
    first = ChunkAnswer(requirements=(requirement("r-a", 1), requirement("r-b", 2)), background=(3,))
    second = ChunkAnswer(requirements=(requirement("r-b", 2), requirement("r-c", 2, 4), requirement("r-a", 5)), background=(3, 6))
    lists = gathered([(Chunk((), (1, 2, 3)), first), (Chunk((2, 3), (4, 5, 6)), second)])
    assert lists["requirements"] == (requirement("r-a", 1), requirement("r-b", 2), requirement("r-c", 2, 4), requirement("r-a-2", 5))
    assert lists["background"] == (3, 6)


def test_requirements_that_say_the_same_become_one_that_cites_both() -> None:
    pieces = ChunkAnswer(requirements=(requirement("r-a", 1), requirement("r-b", 7), requirement("r-c", 9)))
    head = HeadAnswer.model_validate(
        {"project": "Shop", "size": "small", "loop": {"action": "a", "response": "b", "value": "c"}, "same": ["r-b | r-a", "r-gone | r-a", "r-c | r-c"]}
    )
    assert together(pieces, head).requirements == (requirement("r-a", 1, 7), requirement("r-c", 9))


def test_a_long_brief_is_read_piece_by_piece_and_the_later_stages_do_without_it() -> None:
    made = brief(*([30] * 400))
    room = Room(window=16_000)
    facts = profile(made, options=())
    pieces = chunks(made, room=room.chunk, size=room.tokens)
    assert len(pieces) > 1
    items = {statement.number for statement in made.statements if statement.kind == "item"}
    asked = [
        json.dumps({"requirements": [f"r-{number} | functional | now | Clerk {number} sees orders. | S{number}" for number in piece.own if number in items]})
        for piece in pieces
    ]
    head = answered(HeadAnswer, SCOPE).model_dump_json(exclude_defaults=True)
    model = Answering([*asked, head])
    architect = ModelArchitect(model, room=room)
    scope: Scope = asyncio.run(architect.scope(made, facts))
    assert [question.stage for question in model.asked] == [
        *(f"requirements ({number} of {len(pieces)})" for number in range(1, len(pieces) + 1)),
        "requirements (whole)",
    ]
    assert {number for requirement in scope.requirements for number in requirement.cites} == items
    for question in model.asked:
        assert estimated_tokens(question.system + "".join(part.text for part in question.parts)) + question.max_tokens <= room.window
    assert "too many to repeat here" in model.asked[-1].parts[0].text
