"""Policies: the law in the event store."""
