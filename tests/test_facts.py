"""Facts: one sentence of each kind, and sentences that state none."""

import io
import re

import pytest

from backend_architect.errors import FactError
from backend_architect.ingest import profile, read
from backend_architect.ingest.numbers import find
from backend_architect.ingest.stated import KEYS
from backend_architect.profile import Conflict, Fact, FactName, Profile, When

Row = tuple[FactName, str] | tuple[FactName, str, float | None] | tuple[FactName, str, float | None, When]


def facts_of(text: str, *options: tuple[str, str]) -> Profile:
    return profile(read("-", stdin=io.BytesIO(text.encode())), options=options)


def told(found: Profile) -> list[tuple[str, str]]:
    return [(fact.name, fact.value) for fact in found.facts]


# fmt: off
SENTENCES: list[tuple[str, list[Row]]] = [
    ("The shop has 10 million registered users.", [("users", "10,000,000 registered users", 10000000)]),
    ("It must serve 500 concurrent users.", [("concurrent-users", "500 concurrent users", 500)]),
    ("We expect 2,000 users at launch and 50,000 users within a year.", [("users", "2,000 users", 2000, "now"), ("users", "50,000 users", 50000, "year")]),
    ("100k DAU, peak 1,200 requests per second.", [("users", "100,000 DAU", 100000), ("requests-per-second", "1,200 requests/s", 1200, "peak")]),
    ("Two hundred orders a day come in.", [("writes-per-second", "200 orders/day (0.0023/s)", 0.0023148148148148147)]),
    ("The gateway receives 6,000 messages a minute from sensors.", [("writes-per-second", "6,000 messages/minute (100/s)", 100)]),
    ("Each user sends 10 messages per day.", []),
    ("The API is limited to 100 requests per minute per client.", []),
    ("Expect 40 requests/s on average and 400 requests/s at peak.", [("requests-per-second", "40 requests/s", 40), ("requests-per-second", "400 requests/s", 400, "peak")]),
    ("Photos of up to 5 MB are uploaded.", [("item-size", "5 MB", 5000000)]),
    ("The archive holds 2 TB of documents.", [("storage", "2 TB", 2000000000000)]),
    ("We gain 30 GB per month.", [("growth", "30 GB/month", 30000000000)]),
    ("The container gets 512 MB of RAM and 0.5 CPU.", [("memory-limit", "512 MB", 512000000), ("cpu-limit", "0.5 CPU", 0.5)]),
    ("Search must answer within 300 ms at the 95th percentile.", [("latency", "300 ms (p95)", 300)]),
    ("p99 latency below 50ms.", [("latency", "50 ms (p99)", 50)]),
    ("Pages load in under 2 seconds.", [("latency", "2 s", 2000)]),
    ("The order takes 10 seconds to cook.", []),
    ("Uptime of 99.95 % is required.", [("availability", "99.95%", 0.9995)]),
    ("Three nines availability is enough.", [("availability", "99.9%", 0.999)]),
    ("High availability is required.", [("availability", "high")]),
    ("The budget is $5,000 for the first year.", [("budget", "$5,000", 5000)]),
    ("Hosting costs must stay under €200/month.", [("budget", "€200/month", 200)]),
    ("Budget: 5k EUR per month.", [("budget", "€5,000/month", 5000)]),
    ("The deadline is March 3, 2027.", [("deadline", "2027-03-03")]),
    ("We launch on 2027-05-01.", [("deadline", "2027-05-01")]),
    ("The standard was released on 2020-01-01.", []),
    ("I am a solo developer.", [("team", "1 developer", 1)]),
    ("A team of 4 builds it.", [("team", "4 people", 4)]),
    ("Two engineers and a designer maintain the service.", [("team", "2 engineers", 2)]),
    ("A 3-person team.", [("team", "3 people", 3)]),
    ("The tool is for five users (one manager, four engineers).", [("users", "5 users", 5)]),
    ("Use Python with FastAPI and PostgreSQL.", [("stack", "Python"), ("stack", "FastAPI"), ("database", "PostgreSQL")]),
    ("Built with Ruby on Rails.", [("stack", "Ruby on Rails")]),
    ("Go to the shop and express your wish in spring.", []),
    ("The backend is written in Go.", [("stack", "Go")]),
    ("We may use Redis or something similar.", []),
    ("Do not use Kubernetes or Docker Swarm.", [("forbidden", "Kubernetes"), ("forbidden", "Docker Swarm")]),
    ("It must run without a database.", [("persistence", "none")]),
    ("No external dependencies.", [("forbidden", "external dependencies")]),
    ("All state is kept in memory.", [("persistence", "memory")]),
    ("Everything is saved in localStorage.", [("persistence", "browser")]),
    ("Links expire after 30 days.", [("retention", "30 days", 30)]),
    ("Audit logs are kept for 7 years.", [("retention", "7 years", 2555)]),
    ("Access tokens expire after 15 minutes.", []),
    ("It has to comply with GDPR and PCI DSS.", [("compliance", "GDPR"), ("compliance", "PCI DSS")]),
    ("Patients see their lab results.", [("data-class", "health data")]),
    ("We store the date of birth and passport number of each guest.", [("data-class", "personal data")]),
    ("Users log in with their e-mail address and password; passwords are hashed.", [("authentication", "required"), ("data-class", "personal data"), ("data-class", "credentials")]),
    ("No login is needed.", [("authentication", "none")]),
    ("Users must log in with OAuth 2 or SSO.", [("authentication", "required"), ("authentication", "OAuth 2"), ("authentication", "SSO")]),
    ("We use a microservices architecture.", [("architecture", "microservices")]),
    ("Avoid microservices; build a modular monolith.", [("architecture", "monolith"), ("forbidden", "microservices")]),
    ("Prices update in real time over WebSockets.", [("real-time", "WebSocket"), ("real-time", "required")]),
    ("The app works offline.", [("offline", "required")]),
    ("Data must stay in the EU.", [("region", "EU")]),
    ("Our customers are all over the world.", [("region", "global")]),
    ("This is a prototype; keep it simple.", [("scale", "prototype"), ("scale", "small")]),
    ("It replaces our legacy billing system.", [("architecture", "existing")]),
    ("The service is a CLI tool.", [("backend", "cli")]),
    ("The site needs no backend; it runs entirely in the browser.", [("backend", "none")]),
    ("Expose a REST API for orders.", [("backend", "server")]),
    ("See HTTP 404 on port 8080 in version 3.2.", []),
    ("Reads outnumber writes 10:1.", []),
    ("Use AWS Lambda and DynamoDB on AWS.", [("stack", "AWS Lambda"), ("database", "DynamoDB"), ("cloud", "AWS")]),
    ("Deploy to Hetzner with Docker Compose.", [("cloud", "Hetzner"), ("stack", "Docker Compose")]),
    ("Keep memory under 350MB.", [("memory-limit", "350 MB", 350000000)]),
    ("The number of users is about 12,000.", [("users", "12,000 users", 12000)]),
    ("Users: 1,500", [("users", "1,500 users", 1500)]),
    ("Over 3 million customers order every month.", [("users", "3,000,000 customers", 3000000)]),
    ("Hundreds of thousands of users.", [("users", "hundreds of thousands of users", 100000)]),
    ("The MVP has to be done in 6 weeks.", [("deadline", "in 6 weeks", 42), ("scale", "prototype")]),
    ("Requests per second: 250", [("requests-per-second", "250 requests/s", 250)]),
    ("Do you need 500 users?", []),
    ("From 100 users today to 10,000 users next year.", [("users", "100 users", 100, "now"), ("users", "10,000 users", 10000, "year")]),
    ("Latency: 100ms", [("latency", "100 ms", 100)]),
    ("Write the worker in Rust; it should not use Python.", [("stack", "Rust"), ("forbidden", "Python")]),
    ("The frontend uses React and the API Express.", [("stack", "React"), ("stack", "Express")]),
    ("A user can have up to 10 roles and 3 user groups.", []),
    ("30 frames per second.", []),
    ("It takes 2 minutes.", []),
    ("The system has 12 microservices today.", []),
    ("We handle 1.5 million payments per day.", [("writes-per-second", "1,500,000 payments/day (17/s)", 17.36111111111111)]),
    ("Children under 13 use it.", [("data-class", "children's data")]),
    ("10 users per team.", []),
    ("Twice two patients stood at one door.", [("data-class", "health data")]),
    ("About 60 viewers are on it at the same time.", [("concurrent-users", "60 viewers", 60)]),
    ("On sale day 600 people watching is normal.", [("concurrent-users", "600 people watching", 600)]),
    ("Stack: Python 3.12, FastAPI, PostgreSQL 16, Docker.", [("stack", "Python"), ("stack", "FastAPI"), ("database", "PostgreSQL"), ("stack", "Docker")]),
    ("Team of 5: two developers and three clerks.", [("team", "5 people", 5)]),
    ("It is needed in three weeks.", [("deadline", "in 3 weeks", 21)]),
    ("Our IT person looks after it.", [("team", "1 person", 1)]),
    ("Antworten werden nicht gleich, sondern 6 Monate nach dem Termin gelöscht, und das ist gut.", [("retention", "6 months", 180)]),
    ("No database with names is wanted.", []),
    ("In 2019 the club had a shop built with PHP.", []),
    ("O sistema terá 10.000 usuários simultâneos e 2 mil pedidos por dia.", [("concurrent-users", "10,000 usuários simultâneos", 10000), ("writes-per-second", "2,000 pedidos/day (0.023/s)", 0.023148148148148147)]),
    ("A resposta deve chegar em até 200 ms para o usuário que não tem conta.", [("latency", "200 ms", 200)]),
    ("La aplicación tendrá 50.000 usuarios y no usar Kubernetes para el proyecto que es una prueba.", [("users", "50,000 usuarios", 50000), ("forbidden", "Kubernetes")]),
    ("L'application aura 2 500 utilisateurs et le temps de réponse est de 300 ms pour les pages.", [('users', '2,500 utilisateurs', 2500), ('latency', '300 ms', 300)]),
    ("Die Anwendung hat 1.200 Nutzer und das Budget ist 500 € pro Monat.", [("users", "1,200 Nutzer", 1200), ("budget", "€500/month", 500)]),
    ("系统有五百万用户，响应时间不超过200毫秒，数据保留90天。", [("users", "5,000,000 用户", 5000000), ("latency", "200 ms", 200), ("retention", "90 days", 90)]),
    ("每天三千万次请求，使用PostgreSQL数据库，部署在阿里云。", [("requests-per-second", "30,000,000 requests/day (347/s)", 347.22222222222223), ("database", "PostgreSQL"), ("cloud", "Alibaba Cloud")]),
    ("A three-tier app for small teams.", []),
    ("Scale from 10 users to hundreds of thousands of users.", [("users", "10 users", 10, "now"), ("users", "hundreds of thousands of users", 100000, "year")]),
    ("One request per second is 2.5 million requests per month, as a rule of thumb.", []),
    ("The team members are 5 customers.", [("users", "5 customers", 5)]),
    ("Vue or Svelte could be used for the frontend.", []),
    ("The tool must not require Docker.", [("forbidden", "Docker")]),
    ("Store files in S3, queue jobs with SQS and cache in Redis.", [("stack", "Amazon S3"), ("stack", "Amazon SQS"), ("stack", "Redis")]),
    ("The database is Postgres 15.", [("database", "PostgreSQL")]),
    ("We compared Kafka to RabbitMQ.", []),
    ("Reading 1 MB from memory takes 250 microseconds.", []),
    ("A 99% discount is available.", []),
    ("The fine is $5,000 and the budget is not fixed.", []),
    ("Doctors upload X-ray images of patients.", [("data-class", "health data")]),
    ("Payment is by credit card.", [("data-class", "card data")]),
    ("It checks health every 10 seconds via health checks.", []),
    ("Swift and Dart are nice birds, and rust is a colour.", []),
    ("No persistence is needed for this prototype.", [("persistence", "none"), ("scale", "prototype")]),
    ("Emails must arrive within 5 minutes.", []),
]
# fmt: on


