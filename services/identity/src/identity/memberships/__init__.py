"""Memberships: who is poor, disabled or supported, according to whom, since when."""
