"""The OpenAPI 3.1 document of a design's endpoints, as a value and as YAML."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from backend_architect.design import Design, Endpoint, Entity, Parameter
from backend_architect.emit.faults import PROBLEM, fault
from backend_architect.emit.names import camel, pascal, sentence, singular, unique
from backend_architect.emit.paths import Place, column_of, places
from backend_architect.emit.schema import Schema, body, is_private, of_entity, of_parameter, value
from backend_architect.emit.security import requirement, schemes
from backend_architect.usual_errors import SOURCES, all_errors

_HEADER = re.compile(r"\bIdempotency-Key\b|\bX-[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*|\b[A-Z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)+(?=`? header)", re.IGNORECASE)
_KIND_PREFIX = re.compile(r"^(?:api|endpoint|ep)-(?=.)")
_OWN_ACCOUNT = re.compile(r"/(?:me|self|current|user|account|my-[a-z-]+)$", re.IGNORECASE)
_DONE_TO = re.compile(r"\}/[a-z-]+$", re.IGNORECASE)
# OpenAPI keeps these for itself: what they carry is said by the schemes and the media types.
_OWN_HEADERS = frozenset({"authorization", "accept", "content-type"})
# Own table: the phrases in `http` differ between Python versions.
_PHRASES = {
    101: "Switching Protocols",
    200: "OK",
    201: "Created",
    202: "Accepted",
    204: "No Content",
    206: "Partial Content",
    301: "Moved Permanently",
    302: "Found",
    303: "See Other",
    304: "Not Modified",
    307: "Temporary Redirect",
    308: "Permanent Redirect",
}
_PAGING: dict[str, Schema] = {
    "limit": {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 100, "default": 20}},
    "offset": {"name": "offset", "in": "query", "schema": {"type": "integer", "minimum": 0, "default": 0}},
    "cursor": {"name": "cursor", "in": "query", "schema": {"type": "string"}},
}
_PAGING_WORDS = frozenset({"limit", "offset", "cursor", "page", "pageSize", "page_size", "per_page", "perPage", "after", "before"})


@dataclass
class _Shared:
    """What the operations of one document have in common, and what they have used of it."""

    design: Design
    entities: dict[str, Entity]
    schema_names: dict[str, str]
    open_names: dict[str, str]
    """Names of the schemas that leave out what is private to a person."""
    tags: dict[str, str]
    security: tuple[str, ...]
    media: str
    parameters: dict[str, Schema] = field(default_factory=dict)
    terse: bool = False
    """Whether the document is so short that the usual errors share one line."""
    usual: set[int] = field(default_factory=set)
    """Statuses that are answered with their usual code."""
    uses: dict[str, list[Schema]] = field(default_factory=dict)
    """References to each shared parameter, as they stand in the operations."""

    def tag(self, component: str) -> str:
        return self.tags.get(component, component)

    def parameter(self, name: str, parameter: Schema) -> Schema:
        self.parameters[name] = parameter
        reference = _ref("parameters", name)
        self.uses.setdefault(name, []).append(reference)
        return reference

    def put_single_uses_in_place(self) -> None:
        for name, (first, *more) in self.uses.items():
            if not more:
                first.clear()
                first.update(self.parameters.pop(name))


def document(design: Design) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of a design's endpoints.

    What the brief spells out (`origin="brief"`) is taken over with exactly its members; derived
    endpoints get the list wrapper, the paging parameters and the idempotency header that the design
    decided. Errors, those of an endpoint and those that follow from it by rule, share one response,
    which lists the usual codes; another code stands beside the reference, as OpenAPI 3.1 allows.
    Two endpoints of one method and path (a list and its event stream) become one operation with
    the answers of both.
    """
    if design.scope.size == "tiny":
        design = _terse(design)
    media, error = fault(design)
    security = schemes(design)
    returned = tuple({endpoint.entity: None for endpoint in design.endpoints if _returns_entity(endpoint)})
    entities = {entity.key: entity for entity in reversed(design.entities)}
    shown = [key for key in returned if key is not None and key in entities]
    plain = [pascal(singular(entities[key].name)) for key in shown]
    names = unique(["Error", *plain, *(f"Public{name}" for name in plain)])[1:]
    shared = _Shared(
        design=design,
        entities=entities,
        schema_names=dict(zip(shown, names, strict=False)),
        open_names=dict(zip(shown, names[len(shown) :], strict=True)),
        tags=_tags(design),
        security=tuple(security),
        media=media,
        terse=design.scope.size == "tiny",
    )
    paths: dict[str, dict[str, Any]] = {}
    for endpoint, place, name in zip(design.endpoints, places(design.endpoints), _operation_ids(design.endpoints), strict=True):
        operations = paths.setdefault(place.template, {})
        method = "get" if endpoint.method in ("WS", "SSE") else endpoint.method.lower()
        operation = _operation(endpoint, name, shared)
        _add_path_parameters(operations, endpoint, place, shared)
        operations[method] = _merged(operations[method], operation) if method in operations else operation
    shared.put_single_uses_in_place()
    refused = any("$ref" in answer for at in paths.values() for name, one in at.items() if name != "parameters" for answer in one["responses"].values())
    # A document that is read in one glance needs no name for what stands there once.
    named = refused and not shared.terse
    schemas: dict[str, Schema] = {"Error": error} if named else {}
    returning = tuple(endpoint for endpoint in design.endpoints if _returns_entity(endpoint))
    for key, name in shared.schema_names.items():
        as_text = any(e.entity == key and e.origin == "derived" for e in design.endpoints)
        open_to_all = {_is_to_anybody(e, shared, key) for e in returning if e.entity == key}
        if False in open_to_all:
            schemas[name] = of_entity(entities[key], decimals_as_text=as_text)
        if True in open_to_all:
            schemas[shared.open_names[key]] = of_entity(entities[key], decimals_as_text=as_text, to_anybody=True)
    components: dict[str, Any] = {
        "securitySchemes": security,
        "parameters": shared.parameters,
        "responses": {"Error": _fault(shared, _ref("schemas", "Error") if named else error)} if refused else {},
        "schemas": schemas,
    }
    components = {kind: named for kind, named in components.items() if named}
    return {
        "openapi": "3.1.0",
        "info": {"title": design.scope.project, "version": "1.0.0"},
        **({"security": [{shared.security[0]: []}]} if security else {}),
        "paths": paths,
        **({"components": components} if components else {}),
    }


