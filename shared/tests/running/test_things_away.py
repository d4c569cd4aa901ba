"""The broker or the database is away: that is said once, and all is caught up with when it comes."""

import asyncio
import io
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest
import structlog

from kernel.http import configure_logging
from kernel.messaging.event_log import EventLog, Message
from kernel.messaging.event_log.embedded import EmbeddedEventLog
from kernel.messaging.event_log.embedded_schema import BUS_SQL
from kernel.messaging.event_log.kafka import KafkaEventLog
from kernel.running.runtime import Runtime, Subscription
from kernel.testing import tally
from kernel.testing.deadline import eventually
from kernel.testing.kafka_broker import KafkaBroker, java_and_maven_available
from kernel.writing.database import Connection, administering, open_pool
from onestop.embedded_postgres import EmbeddedPostgres

LIBS = Path(__file__).parents[3] / "deploy/kafka/libs"
#: Attempts of each job: by then the pauses between them have grown to some seconds.
ATTEMPTS = 4


async def nothing(_connection: Connection, _messages: Sequence[Message]) -> None:
    return


@pytest.fixture
def said() -> Iterator[io.StringIO]:
    """What the process logs, its libraries included."""
    stream = io.StringIO()
    configure_logging(stream=stream)
    yield stream
    structlog.reset_defaults()


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[KafkaBroker]:
    """A broker that was never started."""
    if not java_and_maven_available():
        pytest.skip("Java or Maven is missing, so the real Kafka cannot run here")
    late = KafkaBroker(tmp_path / "kafka", libs=LIBS)
    yield late
    await asyncio.to_thread(late.stop)


@asynccontextmanager
async def started(database: str, log: EventLog, *consumers: str) -> AsyncIterator[Runtime]:
    """A service that counts; it is stopped whatever a test finds, because a pool closes only when nobody uses it."""
    subscriptions = [Subscription(consumer=name, topic="tally", effects=nothing) for name in consumers]
    parts = msgspec.structs.replace(tally.PARTS, subscriptions=lambda _path: subscriptions)
    runtime = Runtime(parts, database, log)
    await runtime.start()
    try:
        yield runtime
    finally:
        await runtime.stop()


@pytest.fixture
async def runtime(database: str, broker: KafkaBroker) -> AsyncIterator[Runtime]:
    await tally.create_schema(database)
    async with started(database, KafkaEventLog(broker.bootstrap, topics=["tally"]), "first", "second") as runtime:
        yield runtime


async def count(runtime: Runtime, name: str) -> None:
    await runtime.path.run(tally.context(name), lambda: tally.count(runtime.store, name, 1))


async def held_up(runtime: Runtime) -> None:
    async def tried_often() -> bool:
        jobs = ("relay", "member-tally")  # consumers have nothing to read while nothing is shared out to them
        return all(runtime.troubles.failures[job] >= ATTEMPTS for job in jobs)

    await eventually(tried_often, within_seconds=60)


async def consumed(runtime: Runtime, number: int) -> None:
    async def all_of_them() -> bool:
        return {consumer.consumed for consumer in runtime.consumers} == {number}

    await eventually(all_of_them, within_seconds=60)


@pytest.mark.kafka
async def test_a_service_starts_and_serves_without_a_broker_and_catches_up(
    runtime: Runtime, broker: KafkaBroker, said: io.StringIO
) -> None:
    await count(runtime, "a")
    await held_up(runtime)
    assert await runtime.ready() is None
    assert {trouble.cause for trouble in runtime.troubles.current.values()} == {"transport"}
    lines = [msgspec.json.decode(line)["event"] for line in said.getvalue().splitlines()]
    assert lines.count("jobs are held up") == 1
    assert len(lines) <= 10, lines
    await asyncio.to_thread(broker.start)
    await consumed(runtime, 1)

    async def nothing_is_wrong() -> bool:
        return not runtime.troubles.current

    await eventually(nothing_is_wrong, within_seconds=30)
    assert said.getvalue().count('"jobs go on"') == 1
    await asyncio.to_thread(broker.kill)
    await count(runtime, "b")
    assert await runtime.ready() is None
    await asyncio.to_thread(broker.start)
    await consumed(runtime, 2)
    assert len(said.getvalue().splitlines()) <= 25, said.getvalue()


async def test_a_database_that_is_away_is_said_once_and_led_again_when_it_comes(
    server_folder: Path, said: io.StringIO
) -> None:
    with EmbeddedPostgres(server_folder / "away") as server:
        await tally.create_schema(server.url())
        async with administering(server.url()) as admin:
            await admin.execute(BUS_SQL)
        async with (
            await open_pool(server.url(), schema="bus") as bus,
            started(server.url(), EmbeddedEventLog(bus), "first") as runtime,
        ):
            await count(runtime, "a")
            await consumed(runtime, 1)
            await asyncio.to_thread(server.kill)

            async def tried_often() -> bool:
                return runtime.troubles.failures["election"] >= ATTEMPTS

            await eventually(tried_often, within_seconds=30)
            await runtime.observe()
            assert runtime.looking.last is None
            assert len(said.getvalue().splitlines()) <= 10, said.getvalue()
            await asyncio.to_thread(server.start)
            await count(runtime, "b")
            await consumed(runtime, 2)
