"""The codes that refusals of facts carry."""

from typing import Final

from kernel.http import ErrorCode

CODES: Final = (
    ErrorCode("POLICY_UNKNOWN", 422, "No policy is in force there and then"),
    ErrorCode("FACT_UNKNOWN", 404, "No such fact of this person and department"),
    ErrorCode("FACT_NOT_OWNED", 403, "Another department tells this kind of fact"),
    ErrorCode("FACT_OVERLAPS", 409, "The department told another fact of this kind for some of these days"),
    ErrorCode("FACT_KIND_DISAGREES", 422, "A correction changes the kind of fact"),
    ErrorCode("GROUP_DISABILITY_DISAGREES", 409, "The recorded disability is no severe one"),
    ErrorCode("LOW_INCOME_TEST_FAILED", 409, "A recorded low-income test was failed"),
    ErrorCode("LOW_INCOME_RULE_MISSING", 422, "No policy says how income is tested"),
)
