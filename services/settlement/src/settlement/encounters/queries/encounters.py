"""The questions that settlement's API may ask of its read tables and streams."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from kernel.running.runtime import Runtime
from kernel.values.divisions import counties_in
from law.packs import Pack, parse_pack
from settlement.encounters.domain.adopted_law import PolicyAdopted
from settlement.encounters.domain.events import SettlementConfirmed, SettlementRevoked, SettlementSupplemented
from settlement.reviews.domain.events import ReviewEvent
from settlement.years.domain.benefit_year import BenefitYear

_SETTLEMENT_SQL: Final = "SELECT encounter_id, hospital_id, person_id, year FROM settlements WHERE settlement_id = $1"
_YEAR_SQL: Final = """
SELECT balances, version, latest_settlement FROM benefit_years WHERE person_id = $1 AND area = $2 AND year = $3
"""
_ENCOUNTERS_SQL: Final = """
SELECT encounter_id, person_id, kind, admitted_on, deposit_required, category, referral_id FROM encounters
WHERE hospital_id = $1 AND encounter_id > $2 ORDER BY encounter_id LIMIT $3
"""
_SETTLEMENT_COLUMNS: Final = """
SELECT s.settlement_id, s.encounter_id, s.hospital_id, s.person_id, s.discharged_on, s.settled_at, s.category,
       s.policy_id, s.total_fen, s.patient_pays_fen, s.payout_fen, r.revoked_at
"""
_SETTLEMENTS_SQL: Final = f"""{_SETTLEMENT_COLUMNS}
FROM settlements s LEFT JOIN revocations r USING (settlement_id)
WHERE ($1::text IS NULL OR s.hospital_id = $1) AND s.settlement_id > $2 ORDER BY s.settlement_id LIMIT $3
"""
SETTLEMENTS_OF_COUNTIES_SQL: Final = f"""{_SETTLEMENT_COLUMNS}
FROM {counties_in("settlements", "$1")} c CROSS JOIN LATERAL (
  SELECT * FROM settlements WHERE county = c.county AND settlement_id > $2 ORDER BY settlement_id LIMIT $3
) s LEFT JOIN revocations r USING (settlement_id)
ORDER BY s.settlement_id LIMIT $3
"""
_REVIEW_COLUMNS: Final = """
SELECT v.review_id, t.state, t.since, v.person_id, v.area, v.year, v.county, v.settlement_id, v.identity_revision,
       v.noticed_at, v.patient_fen, v.payout_fen, t.decision, t.proposed_by
"""
_REVIEWS_SQL: Final = f"""
{_REVIEW_COLUMNS} FROM review_states t JOIN reviews v USING (review_id)
WHERE t.state = $1 AND t.review_id > $2 AND v.county LIKE ANY($4::text[]) ORDER BY t.review_id LIMIT $3
"""
_REVIEW_SQL: Final = (
    f"{_REVIEW_COLUMNS}, v.finding FROM review_states t JOIN reviews v USING (review_id) WHERE review_id = $1"
)
_INSTITUTIONS_SQL: Final = """
SELECT hospital_id, name, level, division, contract_from, contract_to, majors, major_diseases FROM institutions
WHERE hospital_id > $1 ORDER BY hospital_id LIMIT $2
"""


class SettlementOnFile(msgspec.Struct, frozen=True):
    """A settlement, what was paid or clawed back later, and whether all of it was taken back."""

    settlement: SettlementConfirmed
    supplements: tuple[SettlementSupplemented, ...]
    revoked: bool

    @property
    def outcome(self) -> SettlementConfirmed | SettlementSupplemented:
        """What holds now: the last supplement, or the settlement itself."""
        return self.supplements[-1] if self.supplements else self.settlement


_REFUSALS_SQL: Final = """
SELECT settlement_id, hospital_id, person_id, certification_id, visited_on, cancelled_from, refused_at, payers,
       amount_fen
FROM payment_refusals p WHERE ($1::text IS NULL OR hospital_id = $1) AND settlement_id > $2
  AND EXISTS (SELECT FROM settlements s WHERE s.settlement_id = p.settlement_id AND s.county LIKE ANY($4::text[]))
ORDER BY settlement_id LIMIT $3
"""
#: The county of the person whom a thing is about; of a settlement, as it was when the bill was settled.
_COUNTY_SQL: Final = {
    "settlement": "SELECT county FROM settlements WHERE settlement_id = $1",
    "encounter": "SELECT county FROM encounters WHERE encounter_id = $1",
    "review": "SELECT county FROM reviews WHERE review_id = $1",
    "person": "SELECT county FROM people WHERE person_id = $1",
}


_ADMISSION_CHECKS_SQL: Final = """
SELECT c.encounter_id, c.person_id, c.hospital_id, c.county, c.admitted_on, c.handbook,
       o.outcome, o.closed_by, o.note, o.closed_at
