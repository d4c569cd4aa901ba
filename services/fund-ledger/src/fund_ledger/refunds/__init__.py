"""Refunds: what patients paid hospitals in advance, beyond their own share, goes back to them."""
