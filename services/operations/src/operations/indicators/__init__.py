"""Indicators: the shares and averages that documents have watched, from settled bills."""
