"""The codes that referral's refusals carry."""

from typing import Final

from kernel.http import ErrorCode

CODES: Final = (
    ErrorCode("REFERRAL_UNKNOWN", 404, "No such referral"),
    ErrorCode("REFERRAL_NOT_IN_STATE", 409, "The referral is not where it would have to be"),
    ErrorCode("REFERRAL_TO_ITSELF", 422, "Sending and receiving hospital are the same"),
    ErrorCode("PAPERS_MISSING", 422, "A copy is missing"),
    ErrorCode("DATES_OUT_OF_ORDER", 422, "Two dates are in the wrong order"),
    ErrorCode("DATE_IN_FUTURE", 422, "A date is still to come"),
    ErrorCode("TOO_CONTENDED", 409, "Too many commands at once"),
)
