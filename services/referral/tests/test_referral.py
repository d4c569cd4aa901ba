"""The referral's specification: given what happened, when a command comes, then this happens or is refused."""

from datetime import date

import msgspec
import pytest

from kernel.testing.specification import given
from referral.referrals.domain.applicant import Applicant, Held
from referral.referrals.domain.asked import Asked
from referral.referrals.domain.commands import Apply, Approve, Cancel, Command, Endorse, Expire, Reject, Use
from referral.referrals.domain.form import Attachment, AttachmentKind, Attribute, Form, FormField, Signatory
from referral.referrals.domain.gate import Closed, SealedForm, is_complete
from referral.referrals.domain.referral import (
    DECIDER,
    AgencyApproved,
    AgencyRejected,
    Event,
    HospitalAgreed,
    HospitalRefused,
    MisuseRecorded,
    ReferralApplied,
    ReferralCancelled,
    ReferralExpired,
    ReferralUsed,
)
from referral.referrals.domain.standing import Opinion, Standing, State

TODAY = date(2018, 9, 5)
ID_CARD = Attachment(AttachmentKind.ID_CARD_COPY, "scan/1")
SOCIAL_CARD = Attachment(AttachmentKind.SOCIAL_CARD_COPY, "scan/2")
FORM = Form(
    referral_id="r1",
    person_id="p1",
    sending_hospital="H1",
    receiving_hospital="H9",
    attributes=(Attribute.DIBAO,),
    diagnosis="脑梗死",
    signed_on=date(2018, 9, 1),
    signed_by=Signatory.SELF,
    attachments=(ID_CARD, SOCIAL_CARD),
    filled_in=(FormField.PHONE, FormField.CARD_NUMBER),
)
ASKED = Asked(
    papers=(
        frozenset({AttachmentKind.ID_CARD_COPY, AttachmentKind.HOUSEHOLD_BOOK_COPY}),
        frozenset({AttachmentKind.SOCIAL_CARD_COPY}),
    ),
    fields=(FormField.PHONE, FormField.CARD_NUMBER),
)
APPLICANT = Applicant("p1", (Held("DIBAO", date(2018, 1, 1)),))
APPLIED = ReferralApplied(Standing(form=FORM, state=State.APPLIED, revision=1))
AGREES = Opinion("同意", date(2018, 9, 2))
APPROVES = Opinion("同意备案", date(2018, 9, 3))
AGREED = HospitalAgreed(APPLIED.standing.moved(state=State.HOSPITAL_AGREED, endorsement=AGREES))
REFUSED = HospitalRefused(APPLIED.standing.moved(state=State.HOSPITAL_REFUSED, endorsement=AGREES))
APPROVED = AgencyApproved(
    AGREED.standing.moved(
        state=State.AGENCY_APPROVED, review=APPROVES, approved_on=date(2018, 9, 3), approval_entered_on=TODAY
    )
)
REJECTED = AgencyRejected(AGREED.standing.moved(state=State.AGENCY_REJECTED, review=APPROVES))
EXPIRING = AgencyApproved(msgspec.structs.replace(APPROVED.standing, expires_on=date(2018, 9, 12)))
USE = Use("e1", "p1", "H9", date(2018, 9, 3))
USED = ReferralUsed(APPROVED.standing.moved(state=State.USED, encounter_id="e1"))
CANCELLED = ReferralCancelled(APPROVED.standing.moved(state=State.CANCELLED, ended_because="病人改期"), "H1")


def endorse(sealed_on: date, *, agreed: bool = True, hospital_id: str = "H1") -> Endorse:
    return Endorse(hospital_id, agreed, Opinion("同意", sealed_on), TODAY)


def applying(**changes: object) -> Apply:
    return Apply(msgspec.structs.replace(FORM, **changes), APPLICANT, TODAY, asked=ASKED)


