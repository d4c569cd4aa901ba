"""The chain finds what was changed, taken out or lost its number, and reads back what is there."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from kernel.testing import tally
from kernel.writing.database import Pool, SingleConnection, open_pool
from kernel.writing.event_store import EventStore, Stream, StreamAppend
from kernel.writing.event_store.chain import ChainVerdict, check_chain
from kernel.writing.event_store.log import LogCounts, events_in_order, log_counts, read_stream
from kernel.writing.event_store.log_tree import check_log
from kernel.writing.event_store.sequencer import Sequencer
from kernel.writing.signals import Signal


@pytest.fixture
async def pool(database: str) -> AsyncIterator[Pool]:
    """A store with two streams: the first two events are numbered, the third not yet."""
    await tally.create_schema(database)
    pool = await open_pool(database, schema="tally")
    await append(pool, "a", "one", "two")
    sequencer = Sequencer(pool, Signal(), Signal())
    await sequencer.start()
    await sequencer.step()
    await append(pool, "b", "three")
    yield pool
    await pool.close()


@pytest.fixture
async def connection(pool: Pool, database: str) -> AsyncIterator[SingleConnection]:
    """A session of the store's owner, which no trigger holds back, with one picture."""
    connection = await asyncpg.connect(database, server_settings={"search_path": "tally"})
    await connection.execute("ALTER TABLE events DISABLE TRIGGER ALL")
    async with connection.transaction(isolation="repeatable_read"):
        yield connection
    await connection.close()


async def append(pool: Pool, stream: str, *texts: str) -> None:
    store = EventStore(pool, tally.REGISTRY, tally.project)
    notes = StreamAppend(Stream(stream), tuple(tally.Noted(text) for text in texts))
    command = tally.context(stream)
    await store.commit(
        store.prepare([notes], command_id=command.command_id, occurred_at=tally.NOW, meta=command.meta())
    )


async def test_an_untouched_store_is_whole(connection: SingleConnection) -> None:
    assert await check_chain(connection) == ChainVerdict(3, 2, ())
    log = await check_log(connection, [0, 1, 2])
    assert (log.entries, log.broken, log.leafless, len(set(log.roots.values()))) == (2, (), 0, 3)
    assert await log_counts(connection) == LogCounts(events=3, numbered=2, last=2)


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("""UPDATE events SET data = '{"text":"tow"}' WHERE version = 2""", "stream a version 2 (Noted) was changed"),
        (
            "UPDATE events SET occurred_at = occurred_at + interval '1 microsecond' WHERE stream_id = 'b'",
            "stream b version 1",
        ),
        ("UPDATE events SET meta = '{}' WHERE stream_id = 'b'", "stream b version 1 (Noted) was changed"),
        ("DELETE FROM events WHERE version = 1 AND stream_id = 'a'", "stream a goes from version 0 to 2"),
        ("DELETE FROM event_log WHERE gseq = 1", "stream a version 1 (Noted) has no number in the log"),
        ("DELETE FROM event_log WHERE gseq = 2", "2 numbers were given, but the log ends with 1"),
        ("UPDATE events SET recorded_at = recorded_at - interval '1 year' WHERE version = 2", "number 2, stream a"),
        ("UPDATE event_log SET logged_at = logged_at - interval '1 year' WHERE gseq = 2", "before the number in front"),
        ("UPDATE event_log SET pos = 9 WHERE gseq = 1", "number 1 has no event"),
        (
            "UPDATE event_log l SET gseq = 3 - gseq, leaf = (SELECT leaf FROM event_log o WHERE o.gseq = 3 - l.gseq)",
            "number 1, stream a version 2 (Noted): the event or its times were changed",
        ),
    ],
)
async def test_what_was_done_to_it_is_found_at_its_place(connection: SingleConnection, sql: str, said: str) -> None:
    await connection.execute("ALTER TABLE event_log DISABLE TRIGGER ALL")
    await connection.execute("ALTER TABLE event_log DROP CONSTRAINT event_log_pkey, DROP CONSTRAINT event_log_pos_key")
    await connection.execute("SET session_replication_role = replica")  # foreign keys are no hindrance either
    await connection.execute(sql)
    broken = [*(await check_chain(connection)).broken, *(await check_log(connection)).broken]
    assert any(said in fault for fault in broken), broken


async def test_the_log_is_read_numbered_first_and_then_what_waits(connection: SingleConnection) -> None:
    async def read(*, numbered_only: bool = False) -> list[tuple[int, str, str]]:
        pages = [page async for page in events_in_order(connection, tally.REGISTRY, numbered_only=numbered_only)]
        return [(one.gseq, one.recorded.event.text, one.recorded.correlation_id) for page in pages for one in page]

    numbered = [(1, "one", "correlation-a"), (2, "two", "correlation-a")]
    assert await read() == [*numbered, (0, "three", "correlation-b")]
    assert await read(numbered_only=True) == numbered


async def test_a_stream_is_read_in_its_order(connection: SingleConnection) -> None:
    story = await read_stream(connection, tally.REGISTRY, "a")
    assert [(one.type, one.recorded.version, one.recorded.event.text) for one in story] == [
        ("Noted", 1, "one"),
        ("Noted", 2, "two"),
    ]
    assert await read_stream(connection, tally.REGISTRY, "nothing") == []
