"""The contract of the inbox: what a batch of messages does, and what stops or parks them."""

import msgspec
import pytest
from shared.tests.event_log.world import World, key_beside, numbered, stored

from kernel.messaging.event_log import partition_of
from kernel.messaging.inbox import Inbox, PositionMovedError
from kernel.messaging.interest import NewerVersionError


async def test_a_missing_message_holds_up_its_partition_alone_and_what_came_after_it_follows_it(world: World) -> None:
    await world.runtime.start(background=False)
    first, second, third = (numbered(world.topic, pseq=n) for n in (1, 2, 3))
    other = next(name for name in map(str, range(99)) if partition_of(name) != partition_of("a"))
    elsewhere = msgspec.structs.replace(first, key=other, partition=partition_of(other))
    await world.inbox.consume({first.partition: [first]})
    assert await world.inbox.consume({first.partition: [third], elsewhere.partition: [elsewhere]}) == 1
    assert world.inbox.standings.missing is not None
    assert "message 2 of topic" in world.inbox.standings.missing
    assert f"`onestop republish {world.topic} --partition {first.partition} --from 2`" in world.inbox.standings.missing
    assert (await stored(world, "recorder", first.partition), len(await world.heard())) == (1, 2)
    again = [msgspec.structs.replace(message, offset=message.offset + 2) for message in (second, third)]
    assert await world.inbox.consume({first.partition: again}) == 2
    assert world.inbox.standings.missing is None
    assert [amount for name, amount in await world.heard() if name == "a"][-2:] == [2, 3]


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
    assert [one.done for one in await world.retry("a")] == [(2, 3)]
    assert sorted(await world.heard()) == sorted([("a", 1), (key_beside("a"), 4), ("a", 2), ("a", 3)])
    assert await world.pool.fetchval("SELECT count(*) FROM inbox_parked") == 0


async def test_a_bug_in_the_consumer_parks_after_three_attempts_and_keeps_the_message(world: World) -> None:
    await world.runtime.start(background=False)
    world.recorder.broken = {1}
    await world.inbox.consume({numbered(world.topic, pseq=1).partition: [numbered(world.topic, pseq=1)]})
    assert await world.pool.fetchval("SELECT error_code FROM inbox_parked") == "HANDLER_FAILED"
    world.recorder.broken = set()
    assert [one.left for one in await world.retry("a")] == [0]
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
    assert await world.inbox.consume(batches) == 2
    written = "SELECT count(DISTINCT xmin::text) FROM inbox_cursor WHERE topic = $1 AND partition = ANY($2)"
    assert await world.pool.fetchval(written, world.topic, list(batches)) == 1, "one transaction for both partitions"
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


async def test_what_comes_before_a_newer_version_and_on_other_partitions_is_consumed(world: World) -> None:
    await world.runtime.start(background=False)
    wanted = frozenset({f"onestop.{world.topic}.Counted.v1"})
    inbox = Inbox(world.pool, "older", world.topic, world.recorder.effects, wanted)
    before, newer, behind = (numbered(world.topic, pseq=n, version=2 if n == 2 else 1) for n in (1, 2, 3))
    other = next(name for name in map(str, range(99)) if partition_of(name) != partition_of("a"))
    beside = msgspec.structs.replace(numbered(world.topic, pseq=1, key=other), partition=partition_of(other))
    batches = {before.partition: [before, newer, behind], beside.partition: [beside]}
    with pytest.raises(NewerVersionError, match="goes on from message 2"):
        await inbox.consume(batches)
    assert sorted(await world.heard()) == sorted([("a", 1), (other, 1)])
    assert [await stored(world, "older", partition) for partition in batches] == [1, 1]


async def test_who_lost_its_positions_to_another_instance_moves_nothing(world: World) -> None:
    await world.runtime.start(background=False)
    first, second = numbered(world.topic, pseq=1), numbered(world.topic, pseq=2)
    assert await world.inbox.consume({first.partition: [first]}) == 1
    other = Inbox(world.pool, "recorder", world.topic, world.recorder.effects)
    await other.standings.know()  # it stands at the same place, and has done nothing yet
    with pytest.raises(PositionMovedError):
        await world.inbox.consume({first.partition: [second]})
    assert await other.consume({first.partition: [second]}) == 1
    assert await world.heard() == [("a", 1), ("a", 2)]
    assert await world.pool.fetchval("SELECT count(*) FROM inbox_parked") == 0
