"""The premium's specification: who pays it by the policy, that finance pays it once, and what goes back."""

from datetime import date

import msgspec

from identity.enrolment.domain.payers import payers, to_be_registered
from identity.enrolment.domain.premium import Premium, PremiumRefunded, PremiumSelfPaid, pay_oneself, refund, untouched
from identity.enrolment.domain.premium_batch import (
    DECIDER,
    ApplyForSubsidy,
    Due,
    PayBatch,
    RejectBatch,
    SubsidyApplied,
    SubsidyPaid,
    SubsidyRejected,
)
from kernel.testing.specification import given
from kernel.values.refusals import Refused
from law.packs import PackLibrary, Policy, reread

TODAY = date(2019, 8, 1)
MA, CASCADE = ("MA",), ("POVFUND", "MA")
ASKED = Premium(
    person_id="p1",
    area="445200",
    year=2019,
    version=1,
    category="DIBAO",
    funds=MA,
    amount_fen=22000,
    batch_id="b1",
    applied_on=TODAY,
)
APPLIED = SubsidyApplied(
    batch_id="b1",
    county="445201",
    area="445200",
    year=2019,
    funds=MA,
    amount_fen=22000,
    applied_on=TODAY,
    applied_by="agency",
    premiums=(ASKED,),
)
PAID = SubsidyPaid("b1", TODAY, "voucher 7", (ASKED.changed(paid_on=TODAY),), "445201")


def apply(*due: Due, held: dict[str, Premium] | None = None, amount_fen: int = 22000) -> ApplyForSubsidy:
    return ApplyForSubsidy(
        batch_id="b1",
        county="445201",
        area="445200",
        year=2019,
        amount_fen=amount_fen,
        due=due,
        held=held or {},
        applied_by="agency",
        today=TODAY,
    )


def refusal(code: str, attempt: object) -> None:
    try:
        attempt()  # type: ignore[operator]  # a lambda each time
    except Refused as refused:
        assert refused.code == code, refused
    else:
        raise AssertionError(f"expected {code}")


def test_the_agency_asks_for_everybody_who_is_due() -> None:
    given(DECIDER).when(apply(Due("p1", "DIBAO", MA))).then(APPLIED)
    assert APPLIED.total_fen == 22000


def test_a_premium_is_asked_for_once() -> None:
    given(DECIDER).when(apply(Due("p1", "DIBAO", MA), held={"p1": ASKED})).then_refused("PREMIUM_ALREADY_APPLIED")


def test_an_application_for_nobody_or_nothing_is_refused() -> None:
    given(DECIDER).when(apply()).then_refused("NOTHING_DUE")
    given(DECIDER).when(apply(Due("p1", "DIBAO", MA), amount_fen=0)).then_refused("AMOUNT_NOT_POSITIVE")


def test_finance_pays_an_application_once() -> None:
    pay = PayBatch(TODAY, "voucher 7", {"p1": ASKED}, TODAY)
    given(DECIDER, [APPLIED]).when(pay).then(PAID)
    given(DECIDER, [APPLIED, PAID]).when(pay).then_refused("BATCH_ALREADY_PAID")
    given(DECIDER).when(pay).then_refused("BATCH_UNKNOWN")


def test_a_rejected_application_leaves_its_people_due_again() -> None:
    reject = RejectBatch("list incomplete", {"p1": ASKED}, TODAY)
    back = Premium(person_id="p1", area="445200", year=2019, version=2)
    rejected = SubsidyRejected("b1", TODAY, "list incomplete", (back,))
    given(DECIDER, [APPLIED]).when(reject).then(rejected)
    given(DECIDER, [APPLIED, rejected]).when(reject).then_refused("BATCH_REJECTED")


def test_what_both_finance_and_the_person_paid_goes_back_once() -> None:
    paid = msgspec.structs.replace(ASKED, paid_on=TODAY, self_paid_fen=22000, self_paid_on=date(2019, 1, 5))
    back = paid.changed(refunded_fen=22000, refunded_on=TODAY)
    assert refund(paid, TODAY, "slip 3", today=TODAY) == PremiumRefunded(back, "slip 3")
    refusal("NO_REFUND_DUE", lambda: refund(back, TODAY, "slip 4", today=TODAY))


def test_nothing_goes_back_while_finance_has_not_paid() -> None:
    own = pay_oneself(untouched("p1", "445200", 2019), 22000, date(2019, 1, 5), today=TODAY)
    assert own == PremiumSelfPaid(
        Premium(person_id="p1", area="445200", year=2019, version=1, self_paid_fen=22000, self_paid_on=date(2019, 1, 5))
    )
    refusal("NO_REFUND_DUE", lambda: refund(own.premium, TODAY, "slip", today=TODAY))
    refusal("PREMIUM_ALREADY_RECORDED", lambda: pay_oneself(own.premium, 22000, TODAY, today=TODAY))


def test_the_poverty_fund_pays_first_for_the_registered_poor_and_nobody_for_group_five(library: PackLibrary) -> None:
    funds = {payer.category: payer.funds for payer in payers(library.in_force("445201", TODAY))}
    assert (funds["REGISTERED_POOR"], funds["DIBAO"], funds["OTHER_SPECIAL"]) == (CASCADE, MA, ())


def test_group_five_is_paid_for_under_the_other_reading_only(library: PackLibrary) -> None:
    policy = library.in_force("445201", TODAY)
    other = Policy(reread(policy.pack, {"E11": "other_included"}), TODAY)
    assert {payer.category: payer.funds for payer in payers(other)}["OTHER_SPECIAL"] == MA


def test_who_is_paid_for_is_to_be_registered_and_the_registered_poor_everywhere(library: PackLibrary) -> None:
    jieyang = to_be_registered(library.candidates("445201", TODAY))
    assert {way.category for way in jieyang} == {"TEKUN", "ORPHAN", "DIBAO", "REGISTERED_POOR", "LOW_INCOME"}
    for place in ("450202", "999999"):
        assert [way.membership for way in to_be_registered(library.candidates(place, TODAY))] == ["REGISTERED_POOR"]
