"""The rule-based architect."""
