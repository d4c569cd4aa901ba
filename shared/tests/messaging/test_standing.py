"""How far a consumer has come, as those who follow it see it; and that nothing is lost in whatever order it comes."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.messaging.event_log import Message
from kernel.messaging.standing import Move, Standing, Standings
from kernel.testing import tally
from kernel.writing.database import Pool, open_pool


@pytest.fixture
async def pool(database: str) -> AsyncIterator[Pool]:
    await tally.create_schema(database)
    pool = await open_pool(database, schema="tally")
    yield pool
    await pool.close()


async def test_who_follows_is_woken_by_a_position_that_was_stored_before(pool: Pool) -> None:
    await pool.execute("INSERT INTO inbox_cursor VALUES ('followed', 't', 3, 7, 7)")
    followed = Standings(pool, "followed", "t")
    waiting = asyncio.create_task(followed.reached(3, 7, within_seconds=5))
    await asyncio.sleep(0)  # it waits before anything is known
    await followed.know()
    async with asyncio.timeout(5):
        assert await waiting


def _topic(pseqs: list[int]) -> list[Message]:
    """A partition of a topic with these messages in this order."""
    return [
        Message(topic="t", partition=0, offset=n, pseq=pseq, key="k", headers={}, body=b"")
        for n, pseq in enumerate(pseqs)
    ]


def _standings(stored: Standing) -> Standings:
    standings = Standings(object.__new__(Pool), "c", "t")
    standings.begin({0: stored})
    return standings


@st.composite
def _sent(draw: st.DrawFn) -> list[int]:
    """Every message at least once, some of them again, in any order."""
    count = draw(st.integers(1, 8))
    again = draw(st.lists(st.integers(1, count), max_size=12))
    return list(draw(st.permutations([*range(1, count + 1), *again])))


@settings(max_examples=300)
@given(_sent(), st.lists(st.integers(1, 4), min_size=1, max_size=6), st.sets(st.integers(0, 200), max_size=6))
def test_in_whatever_order_and_however_often_messages_come_each_is_consumed_once_in_its_turn(
    pseqs: list[int], sizes: list[int], restarts: set[int]
) -> None:
    topic, stored, consumed = _topic(pseqs), Standing(0, 0), list[int]()
    standings = _standings(stored)
    for step in range(400):
        if step in restarts:
            standings = _standings(stored)
        place = standings.place(0)
        batch = topic[place : place + sizes[step % len(sizes)]]
        if batch:
            fresh = standings.fresh({0: batch})
            consumed += [message.pseq for message in fresh.get(0, ())]
            moves: list[Move] = standings.moves(fresh)
            standings.stored(moves)
            stored = Standing(moves[0].next_offset, moves[0].last_pseq) if moves else stored
        elif standings.gaps:
            standings.look_behind()
        else:
            break
    assert consumed == list(range(1, max(pseqs) + 1))
    assert standings.missing is None