@pytest.mark.parametrize(("text", "rows"), SENTENCES, ids=[text[:40] for text, _ in SENTENCES])
def test_a_sentence_states(text: str, rows: list[Row]) -> None:
    def fact(name: FactName, value: str, number: float | None = None, when: When = "unstated") -> Fact:
        return Fact(name=name, value=value, number=number, when=when, cites=(1,), quote=text)

    assert facts_of(text) == Profile(facts=tuple(fact(*row) for row in rows))


@pytest.mark.parametrize(
    ("text", "language", "numbers"),
    [
        ("10.000 and 10,000", "en", [10.0, 10000.0]),
        ("10.000 e 10,5", "pt", [10000.0, 10.5]),
        ("1,234,567.5", "en", [1234567.5]),
        ("1.234.567,5", "de", [1234567.5]),
        ("1 000 000", "fr", [1000000.0]),
        ("0.250", "de", [0.25]),
        ("three hundred; twenty-five; half a million; a dozen", "en", [300.0, 25.0, 500000.0, 12.0]),
        ("tens of millions", "en", [10000000.0]),
        ("2 mil; dois milhões; cinco", "pt", [2000.0, 2000000.0, 5.0]),
        ("三百五十；一千万；3.6 亿；十二", "zh", [350.0, 10000000.0, 360000000.0, 12.0]),
        ("10k, 5M, 2B", "en", [10000.0, 5000000.0, 2000000000.0]),
        ("1.2.3, v2, §4, 2027-03-01, no number", "en", [1.0]),
    ],
)
def test_numbers(text: str, language: str, numbers: list[float]) -> None:
    assert [quantity.number for quantity in find(text, language)] == numbers


