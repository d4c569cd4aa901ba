"""Webhooks: what happens to a hospital's settlements is brought to its own address, signed and in order."""
