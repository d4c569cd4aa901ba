"""What the review takes off a bill: once, no more than it came to, and back with the bill's revocation."""

from datetime import UTC, date, datetime
from typing import Any, Final

import httpx
import pytest
from hypothesis import given as for_any
from hypothesis import strategies as st

from contracts.settlement import CONTRACT, PaymentRefused
from fund_ledger.journals.domain.bill import PayerPart, SupplementedBill
from fund_ledger.journals.domain.commands import BookSupplement
from fund_ledger.journals.domain.events import JournalBooked, Posting
from fund_ledger.journals.domain.journal import DECIDER
from fund_ledger.journals.domain.refused_payment import back_from_hospital
from kernel.testing.deadline import eventually
from kernel.testing.specification import given

DRAW: Final = {"hospital_id": "H1", "county": "445202", "fund": "MA", "month": "2019-08"}
AUGUST: Final = "/v1/hospital-statements/H1-445202-MA-2019-08"
SEPTEMBER: Final = "/v1/hospital-statements/H1-445202-MA-2019-09"
PAID: Final = {"value_on": "2019-09-02"}


async def _moved(client: httpx.AsyncClient, path: str, body: dict[str, Any]) -> str:
    answer = await client.post(path, json=body)
    assert answer.status_code == 200, answer.text
    status: str = answer.json()["status"]
    return status


async def test_what_was_taken_off_for_a_bill_comes_back_with_its_revocation(scene: Any) -> None:
    await scene.settle(10_000, 5_000)
    assert (await scene.hospital.post("/v1/hospital-statements", json=DRAW)).status_code == 201
    review = {"deductions": [{"kind": "CATALOGUE_EXCESS", "amount": "30.00", "settlement_id": "S1"}]}
    assert await _moved(scene.agency, f"{AUGUST}/review", review) == "reviewed"
    assert await _moved(scene.finance, f"{AUGUST}/payment", PAID) == "paid"
    await scene.around.tell(CONTRACT, "P1", scene.bills.revoked("S1"))
    await scene.booked(3)
    # The hospital got 70.00 for it, and owes back no more.
    assert await scene.standing("payable/hospital/H1/445202/MA") == "70.00"
    assert await scene.standing("memo/hospital/H1/445202/REFUSED") == "0.00"
    assert await scene.standing("fund/445202/MA") == "-950.00"
    scene.now = datetime(2019, 10, 1, 1, 0, tzinfo=UTC)
    assert (await scene.agency.post("/v1/hospital-statements", json={**DRAW, "month": "2019-09"})).status_code == 201
    assert (await scene.agency.get(SEPTEMBER)).json()["claimed"] == "-70.00"
    assert (await scene.finance.get("/v1/trial-balance")).json()["balanced"] is True


async def test_a_later_refusal_takes_only_what_the_review_has_left(scene: Any) -> None:
    await scene.settle(10_000)
    assert (await scene.agency.post("/v1/hospital-statements", json=DRAW)).status_code == 201
    review = {"deductions": [{"kind": "CATALOGUE_EXCESS", "amount": "30.00", "settlement_id": "S1"}]}
    assert await _moved(scene.agency, f"{AUGUST}/review", review) == "reviewed"
    bill = scene.bills.settled("S1")
    refused = PaymentRefused(
        settlement_id="S1",
        encounter_id=bill.encounter_id,
        person_id="P1",
        county="445202",
        hospital_id="H1",
        certification_id="C1",
        cancelled_from=bill.discharged_on,
        payers=("MA",),
        refused_at=bill.settled_at,
    )
    await scene.around.tell(CONTRACT, "P1", refused)
    sql = "SELECT count(*) = 1 FROM journals WHERE kind = 'refusal'"
    await eventually(lambda: scene.ledger.pool.fetchval(sql))
    assert await scene.standing("payable/hospital/H1/445202/MA") == "0.00"
    assert await scene.standing("memo/hospital/H1/445202/REFUSED") == "-100.00"


@pytest.mark.parametrize(("off", "claimed"), [("100.00", "40.00"), ("80.00", "20.00"), ("60.00", None)])
async def test_of_a_bill_decided_again_no_more_stays_off_than_its_payer_gives(
    scene: Any, off: str, claimed: str | None
) -> None:
    """Medical aid gave 100.00 and gives 60.00; the patient owes 40.00, and the hospital bears 60.00 and no more."""
    await scene.settle(10_000)
    assert (await scene.hospital.post("/v1/hospital-statements", json=DRAW)).status_code == 201
    review = {"deductions": [{"kind": "CATALOGUE_EXCESS", "amount": off, "settlement_id": "S1"}]}
    status = await _moved(scene.agency, f"{AUGUST}/review", review)
    if status == "reviewed":
        assert await _moved(scene.finance, f"{AUGUST}/payment", PAID) == "paid"
    await scene.around.tell(CONTRACT, "P1", scene.bills.supplemented("S1", "MA", -4_000))
    sql = "SELECT count(*) = 1 FROM journals WHERE kind = 'supplement'"
    await eventually(lambda: scene.ledger.pool.fetchval(sql))
    assert await scene.standing("memo/hospital/H1/445202/REFUSED") == "-60.00"
    assert await scene.standing("receivable/person/P1/445202/MA") == "40.00"
    scene.now = datetime(2019, 10, 1, 1, 0, tzinfo=UTC)
    drawn = await scene.agency.post("/v1/hospital-statements", json={**DRAW, "month": "2019-09"})
    if claimed is None:
        assert drawn.json()["code"] == "STATEMENT_EMPTY"
    else:
        assert (await scene.agency.get(SEPTEMBER)).json()["claimed"] == claimed
    assert (await scene.finance.get("/v1/trial-balance")).json()["balanced"] is True


