"""The contract of store, relay and inbox, the same on both transports."""

import asyncio
import contextlib
import time
from collections.abc import Mapping, Sequence

import asyncpg
import msgspec
import pytest
from shared.tests.event_log.world import World, numbered, stored

from kernel.messaging.consumer import Consumer
from kernel.messaging.event_log import EventLog, Message, Outgoing, Publisher, Reader, partition_of
from kernel.messaging.event_log.share import Member
from kernel.messaging.inbox import Inbox
from kernel.running.runtime import Runtime
from kernel.testing.deadline import eventually
from kernel.writing.database import Connection
from kernel.writing.progress import UNHEARD, Progress

_CANCEL_SQL = """
SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'INSERT INTO heard%'
"""


async def test_what_is_appended_is_consumed_once_and_in_order_of_its_key(world: World) -> None:
    await world.runtime.start()
    for i in range(30):
        await world.count(f"k{i}", f"t{i % 3}", i + 1)
    heard = await world.hears(30)
    for name in ("t0", "t1", "t2"):
        amounts = [amount for tally_name, amount in heard if tally_name == name]
        assert amounts == sorted(amounts)
        assert len(amounts) == 10


async def test_a_relay_that_died_after_sending_doubles_nothing(world: World) -> None:
    await world.runtime.start()
    await world.count("k1", "a", 1)
    await world.count("k2", "a", 2)
    await world.hears(2)
    # As after kill -9 between sending and moving the cursor: the same events go out again.
    await world.pool.execute("UPDATE relay SET gseq = 0, pseqs = '[0,0,0,0,0,0,0,0,0,0,0,0]'")
    await world.runtime.stop()
    world.runtime = Runtime(world.runtime.parts, world.database, world.log)
    await world.runtime.start()
    await world.count("k3", "a", 3)
    assert await world.hears(3) == [("a", 1), ("a", 2), ("a", 3)]


async def test_a_consumer_that_gets_nothing_although_there_are_messages_is_started_anew(world: World) -> None:
    await world.runtime.start()
    await world.count("k1", "a", 1)
    await world.hears(1)
    deaf = _DeafOnce(world.log)
    inbox = Inbox(world.pool, "second", world.topic, world.recorder.effects)
    consumer = Consumer(deaf, inbox, clock=time.monotonic, stalled_seconds=0.5)

    async def run() -> None:
        while True:
            with contextlib.suppress(Exception):
                await consumer.run()

    task = asyncio.create_task(run())
    await world.hears(2)
    assert deaf.readers >= 2
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_follower_works_a_message_off_only_after_the_one_it_follows(world: World) -> None:
    await world.runtime.start()
    await world.count("k1", "a", 1)
    await world.hears(1)
    leader, seen = Inbox(world.pool, "leader", world.topic, world.recorder.effects), list[int]()

    async def effects(_connection: Connection, messages: Sequence[Message]) -> None:
        seen.append(await stored(world, "leader", messages[-1].partition) - messages[-1].pseq)

    inbox = Inbox(world.pool, "follower", world.topic, effects, follows=leader)
    consumer = Consumer(world.log, inbox, clock=time.monotonic)
    task = asyncio.create_task(consumer.run())
    message = numbered(world.topic, pseq=1)
    await world.count("k2", "a", 2)
    await world.hears(2)
    assert seen == []
    await leader.consume({message.partition: [message, numbered(world.topic, pseq=2)]})

    async def followed() -> bool:
        return bool(seen) and await stored(world, "follower", message.partition) == 2

    await eventually(followed)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert min(seen) >= 0


