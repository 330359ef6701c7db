"""The document as people and tools meet it: what it shows, and what survives their edits."""

from __future__ import annotations

import re

import pytest
import yaml
from hypothesis import given, settings

from backend_architect.design import Component, Delivery, Design, Field, Loop, Requirement, Scope, Structure
from backend_architect.document import Problem, intact, is_ours, parse, render
from backend_architect.errors import DesignError
from backend_architect.identity import allocate
from backend_architect.plan import CodeChange, Coverage, Head, Plan, Span
from lending_plan import CODE, DESIGN, PLAN
from strategies import values

MARKDOWN = render(PLAN)


def plan_of(design: Design, code: tuple[CodeChange, ...] = ()) -> Plan:
    return Plan(head=PLAN.head, design=design, code=code, identities=allocate(design, code, ()))


def headings(markdown: str) -> list[str]:
    return [segment.title for segment in parse(markdown).segments if segment.kind == "heading"]


def line_of(markdown: str, start: str) -> int:
    """The number of the first line that starts so."""
    return next(number for number, line in enumerate(markdown.split("\n"), start=1) if line.startswith(start))


# --- what it shows --------------------------------------------------------------------------


def test_the_plan_reads_back() -> None:
    document = parse(MARKDOWN)
    assert (document.plan, document.problems) == (PLAN, ())


def test_the_sections_stand_in_the_order_of_the_format() -> None:
    assert headings(MARKDOWN) == [
        "TODO: backend architecture for Tool shelf",
        "Context",
        "User loop",
        "Load",
        "Consumers",
        "Integrations",
        "Sensitive data",
        "Requirements",
        "Assumptions",
        "Open questions",
        "Options ruled out",
        "Architecture Plan",
        "1 API Layer",
        "2 Data Layer",
        "3 Messaging Layer",
        "4 Security Layer",
        "5 Performance Layer",
        "6 Operations Layer",
        "7 System Architecture",
        "Architecture Items",
        "1 Lending",
        "2 Reminding",
        "Critical path",
        "Data model",
        "API",
        "Errors",
        "Real-time",
        "Synchronous work",
        "Background jobs",
        "Caching",
        "Permissions",
        "Scaling",
        "Operations",
        "Implementation Roadmap",
        "Code layout",
        "Guidance",
        "Phase 1: A list that works",
        "Phase 2: Lending",
        "Risks",
        "Proposed Code Changes",
        "Commands",
        "Quality Assurance Task Checklist",
        "Findings",
        "Traceability",
        "Left out on purpose",
        "Out of scope",
        "Retired",
    ]


def test_a_section_with_nothing_in_it_is_not_there() -> None:
    design = Design(
        scope=Scope(project="Page", summary="A page.", loop=Loop(action="opens it", response="nothing", value="reads"), requirements=()),
        structure=Structure(system=DESIGN.structure.system, components=()),
        delivery=Delivery(),
    )
    plan = plan_of(design)
    assert headings(render(plan)) == ["TODO: backend architecture for Page", "Context", "User loop", "Architecture Plan", "7 System Architecture"]
    assert parse(render(plan)).plan == plan


@pytest.mark.parametrize(
    "lines",
    [
        "- [x] **REQ-1.1**: A neighbour sees all tools and which are out. — S3 (L6) <!--list-tools 1d38-->\n",
        "- [ ] **REQ-1.2**: A neighbour borrows a tool for up to `14` days. — S4 (L8-9) <!--",
        "- [ ] **REQ-1.5 [later]**: Who is late gets an e-mail. — S7 (L14) <!--",
        "  - **Rejected**: GraphQL — one client with one view\n  - **Rejected**: gRPC — the tablet runs a browser\n  - **Satisfies**: REQ-1.1\n",
        "- [ ] **ARCH-PLAN-1.1 [API Layer]**: REST over HTTP with JSON — S3 <!--plain-rest 2341-->\n",
        "  - **Dependencies**: ARCH-ITEM-1.2 · **Upstream**: ARCH-ITEM-2.1\n",
        "  - **Failure**: the disk is full → writes answer 503, reads go on — user sees: the list, and a note to use paper\n",
        "| Draw | 300 | reload |\n\n",
        "  - `household` text(..60), optional, personal — who has it\n",
        "  - `state` enum, one of in | out | lost — where it is\n",
        "  - **Returns**: 200 list of DATA-1.1 · **p95**: 200 ms · **Closes the loop**: yes ·",
        "    - `days` integer(1..14), optional — 14 unless said otherwise\n",
        "  - **Error**: 409 TOOL_OUT — somebody has it → This tool is out until {due}.\n",
        "  - **Implements**: DATA-1.1, ARCH-PLAN-2.1\n  - Write the migration and its reverse.\n  - Run both in the tests.\n"
        "  - **Verify**: `pytest tests/test_migrations.py` · **Done when**: the reverse leaves an empty schema\n",
        "  - **Implements**: DATA-1.1\n\n```sql\nCREATE TABLE tools (\n",
        "- [ ] **CMD-1.1 [local]**: `pytest` — all tests <!--",
        "API contracts are documented — met by API-1.1, ARCH-PLAN-1.1 <!--",
        "A restore has been rehearsed — open: nobody has run it yet <!--",
        "Fails over to another region — N/A: one computer in one hall <!--",
        "- **OP101 note**: no alert when the service is down — ARCH-PLAN-6.1\n",
        "- **Context**: 1-2, 8, 13 · **Out of scope**: 14\n",
        "| REQ | ARCH-PLAN | ARCH-ITEM | API | DATA | TASK |\n|---|---|---|---|---|---|\n| 1.1 | 1.1 | 1.1 | 1.1 | 1.1 | 1.1, 1.2 |\n",
    ],
)
def test_a_piece_looks_as_designed(lines: str) -> None:
    assert lines in MARKDOWN


