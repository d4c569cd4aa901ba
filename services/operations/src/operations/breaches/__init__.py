"""Breaches: what was not done as the documents ask, who answers for it, and what became of it."""