def text(design: Design) -> str:
    """Return the document as YAML; empty for a design without endpoints."""
    return as_yaml(document(design), line=_LINE if design.scope.size != "tiny" else _TERSE_LINE) if design.endpoints else ""


def _terse(design: Design) -> Design:
    """Return a design without what the short plan around its contract says anyway: notes on parameters, lengths of what is answered."""

    def bare(parameters: tuple[Parameter, ...]) -> tuple[Parameter, ...]:
        return tuple(parameter.model_copy(update={"note": ""}) if parameter.note else parameter for parameter in parameters)

    update: dict[str, object] = {}
    if design.api is not None:
        calls = tuple(e.model_copy(update={"request": bare(e.request), "response": bare(e.response)}) for e in design.api.endpoints)
        update["api"] = design.api.model_copy(update={"endpoints": calls})
    if design.data is not None:
        stored = tuple(
            e.model_copy(update={"fields": tuple(f.model_copy(update={"minimum": None, "maximum": None}) if f.type == "text" else f for f in e.fields)})
            for e in design.data.entities
        )
        update["data"] = design.data.model_copy(update={"entities": stored})
    return design.model_copy(update=update)


# --- operations -----------------------------------------------------------------------------


def _operation(endpoint: Endpoint, name: str, shared: _Shared) -> Schema:
    # Few endpoints can be told by method and path.
    operation: Schema = {} if shared.terse else {"operationId": name, "summary": sentence(endpoint.purpose, 90)}
    if len(shared.tags) > 1:
        operation["tags"] = [shared.tag(endpoint.component)]
    if shared.security and (allowed := requirement(endpoint, shared.security)) != [{shared.security[0]: []}]:
        operation["security"] = allowed
    if parameters := _parameters(endpoint, shared):
        operation["parameters"] = parameters
    members = _sent(endpoint)
    if members and endpoint.method == "WS":
        # OpenAPI has no word for the messages of a socket.
        operation["x-client-message"] = body(members, decimals_as_text=endpoint.origin == "derived")
    elif members:
        operation["requestBody"] = _request_body(endpoint, members)
    operation["responses"] = _responses(endpoint, shared)
    if endpoint.method == "WS" and (message := _content(endpoint, shared)):
        operation["x-server-message"] = message
    return operation


