"""Entries: single changes that three people enter, review and approve."""
