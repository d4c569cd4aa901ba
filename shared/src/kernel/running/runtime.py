"""The runtime of one service: its connections, its write path, and the background jobs that move its events."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

import msgspec

from kernel.messaging.behind import unconsumed
from kernel.messaging.consumer import BATCH_MAX, GATHER_SECONDS, Consumer
from kernel.messaging.event_log import EventLog
from kernel.messaging.event_log.port import log_topic_of
from kernel.messaging.event_log.share import Member
from kernel.messaging.heard import Heard
from kernel.messaging.inbox import Effects, Inbox, RowsOf
from kernel.messaging.log_telling import LogTelling
from kernel.messaging.publisher_keys import NO_KEYS, PublisherKeys
from kernel.messaging.relay import Relay
from kernel.messaging.telling import Publish, Teller, Telling
from kernel.running.figures import Looking
from kernel.running.leadership import Job, Leadership
from kernel.running.readiness import Readiness
from kernel.running.troubles import Cause, Troubles, cause_of
from kernel.values.contract import Contract
from kernel.values.refusals import Refused
from kernel.writing.command_path import CommandPath
from kernel.writing.database import Connection, Database, Pool, SingleConnection, close_pool
from kernel.writing.event_registry import EventRegistry
from kernel.writing.event_store.restored import require_adopted
from kernel.writing.event_store.sequencer import Sequencer
from kernel.writing.event_store.sources import Source
from kernel.writing.event_store.store import EventStore, Project
from kernel.writing.signals import Signal

#: Jobs have three of eight sessions, commands the others: neither can take the other's.
_JOBS_EIGHTHS: Final = 3
_LAG_PATIENCE_SECONDS: Final = 1.0
#: Sessions for commands that turns leave alone: a turn may ask for a second one, and others only read.
_SPARED: Final = 2


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """A topic that a service consumes, under a consumer name, and what a batch of its messages does.

    ``follows`` names another consumer of the service on the same topic, whose rows the effects read: a batch waits
    until that one has worked it off. ``batch_max`` messages are worked off in one transaction: few where the effects of
    one take long, because this service's later events are numbered only when a transaction that has appended some ends.
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
    #: What it stores that does not follow from events, besides its answers: checkpoints count it.
    sources: tuple[Source, ...] = ()
    #: What to say when a constraint of a read table refuses a row: constraint name → refusal.
    refusals: Mapping[str, Callable[[], Refused]] = {}

    @property
    def topic(self) -> str:
        """The topic on which the service publishes."""
        return self.publishes.topic


