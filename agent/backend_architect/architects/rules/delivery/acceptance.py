"""What proves an endpoint: its limits, refusals and states put as something one can watch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from backend_architect.architects.rules.case import Case
from backend_architect.architects.rules.language import wording
from backend_architect.architects.rules.layers import evidence
from backend_architect.design import Design, Endpoint, EndpointError, Parameter
from backend_architect.usual_errors import all_errors

_WEIGHT = {409: 0, 410: 1, 422: 2, 403: 3, 404: 4, 400: 5, 429: 6, 401: 7}


def shape_of(endpoint: Endpoint) -> str:
    """Return what the endpoint takes, as a step: path, members and their limits."""
    members = [_limited(parameter) for parameter in endpoint.request if parameter.where in ("body", "query")]
    takes = f": {wording.listing(members, most=4)}" if members else f": {wording.clipped(endpoint.purpose, 100)}"
    return f"`{evidence.call(endpoint)}`{takes}"


def _limited(parameter: Parameter) -> str:
    low, high = parameter.minimum, parameter.maximum
    unit = " characters" if parameter.type == "text" else ""
    if parameter.values:
        limit = f" ({wording.listing(list(parameter.values), last='or')})"
    elif low is not None and high is not None:
        limit = f" ({wording.figure(low)} to {wording.figure(high)}{unit})"
    elif high is not None:
        limit = f" (at most {wording.figure(high)}{unit})"
    elif low is not None and not (unit and low <= 1):
        limit = f" (at least {wording.figure(low)}{unit})"
    else:
        limit = ""
    return f"`{parameter.name}`{limit}{'' if parameter.required else ', optional'}"


def rules(endpoints: Sequence[Endpoint], *, most: int) -> list[str]:
    """Return the particular refusals that a person would notice, as steps."""
    own = [error for endpoint in endpoints for error in endpoint.errors]
    return [f"{wording.headed(wording.clipped(error.when, 100))}: {error.status} `{error.code}`" for error in _telling(own)[:most]]


def _telling(errors: Iterable[EndpointError]) -> list[EndpointError]:
    found: dict[str, EndpointError] = {}
    for error in errors:
        if error.status < 500 and error.status != 401:
            found.setdefault(error.code, error)
    return sorted(found.values(), key=lambda error: _WEIGHT.get(error.status, 9))


def acceptance(case: Case, design: Design, endpoints: Sequence[Endpoint]) -> str:
    """Return what one sees when the endpoints are done: accepted, refused, and the brief's own words."""
    lead = next((e for e in endpoints if e.primary), None) or next((e for e in endpoints if evidence.writes(e)), endpoints[0])
    said = [f"`{evidence.call(lead)}` answers {lead.status}"]
    bound = next((p for p in lead.request if p.maximum is not None and p.where == "body"), None)
    refusal = next(iter(_telling(all_errors(lead))), None)
    if bound is not None and bound.maximum is not None:
        over = (
            f"{wording.figure(bound.maximum + 1)} {'characters' if bound.type == 'text' else 'as value'}"
            if bound.type != "json"
            else f"more than {wording.figure(bound.maximum)} entries"
        )
        status = next((error.status for error in all_errors(lead) if error.status in (400, 422)), 422)
        said.append(f"`{bound.name}` with {over} answers {status}")
    elif refusal is not None:
        said.append(f"{refusal.status} when {evidence.lower_first(wording.clipped(refusal.when, 80))}")
    others = [] if case.traits.size == "tiny" else [e for e in endpoints if e is not lead]
    if others:
        said.append(f"{wording.listing([f'`{evidence.call(e)}`' for e in others], most=3)} {'answers' if len(others) == 1 else 'answer'} as specified")
    wanted = next((r for r in design.scope.requirements if r.key in lead.satisfies and r.horizon == "now"), None)
    words = f"; the brief: {wording.quoted(wanted.text, 90)}" if wanted is not None and case.traits.size != "tiny" else ""
    return "; ".join(said) + words
