"""The codes that refusals of enrolment carry."""

from typing import Final

from kernel.http import ErrorCode

CODES: Final = (
    ErrorCode("APPROVER_ENTERED_IT", 403, "The approver is who entered it"),
    ErrorCode("EXEMPTION_UNEXPLAINED", 422, "The exemption OTHER has no note"),
    ErrorCode("EXEMPTION_OVERLAPS", 409, "The person is exempt on some of these days already"),
    ErrorCode("EXEMPTION_UNKNOWN", 404, "No such exemption of this person"),
    ErrorCode("EXEMPTION_NOT_WAITING", 409, "The exemption does not wait for an approval"),
    ErrorCode("EXEMPTION_NOT_APPROVED", 409, "The exemption was not approved"),
    ErrorCode("EXEMPTION_ENDED", 409, "The exemption already ended"),
    ErrorCode("PREMIUM_RULE_MISSING", 422, "No policy of the place says who pays premiums"),
    ErrorCode("PREMIUM_ALREADY_RECORDED", 409, "The person's own payment was recorded before"),
    ErrorCode("PREMIUM_ALREADY_APPLIED", 409, "Finance was asked for this premium before"),
    ErrorCode("NO_REFUND_DUE", 409, "Nothing was paid twice"),
    ErrorCode("AMOUNT_NOT_POSITIVE", 422, "The amount is not above zero"),
    ErrorCode("NOTHING_DUE", 422, "No premium is due from this payer"),
    ErrorCode("BATCH_UNKNOWN", 404, "No such premium batch"),
    ErrorCode("BATCH_ALREADY_PAID", 409, "The premium batch was paid before"),
    ErrorCode("BATCH_REJECTED", 409, "The premium batch was sent back"),
)
