"""Commands, events, state and decisions: pure."""
