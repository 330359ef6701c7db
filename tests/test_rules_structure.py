"""The structure stage: shapes, components, caps, and what holds for every small case."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend_architect.architects.rules.case import Actor, Case, Label, System
from backend_architect.architects.rules.structure.caps import caps
from backend_architect.architects.rules.structure.structure import API_COMPONENT, structure
from backend_architect.design import Component, Entity, Field, Integration, Loop, Requirement, RequirementKind, Scope, Structure
from backend_architect.profile import Fact, Profile
from cases import act, case, judged


def entity(name: str, *refs: str, **changes: Any) -> Entity:
    """Return an entity with a title, and a required reference to each of `refs`."""
    fields = (
        Field(name="id", type="uuid", primary=True, why="identity"),
        Field(name="title", type="text", maximum=200, why="shown in lists"),
        *(Field(name=f"{ref}_id", type="uuid", ref=f"e-{ref}", why="parent") for ref in refs),
    )
    return Entity(
        key=f"e-{name.rstrip('s')}", name=name, tier="essential", purpose=name, fields=fields, source_of_truth="this table", concurrency="last one wins"
    ).model_copy(update=changes)


def scope_of(made: Case, **changes: Any) -> Scope:
    """Return a scope with one requirement for each statement that asks for something."""
    kinds: dict[str, RequirementKind] = {"functional": "functional", "quality": "quality", "constraint": "constraint", "integration": "integration"}
    found = tuple(
        Requirement(key=made.requirement_key(r.statement), kind=kinds[r.label], text=made.statement(r.statement).text, horizon=r.horizon, cites=(r.statement,))
        for r in made.readings
        if r.label in kinds
    )
    return Scope(project="Project", summary="A project.", loop=Loop(action="acts", response="answers", value="sees the result"), requirements=found).model_copy(
        update=changes
    )


def built(made: Case, *entities: Entity, **changes: Any) -> Structure:
    return structure(made, scope_of(made, **changes), entities)


def component(made: Structure, key: str) -> Component:
    return next(c for c in made.components if c.key == key)


def keys(made: Structure) -> list[str]:
    return [c.key for c in made.components]


TODO = case(
    "# Notes\n\n- User can write a note in an input field\n- User can remove a note by pressing a button\n",
    actions=[act(2, "user", "create", "note", word="write"), act(3, "user", "delete", "note", word="remove")],
    actors=[Actor(name="user", cites=(2,))],
    size="tiny",
    engine="sqlite",
)


def test_a_tiny_service_is_a_client_and_one_process() -> None:
    made = built(TODO, entity("notes"))
    assert [(c.key, c.kind) for c in made.components] == [("c-web", "client"), (API_COMPONENT, "service")]
    api = component(made, API_COMPONENT)
    assert api.owns == ("e-note",)
    assert api.store == "SQLite: table `notes`"
    assert api.purpose == "Lets users write and remove notes"
    assert api.satisfies == (TODO.requirement_key(2), TODO.requirement_key(3))
    assert made.system.choice == "One note service, one table in SQLite"
    # What it is not stands under "Left out on purpose".
    assert made.system.rejected == ()
    assert made.vocabulary == ("e-note",)


def test_the_choice_quotes_the_numbers_of_the_brief() -> None:
    profile = Profile(
        facts=(
            Fact(name="users", value="20,000 users", number=20_000, cites=(1,)),
            Fact(name="reads-per-second", value="40 reads/s", number=40, cites=(2,)),
            Fact(name="writes-per-second", value="4 writes/s", number=4, cites=(2,)),
        )
    )
    made = built(case("# Snippets\n\n- User reads a snippet\n", profile=profile, size="medium", reads_per_second=40, writes_per_second=4), entity("snippets"))
    assert "20,000 users and 40 reads/s and 4 writes/s on average, reckoned 220 requests/s at peak (5 times)" in made.system.why
    assert "220 requests/s at peak, reckoned at 500 requests/s an instance" in component(made, API_COMPONENT).scaling
    assert "44 operations/s" in component(made, "c-db").scaling


def test_modules_follow_the_people_who_change_the_data() -> None:
    made = built(
        case(
            "# Polls\n\n- Organiser can define a poll\n- Guest can submit a vote\n- Guest can view results\n- Organiser can log in\n",
            actions=[
                act(2, "organiser", "create", "poll", word="define"),
                act(3, "guest", "submit", "vote"),
                act(4, "guest", "read", "result", word="view"),
                act(5, "organiser", "login", "", phrase="in"),
            ],
            actors=[Actor(name="organiser", privileged=True, cites=(2,)), Actor(name="guest", anonymous=True, cites=(3,))],
            size="medium",
            pattern="modular monolith",
            auth="session",
        ),
        entity("polls"),
        entity("choices", "poll"),
        entity("votes", "poll"),
        entity("users"),
    )
    modules = [(c.name, c.owns) for c in made.components if c.kind == "module"]
    assert modules == [("Polls", ("e-poll", "e-choice")), ("Votes and results", ("e-vote",)), ("Accounts", ("e-user",))]
    assert component(made, API_COMPONENT).owns == ()
    assert made.system.choice == "One deployable with three modules (polls, votes and results and accounts)"
    assert "by organisers" in made.system.boundaries


RELAY = """# Charges

