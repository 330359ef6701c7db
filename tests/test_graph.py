"""The pipeline: its wiring, what it hands on, and that it stands as drawn and as served."""

from __future__ import annotations

import asyncio
import importlib.util
import json
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from langgraph_cli.config import validate_config_file

from backend_architect.architects.protocol import Architect
from backend_architect.brief import Brief
from backend_architect.design import Integration, Layer, LayerName, Scope, Structure
from backend_architect.document import parse, render
from backend_architect.errors import BriefError, DesignError, FactError
from backend_architect.graph import build_graph
from backend_architect.ingest import read
from backend_architect.plan import Plan
from backend_architect.profile import Profile
from backend_architect.runs import Options, Stage, draft
from backend_architect.state import Context
from backend_architect.ticks import Tick, standing
from shop_design import API, BRIEF, DELIVERY, DESIGN, SCOPE, STRUCTURE, Scripted

ROOT = Path(__file__).resolve().parent.parent


def shop() -> Brief:
    return read("-", stdin=BytesIO(BRIEF.encode()))


def planned(architect: Architect | None = None, *, options: Options = (), ticked: Sequence[Tick] = ()) -> tuple[Plan, str]:
    return asyncio.run(draft(shop(), options=options, architect=architect or Scripted(), ticked=ticked))


def test_the_design_is_what_the_architect_decided_stage_by_stage() -> None:
    architect = Scripted()
    plan, markdown = planned(architect)
    assert plan.design == DESIGN
    assert architect.asked == ["scope", "structure", "layers api data", "layers performance", "delivery"]
    assert markdown == render(plan)
    assert parse(markdown).plan == plan


def test_the_head_says_what_it_was_made_from() -> None:
    plan, _ = planned()
    again, _ = planned()
    with_fact, _ = planned(options=(("users", "100"),))
    assert plan.head.model_dump(exclude={"signature"}) == {
        "format": 1,
        "project": "Corner shop orders",
        "brief": "-",
        "brief_sha256": shop().sha256,
        "language": "en",
        "architect": "scripted",
    }
    assert plan.head.signature == again.head.signature != with_fact.head.signature


def test_what_a_sound_design_gives_has_no_findings_and_accounts_for_every_statement() -> None:
    plan, _ = planned()
    assert plan.findings == ()
    accounted = (*plan.coverage.required, *plan.coverage.context, *plan.coverage.excluded)
    assert sorted(accounted) == [statement.number for statement in shop().statements]
    assert {identity.key for identity in plan.identities} >= {"create-order", "order-desk", "post-orders", "orders", "make-table", "run-tests"}


def test_findings_point_at_ids() -> None:
    idle = DESIGN.model_copy(update={"delivery": DELIVERY.model_copy(update={"tasks": (*DELIVERY.tasks, _idle())})})
    plan, _ = planned(Scripted(idle))
    assert [(finding.code, finding.where) for finding in plan.findings] == [("TR006", plan.id_of("tidy-up"))]


def test_findings_name_elements_as_a_reader_sees_them() -> None:
    unasked = STRUCTURE.components[0].model_copy(update={"key": "unasked", "name": "Unasked", "cites": (), "satisfies": (), "uses": (), "owns": ()})
    beyond = Integration(key="card-terminal", name="Card terminal", purpose="takes payments", protection="2 s", fallback="cash only", cites=(99,))
    design = DESIGN.model_copy(
        update={
            "scope": SCOPE.model_copy(update={"integrations": (*SCOPE.integrations, beyond)}),
            "structure": STRUCTURE.model_copy(update={"components": (*STRUCTURE.components, unasked)}),
        }
    )
    plan, markdown = planned(Scripted(design))
    unasked_id = plan.id_of("unasked")
    found = {finding.code: (finding.where, finding.message) for finding in plan.findings}
    assert found["TR003"] == (unasked_id, f"the component {unasked_id} cites no statement and satisfies no requirement or assumption")
    assert found["TR004"][1].startswith('"Card terminal" cites S99; the brief has ')
    assert parse(markdown).plan == plan


