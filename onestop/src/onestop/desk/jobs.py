"""What goes on at the desk after its request was answered, and ends with the desk."""

import asyncio
from collections.abc import Coroutine
from typing import Any, Final

import structlog

from kernel.http.logs import describe_exception

_log: Final = structlog.get_logger(__name__)


class Jobs:
    """Tasks of one desk. Each keeps by itself how it ended; here nothing but a line in the log is left of a failure."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def begin(self, name: str, work: Coroutine[Any, Any, Any]) -> None:
        """Let it go on by itself."""
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    async def stop(self) -> None:
        """Break off what goes on, and wait until it has said so."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.warning("a job of the desk failed", job=task.get_name(), **describe_exception(error))
