"""One picture of all services' tables as they are at one moment, for what is put together from several of them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from kernel.writing.database import SingleConnection
from kernel.writing.event_store.log import read_stream
from kernel.writing.event_store.stream import LoggedEvent
from kernel.writing.snapshots import snapshot
from onestop.services import SERVICES


class Picture:
    """A read-only session in one transaction, which is turned from service to service."""

    def __init__(self, session: SingleConnection) -> None:
        self._session = session

    async def of(self, service: str) -> SingleConnection:
        """The session, seeing the tables of a service until it is turned to another one."""
        await self._session.execute(f'SET LOCAL search_path TO "{SERVICES[service].schema}"')
        return self._session

    async def stream(self, service: str, stream_id: str) -> list[LoggedEvent]:
        """A stream's events, oldest first; raises ArchivedError where they are not at hand."""
        return await read_stream(await self.of(service), SERVICES[service].parts.registry, stream_id)


@asynccontextmanager
async def picture(url: str) -> AsyncIterator[Picture]:
    """The platform's database as it is now, whatever is written meanwhile, by one session."""
    async with snapshot(url, "public") as session:
        yield Picture(session)
