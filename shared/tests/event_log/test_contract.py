"""The contract of store, relay and inbox, the same on both transports."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Mapping, Sequence

import asyncpg
import msgspec
import pytest

from kernel.messaging.consumer import Consumer
from kernel.messaging.envelope import decode
from kernel.messaging.event_log import EventLog, Message, Publisher, Reader, partition_of
from kernel.messaging.event_log.embedded import EmbeddedEventLog
from kernel.messaging.event_log.embedded_schema import BUS_SQL
from kernel.messaging.event_log.kafka import KafkaEventLog
from kernel.messaging.inbox import Inbox, PoisonError
from kernel.messaging.interest import NewerVersionError
from kernel.messaging.standing import GapError
from kernel.running.runtime import Runtime, Subscription
from kernel.testing import tally
from kernel.testing.deadline import eventually
from kernel.values.contract import Contract
from kernel.writing.database import Connection, Pool, open_pool

_CANCEL_SQL = """
SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'INSERT INTO heard%'
"""


class Recorder:
    """A consumer that writes down what it gets, in the inbox's transaction, and can be told to fail."""

    def __init__(self, topic: str) -> None:
        self.contract = Contract.of(topic, tally.Counted)
        self.poison: set[int] = set()
        self.broken: set[int] = set()

    async def effects(self, connection: Connection, messages: Sequence[Message]) -> None:
        for message in messages:
            event = decode(self.contract, message.type, message.body)
            if event.amount in self.poison:
                raise PoisonError(f"amount {event.amount} cannot be consumed")
            if event.amount in self.broken:
                raise ValueError("a bug in the consumer")
            await connection.execute("INSERT INTO heard (tally, amount) VALUES ($1, $2)", event.tally, event.amount)


class World:
    """One publisher and one consumer on a transport."""

    def __init__(self, database: str, pool: Pool, log: EventLog, topic: str) -> None:
        self.database = database
        self.recorder = Recorder(topic)
        self.pool = pool
        self.topic = topic
        self.log = log
        self.inbox = Inbox(pool, "recorder", topic, self.recorder.effects)
        subscription = Subscription(consumer="recorder", topic=topic, effects=self.recorder.effects)
        parts = msgspec.structs.replace(
            tally.PARTS, publishes=self.recorder.contract, subscriptions=lambda _path: (subscription,)
        )
        self.runtime = Runtime(parts, database, log)

    async def count(self, key: str, name: str, amount: int) -> None:
        await self.runtime.path.run(tally.context(key), lambda: tally.count(self.runtime.store, name, amount))

    async def heard(self) -> list[tuple[str, int]]:
        return [tuple(row) for row in await self.pool.fetch("SELECT tally, amount FROM heard ORDER BY n")]

    async def hears(self, count: int) -> list[tuple[str, int]]:
        async def enough() -> bool:
            return len(await self.heard()) >= count

        await eventually(enough)
        return await self.heard()


@pytest.fixture(params=["embedded", pytest.param("kafka", marks=pytest.mark.kafka)])
async def world(request: pytest.FixtureRequest, database: str) -> AsyncIterator[World]:
    await tally.create_schema(database)
    admin = await asyncpg.connect(database)
    await admin.execute(BUS_SQL)
    await admin.execute("CREATE TABLE tally.heard (n serial, tally text, amount int)")
    await admin.close()
    topic = f"tally-{time.monotonic_ns()}"
    bus = await open_pool(database, schema="bus")
    log: EventLog = EmbeddedEventLog(bus)
    if request.param == "kafka":
        kafka = KafkaEventLog(request.getfixturevalue("kafka_broker").bootstrap)
        await kafka.create_topics([topic])
        log = kafka
    pool = await open_pool(database, schema="tally")
    world = World(database, pool, log, topic)
    yield world
    await world.runtime.stop()
    await pool.close()
    await bus.close()


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


async def test_a_missing_message_stops_the_consumer_loudly(world: World) -> None:
    await world.runtime.start(background=False)
    message = _message(world.topic, pseq=1)
    await world.inbox.consume({message.partition: [message]})
    with pytest.raises(GapError, match="1 are missing"):
        await world.inbox.consume({message.partition: [_message(world.topic, pseq=3)]})
    assert await world.heard() == [("a", 1)]


async def test_duplicates_are_dropped(world: World) -> None:
    await world.runtime.start(background=False)
    messages = [_message(world.topic, pseq=n) for n in (1, 2, 1, 2, 3)]
    assert await world.inbox.consume({messages[0].partition: messages}) == 3
    assert await world.heard() == [("a", 1), ("a", 2), ("a", 3)]


async def test_poison_parks_itself_and_the_later_ones_of_its_key_and_others_go_on(world: World) -> None:
    await world.runtime.start(background=False)
    world.recorder.poison = {2}
    same = [_message(world.topic, pseq=n) for n in (1, 2, 3)]
    other = _message(world.topic, pseq=4, key=_key_beside("a"))
    assert await world.inbox.consume({same[0].partition: [*same, other]}) == 4
    assert await world.heard() == [("a", 1), (_key_beside("a"), 4)]
    parked = await world.pool.fetch("SELECT pseq, error_code FROM inbox_parked ORDER BY pseq")
    assert [tuple(row) for row in parked] == [(2, "MESSAGE_UNREADABLE"), (3, "KEY_PARKED")]
    world.recorder.poison = set()
    assert await world.inbox.retry_parked("a") == 2
    assert sorted(await world.heard()) == sorted([("a", 1), (_key_beside("a"), 4), ("a", 2), ("a", 3)])
    assert await world.pool.fetchval("SELECT count(*) FROM inbox_parked") == 0


