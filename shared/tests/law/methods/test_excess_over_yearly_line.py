"""Excess over a yearly line: the line at its edges, to the fen."""

from typing import Any

import pytest


@pytest.mark.parametrize(
    ("before_fen", "own_fen", "paid_fen"),
    [
        (0, 300_000, 0),  # exactly the line
        (0, 300_001, 1),
        (299_999, 1, 0),
        (299_999, 2, 1),
        (300_000, 1, 1),
        (300_001, 500, 500),  # above the line all of it, and nothing of before again
        (0, 0, 0),
    ],
)
def test_excess_over_yearly_line_begins_with_the_first_fen_above(
    draft: Any, before_fen: int, own_fen: int, paid_fen: int
) -> None:
    line = draft.layer("excess_over_yearly_line", line_yuan=[draft.figure("3000.00")], counted_in=[{"name": "own"}])
    law = draft.law(draft.outer("BMI"), line)
    # 10 fen of the bill are not compliant: they stay with the patient and count nowhere.
    bill = {"compliant_fen": own_fen + 700, "given_fen": {"BMI": 700}}
    result = draft.settle(law, own_fen + 710, {"own": before_fen}, **bill)
    assert draft.trace(result).amount_fen == paid_fen
    assert (result.patient_pays_fen, result.after_fen["own"]) == (own_fen + 10 - paid_fen, before_fen + own_fen)


def test_excess_over_yearly_line_takes_no_more_than_is_left_and_counts_all_of_the_cost(draft: Any) -> None:
    line = draft.layer("excess_over_yearly_line", line_yuan=[draft.figure("0.00")], counted_in=[{"name": "own"}])
    result = draft.settle(draft.law(draft.outer("HPI"), line), 1_000, given_fen={"HPI": 900})
    assert (draft.trace(result).amount_fen, result.after_fen) == (100, {"own": 1_000})


def test_excess_over_yearly_line_neither_pays_nor_counts_care_that_is_not_counted(draft: Any) -> None:
    counted = [{"name": "own", "for": {"kind": ["inpatient"]}}]
    line = draft.layer("excess_over_yearly_line", line_yuan=[draft.figure("3000.00")], counted_in=counted)
    result = draft.settle(draft.law(line), 500, {"own": 300_000}, kind="chronic_outpatient")
    assert (draft.trace(result).flags, result.patient_pays_fen) == (("NOT_COUNTED",), 500)
    assert result.after_fen == {"own": 300_000}
