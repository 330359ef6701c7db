"""Checks of a plan, one family a file."""
