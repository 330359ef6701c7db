from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from backend_architect.design import Consumer, Design
from backend_architect.emit import mermaid
from backend_architect.emit.names import cut
from emit_designs import LIBRARY, TINY, api, component, data, design, endpoint, entity, field, performance, scope
from emit_strategies import drawn

MERMAID = Path(__file__).parent / "mermaid"


def all_of(made: Design) -> list[str]:
    return [diagram for diagram in (mermaid.components(made), mermaid.entities(made), mermaid.critical_path(made)) if diagram]


# --- with Mermaid's own parser --------------------------------------------------------------


def check(diagrams: list[str]) -> subprocess.CompletedProcess[str]:
    """Parse diagrams with Mermaid's own parser; each that fails is a line of the output."""
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    if not (MERMAID / "node_modules" / "mermaid").is_dir():
        pytest.skip("Mermaid is not installed: run `npm ci` in tests/mermaid")
    return subprocess.run(["node", "check.mjs", "-"], cwd=MERMAID, input=json.dumps(diagrams), capture_output=True, text=True, encoding="utf-8", check=False)


def test_every_diagram_parses() -> None:
    diagrams = [*all_of(TINY), *all_of(LIBRARY)]

    @settings(max_examples=60, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
    @given(drawn())
    def gather(made: Design) -> None:
        diagrams.extend(all_of(made))

    gather()
    assert len(diagrams) > 60
    result = check(diagrams)
    failed = [line.partition(": ") for line in result.stdout.splitlines()]
    assert [(reason, diagrams[int(number)]) for number, _, reason in failed] == []
    assert (result.returncode, result.stderr) == (0, "")


def test_the_check_reports_what_does_not_parse() -> None:
    result = check(["flowchart LR\n  a --> b\n", "flowchart LR\n  a[ --> b\n"])
    assert result.returncode == 1
    assert [line.partition(": ")[0] for line in result.stdout.splitlines()] == ["1"]


# --- as text --------------------------------------------------------------------------------


def test_components() -> None:
    assert mermaid.components(LIBRARY) == (
        "flowchart LR\n"
        '  u1("Member")\n'
        '  u2("Librarian")\n'
        '  subgraph c1["Core"]\n'
        '    n1(["Browser app"])\n'
        "  end\n"
        '  subgraph c2["People"]\n'
        '    n2["Members"]\n'
        "  end\n"
        '  subgraph c3["Tools"]\n'
        '    n3["Shelf"]\n'
        '    n4["Lending"]\n'
        '    n5[["Reminder worker"]]\n'
        '    n6[("PostgreSQL")]\n'
        "  end\n"
        '  x1{{"Payment provider"}}\n'
        "  u1 --> n1\n"
        "  u2 --> n1\n"
        "  n1 --> n2\n"
        "  n2 --> n6\n"
        "  n3 --> n6\n"
        "  n3 --> n2\n"
        "  n4 --> n6\n"
        "  n4 --> n3\n"
        "  n4 --> x1\n"
        "  n5 --> n6\n"
    )


def test_nobody_goes_past_the_balancer() -> None:
    parts = (component("lb", "Load balancer", "service", uses=("app",)), component("app", "App", "service"))
    made = design(
        components=parts, api_layer=api(endpoint("GET", "/errands", "list", component="app")), asked=scope(consumers=(Consumer(name="Member", uses="reads"),))
    )
    assert "  u1 --> n1\n  n1 --> n2\n" in mermaid.components(made)
    assert "u1 --> n2" not in mermaid.components(made)


def test_many_callers_of_many_parts_share_a_node() -> None:
    parts = tuple(component(f"part-{number}", f"Part {number}", "module") for number in range(3))
    callers = tuple(Consumer(name=name, uses="It") for name in ("Reader", "Writer", "Admin"))
    assert mermaid.components(design(asked=scope(consumers=callers), components=parts)) == (
        'flowchart LR\n  u1("Reader, Writer, Admin")\n  n1["Part 0"]\n  n2["Part 1"]\n  n3["Part 2"]\n  u1 --> n1\n  u1 --> n2\n  u1 --> n3\n'
    )


def test_nothing_to_draw() -> None:
    assert all_of(design(performance=performance(None))) == []


def test_entities() -> None:
    made = (
        entity(
            "entity-a",
            "users",
            field("id", "uuid", primary=True),
            field("e-mail", unique=True, why='Where "mail" goes; compared in lower case, ~50 % of the time'),
        ),
        entity("entity-b", "order", field("id", "uuid", primary=True), field("user_id", "uuid", ref="entity-a"), field("pk", "integer")),
        entity(
            "entity-c", "profiles", field("user_id", "uuid", primary=True, ref="entity-a"), field("by", "uuid", ref="entity-a", required=False, unique=True)
        ),
        entity("entity-d", "later", field("id", "uuid", primary=True), tier="future"),
        entity("entity-e", "nothing"),
    )
    assert mermaid.entities(design(data_layer=data(*made))) == (
        "erDiagram\n"
        '  "users" ||--o{ "order" : "user_id"\n'
        '  "users" ||--o| "profiles" : "user_id"\n'
        '  "users" |o--o| "profiles" : "by"\n'
        '  "users" {\n'
        '    uuid id PK "The id"\n'
        "    text e_mail UK \"Where 'mail' goes\"\n"
        "  }\n"
        '  "order" {\n'
        '    uuid id PK "The id"\n'
        '    uuid user_id FK "The user id"\n'
        '    integer pk_ "The pk"\n'
        "  }\n"
        '  "profiles" {\n'
        '    uuid user_id PK, FK "The user id"\n'
        '    uuid by FK, UK "The by"\n'
        "  }\n"
    )


def test_entities_without_attributes_are_their_relations_and_who_has_none() -> None:
    made = (
        entity("entity-a", "users", field("id", "uuid", primary=True)),
        entity("entity-b", "orders", field("id", "uuid", primary=True), field("user_id", "uuid", ref="entity-a")),
        entity("entity-c", "notes", field("id", "uuid", primary=True)),
    )
    assert mermaid.entities(design(data_layer=data(*made)), attributes=False) == (
        "erDiagram\n"
        '  "users" ||--o{ "orders" : "user_id"\n'
        '  "notes"\n'
    )  # fmt: skip


def test_critical_path() -> None:
    assert mermaid.critical_path(LIBRARY) == (
        "flowchart TD\n"
        '  start("Write something down")\n'
        '  start --> s1["Check the session · 10 ms"]\n'
        '  s1 --> s2["1: Lock the tool\'s row and #quot;insert#quot; the… · 40 ms"]\n'
        '  s2 -.-> s3(["Hold the deposit · 150 ms"])\n'
        '  s3 --> done("200 of 200 ms")\n'
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Orders", '"Orders"'),
        ('C# "core" <b>', '"C#35; #quot;core#quot; #lt;b#gt;"'),
        ("50%% off; `x` \\n", '"50#37;#37; off#59; #96;x#96; #92;n"'),
        ("2. Second", '"2: Second"'),
        ("- item", '"item"'),
        ("Zahlungsabwicklung für Händler und Märkte weltweit", '"Zahlungsabwicklung für Händler und…"'),
        ("支付" * 30, '"' + ("支付" * 30)[:39] + '…"'),
    ],
)
def test_labels(text: str, expected: str) -> None:
    assert mermaid.label(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("one two three", "one two…"),
        ("onetwothree", "onetwoth…"),
        ("one, two (three", "one, two…"),
        ("short", "short"),
        ("aaaaaaa\u0301bbbb", "aaaaaaa\u0301…"),
        ("aaaaaaaa\u0301bbb", "aaaaaaa…"),
    ],
)
def test_cutting(text: str, expected: str) -> None:
    assert cut(text, 9) == expected
