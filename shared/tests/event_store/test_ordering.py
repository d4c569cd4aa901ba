"""The order of events for readers: nothing skipped, no stream backwards, numbers dense (EVENT-STORE 1.3, 1.4)."""

import asyncio

import asyncpg
import pytest

from kernel.testing import tally
from kernel.testing.tally import noted, texts
from kernel.writing.database import Pool
from kernel.writing.event_store import EventStore, Stream
from kernel.writing.event_store.adoption import adopt_restored
from kernel.writing.event_store.log import read_log
from kernel.writing.event_store.restored import RestoredClusterError
from kernel.writing.event_store.sequencer import GATHER_SECONDS, Sequencer
from kernel.writing.signals import Signal


async def test_a_transaction_that_began_early_does_not_put_version_2_before_version_1(
    pool: Pool, store: EventStore, sequencer: Sequencer
) -> None:
    # A consumer takes its transaction number first, by writing its position …
    async with pool.acquire() as early, early.transaction():
        await early.execute("INSERT INTO inbox_cursor VALUES ('c', 't', 0, 0, 0)")
        # … then another command appends version 1 and commits …
        await store.commit(noted(store, Stream("s"), "version 1"))
        # … which the consumer reads and answers with version 2.
        stream, _ = await store.load("s", early)
        await store.commit_in(early, [noted(store, stream, "version 2")])
    await sequencer.step()
    assert await texts(pool) == ["version 1", "version 2"]
    own_numbers = await pool.fetch("SELECT version FROM events ORDER BY xmin::text::bigint, pos")
    assert [row["version"] for row in own_numbers] == [2, 1], "ordering by the own transaction number would swap them"


async def test_an_event_still_being_written_is_waited_for_and_never_skipped(
    pool: Pool, store: EventStore, sequencer: Sequencer
) -> None:
    async with pool.acquire() as slow:
        transaction = slow.transaction()
        await transaction.start()
        await store.commit_in(slow, [noted(store, Stream("slow"), "slow")])
        await store.commit(noted(store, Stream("fast"), "fast"))
        assert await sequencer.step() is False
        assert await texts(pool) == [], "the fast one has the higher position and must wait for the slow one"
        await transaction.commit()
    await sequencer.step()
    assert await texts(pool) == ["slow", "fast"]


async def test_events_of_many_writers_get_dense_numbers_in_stream_order(
    pool: Pool, store: EventStore, sequencer: Sequencer
) -> None:
    async def write(name: str) -> None:
        for i in range(20):
            stream, _ = await store.load(name)
            await store.commit(noted(store, stream, f"{name} {i:02}"))

    await asyncio.gather(*(write(f"s{n}") for n in range(10)))
    while await sequencer.step():
        pass
    entries = await read_log(pool, tally.REGISTRY, after=0, limit=1000)
    assert [entry.gseq for entry in entries] == list(range(1, 201))
    for name in {entry.recorded.stream_id for entry in entries}:
        versions = [entry.recorded.version for entry in entries if entry.recorded.stream_id == name]
        assert versions == list(range(1, 21))


async def test_a_deposed_sequencer_numbers_nothing_twice(pool: Pool, store: EventStore) -> None:
    first, second = Sequencer(pool, Signal(), Signal()), Sequencer(pool, Signal(), Signal())
    await first.start()
    await second.start()
    await store.commit(noted(store, Stream("a"), "a"))
    await asyncio.gather(first.step(), second.step())
    await store.commit(noted(store, Stream("b"), "b"))
    await first.step()
    await second.step()
    await first.step()
    assert await texts(pool) == ["a", "b"]


async def test_events_of_another_cluster_are_not_numbered_until_adopted(
    database: str, pool: Pool, store: EventStore, sequencer: Sequencer
) -> None:
    await store.commit(noted(store, Stream("a"), "a"))
    await sequencer.step()
    # What a restore into a young cluster looks like: transaction numbers from the future.
    owner = await asyncpg.connect(database, server_settings={"search_path": "tally"})
    await owner.execute("ALTER TABLE events DISABLE TRIGGER events_are_immutable")
    await owner.execute("UPDATE events SET order_tx = order_tx + 1000000000")
    await owner.execute("ALTER TABLE events ENABLE TRIGGER events_are_immutable")
    with pytest.raises(RestoredClusterError, match="onestop restore"):
        await Sequencer(pool, Signal(), Signal()).start()
    async with owner.transaction():
        assert (await adopt_restored(owner)).gseq == 1
    await owner.close()
    again = Sequencer(pool, Signal(), Signal())
    await again.start()
    await store.commit(noted(store, Stream("b"), "b"))
    await again.step()
    assert await texts(pool) == ["a", "b"]


async def test_what_keeps_coming_is_numbered_together_and_the_first_after_a_pause_at_once(
    pool: Pool, store: EventStore
) -> None:
    logged = Signal()
    sequencer = Sequencer(pool, store.appended, logged)
    running = asyncio.create_task(sequencer.run())
    clock = asyncio.get_running_loop().time
    try:
        async with asyncio.timeout(20):
            await store.commit(noted(store, Stream("first"), "first"))
            while not await texts(pool):
                await logged.wait(5)
            numbered_at = clock()
            for n in range(5):
                await store.commit(noted(store, Stream(f"s{n}"), f"{n}"))
            while len(await texts(pool)) < 6:
                await logged.wait(5)
            assert clock() - numbered_at > GATHER_SECONDS / 2
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    moments = await pool.fetch("SELECT count(*) AS together FROM event_log GROUP BY logged_at ORDER BY logged_at")
    assert len(moments) < 6, "each was numbered alone"
