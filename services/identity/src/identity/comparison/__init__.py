"""Comparison: the registered poor against the insured, each month."""
