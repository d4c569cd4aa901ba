"""Reservations: money of several funds that is kept for somebody, paid in parts, and let go."""
