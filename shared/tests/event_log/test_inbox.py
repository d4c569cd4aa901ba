"""The contract of the inbox: what a batch of messages does, and what stops or parks them."""

import contextlib

import msgspec
import pytest
from shared.tests.event_log.world import World, key_beside, numbered, stored

from kernel.messaging.event_log import partition_of
from kernel.messaging.inbox import Inbox
from kernel.messaging.interest import NewerVersionError
from kernel.messaging.standing import GapError


async def test_a_missing_message_stops_the_consumer_loudly(world: World) -> None:
    await world.runtime.start(background=False)
    message = numbered(world.topic, pseq=1)
    await world.inbox.consume({message.partition: [message]})
    with pytest.raises(GapError, match="1 are missing"):
        await world.inbox.consume({message.partition: [numbered(world.topic, pseq=3)]})
    assert await world.heard() == [("a", 1)]


async def test_duplicates_are_dropped(world: World) -> None:
    await world.runtime.start(background=False)
    messages = [numbered(world.topic, pseq=n) for n in (1, 2, 1, 2, 3)]
    assert await world.inbox.consume({messages[0].partition: messages}) == 3
    assert await world.heard() == [("a", 1), ("a", 2), ("a", 3)]


async def test_poison_parks_itself_and_the_later_ones_of_its_key_and_others_go_on(world: World) -> None:
    await world.runtime.start(background=False)
    world.recorder.poison = {2}
    same = [numbered(world.topic, pseq=n) for n in (1, 2, 3)]
    other = numbered(world.topic, pseq=4, key=key_beside("a"))
    assert await world.inbox.consume({same[0].partition: [*same, other]}) == 4
    assert await world.heard() == [("a", 1), (key_beside("a"), 4)]
    parked = await world.pool.fetch("SELECT pseq, error_code FROM inbox_parked ORDER BY pseq")
    assert [tuple(row) for row in parked] == [(2, "MESSAGE_UNREADABLE"), (3, "KEY_PARKED")]
    world.recorder.poison = set()
    assert await world.inbox.retry_parked("a") == 2
    assert sorted(await world.heard()) == sorted([("a", 1), (key_beside("a"), 4), ("a", 2), ("a", 3)])
    assert await world.pool.fetchval("SELECT count(*) FROM inbox_parked") == 0


async def test_a_bug_in_the_consumer_parks_after_three_attempts_and_keeps_the_message(world: World) -> None:
    await world.runtime.start(background=False)
    world.recorder.broken = {1}
    await world.inbox.consume({numbered(world.topic, pseq=1).partition: [numbered(world.topic, pseq=1)]})
    assert await world.pool.fetchval("SELECT error_code FROM inbox_parked") == "HANDLER_FAILED"
    world.recorder.broken = set()
    with contextlib.suppress(ValueError):
        await world.inbox.retry_parked("a")
    assert await world.heard() == [("a", 1)]


async def test_messages_of_all_partitions_are_worked_off_together(world: World) -> None:
    await world.runtime.start(background=False)
    other = next(name for name in map(str, range(99)) if partition_of(name) != partition_of("a"))
    batches = {
        partition_of(key): [
            msgspec.structs.replace(numbered(world.topic, pseq=n), key=key, partition=partition_of(key))
        ]
        for n, key in ((1, "a"), (1, other))
    }
    await world.inbox.standings.know()
    before = await world.pool.fetchval("SELECT pg_current_xact_id()::text::bigint")
    assert await world.inbox.consume(batches) == 2
    after = await world.pool.fetchval("SELECT pg_current_xact_id()::text::bigint")
    assert after - before == 2, "one transaction for both partitions, and the one of this question"
    assert [await stored(world, "recorder", partition) for partition in batches] == [1, 1]


async def test_a_type_that_nobody_wants_is_passed_over_and_its_position_is_stored_later(world: World) -> None:
    await world.runtime.start(background=False)
    wanted = frozenset({f"onestop.{world.topic}.Counted.v1"})
    inbox = Inbox(world.pool, "choosy", world.topic, world.recorder.effects, wanted)
    unknown, known = numbered(world.topic, pseq=1, kind="Unheard"), numbered(world.topic, pseq=2)
    partition = known.partition
    assert await inbox.consume({partition: [unknown]}) == 1
    assert (await world.heard(), await stored(world, "choosy", partition)) == ([], 0)
    assert await inbox.consume({partition: [unknown, known]}) == 1
    assert (await world.heard(), await stored(world, "choosy", partition)) == ([("a", 2)], 2)
    await inbox.consume({partition: [numbered(world.topic, pseq=3, kind="Unheard")]})
    await inbox.settle()
    assert (await stored(world, "choosy", partition), inbox.interest.passed_over) == (3, 2)
    assert await world.pool.fetchval("SELECT count(*) FROM inbox_parked") == 0


async def test_a_version_newer_than_this_program_stops_the_consumer_before_it(world: World) -> None:
    await world.runtime.start(background=False)
    inbox = Inbox(
        world.pool, "older", world.topic, world.recorder.effects, frozenset({f"onestop.{world.topic}.Counted.v1"})
    )
    newer = numbered(world.topic, pseq=1, version=2)
    with pytest.raises(NewerVersionError, match="start the newer program"):
        await inbox.consume({newer.partition: [newer]})
    assert await world.pool.fetchval("SELECT count(*) FROM inbox_parked") == 0