def _idle() -> Any:
    return DELIVERY.tasks[0].model_copy(update={"key": "tidy-up", "title": "Tidy up", "implements": ()})


class Tardy(Scripted):
    """Answers the first group last."""

    async def layers(self, brief: Brief, profile: Profile, scope: Scope, structure: Structure, names: tuple[LayerName, ...]) -> tuple[Layer, ...]:
        await asyncio.sleep(0.05 if names[0] == "api" else 0)
        return await super().layers(brief, profile, scope, structure, names)


def test_the_order_in_which_groups_are_answered_does_not_matter() -> None:
    groups: tuple[tuple[LayerName, ...], ...] = (("api",), ("data",), ("performance",))
    slow = Tardy(groups=groups)
    assert planned(slow) == planned(Scripted())
    assert slow.asked[2:5] == ["layers data", "layers performance", "layers api"]


def test_without_layers_planning_follows_at_once() -> None:
    bare = DESIGN.model_copy(
        update={
            "api": None,
            "data": None,
            "performance": None,
            "structure": STRUCTURE.model_copy(
                update={"vocabulary": (), "components": tuple(part.model_copy(update={"owns": ()}) for part in STRUCTURE.components)}
            ),
            "delivery": DELIVERY.model_copy(update={"tasks": (DELIVERY.tasks[0].model_copy(update={"implements": ("order-desk",)}),)}),
        }
    )
    architect = Scripted(bare, groups=())
    plan, _ = planned(architect)
    assert plan.design == bare
    assert architect.asked == ["scope", "structure", "delivery"]


def test_stages_are_told_as_they_begin_and_end() -> None:
    told: list[Stage] = []
    asyncio.run(draft(shop(), architect=Scripted(groups=(("api", "data", "performance"),)), progress=told.append))
    assert [(stage.name, stage.state) for stage in told] == [
        ("ingest", "begun"),
        ("ingest", "done"),
        ("requirements", "begun"),
        ("requirements", "done"),
        ("architecture", "begun"),
        ("architecture", "done"),
        ("layers (api, data, performance)", "begun"),
        ("layers", "done"),
        ("planning", "begun"),
        ("planning", "done"),
        ("qa", "begun"),
        ("qa", "done"),
        ("write", "begun"),
        ("write", "done"),
    ]


class Wilful(Scripted):
    """Decides the API whatever it is asked for."""

    async def layers(self, brief: Brief, profile: Profile, scope: Scope, structure: Structure, names: tuple[LayerName, ...]) -> tuple[Layer, ...]:
        return (API,)


def test_an_architect_that_answers_with_other_layers_is_named() -> None:
    with pytest.raises(DesignError, match="was asked for the layers data, performance and decided api"):
        planned(Wilful(groups=(("data", "performance"),)))


def test_a_layer_with_nothing_to_decide_may_be_left_out() -> None:
    plan, _ = planned(Scripted(groups=(("api", "data"), ("messaging",), ("performance",))))
    assert plan.design == DESIGN


def test_a_layer_decided_twice_is_refused() -> None:
    with pytest.raises(DesignError, match="the layer api was decided twice"):
        planned(Scripted(groups=(("api",), ("data", "api"))))


def test_a_reference_to_nothing_stops_the_run() -> None:
    endpoint = API.endpoints[0].model_copy(update={"component": "back-office", "satisfies": ("no-such-thing",)})
    broken = DESIGN.model_copy(update={"api": API.model_copy(update={"endpoints": (endpoint, *API.endpoints[1:])})})
    with pytest.raises(DesignError, match=r"'post-orders' refers in component to 'back-office', which does not exist \(ID002, and 1 more\)"):
        planned(Scripted(broken))


def test_an_unknown_fact_stops_the_run() -> None:
    with pytest.raises(FactError, match="userz"):
        planned(options=(("userz", "100"),))


