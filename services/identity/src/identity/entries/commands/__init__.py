"""The commands about entries."""
