"""The demand model: what is uncertain, when vendors arrive, how long they stay, how many are present."""
