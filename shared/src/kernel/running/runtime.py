"""The runtime of one service: its connections, its write path, and the background jobs that move its events."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence

import msgspec

from kernel.messaging.consumer import BATCH_MAX, GATHER_SECONDS, Consumer
from kernel.messaging.event_log import EventLog
from kernel.messaging.heard import Heard
from kernel.messaging.inbox import Effects, Inbox, RowsOf
from kernel.messaging.relay import Publish, Relay
from kernel.running.leadership import Job, Leadership
from kernel.values.contract import Contract
from kernel.values.refusals import Refused
from kernel.writing.command_path import CommandPath
from kernel.writing.database import Pool, SingleConnection, open_pool, open_session
from kernel.writing.event_registry import EventRegistry
from kernel.writing.event_store.sequencer import Sequencer
from kernel.writing.event_store.store import EventStore, Project
from kernel.writing.signals import Signal


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """A topic that a service consumes, under a consumer name, and what a batch of its messages does.

    ``follows`` names another consumer of the service on the same topic, whose rows the effects read: a batch waits
    until that one has worked it off. ``batch_max`` messages are worked off in one transaction: few where the effects of
    one take long, because while a transaction writes, no service's later events are numbered.
    """

    consumer: str
    topic: str
    effects: Effects
    #: The CloudEvents types that it reads; the others are passed over, and cost nothing.
    types: frozenset[str] | None = None
    #: Where rows are all that the effects come to.
    rows_of: RowsOf | None = None
    follows: str | None = None
    batch_max: int = BATCH_MAX
    gather_seconds: float = GATHER_SECONDS


class ServiceParts(msgspec.Struct, frozen=True, kw_only=True):
    """What makes one service different from another, as far as the runtime is concerned."""

    name: str
    schema: str
    publishes: Contract
    registry: EventRegistry
    project: Project
    publish: Publish
    #: Made when the store exists, because a consumer's effects may append to it.
    subscriptions: Callable[[CommandPath], Sequence[Subscription]] = lambda _path: ()
    heard: tuple[Heard, ...] = ()
    #: What to say when a constraint of a read table refuses a row: constraint name → refusal.
    refusals: Mapping[str, Callable[[], Refused]] = {}

    @property
    def topic(self) -> str:
        """The topic on which the service publishes."""
        return self.publishes.topic


class Runtime:
    """A started service without its HTTP side. ``store`` and ``path`` exist after ``start``."""

    store: EventStore
    path: CommandPath

    def __init__(self, parts: ServiceParts, database_url: str, log: EventLog, *, user: str | None = None) -> None:
        self.parts = parts
        self.consumers: list[Consumer] = []
        self._database_url = database_url
        self._user = user
        self._log = log
        self._pools: list[Pool] = []
        self._leading: asyncio.Task[None] | None = None

    async def start(self, *, background: bool = True) -> None:
        """Connect, and begin to sequence, relay and consume; raises where the database is away."""
        pool, jobs = [await self._pool(size) for size in (10, 10)]
        self.store = EventStore(pool, self.parts.registry, self.parts.project, refusals=self.parts.refusals)
        self.path = CommandPath(self.store)
        self._leadership = Leadership(self.parts.schema, self._session, self.store.appended)
        if background:
            self._add_jobs(jobs)
            self._leading = asyncio.create_task(self._leadership.run())

    def _add_jobs(self, pool: Pool) -> None:
        logged = Signal()
        parts = self.parts
        sequencer = Sequencer(pool, self.store.appended, logged)
        relay = Relay(pool, parts.registry, parts.publishes, parts.publish, log=self._log, logged=logged)
        self._leadership.add("sequencer", sequencer.run)
        self._leadership.add("relay", relay.run)
        rows = [
            Subscription(
                consumer=heard.consumer,
                topic=heard.contract.topic,
                effects=heard.effects,
                types=heard.types,
                rows_of=heard.rows_of,
            )
            for heard in parts.heard
        ]
        inboxes: dict[tuple[str, str], Inbox] = {}
        for subscription in (*rows, *parts.subscriptions(self.path)):
            name, topic = subscription.consumer, subscription.topic
            inbox = inboxes[name, topic] = Inbox(
                pool,
                name,
                topic,
                subscription.effects,
                subscription.types,
                subscription.rows_of,
                self.store.appended,
            )
            consumer = Consumer(
                self._log,
                inbox,
                clock=time.monotonic,
                follows=None if subscription.follows is None else inboxes[subscription.follows, topic],
                batch_max=subscription.batch_max,
                gather_seconds=subscription.gather_seconds,
            )
            self.consumers.append(consumer)
            self._leadership.add(f"consumer-{name}-{topic}", consumer.run)

    def elect(self, name: str, job: Job) -> None:
        """Have a job of the service's own done by the leading instance until ``stop``; call it after ``start``."""
        self._leadership.add(name, job)

    async def _session(self) -> SingleConnection:
        return await open_session(self._database_url, schema=self.parts.schema, user=self._user)

    async def _pool(self, size: int) -> Pool:
        pool = await open_pool(self._database_url, schema=self.parts.schema, user=self._user, size=size)
        self._pools.append(pool)
        return pool

    async def ready(self) -> str | None:
        """What keeps the service from being ready; raises when the database or the transport is away."""
        await self.store.pool.fetchval("SELECT 1")
        await self._log.ready()
        for consumer in self.consumers:
            if consumer.trouble is not None:
                return consumer.trouble
        return None

    async def stop(self) -> None:
        """Stop the jobs between two of their steps and close the connections."""
        if self._leading is not None:
            self._leading.cancel()
            await asyncio.gather(self._leading, return_exceptions=True)
        for pool in self._pools:
            await pool.close()
