"""What operations sees of a runtime: events that wait, what is parked and lags, who leads, and whether it is ready."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import asyncpg
import msgspec
import pytest
from prometheus_client import CollectorRegistry

from kernel.messaging.event_log import Message
from kernel.messaging.event_log.embedded import EmbeddedEventLog
from kernel.messaging.event_log.embedded_schema import BUS_SQL
from kernel.messaging.inbox import PoisonError
from kernel.running.metrics import RuntimeCollector
from kernel.running.runtime import Runtime, Subscription
from kernel.testing import tally
from kernel.testing.deadline import eventually
from kernel.writing.database import Connection, administering, open_pool


class Seen:
    """A runtime, and what its metrics say when they are asked for."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self._registry = CollectorRegistry()
        self._registry.register(RuntimeCollector(runtime))

    async def count(self, name: str) -> None:
        await self.runtime.path.run(tally.context(name), lambda: tally.count(self.runtime.store, name, 1))

    async def value(self, name: str, **labels: str) -> float | None:
        await self.runtime.observe()
        return self._registry.get_sample_value(f"onestop_{name}", {"service": "tally", **labels})

    async def comes_to(self, wanted: float, name: str, **labels: str) -> None:
        async def there() -> bool:
            return await self.value(name, **labels) == wanted

        await eventually(there)


@asynccontextmanager
async def served(
    database: str, *subscriptions: Subscription, background: bool = True, keeps_log: bool = False
) -> AsyncIterator[Seen]:
    await tally.create_schema(database)
    async with administering(database) as admin:
        await admin.execute(BUS_SQL)
    async with await open_pool(database, schema="bus") as bus:
        parts = msgspec.structs.replace(tally.PARTS, subscriptions=lambda _path: subscriptions)
        runtime = Runtime(parts, database, EmbeddedEventLog(bus), keeps_log=keeps_log)
        await runtime.start(background=background)
        try:
            yield Seen(runtime)
        finally:
            await runtime.stop()


async def nothing(_connection: Connection, _messages: Sequence[Message]) -> None:
    return


async def fail(_connection: Connection, _messages: Sequence[Message]) -> None:
    raise PoisonError("it cannot be read")


async def wait_for_a_table_that_is_missing(connection: Connection, _messages: Sequence[Message]) -> None:
    raise asyncpg.LockNotAvailableError("somebody holds the table")


def listening(effects: object) -> Subscription:
    return Subscription(consumer="recorder", topic="tally", effects=effects)  # type: ignore[arg-type]


RECORDER = {"consumer": "recorder", "topic": "tally"}


async def test_events_that_nobody_numbers_are_counted_and_grow_old(database: str) -> None:
    async with served(database, background=False) as seen:
        await seen.runtime.pools["jobs"].execute(
            "INSERT INTO sequencer (one, order_tx, pos, gseq, logged_at) VALUES (1, 0, 0, 0, now())"
        )
        for name in ("a", "b", "c"):
            await seen.count(name)
        await seen.comes_to(3, "events_waiting", step="sequencer")
        age = await seen.value("oldest_unsent_event_seconds")
        assert age is not None
        assert age > 0
        assert await seen.value("leads") == 0


async def test_a_service_in_which_all_gets_on_has_nothing_waiting(database: str) -> None:
    async with served(database, listening(nothing)) as seen:
        await seen.count("a")
        await seen.comes_to(1, "messages_consumed_total", **RECORDER)
        await seen.comes_to(0, "events_waiting", step="relay")
        await seen.comes_to(0, "events_waiting", step="sequencer")
        await seen.comes_to(0, "oldest_unsent_event_seconds")
        assert (await seen.value("elections_total"), await seen.value("leads")) == (1, 1)
        assert await seen.value("database_up") == 1
        assert await seen.value("sessions", pool="commands", state="in use") == 0
        assert await seen.value("parked_messages", **RECORDER) == 0


async def test_what_is_parked_is_seen_and_keeps_nobody_out(database: str) -> None:
    async with served(database, listening(fail)) as seen:
        await seen.count("a")
        await seen.comes_to(1, "parked_messages", **RECORDER)
        assert await seen.value("parked_keys", **RECORDER) == 1
        assert await seen.runtime.ready() is None


async def test_a_consumer_that_is_held_up_lags_and_keeps_nobody_out(database: str) -> None:
    async with served(database, listening(wait_for_a_table_that_is_missing)) as seen:
        await seen.count("a")
        await seen.comes_to(1, "consumer_troubled", **RECORDER)
        await seen.comes_to(1, "job_held_up", job="consumer-recorder-tally", cause="database")
        by_partition = seen.runtime.lags["recorder", "tally"]
        assert (len(by_partition), sum(by_partition.values())) == (12, 1)
        assert await seen.runtime.ready() is None


async def test_when_leadership_goes_so_do_its_troubles(database: str) -> None:
    async with served(database, listening(wait_for_a_table_that_is_missing)) as seen:
        await seen.count("a")
        await seen.comes_to(1, "consumer_troubled", **RECORDER)
        await seen.runtime.stop()
        assert seen.runtime.troubles.current == {}
        assert [consumer.trouble for consumer in seen.runtime.consumers] == [None]


async def test_a_relay_that_fails_for_ever_is_seen(database: str) -> None:
    async with served(database, keeps_log=True) as seen:
        await seen.comes_to(0, "events_waiting", step="relay")
        await seen.comes_to(0, "events_waiting", step="log-relay")
        async with administering(database) as admin:
            await admin.execute("ALTER TABLE bus.messages RENAME TO gone")
        await seen.count("a")
        await seen.comes_to(1, "job_held_up", job="log-relay", cause="fault")
        await seen.comes_to(1, "events_waiting", step="relay")
        await seen.comes_to(1, "events_waiting", step="log-relay")
        assert await seen.runtime.ready() is None
        async with administering(database) as admin:
            await admin.execute("ALTER TABLE bus.gone RENAME TO messages")
        await seen.comes_to(0, "job_held_up", job="log-relay", cause="fault")
        await seen.comes_to(0, "events_waiting", step="relay")
        await seen.comes_to(0, "events_waiting", step="log-relay")


async def test_a_database_that_takes_no_writes_makes_a_service_unready(database: str) -> None:
    async with served(database, background=False) as seen:
        assert await seen.runtime.ready() is None
        name = urlsplit(database).path.strip("/")
        async with administering(database) as admin:
            await admin.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        await seen.runtime.store.pool.expire_connections()

        async def unready() -> str | None:
            return await seen.runtime.ready()

        assert "only reads" in (await eventually(unready) or "")


async def test_a_database_that_is_gone_is_a_metric_and_no_error_of_the_metrics(database: str) -> None:
    async with served(database, background=False) as seen:
        await seen.runtime.stop()
        with pytest.raises(asyncpg.InterfaceError):
            await seen.runtime.ready()
        await seen.comes_to(0, "database_up")


async def test_a_transaction_that_stays_open_is_seen_as_the_age_of_the_horizon(database: str) -> None:
    async with served(database, background=False) as seen, administering(database) as other:
        await other.execute("BEGIN; CREATE TABLE public.half_done (); SELECT 1")
        await seen.count("a")

        async def held() -> bool:
            return bool(await seen.value("horizon_transactions")) and bool(await seen.value("horizon_seconds"))

        await eventually(held)
        await other.execute("ROLLBACK")
        await seen.comes_to(0, "horizon_seconds")
