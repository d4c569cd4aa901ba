"""The event store on real PostgreSQL: what is written together, what is refused, and in which order it is read."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from kernel.testing import tally
from kernel.values.refusals import Refused
from kernel.writing.command_path import CommandPath
from kernel.writing.database import open_pool
from kernel.writing.event_store import EventStore, Stream, StreamAppend
from kernel.writing.event_store.write import ConcurrencyError


@pytest.fixture
async def store(database: str) -> AsyncIterator[EventStore]:
    await tally.create_schema(database)
    pool = await open_pool(database, schema="tally")
    yield EventStore(pool, tally.REGISTRY, tally.project)
    await pool.close()


@pytest.fixture
def path(store: EventStore) -> CommandPath:
    return CommandPath(store)


async def test_events_answer_and_read_rows_are_written_together(store: EventStore, path: CommandPath) -> None:
    answered = await path.run(tally.context("k1"), lambda: tally.count(store, "apples", 3))
    assert (answered.status, answered.body, answered.replayed) == (200, '{"counted":3}', False)
    _, events = await store.load("apples")
    assert events == [tally.Counted("apples", 3, 3)]
    assert await store.pool.fetchval("SELECT standing FROM tallies WHERE tally = 'apples'") == 3
    assert await store.pool.fetchval("SELECT amount FROM totals WHERE initial = 'a'") == 3


async def test_the_same_key_and_request_get_the_first_answer_again(store: EventStore, path: CommandPath) -> None:
    first = await path.run(tally.context("k1", "body"), lambda: tally.count(store, "apples", 3))
    again = await path.run(tally.context("k1", "body"), lambda: tally.count(store, "apples", 3))
    assert (again.body, again.replayed) == (first.body, True)
    assert await store.pool.fetchval("SELECT count(*) FROM events") == 1


async def test_the_same_key_with_another_request_is_refused(store: EventStore, path: CommandPath) -> None:
    await path.run(tally.context("k1", "body"), lambda: tally.count(store, "apples", 3))
    with pytest.raises(Refused, match="IDEMPOTENCY_KEY_REUSED"):
        await path.run(tally.context("k1", "other"), lambda: tally.count(store, "apples", 4))
    assert await store.pool.fetchval("SELECT count(*) FROM events") == 1


async def test_one_key_sent_twice_at_once_works_once(store: EventStore, path: CommandPath) -> None:
    answers = await asyncio.gather(
        *(path.run(tally.context("k1"), lambda: tally.count(store, "apples", 3)) for _ in range(8))
    )
    assert {answer.body for answer in answers} == {'{"counted":3}'}
    assert sum(not answer.replayed for answer in answers) == 1
    assert await store.pool.fetchval("SELECT count(*) FROM events") == 1


async def test_contenders_for_one_limit_never_pass_it(store: EventStore, path: CommandPath) -> None:
    await asyncio.gather(
        *(path.run(tally.context(f"k{i}"), lambda: tally.count(store, "apples", 7, limit=100)) for i in range(32))
    )
    assert await store.pool.fetchval("SELECT standing FROM tallies WHERE tally = 'apples'") == 100
    assert await store.pool.fetchval("SELECT amount FROM totals WHERE initial = 'a'") == 100


async def test_two_processes_contending_never_pass_the_limit(database: str, store: EventStore) -> None:
    pool = await open_pool(database, schema="tally")
    other = EventStore(pool, tally.REGISTRY, tally.project)

    async def run(which: EventStore, path: CommandPath, i: int) -> None:
        await path.run(tally.context(f"k{i}"), lambda: tally.count(which, "apples", 7, limit=50))

    paths = [(store, CommandPath(store)), (other, CommandPath(other))]
    await asyncio.gather(*(run(*paths[i % 2], i) for i in range(8)))
    assert await store.pool.fetchval("SELECT standing FROM tallies WHERE tally = 'apples'") == 50
    await pool.close()


async def test_a_stale_stream_version_is_a_conflict_and_writes_nothing(store: EventStore, path: CommandPath) -> None:
    await path.run(tally.context("k1"), lambda: tally.count(store, "apples", 3))
    stale = StreamAppend(Stream("apples"), (tally.Noted("late"),))
    write = store.prepare([stale], command_id=tally.context("k2").command_id, occurred_at=tally.NOW, meta={})
    with pytest.raises(ConcurrencyError):
        await store.commit(write)
    assert await store.pool.fetchval("SELECT count(*) FROM events") == 1


async def test_one_conflict_in_a_batch_does_not_hurt_the_others(store: EventStore, path: CommandPath) -> None:
    await path.run(tally.context("k0"), lambda: tally.count(store, "apples", 3))
    stale = StreamAppend(Stream("apples"), (tally.Counted("apples", 1, 1),))
    bad = store.prepare([stale], command_id=tally.context("bad").command_id, occurred_at=tally.NOW, meta={})
    good = [
        store.prepare(
            [StreamAppend(Stream(f"s{i}"), (tally.Noted("x"),))],
            command_id=tally.context(f"g{i}").command_id,
            occurred_at=tally.NOW,
            meta={},
        )
        for i in range(5)
    ]
    results = await asyncio.gather(*(store.commit(w) for w in [*good, bad]), return_exceptions=True)
    assert [type(r) for r in results] == [type(None)] * 5 + [ConcurrencyError]
    assert await store.pool.fetchval("SELECT count(*) FROM events") == 6


@pytest.mark.parametrize("sql", ["UPDATE events SET type = 'x'", "DELETE FROM events", "TRUNCATE events"])
async def test_stored_events_cannot_be_changed(store: EventStore, path: CommandPath, sql: str) -> None:
    await path.run(tally.context("k1"), lambda: tally.count(store, "apples", 3))
    with pytest.raises(asyncpg.PostgresError, match="events are never changed"):
        await store.pool.execute(sql)
