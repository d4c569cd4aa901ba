"""Reactions: what referral does on other services' messages."""
