"""The components that keep something, and those that are not ours: queue, database, cache, files, outside systems."""

from __future__ import annotations

from backend_architect.architects.rules.language.wording import (
    clipped,
    figure,
    headed,
    listing,
    per_second,
    plural,
    quoted,
    spaced,
)
from backend_architect.architects.rules.layers.containers import addresses
from backend_architect.architects.rules.layers.grounds import item_phrase, platform, staged
from backend_architect.architects.rules.structure import failures
from backend_architect.architects.rules.structure.assembly import Assembly
from backend_architect.architects.rules.structure.parts import ARCHIVE, CACHE, EXISTING, OBJECTS, QUEUE, STORE
from backend_architect.design import Component, FailureMode


def queue(site: Assembly) -> Component:
    """Return the message queue."""
    parts = site.parts
    assert parts.queue is not None
    name = parts.queue.name
    reader = "the running system" if parts.existing else f"the {parts.worker_name().lower()}"
    return site.component(
        QUEUE,
        name,
        "store",
        "Intake",
        purpose=f"Keeps {plural(parts.noun)} between the answer to the caller and {reader}; {parts.queue.because}",
        store=f"{name}: one entry for each {parts.noun}, with its identifier and the time it came; bodies over the queue's limit go to blob "
        "storage and the message names them",
        scaling=f"Managed; takes far more than {figure(parts.demand.peak)} messages/s, so the reader is the limit"
        if parts.demand.known
        else "Managed; a queue of this kind takes thousands of messages/s, so the reader is the limit",
        interface="Appended by the API, in order within a key; each reader keeps its own place in it; kept for 7 days"
        if parts.queue.is_log
        else "Written by the API, read with a lease; a message is deleted only when its work is recorded; a second queue takes what failed 5 times",
        failures=(
            FailureMode(
                when=f"{headed(reader)} is offline (deployment, fault)",
                then="messages wait; the alert is on the age of the oldest, not on the number",
                user_sees="the answer as always; the result later",
            ),
            FailureMode(when="A message is delivered twice", then="the reader looks up its identifier first and drops the second", user_sees="one result"),
        ),
        basis=parts.queue.cites,
    )


def store(site: Assembly) -> Component:
    """Return the database."""
    parts, case = site.parts, site.parts.case
    shares = parts.caps.of(STORE) if parts.caps else ()
    demand = parts.demand
    if shares:
        scaling = (
            f"One instance with {shares[0].phrase()}; `shared_buffers` and the number of connections are set to fit"
            if shares[0].memory_mb is not None
            else f"One instance with {shares[0].phrase()}"
        )
    elif parts.regions is not None and case.traits.engine in ("cosmosdb", "dynamodb"):
        scaling = (
            f"Partitioned by key and replicated to the regions where it is read ({quoted(parts.regions.quote, 70)}); autoscaled "
            "throughput, its price is the limit"
        )
    elif (stages := staged(case)) is not None:
        scaling = (
            f"Vertical on the one host at {stages[0].value}; then a node of its own with a standby, then a shared cache and read replicas "
            f"on the way to {per_second(demand.reads, 'reads')}; partitions when one primary no longer takes the writes"
        )
    elif parts.cache:
        scaling = (
            f"Vertical first, then read replicas behind the cache; {per_second(demand.writes, 'writes')} go to one primary until it passes 60 % CPU"
            if demand.writes
            else "Vertical first, then read replicas behind the cache"
        )
    elif demand.known:
        scaling = (
            f"Vertical; {figure(demand.average)} operations/s on average is {'little' if demand.average < 500 else 'a good part of what'} "
            f"{'for' if demand.average < 500 else ''} one primary{' carries' if demand.average >= 500 else ''}; a replica when reads pass "
            "60 % of its CPU"
        ).replace("  ", " ")
    else:
        scaling = "Vertical; one small instance" if not site.tiny else "One small instance"
    return site.component(
        STORE,
        site.engine,
        "store",
        "Data",
        purpose="The one place where "
        f"{listing([plural(spaced(e.name)) if not e.name.endswith('s') else spaced(e.name) for e in parts.entities], most=4) or plural(parts.noun)} are kept",
        store=site.tables(),
        scaling=scaling,
        interface=f"Reached only from {'the API and the worker' if parts.worker else 'the API'}; not from outside",
        failures=failures.of_store(parts),
        basis=case.traits.engine_basis.cites,
    )


def cache(site: Assembly) -> Component:
    """Return the shared cache."""
    parts = site.parts
    return site.component(
        CACHE,
        "Redis cache",
        "store",
        "Data",
        purpose=f"Answers the repeated part of {per_second(parts.demand.reads, 'reads')}, which one database should not answer alone",
        store="Redis: copies only, each with a time to live; may be emptied at any time",
        scaling="One node with a replica; memory for the hot part is the limit",
        interface=f"Read by the API before the database; written after a miss; a changed {parts.noun} deletes its entry",
        failures=(
            FailureMode(
                when="The cache is empty or down",
                then="the API reads the database with a cap on parallel misses, one for each key",
                user_sees="slower reads; above the cap 503 for some",
            ),
        ),
        basis=parts.demand.cites,
    )


