"""Staging: the good rows of a payment list in the database, so that numbers that stand in it twice are found there."""

from collections.abc import Sequence
from typing import Final

import msgspec

from identity.comparison.domain.payment_row import Double
from kernel.running.runtime import Runtime
from kernel.writing.database import plan_for_whole_tables

_COLUMNS: Final = ("list_id", "row", "number_hash", "name_hash", "area", "year")
_LONG_SECONDS: Final = 600.0
_PATIENCE_SQL: Final = "SET LOCAL statement_timeout = '10min'; SET LOCAL work_mem = '192MB'"
# Few people stand in a list twice: only their rows are looked at closely. Two rows that agree count once; who paid in
# two areas is insured, and two names under one number are two persons, or one wrong number.
_DOUBLES_SQL: Final = """
WITH twice AS MATERIALIZED (
  SELECT number_hash, year FROM payment_staging WHERE list_id = $1 GROUP BY 1, 2 HAVING count(*) > 1
), d AS MATERIALIZED (
  SELECT row, min(row) OVER every AS first, min(row) OVER (PARTITION BY number_hash, year, name_hash, area) AS same_as,
         min(name_hash) OVER every <> max(name_hash) OVER every AS names_differ,
         min(area) OVER every <> max(area) OVER every AS areas_differ
  FROM payment_staging JOIN twice USING (number_hash, year) WHERE list_id = $1
  WINDOW every AS (PARTITION BY number_hash, year)
)
UPDATE payment_staging s
SET code = CASE WHEN d.same_as < d.row THEN 'ROW_TWICE' WHEN d.names_differ THEN 'ROW_NAMES_DIFFER'
                WHEN d.areas_differ THEN 'PAID_IN_TWO_AREAS' END,
    detail = CASE WHEN d.same_as < d.row THEN 'says the same as row ' || d.same_as
                  WHEN d.names_differ THEN 'this ID number has several names; the first is row ' || d.first
                  ELSE 'this ID number paid in several areas; the first is row ' || d.first END
FROM d WHERE s.list_id = $1 AND s.row = d.row
"""
_DOUBLES_OF_SQL: Final = """
SELECT row, code, detail FROM payment_staging
WHERE list_id = $1 AND row BETWEEN $2 AND $3 AND code IS NOT NULL
"""


class StagedPayment(msgspec.Struct, frozen=True):
    """A good row as doubles are looked for: keyed hashes instead of people, the name's without its way of writing."""

    row: int
    number_hash: str
    name_hash: str
    area: str
    year: int


class PaymentStaging:
    """The working table of lists. It is no projection: replay leaves it alone."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def clear(self, list_id: str) -> None:
        """Forget a list's rows."""
        await self._runtime.store.pool.execute(
            "DELETE FROM payment_staging WHERE list_id = $1", list_id, timeout=_LONG_SECONDS
        )

    async def add(self, list_id: str, rows: Sequence[StagedPayment]) -> None:
        """Copy rows in."""
        records = [(list_id, *msgspec.structs.astuple(row)) for row in rows]
        async with self._runtime.store.pool.acquire() as connection:
            await connection.copy_records_to_table("payment_staging", records=records, columns=_COLUMNS)

    async def find_doubles(self, list_id: str) -> None:
        """Mark the rows whose number stands in the list more than once for one year."""
        async with self._runtime.store.pool.acquire() as connection, connection.transaction():
            await plan_for_whole_tables(connection)
            await connection.execute(_PATIENCE_SQL)
            await connection.execute(_DOUBLES_SQL, list_id, timeout=_LONG_SECONDS)

    async def doubles(self, list_id: str, first_row: int, last_row: int) -> dict[int, Double]:
        """The marked rows among some."""
        found = await self._runtime.store.pool.fetch(_DOUBLES_OF_SQL, list_id, first_row, last_row)
        return {row["row"]: Double(row["code"], row["detail"]) for row in found}
