"""Technologies a brief may name: canonical name, category, aliases; and which mentions prescribe them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

from backend_architect.expressions import expression
from backend_architect.ingest.passage import Passage
from backend_architect.profile import Fact, FactName

Category = Literal["language", "framework", "frontend", "database", "search", "cache", "queue", "infrastructure", "service", "cloud", "protocol"]

# Aliases follow the name; `=` before an alias or name: only in this very case, since it is also a word.
_TABLE: dict[Category, str] = {
    "language": """Python=python3 | TypeScript | JavaScript=vanilla javascript,plain javascript | =Go=golang,go lang | =Rust
        | Java=java 8,java 11,java 17,java 21 | Kotlin | Scala | C#=csharp,c sharp | F#
        | C++ | =Ruby | PHP | Elixir | Erlang | Haskell | Clojure | =Swift | =Dart | Perl | =Zig | =Elm | OCaml""",
    "framework": """Node.js=nodejs,node js,=Node | Deno | =Bun | =Express=express.js,expressjs | NestJS=nest.js | Fastify | Koa.js=koajs | Hono.js
        | Django REST Framework=drf | Django | =Flask | FastAPI | Starlette | Tornado
        | Spring Boot=springboot | =Spring=spring framework,spring mvc,spring webflux | Quarkus | Micronaut | Ktor | .NET Aspire=dotnet aspire
        | ASP.NET Core=asp.net core | ASP.NET | .NET Core=dotnet core
        | .NET=dotnet,.net 6,.net 8,.net 9 | Entity Framework=ef core,entity framework core | Ruby on Rails=rails,ror | Sinatra | Laravel | Symfony
        | =Phoenix=phoenix framework | =Gin=gin-gonic
        | =Echo | =Fiber | Actix=actix-web | =Axum | Rocket.rs | Play Framework | Celery | Sidekiq | Prisma | SQLAlchemy | Hibernate | Sequelize
        | TypeORM | GraphQL | gRPC | tRPC | Apache Spark=spark streaming
        | Apache Flink=flink | Apache Airflow=airflow | Strapi | Supabase | Firebase""",
    "frontend": """React Native | React=react.js,reactjs | Vue.js=vue,vuejs | =Angular=angularjs | Svelte=sveltekit | Next.js=nextjs | Nuxt=nuxt.js
        | Blazor Server=blazor server | Blazor=blazor webassembly | Flutter | Ionic | jQuery
        | Tailwind=tailwindcss | Redux | htmx | Electron""",
    "database": """PostgreSQL=postgres,psql,postgre sql | MySQL | MariaDB | SQLite=sqlite3 | SQL Server=microsoft sql server,mssql,ms sql,azure sql
        | Oracle Database=oracle db,oracle 19c | MongoDB=mongo
        | DynamoDB=amazon dynamodb | Cosmos DB=cosmosdb,azure cosmos db | Cassandra=apache cassandra | ScyllaDB | CockroachDB | Couchbase | CouchDB
        | Firestore=cloud firestore | Neo4j | TimescaleDB | InfluxDB
        | ClickHouse | Amazon Aurora=aurora | Amazon RDS=rds | Google Spanner=cloud spanner | DuckDB | PlanetScale""",
    "search": "Elasticsearch=elastic search | OpenSearch | Algolia | Meilisearch | Solr=apache solr | Typesense",
    "cache": "Redis | Valkey | Memcached | ElastiCache=elasticache",
    "queue": """RabbitMQ=rabbit mq | Apache Kafka=kafka | Amazon SQS=sqs,aws sqs | Amazon SNS=sns | Azure Service Bus=service bus
        | Azure Storage Queue=azure queue storage | Azure Event Hubs=event hubs,event hub
        | Google Pub/Sub=google pub/sub,pub/sub | NATS | ActiveMQ | BullMQ | ZeroMQ | MQTT | Amazon Kinesis=kinesis | Apache Pulsar=pulsar
        | Temporal.io""",
    "infrastructure": """Docker Compose=docker-compose,docker compose | Docker Swarm | Docker | Kubernetes=k8s,kubernetes | Amazon EKS=eks
        | Amazon ECS=ecs | Fargate | Terraform | Ansible | Helm | nginx | HAProxy | Traefik | Caddy
        | Istio | Envoy | Prometheus | Grafana | Datadog | Sentry | Jenkins | GitHub Actions | GitLab CI | Podman | Amazon S3=s3,aws s3
        | Amazon EC2=ec2 | CloudFront | MinIO | AWS Lambda=lambda,aws lambda
        | Azure Functions | Cloud Run | Keycloak | Auth0 | Okta | Databricks | Azure Synapse=synapse analytics
        | Snowflake | BigQuery=google bigquery | Redshift=amazon redshift""",
    "service": "Stripe | Twilio | SendGrid | Mailgun | Mailchimp | Salesforce | HubSpot | =SAP | PayPal | Adyen | Mollie | Klarna | Shopify",
    "cloud": """AWS=amazon web services | Azure=microsoft azure,azure cloud | Google Cloud=gcp,google cloud platform | Heroku
        | DigitalOcean=digital ocean | Fly.io | Vercel | Netlify | Cloudflare=cloudflare workers | Hetzner
        | OVHcloud=ovh | Alibaba Cloud=aliyun,阿里云 | Oracle Cloud | IBM Cloud | Railway.app | on-premises=on-prem,on premises,on premise,on-premise""",
    "protocol": "",
}

RELATIONAL = frozenset({"PostgreSQL", "MySQL", "MariaDB", "SQLite", "SQL Server", "Oracle Database"})

_WORDS_BEFORE = (
    r"use|uses|using|used|writes?|with|in|on|onto|via|by|into|through|inside|our|existing|to|is|are|be|as|of|choose|chosen|chose|prefer|prefers|preferred"
    r"|requires?|want|needs?|adopt|run|runs|running|against|either|stack|frontend|front-end"
    r"|backend|back-end|database|db|server|api|queue|broker|cache|language|framework|hosting|hosted|platform|deploy|target|usar|use|usa|usando"
    r"|utilizar|utilizando|com|em|no|na|con|en|avec|mit|auf|formato de|banco|leverage|strengths of"
)
_ARTICLES = (
    r"(?:(?:a|an|the|o|um|uma|el|la|un|une|le|ein|eine|single|managed|self-hosted|small|simple|local|dedicated|separate|latest|own|either"
    r"|hosted|plain|their|both|our|multiple|new|shared|central|relational|standard|modern|formato de)\s+){0,3}"
)
_CUE = expression(
    rf"(?:^|[\s(\"'“])(?:{_WORDS_BEFORE})\s*:?\s+{_ARTICLES}$|[:：]\s*{_ARTICLES}$|(?:使用|用|采用|基于|运行在|存储到|部署在|部署到)\s*$", re.IGNORECASE
)
_FOLLOW = expression(
    r"\s*(?:\([^()]{1,30}\)\s*)?(?:databases?\b|db\b|backend\b|back-end\b|frontend\b|front-end\b|servers?\b|cluster\b|instance\b|service\b"
    r"|is (?:used|required|preferred|our)|is (?:already )?(?:run|operated|hosted|available|in place|there)\b|will be|for the\b|as (?:the|our|a)\b|cloud platform\b|数据库)",
    re.IGNORECASE,
)
_TEAM_KNOWS = expression(
    r"(?:\b(?:developers?|engineers?|programmers?|volunteers?|students?|team|we|i)\b[^.;:]{0,20}\b(?:knows?|work in|are fluent in|are at home in)"
    r"|\b\d* ?(?:developers?|engineers?|programmers?),)\s+(?:both |only |mainly |mostly )?$",
    re.IGNORECASE,
)
"""What a team is said to know is what it writes in."""
_HEDGED = expression(r"\s*(?:(?:or|and|,)\s+[\w.]+\s+)?(?:could|might|may|would)\b", re.IGNORECASE)
_MERE = expression(
    r"(?:such as|\blike|e\.g\.,?|\bfor example,?|\bfor instance,?|\bas in|similar to|similar tools?|instead of|rather than|alternatives?(?: to| is"
    r"| are|:)|\bconsider(?:ing)?(?: using)?|might|\bcould|\bmay|migrat\w+ (?:away )?from|moving (?:away )?from|replac\w+|unlike"
    r"|compar\w+|\bvs\.?|experience (?:with|in)|knowledge of|familiar(?:ity)? with|background in|inspired by|à la|clone of"
    r"|integrate with open source|por exemplo|por ejemplo|\bcomo (?:o|a|el|la)?|tal(?:es)? como|par exemple|z\.\s?b\.|比如|例如|像)"
    r"[^.;:]{0,30}$",
    re.IGNORECASE,
)
_CHAIN = expression(
    r"(?:\s*v?\d[\d.]*\+?(?=[\s,]))?[\s,/&+()、，]*(?:\b(?:and|or|with|plus|on|und|oder|et|y|e|ou|mit)\b|和|与|或|以及)?[\s(]*(?:(?:a|an|the|either|our)\s+)?",
    re.IGNORECASE,
)
_FORBIDS = expression(
    r"(?:\b(?:must|should|may|can|shall|do|does|will|to|is|are)\s*not(?: be)?|\bdon['’]?t|\bdoesn['’]?t|\bcannot|\bcan['’]?t|\bshouldn['’]?t"
    r"|\bmustn['’]?t|\bnever|\bno|\bwithout|\bavoid(?:ing)?|\bsem|\bsin|\bohne|\bsans|\bkein(?:e|en)?|\bnão|\bnunca|不(?:要|能|得|可以?)?|禁止)"
    r"\s*(?:(?:use|using|rely on|depend on|introduce|add|adopt|require|requiring|need|allow|run on|deploy to|usar|utilizar|verwenden|使用"
    r"|用)\s*)?(?:(?:any|a|an|the|kind of|form of)\s+){0,2}$",
    re.IGNORECASE,
)
_NOT_YET = expression(r"\b(?:not|don['’]?t|doesn['’]?t) (?:yet|currently|only|need to|have to)\b", re.IGNORECASE)
_FORBIDDEN_AFTER = expression(
    r"\s*(?:\w+\s+)?(?:is|are) (?:not allowed|forbidden|prohibited|not permitted|off limits)|\s*(?:must|may|should) not be used|\s*não (?:é|são) permitid",
    re.IGNORECASE,
)
_PIECE = expression(r"[a-z0-9]+")
_STORY = expression(r"\b(?:old|previous|former|legacy)\b[^.;]{0,40}\b(?:was|were) (?:written|built|made)\b|\b[Ii]n (?:19|20)\d\d\b[^.;]*\b(?:had|was|were)\b")
_MEDIA = expression(r"\b(?:youtube|v[íi]deos? |tutorials?|blog post|webinar|video on)\b|视频", re.IGNORECASE)
_STACK_PLACE = expression(
    r"\bstack\b|\btechnolog(?:y|ies)\b|\btech\b|\btools?\b|\bplatforms?\b|\benvironment\b|\bbuilt (?:with|on)\b|\binfrastructure\b|\blanguages?\b"
    r"|\bframeworks?\b|\bdatabases?\b|架构|技术|tecnologias?|tecnologías|\bimplementation\b|\bconstraints?\b|\brequirements?\b",
    re.IGNORECASE,
)


class Technology(NamedTuple):
    """A name that may stand in a brief."""

    alias: str
    """Lower case."""
    name: str
    category: Category
    exact: str
    """The only spelling that counts, if the alias is also a common word; else empty."""


@lru_cache(maxsize=1)
def table() -> tuple[Technology, ...]:
    """Return all technologies, the longest alias first."""
    found: list[Technology] = []
    for category, rows in _TABLE.items():
        for row in rows.split("|"):
            entry = row.strip()
            if not entry:
                continue
            exact = entry.startswith("=")
            name, _, rest = entry.removeprefix("=").partition("=")
            name = name.strip()
            found.append(Technology(name.lower(), name, category, name if exact else ""))
            for alias in (rest or "").split(","):
                alias = alias.strip()
                if alias:
                    bare = alias.removeprefix("=")
                    found.append(Technology(bare.lower(), name, category, bare if alias.startswith("=") else ""))
    unique = {tech.alias: tech for tech in reversed(found)}
    return tuple(sorted(unique.values(), key=lambda tech: (-len(tech.alias), tech.alias)))


@lru_cache(maxsize=1)
def _by_alias() -> dict[str, Technology]:
    return {tech.alias: tech for tech in table()}


def lookup(word: str) -> Technology | None:
    """Return the technology of this name or alias, in any case."""
    return _by_alias().get(word.strip().lower())


def is_named(word: str, text: str) -> bool:
    """Return whether `word`, in any case, is what `text` calls a technology: "go" is not in "go on", and is in "written in Go"."""
    tech = lookup(word)
    return tech is not None and (not tech.exact or re.search(rf"\b{re.escape(tech.exact)}\b", text) is not None)


def stands(tech: Technology, texts: Sequence[str]) -> bool:
    """Return whether one of the texts names a technology as a word of its own."""
    for text in texts:
        start = text.lower().find(tech.alias)
        if start >= 0 and _stands_alone(text, start, start + len(tech.alias), tech):
            return True
    return False


def fact_name(tech: Technology) -> FactName:
    """Return what a mention of `tech` is a fact about."""
    return "database" if tech.category == "database" else "cloud" if tech.category == "cloud" else "stack"


@lru_cache(maxsize=1)
def _pieces() -> tuple[tuple[Technology, tuple[str, ...]], ...]:
    return tuple((tech, tuple(_PIECE.findall(tech.alias))) for tech in table())


def occurring(low: str) -> tuple[Technology, ...]:
    """Return the technologies whose alias occurs anywhere in `low`, the longest alias first."""
    words = frozenset(_PIECE.findall(low))
    return tuple(tech for tech, pieces in _pieces() if all(piece in words for piece in pieces) and tech.alias in low)


def read(passage: Passage, candidates: Sequence[Technology]) -> Iterator[Fact]:
    """Yield what a passage prescribes or forbids by name."""
    taken: list[tuple[int, int, Technology]] = []
    for tech in candidates:
        start = passage.low.find(tech.alias)
        while start >= 0:
            end = start + len(tech.alias)
            if _stands_alone(passage.text, start, end, tech) and not any(low < end and start < high for low, high, _ in taken):
                taken.append((start, end, tech))
            start = passage.low.find(tech.alias, end)
    if taken and (_MEDIA.search(passage.text) or _STORY.search(passage.text)):
        return
    taken.sort(key=lambda entry: entry[0])
    accepted: tuple[int, bool] | None = None
    for start, end, tech in taken:
        before = passage.text[max(0, start - 70) : start]
        chained = accepted is not None and _CHAIN.fullmatch(passage.text, accepted[0], start) is not None
        if (
            (_FORBIDS.search(before) and not _NOT_YET.search(before))
            or _FORBIDDEN_AFTER.match(passage.text, end)
            or (chained and accepted is not None and accepted[1])
        ):
            accepted = (end, True)
            yield passage.fact("forbidden", tech.name, (start, end))
            continue
        if passage.options or passage.example or tech.category == "service" or _MERE.search(before):
            # A service is talked to, not built with.
            accepted = None
            continue
        if chained or _prescribed(passage, start, end, before):
            accepted = (end, False)
            yield passage.fact(fact_name(tech), tech.name, (start, end))
        else:
            accepted = None


def _stands_alone(text: str, start: int, end: int, tech: Technology) -> bool:
    left, right = text[start - 1 : start], text[end : end + 1]
    if (left.isascii() and (left.isalnum() or left in "_/@-" or (left == "." and not tech.alias.startswith(".")))) and left:
        return False
    if right and right.isascii() and (right.isalnum() or (right in "_@/\\" and text[end + 1 : end + 2].isalnum())):
        return False
    if right == "-" and text[end + 1 : end + 2].isalnum():
        return False
    if right == "." and text[end + 1 : end + 2].isalnum():
        return False
    if not tech.exact:
        return True
    # "Go to", "Spring 2025", "Express delivery": an exact name is followed by no digit and starts no sentence.
    return text[start:end] == tech.exact and not re.match(
        r"\s+(?:\d{4}|to\b|through\b|ahead\b|back\b|live\b|delivery\b|shipping\b|break\b|Framework\b)", text[end:]
    )


def _prescribed(passage: Passage, start: int, end: int, before: str) -> bool:
    if _HEDGED.match(passage.text, end):
        return False
    if _CUE.search(before) or _TEAM_KNOWS.search(before) or _FOLLOW.match(passage.text, end):
        return True
    if passage.title:
        return True
    words = len(passage.text[:start].split()) + len(passage.text[end:].split())
    return passage.kind in ("item", "row") and words <= 3 and bool(_STACK_PLACE.search(passage.section) or passage.text[:start].rstrip().endswith((":", "|")))
