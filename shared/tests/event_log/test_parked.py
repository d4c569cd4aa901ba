"""Parked messages: in their order when retried, and never before those whose rows they read."""

import asyncio
from collections.abc import Sequence
from typing import Final

import asyncpg
import pytest
from shared.tests.event_log.world import World, key_beside, numbered

from kernel.messaging.event_log import Message
from kernel.messaging.inbox import Inbox
from kernel.messaging.retrying import work_off
from kernel.testing.deadline import eventually
from kernel.writing.database import Connection

pytestmark = pytest.mark.parametrize("world", ["embedded"], indirect=True)  # no transport has a part in it

_WAITING_SQL: Final = """
SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()
"""


class Follower:
    """A consumer that writes down of each message whether the one that it follows had worked it off."""

    def __init__(self, world: World) -> None:
        self.inbox = Inbox(world.pool, "follower", world.topic, self.effects, follows=world.inbox)
        self.saw: list[tuple[str, int, bool]] = []

    async def effects(self, connection: Connection, messages: Sequence[Message]) -> None:
        for message in messages:
            sql = "SELECT EXISTS (SELECT FROM heard WHERE tally = $1 AND amount = $2)"
            self.saw.append((message.key, message.pseq, await connection.fetchval(sql, message.key, message.pseq)))


async def parked(world: World) -> list[tuple[str, int, str]]:
    rows = await world.pool.fetch("SELECT consumer, pseq, error_code FROM inbox_parked ORDER BY consumer, pseq")
    return [tuple(row) for row in rows]


async def test_who_follows_sees_a_key_only_when_the_one_followed_has_seen_it(world: World) -> None:
    await world.runtime.start(background=False)
    follower = Follower(world)
    world.recorder.poison = {1}
    other = key_beside("a")
    messages = [numbered(world.topic, pseq=1), numbered(world.topic, pseq=2), numbered(world.topic, pseq=3, key=other)]
    batch = {messages[0].partition: messages}
    await world.inbox.consume(batch)
    await follower.inbox.consume(batch)
    assert follower.saw == [(other, 3, True)]
    assert await parked(world) == [
        ("follower", 1, "FOLLOWED_PARKED"),
        ("follower", 2, "FOLLOWED_PARKED"),
        ("recorder", 1, "MESSAGE_UNREADABLE"),
        ("recorder", 2, "KEY_PARKED"),
    ]
    world.recorder.poison = set()
    worked = await world.retry("a")
    assert [(one.inbox.consumer, one.done, one.left) for one in worked] == [
        ("recorder", (1, 2), 0),
        ("follower", (1, 2), 0),
    ]
    assert follower.saw == [(other, 3, True), ("a", 1, True), ("a", 2, True)]
    assert await parked(world) == []


async def test_who_follows_comes_as_far_as_the_one_followed_and_no_further(world: World) -> None:
    await world.runtime.start(background=False)
    follower = Follower(world)
    world.recorder.poison = {1, 2}
    batch = {numbered(world.topic, pseq=1).partition: [numbered(world.topic, pseq=n) for n in (1, 2, 3)]}
    await world.inbox.consume(batch)
    await follower.inbox.consume(batch)
    world.recorder.poison = {2}
    first, second = await world.retry("a")
    assert (first.done, first.left, first.stopped_at and first.stopped_at.pseq) == ((1,), 2, 2)
    assert (second.done, second.left, second.stopped_at) == ((1,), 2, None)
    assert follower.saw == [("a", 1, True)]
    assert [code for _, _, code in await parked(world)][2:] == ["MESSAGE_UNREADABLE", "KEY_PARKED"]


async def test_what_comes_while_a_key_is_retried_waits_and_is_not_left_behind(world: World) -> None:
    await world.runtime.start(background=False)
    world.recorder.poison = {1}
    partition = numbered(world.topic, pseq=1).partition
    await world.inbox.consume({partition: [numbered(world.topic, pseq=1)]})
    world.recorder.poison = set()
    async with world.pool.acquire() as connection, connection.transaction():
        await work_off(connection, world.inbox, "a")
        coming = asyncio.create_task(world.inbox.consume({partition: [numbered(world.topic, pseq=2)]}))
        admin = await asyncpg.connect(world.database)

        async def waits() -> bool:
            waiting = (
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
            )
            return bool(await admin.fetchval(waiting)) or coming.done()

        await eventually(waits)
        await admin.close()
        assert not coming.done(), "it would have found the key parked still, and parked behind nothing"
    await coming
    assert await world.heard() == [("a", 1), ("a", 2)]
    assert await parked(world) == []


async def test_a_retry_that_meets_trouble_which_passes_keeps_everything_as_it_was(world: World) -> None:
    await world.runtime.start(background=False)
    world.recorder.poison = {1}
    partition = numbered(world.topic, pseq=1).partition
    await world.inbox.consume({partition: [numbered(world.topic, pseq=1)]})
    world.recorder.poison = set()
    admin = await asyncpg.connect(world.database)
    async with admin.transaction():
        await admin.execute("LOCK TABLE tally.heard IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(asyncpg.LockNotAvailableError):
            await _impatiently(world)
    await admin.close()
    assert await parked(world) == [("recorder", 1, "MESSAGE_UNREADABLE")]


async def _impatiently(world: World) -> None:
    async with world.pool.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL lock_timeout = '100ms'")
        await work_off(connection, world.inbox, "a")
