"""Contracts: what services tell each other, one module a topic."""
