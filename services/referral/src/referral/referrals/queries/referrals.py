"""The questions that may be asked of referrals, and their answers."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

import msgspec

from kernel.http import Wire
from kernel.writing.reads import Reads
from referral.referrals.domain.applicant import Applicant, Held
from referral.referrals.domain.contract import Contract
from referral.referrals.queries.lists import Wanted, listing, waiting

_TOTALS_SQL: Final = """
SELECT state, count(*)::int AS referrals, min(waiting_since) AS oldest FROM referrals
WHERE waiting_since IS NOT NULL AND ($1::text IS NULL OR county = $1) AND ($2::text IS NULL OR sending_hospital = $2)
  AND ($3::text[] IS NULL OR county LIKE ANY($3))
GROUP BY state ORDER BY state
"""
#: Of an old referral without a county nobody knows whose it is: only who works for all divisions has it.
_COUNTY_SQL: Final = "SELECT coalesce(county, '000000') FROM referrals WHERE referral_id = $1"
_NAME_SQL: Final = "SELECT name FROM institutions WHERE hospital_id = $1"
_MISUSES_SQL: Final = """
SELECT encounter_id, why, recorded_at FROM misuses WHERE referral_id = $1 ORDER BY recorded_at, encounter_id LIMIT 100
"""
_STAYS_SQL: Final = """
SELECT s.settlement_id, s.encounter_id, s.settled_at, s.with_benefits, r.revoked_at
FROM settled_stays s LEFT JOIN revoked_settlements r USING (settlement_id)
WHERE s.referral_id = $1 ORDER BY s.settled_at, s.settlement_id LIMIT 100
"""
_RUN_OUT_SQL: Final = """
SELECT referral_id FROM referrals WHERE state = 'AGENCY_APPROVED' AND expires_on < $1 ORDER BY expires_on LIMIT $2
"""
_APPLICANT_SQL: Final = """
SELECT person_id, memberships, deceased_on, merged_into, county FROM applicants WHERE person_id = $1
"""


class AttachmentAnswer(Wire, frozen=True):
    """A copy, by the reference under which the sending hospital keeps it."""

    kind: str
    reference: str


class ReferralAnswer(Wire, frozen=True, kw_only=True):
    """A referral as it stands; the person's name and number lie with identity."""

    referral_id: str
    revision: int
    person_id: str
    state: str
    sending_hospital: str
    receiving_hospital: str
    attributes: tuple[str, ...]
    diagnosis: str
    attachments: tuple[AttachmentAnswer, ...]
    signed_on: date
    signed_by: str
    endorsement: str | None
    endorsed_on: date | None
    review: str | None
    reviewed_on: date | None
    approved_on: date | None
    expires_on: date | None
    encounter_id: str | None
    ended_because: str | None
    emergency_admitted_on: date | None
    county: str | None
    waiting_since: date | None


_COLUMNS: Final = ", ".join(ReferralAnswer.__struct_fields__)
_CONTRACT_SQL: Final = "SELECT contract_from, contract_to FROM contracts WHERE hospital_id = $1"
_PLACE_SQL: Final = "SELECT division FROM places WHERE hospital_id = $1"
_ONE_SQL: Final = f"SELECT {_COLUMNS} FROM referrals WHERE referral_id = $1"


class WaitingTotal(msgspec.Struct, frozen=True):
    """How many referrals wait in a state, and since when the oldest does."""

    state: str
    referrals: int
    oldest: date


class StayAnswer(Wire, frozen=True):
    """A settlement of the stay; ``with_benefits`` where the referral opened them."""

    settlement_id: str
    encounter_id: str
    settled_at: datetime
    with_benefits: bool
    revoked_at: datetime | None


class MisuseAnswer(Wire, frozen=True):
    """A stay that named the referral in vain, and why."""

    encounter_id: str
    why: str
    recorded_at: datetime


class ReferralQueries(Reads):
    """Read-only questions, each bounded."""

    async def referral(self, referral_id: str) -> ReferralAnswer | None:
        """One referral as it stands."""
        row = await self.pool.fetchrow(_ONE_SQL, referral_id)
        return None if row is None else _referral(dict(row))

    async def county_of(self, referral_id: str) -> str | None:
        """The applicant's county when it was filed; None for no referral."""
        return await self.text(_COUNTY_SQL, referral_id)

    async def misuses(self, referral_id: str) -> list[MisuseAnswer]:
        """Stays that named a referral in vain, the first hundred."""
        return await self.many(MisuseAnswer, _MISUSES_SQL, referral_id)

    async def page(self, wanted: Wanted, after: str | None, limit: int) -> list[ReferralAnswer]:
        """Referrals, the newest signature first; ``after`` is the last one of the page before."""
        return await self._referrals(*listing(_COLUMNS, wanted, after, limit))

    async def waiting(self, wanted: Wanted, after: tuple[Any, ...] | None, limit: int) -> list[ReferralAnswer]:
        """What waits for somebody's act, the longest wait first."""
        return await self._referrals(*waiting(_COLUMNS, wanted, after, limit))

    async def waiting_totals(self, wanted: Wanted) -> list[WaitingTotal]:
        """How much waits in each state, of the wanted counties and sending hospital."""
        return await self.many(WaitingTotal, _TOTALS_SQL, wanted.county, wanted.sending_hospital, wanted.divisions)

    async def name_of(self, hospital_id: str) -> str | None:
        """What an institution is called, as settlement's registry has it."""
        return await self.text(_NAME_SQL, hospital_id)

    async def contract_of(self, hospital_id: str) -> Contract | None:
        """The days of a hospital's contract; None where settlement has not told of them."""
        row = await self.pool.fetchrow(_CONTRACT_SQL, hospital_id)
        return None if row is None else Contract(row["contract_from"], row["contract_to"])

    async def division_of(self, hospital_id: str) -> str | None:
        """Where a hospital stands, as settlement's registry has it."""
        return await self.text(_PLACE_SQL, hospital_id)

    async def stays(self, referral_id: str) -> list[StayAnswer]:
        """What settlement made of the stay, the first hundred settlements."""
        return await self.many(StayAnswer, _STAYS_SQL, referral_id)

    async def run_out(self, today: date, limit: int) -> list[str]:
        """Approvals whose last day is over."""
        return [row["referral_id"] for row in await self.pool.fetch(_RUN_OUT_SQL, today, limit)]

    async def applicant(self, person_id: str) -> Applicant | None:
        """A person as identity last told of them."""
        row = await self.pool.fetchrow(_APPLICANT_SQL, person_id)
        if row is None:
            return None
        memberships = msgspec.json.decode(row["memberships"], type=tuple[Held, ...])
        return Applicant(**{**row, "memberships": memberships})

    async def _referrals(self, sql: str, values: Sequence[object]) -> list[ReferralAnswer]:
        return [_referral(dict(row)) for row in await self.pool.fetch(sql, *values)]


def _referral(row: dict[str, Any]) -> ReferralAnswer:
    return msgspec.convert({**row, "attachments": msgspec.json.decode(row["attachments"])}, ReferralAnswer)
