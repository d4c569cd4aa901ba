"""Reactions: what operations keeps of the others' messages."""
