"""Rows of what the others told, one file a service."""
