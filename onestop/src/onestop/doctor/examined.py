"""The platform as the doctor finds it: its database, its services' doors, its broker. Nothing is changed."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import msgspec

from kernel.running.service import Service
from kernel.writing.database import SingleConnection, administering


class Examined(msgspec.Struct, frozen=True, kw_only=True):
    """Where to look. ``doors`` are the services' addresses; without any, nobody is spoken to."""

    database_url: str
    services: Mapping[str, Service]
    doors: Mapping[str, str] = {}
    kafka_bootstrap: str | None = None
    topic_prefix: str = ""

    @asynccontextmanager
    async def session(self, schema: str = "public") -> AsyncIterator[SingleConnection]:
        """A session that changes nothing and gives up soon; ``schema`` is the service's."""
        settings = {"default_transaction_read_only": "on", "statement_timeout": "10s", "lock_timeout": "2s"}
        async with administering(
            self.database_url, search_path=schema, application_name="onestop-doctor", **settings
        ) as connection:
            yield connection
