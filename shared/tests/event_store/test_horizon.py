"""Whose transactions events wait for: those that write events of this service, and nobody else's (EVENT-STORE 1.3)."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from kernel.testing import tally
from kernel.testing.tally import noted, texts
from kernel.writing.database import Pool
from kernel.writing.event_store import EventStore, Stream
from kernel.writing.event_store.horizon import Place, Seen, place_of, settled_place
from kernel.writing.event_store.log import read_log
from kernel.writing.event_store.sequencer import Sequencer
from kernel.writing.signals import Signal


@asynccontextmanager
async def writing_elsewhere(address: str) -> AsyncIterator[None]:
    """A transaction that has written in the schema ``public`` of a database, and stays open."""
    connection = await asyncpg.connect(address)
    try:
        await connection.execute("CREATE TABLE IF NOT EXISTS somewhere (n int)")
        async with connection.transaction():
            await connection.execute("INSERT INTO somewhere VALUES (1)")
            yield
    finally:
        await connection.close()


@pytest.fixture
async def another_database(database: str) -> AsyncIterator[str]:
    """The address of a second database of the cluster."""
    parts = urlsplit(database)
    name = f"{parts.path.strip('/')}_other"
    admin = await asyncpg.connect(database)
    await admin.execute(f"CREATE DATABASE {name}")
    yield urlunsplit(parts._replace(path=f"/{name}"))
    await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await admin.close()


async def test_a_write_transaction_in_another_database_holds_no_event_back(
    another_database: str, pool: Pool, store: EventStore, sequencer: Sequencer
) -> None:
    async with writing_elsewhere(another_database):
        await store.commit(noted(store, Stream("a"), "a"))
        await sequencer.step()
        assert await texts(pool) == [], "the snapshot alone knows of no database"
        await sequencer.step_over()
        assert await texts(pool) == ["a"]
        assert not sequencer.waiting, "nothing waits, although the transaction goes on"
        await store.commit(noted(store, Stream("b"), "b"))
        await sequencer.step_over()
    await store.commit(noted(store, Stream("c"), "c"))
    await sequencer.step()
    assert await texts(pool) == ["a", "b", "c"]


async def test_while_others_write_for_long_events_are_numbered_one_after_the_other_as_they_come(
    database: str, pool: Pool, store: EventStore
) -> None:
    logged = Signal()
    sequencer = Sequencer(pool, store.appended, logged)
    running = asyncio.create_task(sequencer.run())
    try:
        async with writing_elsewhere(database), asyncio.timeout(20):
            for n in range(20):
                await store.commit(noted(store, Stream(f"s{n}"), f"{n:02}"))
                while len(await texts(pool)) <= n:
                    await logged.wait(5)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert await texts(pool) == [f"{n:02}" for n in range(20)]


async def test_events_wait_for_a_writer_of_this_service_and_for_no_other_schema(
    database: str, pool: Pool, store: EventStore, sequencer: Sequencer
) -> None:
    async with writing_elsewhere(database), pool.acquire() as slow:
        async with slow.transaction():
            await store.commit_in(slow, [noted(store, Stream("slow"), "slow")])
            await store.commit(noted(store, Stream("fast"), "fast"))
            await sequencer.step_over()
            assert await texts(pool) == [], "the fast one has the higher position and must wait for the slow one"
            assert sequencer.waiting
        await sequencer.step_over()
        assert await texts(pool) == ["slow", "fast"]


async def test_what_an_older_transaction_appends_late_comes_behind_what_was_numbered_meanwhile(
    pool: Pool, store: EventStore, sequencer: Sequencer
) -> None:
    """The ordering anomaly: a consumer's transaction begins, others commit and are numbered, and then it appends."""
    async with pool.acquire() as early, early.transaction():
        await early.execute("INSERT INTO inbox_cursor VALUES ('c', 't', 0, 0, 0)")
        await store.commit(noted(store, Stream("s"), "version 1"))
        await sequencer.step_over()
        assert await texts(pool) == ["version 1"], "a transaction that has appended nothing is not waited for"
        stream, _ = await store.load("s", early)
        await store.commit_in(early, [noted(store, stream, "version 2")])
        await store.commit(noted(store, Stream("t"), "after"))
        await sequencer.step_over()
        assert await texts(pool) == ["version 1"], "now it is"
    await sequencer.step_over()
    assert await texts(pool) == ["version 1", "version 2", "after"]


