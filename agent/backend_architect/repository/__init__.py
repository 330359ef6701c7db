"""Existing code: shown to a model within a budget, and changed by diffs that apply."""

from backend_architect.repository.diffs import Diff, PathError, applies, unified
from backend_architect.repository.outline import Survey, outline, survey

__all__ = ["Diff", "PathError", "Survey", "applies", "outline", "survey", "unified"]
