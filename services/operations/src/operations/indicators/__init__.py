"""Indicators: shares that a document wants watched."""
