"""The season week by week: when each spot is open, and with how many pitches."""
