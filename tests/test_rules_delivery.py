"""The rules for delivery: tasks that cover the design, in an order that holds, with commands that exist."""

from __future__ import annotations

from graphlib import TopologicalSorter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend_architect.architects.rules.case import Case, System
from backend_architect.architects.rules.delivery.stacks import DOWN, LANGUAGES, STACKS, focused_test, migrate, stack_for
from backend_architect.design import Design
from backend_architect.profile import Conflict, Fact, Profile
from cases import act, case
from delivery_cases import component, design_of, endpoint, entity, refusal, structure_of

SENTENCES = (
    "A member can borrow a tool.",
    "A keeper can take back a tool.",
    "The system reminds borrowers by email.",
    "Loans older than two years are deleted automatically.",
    "Answers must arrive within 300 ms.",
    "It has to run with docker compose.",
    "Personal data must be encrypted.",
    "Members see new loans live.",
    "A report of all loans is built nightly.",
    "Returned tools are announced to Northreg.",
)
ACTIONS = (
    act(1, "member", "create", "loan"),
    act(2, "keeper", "change-state", "loan"),
    act(3, "system", "notify", "loan", system=True),
    act(4, "system", "delete", "loan", system=True),
    act(9, "system", "report", "loan", system=True),
)
LABELS = {5: "quality", 6: "constraint", 7: "constraint", 10: "integration"}
PATHS = ("/loans", "/loans/{id}", "/tools", "/tools/{id}", "/members", "/members/{id}/loans", "/login")
SIZES = ("tiny", "small", "medium", "large")


def text_of(sentences: tuple[str, ...]) -> str:
    return "\n\n".join(sentences)


@st.composite
def designs(draw: st.DrawFn) -> tuple[Case, Design]:
    """Return a small case of any shape and size with endpoints, entities and parts at random, and its design."""
    shape = draw(st.sampled_from(("service", "service", "service", "cli", "browser", "none")))
    engine = draw(st.sampled_from(("postgresql", "sqlite", "mysql", "mongodb", "cosmosdb", "dynamodb", "memory"))) if shape == "service" else "memory"
    realtime = draw(st.sampled_from(("none", "later", "sse", "websocket")))
    auth = draw(st.sampled_from(("none", "session", "token")))
    service = shape == "service"
    facts = draw(
        st.lists(
            st.sampled_from(
                (
                    Fact(name="users", value="900 members", number=900, cites=(1,), quote="900 members"),
                    Fact(name="latency", value="300 ms", number=300, cites=(5,), quote="300 ms"),
                    Fact(name="cpu-limit", value="2 CPU", number=2, cites=(6,), quote="2 CPU"),
                    Fact(name="budget", value="$5,000", number=5000, cites=(7,), quote="$5,000"),
                    Fact(name="availability", value="99.5 %", number=0.995, cites=(5,), quote="99.5 %"),
                )
            ),
            unique_by=lambda fact: fact.name,
        )
    )
    systems = draw(st.sampled_from(((), (System(name="Northreg", purpose="register of tools", cites=(10,)),))))
    made = case(
        text_of(SENTENCES),
        actions=ACTIONS,
        systems=systems,
        later=draw(st.sets(st.integers(1, len(SENTENCES)), max_size=4)),
        labels=LABELS,  # type: ignore[arg-type]
        profile=Profile(facts=tuple(facts)),
        shape=shape,
        size=draw(st.sampled_from(SIZES)),
        engine=engine,
        realtime=realtime if service else "none",
        auth=auth if service else "none",
        existing=draw(st.booleans()),
        latency_ms=draw(st.integers(1, 2000)),
        cloud=draw(st.sampled_from(("", "AWS", "Azure"))),
        stack=STACKS[draw(st.sampled_from(LANGUAGES))].model_dump(),
    )
    tables = draw(st.sets(st.sampled_from(("loans", "tools", "members", "line_items")), max_size=4))
    entities = tuple(
        entity(name, "state", *(("expires_at",) if name == "loans" else ()), tier=draw(st.sampled_from(("essential", "future")))) for name in sorted(tables)
    )
    ways = draw(st.sets(st.tuples(st.sampled_from(("GET", "POST", "PATCH", "DELETE")), st.sampled_from(PATHS)), min_size=1, max_size=10)) if service else set()
    if service and realtime in ("sse", "websocket"):
        ways |= {("SSE" if realtime == "sse" else "WS", "/loans/stream")}
    keys = {e.key for e in entities}
    endpoints = tuple(
        endpoint(
            method,
            path,
            primary=i == 0,
            auth=draw(st.sampled_from(("none", "user"))) if auth != "none" else "none",
            entity="e-loans" if "e-loans" in keys and "loans" in path else None,
            errors=(refusal(409, "TAKEN", "The tool is on loan"),) if method == "POST" else (),
            satisfies=draw(
                st.sets(st.sampled_from([made.requirement_key(s.number) for s in made.brief.statements]), max_size=2).map(lambda found: tuple(sorted(found)))
            ),
        )
        for i, (method, path) in enumerate(sorted(ways))
    )
    more = draw(
        st.sets(
            st.sampled_from(
                (("c-worker", "worker"), ("c-queue", "store"), ("c-web", "client"), ("c-northreg", "external"), ("c-loans", "module"), ("c-tools", "module"))
            )
        )
    )
    structure = structure_of(*(component(key, kind, uses=("c-tools",) if key == "c-loans" else ()) for key, kind in sorted(more)))
    return made, design_of(made, structure=structure, entities=entities, endpoints=endpoints)


