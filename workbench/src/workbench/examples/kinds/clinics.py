"""Kinds of examples about settling up: village clinics, consultation fees, insurers' bills, money taken back."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Annotated, TypeAlias

import msgspec
from typing_extensions import override

from fund_ledger.journals.domain import accounts
from fund_ledger.journals.domain.events import Posting
from fund_ledger.journals.domain.refused_payment import RefusedBill, refusal
from fund_ledger.months.domain import after, last_day
from fund_ledger.statements.domain.statement import DECIDER, DrawStatement, StatementDrawn, Unbilled
from fund_ledger.statements.domain.village import clinic_ledger, pass_on_fees
from law.packs import PackLibrary
from workbench.examples.amounts import Yuan
from workbench.examples.kinds.part import Part, Table, fen, one, yuan
from workbench.examples.outcome import Outcome

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
        book = clinic_ledger((fen(visit.total), fen(visit.patient)) for visit in self.given.visits)
        return one(self.expect, book)


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
        passed = pass_on_fees(
            [(clinic.visits, fen(clinic.unit_fee)) for clinic in self.given.clinics],
            [fen(paid) for paid in self.given.paid_to_clinics],
        )
        return one(self.expect, passed, compliant=passed.compliant)


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
        bill = RefusedBill("GX-14", "450100", "hospital", ("BMI",))
        postings = [p for paid in self.given.fund_paid for p in refusal(bill, {"BMI": {"BMI": fen(paid)}})]
        return one(
            self.expect,
            recover_from_hospital=yuan(_asked_back(postings, "hospital")),
            recover_from_patient=yuan(_asked_back(postings, "person")),
        )


def _asked_back(postings: Iterable[Posting], payee_kind: str) -> int:
    """What the books ask back from hospitals, or from persons."""
    named = ((accounts.parse(posting.account), posting.amount_fen) for posting in postings)
    return sum(fen for account, fen in named if account.payee_kind == payee_kind and account.kind != accounts.MEMO)


Kinds: TypeAlias = ClawbackExample | ClinicLedgerExample | MonthlyBill | PassThrough
