"""Layer 2: the engine, the model, what keeps the data right, and how it grows."""

from __future__ import annotations

import re

from backend_architect.architects.rules.case import Case, Label
from backend_architect.architects.rules.entities.concurrency import Guard, guards, unique
from backend_architect.architects.rules.language.wording import (
    ENGINE_NAMES,
    cites,
    clipped,
    count,
    counted,
    figure,
    headed,
    listing,
    quoted,
    sentences,
    spaced,
    volume,
)
from backend_architect.architects.rules.layers.contents import contents
from backend_architect.architects.rules.layers.grounds import DEMANDS, RELATIONAL, archive, largest, load, mention, once, people, regions, scale_phrase, uploads
from backend_architect.architects.rules.layers.growth import PARTITION_AT, Growth, growth, pool
from backend_architect.architects.rules.reading import periods
from backend_architect.architects.rules.structure.contexts import singular
from backend_architect.architects.rules.structure.parts import instances, main_entity
from backend_architect.architects.rules.structure.topics import topical
from backend_architect.design import DataDecision, Engine, Entity, Rejected, Scope, Structure
from backend_architect.expressions import expression

KEY = "d-data"
ENGINE_ASSUMED = "a-engine"
"""Key of the assumption that stands for an engine the brief gives no reason for."""

_OBJECTS = expression(r"\b(?:object stor\w+|blob stor\w+|s3)\b|对象存储", re.IGNORECASE)
_DOCUMENT = expression(r"\b(?:nosql|mongo\w*|document (?:store|database)|key-value|cosmos\w*|dynamo\w*)\b|键-?值", re.IGNORECASE)
_ALL: tuple[Label, ...] = (*DEMANDS, "solution", "context")
_SMALL_ITEM = 100_000
"""Bytes up to which a text belongs in its row rather than in an object store."""


def decide(case: Case, scope: Scope, structure: Structure, entities: tuple[Entity, ...]) -> DataDecision:
    """Decide where and how things are stored."""
    built = tuple(e for e in entities if e.tier != "future")
    grown = growth(case, main(case, built))
    guarded = guards(case, built)
    stored = case.traits.engine not in ("memory", "none", "browser")
    return DataDecision(
        key=KEY,
        choice=_choice(case, built),
        why=_why(case, built, grown),
        rejected=_rejected(case, built, grown),
        satisfies=(*topical(case, scope, "data"), *(assumption.key for assumption in scope.assumptions if assumption.key == ENGINE_ASSUMED)),
        cites=cites(case.traits.engine_basis.cites, grown.cites, [n for g in guarded for n in g.cites], [n for e in built for n in e.cites[:1]], most=10),
        engine=case.traits.engine,
        model=_model(case, built),
        consistency=_consistency(case, built, guarded),
        migrations=_migrations(case)
        if stored
        else "None: nothing outlives the run"
        if case.traits.engine != "browser"
        else "A version number beside the data; each release upgrades what it finds",
        growth=_growth(case, built, grown) if stored else _held(case, built, grown),
        pooling=_pooling(case, structure) if stored else "None: there is no connection to pool",
    )


def main(case: Case, built: tuple[Entity, ...]) -> Entity | None:
    """Return the entity that grows most: the one that people write most of."""
    essential = [e for e in built if e.tier == "essential"] or list(built)
    refs = {f.ref for e in built for f in e.fields if f.ref}
    leaves = [e for e in essential if e.key not in refs]
    if not essential:
        return None
    return main_entity(case, tuple(leaves or essential) if load(case).item is None and case.traits.engine != "memory" else tuple(essential))


def _tables(built: tuple[Entity, ...], most: int = 4) -> str:
    return listing([f"`{e.name}`" for e in built], most=most)


def _unit(engine: Engine) -> str:
    units: dict[Engine, str] = {
        "mongodb": "collection",
        "cosmosdb": "container",
        "dynamodb": "table",
        "redis": "key family",
        "memory": "structure",
        "browser": "store",
        "object-store": "prefix",
    }
    return units.get(engine, "table")


