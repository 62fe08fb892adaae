"""From tables to the arrays of a siting problem."""
