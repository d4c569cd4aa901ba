"""Which papers of a referral may be scanned, and until when."""

from enum import StrEnum
from typing import Final

from kernel.values.refusals import Refused, conflict, forbidden
from referral.referrals.domain.standing import State


class ReferralPaper(StrEnum):
    """A paper of a referral: the copies of 001 附件 注2, and the form with its signature and seals."""

    ID_CARD_COPY = "id_card_copy"  # 身份证复印件
    HOUSEHOLD_BOOK_COPY = "household_book_copy"  # 户口本复印件
    SOCIAL_CARD_COPY = "social_card_copy"  # 社保卡(医保卡)复印件
    HANDBOOK_COPY = "handbook_copy"  # 扶贫手册复印件
    DIAGNOSIS_CERTIFICATE = "diagnosis_certificate"  # 疾病诊断证明书
    SIGNED_FORM = "signed_form"  # 盖章的转诊单


_BEFORE_REVIEW: Final = (State.APPLIED, State.HOSPITAL_AGREED)
#: The agency keeps the file, also of what it has approved.
_ON_FILE: Final = (*_BEFORE_REVIEW, State.AGENCY_APPROVED, State.USED)


def check_open(state: State, *, agency: bool) -> None:
    """Refuse a scan for a referral that is past it: SCANS_CLOSED. After the review only the agency files."""
    if state not in (_ON_FILE if agency else _BEFORE_REVIEW):
        until = "is on file" if agency else "waits for the agency's review"
        raise conflict("SCANS_CLOSED", f"the referral is {state}; scans are filed while it {until}")


def scans_foreign() -> Refused:
    """Another hospital's papers: the receiving hospital has its copy of the form, and not the patient's cards."""
    return forbidden("SCANS_FOREIGN", "the patient's papers are for the sending hospital and the agency")