def _sent(endpoint: Endpoint) -> tuple[Parameter, ...]:
    # A GET carries no body: what stands there is asked for in the query.
    return () if endpoint.method in ("GET", "HEAD", "SSE") else tuple(p for p in endpoint.request if p.where == "body")


def _request_body(endpoint: Endpoint, members: tuple[Parameter, ...]) -> Schema:
    schema = body(members, decimals_as_text=endpoint.origin == "derived")
    media = "application/json"
    if any(member.type == "bytes" for member in members):
        # A part of a form carries bytes as they are; only JSON has to encode them.
        media = "multipart/form-data"
        raw = {
            member.name: {"contentMediaType": "application/octet-stream"}
            for member in members
            if member.type == "bytes" and member.name in schema["properties"]
        }
        schema["properties"] = schema["properties"] | raw
    return ({"required": True} if any(member.required for member in members) else {}) | {"content": {media: {"schema": schema}}}


def _add_path_parameters(operations: dict[str, Any], endpoint: Endpoint, place: Place, shared: _Shared) -> None:
    """Say once a path what its parameters are; the first endpoint that declares one is believed."""
    known: list[Schema] = operations.setdefault("parameters", []) if place.names else []
    for at, (own, name) in enumerate(place.names):
        declared = next((p for p in endpoint.request if p.where == "path" and camel(p.name) == camel(own)), None)
        if declared:
            schema = of_parameter(declared, decimals_as_text=endpoint.origin == "derived")
        else:
            column = column_of(place.template, name, shared.design.entities)
            schema = value(column.type) if column else value("text")
        parameter = _parameter(name, "path", schema, required=True)
        if at == len(known):
            known.append(parameter)
        elif declared and known[at]["schema"] == value("text"):
            known[at] = parameter


def _parameters(endpoint: Endpoint, shared: _Shared) -> list[Schema]:
    numbers = endpoint.origin == "brief"
    found: dict[tuple[str, str], Schema] = {}
    for parameter in endpoint.request:
        where = "query" if parameter.where == "body" and endpoint.method in ("GET", "HEAD", "SSE") else parameter.where
        if where in ("query", "header") and not (where == "header" and parameter.name.lower() in _OWN_HEADERS):
            schema = of_parameter(parameter, decimals_as_text=not numbers)
            if parameter.name.endswith("[]"):
                schema = {"type": "array", "items": schema}
            place_in = (where, parameter.name.lower() if where == "header" else parameter.name)
            found.setdefault(place_in, _parameter(parameter.name, where, schema, required=parameter.required))
    listed = list(found.values())
    if endpoint.origin == "derived":
        said = {name for where, name in found if where == "query"}
        if endpoint.method == "GET" and endpoint.pagination != "none" and not said & (_PAGING_WORDS - {"limit"}):
            for name in ("limit", endpoint.pagination):
                if name not in said:
                    listed.append(shared.parameter(pascal(name), _PAGING[name]))
        header = _HEADER.search(endpoint.idempotency)
        if header and endpoint.method not in ("GET", "HEAD", "SSE", "WS") and ("header", header[0].lower()) not in found:
            listed.append(shared.parameter(pascal(header[0]), {"name": header[0], "in": "header", "schema": {"type": "string"}}))
    return listed


def _parameter(name: str, where: str, schema: Schema, *, required: bool) -> Schema:
    note = schema.get("description")
    bare = {word: rule for word, rule in schema.items() if word != "description"}
    return {"name": name, "in": where} | ({"required": True} if required else {}) | ({"description": note} if note else {}) | {"schema": bare}


# --- answers --------------------------------------------------------------------------------


