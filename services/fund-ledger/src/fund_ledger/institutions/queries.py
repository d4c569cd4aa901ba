"""Questions about money at institutions: budgets, placements, aid on the spot, consultation fees, clinics."""

from datetime import date
from typing import Any, Final

import msgspec

from fund_ledger.institutions.domain.aid import Aid
from fund_ledger.institutions.domain.budget import Budget, Claims
from fund_ledger.institutions.domain.budget_postings import OF_BUDGETS, owed_to
from fund_ledger.institutions.domain.clinic import Clinic
from fund_ledger.institutions.domain.fee import Fees, ReportFees
from fund_ledger.institutions.domain.placement import Placement
from kernel.writing.database import Connection
from kernel.writing.reads import Reads, checked

_BUDGET: Final = ", ".join(name for name in Budget.__struct_fields__ if name not in ("scored_on", "paid_by"))
_PLACEMENT: Final = ", ".join(Placement.__struct_fields__)
_AID: Final = ", ".join(Aid.__struct_fields__)
_FEES: Final = ", ".join(name for name in Fees.__struct_fields__ if name not in ("paid_by", "unreported"))
_CLINIC: Final = ", ".join(Clinic.__struct_fields__)

# The actor of a command stands beside each of its events.
_SENDER_SQL: Final = """
SELECT meta ->> 'actor' FROM events
WHERE stream_id = $1 AND type = $2 AND ($3::int IS NULL OR data ->> 'month' = $3::text)
ORDER BY version DESC LIMIT 1
"""
_BUDGET_SQL: Final = f"SELECT {_BUDGET} FROM hospital_budgets WHERE budget_id = $1"
_BUDGETS_SQL: Final = f"""
SELECT {_BUDGET} FROM hospital_budgets
WHERE county LIKE ANY($1::text[]) AND ($2::text IS NULL OR hospital_id = $2) AND ($3::int IS NULL OR year = $3)
  AND budget_id > $4 ORDER BY budget_id LIMIT $5
"""
_EARLIER_SQL: Final = f"""
SELECT {_BUDGET} FROM hospital_budgets WHERE county = $1 AND fund = $2 AND hospital_id = $3 AND year < $4
  AND status <> 'withdrawn' ORDER BY year
"""
_CLAIMED_SQL: Final = """
SELECT COALESCE(-sum(amount_fen), 0)::bigint AS owed_fen,
       COALESCE(-sum(amount_fen) FILTER (WHERE booked_on < $2), 0)::bigint AS before_fen
FROM entries WHERE account = $1 AND booked_on <= $3 AND kind <> ALL($4::text[])
"""
_PLACEMENT_SQL: Final = f"SELECT {_PLACEMENT} FROM placements WHERE placement_id = $1"
_PLACEMENTS_SQL: Final = f"""
SELECT {_PLACEMENT} FROM placements
WHERE county LIKE ANY($1::text[]) AND ($2::text IS NULL OR hospital_id = $2) AND placement_id > $3
ORDER BY placement_id LIMIT $4
"""
_AID_SQL: Final = f"SELECT {_AID} FROM on_site_aids WHERE aid_id = $1"
_AIDS_SQL: Final = f"""
SELECT {_AID} FROM on_site_aids WHERE placement_id = $1 AND ($2 = '' OR status = $2) AND aid_id > $3
ORDER BY aid_id LIMIT $4
"""
# What the settlement, its supplements, deductions and revocation made the fund owe, less aid that was reconciled.
_OWED_SQL: Final = """
SELECT (COALESCE((SELECT -sum(p.amount_fen) FROM journals j, unnest(j.accounts, j.amounts) AS p(account, amount_fen)
                  WHERE j.settlement_id = $1 AND p.account = $2), 0)
      - COALESCE((SELECT sum(a.reconciled_fen) FROM on_site_aids a
                  WHERE a.settlement_id = $1 AND a.status = 'reconciled'
                    AND $2 = 'payable/hospital/' || a.hospital_id || '/' || a.county || '/' || a.fund), 0))::bigint
"""
_PAYABLES_SQL: Final = "SELECT account FROM balances WHERE starts_with(account, $1) ORDER BY account LIMIT 100"
_FEES_SQL: Final = f"SELECT {_FEES} FROM consultation_fees WHERE fees_id = $1"
_ALL_FEES_SQL: Final = f"""
SELECT {_FEES} FROM consultation_fees
WHERE county LIKE ANY($1::text[]) AND ($2::text IS NULL OR centre_id = $2) AND ($3 = '' OR status = $3)
  AND fees_id > $4 ORDER BY fees_id LIMIT $5
"""
_REPORTED_SQL: Final = "SELECT EXISTS (SELECT FROM consultation_fees WHERE fees_id = $1)"
_CENTRE_SQL: Final = "SELECT EXISTS (SELECT FROM clinic_centres WHERE county = $1 AND centre_id = $2)"
_UNREPORTED_SQL: Final = """
SELECT DISTINCT c.centre_id FROM clinic_centres c
WHERE c.county = $1 AND c.centre_id <> $2
  AND NOT EXISTS (SELECT FROM consultation_fees f WHERE f.county = $1 AND f.centre_id = c.centre_id AND f.month = $3)
ORDER BY 1
"""
# Of the centre's own reports one that may be made again blocks a later one; a later one that stands blocks this one.
_ELSEWHERE_SQL: Final = """
SELECT clinic_id FROM clinic_centres WHERE county = $1 AND clinic_id = ANY($2::text[]) AND centre_id <> $3
UNION
SELECT named ->> 'clinic_id' FROM consultation_fees f, jsonb_array_elements(f.clinics) AS named
WHERE f.county = $1 AND f.month = $4
  AND CASE WHEN f.centre_id <> $3 THEN f.status <> 'sent_back'
           WHEN (length(f.fees_id), f.fees_id) > (length($5), $5) THEN f.status <> 'sent_back'
           ELSE f.fees_id <> $5 AND f.status IN ('reported', 'sent_back') END
  AND named ->> 'clinic_id' = ANY($2::text[])
ORDER BY 1
"""
_CLINIC_SQL: Final = f"SELECT {_CLINIC} FROM clinic_centres WHERE county = $1 AND clinic_id = $2"
_CLINICS_SQL: Final = f"""
SELECT {_CLINIC} FROM clinic_centres
WHERE county = $1 AND ($2::text IS NULL OR centre_id = $2 OR clinic_id = $2) AND clinic_id > $3
ORDER BY clinic_id LIMIT $4
"""


