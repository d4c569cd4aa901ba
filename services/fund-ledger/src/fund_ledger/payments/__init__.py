"""Payments: money that comes in, goes out, or is collected."""