@settings(max_examples=80, deadline=None)
@given(made=designs())
def test_the_tasks_cover_the_design_and_can_be_done_in_order(made: tuple[Case, Design]) -> None:
    known, design = made
    delivery = design.delivery
    tasks = delivery.tasks
    keys = [task.key for task in tasks]
    phases = [phase.key for phase in delivery.phases]

    assert len(set(keys)) == len(keys)
    assert len(set(phases)) == len(phases)
    assert {task.phase for task in tasks} == set(phases)
    assert [phases.index(task.phase) for task in tasks] == sorted(phases.index(task.phase) for task in tasks)
    graph = {task.key: set(task.depends_on) for task in tasks}
    assert set().union(*graph.values()) <= set(keys)
    tuple(TopologicalSorter(graph).static_order())
    at = {task.key: phases.index(task.phase) for task in tasks}
    assert all(at[before] <= at[task.key] for task in tasks for before in task.depends_on)

    elements = {c.key: c.satisfies for c in design.structure.components}
    elements |= {d.key: d.satisfies for _, _, d in design.decisions()}
    elements |= {e.key: e.satisfies for e in design.endpoints}
    elements |= {e.key: e.satisfies for e in design.entities if e.tier != "future"}
    requirements = {r.key: r for r in design.scope.requirements}
    implemented = {key for task in tasks for key in task.implements}
    assert implemented <= set(elements) | set(requirements)
    assert set(elements) <= implemented
    answered = implemented | {key for element in implemented & set(elements) for key in elements[element]}
    assert {key for key, r in requirements.items() if r.horizon == "now"} <= answered
    late = {key for task in tasks if task.phase == "p-later" or task.key == "t-later" for key in task.implements}
    assert {key for key, r in requirements.items() if r.horizon == "later"} <= late
    assert all(task.implements and task.done_when for task in tasks)
    # A tiny plan says in a step only what it says nowhere else.
    assert known.traits.shape == "none" or known.traits.size == "tiny" or all(task.steps for task in tasks)


@settings(max_examples=80, deadline=None)
@given(made=designs())
def test_keys_are_unique_and_citations_exist_everywhere(made: tuple[Case, Design]) -> None:
    known, design = made
    delivery = design.delivery
    keys = [c.key for c in delivery.commands] + [t.key for t in delivery.tasks] + [p.key for p in delivery.phases]
    keys += [job.key for job in (design.messaging.jobs if design.messaging else ())]
    keys += (
        [d.key for _, _, d in design.decisions()]
        + [c.key for c in design.structure.components]
        + [e.key for e in design.endpoints]
        + [e.key for e in design.entities]
    )
    assert len(set(keys)) == len(keys)
    assert len({place.path for place in delivery.layout}) == len(delivery.layout)

    last = len(known.brief.statements)
    layers = [layer for layer in (design.messaging, design.performance, design.operations, delivery) if layer is not None]
    cited = [number for layer in layers for number in _cites(layer.model_dump())]
    assert all(1 <= number <= last for number in cited)
    asked = {r.key for r in design.scope.requirements}
    assert all(set(d.satisfies) <= asked for _, _, d in design.decisions())
    if design.performance and design.performance.critical_path:
        path = design.performance.critical_path
        assert sum(step.ms for step in path.steps) == path.budget_ms


def _cites(value: Any) -> list[int]:
    if isinstance(value, dict):
        return [number for key, part in value.items() for number in (part if key == "cites" else _cites(part))]
    return [number for part in value for number in _cites(part)] if isinstance(value, tuple | list) else []


LOANS = entity("loans", "state")
BORROW = endpoint("POST", "/loans", primary=True, status=201, entity="e-loans", errors=(refusal(409, "TAKEN", "The tool is on loan"),))
SHOW = endpoint("GET", "/loans", entity="e-loans", many=True)


