"""Supplements: given a settled bill's journal, when it is decided again, then who owes whom the difference."""

from datetime import date
from typing import Any, Final

import httpx
from hypothesis import given as for_any
from hypothesis import strategies as st

from contracts.settlement import CONTRACT
from fund_ledger.journals.domain.bill import PayerPart, SupplementedBill
from fund_ledger.journals.domain.commands import BookSupplement, ReverseSettlement
from fund_ledger.journals.domain.events import JournalBooked, JournalReversed, Posting
from fund_ledger.journals.domain.funding import redistribute
from fund_ledger.journals.domain.journal import DECIDER
from fund_ledger.journals.domain.supplements import supplementary
from fund_ledger.payments.domain import money as payments
from fund_ledger.payments.domain.money import Collect
from fund_ledger.payments.domain.moved import Moment, Transfer
from kernel.testing.deadline import eventually
from kernel.testing.specification import given

DAY: Final = date(2019, 8, 1)
MA, POVFUND, BMI = "fund/445202/MA", "fund/445202/POVFUND", "fund/445202/BMI"
HOSPITAL_MA, HOSPITAL_POVFUND = "payable/hospital/H1/445202/MA", "payable/hospital/H1/445202/POVFUND"
PERSON_MA, DUE_MA = "payable/person/P1/445202/MA", "receivable/person/P1/445202/MA"
DUE_POVFUND = "receivable/person/P1/445202/POVFUND"
BOOKED: Final = JournalBooked(
    journal_id="S1",
    kind="settlement",
    booked_on=DAY,
    postings=(
        Posting(POVFUND, 300, "MA"),
        Posting(HOSPITAL_POVFUND, -300, "MA"),
        Posting(MA, 400, "MA"),
        Posting(HOSPITAL_MA, -400, "MA"),
    ),
    settlement_id="S1",
)


def supplement(patient_fen: int, *parts: PayerPart, number: int = 1) -> BookSupplement:
    bill = SupplementedBill(
        supplement_id=f"S1-supplement-{number}",
        settlement_id="S1",
        county="445202",
        hospital_id="H1",
        person_id="P1",
        patient_fen=patient_fen,
        parts=parts,
    )
    return BookSupplement(bill, {MA: 10_000, POVFUND: 0}, DAY)


def lines(command: BookSupplement, *past: JournalBooked) -> list[tuple[str, int]]:
    (booked,) = given(DECIDER, past).when(command).events
    assert isinstance(booked, JournalBooked)
    return [(posting.account, posting.amount_fen) for posting in booked.postings]


def test_more_aid_is_owed_to_the_patient_who_has_paid_the_share_already() -> None:
    given(DECIDER, [BOOKED]).when(supplement(-80, PayerPart("MA", 80, ("POVFUND", "MA")))).then(
        JournalBooked(
            journal_id="S1-supplement-1",
            kind="supplement",
            booked_on=DAY,
            postings=(Posting(MA, 80, "MA"), Posting(PERSON_MA, -80, "MA")),
            settlement_id="S1",
        )
    )


def test_less_aid_is_clawed_back_from_the_patient_and_the_last_fund_gets_it_first() -> None:
    less = supplement(500, PayerPart("MA", -500, ("POVFUND", "MA")))
    assert lines(less, BOOKED) == [(MA, -400), (DUE_MA, 400), (POVFUND, -100), (DUE_POVFUND, 100)]


def test_another_category_moves_what_was_paid_to_the_funds_of_that_category() -> None:
    moved = supplement(0, PayerPart("MA", 0, ("MA",)))
    assert lines(moved, BOOKED) == [(POVFUND, -300), (HOSPITAL_POVFUND, 300), (MA, 300), (HOSPITAL_MA, -300)]


def test_what_moves_between_payers_is_between_them_and_the_hospital() -> None:
    shift = supplement(0, PayerPart("MA", -70, ("MA",)), PayerPart("BMI", 70))
    booked = JournalBooked(
        journal_id="S1",
        kind="settlement",
        booked_on=DAY,
        postings=(Posting(MA, 400, "MA"), Posting(HOSPITAL_MA, -400, "MA")),
        settlement_id="S1",
    )
    assert lines(shift, booked) == [
        (MA, -70),
        (HOSPITAL_MA, 70),
        (BMI, 70),
        ("payable/hospital/H1/445202/BMI", -70),
    ]


def test_an_approved_exception_shifts_the_hospitals_own_part_to_the_backstop() -> None:
    approved = supplement(0, PayerPart("HOSP", -900), PayerPart("BACKSTOP", 900))
    assert lines(approved) == [
        ("memo/445202/HOSP", -900),
        ("memo/hospital/H1/445202/HOSP", 900),
        ("fund/445202/BACKSTOP", 900),
        ("payable/hospital/H1/445202/BACKSTOP", -900),
    ]


def test_a_payout_that_falls_away_is_due_from_the_person() -> None:
    payout = JournalBooked(
        journal_id="S1",
        kind="settlement",
        booked_on=DAY,
        postings=(Posting(MA, 50, "MASEC"), Posting(PERSON_MA, -50, "MASEC")),
        settlement_id="S1",
    )
    assert lines(supplement(0, PayerPart("MASEC", 0, ("MA",), -50)), payout) == [(MA, -50), (DUE_MA, 50)]


