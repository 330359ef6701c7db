"""The rules for messaging, load, the critical path, performance and operations."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend_architect.architects.rules.case import System
from backend_architect.architects.rules.layers import bottlenecks, critical_path, load, messaging_layer, operations_layer, performance_layer
from backend_architect.architects.rules.layers.load import spread
from backend_architect.design import Load, Step
from backend_architect.profile import Fact, Profile
from cases import act, case, judged
from delivery_cases import component, endpoint, entity, refusal, scope_of, structure_of

LOANS = (entity("loans", "state"),)
BORROW = endpoint(
    "POST",
    "/loans",
    primary=True,
    status=201,
    entity="e-loans",
    errors=(refusal(422, "INVALID", "`toolId` is missing"), refusal(409, "TAKEN", "The tool is on loan")),
)
SHOW = endpoint("GET", "/loans/{id}", entity="e-loans")


def facts(*given: Fact) -> Profile:
    return Profile(facts=given)


def decided(layer: Any, made: Any, *, entities: Any = LOANS, endpoints: Any = (BORROW, SHOW), structure: Any = None) -> Any:
    return layer.decide(made, scope_of(made), structure or structure_of(), entities, endpoints)


# --- messaging ------------------------------------------------------------------------------


def test_nothing_asynchronous_means_no_messaging_layer() -> None:
    assert decided(messaging_layer, case("A member can borrow a tool.")) is None


def test_expired_things_are_cleaned_up_on_a_timer_without_a_broker() -> None:
    layer = decided(messaging_layer, case("A member can borrow a tool."), entities=(entity("loans", "expires_at"),))

    assert layer is not None
    assert [job.name for job in layer.jobs] == ["Delete expired loans"]
    assert layer.decision.broker == "none: a timer"
    assert [rejected.option for rejected in layer.decision.rejected] == ["A message broker"]


def test_a_reminder_goes_through_a_table_in_the_database() -> None:
    made = case("The system reminds borrowers by email one day before the return date.", actions=(act(1, "system", "notify", "loan", system=True),))
    layer = decided(messaging_layer, made)

    assert layer is not None
    (job,) = layer.jobs
    assert (job.key, job.name, job.satisfies, job.cites) == ("job-notify-loan", "Notify about loans", (made.requirement_key(1),), (1,))
    assert "by e-mail" in job.does or "by email" in job.does
    assert "jobs` table in PostgreSQL" in layer.decision.broker


def test_a_stated_rhythm_is_the_trigger() -> None:
    made = case("The system computes the overdue fees nightly.", actions=(act(1, "system", "compute", "fee", system=True),))
    layer = decided(messaging_layer, made)

    assert [job.trigger for job in layer.jobs] == ["nightly, as the brief says"]


def test_what_has_to_happen_at_once_is_no_job() -> None:
    made = case("The system computes the deposit immediately when a tool is chosen.", actions=(act(1, "system", "compute", "deposit", system=True),))

    assert decided(messaging_layer, made) is None


def test_the_queue_the_brief_names_wins_and_the_others_it_weighs_are_rejected() -> None:
    text = "Each post must go to an Azure Storage Queue.\n\nA new worker must read the Azure Storage Queue.\n\nRabbitMQ was looked at, too."
    made = case(text, existing=True)
    accepted = endpoint("POST", "/posts", primary=True, status=202)
    layer = decided(messaging_layer, made, entities=(), endpoints=(accepted, endpoint("GET", "/posts/{id}")))

    assert layer.decision.broker == "Azure Storage Queue"
    assert "RabbitMQ" in [rejected.option for rejected in layer.decision.rejected]
    assert "64 KB" in layer.decision.delivery
    assert layer.realtime is not None
    assert layer.realtime.choice == "short-polling"
    assert [job.key for job in layer.jobs] == ["job-forward-post"]

    # Without that worker it is the running system that takes the posts: nothing of ours has to.
    left = case(text.replace("A new worker must read", "It must be"), existing=True)
    assert decided(messaging_layer, left, entities=(), endpoints=(accepted, endpoint("GET", "/posts/{id}"))).jobs == ()
    assert layer.jobs[0].user_learns.startswith("`GET /posts/{id}`")


def test_a_call_limit_of_an_outside_system_is_kept_by_one_holder_of_a_lease() -> None:
    text = "\n".join(
        (
            "# Relay",
            "",
            "## Endpoints our backend must offer",
            "",
            "```",
            "POST /transfers",
            '{"amount": 1.5}',
            "```",
        )
    )
    made = case(text, systems=(System(name="Clearing House", purpose="takes transfers", cites=(1,)),), latency_ms=20)
    layer = decided(messaging_layer, made, entities=(), endpoints=(endpoint("POST", "/transfers", primary=True),))

    assert [job.key for job in layer.jobs] == ["job-forward-transfer"]
    assert "Clearing House" in layer.jobs[0].does
    assert layer.jobs[0].retry.startswith("after 50, 100, 200 and 400 ms")


@pytest.mark.parametrize(
    ("judgement", "streams", "choice"),
    [("websocket", ("WS",), "websocket"), ("sse", ("SSE",), "sse"), ("later", (), "request-response")],
)
def test_realtime_is_argued_against_the_four_other_ways(judgement: str, streams: tuple[str, ...], choice: str) -> None:
    made = case("Members see new bids at once over WebSockets.", realtime=judgement, realtime_basis=judged(judgement, 1).model_dump())
    opened = tuple(endpoint(method, "/loans/stream") for method in streams)
    layer = decided(messaging_layer, made, endpoints=(BORROW, SHOW, *opened))

    assert layer.realtime.choice == choice
    assert {rejected.option for rejected in layer.realtime.rejected} | {choice} == {"request-response", "short-polling", "long-polling", "sse", "websocket"}
    assert layer.realtime.cites == (1,)
    assert layer.jobs == ()


def test_the_user_waits_for_the_write_because_it_may_be_refused() -> None:
    layer = decided(messaging_layer, case("A member can borrow a tool."), entities=(entity("loans", "expires_at"),))

    assert layer.sync[0].because == "the caller has to hear at once when it is refused: the tool is on loan"


# --- load -----------------------------------------------------------------------------------


def test_a_brief_without_numbers_gets_an_assumption_in_numbers() -> None:
    (row,) = load.load(case("A member can borrow a tool.", size="tiny"))

    assert row == Load(
        measure="Requests and data",
        now="under 1 request/s, under 100 MB",
        in_a_year="under 5 requests/s, under 1 GB",
        basis="None stated; assumed: a few people at once",
    )


def test_a_stated_rate_is_quoted_and_its_sum_shown() -> None:
    stated = Fact(name="writes-per-second", value="10,000,000 writes/month", number=3.858, cites=(1,), quote="10 million writes per month")
    rows = load.load(case("There are 10 million writes per month.", profile=facts(stated), writes_per_second=3.858))

    assert rows[0].measure == "Writes"
    assert rows[0].basis == 'Stated: "10 million writes per month"; 10,000,000 a month / 2,592,000 s = 3.9/s'
    assert rows[0].cites == (1,)
    assert [row.measure for row in rows] == ["Writes", "Peak"]


def test_users_alone_are_turned_into_a_rate() -> None:
    rows = load.load(case("80,000 members.", profile=facts(Fact(name="users", value="80,000 members", number=80_000, cites=(1,), quote="80,000 members"))))

    assert [row.measure for row in rows] == ["Users", "Requests"]
    assert rows[1].basis == "80,000 users x 20 requests a day (assumed) / 86,400 s = 19/s; peak x 5"


def test_data_are_reckoned_from_item_size_and_rate() -> None:
    profile = facts(
        Fact(name="writes-per-second", value="4 writes/s", number=4, cites=(1,), quote="4 writes/s"),
        Fact(name="item-size", value="1 KB", number=1000, cites=(1,), quote="1 KB"),
    )
    rows = {row.measure: row for row in load.load(case("4 writes/s of 1 KB.", profile=profile, writes_per_second=4.0))}

    assert rows["New data"].basis == "1 KB x 10,000,000 writes a month = 10 GB"
    assert rows["New data"].in_a_year == "120 GB stored"


def test_a_database_far_below_its_rule_of_thumb_is_no_bottleneck() -> None:
    made = case("40 reads/s.", reads_per_second=40.0, writes_per_second=4.0, size="medium")
    database = bottlenecks.verdicts(made, structure_of(), "loan")[0]

    assert not database.bottleneck
    assert "rule of thumb" in database.because


def test_forty_thousand_reads_a_second_are_too_much_for_one_node() -> None:
    made = case("40,000 reads/s.", reads_per_second=40_000.0, size="large")

    assert bottlenecks.verdicts(made, structure_of(), "loan")[0].bottleneck


def test_growth_from_one_user_to_millions_comes_in_stages_with_reckoned_thresholds() -> None:
    profile = facts(
        Fact(name="users", value="1 user", number=1, cites=(1,)),
        Fact(name="users", value="10,000,000 users", number=1e7, cites=(1,)),
    )
    made = case("From 1 user to 10 million.", profile=profile, reads_per_second=40_000.0, size="large")
    stages = bottlenecks.scaling(made, structure_of(), "post", "`POST /posts`")

    assert stages[0].trigger == "Day 0, the first users"
    assert any("about 620,000 users at the stated ratio" in stage.trigger for stage in stages)


def test_under_caps_nothing_is_added() -> None:
    profile = facts(Fact(name="cpu-limit", value="1.5 CPU", number=1.5, cites=(1,)), Fact(name="memory-limit", value="350 MB", number=3.5e8, cites=(1,)))
    made = case("1.5 CPU and 350 MB.", profile=profile, latency_ms=10)

    assert [t.then for t in bottlenecks.scaling(made, structure_of(), "loan", "`POST /loans`")][1].endswith("the sum stays at 1.5 CPU and 350 MB")
    assert {v.resource for v in bottlenecks.verdicts(made, structure_of(), "loan") if v.bottleneck} == {"compute", "memory"}


@given(weights=st.lists(st.integers(1, 200), min_size=1, max_size=9), extra=st.integers(0, 10_000))
def test_shares_are_whole_at_least_one_and_add_up(weights: list[int], extra: int) -> None:
    total = len(weights) + extra
    shares = spread(total, weights)

    assert sum(shares) == total
    assert min(shares) >= 1


def test_less_than_one_for_each_cannot_be_shared() -> None:
    with pytest.raises(ValueError, match="cannot split 2 into 3 parts"):
        spread(2, [1, 1, 1])


# --- critical path --------------------------------------------------------------------------


@given(budget=st.integers(1, 5000), guarded=st.booleans())
def test_the_milliseconds_add_up_to_any_budget(budget: int, guarded: bool) -> None:
    made = case("A member can borrow a tool.", latency_ms=budget)
    asked = BORROW.model_copy(update={"auth": "user" if guarded else "none"})
    path = critical_path.path(made, scope_of(made), (asked, SHOW), structure_of())

    assert path is not None
    assert sum(step.ms for step in path.steps) == path.budget_ms == budget
    assert all(step.ms >= 1 for step in path.steps)


def test_the_steps_of_a_write_name_its_rule_and_its_store() -> None:
    made = case("A member can borrow a tool.")
    path = critical_path.path(made, scope_of(made), (BORROW, SHOW), structure_of())

    assert path is not None
    assert [(step.step, step.if_it_fails) for step in path.steps] == [
        ("Receive `POST /loans` and validate", '422 INVALID: "Not possible: `toolId` is missing"'),
        ("Refuse, checked under a row lock, if the tool is on loan", '409 TAKEN: "Not possible: The tool is on loan"'),
        ("Commit the loan in PostgreSQL", "503, nothing is kept; the caller may repeat."),
        ("Answer 201 with the loan", "the loan is kept; the client looks before it repeats"),
    ]


def test_two_outside_systems_are_asked_at_the_same_time_and_may_be_missing() -> None:
    made = case(
        "Staff search Northreg and Southreg for a person.",
        systems=(System(name="Northreg", purpose="register", cites=(1,)), System(name="Southreg", purpose="register", cites=(1,))),
    )
    search = endpoint("GET", "/people", primary=True, many=True, cites=(1,))
    path = critical_path.path(made, scope_of(made), (search,), structure_of())

    assert path is not None
    asked = next(step for step in path.steps if "Northreg and Southreg" in step.step)
    assert not asked.must_succeed
    assert "names the one that is missing" in asked.if_it_fails


def test_what_is_passed_on_after_the_answer_costs_the_caller_nothing() -> None:
    made = case("Posts are queued and answered with 202.", systems=(System(name="Lab Hub", purpose="takes posts", cites=(1,)),))
    path = critical_path.path(made, scope_of(made), (endpoint("POST", "/posts", primary=True, status=202),), structure_of())

    assert path is not None
    assert path.steps[-1] == Step(
        step="After the answer: pass the post on to Lab Hub",
        must_succeed=False,
        ms=0,
        if_it_fails="it stays pending and is tried again; the caller is not affected",
    )


def test_a_program_is_timed_by_the_work_the_brief_fixes() -> None:
    made = case("Each batch takes 4 seconds to process.", actions=(act(1, "oven", "compute", "batch"),), shape="cli", engine="memory")
    path = critical_path.path(made, scope_of(made), (), structure_of())

    assert path is not None
    assert path.budget_ms == 4010
    assert [step.ms for step in path.steps] == [5, 4000, 5]
    assert path.cites == (1,)


@pytest.mark.parametrize("shape", ["none", "browser", "cli"])
def test_nothing_to_time_means_no_path(shape: str) -> None:
    made = case("A member can borrow a tool.", shape=shape, engine="memory")

    assert critical_path.path(made, scope_of(made), (), structure_of()) is None


# --- performance ----------------------------------------------------------------------------


@pytest.mark.parametrize("shape", ["none", "browser", "cli"])
def test_no_performance_layer_without_a_server_and_without_limits(shape: str) -> None:
    assert decided(performance_layer, case("A member can borrow a tool.", shape=shape, engine="memory"), endpoints=()) is None


def test_a_tiny_service_that_is_promised_no_speed_has_its_critical_path_and_nothing_tuned() -> None:
    layer = decided(performance_layer, case("A member can borrow a tool.", size="tiny", engine="sqlite"))

    assert (layer.decision.choice, layer.decision.targets, layer.decision.caching) == ("Nothing tuned", "None promised", "None")
    assert (layer.caches, layer.load, layer.verdicts, layer.scaling) == ((), (), (), ())
    assert [step.step.partition(" ")[0] for step in layer.critical_path.steps] == ["Check", "Refuse,", "Commit", "Answer"]
    assert sum(step.ms for step in layer.critical_path.steps) == layer.critical_path.budget_ms


def test_a_tiny_service_of_which_a_speed_is_asked_caches_nothing_and_says_so() -> None:
    profile = Profile(facts=(Fact(name="latency", value="50 ms", number=50, cites=(1,)),))
    layer = decided(performance_layer, case("A member can borrow a tool within 50 ms.", size="tiny", engine="sqlite", profile=profile))

    assert layer.caches == ()
    assert layer.decision.caching.startswith("None")
    assert (layer.verdicts, len(layer.scaling)) == ((), 1)


def test_public_things_that_never_change_go_to_the_edge() -> None:
    made = case("Anybody can read a paste.", size="large", reads_per_second=40.0)
    read = endpoint("GET", "/pastes/{id}", entity="e-pastes")
    layer = decided(performance_layer, made, entities=(entity("pastes", "expires_at"),), endpoints=(endpoint("POST", "/pastes", primary=True), read))

    assert [(cache.what, cache.where) for cache in layer.caches] == [("`GET /pastes/{id}`", "cdn")]
    assert "until it expires" in layer.caches[0].ttl


def test_things_that_are_edited_do_not() -> None:
    made = case("Anybody can read a paste.", size="large", reads_per_second=40.0)
    ways = tuple(endpoint(method, "/pastes/{id}", entity="e-pastes") for method in ("GET", "PATCH"))
    layer = decided(performance_layer, made, entities=(entity("pastes"),), endpoints=(endpoint("POST", "/pastes", primary=True), *ways))

    assert layer.caches == ()


def test_the_shared_cache_of_the_structure_has_a_lifetime_and_an_invalidation() -> None:
    made = case("9,000 reads/s.", size="large", reads_per_second=9000.0)
    layer = decided(performance_layer, made, structure=structure_of(component("c-cache", "store")), endpoints=(BORROW, SHOW, endpoint("PUT", "/loans/{id}")))

    (cache,) = layer.caches
    assert cache.where == "shared"
    assert cache.ttl
    assert "deletes its entry" in cache.invalidation


def test_stated_targets_come_first_and_the_load_test_measures_the_stated_percentile() -> None:
    profile = facts(Fact(name="latency", value="10 ms (p99)", number=10, cites=(1,), quote="p99 of 10 ms"))
    made = case("The p99 of 10 ms must hold.", profile=profile, latency_ms=10, latency_basis={"value": "10 ms (p99)", "because": "stated", "cites": (1,)})
    layer = decided(performance_layer, made)

    assert layer.decision.targets.startswith("latency 10 ms (p99) (stated)")
    assert "p(99) exceeds 10 ms" in layer.decision.load_test
    assert layer.decision.cites == (1,)


# --- operations -----------------------------------------------------------------------------


@pytest.mark.parametrize("shape", ["none", "browser"])
def test_nothing_is_operated_where_nothing_runs(shape: str) -> None:
    assert decided(operations_layer, case("A member can borrow a tool.", shape=shape, engine="browser"), endpoints=()) is None


def test_a_tiny_service_is_one_process() -> None:
    layer = decided(operations_layer, case("A member can borrow a tool.", size="tiny", engine="sqlite"))

    assert layer.decision.choice == "One process on one host"
    assert layer.practices == ()
    assert layer.monitors == ()
    assert "alert on two failed checks" in layer.decision.observability


@pytest.mark.parametrize(("cloud", "runs"), [("Azure", "Azure Container Apps"), ("AWS", "Amazon ECS on Fargate"), ("Google Cloud", "Cloud Run")])
def test_the_cloud_of_the_brief_is_used(cloud: str, runs: str) -> None:
    assert runs in decided(operations_layer, case("A member can borrow a tool.", cloud=cloud)).decision.deployment


def test_compose_port_and_pipeline_of_the_brief_are_used() -> None:
    text = "It has to start with docker compose.\n\nIt listens on port 9123.\n\nGitLab CI runs the tests."
    made = case(text)
    layer = decided(operations_layer, made)

    assert layer.decision.deployment.startswith("`docker compose up -d`")
    assert "port 9123" in layer.decision.deployment
    assert layer.decision.pipeline.startswith("GitLab CI")
    assert layer.decision.cites == (1, 2, 3)
    assert layer.decision.satisfies == tuple(made.requirement_key(n) for n in (1, 2, 3))


@pytest.mark.parametrize(("size", "objective"), [("small", "RPO 24 h, RTO 4 h"), ("medium", "RPO 5 min, RTO 1 h"), ("large", "RPO 1 min, RTO 15 min")])
def test_recovery_objectives_follow_the_size(size: str, objective: str) -> None:
    assert decided(operations_layer, case("A member can borrow a tool.", size=size)).decision.backup.startswith(objective)


def test_what_is_only_in_memory_is_not_backed_up() -> None:
    assert decided(operations_layer, case("A member can borrow a tool.", engine="memory")).decision.backup.startswith("None")


def test_every_stated_target_has_a_monitor() -> None:
    profile = facts(
        Fact(name="latency", value="10 ms (p99)", number=10, cites=(1,)),
        Fact(name="availability", value="99.9 %", number=0.999, cites=(1,)),
        Fact(name="cpu-limit", value="1.5 CPU", number=1.5, cites=(1,)),
        Fact(name="memory-limit", value="350 MB", number=3.5e8, cites=(1,)),
    )
    layer = decided(operations_layer, case("p99 10 ms, 99.9 %, 1.5 CPU, 350 MB.", profile=profile, size="tiny"))
    thresholds = " ".join(monitor.threshold for monitor in layer.monitors)

    for value in ("10 ms (p99)", "43.2 min", "1.5 CPU", "350 MB"):
        assert value in thresholds


def test_a_program_is_operated_by_the_scripts_the_brief_demands() -> None:
    text = "\n".join(
        (
            "These scripts must stand in the `tools` folder:",
            "",
            "- `check.sh` runs the tests",
            "- `run.sh` starts it",
            "",
            "The result must be written to `report.txt` in GitHub Actions.",
        )
    )
    layer = decided(operations_layer, case(text, shape="cli", engine="memory"), endpoints=())

    assert layer.decision.choice.startswith("`tools/check.sh` and `tools/run.sh`")
    assert "`report.txt` is empty" in layer.decision.pipeline
    assert layer.monitors == ()
