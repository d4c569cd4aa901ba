"""What a person does not get: layers withheld without a referral, for a cause, or for care that is not served."""

from datetime import date
from typing import Any

import pytest

#: Admitted on the 20th of February, the stay ends on the made-up day.
ADMITTED = date(2020, 2, 20)


@pytest.mark.parametrize(
    ("facts", "rule", "flags"),
    [
        ({"place": "in_county"}, {}, ()),
        ({}, {}, ("NO_REFERRAL",)),
        ({"referral_approved_on": ADMITTED}, {}, ()),
        ({"referral_approved_on": date(2020, 2, 21)}, {}, ("NO_REFERRAL",)),
        ({"referral_approved_on": date(2019, 2, 20)}, {}, ()),  # it holds without end
        ({"referral_approved_on": date(2020, 2, 11)}, {"valid_days": 10}, ()),  # the tenth day
        ({"referral_approved_on": date(2020, 2, 10)}, {"valid_days": 10}, ("NO_REFERRAL",)),
        ({"referral_approved_on": ADMITTED}, {"valid_days": 1}, ()),
        ({"emergency": True}, {}, ("NO_REFERRAL",)),
        ({"emergency": True}, {"emergency": "exempt"}, ()),
        ({"emergency": True}, {"emergency": "filed_afterwards"}, ("NO_REFERRAL",)),
        ({"emergency": True, "referral_approved_on": date(2020, 2, 25)}, {"emergency": "filed_afterwards"}, ()),
        ({"emergency": True, "referral_approved_on": date(2020, 2, 25)}, {}, ("NO_REFERRAL",)),
        ({"referral_approved_on": date(2020, 2, 25)}, {"emergency": "filed_afterwards"}, ("NO_REFERRAL",)),
    ],
)
def test_without_a_referral_in_time_the_layers_that_need_one_are_withheld(
    draft: Any, facts: dict[str, Any], rule: dict[str, Any], flags: tuple[str, ...]
) -> None:
    backstop = draft.layer("share_ceiling", ceiling_percent=[draft.figure("10")], needs_referral=True)
    referral = {"clause": "第八条", "flags": ["referred"]} | rule
    law = draft.law(draft.outer("BMI"), backstop, referral=referral)
    stay = {"place": "out_county", "admitted_on": ADMITTED, "given_fen": {"BMI": 400}} | facts
    result = draft.settle(law, 1_000, **stay)
    trace = draft.trace(result)
    assert (trace.flags, result.flags) == (flags, {"referred": not flags})
    assert (draft.trace(result, "BMI").amount_fen, trace.amount_fen) == (400, 0 if flags else 500)
    assert trace.clause == ("999 第八条" if flags else "999 第九条")


@pytest.mark.parametrize(
    ("facts", "backdated"),
    [
        ({"referral_approved_on": ADMITTED, "referral_entered_on": date(2020, 2, 21)}, True),
        ({"referral_approved_on": ADMITTED, "referral_entered_on": ADMITTED}, False),
        ({"referral_approved_on": ADMITTED}, False),  # of an old approval nobody knows when it was entered
        ({"referral_entered_on": date(2020, 2, 21)}, False),  # it was not approved
    ],
)
def test_a_seal_that_was_entered_after_its_day_is_flagged_and_opens_the_benefits_all_the_same(
    draft: Any, facts: dict[str, Any], backdated: bool
) -> None:
    backstop = draft.layer("share_ceiling", ceiling_percent=[draft.figure("10")], needs_referral=True)
    stay = {"place": "out_county", "admitted_on": ADMITTED, "given_fen": {"BMI": 400}} | facts
    referral = {"clause": "第八条", "flags": ["referred"]}
    result = draft.settle(draft.law(draft.outer("BMI"), backstop, referral=referral), 1_000, **stay)
    referred = "referral_approved_on" in facts
    assert result.flags == {"referred": referred} | ({"referral_backdated": True} if backdated else {})
    assert draft.trace(result).amount_fen == (500 if referred else 0)
    # Where no document asks for a referral, nobody minds when one was entered.
    unasked = draft.settle(draft.law(draft.outer("BMI"), backstop), 1_000, **stay)
    assert "referral_backdated" not in unasked.flags


