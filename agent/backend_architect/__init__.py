"""Turn a project brief into one checked backend architecture plan."""

__version__ = "0.1.0"
