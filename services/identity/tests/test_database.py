"""Identity's schema: its migrations match its tables, and it refuses overlaps by itself."""

import asyncio
from functools import partial

import asyncpg
import pytest

from kernel.running import migrations
from kernel.testing.deadline import eventually
from kernel.testing.surroundings import Service
from kernel.writing.database import administering

_INSERT = """
INSERT INTO memberships (membership_id, person_id, department, category, valid_from, valid_to, evidence, revision,
                         recorded_at)
VALUES ($1, $2, 'civil-affairs', $3, $4::text::date, $5::text::date, 'list', 1, now())
"""

_PERSON = "INSERT INTO persons (person_id, county, revision, annulled, erased) VALUES ($1, '445202', 1, false, false)"


async def test_migrations_and_tables_agree(database: str) -> None:
    await migrations.prepare(database, ["identity"])
    await migrations.upgrade(database, "identity", "identity")
    await migrations.check(database, "identity", "identity")


@pytest.mark.parametrize(
    ("person", "category", "valid_from", "valid_to"),
    [
        ("p1", "DIBAO", "2019-06-30", None),
        ("p1", "DIBAO", "2018-01-01", "2019-01-01"),
        ("p1", "DIBAO", "2010-01-01", None),
    ],
)
async def test_the_database_refuses_an_overlap(
    identity: Service, person: str, category: str, valid_from: str, valid_to: str | None
) -> None:
    await identity.pool.execute(_INSERT, "m1", "p1", "DIBAO", "2019-01-01", "2019-06-30")
    with pytest.raises(asyncpg.ExclusionViolationError, match="memberships_no_overlap"):
        await identity.pool.execute(_INSERT, "m2", person, category, valid_from, valid_to)


@pytest.mark.parametrize(
    ("person", "category", "valid_from", "valid_to"),
    [("p1", "DIBAO", "2019-07-01", None), ("p1", "TEKUN", "2019-01-01", None), ("p2", "DIBAO", "2019-01-01", None)],
)
async def test_the_database_takes_what_does_not_overlap(
    identity: Service, person: str, category: str, valid_from: str, valid_to: str | None
) -> None:
    await identity.pool.execute(_INSERT, "m1", "p1", "DIBAO", "2019-01-01", "2019-06-30")
    await identity.pool.execute(_INSERT, "m2", person, category, valid_from, valid_to)
    assert await identity.pool.fetchval("SELECT count(*) FROM memberships") == 2


async def test_of_two_writers_at_once_the_second_waits_and_is_refused(identity: Service, database: str) -> None:
    await identity.pool.execute(_PERSON, "p1")
    async with administering(database, search_path="identity") as first, identity.pool.acquire() as second:
        begun = first.transaction()
        await begun.start()
        await first.execute(_INSERT, "m1", "p1", "DIBAO", "2019-01-01", "2019-06-30")
        waiting = asyncio.create_task(second.execute(_INSERT, "m2", "p1", "DIBAO", "2019-06-30", None))
        await eventually(partial(_somebody_waits, identity))
        await begun.commit()
        with pytest.raises(asyncpg.ExclusionViolationError, match="memberships_no_overlap"):
            await waiting
    assert await identity.pool.fetchval("SELECT count(*) FROM memberships") == 1


async def test_a_changed_membership_is_checked_as_a_new_one(identity: Service) -> None:
    await identity.pool.execute(_INSERT, "a", "p1", "DIBAO", "2019-01-01", "2019-06-30")
    await identity.pool.execute(_INSERT, "b", "p1", "DIBAO", "2019-07-01", None)
    with pytest.raises(asyncpg.ExclusionViolationError, match="memberships_no_overlap"):
        await identity.pool.execute("UPDATE memberships SET valid_to = NULL WHERE membership_id = 'a'")


async def _somebody_waits(identity: Service) -> bool:
    sql = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    return bool(await identity.pool.fetchval(sql))


async def test_two_memberships_may_trade_days_in_one_statement(identity: Service) -> None:
    await identity.pool.execute(_INSERT, "a", "p1", "DIBAO", "2019-01-01", "2019-06-30")
    await identity.pool.execute(_INSERT, "b", "p1", "DIBAO", "2019-07-01", None)
    await identity.pool.execute(
        "UPDATE memberships SET valid_to = valid_to + 31, valid_from = CASE membership_id WHEN 'b' "
        "THEN valid_from + 31 ELSE valid_from END"
    )
    days = await identity.pool.fetch("SELECT valid_from FROM memberships ORDER BY membership_id")
    assert [str(row["valid_from"]) for row in days] == ["2019-01-01", "2019-08-01"]
