"""The command line, called from a test in whose process the services run."""

import asyncio

import structlog
from typer.testing import CliRunner, Result

from onestop.main import app

#: So wide that no word of ours is cut.
_COLUMNS = "300"


async def onestop(*words: str) -> Result:
    """What ``onestop`` with these words says, and its exit status; the services' own log is left out."""
    runner = CliRunner(env={"COLUMNS": _COLUMNS})
    with structlog.testing.capture_logs():
        return await asyncio.to_thread(lambda: runner.invoke(app, list(words)))
