"""The questions about encounters and settlements that the API may ask of read tables and streams."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

import msgspec

from kernel.http import Wire, Yuan
from kernel.running.runtime import Runtime
from kernel.values.divisions import counties_in
from kernel.writing.reads import Reads
from law.packs import Pack
from settlement.encounters.domain import refusals
from settlement.encounters.domain.events import (
    EncounterEvent,
    SettlementConfirmed,
    SettlementRevoked,
    SettlementSupplemented,
)
from settlement.policies.queries import Laws

_PLACE_SQL: Final = "SELECT encounter_id, year FROM settlements WHERE settlement_id = $1"
_SETTLEMENT_COLUMNS: Final = """
SELECT s.settlement_id, s.encounter_id, s.hospital_id, s.person_id, s.discharged_on, s.settled_at, s.category,
       s.policy_id, s.total_fen, s.patient_pays_fen, s.payout_fen
"""
_WANTED: Final = """
  AND ($4::text IS NULL OR s.person_id = $4)
  AND ($5::date IS NULL OR s.discharged_on >= $5) AND ($6::date IS NULL OR s.discharged_on <= $6)
  AND ($7::bool IS NULL OR (r.revoked_at IS NOT NULL) = $7)
  AND ($8::text IS NULL OR EXISTS (
    SELECT FROM hospital_numbers n WHERE n.owner_id = s.settlement_id AND n.number = $8))
"""
_SETTLEMENTS_SQL: Final = f"""{_SETTLEMENT_COLUMNS}, r.revoked_at
FROM settlements s LEFT JOIN revocations r USING (settlement_id)
WHERE ($1::text IS NULL OR s.hospital_id = $1) AND s.settlement_id > $2 {_WANTED} ORDER BY s.settlement_id LIMIT $3
"""
SETTLEMENTS_OF_COUNTIES_SQL: Final = f"""{_SETTLEMENT_COLUMNS}, s.revoked_at
FROM {counties_in("settlements", "$1")} c CROSS JOIN LATERAL (
  SELECT s.*, r.revoked_at FROM settlements s LEFT JOIN revocations r USING (settlement_id)
  WHERE s.county = c.county AND s.settlement_id > $2 {_WANTED} ORDER BY s.settlement_id LIMIT $3
) s ORDER BY s.settlement_id LIMIT $3
"""
_COUNTY_OF_SETTLEMENT_SQL: Final = "SELECT county FROM settlements WHERE settlement_id = $1"
_COUNTY_OF_ENCOUNTER_SQL: Final = "SELECT county FROM encounters WHERE encounter_id = $1"


class SettlementRow(Wire, frozen=True, kw_only=True):
    """One settlement in a list."""

    settlement_id: str
    encounter_id: str
    hospital_id: str
    person_id: str
    discharged_on: date
    settled_at: datetime
    category: str | None
    policy_id: str
    total_fen: Yuan
    patient_pays_fen: Yuan
    payout_fen: Yuan
    revoked_at: datetime | None


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which settlements a list is to have; what is None does not matter."""

    person_id: str | None = None
    discharged_from: date | None = None
    discharged_to: date | None = None
    revoked: bool | None = None
    #: The hospital's own number of the bill or of its invoice.
    number: str | None = None


class SettlementPlace(msgspec.Struct, frozen=True):
    """Where a settlement belongs."""

    encounter_id: str
    year: int


class SettlementOnFile(msgspec.Struct, frozen=True):
    """A settlement, what was paid or clawed back later, and whether all of it was taken back."""

    settlement: SettlementConfirmed
    supplements: tuple[SettlementSupplemented, ...]
    revocation: SettlementRevoked | None

    @property
    def revoked(self) -> bool:
        """Whether all of it was taken back."""
        return self.revocation is not None

    @property
    def outcome(self) -> SettlementConfirmed | SettlementSupplemented:
        """What holds now: the last supplement, or the settlement itself."""
        return self.supplements[-1] if self.supplements else self.settlement


def on_file(happened: Sequence[EncounterEvent], settlement_id: str) -> SettlementOnFile:
    """One settlement of an encounter, with what came after it."""
    mine = [event for event in happened if getattr(event, "settlement_id", None) == settlement_id]
    return SettlementOnFile(
        next(event for event in mine if isinstance(event, SettlementConfirmed)),
        tuple(event for event in mine if isinstance(event, SettlementSupplemented)),
        next((event for event in mine if isinstance(event, SettlementRevoked)), None),
    )


class EncounterQueries(Reads):
    """Read-only questions, each bounded."""

    def __init__(self, runtime: Runtime) -> None:
        super().__init__(runtime)
        self._laws = Laws()

    async def county_of_settlement(self, settlement_id: str) -> str | None:
        """The county whose funds paid, as it was when the bill was settled; None for no settlement."""
        return await self.text(_COUNTY_OF_SETTLEMENT_SQL, settlement_id)

    async def county_of_encounter(self, encounter_id: str) -> str | None:
        """The patient's county; None for no encounter."""
        return await self.text(_COUNTY_OF_ENCOUNTER_SQL, encounter_id)

    async def place_of(self, settlement_id: str) -> SettlementPlace | None:
        """Where a settlement belongs; None for no settlement."""
        return await self.one(SettlementPlace, _PLACE_SQL, settlement_id)

    async def settlement(self, settlement_id: str, hospital_id: str | None) -> SettlementOnFile:
        """A settlement as its events have it; raises Refused SETTLEMENT_UNKNOWN.

        ``hospital_id`` is the hospital to whose bills the caller is kept, another's are unknown to it; None sees all.
        """
        place = await self.place_of(settlement_id)
        if place is None:
            raise refusals.settlement_unknown(settlement_id)
        _, events = await self.store.load(f"encounter/{place.encounter_id}")
        found = on_file(events, settlement_id)
        if hospital_id not in (None, found.settlement.hospital_id):
            raise refusals.settlement_unknown(settlement_id)
        return found

    async def pack(self, digest: str) -> Pack:
        """The policy pack that a settlement was decided by."""
        return await self._laws.pack(self.pool, digest)

    async def settlements(self, hospital_id: str | None, wanted: Wanted, after: str, limit: int) -> list[SettlementRow]:
        """Settlements of one hospital, or of all, after one, in order of their ids."""
        asked = (hospital_id, after, limit, *msgspec.structs.astuple(wanted))
        return await self.many(SettlementRow.of_row, _SETTLEMENTS_SQL, *asked)

    async def settlements_of(self, counties: list[str], wanted: Wanted, after: str, limit: int) -> list[SettlementRow]:
        """Settlements of people whose counties are like one of these, in order of their ids."""
        asked = (counties, after, limit, *msgspec.structs.astuple(wanted))
        return await self.many(SettlementRow.of_row, SETTLEMENTS_OF_COUNTIES_SQL, *asked)
