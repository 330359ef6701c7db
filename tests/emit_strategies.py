"""Entities and endpoints as nobody would design them, for the emitters' laws."""

from __future__ import annotations

from hypothesis import strategies as st

from backend_architect.design import Consumer, CriticalPath, Design, Endpoint, EndpointError, Engine, Entity, Field, Index, Integration, Parameter, Step
from emit_designs import api, component, data, design, performance, scope, security

NAMES = st.one_of(
    st.sampled_from(
        [
            "user",
            "order",
            "group",
            "table",
            "select",
            "rank",
            "to",
            "one",
            "pk",
            "uk",
            "class",
            "end",
            "Users",
            "tagList",
            "user-id",
            "xmin",
            "ctid",
            "_id",
            "sqlite_x",
            "id",
        ]
    ),
    st.from_regex(r"[A-Za-z_][A-Za-z0-9_-]{0,8}", fullmatch=True),
    st.integers(0, 3).map(lambda number: "a_very_long_name_that_fills_all_the_room_there_is_in_a_databas"[:62] + str(number)),
)
TEXTS = st.one_of(
    st.sampled_from(
        [
            "it's",
            'a "b"',
            "100 %",
            "%(x)s %s",
            ":name",
            "back\\slash",
            "-- x",
            "*/ /* x",
            "; DROP TABLE users",
            "1. first",
            "`x`",
            "日本語の値",
            "déjà vu",
            "🚀 now",
            "a\nb",
            "{b}[c](d)",
            "~~ about ~~",
            "#quot; &amp;",
        ]
    ),
    st.text(min_size=1, max_size=30).filter(lambda text: bool(Parameter(name="x", note=text).note)),
)
TYPES = st.sampled_from(["uuid", "text", "integer", "bigint", "decimal", "float", "boolean", "timestamp", "date", "json", "bytes", "enum"])
BOUNDS = st.one_of(st.none(), st.sampled_from([0.0, 1.0, -1.0, 0.5, 255.0, 600.0, 2000.0, 1e12, 1e300, -7.25]))
KEYS = ("entity-a", "entity-b", "entity-c", "entity-d")


@st.composite
def fields(draw: st.DrawFn) -> Field:
    return Field(
        name=draw(NAMES),
        type=draw(TYPES),
        required=draw(st.booleans()),
        unique=draw(st.integers(0, 4)) == 0,
        primary=draw(st.integers(0, 3)) == 0,
        ref=draw(st.one_of(st.none(), st.none(), st.sampled_from([*KEYS, "entity-nowhere"]))),
        values=tuple(draw(st.lists(TEXTS, max_size=3))),
        minimum=draw(BOUNDS),
        maximum=draw(BOUNDS),
        why=draw(TEXTS),
    )


@st.composite
def entities(draw: st.DrawFn, key: str) -> Entity:
    columns = tuple(draw(st.lists(fields(), max_size=6)))
    known = [column.name for column in columns] or ["nothing"]
    indexes = st.builds(
        Index,
        fields=st.lists(st.one_of(st.sampled_from(known), st.sampled_from(known), NAMES), min_size=1, max_size=3).map(tuple),
        unique=st.booleans(),
        query=TEXTS,
    )
    return Entity(
        key=key,
        name=draw(NAMES),
        tier=draw(st.sampled_from(["essential", "supporting", "essential", "future"])),
        purpose=draw(TEXTS),
        fields=columns,
        indexes=tuple(draw(st.lists(indexes, max_size=3))),
        source_of_truth="Here",
        concurrency="Last write wins",
    )


@st.composite
def stored(draw: st.DrawFn, engine: Engine) -> Design:
    """A design that stores up to four entities that refer to each other at random."""
    chosen = [draw(entities(key)) for key in KEYS[: draw(st.integers(1, 4))]]
    return design(asked=scope(project=draw(TEXTS)), data_layer=data(*chosen, engine=engine))


MEMBERS = st.one_of(
    st.sampled_from(["title", "article.title", "article.tagList[]", "article", "items[].id", "items[]", "items", "limit", "cursor", "id", "Authorization"]),
    st.from_regex(r"[A-Za-z_][A-Za-z0-9_-]{0,6}(\[\])?(\.[A-Za-z_][A-Za-z0-9_-]{0,3}(\[\])?){0,2}", fullmatch=True),
)


@st.composite
def parameters(draw: st.DrawFn) -> Parameter:
    return Parameter(
        name=draw(MEMBERS),
        where=draw(st.sampled_from(["path", "query", "header", "body", "body", "body"])),
        type=draw(TYPES),
        required=draw(st.booleans()),
        values=tuple(draw(st.lists(TEXTS, max_size=3))),
        minimum=draw(BOUNDS),
        maximum=draw(BOUNDS),
        note=draw(st.one_of(st.just(""), TEXTS)),
    )


