"""A signal that wakes whoever waits in this process; everyone else finds out at the next look."""

import asyncio


def asked_to_end() -> bool:
    """Whether the task that runs was cancelled, also where another error has come instead of that.

    A session that dies while it is given back says so in place of the cancellation, and a loop that tries again after
    errors would go on for ever.
    """
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


class Signal:
    """Set by a writer, awaited with a time-out by readers of the same process."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def set(self) -> None:
        """Wake all who wait now."""
        self._event.set()

    async def wait(self, timeout_seconds: float) -> bool:
        """Wait for a set() since the last wait, or the time-out; true where it was set."""
        try:
            async with asyncio.timeout(timeout_seconds):
                await self._event.wait()
        except TimeoutError:
            return False
        self._event.clear()
        return True
