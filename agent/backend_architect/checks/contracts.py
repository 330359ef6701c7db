"""Families AP and DB: what the API and the data model say agrees with itself."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from backend_architect.checks.base import Check, Subject
from backend_architect.plan import Finding

_PARAMETER = re.compile(r"\{([^{}]*)\}")


class AP001(Check):
    """Two endpoints answer one method and path.

    Names of path parameters do not tell endpoints apart.

    Bad: `GET /todos/{id}` and `GET /todos/{todo}`.
    Good: one of them.
    """

    def check(self, subject: Subject) -> Iterator[Finding]:
        """Yield a finding for each operation defined again."""
        seen: dict[tuple[str, str], str] = {}
        for endpoint in subject.design.endpoints:
            method = "GET" if endpoint.method in ("SSE", "WS") else endpoint.method
            operation = (method, _PARAMETER.sub("{}", endpoint.path))
            if operation in seen:
                yield self.finding(f"{endpoint.method} {endpoint.path} is already answered by {seen[operation]!r}", endpoint.key)
            seen.setdefault(operation, endpoint.key)


class AP002(Check):
    """A path parameter is described that the path does not have.

    Bad: a path parameter `id` for `GET /todos`.
    Good: a path parameter `id` for `GET /todos/{id}`.
    """

    def check(self, subject: Subject) -> Iterator[Finding]:
        """Yield a finding for each described parameter that is missing in the path."""
        for endpoint in subject.design.endpoints:
            names = _PARAMETER.findall(endpoint.path)
            for parameter in endpoint.request:
                if parameter.where == "path" and parameter.name not in names:
                    yield self.finding(f"{endpoint.method} {endpoint.path} has no path parameter `{parameter.name}`", endpoint.key)


class AP003(Check):
    """An endpoint that anybody may call names roles, or one for roles names none.

    Bad: `auth` is `role` and `roles` is empty.
    Good: `auth` is `role` and `roles` is `admin`.
    """

    def check(self, subject: Subject) -> Iterator[Finding]:
        """Yield a finding for each endpoint whose roles do not fit its auth."""
        for endpoint in subject.design.endpoints:
            if endpoint.auth == "role" and not endpoint.roles:
                yield self.finding(f"{endpoint.method} {endpoint.path} is for named roles and names none", endpoint.key)
            if endpoint.auth == "none" and endpoint.roles:
                yield self.finding(f"{endpoint.method} {endpoint.path} is open to anybody and names roles", endpoint.key)


class DB001(Check):
    """An entity that is stored has no primary key.

    Bad: `todos` with `title` only.
    Good: `todos` with `id` as its primary key.
    """

    def check(self, subject: Subject) -> Iterator[Finding]:
        """Yield a finding for each entity with fields and no primary key."""
        for entity in subject.design.entities:
            if entity.fields and not any(field.primary for field in entity.fields):
                yield self.finding(f"{entity.name} has no primary key", entity.key)


class DB002(Check):
    """An index covers a field that the entity does not have.

    Bad: an index on `owner_id` of `todos` without that field.
    Good: an index on a field of the entity.
    """

    def check(self, subject: Subject) -> Iterator[Finding]:
        """Yield a finding for each such index."""
        for entity in subject.design.entities:
            names = {field.name for field in entity.fields}
            for index in entity.indexes:
                missing = [name for name in index.fields if name not in names]
                if missing:
                    yield self.finding(f"an index of {entity.name} covers {', '.join(missing)}, which it does not have", entity.key)


class DB003(Check):
    """Two entities, or two fields of one, share a name.

    SQL does not tell names apart by case, so neither does this.

    Bad: `todos.title` and `todos.Title`.
    Good: names that differ.
    """

    def check(self, subject: Subject) -> Iterator[Finding]:
        """Yield a finding for each name used twice."""
        for name, times in Counter(entity.name.lower() for entity in subject.design.entities).items():
            if times > 1:
                yield self.finding(f"{times} entities are named {name}")
        for entity in subject.design.entities:
            for name, times in Counter(field.name.lower() for field in entity.fields).items():
                if times > 1:
                    yield self.finding(f"{entity.name} has {times} fields named {name}", entity.key)
