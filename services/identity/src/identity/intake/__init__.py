"""Intake: files as departments hand them in."""
