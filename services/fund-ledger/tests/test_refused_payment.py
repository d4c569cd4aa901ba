"""Refused payment: the hospital bears what funds gave for a visit whose certification was cancelled (003 三(九))."""

from datetime import UTC, date, datetime
from typing import Any, Final

import httpx
import msgspec
import pytest

from contracts.settlement import CONTRACT, PaymentRefused
from fund_ledger.journals.domain.commands import BookSettlement, RefusePayment, ReverseSettlement
from fund_ledger.journals.domain.events import FundRestored, JournalBooked, JournalReversed, Posting, RefusalNoted
from fund_ledger.journals.domain.journal import DECIDER
from fund_ledger.journals.domain.refused_payment import RefusedBill, refusal
from kernel.testing.deadline import eventually
from kernel.testing.surroundings import Surroundings

DAY: Final = date(2019, 9, 2)
FUND: Final = "fund/450202/BACKSTOP"
OWED: Final = "payable/hospital/H1/450202/BACKSTOP"
BILL: Final = RefusedBill("S1", "450202", "H1", ("BMI", "BACKSTOP"))
REFUSE: Final = RefusePayment(BILL, {FUND: 500}, DAY)
BMI: Final = (Posting("fund/450202/BMI", 300, "BMI"), Posting("payable/hospital/H1/450202/BMI", -300, "BMI"))
AID: Final = (Posting("fund/450202/MA", 50, "MA"), Posting("payable/hospital/H1/450202/MA", -50, "MA"))
BACKSTOP: Final = (Posting(FUND, 180, "BACKSTOP"), Posting(OWED, -180, "BACKSTOP"))
BOOKED: Final = JournalBooked(
    journal_id="S1", kind="settlement", booked_on=DAY, postings=(*BMI, *AID, *BACKSTOP), settlement_id="S1"
)
REFUSED: Final = JournalBooked(
    journal_id="S1-refusal",
    kind="refusal",
    booked_on=DAY,
    postings=(
        Posting("payable/hospital/H1/450202/BMI", 300, "BMI"),
        Posting("fund/450202/BMI", -300, "BMI"),
        Posting(OWED, 180, "BACKSTOP"),
        Posting(FUND, -180, "BACKSTOP"),
        Posting("memo/450202/REFUSED", 480, "REFUSED"),
        Posting("memo/hospital/H1/450202/REFUSED", -480, "REFUSED"),
    ),
    settlement_id="S1",
)


def test_the_hospital_bears_what_the_refused_payers_gave_and_others_stay() -> None:
    assert DECIDER.decide(REFUSE, DECIDER.fold([BOOKED])) == (REFUSED,)


def test_a_payment_is_refused_once() -> None:
    assert DECIDER.decide(REFUSE, DECIDER.fold([BOOKED, REFUSED])) == ()


def test_of_a_bill_that_nobody_paid_it_is_noted_once_who_would_be_refused() -> None:
    noted = RefusalNoted("S1", ("BMI", "BACKSTOP"))
    assert DECIDER.decide(REFUSE, DECIDER.initial) == (noted,)
    assert DECIDER.decide(REFUSE, DECIDER.fold([noted])) == ()


def test_nothing_is_refused_of_a_bill_that_was_reversed() -> None:
    reversed_ = JournalReversed(
        journal_id="S1", booked_on=DAY, postings=BOOKED.postings, reason="wrong", settlement_id="S1"
    )
    assert DECIDER.decide(REFUSE, DECIDER.fold([BOOKED, reversed_])) == ()


def test_of_a_bill_of_which_only_others_paid_nothing_moves() -> None:
    alone = msgspec.structs.replace(BOOKED, postings=AID)
    assert DECIDER.decide(REFUSE, DECIDER.fold([alone])) == (RefusalNoted("S1", ("BMI", "BACKSTOP")),)


