"""A design built by hand, small and whole: a corner shop's order list."""

from __future__ import annotations

from backend_architect.brief import Brief
from backend_architect.design import (
    ApiDecision,
    ApiLayer,
    Command,
    Component,
    CriticalPath,
    DataDecision,
    DataLayer,
    Delivery,
    Design,
    Endpoint,
    EndpointError,
    Entity,
    Field,
    Index,
    Layer,
    LayerName,
    LeftOut,
    Loop,
    OpenQuestion,
    Parameter,
    PerformanceDecision,
    PerformanceLayer,
    Phase,
    Requirement,
    Scope,
    Step,
    Structure,
    SystemDecision,
    Task,
)
from backend_architect.plan import CodeChange, Finding
from backend_architect.profile import Profile

BRIEF = """# Corner shop orders

Clerks record orders by telephone.

- A clerk can create an order with a customer name.
- A clerk can list the open orders.
- Exporting orders as a spreadsheet comes later.
"""
"""Statements 1 to 5: heading, sentence, three items."""

SCOPE = Scope(
    project="Corner shop orders",
    summary="A shop's clerks record telephone orders.",
    stack=("Python",),
    loop=Loop(action="A clerk records an order", response="store the order", value="the order is not forgotten", cites=(4,)),
    requirements=(
        Requirement(key="create-order", kind="functional", text="A clerk can create an order with a customer name.", cites=(3,)),
        Requirement(key="list-orders", kind="functional", text="A clerk can list the open orders.", cites=(4,)),
        Requirement(key="export-orders", kind="functional", text="Exporting orders as a spreadsheet comes later.", horizon="later", cites=(5,)),
    ),
    questions=(OpenQuestion(key="who-signs-in", text="Do clerks sign in?", default="no, the shop's network is trusted", changes="the security layer"),),
)

STRUCTURE = Structure(
    system=SystemDecision(
        key="system-shape",
        choice="One program",
        why="Two clerks and one shop.",
        satisfies=("create-order",),
        pattern="monolith",
        boundaries="one program, one database file",
        communication="function calls",
        resilience="restart on failure",
    ),
    components=(
        Component(
            key="order-desk",
            name="Order desk",
            kind="service",
            context="Orders",
            purpose="Takes and lists orders.",
            store="SQLite, table orders",
            owns=("orders",),
            scaling="vertical",
            interface="HTTP",
            satisfies=("create-order", "list-orders"),
        ),
    ),
    vocabulary=("orders",),
)

API = ApiLayer(
    decision=ApiDecision(
        key="api-style",
        choice="REST",
        why="Two operations on one thing.",
        satisfies=("create-order",),
        pattern="REST",
        versioning="none until a second client",
        authentication="none: the network is trusted",
        documentation="OpenAPI",
        errors="problem details",
        pagination="none",
        rate_limit="none",
    ),
    endpoints=(
        Endpoint(
            key="post-orders",
            method="POST",
            path="/orders",
            purpose="Record an order.",
            primary=True,
            auth="none",
            request=(Parameter(name="customer"),),
            status=201,
            entity="orders",
            errors=(EndpointError(status=400, code="INVALID", when="the customer is missing", message="Name the customer."),),
            p95_ms=200,
            component="order-desk",
            satisfies=("create-order",),
        ),
        Endpoint(
            key="get-orders",
            method="GET",
            path="/orders",
            purpose="List the open orders.",
            auth="none",
            entity="orders",
            many=True,
            component="order-desk",
            satisfies=("list-orders",),
        ),
    ),
)

