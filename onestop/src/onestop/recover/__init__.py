"""A service of a lost database, written back from the topics: its events, what it has heard, where everybody stands."""
