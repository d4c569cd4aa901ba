"""Digests of tables stand in the order of the tables, also where PostgreSQL reads them side by side."""

from typing import Final

from sqlalchemy import Column, Integer, MetaData, Table

from kernel.writing.database import administering
from onestop.replay.comparison import digests

_TABLES: Final = [Table(name, MetaData(), Column("n", Integer, primary_key=True)) for name in ("many", "few")]
_MADE_SQL: Final = """
CREATE TABLE public.few (n int PRIMARY KEY); CREATE TABLE public.many (n int PRIMARY KEY);
INSERT INTO few SELECT generate_series(1, 3); INSERT INTO many SELECT generate_series(1, 500000);
ALTER TABLE few SET (parallel_workers = 0); ALTER TABLE many SET (parallel_workers = 0); ANALYZE few; ANALYZE many
"""
#: With these, tables that no two workers share are read side by side, and the first to end comes first.
_SIDE_BY_SIDE: Final = {
    "parallel_setup_cost": "0",
    "parallel_tuple_cost": "0",
    "min_parallel_table_scan_size": "0",
    "max_parallel_workers_per_gather": "2",
}


async def test_each_table_has_its_own_digest_whichever_is_read_first(database: str) -> None:
    async with administering(database, search_path="public", **_SIDE_BY_SIDE) as connection:
        await connection.execute(_MADE_SQL)
        assert [one.rows for one in await digests(connection, "public", _TABLES)] == [500_000, 3]
