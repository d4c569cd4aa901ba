"""Subsidies: what finance is to pay into the resident insurance of a place, when, and what came."""