# --- what is read, and what is not -----------------------------------------------------------


def test_links_scope_options_examples_and_code_state_nothing() -> None:
    text = """# Kiosk

## Useful links

- [Kafka guide](http://k) uses Kafka

## Out of scope

- Users must log in.

## Available technologies

- Use MongoDB

Possible queues, with alternatives:

- Use RabbitMQ

```json
{"users": "900 users", "database": "MySQL"}
```

Does it need 40 users?
"""
    assert facts_of(text) == Profile()


def test_a_bonus_is_for_later() -> None:
    found = facts_of("# Kiosk\n\n## Bonus features\n\n- Orders are saved in a database\n")
    assert [(fact.name, fact.value, fact.when) for fact in found.facts] == [("persistence", "database", "year")]


def test_an_endpoint_without_login_is_no_project_without_login() -> None:
    assert facts_of("## List\n\n`GET /boats`\n\nNo authentication required\n\n## Hire\n\n`POST /boats`\n\nAuthentication required\n") == Profile()


def test_a_prompt_in_a_code_block_is_prose() -> None:
    text = "```text\n/plan Use Go with Postgres for all of the data of the boat house.\n```\n"
    assert told(facts_of(text)) == [("stack", "Go"), ("database", "PostgreSQL")]


def test_a_stack_list_is_prescribed_by_its_place() -> None:
    text = "Technology:\n\n- Azure cloud platform\n- C# language\n- SQL Server\n\n| Part | Choice |\n|---|---|\n| Queue | RabbitMQ |\n"
    assert told(facts_of(text)) == [("cloud", "Azure"), ("stack", "C#"), ("database", "SQL Server"), ("stack", "RabbitMQ")]


