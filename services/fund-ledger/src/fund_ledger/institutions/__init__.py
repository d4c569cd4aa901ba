"""Institutions: money that they have before bills come, or pass on: budgets, placements, fees, clinics."""
