"""The runtime of one service: its connections, its write path, and the background jobs that move its events."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any

import msgspec

from kernel.messaging.consumer import BATCH_MAX, Consumer
from kernel.messaging.event_log import EventLog
from kernel.messaging.heard import Heard, effects_of
from kernel.messaging.inbox import Effects, Inbox
from kernel.messaging.relay import Publish, Relay
from kernel.running.election import run_elected
from kernel.values.contract import Contract
from kernel.values.refusals import Refused
from kernel.writing.command_path import CommandPath
from kernel.writing.database import Pool, open_pool
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
    follows: str | None = None
    batch_max: int = BATCH_MAX


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
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self, *, background: bool = True) -> None:
        """Connect, and begin to sequence, relay and consume; raises where the database is away."""
        pool, jobs = [await self._pool(size) for size in (10, 16)]
        self.store = EventStore(pool, self.parts.registry, self.parts.project, refusals=self.parts.refusals)
        self.path = CommandPath(self.store)
        if background:
            self._start_jobs(jobs)

    def _start_jobs(self, pool: Pool) -> None:
        logged = Signal()
        parts = self.parts
        sequencer = Sequencer(pool, self.store.appended, logged)
        relay = Relay(pool, parts.registry, parts.publishes, parts.publish, log=self._log, logged=logged)
        self._elect(pool, "sequencer", sequencer.run)
        self._elect(pool, "relay", relay.run)
        rows = [
            Subscription(consumer=heard.consumer, topic=heard.contract.topic, effects=effects_of(heard))
            for heard in parts.heard
        ]
        for subscription in (*rows, *parts.subscriptions(self.path)):
            inbox = Inbox(pool, subscription.consumer, subscription.topic, subscription.effects)
            consumer = Consumer(
                self._log,
                inbox,
                clock=time.monotonic,
                follows=subscription.follows,
                batch_max=subscription.batch_max,
            )
            self.consumers.append(consumer)
            self._elect(pool, f"consumer-{subscription.consumer}-{subscription.topic}", consumer.run)

    def elect(self, job: str, run: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Run a job of the service's own in one elected instance until ``stop``; call it after ``start``."""
        self._elect(self._pools[-1], job, run)

    def _elect(self, pool: Pool, job: str, run: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._tasks.append(asyncio.create_task(run_elected(pool, f"{self.parts.schema}/{job}", run)))

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
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for pool in self._pools:
            await pool.close()