def test_a_supplement_is_booked_once_and_revoking_takes_back_the_sum() -> None:
    more = supplement(-80, PayerPart("MA", 80, ("MA",)))
    (first,) = given(DECIDER, [BOOKED]).when(more).events
    given(DECIDER, [BOOKED, first]).when(more).then_nothing()
    (back,) = given(DECIDER, [BOOKED, first]).when(ReverseSettlement("录入错误", {}, DAY)).events
    assert isinstance(back, JournalReversed)
    assert isinstance(first, JournalBooked)
    negative = [(p.account, -p.amount_fen) for p in (*BOOKED.postings, *first.postings)]
    assert [(p.account, p.amount_fen) for p in back.postings] == negative
    given(DECIDER, [BOOKED, first, back]).when(supplement(-1, PayerPart("MA", 1), number=2)).then_nothing()


def test_a_supplement_without_a_fen_has_no_journal() -> None:
    given(DECIDER, [BOOKED]).when(supplement(0)).then_nothing()


def test_no_more_is_collected_than_is_due() -> None:
    given(payments.DECIDER).when(Collect("C1", Transfer(DUE_MA, 70, DAY), 70, Moment(DAY, date.min))).then(
        JournalBooked(
            journal_id="C1",
            kind="collection",
            booked_on=DAY,
            postings=(Posting(DUE_MA, -70), Posting("bank/445202/MA", 70)),
        )
    )
    given(payments.DECIDER).when(Collect("C1", Transfer(DUE_MA, 71, DAY), 70, Moment(DAY, date.min))).then_refused(
        "OVERPAYMENT"
    )


AMOUNTS = st.integers(-500, 500)


@for_any(st.lists(st.tuples(st.sampled_from(["BMI", "MA", "HOSP"]), AMOUNTS, AMOUNTS), max_size=4), AMOUNTS)
def test_whatever_changes_the_postings_balance_and_nothing_is_posted_at_zero(
    changes: list[tuple[str, int, int]], extra: int
) -> None:
    parts = [PayerPart(p, a, ("POVFUND", "MA") if p == "MA" else (), 0 if p == "HOSP" else b) for p, a, b in changes]
    patient = -sum(part.amount_fen for part in parts) + extra
    bill = SupplementedBill(
        supplement_id="S1-supplement-1",
        settlement_id="S1",
        county="445202",
        hospital_id="H1",
        person_id="P1",
        patient_fen=patient,
        parts=tuple(parts),
    )
    postings = supplementary(bill, {"MA": {"POVFUND": 300, "MA": 400}}, {MA: 100, POVFUND: 20})
    assert sum(posting.amount_fen for posting in postings) == 0
    assert all(posting.amount_fen for posting in postings)


@for_any(st.integers(-1000, 1000), st.integers(0, 500), st.integers(0, 500), st.integers(0, 500))
def test_shares_of_a_change_add_up_and_a_fund_outside_the_cascade_gets_all_back(
    change: int, old: int, first: int, second: int
) -> None:
    given_fen = {"OLD": old, "POVFUND": first, "MA": second}
    shares = redistribute(change, ("POVFUND", "MA"), given_fen, {"POVFUND": 50, "MA": 1000})
    assert sum(shares.values()) == change
    assert shares.get("OLD", 0) == -old
    assert shares.get("POVFUND", 0) >= -first


async def test_what_is_clawed_back_can_be_seen_with_its_age_and_collected(
    ledger: Any, around: Any, finance: httpx.AsyncClient, bills: Any
) -> None:
    settled = bills.settled("S1", bills.layer("MA", 700, "MA"))
    await around.tell(CONTRACT, "P1", settled)
    await around.tell(CONTRACT, "P1", bills.supplemented("S1", "MA", -200))

    async def due() -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = (await finance.get("/v1/receivables?county=445202")).json()["items"]
        return items

    (row,) = await eventually(due)
    assert (row["account"], row["due"], row["days"]) == (DUE_MA, "2.00", 0)
    paid = {"county": "445202", "fund": "MA", "person_id": "P1", "amount": "1.50", "value_on": "2019-08-01"}
    assert (await finance.post("/v1/collections", json=paid)).status_code == 201
    too_much = await finance.post("/v1/collections", json=paid)
    assert (too_much.status_code, too_much.json()["code"]) == (409, "OVERPAYMENT")
    assert (await due())[0]["due"] == "0.50"
    trial = (await finance.get("/v1/trial-balance")).json()
    (fund,) = trial["funds"]
    assert (trial["balanced"], fund["receivable"], fund["owed"], fund["available"]) == (True, "0.50", "7.00", "-5.00")
    await around.tell(CONTRACT, "P1", bills.revoked("S1"))

    async def reversed_too() -> bool:
        found = (await finance.get("/v1/settlements/S1/journals")).json()
        return [journal["kind"] for journal in found] == ["settlement", "supplement", "reversal"]

    await eventually(reversed_too)
