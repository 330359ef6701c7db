"""The seeds' demands as data."""
