"""Streams that ended are put away, detached and brought back; nothing forks, works twice or is believed unseen."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from kernel.testing import tally
from kernel.values.refusals import Refused
from kernel.writing.command_path import Answered, CommandPath
from kernel.writing.database import Pool, SingleConnection, administering, open_pool
from kernel.writing.event_store import EventStore, Stream
from kernel.writing.event_store.archived import ArchivedError
from kernel.writing.event_store.archives import Archive, archives, bring_back, detach, put_away
from kernel.writing.event_store.chain import ChainVerdict, check_chain
from kernel.writing.event_store.log import eventless, log_counts, read_log, read_stream, require_at_hand, unnumbered
from kernel.writing.event_store.log_tree import LogVerdict, check_log
from kernel.writing.event_store.restored import require_adopted
from kernel.writing.event_store.sequencer import Sequencer
from kernel.writing.signals import Signal
from kernel.writing.snapshots import snapshot

KINDS: Final = ("old", "short-0", "short-1", "new")
OLD: Final = 7  # events of streams that end before anything is put away


class Store:
    """A service's store with an administrator beside it."""

    def __init__(self, pool: Pool, admin: SingleConnection, url: str) -> None:
        self.pool, self.admin, self.url = pool, admin, url
        self.events = EventStore(pool, tally.REGISTRY, tally.project)
        self._path = CommandPath(self.events)

    async def count(self, name: str, key: str) -> Answered:
        return await self._path.run(tally.context(key), lambda: tally.count(self.events, name, 1))

    async def number(self) -> None:
        sequencer = Sequencer(self.pool, Signal(), Signal())
        await sequencer.start()
        while await sequencer.step():
            pass

    async def now(self) -> datetime:
        moment: datetime = await self.admin.fetchval("SELECT clock_timestamp()")
        return moment

    async def put_away(self) -> Archive:
        return await put_away(self.admin, await self.now(), KINDS)

    async def hot(self) -> int:
        count: int = await self.admin.fetchval("SELECT count(*) FROM ONLY events")
        return count

    async def chain(self) -> ChainVerdict:
        async with snapshot(self.url, "tally") as connection:
            return await check_chain(connection)

    async def log(self) -> LogVerdict:
        async with snapshot(self.url, "tally") as connection:
            return await check_log(connection, [OLD])

    async def forget_answers(self) -> None:
        await self.admin.execute("DELETE FROM idempotency")


@pytest.fixture
async def store(database: str) -> AsyncIterator[Store]:
    await tally.create_schema(database)
    async with (
        await open_pool(database, schema="tally") as pool,
        administering(database, search_path="tally") as admin,
    ):
        store = Store(pool, admin, database)
        for number in range(OLD - 2):
            await store.count("old", f"old-{number}")
        for number in range(2):
            await store.count(f"short-{number}", f"short-{number}")
        await store.number()
        yield store


async def test_an_attached_archive_is_read_as_before_and_the_log_stays_whole(store: Store) -> None:
    before = await read_log(store.pool, tally.REGISTRY, after=0, limit=100)
    archive = await store.put_away()
    assert (archive.streams, archive.events, archive.present, archive.detached_at) == (3, OLD, True, None)
    assert await store.hot() == 0
    assert await read_log(store.pool, tally.REGISTRY, after=0, limit=100) == before
    stream, events = await store.events.load("old")
    assert (stream.version, events[-1].standing) == (5, 5)
    assert len(await read_stream(store.admin, tally.REGISTRY, "old")) == 5
    assert (await store.chain()).broken == ()
    assert (await store.log()).broken == ()


async def test_what_is_not_numbered_or_went_on_since_stays(store: Store) -> None:
    moment = await store.now()
    await store.count("old", "later")
    await store.count("new", "new")
    archive = await put_away(store.admin, moment, KINDS)
    assert (archive.streams, await store.hot()) == (2, 7)
    assert (await store.put_away()).events == 2, "an event without a number may still be wanted by its place"


async def test_the_topic_of_a_log_that_is_kept_no_more_holds_nothing_back_where_that_is_said(store: Store) -> None:
    await store.admin.execute("INSERT INTO relay VALUES ('tally.log', 0, '[0]', 1)")
    assert (await store.put_away()).events == 0, "what is not on the topic of its log may still be wanted"
    assert (await put_away(store.admin, await store.now(), KINDS, unfilled=["tally.log"])).events == OLD


async def test_a_stream_goes_on_beside_its_archive_and_is_put_away_again(store: Store) -> None:
    archive = await store.put_away()
    assert (await store.count("old", "later")).body == '{"counted":1}'
    await store.number()
    assert [entry.recorded.version for entry in await read_stream(store.admin, tally.REGISTRY, "old")] == [*range(1, 7)]
    assert (await store.chain()).broken == ()
    again = await store.put_away()
    assert (again.name, again.events, again.streams) == (archive.name, OLD + 1, 3)


async def test_a_key_of_an_archived_event_is_never_worked_twice(store: Store) -> None:
    await store.put_away()
    assert (await store.count("old", "old-1")).replayed
    await store.forget_answers()
    with pytest.raises(Refused, match="its answer is gone"):
        await store.count("old", "old-1")
    assert (await store.events.load("old"))[0].version == 5


async def test_what_is_detached_is_refused_everywhere_and_nothing_begins_anew(store: Store) -> None:
    archive = await detach(store.admin, (await store.put_away()).name)
    assert archive.detached_at is not None
    with pytest.raises(
        Refused, match=f"EVENTS_ARCHIVED: the events of old lie in archive {archive.name} of schema tally"
    ):
        await store.count("old", "later")
    with pytest.raises(ArchivedError):
        await store.events.load_many(["new", "short-1"])
    with pytest.raises(ArchivedError):
        await read_stream(store.admin, tally.REGISTRY, "short-0")
    with pytest.raises(ArchivedError):  # a stream that was not looked at, because its id derives from the command
        await store.events.commit(tally.noted(store.events, Stream("old"), "begun anew"))
    assert (await store.count("new", "new")).body == '{"counted":1}'


