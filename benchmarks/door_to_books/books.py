"""What the database says of settlements on their way into the books."""

import asyncio
from collections.abc import Sequence
from typing import Final, NamedTuple, TypeAlias

import asyncpg

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

_BOOKED_SQL: Final = """
SELECT count(*) FROM fund_ledger.events
WHERE version = 1 AND stream_id LIKE 'journal/%' AND recorded_at >= to_timestamp($1)
"""
_WAYS_SQL: Final = """
SELECT extract(epoch FROM s.recorded_at)::float8 AS settled, extract(epoch FROM l.recorded_at)::float8 AS booked
FROM settlement.events s
JOIN fund_ledger.events l ON l.stream_id = 'journal/' || (s.data->>'settlement_id') AND l.version = 1
WHERE s.type = 'SettlementConfirmed' AND s.recorded_at >= to_timestamp($1)
"""
_COUNTERS_SQL: Final = """
SELECT xact_commit AS transactions, (pg_current_wal_insert_lsn() - '0/0')::bigint AS wal_bytes
FROM pg_stat_database WHERE datname = current_database()
"""
_LOOK_AGAIN_SECONDS: Final = 0.25


class Way(NamedTuple):
    """When a settlement and its journal were recorded, in seconds since a beginning."""

    settled: float
    booked: float


class Counters(NamedTuple):
    """What PostgreSQL has done so far: statements of their own count as transactions, too."""

    transactions: int
    wal_bytes: int


async def wait_until_booked(connection: Connection, began: float, count: int, *, within_seconds: float) -> None:
    """Wait for so many journals since a moment; raises TimeoutError."""
    async with asyncio.timeout(within_seconds):
        while await connection.fetchval(_BOOKED_SQL, began) < count:
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)


async def ways(connection: Connection, began: float) -> Sequence[Way]:
    """The way of each settlement since a moment, given in seconds since 1970."""
    rows = await connection.fetch(_WAYS_SQL, began)
    return [Way(row["settled"] - began, row["booked"] - began) for row in rows]


async def counters(connection: Connection) -> Counters:
    """What has been done until now; sessions report with a second's delay."""
    row = await connection.fetchrow(_COUNTERS_SQL)
    assert row is not None
    return Counters(row["transactions"], row["wal_bytes"])
