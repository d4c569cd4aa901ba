"""Kinds of examples about settling up: village clinics, consultation fees, insurers' bills, money taken back."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Annotated, Final, TypeAlias

import msgspec
from typing_extensions import override

from fund_ledger.institutions.domain import clinic, passing_on
from fund_ledger.institutions.domain.clinic import AssignCentre, ClinicCommand, HandOver
from fund_ledger.institutions.domain.fee import (
    ApproveFees,
    FeeCommand,
    FeeEvent,
    FeesRetained,
    PassOn,
    PayFees,
    ReportFees,
)
from fund_ledger.journals.domain import accounts
from fund_ledger.journals.domain import journal as journals
from fund_ledger.journals.domain.bill import PayerPart, SettledBill
from fund_ledger.journals.domain.commands import BookSettlement, RefusePayment
from fund_ledger.journals.domain.events import JournalBooked, Posting
from fund_ledger.journals.domain.refused_payment import RefusedBill
from fund_ledger.months.domain import after, last_day
from fund_ledger.statements.domain.statement import DECIDER, DrawStatement, StatementDrawn, Unbilled
from law.packs import PackLibrary
from workbench.examples.amounts import Yuan
from workbench.examples.kinds.part import Part, Table, fen, one, yuan
from workbench.examples.outcome import Outcome

_COUNTY: Final = "450223"
_ON: Final = date(2019, 7, 1)
_OF_CLINIC: Final = accounts.payable_to_hospital("clinic", _COUNTY, "BMI")
#: A month, as in ``2019-06``.
Month = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")]


def year_and_month(month: Month) -> tuple[int, int]:
    """A month in numbers."""
    return int(month[:4]), int(month[5:])


class Visit(Part, frozen=True, kw_only=True):
    total: Yuan
    patient: Yuan


class VisitsGiven(Part, frozen=True, kw_only=True):
    visits: tuple[Visit, ...]


class ClinicExpected(Part, frozen=True, kw_only=True):
    collected_from_patients: Yuan
    receivable_from_township: Yuan


class ClinicLedgerExample(Table, tag="clinic_ledger", frozen=True, kw_only=True):
    """A village clinic that records first and settles later."""

    given: VisitsGiven
    expect: ClinicExpected

    @override
    def play(self, library: PackLibrary) -> Iterator[Outcome]:
        collected = sum(fen(visit.patient) for visit in self.given.visits)
        owed = [
            posting
            for number, visit in enumerate(self.given.visits)
            for posting in _booked(f"V-{number}", fen(visit.total) - fen(visit.patient))
            if posting.account == _OF_CLINIC
        ]
        state: clinic.Clinic | None = None
        commands: tuple[ClinicCommand, ...] = (
            AssignCentre(
                clinic.Clinic(
                    clinic_id="clinic",
                    county=_COUNTY,
                    centre_id="centre",
                    assigned_on=_ON,
                    assigned_by="agency",
                )
            ),
            HandOver(clinic_id="clinic", owed_fen={"BMI": -sum(one.amount_fen for one in owed)}, today=_ON),
        )
        for command in commands:
            state = clinic.DECIDER.fold(clinic.DECIDER.decide(command, state), state)
        assert state is not None, "a clinic that has a centre stands"
        parts = {"collected_from_patients": yuan(collected), "receivable_from_township": yuan(state.left_fen)}
        return one(self.expect, **parts)


def _booked(settlement_id: str, amount_fen: int) -> Iterator[Posting]:
    """What a visit at the clinic makes basic insurance owe."""
    bill = SettledBill(
        settlement_id=settlement_id,
        county=_COUNTY,
        hospital_id="clinic",
        person_id="person",
        parts=(PayerPart("BMI", amount_fen),),
    )
    for event in journals.DECIDER.decide(BookSettlement(bill, {}, _ON), journals.DECIDER.initial):
        if isinstance(event, JournalBooked):
            yield from event.postings


class Clinic(Part, frozen=True, kw_only=True):
    visits: int
    unit_fee: Yuan


class FeesGiven(Part, frozen=True, kw_only=True):
    clinics: tuple[Clinic, ...]
    paid_to_clinics: tuple[Yuan, ...]


class FeesExpected(Part, frozen=True, kw_only=True):
    agency_pays_township: Yuan
    shortfalls: tuple[Yuan, ...]
    compliant: bool


class PassThrough(Table, tag="pass_through", frozen=True, kw_only=True):
    """The consultation fee that must reach the clinics whole."""

    given: FeesGiven
    expect: FeesExpected

    @override
    def play(self, library: PackLibrary) -> Iterator[Outcome]:
        (unit_fee,) = {fen(one.unit_fee) for one in self.given.clinics}
        due = sum(one.visits * unit_fee for one in self.given.clinics)
        passed = tuple((f"V{i}", fen(paid)) for i, paid in enumerate(self.given.paid_to_clinics))
        commands: tuple[FeeCommand, ...] = (
            ReportFees(
                fees_id="GX-16",
                county=_COUNTY,
                fund="CONSULT_FEE_PASS_THROUGH",
                centre_id="centre",
                month=date(2019, 6, 1),
                route="THROUGH_CENTRE",
                unit_fee_fen=unit_fee,
                visits=tuple((f"V{i}", one.visits) for i, one in enumerate(self.given.clinics)),
                is_here=True,
                elsewhere=(),
                clause="四(十一)",
                by="centre",
                today=_ON,
            ),
            ApproveFees(fees_id="GX-16", due_fen=due, by="agency"),
            PayFees(fees_id="GX-16", amount_fen=due, by="finance", paid_on=_ON, today=_ON),
            PassOn(fees_id="GX-16", passed_fen=passed, passed_on=_ON, all_of_it=True, today=_ON),
        )
        events: list[FeeEvent] = []
        for command in commands:
            state = passing_on.DECIDER.fold(events)
            events += passing_on.DECIDER.decide(command, state)
        fees = passing_on.DECIDER.fold(events)
        assert fees is not None, "fees that were reported stand"
        came_to = FeesExpected(
            agency_pays_township=yuan(fees.due_fen),
            shortfalls=tuple(yuan(one.due_fen - one.passed_fen) for one in fees.clinics),
            compliant=not any(isinstance(event, FeesRetained) for event in events),
        )
        return one(self.expect, came_to)


class BillLine(Part, frozen=True, kw_only=True):
    date: date
    CII: Yuan


class BillGiven(Part, frozen=True, kw_only=True):
    month: Month
    claims: tuple[BillLine, ...]


class BillExpected(Part, frozen=True, kw_only=True):
    bill: Yuan


class MonthlyBill(Table, tag="monthly_bill", frozen=True, kw_only=True):
    """An insurer's bill of a month."""

    given: BillGiven
    expect: BillExpected

    @override
    def play(self, library: PackLibrary) -> Iterator[Outcome]:
        year, number = year_and_month(self.given.month)
        month = date(year, number, 1)
        claims = (line for line in self.given.claims if line.date <= last_day(month))
        draw = DrawStatement(
            hospital_id="hospital",
            county="450100",
            fund="CII",
            month=month,
            today=after(month),
            unbilled=tuple(Unbilled(f"S{number}", fen(line.CII)) for number, line in enumerate(claims)),
        )
        (drawn,) = DECIDER.decide(draw, DECIDER.initial)
        assert isinstance(drawn, StatementDrawn), "claims leave a statement"
        return one(self.expect, bill=yuan(drawn.statement.claimed_fen))


