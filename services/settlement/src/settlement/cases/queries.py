"""The questions that may be asked of cases."""

from datetime import date
from typing import Final

import msgspec

from kernel.http import Wire
from kernel.writing.reads import Reads
from settlement.cases.domain.case import DECIDER, case_unknown
from settlement.cases.domain.standing import Case
from settlement.referrals.domain import Referral
from settlement.referrals.queries import REFERRAL, referral_in

#: As ``place_of`` says.
_PLACE: Final = "CASE WHEN starts_with(office, county) THEN office ELSE county END"
_PLACE_SQL: Final = f"SELECT {_PLACE} FROM cases WHERE case_id = $1"
_CASES_SQL: Final = f"""
SELECT case_id, person_id, county, hospital_id, kind, invoice_number, office, handed_in_on, state, complete_on, due_on,
       settlement_id, paid_on,
       COALESCE(paid_on, $6) > due_on AND state IN ('COMPLETE', 'SETTLED', 'PAID') IS TRUE AS late
FROM cases WHERE case_id > $1 AND {_PLACE} LIKE ANY($3::text[]) AND ($4::text IS NULL OR state = $4)
  AND ($5::bool IS NOT TRUE OR (COALESCE(paid_on, $6) > due_on AND state IN ('COMPLETE', 'SETTLED', 'PAID')))
  AND ($7::text IS NULL OR invoice_number = $7)
ORDER BY case_id LIMIT $2
"""
_REFERRAL_SQL: Final = f"SELECT {REFERRAL} FROM referrals r WHERE r.referral_id = $1"
_STANDING_SQL: Final = """
SELECT EXISTS (SELECT FROM settlements s LEFT JOIN revocations r USING (settlement_id)
               WHERE s.settlement_id = $1 AND r.settlement_id IS NULL)
"""
# A visit of the same person at the same hospital on the same day for the same sum is taken for the same bill.
_SAME_VISIT_SQL: Final = """
SELECT s.settlement_id FROM encounters e JOIN settlements s USING (encounter_id)
LEFT JOIN revocations r USING (settlement_id)
WHERE e.person_id = $1 AND e.hospital_id = $2 AND e.kind = $3 AND e.admitted_on = $4 AND s.total_fen = $5
  AND r.settlement_id IS NULL LIMIT 1
"""


_INVOICE_SQL: Final = """
SELECT owner_id FROM hospital_numbers WHERE hospital_id = $1 AND kind = 'INVOICE' AND number = $2
"""


class CaseRow(Wire, frozen=True, kw_only=True):
    """One case in a list. ``late`` says that it was paid after its last day, or is not paid and the day is over."""

    case_id: str
    person_id: str
    county: str
    hospital_id: str
    kind: str
    invoice_number: str
    office: str
    handed_in_on: date
    state: str
    complete_on: date | None
    due_on: date | None
    settlement_id: str | None
    paid_on: date | None
    late: bool | None


class WantedCases(msgspec.Struct, frozen=True, kw_only=True):
    """Which cases a list is to have; what is None does not matter. ``today`` says what is late."""

    today: date
    state: str | None = None
    late: bool | None = None
    invoice_number: str | None = None


class CaseQueries(Reads):
    """Questions of agencies and finance."""

    async def place_of_case(self, case_id: str) -> str | None:
        """The township whose window took it in, or else the patient's county; None for no case."""
        return await self.text(_PLACE_SQL, case_id)

    async def case(self, case_id: str) -> Case:
        """A case with its papers; raises Refused CASE_UNKNOWN."""
        found = DECIDER.fold(await self.events(f"case/{case_id}"))
        if found is None:
            raise case_unknown(case_id)
        return found

    async def cases(self, places: list[str], wanted: WantedCases, after: str, limit: int) -> list[CaseRow]:
        """Cases of people of some counties, or of some townships' windows, in order of their ids."""
        asked = (after, limit, places, wanted.state, wanted.late, wanted.today, wanted.invoice_number)
        return await self.many(CaseRow, _CASES_SQL, *asked)

    async def referral(self, referral_id: str | None) -> Referral | None:
        """A referral as it was last told; None where none is named or known."""
        row = None if referral_id is None else await self.pool.fetchrow(_REFERRAL_SQL, referral_id)
        return None if row is None else referral_in(row)

    async def stands(self, settlement_id: str | None) -> bool:
        """Whether a settlement was made and not taken back."""
        return settlement_id is not None and bool(await self.pool.fetchval(_STANDING_SQL, settlement_id))

    async def settled_with(self, hospital_id: str, invoice_number: str) -> str | None:
        """The settlement that stands with an invoice, by whatever route; None where there is none."""
        return await self.text(_INVOICE_SQL, hospital_id, invoice_number)

    async def same_visit(self, case: Case, total_fen: int) -> str | None:
        """A settlement that stands for the same visit with the same sum; None where there is none."""
        asked = (case.person_id, case.hospital_id, case.kind, case.admitted_on, total_fen)
        return await self.text(_SAME_VISIT_SQL, *asked)
