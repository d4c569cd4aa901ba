"""Webhooks over HTTP, and what the metrics tell of them."""
