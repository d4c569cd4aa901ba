"""Given: an outer payer takes what it gave, as far as the bill reaches."""

from typing import Any

import pytest

from kernel.values.refusals import Refused


@pytest.mark.parametrize(
    ("asked_fen", "paid_fen", "flags"),
    [(0, 0, ()), (599, 599, ()), (600, 600, ()), (601, 600, ("OVERCLAIM",)), (9_999, 600, ("OVERCLAIM",))],
)
def test_given_an_outer_payer_takes_what_it_gave_as_far_as_the_bill_reaches(
    draft: Any, asked_fen: int, paid_fen: int, flags: tuple[str, ...]
) -> None:
    law = draft.law(draft.outer("BMI"), draft.outer("HPI"))
    result = draft.settle(law, 1_000, given_fen={"BMI": 400, "HPI": asked_fen})
    trace = draft.trace(result, "HPI")
    assert (trace.asked_fen, trace.amount_fen, trace.flags) == (asked_fen, paid_fen, flags)
    assert (trace.left_before_fen, result.patient_pays_fen) == (600, 600 - paid_fen)


def test_given_silence_is_not_zero_unless_the_document_says_that_a_payer_may_be_silent(draft: Any) -> None:
    law = draft.law(draft.outer("BMI"), draft.outer("BMI2", optional=True))
    assert draft.trace(draft.settle(law, 1_000, given_fen={"BMI": 1}), "BMI2").amount_fen == 0
    with pytest.raises(Refused, match=r"no amount of BMI \(BMI\); send 0\.00") as refused:
        draft.settle(law, 1_000, given_fen={"BMI2": 1})
    assert (refused.value.code, refused.value.about) == ("PAYER_AMOUNT_MISSING", {"payer": "BMI", "payers": "BMI"})
