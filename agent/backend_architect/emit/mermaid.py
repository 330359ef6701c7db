"""Mermaid diagrams of a design, in a small subset that every renderer takes."""

from __future__ import annotations

import re

from backend_architect.design import Component, Design, Entity, Field
from backend_architect.emit.names import cut

LABEL = 40
"""Longest label, in characters."""
_COMMENT = 40
_EDGES = 6
"""Most arrows from consumers to where they enter, before the consumers share one node."""

# Mermaid reads `#name;` as a character, `%%` as a comment or directive even inside quotes, and
# renders labels as Markdown: what could start any of these is written as its entity.
_ENTITIES = {"#": "#35;", '"': "#quot;", "&": "#amp;", "<": "#lt;", ">": "#gt;", "`": "#96;", "\\": "#92;", "%": "#37;", ";": "#59;", "*": "#42;", "~": "#126;"}
_ENCODED = str.maketrans(_ENTITIES)
# Mermaid has no escape in an attribute's comment, and two tildes there make a generic type.
_COMMENTED = str.maketrans(dict.fromkeys(_ENTITIES, "'") | {";": ",", "~": "-", "&": "+", "%": " percent", "#": " ", "*": " ", "<": "(", ">": ")", "\\": "/"})
_BALANCER = re.compile(r"\bload[- ]?balancer\b|\b(?:api )?gateway$", re.IGNORECASE)
_LIST = re.compile(r"^(\d+)[.)]\s+|^[-+*#>]+\s+")
_SHAPES: dict[str, tuple[str, str]] = {
    "service": ("[", "]"),
    "module": ("[", "]"),
    "worker": ("[[", "]]"),
    "store": ("[(", ")]"),
    "client": ("([", "])"),
    "external": ("{{", "}}"),
    "person": ("(", ")"),
}


def label(text: str, limit: int = LABEL) -> str:
    """Return a text as a quoted label: cut at a word, nothing in it that Mermaid would read as more."""
    # "1. First" would be read as a Markdown list.
    plain = _LIST.sub(lambda match: f"{match[1]}: " if match[1] else "", cut(text, limit)) or text
    return '"' + plain.translate(_ENCODED) + '"'


# --- components -----------------------------------------------------------------------------


def components(design: Design) -> str:
    """Return the component diagram (`flowchart LR`), or "" if it would show no relation.

    People and programs that call stand on the left and point at the clients, or else at the parts
    that answer and that no other part stands before; bounded contexts are boxes where there are several.
    """
    parts: dict[str, Component] = {}
    for component in design.structure.components:
        parts.setdefault(component.key, component)
    nodes = {key: f"n{number}" for number, key in enumerate(parts, start=1)}
    shown = {integration.key: integration for integration in design.scope.integrations if integration.key not in parts}
    edges: dict[tuple[str, str], None] = {}
    outside: list[str] = []
    for component in parts.values():
        for key in component.uses:
            if key not in nodes and key in shown:
                nodes[key] = f"x{len(outside) + 1}"
                outside.append(f"{nodes[key]}{_node(shown[key].name, 'external')}")
            if key in nodes and key != component.key:
                edges[nodes[component.key], nodes[key]] = None
    callers, calls = _callers(design, parts, nodes)
    edges = dict.fromkeys((*calls, *edges))
    if not edges:
        return ""
    contexts: dict[str, list[Component]] = {}
    for component in parts.values():
        contexts.setdefault(component.context, []).append(component)
    lines = ["flowchart LR", *(f"  {caller}" for caller in callers)]
    for number, (context, members) in enumerate(contexts.items(), start=1):
        drawn = [f"{nodes[member.key]}{_node(member.name, member.kind)}" for member in members]
        if len(contexts) == 1 or (design.scope.size == "tiny" and len(contexts) == len(parts)):
            lines += [f"  {line}" for line in drawn]
        else:
            lines += [f"  subgraph c{number}[{label(context)}]", *(f"    {line}" for line in drawn), "  end"]
    lines += [f"  {line}" for line in outside]
    lines += [f"  {start} --> {end}" for start, end in edges]
    return "\n".join(lines) + "\n"


def _node(name: str, kind: str) -> str:
    left, right = _SHAPES[kind]
    return f"{left}{label(name)}{right}"


