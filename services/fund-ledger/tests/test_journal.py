"""The journal's specification: given what was booked, when something happens, then these postings."""

from datetime import date
from pathlib import Path
from typing import Any, Final

import pytest

from fund_ledger.charts.domain import Charts
from fund_ledger.journals.domain.commands import BookSettlement, ReverseSettlement
from fund_ledger.journals.domain.events import FundOverdrawn, FundRestored, JournalBooked, JournalReversed, Posting
from fund_ledger.journals.domain.journal import DECIDER
from fund_ledger.payments.domain import money as payments
from fund_ledger.payments.domain.money import PayOut, ReceiveMoney
from fund_ledger.payments.domain.moved import Moment, Receipt, Transfer
from kernel.testing.specification import given
from kernel.values.refusals import Refused
from law.packs import load_library

DAY: Final = date(2019, 8, 1)
MA: Final = "fund/445202/MA"
POVFUND: Final = "fund/445202/POVFUND"
OWED_BY_MA: Final = "payable/hospital/H1/445202/MA"
OWED_BY_POVFUND: Final = "payable/hospital/H1/445202/POVFUND"
BOOKED: Final = JournalBooked(
    journal_id="S1",
    kind="settlement",
    booked_on=DAY,
    postings=(Posting(MA, 700, "MA"), Posting(OWED_BY_MA, -700, "MA")),
    settlement_id="S1",
)

#: Nothing is closed yet, and the bank has enough.
NOW: Final = Moment(DAY, date.min)
IN_BANK_FEN: Final = 1_000_000
CHART: Final = Charts(load_library(Path(__file__).parents[3] / "policies")).on("445202", DAY)


def receive(amount_fen: int, left_fen: int, value_on: date = DAY) -> ReceiveMoney:
    receipt = Receipt(county="445202", fund="MA", amount_fen=amount_fen, source="LOTTERY", value_on=value_on)
    return ReceiveMoney("R1", receipt, NOW, {MA: left_fen}, CHART)


def pay(amount_fen: int, owed_fen: int, value_on: date = DAY) -> PayOut:
    transfer = Transfer(OWED_BY_MA, amount_fen, value_on)
    return PayOut(journal_id="Z1", transfer=transfer, owed_fen=owed_fen, bank_fen=IN_BANK_FEN, moment=NOW)


def test_each_payer_owes_the_hospital_its_layer(bills: Any) -> None:
    bill = bills.bill("S1", bills.layer("BMI", 1_800), bills.layer("CII", 0), bills.layer("MA", 700))
    given(DECIDER).when(BookSettlement(bill, {MA: 5_000}, DAY)).then(
        JournalBooked(
            journal_id="S1",
            kind="settlement",
            booked_on=DAY,
            postings=(
                Posting("fund/445202/BMI", 1_800, "BMI"),
                Posting("payable/hospital/H1/445202/BMI", -1_800, "BMI"),
                Posting(MA, 700, "MA"),
                Posting(OWED_BY_MA, -700, "MA"),
            ),
            settlement_id="S1",
        )
    )


def test_the_poverty_fund_pays_first_and_both_parts_stay_the_aid_layers(bills: Any) -> None:
    bill = bills.bill("S1", bills.layer("MA", 700, "POVFUND", "MA"))
    given(DECIDER).when(BookSettlement(bill, {MA: 5_000, POVFUND: 300}, DAY)).then(
        JournalBooked(
            journal_id="S1",
            kind="settlement",
            booked_on=DAY,
            postings=(
                Posting(POVFUND, 300, "MA"),
                Posting(OWED_BY_POVFUND, -300, "MA"),
                Posting(MA, 400, "MA"),
                Posting(OWED_BY_MA, -400, "MA"),
            ),
            settlement_id="S1",
        )
    )


def test_a_later_layer_finds_what_the_earlier_one_left_in_the_fund(bills: Any) -> None:
    first = bills.layer("MA", 700, "POVFUND", "MA")
    second = bills.layer("MASEC", 500, "POVFUND", "MA", payout_fen=200)
    bill = bills.bill("S1", first, second)
    (booked,) = given(DECIDER).when(BookSettlement(bill, {MA: 5_000, POVFUND: 1_000}, DAY)).events
    assert isinstance(booked, JournalBooked)
    assert [(p.account, p.amount_fen, p.payer) for p in booked.postings if p.amount_fen > 0] == [
        (POVFUND, 700, "MA"),
        (POVFUND, 300, "MASEC"),
        (MA, 200, "MASEC"),
        (MA, 200, "MASEC"),
    ]


def test_a_payout_beside_the_bill_is_owed_to_the_person(bills: Any) -> None:
    bill = bills.bill("S1", bills.layer("MASEC", 0, "MA", payout_fen=500))
    given(DECIDER).when(BookSettlement(bill, {MA: 5_000}, DAY)).then(
        JournalBooked(
            journal_id="S1",
            kind="settlement",
            booked_on=DAY,
            postings=(Posting(MA, 500, "MASEC"), Posting("payable/person/P1/445202/MA", -500, "MASEC")),
            settlement_id="S1",
        )
    )


@pytest.mark.parametrize("payer", ["HOSP", "HRED"])
def test_what_the_hospital_bears_itself_is_owed_to_nobody(bills: Any, payer: str) -> None:
    bill = bills.bill("S1", bills.layer(payer, 900))
    (booked,) = given(DECIDER).when(BookSettlement(bill, {}, DAY)).events
    assert isinstance(booked, JournalBooked)
    assert booked.postings == (
        Posting(f"memo/445202/{payer}", 900, payer),
        Posting(f"memo/hospital/H1/445202/{payer}", -900, payer),
    )


