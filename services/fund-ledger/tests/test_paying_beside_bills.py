"""Money beside single bills: the lottery's share, an insurer's month, and advances."""

from decimal import Decimal

import pytest

from fund_ledger.advances.domain.revolving import may_draw, recover, set_off
from fund_ledger.funds.domain.sources import lottery_share
from kernel.values.refusals import Refused
from law.packs.rules import AdvanceLine

#: Leye's rescue fund (000 一(二)3): poor above 20 000 yuan, others above 50 000 and only at risk.
LINES = (
    AdvanceLine(person="poor", above_yuan="20000.00"),
    AdvanceLine(person="rural_non_poor", above_yuan="50000.00", needs_risk=True),
)


@pytest.mark.parametrize(
    ("poor", "at_risk", "away", "cost_fen", "may"),
    [
        (True, False, True, 2_000_000, False),  # 超过2万元: exactly is not above
        (True, False, True, 2_000_001, True),
        (True, True, False, 9_000_000, False),  # a stay in the county
        (False, True, True, 5_000_000, False),
        (False, True, True, 5_000_001, True),
        (False, False, True, 5_000_001, False),  # not at risk of falling into poverty
        (False, True, True, 2_000_001, False),
    ],
)
def test_the_rescue_fund_advances_strictly_above_the_line_of_the_person(
    poor: bool, at_risk: bool, away: bool, cost_fen: int, may: bool
) -> None:
    assert may_draw(LINES, poor=poor, at_risk=at_risk, out_county_inpatient=away, cost_fen=cost_fen) is may


def test_without_a_line_nobody_draws() -> None:
    assert not may_draw((), poor=True, at_risk=True, out_county_inpatient=True, cost_fen=10**9)


@pytest.mark.parametrize(
    ("advance_fen", "reimbursed_fen", "shared"),
    [
        (1_000, 1_000, (1_000, 0, 0)),
        (1_000, 999, (999, 0, 1)),  # the patient still owes a fen
        (1_000, 1_001, (1_000, 1, 0)),
        (1_000, 0, (0, 0, 1_000)),  # nobody ever claims
        (0, 500, (0, 500, 0)),
    ],
)
def test_the_fund_is_repaid_before_the_patient(
    advance_fen: int, reimbursed_fen: int, shared: tuple[int, int, int]
) -> None:
    found = recover(advance_fen, reimbursed_fen)
    assert (found.recovered_fen, found.paid_to_patient_fen, found.patient_receivable_fen) == shared


def test_an_insurer_pays_in_parts_and_never_more_than_it_owes() -> None:
    left = set_off(set_off(800_000, 300_000), 499_999)
    assert left == 1
    assert set_off(left, 1) == 0
    with pytest.raises(Refused) as refused:
        set_off(left, 2)
    assert refused.value.code == "PAYMENT_EXCEEDS_ADVANCE"


@pytest.mark.parametrize(
    ("retained_fen", "share_fen"), [(0, 0), (1, 0), (2, 0), (3, 1), (7, 1), (8, 2), (100_000_000, 20_000_000)]
)
def test_a_fifth_of_the_lottery_money_goes_to_aid_rounded_half_up(retained_fen: int, share_fen: int) -> None:
    assert lottery_share(retained_fen, Decimal(20)) == share_fen
