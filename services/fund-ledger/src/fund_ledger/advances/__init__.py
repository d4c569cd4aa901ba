"""Advances: funds that pay first and get their money back."""