def test_a_conversion_table_is_no_load() -> None:
    text = "Handy conversion guide:\n\n- 40 requests per second = 100 million requests per month\n- 400 requests per second\n"
    assert facts_of(text) == Profile()


def test_the_same_fact_twice_is_one_with_both_lines() -> None:
    quote = "It has 40 users."
    assert facts_of(f"{quote}\n\nAgain: 40 users.") == Profile(facts=(Fact(name="users", value="40 users", number=40, cites=(1, 2), quote=quote),))


def test_a_long_sentence_is_quoted_in_part() -> None:
    text = "Word " * 100 + "and 40 users " + "word " * 100 + "end."
    (fact,) = facts_of(text).facts
    assert fact.value == "40 users"
    assert "40 users" in fact.quote
    assert fact.quote in text
    assert len(fact.quote) < 300


# --- stated outright -------------------------------------------------------------------------

# fmt: off
OPTIONS: list[tuple[str, str, list[Row]]] = [
    ("users", "100", [("users", "100 users", 100)]),
    ("users", "10k in a year", [("users", "10,000 users", 10000, "year")]),
    ("Concurrent_Users", "500", [("concurrent-users", "500 concurrent users", 500)]),
    ("team", "solo", [("team", "1 developer", 1)]),
    ("team", "4", [("team", "4 people", 4)]),
    ("rps", "200 peak", [("requests-per-second", "200 requests/s", 200, "peak")]),
    ("reads", "60/minute", [("reads-per-second", "60 reads/minute (1/s)", 1)]),
    ("storage", "450 GB", [("storage", "450 GB", 450e9)]),
    ("growth", "1TB/month", [("growth", "1 TB/month", 1e12)]),
    ("item-size", "2KiB", [("item-size", "2 KiB", 2048)]),
    ("latency", "200ms", [("latency", "200 ms", 200)]),
    ("latency", "p99 < 1.5 s", [("latency", "1.5 s (p99)", 1500)]),
    ("availability", "99.9%", [("availability", "99.9%", 0.999)]),
    ("availability", "four nines", [("availability", "99.99%", 0.9999)]),
    ("budget", "$500/month", [("budget", "$500/month", 500)]),
    ("budget", "5k EUR", [("budget", "€5,000", 5000)]),
    ("deadline", "1 March 2027", [("deadline", "2027-03-01")]),
    ("deadline", "6 weeks", [("deadline", "in 6 weeks", 42)]),
    ("retention", "30 days", [("retention", "30 days", 30)]),
    ("cpu", "1.5", [("cpu-limit", "1.5 CPU", 1.5)]),
    ("memory", "350MB", [("memory-limit", "350 MB", 350e6)]),
    ("stack", "python, FastAPI, MyOwnThing", [("stack", "Python"), ("stack", "FastAPI"), ("stack", "MyOwnThing")]),
    ("database", "postgresql", [("database", "PostgreSQL")]),
    ("database", "none", [("persistence", "none")]),
    ("persistence", "none", [("persistence", "none")]),
    ("backend", "command line", [("backend", "cli")]),
    ("auth", "OAuth 2", [("authentication", "OAuth 2")]),
    ("auth", "off", [("authentication", "none")]),
    ("real-time", "websocket", [("real-time", "WebSocket")]),
    ("architecture", "microservices, event driven", [("architecture", "microservices"), ("architecture", "event-driven")]),
    ("stack", "COBOL", [("stack", "COBOL")]),
    ("scale", "MVP", [("scale", "prototype")]),
    ("compliance", "GDPR, HIPAA", [("compliance", "GDPR"), ("compliance", "HIPAA")]),
]
# fmt: on


