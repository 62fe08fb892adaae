"""Addresses as people say them: written for runs, and read back from text."""
