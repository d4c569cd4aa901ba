"""The gate: whether a referral opens the full benefits to a stay (001 二(六), AMB-H5).

No service calls ``is_complete`` yet: a form that is filed here passes its steps one by one.
"""

from datetime import date
from enum import StrEnum

import msgspec

from referral.referrals.domain.asked import Asked
from referral.referrals.domain.form import AttachmentKind


class Closed(StrEnum):
    """Why the gate stays closed."""

    PERSON_DISAGREES = "PERSON_DISAGREES"
    HOSPITAL_DISAGREES = "HOSPITAL_DISAGREES"
    NOT_APPROVED = "NOT_APPROVED"
    USED_BEFORE = "USED_BEFORE"
    APPROVED_AFTER_ADMISSION = "APPROVED_AFTER_ADMISSION"
    EXPIRED = "EXPIRED"


class SealedForm(msgspec.Struct, frozen=True):
    """The dates and attachments of a paper form; None where a signature or seal is missing."""

    applicant_signed: date | None
    hospital_seal: date | None
    agency_seal: date | None
    attachments: tuple[AttachmentKind, ...]


def is_complete(form: SealedForm, asked: Asked, *, admitted_on: date) -> bool:
    """Whether all papers are there, and signature, both seals and admission stand in this order; equal days do."""
    signed, hospital, agency = form.applicant_signed, form.hospital_seal, form.agency_seal
    if signed is None or hospital is None or agency is None or asked.missing(form.attachments):
        return False
    return signed <= hospital <= agency <= admitted_on
