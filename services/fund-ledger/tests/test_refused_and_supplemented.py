"""A payment refused and a bill decided again: who bears what does not depend on which of the two came first."""

from collections.abc import Sequence
from datetime import date
from itertools import permutations
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fund_ledger.journals.domain.bill import PayerPart, SettledBill, SupplementedBill
from fund_ledger.journals.domain.commands import BookSettlement, BookSupplement, JournalCommand, RefusePayment
from fund_ledger.journals.domain.events import JournalBooked
from fund_ledger.journals.domain.journal import DECIDER
from fund_ledger.journals.domain.refused_payment import RefusedBill

DAY: Final = date(2019, 9, 1)
RICH: Final = {f"fund/450202/{code}": 1_000_000 for code in ("BMI", "MA", "BACKSTOP", "POVFUND")}
REFUSED: Final = "memo/hospital/H1/450202/REFUSED"
BOOK: Final = BookSettlement(
    SettledBill(
        settlement_id="S1",
        county="450202",
        hospital_id="H1",
        person_id="P1",
        parts=(PayerPart("BMI", 30_000), PayerPart("MA", 5_000, ("POVFUND", "MA")), PayerPart("BACKSTOP", 18_000)),
    ),
    RICH,
    DAY,
)
REFUSE: Final = RefusePayment(RefusedBill("S1", "450202", "H1", ("BMI", "BACKSTOP")), RICH, DAY)


def _again(number: int, patient_fen: int, *parts: PayerPart) -> BookSupplement:
    bill = SupplementedBill(
        supplement_id=f"S1-supplement-{number}",
        settlement_id="S1",
        county="450202",
        hospital_id="H1",
        person_id="P1",
        patient_fen=patient_fen,
        parts=parts,
    )
    return BookSupplement(bill, RICH, DAY)


def _end(commands: Sequence[JournalCommand]) -> dict[str, int]:
    state, sums = DECIDER.initial, dict[str, int]()
    for command in commands:
        for event in DECIDER.decide(command, state):
            state = DECIDER.evolve(state, event)
            for posting in event.postings if isinstance(event, JournalBooked) else ():
                sums[posting.account] = sums.get(posting.account, 0) + posting.amount_fen
    return {account: fen for account, fen in sums.items() if fen}


@pytest.mark.parametrize("first", ["refused", "supplemented"])
def test_what_the_patient_owes_after_all_the_hospital_need_not_bear(first: str) -> None:
    """Of 480.00 refused the backstop's 180.00 turn out to be the patient's own: the hospital bears 300.00."""
    again = _again(1, 18_000, PayerPart("BACKSTOP", -18_000))
    end = _end([BOOK, REFUSE, again] if first == "refused" else [BOOK, again, REFUSE])
    assert -end[REFUSED] == 30_000
    assert end["receivable/person/P1/450202/BACKSTOP"] == 18_000
    assert -end["payable/hospital/H1/450202/BACKSTOP"] == 18_000
    assert "fund/450202/BACKSTOP" not in end


@pytest.mark.parametrize("booked", [(BOOK,), ()])
@given(
    st.lists(
        st.tuples(st.integers(-9_000, 9_000), st.integers(-9_000, 9_000), st.integers(0, 9_000)),
        min_size=1,
        max_size=2,
    )
)
def test_in_every_order_each_ends_with_the_same_fen(
    booked: tuple[JournalCommand, ...], changes: list[tuple[int, int, int]]
) -> None:
    """Critical-illness insurance gave nothing at first, or nobody did: what it gives later is refused all the same."""
    if not booked:  # nothing can become less of what nobody gave
        changes = [(abs(bmi), abs(ma), cii) for bmi, ma, cii in changes]
    agains: list[JournalCommand] = [
        _again(number, -bmi - ma - cii, PayerPart("BMI", bmi), PayerPart("MA", ma, ("POVFUND", "MA")), _late(cii))
        for number, (bmi, ma, cii) in enumerate(changes, start=1)
    ]
    refuse = RefusePayment(RefusedBill("S1", "450202", "H1", ("BMI", "CII", "BACKSTOP")), RICH, DAY)
    everything: list[JournalCommand] = [refuse, *agains]
    ends = [
        _end([*booked, *order])
        for order in permutations(everything)
        if [one for one in order if one is not refuse] == agains
    ]
    assert all(end == ends[0] for end in ends), ends
    assert sum(ends[0].values()) == 0


def _late(fen: int) -> PayerPart:
    return PayerPart("CII", fen)
