"""What grows has an end: answers by the month, messages when all have them; and nothing works twice because of it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Final

import pytest
from typer.testing import CliRunner

from kernel.testing import tally
from kernel.values.refusals import Refused
from kernel.writing.command_path import Answered, CommandPath
from kernel.writing.database import Pool, administering, open_pool
from kernel.writing.event_store import EventStore
from kernel.writing.event_store.schema import ANSWERS_IN_PARTS_SQL
from onestop.main import app
from onestop.migrating import migrate
from onestop.services import SERVICES
from onestop.tidying.answers import TooShortError, tidy_answers
from onestop.tidying.bus import trim_bus
from onestop.tidying.tidy import tidy

TODAY: Final = datetime.now(UTC).date()


class Answers:
    """One service's stored answers, and a command that is sent again and again."""

    def __init__(self, admin_url: str, pool: Pool) -> None:
        self._url = admin_url
        self._store = EventStore(pool, tally.REGISTRY, lambda _recorded: ())
        self._path = CommandPath(self._store)

    async def send(self) -> Answered:
        return await self._path.run(tally.context("k"), lambda: tally.note(self._store, "noted"))

    async def age(self, days: int) -> None:
        async with administering(self._url, search_path="tally") as connection:
            await connection.execute("UPDATE idempotency SET created_at = created_at + make_interval(days => $1)", days)

    async def tidy(self, today: date, days: int = 90) -> list[str]:
        async with administering(self._url, search_path="tally") as connection:
            return [*(await tidy_answers(connection, today, days)).dropped]

    async def where(self) -> list[str]:
        async with administering(self._url, search_path="tally") as connection:
            return [row[0] for row in await connection.fetch("SELECT tableoid::regclass::text FROM idempotency")]


@pytest.fixture
async def answers(database: str) -> AsyncIterator[Answers]:
    await tally.create_schema(database)
    async with administering(database, search_path="tally") as connection:
        for statement in ANSWERS_IN_PARTS_SQL:
            await connection.execute(statement)
    async with await open_pool(database, schema="tally") as pool:
        yield Answers(database, pool)


def part(day: date) -> str:
    return f"idempotency_{day:%Y_%m}"


async def test_a_repetition_gets_the_first_answer_from_whichever_month(answers: Answers) -> None:
    await answers.tidy(TODAY)
    first = await answers.send()
    assert (first.replayed, await answers.where()) == (False, ["idempotency_default"])
    await answers.age(31)
    assert await answers.where() == [part(TODAY + timedelta(days=31))]
    assert (await answers.send()).replayed is True


async def test_a_month_goes_when_its_time_is_over_and_the_key_then_serves_nothing_else(answers: Answers) -> None:
    await answers.tidy(TODAY)
    await answers.send()
    await answers.age(31)
    (month,) = await answers.where()
    end = (TODAY + timedelta(days=31)).replace(day=1) + timedelta(days=32)
    over = end.replace(day=1) + timedelta(days=90)
    assert await answers.tidy(over - timedelta(days=1)) == []
    assert await answers.tidy(over) == [month]
    assert await answers.where() == []
    with pytest.raises(Refused, match="so long ago that its answer is gone") as refused:
        await answers.send()
    assert refused.value.code == "IDEMPOTENCY_KEY_REUSED"


async def test_what_was_there_before_there_were_months_goes_as_well(answers: Answers) -> None:
    await answers.send()
    await answers.tidy(TODAY + timedelta(days=91))
    assert await answers.where() == []


async def test_answers_that_came_while_a_month_was_missing_are_put_into_it(answers: Answers) -> None:
    await answers.tidy(TODAY)
    await answers.send()
    await answers.age(200)  # nobody has tidied for so long
    assert await answers.where() == ["idempotency_default"]
    late = TODAY + timedelta(days=200)
    await answers.tidy(late)
    assert await answers.where() == [part(late)]
    assert (await answers.send()).replayed is True
    assert await answers.tidy(late) == []  # and once more makes no difference


async def test_nobody_may_keep_answers_for_less_than_callers_are_promised(answers: Answers, database: str) -> None:
    with pytest.raises(TooShortError, match="at least 90 days, not for 89"):
        await answers.tidy(TODAY, 89)
    ended = await asyncio.to_thread(CliRunner().invoke, app, ["tidy", "--database", database, "--days", "89"])
    assert (ended.exit_code, ended.output.strip()) == (2, "answers are kept for at least 90 days, not for 89")


async def test_while_commands_run_nothing_waits_for_long_and_messages_go_when_every_consumer_has_them(
    database: str,
) -> None:
    await migrate(database)
    async with administering(database) as busy, busy.transaction():
        await busy.execute("LOCK TABLE referral.idempotency IN ROW EXCLUSIVE MODE")
        done = await tidy(database, TODAY)
    assert done.busy == ("referral",)
    assert done.answers.keys() == SERVICES.keys() - {"referral"}
    assert (await tidy(database, TODAY)).busy == ()

    async with administering(database) as connection:
        await connection.execute(
            "INSERT INTO bus.messages SELECT 'referral', p, n, 'k', '{}', '' "
            "FROM generate_series(0, 1) p, generate_series(0, 9) n"
        )
        assert await trim_bus(connection, 1) == 0, "a topic that nobody has begun to read stays whole"
        positions = "INSERT INTO {}.inbox_cursor SELECT '{}', 'referral', p, {}, {} FROM generate_series(0, 1) p"
        await connection.execute(positions.format("settlement", "a", 10, 10))
        await connection.execute(positions.format("fund_ledger", "b", "4 + 6 * p", "4 + 6 * p"))
        assert await trim_bus(connection, 1) == 4 + 9
        left = await connection.fetch('SELECT partition, min("offset"), max("offset") FROM bus.messages GROUP BY 1')
    assert sorted(map(tuple, left)) == [(0, 4, 9), (1, 9, 9)]
