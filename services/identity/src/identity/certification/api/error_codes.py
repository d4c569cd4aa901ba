"""The codes that refusals of certification carry."""

from typing import Final

from kernel.http import ErrorCode

CODES: Final = (
    ErrorCode("CERTIFICATION_RULE_MISSING", 422, "No policy of the place knows certified chronic diseases"),
    ErrorCode("DISEASE_NOT_LISTED", 422, "The disease is not among those that may be certified"),
    ErrorCode("CERTIFIER_UNKNOWN", 403, "The hospital is not registered as a certifying institution"),
    ErrorCode("CERTIFICATION_NOT_VALID", 422, "The hospital's grade or the doctors do not suffice"),
    ErrorCode("ALREADY_CERTIFIED", 409, "The disease was certified before and still holds"),
    ErrorCode("CERTIFICATION_UNKNOWN", 404, "No such certification of this person"),
    ErrorCode("CERTIFICATION_CANCELLED", 409, "The certification was cancelled before"),
    ErrorCode("CERTIFICATION_NOT_OF_MONTH", 422, "The list holds what the hospital did not certify in the month"),
    ErrorCode("NOTHING_NEW_TO_FILE", 409, "Everything on the list was filed before"),
)
