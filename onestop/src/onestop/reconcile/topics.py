"""The broker whose topics a run reads, too: where it is, and whose messages are believed there."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from onestop.believed import publisher_keys
from onestop.reconcile.broker import Broker
from onestop.transport import transport_of


class Where(msgspec.Struct, frozen=True):
    """A broker's address and what stands before its topics' names; ``folder`` has the keys of an embedded run."""

    bootstrap: str
    prefix: str
    folder: Path


@asynccontextmanager
async def broker_at(admin_url: str, where: Where | None) -> AsyncIterator[Broker | None]:
    """The broker, or nothing where the platform runs on none: then messages in the database are what a run reads."""
    if where is None or not where.bootstrap:
        yield None
        return
    async with transport_of(admin_url, where.bootstrap, where.prefix) as log:
        yield Broker(log, publisher_keys(where.folder))