def test_a_tiny_service_is_done_in_few_tasks() -> None:
    design = design_of(case("A member can borrow a tool.", size="tiny", engine="sqlite"), entities=(LOANS,), endpoints=(BORROW, SHOW))

    assert [task.key for task in design.delivery.tasks] == ["t-start", "t-loop", "t-operate"]
    assert [phase.key for phase in design.delivery.phases] == ["p-loop"]
    start, loop, _ = design.delivery.tasks
    assert "e-loans" in start.implements
    assert loop.implements[:2] == ("api-post-loans", "api-get-loans")
    assert loop.done_when == "`POST /loans` answers 201; 409 when the tool is on loan"


def test_what_the_brief_puts_off_is_one_last_task() -> None:
    made = case("A member can borrow a tool.\n\nMembers may rate tools.", later=(2,))
    design = design_of(made, entities=(LOANS,), endpoints=(BORROW,))

    assert design.delivery.tasks[-1].key == "t-later"
    assert design.delivery.tasks[-1].implements == (made.requirement_key(2),)
    assert design.delivery.phases[-1].title == "Later"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_stack_has_commands_of_its_own_that_the_tasks_use(language: Any) -> None:
    made = case("A member can borrow a tool.", stack=STACKS[language].model_dump())
    delivery = design_of(made, entities=(LOANS,), endpoints=(BORROW, SHOW)).delivery
    runs = {command.run for command in delivery.commands}

    assert {STACKS[language].install, STACKS[language].test, STACKS[language].run, STACKS[language].lint} <= runs
    assert focused_test(STACKS[language], "loans") in {task.verify for task in delivery.tasks}
    assert delivery.guidance
    assert any("loan" in place.path.lower() for place in delivery.layout)


@pytest.mark.parametrize("engine", ["postgresql", "mysql", "sqlite"])
def test_migrations_go_up_and_down(engine: Any) -> None:
    delivery = design_of(case("A member can borrow a tool.", engine=engine), entities=(LOANS,), endpoints=(BORROW,)).delivery
    data = next(task for task in delivery.tasks if task.key == "t-data")

    assert data.verify == f"{migrate(engine)} && {migrate(engine, file=DOWN)}"
    assert "0001_initial.up.sql" in migrate(engine)
    assert {"cmd-migrate", "cmd-ci-migrate", "cmd-prod-migrate", "cmd-backup", "cmd-restore"} <= {command.key for command in delivery.commands}


def test_a_program_is_set_up_by_the_scripts_of_the_brief() -> None:
    text = "The `tests.sh` script must run the tests.\n\nThe `run.sh` script must start it.\n\nIt must print to `result.txt`."
    made = case(text, shape="cli", engine="memory", stack=stack_for((Fact(name="stack", value="Go", cites=(1,)),), program=True).model_dump())
    delivery = design_of(made, structure=structure_of(component("c-oven", "module"))).delivery

    assert [task.key for task in delivery.tasks] == ["t-start", "t-oven", "t-run"]
    assert delivery.tasks[-1].verify == "sh run.sh && test -s result.txt"
    assert next(c.run for c in delivery.commands if c.key == "cmd-ci") == "sh tests.sh && sh run.sh && test -s result.txt"


def test_partners_and_dates_are_risks_of_this_brief_and_contradictions_stay_questions() -> None:
    first = Fact(name="authentication", value="none", cites=(1,))
    second = Fact(name="compliance", value="audited", cites=(2,))
    profile = Profile(
        facts=(first, second, Fact(name="deadline", value="1 May", cites=(2,))),
        conflicts=(Conflict(first=first, second=second, about="no login, yet everything is audited"),),
    )
    made = case("There is no login.\n\nAll is audited by 1 May.", profile=profile, systems=(System(name="Northreg", purpose="register", cites=(2,)),))
    risks = design_of(made, entities=(LOANS,), endpoints=(BORROW,)).delivery.risks

    assert [risk.cites for risk in risks[:2]] == [(2,), (2,)]
    assert "Northreg" in risks[0].risk
    assert "1 May" in risks[1].risk
    assert not [risk for risk in risks if "everything is audited" in risk.risk]


@pytest.mark.parametrize(
    ("value", "language", "framework"),
    [
        ("Node.js", "typescript", "Fastify"),
        ("NestJS", "typescript", "NestJS"),
        ("Go (Golang)", "go", "net/http with chi"),
        ("Django", "python", "Django"),
        (".NET Aspire", "csharp", "ASP.NET Core with .NET Aspire"),
        ("C#", "csharp", "ASP.NET Core"),
        ("Ruby on Rails", "ruby", "Rails"),
        ("Kotlin", "kotlin", "Spring Boot"),
        ("MongoDB", "typescript", "Fastify"),
    ],
)
def test_a_stack_is_read_from_the_words_of_the_brief(value: str, language: str, framework: str) -> None:
    stack = stack_for((Fact(name="stack", value=value, cites=(3,)),))

    assert (stack.language, stack.framework) == (language, framework)
    assert (stack.named, stack.cites) == ((True, (3,)) if value != "MongoDB" else (False, ()))
