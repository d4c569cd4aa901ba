"""Leadership: of all instances of a service, one does the background jobs, for as long as its session holds a lock."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final, TypeAlias

import structlog

from kernel.writing.database import SingleConnection
from kernel.writing.passing import passes_by_itself
from kernel.writing.signals import Signal

#: How often an instance that does not lead asks whether it may, and how often the leader's session is tried.
_ASK_SECONDS: Final = 0.5
_HEARTBEAT_SECONDS: Final = 5.0
_BACKOFF_SECONDS: Final = 0.2
_BACKOFF_MAX_SECONDS: Final = 5.0
_log = structlog.get_logger(__name__)

Job: TypeAlias = Callable[[], Coroutine[Any, Any, None]]


def lock_number(name: str) -> int:
    """The advisory lock of a name: the first 63 bits of a hash of it, so that names never clash by chance."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") >> 1


class Leadership:
    """One service's background jobs: run in the instance that leads, each started again when it fails.

    The lock lives in a session of its own and goes with it, so a killed process frees it at once. An instance that
    does not lead tells the leader of what it has appended, through the same session.
    """

    def __init__(self, service: str, connect: Callable[[], Awaitable[SingleConnection]], appended: Signal) -> None:
        self._service = service
        self._channel = f"onestop_{service}"
        self._connect = connect
        self._appended = appended
        self._jobs: dict[str, Job] = {}
        self._running: dict[str, asyncio.Task[None]] | None = None

    @property
    def leads(self) -> bool:
        """Whether this instance leads now."""
        return self._running is not None

    def add(self, name: str, job: Job) -> None:
        """Have a job done by the leader."""
        self._jobs[name] = job
        if self._running is not None:
            self._running[name] = asyncio.create_task(self._kept_going(name, job))

    async def run(self) -> None:
        """Stand for election and lead, again and again, until cancelled."""
        backoff = _BACKOFF_SECONDS
        while True:
            try:
                connection = await self._connect()
                try:
                    await self._wait(connection)
                    backoff = _BACKOFF_SECONDS
                    await self._lead(connection)
                finally:
                    await _close(connection)
            except Exception as error:
                if not passes_by_itself(error):
                    _log.exception("leadership failed", service=self._service)
                elif backoff == _BACKOFF_SECONDS:
                    _log.warning("leadership lost the database", service=self._service, error=repr(error))
            await asyncio.sleep(backoff)
            backoff = min(backoff * 2, _BACKOFF_MAX_SECONDS)

    async def _wait(self, connection: SingleConnection) -> None:
        lock, patience = lock_number(self._service), _HEARTBEAT_SECONDS
        while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", lock, timeout=patience):
            if await self._appended.wait(_ASK_SECONDS):
                await connection.execute("SELECT pg_notify($1, '')", self._channel, timeout=patience)

    async def _lead(self, connection: SingleConnection) -> None:
        lost = Signal()
        connection.add_termination_listener(lambda _connection: lost.set())
        async with asyncio.timeout(_HEARTBEAT_SECONDS):
            await connection.add_listener(self._channel, lambda *_told: self._appended.set())
        self._running = {name: asyncio.create_task(self._kept_going(name, job)) for name, job in self._jobs.items()}
        try:
            while not await lost.wait(_HEARTBEAT_SECONDS):
                await connection.execute("SELECT 1", timeout=_HEARTBEAT_SECONDS)
        finally:
            tasks, self._running = self._running.values(), None
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _kept_going(self, name: str, job: Job) -> None:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None, "jobs are tasks"
        backoff = _BACKOFF_SECONDS
        while True:
            began = loop.time()
            try:
                await job()
            except asyncio.CancelledError as error:
                if task.cancelling():
                    raise
                _log.warning(
                    "job was cancelled by what it waited for", service=self._service, job=name, error=repr(error)
                )
            except Exception as error:
                if passes_by_itself(error):
                    _log.warning("job is held up", service=self._service, job=name, error=repr(error))
                else:
                    _log.exception("job failed", service=self._service, job=name)
            if task.cancelling():
                return  # a job that answers its end with another error ends all the same
            backoff = _BACKOFF_SECONDS if loop.time() - began > _BACKOFF_MAX_SECONDS else backoff
            await asyncio.sleep(backoff)
            backoff = min(backoff * 2, _BACKOFF_MAX_SECONDS)


async def _close(connection: SingleConnection) -> None:
    try:
        await connection.close(timeout=1)
    except Exception:  # it is gone already, and the lock with it
        connection.terminate()
