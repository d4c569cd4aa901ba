"""Benefit years: a person's accumulators, and the years of merged records."""
