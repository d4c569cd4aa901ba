"""Clocks: working days and the last day on which something is in time."""