async def owed_for(connection: Connection, settlement_id: str, payable: str) -> int:
    """What a payer owes a hospital for a settlement, less aid that was given on the spot and reconciled, in fen."""
    found: int = await connection.fetchval(_OWED_SQL, settlement_id, payable)
    return found


async def sender_of(
    connection: Connection, stream_id: str, event: type[msgspec.Struct], month: int | None
) -> str | None:
    """Who sent the newest command that brought such an event about, of a month; None where nothing says so."""
    found: str | None = await connection.fetchval(_SENDER_SQL, stream_id, event.__name__, month)
    return found


async def claims_of(connection: Connection, of: Budget) -> Claims:
    """What a budget is held against; its payable is held."""
    year = date(of.year, 1, 1), date(of.year, 12, 31)
    sums = await connection.fetchrow(_CLAIMED_SQL, owed_to(of), *year, OF_BUDGETS)
    earlier = await connection.fetch(_EARLIER_SQL, of.county, of.fund, of.hospital_id, of.year)
    assert sums is not None, "a sum is one row"
    return Claims(
        owed_fen=sums["owed_fen"],
        owed_before_fen=sums["before_fen"],
        earlier=tuple(msgspec.convert(dict(row), Budget) for row in earlier),
    )


async def settles_here(connection: Connection, county: str, centre_id: str) -> bool:
    """Whether a clinic of the county settles with the centre."""
    found: bool = await connection.fetchval(_CENTRE_SQL, county, centre_id)
    return found