def _responses(endpoint: Endpoint, shared: _Shared) -> dict[str, Schema]:
    status = {"WS": 101, "SSE": 200}.get(endpoint.method, endpoint.status)
    answer: Schema = {"description": _PHRASES.get(status) or ("Success" if status < 300 else "Redirection")}
    if (schema := _content(endpoint, shared)) is not None and endpoint.method not in ("WS", "HEAD") and 200 <= status < 300 and status not in (204, 205):
        answer["content"] = {_media(endpoint): {"schema": schema} if schema else {}}
    if status == 202 and _tells_later(endpoint, shared.design.endpoints):
        answer["headers"] = {"Location": {"description": "Where its state is read", "schema": {"type": "string", "format": "uri-reference"}}}
    responses = {str(status): answer}
    codes: dict[int, dict[str, None]] = {}
    for error in all_errors(endpoint, shared.design.api.decision if shared.design.api else None):
        codes.setdefault(error.status, {})[error.code] = None
    for failed in sorted(codes):
        named = list(codes[failed])
        is_usual = failed in SOURCES and named == [SOURCES[failed][0]]
        if is_usual:
            shared.usual.add(failed)
        responses["default" if is_usual and shared.terse else str(failed)] = _ref("responses", "Error") | (
            {} if is_usual else {"description": " or ".join(named)}
        )
    return responses


def _tells_later(endpoint: Endpoint, endpoints: tuple[Endpoint, ...]) -> bool:
    """Whether what was accepted can be read by its identifier afterwards."""
    one = re.compile(rf"/{re.escape(endpoint.path.rpartition('/')[2])}/\{{[^/]+\}}$")
    return any(other.method == "GET" and one.search(other.path) for other in endpoints)


def _fault(shared: _Shared, schema: Schema) -> Schema:
    """Return the response that all errors share: its usual codes, its shape unless the media type's own standard gives that."""
    listed = ", ".join(f"{status} {SOURCES[status][0]}" for status in sorted(shared.usual))
    standard = shared.terse and schema is PROBLEM
    told = "RFC 9457, with a `code`:" if standard else "What went wrong; usual codes:"
    return {
        "description": f"{told} {listed}" if listed else told.partition(";")[0].rstrip(":"),
        "content": {shared.media: {} if standard else {"schema": schema}},
    }


def _media(endpoint: Endpoint) -> str:
    if endpoint.method == "SSE":
        return "text/event-stream"
    return "application/octet-stream" if _is_download(endpoint) else "application/json"


def _is_download(endpoint: Endpoint) -> bool:
    members = [p for p in endpoint.response if p.where == "body"]
    return len(members) == 1 and members[0].type == "bytes"


def _returns_entity(endpoint: Endpoint) -> bool:
    return endpoint.entity is not None and not any(p.where == "body" for p in endpoint.response)


def _is_to_anybody(endpoint: Endpoint, shared: _Shared, key: str) -> bool:
    """Whether an answer reaches people whom a person's private fields do not concern: not the one who just sent them, not the own account."""
    if _OWN_ACCOUNT.search(endpoint.path) or not any(map(is_private, shared.entities[key].fields)):
        return False
    if not any(other.auth in ("user", "role", "service") for other in shared.design.endpoints):
        # Where nobody signs in, what is left out could be read by nobody.
        return False
    if endpoint.auth in ("none", "optional"):
        return endpoint.method in ("GET", "HEAD", "SSE", "WS")
    # Done to somebody else who is named in the path: followed, invited.
    return endpoint.auth == "user" and _DONE_TO.search(endpoint.path) is not None and endpoint.method in ("POST", "DELETE")


