"""The codes that refusals of memberships carry."""

from typing import Final

from kernel.http import ErrorCode

CODES: Final = (
    ErrorCode("MOMENT_WITHOUT_ZONE", 422, "A moment has no time zone"),
    ErrorCode("ENTRY_REQUIRED", 403, "The department's changes need three people: enter them"),
    ErrorCode("ENTRY_NOT_ADMINISTRATOR", 403, "Not a named administrator of the entry's county"),
)
