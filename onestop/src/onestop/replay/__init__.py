"""Replay: rebuild everything from events, decide every settlement again, and compare."""

from onestop.replay.chain import verify_chain
from onestop.replay.shadow import Difference
from onestop.replay.verify import Verdict, verify

__all__ = ["Difference", "Verdict", "verify", "verify_chain"]