async def elsewhere_of(connection: Connection, asked: ReportFees) -> tuple[str, ...]:
    """Those of a report's clinics that are another centre's, by its assignment or a standing report of the month.

    What was left out of a report of the centre's own is added once that one is approved, so that its agency sees both.
    What was sent back may be made again: until it is approved, a later report does not name its clinics, and it does
    not name those of a later report that stands.
    """
    clinics = [clinic for clinic, _visits in asked.visits]
    rows = await connection.fetch(_ELSEWHERE_SQL, asked.county, clinics, asked.centre_id, asked.month, asked.fees_id)
    return tuple(row["clinic_id"] for row in rows)


async def unreported_by(connection: Connection, asked: ReportFees) -> tuple[str, ...]:
    """The county's centres besides a report's own that have not reported its month."""
    rows = await connection.fetch(_UNREPORTED_SQL, asked.county, asked.centre_id, asked.month)
    return tuple(row["centre_id"] for row in rows)


async def is_reported(connection: Connection, fees_id: str) -> bool:
    """Whether there is such a report."""
    found: bool = await connection.fetchval(_REPORTED_SQL, fees_id)
    return found


async def payables_of(connection: Connection, hospital_id: str, county: str) -> list[str]:
    """The accounts on which a county's funds owe a hospital or clinic."""
    rows = await connection.fetch(_PAYABLES_SQL, f"payable/hospital/{hospital_id}/{county}/")
    return [row["account"] for row in rows]


class InstitutionQueries(Reads):
    """Read-only questions, each bounded. ``own`` is the hospital to whose things a caller is kept."""

    async def one_budget(self, budget_id: str) -> Budget | None:
        """A budget as it stands."""
        return await self.one(checked(Budget), _BUDGET_SQL, budget_id)

    async def budgets(
        self, counties: list[str], own: str | None, year: int | None, after: str, limit: int
    ) -> list[Budget]:
        """Budgets in the order of their ids."""
        return await self.many(checked(Budget), _BUDGETS_SQL, counties, own, year, after, limit)

    async def one_placement(self, placement_id: str) -> Placement | None:
        """Money at a hospital as it stands."""
        return await self.one(checked(Placement), _PLACEMENT_SQL, placement_id)

    async def placements(self, counties: list[str], own: str | None, after: str, limit: int) -> list[Placement]:
        """Placements in the order of their ids."""
        return await self.many(checked(Placement), _PLACEMENTS_SQL, counties, own, after, limit)

    async def one_aid(self, aid_id: str) -> Aid | None:
        """Aid on the spot as it stands."""
        return await self.one(checked(Aid), _AID_SQL, aid_id)

    async def aids(self, placement_id: str, status: str, after: str, limit: int) -> list[Aid]:
        """Aid on the spot of a placement in the order of its ids."""
        return await self.many(checked(Aid), _AIDS_SQL, placement_id, status, after, limit)

    async def one_fees(self, fees_id: str) -> Fees | None:
        """A month's consultation fees as they stand."""
        return await self.one(_fees, _FEES_SQL, fees_id)

    async def all_fees(self, counties: list[str], own: str | None, status: str, after: str, limit: int) -> list[Fees]:
        """Reports of consultation fees in the order of their ids."""
        return await self.many(_fees, _ALL_FEES_SQL, counties, own, status, after, limit)

    async def one_clinic(self, county: str, clinic_id: str) -> Clinic | None:
        """A clinic that settles with its centre."""
        return await self.one(_clinic, _CLINIC_SQL, county, clinic_id)

    async def clinics(self, county: str, own: str | None, after: str, limit: int) -> list[Clinic]:
        """The clinics of a county that settle with centres; a centre's or a clinic's own."""
        return await self.many(_clinic, _CLINICS_SQL, county, own, after, limit)


def _fees(clinics: str, **columns: Any) -> Fees:
    return msgspec.convert({**columns, "clinics": msgspec.json.decode(clinics)}, Fees)


def _clinic(owed: str, **columns: Any) -> Clinic:
    return msgspec.convert({**columns, "owed": msgspec.json.decode(owed)}, Clinic)