def objects(site: Assembly) -> Component:
    """Return the store for files, or for the content that rows only name."""
    parts = site.parts
    if parts.uploads is None:
        return _contents(site)
    return site.component(
        OBJECTS,
        "Object store",
        "store",
        "Data",
        purpose=f"Keeps the files ({quoted(parts.uploads.quote, 80)}); the database keeps their names, sizes and owners",
        store="Private bucket; objects named by random identifiers, never by the uploaded name",
        scaling="Managed; bandwidth is the limit, so clients send and fetch with signed links that last 5 minutes",
        interface="Signed upload and download links, issued by the API after its own check",
        failures=(
            FailureMode(
                when="The file arrived, its row did not",
                then="the nightly clean-up deletes objects older than 24 hours that no row names",
                user_sees="that the upload failed; a repeat works",
            ),
            FailureMode(when="The object store is down", then="rows are still served; links answer 503", user_sees="the page with a placeholder for the file"),
        ),
        basis=parts.uploads.cites,
    )


def _contents(site: Assembly) -> Component:
    parts, found = site.parts, site.parts.contents
    assert found is not None
    many = plural(found.noun)
    size = f", {item_phrase(parts.demand)} each" if parts.demand.item else ""
    return site.component(
        OBJECTS,
        "Object store",
        "store",
        "Data",
        purpose=f"Keeps the content of each {found.noun}; its row keeps the rest and names the object in {found.field}",
        store=f"Private bucket: one object for each {found.noun}{size}, written once, named by a random key that is not the public link",
        scaling=f"Managed; each read of a {found.noun} is one more call, so its answer is what is cached",
        interface=f"Written and read by the API{', emptied by the worker' if parts.worker else ''}; the object is written before the row and deleted after it, "
        "so a row never names nothing",
        failures=(
            FailureMode(
                when="The object was written, its row was not",
                then="the nightly clean-up deletes objects older than 24 hours that no row names",
                user_sees=f"that the {found.noun} was not saved; a repeat works",
            ),
            FailureMode(
                when="The object store is down",
                then=f"reading and writing {many} answers 503 with `Retry-After`; what is cached is still served",
                user_sees="a message to try again",
            ),
        ),
        basis=found.cites,
    )


def archive(site: Assembly) -> Component:
    """Return the long-term store beside the hot one."""
    parts = site.parts
    assert parts.archive is not None
    name = {"azure": "Azure Data Lake Storage", "aws": "Amazon S3 archive", "google": "Cloud Storage archive"}.get(platform(parts.case), "Long-term store")
    return site.component(
        ARCHIVE,
        name,
        "store",
        "Data",
        purpose=f"Keeps everything for analysis, away from the hot store: {quoted(parts.archive.quote)}",
        store="Parquet files in a table format with transactions (Delta), partitioned by day, so that jobs read while new data is written",
        scaling="Managed; grows with the data, reading is paid by the scan",
        interface=f"Appended by {'the worker' if parts.worker else 'the API'} in batches of a minute; read by analysis jobs only, never by a request"
        + ("; the API fetches the released model from it at the start" if parts.analytics.training else ""),
        failures=(
            FailureMode(
                when="A batch is written half",
                then="the table format shows only committed batches; the next run writes it again under the same batch number",
                user_sees="nothing; figures a minute later",
            ),
        ),
        basis=parts.archive.cites,
    )


def existing(site: Assembly) -> Component:
    """Return the running system that this project feeds."""
    parts = site.parts
    assert parts.queue is not None
    return site.component(
        EXISTING,
        "The running system",
        "external",
        "Outside",
        purpose=f"Goes on doing its work; new is that it takes {plural(parts.noun)} from {parts.queue.name} instead of from the sender"
        + (f" ({clipped(site.scope.current, 90)})" if site.scope.current else ""),
        uses=(QUEUE,),
        store="Its own, untouched",
        scaling="As it is today; its pace no longer limits what can be received",
        interface=f"Reads {parts.queue.name} with a lease; writes each item's state where the status path reads it",
        failures=(
            FailureMode(
                when="It is taken down for a deployment",
                then="the queue holds what arrives; it goes on where it stopped",
                user_sees="accepted, with a status that says waiting",
            ),
        ),
        basis=parts.queue.cites,
    )


def external(site: Assembly, key: str) -> Component:
    """Return an outside system, with what protects this backend from it."""
    parts = site.parts
    system = dict(parts.externals)[key]
    known = next((i for i in site.scope.integrations if i.name.lower() == system.name.lower()), None)
    address = addresses(parts.case).get(key, "")
    protection = known.protection if known else "Each call with a timeout of 2 s, at most two repeats, and a circuit that opens after five failures in a row"
    return site.component(
        key,
        system.name,
        "external",
        "Outside",
        purpose=system.purpose,
        store="Its own; nothing of it is copied here beyond what an answer needs",
        scaling="Not ours; " + (site.limit() or "its speed bounds ours, so each call has a timeout"),
        interface=f"At `{address}`; {protection}" if address else protection,
        failures=failures.of_external(parts, system, known),
        basis=system.cites,
    )
