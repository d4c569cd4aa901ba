"""The codes of what the books refuse."""

from typing import Final

from kernel.http import ErrorCode

CODES: Final = (
    ErrorCode("ACCOUNT_MALFORMED", 422, "A name cannot be part of an account"),
    ErrorCode("JOURNAL_UNKNOWN", 404, "No such journal"),
)
