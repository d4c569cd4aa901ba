"""Illnesses: the sick among the poor, and the check before somebody leaves the list."""