FROM admission_checks c LEFT JOIN admission_check_outcomes o USING (encounter_id)
WHERE ($1::text IS NULL OR c.county = $1) AND (o.encounter_id IS NULL) = $2 AND c.encounter_id > $3
  AND c.county LIKE ANY($5::text[])
ORDER BY c.encounter_id LIMIT $4
"""
_HANDBOOK_SQL: Final = "SELECT handbook FROM admission_checks WHERE encounter_id = $1"


class Queries:
    """Read-only questions, each bounded."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        #: Packs by digest: there are only as many as documents were ever adopted.
        self._packs: dict[str, Pack] = {}

    async def county_of_settlement(self, settlement_id: str) -> str | None:
        """The county whose funds paid; None for no settlement."""
        return await self._county("settlement", settlement_id)

    async def county_of_encounter(self, encounter_id: str) -> str | None:
        """The patient's county; None for no encounter."""
        return await self._county("encounter", encounter_id)

    async def county_of_review(self, review_id: str) -> str | None:
        """The person's county; None for no review item."""
        return await self._county("review", review_id)

    async def county_of_person(self, person_id: str) -> str | None:
        """A person's county as identity last told; None for somebody of whom it told nothing."""
        return await self._county("person", person_id)

    async def _county(self, kind: str, thing_id: str) -> str | None:
        county: str | None = await self._runtime.store.pool.fetchval(_COUNTY_SQL[kind], thing_id)
        return county

    async def settlement_row(self, settlement_id: str) -> Any | None:
        """Where a settlement belongs."""
        return await self._runtime.store.pool.fetchrow(_SETTLEMENT_SQL, settlement_id)

    async def settlement(self, settlement_id: str) -> SettlementOnFile | None:
        """A settlement as its events have it."""
        row = await self.settlement_row(settlement_id)
        if row is None:
            return None
        _, events = await self._runtime.store.load(f"encounter/{row['encounter_id']}")
        mine = [event for event in events if getattr(event, "settlement_id", None) == settlement_id]
        return SettlementOnFile(
            next(event for event in mine if isinstance(event, SettlementConfirmed)),
            tuple(event for event in mine if isinstance(event, SettlementSupplemented)),
            any(isinstance(event, SettlementRevoked) for event in mine),
        )

    async def reviews(self, state: str, counties: list[str], after: str, limit: int) -> Sequence[Any]:
        """Review items in a state, of people whose counties are like one of these, in order of their ids."""
        return await self._runtime.store.pool.fetch(_REVIEWS_SQL, state, after, limit, counties)

    async def review(self, review_id: str) -> tuple[Any, Sequence[ReviewEvent]] | None:
        """A review item's row with its finding, and everything that happened to it."""
        row = await self._runtime.store.pool.fetchrow(_REVIEW_SQL, review_id)
        if row is None:
            return None
        return row, (await self._runtime.store.load(f"review/{review_id}"))[1]

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

    async def settlements_of(self, counties: list[str], after: str, limit: int) -> Sequence[Any]:
        """Settlements of people whose counties are like one of these, in order of their ids."""
        return await self._runtime.store.pool.fetch(SETTLEMENTS_OF_COUNTIES_SQL, counties, after, limit)

    async def payment_refusals(
        self, hospital_id: str | None, counties: list[str], after: str, limit: int
    ) -> Sequence[Any]:
        """Refused payments of one hospital, or of all, for people whose counties are like one of these."""
        return await self._runtime.store.pool.fetch(_REFUSALS_SQL, hospital_id, after, limit, counties)

    async def admission_checks(
        self, county: str | None, counties: Sequence[str], *, is_open: bool, after: str, limit: int
    ) -> Sequence[Any]:
        """Admissions on a handbook alone that are to be looked into, or were, in order of their ids."""
        return await self._runtime.store.pool.fetch(_ADMISSION_CHECKS_SQL, county, is_open, after, limit, counties)

    async def handbook_of(self, encounter_id: str) -> str | None:
        """What handbook an admission rests on; None where it rests on none."""
        found: str | None = await self._runtime.store.pool.fetchval(_HANDBOOK_SQL, encounter_id)
        return found

    async def institutions(self, after: str, limit: int) -> Sequence[Any]:
        """The registry of institutions after one, in order of their ids."""
        return await self._runtime.store.pool.fetch(_INSTITUTIONS_SQL, after, limit)