def test_the_head_says_who_drafted_it() -> None:
    assert "> Drafted by the built-in rules; no language model was used." in MARKDOWN
    modelled = PLAN.model_copy(update={"head": PLAN.head.model_copy(update={"architect": "openai:some_model"})})
    assert "> Drafted by openai:some_model, checked by code.\n" in render(modelled)
    assert "no language model" not in render(modelled)


def test_diagrams_are_drawn_where_they_say_more_than_the_list_below() -> None:
    assert MARKDOWN.count("```mermaid\n") == 1
    first = DESIGN.entities[0]
    above = Field(name="hall_id", type="uuid", ref="hall", why="where it stands")
    entities = (first.model_copy(update={"fields": (*first.fields, above)}), *DESIGN.entities[1:], first.model_copy(update={"key": "hall", "name": "halls"}))
    assert DESIGN.data is not None
    larger = DESIGN.model_copy(
        update={"data": DESIGN.data.model_copy(update={"entities": entities}), "scope": DESIGN.scope.model_copy(update={"size": "small"})}
    )
    plan = plan_of(larger)
    assert render(plan).count("```mermaid\n") == 3
    assert parse(render(plan)).plan == plan


@settings(max_examples=60)
@given(values(Head))
def test_the_front_matter_is_yaml_that_says_the_same(head: Head) -> None:
    markdown = render(plan_of(DESIGN).model_copy(update={"head": head}))
    front = yaml.safe_load(markdown.split("\n---\n")[0].removeprefix("---\n"))
    assert re.fullmatch("[0-9a-f]{12}", front.pop("content"))
    assert front == {
        "backend-architect": 1,
        "project": head.project,
        "brief": head.brief,
        "brief-sha256": head.brief_sha256,
        "language": head.language,
        "architect": head.architect,
        "signature": head.signature,
    }


@pytest.mark.parametrize(
    "content", ["", "no end", "a\r\nb\r\n", "a\rb\r", "```\n````\n", "~~~\n\n\n", "---\n- [ ] **REQ-1.1**: x\n", "\n", "a\u2028b\x0cc\x85d\n"]
)
def test_a_file_is_kept_to_the_byte(content: str) -> None:
    plan = plan_of(DESIGN, (CODE[0].model_copy(update={"content": content}),))
    assert parse(render(plan)).plan == plan


# --- order ----------------------------------------------------------------------------------


def test_what_the_document_groups_goes_back_to_its_place() -> None:
    kinds = ("quality", "functional", "constraint", "functional")
    requirements = tuple(Requirement(key=f"r-{n}", kind=kind, text=f"{n}", cites=(n + 1,)) for n, kind in enumerate(kinds))
    parts = tuple(
        Component(key=f"c-{n}", name=f"{n}", kind="module", context=context, purpose="p", store="s", scaling="v", interface="i")
        for n, context in enumerate(("Errors", "Mail", "Errors"))
    )
    tasks = tuple(DESIGN.delivery.tasks[n].model_copy(update={"phase": phase}) for n, phase in ((2, "lending-phase"), (1, "gone"), (0, "walking")))
    design = DESIGN.model_copy(
        update={
            "scope": DESIGN.scope.model_copy(update={"requirements": requirements}),
            "structure": DESIGN.structure.model_copy(update={"components": parts}),
            "delivery": DESIGN.delivery.model_copy(update={"tasks": tasks}),
        }
    )
    plan = plan_of(design)
    markdown = render(plan)
    order = [segment.key for segment in parse(markdown).segments if segment.kind == "element" and segment.key]
    assert [key for key in order if key.startswith("r-")] == ["r-1", "r-3", "r-0", "r-2"]
    assert [key for key in order if key.startswith("c-")] == ["c-0", "c-2", "c-1"]
    assert [key for key in order if key in {task.key for task in tasks}] == ["create-table", "lend-and-return", "serve-list"]
    assert "### Other tasks\n" in markdown
    assert parse(markdown).plan == plan


