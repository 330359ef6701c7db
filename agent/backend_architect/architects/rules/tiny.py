"""A tiny project's plan in few words: each slice cut down to what its reader would ask for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeVar

from backend_architect.architects.rules.case import Case
from backend_architect.architects.rules.delivery.drafts import FIRST, Draft
from backend_architect.architects.rules.language import wording
from backend_architect.architects.rules.layers.performance_layer import promised
from backend_architect.design import (
    ApiLayer,
    Component,
    DataLayer,
    Decision,
    Delivery,
    Endpoint,
    Entity,
    ErrorCase,
    Excluded,
    FailureMode,
    Field,
    Job,
    Layer,
    LeftOut,
    MessagingLayer,
    OperationsLayer,
    Parameter,
    PerformanceLayer,
    Scope,
    SecurityDecision,
    SecurityLayer,
    Structure,
    SystemDecision,
)
from backend_architect.text import Closed

Value = TypeVar("Value", bound=Closed)

_SOURCES = 1
"""Statements that a decision, component or table cites: the requirements it serves cite the rest."""
_DECIDED = ("PERF12", "SYS04")
"""Standards of which a decision says already that they are not met: on caching, on the number of services."""
_COUNTED = re.compile(r"; \d+ requirements? to build now$")
_FIELD_RULES = re.compile(r"(?<=members refused): .*?(?<=[a-z])\.(?= )")
_LIMIT_ELSEWHERE = re.compile(r"^Rate limit: ([^.]*)\. (?:Headers: )?")
_QUOTED_MOST = 60
"""Characters of a statement in a row of several: each is cited."""
_COMMANDS = 4
_LEFT_OUT = 4
_PLACES = 3
_QUOTED = re.compile(r' \("[^"]*"\)')
_WITH_STEPS = ("t-operate", "t-partners", "t-access", "t-regulated")
"""Tasks of which nothing else in the plan says what is done."""
_WITH_THE_REST = "Inside the one process"
_ON_THE_PATH = "The process stops before it answers"
"""The failure that the last step of the critical path tells."""
_SAID = re.compile(r'\b[Tt]he brief says "(?P<quote>[^"]+?)…?"\.?')
_SELF_EVIDENT = frozenset({"id", "created_at", "updated_at", "title", "name", "body"})
"""Columns whose names say it all."""
_PLAIN = frozenset({"Each change is one statement; a repeat changes nothing", "Rows are added and not changed, so writers do not meet"})
"""What happens to two writers wherever nothing special happens."""


def scope(case: Case, whole: Scope) -> Scope:
    """Return the scope without what the loop and the requirements say already."""
    if not _is_tiny(case):
        return whole
    return whole.model_copy(
        update={
            "loop": whole.loop.model_copy(update={"given": "", "stored": "", "returned": ""}),
            "summary": "" if any(_same(whole.summary, requirement.text) for requirement in whole.requirements) else whole.summary,
            "size_basis": _COUNTED.sub("", whole.size_basis),
            "consumers": whole.consumers if len(whole.consumers) > 1 else (),
            "ruled_out": tuple(option for option in whole.ruled_out if option.option != "Microservices"),
            "excluded": _together(whole.excluded),
        }
    )


def _together(rows: Sequence[Excluded]) -> tuple[Excluded, ...]:
    """Return one row for all that is left out for the same reason."""
    found: dict[str, list[Excluded]] = {}
    for row in rows:
        found.setdefault(row.because, []).append(row)
    return tuple(
        Excluded(
            what=" ".join(wording.clipped(row.what, _QUOTED_MOST if len(alike) > 1 else len(row.what)) for row in alike),
            because=because,
            cites=tuple(dict.fromkeys(number for row in alike for number in row.cites)),
        )
        for because, alike in found.items()
    )


def structure(case: Case, whole: Structure) -> Structure:
    """Return the structure of the backend alone: the program that people see is not part of it."""
    if not _is_tiny(case):
        return whole
    outside = {component.key for component in whole.components if component.kind == "client"} if case.traits.shape == "service" else set()
    return whole.model_copy(
        update={
            "system": _system(case, whole.system),
            "components": tuple(_component(component) for component in whole.components if component.key not in outside),
        }
    )


def _numbered(case: Case, value: Value) -> Value:
    """Return a decision that gives the number of a statement whose words stand with the requirements already."""

    def number(found: re.Match[str]) -> str:
        at = next((s.number for s in case.brief.statements if s.kind != "heading" and found["quote"].rstrip(" .") in s.text), None)
        follows = found.string[found.end() :].lstrip(' "')[:1]
        return found[0] if at is None else f"S{at}{'.' if follows and not follows.islower() and follows not in ';,:)' else ''}"

    update: dict[str, object] = {name: _SAID.sub(number, text) for name, text in value if isinstance(text, str) and '"' in text}
    match value:
        case Decision(rejected=rejected):
            update["rejected"] = tuple(_numbered(case, one) for one in rejected)
        case _:
            pass
    return value.model_copy(update=update)


def _system(case: Case, decision: SystemDecision) -> SystemDecision:
    alone = case.traits.shape == "service" and decision.communication == "HTTP with JSON from outside"
    return _numbered(case, decision.model_copy(update={"rejected": decision.rejected[:1]})).model_copy(
        update={
            "boundaries": decision.boundaries.partition(": ")[0],
            "communication": "" if alone else decision.communication,
            "resilience": "",
            "cites": decision.cites[:_SOURCES],
        }
    )


def _component(component: Component) -> Component:
    return component.model_copy(
        update={
            "purpose": component.purpose.partition(": ")[0].partition("; ")[0],
            "scaling": "" if component.kind == "external" or component.scaling.startswith(_WITH_THE_REST) else component.scaling.partition("; ")[0],
            "store": "Its own" if component.kind == "external" else component.store.partition(":")[0] if component.kind == "store" else component.store,
            "interface": "" if component.interface.startswith("REST with JSON") else component.interface.partition("; ")[0],
            "failures": tuple(_failure(failure) for failure in component.failures[:1] if not failure.when.startswith(_ON_THE_PATH)),
            "cites": component.cites[:_SOURCES],
        }
    )


def _failure(failure: FailureMode) -> FailureMode:
    return failure.model_copy(update={"then": failure.then.partition("; ")[0], "user_sees": failure.user_sees.partition("; ")[0]})


def entities(case: Case, whole: Sequence[Entity]) -> tuple[Entity, ...]:
    """Return the entities without notes on what their names say, and without the source of truth that all share."""
    if not _is_tiny(case):
        return tuple(whole)
    return tuple(
        entity.model_copy(
            update={
                "fields": tuple(map(_field, entity.fields)),
                "source_of_truth": "",
                "concurrency": "" if entity.concurrency in _PLAIN or case.traits.engine == "memory" else entity.concurrency,
                "retention": "" if case.traits.engine == "memory" else entity.retention,
                "cites": entity.cites[:_SOURCES],
            }
        )
        for entity in whole
    )


def _field(field: Field) -> Field:
    told = field.name in _SELF_EVIDENT or field.ref or (field.type == "boolean" and field.name.startswith("is_"))
    return field.model_copy(update={"why": ""}) if told else field


def endpoints(case: Case, whole: Sequence[Endpoint]) -> tuple[Endpoint, ...]:
    """Return the endpoints; the target of one stands for all, and the path names what a row is found by."""
    if not _is_tiny(case):
        return tuple(whole)
    return tuple(
        endpoint.model_copy(
            update={
                "purpose": endpoint.purpose.partition(" (")[0] if endpoint.origin == "derived" else endpoint.purpose,
                "idempotency": endpoint.idempotency if endpoint.origin == "brief" else "",
                "p95_ms": endpoint.p95_ms if endpoint.primary and promised(case) else None,
                "request": tuple(p for p in endpoint.request if not _is_told(endpoint, p)),
            }
        )
        for endpoint in whole
    )


def _is_told(endpoint: Endpoint, parameter: Parameter) -> bool:
    """Return whether a parameter is said already: by the path, or by the word for how the list is paged."""
    if parameter.where == "path":
        return parameter.type == "uuid"
    return endpoint.origin == "derived" and endpoint.pagination == "cursor" and parameter.where == "query" and parameter.name in ("cursor", "limit")


def layer(case: Case, whole: Layer) -> Layer:
    """Return a layer with the fields that say something about a project of this size."""
    if not _is_tiny(case):
        return whole
    decision = _numbered(case, whole.decision.model_copy(update={"rejected": whole.decision.rejected[:1], "cites": whole.decision.cites[:_SOURCES]}))
    match whole:
        case ApiLayer():
            said = {"pagination": _unless_none(whole.decision.pagination), "rate_limit": _only_none(whole.decision.rate_limit)}
            # What is wrong says itself; who is told what, and with which status, does not.
            return whole.model_copy(update={"decision": decision.model_copy(update=said), "errors": tuple(map(_error, whole.errors))})
        case DataLayer():
            kept = case.traits.engine in ("memory", "browser")
            consistency = whole.decision.consistency if kept else ""
            return whole.model_copy(
                update={
                    "decision": decision.model_copy(
                        update={"consistency": consistency, "growth": "", "migrations": "", "pooling": "" if kept else whole.decision.pooling}
                    )
                }
            )
        case MessagingLayer():
            realtime = whole.realtime.model_copy(update={"rejected": whole.realtime.rejected[:1]}) if whole.realtime else None
            short = {
                "why": whole.decision.why.partition(". ")[0],
                "pattern": whole.decision.pattern.partition(":")[0],
                "broker": whole.decision.broker.partition(",")[0],
                "delivery": "; ".join(whole.decision.delivery.split("; ")[:2]),
                "rejected": (),
            }
            return whole.model_copy(
                update={"decision": decision.model_copy(update=short), "sync": (), "realtime": realtime, "jobs": tuple(map(_job, whole.jobs))}
            )
        case SecurityLayer():
            said = _guards(whole.decision)
            brief = {name: text for name, text in said.items() if text != getattr(whole.decision, name)}
            return whole.model_copy(
                update={"decision": decision.model_copy(update=brief), "permissions": () if case.traits.auth == "none" else whole.permissions}
            )
        case PerformanceLayer():
            path = whole.critical_path
            if path is not None:
                path = path.model_copy(update={"steps": tuple(step.model_copy(update={"step": _QUOTED.sub("", step.step)}) for step in path.steps)})
            load = tuple(row for row in whole.load if row.cites or row.basis.startswith("Stated"))
            return whole.model_copy(
                update={
                    "decision": decision.model_copy(update={"load_test": ""}) if case.traits.shape == "service" else decision,
                    "critical_path": path,
                    "load": load,
                    "verdicts": (),
                    "scaling": whole.scaling[:1],
                }
            )
        case OperationsLayer():
            if case.traits.shape == "cli":
                short = {"why": decision.why.partition(". ")[0], "deployment": whole.decision.deployment.partition("; ")[0]}
                return whole.model_copy(update={"decision": decision.model_copy(update=short)})
            # It serves all of them, and so no one in particular.
            return whole.model_copy(update={"decision": decision.model_copy(update={"satisfies": ()}) if case.traits.shape == "service" else decision})


def _guards(decision: SecurityDecision) -> dict[str, str]:
    """Return how input and access are guarded, without the rules of members that the endpoints give and a limit of calls that the API decision gives."""
    limit = _LIMIT_ELSEWHERE.match(decision.abuse)
    unlimited = limit is not None and limit[1].startswith("none")
    return {
        "validation": _FIELD_RULES.sub(".", decision.validation),
        "secrets": decision.secrets.partition("; ")[0],
        "abuse": _LIMIT_ELSEWHERE.sub("", decision.abuse) if unlimited else decision.abuse,
    }


def _error(error: ErrorCase) -> ErrorCase:
    return error.model_copy(
        update={
            "cause": "",
            "message": error.message.partition(": ")[2].capitalize() or error.message,
            "recovery": "",
            "answer": error.answer.partition("; ")[0],
        }
    )


def _job(job: Job) -> Job:
    """Return a job with the first thing that each of its fields says."""
    said = {name: getattr(job, name).partition(";")[0] for name in ("on_failure", "user_learns")}
    return job.model_copy(update=said | {"does": _QUOTED.sub("", job.does.partition(";")[0]), "retry": job.retry.partition(", each")[0]})


def tasks(case: Case, drafts: Sequence[Draft]) -> list[Draft]:
    """Return the tasks of a service in one phase: the project and its store are one task, and what acceptance says is no step."""
    start = next((draft for draft in drafts if draft.key == "t-start"), None)
    store = next((draft for draft in drafts if draft.key == "t-data"), None)
    if start is not None and store is not None:
        start.take(*store.implements)
        start.title = f"{case.traits.stack.framework} project and tables"
        start.done_when = f"{start.done_when}; {store.done_when}"
        start.verify = ""
        start.cites = [*start.cites, *store.cites]
    sends = next((draft for draft in drafts if draft.key == "t-jobs"), None)
    partner = next((draft for draft in drafts if draft.key.startswith("t-partner-")), None)
    if sends is not None and partner is not None and len(partner.implements) == 1:
        # The one outside program of so small a backend carries what its job sends.
        sends.take(*partner.implements)
        sends.done_when = f"{sends.done_when.partition('; ')[0]}; {partner.done_when[:1].lower()}{partner.done_when[1:]}"
    else:
        partner = None
    kept = [draft for draft in drafts if (draft is not store or start is None) and draft is not partner]
    for draft in kept:
        draft.after = ["t-start" if key == "t-data" and store not in kept else key for key in draft.after]
        draft.phase, draft.cites = FIRST, []
        if draft.key not in _WITH_STEPS:
            draft.steps = []
            draft.done_when = draft.done_when.partition("; ")[0] if draft.key.startswith("t-job") and partner is None else draft.done_when
    return kept


def program_tasks(drafts: Sequence[Draft]) -> list[Draft]:
    """Return the tasks of a program: each part's purpose, rules and steps stand with the part."""
    for draft in drafts:
        if draft.key != "t-start":
            draft.title, draft.steps = draft.title.partition(": ")[0], []
            # How it fails, and what then, stands with the part too.
            tested = draft.done_when.startswith("A test shows: when ")
            draft.done_when = "A test shows how it fails" if tested else draft.done_when.partition("; ")[0]
        draft.cites = []
    return list(drafts)


