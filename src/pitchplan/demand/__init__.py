"""Demand: from a harvest survey and a season to the number of vendors present."""