def test_a_plan_without_its_identities_is_refused() -> None:
    with pytest.raises(DesignError, match="at 'list-tools'"):
        render(PLAN.model_copy(update={"identities": PLAN.identities[1:]}))
    with pytest.raises(DesignError, match="not those of the elements"):
        render(PLAN.model_copy(update={"identities": (*PLAN.identities, PLAN.identities[0])}))
    with pytest.raises(DesignError, match="share a key or an ID"):
        render(PLAN.model_copy(update={"identities": (PLAN.identities[1].model_copy(update={"key": "list-tools"}), *PLAN.identities[1:])}))


# --- what people do to it -------------------------------------------------------------------


def test_boxes_ticked_by_hand_are_read() -> None:
    edited = (
        MARKDOWN.replace("- [ ] **REQ-1.2", "- [x] **REQ-1.2").replace("- [ ] **TASK-1.2", "- [X] **TASK-1.2").replace("- [x] **REQ-1.1", "- [ ] **REQ-1.1")
    )
    document = parse(edited)
    assert document.plan == PLAN.model_copy(update={"ticked": ("REQ-1.2", "TASK-1.1", "TASK-1.2")})
    assert not any(segment.edited for segment in document.segments)


def test_line_ends_of_another_system_change_nothing() -> None:
    assert parse(MARKDOWN.replace("\n", "\r\n")).plan == PLAN
    assert parse("\ufeff" + MARKDOWN).plan == PLAN


def test_a_decision_by_the_layers_own_key_needs_no_key_in_its_comment() -> None:
    assert DESIGN.data is not None
    layer = DESIGN.data.model_copy(update={"decision": DESIGN.data.decision.model_copy(update={"key": "d-data"})})
    plan = plan_of(DESIGN.model_copy(update={"data": layer}))
    markdown = render(plan)
    line = next(line for line in markdown.split("\n") if "[Data Layer]" in line)
    assert re.search(r"<!--[0-9a-f]{4}-->$", line)
    assert [segment.key for segment in parse(markdown).segments if segment.title == "Data Layer" and segment.kind == "element"] == ["d-data"]


def test_an_edited_element_is_known_as_edited() -> None:
    edited = MARKDOWN.replace("The volunteer adds a tool.", "The volunteer adds *many* tools.").replace("VARCHAR(80)", "VARCHAR(99)")
    document = parse(edited)
    assert [segment.id for segment in document.segments if segment.edited] == ["REQ-1.4", "CODE-1.1"]
    assert document.plan is not None
    assert document.plan.design.scope.requirements[3].text == "The volunteer adds *many* tools."
    assert "VARCHAR(99)" in document.plan.code[0].content


def test_notes_that_people_add_leave_the_plan_whole() -> None:
    edited = (
        MARKDOWN.replace("## Context\n", "Remember the key to the hall!\n\n## Context\n", 1)
        .replace("  - **Versioning**: `/v1` in the path\n", "  - **Versioning**: `/v1` in the path\n  - **Note**: ask Ida\n  - see also the minutes\n")
        .replace("### Guidance\n\n", "### Guidance\n\n- read the manual\n")
    )
    document = parse(edited)
    assert document.plan == PLAN
    assert document.problems == (
        Problem(line_of(edited, "Remember the key"), "'Remember the key to the hall!' is not part of the plan", harmless=True),
        Problem(line_of(edited, "- [ ] **ARCH-PLAN-1.1"), "'**Note**: ask Ida' is not part of the plan", harmless=True),
        Problem(line_of(edited, "- [ ] **ARCH-PLAN-1.1"), "'see also the minutes' is not part of the plan", harmless=True),
        Problem(line_of(edited, "- read the manual"), "'technology' is missing in 'read the manual'", harmless=True),
    )


