"""Growers: who asks for a spot, how they get there, and who gets which."""
