"""Designs that the emitters' tests write from: a tiny list, and a lending library of tools."""

from __future__ import annotations

from backend_architect.design import (
    ApiDecision,
    ApiLayer,
    Component,
    Consumer,
    CriticalPath,
    DataDecision,
    DataLayer,
    Delivery,
    Design,
    Endpoint,
    EndpointError,
    Engine,
    Entity,
    Field,
    Index,
    Integration,
    Job,
    Loop,
    MessagingDecision,
    MessagingLayer,
    Parameter,
    PerformanceDecision,
    PerformanceLayer,
    Phase,
    Requirement,
    Scope,
    SecurityDecision,
    SecurityLayer,
    Step,
    Structure,
    SystemDecision,
    Task,
)

LOOP = Loop(action="Write something down", response="Keep it", value="Find it again")


def scope(*requirements: Requirement, consumers: tuple[Consumer, ...] = (), integrations: tuple[Integration, ...] = (), project: str = "Errands") -> Scope:
    return Scope(
        project=project,
        summary="A list of errands that a household shares.",
        loop=LOOP,
        requirements=requirements,
        consumers=consumers,
        integrations=integrations,
    )


def system(satisfies: tuple[str, ...] = ()) -> SystemDecision:
    return SystemDecision(
        key="system",
        choice="One service",
        why="Two people build it",
        satisfies=satisfies,
        pattern="Monolith",
        boundaries="None yet",
        communication="Calls in the process",
        resilience="Restart",
    )


def component(key: str, name: str, kind: str, *, context: str = "Core", uses: tuple[str, ...] = (), satisfies: tuple[str, ...] = ()) -> Component:
    return Component.model_validate(
        {
            "key": key,
            "name": name,
            "kind": kind,
            "context": context,
            "purpose": "Does its part",
            "uses": uses,
            "store": "None",
            "scaling": "Vertical",
            "interface": "HTTP",
            "satisfies": satisfies,
        }
    )


def api(*endpoints: Endpoint, authentication: str = "Session cookie", errors: str = "Problem details (RFC 9457)", satisfies: tuple[str, ...] = ()) -> ApiLayer:
    return ApiLayer(
        decision=ApiDecision(
            key="api",
            choice="REST",
            why="Browsers call it",
            satisfies=satisfies,
            pattern="REST",
            versioning="In the path",
            authentication=authentication,
            documentation="openapi.yaml",
            errors=errors,
            pagination="Cursor",
            rate_limit="60 a minute",
        ),
        endpoints=endpoints,
    )


def data(*entities: Entity, engine: Engine = "postgresql") -> DataLayer:
    return DataLayer(
        decision=DataDecision(
            key="data",
            choice="One database",
            why="Rows refer to each other",
            engine=engine,
            model="Normalised",
            consistency="Transactions",
            migrations="Reviewed SQL",
            growth="None yet",
            pooling="10 connections",
        ),
        entities=entities,
    )


def field(name: str, type: str = "text", **rest: object) -> Field:
    return Field.model_validate({"name": name, "type": type, "why": f"The {name.replace('_', ' ')}"} | rest)


def entity(key: str, name: str, *fields: Field, indexes: tuple[Index, ...] = (), tier: str = "essential", satisfies: tuple[str, ...] = ()) -> Entity:
    return Entity.model_validate(
        {
            "key": key,
            "name": name,
            "tier": tier,
            "purpose": f"Keeps the {name}",
            "fields": fields,
            "indexes": indexes,
            "source_of_truth": "This table",
            "concurrency": "Last write wins",
            "satisfies": satisfies,
        }
    )


def endpoint(method: str, path: str, key: str, **rest: object) -> Endpoint:
    return Endpoint.model_validate(
        {"key": key, "method": method, "path": path, "purpose": f"{key.replace('-', ' ').capitalize()}", "auth": "user", "component": "app"} | rest
    )


def error(status: int, code: str) -> EndpointError:
    return EndpointError(status=status, code=code, when="it is so", message="It is so.")


def design(
    *,
    api_layer: ApiLayer | None = None,
    data_layer: DataLayer | None = None,
    components: tuple[Component, ...] = (),
    messaging: MessagingLayer | None = None,
    security: SecurityLayer | None = None,
    performance: PerformanceLayer | None = None,
    asked: Scope | None = None,
    delivery: Delivery | None = None,
    satisfies: tuple[str, ...] = (),
) -> Design:
    return Design(
        scope=asked or scope(),
        structure=Structure(system=system(satisfies), components=components or (component("app", "App", "service"),)),
        api=api_layer,
        data=data_layer,
        messaging=messaging,
        security=security,
        performance=performance,
        delivery=delivery or Delivery(),
    )


def security(authentication: str) -> SecurityLayer:
    return SecurityLayer(
        decision=SecurityDecision(
            key="security",
            choice="The least that the loop needs",
            why="One kind of user",
            authentication=authentication,
            authorization="Own rows only",
            validation="At the edge",
            encryption="TLS 1.3",
            secrets="Environment",
            abuse="Rate limit",
        )
    )


