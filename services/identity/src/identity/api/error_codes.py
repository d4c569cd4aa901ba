"""The codes that identity's refusals carry."""

from typing import Final

from kernel.http import ErrorCode

CODES: Final = (
    ErrorCode("PERSON_UNKNOWN", 404, "No such person"),
    ErrorCode("COVERAGE_IMPOSSIBLE", 422, "The counts of a coverage comparison contradict each other"),
    ErrorCode("PERSON_ALREADY_REGISTERED", 409, "Somebody is registered under this ID number"),
    ErrorCode("PERSON_NOT_IN_FEED", 403, "The person is not in the department's own feed"),
    ErrorCode("PERSON_DECEASED", 409, "The person died before that"),
    ErrorCode("PERSONAL_DATA_IN_TEXT", 422, "A free text holds an ID number"),
    ErrorCode("ID_NUMBER_MALFORMED", 422, "The ID number does not have 17 digits and a check character"),
    ErrorCode("ID_NUMBER_CHECK_DIGIT", 422, "The check character of the ID number is wrong"),
    ErrorCode("ID_NUMBER_BIRTH_DATE", 422, "The ID number holds an impossible birth date"),
    ErrorCode("BIRTH_DATE_DISAGREES", 422, "The birth date differs from the ID number's"),
    ErrorCode("SEX_DISAGREES", 422, "The sex differs from the ID number's"),
    ErrorCode("DEPARTMENT_UNKNOWN", 403, "The token's organisation is no department"),
    ErrorCode("CATEGORY_NOT_OWNED", 403, "The category belongs to another department"),
    ErrorCode("MEMBERSHIP_UNKNOWN", 404, "No such membership of this person"),
    ErrorCode("MEMBERSHIP_OVERLAPS", 409, "The department already says so for some of these days"),
    ErrorCode("MEMBERSHIP_ENDED", 409, "The membership already ended"),
    ErrorCode("GROUP_MISPLACED", 422, "A group is missing, or stands where none belongs"),
    ErrorCode("POVERTY_STATUS_MISPLACED", 422, "A poverty status is missing, or stands where none belongs"),
    ErrorCode("EXIT_DATE_MISSING", 422, "A lifted person has no exit date"),
    ErrorCode("EXIT_DATE_MISPLACED", 422, "A person who is not lifted has an exit date"),
    ErrorCode("DATES_OUT_OF_ORDER", 422, "Two dates are in the wrong order"),
    ErrorCode("DATE_IN_FUTURE", 422, "A date is still to come"),
    ErrorCode("BEFORE_BIRTH", 422, "A date is before the person was born"),
    ErrorCode("DEATH_DATE_DISAGREES", 409, "The death was recorded for another day"),
    ErrorCode("ENROLMENT_UNDATED", 422, "The enrolment has no date"),
    ErrorCode("ENROLMENT_YEAR_DISAGREES", 422, "The enrolment's dates are not of its year"),
    ErrorCode("ENTRY_UNKNOWN", 404, "No such entry"),
    ErrorCode("ENTRY_REQUIRED", 403, "The department's changes need three people: enter them"),
    ErrorCode("ENTRY_SAME_PERSON", 403, "The same person took an earlier step of the entry"),
    ErrorCode("ENTRY_NOT_AUTHOR", 403, "Only its author can withdraw an entry"),
    ErrorCode("ENTRY_NOT_ADMINISTRATOR", 403, "Not a named administrator of the entry's county"),
    ErrorCode("ENTRY_STATE", 409, "The entry is not in the state for this step"),
    ErrorCode("ENTRY_NO_LONGER_FITS", 409, "What was entered no longer fits the person"),
    ErrorCode("IDEMPOTENCY_KEY_REUSED", 409, "The idempotency key was used for another request"),
    ErrorCode("TOO_CONTENDED", 409, "Others kept changing the same thing"),
)
