"""Files: what may be opened and how, and writing them whole or not at all."""