EXCLUSIONS = {
    "withhold": ["MA"],
    "reasons": [
        {"reason": "self_harm", "unless": "mental_disorder", "clause": "第七条(二)"},
        {"reason": "not_designated", "clause": "第七条(一)"},
        {"reason": "no_formal_invoice", "clause": "第七条(一)"},
    ],
}


@pytest.mark.parametrize(
    ("facts", "clause"),
    [
        ({"cause": "self_harm"}, "999 第七条(二)"),
        ({"cause": "self_harm", "mental_disorder": True}, None),
        ({"cause": "work"}, None),  # the document does not speak of it
        ({"designated": False}, "999 第七条(一)"),
        ({"valid_invoice": False}, "999 第七条(一)"),
        # The exception is of one reason only; a second one withholds the aid all the same.
        ({"cause": "self_harm", "mental_disorder": True, "designated": False}, "999 第七条(一)"),
    ],
)
def test_a_reason_that_the_document_names_withholds_aid_by_its_clause(
    draft: Any, facts: dict[str, Any], clause: str | None
) -> None:
    backstop = draft.layer("share_ceiling", "GOV", ceiling_percent=[draft.figure("50")])
    aid = draft.layer("share_ceiling", ceiling_percent=[draft.figure("80")])
    result = draft.settle(draft.law(aid, backstop, exclusions=EXCLUSIONS), 1_000, **facts)
    trace = draft.trace(result)
    if clause is None:
        assert (trace.flags, trace.amount_fen) == ((), 200)
    else:
        assert (trace.flags, trace.amount_fen, trace.clause) == (("EXCLUDED",), 0, clause)
    # Only the payers that the document names fall away; the next one sees what is left.
    assert (draft.trace(result, "GOV").amount_fen, result.patient_pays_fen) == (500 if clause else 300, 500)


@pytest.mark.parametrize(
    ("category", "facts", "flag"),
    [
        ("POOR", {"cause": "self_harm"}, "EXCLUDED"),
        (None, {"cause": "self_harm"}, "EXCLUDED"),
        (None, {}, "NOT_SERVED"),
        ("POOREST", {}, "NOT_SERVED"),
        ("POOR", {"kind": "outpatient"}, "NOT_SERVED"),
        ("POOR", {}, "NO_REFERRAL"),
    ],
)
def test_of_several_reasons_for_paying_nothing_the_first_is_told(
    draft: Any, category: str | None, facts: dict[str, Any], flag: str
) -> None:
    # The cause comes before the person, the person and the care before the referral.
    aid = draft.layer(
        "share_ceiling",
        ceiling_percent=[draft.figure("80")],
        needs_referral=True,
        everyone=False,
        **{"for": {"category": ["POOR"], "kind": ["inpatient"]}},
    )
    law = draft.law(aid, exclusions=EXCLUSIONS, referral={"clause": "第八条"})
    result = draft.settle(law, 1_000, category=category, place="out_county", **facts)
    assert (draft.trace(result).flags, result.patient_pays_fen) == ((flag,), 1_000)


def test_a_layer_needs_the_referral_only_of_those_that_the_document_says(draft: Any) -> None:
    aid = draft.layer(
        "share_ceiling",
        ceiling_percent=[draft.figure("80")],
        needs_referral=True,
        referral_for={"category": ["POOR"]},
    )
    law = draft.law(aid, referral={"clause": "第八条"})
    paid = [
        draft.trace(draft.settle(law, 1_000, category=category, place="out_county")).amount_fen
        for category in ("POOR", "POOREST", None)
    ]
    assert paid == [0, 200, 200]
