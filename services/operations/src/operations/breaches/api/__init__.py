"""Breaches over HTTP, and what the metrics tell of clocks."""