def test_a_fund_in_debt_is_restored_by_what_comes_back() -> None:
    debt = msgspec.structs.replace(REFUSE, available_fen={FUND: -100})
    assert DECIDER.decide(debt, DECIDER.fold([BOOKED]))[1] == FundRestored(FUND, 80, "S1-refusal")


def test_a_revocation_after_the_refusal_takes_both_back() -> None:
    (back,) = DECIDER.decide(ReverseSettlement("wrong person", {}, DAY), DECIDER.fold([BOOKED, REFUSED]))
    assert isinstance(back, JournalReversed)
    sums: dict[str, int] = {}
    for posting in (*BOOKED.postings, *REFUSED.postings, *back.postings):
        sums[posting.account] = sums.get(posting.account, 0) + posting.amount_fen
    assert set(sums.values()) == {0}


def test_the_hospital_gives_back_all_of_a_cancelled_certification_and_the_patient_nothing() -> None:
    postings = [p for paid in (12_000, 0, 3_456) for p in refusal(BILL, {"BACKSTOP": {"BACKSTOP": paid}})]
    assert sum(posting.amount_fen for posting in postings if posting.account == OWED) == 15_456
    assert not any("/person/" in posting.account for posting in postings)


@pytest.fixture
def refused() -> PaymentRefused:
    now = datetime(2019, 9, 2, 1, 0, tzinfo=UTC)
    return PaymentRefused(
        settlement_id="S1",
        encounter_id="E1",
        person_id="P1",
        hospital_id="H1",
        county="445202",
        certification_id="c1",
        cancelled_from=date(2019, 8, 1),
        refused_at=now,
        payers=("MA",),
    )


async def test_a_refusal_told_after_the_hospital_was_paid_leaves_it_in_debt(
    around: Surroundings, finance: httpx.AsyncClient, bills: Any, refused: PaymentRefused
) -> None:
    settled = bills.settled("S1", bills.layer("MA", 700))
    await around.tell(CONTRACT, "P1", settled)

    async def kinds() -> list[str]:
        found = (await finance.get("/v1/settlements/S1/journals")).json()
        return [journal["kind"] for journal in found]

    async def booked() -> bool:
        return await kinds() == ["settlement"]

    await eventually(booked)
    paid_in = {"county": "445202", "fund": "MA", "amount": "7.00", "source": "BUDGET", "value_on": "2019-07-31"}
    assert (await finance.post("/v1/fund-receipts", json=paid_in)).status_code == 201
    payment = {"county": "445202", "fund": "MA", "hospital_id": "H1", "amount": "7.00", "value_on": "2019-07-31"}
    paid = await finance.post("/v1/payments", json=payment)
    assert paid.status_code == 201, paid.text
    await around.tell(CONTRACT, "P1", refused)
    await around.tell(CONTRACT, "P1", refused)

    async def refused_too() -> bool:
        return await kinds() == ["settlement", "refusal"]

    await eventually(refused_too)
    rows = (await finance.get("/v1/accounts?prefix=payable/hospital/H1")).json()["items"]
    assert [(row["account"], row["balance"]) for row in rows] == [("payable/hospital/H1/445202/MA", "7.00")]
    trial = (await finance.get("/v1/trial-balance?county=445202")).json()
    assert trial["balanced"] is True, trial


def test_the_liability_of_the_same_bill_is_what_is_taken_back(bills: Any) -> None:
    bill = bills.bill("S1", bills.layer("MA", 700, "POVFUND", "MA"))
    book = BookSettlement(bill, {"fund/445202/POVFUND": 300, "fund/445202/MA": 1_000}, DAY)
    events = DECIDER.decide(book, DECIDER.initial)
    asked = RefusePayment(RefusedBill("S1", "445202", "H1", ("MA",)), {}, DAY)
    (journal,) = DECIDER.decide(asked, DECIDER.fold(events))
    assert isinstance(journal, JournalBooked)
    back = {posting.account: posting.amount_fen for posting in journal.postings}
    assert (back["fund/445202/POVFUND"], back["fund/445202/MA"]) == (-300, -400)
