"""The codes of what filings refuse."""

from typing import Final

from kernel.http import ErrorCode

CODES: Final = (
    ErrorCode("EMERGENCY_ROUTE_OFF", 422, "Referrals after an emergency admission are switched off"),
    ErrorCode("EMERGENCY_FILED_LATE", 422, "The emergency was filed too late"),
    ErrorCode("REFERRAL_UNKNOWN", 404, "No such referral, or none of the caller's"),
    ErrorCode("REFERRAL_NOT_IN_STATE", 409, "The referral is not where it would have to be"),
    ErrorCode("REFERRAL_STILL_VALID", 409, "The approval has not expired"),
    ErrorCode("REFERRAL_TO_ITSELF", 422, "Sending and receiving hospital are the same"),
    ErrorCode("SEAL_BACKDATED", 422, "A seal was entered too long after its day"),
    ErrorCode("HOSPITAL_NOT_CONTRACTED", 409, "The hospital has no contract on that day"),
    ErrorCode("HOSPITAL_NOT_LOCAL", 409, "The hospital is not one of the applicant's county"),
    ErrorCode("ATTRIBUTE_MISSING", 422, "No poverty attribute is ticked"),
    ErrorCode("ATTRIBUTE_NOT_HELD", 409, "Identity does not confirm a poverty attribute"),
    ErrorCode("ATTACHMENT_MISSING", 422, "A copy is missing"),
    ErrorCode("FORM_FIELD_MISSING", 422, "A field of the paper form is empty"),
    ErrorCode("SCAN_MISSING", 409, "A paper has no scan, and the place approves what it can see"),
    ErrorCode("PERSON_UNKNOWN", 404, "Identity has told nothing of this person"),
    ErrorCode("PERSON_MERGED", 409, "The record was merged into another one"),
    ErrorCode("PERSON_DECEASED", 409, "The person died before that"),
    ErrorCode("DATES_OUT_OF_ORDER", 422, "Two dates are in the wrong order"),
    ErrorCode("DATE_IN_FUTURE", 422, "A date is still to come"),
    ErrorCode("SIDE_MISPLACED", 422, "Only a hospital has a sending and a receiving side"),
)
