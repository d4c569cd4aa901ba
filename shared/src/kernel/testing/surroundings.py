"""A service under test as the world sees it: its own schema and role, the embedded transport, real HTTP, tokens."""

import itertools
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Final
from uuid import NAMESPACE_OID, uuid5

import httpx
import msgspec
from fastapi import FastAPI

from kernel.http import Address, serving
from kernel.http.plain import TRUSTS_NOBODY
from kernel.messaging.envelope import type_of
from kernel.messaging.event_log import EventLog, Outgoing, Publisher, partition_of
from kernel.messaging.event_log.embedded import EmbeddedEventLog
from kernel.running import migrations
from kernel.running.clock import Clock
from kernel.running.hosting import Host
from kernel.security import Issuer, Role
from kernel.values.contract import Contract
from kernel.writing.database import Database, Pool, administering, open_pool

_WORDS: Final = itertools.count(1)


class Service:
    """A running service: clients for any caller, and what it stored and published."""

    def __init__(self, url: str, issuer: Issuer, pool: Pool, stack: AsyncExitStack) -> None:
        self.pool = pool
        self._url = url
        self._issuer = issuer
        self._stack = stack

    async def client(
        self,
        role: Role,
        organisation: str | None = None,
        *,
        subject: str | None = None,
        divisions: Collection[str] | None = None,
    ) -> httpx.AsyncClient:
        """A client with a token; each POST gets a fresh idempotency key unless it brings one."""
        token = self._issuer.issue(role, subject or f"{role}-1", organisation, 3600, time.time(), divisions=divisions)

        async def add_key(request: httpx.Request) -> None:
            if request.method == "POST" and "idempotency-key" not in request.headers:
                request.headers["idempotency-key"] = f"key-{next(_WORDS)}"

        client = httpx.AsyncClient(
            verify=TRUSTS_NOBODY,
            base_url=self._url,
            headers={"Authorization": f"Bearer {token}"},
            event_hooks={"request": [add_key]},
            timeout=30,
        )
        return await self._stack.enter_async_context(client)


class Surroundings:
    """A fresh database with a transport, in which services are served and told what others published."""

    def __init__(self, database: str, issuer: Issuer, log: EventLog, bus: Pool, stack: AsyncExitStack) -> None:
        self.bus = bus
        #: Whether services that are served from now on keep their logs on a topic.
        self.keeps_logs = False
        self.log = log
        self._database = database
        self._issuer = issuer
        self._stack = stack
        self._told: Counter[tuple[str, int]] = Counter()
        self._publisher: Publisher | None = None

    async def serve(self, package: str, build: Callable[[Host], FastAPI], *, clock: Clock) -> Service:
        """Start the service as its own role, on the tables it has or else gets, and speak to it over a socket."""
        await migrations.prepare(self._database, [package])
        if not await _has_tables(self._database, package):
            await migrations.upgrade(self._database, package, package)
        database = Database(url=self._database, user=package)
        host = Host(
            database=database,
            log=self.log,
            authenticator=self._issuer.authenticator(),
            clock=clock,
            keeps_log=self.keeps_logs,
        )
        running = await self._stack.enter_async_context(serving([(build(host), Address())]))
        pool = await open_pool(self._database, schema=package, size=2)
        self._stack.push_async_callback(pool.close)
        return Service(running.addresses[0], self._issuer, pool, self._stack)

    async def tell(self, contract: Contract, key: str, event: Any) -> None:
        """Publish a contract event as the service whose contract it is would."""
        topic = contract.topic
        partition = partition_of(key)
        self._told[topic, partition] += 1
        pseq = self._told[topic, partition]
        headers = (
            ("ce_id", str(uuid5(NAMESPACE_OID, f"{topic}/{partition}/{pseq}"))),
            ("ce_type", type_of(contract, type(event))),
            ("ce_time", datetime.now(UTC).isoformat()),
            ("ce_pseq", str(pseq)),
        )
        if self._publisher is None:
            self._publisher = await self.log.publisher()
            self._stack.push_async_callback(self._publisher.close)
        body = msgspec.json.encode(event)
        message = Outgoing(topic=topic, partition=partition, pseq=pseq, key=key, headers=headers, body=body)
        await self._publisher.publish([message])

    def withhold(self, contract: Contract, key: str) -> None:
        """The next message of a key's partition is numbered, and never comes."""
        self._told[contract.topic, partition_of(key)] += 1


async def _has_tables(database: str, schema: str) -> bool:
    async with administering(database) as connection:
        return await connection.fetchval("SELECT to_regclass($1 || '.events') IS NOT NULL", schema) is True


@asynccontextmanager
async def surroundings(database: str, issuer: Issuer, log: EventLog | None = None) -> AsyncIterator[Surroundings]:
    """Open surroundings on ``database``, whose user may create roles; everything stops at the end.

    The transport is the embedded one, or else ``log``.
    """
    await migrations.prepare(database, [])
    async with AsyncExitStack() as stack:
        bus = await open_pool(database, schema="bus", size=4)
        stack.push_async_callback(bus.close)
        yield Surroundings(database, issuer, log or EmbeddedEventLog(bus), bus, stack)
