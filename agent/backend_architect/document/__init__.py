"""The document: a plan as Markdown, and Markdown as a plan."""

from backend_architect.document.parse import Document, Problem, is_ours, parse
from backend_architect.document.render import render
from backend_architect.document.seal import intact, unticked
from backend_architect.document.source import Segment, SegmentKind

__all__ = ["Document", "Problem", "Segment", "SegmentKind", "intact", "is_ours", "parse", "render", "unticked"]