@pytest.mark.parametrize(
    ("old", "new", "where", "message"),
    [
        ("  - **Pattern**: REST\n", "", "- [ ] **ARCH-PLAN-1.1", "pattern: Field required"),
        ("**Satisfies**: REQ-2.1", "**Satisfies**: REQ-7.7", "- [ ] **ARCH-PLAN-5.1", "'REQ-7.7' is not an ID of this document"),
        ("`state` enum", "`state` number", "- [ ] **DATA-1.1", "type: Input should be"),
        ("| Draw | 300 | reload |", "| Draw | soon | reload |", "| Step |", "'soon' is not a whole number"),
        ("| Draw | 300 | reload |", "| Draw | 300 |", "| Step |", "has 2 cells, not 3"),
        ("| Step |", "| Step | Who |", "| Step |", "'Who' is not a column of this table"),
        ("[Data Layer]", "[Files]", "- [ ] **ARCH-PLAN-2.1", "'Files' is not a layer"),
        ("[Data Layer]", "[API Layer]", "- [ ] **ARCH-PLAN-2.1", "Field required"),
        ("<!--add-tool ", "<!--list-tools ", "- [ ] **REQ-1.4", "stands here a second time"),
        ("```sql\n", "", "- [ ] **CODE-1.1", "the file's content is missing"),
        ("1-2, 8, 13", "1-99999999", "- **Context", "'1-99999999' is too long"),
        ("<!--key=mail-provider-->", "<!--key=Mail-->", "- **Mail provider", "key: String should match pattern"),
        ("backend-architect: 1", "backend-architect: 2", "---", "format version '2' is not one this program reads"),
        ("language: en", "language: English", "---", "language: String should match pattern"),
        ("# TODO: backend architecture for Tool shelf", "# Tool shelf", "---", "scope.project"),
    ],
)
def test_damage_is_named_with_its_line(old: str, new: str, where: str, message: str) -> None:
    assert old in MARKDOWN
    edited = MARKDOWN.replace(old, new, 1)
    document = parse(edited)
    assert document.plan is None
    assert line_of(edited, where) in [problem.line for problem in document.problems if not problem.harmless and message in problem.message]


def test_a_decision_that_was_deleted_is_missed() -> None:
    start, end = MARKDOWN.index("- [ ] **ARCH-PLAN-1.1"), MARKDOWN.index("### 2 Data Layer")
    document = parse(MARKDOWN[:start] + MARKDOWN[end:])
    assert document.plan is None
    assert "the decision of the API Layer is missing" in [problem.message for problem in document.problems]


# --- other people's files -------------------------------------------------------------------

FOREIGN = """\
# Backend plan

Some words.

- [ ] **ARCH-PLAN-1.1 [API Layer]**:
  - **Pattern**: REST
  - **Versioning**: URI

* [X] **TASK-2.3 [Do it]** now
- [ ] CMD-1: run
- [ ] no ID
- a bullet
- **REQ-1.1** mentioned

```bash
- [ ] **REQ-9.9**: not an element
```
| a | b |
|---|---|
<!-- a
comment -->
> quoted
1. first
"""


def test_a_file_by_somebody_else_is_read_as_segments() -> None:
    document = parse(FOREIGN)
    assert not is_ours(FOREIGN)
    assert document.plan is None
    assert [(s.kind, s.first_line, s.id, s.title, s.ticked) for s in document.segments if s.kind != "blank"] == [
        ("heading", 1, None, "Backend plan", None),
        ("prose", 3, None, "", None),
        ("element", 5, "ARCH-PLAN-1.1", "API Layer", False),
        ("element", 9, "TASK-2.3", "Do it", True),
        ("element", 10, "CMD-1", "", False),
        ("item", 11, None, "", False),
        ("item", 12, None, "", None),
        ("item", 13, None, "", None),
        ("fence", 15, None, "", None),
        ("table", 18, None, "", None),
        ("comment", 20, None, "", None),
        ("quote", 22, None, "", None),
        ("item", 23, None, "", None),
    ]
    assert "".join(segment.text for segment in document.segments) == FOREIGN


@pytest.mark.parametrize("text", ["", "---\n", "---\ntitle: x\n---\n", "# TODO: backend architecture for x\n", "\n" + MARKDOWN, MARKDOWN[4:]])
def test_other_files_are_not_ours(text: str) -> None:
    assert not is_ours(text)
    assert parse(text).plan is None


def test_spans_and_coverage_come_back() -> None:
    plan = PLAN.model_copy(update={"coverage": Coverage(required=(3, 2, 2), context=(1, 2, 3, 5, 6), excluded=()), "spans": PLAN.spans[:2]})
    document = parse(render(plan))
    assert document.plan == plan
    assert document.plan is not None
    assert document.plan.spans == (Span(statement=2, first_line=4, last_line=4), Span(statement=3, first_line=6, last_line=6))


# --- the seal -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "whole"),
    [
        ("- [ ] **REQ-1.2", "- [x] **REQ-1.2", True),
        ("\n", "\r\n", True),
        ("| Draw |", "| Sketch |", False),
        ("\n## Context", "\nA note of mine.\n\n## Context", False),
        ('content: "', 'contents: "', False),
    ],
)
def test_only_boxes_and_line_ends_may_change_under_the_seal(old: str, new: str, whole: bool) -> None:
    assert intact(MARKDOWN)
    assert old in MARKDOWN
    assert intact(MARKDOWN.replace(old, new)) is whole
