"""The architect that asks a language model: prompts, answer types, validate and repair."""
