"""Turn a project brief into one checked backend architecture plan."""
