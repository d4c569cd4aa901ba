"""Kinds of examples about money advanced from a revolving fund and taken back."""

from collections.abc import Iterator
from typing import TypeAlias

from typing_extensions import override

from fund_ledger.advances.domain.revolving import grant, may_draw, recover, set_off
from law.packs import PackLibrary
from workbench.examples.amounts import Yuan
from workbench.examples.kinds.part import Part, Table, each, fen, one, yuan
from workbench.examples.outcome import Outcome


class AdvanceCase(Part, frozen=True, kw_only=True):
    poor: bool
    at_risk: bool
    out_county_inpatient: bool
    cost: Yuan
    eligible: bool


class AdvanceEligibility(Table, tag="advance_eligibility", frozen=True, kw_only=True):
    """Who may draw on a rescue fund."""

    cases: tuple[AdvanceCase, ...]

    @override
    def play(self, library: PackLibrary) -> Iterator[Outcome]:
        lines = [line for advance in self.pack(library).file.advances for line in advance.lines]

        def eligible(case: AdvanceCase) -> bool:
            person = {"poor": case.poor, "at_risk": case.at_risk, "out_county_inpatient": case.out_county_inpatient}
            return may_draw(lines, **person, cost_fen=fen(case.cost))

        return each(self.cases, "eligible", eligible)


class RevolvingGiven(Part, frozen=True, kw_only=True):
    fund_balance: Yuan
    advance: Yuan
    reimbursement: Yuan


class RevolvingExpected(Part, frozen=True, kw_only=True):
    balance_after_advance: Yuan
    recovered: Yuan
    paid_to_patient: Yuan
    patient_receivable: Yuan
    balance_end: Yuan


class FundRevolving(Table, tag="fund_revolving", frozen=True, kw_only=True):
    """An advance, and its recovery out of the reimbursement."""

    given: RevolvingGiven
    expect: RevolvingExpected

    @override
    def play(self, library: PackLibrary) -> Iterator[Outcome]:
        balance = grant(fen(self.given.fund_balance), fen(self.given.advance))
        recovery = recover(fen(self.given.advance), fen(self.given.reimbursement))
        end = yuan(balance + recovery.recovered_fen)
        return one(self.expect, recovery, balance_after_advance=yuan(balance), balance_end=end)


class CiiGiven(Part, frozen=True, kw_only=True):
    fund_balance: Yuan
    advance: Yuan
    insurer_payments: tuple[Yuan, ...]


class CiiExpected(Part, frozen=True, kw_only=True):
    balances: tuple[Yuan, ...]
    outstanding: tuple[Yuan, ...]


class CiiRevolving(Table, tag="cii_revolving", frozen=True, kw_only=True):
    """An advance for an insurer, and what the insurer pays back."""

    given: CiiGiven
    expect: CiiExpected

    @override
    def play(self, library: PackLibrary) -> Iterator[Outcome]:
        balance = grant(fen(self.given.fund_balance), fen(self.given.advance))
        outstanding = fen(self.given.advance)
        got = {"balances[0]": yuan(balance), "outstanding[0]": yuan(outstanding)}
        for number, paid in enumerate(self.given.insurer_payments, start=1):
            outstanding, balance = set_off(outstanding, fen(paid)), balance + fen(paid)
            got |= {f"balances[{number}]": yuan(balance), f"outstanding[{number}]": yuan(outstanding)}
        return one(self.expect, **got)


Kinds: TypeAlias = AdvanceEligibility | CiiRevolving | FundRevolving