def test_a_complete_form_is_filed() -> None:
    given(DECIDER).when(applying()).then(APPLIED)


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (applying(receiving_hospital="H1"), "REFERRAL_TO_ITSELF"),
        (applying(attributes=()), "ATTRIBUTE_MISSING"),
        (applying(attachments=(ID_CARD,)), "ATTACHMENT_MISSING"),
        (applying(attachments=(SOCIAL_CARD,)), "ATTACHMENT_MISSING"),
        (applying(filled_in=(FormField.PHONE, FormField.ADDRESS)), "FORM_FIELD_MISSING"),
        (applying(signed_on=date(2018, 9, 6)), "DATE_IN_FUTURE"),
        (applying(attributes=(Attribute.DIBAO, Attribute.TEKUN)), "ATTRIBUTE_NOT_HELD"),
        (applying(signed_on=date(2017, 12, 31)), "ATTRIBUTE_NOT_HELD"),
        (Apply(FORM, None, TODAY), "PERSON_UNKNOWN"),
        (Apply(FORM, msgspec.structs.replace(APPLICANT, merged_into="p2"), TODAY), "PERSON_MERGED"),
        (Apply(FORM, msgspec.structs.replace(APPLICANT, deceased_on=date(2018, 8, 31)), TODAY), "PERSON_DECEASED"),
    ],
)
def test_an_incomplete_form_is_refused(command: Apply, code: str) -> None:
    given(DECIDER).when(command).then_refused(code)


def test_a_membership_holds_on_its_last_day_and_not_after() -> None:
    applicant = Applicant("p1", (Held("DIBAO", date(2018, 1, 1), date(2018, 9, 1)),))
    given(DECIDER).when(Apply(FORM, applicant, TODAY)).then(APPLIED)
    next_day = msgspec.structs.replace(FORM, signed_on=date(2018, 9, 2))
    given(DECIDER).when(Apply(next_day, applicant, TODAY)).then_refused("ATTRIBUTE_NOT_HELD")


def test_the_sending_hospital_agrees_or_not() -> None:
    given(DECIDER, [APPLIED]).when(endorse(date(2018, 9, 2))).then(AGREED)
    given(DECIDER, [APPLIED]).when(endorse(date(2018, 9, 2), agreed=False)).then(REFUSED)


def test_a_seal_on_the_day_of_the_signature_is_in_order_and_one_before_is_not() -> None:
    assert given(DECIDER, [APPLIED]).when(endorse(date(2018, 9, 1))).events
    given(DECIDER, [APPLIED]).when(endorse(date(2018, 8, 31))).then_refused("DATES_OUT_OF_ORDER")
    given(DECIDER, [APPLIED]).when(endorse(date(2018, 9, 6))).then_refused("DATE_IN_FUTURE")


def test_another_hospital_does_not_even_learn_of_the_referral() -> None:
    given(DECIDER, [APPLIED]).when(endorse(date(2018, 9, 2), hospital_id="H2")).then_refused("REFERRAL_UNKNOWN")
    given(DECIDER, [APPLIED]).when(Cancel("H9", "x")).then_refused("REFERRAL_UNKNOWN")


def test_the_agency_approves_or_rejects_what_the_hospital_agreed_to() -> None:
    given(DECIDER, [APPLIED, AGREED]).when(Approve(opinion=APPROVES, today=TODAY)).then(APPROVED)
    given(DECIDER, [APPLIED, AGREED]).when(Reject(APPROVES, TODAY)).then(REJECTED)
    early = Approve(opinion=Opinion("同意", date(2018, 9, 1)), today=TODAY)
    given(DECIDER, [APPLIED, AGREED]).when(early).then_refused("DATES_OUT_OF_ORDER")


def test_an_approval_holds_for_the_configured_days_counting_its_own() -> None:
    given(DECIDER, [APPLIED, AGREED]).when(Approve(opinion=APPROVES, today=TODAY, validity_days=10)).then(EXPIRING)
    expired = ReferralExpired(EXPIRING.standing.moved(state=State.EXPIRED))
    past = given(DECIDER, [APPLIED, AGREED, EXPIRING])
    past.when(Expire(date(2018, 9, 12))).then_refused("REFERRAL_STILL_VALID")
    past.when(Expire(date(2018, 9, 13))).then(expired)
    given(DECIDER, [APPROVED]).when(Expire(date(2030, 1, 1))).then_refused("REFERRAL_STILL_VALID")


