"""Worked examples: reading them strictly, playing them on the real domain code, reporting every difference."""

from onestop.examples.command import examples_command
from onestop.examples.outcome import Mismatch, Outcome, Report
from onestop.examples.player import DirectPlayer, Player
from onestop.examples.runner import run

__all__ = ["DirectPlayer", "Mismatch", "Outcome", "Player", "Report", "examples_command", "run"]