@pytest.mark.parametrize(("key", "value", "rows"), OPTIONS, ids=[f"{key}={value}" for key, value, _ in OPTIONS])
def test_an_option_states(key: str, value: str, rows: list[Row]) -> None:
    def fact(name: FactName, shown: str, number: float | None = None, when: When = "unstated") -> Fact:
        return Fact(name=name, value=shown, number=number, when=when, origin="option", quote=f"{key}={value}")

    assert facts_of("A kiosk.", (key, value)) == Profile(facts=tuple(fact(*row) for row in rows))


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("usres", "1", r"^--set: unknown fact 'usres': did you mean 'users'\? facts are users, concurrent-users, .*, scale$"),
        ("zzzz", "1", r"^--set: unknown fact 'zzzz': facts are users,"),
        ("latency", "200", r"^--set: latency='200' is not a value for it: write for example latency='200 ms'$"),
        ("latency", "200 GB", "is not a value for it"),
        ("users", "many", r"write for example users='10k'$"),
        ("users", "200ms", "is not a value for it"),
        ("storage", "12 apples", "is not a value for it"),
        ("availability", "101%", "is not a value for it"),
        ("budget", "lots", "is not a value for it"),
        ("deadline", "soon", "is not a value for it"),
        ("persistence", "maybe", r"is not one of none, memory, browser, database: write for example persistence='memory'$"),
        ("backend", "banana", r"^--set: backend='banana' is not one of none, cli, server: write for example backend='cli'$"),
        ("architecture", "monolith, pyramid", r"^--set: architecture='monolith, pyramid' is not one of microservices, monolith, .*: write for example"),
        ("stack", " ", r"^--set: stack='' is not a name of up to 200 characters: write for example stack='Go, NATS'$"),
        ("growth", "1 TB", "is not a value for it"),
    ],
)
def test_a_bad_option_is_named(key: str, value: str, message: str) -> None:
    with pytest.raises(FactError, match=message):
        facts_of("A kiosk.", (key, value))


@pytest.mark.parametrize("key", KEYS)
def test_every_fact_has_an_example_that_reads(key: FactName) -> None:
    with pytest.raises(FactError) as caught:
        facts_of("A kiosk.", (key, ""))
    found = re.search(r": write for example (?P<key>[a-z-]+)='(?P<value>.+)'$", str(caught.value))
    assert found is not None
    assert found["key"] == key
    assert facts_of("A kiosk.", (key, found["value"])).facts