async def test_a_bug_in_the_consumer_parks_after_three_attempts_and_keeps_the_message(world: World) -> None:
    await world.runtime.start(background=False)
    world.recorder.broken = {1}
    await world.inbox.consume({_message(world.topic, pseq=1).partition: [_message(world.topic, pseq=1)]})
    assert await world.pool.fetchval("SELECT error_code FROM inbox_parked") == "HANDLER_FAILED"
    world.recorder.broken = set()
    with contextlib.suppress(ValueError):
        await world.inbox.retry_parked("a")
    assert await world.heard() == [("a", 1)]


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
        seen.append(await _stored(world, "leader", messages[-1].partition) - messages[-1].pseq)

    inbox = Inbox(world.pool, "follower", world.topic, effects)
    consumer = Consumer(world.log, inbox, clock=time.monotonic, follows=leader)
    task = asyncio.create_task(consumer.run())
    message = _message(world.topic, pseq=1)
    await world.count("k2", "a", 2)
    await world.hears(2)
    assert seen == []
    await leader.consume({message.partition: [message, _message(world.topic, pseq=2)]})

    async def followed() -> bool:
        return bool(seen) and await _stored(world, "follower", message.partition) == 2

    await eventually(followed)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert min(seen) >= 0


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


async def test_messages_of_all_partitions_are_worked_off_together(world: World) -> None:
    await world.runtime.start(background=False)
    other = next(name for name in map(str, range(99)) if partition_of(name) != partition_of("a"))
    batches = {
        partition_of(key): [
            msgspec.structs.replace(_message(world.topic, pseq=n), key=key, partition=partition_of(key))
        ]
        for n, key in ((1, "a"), (1, other))
    }
    await world.inbox.standings.know()
    before = await world.pool.fetchval("SELECT pg_current_xact_id()::text::bigint")
    assert await world.inbox.consume(batches) == 2
    after = await world.pool.fetchval("SELECT pg_current_xact_id()::text::bigint")
    assert after - before == 2, "one transaction for both partitions, and the one of this question"
    assert [await _stored(world, "recorder", partition) for partition in batches] == [1, 1]


async def test_a_type_that_nobody_wants_is_passed_over_and_its_position_is_stored_later(world: World) -> None:
    await world.runtime.start(background=False)
    wanted = frozenset({f"onestop.{world.topic}.Counted.v1"})
    inbox = Inbox(world.pool, "choosy", world.topic, world.recorder.effects, wanted)
    unknown, known = _message(world.topic, pseq=1, kind="Unheard"), _message(world.topic, pseq=2)
    partition = known.partition
    assert await inbox.consume({partition: [unknown]}) == 1
    assert (await world.heard(), await _stored(world, "choosy", partition)) == ([], 0)
    assert await inbox.consume({partition: [unknown, known]}) == 1
    assert (await world.heard(), await _stored(world, "choosy", partition)) == ([("a", 2)], 2)
    await inbox.consume({partition: [_message(world.topic, pseq=3, kind="Unheard")]})
    await inbox.settle()
    assert (await _stored(world, "choosy", partition), inbox.interest.passed_over) == (3, 2)
    assert await world.pool.fetchval("SELECT count(*) FROM inbox_parked") == 0


async def test_a_version_newer_than_this_program_stops_the_consumer_before_it(world: World) -> None:
    await world.runtime.start(background=False)
    inbox = Inbox(
        world.pool, "older", world.topic, world.recorder.effects, frozenset({f"onestop.{world.topic}.Counted.v1"})
    )
    newer = _message(world.topic, pseq=1, version=2)
    with pytest.raises(NewerVersionError, match="start the newer program"):
        await inbox.consume({newer.partition: [newer]})
    assert await world.pool.fetchval("SELECT count(*) FROM inbox_parked") == 0


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

    async def ready(self) -> None:
        await self._log.ready()


class _Deaf:
    """A reader that knows how much there is and gets nothing of it."""

    def __init__(self, reader: Reader) -> None:
        self.seek = reader.seek
        self.end_offsets = reader.end_offsets
        self.close = reader.close

    async def read(self, timeout_seconds: float) -> dict[int, list[Message]]:
        await asyncio.sleep(min(timeout_seconds, 0.1))
        return {}


async def _stored(world: World, consumer: str, partition: int) -> int:
    sql = "SELECT last_pseq FROM inbox_cursor WHERE consumer = $1 AND topic = $2 AND partition = $3"
    return int(await world.pool.fetchval(sql, consumer, world.topic, partition) or 0)


def _message(topic: str, *, pseq: int, key: str = "a", kind: str = "Counted", version: int = 1) -> Message:
    headers = {"ce_type": f"onestop.{topic}.{kind}.v{version}", "ce_pseq": str(pseq)}
    body = b'{"tally":"%s","amount":%d,"standing":0}' % (key.encode(), pseq)
    return Message(topic, partition_of("a"), pseq - 1, pseq, key, headers, body)


def _key_beside(key: str) -> str:
    """Another key of the same partition."""
    return next(f"other{n}" for n in range(1000) if partition_of(f"other{n}") == partition_of(key))
