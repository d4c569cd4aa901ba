"""Worked examples: reading them strictly, playing them on the real domain code, reporting every difference."""
