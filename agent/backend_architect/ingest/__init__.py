"""Ingest: a brief's bytes into numbered statements and the facts they state."""

from __future__ import annotations

from backend_architect.ingest.facts import profile
from backend_architect.ingest.read import read

__all__ = ["profile", "read"]