def performance(path: CriticalPath | None) -> PerformanceLayer:
    decision = PerformanceDecision(key="performance", choice="Plain", why="Small", targets="p95 under 200 ms", caching="None", load_test="k6")
    return PerformanceLayer(decision=decision, critical_path=path)


ERRANDS = entity(
    "entity-errand",
    "errands",
    field("id", "uuid", primary=True),
    field("title", minimum=1, maximum=200),
    field("done", "boolean"),
    field("created_at", "timestamp"),
    indexes=(Index(fields=("created_at",), query="the list, newest first"),),
)

TITLE = Parameter(name="title", minimum=1, maximum=200)

TINY = design(
    api_layer=api(
        endpoint(
            "GET",
            "/api/v1/errands",
            "api-list-errands",
            auth="none",
            entity="entity-errand",
            many=True,
            pagination="cursor",
            errors=(error(429, "RATE_LIMITED"),),
        ),
        endpoint(
            "POST",
            "/api/v1/errands",
            "api-create-errand",
            auth="none",
            request=(TITLE,),
            status=201,
            entity="entity-errand",
        ),
        endpoint(
            "PATCH",
            "/api/v1/errands/{id}",
            "api-update-errand",
            auth="none",
            request=(
                Parameter(name="id", where="path", type="uuid"),
                TITLE.model_copy(update={"required": False}),
                Parameter(name="done", type="boolean", required=False),
            ),
            entity="entity-errand",
        ),
        endpoint(
            "DELETE",
            "/api/v1/errands/{id}",
            "api-delete-errand",
            auth="none",
            request=(Parameter(name="id", where="path", type="uuid"),),
            status=204,
        ),
        endpoint("GET", "/healthz", "api-health", auth="none", errors=(error(503, "UNAVAILABLE"),)),
        authentication="None: nothing in it belongs to one person",
    ),
    data_layer=data(ERRANDS, engine="sqlite"),
)

MEMBERS = entity(
    "entity-member",
    "users",
    field("id", "uuid", primary=True),
    field("email", unique=True, maximum=254, personal=True),
    field("password_hash"),
    field("role", "enum", values=("member", "librarian")),
    field("joined_on", "date"),
)
TOOLS = entity(
    "entity-tool",
    "tools",
    field("id", "uuid", primary=True),
    field("owner_id", "uuid", ref="entity-member", required=False),
    field("name", minimum=1, maximum=120),
    field("condition", "enum", values=("new", "worn", "broken; don't lend")),
    field("deposit", "decimal", minimum=0),
    field("attributes", "json", required=False),
    indexes=(Index(fields=("condition", "name"), query="what can be lent, by name; -- newest\nfirst"),),
)
LOANS = entity(
    "entity-loan",
    "loans",
    field("id", "uuid", primary=True),
    field("tool_id", "uuid", ref="entity-tool"),
    field("borrower_id", "uuid", ref="entity-member"),
    field("lent_at", "timestamp"),
    field("returned_at", "timestamp", required=False),
    field("note", maximum=500, required=False),
    indexes=(Index(fields=("tool_id", "returned_at"), query="whether a tool is out"), Index(fields=("id",), query="one loan")),
)
DEPOSITS = entity(
    "entity-deposit",
    "deposits",
    field("loan_id", "uuid", primary=True, ref="entity-loan"),
    field("amount", "decimal"),
    field("state", "enum", values=("held", "returned", "kept")),
)
FAVOURITES = entity(
    "entity-favourite",
    "favourites",
    field("user_id", "uuid", primary=True, ref="entity-member"),
    field("tool_id", "uuid", primary=True, ref="entity-tool"),
    tier="supporting",
)
REVIEWS = entity("entity-review", "reviews", field("id", "uuid", primary=True), field("text"), tier="future")