class Runtime:
    """A started service without its HTTP side. ``store`` and ``path`` exist after ``start``.

    One that ``keeps_log`` sends every event whole to a topic of its own, before others hear of it.
    """

    store: EventStore
    path: CommandPath

    def __init__(
        self,
        parts: ServiceParts,
        database: Database | str,
        log: EventLog,
        *,
        keys: PublisherKeys = NO_KEYS,
        keeps_log: bool = False,
    ) -> None:
        self.parts = parts
        self.consumers: list[Consumer] = []
        #: By consumer and topic, whether this instance leads or not.
        self.inboxes: dict[tuple[str, str], Inbox] = {}
        self._database = Database(url=database) if isinstance(database, str) else database
        self._log = log
        self._keys = keys
        self._keeps_log = keeps_log
        #: The sessions for commands, and those for the background jobs.
        self.pools: dict[str, Pool] = {}
        self.troubles = Troubles(parts.name)
        self.looking = Looking(parts.topic)
        #: How many messages wait for each consumer on each partition, as of the last look.
        self.lags: dict[tuple[str, str], dict[int, int]] = {}
        self._readiness = Readiness(lambda: self.store.pool)
        self._members: dict[str, Member | None] = {}
        self._leading: asyncio.Task[None] | None = None

    async def start(self, *, background: bool = True) -> None:
        """Connect, and begin to sequence, relay and consume; raises where the database is away."""
        schema, jobs_max = self.parts.schema, max(1, self._database.sessions_max * _JOBS_EIGHTHS // 8)
        commands_max = self._database.sessions_max - jobs_max
        for name, size in (("commands", commands_max), ("jobs", jobs_max)):
            self.pools[name] = await self._database.pool(schema, size, require_adopted)
        self._turns = asyncio.Semaphore(max(1, commands_max - _SPARED))
        self.store = EventStore(
            self.pools["commands"], self.parts.registry, self.parts.project, refusals=self.parts.refusals
        )
        self.path = CommandPath(self.store)
        self.leadership = Leadership(self.parts.schema, self._session, self.store.appended, self.troubles)
        if background:
            self._add_jobs(self.pools["jobs"])
            for consumer in self.consumers:  # also those that wait long for their share of a topic
                await consumer.inbox.standings.exist()
            self._leading = asyncio.create_task(self.leadership.run())

    def _add_jobs(self, pool: Pool) -> None:
        logged = Signal()
        parts = self.parts
        sequencer = Sequencer(pool, self.store.appended, logged, self.troubles.of("sequencer"))
        self.leadership.add("sequencer", sequencer.run)
        self._add_relays(pool, logged)
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
        for subscription in (*rows, *parts.subscriptions(self.path)):
            self._add_consumer(pool, subscription)

    def _add_consumer(self, pool: Pool, subscription: Subscription) -> None:
        name, topic, followed = subscription.consumer, subscription.topic, subscription.follows
        inbox = self.inboxes[name, topic] = Inbox(
            pool,
            name,
            topic,
            subscription.effects,
            types=subscription.types,
            rows_of=subscription.rows_of,
            committed=self.store.appended,
            follows=None if followed is None else self.inboxes[followed, topic],
        )
        job = f"consumer-{name}-{topic}"
        member = self._member(topic)
        consumer = Consumer(
            self._log,
            inbox,
            clock=time.monotonic,
            batch_max=subscription.batch_max,
            gather_seconds=subscription.gather_seconds,
            share=None if member is None else member.share,
            progress=self.troubles.of(job),
            keys=self._keys.of(topic),
        )
        self.consumers.append(consumer)
        add = self.leadership.add if member is None else self.leadership.add_everywhere
        add(job, consumer.run)

    def _member(self, topic: str) -> Member | None:
        """The membership through which a topic is shared out to all our consumers of it, where the transport can."""
        if topic not in self._members:
            job = f"member-{topic}"
            member = self._members[topic] = self._log.member(self.parts.schema, topic, self.troubles.of(job))
            if member is not None:
                self.leadership.add_everywhere(job, member.run)
        return self._members[topic]

    def _add_relays(self, pool: Pool, logged: Signal) -> None:
        parts, key, first = self.parts, self._keys.own, None
        if self._keeps_log:
            kept, told = LogTelling(log_topic_of(parts.topic), key), Signal()
            first = self._relay(pool, kept, "log-relay", logged, sent=told)
            logged = told
        self._relay(pool, Telling(parts.publishes, parts.publish, key), "relay", logged, behind=first)

    def _relay(
        self,
        pool: Pool,
        telling: Teller[Any],
        job: str,
        logged: Signal,
        *,
        behind: Relay | None = None,
        sent: Signal | None = None,
    ) -> Relay:
        relay = Relay(
            pool,
            self.parts.registry,
            telling,
            log=self._log,
            logged=logged,
            term=lambda: self.leadership.term,
            own_keys=self._keys.of(self.parts.topic) or {},
            progress=self.troubles.of(job),
            behind=behind,
            sent=sent,
        )
        self.leadership.add(job, relay.run)
        return relay

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[Connection]:
        """A transaction for a command that holds what it decides by; what it wrote is told on when it has ended.

        A turn keeps a session to itself, so all turns of a service wait in one line: together they never take up the
        whole pool, whatever they are about. Do not take a turn inside a turn.
        """
        async with self._turns, self.store.pool.acquire() as connection, connection.transaction():
            yield connection
        self.store.appended.set()

    def elect(self, name: str, job: Job) -> None:
        """Have a job of the service's own done by the leading instance until ``stop``; call it after ``start``."""
        self.leadership.add(name, job)

    async def _session(self) -> SingleConnection:
        return await self._database.session(self.parts.schema)

    async def unconsumed(self, patience_seconds: float) -> dict[tuple[str, str], int]:
        """By consumer and topic what was published by now and no instance has consumed in time; see ``behind``."""
        return await unconsumed(self.pools["jobs"], self._log, self.inboxes, patience_seconds)

    async def ready(self) -> str | None:
        """What keeps commands from being served; raises when the database does not answer.

        What goes wrong in the background keeps nobody out: it is a metric and an alarm.
        """
        return await self._readiness.check()

    async def observe(self) -> None:
        """Look at what the metrics tell and nobody counts on the way."""
        await self.looking.look(self.pools["jobs"])
        self.lags = {
            (consumer.inbox.consumer, consumer.inbox.topic): await self._lags(consumer) for consumer in self.consumers
        }

    async def _lags(self, consumer: Consumer) -> dict[int, int]:
        try:
            async with asyncio.timeout(_LAG_PATIENCE_SECONDS):
                return await consumer.lags()
        except Exception as error:
            if cause_of(error) is Cause.FAULT:
                raise
            return {}

    async def stop(self) -> None:
        """Stop the jobs between two of their steps and close the connections."""
        if self._leading is not None:
            self._leading.cancel()
            await asyncio.gather(self._leading, return_exceptions=True)
        for pool in self.pools.values():
            await close_pool(pool)
