"""Periods: clearing what was paid in against what was used."""
