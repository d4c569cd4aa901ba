"""The questions that may be asked."""
