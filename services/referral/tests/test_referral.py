"""What a referral allows: the form, its papers, the order of seals, and who may do what."""

from datetime import date
from typing import Any

import msgspec
import pytest

from kernel import migrations
from kernel.testing.specification import given
from referral.domain.referral import (
    DECIDER,
    Apply,
    Cancel,
    Endorse,
    Event,
    ReferralApplied,
    ReferralCancelled,
    ReferralEndorsed,
    ReferralReviewed,
    ReferralUsed,
    Review,
    Use,
)

SIGNED, SEALED, TODAY = date(2018, 9, 1), date(2018, 9, 2), date(2018, 9, 3)
PAPERS = ("id_card_copy", "social_card_copy")
APPLY = Apply("R1", "P1", "H1", "H9", "REGISTERED_POOR", "诊断", SIGNED, PAPERS, TODAY)
FORM = ReferralApplied("R1", "P1", "H1", "H9", "REGISTERED_POOR", "诊断", SIGNED, PAPERS)
ENDORSED = ReferralEndorsed(FORM, True, "同意", SEALED)
APPROVED = ReferralReviewed(FORM, SEALED, True, "同意", SEALED)
USED = ReferralUsed(FORM, SEALED, SEALED, "E1")
ENDORSE = Endorse("H1", True, "同意", SEALED, TODAY)
REVIEW = Review(True, "同意", SEALED, TODAY)


def apply(**changes: Any) -> Apply:
    return msgspec.structs.replace(APPLY, **changes)


def test_the_way_from_form_to_stay() -> None:
    given(DECIDER).when(APPLY).then(FORM)
    given(DECIDER, [FORM]).when(ENDORSE).then(ENDORSED)
    given(DECIDER, [FORM, ENDORSED]).when(REVIEW).then(APPROVED)
    given(DECIDER, [FORM, ENDORSED, APPROVED]).when(Use("E1")).then(ReferralUsed(FORM, SEALED, SEALED, "E1"))


def test_a_household_book_serves_instead_of_the_id_card() -> None:
    papers = ("household_book_copy", "social_card_copy")
    given(DECIDER).when(apply(papers=papers)).then(msgspec.structs.replace(FORM, papers=papers))


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (apply(papers=("id_card_copy",)), "PAPERS_MISSING"),
        (apply(papers=("social_card_copy",)), "PAPERS_MISSING"),
        (apply(signed_on=date(2018, 9, 4)), "DATE_IN_FUTURE"),
        (apply(receiving_hospital="H1"), "REFERRAL_TO_ITSELF"),
    ],
)
def test_forms_that_are_not_complete(command: Apply, code: str) -> None:
    given(DECIDER).when(command).then_refused(code)


@pytest.mark.parametrize(
    ("past", "command", "code"),
    [
        ([], ENDORSE, "REFERRAL_UNKNOWN"),
        ([FORM], msgspec.structs.replace(ENDORSE, hospital_id="H2"), "REFERRAL_UNKNOWN"),
        ([FORM], msgspec.structs.replace(ENDORSE, sealed_on=date(2018, 8, 31)), "DATES_OUT_OF_ORDER"),
        ([FORM], REVIEW, "REFERRAL_NOT_IN_STATE"),
        ([FORM, ENDORSED], msgspec.structs.replace(REVIEW, sealed_on=SIGNED), "DATES_OUT_OF_ORDER"),
        ([FORM, ENDORSED, APPROVED], REVIEW, "REFERRAL_NOT_IN_STATE"),
        (
            [FORM, ENDORSED, APPROVED, ReferralUsed(FORM, SEALED, SEALED, "E1")],
            Cancel("H1", "x", TODAY),
            "REFERRAL_NOT_IN_STATE",
        ),
    ],
)
def test_steps_out_of_order_or_by_others(past: list[Event], command: Any, code: str) -> None:
    given(DECIDER, past).when(command).then_refused(code)


def test_one_referral_serves_one_stay() -> None:
    used = ReferralUsed(FORM, SEALED, SEALED, "E1")
    given(DECIDER, [FORM, ENDORSED, APPROVED, used]).when(Use("E2")).then_nothing()
    given(DECIDER, [FORM, ENDORSED]).when(Use("E2")).then_nothing()


def test_a_filing_can_be_taken_back_before_a_stay() -> None:
    given(DECIDER, [FORM, ENDORSED]).when(Cancel("H1", "不去了", TODAY)).then(ReferralCancelled(FORM, "不去了", TODAY))


async def test_the_migrations_make_exactly_the_tables_in_code(database: str) -> None:
    await migrations.prepare(database, ["referral"])
    await migrations.upgrade(database, "referral", "referral")
    await migrations.check(database, "referral", "referral")
