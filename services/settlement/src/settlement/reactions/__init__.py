"""Reactions: what settlement does on other services' messages, and on its own."""
