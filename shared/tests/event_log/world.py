"""One publisher and one consumer on a transport, as the contract's tests see them."""

from collections.abc import Sequence

import msgspec

from kernel.messaging.envelope import decode
from kernel.messaging.event_log import EventLog, Message, partition_of
from kernel.messaging.inbox import Inbox, PoisonError
from kernel.messaging.retrying import WorkedOff, work_off
from kernel.running.runtime import Runtime, Subscription
from kernel.testing import tally
from kernel.testing.deadline import eventually
from kernel.values.contract import Contract
from kernel.writing.database import Connection, Pool


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

    @property
    def shared_out(self) -> frozenset[int]:
        """The partitions that this instance reads."""
        (consumer,) = self.runtime.consumers
        return frozenset(consumer.inbox.standings.offsets)

    async def count(self, key: str, name: str, amount: int) -> None:
        await self.runtime.path.run(tally.context(key), lambda: tally.count(self.runtime.store, name, amount))

    async def retry(self, key: str) -> list[WorkedOff]:
        async with self.pool.acquire() as connection, connection.transaction():
            return await work_off(connection, self.inbox, key)

    async def heard(self) -> list[tuple[str, int]]:
        return [tuple(row) for row in await self.pool.fetch("SELECT tally, amount FROM heard ORDER BY n")]

    async def hears(self, count: int, within_seconds: float = 15) -> list[tuple[str, int]]:
        async def enough() -> bool:
            return len(await self.heard()) >= count

        await eventually(enough, within_seconds=within_seconds)
        return await self.heard()


async def stored(world: World, consumer: str, partition: int) -> int:
    """The number of the message up to which a consumer's position is stored."""
    sql = "SELECT last_pseq FROM inbox_cursor WHERE consumer = $1 AND topic = $2 AND partition = $3"
    return int(await world.pool.fetchval(sql, consumer, world.topic, partition) or 0)


def numbered(topic: str, *, pseq: int, key: str = "a", kind: str = "Counted", version: int = 1) -> Message:
    """A message of a tally, in the partition of the key ``a`` whatever its own key."""
    headers = {"ce_type": f"onestop.{topic}.{kind}.v{version}", "ce_pseq": str(pseq)}
    body = b'{"tally":"%s","amount":%d,"standing":0}' % (key.encode(), pseq)
    return Message(
        topic=topic, partition=partition_of("a"), offset=pseq - 1, pseq=pseq, key=key, headers=headers, body=body
    )


def key_beside(key: str) -> str:
    """Another key of the same partition."""
    return next(f"other{n}" for n in range(1000) if partition_of(f"other{n}") == partition_of(key))
