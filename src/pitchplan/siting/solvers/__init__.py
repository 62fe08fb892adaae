"""Solvers: each sees plain sparse arrays, never geometry and never a rule."""
