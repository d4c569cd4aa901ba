"""Leadership: of all instances of a service, one does the background jobs, while it holds a lock and a lease."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final, TypeAlias

import asyncpg
import structlog

from kernel.running.clock import Clock, system_clock
from kernel.running.lease import LEASE_SECONDS, Lease
from kernel.running.troubles import Troubles
from kernel.writing.database import SingleConnection
from kernel.writing.signals import Signal, asked_to_end

#: How often an instance that does not lead asks whether it may.
_ASK_SECONDS: Final = 0.5
_PATIENCE_SECONDS: Final = 5.0
_BACKOFF_SECONDS: Final = 0.2
_BACKOFF_MAX_SECONDS: Final = 5.0
#: A job that has not failed for so long gets on, whether it says so or not.
_WORKS_SECONDS: Final = 30.0
_ELECTION: Final = "election"
_log = structlog.get_logger(__name__)

Job: TypeAlias = Callable[[], Coroutine[Any, Any, None]]


def lock_number(name: str) -> int:
    """The advisory lock of a name: the first 63 bits of a hash of it, so that names never clash by chance."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") >> 1


class Leadership:
    """One service's background jobs: run in the instance that leads, each started again when it fails.

    The lock lives in a session of its own and goes with it, so a killed process frees it at once; one that is frozen
    or cut off loses it when its lease has run out. An instance that does not lead tells the leader of what it has
    appended, through the same session.
    """

    def __init__(
        self,
        service: str,
        connect: Callable[[], Awaitable[SingleConnection]],
        appended: Signal,
        troubles: Troubles | None = None,
        *,
        clock: Clock = system_clock,
        lease_seconds: float = LEASE_SECONDS,
    ) -> None:
        self._service = service
        self._lease = Lease(lock_number(service), clock, lease_seconds)
        self._channel = f"onestop_{service}"
        self._connect = connect
        self._appended = appended
        self._jobs: dict[str, Job] = {}
        self._running: dict[str, asyncio.Task[None]] | None = None
        self._troubles = Troubles(service) if troubles is None else troubles
        self._everywhere: dict[str, Job] = {}
        self._doing_now: list[dict[str, asyncio.Task[None]]] = []
        #: The election that this instance won last, counted over all instances.
        self.term = 0
        #: How often this instance was elected since it started, and how many silent leaders it put an end to.
        self.elections = 0
        self.replaced = 0

    @property
    def leads(self) -> bool:
        """Whether this instance leads now."""
        return self._running is not None

    @property
    def clock_skew_seconds(self) -> float:
        """How far this machine's clock is ahead of the database's."""
        return self._lease.clock_skew_seconds

    def add(self, name: str, job: Job) -> None:
        """Have a job done by the leader."""
        self._jobs[name] = job
        if self._running is not None:
            self._running[name] = asyncio.create_task(self._kept_going(name, job))

    def add_everywhere(self, name: str, job: Job) -> None:
        """Have a job done by every instance that the database answers, whoever leads; call it before ``run``.

        One that the database does not answer does nothing and must hold nothing, such as a share of a topic.
        """
        self._everywhere[name] = job

    async def run(self) -> None:
        """Stand for election and lead, again and again, until cancelled."""
        backoff = _BACKOFF_SECONDS
        while True:
            try:
                connection = await self._connect()
                try:
                    async with self._doing(self._everywhere):
                        await self._wait(connection)
                        backoff = _BACKOFF_SECONDS
                        await self._lead(connection)
                finally:
                    await _close(connection)
            except Exception as error:
                if asked_to_end():
                    return
                self._troubles.failed(_ELECTION, error)
            await asyncio.sleep(backoff)
            backoff = min(backoff * 2, _BACKOFF_MAX_SECONDS)

    async def _wait(self, connection: SingleConnection) -> None:
        while (standing := await self._lease.stand(connection)).term is None:
            self._troubles.works(_ELECTION)
            if standing.silent and await self._lease.replace(connection):
                self.replaced += 1
                _log.warning("a silent leader was replaced", service=self._service)
                continue
            if await self._appended.wait(_ASK_SECONDS):
                await connection.execute("SELECT pg_notify($1, '')", self._channel, timeout=_PATIENCE_SECONDS)
        self.term = standing.term

    async def _lead(self, connection: SingleConnection) -> None:
        lost = Signal()
        connection.add_termination_listener(lambda _connection: lost.set())
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await connection.add_listener(self._channel, lambda *_told: self._appended.set())
        self.elections += 1
        self._troubles.works(_ELECTION)
        _log.info("leads", service=self._service, elections=self.elections)
        async with self._doing(self._jobs) as running:
            self._running = running
            try:
                await self._keep_lease(connection, lost)
            finally:
                self._running = None

    @asynccontextmanager
    async def _doing(self, jobs: Mapping[str, Job]) -> AsyncIterator[dict[str, asyncio.Task[None]]]:
        """Keep jobs going; gives their tasks, to which more may be added."""
        tasks = {name: asyncio.create_task(self._kept_going(name, job)) for name, job in jobs.items()}
        self._doing_now.append(tasks)
        try:
            yield tasks
        finally:
            # All at once: a job that waits for the database must not hold up the goodbye to a group.
            for task in (task for doing in self._doing_now for task in doing.values()):
                task.cancel()
            self._doing_now.remove(tasks)
            await asyncio.gather(*tasks.values(), return_exceptions=True)
            self._troubles.forget(tasks)

    async def _keep_lease(self, connection: SingleConnection, lost: Signal) -> None:
        loop = asyncio.get_running_loop()
        renewed = loop.time()
        while not await lost.wait(self._lease.renew_seconds):
            try:
                await self._lease.renew(connection, self.term)
                renewed = loop.time()
            except asyncpg.PostgresError:  # the session is well and the server in trouble, such as a full disk
                if loop.time() - renewed > self._lease.seconds:
                    raise

    async def _kept_going(self, name: str, job: Job) -> None:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None, "jobs are tasks"
        backoff = _BACKOFF_SECONDS
        while True:
            began = loop.time()
            assumed = loop.call_later(_WORKS_SECONDS, self._troubles.works, name)
            try:
                await job()
            except asyncio.CancelledError as error:
                if task.cancelling():
                    raise
                self._troubles.failed(name, error)
            except Exception as error:
                if not task.cancelling():
                    self._troubles.failed(name, error)
            else:
                self._troubles.works(name)
            finally:
                assumed.cancel()
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