def test_a_bad_front_matter_fact_is_named() -> None:
    with pytest.raises(FactError, match=r"^standard input:3: front matter: users='lots' is not a value for it: write for example 'users: 10k'$"):
        facts_of("---\nauthor: Ann\nusers: lots\n---\nA kiosk.\n")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([("users", "10k"), ("team", "4"), ("users", "20k")], "--set states 'users' twice: keep one"),
        ([("rps", "10"), ("requests", "20")], "--set states 'requests-per-second' twice: keep one"),
        ([("users", "10k now"), ("users", "20k in a year"), ("users", "5k now")], "--set states 'users' twice: keep one"),
        ([("stack", "Go"), ("stack", "NATS")], "--set states 'stack' twice: keep one, for example stack='Go, NATS'"),
    ],
)
def test_an_option_stated_twice_is_named(options: list[tuple[str, str]], message: str) -> None:
    with pytest.raises(FactError) as caught:
        facts_of("A kiosk.", *options)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("matter", "message"),
    [
        ("rps: 10\nqps: 20", "standard input:3: front matter states 'requests-per-second' twice: keep one"),
        ("users: [10, 20]", "standard input:2: front matter states 'users' twice: keep one"),
        ("stack: Go\nStack: NATS", "standard input:3: front matter states 'stack' twice: keep one, for example stack='Go, NATS'"),
    ],
)
def test_a_front_matter_fact_stated_twice_is_named(matter: str, message: str) -> None:
    with pytest.raises(FactError) as caught:
        facts_of(f"---\n{matter}\n---\nA kiosk.\n")
    assert str(caught.value) == message


def test_a_load_may_be_stated_for_now_and_for_later() -> None:
    options = facts_of("A kiosk.", ("users", "10k now"), ("users", "20k in a year"))
    matter = facts_of("---\nusers: [10k now, 20k in a year]\n---\nA kiosk.\n")
    assert [(fact.value, fact.when) for fact in options.facts] == [("10,000 users", "now"), ("20,000 users", "year")]
    assert [(fact.value, fact.when) for fact in matter.facts] == [("10,000 users", "now"), ("20,000 users", "year")]


def test_what_adds_up_is_there_once_with_the_line_that_says_it() -> None:
    text = "---\ncompliance: [GDPR, HIPAA]\n---\nIt is under GDPR."
    found = facts_of(text, ("compliance", "gdpr, PCI DSS, PCI DSS"))
    assert [(fact.origin, fact.value, fact.cites) for fact in found.facts] == [
        ("option", "PCI DSS", ()),
        ("front matter", "HIPAA", ()),
        ("brief", "GDPR", (1,)),
    ]


def test_what_an_option_asks_for_now_is_not_put_off() -> None:
    text = "# Kiosk\n\n## Bonus features\n\n- It is under GDPR.\n"
    assert [(fact.origin, fact.when) for fact in facts_of(text).facts] == [("brief", "year")]
    assert [(fact.origin, fact.when) for fact in facts_of(text, ("compliance", "GDPR")).facts] == [("option", "unstated")]


def test_options_beat_front_matter_beats_text() -> None:
    text = "---\nusers: 20\nteam: 3\n---\nIt has 10 users, a team of 5 and uses MySQL under GDPR."
    found = facts_of(text, ("users", "30"), ("persistence", "none"), ("compliance", "HIPAA"))
    assert [(fact.origin, fact.name, fact.value) for fact in found.facts] == [
        ("option", "users", "30 users"),
        ("option", "persistence", "none"),
        ("option", "compliance", "HIPAA"),
        ("front matter", "team", "3 people"),
        ("brief", "compliance", "GDPR"),
    ]
    assert found.conflicts == ()


# --- contradictions --------------------------------------------------------------------------


