"""Admission checks: the look into admissions on a handbook alone."""
