"""The write path inside somebody else's transaction: decided in memory, written together, or not at all."""

from collections.abc import AsyncIterator

import pytest

from kernel.testing import tally
from kernel.values.decider import Decider
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import CommandPath
from kernel.writing.database import Pool, open_pool
from kernel.writing.event_store import EventStore

MESSAGE = type(
    "Told",
    (),
    {
        "headers": {
            "ce_id": "00000000-0000-0000-0000-000000000001",
            "ce_time": "2019-08-01T01:00:00+00:00",
            "ce_correlationid": "c",
        }
    },
)()


def _decide(amount: int, standing: int) -> list[tally.Counted]:
    return [tally.Counted("a", amount, standing + amount)] if amount else []


COUNTING: Decider[int, int, tally.Counted] = Decider(0, _decide, lambda _standing, event: event.standing)


@pytest.fixture
async def pool(database: str) -> AsyncIterator[Pool]:
    await tally.create_schema(database)
    pool = await open_pool(database, schema="tally")
    yield pool
    await pool.close()


@pytest.fixture
def path(pool: Pool) -> CommandPath:
    return CommandPath(EventStore(pool, tally.REGISTRY, tally.project))


def _context(about: str) -> CommandContext:
    return CommandContext.of_message(MESSAGE, "reacting", about)


async def test_each_reaction_is_decided_on_what_the_one_before_left_and_all_are_written_at_once(
    pool: Pool, path: CommandPath
) -> None:
    async with pool.acquire() as connection, connection.transaction():
        within = path.within(connection)
        for n in (1, 2, 3):
            await within.react(_context(f"{n}"), COUNTING, "a", n)
        assert await pool.fetchval("SELECT count(*) FROM events") == 0
        await within.flush()
    _, events = await path.store.load("a")
    assert [event.standing for event in events] == [1, 3, 6]
    assert await pool.fetchval("SELECT standing FROM tallies") == 6
    assert await pool.fetchval("SELECT DISTINCT meta->>'actor' FROM events") == "reacting"


async def test_what_decides_nothing_writes_nothing(pool: Pool, path: CommandPath) -> None:
    async with pool.acquire() as connection, connection.transaction():
        within = path.within(connection)
        assert (await within.react(_context("x"), COUNTING, "a", 0)).events == ()
        await within.flush()
    assert await pool.fetchval("SELECT count(*) FROM events") == 0


async def test_a_transaction_that_fails_takes_all_of_it_back(pool: Pool, path: CommandPath) -> None:
    async def written_and_broken() -> None:
        async with pool.acquire() as connection, connection.transaction():
            within = path.within(connection)
            await within.react(_context("x"), COUNTING, "a", 1)
            await within.flush()
            raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        await written_and_broken()
    assert await pool.fetchval("SELECT count(*) FROM events") == 0


async def test_a_message_told_twice_makes_the_same_event_ids(path: CommandPath) -> None:
    assert _context("x").command_id == _context("x").command_id
    assert _context("x").command_id != _context("y").command_id


async def test_a_command_with_an_answer_sees_what_a_reaction_wrote_and_gives_its_first_answer_again(
    pool: Pool, path: CommandPath
) -> None:
    async with pool.acquire() as connection, connection.transaction():
        within = path.within(connection)
        await within.react(_context("x"), COUNTING, "a", 1)
        await within.flush()
        answers = [
            await within.decide(tally.context("k"), COUNTING, "a", 2, lambda decision: {"standing": decision.state})
            for _ in range(2)
        ]
    assert [(answer.body, answer.replayed) for answer in answers] == [
        ('{"standing":3}', False),
        ('{"standing":3}', True),
    ]
    assert await pool.fetchval("SELECT count(*) FROM events") == 2
