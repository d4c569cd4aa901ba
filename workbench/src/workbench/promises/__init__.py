"""``onestop contracts``: what was promised to callers, to readers of events and to stored data stays so."""

from workbench.promises.command import app

__all__ = ["app"]
