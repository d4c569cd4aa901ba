"""Replay: rebuild everything from events, decide every settlement again, and compare."""

from onestop.replay.chain import verify_chain
from onestop.replay.verify import verify

__all__ = ["verify", "verify_chain"]