def _choice(case: Case, built: tuple[Entity, ...]) -> str:
    name = ENGINE_NAMES[case.traits.engine]
    many = counted(len(built), _unit(case.traits.engine)) if built else "nothing of its own"
    if case.traits.engine == "memory":
        return f"No database: {many} in the memory of the process"
    if (kept := archive(case)) is not None and case.traits.engine not in ("sqlite",):
        return f"{name} for the hot data, files for the long term" if kept else name
    return f"{name}, {many}"


def _why(case: Case, built: tuple[Entity, ...], grown: Growth) -> str:
    traits = case.traits
    name = ENGINE_NAMES[traits.engine]
    basis = clipped(traits.engine_basis.because, 170)
    said: list[str] = []
    linked = [(e, f.ref) for e in built for f in e.fields if f.ref]
    match traits.engine:
        case "memory" | "none" | "browser":
            return sentences(headed(basis), f"{headed(_tables(built))} live as long as the run" if built and traits.engine == "memory" else "")
        case "sqlite":
            said.append(headed(basis))
            rule = (
                f"{_tables(built)} with {figure(traits.writes_per_second)} writes/s"
                if traits.writes_per_second
                else f"{headed(_tables(built)) or 'The data'} with one writer at a time"
            )
            said.append(f"{headed(rule)} stays far below what one file takes")
        case "postgresql" | "mysql":
            if traits.engine_basis.cites or not built:
                said.append(headed(basis))
            elif not linked:
                forbidden = once(case)
                kept_once = (
                    f", and {quoted(forbidden.quote, 80)} is a unique index"
                    if forbidden and any(unique(e) for e in built if forbidden.statement in e.cites)
                    else ""
                )
                said.append(f"{_tables(built)} are found by their key and listed in order: one table, one index for each query{kept_once}")
            if linked:
                names = {e.key: e.name for e in built}
                pairs = [f"`{e.name}` to `{names[ref]}`" for e, ref in linked if ref in names and names[ref] != e.name]
                said.append(
                    f"{headed(counted(len(pairs), 'reference'))} between tables ({listing(pairs, most=3)}): foreign keys keep them, and one "
                    "transaction changes both ends"
                    if pairs
                    else ""
                )
        case _:
            said.append(headed(basis))
            if (spread := regions(case)) is not None:
                said.append(f"It replicates to the regions where people read ({quoted(spread.quote, 80)}), which one relational primary does not")
    demand = load(case)
    if demand.known:
        fit = (
            "one primary carries that"
            if demand.average < 2_000
            else "the writes fit one primary, the reads need a cache and replicas"
            if demand.writes < 2_000
            else "more than one primary carries comfortably"
        )
        said.append(f"{headed(scale_phrase(case))}: {fit}" if traits.engine in RELATIONAL else f"The load: {scale_phrase(case)}")
    if grown.bytes_a_year and grown.bytes_a_year > 1e9:
        said.append(f"It grows by {volume(grown.bytes_a_year)} a year")
    if traits.size == "tiny":
        said = said[:1]
    return sentences(f"{name} it is" if not any(said) else "", *said)


def _rejected(case: Case, built: tuple[Entity, ...], grown: Growth) -> tuple[Rejected, ...]:
    traits, demand = case.traits, load(case)
    found: list[Rejected] = []
    if (stored := contents(case)) is not None:
        found.append(
            Rejected(
                option="Content in the row",
                because=f"the brief's own table names the place of the content ({stored.field}) and has no column for it; it comes back when reads of small "
                "contents spend most of their time on the second call",
            )
        )
    elif demand.item is not None and demand.item <= _SMALL_ITEM and uploads(case) is None and mention(case, _OBJECTS, _ALL) is not None:
        year = f" ({volume(grown.bytes_a_year)} a year)" if grown.bytes_a_year else ""
        found.append(
            Rejected(
                option="Object store for the contents",
                because=f"at {volume(demand.item)} an item a second store costs each read one more call and can disagree with the row; the rows fit "
                f"one disk{year}. "
                "It pays when items pass 100 KB",
            )
        )
    if traits.engine in RELATIONAL:
        if traits.size in ("medium", "large") or mention(case, _DOCUMENT, _ALL) is not None:
            why = (
                f"{_tables(built, 3)} refer to each other and are changed together"
                if len(built) > 1
                else f"a lookup of {_tables(built) or 'one row'} by its key is as fast here, and a second index comes free"
            )
            found.append(Rejected(option="Document or key-value store", because=why))
        if traits.engine == "sqlite":
            found.append(
                Rejected(
                    option="PostgreSQL server",
                    because="one more process, due at a second host or 20 writes/s"
                    if case.traits.size == "tiny"
                    else "one more process to run and back up for data that fits a file; the same SQL moves there when a second host is needed",
                )
            )
        elif traits.size == "small" and "brief says" not in traits.engine_basis.because:
            found.append(
                Rejected(
                    option="SQLite file", because="a second instance, or a worker on another host, could not write to it; a managed server costs little more"
                )
            )
    elif traits.engine in ("cosmosdb", "mongodb", "dynamodb"):
        found.append(Rejected(option="PostgreSQL", because=f"would do for one region and one size; {clipped(traits.engine_basis.because, 120)}"))
    elif traits.engine == "memory":
        found.append(Rejected(option="SQLite file", because=clipped(traits.engine_basis.because, 140)))
    return tuple(found[:3])


