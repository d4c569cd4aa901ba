"""Kinds of examples about days and indicators, and the referral form's gate."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from typing_extensions import override

from law.clocks.deadlines import in_time, last_day
from law.clocks.working_days import WorkingCalendar
from law.packs import PackLibrary
from law.packs.rules import DayOfMonth
from operations.indicators.domain import reaches, reimbursed_basis_points
from referral.referrals.domain.form import AttachmentKind
from referral.referrals.domain.gate import SealedForm, is_complete
from workbench.examples.amounts import Percent, Yuan
from workbench.examples.kinds.clinics import Month, year_and_month
from workbench.examples.kinds.part import Part, Table, fen, one
from workbench.examples.outcome import Outcome


def percent_text(basis_points: int) -> str:
    """Hundredths of a percent as a percentage with two decimals."""
    return f"{basis_points // 100}.{basis_points % 100:02d}"


class SlaGiven(Part, frozen=True, kw_only=True):
    submitted_complete: date
    working_days: int
    holidays: tuple[date, ...] = ()
    makeup_workdays: tuple[date, ...] = ()


class SlaExpected(Part, frozen=True, kw_only=True):
    due: date


class SlaWorkingDays(Table, tag="sla_working_days", frozen=True, kw_only=True):
    """A clock of working days."""

    given: SlaGiven
    expect: SlaExpected

    @override
    def play(self, library: PackLibrary) -> Iterator[Outcome]:
        calendar = WorkingCalendar(frozenset(self.given.holidays), frozenset(self.given.makeup_workdays))
        due = calendar.due(self.given.submitted_complete, self.given.working_days)
        return one(self.expect, due=due.isoformat())


class DeadlineGiven(Part, frozen=True, kw_only=True):
    day_of_month: int
    relative: Literal["previous_month", "same_month", "next_month"] = "previous_month"


class DeadlineCase(Part, frozen=True, kw_only=True):
    for_month: Month
    received_at: datetime
    on_time: bool


class Deadline(Table, tag="deadline", frozen=True, kw_only=True):
    """Something for a month that is due by a day of the month before or after."""

    given: DeadlineGiven
    cases: tuple[DeadlineCase, ...]

    @override
    def play(self, library: PackLibrary) -> Iterator[Outcome]:
        where: dict[str, Literal["before", "same", "after"]] = {
            "previous_month": "before",
            "same_month": "same",
            "next_month": "after",
        }
        clock = DayOfMonth(
            name=self.id, clause=self.clause[0], day=self.given.day_of_month, month=where[self.given.relative]
        )
        for number, case in enumerate(self.cases, start=1):
            due = last_day(clock, *year_and_month(case.for_month))
            yield Outcome(f"case {number}", {"on_time": case.on_time}, {"on_time": in_time(case.received_at, due)})


class RatioClaim(Part, frozen=True, kw_only=True):
    total: Yuan
    patient: Yuan


class RatioGiven(Part, frozen=True, kw_only=True):
    claims: tuple[RatioClaim, ...]


class RatioExpected(Part, frozen=True, kw_only=True):
    ratio_percent_2dp: str


class RatioKpi(Table, tag="ratio_kpi", frozen=True, kw_only=True):
    """The share of bills that was reimbursed."""

    given: RatioGiven
    expect: RatioExpected

    @override
    def play(self, library: PackLibrary) -> Iterator[Outcome]:
        points = reimbursed_basis_points((fen(claim.total), fen(claim.patient)) for claim in self.given.claims)
        return one(self.expect, ratio_percent_2dp=percent_text(points))


class ThresholdGiven(Part, frozen=True, kw_only=True):
    threshold_percent: Percent


class ThresholdCase(Part, frozen=True, kw_only=True, rename={"passes": "pass"}):
    compliant: Yuan
    compensated: Yuan
    passes: bool


class RatioThreshold(Table, tag="ratio_threshold", frozen=True, kw_only=True):
    """A share that must reach a threshold, without rounding up."""

    given: ThresholdGiven
    cases: tuple[ThresholdCase, ...]

    @override
    def play(self, library: PackLibrary) -> Iterator[Outcome]:
        threshold = Decimal(self.given.threshold_percent)
        for number, case in enumerate(self.cases, start=1):
            passes = reaches(fen(case.compensated), fen(case.compliant), threshold)
            yield Outcome(f"case {number}", {"pass": case.passes}, {"pass": passes})


class GateCase(Part, frozen=True, kw_only=True):
    applicant_signed: date | None
    hospital_seal: date | None
    agency_seal: date | None
    admitted: date
    docs: tuple[AttachmentKind, ...]
    valid: bool


class ReferralGate(Table, tag="referral_gate", frozen=True, kw_only=True):
    """Whether a referral form is complete and came in time."""

    cases: tuple[GateCase, ...]

    @override
    def play(self, library: PackLibrary) -> Iterator[Outcome]:
        for number, case in enumerate(self.cases, start=1):
            form = SealedForm(case.applicant_signed, case.hospital_seal, case.agency_seal, case.docs)
            valid = is_complete(form, admitted_on=case.admitted)
            yield Outcome(f"case {number}", {"valid": case.valid}, {"valid": valid})
