"""The seeds' demands as data: what is demanded, when, why not, and what would prove it."""

from backend_architect.standards.catalogue import (
    Family,
    Reason,
    Source,
    Standard,
    applicable,
    applies,
    because,
    boxes,
    families,
    inapplicable,
    left_out,
    standard,
    standards,
)
from backend_architect.standards.circumstances import SIZES, Circumstances

__all__ = [
    "SIZES",
    "Circumstances",
    "Family",
    "Reason",
    "Source",
    "Standard",
    "applicable",
    "applies",
    "because",
    "boxes",
    "families",
    "inapplicable",
    "left_out",
    "standard",
    "standards",
]
