"""Copies: the form's copies, and when each reached its reader."""
