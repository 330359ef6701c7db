"""One endpoint while it is being read together from several statements."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from backend_architect.architects.rules.case import SpelledEndpoint
from backend_architect.architects.rules.language.field_types import infer
from backend_architect.architects.rules.reading.endpoint_lines import Mention, Method
from backend_architect.architects.rules.reading.field_statements import FieldNote, Side
from backend_architect.design import Parameter

_CURSOR = frozenset({"cursor", "after", "before", "starting_after", "ending_before", "page_token", "pageToken", "next_token", "nextToken", "since_id"})
_OFFSET = frozenset({"offset", "page", "skip", "page_number", "pageNumber"})
_BY_NAME = ("integer", "decimal", "boolean", "timestamp", "date", "uuid")
"""Types that a name alone may give when the brief says none."""
_WRITES = ("POST", "PUT", "PATCH")

Place = tuple[Literal["path", "query", "header", "body"], str]


@dataclass
class Draft:
    """An endpoint in the making. Mutable; `finished` closes it."""

    method: Method
    path: str
    owner: str
    section: tuple[str, ...]
    heading: str = ""
    """The heading it stands under, when it stands there alone."""
    sentence: str = ""
    """The sentence before it."""
    described: str = ""
    """What its table row or its own line says."""
    auth: Literal["none", "optional", "required", "unsaid"] = "unsaid"
    request: dict[Place, Parameter] = field(default_factory=dict)
    response: dict[str, Parameter] = field(default_factory=dict)
    returns: str = ""
    many: bool = False
    status: int | None = None
    limit: str = ""
    need_stated: bool = False
    """Whether the brief says which members of the request are required."""
    stated: set[Place] = field(default_factory=set)
    """Members whose need is stated."""
    cites: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Take the path's own parameters in."""
        for name in re.findall(r"\{([A-Za-z_][\w-]*)\}", self.path):
            self.request.setdefault(("path", name), Parameter(name=name, where="path", type="uuid" if name.lower().endswith("uuid") else "text"))

    def take(self, mention: Mention) -> None:
        """Add what a request line shows."""
        for parameter in (*mention.query, *mention.headers, *mention.body):
            self.request.setdefault((parameter.where, parameter.name), parameter)
        for parameter in mention.response:
            self.response.setdefault(parameter.name, parameter)
        self.many = self.many or mention.many
        self.status = self.status or mention.status

    def show(self, parameters: tuple[Parameter, ...], side: Side, *, many: bool = False) -> None:
        """Add an example body."""
        if side == "request":
            for parameter in parameters:
                self.request.setdefault((parameter.where, parameter.name), parameter)
        else:
            self.many = self.many or many
            for parameter in parameters:
                self.response.setdefault(parameter.name, parameter)

    def note(self, said: FieldNote, side: Side | None) -> None:
        """Add what a statement says about one member."""
        place = self._place(said, side)
        if place is None:
            self._note_response(said)
            return
        where, name = place
        known = self.request.get(place)
        guessed = infer(said.name).type
        parameter = known or Parameter(
            name=name, where=where, type=guessed if guessed in _BY_NAME and not said.many else "text", required=self.method == "POST" and where == "body"
        )
        update: dict[str, object] = {}
        if said.type and not (said.type == "json" and known and known.type != "json"):
            update["type"] = said.type
        if where != "path" and said.required is not None:
            update["required"] = said.required
            self.stated.add(place)
            self.need_stated = self.need_stated or (said.required and where == "body")
        if meaning := _meaning(said):
            update["note"] = meaning
        if known is None and where == "query" and said.required is None:
            update["required"] = False
        self.request[place] = parameter.model_copy(update=update)

    def _note_response(self, said: FieldNote) -> None:
        name = _known(said.name, self.response) or _listed(said)
        known = self.response.get(name) or Parameter(name=name)
        update: dict[str, object] = {"required": known.required if said.required is None else said.required}
        if said.type and said.type != "json":
            update["type"] = said.type
        if meaning := _meaning(said):
            update["note"] = meaning
        self.response[name] = known.model_copy(update=update)

    def _place(self, said: FieldNote, side: Side | None) -> Place | None:
        """Return where in the request a named member stands; None for the response."""
        if ("path", said.name) in self.request:
            return "path", said.name
        if side == "response":
            return None
        for where in ("query", "header"):
            if (where, said.name) in self.request:
                return where, said.name
        body = {name: parameter for (where, name), parameter in self.request.items() if where == "body"}
        if not said.query and (known := _known(said.name, body)):
            return "body", known
        if said.query or self.method not in _WRITES:
            if side is None and _known(said.name, self.response):
                return None
            return "query", said.name
        if side is None and _known(said.name, self.response):
            return None
        roots = {name.split(".")[0] for name in body}
        # `{"user": {...}}`: a field named on its own belongs beneath the one wrapper.
        wrapper = f"{next(iter(roots))}." if len(roots) == 1 and all("." in name for name in body) and not next(iter(roots)).endswith("[]") else ""
        return "body", wrapper + _listed(said)

    def names(self, word: str) -> bool:
        """Return whether `word` is a member of the request or response."""
        return any(name == word for _, name in self.request) or bool(
            _known(word, {name: p for (_, name), p in self.request.items()}) or _known(word, self.response)
        )

    def finished(self) -> SpelledEndpoint:
        """Return the endpoint as a closed value."""
        request = []
        for place, parameter in self.request.items():
            required = parameter.required
            if (
                parameter.where == "body"
                and place not in self.stated
                and (self.need_stated or self.method == "PATCH" or (self.method == "PUT" and "{" in self.path))
            ):
                required = False
            request.append(parameter if required == parameter.required else parameter.model_copy(update={"required": required}))
        title = self.described or self.heading or self.sentence
        queries = {parameter.name for parameter in request if parameter.where == "query"}
        return SpelledEndpoint(
            method=self.method,
            path=self.path,
            title=title[:300],
            auth=self.auth,
            request=tuple(sorted(request, key=lambda p: ("path", "query", "header", "body").index(p.where))),
            response=tuple(self.response.values()),
            returns=self.returns[:120],
            many=self.many or (bool(queries & (_CURSOR | _OFFSET)) and self.method == "GET"),
            status=self.status,
            paginated="cursor" if queries & _CURSOR else "offset" if queries & _OFFSET else "none",
            owner=self.owner,
            limit=self.limit[:200],
            cites=tuple(sorted(self.cites)),
        )


def _meaning(said: FieldNote) -> str:
    unique = "unique" if said.unique else ""
    return "; ".join(part for part in (unique, said.note) if part)[:400]


def _listed(said: FieldNote) -> str:
    return f"{said.name}[]" if said.many and said.type != "json" else said.name


def _known(name: str, members: dict[str, Parameter]) -> str:
    """Return the full path of a member that a statement names by its end; empty if there is none."""
    for known in members:
        bare = known.removesuffix("[]")
        if bare == name or bare.endswith(f".{name}") or bare.replace("[]", "") == name:
            return known
    return ""
