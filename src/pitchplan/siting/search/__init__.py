"""Seeking the goals of a siting problem in order."""