DATA = DataLayer(
    decision=DataDecision(
        key="data-store",
        choice="SQLite",
        why="One writer, few rows.",
        satisfies=("create-order",),
        engine="sqlite",
        model="one table",
        consistency="transactions",
        migrations="numbered files",
        growth="none needed",
        pooling="one connection",
    ),
    entities=(
        Entity(
            key="orders",
            name="orders",
            tier="essential",
            purpose="What a customer ordered.",
            fields=(
                Field(name="id", type="uuid", primary=True, why="names the order"),
                Field(name="customer", type="text", maximum=200, personal=True, why="who gets it"),
                Field(name="is_open", type="boolean", why="what is still to be done"),
            ),
            indexes=(Index(fields=("is_open",), query="list the open orders"),),
            source_of_truth="the order desk",
            concurrency="the last write wins",
            satisfies=("create-order", "list-orders"),
        ),
    ),
)

PERFORMANCE = PerformanceLayer(
    decision=PerformanceDecision(
        key="speed", choice="No cache", why="Two clerks.", satisfies=("list-orders",), targets="200 ms", caching="none", load_test="none needed"
    ),
    critical_path=CriticalPath(
        budget_ms=200,
        basis="a person waits",
        steps=(
            Step(step="check the input", must_succeed=True, ms=20, if_it_fails="answer 400"),
            Step(step="store the order", must_succeed=True, ms=180, if_it_fails="answer 500"),
        ),
    ),
)

DELIVERY = Delivery(
    phases=(Phase(key="first", title="First orders", goal="a clerk records an order"), Phase(key="second", title="Lists", goal="a clerk sees open orders")),
    tasks=(
        Task(key="make-table", phase="first", title="Create the table", implements=("orders",), done_when="the migration runs"),
        Task(
            key="take-orders",
            phase="first",
            title="Take orders",
            implements=("post-orders", "order-desk"),
            depends_on=("make-table",),
            verify="pytest tests/test_orders.py",
            done_when="an order is stored",
        ),
        Task(
            key="show-orders", phase="second", title="List orders", implements=("get-orders",), depends_on=("take-orders",), done_when="open orders are listed"
        ),
    ),
    commands=(Command(key="run-tests", where="local", run="pytest", purpose="Run the tests."),),
    left_out=(LeftOut(what="Message broker", because="nothing happens later", trigger="a first job that outlives its request"),),
)

DESIGN = Design(scope=SCOPE, structure=STRUCTURE, api=API, data=DATA, performance=PERFORMANCE, delivery=DELIVERY)

LAYERS: dict[LayerName, Layer] = {"api": API, "data": DATA, "performance": PERFORMANCE}


class Scripted:
    """An architect that answers with a design made beforehand, in groups of layers as told."""

    name = "scripted"
    repairs = 0
    remarks: tuple[Finding, ...] = ()
    changes: tuple[CodeChange, ...] = ()

    def __init__(self, design: Design = DESIGN, groups: tuple[tuple[LayerName, ...], ...] = (("api", "data"), ("performance",))) -> None:
        self.design = design
        self.groups = groups
        self.asked: list[str] = []

    async def scope(self, brief: Brief, profile: Profile) -> Scope:
        self.asked.append("scope")
        return self.design.scope

    async def structure(self, brief: Brief, profile: Profile, scope: Scope) -> Structure:
        self.asked.append("structure")
        return self.design.structure

    def needs(self, brief: Brief, profile: Profile, scope: Scope, structure: Structure) -> tuple[tuple[LayerName, ...], ...]:
        return self.groups

    async def layers(self, brief: Brief, profile: Profile, scope: Scope, structure: Structure, names: tuple[LayerName, ...]) -> tuple[Layer, ...]:
        self.asked.append(f"layers {' '.join(names)}")
        return tuple(layer for name in names if (layer := getattr(self.design, name)) is not None)

    async def delivery(self, brief: Brief, profile: Profile, design: Design) -> Delivery:
        self.asked.append("delivery")
        assert design == self.design.model_copy(update={"delivery": Delivery()})
        return self.design.delivery

    async def review(self, brief: Brief, profile: Profile, design: Design) -> tuple[Finding, ...]:
        return ()

    async def repair(self, brief: Brief, profile: Profile, design: Design, findings: tuple[Finding, ...]) -> Design:
        self.asked.append("repair")
        return design

    async def close(self) -> None:
        self.asked.append("close")
