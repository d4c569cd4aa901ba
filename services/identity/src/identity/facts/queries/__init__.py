"""The questions about facts."""
