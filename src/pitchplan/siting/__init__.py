"""Which pitches to use: the problem as sparse arrays, its goals and limits, and how it is solved."""