def _content(endpoint: Endpoint, shared: _Shared) -> Schema | None:
    """Return the schema of what an endpoint answers (for streams: of one message), or None."""
    if _is_download(endpoint):
        return {}
    members = tuple(p for p in endpoint.response if p.where == "body")
    spelled = endpoint.origin == "brief"
    streamed = endpoint.method in ("WS", "SSE")
    if members:
        schema = body(members, decimals_as_text=not spelled)
        is_whole = not endpoint.many or streamed or any("[]" in member.name.partition(".")[0] for member in members)
    elif name := shared.schema_names.get(endpoint.entity or ""):
        key = endpoint.entity or ""
        schema = _ref("schemas", shared.open_names[key] if _is_to_anybody(endpoint, shared, key) else name)
        is_whole = not endpoint.many or streamed
    else:
        return None
    if is_whole:
        return schema
    listed: Schema = {"type": "array", "items": schema}
    if spelled:
        return listed
    match endpoint.pagination:
        case "cursor":
            more: dict[str, Schema] = {"nextCursor": {"type": ["string", "null"]}}
        case "offset":
            more = {"total": {"type": "integer"}}
        case _:
            more = {}
    return {"type": "object", "required": ["items", *(name for name in more if name == "total")], "properties": {"items": listed, **more}}


# --- the whole ------------------------------------------------------------------------------


def _merged(first: Schema, second: Schema) -> Schema:
    """Return one operation for two that share method and path; what the first says holds."""
    responses = {status: dict(answer) for status, answer in first["responses"].items()}
    for status, answer in second["responses"].items():
        if status in responses and "content" in answer and "$ref" not in responses[status]:
            content = responses[status].get("content", {})
            responses[status]["content"] = content | {media: schema for media, schema in answer["content"].items() if media not in content}
        else:
            responses.setdefault(status, answer)
    parameters = list(first.get("parameters", []))
    known = {(p["in"], p["name"].lower()) for p in parameters if "name" in p}
    for parameter in second.get("parameters", []):
        if parameter not in parameters and (parameter.get("in"), parameter.get("name", "").lower()) not in known:
            parameters.append(parameter)
    both = second | first | ({"parameters": parameters} if parameters else {}) | {"responses": responses}
    if "security" not in first:
        both.pop("security", None)
    order = [*first, *(name for name in second if name not in first)]
    return {name: both[name] for name in order if name in both and name != "responses"} | {"responses": responses}


def _operation_ids(endpoints: tuple[Endpoint, ...]) -> tuple[str, ...]:
    return unique(camel(_KIND_PREFIX.sub("", endpoint.key)) for endpoint in endpoints)


def _tags(design: Design) -> dict[str, str]:
    """Return the name of each component that answers; one tag for all would group nothing."""
    names = {component.key: component.name for component in design.structure.components}
    return {endpoint.component: names.get(endpoint.component, endpoint.component) for endpoint in design.endpoints}


def _ref(kind: str, name: str) -> Schema:
    return {"$ref": f"#/components/{kind}/{name}"}


# --- YAML -----------------------------------------------------------------------------------

_LINE = 140
"""Longest node that stays on one line."""
_TERSE_LINE = 260


def as_yaml(document: dict[str, Any], *, line: int = _LINE) -> str:
    """Return a document as YAML: block style, with what is small (`{type: string}`) on its line."""
    import yaml

    # libyaml escapes characters beyond the basic plane, PyYAML's own emitter does not: the file must
    # not depend on which one is there.
    plain = json.dumps(document, ensure_ascii=False)
    base: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper) if max(plain, default="") < "\U00010000" else yaml.SafeDumper

    class Dumper(base):  # type: ignore[misc]
        # Plain values make their own nodes: PyYAML would look each up by type, and note it for aliases that are not wanted.
        def represent_data(self, data: Any) -> Any:
            if isinstance(data, str):
                return yaml.ScalarNode("tag:yaml.org,2002:str", data, style="|" if "\n" in data else None)
            if isinstance(data, dict):
                pairs = [(self.represent_data(key), self.represent_data(value)) for key, value in data.items()]
                return yaml.MappingNode("tag:yaml.org,2002:map", pairs, flow_style=_is_small(data, line))
            if isinstance(data, list | tuple):
                return yaml.SequenceNode("tag:yaml.org,2002:seq", [self.represent_data(one) for one in data], flow_style=_is_small(data, line))
            return super().represent_data(data)

        def ignore_aliases(self, data: object) -> bool:
            return True

    return str(yaml.dump(document, Dumper=Dumper, sort_keys=False, width=10**6, allow_unicode=True))


def _is_small(node: Any, most: int) -> bool:
    shown = str(node)
    return len(shown) - shown.count("'") <= most
