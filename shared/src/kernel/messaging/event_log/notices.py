"""Notices of the embedded transport: a publisher in another process says that a topic has grown."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

import structlog

from kernel.messaging.event_log.handing import Readers
from kernel.writing.database import Connection, Pool, SingleConnection
from kernel.writing.signals import asked_to_end

CHANNEL: Final = "onestop_bus"
_AGAIN_SECONDS: Final = 5.0
_log = structlog.get_logger(__name__)


class Notices:
    """Listens for as long as anybody in this process reads."""

    def __init__(
        self, pool: Pool, readers: Readers, session: Callable[[], Awaitable[SingleConnection]] | None = None
    ) -> None:
        self._pool = pool
        self._session = session
        self._readers = readers
        self._listening: asyncio.Task[None] | None = None
        self._hears: bool | None = None
        #: Stands in the notices of this process, which needs none of its own.
        self.origin = os.urandom(8).hex()

    def begin(self) -> None:
        """Listen from now on."""
        if self._listening is None or self._listening.done():
            self._listening = asyncio.create_task(self._listen(), name="notices")

    def end(self) -> None:
        """Listen no longer, unless somebody still reads."""
        if self._listening is not None and not self._readers.some:
            self._listening.cancel()
            self._listening = None

    async def _listen(self) -> None:
        while True:
            try:
                async with self._connection() as connection:
                    await self._listen_on(connection)
            except Exception as error:
                if asked_to_end():
                    return
                if self._hears is not False:
                    self._hears = False
                    _log.warning("the embedded transport hears no notices", error=repr(error))
            await asyncio.sleep(_AGAIN_SECONDS)

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Connection | SingleConnection]:
        if self._session is None:
            async with self._pool.acquire() as connection:
                yield connection
            return
        session = await self._session()
        try:
            yield session
        finally:
            session.terminate()

    async def _listen_on(self, connection: Connection | SingleConnection) -> None:
        lost = asyncio.Event()
        connection.add_termination_listener(lambda _connection: lost.set())
        await connection.add_listener(CHANNEL, self._heard)
        if self._hears is False:
            _log.info("the embedded transport hears notices again")
        self._hears = True
        self._readers.notice_all()  # what was published before is said by nobody
        try:
            await lost.wait()
        finally:
            if not connection.is_closed():
                await connection.remove_listener(CHANNEL, self._heard)

    def _heard(self, _connection: object, _pid: int, _channel: str, payload: object) -> None:
        origin, _, topic = str(payload).partition(" ")
        if origin != self.origin:
            self._readers.notice(topic)