async def test_the_log_without_its_detached_events_holds_and_says_so(store: Store) -> None:
    root = (await store.log()).roots
    name = (await store.put_away()).name
    await detach(store.admin, name)
    await store.admin.execute(f"DROP TABLE {name}")
    await store.count("new", "new")
    await store.number()
    log = await store.log()
    assert (log.entries, log.broken, log.away, log.roots) == (OLD + 1, (), OLD, root)
    assert (await store.chain()).broken == ()
    assert (await eventless(store.admin), await unnumbered(store.admin)) == ([], [])
    counts = await log_counts(store.admin)
    assert counts.events == counts.numbered == OLD + 1
    with pytest.raises(ArchivedError, match=f"archive {name} of schema tally with {OLD} events is detached"):
        await require_at_hand(store.admin)
    with pytest.raises(ArchivedError):
        await read_log(store.pool, tally.REGISTRY, after=0, limit=100)


async def test_an_event_taken_out_of_an_attached_archive_is_found(store: Store) -> None:
    name = (await store.put_away()).name
    await store.admin.execute(f"ALTER TABLE {name} DISABLE TRIGGER ALL; DELETE FROM {name} WHERE stream_id = 'short-0'")
    assert len(await eventless(store.admin)) == 1
    assert (await store.log()).broken == ("number 6 has no event",)


async def test_a_stream_that_went_on_leaves_its_archive_before_it_is_detached(store: Store) -> None:
    name = (await store.put_away()).name
    await store.count("old", "later")
    archive = await detach(store.admin, name)
    assert (archive.streams, archive.events, await store.hot()) == (2, 2, 6)
    assert (await store.count("old", "much later")).body == '{"counted":1}'
    assert (await store.chain()).broken == ()


async def test_what_is_brought_back_is_as_if_it_had_never_gone(store: Store) -> None:
    before = await read_log(store.pool, tally.REGISTRY, after=0, limit=100)
    name = (await store.put_away()).name
    await detach(store.admin, name)
    assert (await bring_back(store.admin, name)).detached_at is None
    assert await read_log(store.pool, tally.REGISTRY, after=0, limit=100) == before
    assert (await store.count("old", "later")).body == '{"counted":1}'


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        (
            "UPDATE {name} SET data = '{{}}' WHERE stream_id = 'short-0'",
            "stream short-0 version 1 (Counted) was changed",
        ),
        ("UPDATE {name} SET recorded_at = recorded_at - interval '1 day' WHERE version = 5", "1 are not as numbered"),
        ("DELETE FROM {name} WHERE stream_id = 'short-1'", "1 events are missing"),
        ("UPDATE {name} SET pos = pos + 1000 WHERE stream_id = 'short-1'", "1 events are not of it"),
    ],
)
async def test_what_is_not_what_was_detached_does_not_come_back(store: Store, sql: str, said: str) -> None:
    name = (await store.put_away()).name
    await detach(store.admin, name)
    await store.admin.execute(f"ALTER TABLE {name} DISABLE TRIGGER ALL; " + sql.format(name=name))
    with pytest.raises(Refused, match="ARCHIVE_CHANGED") as refused:
        await bring_back(store.admin, name)
    assert said in refused.value.detail
    assert (await archives(store.admin))[0].detached_at is not None


async def test_refusals_name_what_would_be_right(store: Store) -> None:
    with pytest.raises(
        Refused, match="ARCHIVE_UNKNOWN: no archive 'events_before_x' in this service; known: there is none"
    ):
        await detach(store.admin, "events_before_x")
    archive = await put_away(store.admin, datetime(2019, 1, 1, tzinfo=UTC), KINDS)
    assert (archive.name, archive.events) == ("events_before_20190101", 0)
    with pytest.raises(Refused, match="ARCHIVE_ATTACHED"):
        await bring_back(store.admin, archive.name)
    await detach(store.admin, archive.name)
    for again in (detach(store.admin, archive.name), put_away(store.admin, datetime(2019, 1, 1, tzinfo=UTC), KINDS)):
        with pytest.raises(Refused, match="ARCHIVE_DETACHED"):
            await again
    await store.admin.execute(f"DROP TABLE {archive.name}")
    with pytest.raises(Refused, match="ARCHIVE_MISSING"):
        await bring_back(store.admin, archive.name)


async def test_two_at_once_are_refused_and_readers_and_writers_go_on(store: Store) -> None:
    async with administering(store.url, search_path="tally") as other:
        await put_away(other, await store.now() - timedelta(days=400), KINDS)
        with pytest.raises(Refused, match="ARCHIVE_BUSY"):
            await store.put_away()
    assert (await store.put_away()).events == OLD


async def test_what_lives_on_is_never_put_away(store: Store) -> None:
    assert (await put_away(store.admin, await store.now(), ("short-0", "person"))).streams == 1
    assert await store.hot() == OLD - 1


async def test_what_comes_back_from_another_cluster_stands_in_nobodys_way(store: Store) -> None:
    name = (await store.put_away()).name
    await store.admin.execute(f"ALTER TABLE {name} DISABLE TRIGGER ALL; UPDATE {name} SET order_tx = 9000000000000")
    await store.admin.execute(f"ALTER TABLE {name} ENABLE TRIGGER ALL")
    await store.count("old", "later")
    await detach(store.admin, name)
    await require_adopted(store.admin)
    await store.number()
    assert (await store.log()).entries == OLD + 1
