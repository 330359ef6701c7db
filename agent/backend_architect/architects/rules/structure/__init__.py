"""The shape of the whole and its components."""