def _model(case: Case, built: tuple[Entity, ...]) -> str:
    if not built:
        return "Nothing is stored here: what is shown belongs to other systems"
    names = {e.key: e.name for e in built}
    lines = []
    for entity in built:
        above = [names[f.ref] for f in entity.fields if f.ref in names and f.ref != entity.key]
        if above:
            lines.append(f"`{entity.name}` belong to {listing([f'`{n}`' for n in dict.fromkeys(above)], most=2)}")
    match case.traits.engine:
        case "memory":
            return sentences(f"{headed(_tables(built))}: plain values by identifier, lists for their order", *lines[:3])
        case "cosmosdb" | "dynamodb" | "mongodb":
            first = built[0]
            parent = next((f.name for f in first.fields if f.ref), next((f.name for f in first.fields if f.primary), "id"))
            return sentences(
                f"One document for each of {_tables(built)}; what is read together is stored together",
                f"Partition key `{parent}` for `{first.name}`: it spreads the writes and one read asks one partition"
                if case.traits.engine != "mongodb"
                else "",
                "; ".join(lines[:3]),
            )
        case _:
            if case.traits.size == "tiny":
                return f"{headed(count(len(built)))} normalised {'table' if len(built) == 1 else 'tables'}"
            normal = "normalised; nothing is denormalised until a query is measured as slow"
            copies = f"; {quoted(kept.quote, 60)} gets its own copy in files" if (kept := archive(case)) is not None else ""
            return sentences(f"{headed(count(len(built)))} {'table' if len(built) == 1 else 'tables'}, {normal}{copies}", "; ".join(lines[:4]))


def _consistency(case: Case, built: tuple[Entity, ...], guarded: tuple[Guard, ...]) -> str:
    most = 1 if case.traits.size == "tiny" else 4
    said = [headed(g.text) for g in guarded[:most]]
    stale = ""
    match case.traits.engine:
        case "memory":
            return sentences(*said) or "One thread, or one lock, changes the state; nobody sees it half-changed."
        case "cosmosdb":
            stale = (
                "Session consistency: whoever wrote reads the own write; another region may be some seconds behind, which a screen of results "
                "can bear; two writers are told apart by ETag"
            )
        case "dynamodb" | "mongodb":
            stale = "Single-document writes are atomic; a change that spans documents uses a transaction and is the exception"
        case _:
            if load(case).reads >= 2_000:
                stale = "Reads from a cache or replica may be seconds old; whoever just wrote is read from the primary"
    if not said and not stale:
        noun = spaced(singular(built[0].name)) if built else "row"
        # Rows that only programs write are not edited from a screen that may be stale.
        edited = any(action.verb in ("update", "change-state", "assign") for action in people(case))
        said = [
            f"One transaction a request; two writers of the same {noun}: the last one wins"
            + ("" if case.traits.size == "tiny" or not edited else ", unless the request names the version it read (`If-Match`), then 412")
        ]
    return sentences(*said, stale)


