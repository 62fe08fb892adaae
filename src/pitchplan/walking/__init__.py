"""Who lives where, and who can walk to which run."""
