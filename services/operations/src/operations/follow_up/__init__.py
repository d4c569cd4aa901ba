"""Follow-up: one file an illness, green and red lists, and who is responsible for whom."""
