"""The codes that refusals of the registry of the sick carry."""

from typing import Final

from kernel.http import ErrorCode

CODES: Final = (
    ErrorCode("ILLNESS_UNKNOWN", 404, "No such entry in the registry of the sick"),
    ErrorCode("ILLNESS_CLOSED", 409, "The entry in the registry of the sick is closed"),
    ErrorCode("ILLNESS_SAME_PERSON", 403, "Whoever wrote an entry does not verify it"),
)
