"""Checkpoints: what a service's log was at a moment, signed and kept apart from its database."""
