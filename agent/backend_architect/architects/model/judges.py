"""What is wrong with an answer that fits its schema: the checks of a design, asked of the part that is there."""

from __future__ import annotations

from collections.abc import Sequence

from backend_architect.architects.model.answers.chunk import ChunkAnswer, HeadAnswer
from backend_architect.architects.model.answers.delivery import ChangesAnswer, DeliveryAnswer
from backend_architect.architects.model.answers.layers import LayersAnswer
from backend_architect.architects.model.answers.scope import LoopAnswer, ScopeAnswer
from backend_architect.architects.model.answers.structure import StructureAnswer
from backend_architect.architects.model.ask import Problem
from backend_architect.architects.model.changes import Repository, proposal
from backend_architect.architects.model.notation import write_cites
from backend_architect.brief import Brief
from backend_architect.checks.coverage import cited
from backend_architect.checks.references import BREAKING, check
from backend_architect.checks.tracing import TR004
from backend_architect.design import DataDecision, DataLayer, Delivery, Design, Entity, Layer, LayerName, Scope, Structure, SystemDecision, layer_name
from backend_architect.plan import CodeChange

_NOTHING = Structure(system=SystemDecision(key="d-system", choice="-", why="-", pattern="-", boundaries="-"), components=())

_NO_LOOP = LoopAnswer(action="-", response="-", value="-")


def judge_scope(answer: ScopeAnswer, *, brief: Brief) -> Sequence[Problem]:
    """Return what is wrong with the requirements: unknown statements, keys given twice, statements that nothing accounts for."""
    design = Design(scope=answer.slice(), structure=_NOTHING, delivery=Delivery())
    missing = unaccounted(answer, brief)
    return (*_broken(design, brief), *((Problem(_unaccounted(brief, missing), breaking=False),) if missing else ()))


def unaccounted(answer: ScopeAnswer, brief: Brief) -> tuple[int, ...]:
    """Return the numbers of the statements that the answer neither cites nor sets aside; headings frame, and need nothing."""
    design = Design(scope=answer.slice(), structure=_NOTHING, delivery=Delivery())
    said = {number for _, numbers in cited(design) for number in numbers} | set(answer.background)
    # A statement that is explained by others is accounted for with them.
    parents = {statement.parent for statement in brief.statements if statement.number in said}
    return tuple(
        statement.number for statement in brief.statements if statement.kind != "heading" and statement.number not in said and statement.number not in parents
    )


def _unaccounted(brief: Brief, numbers: tuple[int, ...]) -> str:
    first = brief.statements[numbers[0] - 1]
    return f"{write_cites(numbers)} are accounted for nowhere (the first: {first.text[:120]!r}): cite each in a requirement, or put it into excluded or background."


def judge_chunk(answer: ChunkAnswer, *, brief: Brief, own: tuple[int, ...]) -> Sequence[Problem]:
    """Return what is wrong with the requirements of one piece of a brief: as for the whole, of its own statements."""
    whole = ScopeAnswer(project="-", size="small", loop=_NO_LOOP, **dict(answer))
    missing = tuple(number for number in unaccounted(whole, brief) if number in own)
    problems = _broken(Design(scope=whole.slice(), structure=_NOTHING, delivery=Delivery()), brief)
    return (*problems, *((Problem(_unaccounted(brief, missing), breaking=False),) if missing else ()))


def judge_head(answer: HeadAnswer, *, brief: Brief) -> Sequence[Problem]:
    """Return what is wrong with what was said of the whole: unknown statements."""
    beyond = [number for number in answer.loop.cites if number > len(brief.statements)]
    return (Problem(f"loop.cites names {write_cites(beyond)}; the brief has {len(brief.statements)} statements."),) if beyond else ()


def judge_structure(answer: StructureAnswer, *, brief: Brief, scope: Scope) -> Sequence[Problem]:
    """Return what is wrong with the shape: unknown keys, keys given twice, two owners of an entity."""
    structure = answer.slice()
    return _broken(Design(scope=scope, structure=structure, data=_stubs(structure), delivery=Delivery()), brief)


def judge_layers(answer: LayersAnswer, *, brief: Brief, scope: Scope, structure: Structure) -> Sequence[Problem]:
    """Return what is wrong with a group of layers: unknown keys, keys given twice, entities that are not the vocabulary's."""
    layers: dict[LayerName, Layer] = {layer_name(layer): layer for layer in answer.slices()}
    problems: list[Problem] = []
    match layers.get("data"):
        case DataLayer(entities=entities):
            defined = [entity.key for entity in entities]
            if lacking := [key for key in structure.vocabulary if key not in defined]:
                problems.append(Problem(f"data.entities does not define {', '.join(lacking)}, which the vocabulary promises."))
            if strange := [key for key in defined if key not in structure.vocabulary]:
                problems.append(Problem(f"data.entities defines {', '.join(strange)}, which the vocabulary does not hold: use its keys."))
        case _:
            layers["data"] = _stubs(structure)
    return (*problems, *_broken(_design(scope, structure, layers), brief, apart={"d-system"} if problems else set()))


def judge_delivery(answer: DeliveryAnswer, *, brief: Brief, design: Design) -> Sequence[Problem]:
    """Return what is wrong with the work: unknown keys, circles."""
    return _broken(design.model_copy(update={"delivery": answer.slice()}), brief)


def judge_changes(answer: ChangesAnswer, *, brief: Brief, design: Design, code: Repository) -> Sequence[Problem]:
    """Return what is wrong with the work and with the files proposed for existing code: unknown keys, circles, diffs that cannot be made or do not apply."""
    proposed = proposal(answer, code)
    return (*_broken(design.model_copy(update={"delivery": answer.slice()}), brief, code=proposed.changes), *proposed.problems)


def _broken(design: Design, brief: Brief, *, apart: set[str] | None = None, code: tuple[CodeChange, ...] = ()) -> tuple[Problem, ...]:
    found = check(design, code, statements=len(brief.statements), checks=(*BREAKING, TR004))
    return tuple(Problem(f"{finding.message}.") for finding in found if finding.where not in (apart or ()))


def _stubs(structure: Structure) -> DataLayer:
    """Stand-ins for the entities that the vocabulary promises, so that references to them resolve."""
    entities = tuple(Entity(key=key, name="promised", tier="essential", purpose="-") for key in structure.vocabulary)
    return DataLayer(decision=DataDecision(key="d-data", choice="-", why="-", engine="none", migrations="-"), entities=entities)


def _design(scope: Scope, structure: Structure, layers: dict[LayerName, Layer]) -> Design:
    return Design.model_validate({"scope": scope, "structure": structure, "delivery": Delivery(), **layers})