def delivery(case: Case, whole: Delivery) -> Delivery:
    """Return the delivery without advice that the reader has heard before."""
    if not _is_tiny(case):
        return whole
    return whole.model_copy(
        update={
            "layout": whole.layout[:_PLACES],
            "guidance": (),
            "risks": whole.risks[:1] if case.traits.shape == "service" else (),
            "commands": whole.commands[:_COMMANDS],
            "left_out": _asked_for([row for row in whole.left_out if row.standard not in _DECIDED]),
            "phases": tuple(phase.model_copy(update={"goal": ""}) for phase in whole.phases) if case.traits.shape == "service" else whole.phases,
        }
    )


def _asked_for(rows: Sequence[LeftOut]) -> tuple[LeftOut, ...]:
    """Return what a reader would ask for in one row: one small process is why, whatever it is."""
    asked = rows[:_LEFT_OUT]
    if len(asked) < 2:
        return tuple(row.model_copy(update={"standard": ""}) for row in asked)
    triggers = [row.trigger.rstrip(".") for row in asked]
    return (
        LeftOut(
            what=", ".join(row.what.partition(" (")[0] for row in asked),
            because="Nothing here needs it yet.",
            trigger="; ".join([triggers[0], *(trigger[:1].lower() + trigger[1:] for trigger in triggers[1:])]) + ".",
        ),
    )


def _same(first: str, second: str) -> bool:
    return first.rstrip(".") == second.rstrip(".")


def _unless_none(text: str) -> str:
    return "" if text.startswith("None") else text


def _only_none(text: str) -> str:
    # A limit stands in the security decision; that there is none has to be said where callers look.
    return text if text.startswith("None") else ""


def _is_tiny(case: Case) -> bool:
    return case.traits.size == "tiny"
