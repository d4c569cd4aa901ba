"""Of which county somebody or something is: what a caller who works for some divisions is held against."""

from typing import Final

from kernel.security import Principal
from kernel.writing.reads import Reads

_OF_PERSON_SQL: Final = "SELECT county FROM persons WHERE person_id = $1"
_OF_PREMIUM_BATCH_SQL: Final = "SELECT county FROM premium_batches WHERE batch_id = $1"


class DivisionQueries(Reads):
    """Counties of things; None where there is no such thing."""

    async def of_person(self, person_id: str) -> str | None:
        """The county of a person's household registration; of a merged record, what it said last."""
        return await self._county(_OF_PERSON_SQL, person_id)

    async def of_premium_batch(self, batch_id: str) -> str | None:
        """The county whose people's premiums were asked for."""
        return await self._county(_OF_PREMIUM_BATCH_SQL, batch_id)

    async def must_act_for(self, caller: Principal, person_id: str | None) -> None:
        """Refuse a person of a foreign division whom not the path names: DIVISION_FOREIGN. An unknown one may pass."""
        county = None if caller.divisions is None or person_id is None else await self.of_person(person_id)
        if county is not None:
            caller.must_act_in(county)

    async def _county(self, sql: str, thing_id: str) -> str | None:
        county: str | None = await self.pool.fetchval(sql, thing_id)
        return county
