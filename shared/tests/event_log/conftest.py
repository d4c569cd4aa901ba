"""The contract's world, on both transports."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest
from shared.tests.event_log.signed import Signed
from shared.tests.event_log.world import World

from kernel.messaging.event_log import EventLog
from kernel.messaging.event_log.embedded import EmbeddedEventLog
from kernel.messaging.event_log.embedded_schema import BUS_SQL
from kernel.messaging.event_log.kafka import KafkaEventLog
from kernel.testing import tally
from kernel.testing.kafka_broker import KafkaBroker
from kernel.writing.database import open_pool


@pytest.fixture(params=["embedded", pytest.param("kafka", marks=pytest.mark.kafka)])
async def world(request: pytest.FixtureRequest, database: str) -> AsyncIterator[World]:
    broker = request.getfixturevalue("kafka_broker") if request.param == "kafka" else None
    async with a_world(database, broker) as world:
        yield world


@pytest.fixture
async def kafka_world(database: str, kafka_broker: KafkaBroker) -> AsyncIterator[World]:
    """The world on Kafka only, for what the embedded transport has no like of."""
    async with a_world(database, kafka_broker) as world:
        yield world


@pytest.fixture
async def signed(world: World) -> AsyncIterator[Signed]:
    """The world with a publisher that signs."""
    signed = Signed(world)
    yield signed
    await signed.runtime.stop()


@asynccontextmanager
async def a_world(database: str, broker: KafkaBroker | None) -> AsyncIterator[World]:
    await tally.create_schema(database)
    admin = await asyncpg.connect(database)
    await admin.execute(BUS_SQL)
    await admin.execute("CREATE TABLE tally.heard (n serial, tally text, amount int)")
    await admin.close()
    topic = f"tally-{time.monotonic_ns()}"
    bus = await open_pool(database, schema="bus")
    log: EventLog = EmbeddedEventLog(bus)
    if broker is not None:
        kafka = KafkaEventLog(broker.bootstrap)
        await kafka.create_topics([topic])
        log = kafka
    pool = await open_pool(database, schema="tally")
    world = World(database, pool, log, topic)
    yield world
    await world.runtime.stop()
    await pool.close()
    await bus.close()
