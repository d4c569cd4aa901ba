"""Which months are open, and a hold on them: nobody closes a month while somebody books in it."""

from collections.abc import Iterable
from datetime import date
from typing import Final

from fund_ledger.months.domain import first_open
from kernel.writing.database import Connection

# Who books holds its county's months together with all others who book; who closes one holds them alone.
_HOLD_SQL: Final = """
SELECT pg_advisory_xact_lock_shared(hashtextextended('fund-ledger months ' || county, 0))
FROM unnest($1::text[]) AS county
"""
_HOLD_ALONE_SQL: Final = "SELECT pg_advisory_xact_lock(hashtextextended('fund-ledger months ' || $1, 0))"
_CLOSED_SQL: Final = (
    "SELECT county, max(month) AS month FROM closed_months WHERE county = ANY($1::text[]) GROUP BY county"
)


async def open_from(connection: Connection, counties: Iterable[str]) -> dict[str, date]:
    """Keep these counties' months as they are until the transaction ends; the first open day of each.

    Months are held before accounts, by everybody: two transactions never wait for each other in a circle.
    """
    names = sorted(set(counties))
    await connection.execute(_HOLD_SQL, names)
    # A statement of its own: its snapshot begins after the wait, so it sees what was closed meanwhile.
    closed = {row["county"]: row["month"] for row in await connection.fetch(_CLOSED_SQL, names)}
    return {county: first_open(closed.get(county)) for county in names}


async def hold_alone(connection: Connection, county: str) -> None:
    """Hold a county's months alone until the transaction ends: whatever is booked is booked before or after."""
    await connection.execute(_HOLD_ALONE_SQL, county)
