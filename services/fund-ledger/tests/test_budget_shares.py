"""A budget's parts come to its total, whatever its months, its score and the month in which its hospital closes."""

from datetime import date
from decimal import Decimal
from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st

from fund_ledger.institutions.domain.budget import Assess, Budget, CloseHospital, SetBudget
from fund_ledger.institutions.domain.budgeting import DECIDER
from law.packs.rules import Assessment

HUINING: Final = "620422"
SPLIT = Assessment(fund="BMI", clause="三(二)", prepay_percent="60", payout="linear_score")
MONTHS = st.sets(st.integers(1, 12), min_size=1).map(sorted).map(tuple)


@given(st.integers(1, 10**12), MONTHS, st.integers(1, 12), st.decimals(0, 100, places=2))
def test_a_budget_is_shared_out_to_the_fen_also_of_a_hospital_that_closes(
    total_fen: int, months: tuple[int, ...], closed: int, score: Decimal
) -> None:
    placed = SetBudget(
        budget_id="B",
        rule=SPLIT,
        clause="",
        county=HUINING,
        hospital_id="H",
        year=2018,
        total_fen=total_fen,
        prepay_fen=None,
        months=months,
        by="a",
        today=date(2018, 1, 1),
    )
    state = _after(None, placed)
    assert sum(map(state.part_fen, months)) == state.prepay_fen
    state = _after(state, CloseHospital(budget_id="B", closed_on=date(2018, closed, 28)))
    assert state.prepay_fen + state.pool_fen + state.lapsed_fen == total_fen
    assert min(state.prepay_fen, state.pool_fen, state.lapsed_fen) >= 0
    assert closed < 12 or not state.lapsed_fen
    state = _after(state, Assess(budget_id="B", score_percent=str(score), by="a", today=date(2018, 12, 31)))
    assert state.payout_fen + state.withheld_fen == state.pool_fen
    assert min(state.payout_fen, state.withheld_fen) >= 0


def _after(state: Budget | None, command: Any) -> Budget:
    after = DECIDER.fold(DECIDER.decide(command, state), state)
    assert after is not None
    return after
