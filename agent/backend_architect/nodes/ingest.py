"""Stage 1: the brief as numbered statements, and the facts in them."""

from __future__ import annotations

from io import BytesIO

from backend_architect.ingest import profile, read
from backend_architect.state import Input, State


async def ingest(state: Input) -> State:
    """Split the brief, if that is not done yet, and read its facts.

    Raises:
        BriefError: If the text cannot be read as a brief.
        FactError: If an option names an unknown fact, or its value does not parse.
    """
    # On the command line the file is read before the graph is even imported, so that a wrong path
    # is answered at once; a client of a LangGraph server sends text.
    brief = state.get("brief") or read("-", stdin=BytesIO(state.get("brief_text", "").encode()))
    options = [(key, value) for key, value in state.get("options", ())]
    return {"brief": brief, "profile": profile(brief, options=options)}
