"""Words and phrases: what the rules know of English, and how they put things."""
