"""What is so in one project, read off its design and profile: what the standards' conditions ask."""

from __future__ import annotations

import re

from backend_architect.design import Design
from backend_architect.profile import FactName, Profile
from backend_architect.standards import Circumstances

_SQL = frozenset({"postgresql", "mysql", "sqlite"})
_NO_DATABASE = frozenset({"memory", "browser", "none"})
_MONEY = re.compile(r"(?:^|_)(?:amount|price|total|fee|cost|balance|bid|payment|fare|budget)(?:_|$)")
_TENANT = re.compile(r"^(?:tenant|organi[sz]ation|workspace|company)_id$")
_NODE = re.compile(r"\b(?:node|express|fastify|nestjs|typescript|javascript)\b", re.IGNORECASE)
_PYTHON = re.compile(r"\b(?:python|fastapi|django|flask)\b", re.IGNORECASE)
_GO = re.compile(r"\b(?:go|golang|gin|echo|fiber|chi|net/http)\b", re.IGNORECASE)
_KEPT = frozenset({"sessions", "api_keys", "credentials"})
"""Tables that only a project with sign-in has."""
_PROMISES: tuple[FactName, ...] = ("latency", "requests-per-second", "reads-per-second", "writes-per-second")
_INSTANCES = re.compile(r"\binstances?\b|\breplicas?\b", re.IGNORECASE)


def circumstances(design: Design, profile: Profile) -> Circumstances:
    """Return the circumstances in which a design stands."""
    endpoints, components = design.endpoints, design.structure.components
    fields = [field for entity in design.entities if entity.tier != "future" for field in entity.fields]
    engine = design.data.decision.engine if design.data else "none"
    stack = " ".join((*design.scope.stack, *profile.values("stack")))
    reads, writes = profile.number("reads-per-second", 0.0) or 0.0, profile.number("writes-per-second", 0.0) or 0.0
    deployables = [component for component in components if component.kind == "service"]
    scale = profile.first("scale")
    service = design.api is not None
    return Circumstances(
        size=design.scope.size,
        service=service,
        cli=not service and bool(components) and all(component.kind != "client" for component in components),
        web=any(component.kind == "client" for component in components),
        services=len(deployables) > 1,
        instances=any(_INSTANCES.search(component.name) for component in components)
        or any(component.name.lower().startswith("load balancer") for component in components),
        existing=bool(design.scope.current),
        prototype=scale is not None and scale.value == "prototype",
        database=engine not in _NO_DATABASE and bool(design.entities),
        sql=engine in _SQL,
        uploads=any(parameter.type == "bytes" for endpoint in endpoints for parameter in endpoint.request) or any(field.type == "bytes" for field in fields),
        personal_data=any(field.personal for field in fields) or any("personal" in data.name.lower() for data in design.scope.data_classes),
        money=any(field.type == "decimal" and _MONEY.search(field.name) for field in fields),
        regulated=bool(profile.all("compliance"))
        or any(word in data.name.lower() for data in design.scope.data_classes for word in ("health", "card", "patient")),
        retention=bool(profile.all("retention")),
        tenants=any(_TENANT.match(field.name) for field in fields),
        caches=bool(design.performance and design.performance.caches),
        collections=any(endpoint.many for endpoint in endpoints),
        accounts=_signs_in(design),
        roles=any(endpoint.auth == "role" for endpoint in endpoints),
        public=any(endpoint.auth in ("none", "optional") for endpoint in endpoints),
        graphql=service and "graphql" in stack.lower(),
        realtime=bool(design.messaging and design.messaging.realtime and design.messaging.realtime.choice not in ("request-response",)),
        offline=any(fact.value != "none" for fact in profile.all("offline")),
        external=bool(design.scope.integrations),
        jobs=bool(design.messaging and design.messaging.jobs),
        reads_heavy=reads > 0 and reads >= 10 * writes,
        writes_heavy=writes >= 2000,
        targets=design.performance is not None
        and not design.performance.decision.targets.lower().startswith("none")
        and (service or any(profile.all(name) for name in _PROMISES)),
        always_on=any(fact.value == "high" or (fact.number or 0.0) >= 0.999 for fact in profile.all("availability")),
        regions=len(profile.values("region")) > 1 or any("global" in value.lower() or "multi" in value.lower() for value in profile.values("region")),
        node=bool(_NODE.search(stack)),
        python=bool(_PYTHON.search(stack)),
        go=bool(_GO.search(stack)),
    )


def _signs_in(design: Design) -> bool:
    """Whether somebody signs in: an endpoint asks for it, a table is kept for it, or the security decision has a way in."""
    if any(endpoint.auth in ("user", "role", "service") for endpoint in design.endpoints):
        return True
    if any(entity.name in _KEPT for entity in design.entities if entity.tier != "future"):
        return True
    return design.security is not None and not design.security.decision.authentication.lower().startswith(("none", "no "))
