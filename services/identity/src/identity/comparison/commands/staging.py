"""Staging: the good rows of a payment list in the database, so that numbers that stand in it twice are found there."""

from typing import Any, Final

from identity.comparison.domain.payment_row import Double, Payment
from identity.comparison.rows import payment_staging
from identity.intake.domain import Unread
from identity.intake.staging import Staging
from identity.persons.domain.names import fold_name
from identity.persons.queries.vault import Vault
from kernel.running.runtime import Runtime

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


class PaymentStaging(Staging):
    """The good rows of a list while doubles among them are looked for."""

    def __init__(self, runtime: Runtime, vault: Vault) -> None:
        super().__init__(runtime, payment_staging)
        self._vault = vault

    def staged(self, number: int, row: Payment | Unread) -> tuple[Any, ...] | None:
        """A good row as doubles are looked for: keyed hashes, the name's without its way of writing."""
        if isinstance(row, Unread):
            return None
        number_hash, name_hash = self._vault.hash_of(row.id_number.number), self._vault.hash_of(fold_name(row.name))
        return number, number_hash, name_hash, row.area, row.year, None, None

    async def find_doubles(self, list_id: str) -> None:
        """Mark the rows whose number stands in the list more than once for one year."""
        await self.comparing.execute(_DOUBLES_SQL, list_id)

    async def doubles(self, list_id: str, first_row: int, last_row: int) -> dict[int, Double]:
        """The marked rows among some."""
        found = await self._runtime.store.pool.fetch(_DOUBLES_OF_SQL, list_id, first_row, last_row)
        return {row["row"]: Double(row["code"], row["detail"]) for row in found}
