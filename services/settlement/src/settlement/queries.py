"""The questions that settlement's API may ask of its read tables and streams."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from kernel.policy_packs import Pack, parse_pack
from kernel.runtime import Runtime
from settlement.domain.benefit_year import BenefitYear
from settlement.domain.encounter_events import SettlementConfirmed
from settlement.domain.law import PolicyAdopted

_SETTLEMENT_SQL: Final = "SELECT encounter_id, hospital_id, person_id, year FROM settlements WHERE settlement_id = $1"
_YEAR_SQL: Final = """
SELECT balances, version, latest_settlement FROM benefit_years WHERE person_id = $1 AND area = $2 AND year = $3
"""
_ENCOUNTERS_SQL: Final = """
SELECT encounter_id, person_id, kind, admitted_on, deposit_required, category, referral_id FROM encounters
WHERE hospital_id = $1 AND encounter_id > $2 ORDER BY encounter_id LIMIT $3
"""
_SETTLEMENTS_SQL: Final = """
SELECT s.settlement_id, s.encounter_id, s.hospital_id, s.person_id, s.discharged_on, s.settled_at, s.category,
       s.policy_id, s.total_fen, s.patient_pays_fen, s.payout_fen, r.revoked_at
FROM settlements s LEFT JOIN revocations r USING (settlement_id)
WHERE ($1::text IS NULL OR s.hospital_id = $1) AND s.settlement_id > $2 ORDER BY s.settlement_id LIMIT $3
"""
_INSTITUTIONS_SQL: Final = """
SELECT hospital_id, name, level, division, contract_from, contract_to, majors FROM institutions
WHERE hospital_id > $1 ORDER BY hospital_id LIMIT $2
"""


class Queries:
    """Read-only questions, each bounded."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        #: Packs by digest: there are only as many as documents were ever adopted.
        self._packs: dict[str, Pack] = {}

    async def settlement_row(self, settlement_id: str) -> Any | None:
        """Where a settlement belongs."""
        return await self._runtime.store.pool.fetchrow(_SETTLEMENT_SQL, settlement_id)

    async def settlement(self, settlement_id: str) -> tuple[SettlementConfirmed, bool] | None:
        """A settlement as its event has it, and whether it was revoked."""
        row = await self.settlement_row(settlement_id)
        if row is None:
            return None
        _, events = await self._runtime.store.load(f"encounter/{row['encounter_id']}")
        mine = [event for event in events if getattr(event, "settlement_id", None) == settlement_id]
        return next(event for event in mine if isinstance(event, SettlementConfirmed)), len(mine) > 1

    async def pack(self, digest: str) -> Pack:
        """The policy pack that a settlement was decided by, from the text that was adopted."""
        known = self._packs.get(digest)
        if known is None:
            _, events = await self._runtime.store.load(f"policy/{digest}")
            adopted = next(event for event in events if isinstance(event, PolicyAdopted))
            known = self._packs[digest] = parse_pack(adopted.text, adopted.pack_id)
        return known

    async def benefit_year(self, person_id: str, area: str, year: int) -> BenefitYear | None:
        """A person's accumulators of a year."""
        row = await self._runtime.store.pool.fetchrow(_YEAR_SQL, person_id, area, year)
        if row is None:
            return None
        balances = msgspec.json.decode(row["balances"], type=dict[str, int])
        return BenefitYear(person_id, area, year, balances, row["version"], row["latest_settlement"])

    async def encounters(self, hospital_id: str, after: str, limit: int) -> Sequence[Any]:
        """A hospital's encounters after one, in order of their ids."""
        return await self._runtime.store.pool.fetch(_ENCOUNTERS_SQL, hospital_id, after, limit)

    async def settlements(self, hospital_id: str | None, after: str, limit: int) -> Sequence[Any]:
        """Settlements of one hospital, or of all, after one, in order of their ids."""
        return await self._runtime.store.pool.fetch(_SETTLEMENTS_SQL, hospital_id, after, limit)

    async def institutions(self, after: str, limit: int) -> Sequence[Any]:
        """The registry of institutions after one, in order of their ids."""
        return await self._runtime.store.pool.fetch(_INSTITUTIONS_SQL, after, limit)