- The service must run at least two instances of the web server.
- All containers together get 1.5 CPU and 350 MB.

## Our endpoints

`POST /charges`

```json
{"correlationId": "4a7901b8-7d26-4d9d-aa19-4dc1c7cf60b3", "amount": 19.90}
```

## Endpoints of the Card Gateway

There are two of them, Card Gateway Default and Card Gateway Fallback.

`POST /charges`

`GET /charges/service-health`
"""


def relayed() -> Case:
    base = case(RELAY, labels={3: "constraint"}, systems=[System(name="Card Gateway", purpose="charges cards", cites=(3,))])
    ours = next(e for e in base.contracts.endpoints if e.path == "/charges")
    other = ours.model_copy(update={"owner": "Card Gateway", "request": ()})
    health = ours.model_copy(update={"owner": "Card Gateway", "method": "GET", "path": "/charges/service-health", "request": ()})
    contracts = base.contracts.model_copy(update={"endpoints": (ours.model_copy(update={"owner": ""}), other, health)})
    facts = (
        Fact(name="cpu-limit", value="1.5 CPU", number=1.5, cites=(3,)),
        Fact(name="memory-limit", value="350 MB", number=350e6, cites=(3,)),
    )
    traits = base.traits.model_copy(update={"size": "medium", "latency_ms": 10, "latency_basis": judged("10 ms")})
    return replace(base, contracts=contracts, profile=Profile(facts=facts), traits=traits)


def test_a_relayed_call_is_stored_first_and_passed_on_by_a_worker_within_the_caps() -> None:
    made = built(relayed(), entity("charges"))
    assert keys(made) == ["c-balancer", API_COMPONENT, "c-worker", "c-db", "c-ext-card-gateway"]
    assert made.system.choice == "One service that stores each charge and a worker that passes it on; two instances behind a balancer"
    assert "0.15 + 0.35 + 0.35 + 0.2 + 0.45 = 1.5 CPU; 20 + 70 + 70 + 60 + 130 = 350 MB" in made.system.why
    worker = component(made, "c-worker")
    assert "Card Gateway Default and Card Gateway Fallback under the same `correlationId`" in worker.purpose
    assert worker.uses == ("c-db", "c-ext-card-gateway")
    assert component(made, API_COMPONENT).uses == ("c-db",)
    assert "unique `correlationId`" in component(made, API_COMPONENT).failures[0].then
    assert "GET /charges/service-health" in component(made, "c-ext-card-gateway").failures[0].then
    assert component(made, "c-balancer").satisfies == (relayed().requirement_key(2),)


def test_a_command_line_program_is_made_of_its_queue_its_pool_and_its_output() -> None:
    text = (
        "# Wash\n\n- A car waits in the queue until a bay takes it\n- The manager can add or remove a bay; an idle bay picks up a car\n"
        "- Each car takes 12 minutes\n- The result is printed to `wash.txt`\n"
    )
    made = built(
        case(
            text,
            actions=[
                act(2, "car", "submit", "car", word="queue"),
                act(3, "manager", "create", "bay", word="add"),
                act(3, "manager", "delete", "bay", word="remove"),
            ],
            shape="cli",
            engine="memory",
            pattern="single program",
        ),
        entity("cars"),
        entity("bays"),
    )
    assert [(c.key, c.name) for c in made.components] == [
        ("c-program", "Command-line program"),
        ("c-car", "Car queue"),
        ("c-bay", "Bay pool"),
        ("c-output", "Result writer"),
    ]
    assert component(made, "c-bay").uses == ("c-car",)
    assert component(made, "c-bay").owns == ("e-bay",)
    assert component(made, "c-program").uses == ("c-car", "c-bay", "c-output")
    assert made.system.choice == "One command-line program, all in memory"
    assert [r.option for r in made.system.rejected] == ["HTTP server", "Database or message broker"]


@pytest.mark.parametrize(
    ("shape", "engine", "expected"),
    [("browser", "browser", ["c-web", "c-storage"]), ("none", "none", ["c-web"])],
)
def test_without_a_backend_the_client_does_it_all_and_the_decision_says_so(shape: str, engine: str, expected: list[str]) -> None:
    pad = case("# Pad\n\n- The user draws a sketch in the browser\n", shape=shape, engine=engine, pattern="single program")
    made = built(pad)
    assert keys(made) == expected
    assert made.system.pattern == "No backend"
    assert component(made, "c-web").satisfies == (pad.requirement_key(2),)


def test_prescribed_services_are_kept_small_and_the_contradiction_is_named() -> None:
    made = built(
        case(
            "# Board\n\n- User creates a card\n",
            size="tiny",
            pattern="services",
            pattern_basis=judged("services", 2),
            actions=[act(2, "user", "create", "card")],
        ),
        entity("cards"),
    )
    assert [c.key for c in made.components if c.kind == "service"] == [API_COMPONENT]
    assert "the contradiction is an open question" in made.system.why
    assert [r.option for r in made.system.rejected] == ["Modular monolith", "One service for each noun"]


def test_a_queue_in_front_of_a_running_system() -> None:
    intake = case(
        "# Intake\n\n- On a POST the application pushes the report into our Azure Storage Queue\n- The running system reads from the queue\n",
        existing=True,
        actions=[act(2, "", "send", "report", word="push")],
    )
    made = built(intake, entity("reports"))
    assert keys(made) == [API_COMPONENT, "c-queue", "c-db", "c-existing"]
    assert made.system.choice == "A small intake in front of the running system, with Azure Storage Queue between them"
    assert component(made, "c-existing").uses == ("c-queue",)
    assert component(made, "c-queue").satisfies == (intake.requirement_key(2), intake.requirement_key(3))
    assert "202 is only given for what the queue has confirmed" in component(made, API_COMPONENT).failures[0].then


def test_a_queue_that_only_a_sketch_mentions_is_not_built() -> None:
    made = built(case("# Shop\n\n- User orders a book\n- Later one could use a queue such as RabbitMQ\n", labels={3: "solution"}), entity("books"))
    assert keys(made) == [API_COMPONENT, "c-db"]


def test_growth_from_one_user_starts_on_one_host() -> None:
    profile = Profile(
        facts=(
            Fact(name="users", value="1 user", number=1, cites=(2,)),
            Fact(name="users", value="5,000,000 users", number=5e6, cites=(2,)),
            Fact(name="reads-per-second", value="20,000 reads/s", number=20_000, cites=(2,)),
        )
    )
    made = built(
        case("# Wall\n\n- User posts a picture from day one to five million users\n", profile=profile, size="large", reads_per_second=20_000),
        entity("pictures"),
    )
    assert "c-balancer" not in keys(made)
    assert "c-cache" not in keys(made)
    assert "grow from 1 user to 5,000,000 users" in made.system.why
    assert "one host at 1 user" in component(made, API_COMPONENT).scaling


def test_a_high_read_load_gets_instances_and_a_cache() -> None:
    profile = Profile(facts=(Fact(name="reads-per-second", value="3,000 reads/s", number=3000, cites=(2,)),))
    made = built(case("# Prices\n\n- User reads a price\n", profile=profile, size="large", reads_per_second=3000), entity("prices"))
    assert keys(made) == ["c-balancer", API_COMPONENT, "c-db", "c-cache"]
    assert component(made, API_COMPONENT).uses == ("c-db", "c-cache")


def test_an_outside_system_takes_over_the_protection_that_the_scope_states() -> None:
    known = Integration(key="i-geo", name="GeoBase", purpose="finds addresses", protection="timeout 700 ms, no retry", fallback="the address is kept unchecked")
    made = built(
        case("# Visits\n\n- User plans a visit checked with GeoBase\n", systems=[System(name="GeoBase", purpose="finds addresses", cites=(2,))]),
        entity("visits"),
        integrations=(known,),
    )
    geo = component(made, "c-ext-geobase")
    assert (geo.interface, geo.failures[0].user_sees) == ("timeout 700 ms, no retry", "the address is kept unchecked")
    assert component(made, API_COMPONENT).uses == ("c-db", "c-ext-geobase")


# --- laws -----------------------------------------------------------------------------------

NOUNS = ("survey", "order", "message", "room", "report", "user", "payment")
VERBS = ("create", "submit", "delete", "change-state", "notify", "login", "upload", "read", "send", "pay")


@st.composite
def cases(draw: st.DrawFn) -> tuple[Case, tuple[Entity, ...]]:
    size = draw(st.integers(1, 6))
    lines, actions = [], []
    for number in range(2, size + 2):
        noun, verb = draw(st.sampled_from(NOUNS)), draw(st.sampled_from(VERBS))
        actor = draw(st.sampled_from(("visitor", "manager", "")))
        extra = draw(
            st.sampled_from(("", " on the web page", " once a day", " through RabbitMQ", " and store it for 30 days", " within 100 ms", " via GeoBase"))
        )
        lines.append(f"- The {actor or 'service'} can {verb} a {noun}{extra}")
        actions.append(act(number, actor, verb, noun, system=not actor))
    labels: dict[int, Label] = draw(
        st.dictionaries(st.integers(2, size + 1), st.sampled_from(("quality", "constraint", "integration", "context", "solution", "excluded")))
    )
    shape, engine = draw(
        st.sampled_from(
            (
                ("service", "postgresql"),
                ("service", "sqlite"),
                ("service", "cosmosdb"),
                ("service", "memory"),
                ("cli", "memory"),
                ("browser", "browser"),
                ("none", "none"),
            )
        )
    )
    facts = [
        Fact(name="users", value="70 users", number=70, cites=(1,)),
        Fact(name="cpu-limit", value="2 CPU", number=2, cites=(1,)),
        Fact(name="memory-limit", value="512 MB", number=512e6, cites=(1,)),
        Fact(name="reads-per-second", value="2,500 reads/s", number=2500, cites=(1,)),
    ]
    nouns = list(dict.fromkeys(a.noun for a in actions))
    chain = draw(st.booleans())
    entities = tuple(entity(f"{n}s", *([nouns[i - 1]] if chain and i else [])) for i, n in enumerate(nouns)) if shape != "none" else ()
    made = case(
        "# Thing\n\n" + "\n".join(lines) + "\n",
        actions=actions,
        actors=[Actor(name="visitor", anonymous=True, cites=(2,)), Actor(name="manager", privileged=True, cites=(2,))],
        systems=[System(name="GeoBase", purpose="finds addresses", cites=(2,))] if draw(st.booleans()) else [],
        later=draw(st.sets(st.integers(2, size + 1), max_size=1)),
        labels=labels,
        profile=Profile(facts=tuple(draw(st.lists(st.sampled_from(facts), unique=True)))),
        shape=shape,
        engine=engine,
        size=draw(st.sampled_from(("tiny", "small", "medium", "large"))),
        pattern=draw(st.sampled_from(("monolith", "modular monolith", "services"))) if shape == "service" else "single program",
        auth=draw(st.sampled_from(("none", "session", "token", "external"))),
        existing=draw(st.booleans()),
        reads_per_second=draw(st.sampled_from((0, 40, 2500, 40_000))),
    )
    return made, entities


@settings(max_examples=120, deadline=None)
@given(cases())
def test_every_reference_of_a_structure_exists(drawn: tuple[Case, tuple[Entity, ...]]) -> None:
    made, entities = drawn
    scope = scope_of(made)
    found = structure(made, scope, entities)
    names = keys(found)
    requirements = {r.key for r in scope.requirements}
    statements = {s.number for s in made.brief.statements}
    entity_keys = [e.key for e in entities]
    assert len(set(names)) == len(names)
    assert not set(names) & (set(entity_keys) | requirements | {found.system.key})
    for part in found.components:
        assert set(part.uses) <= set(names) - {part.key}
        assert set(part.owns) <= set(entity_keys)
        assert set(part.satisfies) <= requirements
        assert set(part.cites) <= statements
    assert set(found.system.satisfies) <= requirements
    assert set(found.system.cites) <= statements
    assert found.vocabulary == tuple(entity_keys)
    owned = [key for part in found.components for key in part.owns]
    assert len(set(owned)) == len(owned), "an entity has one writer"
    now = {r.key for r in scope.requirements if r.horizon == "now"}
    assert now <= {key for part in found.components for key in part.satisfies} | set(found.system.satisfies)
    assert structure(made, scope, entities) == found


@settings(max_examples=80, deadline=None)
@given(
    st.integers(20, 800),
    st.integers(24, 4000),
    st.lists(st.sampled_from((("a", "api"), ("b", "balancer"), ("w", "worker"), ("d", "store"), ("r", "cache"))), min_size=1, unique=True),
    st.integers(1, 4),
)
def test_shares_of_the_caps_add_up(hundredths: int, megabytes: int, parts: list[tuple[str, Any]], instances: int) -> None:
    facts = (
        Fact(name="cpu-limit", value="cpu", number=hundredths / 100, cites=(1,)),
        Fact(name="memory-limit", value="memory", number=megabytes * 1e6, cites=(1,)),
    )
    shared = caps(case("# Caps\n", profile=Profile(facts=facts)), tuple((key, role, instances if role == "api" else 1) for key, role in parts))
    assert shared is not None
    assert len(shared.shares) == len(parts) + (instances - 1 if ("a", "api") in parts else 0)
    assert sum(round((s.cpu or 0) * 100) for s in shared.shares) == hundredths
    assert sum(s.memory_mb or 0 for s in shared.shares) == megabytes
    assert all((s.cpu or 0) > 0 and (s.memory_mb or 0) > 0 for s in shared.shares)


def test_caps_too_small_to_share_are_not_shared() -> None:
    facts = (Fact(name="memory-limit", value="2 MB", number=2e6, cites=(1,)),)
    assert caps(case("# Caps\n", profile=Profile(facts=facts)), (("a", "api", 2), ("d", "store", 1))) is None
