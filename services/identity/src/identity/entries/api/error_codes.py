"""The codes that refusals of entries carry."""

from typing import Final

from kernel.http import ErrorCode

CODES: Final = (
    ErrorCode("ENTRY_UNKNOWN", 404, "No such entry"),
    ErrorCode("ENTRY_SAME_PERSON", 403, "The same person took an earlier step of the entry"),
    ErrorCode("ENTRY_DEPARTMENT_MISSING", 422, "Whose word the agency enters is missing"),
    ErrorCode("ENTRY_NOT_AGENCYS", 403, "No document lets the agency enter what departments say there"),
    ErrorCode("ENTRY_AGENCYS_OWN", 403, "Only the agency enters this"),
    ErrorCode("ENTRY_NOT_AUTHOR", 403, "Only its author can withdraw an entry"),
    ErrorCode("ENTRY_KIND_UNKNOWN", 409, "A newer release made the entry; this one cannot read it"),
    ErrorCode("ENTRY_STATE", 409, "The entry is not in the state for this step"),
    ErrorCode("ENTRY_SUPERSEDED", 409, "Something newer was said after the entry was handed in"),
    ErrorCode("ENTRY_NO_LONGER_FITS", 409, "What was entered no longer fits the person"),
)
