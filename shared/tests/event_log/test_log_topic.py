"""A service's log on a topic: every event whole and in order, before others hear of it, on both transports."""

from collections.abc import AsyncIterator

import msgspec
import pytest
from shared.tests.event_log.world import World

from kernel.messaging.event_log import Message
from kernel.messaging.event_log.kafka import KafkaEventLog
from kernel.messaging.event_log.port import log_topic_of
from kernel.messaging.log_telling import UnreadableEventError, event_of
from kernel.running.runtime import Runtime
from kernel.testing import tally
from kernel.testing.deadline import eventually
from kernel.writing.event_store.whole import read_whole


class Kept(World):
    """A world whose publisher keeps its log."""

    def __init__(self, world: World) -> None:
        self.__dict__.update(vars(world))
        self.runtime = Runtime(self.runtime.parts, self.database, self.log, keeps_log=True)

    async def note(self, text: str) -> None:
        await self.runtime.path.run(tally.context(text), lambda: tally.note(self.runtime.store, text))

    async def on_log(self, count: int) -> list[Message]:
        """What lies on the log's topic, once it is so much."""
        found: list[Message] = []

        async def enough() -> bool:
            found[:] = (await self.log.beyond(log_topic_of(self.topic), [0])).get(0, [])
            return len(found) >= count

        await eventually(enough)
        return found


@pytest.fixture
async def kept(world: World) -> AsyncIterator[Kept]:
    kept = Kept(world)
    if isinstance(world.log, KafkaEventLog):
        await world.log.create_topics([log_topic_of(world.topic)])
    yield kept
    await kept.runtime.stop()


async def test_every_event_is_on_the_log_s_topic_word_for_word_under_its_number(kept: Kept) -> None:
    await kept.runtime.start()
    await kept.count("1", "a", 5)
    await kept.note("told to nobody, 一个")
    await kept.count("2", "b", 7)
    messages = await kept.on_log(3)
    assert [message.pseq for message in messages] == [1, 2, 3]
    assert [event_of(message) for message in messages] == await read_whole(kept.pool, after=0, limit=10)
    assert sorted(await kept.hears(2)) == [("a", 5), ("b", 7)]
    with pytest.raises(UnreadableEventError, match="cannot be read"):
        event_of(Message(**{**msgspec.structs.asdict(messages[0]), "body": b"{}"}))


async def test_others_hear_nothing_that_is_not_on_the_log_s_topic_yet(kept: Kept) -> None:
    await kept.runtime.start()
    first = kept.runtime.leadership._jobs["log-relay"].__self__  # type: ignore[attr-defined]
    relay = kept.runtime.leadership._jobs["relay"].__self__  # type: ignore[attr-defined]
    for number in range(40):
        await kept.count(f"{number}", "a", 1)
        assert (relay.upto or 0) <= (first.upto or 0)
    assert len(await kept.hears(40)) == 40


async def test_a_log_from_before_is_sent_from_its_first_event_and_nobody_waits_for_it(kept: Kept) -> None:
    without = Runtime(kept.runtime.parts, kept.database, kept.log)
    await without.start()
    kept.runtime, keeping = without, kept.runtime
    for number in range(5):
        await kept.count(f"{number}", "a", 1)
    await kept.hears(5)
    await without.stop()
    kept.runtime = keeping
    await kept.runtime.start()
    await kept.count("last", "a", 1)
    assert len(await kept.hears(6)) == 6
    assert [event_of(message).gseq for message in await kept.on_log(6)] == [1, 2, 3, 4, 5, 6]


async def test_one_that_takes_over_sends_no_event_of_the_log_under_another_number(kept: Kept) -> None:
    await kept.runtime.start()
    await kept.count("1", "a", 1)
    await kept.on_log(1)
    await kept.runtime.stop()
    await kept.pool.execute("UPDATE relay SET gseq = 0, pseqs = '[0]' WHERE topic = $1", log_topic_of(kept.topic))
    kept.runtime = Runtime(kept.runtime.parts, kept.database, kept.log, keeps_log=True)
    await kept.runtime.start()
    await kept.count("2", "a", 1)
    assert [message.pseq for message in await kept.on_log(2)] == [1, 2]