class ClawbackGiven(Part, frozen=True, kw_only=True):
    fund_paid: tuple[Yuan, ...]
    patient_paid: tuple[Yuan, ...]


class ClawbackExpected(Part, frozen=True, kw_only=True):
    recover_from_hospital: Yuan
    recover_from_patient: Yuan


class ClawbackExample(Table, tag="clawback", frozen=True, kw_only=True):
    """Money taken back after a certification was cancelled."""

    given: ClawbackGiven
    expect: ClawbackExpected

    @override
    def play(self, library: PackLibrary) -> Iterator[Outcome]:
        rule = self.pack(library).file.certification
        assert rule is not None, "the pack says who bears a cancelled certification"
        assert rule.if_cancelled == "hospital_bears", f"no document orders {rule.if_cancelled}"
        postings = [p for number, paid in enumerate(self.given.fund_paid) for p in _refused(f"B-{number}", fen(paid))]
        return one(
            self.expect,
            recover_from_hospital=yuan(_asked_back(postings, "hospital")),
            recover_from_patient=yuan(_asked_back(postings, "person")),
        )


def _refused(settlement_id: str, amount_fen: int) -> Iterator[Posting]:
    """What the refusal of a bill's payment books, after basic insurance paid its part."""
    bill = SettledBill(
        settlement_id=settlement_id,
        county=_COUNTY,
        hospital_id="hospital",
        person_id="person",
        parts=(PayerPart("BMI", amount_fen),),
    )
    booked = journals.DECIDER.decide(BookSettlement(bill, {}, _ON), journals.DECIDER.initial)
    refused = RefusePayment(RefusedBill(settlement_id, _COUNTY, "hospital", ("BMI",)), {}, _ON)
    for event in journals.DECIDER.decide(refused, journals.DECIDER.fold(booked)):
        if isinstance(event, JournalBooked):
            yield from event.postings


def _asked_back(postings: Iterable[Posting], payee_kind: str) -> int:
    """What the books ask back from hospitals, or from persons."""
    named = ((accounts.parse(posting.account), posting.amount_fen) for posting in postings)
    return sum(fen for account, fen in named if account.payee_kind == payee_kind and account.kind != accounts.MEMO)


Kinds: TypeAlias = ClawbackExample | ClinicLedgerExample | MonthlyBill | PassThrough
