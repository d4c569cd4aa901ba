"""Returning a file to its office: its rows as they were sent, with what became of each beside it."""
