"""Kinds of breaches, and the life of one: pure."""
