"""Architects: what fills in the design."""
