"""Funds: where their money comes from, and what must stand ready."""
