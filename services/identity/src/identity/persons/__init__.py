"""Persons: everybody's record, its personal data under seal, and what becomes of it."""
