"""Questions about bills on paper."""

from datetime import date
from typing import Any, Final

import msgspec

from kernel.writing.reads import Reads
from operations.paper_cases.domain import PaperCase, SignedOff, Visit

#: More cases of one county and time than these nobody reads at once.
CASES_MAX: Final = 20_000

_COLUMNS: Final = (
    "c.case_id, c.county, c.hospital_id, c.kind, c.office, c.window_kind, c.window_hospital, c.submitter,"
    " c.handed_in_on, c.visits::text AS visits, c.returned, c.state, c.complete_on, c.due_on, c.settlement_id,"
    " c.to_sign, c.signed::text AS signed, c.paid_on, c.paid_by"
)
_LIST_SQL: Final = f"""
SELECT {_COLUMNS} FROM paper_cases c
WHERE c.county = $1 AND c.case_id > $2 AND c.handed_in_on BETWEEN $3 AND $4
  AND (NOT $5 OR jsonb_array_length(c.visits) > 1) AND (NOT $6 OR c.returned > 0)
ORDER BY c.case_id LIMIT $7
"""
_ALL_SQL: Final = f"""
SELECT {_COLUMNS} FROM paper_cases c
WHERE c.county = $1 AND c.handed_in_on BETWEEN $2 AND $3 ORDER BY c.case_id LIMIT $4
"""
#: How the breach of one department of a case is named after the case: $3, the case, and of this department.
_DEPARTMENT: Final = "$3 || c.case_id || '.' || left(encode(sha256(convert_to(d.owner, 'UTF8')), 'hex'), 8)"
# Those of which the breaches are known are looked at once: that of the case, or of each department it waits for.
_LATE_SQL: Final = f"""
SELECT {_COLUMNS} FROM paper_cases c
WHERE c.county = $1 AND c.due_on < $2 AND c.paid_on IS NULL AND c.state IN ('COMPLETE', 'SETTLED')
  AND NOT EXISTS (SELECT FROM breaches b WHERE b.breach_id = $3 || c.case_id)
  AND (
    cardinality(c.to_sign) = 0
    OR EXISTS (
      SELECT FROM unnest(c.to_sign) AS d(owner)
      WHERE NOT c.signed @> jsonb_build_array(jsonb_build_object('owner', d.owner))
        AND NOT EXISTS (SELECT FROM breaches b WHERE b.breach_id = {_DEPARTMENT}))
    OR NOT EXISTS (
      SELECT FROM unnest(c.to_sign) AS d(owner)
      WHERE NOT c.signed @> jsonb_build_array(jsonb_build_object('owner', d.owner))
         OR EXISTS (SELECT FROM breaches b WHERE b.breach_id = {_DEPARTMENT})))
ORDER BY c.due_on, c.case_id LIMIT 500
"""
# Breaches about cases that were paid meanwhile, or of which it was told late that they had been.
_PAID_SQL: Final = """
SELECT b.breach_id, c.case_id, c.paid_on, COALESCE(c.due_on, b.due_on) AS due_on
FROM breaches b JOIN paper_cases c ON c.case_id = b.evidence[1] AND c.county = b.county
WHERE b.county = $1 AND b.kind = 'SETTLEMENT_LATE' AND b.opened_by = 'operations' AND b.about LIKE 'case.%'
  AND b.status IN ('OPEN', 'NOTICED') AND c.paid_on IS NOT NULL
ORDER BY b.breach_id LIMIT 500
"""
# What each payer gives of it, to the hospital or the patient, and beside the bill.
_SETTLED_SQL: Final = f"""
SELECT {_COLUMNS}, b.payers, b.amounts, b.payouts, b.discharged_on
FROM paper_cases c JOIN bills b USING (settlement_id)
WHERE c.county = $1 AND c.case_id > $2 AND c.handed_in_on BETWEEN $3 AND $4 AND c.state IN ('SETTLED', 'PAID')
ORDER BY c.case_id LIMIT $5
"""


class SettledCase(msgspec.Struct, frozen=True):
    """A settled case, what each payer gives of it, and the day by which the law is found."""

    case: PaperCase
    amounts: dict[str, int]
    discharged_on: date


class PaidCase(msgspec.Struct, frozen=True):
    """A case with a breach that is not ended, and the day on which it was paid."""

    breach_id: str
    case_id: str
    paid_on: date
    due_on: date

    @property
    def in_time(self) -> bool:
        """Whether it was paid by its last day."""
        return self.paid_on <= self.due_on


class PaperCaseQueries(Reads):
    """Read-only questions, each bounded."""

    async def cases(
        self, county: str, after: str, days: tuple[date, date], limit: int, *, again: bool, returned: bool
    ) -> list[PaperCase]:
        """A county's cases handed in on some days, by id; ``again``: those for which somebody came more than once."""
        return await self.many(_case, _LIST_SQL, county, after, *days, again, returned, limit)

    async def all_cases(self, county: str, days: tuple[date, date]) -> list[PaperCase]:
        """All of them; one more than may be read at once."""
        return await self.over_lists(_case, _ALL_SQL, county, *days, CASES_MAX + 1)

    async def late(self, county: str, today: date, known_as: str) -> list[PaperCase]:
        """A county's cases that are not paid and whose last day is over, at most 500.

        ``known_as`` is what names of breaches about cases begin with: a case that has all of its own is left out.
        """
        return await self.many(_case, _LATE_SQL, county, today, known_as)

    async def paid(self, county: str) -> list[PaidCase]:
        """A county's cases that were paid although a breach of them is not ended, at most 500."""
        return await self.many(PaidCase, _PAID_SQL, county)

    async def settled(self, county: str, after: str, days: tuple[date, date], limit: int) -> list[SettledCase]:
        """A county's settled cases handed in on some days, by id."""
        return await self.over_lists(_settled, _SETTLED_SQL, county, after, *days, limit)


def _case(visits: str, signed: str, to_sign: list[str], **columns: Any) -> PaperCase:
    return PaperCase(
        **columns,
        to_sign=tuple(to_sign),
        visits=msgspec.json.decode(visits, type=tuple[Visit, ...]),
        signed=msgspec.json.decode(signed, type=tuple[SignedOff, ...]),
    )


def _settled(
    payers: list[str], amounts: list[int], payouts: list[int], discharged_on: date, **columns: Any
) -> SettledCase:
    given: dict[str, int] = {}
    for payer, amount, payout in zip(payers, amounts, payouts, strict=True):
        given[payer] = given.get(payer, 0) + amount + payout
    return SettledCase(_case(**columns), given, discharged_on)
