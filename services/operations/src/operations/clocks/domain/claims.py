"""Hospitals' claims at Leye's station: five working days after the papers are complete (000 一(一)3 “五日结清”).

The hospital has advanced the money and claims it itself (医院自行到“一站式”工作站报销). Its claim is its statement of a
month to a fund: the papers are complete when it is drawn, since every bill on it was settled here (decision 0071).
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

import msgspec

from law.clocks.working_days import WorkingCalendar
from law.packs import Policy
from law.packs.model import PackFile
from law.packs.rules import WorkingDaysAfter
from operations.clocks.domain.money import Met
from operations.clocks.domain.schedule import Due

CLAIM: Final = "hospital_claim"


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """A hospital's statement as the ledger told it last."""

    statement_id: str
    county: str
    fund: str
    month: date
    status: str
    drawn_on: date
    paid_on: date | None
    payment_id: str | None

    @property
    def met(self) -> Met | None:
        """What paid it; where the review took all of it off nothing is to be paid."""
        if self.paid_on is not None:
            return Met(self.paid_on, self.payment_id or self.statement_id)
        return Met(self.drawn_on, self.statement_id) if self.status == "closed" else None


def asks_for_claims(policies: Sequence[Policy]) -> bool:
    """Whether a document has the clock."""
    return any(_clocks(policy.file) for policy in policies)


def dues_of_claims(
    policies: Sequence[Policy], claims: Sequence[Claim], calendar: WorkingCalendar
) -> Iterator[tuple[Due, Claim]]:
    """What is due of each claim, by the documents in force."""
    for policy in policies:
        for clock in _clocks(policy.file):
            for claim in claims:
                yield _due(claim, clock, policy.file, calendar), claim


def _due(claim: Claim, clock: WorkingDaysAfter, file: PackFile, calendar: WorkingCalendar) -> Due:
    return Due(
        county=claim.county,
        clock=clock.name,
        period=f"{claim.month:%Y-%m}",
        unit=claim.statement_id,
        from_on=claim.drawn_on,
        due_on=calendar.due(claim.drawn_on, clock.days),
        named_day=True,
        owner=_waits_for(claim, file),
        document=file.document.cited_as,
        clause=clock.clause,
    )


def _waits_for(claim: Claim, file: PackFile) -> str | None:
    """Who audits the fund's layer while it is not reviewed, then who owns the fund."""
    fund = next((one for one in file.funds if one.code == claim.fund), None)
    if fund is None:
        return None
    audits = {f"audit {purpose}" for purpose in fund.purposes}
    auditor = next((duty.owner for duty in file.duties if audits & set(duty.of)), None)
    return auditor if claim.status == "drawn" and auditor else fund.owner


def _clocks(file: PackFile) -> list[WorkingDaysAfter]:
    return [clock for clock in file.clocks if isinstance(clock, WorkingDaysAfter) and clock.name == CLAIM]
