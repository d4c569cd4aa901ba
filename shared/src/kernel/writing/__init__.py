"""Writing: the one path from a decision to stored events and rows."""
