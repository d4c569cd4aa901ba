"""The codes that the ledger's refusals carry."""

from typing import Final

from kernel.http import ErrorCode

CODES: Final = (
    ErrorCode("ACCOUNT_MALFORMED", 422, "A name cannot be part of an account"),
    ErrorCode("AMOUNT_NOT_POSITIVE", 422, "The amount moves nothing"),
    ErrorCode("JOURNAL_UNKNOWN", 404, "No such journal"),
    ErrorCode("OVERPAYMENT", 409, "More than is owed"),
    ErrorCode("PAYEE_UNCLEAR", 422, "Name either a hospital or a person"),
    ErrorCode("TOO_CONTENDED", 409, "Too many commands at once"),
    ErrorCode("VALUE_DATE_AHEAD", 422, "The value date has not come yet"),
)