@pytest.mark.parametrize("last", [REFUSED, REJECTED, USED, CANCELLED])
@pytest.mark.parametrize(
    "command",
    [
        endorse(date(2018, 9, 2)),
        Approve(opinion=APPROVES, today=TODAY),
        Reject(APPROVES, TODAY),
        Cancel("H1", "x"),
        Expire(TODAY),
    ],
)
def test_nothing_moves_a_referral_that_came_to_its_end(last: Event, command: Command) -> None:
    given(DECIDER, [last]).when(command).then_refused("REFERRAL_NOT_IN_STATE")


def test_steps_cannot_be_skipped() -> None:
    given(DECIDER, [APPLIED]).when(Approve(opinion=APPROVES, today=TODAY)).then_refused("REFERRAL_NOT_IN_STATE")
    given(DECIDER, [APPLIED, AGREED]).when(endorse(date(2018, 9, 2))).then_refused("REFERRAL_NOT_IN_STATE")
    given(DECIDER).when(Approve(opinion=APPROVES, today=TODAY)).then_refused("REFERRAL_UNKNOWN")


def test_the_sender_or_the_agency_takes_it_back() -> None:
    given(DECIDER, [APPROVED]).when(Cancel("H1", "病人改期")).then(CANCELLED)
    by_agency = ReferralCancelled(CANCELLED.standing, None)
    given(DECIDER, [APPROVED]).when(Cancel(None, "病人改期")).then(by_agency)


def test_a_stay_uses_the_referral_once() -> None:
    given(DECIDER, [APPROVED]).when(USE).then(USED)
    given(DECIDER, [APPROVED, USED]).when(USE).then_nothing()
    second = msgspec.structs.replace(USE, encounter_id="e2")
    given(DECIDER, [APPROVED, USED]).when(second).then(MisuseRecorded(USED.standing, "e2", Closed.USED_BEFORE))


def test_a_stay_that_names_an_unknown_referral_changes_nothing() -> None:
    given(DECIDER).when(USE).then_nothing()


@pytest.mark.parametrize(
    ("use", "why"),
    [
        (msgspec.structs.replace(USE, person_id="p2"), Closed.PERSON_DISAGREES),
        (msgspec.structs.replace(USE, hospital_id="H8"), Closed.HOSPITAL_DISAGREES),
        (msgspec.structs.replace(USE, admitted_on=date(2018, 9, 2)), Closed.APPROVED_AFTER_ADMISSION),
        (msgspec.structs.replace(USE, admitted_on=date(2018, 9, 13)), Closed.EXPIRED),
    ],
)
def test_a_stay_that_the_gate_is_closed_to_is_written_down(use: Use, why: Closed) -> None:
    given(DECIDER, [EXPIRING]).when(use).then(MisuseRecorded(EXPIRING.standing, "e1", why))


@pytest.mark.parametrize("last", [APPLIED, AGREED, REFUSED, REJECTED, CANCELLED])
def test_a_stay_on_a_referral_without_approval_is_written_down(last: ReferralApplied) -> None:
    given(DECIDER, [last]).when(USE).then(MisuseRecorded(last.standing, "e1", Closed.NOT_APPROVED))


@pytest.mark.parametrize(
    ("hospital_seal", "agency_seal", "copies", "complete"),
    [
        (date(2018, 9, 1), date(2018, 9, 2), ("id_card_copy", "social_card_copy"), True),
        (date(2018, 9, 1), None, ("id_card_copy", "social_card_copy"), False),
        (date(2018, 8, 31), date(2018, 9, 2), ("id_card_copy", "social_card_copy"), False),
        (date(2018, 9, 1), date(2018, 9, 2), ("id_card_copy",), False),
        (date(2018, 9, 1), date(2018, 9, 2), ("household_book_copy", "social_card_copy"), True),
        (date(2018, 9, 1), date(2018, 9, 4), ("id_card_copy", "social_card_copy"), False),
    ],
)
def test_the_gate_of_a_paper_form_as_in_example_hn_11(
    hospital_seal: date, agency_seal: date | None, copies: tuple[str, ...], complete: bool
) -> None:
    form = SealedForm(date(2018, 9, 1), hospital_seal, agency_seal, tuple(map(AttachmentKind, copies)))
    assert is_complete(form, ASKED, admitted_on=date(2018, 9, 3)) is complete
