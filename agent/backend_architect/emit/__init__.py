"""Artifacts derived from the design: OpenAPI, SQL, diagrams, matrix."""
