"""Rules: books of rules as data, and the kinds of rules as code."""
