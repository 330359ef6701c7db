"""The plan as Markdown: rendering and parsing."""
