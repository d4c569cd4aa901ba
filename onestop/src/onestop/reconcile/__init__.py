"""Reconciliation: what one service says, held against what the others say of the same, and what mends a difference."""
