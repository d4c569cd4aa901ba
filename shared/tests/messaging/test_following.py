"""Which history of a publisher is believed: another one stops the consumer, what a restore has ended is passed over."""

from collections.abc import AsyncIterator

import pytest

from kernel.messaging.event_log import Message
from kernel.messaging.following import Followed, Following, follow_after_restore
from kernel.messaging.stops import OtherTimelineError
from kernel.testing import tally
from kernel.writing.database import Pool, administering, open_pool

COUNTED = [2, *[0] * 11]


@pytest.fixture
async def pool(database: str) -> AsyncIterator[Pool]:
    await tally.create_schema(database)
    async with await open_pool(database, schema="tally", size=2) as pool:
        yield pool


def message(pseq: int, timeline: str | None) -> Message:
    headers = {} if timeline is None else {"ce_timeline": timeline}
    return Message(topic="t", partition=0, offset=pseq - 1, pseq=pseq, key="k", headers=headers, body=b"")


async def believed(following: Following, *messages: Message) -> list[int]:
    return [m.pseq for m in (await following.own({0: messages})).get(0, ())]


async def test_the_first_timeline_that_is_heard_is_followed_and_another_one_stops(pool: Pool) -> None:
    following = Following(pool, "c", "t")
    assert await believed(following, message(1, None), message(2, "A"), message(3, "A")) == [1, 2, 3]
    with pytest.raises(OtherTimelineError, match="timeline B, but this service follows A"):
        await believed(following, message(4, "A"), message(5, "B"))
    with pytest.raises(OtherTimelineError):
        await believed(Following(pool, "another", "t"), message(1, "B"))


async def test_after_a_restore_the_old_history_counts_as_far_as_the_dump_goes(database: str, pool: Pool) -> None:
    following = Following(pool, "c", "t")
    await believed(following, message(1, "A"))
    async with administering(database, search_path="tally") as owner:
        await follow_after_restore(owner, "t", "B", "A", COUNTED)
    following.forget()
    beyond = message(3, "A"), message(4, "A")
    assert await believed(following, message(1, "A"), message(2, "A"), *beyond, message(3, "B")) == [1, 2, 3]
    assert following.passed_over == 2
    with pytest.raises(OtherTimelineError):
        await believed(following, message(4, "C"))


def test_a_second_restore_lets_no_more_of_the_first_count() -> None:
    once = Followed("A").after("B", "A", [5, 5])
    assert once.after("C", "B", [7, 3]).ended == {"A": [5, 3], "B": [7, 3]}
