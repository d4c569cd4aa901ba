"""A restored database: nobody is answered before the adoption, and after it whatever is answered is published."""

from functools import partial
from urllib.parse import urlsplit, urlunsplit

import pytest

from kernel.http.availability import is_passing
from kernel.messaging.event_log.embedded import EmbeddedEventLog
from kernel.messaging.event_log.embedded_schema import BUS_SQL
from kernel.running.runtime import Runtime
from kernel.testing import tally
from kernel.testing.deadline import eventually
from kernel.writing.database import Pool, administering, open_pool
from kernel.writing.event_store.adoption import adopt_restored
from kernel.writing.event_store.chain import check_chain
from kernel.writing.event_store.restored import RestoredClusterError


@pytest.fixture
async def written(database: str) -> str:
    """A service's database with events of which the newest have no number yet."""
    await tally.create_schema(database)
    async with administering(database) as owner:
        await owner.execute(BUS_SQL)
    async with await open_pool(database, schema="bus", size=4) as bus:
        runtime = Runtime(tally.PARTS, database, EmbeddedEventLog(bus))
        await runtime.start()
        await count(runtime, "before", 20)
        await published(bus, 20)
        await runtime.stop()
        runtime = Runtime(tally.PARTS, database, EmbeddedEventLog(bus))
        await runtime.start(background=False)
        await count(runtime, "unnumbered", 5)
        await runtime.stop()
    return database


async def count(runtime: Runtime, name: str, times: int) -> None:
    for n in range(times):
        attempt = partial(tally.count, runtime.store, f"{name}{n % 7}", 1)
        answered = await runtime.path.run(tally.context(f"{name}-{n}"), attempt)
        assert answered.status == 200


async def published(bus: Pool, messages: int) -> None:
    async def arrived() -> bool:
        return bool(await bus.fetchval("SELECT count(*) FROM messages") == messages)

    await eventually(arrived)


async def copied(database: str) -> str:
    """The same data as a restore brings them: in a database of another identity."""
    parts = urlsplit(database)
    async with administering(urlunsplit(parts._replace(path="/postgres"))) as admin:
        await admin.execute(f"CREATE DATABASE {parts.path[1:]}_copy TEMPLATE {parts.path[1:]}")
    return urlunsplit(parts._replace(path=f"{parts.path}_copy"))


async def forward(database: str, transactions: int) -> None:
    """Make the data those of a cluster whose transaction numbers run ahead of this one's."""
    async with administering(database, search_path="tally") as owner:
        await owner.execute("ALTER TABLE events DISABLE TRIGGER events_are_immutable")
        await owner.execute(f"UPDATE events SET order_tx = order_tx + {transactions}")
        await owner.execute(f"UPDATE sequencer SET order_tx = order_tx + {transactions}")
        await owner.execute("ALTER TABLE events ENABLE TRIGGER events_are_immutable")


@pytest.mark.parametrize("ahead", [0, 60, 10**9], ids=["same cluster", "a little ahead", "far ahead"])
async def test_a_hundred_commands_answered_after_a_restore_are_a_hundred_published(written: str, ahead: int) -> None:
    restored = await copied(written)
    try:
        if ahead:
            await forward(restored, ahead)
        async with await open_pool(restored, schema="bus", size=4) as bus:
            runtime = Runtime(tally.PARTS, restored, EmbeddedEventLog(bus))
            with pytest.raises(RestoredClusterError, match="onestop restore") as refused:
                await runtime.start()
            assert is_passing(refused.value), "a caller is told to try again later"
            async with administering(restored, search_path="tally") as owner, owner.transaction():
                adopted = await adopt_restored(owner)
                assert (adopted.gseq, adopted.numbered_now) == (25, 5)
            runtime = Runtime(tally.PARTS, restored, EmbeddedEventLog(bus))
            await runtime.start()
            await count(runtime, "after", 100)
            await published(bus, 125)
            names = await bus.fetch("SELECT DISTINCT headers->>'ce_timeline' AS name FROM messages")
            assert {row["name"] for row in names} == {adopted.ended, adopted.timeline}
            await runtime.stop()
        async with administering(restored, search_path="tally") as owner, owner.transaction():
            assert (await check_chain(owner)).broken == ()
    finally:
        async with administering(written) as admin:
            await admin.execute(f"DROP DATABASE {urlsplit(restored).path[1:]} WITH (FORCE)")


async def test_a_service_that_runs_while_its_database_is_replaced_answers_nothing_more(written: str) -> None:
    async with await open_pool(written, schema="bus", size=4) as bus:
        runtime = Runtime(tally.PARTS, written, EmbeddedEventLog(bus))
        await runtime.start(background=False)
        await forward(written, 10**9)
        await runtime.store.pool.expire_connections()
        with pytest.raises(RestoredClusterError):
            await count(runtime, "after", 1)
        await runtime.stop()
