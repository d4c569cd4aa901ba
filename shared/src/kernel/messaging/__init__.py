"""Messaging: from stored events to other services, and what they do with them."""
