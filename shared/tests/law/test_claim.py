"""Bills that cannot be right: each reason at its edge, and which of several reasons is the one that is said."""

from datetime import date
from typing import Any

import msgspec
import pytest

from kernel.values.refusals import Refused
from law import Claim
from law.claim import check

#: 100 yuan, of which 60 are compliant and 30 out of catalogue; insurances pay 40 and 20.
GOOD = Claim(
    kind="inpatient",
    admitted_on=date(2019, 8, 1),
    discharged_on=date(2019, 8, 1),
    total_fen=10_000,
    compliant_fen=6_000,
    out_of_catalogue_fen=3_000,
    given_fen={"BMI": 4_000, "CII": 2_000},
    excluded_fen=1_000,
    excluded_compliant_fen=500,
    patient_prepaid_fen=0,
)


def code_of(claim: Claim) -> str | None:
    """Why a bill is refused, None where it is not."""
    try:
        check(claim)
    except Refused as refused:
        return refused.code
    return None


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, None),
        ({"total_fen": 0, "compliant_fen": 0, "out_of_catalogue_fen": 0, "given_fen": {}, "excluded_fen": 0,
          "excluded_compliant_fen": 0}, None),
        ({"total_fen": -1}, "NEGATIVE_AMOUNT"),
        ({"compliant_fen": -1}, "NEGATIVE_AMOUNT"),
        ({"out_of_catalogue_fen": -1}, "NEGATIVE_AMOUNT"),
        ({"excluded_fen": -1}, "NEGATIVE_AMOUNT"),
        ({"excluded_compliant_fen": -1}, "NEGATIVE_AMOUNT"),
        ({"patient_prepaid_fen": -1}, "NEGATIVE_AMOUNT"),
        ({"given_fen": {"MA": -1}}, "NEGATIVE_AMOUNT"),
        ({"admitted_on": date(2019, 7, 31)}, None),
        ({"admitted_on": date(2019, 8, 2)}, "DATES_OUT_OF_ORDER"),
        ({"compliant_fen": 10_000, "out_of_catalogue_fen": 0}, None),
        ({"compliant_fen": 10_001, "out_of_catalogue_fen": 0}, "COMPLIANT_EXCEEDS_TOTAL"),
        ({"given_fen": {"BMI": 6_000}}, None),
        ({"given_fen": {"BMI": 6_001}}, "BMI_EXCEEDS_COMPLIANT"),
        ({"given_fen": {"BMI": 4_000, "CII": 2_001}}, "CII_EXCEEDS_REMAINDER"),
        ({"out_of_catalogue_fen": 4_000}, None),
        ({"out_of_catalogue_fen": 4_001}, "OUT_OF_CATALOGUE_EXCEEDS_TOTAL"),
        ({"compliant_fen": None, "excluded_compliant_fen": 0, "out_of_catalogue_fen": 10_000}, None),
        ({"compliant_fen": None, "excluded_compliant_fen": 0, "out_of_catalogue_fen": 10_001},
         "OUT_OF_CATALOGUE_EXCEEDS_TOTAL"),
        ({"excluded_fen": 10_000}, None),
        ({"excluded_fen": 10_001}, "EXCLUDED_EXCEEDS_TOTAL"),
        ({"excluded_compliant_fen": 1_000}, None),
        ({"excluded_compliant_fen": 1_001}, "EXCLUDED_EXCEEDS_TOTAL"),
        ({"excluded_fen": 10_000, "excluded_compliant_fen": 6_001}, "EXCLUDED_EXCEEDS_TOTAL"),
        # What other payers give is no part of the compliant cost: the waterfall clips it instead.
        ({"given_fen": {"MA": 99_999}}, None),
        # Without a compliant cost there is nothing that the insurances could exceed.
        ({"compliant_fen": None, "excluded_compliant_fen": 0, "given_fen": {"BMI": 99_999}}, None),
    ],
)  # fmt: skip
def test_each_part_fits_into_the_whole_to_the_fen(changes: dict[str, Any], code: str | None) -> None:
    assert code_of(msgspec.structs.replace(GOOD, **changes)) == code


def test_of_several_reasons_the_first_in_a_fixed_order_is_said() -> None:
    claim = msgspec.structs.replace(
        GOOD,
        total_fen=5_000,
        admitted_on=date(2019, 8, 2),
        given_fen={"BMI": 6_001, "CII": 6_001, "MA": -1},
        out_of_catalogue_fen=9_000,
        excluded_fen=9_000,
    )
    mended: list[tuple[str, dict[str, Any]]] = [
        ("NEGATIVE_AMOUNT", {"given_fen": {"BMI": 6_001, "CII": 6_001, "MA": 0}}),
        ("DATES_OUT_OF_ORDER", {"admitted_on": None}),
        ("COMPLIANT_EXCEEDS_TOTAL", {"total_fen": 6_000}),
        ("BMI_EXCEEDS_COMPLIANT", {"given_fen": {"BMI": 6_000, "CII": 6_001}}),
        ("CII_EXCEEDS_REMAINDER", {"given_fen": {"BMI": 6_000, "CII": 0}}),
        ("OUT_OF_CATALOGUE_EXCEEDS_TOTAL", {"out_of_catalogue_fen": 0}),
        ("EXCLUDED_EXCEEDS_TOTAL", {"excluded_fen": 6_000}),
    ]
    for code, mend in mended:
        assert code_of(claim) == code
        claim = msgspec.structs.replace(claim, **mend)
    assert code_of(claim) is None


def test_a_bill_is_looked_at_before_the_person_and_the_person_before_any_figure(draft: Any) -> None:
    # The claim itself, then payers that the document does not know, then what the layers need, in their order.
    rate = [draft.figure("80", category=["POOREST"])]
    aid = draft.layer("rate_of_base", rate_percent=rate, yearly_cap_yuan=[draft.figure("1.00")], counted_in=[])
    law = draft.law(draft.outer("BMI"), aid)
    tries: list[tuple[str, dict[str, Any]]] = [
        ("NEGATIVE_AMOUNT", {"given_fen": {"HPI": 1}, "excluded_fen": -1}),
        ("PAYER_UNKNOWN", {"given_fen": {"HPI": 1}}),
        ("PAYER_AMOUNT_MISSING", {"given_fen": {}}),
        ("PARAMETER_MISSING", {"given_fen": {"BMI": 0}}),
    ]
    for code, facts in tries:
        with pytest.raises(Refused) as refused:
            draft.settle(law, 1_000, **facts)
        assert refused.value.code == code


def test_a_payer_that_the_document_does_not_know_is_named_beside_those_that_it_knows(draft: Any) -> None:
    with pytest.raises(Refused, match="takes no amount from HPI; outer payers are BMI, CII") as refused:
        draft.settle(draft.law(draft.outer("BMI"), draft.outer("CII")), 1_000, given_fen={"HPI": 0})
    assert refused.value.about == {"payer": "HPI"}
