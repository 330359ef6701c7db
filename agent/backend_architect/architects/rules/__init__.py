"""The rule-based architect."""

from backend_architect.architects.rules.architect import RuleArchitect

__all__ = ["RuleArchitect"]