async def test_of_two_events_with_the_same_order_the_one_still_being_written_is_not_passed(
    pool: Pool, store: EventStore, sequencer: Sequencer
) -> None:
    """Two old transactions append in the same moment: their order is the same, and only the position tells."""
    async with pool.acquire() as first, pool.acquire() as second:
        transactions = [first.transaction(), second.transaction()]
        for connection, transaction in zip((first, second), transactions, strict=True):
            await transaction.start()
            await connection.execute("SELECT pg_current_xact_id()")
        await store.commit(noted(store, Stream("before"), "before"))  # ends after both have begun
        await store.commit_in(first, [noted(store, Stream("first"), "first")])
        await store.commit_in(second, [noted(store, Stream("second"), "second")])
        await transactions[1].commit()
        rows = await pool.fetch("SELECT order_tx, stream_id FROM events ORDER BY pos")
        assert len({row["order_tx"] for row in rows}) == 1, "one order: this is the case that is meant"
        await sequencer.step_over()
        await sequencer.step_over()
        assert "second" not in await texts(pool), "it would leave the first one behind the cursor for ever"
        await transactions[0].commit()
    await sequencer.step_over()
    assert await texts(pool) == ["before", "first", "second"]


async def test_whatever_is_appended_after_the_look_has_its_place_behind_it(pool: Pool, store: EventStore) -> None:
    """``order_tx`` is at least the snapshot's end, less one, where the event is inserted: the remark in the issue."""
    async with pool.acquire() as first, first.transaction(), pool.acquire() as second, second.transaction():
        for connection in (first, second):
            await connection.execute("SELECT pg_current_xact_id()")
        await store.commit(noted(store, Stream("before"), "before"))
        place = await settled_place(pool)
        for connection, name in ((first, "first"), (second, "second")):
            await store.commit_in(connection, [noted(store, Stream(name), name)])
            row = await connection.fetchrow("SELECT order_tx, pos FROM events WHERE stream_id = $1", name)
            assert row is not None
            assert Place(row["order_tx"], row["pos"]) > place
            assert row["order_tx"] == place.order_tx, "less one, and so the position decides"


def test_a_place_is_left_of_every_transaction_that_may_have_appended() -> None:
    seen = Seen(running=(100, 105, 2**33 + 7), next=2**33 + 9, pos=40)
    assert place_of(seen, {100, 105, 7}) == Place(2**33 + 8, 40), "others' alone: up to the snapshot itself"
    assert place_of(seen, {100}) < Place(105, 0)
    assert place_of(seen, {105, 7}) < Place(100, 0)
    assert place_of(seen, ()) < Place(100, 0)


async def test_nothing_is_lost_or_turned_round_whatever_is_interleaved(
    another_database: str, pool: Pool, store: EventStore
) -> None:
    """Consumers that begin early and append late, commands, savepoints, roll-backs; all under a transaction that stays.

    The sequencer steps over the whole time. A cursor that passes an event loses it: it never gets a number.
    """
    sequencer = Sequencer(pool, Signal(), Signal())
    await sequencer.start()
    writing_over = True

    async def number() -> None:
        while writing_over:
            await sequencer.step_over()

    async def write(worker: int) -> None:
        chance = random.Random(worker)
        for n in range(40):
            async with pool.acquire() as connection:
                transaction = connection.transaction()
                await transaction.start()
                if chance.random() < 0.5:
                    await connection.execute("SELECT pg_current_xact_id()")
                await asyncio.sleep(chance.random() / 500)
                stream, _ = await store.load(f"s{worker}", connection)
                async with connection.transaction():
                    await store.commit_in(connection, [noted(store, stream, f"{worker}/{n}")])
                await asyncio.sleep(chance.random() / 500)
                await (transaction.rollback() if chance.random() < 0.1 else transaction.commit())

    async with writing_elsewhere(another_database):
        numbering = asyncio.create_task(number())
        await asyncio.gather(*(write(worker) for worker in range(6)))
        writing_over = False
        await numbering
        while await sequencer.step_over():
            pass
    committed = await pool.fetchval("SELECT count(*) FROM events")
    entries = await read_log(pool, tally.REGISTRY, after=0, limit=5000)
    assert len(entries) == committed, "every event has its number"
    assert [entry.gseq for entry in entries] == list(range(1, committed + 1))
    for name in {entry.recorded.stream_id for entry in entries}:
        versions = [entry.recorded.version for entry in entries if entry.recorded.stream_id == name]
        assert versions == list(range(1, len(versions) + 1))
