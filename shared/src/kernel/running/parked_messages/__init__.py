"""Parked messages at the door: every service lists, shows, mends and retries its own."""
