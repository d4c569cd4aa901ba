"""Catalogue excess: the hospital's part at its edges, to the fen."""

from typing import Any

import pytest

from kernel.values.refusals import Refused


def catalogue(draft: Any, approval: str = "both_departments") -> Any:
    departments = ["health", "medical_security"]
    allowed = [draft.figure("10", kind=["inpatient"]), draft.figure(None)]
    return draft.layer("catalogue_excess", "HOSP", allowed_percent=allowed, approval_by=departments, approval=approval)


@pytest.mark.parametrize(
    ("total_fen", "out_fen", "hospital_fen"),
    [
        (10_000, 1_000, 0),  # exactly 90.00 percent are within the catalogue
        (10_000, 1_001, 1),
        (10_000, 10_000, 9_000),
        (10_000, 0, 0),
        (999, 99, 0),  # 99.9 fen go down to 99
        (999, 100, 1),
        (9, 1, 1),
    ],
)
def test_catalogue_excess_above_a_tenth_is_the_hospitals(
    draft: Any, total_fen: int, out_fen: int, hospital_fen: int
) -> None:
    bill = {"compliant_fen": total_fen - out_fen, "out_of_catalogue_fen": out_fen}
    result = draft.settle(draft.law(catalogue(draft)), total_fen, **bill)
    assert (draft.trace(result, "HOSP").amount_fen, result.patient_pays_fen) == (hospital_fen, total_fen - hospital_fen)


@pytest.mark.parametrize(
    ("approved_by", "both_fen", "either_fen"),
    [
        ((), 500, 500),
        (("health",), 500, 0),
        (("medical_security",), 500, 0),
        (("health", "health"), 500, 0),
        (("medical_security", "health"), 0, 0),
        (("finance",), 500, 500),
    ],
)
def test_catalogue_excess_is_waived_by_both_departments_or_where_read_so_by_either(
    draft: Any, approved_by: tuple[str, ...], both_fen: int, either_fen: int
) -> None:
    for approval, hospital_fen in (("both_departments", both_fen), ("either_department", either_fen)):
        bill = {"compliant_fen": 8_500, "out_of_catalogue_fen": 1_500, "exception_approved_by": approved_by}
        trace = draft.trace(draft.settle(draft.law(catalogue(draft, approval)), 10_000, **bill), "HOSP")
        assert (trace.amount_fen, trace.flags) == (hospital_fen, () if hospital_fen else ("EXCEPTION_APPROVED",))


def test_catalogue_excess_of_visits_is_nobodys_and_an_unknown_one_is_refused(draft: Any) -> None:
    law = draft.law(catalogue(draft))
    visit = draft.settle(law, 1_000, compliant_fen=0, out_of_catalogue_fen=1_000, kind="chronic_outpatient")
    assert draft.trace(visit, "HOSP").flags == ("NO_BENEFIT",)
    with pytest.raises(Refused) as refused:
        draft.settle(law, 1_000, out_of_catalogue_fen=None)
    assert refused.value.code == "CATALOGUE_COST_MISSING"
