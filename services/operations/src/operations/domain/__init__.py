"""The pure part of operations: days, deadlines and indicators."""