POV, AID, HOSPITAL = "fund/445202/POVFUND", "fund/445202/MA", "payable/hospital/H1/445202/"
GIVEN: Final = JournalBooked(
    journal_id="S1",
    kind="settlement",
    booked_on=date(2019, 8, 1),
    postings=(
        *(Posting(POV, 300, "MA"), Posting(f"{HOSPITAL}POVFUND", -300, "MA")),
        *(Posting(AID, 400, "MA"), Posting(f"{HOSPITAL}MA", -400, "MA")),
    ),
    settlement_id="S1",
)
OFF: Final = JournalBooked(
    journal_id="H1-445202-POVFUND-2019-08-deduction-S1",
    kind="deduction",
    booked_on=date(2019, 9, 1),
    postings=back_from_hospital("H1", "445202", [("MA", "POVFUND", 250)]),
    settlement_id="S1",
)


def _again(number: int, change_fen: int, *funding: str) -> BookSupplement:
    bill = SupplementedBill(
        supplement_id=f"S1-supplement-{number}",
        settlement_id="S1",
        county="445202",
        hospital_id="H1",
        person_id="P1",
        patient_fen=-change_fen,
        parts=(PayerPart("MA", change_fen, funding),),
    )
    return BookSupplement(bill, {POV: 0, AID: 10_000}, date(2019, 9, 2))


def test_what_another_fund_gives_now_is_taken_off_there() -> None:
    booked, moved = given(DECIDER, [GIVEN, OFF]).when(_again(1, 0, "MA")).events
    assert isinstance(moved, JournalBooked)
    assert (moved.journal_id, moved.kind) == ("S1-supplement-1-deduction", "deduction_change")
    told = {posting.account: posting.amount_fen for posting in moved.postings}
    assert told == {f"{HOSPITAL}POVFUND": -250, POV: 250, f"{HOSPITAL}MA": 250, AID: -250}
    given(DECIDER, [GIVEN, OFF, booked, moved]).when(_again(1, 0, "MA")).then_nothing()


@for_any(st.lists(st.tuples(st.integers(-400, 400), st.booleans()), min_size=1, max_size=4))
def test_however_often_it_is_decided_again_no_fund_takes_off_what_it_does_not_give(
    changes: list[tuple[int, bool]],
) -> None:
    state, gives, off = DECIDER.fold([GIVEN, OFF]), 700, 250
    sums = {AID: 400, POV: 50}
    for number, (wanted, both) in enumerate(changes, start=1):
        change = max(wanted, -gives)
        gives, off = gives + change, min(off, gives + change)
        for event in DECIDER.decide(_again(number, change, *(("POVFUND", "MA") if both else ("MA",))), state):
            state = DECIDER.evolve(state, event)
            for posting in event.postings if isinstance(event, JournalBooked) else ():
                sums[posting.account] = sums.get(posting.account, 0) + posting.amount_fen
        assert sums[AID] + sums[POV] == gives - off
        assert min(sums[AID], sums[POV]) >= 0


@pytest.mark.parametrize(
    ("deductions", "code"),
    [
        ([("S9", "1.00")], "DEDUCTION_MISPLACED"),
        ([("S3", "1.00")], "DEDUCTION_MISPLACED"),  # it came after the statement was drawn
        ([("S1", "1.00")], "DEDUCTION_OF_REVOKED"),
        ([("S2", "50.01")], "DEDUCTION_TOO_LARGE"),
        ([("S2", "30.00"), ("S2", "20.01")], "DEDUCTION_TOO_LARGE"),
    ],
)
async def test_nothing_is_taken_off_for_a_bill_that_is_not_there_or_for_more_than_it_came_to(
    scene: Any, deductions: list[tuple[str, str]], code: str
) -> None:
    await scene.settle(10_000, 5_000)
    assert (await scene.agency.post("/v1/hospital-statements", json=DRAW)).status_code == 201
    late = scene.bills.settled("S3", scene.bills.layer("MA", 700), person_id="P3")
    await scene.around.tell(CONTRACT, "P3", late)
    await scene.around.tell(CONTRACT, "P1", scene.bills.revoked("S1"))
    await scene.booked(4)
    before = (await scene.agency.get("/v1/accounts")).json()
    body = [{"kind": "REFUSED", "amount": amount, "settlement_id": of} for of, amount in deductions]
    refused = await scene.agency.post(f"{AUGUST}/review", json={"deductions": body})
    assert (refused.status_code, refused.json()["code"]) == (409, code), refused.text
    assert (await scene.agency.get("/v1/accounts")).json() == before
    assert (await scene.agency.get(AUGUST)).json()["status"] == "drawn"
