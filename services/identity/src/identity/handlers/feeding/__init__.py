"""Feeding: a department's file is spooled, read whole, compared with what stands, and applied row by row."""
