"""Auditing: a second opinion on a finished plan that shares no code with what made it."""
