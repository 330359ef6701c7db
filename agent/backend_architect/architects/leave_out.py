"""What is left out on purpose: standards that do not apply here, and what would bring them in."""

from __future__ import annotations

from backend_architect.checks.circumstances import circumstances
from backend_architect.design import Design, LeftOut
from backend_architect.profile import Profile
from backend_architect.standards import because
from backend_architect.standards import left_out as unexplained

_ADOPTED = {"broker": "MSG03", "kubernetes": "OPS02", "gateway": "SYS09", "mesh": "SYS20", "replica": "DATA19"}
"""Means that a design can take over because the brief names them, and the standard each answers."""


def left_out(design: Design, profile: Profile) -> tuple[LeftOut, ...]:
    """Return the left-out standards that a reader of this plan would miss, with reason and trigger."""
    around = circumstances(design, profile)
    around = around.model_copy(update={"adopted": _adopted(design)})
    said = {option.option.lower() for option in design.scope.ruled_out} | {item.what.lower() for item in design.delivery.left_out}
    return tuple(
        LeftOut(what=standard.name, because=because(standard, around), trigger=standard.trigger, standard=standard.code)
        for standard in unexplained(around)
        if not any(standard.name.lower() in option for option in said)
    )


def _adopted(design: Design) -> tuple[str, ...]:
    """Return the codes of standards whose means stand among the components or the messaging decision."""
    names = " ".join(component.name.lower() for component in design.structure.components)
    codes = [code for word, code in _ADOPTED.items() if word in names]
    if design.messaging and any(
        word in design.messaging.decision.broker.lower()
        for word in ("rabbitmq", "kafka", "service bus", "storage queue", "sqs", "event hub", "pub/sub", "nats")
    ):
        codes.append("MSG03")
    if "microservice" in design.structure.system.pattern.lower():
        codes.append("SYS04")
    return tuple(dict.fromkeys(codes))
