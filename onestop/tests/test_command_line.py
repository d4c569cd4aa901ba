"""The command line alone, as an image ships it, and with what the workbench adds."""

import subprocess
import sys
from typing import Final

from typer.core import TyperGroup
from typer.main import get_command

from onestop.main import app

ALONE: Final = [
    "adopt-restored",
    "archive",
    "as-of",
    "checkpoint",
    "coverage-notice",
    "desk",
    "doctor",
    "feed",
    "fill-topics",
    "kafka-rights",
    "ledger",
    "looks",
    "lost",
    "migrate",
    "onboard",
    "parked",
    "payment-file",
    "platform",
    "positions",
    "rebuild",
    "reconcile",
    "recover",
    "replay",
    "report",
    "republish",
    "restore",
    "service",
    "tidy",
    "token",
    "trace",
    "unreadable",
    "verify-chain",
    "visits",
    "what-if",
]
ADDED: Final = ["contracts", "demo", "examples", "generate", "kafka", "policy", "run"]
#: A process in which the workbench is not installed: no plugin is found, and importing it would fail.
_WITHOUT_WORKBENCH: Final = """
import importlib.metadata, sys
importlib.metadata.entry_points = lambda group: ()
sys.modules["workbench"] = None
from typer.core import TyperGroup
from typer.main import get_command
from onestop.main import app
import onestop.deployment, onestop.one_process, onestop.replay, onestop.restore.command, onestop.trace_printing
print(*sorted(get_command(app).commands))
"""


def test_without_the_workbench_the_platform_s_own_commands_are_there() -> None:
    ended = subprocess.run((sys.executable, "-c", _WITHOUT_WORKBENCH), capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout.split()) == (0, ALONE), ended.stderr


def test_the_workbench_adds_its_commands() -> None:
    everything = get_command(app)
    assert isinstance(everything, TyperGroup)
    assert sorted(everything.commands) == sorted(ALONE + ADDED)