@st.composite
def endpoints(draw: st.DrawFn, number: int) -> Endpoint:
    segments = st.sampled_from(["todos", "{id}", "{todoId}", "user", "{", "}", "{}", "{a}{b}", "a.b~c", "{a/b}", "", "{x}-{x}"])
    errors = st.builds(
        EndpointError, status=st.sampled_from([400, 404, 409, 499, 503]), code=st.sampled_from(["A", "NOT_FOUND", "X_9"]), when=TEXTS, message=TEXTS
    )
    return Endpoint(
        key=f"{draw(st.sampled_from(['api-list', 'endpoint-list', 'list', 'x']))}-{number}",
        method=draw(st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "WS", "SSE"])),
        path="/" + "/".join(draw(st.lists(segments, max_size=3))),
        purpose=draw(TEXTS),
        origin=draw(st.sampled_from(["brief", "derived"])),
        auth=draw(st.sampled_from(["none", "optional", "user", "role", "service"])),
        roles=tuple(draw(st.lists(TEXTS, max_size=2))),
        request=tuple(draw(st.lists(parameters(), max_size=4))),
        status=draw(st.sampled_from([100, 200, 201, 202, 204, 206, 299, 302, 304])),
        entity=draw(st.one_of(st.none(), st.sampled_from([*KEYS, "entity-nowhere"]))),
        many=draw(st.booleans()),
        response=tuple(draw(st.lists(parameters(), max_size=3))),
        errors=tuple(draw(st.lists(errors, max_size=3))),
        pagination=draw(st.sampled_from(["none", "offset", "cursor"])),
        idempotency=draw(st.sampled_from(["", "An `Idempotency-Key` header", "A unique title", "`X-Request-Id`, kept a day"])),
        component=draw(st.sampled_from(["app", "other", "missing"])),
    )


@st.composite
def offered(draw: st.DrawFn) -> Design:
    """A design that offers up to five endpoints, some of them at one path."""
    said = st.sampled_from(
        [
            "Session cookie",
            "JWT bearer tokens",
            "`Authorization: Token jwt`",
            "API key in `X-Key`",
            "No JWT: HTTP basic auth",
            "mTLS",
            "nothing said",
            "OpenID Connect",
        ]
    )
    chosen = [draw(endpoints(number)) for number in range(draw(st.integers(0, 5)))]
    shapes = st.sampled_from(
        [
            "Problem details",
            "One envelope",
            '`{"errors": {"body": ["text"]}}`',
            "{code, message, details: [{field, why}]}",
            "{[",
            "{a: &b [1], c: *b}",
            "{}",
            "{1: 2}",
        ]
    )
    return design(
        asked=scope(project=draw(TEXTS)),
        api_layer=api(*chosen, authentication=draw(said), errors=draw(shapes)),
        data_layer=data(*(draw(entities(key)) for key in KEYS[:2])),
        security=draw(st.one_of(st.none(), said.map(security))),
        components=(component("app", "App", "service"), component("other", draw(TEXTS), "module")),
    )


PARTS = ("part-a", "part-b", "part-c", "part-d", "elsewhere")


@st.composite
def drawn(draw: st.DrawFn) -> Design:
    """A design with parts, callers, systems outside, tables and a critical path, all with hostile names."""
    parts = [
        component(
            key,
            draw(TEXTS),
            draw(st.sampled_from(["service", "module", "worker", "store", "client", "external"])),
            context=draw(st.one_of(st.just("Core"), TEXTS)),
            uses=tuple(draw(st.lists(st.sampled_from([*PARTS, "outside"]), max_size=3))),
        )
        for key in PARTS[: draw(st.integers(1, 4))]
    ]
    steps = st.builds(Step, step=TEXTS, must_succeed=st.booleans(), ms=st.integers(0, 500), if_it_fails=TEXTS)
    path = CriticalPath(budget_ms=200, basis="Stated", steps=tuple(draw(st.lists(steps, max_size=4))))
    asked = scope(
        consumers=tuple(Consumer(name=name, uses="It") for name in draw(st.lists(TEXTS, max_size=4))),
        integrations=(Integration(key="outside", name=draw(TEXTS), purpose="Pays", protection="2 s", fallback="Wait"),),
    )
    loop = asked.loop.model_copy(update={"action": draw(TEXTS)})
    return design(
        asked=asked.model_copy(update={"loop": loop}),
        components=tuple(parts),
        data_layer=data(*(draw(entities(key)) for key in KEYS[:3])),
        performance=performance(path),
    )