LIBRARY = design(
    asked=scope(
        Requirement(key="req-lend", kind="functional", text="Members borrow tools", cites=(1,)),
        Requirement(key="req-deposit", kind="functional", text="A deposit is held while a tool is out", cites=(2,)),
        Requirement(key="req-remind", kind="functional", text="Late borrowers are reminded", cites=(3,)),
        Requirement(key="req-fast", kind="quality", text="The shelf shows within 200 ms", cites=(4,)),
        consumers=(Consumer(name="Member", uses="borrows"), Consumer(name="Librarian", uses='lends "by hand"')),
        integrations=(
            Integration(key="payments", name="Payment provider", purpose="holds deposits", protection="2 s, 3 tries", fallback="Lend without deposit, note it"),
        ),
        project="Tool library",
    ),
    api_layer=api(
        endpoint(
            "POST",
            "/sessions",
            "endpoint-log-in",
            auth="none",
            request=(Parameter(name="email", maximum=254), Parameter(name="password", minimum=12)),
            status=204,
        ),
        endpoint(
            "GET",
            "/tools",
            "endpoint-list-tools",
            auth="optional",
            request=(Parameter(name="condition", where="query", type="enum", values=("new", "worn"), required=False),),
            entity="entity-tool",
            many=True,
            pagination="cursor",
            component="shelf",
            satisfies=("req-fast",),
        ),
        endpoint(
            "POST",
            "/tools",
            "endpoint-add-tool",
            auth="role",
            roles=("librarian",),
            request=(
                Parameter(name="name", minimum=1, maximum=120),
                Parameter(name="deposit", type="decimal", minimum=0),
                Parameter(name="tags[]", required=False),
            ),
            status=201,
            entity="entity-tool",
            component="shelf",
            errors=(error(409, "NAME_TAKEN"),),
        ),
        endpoint(
            "POST",
            "/tools/{toolId}/loans",
            "endpoint-borrow",
            primary=True,
            request=(Parameter(name="note", maximum=500, required=False),),
            status=201,
            entity="entity-loan",
            idempotency="`Idempotency-Key` header, kept for 24 hours",
            errors=(error(404, "TOOL_NOT_FOUND"), error(409, "TOOL_IS_OUT"), error(409, "TOOL_IS_BROKEN")),
            component="lending",
            satisfies=("req-lend", "req-deposit"),
        ),
        endpoint("GET", "/tools/{id}/loans", "endpoint-loans", entity="entity-loan", many=True, pagination="offset", component="lending"),
        endpoint("SSE", "/tools", "endpoint-watch-tools", auth="optional", entity="entity-tool", component="shelf"),
        endpoint("GET", "/me", "endpoint-me", entity="entity-member"),
        endpoint("PUT", "/tools/{id}/photo", "endpoint-photo", request=(Parameter(name="photo", type="bytes"),), status=204, component="shelf"),
        endpoint("GET", "/tools/{id}/photo", "endpoint-get-photo", auth="none", response=(Parameter(name="photo", type="bytes"),), component="shelf"),
        endpoint(
            "POST",
            "/hooks/deposits",
            "endpoint-deposit-hook",
            auth="service",
            origin="brief",
            request=(
                Parameter(name="payment.id", type="uuid"),
                Parameter(name="payment.amount", type="decimal"),
                Parameter(name="payment.lines[].text", required=False),
            ),
            response=(Parameter(name="message"),),
            component="lending",
            satisfies=("req-deposit",),
        ),
        endpoint("WS", "/desk", "endpoint-desk", request=(Parameter(name="scan"),), response=(Parameter(name="tool.name"),), component="shelf"),
    ),
    data_layer=data(MEMBERS, TOOLS, LOANS, DEPOSITS, FAVOURITES, REVIEWS),
    components=(
        component("web", "Browser app", "client", uses=("app",)),
        component("app", "Members", "module", context="People", uses=("db",)),
        component("shelf", "Shelf", "module", context="Tools", uses=("db", "app")),
        component("lending", "Lending", "module", context="Tools", uses=("db", "shelf", "payments"), satisfies=("req-lend",)),
        component("reminder", "Reminder worker", "worker", context="Tools", uses=("db",), satisfies=("req-remind",)),
        component("db", "PostgreSQL", "store", context="Tools"),
    ),
    messaging=MessagingLayer(
        decision=MessagingDecision(key="messaging", choice="A table as queue", why="One database", pattern="Polling", broker="None", delivery="At least once"),
        jobs=(
            Job(
                key="job-remind",
                name="Remind",
                trigger="Every morning",
                does="Writes to late borrowers",
                retry="3 times",
                on_failure="Logged",
                user_learns="By mail",
                satisfies=("req-remind",),
            ),
        ),
    ),
    security=security("Session cookie (`__Host-sid` cookie), no JWT; the payment provider signs with an API key in `X-Hook-Key`"),
    performance=performance(
        CriticalPath(
            budget_ms=200,
            basis="Stated",
            steps=(
                Step(step="Check the session", must_succeed=True, ms=10, if_it_fails="401"),
                Step(step='1. Lock the tool\'s row and "insert" the loan', must_succeed=True, ms=40, if_it_fails="409"),
                Step(step="Hold the deposit", must_succeed=False, ms=150, if_it_fails="Noted"),
            ),
        )
    ),
    delivery=Delivery(
        phases=(Phase(key="phase-1", title="Lend", goal="A tool goes out"),),
        tasks=(
            Task(key="task-schema", phase="phase-1", title="Tables", implements=("data", "entity-loan"), done_when="They are there"),
            Task(key="task-lend", phase="phase-1", title="Lend", implements=("endpoint-borrow",), done_when="A tool goes out"),
            Task(key="task-remind", phase="phase-1", title="Remind", implements=("job-remind",), done_when="A mail goes out"),
            Task(key="task-load", phase="phase-1", title="Load test", implements=("req-fast",), done_when="p95 holds"),
        ),
    ),
)
