"""Sums, shares and what they are measured against: pure."""
