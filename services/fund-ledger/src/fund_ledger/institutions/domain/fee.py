"""The general consultation fee of a month: a health centre reports its clinics' visits, and passes on what comes.

Clinics that settle directly are paid by the agency; of the others the agency pays the centre in full, and the centre
passes all of it on, down to zero (003 四(十一)).
"""

from datetime import date
from typing import Literal

import msgspec

Route = Literal["DIRECT", "THROUGH_CENTRE"]
#: ``sent_back`` is reported again; ``done`` once every clinic has all of its fee.
Status = Literal["reported", "sent_back", "approved", "paid", "done"]
SentBackFor = Literal["VISITS_WRONG", "CLINICS_WRONG", "ROUTE_WRONG", "PAPERS_MISSING"]


class ClinicFee(msgspec.Struct, frozen=True):
    """A clinic's part: visits × unit fee, and what it got of it; in fen."""

    clinic_id: str
    visits: int
    due_fen: int
    passed_fen: int = 0


class Fees(msgspec.Struct, frozen=True, kw_only=True):
    """A centre's report of a month as it stands, in fen."""

    fees_id: str
    county: str
    fund: str
    centre_id: str
    month: date
    route: Route
    status: Status
    unit_fee_fen: int
    due_fen: int
    passed_fen: int = 0
    clinics: tuple[ClinicFee, ...]
    clause: str
    reported_on: date
    reported_by: str
    approved_by: str | None = None
    paid_on: date | None = None
    sent_back_for: SentBackFor | None = None
    found_on: date | None = None
    #: Only in the events: no row shows it.
    paid_by: str | None = None
    #: The county's centres that had not reported the month when this one did. Only in the events; None in what was
    #: stored before it was told (decision 0071).
    unreported: tuple[str, ...] | None = None

    @property
    def left_fen(self) -> int:
        """What the centre has to pass on still; nothing before it was paid."""
        return self.due_fen - self.passed_fen if self.status in ("paid", "done") else 0


class ReportFees(msgspec.Struct, frozen=True, kw_only=True):
    """A centre reports the visits of its clinics in a month that is over, by the unit fee of the place."""

    fees_id: str
    county: str
    fund: str
    centre_id: str
    month: date
    route: Route
    unit_fee_fen: int
    visits: tuple[tuple[str, int], ...]
    #: Whether some clinic of the county settles with the centre, by the word of the county's agency.
    is_here: bool
    #: Those of its clinics that settle with another centre, or stand in another one's report of the month.
    elsewhere: tuple[str, ...]
    #: Whether a report beside others of the month comes after the one before it.
    in_order: bool = True
    #: The county's other centres that have not reported the month; None where the report is not to be told.
    unreported: tuple[str, ...] | None = ()
    clause: str
    by: str
    today: date


class SendBack(msgspec.Struct, frozen=True, kw_only=True):
    """The agency does not approve the report."""

    fees_id: str
    why: SentBackFor


class ApproveFees(msgspec.Struct, frozen=True, kw_only=True):
    """The agency has checked the report, and owes what it comes to; ``due_fen`` is what it saw, None if it says not."""

    fees_id: str
    due_fen: int | None
    by: str


class WithdrawApproval(msgspec.Struct, frozen=True, kw_only=True):
    """The report should not have been approved; said by another person of the agency before it is paid."""

    fees_id: str
    by: str
    why: SentBackFor


class ReturnFees(msgspec.Struct, frozen=True, kw_only=True):
    """The bank gave the payment back, nothing of it having been passed on; said by another person than who paid.

    ``sent_by`` sent the payment by what is stored beside its event, for those of before 0058.
    """

    fees_id: str
    by: str
    paid_on: date
    today: date
    sent_by: str | None = None


class PayFees(msgspec.Struct, frozen=True, kw_only=True):
    """All of it was paid; ``amount_fen`` is what the payer says it was, None if nothing."""

    fees_id: str
    amount_fen: int | None
    by: str
    paid_on: date
    today: date


class PassOn(msgspec.Struct, frozen=True, kw_only=True):
    """The centre passed so much on, by clinic. ``all_of_it`` says that nothing more follows."""

    fees_id: str
    passed_fen: tuple[tuple[str, int], ...]
    passed_on: date
    all_of_it: bool
    today: date


class FindRetained(msgspec.Struct, frozen=True, kw_only=True):
    """The agency finds that the centre still keeps a part of what it was paid."""

    fees_id: str
    today: date


FeeCommand = ReportFees | SendBack | ApproveFees | WithdrawApproval | PayFees | ReturnFees | PassOn | FindRetained


class FeesReported(msgspec.Struct, frozen=True):
    """A month's visits were reported."""

    fees: Fees


class FeesSentBack(msgspec.Struct, frozen=True):
    """The report is to be made again."""

    fees: Fees


class FeesApproved(msgspec.Struct, frozen=True):
    """What the report comes to is owed."""

    fees: Fees


class FeesApprovalWithdrawn(msgspec.Struct, frozen=True):
    """What was approved is owed no more, and the report is to be made again."""

    fees: Fees


class FeesReturned(msgspec.Struct, frozen=True):
    """The payment came back, and is owed again."""

    fees: Fees


class FeesPaid(msgspec.Struct, frozen=True):
    """It was paid."""

    fees: Fees


class FeesPassedOn(msgspec.Struct, frozen=True):
    """The centre passed so much on to clinics, by clinic."""

    fees: Fees
    passed_fen: dict[str, int]


class FeesRetained(msgspec.Struct, frozen=True, kw_only=True):
    """Something stays with the centre that is the clinics': a breach (003 四(十一) 全额支付给村卫生室)."""

    fees: Fees
    left_fen: int
    clinics: tuple[str, ...]


FeeEvent = (
    FeesReported
    | FeesSentBack
    | FeesApproved
    | FeesApprovalWithdrawn
    | FeesPaid
    | FeesReturned
    | FeesPassedOn
    | FeesRetained
)


def fees_id(centre_id: str, county: str, month: date, number: int = 1) -> str:
    """The name of a report of a centre's month in a county; those beside the first one are numbered.

    They are for clinics of the other route, and for what was left out when the one before was approved.
    """
    name = f"{centre_id}-{county}-{month:%Y-%m}"
    return name if number == 1 else f"{name}-{number}"
