"""The codes of refusals about encounters, their bills, and the law that these are settled by."""

from typing import Final

from kernel.http import ErrorCode

CODES: Final = (
    ErrorCode("ENCOUNTER_REFERRED", 409, "The encounter rests on another referral"),
    ErrorCode("ENCOUNTER_UNKNOWN", 404, "No such encounter"),
    ErrorCode("PERSON_UNKNOWN", 404, "No such person"),
    ErrorCode("SETTLEMENT_UNKNOWN", 404, "No such settlement"),
    ErrorCode("REFERRAL_UNKNOWN", 422, "No such referral"),
    ErrorCode("REFERRAL_FOREIGN", 422, "The referral is for someone else"),
    ErrorCode("PERSON_MERGED", 409, "The record was merged into another one"),
    ErrorCode("PERSON_ANNULLED", 409, "The registration was annulled"),
    ErrorCode("PERSON_DECEASED", 422, "The person died before that"),
    ErrorCode("ENCOUNTER_NOT_ADMITTED", 409, "The stay has ended already"),
    ErrorCode("ENCOUNTER_NOT_DISCHARGED", 409, "The stay has not ended yet"),
    ErrorCode("ALREADY_SETTLED", 409, "The encounter is settled already"),
    ErrorCode("SETTLEMENT_NOT_IN_FORCE", 422, "The settlement was revoked before"),
    ErrorCode("NOT_THE_LATEST_SETTLEMENT", 409, "Later settlements rest on this one"),
    ErrorCode("EXCEPTION_NOT_YOURS", 403, "The department does not approve catalogue exceptions there"),
    ErrorCode("DATE_IN_FUTURE", 422, "A date is still to come"),
    ErrorCode("DISEASE_NOT_LISTED", 422, "No document of the place lists the disease"),
    ErrorCode("NO_FEES", 422, "The bill is empty"),
    ErrorCode("TOO_MANY_FEE_LINES", 422, "The bill has too many lines"),
    ErrorCode("FEE_BATCH_UNKNOWN", 422, "No such batch on the bill"),
    ErrorCode("TOTAL_MISMATCH", 422, "The stated total differs from the uploaded lines"),
    ErrorCode("PAYER_AMOUNT_MISSING", 422, "An outer payer's amount is missing"),
    ErrorCode("HANDBOOK_FOREIGN", 409, "The poverty handbook names other people"),
    ErrorCode("HANDBOOK_CHECK_UNKNOWN", 409, "No such check of a handbook for this person and hospital"),
    ErrorCode("PAYER_UNKNOWN", 422, "The policy has no such outer payer"),
    ErrorCode("PARAMETER_MISSING", 422, "The policy lacks a figure"),
    ErrorCode("POLICY_UNKNOWN", 422, "No policy is in force there and then"),
    ErrorCode("EXIT_DATE_MISSING", 422, "A lifted person has no exit date"),
    ErrorCode("COMPLIANT_COST_MISSING", 422, "The compliant cost is missing"),
    ErrorCode("CATALOGUE_COST_MISSING", 422, "The out-of-catalogue cost is missing"),
    ErrorCode("COMPLIANT_EXCEEDS_TOTAL", 422, "Compliant cost above the total"),
    ErrorCode("BMI_EXCEEDS_COMPLIANT", 422, "Basic insurance above the compliant cost"),
    ErrorCode("CII_EXCEEDS_REMAINDER", 422, "Critical-illness insurance above what is left"),
    ErrorCode("OUT_OF_CATALOGUE_EXCEEDS_TOTAL", 422, "Out-of-catalogue cost does not fit into the total"),
    ErrorCode("EXCLUDED_EXCEEDS_TOTAL", 422, "The excluded part is larger than the whole"),
)
