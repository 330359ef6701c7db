"""The standards: complete against the seeds, well formed, and asked rightly by circumstances."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any as Anything

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import emit_designs
from backend_architect import design
from backend_architect.checks import circumstances as around
from backend_architect.errors import StandardsError
from backend_architect.profile import Fact, Profile
from backend_architect.standards import SIZES, Circumstances, Standard, applicable, applies, because, boxes, inapplicable, left_out, standard, standards
from backend_architect.standards.catalogue import FAMILIES, families, family
from backend_architect.standards.conditions import TRUTHS, All, Any, AtLeast, Condition, Not, Truth, holds, parse, words
from backend_architect.standards.page import document
from backend_architect.standards.proof import PROOFS
from backend_architect.text import one_line

HERE = Path(__file__).parent

# How many bullets, boxes, rows, fields or rules each place of the seed documents has that ask for
# something; counted by hand in the documents, not taken from the list.
ASKED = {
    ("000", "Title"): 1,
    ("000", "Overview"): 3,
    ("000", "The Core Backend Prompt"): 3 + 4 * 3,  # the loop; four questions of three parts
    ("000", "Data Model from Loop"): 3 + 5 + 4,  # in, kept, out; the table; supporting, future, indexes, minimal
    ("000", "API Design from Loop"): 5 + 4 + 9,  # the endpoints' template; four questions; their parts
    ("000", "Critical Path Analysis"): 5 + 3 + 3,  # a step, the end, the sum; if critical; if not
    ("000", "Service Design from Loop"): 1 + 3 + 4 + 2,  # operations; options; demands; the two questions
    ("000", "Authentication & Authorization"): 4 + 12 + 2,  # questions; their parts; the two closing lines
    ("000", "Real-Time vs Request-Response"): 2 + 5 + 1 + 3,  # expectations; options; choice; what to consider
    ("000", "Queue & Async Processing"): 3 + 4 + 3,  # split; flow; queue
    ("000", "Error Handling Strategy"): 4 + 4,  # tables; questions
    ("000", "Caching Strategy"): 1 + 4 + 2 + 1 + 3,  # data; hot; warm; cold; critical path
    ("000", "Scaling Considerations"): 3 + 1 + 4 + 2 + 2 + 2 + 1,
    ("000", "Backend Code Structure"): 5 + 3,
    ("000", "Checklist"): 8,
    ("001", "Workflow / Requirements Analysis"): 3,
    ("001", "Workflow / Architecture Selection"): 3,
    ("001", "Workflow / API Design"): 4,
    ("001", "Workflow / Database Design"): 4,
    ("001", "Workflow / Security Design"): 3,
    ("001", "Workflow / Scalability & Performance"): 3,
    ("001", "Workflow / Documentation"): 3,
    ("001", "Output Structure"): 8,
    ("001", "Core Principles"): 5,
    ("001", "Reference Files"): 5,  # six, less the pointer to example projects
    ("002", "Execution Model"): 5,
    ("002", "Core Tasks"): 6,
    ("002", "Task Workflow / 1 Requirements Analysis"): 5,
    ("002", "Task Workflow / 2 Architecture Design"): 5,
    ("002", "Task Workflow / 3 Implementation Planning"): 5,
    ("002", "Task Workflow / 4 Performance Engineering"): 5,
    ("002", "Task Workflow / 5 Deployment and Operations"): 5,
    ("002", "Task Scope / 1 API Design and Implementation"): 6,
    ("002", "Task Scope / 2 Database Architecture"): 6,
    ("002", "Task Scope / 3 System Architecture Patterns"): 6,
    ("002", "Task Scope / 4 Security and Compliance"): 6,
    ("002", "Task Checklist / 1 API Quality"): 5,
    ("002", "Task Checklist / 2 Database Quality"): 5,
    ("002", "Task Checklist / 3 Security Quality"): 5,
    ("002", "Task Checklist / 4 Operations Quality"): 5,
    ("002", "Quality Checklist"): 8,
    ("002", "Best Practices / API Design"): 5,
    ("002", "Best Practices / Database Management"): 5,
    ("002", "Best Practices / Security Implementation"): 5,
    ("002", "Best Practices / Performance Optimization"): 5,
    ("002", "Technology / Node.js"): 5,
    ("002", "Technology / Python"): 5,
    ("002", "Technology / Go"): 5,
    ("002", "Red Flags"): 8,
    ("002", "Output"): 3,
    ("002", "Output Format"): 1,
    ("002", "Output Format / Context"): 3,
    ("002", "Output Format / Architecture Plan"): 1 + 4,
    ("002", "Output Format / Architecture Items"): 1 + 4,
    ("002", "Output Format / Proposed Code Changes"): 2,
    ("002", "Output Format / Commands"): 1,
    ("002", "Quality Assurance"): 7,
    ("002", "Execution Reminders"): 6,
    ("002", "Rule"): 2,
    ("003", "Core Backend Principles"): 5,
    ("003", "API Design That Makes Sense"): 4,
    ("003", "Service Architecture"): 4,
    ("003", "Database Design That Scales"): 4,
    ("003", "RESTful API Example"): 5 + 1,  # endpoints; the envelope
    ("003", "Service Communication"): 3,
    ("003", "Database Schema Design"): 1 + 4 + 4,  # the comment; what each of the two tables shows
    ("003", "Handling Scale / Caching Strategy"): 4,
    ("003", "Handling Scale / Load Balancing"): 4,
    ("003", "Handling Scale / Database Scaling"): 4,
    ("003", "Error Handling"): 4 + 1,  # members of the good answer; the bad one
    ("003", "Security Basics"): 5,
    ("003", "Performance Checklist"): 7,
    ("003", "Common Mistakes"): 5,
    ("003", "Example / Services"): 5,
    ("003", "Example / Key Decisions"): 6,
    ("003", "Closing"): 1,
    ("004", "Core Engineering Considerations"): 4 + 1,
    ("004", "Level 1 API Requirements Mapping"): 1 + 5 + 1,
    ("004", "Level 2 API Boundary Design"): 1 + 4 + 1,
    ("004", "Level 3 Operational Function Definition"): 1 + 5,
    ("004", "Level 4 Data Relationship Planning"): 1 + 5,
    ("004", "Level 5 System Architecture Patterns"): 1 + 8,
    ("004", "Level 6 Implementation Techniques"): 3 + 4 + 4,
    ("004", "When to Skip Levels / API Boundary Design"): 3,
    ("004", "When to Skip Levels / System Architecture Patterns"): 3,
    ("004", "When to Skip Levels / Never Skip"): 2,
    ("004", "Red Flags"): 6,
    ("004", "The Context Filter Effect"): 1 + 6 + 5,
    ("004", "The Engineering Mindset"): 4,
}


@cache
def demands() -> tuple[tuple[str, str, str, tuple[str, ...]], ...]:
    """(seed, place, what is asked, codes that answer)."""
    places: Anything = yaml.safe_load((HERE / "data" / "seed_demands.yaml").read_text(encoding="utf-8"))
    return tuple((each["seed"], each["place"], asked, tuple(codes)) for each in places for asked, *codes in each["demands"])


# --- against the seeds ----------------------------------------------------------------------


def test_the_list_of_demands_is_as_long_as_the_seeds_are() -> None:
    counted: dict[tuple[str, str], int] = {}
    for seed, place, _, _ in demands():
        counted[seed, place] = counted.get((seed, place), 0) + 1
    assert counted == ASKED


def test_every_demand_is_answered_by_standards_that_name_its_place() -> None:
    stated = {(each.code, source.seed, source.place) for each in standards() for source in each.seeds}
    unanswered = [(seed, place, asked) for seed, place, asked, codes in demands() if not codes or any((code, seed, place) not in stated for code in codes)]
    assert unanswered == []


def test_every_place_a_standard_names_demands_it() -> None:
    demanded = {(code, seed, place) for seed, place, _, codes in demands() for code in codes}
    assert sorted({(each.code, source.seed, source.place) for each in standards() for source in each.seeds} - demanded) == []


def test_the_boxes_are_the_fifteen_that_close_the_role_document() -> None:
    checklists = ("Quality Checklist", "Quality Assurance")
    asked = [codes for seed, place, _, codes in demands() if seed == "002" and place in checklists]
    assert [len(codes) for codes in asked] == [1] * 15
    assert {each.code for each in boxes()} == {codes[0] for codes in asked}
    assert len(boxes()) == 15


# --- well formed ----------------------------------------------------------------------------


def test_every_text_is_one_visible_sentence() -> None:
    texts = [text for each in standards() for text in (each.text, each.trigger, *(reason.text for reason in each.because)) if text]
    assert [text for text in texts if text != one_line(text) or not text.endswith(".") or not text[0].isupper()] == []
    demanded = [each.text for each in standards()]
    assert [text for text in demanded if demanded.count(text) > 1] == []


def test_every_word_of_the_two_vocabularies_is_used() -> None:
    assert {word for each in standards() for word in each.proof} == set(PROOFS)
    conditions = {text for each in standards() for text in (each.applies, each.notable, *(reason.when for reason in each.because)) if text}
    assert {word for text in conditions for word in words(parse(text))} == {"always", "size", *TRUTHS}


def test_every_decision_proof_names_a_field_of_that_layers_decision() -> None:
    layers: dict[str, type[design.Decision]] = {
        "api": design.ApiDecision,
        "data": design.DataDecision,
        "messaging": design.MessagingDecision,
        "security": design.SecurityDecision,
        "performance": design.PerformanceDecision,
        "operations": design.OperationsDecision,
        "system": design.SystemDecision,
    }
    named = [word.removeprefix("decision:").split(".") for word in PROOFS if word.startswith("decision:")]
    assert [(layer, field) for layer, field in named if field.replace("-", "_") not in layers[layer].model_fields] == []


def test_conditions_are_written_in_their_plain_form() -> None:
    texts = [text for each in standards() for text in (each.applies, each.notable, *(reason.when for reason in each.because)) if text]
    assert [text for text in texts if str(parse(text)) != text] == []


def test_the_page_is_current() -> None:
    assert (HERE.parent / "docs" / "standards.md").read_text(encoding="utf-8") == document()


def test_families_hold_their_own_codes_in_order() -> None:
    assert tuple(each.family for each in families()) == FAMILIES
    assert {each.family for each in standards()} == set(FAMILIES)
    assert [standard(each.code) for each in standards()] == list(standards())


def test_an_unknown_code_is_an_error() -> None:
    with pytest.raises(StandardsError, match=r"unknown standard 'API99': expected a code such as 'API01'"):
        standard("API99")


GOOD: dict[str, Anything] = {
    "code": "OPS01",
    "text": "Keep a log.",
    "applies": "service",
    "because": "Nothing runs.",
    "trigger": "Something runs.",
    "proof": ["human"],
    "seeds": {"002": ["Red Flags"]},
}


def test_a_family_is_read_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "ops.json"
    path.write_text(json.dumps({"family": "OPS", "title": "Running it", "standards": [GOOD]}), encoding="utf-8")
    assert family(path).standards == (
        Standard.model_validate({**GOOD, "because": ({"when": "always", "text": "Nothing runs."},), "seeds": ({"seed": "002", "place": "Red Flags"},)}),
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"code": "OPS02"}, "numbered OPS01, OPS02"),
        ({"surprise": 1}, "damaged at standards.0.surprise"),
        ({"text": ""}, "damaged at standards.0.text"),
        ({"text": "Two\nlines."}, "damaged at standards.0.text"),
        ({"applies": "servce"}, "unknown word 'servce'"),
        ({"applies": "always"}, "exactly if it may not apply"),
        ({"because": []}, "exactly if it may not apply"),
        ({"trigger": ""}, "exactly if it may not apply"),
        ({"because": [{"when": "cli", "text": "Only a command."}]}, "the last reason must hold always"),
        ({"notable": "service"}, "notable"),
        ({"name": "Log"}, "notable"),
        ({"proof": []}, "needs a proof and a seed"),
        ({"proof": ["faith"]}, "unknown proof 'faith'"),
        ({"seeds": {}}, "needs a proof and a seed"),
        ({"seeds": {"005": ["Red Flags"]}}, "damaged at standards.0.seeds.0.seed"),
    ],
)
def test_a_damaged_standard_is_an_error_of_one_line(tmp_path: Path, change: dict[str, Anything], message: str) -> None:
    path = tmp_path / "ops.json"
    path.write_text(json.dumps({"family": "OPS", "title": "Running it", "standards": [{**GOOD, **change}]}), encoding="utf-8")
    with pytest.raises(StandardsError) as caught:
        family(path)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [None, b"{", b"\xff", b"[]"])
def test_a_damaged_file_is_an_error_that_names_it(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "ops.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(StandardsError, match=r"ops\.json"):
        family(path)


# --- conditions -----------------------------------------------------------------------------

leaves: st.SearchStrategy[Condition] = st.one_of(
    st.builds(Truth, st.sampled_from(["always", *TRUTHS])),
    st.builds(AtLeast, st.sampled_from(SIZES[1:])),
)
conditions: st.SearchStrategy[Condition] = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(All, st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.builds(Any, st.lists(inner, min_size=2, max_size=3).map(tuple)),
    ),
    max_leaves=8,
)
circumstances = st.builds(
    lambda size, true, adopted: Circumstances(size=size, adopted=adopted, **{name: True for name in true}),
    st.sampled_from(SIZES),
    st.sets(st.sampled_from(sorted(TRUTHS.values()))),
    st.lists(st.sampled_from(["OPS02", "MSG03", "SYS14"]), unique=True).map(tuple),
)


@given(conditions)
def test_a_condition_reads_as_it_is_written(condition: Condition) -> None:
    assert parse(str(condition)) == condition


@given(conditions, circumstances)
def test_a_condition_means_what_python_would_take_it_to_mean(condition: Condition, now: Circumstances) -> None:
    names: dict[str, bool] = {word.replace("-", "_"): getattr(now, name) for word, name in TRUTHS.items()} | {"always": True}
    names |= {f"at_least_{size}": SIZES.index(now.size) >= at for at, size in enumerate(SIZES)}
    python = str(condition).replace("size>=", "at_least_").replace("-", "_")
    assert holds(condition, now) is eval(python, {"__builtins__": {}}, names)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("service", Truth("service")),
        (" not  ( web or cli )", Not(Any((Truth("web"), Truth("cli"))))),
        ("web or not cli and size>=medium", Any((Truth("web"), All((Not(Truth("cli")), AtLeast("medium")))))),
        ("(personal-data)", Truth("personal-data")),
    ],
)
def test_conditions_parse(text: str, expected: Condition) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "ends where a word was expected"),
        ("service and", "ends where a word was expected"),
        ("service web", "'web' was not expected"),
        ("(service", "not closed"),
        ("service)", r"'\)' was not expected"),
        ("or web", "'or' stands where a word was expected"),
        ("size>=huge", "unknown size 'huge': expected one of small, medium, large"),
        ("size>=tiny", "unknown size 'tiny'"),
        ("size<small", "unknown word 'size'|cannot read"),
        ("personal_data", "cannot read|unknown word"),
        ("weather", "unknown word 'weather': expected 'always' or one of service"),
        ("service & web", "cannot read '& web'"),
    ],
)
def test_what_is_no_condition_is_an_error(text: str, message: str) -> None:
    with pytest.raises(StandardsError, match=message):
        parse(text)


# --- asked by circumstances -----------------------------------------------------------------


@given(circumstances)
def test_each_standard_applies_or_says_why_not(now: Circumstances) -> None:
    assert sorted((*applicable(now), *inapplicable(now)), key=standards().index) == list(standards())
    assert all(because(each, now) == "" for each in applicable(now))
    assert all(because(each, now) and each.trigger for each in inapplicable(now))
    assert set(left_out(now)) <= set(inapplicable(now))
    assert all(each.name for each in left_out(now))


def test_a_page_for_a_few_friends_explains_a_few_absences() -> None:
    friends = Circumstances(size="tiny", service=True, database=True, sql=True, collections=True, web=True)
    assert [(each.name, because(each, friends)) for each in left_out(friends)] == [
        ("Message broker", "No work runs in the background."),
        ("Shared cache (Redis, Memcached)", "The store answers the reads by itself."),
        ("Kubernetes", "One host restarts so few processes."),
        ("Microservices", "One deployable serves this team and load."),
    ]


def test_nothing_is_left_out_of_what_is_no_service() -> None:
    assert left_out(Circumstances(size="large", cli=True, database=True, sql=True, reads_heavy=True, writes_heavy=True)) == ()


def test_a_large_shop_leaves_out_only_what_it_has_no_use_for() -> None:
    shop = Circumstances(
        size="large",
        service=True,
        services=True,
        instances=True,
        web=True,
        public=True,
        database=True,
        sql=True,
        reads_heavy=True,
        money=True,
        accounts=True,
        roles=True,
        external=True,
        jobs=True,
        always_on=True,
    )
    assert [each.code for each in left_out(shop)] == ["API19", "API20", "DATA22", "SYS14", "SYS21", "PROC13"]


def test_the_reason_fits_what_is_missing() -> None:
    replicas = standard("DATA19")
    assert [
        because(replicas, now)
        for now in (
            Circumstances(size="large", service=True),
            Circumstances(size="large", service=True, database=True),
            Circumstances(size="small", service=True, database=True, reads_heavy=True),
            Circumstances(size="large", service=True, database=True, reads_heavy=True),
        )
    ] == [
        "Nothing is kept in a database.",
        "Reads do not outweigh writes here, and a replica helps only reading.",
        "Nothing stated asks for more reading than one database server gives.",
        "",
    ]


def test_what_the_design_adopts_applies() -> None:
    plain = Circumstances(size="small", service=True)
    named = plain.model_copy(update={"adopted": ("OPS02",)})
    kubernetes = standard("OPS02")
    assert (applies(kubernetes, plain), kubernetes in left_out(plain)) == (False, True)
    assert (applies(kubernetes, named), kubernetes in left_out(named), because(kubernetes, named)) == (True, False, "")


@pytest.mark.parametrize(
    ("now", "codes"),
    [
        (Circumstances(), {"SYS02", "SYS03"}),
        (Circumstances(cli=True, database=True), {"SYS02", "SYS03", "DATA03", "DATA04", "OPS14"}),
        (
            Circumstances(service=True, database=True),
            {"API08", "API13", "DATA03", "DATA04", "SEC13", "SEC14", "OPS13", "OPS14", "SYS02", "SYS03"},
        ),
        (
            Circumstances(service=True, database=True, targets=True),
            {"API08", "API13", "DATA03", "DATA04", "SEC13", "SEC14", "PERF02", "PERF03", "PERF08", "OPS13", "OPS14", "SYS02", "SYS03"},
        ),
        (Circumstances(size="medium", service=True, database=True, accounts=True, targets=True), {each.code for each in boxes()}),
    ],
)
def test_the_boxes_that_apply(now: Circumstances, codes: set[str]) -> None:
    assert {each.code for each in boxes() if applies(each, now)} == codes


def _around(*facts: Fact, **parts: Anything) -> Circumstances:
    return around.circumstances(emit_designs.design(**parts), Profile(facts=facts))


def test_sign_in_counts_where_a_decision_or_a_table_says_so() -> None:
    sessions = emit_designs.data(emit_designs.entity("sessions", "sessions", emit_designs.field("id", "uuid", primary=True)))
    assert not _around().accounts
    assert not _around(security=emit_designs.security("None")).accounts
    assert _around(security=emit_designs.security("OpenID Connect against the provider that exists")).accounts
    assert _around(data_layer=sessions).accounts


def test_high_availability_without_a_figure_counts_as_always_on() -> None:
    assert _around(Fact(name="availability", value="high", cites=(1,))).always_on
    assert _around(Fact(name="availability", value="99.9 %", number=0.999, cites=(1,))).always_on
    assert not _around(Fact(name="availability", value="99 %", number=0.99, cites=(1,))).always_on


def test_a_program_without_a_server_promises_only_what_is_stated() -> None:
    fast = Fact(name="latency", value="2 s", number=2000, cites=(1,))
    assert not _around(performance=emit_designs.performance(None)).targets
    assert _around(fast, performance=emit_designs.performance(None)).targets


def test_that_nothing_has_to_work_offline_can_be_said() -> None:
    assert _around(Fact(name="offline", value="required", cites=(1,))).offline
    assert not _around(Fact(name="offline", value="none", origin="option")).offline
