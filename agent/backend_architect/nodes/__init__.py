"""The pipeline's stages, one a file; a node is a function of what it reads."""
