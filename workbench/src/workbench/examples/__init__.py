"""Worked examples: reading them strictly, playing them on the real domain code, reporting every difference."""

from workbench.examples.command import examples_command
from workbench.examples.outcome import Mismatch, Outcome, Report
from workbench.examples.player import DirectPlayer, Player
from workbench.examples.runner import run

__all__ = ["DirectPlayer", "Mismatch", "Outcome", "Player", "Report", "examples_command", "run"]
