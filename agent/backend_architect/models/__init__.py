"""Language models: one question, one answer, whichever provider gives it."""
