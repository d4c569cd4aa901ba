"""Joining the benefit years of merged records, inside the transaction of whoever has noticed the merger."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid5

import msgspec

from kernel.writing.database import Connection
from kernel.writing.event_store import EventStore, StreamAppend
from settlement.years.domain.benefit_year import BenefitYear
from settlement.years.domain.joining import join

# A settlement that is under way moves one of these rows first, or finds them moved and starts over.
_LOCK_SQL: Final = """
SELECT 1 FROM benefit_years
WHERE person_id = $1 OR person_id = (SELECT merged_into FROM people WHERE person_id = $1)
ORDER BY person_id, area, year FOR UPDATE
"""
_UNJOINED_SQL: Final = """
SELECT p.merged_into AS person_id, b.area, b.year, b.balances, b.version,
       own.balances AS own_balances, own.version AS own_version, own.latest_settlement
FROM people p JOIN benefit_years b USING (person_id)
LEFT JOIN benefit_years own ON own.person_id = p.merged_into AND own.area = b.area AND own.year = b.year
WHERE p.person_id = $1 AND p.merged_into IS NOT NULL AND NOT EXISTS (
  SELECT FROM benefit_year_joins j WHERE j.other_id = b.person_id AND j.area = b.area AND j.year = b.year)
ORDER BY b.area, b.year
"""


class Cause(msgspec.Struct, frozen=True):
    """The message after which a person is looked at."""

    message_id: str
    at: datetime
    correlation_id: str = ""


class Joining:
    """Decides by what stands in the tables, so that it may be asked any number of times."""

    def __init__(self, store: EventStore) -> None:
        self._store = store

    async def join(self, connection: Connection, merged_id: str, cause: Cause) -> None:
        """Take every year of a merged record into the surviving record's; what was joined before is left alone."""
        if not await connection.fetch(_UNJOINED_SQL, merged_id):
            return
        await connection.execute(_LOCK_SQL, merged_id)
        for row in await connection.fetch(_UNJOINED_SQL, merged_id):
            await self._join(connection, merged_id, row, cause)

    async def _join(self, connection: Connection, merged_id: str, row: Any, cause: Cause) -> None:
        area, year = row["area"], row["year"]
        own = BenefitYear(row["person_id"], area, year)
        if row["own_version"] is not None:
            own = _year(row["person_id"], row, row["own_balances"], row["own_version"])
        event = join(own, _year(merged_id, row, row["balances"], row["version"]))
        stream, _ = await self._store.load(f"benefit-year/{area}/{own.person_id}/{year}", connection)
        meta = {"actor": "settlement", "causation_id": cause.message_id, "correlation_id": cause.correlation_id}
        command_id = uuid5(UUID(cause.message_id), f"join {merged_id} {area} {year}")
        append = StreamAppend(stream, (event,))
        write = self._store.prepare([append], command_id=command_id, occurred_at=cause.at, meta=meta)
        await self._store.commit_in(connection, [write])


def _year(person_id: str, row: Any, balances: str, version: int) -> BenefitYear:
    return BenefitYear(person_id, row["area"], row["year"], msgspec.json.decode(balances, type=dict[str, int]), version)
