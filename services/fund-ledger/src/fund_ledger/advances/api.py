"""The codes of what advances will refuse over HTTP; there are no routes yet."""

from typing import Final

from kernel.http import ErrorCode

CODES: Final = (
    ErrorCode("ADVANCE_EXCEEDS_FUND", 409, "The fund holds less than the advance"),
    ErrorCode("PAYMENT_EXCEEDS_ADVANCE", 409, "More than was advanced"),
)
