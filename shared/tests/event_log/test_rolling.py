"""A rolling deployment with something new on a topic, in both orders: nothing is parked and nothing is lost."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest
from shared.tests.event_log.world import World, stored

from kernel.messaging.consumer import Consumer
from kernel.messaging.envelope import Published, decode, types_of
from kernel.messaging.event_log import Message, partition_of
from kernel.messaging.inbox import Inbox
from kernel.running.runtime import Runtime
from kernel.testing import tally
from kernel.testing.deadline import eventually
from kernel.values.contract import Contract, Kind
from kernel.writing.database import Connection
from kernel.writing.event_store import RecordedEvent

pytestmark = pytest.mark.parametrize("world", ["embedded"], indirect=True)  # no transport has a part in it


class Cleared(msgspec.Struct, frozen=True):
    """What the newer program tells besides: a tally was looked at."""

    tally: str


def publish_newly(recorded: RecordedEvent) -> Published | None:
    """Notes are told now, too, beside the counts."""
    event: Any = recorded.event
    return Published("a", Cleared(event.text)) if isinstance(event, tally.Noted) else tally.publish(recorded)


def _before(world: World) -> Contract:
    return Contract.of(world.topic, tally.Counted)


def _after(world: World) -> Contract:
    return Contract.of(world.topic, tally.Counted, Cleared)


def _raised(world: World) -> Contract:
    return Contract.of(world.topic, Kind(tally.Counted, (lambda plain: plain,)))


@asynccontextmanager
async def publishing(world: World, contract: Contract) -> AsyncIterator[Runtime]:
    """The publisher in a release of its program."""
    parts = msgspec.structs.replace(tally.PARTS, publishes=contract, publish=publish_newly)
    if Cleared not in [kind.event_class for kind in contract.kinds]:
        parts = msgspec.structs.replace(parts, publish=tally.publish)
    runtime = Runtime(parts, world.database, world.log)
    await runtime.start()
    try:
        yield runtime
    finally:
        await runtime.stop()


class Reading:
    """The consumer in a release of its program."""

    def __init__(self, world: World, contract: Contract, *kinds: type[msgspec.Struct]) -> None:
        self._contract = contract
        self.heard: list[Any] = []
        types = types_of(contract, *kinds)
        self.inbox = Inbox(world.pool, "reader", world.topic, self._effects, types)
        self.consumer = Consumer(world.log, self.inbox, clock=time.monotonic)

    async def _effects(self, _connection: Connection, messages: Sequence[Message]) -> None:
        self.heard += [decode(self._contract, message.type, message.body) for message in messages]

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Reading"]:
        """Read until the block ends; what stops the consumer stays in its ``trouble``."""
        task = asyncio.create_task(self.consumer.run())
        try:
            yield self
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def came_to(self, world: World, pseq: int) -> None:
        """Wait until it stands there, as stored."""

        async def there() -> bool:
            return await stored(world, "reader", partition_of("a")) == pseq

        await eventually(there)


async def _count(runtime: Runtime, key: str, amount: int) -> None:
    await runtime.path.run(tally.context(key), lambda: tally.count(runtime.store, "a", amount))


async def _note(runtime: Runtime, key: str) -> None:
    await runtime.path.run(tally.context(key), lambda: tally.note(runtime.store, key))


async def test_the_publisher_first_what_the_reader_does_not_know_it_passes_over_and_counts(world: World) -> None:
    await world.runtime.start(background=False)
    async with publishing(world, _after(world)) as publisher:
        async with Reading(world, _before(world), tally.Counted).running() as older:
            await _count(publisher, "k1", 1)
            await _note(publisher, "n1")
            await _count(publisher, "k2", 2)
            await older.came_to(world, 3)
        assert [event.amount for event in older.heard] == [1, 2]
        assert (older.inbox.interest.passed_over, older.consumer.trouble) == (1, None)
        async with Reading(world, _after(world), tally.Counted, Cleared).running() as newer:
            await _note(publisher, "n2")
            await newer.came_to(world, 4)
        assert newer.heard == [Cleared("n2")]
    assert await world.pool.fetchval("SELECT count(*) FROM inbox_parked") == 0


async def test_the_reader_first_it_reads_the_old_and_the_new_as_soon_as_it_is_told(world: World) -> None:
    await world.runtime.start(background=False)
    async with Reading(world, _after(world), tally.Counted, Cleared).running() as newer:
        async with publishing(world, _before(world)) as before:
            await _note(before, "n0")
            await _count(before, "k1", 1)
            await newer.came_to(world, 1)
        async with publishing(world, _after(world)) as after:
            await _note(after, "n1")
            await newer.came_to(world, 2)
    assert [type(event) for event in newer.heard] == [tally.Counted, Cleared]
    assert newer.inbox.interest.passed_over == 0


async def test_a_newer_version_stops_the_reader_before_it_and_the_newer_reader_goes_on_from_there(world: World) -> None:
    await world.runtime.start(background=False)
    reading = Reading(world, _before(world), tally.Counted)
    async with publishing(world, _before(world)) as before, reading.running() as older:
        await _count(before, "k1", 1)
        await older.came_to(world, 1)
    async with publishing(world, _raised(world)) as after:
        async with Reading(world, _before(world), tally.Counted).running() as older:
            await _count(after, "k2", 2)

            async def stopped() -> bool:
                return older.consumer.trouble is not None

            await eventually(stopped)
            assert older.consumer.trouble is not None
            assert "start the newer program, which goes on from message 2" in older.consumer.trouble
        assert await stored(world, "reader", partition_of("a")) == 1
        async with Reading(world, _raised(world), tally.Counted).running() as newer:
            await newer.came_to(world, 2)
        assert [event.amount for event in newer.heard] == [2]
    assert await world.pool.fetchval("SELECT count(*) FROM inbox_parked") == 0
