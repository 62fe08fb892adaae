"""Reading the survey and the small tables beside it: cells, headers, units, ranges, what is plausible."""