def test_a_bill_that_no_payer_pays_has_no_journal(bills: Any) -> None:
    bill = bills.bill("S1", bills.layer("BMI", 0), bills.layer("MA", 0, "POVFUND", "MA"))
    given(DECIDER).when(BookSettlement(bill, {}, DAY)).then_nothing()
    given(DECIDER).when(ReverseSettlement("录入错误", {}, DAY)).then_nothing()


def test_a_settlement_is_booked_once(bills: Any) -> None:
    command = BookSettlement(bills.bill("S1", bills.layer("MA", 700)), {MA: 5_000}, DAY)
    given(DECIDER, [BOOKED]).when(command).then_nothing()
    given(DECIDER, [BOOKED, _reversal()]).when(command).then_nothing()


def _reversal() -> JournalReversed:
    negative = (Posting(MA, -700, "MA"), Posting(OWED_BY_MA, 700, "MA"))
    return JournalReversed(journal_id="S1", booked_on=DAY, postings=negative, reason="录入错误", settlement_id="S1")


def test_a_revocation_is_the_exact_negative_and_happens_once(bills: Any) -> None:
    command = ReverseSettlement("录入错误", {MA: 0}, DAY)
    given(DECIDER, [BOOKED]).when(command).then(_reversal())
    given(DECIDER, [BOOKED, _reversal()]).when(command).then_nothing()


@pytest.mark.parametrize(
    ("left_fen", "alarm"),
    [(700, None), (699, FundOverdrawn(MA, -1, "S1")), (0, FundOverdrawn(MA, -700, "S1")), (-1, None)],
)
def test_an_empty_fund_goes_into_debt_and_tells_once(bills: Any, left_fen: int, alarm: FundOverdrawn | None) -> None:
    bill = bills.bill("S1", bills.layer("MA", 700))
    events = given(DECIDER).when(BookSettlement(bill, {MA: left_fen}, DAY)).events
    assert events == ((BOOKED,) if alarm is None else (BOOKED, alarm))


def test_a_fund_that_is_not_watched_raises_no_alarm(bills: Any) -> None:
    bill = bills.bill("S1", bills.layer("MA", 700))
    given(DECIDER).when(BookSettlement(bill, {}, DAY)).then(BOOKED)


def test_a_revocation_may_bring_a_fund_out_of_its_debt(bills: Any) -> None:
    command = ReverseSettlement("录入错误", {MA: -300}, DAY)
    given(DECIDER, [BOOKED]).when(command).then(_reversal(), FundRestored(MA, 400, "S1"))


@pytest.mark.parametrize(
    ("command", "restored_fen"),
    [(receive(900, 0), None), (receive(900, -901), None), (receive(900, -900), 0), (receive(900, -1), 899)],
)
def test_money_paid_in_restores_a_fund_in_debt(command: ReceiveMoney, restored_fen: int | None) -> None:
    booked = JournalBooked(
        journal_id="R1",
        kind="receipt",
        booked_on=DAY,
        postings=(Posting("bank/445202/MA", 900), Posting(MA, -900)),
        source="LOTTERY",
    )
    restored = () if restored_fen is None else (FundRestored(MA, restored_fen, "R1"),)
    given(payments.DECIDER).when(command).then(booked, *restored)


def test_a_payment_clears_what_is_owed() -> None:
    given(payments.DECIDER).when(pay(700, 700)).then(
        JournalBooked(
            journal_id="Z1",
            kind="payment",
            booked_on=DAY,
            postings=(Posting(OWED_BY_MA, 700), Posting("bank/445202/MA", -700)),
        )
    )


@pytest.mark.parametrize(("owed_fen", "left"), [(699, "6.99"), (0, "0.00"), (-700, "0.00")])
def test_more_than_is_owed_is_never_paid(owed_fen: int, left: str) -> None:
    refused = given(payments.DECIDER).when(pay(700, owed_fen)).then_refused("OVERPAYMENT")
    assert refused.about == {"account": OWED_BY_MA, "left": left, "asked": "7.00"}


@pytest.mark.parametrize("amount_fen", [0, -1])
def test_an_amount_that_moves_nothing_is_refused(amount_fen: int) -> None:
    given(payments.DECIDER).when(receive(amount_fen, 0)).then_refused("AMOUNT_NOT_POSITIVE")
    given(payments.DECIDER).when(pay(amount_fen, 700)).then_refused("AMOUNT_NOT_POSITIVE")


def test_money_of_tomorrow_is_refused() -> None:
    tomorrow = date(2019, 8, 2)
    given(payments.DECIDER).when(receive(900, 0, tomorrow)).then_refused("VALUE_DATE_AHEAD")
    given(payments.DECIDER).when(pay(700, 700, tomorrow)).then_refused("VALUE_DATE_AHEAD")


@pytest.mark.parametrize("hospital_id", ["", "H/1", "H 1", "医院", "H" * 65])
def test_a_name_that_would_break_an_accounts_name_is_refused(bills: Any, hospital_id: str) -> None:
    bill = bills.bill("S1", bills.layer("MA", 700), hospital_id=hospital_id)
    with pytest.raises(Refused, match="ACCOUNT_MALFORMED"):
        DECIDER.decide(BookSettlement(bill, {MA: 700}, DAY), DECIDER.initial)
