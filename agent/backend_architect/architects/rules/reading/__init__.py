"""What a brief says: statements, actions, outside systems, contracts."""