def _callers(design: Design, parts: dict[str, Component], nodes: dict[str, str]) -> tuple[list[str], list[tuple[str, str]]]:
    """Return the lines of the callers' nodes and their edges to where they enter."""
    drawn = {component.name.casefold() for component in parts.values()}
    names = tuple({consumer.name.casefold(): consumer.name for consumer in design.scope.consumers if consumer.name.casefold() not in drawn}.values())
    entries = [nodes[key] for key in _entries(design, parts)]
    if not names or not entries:
        return [], []
    if len(names) * len(entries) > _EDGES:
        names = (", ".join(names),)
    callers = [f"u{number}{_node(name, 'person')}" for number, name in enumerate(names, start=1)]
    return callers, [(f"u{number}", entry) for number in range(1, len(names) + 1) for entry in entries]


def _entries(design: Design, parts: dict[str, Component]) -> tuple[str, ...]:
    clients = tuple(key for key, component in parts.items() if component.kind == "client")
    if clients:
        return clients
    # Where one part only spreads the calls over the rest, nobody goes past it.
    balancers = tuple(key for key, component in parts.items() if _BALANCER.search(component.name) and component.uses)
    if balancers:
        return balancers
    used = {key for component in parts.values() for key in component.uses if key != component.key}
    answering = tuple(key for key in parts if any(endpoint.component == key for endpoint in design.endpoints))
    inner = tuple(key for key, component in parts.items() if component.kind in ("service", "module"))
    for candidates in (answering, inner):
        if found := tuple(key for key in candidates if key not in used) or candidates:
            return found
    return ()


# --- entities -------------------------------------------------------------------------------


def entities(design: Design, *, attributes: bool = True) -> str:
    """Return the entity-relationship diagram of what is built, or "" if nothing is.

    A reference is many-to-one, or one-to-one where the referring column is unique or the whole key;
    one that may be empty has an optional parent. Without attributes it shows only how they refer to each other.
    """
    built: dict[str, Entity] = {}
    names: set[str] = set()
    for entity in design.entities:
        if entity.tier != "future" and entity.fields and entity.key not in built and entity.name.casefold() not in names:
            built[entity.key] = entity
            names.add(entity.name.casefold())
    if not built:
        return ""
    lines = ["erDiagram"]
    for entity in built.values():
        for field in entity.fields:
            if field.ref in built:
                lines.append(f'  "{built[field.ref].name}" {_cardinality(entity, field)} "{entity.name}" : "{field.name}"')
    related = {*(f.ref for entity in built.values() for f in entity.fields), *(e.key for e in built.values() if any(f.ref in built for f in e.fields))}
    for entity in built.values():
        if not attributes:
            # One that refers to nothing and that nothing refers to would not be drawn at all.
            lines += [] if entity.key in related else [f'  "{entity.name}"']
            continue
        lines += [f'  "{entity.name}" {{', *(f"    {_attribute(field)}" for field in entity.fields), "  }"]
    return "\n".join(lines) + "\n"


def _cardinality(entity: Entity, field: Field) -> str:
    alone = field.unique or (field.primary and sum(other.primary for other in entity.fields) == 1)
    return f"{'||' if field.required or field.primary else '|o'}--{'o|' if alone else 'o{'}"


def _attribute(field: Field) -> str:
    keys = ", ".join(word for word, holds in (("PK", field.primary), ("FK", field.ref), ("UK", field.unique and not field.primary)) if holds)
    # Mermaid takes a column called `pk` for a key.
    name = field.name.replace("-", "_")
    name = f"{name}_" if name.lower() in ("pk", "fk", "uk") else name
    # The first clause is what the column is; the table below the diagram says the rest.
    why = cut(field.why if len(field.why) <= _COMMENT else re.split(r"[;:(]", field.why)[0].strip() or field.why, _COMMENT).translate(_COMMENTED)
    return " ".join(word for word in (field.type, name, keys, f'"{why}"' if why else "") if word)


# --- critical path --------------------------------------------------------------------------


def critical_path(design: Design) -> str:
    """Return the steps from action to answer with their milliseconds (`flowchart TD`), or "" if there are none.

    A step that must succeed is a box and leads on by a full arrow; one that may fail is rounded and dotted.
    """
    path = design.performance.critical_path if design.performance else None
    if path is None or not path.steps:
        return ""
    lines = ["flowchart TD", f"  start({label(design.scope.loop.action)})"]
    before, arrow = "start", "-->"
    for number, step in enumerate(path.steps, start=1):
        left, right = ("[", "]") if step.must_succeed else ("([", "])")
        arrow = "-->" if step.must_succeed else "-.->"
        # The milliseconds are added after the cut, so that they are never what is cut.
        shown = label(step.step)[:-1] + f' · {step.ms} ms"'
        lines.append(f"  {before} {arrow} s{number}{left}{shown}{right}")
        before = f"s{number}"
    total = sum(step.ms for step in path.steps)
    lines.append(f'  {before} --> done("{total} of {path.budget_ms} ms")')
    return "\n".join(lines) + "\n"
