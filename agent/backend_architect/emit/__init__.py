"""Artifacts derived from the design: OpenAPI, SQL, collections, diagrams, matrix."""

from backend_architect.emit.code import code_changes

__all__ = ["code_changes"]
