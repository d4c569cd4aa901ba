"""The codes that the ledger's refusals carry."""

from typing import Final

from kernel.http import ErrorCode

CODES: Final = (
    ErrorCode("ACCOUNT_MALFORMED", 422, "A name cannot be part of an account"),
    ErrorCode("ADVANCE_EXCEEDS_FUND", 409, "The fund holds less than the advance"),
    ErrorCode("AMOUNT_NOT_POSITIVE", 422, "The amount moves nothing"),
    ErrorCode("JOURNAL_UNKNOWN", 404, "No such journal"),
    ErrorCode("OVERPAYMENT", 409, "More than is owed"),
    ErrorCode("PAYEE_UNCLEAR", 422, "Name either a hospital or a person"),
    ErrorCode("PAYMENT_EXCEEDS_ADVANCE", 409, "More than was advanced"),
    ErrorCode("PLACEMENT_EXHAUSTED", 409, "More aid than was placed with the hospital"),
    ErrorCode("SCORE_OUT_OF_RANGE", 422, "A score is not between 0 and 100 percent"),
    ErrorCode("VALUE_DATE_AHEAD", 422, "The value date has not come yet"),
)
