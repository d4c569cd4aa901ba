"""Journals: balanced entries on accounts, and what they come to."""
