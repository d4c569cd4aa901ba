"""When things are due, and what was said to be done: pure."""