def _migrations(case: Case) -> str:
    stack = case.traits.stack
    if case.traits.engine not in RELATIONAL:
        return (
            "Documents carry `schemaVersion`; readers take the old and the new form; a job rewrites old ones in batches; partition keys and "
            "indexes are in a versioned file"
        )
    if case.traits.size == "tiny":
        return "Numbered SQL files with reverses"
    return (
        f"Numbered SQL files, each with its reverse, run by `{stack.migrate}` before the new code starts; a column is added, filled and only a release later "
        "required or dropped, so that old and new code run side by side"
    )


def _growth(case: Case, built: tuple[Entity, ...], grown: Growth) -> str:
    name = ENGINE_NAMES[case.traits.engine]
    first = main(case, built)
    noun = f"`{first.name}`" if first else "the table"
    said: list[str] = []
    storage = largest(case, "storage")
    if grown.formula:
        said.append(headed(grown.formula))
    if storage is not None:
        said.append(f"The brief reckons with {storage.value}")
    kept = periods.of_entity(case, singular(first.name), [f.name for f in first.fields])[0] if first else None
    bounded = [(e, bound) for e in built if (bound := periods.of_entity(case, singular(e.name))[0]) is not None and bound.days is not None]
    if grown.bytes_a_year and case.traits.engine in RELATIONAL:
        years = PARTITION_AT / grown.bytes_a_year
        if years >= 20:
            said.append("No partitions, no archive: a decade of it fits one disk")
        elif years >= 1:
            said.append(
                f"Nothing to partition before {noun} passes {volume(PARTITION_AT)}, in about {figure(round(years, 1))} years; then by month of "
                f"creation, and {'months past the stated period are dropped' if kept and kept.days else 'old months go to files'}"
            )
        else:
            months = int(12 * years)
            soon = f"in about {counted(months, 'month')}" if months >= 1 else "within the first month"
            gone = f"months past {kept.value} are dropped" if kept and kept.days else "old months go to files"
            said.append(
                f"{headed(noun)} passes {volume(PARTITION_AT)} {soon}: it is partitioned by month before that (the plan's SQL "
                f"creates it in one piece), and {gone}"
            )
    elif case.traits.engine in ("cosmosdb", "dynamodb"):
        said.append(f"{name} partitions by itself; hot rows expire by time to live after {kept.value if kept else '90 days'}, what is older is read from files")
    elif case.traits.size == "tiny":
        said.append("No replica, no partitions")
    elif case.profile.first("memory-limit") is not None:
        said.append(f"No replica: the cap of {case.profile.values('memory-limit')[0]} leaves no room for one")
    else:
        said.append(f"No partitions below 100 million rows in {noun}; a replica when reads take over 60 % of the primary's CPU")
    if load(case).reads >= 2_000:
        said.append("Read replicas in steps of one, each time CPU of the replicas passes 60 %")
    if (long_term := archive(case)) is not None:
        said.append(f"Everything is appended to files as well ({quoted(long_term.quote, 80)})")
    if bounded and case.traits.engine in RELATIONAL:
        said.append(f"Rows are deleted as the brief says: {listing([f'`{e.name}` {_deleted(bound.value)}' for e, bound in bounded])}")
    return sentences(*said)


def _deleted(value: str) -> str:
    return value if " after " in value else f"after {value}"


def _held(case: Case, built: tuple[Entity, ...], grown: Growth) -> str:
    if case.traits.engine == "browser":
        return "Bounded by the browser: about 5 MB in localStorage, more in IndexedDB"
    return sentences(
        headed(grown.formula) if grown.formula else "Bounded by the run", f"All of {_tables(built)} is gone when the program ends" if built else ""
    )


def _pooling(case: Case, structure: Structure) -> str:
    if case.traits.engine == "sqlite":
        return (
            "WAL mode, `busy_timeout` 5 s" if case.traits.size == "tiny" else "One connection that writes, up to four that read (WAL mode), `busy_timeout` 5 s"
        )
    if case.traits.engine in ("cosmosdb", "dynamodb", "mongodb"):
        return "One client object for the process, which keeps its own connections; never one a request"
    spread = instances(case, load(case))[0]
    each, formula = pool(case, spread)
    worker = any(c.kind == "worker" for c in structure.components)
    total = each * spread + (2 if worker else 0)
    server = f"; {total} in all with two for the worker" if worker else f"; {total} in all" if spread > 1 else ""
    return f"{headed(formula)}{server}; a wait for a free one ends after 250 ms"
