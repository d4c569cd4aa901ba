"""Forecasts: how long a fund's money lasts, what it needs next month, and how far off the method was so far."""
