"""Periods: the months, quarters, halves and years that figures and reports are for."""
