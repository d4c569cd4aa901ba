"""As of: what held on a day as it was known at a moment, folded from events."""
