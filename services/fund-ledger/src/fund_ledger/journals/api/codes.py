"""The codes of what the books refuse."""

from typing import Final

from kernel.http import ErrorCode

CODES: Final = (
    ErrorCode("POLICY_UNKNOWN", 422, "No policy is in force there and then"),
    ErrorCode("DATE_IN_FUTURE", 422, "A date is still to come"),
    ErrorCode("ACCOUNT_MALFORMED", 422, "A name cannot be part of an account"),
    ErrorCode("JOURNAL_UNKNOWN", 404, "No such journal"),
)
