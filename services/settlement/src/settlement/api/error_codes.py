"""The codes that settlement's refusals carry."""

from typing import Final

from kernel.http import ErrorCode

CODES: Final = (
    ErrorCode("ENCOUNTER_UNKNOWN", 404, "No such encounter"),
    ErrorCode("PERSON_UNKNOWN", 404, "No such person"),
    ErrorCode("HOSPITAL_UNKNOWN", 404, "The hospital is not in the registry"),
    ErrorCode("SETTLEMENT_UNKNOWN", 404, "No such settlement"),
    ErrorCode("BENEFIT_YEAR_UNKNOWN", 404, "Nothing is known of this person and year"),
    ErrorCode("REFERRAL_UNKNOWN", 422, "No such referral"),
    ErrorCode("REFERRAL_FOREIGN", 422, "The referral is for someone else"),
    ErrorCode("PERSON_DECEASED", 422, "The person died before that"),
    ErrorCode("ENCOUNTER_NOT_ADMITTED", 409, "The stay has ended already"),
    ErrorCode("ENCOUNTER_NOT_DISCHARGED", 409, "The stay has not ended yet"),
    ErrorCode("ALREADY_SETTLED", 409, "The encounter is settled already"),
    ErrorCode("SETTLEMENT_NOT_IN_FORCE", 422, "The settlement was revoked before"),
    ErrorCode("NOT_THE_LATEST_SETTLEMENT", 409, "Later settlements rest on this one"),
    ErrorCode("BENEFIT_YEAR_BEGUN", 409, "Opening standings come too late"),
    ErrorCode("TOO_CONTENDED", 409, "Too many commands at once for one person"),
    ErrorCode("DATE_IN_FUTURE", 422, "A date is still to come"),
    ErrorCode("DATES_OUT_OF_ORDER", 422, "Two dates are in the wrong order"),
    ErrorCode("NO_FEES", 422, "The bill is empty"),
    ErrorCode("TOO_MANY_FEE_LINES", 422, "The bill has too many lines"),
    ErrorCode("FEE_BATCH_UNKNOWN", 422, "No such batch on the bill"),
    ErrorCode("TOTAL_MISMATCH", 422, "The stated total differs from the uploaded lines"),
    ErrorCode("PAYER_AMOUNT_MISSING", 422, "An outer payer's amount is missing"),
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
