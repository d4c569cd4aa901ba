"""Reactions: what the ledger books on other services' messages."""
