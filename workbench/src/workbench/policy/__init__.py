"""``onestop policy``: check packs, show what is in force, explain an example, begin a new pack, compare two."""

from workbench.policy.command import app

__all__ = ["app"]
