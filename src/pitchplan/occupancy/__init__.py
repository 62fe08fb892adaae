"""What was seen at the spots while the season ran, and what follows from it."""
