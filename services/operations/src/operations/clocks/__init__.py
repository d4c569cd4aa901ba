"""Clocks: what is due when by the documents, for whom, and what was done in time."""
