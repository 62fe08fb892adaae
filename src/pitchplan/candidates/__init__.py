"""Candidates: every place where a vendor may stand, and a reason for every place where not."""