def test_a_conflict_keeps_both_facts() -> None:
    first = Fact(name="users", value="50 users", number=50, cites=(1,), quote="It serves 50 users.")
    second = Fact(name="users", value="5,000 users", number=5000, cites=(2,), quote="It is built for 5,000 users.")
    about = "S1 says 50 users, S2 says 5,000 users: which number is the system built for?"
    assert facts_of("It serves 50 users.\n\nIt is built for 5,000 users.") == Profile(
        facts=(first, second), conflicts=(Conflict(first=first, second=second, about=about),)
    )


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("No login is needed.\n\nUsers must log in.", "S1 wants no login, but S2 requires one"),
        ("The desk is security-first.\n\nThere is no login.", "S2 wants no login, but S1 calls the system 'security-first'"),
        ("We use a microservices architecture.\n\nIt is for five users.", "S1 prescribes microservices, but S2 names 5 users"),
        ("We use a microservices architecture.\n\nA team of 2 builds it.", "S1 prescribes microservices, but S2 names a team of 2 people"),
        ("We use a microservices architecture.\n\nBuild a monolith.", "S1 prescribes microservices, S2 a monolith"),
        ("We use a microservices architecture.\n\nNo microservices in phase one.", "S1 prescribes microservices, S2 rules them out"),
        ("No persistence is needed.\n\nReports are stored in a database.", "S1 wants nothing stored, but S2 stores in a database"),
        ("No persistence is needed.\n\nReports are kept for 30 days.", "S1 wants nothing stored, but S2 keeps data for 30 days"),
        ("No persistence is needed.\n\nUse PostgreSQL.", "S1 wants nothing stored, but S2 names PostgreSQL"),
        ("Use PostgreSQL.\n\nOrders are stored in MySQL.", "S1 prescribes PostgreSQL, S2 prescribes MySQL"),
        ("The budget is $500.\n\nThe budget is $900.", "S1 gives a budget of $500, S2 of $900"),
        (
            "There are 10 million writes per month.\n\nThere are 400 writes per second on average.",
            "S1 says 10,000,000 writes/month (3.9/s), S2 says 400 writes/s",
        ),
        (
            "The read to write ratio is 100:1.\n\nWe see 40 reads/s.\n\nWe see 4 writes/s.",
            "S1 says 100 reads to 1 writes, but 40 reads/s and 4 writes/s are 10 to 1",
        ),
        ("No login.\n\nOnly managers may approve.", "S1 wants no login, but S2 tells people apart ('Only managers may')"),
        ("Notices disappear after 14 days.\n\nNotices are kept forever.", "S1 keeps notices for 14 days, S2 forever"),
        ("It needs 99.99% uptime.\n\nIt may be switched off at night.", "S1 asks for 99.99% availability, S2 lets it be 'switched off at night'"),
        ("It must not be reachable from outside.\n\nStaff at home must be able to post.", "S1 allows no access from outside, S2 needs it"),
        ("It works offline.\n\nClients are always connected in real time.", "S1 wants it to work offline, S2 needs a constant connection"),
    ],
)
def test_a_contradiction_is_named(text: str, about: str) -> None:
    (conflict,) = facts_of(text).conflicts
    assert conflict.about.startswith(about)


@pytest.mark.parametrize(
    "text",
    [
        "There are 50 users now.\n\nThere will be 5,000 users within a year.",
        "Tens of millions of users come.\n\nIt has 30 million users.",
        "It has 50 users.\n\nIt has 300 students.",
        "It has 10,000 registered users.\n\nIt has 900 daily active users.",
        "No login is needed to read.\n\nAdministrators must log in.",
        "Use either PostgreSQL or MySQL.",
        "Use PostgreSQL.\n\nTests run on SQLite.",
        "There are 10 million writes per month.\n\nThere are 4 writes per second on average.",
        "There are 4 writes per second.\n\nThere are 40 uploads per second at peak.",
        "The budget is $500/month.\n\nThe budget is $9,000 in all.",
        "No login is needed to read notices.\n\nOnly editors may post.",
        "Notices disappear after 14 days.\n\nOrders are kept forever.",
        "The budget is 900 EUR, of which 200 EUR for hosting.",
        "The clinic sees 260 patients a day.\n\nAbout 60 patients book.",
        "The read to write ratio is 10:1.\n\nWe see 40 reads/s.\n\nWe see 4 writes/s.",
        "No persistence is needed.\n\n## Bonus\n\nOrders are saved in a database.",
        "We use a microservices architecture.\n\nIt is for 2 million users.",
        "It works offline.\n\nPrices update in real time.",
    ],
)
def test_what_can_both_hold_is_no_conflict(text: str) -> None:
    found = facts_of(text)
    assert found.facts
    assert found.conflicts == ()
