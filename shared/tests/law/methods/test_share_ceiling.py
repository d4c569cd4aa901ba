"""Share ceiling: the patient's share at its edges, to the fen."""

from typing import Any

import pytest


@pytest.mark.parametrize(
    ("percent", "total_fen", "given_fen", "pays_fen"),
    [
        ("10", 1_009, 0, 100),  # 100.9 fen go down
        ("10", 9, 0, 0),  # 0.9 of a fen is none
        ("10", 10, 0, 1),
        ("33.33", 10_000, 0, 3_333),
        ("10", 1_000, 900, 100),  # exactly the share is left
        ("10", 1_000, 899, 100),
        ("10", 1_000, 901, 99),  # less than the share is left: 10%及以下
        ("0", 1_000, 0, 0),
        ("100", 1_000, 1, 999),
    ],
)
def test_share_ceiling_leaves_the_patient_the_share_rounded_down_or_less(
    draft: Any, percent: str, total_fen: int, given_fen: int, pays_fen: int
) -> None:
    law = draft.law(draft.outer("HPI"), draft.layer("share_ceiling", ceiling_percent=[draft.figure(percent)]))
    result = draft.settle(law, total_fen, given_fen={"HPI": given_fen})
    assert (result.patient_pays_fen, draft.trace(result).amount_fen) == (pays_fen, total_fen - given_fen - pays_fen)


@pytest.mark.parametrize(("of", "pays_fen"), [("gross_total", 1_000), ("total_less_hospital_part", 950)])
def test_share_ceiling_is_a_share_of_the_bill_with_or_without_the_hospitals_part(
    draft: Any, of: str, pays_fen: int
) -> None:
    allowed = {"allowed_percent": [draft.figure("10")], "approval_by": ["health", "medical_security"]}
    hospital = draft.layer("catalogue_excess", "HOSP", **allowed)
    ceiling = draft.layer("share_ceiling", ceiling_percent=[draft.figure("10")], ceiling_of=of)
    # 10 000 fen, of which 1 500 are out of catalogue: the hospital bears 500 (AMB-D1).
    result = draft.settle(draft.law(hospital, ceiling), 10_000, compliant_fen=8_500, out_of_catalogue_fen=1_500)
    assert (draft.trace(result, "HOSP").amount_fen, result.patient_pays_fen) == (500, pays_fen)


@pytest.mark.parametrize(
    ("given_fen", "pays_fen"),
    [
        (0, 280),  # a tenth of the 800 that are for the disease, and the 200 that are not
        (700, 280),
        (720, 280),
        (721, 279),  # less than that is left
        (1_000, 0),
    ],
)
def test_share_ceiling_is_of_what_the_bill_is_for_and_the_rest_stays_with_the_patient(
    draft: Any, given_fen: int, pays_fen: int
) -> None:
    rest = {"ceiling_percent": [draft.figure("10")]}
    law = draft.law(draft.outer("HPI"), draft.layer("share_ceiling", leaves_out="excluded", **rest))
    result = draft.settle(law, 1_000, given_fen={"HPI": given_fen}, excluded_fen=200)
    assert (result.patient_pays_fen, draft.trace(result).amount_fen) == (pays_fen, 1_000 - given_fen - pays_fen)
    whole = draft.law(draft.outer("HPI"), draft.layer("share_ceiling", **rest))
    assert draft.settle(whole, 1_000, given_fen={"HPI": 0}, excluded_fen=200).patient_pays_fen == 100