@pytest.mark.parametrize("again", [[2], [2, 3, 4]], ids=["only what is missing", "all from there on"])
async def test_a_gap_is_mended_when_the_missing_message_comes_again_behind(world: World, again: list[int]) -> None:
    await world.runtime.start(background=False)
    publisher = await world.log.publisher()
    inbox = Inbox(world.pool, "reader", world.topic, world.recorder.effects)
    consumer = Consumer(world.log, inbox, clock=time.monotonic)
    await publisher.publish([_outgoing(world.topic, n) for n in (1, 3, 4)])
    task = asyncio.create_task(consumer.run())

    async def held_up() -> bool:
        return consumer.trouble is not None

    await eventually(held_up)
    assert consumer.trouble is not None
    assert "message 2 of topic" in consumer.trouble
    assert await world.hears(1) == [("a", 1)]
    await publisher.publish([_outgoing(world.topic, n) for n in again])
    assert await world.hears(4) == [("a", 1), ("a", 2), ("a", 3), ("a", 4)]

    async def goes_on() -> bool:
        return consumer.trouble is None and await stored(world, "reader", partition_of("a")) == 4

    await eventually(goes_on)
    assert not task.done(), "it has looked for it without being started anew"
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await publisher.close()


def _outgoing(topic: str, pseq: int) -> Outgoing:
    same = msgspec.structs.asdict(numbered(topic, pseq=pseq))
    del same["offset"], same["head"]
    return Outgoing(**{**same, "headers": tuple(same["headers"].items())})


async def test_a_relay_that_was_replaced_stops(world: World) -> None:
    await world.runtime.start()
    await world.count("k1", "a", 1)
    await world.hears(1)
    await world.pool.execute("UPDATE relay SET epoch = epoch + 1")
    await world.count("k2", "a", 2)
    await world.hears(2)

    async def elected_again() -> bool:
        return bool(await world.pool.fetchval("SELECT epoch > 2 FROM relay"))

    await eventually(elected_again)
    await world.count("k3", "a", 3)
    assert await world.hears(3) == [("a", 1), ("a", 2), ("a", 3)]


async def test_what_passes_by_itself_is_tried_until_it_has_passed_and_parks_nothing(world: World) -> None:
    await world.runtime.start()
    await world.count("k1", "a", 1)
    await world.hears(1)
    (consumer,) = world.runtime.consumers
    admin = await asyncpg.connect(world.database)
    async with admin.transaction():
        await admin.execute("LOCK TABLE tally.heard IN ACCESS EXCLUSIVE MODE")
        await world.count("k2", "a", 2)

        async def cancelled_four_times() -> bool:
            await world.pool.execute(_CANCEL_SQL)
            return consumer.retries > 3

        await eventually(cancelled_four_times)
        assert consumer.trouble is not None
    await admin.close()
    assert await world.hears(2) == [("a", 1), ("a", 2)]
    assert await world.pool.fetchval("SELECT count(*) FROM inbox_parked") == 0

    async def goes_on() -> bool:
        return consumer.trouble is None

    await eventually(goes_on)


class _DeafOnce:
    """A transport whose first reader hangs without an error, as aiokafka's has been seen to do."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self.readers = 0

    async def publisher(self) -> Publisher:
        return await self._log.publisher()

    async def reader(self, topic: str, positions: Mapping[int, int]) -> Reader:
        self.readers += 1
        reader = await self._log.reader(topic, positions)
        return _Deaf(reader) if self.readers == 1 else reader

    async def beyond(self, topic: str, pseqs: Sequence[int]) -> dict[int, list[Message]]:
        return await self._log.beyond(topic, pseqs)

    def member(self, service: str, topic: str, progress: Progress = UNHEARD) -> Member | None:
        return self._log.member(service, topic, progress)

    async def ready(self) -> None:
        await self._log.ready()


class _Deaf:
    """A reader that knows how much there is and gets nothing of it."""

    def __init__(self, reader: Reader) -> None:
        self.seek = reader.seek
        self.begin_offsets = reader.begin_offsets
        self.end_offsets = reader.end_offsets
        self.close = reader.close

    async def read(self, timeout_seconds: float) -> dict[int, list[Message]]:
        await asyncio.sleep(min(timeout_seconds, 0.1))
        return {}
