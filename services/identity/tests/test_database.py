"""Identity's schema: its migrations match its tables, and it refuses overlaps by itself."""

import asyncpg
import pytest

from kernel.running import migrations
from kernel.testing.surroundings import Service

_INSERT = """
INSERT INTO memberships (membership_id, person_id, department, category, valid_from, valid_to, evidence, revision,
                         recorded_at)
VALUES ($1, $2, 'civil-affairs', $3, $4::text::date, $5::text::date, 'list', 1, now())
"""


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


async def test_two_memberships_may_trade_days_in_one_statement(identity: Service) -> None:
    await identity.pool.execute(_INSERT, "a", "p1", "DIBAO", "2019-01-01", "2019-06-30")
    await identity.pool.execute(_INSERT, "b", "p1", "DIBAO", "2019-07-01", None)
    await identity.pool.execute(
        "UPDATE memberships SET valid_to = valid_to + 31, valid_from = CASE membership_id WHEN 'b' "
        "THEN valid_from + 31 ELSE valid_from END"
    )
    days = await identity.pool.fetch("SELECT valid_from FROM memberships ORDER BY membership_id")
    assert [str(row["valid_from"]) for row in days] == ["2019-01-01", "2019-08-01"]
