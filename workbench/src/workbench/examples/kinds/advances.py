"""Kinds of examples about money advanced from a revolving fund and taken back."""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final, TypeAlias

from typing_extensions import override

from fund_ledger.advances.domain.advance import DECIDER, Advance, AdvanceRepaid, Apply, Kind, Pay, TakeBack
from kernel.values.refusals import Refused
from law.packs import PackLibrary
from law.packs.model import Pack
from law.packs.rules import Advance as Rule
from workbench.examples.amounts import Yuan
from workbench.examples.kinds.part import Part, Table, each, fen, one, yuan
from workbench.examples.outcome import Outcome

_ON: Final = date(2018, 8, 1)


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
        rule = _rule(self.pack(library), "reimbursement")

        def eligible(case: AdvanceCase) -> bool:
            person = {"poor": case.poor, "at_risk": case.at_risk, "out_county_inpatient": case.out_county_inpatient}
            asked = _asked(rule, "RESCUE", fen(case.cost), **person, cost_fen=fen(case.cost))
            try:
                DECIDER.decide(asked, None)
            except Refused as refused:
                assert refused.code == "ADVANCE_NOT_ELIGIBLE", refused
                return False
            return True

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
        held, lent = fen(self.given.fund_balance), fen(self.given.advance)
        rule = _rule(self.pack(library), "reimbursement")
        line = {"poor": True, "out_county_inpatient": True, "cost_fen": max(lent, 2_000_001)}
        paid, balance = _paid(_asked(rule, "RESCUE", lent, **line), held)
        back = _taken_back(paid, fen(self.given.reimbursement))
        got = {"recovered": back.recovered_fen, "paid_to_patient": back.to_person_fen}
        got |= {"patient_receivable": back.advance.outstanding_fen, "balance_after_advance": balance}
        got["balance_end"] = balance + back.recovered_fen
        return one(self.expect, **{name: yuan(amount) for name, amount in got.items()})


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
        rule = _rule(self.pack(library), "insurer")
        advance, balance = _paid(_asked(rule, "CLAIM", fen(self.given.advance)), fen(self.given.fund_balance))
        got = {"balances[0]": yuan(balance), "outstanding[0]": yuan(advance.outstanding_fen)}
        for number, paid in enumerate(self.given.insurer_payments, start=1):
            back = _taken_back(advance, fen(paid))
            advance, balance = back.advance, balance + back.recovered_fen
            got |= {f"balances[{number}]": yuan(balance), f"outstanding[{number}]": yuan(advance.outstanding_fen)}
        return one(self.expect, **got)


def _rule(pack: Pack, repaid_by: str) -> Rule:
    return next(rule for rule in pack.file.advances if rule.repaid_by == repaid_by)


def _asked(rule: Rule, kind: Kind, amount_fen: int, **person: Any) -> Apply:
    """What the agency asks for."""
    return Apply(
        advance_id="advance",
        rule=rule,
        kind=kind,
        county="451028",
        about="stay",
        debtor_id="debtor",
        hospital_id="hospital",
        amount_fen=amount_fen,
        clause=rule.clause,
        by="agency",
        today=_ON,
        **person,
    )


def _paid(asked: Apply, held_fen: int) -> tuple[Advance, int]:
    """The advance once finance has paid it, and what the fund holds after it."""
    applied = DECIDER.fold(DECIDER.decide(asked, None))
    pay = Pay(advance_id="advance", by="finance", bank_fen=held_fen, owed_fen=asked.amount_fen, paid_on=_ON)
    (event,) = DECIDER.decide(pay, applied)
    return event.advance, held_fen - event.advance.amount_fen


def _taken_back(advance: Advance, paid_fen: int) -> AdvanceRepaid:
    (event,) = DECIDER.decide(TakeBack(advance_id="advance", paid_fen=paid_fen), advance)
    assert isinstance(event, AdvanceRepaid), "what came is taken back"
    return event


Kinds: TypeAlias = AdvanceEligibility | CiiRevolving | FundRevolving