def test_ticks_go_on_where_the_id_still_means_the_same() -> None:
    plan, _ = planned()
    create, desk, table = (plan.id_of(key) or "" for key in ("create-order", "order-desk", "make-table"))
    done = plan.model_copy(update={"ticked": tuple(i.id for i in plan.identities if i.id in (create, desk, table) or i.id in plan.ticked)})
    ticked = standing(parse(render(done)))
    assert [(tick["id"], tick["key"]) for tick in ticked] == [(create, "create-order"), (desk, "order-desk"), (table, "make-table")]

    same, _ = planned(ticked=ticked)
    assert same.ticked == done.ticked

    moved = SCOPE.model_copy(update={"requirements": SCOPE.requirements[1::-1] + SCOPE.requirements[2:]})
    new, _ = planned(Scripted(DESIGN.model_copy(update={"scope": moved})), ticked=ticked)
    assert new.id_of("create-order") != create
    assert by_people(new) == (desk, table)

    first = SCOPE.requirements[0].model_copy(update={"text": "A clerk can price an order."})
    reworded = SCOPE.model_copy(update={"requirements": (first, *SCOPE.requirements[1:])})
    new, _ = planned(Scripted(DESIGN.model_copy(update={"scope": reworded})), ticked=ticked)
    assert new.id_of("create-order") == create
    assert by_people(new) == (desk, table)


def by_people(plan: Plan) -> tuple[str, ...]:
    return tuple(tick for tick in plan.ticked if not tick.startswith("QA-"))


def test_quality_boxes_are_ticked_when_they_are_met() -> None:
    plan, _ = planned()
    states = {plan.id_of(box.key): box.state for box in plan.quality}
    assert "met" in states.values()
    assert "open" in states.values()
    assert plan.ticked == tuple(identity for identity, state in states.items() if state == "met")


def test_a_client_without_a_file_sends_text() -> None:
    sent: Any = json.loads(json.dumps({"brief_text": BRIEF, "options": [["users", "100"]], "ticked": [{"id": "REQ-1.1", "key": "no-such-key", "says": ""}]}))
    end = asyncio.run(build_graph().ainvoke(sent))
    assert set(end) == {"plan", "markdown"}
    assert end["plan"].head.architect == "rules"
    assert end["plan"].head.brief_sha256 == shop().sha256
    assert by_people(end["plan"]) == ()
    with pytest.raises(BriefError):
        asyncio.run(build_graph().ainvoke({}))


def test_the_drawn_graph_is_the_graph() -> None:
    drawn = (ROOT / "graphs" / "backend_architect.mmd").read_text(encoding="utf-8")
    assert drawn == build_graph().get_graph().draw_mermaid()


def test_a_langgraph_server_can_serve_it() -> None:
    config = validate_config_file(ROOT / "langgraph.json")
    path, _, name = str(config["graphs"]["backend-architect"]).partition(":")
    spec = importlib.util.spec_from_file_location("served", ROOT / path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    graph = getattr(module, name)
    assert graph.get_graph().draw_mermaid() == build_graph().get_graph().draw_mermaid()
    # The server brings its own checkpointer and publishes these schemas.
    assert graph.checkpointer is None
    assert set(graph.get_input_jsonschema()["properties"]) == {"brief_text", "brief", "options", "ticked"}
    assert set(graph.get_output_jsonschema()["properties"]) == {"plan", "markdown"}
    assert graph.get_context_jsonschema()["properties"] == {"architect": {"default": None, "title": "Architect", "type": "null"}}
    json.dumps([graph.get_input_jsonschema(), graph.get_output_jsonschema(), graph.get_context_jsonschema()])


def test_a_run_without_a_context_is_drafted_by_the_rules() -> None:
    end = asyncio.run(build_graph().ainvoke({"brief": shop()}, context=Context()))
    assert end["plan"].head.architect == "rules"
