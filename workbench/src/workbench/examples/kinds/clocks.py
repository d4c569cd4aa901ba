"""Kinds of examples about days and indicators, and the referral form's gate."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Final, Literal, TypeAlias

from typing_extensions import override

from law.clocks.deadlines import in_time, last_day
from law.clocks.working_days import WorkingCalendar
from law.packs import PackLibrary
from law.packs.rules import DayOfMonth
from operations.indicators.domain.measures import Sums
from operations.indicators.domain.shares import percent, reaches, share
from referral.referrals.domain.asked import asked_of
from referral.referrals.domain.form import AttachmentKind
from referral.referrals.domain.gate import SealedForm, is_complete
from workbench.examples.amounts import Percent, Yuan
from workbench.examples.kinds.clinics import Month, year_and_month
from workbench.examples.kinds.part import Part, Table, each, fen, one
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


_MONTHS: Final[Mapping[str, Literal["before", "same", "after"]]] = {
    "previous_month": "before",
    "same_month": "same",
    "next_month": "after",
}


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
        month = _MONTHS[self.given.relative]
        clock = DayOfMonth(name=self.id, clause=self.clause[0], day=self.given.day_of_month, month=month)

        def on_time(case: DeadlineCase) -> bool:
            return in_time(case.received_at, last_day(clock, *year_and_month(case.for_month)))

        return each(self.cases, "on_time", on_time)


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
        claims = self.given.claims
        sums = Sums(total_fen=sum(fen(c.total) for c in claims), patient_fen=sum(fen(c.patient) for c in claims))
        ratio = share(sums.reimbursed_fen, sums.total_fen)
        return one(self.expect, ratio_percent_2dp=None if ratio is None else percent(ratio))


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

        def passes(case: ThresholdCase) -> bool:
            ratio = share(fen(case.compensated), fen(case.compliant))
            return ratio is not None and reaches(ratio, threshold)

        return each(self.cases, "pass", passes)


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
        asked = asked_of(self.pack(library).file.referral)

        def valid(case: GateCase) -> bool:
            form = SealedForm(case.applicant_signed, case.hospital_seal, case.agency_seal, case.docs)
            return is_complete(form, asked, admitted_on=case.admitted)

        return each(self.cases, "valid", valid)


Kinds: TypeAlias = Deadline | RatioKpi | RatioThreshold | ReferralGate | SlaWorkingDays
